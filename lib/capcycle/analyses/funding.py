"""Who pays for capex, what the margins of a borrower are, and what its chips are worth to a lender."""

import pandas as pd

from capcycle import exhibits, study
from capcycle.analyses import multiples
from capcycle.exhibits import Exhibit
from capcycle.facts import Book
from capcycle.models.maths import maximum, minimum, per
from capcycle.models.registry import Amount, Fraction, Multiple, model
from capcycle.quantity import Quantity, missing
from capcycle.study import Case, Cases
from capcycle.words import Sentence

SHOWN = ("annual_capex", "finance_lease_additions", "paid_by_operations", "paid_by_others", "paid_by_lessors")


@model(verdict="paid_by_others", better="lower", paid_by_operations=Fraction, paid_by_lessors=Fraction,
       paid_by_others=Fraction)  # fmt: skip
def funding_mix(annual_capex: Amount, finance_lease_additions: Amount, operating_cash_flow: Amount):
    """Who paid for a year's capex, leases counted in: its own operations, its lessors, and whoever else.

    Formula: all = annual_capex + finance_lease_additions; paid_by_lessors = finance_lease_additions / all
             paid_by_operations = min(operating_cash_flow, annual_capex) / all, not below zero; the rest others paid
    Units:   one currency, flows of one year. What goes to shareholders and old debt competes for the same cash.
    Source:  hand arithmetic: 20 of leases beside 40 of cash capex is a third, as a call (November 2025) says of
             Microsoft; of the 40 operations that brought 30 paid a half of all.

    >>> [round(float(each), 3) for each in funding_mix(40.0, 20.0, 30.0)]
    [0.5, 0.333, 0.167]
    """
    every = annual_capex + finance_lease_additions
    own = per(maximum(minimum(operating_cash_flow, annual_capex), 0.0), every)
    leased = per(finance_lease_additions, every)
    return own, leased, 1 - own - leased


@model(verdict="operating_margin", better="higher", ebitda_margin=Fraction, operating_margin=Fraction,
       net_margin=Fraction, fcf_margin=Fraction, charges_share_of_ebitda=Fraction)  # fmt: skip
def credit_margins(revenue: Amount, operating_income: Amount, depreciation_amortization: Amount, net_income: Amount,
                   fcf: Amount):  # fmt: skip
    """The margins of a year from profit before depreciation down to free cash flow.

    Formula: ebitda_margin = (operating_income + depreciation_amortization) / revenue, and so on for each line
             charges_share_of_ebitda = depreciation_amortization / (operating_income + depreciation_amortization)
    Units:   one currency, one year.
    Source:  StockWe on CoreWeave 2024: 1.2bn, 324m, -860m and -5.9bn on 1.915bn are 62.7, 16.9, -44.9 and -308 %.

    >>> [round(float(each), 3) for each in credit_margins(1915.0, 324.0, 876.0, -860.0, -5900.0)]
    [0.627, 0.169, -0.449, -3.081, 0.73]
    """
    ebitda = operating_income + depreciation_amortization
    return (*(per(line, revenue) for line in (ebitda, operating_income, net_income, fcf)),
                   per(depreciation_amortization, ebitda))  # fmt: skip


@model(verdict="cost_if_on_added_revenue", better="lower", cost_if_on_added_revenue=Amount,
       cost_if_on_all_revenue=Amount)  # fmt: skip
def sales_efficiency(revenue: Amount, revenue_year_before: Amount, stated_efficiency: Multiple):
    """Which cost of selling a stated sales efficiency implies, by either of the two definitions in use.

    Formula: cost_if_on_added_revenue = (revenue - revenue_year_before) / stated_efficiency
             cost_if_on_all_revenue = revenue / stated_efficiency
    Units:   one currency, years.
    Source:  StockWe on CoreWeave 2024: 9.7 times without a definition; 1.915bn after 229m is 173.8m, or 197.4m.

    >>> [round(float(each), 1) for each in sales_efficiency(1915.0, 229.0, 9.7)]
    [173.8, 197.4]
    """
    return per(revenue - revenue_year_before, stated_efficiency), per(revenue, stated_efficiency)


@model(verdict="loan_to_resale_2_years", better="lower", loan_to_cost=Multiple, loan_to_resale_1_year=Multiple,
       loan_to_resale_2_years=Multiple, loan_to_resale_3_years=Multiple)  # fmt: skip
def chip_collateral(loan: Amount, hardware_cost: Amount, gpu_residual_1_year: Fraction,
                    gpu_residual_2_years: Fraction, gpu_residual_3_years: Fraction):  # fmt: skip
    """A loan on chips against what they cost, and against what a buyer would pay after one, two and three years.

    Formula: loan_to_cost = loan / hardware_cost; after a year loan / (hardware_cost * gpu_residual_1_year), and so on
    Units:   one currency. The loan is taken as not repaid: what has been repaid by then lowers each in proportion.
    Source:  hand arithmetic: 60 on chips of 100 that fetch 60, 40 and 30 later: 0.6, then 1, 1.5 and 2 times.

    >>> [round(float(each), 2) for each in chip_collateral(60.0, 100.0, 0.6, 0.4, 0.3)]
    [0.6, 1.0, 1.5, 2.0]
    """
    left = (gpu_residual_1_year, gpu_residual_2_years, gpu_residual_3_years)
    return (per(loan, hardware_cost), *(per(loan, hardware_cost * part) for part in left))


@study.starts_by_company(funding_mix)
def mixes(book: Book) -> Cases:
    """Each company's newest twelve months: cash capex, leases that began, and cash from operations."""
    return Cases({company: study.bound(funding_mix, book, company) for company in book.companies})


@study.starts_by_company(credit_margins)
def margins(book: Book) -> Cases:
    """Each company's newest twelve months of which it has every line that it has at all."""
    names = tuple(credit_margins.parameters)
    return Cases({company: study.case(credit_margins, own, company,
                                      **multiples.of_one_year(multiples.flows(own), names, company))
                  for company, own in multiples.homes(book).items()})  # fmt: skip


def pledged(book: Book, company: str) -> Case:
    """A company's newest loan on chips beside its largest purchase of chips."""
    debts = book.register("debt").query("borrower == @company and principal == principal")
    bought = book.register("commitments").query("giver == @company and form == 'purchase' and amount == amount")
    loans, chips = debts[debts["collateral"].str.contains("GPU")], bought[bought["note"].str.contains("GPU")]
    return study.bound(chip_collateral, book, company, loan=_row(loans.tail(1), "loan", "principal"),
                       hardware_cost=_row(chips.nlargest(1, "amount"), "hardware_cost", "amount"))  # fmt: skip


def _row(rows: pd.DataFrame, name: str, column: str) -> Quantity:
    if rows.empty:
        return missing(name, study.not_public(name))
    row = rows.iloc[0]
    return Quantity(
        name, float(row[column]), row["currency"], kind=row["kind"], source=row["source"], reason=row["note"]
    )


study.starts(chip_collateral)(lambda book, company: pledged(book, company) if company else
                              study.bound(chip_collateral, book))  # fmt: skip


def verdict(each: Cases) -> Sentence:
    """Who paid for the newest year's capex of the first company of which all is known."""
    return study.verdict(each[study.one_of(each)], "funding.verdict")


def mix(each: Cases, subject: str = "") -> Exhibit:
    """Who paid for capex, a row for each company; the title is about the subject, where there is one."""
    return exhibits.table(each, SHOWN, "funding.mix", subject=subject)
