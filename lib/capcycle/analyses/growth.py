"""Which part brought the growth: cloud, AI or another segment, what is left without it, and how fast over years."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pandas as pd

from capcycle import exhibits, facts, study, words
from capcycle.errors import ModelError
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Multiple, Years, model
from capcycle.panel import select
from capcycle.quantity import Quantity, missing, total
from capcycle.study import Case
from capcycle.words import Sentence, say

QUARTERS = 4  # of a year
CLOUD = "cloud_revenue"
SHOWN = ("part", "share_of_whole", "whole_growth", "contribution", "share_of_growth", "rest_growth")


class GrowthBridge(NamedTuple):
    whole_growth: Fraction
    contribution: Fraction
    share_of_growth: Fraction
    share_of_whole: Fraction
    rest_contribution: Fraction
    rest_growth: Fraction


@model(verdict="contribution", better="higher")
def growth_bridge(whole: Amount, whole_before: Amount, part: Amount, part_before: Amount) -> GrowthBridge:
    """What a part added to the growth of the whole, and how the rest grew without it.

    Formula: contribution = (part - part_before) / whole_before; share_of_growth = contribution / whole_growth;
             rest_growth = (whole - part) / (whole_before - part_before) - 1
    Units:   amounts of one currency a year apart; fractions. A whole that shrinks has no growth to share. Contributions
             of parts that do not overlap add up.
    Source:  Baidu's third quarter of 2025: agents 2.8bn, +262 %, inside online marketing of 15.3bn, -18 %.

    >>> agents = growth_bridge(15.3e9, 15.3e9 / 0.82, 2.8e9, 2.8e9 / 3.62)
    >>> round(float(agents.share_of_whole), 3), round(float(agents.rest_growth), 3)
    (0.183, -0.301)
    """
    growth, brought = per(whole, whole_before) - 1, per(part - part_before, whole_before)
    rest = per(whole - part, whole_before - part_before) - 1
    share = per(part - part_before, whole - whole_before)
    return GrowthBridge(growth, brought, share, per(part, whole), growth - brought, rest)


class StatedContribution(NamedTuple):
    share_of_growth: Fraction
    rest_contribution: Fraction


@model(verdict="share_of_growth", better="higher")
def stated_contribution(whole_growth: Fraction, contribution: Fraction) -> StatedContribution:
    """What share of growth a part brought where a company states its points and no level.

    Formula: share_of_growth = contribution / whole_growth; rest_contribution = whole_growth - contribution
    Units:   fractions. The rest is in points of the whole, which is not the growth of the rest.
    Source:  Azure in the June quarter of 2024: 8 points of 29 %.

    >>> round(float(stated_contribution(0.29, 0.08).share_of_growth), 3)
    0.276
    """
    return StatedContribution(per(contribution, whole_growth), whole_growth - contribution)


class GrowthMultiple(NamedTuple):
    multiple: Multiple
    growth: Fraction
    growth_a_year: Fraction


@model(verdict="growth_a_year", better="higher")
def growth_multiple(first_revenue: Amount, last_revenue: Amount, intervals: Years) -> GrowthMultiple:
    """How many times a figure became, by how much it grew, and how fast a year.

    Formula: multiple = last_revenue / first_revenue; growth = multiple - 1;
             growth_a_year = multiple ** (1 / intervals) - 1
    Units:   amounts of one currency; intervals are the years between them: 2022 to 2024 are two, not three.
    Source:  CoreWeave: 15.83m in 2022, 1,915m in 2024, printed as 120-fold.

    >>> found = growth_multiple(15.83e6, 1915e6, 2.0)
    >>> round(float(found.multiple), 2), round(float(found.growth_a_year), 2)
    (120.97, 10.0)
    """
    times = per(last_revenue, first_revenue)
    return GrowthMultiple(times, times - 1, times ** (1 / intervals) - 1)


@study.starts_by_company(growth_bridge)
def clouds(book: Book) -> dict[str, Case]:
    """The cloud in each company's revenue: its newest quarter as filed, and the quarter of a year before."""
    own = {company: _own(book, company) for company in book.companies}
    return {company: study.case(growth_bridge, each, company, **_filed(each, company)) for company, each in own.items()}


def _own(book: Book, company: str) -> Book:
    """The book of one company in the currency it reports in: a rate of exchange is no growth."""
    return book.of(company).into(facts.companies().loc[company, "currency"])


def _filed(book: Book, company: str) -> dict[str, Quantity]:
    if book.facts.empty:
        return dict.fromkeys(growth_bridge.parameters, missing("whole", say("growth.no_figure")))
    panel = select(book, "quarter")
    filed = {"whole": measure("revenue", panel), "part": measure(CLOUD, panel)}
    now = {name: study.beside(each, company, filed["part"]) for name, each in filed.items()}
    ago = {f"{name}_before": study.beside(each, company, filed["part"], QUARTERS) for name, each in filed.items()}
    return now | ago


def printed(book: Book) -> dict[tuple[str, str, str, str], Case]:
    """Every part that companies and brokers print, by company, whole, part and period: levels or points."""
    table = book.register("segments")
    rows = table[table["company"].isin(book.companies)]
    wholes = rows[rows["part"] == ""]
    return {_label(row): _printed(book, row, whole, rows) for row, whole in _joined(rows, wholes)}


def _joined(rows: pd.DataFrame, wholes: pd.DataFrame) -> Iterator[tuple[pd.Series, pd.Series]]:
    for _, row in rows[rows["part"] != ""].iterrows():
        same = wholes[
            (wholes[["company", "whole", "period_end"]] == row[["company", "whole", "period_end"]]).all(axis=1)
        ]
        if len(same):
            yield row, same.iloc[-1]


def _label(row: pd.Series) -> tuple[str, str, str, str]:
    return row["company"], row["whole"], row["part"], row["cut"] + f" {row['period_end']:%Y-%m-%d}"


def _printed(book: Book, row: pd.Series, whole: pd.Series, rows: pd.DataFrame) -> Case:
    book = book.into(row["currency"])
    if row["contribution"] == row["contribution"]:
        stated = {"whole_growth": _quantity(whole, "growth"), "contribution": _quantity(row, "contribution")}
        return study.case(stated_contribution, book, row["company"], **stated)
    level = _quantity(whole, "value")
    part = _quantity(row, "value") if row["value"] == row["value"] else _quantity(row, "share") * level
    before = level / (1 + _quantity(whole, "growth")) if whole["growth"] == whole["growth"] else _summed(whole, rows)
    levels = {
        "whole": level,
        "whole_before": before,
        "part": part,
        "part_before": part / (1 + _quantity(row, "growth")),
    }
    return study.case(growth_bridge, book, row["company"], **levels)


def _summed(whole: pd.Series, rows: pd.DataFrame) -> Quantity:
    """The earlier level of a whole whose growth is not printed: the sum of its parts of a year before."""
    keys = ["company", "whole", "period_end"]
    parts = rows[(rows[keys] == whole[keys]).all(axis=1) & (rows["part"] != "")]
    if parts["cut"].nunique() != 1:
        return missing("whole_before", say("growth.no_whole", whole=whole["whole"]))
    return total(_quantity(row, "value") / (1 + _quantity(row, "growth")) for _, row in parts.iterrows())


def _quantity(row: pd.Series, column: str) -> Quantity:
    unit = row["currency"] if column == "value" else "fraction"
    return Quantity(
        column,
        float(row[column]),
        unit,
        kind=row["kind"],
        source=row["source"],
        reason=row["note"],
        published=row["published"],
        since=row["period_end"],
        day=row["period_end"],
    )


def together(cases: Mapping[tuple[str, str, str, str], Case]) -> Quantity:
    """The contributions of several printed parts as one.

    Errors: ModelError for parts of two wholes, and for parts of two cuts, which overlap: they are never a sum.
    """
    if len({key[:2] for key in cases}) != 1:
        raise ModelError(f"parts of several wholes do not add up: {', '.join(sorted({key[1] for key in cases}))}")
    if len({key[3] for key in cases}) != 1:
        share = sum(float(case.outputs.share_of_growth) for case in cases.values())
        names = words.listing([f"{key[2]} ({key[3]})" for key in cases])
        raise ModelError(f"{names} are cuts of one revenue and overlap: added they would be {share:.0%} of its growth")
    return total(case.quantity("contribution") for case in cases.values())


def verdict(each: Mapping[str, Case]) -> Sentence:
    """What the cloud brought where it brought most, and where the rest hardly grew."""
    full = _full(each)
    if not full:
        return words.paragraph(say("growth.verdict_none"))
    most, slowest = _most(full), min(full, key=lambda case: float(case.outputs.rest_growth))
    return words.paragraph(study.tell(most, "growth.verdict"), study.tell(slowest, "growth.slowest"))


def _full(each: Mapping[str, Case]) -> list[Case]:
    return [case for case in each.values() if not case.lacking]


def _most(full: list[Case]) -> Case:
    return max(full, key=lambda case: float(case.outputs.contribution))


def contributions(each: Mapping[str, Case]) -> Exhibit:
    """What the cloud and the rest added to each company's growth: a column each, which add up to it."""
    full = _full(each)
    rows = pd.DataFrame(
        [
            {
                "x": case.name,
                "label": case.name,
                "group": say(f"growth.{name}"),
                "value": brought.value,
                "unit": "fraction",
                "kind": brought.kind,
                "source": brought.source,
            }
            for case in full
            for name in ("contribution", "rest_contribution")
            for brought in [case.quantity(name)]
        ]
    )
    title = study.tell(_most(full), "growth.contributions.title") if full else say("growth.verdict_none")
    lacking = [f"{case.name}: {case.lacking}." for case in each.values() if case.lacking]
    frame = marks.worded("growth.contributions", *lacking, id="growth-contributions", title=title)
    return marks.stacked(rows, frame) if full else marks.nothing(frame)


def parts(each: Mapping[tuple[str, str, str, str], Case]) -> Exhibit:
    """Every printed part: its level, its points of growth, its share of growth, and the growth of the rest."""
    frame = marks.worded("growth.parts", *_overlaps(each), id="growth-parts", title=_hidden(each))
    rows = pd.DataFrame(
        [
            {
                "label": case.name,
                "of": say("growth.of", part=key[2], whole=key[1]),
                **{name: _shown(case, name) for name in SHOWN},
                "day": words.day(pd.Timestamp(key[3][-10:])),
                "value": float("nan"),
                "unit": "fraction",
                "kind": case.kind,
                "source": case.source,
            }
            for key, case in each.items()
        ]
    )
    heads = {"label": say("column.company"), "of": say("growth.column.of"), "day": say("growth.column.day")}
    return (
        marks.table(rows, frame, heads | {name: words.name(name) for name in SHOWN}) if each else marks.nothing(frame)
    )


def _shown(case: Case, name: str) -> str:
    known = name in case.inputs or name in case.model.outputs
    return case.quantity(name).shown if known else words.DASH


def _hidden(each: Mapping[tuple[str, str, str, str], Case]) -> str:
    """The title: of all rests the one that falls most while its whole hides it."""
    bridges = {key: case for key, case in each.items() if case.model is growth_bridge and not case.lacking}
    if not bridges:
        return say("growth.parts.none" if not each else "growth.parts.stated")
    key = min(bridges, key=lambda one: float(bridges[one].outputs.rest_growth))
    return study.tell(bridges[key], "growth.parts.title", part=words.lower(key[2]), whole=words.lower(key[1]))


def _overlaps(each: Mapping[tuple[str, str, str, str], Case]) -> Iterator[str]:
    """A sentence for each whole that is cut in two ways."""
    for whole in dict.fromkeys((*key[:2], key[3][-10:]) for key in each):
        same = {key: case for key, case in each.items() if (*key[:2], key[3][-10:]) == whole}
        if len({key[3] for key in same}) > 1:
            share = sum(float(case.outputs.share_of_growth) for case in same.values())
            yield say(
                "growth.overlap",
                company=next(iter(same.values())).name,
                share=words.value(share, "fraction"),
                parts=words.listing([key[2] for key in same]),
            )


def multiples(book: Book) -> dict[str, Case]:
    """Each company's revenue in the first and the last year that the book has of it, and the years between."""
    own = {company: _own(book, company) for company in book.companies}
    return {
        company: study.case(growth_multiple, each, company, **_ends(each, company)) for company, each in own.items()
    }


def _ends(book: Book, company: str) -> dict[str, Quantity]:
    if book.facts.empty:
        return dict.fromkeys(growth_multiple.parameters, missing("revenue", say("growth.no_figure")))
    years = measure("revenue", select(book, "year", calendar="fiscal"))
    own = years.table[(years.table["company"] == company)].dropna(subset="value")
    if len(own) < 2:
        return dict.fromkeys(growth_multiple.parameters, missing("revenue", say("growth.one_year")))
    first, last = own.iloc[0], own.iloc[-1]
    start, end = (study.figure(years, company, row["period"]) for row in (first, last))
    return {
        "first_revenue": start,
        "last_revenue": end,
        "intervals": Quantity(
            "intervals",
            float(last["ordinal"] - first["ordinal"]),
            "years",
            kind="derived",
            reason=say("growth.between", first=first["period"], last=last["period"]),
        ),
    }


def speeds(each: Mapping[str, Case]) -> Exhibit:
    """From the first to the last year: how many times, and how fast a year over how many years."""
    full = _full(each)
    fastest = max(full, key=lambda case: float(case.outputs.growth_a_year)) if full else None
    title = study.tell(fastest, "growth.fastest") if fastest else say("growth.one_year")
    names = ["first_revenue", "last_revenue", "intervals", "multiple", "growth_a_year"]
    return exhibits.table(each, names, "growth.speeds", title=title[0].upper() + title[1:])
