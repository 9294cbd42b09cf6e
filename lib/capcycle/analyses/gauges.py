"""Tests of a bubble with stated thresholds: Goldman's three parts, Azhar's five gauges, and the leaders of 2000."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd

from capcycle import exhibits, facts, study, words
from capcycle.analyses import bubble, past_multiples, required_revenue
from capcycle.errors import NothingToShow
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Multiple, model
from capcycle.panel import select
from capcycle.quantity import Quantity, missing, newest, together, total
from capcycle.study import Case
from capcycle.words import Sentence, say

THREE = ("valuation_share", "forward_pe", "capex_to_operating_cash_flow")  # price, valuation and leverage
FIVE = ("investment_to_gdp", "capex_to_ai_revenue", "doubling_years", "forward_pe", "capex_to_operating_cash_flow")
OTHERS = ("borrowed_to_capex", "first_day_return")  # of issuance, which neither test counts
GREEN, AMBER, RED, UNKNOWN = "green", "amber", "red", "unknown"
TODAY = "today"


@model(verdict="coverage", better="higher", coverage=Fraction, capex_to_ai_revenue=Multiple)
def capex_coverage(ai_revenue: Amount, capex: Amount):
    """How much of a year's spending that year's revenue covers, and the spending for each unit of revenue.

    Formula: coverage = ai_revenue / capex; capex_to_ai_revenue = capex / ai_revenue
    Units:   amounts of one year in one currency.
    Source:  Azhar, September 2025: 60bn on 400bn is 15 %, or 6.67 times.

    >>> [round(float(each), 2) for each in capex_coverage(60e9, 400e9)]
    [0.15, 6.67]
    """
    return per(ai_revenue, capex), per(capex, ai_revenue)


@study.starts(capex_coverage)
def coverage(book: Book, company: str = "") -> Case:
    """Spending for AI and AI revenue, added up over those of a book's companies that disclose the revenue."""
    known = required_revenue.against_disclosed((book.of(company) if company else book).into("USD"))
    whole = [each.inputs for each in required_revenue.disclosing(known).values()]
    spent = _sum("capex", (each["capex"] * each["ai_share_of_capex"] for each in whole))
    earned = _sum("ai_revenue", (each["ai_revenue"] for each in whole))
    # added up in dollars, so that the share is one in every currency of a page: months have rates of their own
    return study.case(capex_coverage, book, company, capex=study.converted(spent, book),
                      ai_revenue=study.converted(earned, book))  # fmt: skip


class Gauge(NamedTuple):
    """A figure with the thresholds from which it is amber and red; a threshold that nobody prints is missing."""

    value: Quantity
    limits: Quantity

    @property
    def state(self) -> str:
        if self.value.missing:
            return UNKNOWN
        return next((state for state, limit in ((RED, self.limits.high), (AMBER, self.limits.low))
                     if self.value.value >= limit), GREEN)  # fmt: skip


def gauges(book: Book, start: str = "") -> dict[str, Gauge]:
    """Every gauge of the companies of a book; `start` is the day from which their return is taken apart.

    >>> gauges(facts.open(["MSFT", "AMZN"], "2026-06-30"))["capex_to_operating_cash_flow"].limits.high
    1.0
    """
    return {name: Gauge(value.called(name), study.assumption(book, f"gauge_{name}"))
            for name, value in _values(book, start).items()}  # fmt: skip


def _values(book: Book, start: str) -> dict[str, Quantity]:
    spending = [each.inputs for each in required_revenue.spending(required_revenue.against_disclosed(book)).values()]
    for_ai = _sum("investment", (each["capex"] * each["ai_share_of_capex"] for each in spending))
    gdp = study.converted(study.assumption(book, "us_gdp"), book)
    return {
        "valuation_share": _from_valuation(book, start),
        "forward_pe": past_multiples.median_ahead(past_multiples.ahead(book)),
        "capex_to_operating_cash_flow": ratio(book, "capex", "operating_cash_flow"),
        "investment_to_gdp": (for_ai / gdp).called("investment_to_gdp", "fraction"),
        "capex_to_ai_revenue": coverage(book).alone("capex_to_ai_revenue"),
        "doubling_years": _doubling(book),
        "borrowed_to_capex": _borrowed(book),
        "first_day_return": _first_day(book),
    }


def _borrowed(book: Book) -> Quantity:
    """Debt added in a year over that year's capex, of the companies with two balances a year apart."""
    years, pairs = select(book.into(book.money), "ttm"), []
    capex = measure("capex", years)
    debts = [measure("added_in_a_year", years, value=each) for each in ("total_debt", "term_debt")]
    for company in book.companies:
        known = [each for each in debts if not study.newest(each, company).missing]
        if known:
            debt = max(known, key=lambda each: study.newest(each, company).day)
            pairs.append((study.newest(debt, company), study.beside(capex, company, debt)))
    pairs = [pair for pair in pairs if not pair[1].missing]
    whole = [_sum(name, (pair[place] for pair in pairs)) for place, name in enumerate(("total_debt", "capex"))]
    return (whole[0] / whole[1]).called("borrowed_to_capex", "fraction")


def _first_day(book: Book) -> Quantity:
    """What offerings of the newest year rose on their first day, on average."""
    table = book.register("multiples_history").query("measure == 'first_day_return' and episode == @TODAY")
    return newest(table.assign(unit="fraction"), "first_day_return", study.not_public("gauge_first_day_return"))


def _from_valuation(book: Book, start: str) -> Quantity:
    try:
        return exhibits.median(bubble.decompositions(book, start), "valuation_share")
    except NothingToShow as reason:
        return missing("valuation_share", str(reason), "fraction")


def ratio(book: Book, over: str, under: str) -> Quantity:
    """One sum of twelve months over another, over the companies that have both of the same twelve months."""
    years = select(book.into(book.money), "ttm")
    measured = {each: measure(each, years) for each in (over, under)}
    pairs = [list(study.of_one_period(measured, company).values()) for company in book.companies]
    both = [pair for pair in pairs if not any(each.missing for each in pair)]
    whole = [_sum(name, (pair[place] for pair in both)) for place, name in enumerate((over, under))]
    return (whole[0] / whole[1]).called(f"{over}_to_{under}", "fraction")


def _sum(name: str, each: Iterable[Quantity]) -> Quantity:
    known = list(each)
    return total(known, name) if known else missing(name, study.not_public(name))


def _doubling(book: Book) -> Quantity:
    """In how many years cloud revenue doubles at the middle of the companies' newest growth on the year before."""
    grown = measure("growth_year_on_year", select(book, "quarter"), value="cloud_revenue")
    known = [each for company in book.companies if not (each := study.newest(grown, company)).missing]
    if not known:
        return missing("doubling_years", study.not_public("cloud_revenue"), "years")
    middle = together(lambda *values: float(np.median(values)), *known, name="growth", unit="fraction")
    if middle.value <= 0:
        return missing("doubling_years", say("gauges.no_growth"), "years")
    return together(lambda growth: np.log(2) / np.log1p(growth), middle, name="doubling_years", unit="years")


def verdict(found: dict[str, Gauge]) -> Sentence:
    """What either test says: a bubble by the one where all parts are red, by the other from three gauges on."""
    three, five = ([found[name].state for name in names] for names in (THREE, FIVE))
    parts = "bubble" if three.count(RED) == len(THREE) else "none" if {GREEN, AMBER} & {*three} else "open"
    reds, open_ = five.count(RED), five.count(UNKNOWN)
    warned = "imminent" if reds > 2 else "trouble" if reds > 1 else "open" if reds + open_ > 1 else "boom"
    said = {
        "red": words.counted("gauges.reds", reds),
        "amber": words.counted("gauges.ambers", five.count(AMBER)),
        "unknown": open_,
    }
    of_three = {
        "red": words.counted("gauges.reds", three.count(RED)),
        "amber": words.counted("gauges.ambers", three.count(AMBER)),
    }
    return words.paragraph(say(f"gauges.three_{parts}", **of_three), say(f"gauges.five_{warned}", **said))


def panel(found: dict[str, Gauge]) -> Exhibit:
    """Every gauge with its value, its thresholds, what colour that is and whose test it belongs to."""
    rows = pd.DataFrame([_gauge(name, one) for name, one in found.items()])
    lacking = [say("gauges.lacking", name=_label(name), reason=one.value.reason.rstrip(".。"))
               for name, one in found.items() if one.value.missing]  # fmt: skip
    reasons = [say("gauges.limit", name=_label(name), reason=one.limits.reason) for name, one in found.items()]
    states = [one.state for one in found.values()]
    frame = marks.worded("gauges.panel", *reasons, *lacking, red=words.counted("gauges.reds", states.count(RED)),
                         amber=words.counted("gauges.ambers", states.count(AMBER)), count=len(states))  # fmt: skip
    columns = {"label": say("gauges.column.gauge"), "value": say("gauges.column.now"), "state":
               say("gauges.column.state"), "low": say("gauges.column.amber"), "high": say("gauges.column.red"),
               "tests": say("gauges.column.tests")}  # fmt: skip
    return marks.table(rows, frame, columns)


def _label(name: str) -> str:
    return words.name(f"gauge_{name}")


def _gauge(name: str, one: Gauge) -> dict:
    tests = (("goldman", THREE), ("azhar", FIVE), ("neither", OTHERS))
    whose = [say(f"gauges.{test}") for test, names in tests if name in names]
    unit = one.value.unit or one.limits.unit
    ends = {f"{end}_{part}": value for end in ("low", "high") for part, value in
            (("kind", one.limits.kind), ("unit", unit))}  # fmt: skip
    return {"label": _label(name), "value": one.value.value, "unit": unit, "kind": one.value.kind,
            "state": say(f"gauges.{one.state}"), "low": one.limits.low, "high": one.limits.high,
            "tests": words.listing(whose), "source": facts.documents([one.value.source, one.limits.source]),
            **ends}  # fmt: skip
