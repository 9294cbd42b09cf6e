"""What was expected and what came: capex against guidance and consensus, earnings a share against analysts."""

import re
from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from capcycle import study, words
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Number, PerShare, model
from capcycle.panel import select
from capcycle.quantity import Quantity
from capcycle.study import Case
from capcycle.words import Sentence, say

PERIOD = re.compile(r"(\d{4})(?:(Q)([1-4])|(H)([12]))?")
LEASED = "finance-lease principal included"  # as the note of a row says of its basis
ENOUGH = 4  # earlier surprises, for a standard deviation


class Surprise(NamedTuple):
    difference: Amount
    surprise: Fraction


@model(verdict="surprise", better="higher")
def surprise(actual: Amount, expected: Amount) -> Surprise:
    """How far a figure came out above what was expected.

    Formula: surprise = actual / expected - 1
    Units:   amounts on one basis in one currency; a fraction.
    Source:  Microsoft's capex of the June quarter of 2024: 13.87bn, where 13.27bn was expected.

    >>> round(float(surprise(13.87e9, 13.27e9).surprise), 3)
    0.045
    """
    return Surprise(actual - expected, per(actual, expected) - 1)


class ImpliedEstimate(NamedTuple):
    implied_estimate: Amount


@model(verdict="implied_estimate", better="higher")
def implied_estimate(actual: Amount, printed_surprise: Fraction) -> ImpliedEstimate:
    """The estimate behind a surprise of which only the percentage is printed.

    Formula: implied_estimate = actual / (1 + printed_surprise)
    Units:   an amount and a fraction. Two estimates of one figure may be on two bases, with a subsidy and without.
    Source:  Kingsoft Cloud's adjusted EBITDA of 652m: 8 % above Goldman Sachs, 9 % above the consensus.

    >>> [round(float(implied_estimate(652e6, each).implied_estimate) / 1e6, 1) for each in (0.08, 0.09)]
    [603.7, 598.2]
    """
    return ImpliedEstimate(actual / (1 + printed_surprise))


class SecondHalf(NamedTuple):
    second_half_low: Amount
    second_half_high: Amount
    second_half_pace: Fraction
    guidance_revision: Fraction


@model(verdict="second_half_pace", better="higher")
def second_half(first_half: Amount, guidance_low: Amount, guidance_high: Amount, guidance_before: Amount) -> SecondHalf:
    """What guidance for a year leaves for its second half, and by how much the low end was revised.

    Formula: second_half = guidance - first_half; second_half_pace = second_half_low / first_half - 1;
             guidance_revision = guidance_low / guidance_before - 1
    Units:   amounts on one basis in one currency; fractions.
    Source:  Alphabet in 2024: more than 49bn for the year after 25bn; Meta raised its low end from 35bn to 37bn.

    >>> round(float(second_half(25e9, 49e9, 49e9, 49e9).second_half_low) / 1e9)
    24
    """
    low, high = guidance_low - first_half, guidance_high - first_half
    return SecondHalf(low, high, per(low, first_half) - 1, per(guidance_low, guidance_before) - 1)


class StandardisedSurprise(NamedTuple):
    eps_difference: PerShare
    standardised_surprise: Number


@model(verdict="standardised_surprise", better="higher")
def standardised_surprise(
    actual_eps: PerShare, estimated_eps: PerShare, past_deviation: PerShare
) -> StandardisedSurprise:
    """A surprise in earnings a share over the spread of a company's earlier ones.

    Formula: (actual_eps - estimated_eps) / past_deviation, the standard deviation of the earlier differences
    Units:   currency a share on one share count and one basis; a number of deviations.
    Source:  the definition of standardised unexpected earnings; hand arithmetic: 0.06 on a deviation of 0.03 is 2.

    >>> round(float(standardised_surprise(1.06, 1.0, 0.03).standardised_surprise), 6)
    2.0
    """
    difference = actual_eps - estimated_eps
    return StandardisedSurprise(difference, per(difference, past_deviation))


def tracked(book: Book) -> dict[str, Case]:
    """Capex against each guidance, forecast and consensus of a period that has ended, by words for each."""
    table = book.register("estimates")
    of_capex = (table["measure"] == "capex") | (
        table["measure"].isin(["guidance", "consensus"]) & (table["about"] == "capex")
    )
    rows = table[of_capex & table["subject"].isin(book.companies) & table["period"].str.fullmatch(PERIOD)]
    cases = {_called(row): _against(book.of(row["subject"]).into(row["unit"]), row) for _, row in rows.iterrows()}
    return {name: case for name, case in cases.items() if not case.lacking}


def _called(row: pd.Series) -> str:
    own = row["author"] == row["name"]
    return say(
        "surprise.own" if own else "surprise.by", company=row["name"], author=row["author"], period=row["period"]
    )


def _against(book: Book, row: pd.Series) -> Case:
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
    rows = pd.DataFrame(
        [
            {
                "label": name,
                "actual": case.inputs["actual"].shown,
                "expected": case.inputs["expected"].shown,
                "value": float(case.outputs.surprise),
                "unit": "fraction",
                "kind": case.kind,
                "source": case.source,
                "note": say(
                    "surprise.pair", actual=case.inputs["actual"].shown, expected=case.inputs["expected"].shown
                ),
            }
            for name, case in each.items()
        ]
    )
    above = int((rows["value"] > 0).sum())
    title = say("surprise.tracker.title", above=above, all=len(rows))
    frame = marks.worded("surprise.tracker", title=title, **frame)
    return (
        marks.columns(rows, frame)
        if len(rows) > 2
        else marks.table(
            rows,
            frame,
            {
                "label": say("surprise.column.expectation"),
                **{name: words.name(name) for name in ("actual", "expected")},
                "value": words.name("surprise"),
            },
        )
    )


def staircase(book: Book) -> Exhibit:
    """Guidance for capex step by step, with its range, and what the period came to."""
    table = book.versions("estimates")
    rows = table[(table["measure"] == "guidance") & (table["about"] == "capex") & table["subject"].isin(book.companies)]
    revised = [
        steps
        for _, own in rows.groupby(["subject", "period", "unit"], sort=False)
        for steps in [_steps(book, own)]
        if len(steps) > 1
    ]
    if not revised:
        return marks.nothing(marks.worded("surprise.staircase", title=say("surprise.unrevised")))
    ends = [(steps[0], next(step for step in reversed(steps) if not step["came"])) for steps in revised]
    first, last = max(ends, key=lambda pair: pair[1]["low"] / pair[0]["low"])
    said = {end: words.value(step["low"], step["unit"]) for end, step in (("first", first), ("last", last))}
    frame = marks.worded("surprise.staircase", title=say("surprise.staircase.title", about=first["about"], **said))
    return marks.dots(pd.DataFrame([step for steps in revised for step in steps]), frame)


def _steps(book: Book, rows: pd.DataFrame) -> list[dict]:
    rows = rows.sort_values("published", kind="stable", na_position="first")
    first, last = rows.iloc[0], rows.iloc[-1]
    about = say("surprise.about", company=first["name"], period=first["period"])
    base = {
        "about": about,
        "unit": first["unit"],
        "kind": first["kind"],
        "source": first["source"],
        "note": "",
        "came": False,
    }
    levels = [("before", first["previous"], first["previous"], first)] if first["previous"] == first["previous"] else []
    levels += [("on", row["low"], row["high"], row) for _, row in rows.iterrows()]
    steps = [
        base
        | {
            "label": say(f"surprise.{key}", about=about, day=words.day(row["published"])),
            "low": low,
            "high": high,
            "value": (low + high) / 2,
            "source": row["source"],
            "note": row["note"],
        }
        for key, low, high, row in levels
    ]
    actual = _against(book.of(last["subject"]).into(last["unit"]), last).inputs["actual"]
    came = base | {
        "label": say("surprise.came", about=about),
        "value": actual.value,
        "low": actual.value,
        "high": actual.value,
        "kind": actual.kind,
        "source": actual.source,
        "came": True,
    }
    return [*steps, came] if not actual.missing and len(steps) > 1 else steps


@study.starts_by_company(standardised_surprise)
def earnings(book: Book) -> dict[str, Case]:
    """Each company's newest earnings a share against the estimate, and the spread of earlier surprises."""
    table = history(book)
    return {
        company: _newest(book.into("USD"), company, table[table["company"] == company]) for company in book.companies
    }


def history(book: Book) -> pd.DataFrame:
    """Every announcement of the companies with its difference from the estimate, the oldest first."""
    table = book.register("surprises")
    table = table[table["company"].isin(book.companies)].sort_values("announced", kind="stable")
    return table.assign(difference=table["actual"] - table["estimate"])


def _newest(book: Book, company: str, rows: pd.DataFrame) -> Case:
    if len(rows) <= ENOUGH:
        lacking = Quantity("actual_eps", float("nan"), reason=say("surprise.too_few", count=ENOUGH))
        return study.case(
            standardised_surprise, book, company, **dict.fromkeys(standardised_surprise.parameters, lacking)
        )
    last, past = rows.iloc[-1], rows.iloc[:-1]["difference"].std()
    given = {"actual_eps": last["actual"], "estimated_eps": last["estimate"], "past_deviation": past}
    evidence = {
        "kind": last["kind"],
        "source": last["source"],
        "published": last["published"],
        "day": last["announced"],
        "since": last["announced"],
    }
    return study.case(
        standardised_surprise,
        book,
        company,
        **{name: Quantity(name, float(value), "USD/share", **evidence) for name, value in given.items()},
    )


def record(book: Book) -> Exhibit:
    """Each company's track record: how often it came out above, by how much, and how far the last time."""
    table, cases = history(book), earnings(book)
    full = {company: case for company, case in cases.items() if not case.lacking}
    rows = pd.DataFrame([_record(case, table[table["company"] == company]) for company, case in full.items()])
    lacking = [f"{case.name}: {case.lacking}." for case in cases.values() if case.lacking]
    above = sum(float(case.outputs.eps_difference) > 0 for case in full.values())
    title = say("surprise.record.title", above=above, all=len(full)) if full else say("surprise.record.none")
    frame = marks.worded("surprise.record", *lacking, id="earnings-record", title=title)
    heads = {
        name: say(f"surprise.column.{name}")
        for name in ("label", "day", "actual", "estimate", "value", "mean", "beats")
    }
    return marks.table(rows, frame, heads) if full else marks.nothing(frame)


def _record(case: Case, rows: pd.DataFrame) -> dict:
    share = rows["difference"].gt(0).mean()
    return {
        "label": case.name,
        "day": case.inputs["actual_eps"].day,
        "actual": case.inputs["actual_eps"].shown,
        "estimate": case.inputs["estimated_eps"].shown,
        "value": float(case.outputs.standardised_surprise),
        "mean": words.value(float(rows["difference"].mean()), "USD/share"),
        "beats": say("surprise.beats", share=words.value(share, "fraction"), count=len(rows)),
        "unit": "number",
        "kind": case.kind,
        "source": case.source,
    }


def verdict(each: Mapping[str, Case]) -> Sentence:
    """The capex surprise that was largest, and the smallest."""
    if not each:
        return words.paragraph(say("surprise.untracked"))
    ends = [pick(each, key=lambda name: float(each[name].outputs.surprise)) for pick in (max, min)]
    return words.paragraph(*(study.tell(each[name], "surprise.verdict", about=name) for name in dict.fromkeys(ends)))
