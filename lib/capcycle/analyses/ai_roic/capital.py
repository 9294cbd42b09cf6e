"""What the capital in place earns by the filings, and what it costs each company: its own beta, debt and rates."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from capcycle import facts, metrics, study, words
from capcycle.analyses.ai_roic.model import return_over_cost
from capcycle.analyses.power_value.figures import DOLLAR, figures
from capcycle.facts import Book, prices
from capcycle.measure import measure
from capcycle.measures import Measures
from capcycle.panel import select
from capcycle.quantity import Quantity, listed, missing, newest
from capcycle.study import Case
from capcycle.words import say

WEEKS = 104  # of returns that a beta is regressed on, and no fewer: of a year the error is as large as a beta
MARKET, WEEK = "SPY", "W-FRI"
LEASES = ("finance_lease_liability", "operating_lease_liability")
TENTHS = [0.1, 0.9]  # the ends of what eight of ten draws give
ROIC = metrics.roic_all_debt


@study.starts_by_company(return_over_cost)
def returns(book: Book, **numbers: float) -> dict[str, Case]:
    """The realised return of each company of a book on its capital in place, against its own cost of capital."""
    before_tax = measure(ROIC, select(book, "ttm"), tax_rate=0.0)
    return {company: _returns(book, company, before_tax, numbers) for company in book.companies}


def _returns(book: Book, company: str, before_tax: Measures, numbers: Mapping[str, float]) -> Case:
    earned = replace(study.newest(before_tax, company), name="roic_before_tax")
    own = {"beta": beta(book, company), "debt_weight": debt_weight(book, company)}
    return study.case(return_over_cost, book, company, roic_before_tax=earned, **own).chosen(**numbers)


def capital_cost(book: Book, company: str) -> Quantity | str:
    """A company's cost of capital, with what eight of ten draws give as its range; the assumption where prices lack.

    >>> from capcycle import facts
    >>> capital_cost(facts.open(as_of="2022-01-31"), "MSFT")  # half a year of prices
    'wacc'
    """
    slope = beta(book, company)
    if slope.missing or (weight := debt_weight(book, company)).missing:
        return "wacc"
    own = {"beta": slope, "debt_weight": weight}
    case = study.case(return_over_cost, book, company, roic_before_tax=0.0, **own)
    low, high = np.quantile(study.simulate(case).values("wacc"), TENTHS)
    reason = say("ai_roic.own_cost", beta=slope.shown, until=slope.until)
    return replace(case.quantity("wacc"), low=low, high=high, reason=reason)


def beta(book: Book, company: str) -> Quantity:
    """How much a company's share moves with the market, within one standard error: a regression of weekly returns.

    Two years of whole weeks, to a Friday's close, before the day of the book. It is missing for who reports in another
    currency than the dollar: the rates and the premium are of the United States, and the risk of another country is in
    neither.

    >>> from capcycle import facts
    >>> beta(facts.open(), "INTC").days, beta(facts.open(), "CRWV").reason
    ('26 Jun 2026', 'only 65 weeks of prices')
    """
    closes = book.prices()
    if (currency := facts.companies()["currency"].get(company, DOLLAR)) != DOLLAR:
        return missing("beta", say("ai_roic.abroad", currency=currency), "number")
    if company not in closes:  # each has one security here, by its ticker
        return missing("beta", say("ai_roic.no_prices"), "number")
    weeks = closes[[MARKET, company]].dropna().resample(WEEK).last()
    moves = weeks[weeks.index <= closes.index.max()].pct_change().dropna().tail(WEEKS)
    if len(moves) < WEEKS:
        return missing("beta", say("ai_roic.few_prices", weeks=len(moves)), "number")
    slope, error = regressed(moves[MARKET].to_numpy(), moves[company].to_numpy())
    return Quantity("beta", slope, "number", slope - error, slope + error, "estimated", prices.SOURCE,
                    say("ai_roic.regressed", weeks=len(moves), error=words.value(error, "number")),
                    since=moves.index[-1], day=moves.index[-1])  # fmt: skip


def regressed(market: np.ndarray, share: np.ndarray) -> tuple[float, float]:
    """The slope of a line through returns, and its standard error.

    >>> regressed(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0]))
    (2.0, 0.0)
    """
    apart = market - market.mean()
    slope = float(apart @ share / (apart @ apart))
    left = share - share.mean() - slope * apart
    return slope, float(np.sqrt(left @ left / (len(share) - 2) / (apart @ apart)))


def owed(book: Book, company: str) -> dict[str, Quantity]:
    """A company's debt, as its enterprise value has it, finance leases and other leases, each the newest in the data.

    >>> from capcycle import facts
    >>> {name: each.days for name, each in owed(facts.open(as_of="2026-02-28"), "META").items()}["debt"]
    '31 Dec 2025'
    """
    known = figures(book if company in book.companies else book.of(company))[company]
    return {"debt": study.converted(known["debt"], book)} | {name: _balance(book, company, name) for name in LEASES}


def owed_days(parts: Mapping[str, Quantity]) -> str:
    """Of which day what is owed is; where its parts are of several, which is of which."""
    known = {name: each for name, each in parts.items() if not each.missing}
    days = dict.fromkeys(each.days for each in known.values())
    if len(days) < 2:
        return next(iter(days), words.DASH)
    return words.clauses(
        say("ai_roic.owed_of", day=day, names=words.listing(
            [words.lower(words.name(name)) for name, each in known.items() if each.days == day]))
        for day in days
    )  # fmt: skip


def debt_weight(book: Book, company: str) -> Quantity:
    """Debt and finance leases out of them and the market value: without leases, with them, and with all leases."""
    parts = owed(book, company)
    debt, *leases = parts.values()
    value = study.converted(
        figures(book if company in book.companies else book.of(company))[company]["market_value"], book
    )
    if lacking := [each.reason for each in (debt, value) if each.missing]:
        return missing("debt_weight", listed(lacking), "fraction")
    finance, rents = (debt * 0.0 if each.missing else each for each in leases)
    both = debt + finance
    most = both + rents
    weight = both / (both + value)
    ends = {"low": (debt / (debt + value)).value, "high": (most / (most + value)).value}
    unknown = [words.lower(words.name(name)) for name in LEASES if parts[name].missing]
    days = {"debt": owed_days(parts), "value": value.days}
    reason = say("ai_roic.weighed_partly", names=words.listing(unknown), **days) if unknown else say(
        "ai_roic.weighed", **days)  # fmt: skip
    return replace(weight.called("debt_weight", "fraction", reason), **ends)


def _balance(book: Book, company: str, concept: str) -> Quantity:
    """A company's newest balance of one concept as filed, in the currency of the book."""
    known = (book if company in book.companies else book.of(company)).facts
    rows = known[known["company"].eq(company) & known["concept"].eq(concept)]
    found = newest(rows, concept, study.not_public(concept), day="period_end")
    return study.converted(found if found.missing else replace(found, reason=""), book)
