"""What the market pays: enterprise value by a stated bridge, and multiples of sales, profit and cash beside peers."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

import pandas as pd

from capcycle import exhibits, study, words
from capcycle.analyses.power_value.figures import STALE, figures
from capcycle.facts import Book
from capcycle.measure import Measures, measure
from capcycle.metrics import net_income_without_gains
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Multiple, PerShare, Shares, model
from capcycle.panel import select
from capcycle.quantity import Quantity, missing
from capcycle.study import Case
from capcycle.words import Sentence, say

SHOWN = ("price_to_sales", "ev_to_sales", "ev_to_ebitda", "price_to_earnings", "price_to_earnings_without_gains",
         "fcf_yield", "rule_of_40")  # fmt: skip
PARTS = ("enterprise_value", "market_value", "value_at_diluted_shares", "debt", "cash",
         "enterprise_value_less_securities", "enterprise_value_with_leases",
         "enterprise_value_with_preferred", "enterprise_value_with_minorities",
         "enterprise_value_less_bitcoin")  # fmt: skip
FLOWS = ("revenue", "operating_income", "depreciation_amortization", "net_income", "investment_gains", "fcf")
BALANCE = ("market_value", "debt", "cash")
POINTS = 100  # of a percentage, in which growth divides a multiple


class EVBridge(NamedTuple):
    enterprise_value: Amount
    enterprise_value_less_securities: Amount
    enterprise_value_with_leases: Amount
    enterprise_value_with_preferred: Amount
    enterprise_value_with_minorities: Amount
    enterprise_value_less_bitcoin: Amount
    value_at_diluted_shares: Amount


class Multiples(NamedTuple):
    price_to_sales: Multiple
    ev_to_sales: Multiple
    ev_to_ebitda: Multiple
    ev_to_ebit: Multiple
    price_to_earnings: Multiple
    price_to_earnings_without_gains: Multiple
    fcf_yield: Fraction
    rule_of_40: Fraction
    ev_to_sales_per_growth: Multiple


@model(verdict="enterprise_value", better="lower")
def ev_bridge(
    market_value: Amount, share_price: PerShare, shares_diluted: Shares, debt: Amount, cash: Amount,
    short_term_investments: Amount, lease_liability: Amount, preferred_equity: Amount,
    minority_interest: Amount, bitcoin: Amount,
) -> EVBridge:  # fmt: skip
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
    return EVBridge(value, value - short_term_investments, value + lease_liability, value + preferred_equity,
                    value + minority_interest, value - bitcoin, share_price * shares_diluted)  # fmt: skip


@model(verdict="ev_to_sales", better="lower")
def multiples(
    market_value: Amount, enterprise_value: Amount, revenue: Amount, revenue_growth: Fraction,
    operating_income: Amount, depreciation_amortization: Amount, net_income: Amount, investment_gains: Amount,
    tax_rate: Fraction, fcf: Amount,
) -> Multiples:  # fmt: skip
    """Multiples of twelve months of sales, profit and free cash flow.

    Formula: price_to_sales = market_value / revenue; ev_to_ebitda = enterprise_value / (operating_income +
             depreciation_amortization); ev_to_ebit takes depreciation as what maintenance costs; without gains net
             income is less investment_gains * (1 - tax_rate); rule_of_40 = revenue_growth + fcf / revenue;
             ev_to_sales_per_growth = ev_to_sales / (100 * revenue_growth)
    Units:   one currency, flows of twelve months; missing where the base is not positive.
    Source:  CoreWeave's prospectus at 35bn and 8bn of debt: 43/1.915 = 22.5 times sales, 43/1.2 = 35.8 times EBITDA.

    >>> found = multiples(35e9, 43e9, 1.915e9, 7.366, 0.324e9, 0.876e9, -0.863e9, 0.0, 0.21, -5.95e9)
    >>> round(float(found.ev_to_sales), 1), round(float(found.ev_to_ebitda), 1), float(found.price_to_earnings)
    (22.5, 35.8, nan)
    """
    own = net_income_without_gains(net_income, investment_gains, tax_rate)
    to_sales = per(enterprise_value, revenue)
    return Multiples(
        per(market_value, revenue), to_sales, per(enterprise_value, operating_income + depreciation_amortization),
        per(enterprise_value, operating_income), per(market_value, net_income), per(market_value, own),
        per(fcf, market_value), revenue_growth + per(fcf, revenue), per(to_sales, POINTS * revenue_growth),
    )  # fmt: skip


@study.starts_by_company(ev_bridge)
def bridges(book: Book) -> dict[str, Case]:
    """Each company's bridge from the newest market value to enterprise value, each part of its own newest day."""
    quarters, known = select(book.into(book.money), "quarter"), figures(book)
    filed = {name: measure(name, quarters) for name in
             ("shares_diluted", "short_term_investments", "lease_liability", "preferred_equity", "minority_interest",
              "bitcoin")}  # fmt: skip
    given = {company: {name: own[name] for name in BALANCE} | {"share_price": _ordinary(own["price"], book, company)}
             for company, own in known.items()}  # fmt: skip
    return filed_cases(ev_bridge, book, filed, given)


def _ordinary(price: Quantity, book: Book, company: str) -> Quantity:
    """The price of an ordinary share, where that of a depositary share is traded."""
    own = book.register("ads").query("company == @company")
    return price if own.empty else (price / float(own["ordinary_shares"].iloc[-1])).called("share_price", price.unit)


@study.starts_by_company(multiples)
@cache
def cases(book: Book) -> dict[str, Case]:
    """Each company's multiples: the newest market and enterprise value on its newest twelve months."""
    years, known = select(book.into(book.money), "ttm"), figures(book)
    filed = {name: measure(name, years) for name in FLOWS}
    filed["revenue_growth"] = measure("growth_year_on_year", years, value="revenue")
    ppe, given = measure("depreciation", years), {}
    for company in book.companies:
        given[company] = {name: known[company][name] for name in ("market_value", "enterprise_value")}
        if study.newest(filed["depreciation_amortization"], company).missing:
            only = _fresh(study.newest(ppe, company), known[company]["market_value"].day)
            why = say("multiples.depreciation_only")
            given[company]["depreciation_amortization"] = only.called("depreciation_amortization", reason=why)
    return filed_cases(multiples, book, filed, given)


def filed_cases(which: Callable, book: Book, filed: Mapping[str, Measures],
          given: Mapping[str, dict[str, Quantity]]) -> study.Cases:  # fmt: skip
    """A case of each company: what is given, and its newest figures that are not too old beside the market value."""
    days = {company: own["market_value"].day for company, own in given.items()}
    newest = max(filter(pd.notna, days.values()), default=pd.NaT)  # for who has no price: that of the others
    return study.Cases({
        company: study.case(which, book, company, **{
            name: _fresh(study.newest(each, company), days[company] if pd.notna(days[company]) else newest)
            for name, each in filed.items()} | own)
        for company, own in given.items()
    })  # fmt: skip


def _fresh(each: Quantity, day: pd.Timestamp) -> Quantity:
    """A figure, or that it is too old beside the market value of a day."""
    if not day - each.day > STALE:
        return each
    return missing(each.name, say("multiples.old", name=words.lower(words.name(each.name)), day=each.days), each.unit)


def verdict(each: Mapping[str, Case]) -> Sentence:
    """The median of the companies on sales, and who is dearest and cheapest; by market value where EV lacks."""
    if len(each) == 1:
        return study.verdict(next(iter(each.values())), "multiples.verdict_one")
    by = "ev_to_sales" if len(exhibits.ranked(each, "ev_to_sales")) > 1 else "price_to_sales"
    found = exhibits.ranked(each, by)
    if not found:
        return words.paragraph(say("multiples.none"))
    (least, low), (most, high) = found[0], found[-1]
    ends = {"least": least, "least_value": low.shown, "most": most, "most_value": high.shown}
    middle = exhibits.median(each, by).shown
    return words.paragraph(words.counted(f"multiples.verdict_{by}", len(found), middle=middle, **ends))
