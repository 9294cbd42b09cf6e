"""What the capital in place earns by the filings, and what it costs each company: its own beta, debt and rates."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from capcycle import metrics, study, words
from capcycle.analyses.ai_roic.model import return_over_cost
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.measures import Measures
from capcycle.panel import select
from capcycle.quantity import Quantity, listed, missing, newest
from capcycle.study import Case
from capcycle.words import say

WEEKS, LEAST = 104, 52  # of returns that a beta is regressed on, and the fewest that it may be
MARKET = "SPY"
OWED = ("total_debt", "finance_lease_liability", "operating_lease_liability")
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

    Up to two years of weeks to the day of the book; missing for fewer than one year.

    >>> from capcycle import facts
    >>> beta(facts.open(), "NVDA").reason
    'the table of weekly closes, which betas are taken from, lacks its share'
    """
    wide, source = _closes(book)
    symbol = company  # each has one security here, by its ticker
    if symbol not in wide:
        return missing("beta", say("ai_roic.no_prices"), "number")
    moves = wide[[MARKET, symbol]].dropna().pct_change().dropna().tail(WEEKS)
    if len(moves) < LEAST:
        return missing("beta", say("ai_roic.few_prices", weeks=len(moves)), "number")
    slope, error = regressed(moves[MARKET].to_numpy(), moves[symbol].to_numpy())
    return Quantity("beta", slope, "number", slope - error, slope + error, "estimated", source,
                    say("ai_roic.regressed", weeks=len(moves)), since=moves.index[-1], day=moves.index[-1])  # fmt: skip


@cache
def _closes(book: Book) -> tuple[pd.DataFrame, str]:
    """The weekly closes, a column for each share, and the document that they are from."""
    closes = book.register("closes")
    return closes.pivot(index="date", columns="symbol", values="close"), next(iter(closes["source"]), "")


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
    """A company's debt, finance leases and other leases, each the newest that the data has.

    >>> from capcycle import facts
    >>> {name: each.days for name, each in owed(facts.open(as_of="2026-02-28"), "META").items()}["total_debt"]
    '31 Dec 2025'
    """
    return {name: _balance(book, company, name) for name in OWED}


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
    debt, leases, rents = parts.values()
    rows = book.register("market").query("company == @company and measure == 'market_value'")
    value = newest(rows.assign(unit=rows["currency"]), "market_value", say("ai_roic.no_market_value"))
    value = study.converted(value, book)
    if lacking := [each.reason for each in (debt, leases, value) if each.missing]:
        return missing("debt_weight", listed(lacking), "fraction")
    both = debt + leases
    weight = both / (both + value)
    most = both if rents.missing else both + rents
    ends = {"low": (debt / (debt + value)).value, "high": (most / (most + value)).value}
    reason = say("ai_roic.weighed", debt=owed_days(parts), value=value.days)
    return replace(weight.called("debt_weight", "fraction", reason), **ends)


def _balance(book: Book, company: str, concept: str) -> Quantity:
    """A company's newest balance of one concept as filed, in the currency of the book."""
    facts = (book if company in book.companies else book.of(company)).facts
    rows = facts[facts["company"].eq(company) & facts["concept"].eq(concept)]
    known = newest(rows, concept, say("reason.missing", concept=words.lower(words.name(concept)), earlier="").strip(),
                   day="period_end")  # fmt: skip
    return study.converted(known if known.missing else replace(known, reason=""), book)
