"""What the market pays: multiples of sales, profit and cash beside peers."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import chain

import pandas as pd

from capcycle import exhibits, facts, study, words
from capcycle.analyses import useful_life
from capcycle.analyses.power_value.figures import STALE, figures
from capcycle.errors import NothingToShow
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.measures import Measures
from capcycle.metrics import net_income_without_gains
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Multiple, model
from capcycle.panel import select
from capcycle.quantity import Quantity, missing
from capcycle.study import Case
from capcycle.words import Sentence, say

SHOWN = ("price_to_sales", "ev_to_sales", "price_to_earnings", "price_to_earnings_without_gains", "fcf_yield")
WEAR = ("ev_to_ebitda_less_maintenance", "ev_to_ebitda", "ev_to_ebit", "shorter_life_charge")
QUALITY = ("ev_to_sales_per_growth", "ev_to_sales", "revenue_growth", "operating_margin", "rule_of_40")
CHARGES = "depreciation_amortization"
SETS = (("revenue", "revenue_growth", "fcf", "operating_income", CHARGES), ("net_income", "investment_gains"))
MONTH = pd.Timedelta(days=31)  # between days that stand under one label
QUARTER = pd.Timedelta(days=92) + MONTH  # that a flow may be older than those it is set against
ONE = ("verdict_one", "verdict_ebitda", "verdict_ev", "verdict_market")  # of one company, by what is known of it
POINTS = 100  # of a percentage, in which growth divides a multiple


@model(verdict="ev_to_sales", better="lower", price_to_sales=Multiple, ev_to_sales=Multiple, ev_to_ebitda=Multiple,
       ev_to_ebit=Multiple, ev_to_ebitda_less_maintenance=Multiple, price_to_earnings=Multiple,
       price_to_earnings_without_gains=Multiple, fcf_yield=Fraction, operating_margin=Fraction, rule_of_40=Fraction,
       ev_to_sales_per_growth=Multiple)  # fmt: skip
def multiples(
    market_value: Amount, enterprise_value: Amount, revenue: Amount, revenue_growth: Fraction,
    operating_income: Amount, depreciation_amortization: Amount, shorter_life_charge: Amount, net_income: Amount,
    investment_gains: Amount, tax_rate: Fraction, fcf: Amount,
):  # fmt: skip
    """Multiples of twelve months of sales, profit and free cash flow.

    Formula: price_to_sales = market_value / revenue; ebitda = operating_income + depreciation_amortization;
             ev_to_ebitda = enterprise_value / ebitda; ev_to_ebit = enterprise_value / operating_income;
             ev_to_ebitda_less_maintenance = enterprise_value / (ebitda - maintenance), where maintenance, what must be
             bought again each year to stand still, is depreciation_amortization + shorter_life_charge; without gains
             net income is less investment_gains * (1 - tax_rate); operating_margin = operating_income / revenue;
             rule_of_40 = revenue_growth + fcf / revenue; ev_to_sales_per_growth = ev_to_sales / (100 * revenue_growth)
    Units:   one currency, flows of twelve months; missing where the base is not positive.
    Source:  CoreWeave's prospectus at 35bn and 8bn of debt: 43/1.915 = 22.5 times sales, 43/1.2 = 35.8 times EBITDA.

    >>> found = multiples(35e9, 43e9, 1.915e9, 7.366, 0.324e9, 0.876e9, 0.024e9, -0.863e9, 0.0, 0.21, -5.95e9)
    >>> round(float(found.ev_to_sales), 1), round(float(found.ev_to_ebitda), 1), float(found.price_to_earnings)
    (22.5, 35.8, nan)
    >>> round(float(found.ev_to_ebitda_less_maintenance))  # 43bn over the 0.3bn that are left of 1.2bn
    143
    """
    own = net_income_without_gains(net_income, investment_gains, tax_rate)
    to_sales, ebitda = per(enterprise_value, revenue), operating_income + depreciation_amortization
    return (
        per(market_value, revenue), to_sales, per(enterprise_value, ebitda), per(enterprise_value, operating_income),
        per(enterprise_value, operating_income - shorter_life_charge), per(market_value, net_income),
        per(market_value, own), per(fcf, market_value), per(operating_income, revenue),
        revenue_growth + per(fcf, revenue), per(to_sales, POINTS * revenue_growth),
    )  # fmt: skip


@study.starts_by_company(multiples)
@cache
def cases(book: Book) -> dict[str, Case]:
    """Each company's multiples, in its own currency: the newest value on its newest twelve months."""
    known, lives = figures(book), _lives(book)
    given = {company: {name: known[company][name] for name in ("market_value", "enterprise_value")}
             | {"shorter_life_charge": _shorter(lives.get(company))}
             for company in book.companies}  # fmt: skip
    return filed_cases(multiples, homes(book), flows, given, SETS)


@cache
def homes(book: Book) -> dict[str, Book]:
    """For each company a book in the currency that it reports in: a rate of exchange is no part of a multiple."""
    return {company: _home(book.into(book.money), company) for company in book.companies}


def _home(book: Book, company: str) -> Book:
    """The book of a company's own currency; the same book where that is its currency, or where nothing is filed yet."""
    if facts.company(company)["currency"] != book.currency:
        with suppress(NothingToShow):
            return select(book.own(company), "ttm").book
    return book


@cache
def flows(book: Book) -> dict[str, Measures]:
    """What every company of a book files of twelve months, by the name of the input."""
    years = select(book, "ttm")
    filed = {name: measure(name, years) for name in [*chain(*SETS), "depreciation"] if name != "revenue_growth"}
    return filed | {"revenue_growth": measure("growth_year_on_year", years, value="revenue")}


def of_one_year(filed: Mapping[str, Measures], names: Sequence[str], company: str,
                within: pd.Timedelta = QUARTER) -> dict[str, Quantity]:  # fmt: skip
    """Flows of a company of the same twelve months; depreciation of property alone where amortisation is not given."""
    only = CHARGES in names and study.newest(filed[CHARGES], company).missing
    measured = {name: filed["depreciation" if only and name == CHARGES else name] for name in names}
    found = study.of_one_period(measured, company, within)
    if only:
        found[CHARGES] = found[CHARGES].called(CHARGES, reason=say("multiples.depreciation_only"))
    return found


def _lives(book: Book) -> Mapping[str, Case]:
    """Each company's newest year with servers of four years; none before a year was public."""
    with suppress(NothingToShow):
        return useful_life.at_four_years(book.into(book.money))
    return {}


def _shorter(life: Case | None) -> Quantity:
    """What servers that last four years would add to the year's depreciation."""
    if life is None:
        return missing("shorter_life_charge", study.not_public("shorter_life_charge"))
    added = life.alone("depreciation_prospective") - life.alone("depreciation_in_accounts")
    charge = added.called("shorter_life_charge", reason=say("multiples.shorter_life"))
    return replace(charge, since=charge.day)  # of the newest year, whatever is charged then was bought earlier


def filed_cases(which: Callable, books: Mapping[str, Book], filed: Callable[[Book], Mapping[str, Measures]],
          given: Mapping[str, dict[str, Quantity]], sets: Sequence[Sequence[str]] = ()) -> study.Cases:  # fmt: skip
    """A case of each company: what is given, and its newest figures that are not too old beside the market value.

    books  of each company the book in whose currency its amounts are
    sets   which of the figures are set against each other, and are of one period; by default each is its own newest.
           An output that takes a figure not yet held of that period is of the newest that has all it takes
    """
    days = {company: own["market_value"].day for company, own in given.items()}
    newest = max(filter(pd.notna, days.values()), default=pd.NaT)  # for who has no price: that of the others
    return study.Cases({
        company: _filed_case(which, books[company], company, filed(books[company]), own,
                             days[company] if pd.notna(days[company]) else newest, sets)
        for company, own in given.items()
    })  # fmt: skip


def _filed_case(which: Callable, book: Book, company: str, filed: Mapping[str, Measures],
                given: Mapping[str, Quantity], day: pd.Timestamp, sets: Sequence[Sequence[str]]) -> Case:  # fmt: skip
    def of_one(names: Sequence[str], within: pd.Timedelta = QUARTER) -> dict[str, Quantity]:
        found = of_one_year(filed, names, company, within)
        return {name: _fresh(each, day) for name, each in found.items()}

    at_once = {name: _of_its_day(each, book) for name, each in given.items()}
    taken = [of_one(names, MONTH) for names in sets or [(name,) for name in filed]]
    own = study.case(which, book, company, **{name: each for one in taken for name, each in one.items()} | at_once)
    return study.each_newest(own, list(chain(*sets)), of_one)


def _of_its_day(each: Quantity, book: Book) -> Quantity:
    """An amount in the currency of a book at the rate of its own day."""
    return each if each.missing or pd.isna(each.day) else study.converted(each, book.on(f"{each.day:%Y-%m-%d}"))


def _fresh(each: Quantity, day: pd.Timestamp) -> Quantity:
    """A figure, or that it is too old beside the market value of a day."""
    if not day - each.day > STALE:
        return each
    return missing(each.name, say("multiples.old", name=words.lower(words.name(each.name)), day=each.days), each.unit)


def verdict(each: Mapping[str, Case]) -> Sentence:
    """The median of the companies on sales, and who is dearest and cheapest; by market value where EV lacks."""
    if len(each) == 1:
        case = next(iter(each.values()))
        known = [key for key in ONE if not study.lacks(case, f"multiples.{key}")]
        return study.verdict(case, f"multiples.{known[0]}") if known else words.paragraph(say("multiples.none"))
    by = "ev_to_sales" if len(exhibits.ranked(each, "ev_to_sales")) > 1 else "price_to_sales"
    found = exhibits.ranked(each, by)
    if not found:
        return words.paragraph(say("multiples.none"))
    (least, low), (most, high) = found[0], found[-1]
    ends = {"least": least, "least_value": low.shown, "most": most, "most_value": high.shown}
    if len(found) == 2:  # no median of two
        return words.paragraph(say(f"multiples.verdict_{by}_2", **ends))
    middle = exhibits.median(each, by).shown
    return words.paragraph(words.counted(f"multiples.verdict_{by}", len(found), middle=middle, **ends))
