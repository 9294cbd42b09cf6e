"""Whether a profit is cash: accruals to assets, and cash from operations to net income, of every company."""

from capcycle import study
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Multiple, model
from capcycle.study import Case

FILED = ("net_income", "operating_cash_flow", "total_assets")


@model(verdict="cash_conversion", better="higher", accruals_ratio=Fraction, cash_conversion=Multiple)
def accruals(net_income: Amount, operating_cash_flow: Amount, total_assets: Amount):
    """How much of a profit is not cash yet, and how much cash came in for each unit of profit.

    Formula: accruals_ratio = (net_income - operating_cash_flow) / total_assets;
             cash_conversion = operating_cash_flow / net_income, missing at a loss
    Units:   amounts of one period in one currency, assets at its end; a fraction and a multiple.
    Source:  the definitions; Sloan, The Accounting Review 71 (1996), for accruals to assets.

    >>> [float(each) for each in accruals(100.0, 90.0, 1000.0)]
    [0.01, 0.9]
    """
    return per(net_income - operating_cash_flow, total_assets), per(operating_cash_flow, net_income)


@study.starts_by_company(accruals)
def cases(book: Book) -> dict[str, Case]:
    """Each company's newest twelve months of profit, in its own currency."""
    return {company: study.at_newest(accruals, book.own(company), company, FILED, "net_income")
            for company in book.companies}  # fmt: skip
