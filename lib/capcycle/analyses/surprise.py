"""Capex against what was expected of it: guidance, forecasts and the consensus of a period that has ended."""

import re
from collections.abc import Mapping

import pandas as pd

from capcycle import study, words
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, model
from capcycle.panel import select
from capcycle.quantity import Quantity
from capcycle.study import Case
from capcycle.words import Sentence, say

PERIOD = re.compile(r"(\d{4})(?:(Q)([1-4])|(H)([12]))?")
LEASED = "finance-lease principal included"  # as the note of a row says of its basis


@model(verdict="surprise", better="higher", difference=Amount, surprise=Fraction)
def surprise(actual: Amount, expected: Amount):
    """How far a figure came out above what was expected.

    Formula: surprise = actual / expected - 1
    Units:   amounts on one basis in one currency; a fraction.
    Source:  Microsoft's capex of the June quarter of 2024: 13.87bn, where 13.27bn was expected.

    >>> round(float(surprise(13.87e9, 13.27e9).surprise), 3)
    0.045
    """
    return actual - expected, per(actual, expected) - 1


@model(verdict="implied_estimate", better="higher", implied_estimate=Amount)
def implied_estimate(actual: Amount, printed_surprise: Fraction):
    """The estimate behind a surprise of which only the percentage is printed.

    Formula: implied_estimate = actual / (1 + printed_surprise)
    Units:   an amount and a fraction. Two estimates of one figure may be on two bases, with a subsidy and without.
    Source:  Kingsoft Cloud's adjusted EBITDA of 652m: 8 % above Goldman Sachs, 9 % above the consensus.

    >>> [round(float(implied_estimate(652e6, each).implied_estimate) / 1e6, 1) for each in (0.08, 0.09)]
    [603.7, 598.2]
    """
    return actual / (1 + printed_surprise)


def tracked(book: Book) -> dict[str, Case]:
    """Capex against each guidance, forecast and consensus of a period that has ended, by words for each."""
    table = book.register("estimates")
    of_capex = (table["measure"] == "capex") | (
        table["measure"].isin(["guidance", "consensus"]) & (table["about"] == "capex")
    )
    rows = table[of_capex & table["subject"].isin(book.companies) & table["period"].str.fullmatch(PERIOD)]
    cases = {_called(row): against(book.of(row["subject"]).into(row["unit"]), row) for _, row in rows.iterrows()}
    return {name: case for name, case in cases.items() if not case.lacking}


def _called(row: pd.Series) -> str:
    own = row["author"] == row["name"]
    return say(
        "surprise.own" if own else "surprise.by", company=row["name"], author=row["author"], period=row["period"]
    )


def against(book: Book, row: pd.Series) -> Case:
    """What came of capex on the basis of an estimate, in a period, beside the middle of the estimate."""
    first, last = span(row["period"])
    kind = "capex_with_lease_principal" if LEASED in row["note"] else "capex"
    actual = study.summed(measure(kind, select(book, "quarter")), row["subject"], first, last)
    middle = (row["low"] + row["high"]) / 2
    expected = Quantity(
        "expected",
        middle,
        row["unit"],
        row["low"],
        row["high"],
        kind=row["kind"],
        source=row["source"],
        reason=row["note"],
        published=row["published"],
    )
    return study.case(surprise, book, row["subject"], actual=actual, expected=expected)


def span(period: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first and the last day of a period as estimates name it: a year, a half or a quarter of the calendar.

    >>> [f"{day:%Y-%m-%d}" for day in span("2024H2")]
    ['2024-07-01', '2024-12-31']
    """
    year, _, quarter, _, half = PERIOD.fullmatch(period).groups()
    first, months = (3 * int(quarter) - 2, 3) if quarter else (6 * int(half) - 5, 6) if half else (1, 12)
    start = pd.Timestamp(int(year), first, 1)
    return start, start + pd.DateOffset(months=months) - pd.Timedelta(days=1)


def tracker(each: Mapping[str, Case]) -> Exhibit:
    """By how much capex came out above each guidance, forecast and consensus."""
    frame = {"id": "capex-tracker"}
    if not each:
        return marks.nothing(marks.worded("surprise.tracker", title=say("surprise.untracked"), **frame))
    rows = marks.rows((name, case.quantity("surprise")) for name, case in each.items())
    rows = rows.assign(note=[study.tell(case, "surprise.pair") for case in each.values()])
    title = say("surprise.tracker.title", above=int((rows["value"] > 0).sum()), all=len(rows))
    return marks.columns(rows, marks.worded("surprise.tracker", title=title, **frame))


def verdict(each: Mapping[str, Case]) -> Sentence:
    """The capex surprise that was largest, and the smallest."""
    if not each:
        return words.paragraph(say("surprise.untracked"))
    ends = [pick(each, key=lambda name: float(each[name].outputs.surprise)) for pick in (max, min)]
    return words.paragraph(*(study.tell(each[name], "surprise.verdict", about=name) for name in dict.fromkeys(ends)))
