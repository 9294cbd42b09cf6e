"""Enterprise value by a stated bridge: each part that is added to market value or taken off, with its own day."""

from capcycle import study
from capcycle.analyses.multiples import filed_cases
from capcycle.analyses.power_value.figures import figures
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.registry import Amount, PerShare, Shares, model
from capcycle.panel import select
from capcycle.quantity import Quantity
from capcycle.study import Case

PARTS = ("enterprise_value", "market_value", "value_at_diluted_shares", "debt", "cash",
         "enterprise_value_less_securities", "enterprise_value_with_leases",
         "enterprise_value_with_preferred", "enterprise_value_with_minorities",
         "enterprise_value_less_bitcoin")  # fmt: skip
FILED = ("shares_diluted", "short_term_investments", "lease_liability", "preferred_equity", "minority_interest",
         "bitcoin")  # fmt: skip
BALANCE = ("market_value", "debt", "cash")


@model(verdict="enterprise_value", better="lower", enterprise_value=Amount, enterprise_value_less_securities=Amount,
       enterprise_value_with_leases=Amount, enterprise_value_with_preferred=Amount,
       enterprise_value_with_minorities=Amount, enterprise_value_less_bitcoin=Amount,
       value_at_diluted_shares=Amount)  # fmt: skip
def ev_bridge(
    market_value: Amount, share_price: PerShare, shares_diluted: Shares, debt: Amount, cash: Amount,
    short_term_investments: Amount, lease_liability: Amount, preferred_equity: Amount,
    minority_interest: Amount, bitcoin: Amount,
):  # fmt: skip
    """From market value to enterprise value; what can be sold and what others own each under a name of its own.

    Formula: enterprise_value = market_value + debt - cash; less securities - short_term_investments; with leases +
             lease_liability, with preferred + preferred_equity, with minorities + minority_interest, less bitcoin -
             bitcoin; value_at_diluted_shares = share_price * shares_diluted
    Units:   amounts of one currency, each of its own day; minorities at what they are on the books.
    Source:  CoreWeave as printed in March 2025: 35bn and about 8bn of debt, without cash, are 43bn.

    >>> ev_bridge(35e9, 40.0, 473.5e6, 8e9, 0.0, 0.0, 2e9, 0.0, 0.0, 0.0).enterprise_value_with_leases / 1e9
    45.0
    """
    value = market_value + debt - cash
    return (value, value - short_term_investments, value + lease_liability, value + preferred_equity,
            value + minority_interest, value - bitcoin, share_price * shares_diluted)  # fmt: skip


@study.starts_by_company(ev_bridge)
def bridges(book: Book) -> dict[str, Case]:
    """Each company's bridge from the newest market value to enterprise value, each part of its own newest day."""
    quarters, known = select(book.into(book.money), "quarter"), figures(book)
    filed = {name: measure(name, quarters) for name in FILED}
    given = {company: {name: own[name] for name in BALANCE} | {"share_price": _ordinary(own["price"], book, company)}
             for company, own in known.items()}  # fmt: skip
    return filed_cases(ev_bridge, dict.fromkeys(book.companies, book), lambda _: filed, given)


def _ordinary(price: Quantity, book: Book, company: str) -> Quantity:
    """The price of an ordinary share, where that of a depositary share is traded."""
    own = book.register("ads").query("company == @company")
    return price if own.empty else (price / float(own["ordinary_shares"].iloc[-1])).called("share_price", price.unit)
