"""What each segment brought to growth: the parts of a filed revenue beside the same parts of a year before."""

from collections.abc import Iterator, Mapping

import pandas as pd

from capcycle import study, words
from capcycle.analyses import growth
from capcycle.analyses.growth import growth_bridge
from capcycle.exhibits import Exhibit, marks
from capcycle.exhibits.cards import Card
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.panel import select
from capcycle.quantity import Quantity, missing
from capcycle.study import Case
from capcycle.words import Sentence, say

CUTS = ("by segment", "by type", "by market")  # parts of one cut do not overlap, and all of it is revenue
SHRUNK = 0.8  # of a year before: what has less has lost more than sales
YEAR, HALF, WEEK, QUARTERS = pd.Timedelta(days=365), pd.Timedelta(days=182), pd.Timedelta(days=10), 4
SHOWN = ("part", "part_growth", "share_before", "share_of_whole", "share_of_growth")

Parts = Mapping[str, Mapping[str, Case]]


def cases(book: Book) -> Parts:
    """By company and segment: the newest quarter of which the segments are public, and those of a year before.

    Of two cuts of one quarter the finer one counts. A company that prints no segment is absent.
    """
    table = book.register("segments")
    rows = table[table["cut"].isin(CUTS) & table["company"].isin(book.companies)]
    found = {company: _newest(book.own(company), company, rows[rows["company"] == company])
             for company in book.companies}  # fmt: skip
    return {company: each for company, each in found.items() if each}


def _newest(book: Book, company: str, rows: pd.DataFrame) -> dict[str, Case]:
    if rows.empty or book.facts.empty:
        return {}
    sizes = rows.groupby(["period_end", "period_start", "cut"]).size()
    for end, start, cut in sorted(sizes.index, key=lambda each: (*each[:2], sizes[each]), reverse=True):
        now = rows[rows["cut"].eq(cut) & rows["period_end"].eq(end) & rows["period_start"].eq(start)]
        before = [_before(row, rows) for _, row in now.iterrows()]
        whole, ago = _whole(book, company, end, "quarter" if end - start < HALF else "ttm")
        if not any(each.missing for each in (whole, ago, *before)):
            return {row["part"]: study.case(growth_bridge, book, company, whole=whole, whole_before=ago,
                                            part=study.entry(row, "value", row["currency"]), part_before=earlier)
                    for (_, row), earlier in zip(now.iterrows(), before, strict=True)}  # fmt: skip
    return {}


def _span(case: Case) -> str:
    """Whether a case is of a quarter or of a year: what its company last told of its segments."""
    rows = case.book.register("segments").query("company == @case.company and cut in @CUTS")
    days = rows[rows["period_end"].eq(case.inputs["part"].day) & rows["value"].eq(case.inputs["part"].value)]
    return say("segments.year" if (days["period_end"] - days["period_start"] > HALF).any() else "segments.quarter")


def _before(row: pd.Series, rows: pd.DataFrame) -> Quantity:
    """The part a year before: as printed, else from the growth that is."""
    began, ended = ((row[day] - YEAR - rows[day]).abs() <= WEEK for day in ("period_start", "period_end"))
    past = rows[began & ended & (rows["part"] == row["part"])]
    if len(past):
        return study.entry(past.iloc[-1], "value", row["currency"])
    if row["growth"] == row["growth"]:
        return study.entry(row, "value", row["currency"]) / (1 + study.entry(row, "growth", "fraction"))
    return missing("part_before", study.not_public("part_before"))


def _whole(book: Book, company: str, end: pd.Timestamp, span: str) -> tuple[Quantity, Quantity]:
    """Revenue as filed in the quarter, or the twelve months, that end on a day, and in those of a year before."""
    quarters = measure("revenue", select(book, span))
    table = quarters.table[quarters.table["company"] == company]
    own = table[(table["period_end"] - end).abs() <= WEEK]
    if own.empty:
        return (missing("whole", study.not_public("revenue")),) * 2
    ago = table[table["ordinal"] == own["ordinal"].iloc[-1] - QUARTERS]["period"]
    named = [*own["period"].iloc[-1:], *ago.iloc[-1:]]
    both = [study.figure(quarters, company, each) for each in named]
    return both[0], both[1] if len(both) > 1 else missing("whole_before", study.not_public("revenue"))


def outgrown(each: Parts) -> tuple[str, Case]:
    """The segment of now whose share of growth is furthest above its share of revenue, where revenue grew."""
    every = growth.of_now([one for parts in each.values() for one in parts.items()])
    grown = [one for one in every if one[1].outputs.whole_growth > 0] or every
    return max(grown, key=lambda one: float(one[1].outputs.share_of_growth - one[1].outputs.share_of_whole))


def example(clouds: Mapping[str, Case], each: Parts) -> Case:
    """A case of which the inputs are shown: that of the title, or of a cloud where no segment is known."""
    return outgrown(each)[1] if each else clouds[study.one_of(clouds)]


def verdict(clouds: Mapping[str, Case], each: Parts) -> Sentence:
    """What the cloud brought; where nobody has one, the segment that brought more than its share."""
    if not each or any(not case.lacking for case in clouds.values()):
        return growth.verdict(clouds)
    part, case = outgrown(each)
    return words.paragraph(study.tell(case, "segments.bridge.title", part=part, span=_span(case)))


def bridge(each: Parts) -> Exhibit:
    """A bar for each segment of each company: the points of growth that it brought, the most first."""
    if not each:
        return marks.nothing(marks.worded("segments.bridge", title=say("segments.bridge.title_0")))
    rows = [
        {"label": say("segments.of", company=case.name, part=part), "group": case.name, "note": "",
         "value": float(case.outputs.contribution), "unit": "fraction", "kind": case.kind, "source": case.source}
        for parts in each.values() for part, case in _ranked(parts)
    ]  # fmt: skip
    part, case = outgrown(each)
    title = study.tell(case, "segments.bridge.title", part=part, span=_span(case))
    return marks.columns(pd.DataFrame(rows), marks.worded("segments.bridge", *_left(each), *_shrunk(each), title=title))


def table(each: Parts) -> Exhibit:
    """Each segment: its revenue, its share of all of it, its growth and its share of the growth."""
    if not each:
        return marks.nothing(marks.worded("segments.table", title=say("segments.bridge.title_0")))
    rows = pd.DataFrame([
        {"label": case.name, "segment": part, **_row(case), "value": float("nan"), "unit": "fraction",
         "kind": case.kind, "source": case.source,
         "day": say("segments.to", span=_span(case), day=case.inputs["part"].days)}
        for parts in each.values() for part, case in _ranked(parts)
    ])  # fmt: skip
    own = ("segment", "part", "part_growth", "share_before", "share_of_whole", "day")
    heads = {name: say(f"segments.column.{name}") if name in own else words.name(name)
             for name in ("segment", *SHOWN, "day")}  # fmt: skip
    every = growth.of_now([one for parts in each.values() for one in parts.items()])
    part, case = max(every, key=lambda one: abs(_shift(one[1])))
    shares = {
        "day": words.day(case.inputs["part"].day),
        "share": case.quantity("share_of_whole").shown,
        "before": words.value(_share_before(case), "fraction"),
    }
    title = say("segments.table.title", company=case.name, part=part, span=_span(case), **shares)
    return marks.table(rows, marks.worded("segments.table", title=title), {"label": say("column.company")} | heads)


def cards(book: Book, company: str) -> dict[str, list[Card]]:
    """What each segment of a company brought to its growth, the most first, under its name and share of revenue."""
    return {say("segments.share", part=part, share=case.quantity("share_of_whole").shown):
            [Card(case.alone("contribution"), company, "growth", form=words.points, origin=case)]
            for part, case in _ranked(cases(book.of(company)).get(company, {}))}  # fmt: skip


def _row(case: Case) -> dict[str, str]:
    shown = {name: case.quantity(name).shown for name in ("part", "share_of_whole", "share_of_growth")}
    change = case.inputs["part"].value / case.inputs["part_before"].value - 1
    return shown | {"part_growth": words.change(change), "share_before": words.value(_share_before(case), "fraction")}


def _share_before(case: Case) -> float:
    return case.inputs["part_before"].value / case.inputs["whole_before"].value


def _shift(case: Case) -> float:
    return float(case.outputs.share_of_whole) - _share_before(case)


def _ranked(parts: Mapping[str, Case]) -> list[tuple[str, Case]]:
    return sorted(parts.items(), key=lambda each: -float(each[1].outputs.contribution))


def _left(each: Parts) -> Iterator[str]:
    """What of a company's growth no segment has, where that is a tenth of a point or more."""
    for parts in each.values():
        case = next(iter(parts.values()))
        rest = float(case.outputs.whole_growth) - sum(float(one.outputs.contribution) for one in parts.values())
        if abs(rest) >= 0.001:
            yield say("segments.left", company=case.name, rest=words.points(rest))


def _shrunk(each: Parts) -> Iterator[str]:
    """Why a segment has lost more than a fifth of its revenue, where its row says it: most often it was sold."""
    for parts in each.values():
        for part, case in parts.items():
            if case.inputs["part"].value < SHRUNK * case.inputs["part_before"].value and case.inputs["part"].reason:
                yield say("segments.shrunk", company=case.name, part=part, reason=case.inputs["part"].reason)
