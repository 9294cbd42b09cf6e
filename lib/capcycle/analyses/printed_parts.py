"""What companies and brokers print of a part of revenue, and what that says of the rest: levels or points of growth."""

from collections.abc import Iterator, Mapping

import pandas as pd

from capcycle import study, words
from capcycle.analyses import segments
from capcycle.analyses.growth import growth_bridge
from capcycle.errors import ModelError
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Fraction, model
from capcycle.quantity import Quantity, missing, total
from capcycle.study import Case
from capcycle.words import say

SHOWN = ("part", "share_of_whole", "whole_growth", "contribution", "share_of_growth", "rest_growth")


@model(verdict="share_of_growth", better="higher", share_of_growth=Fraction, rest_contribution=Fraction)
def stated_contribution(whole_growth: Fraction, contribution: Fraction):
    """What share of growth a part brought where a company states its points and no level.

    Formula: share_of_growth = contribution / whole_growth; rest_contribution = whole_growth - contribution
    Units:   fractions. The rest is in points of the whole, which is not the growth of the rest.
    Source:  Azure in the June quarter of 2024: 8 points of 29 %.

    >>> round(float(stated_contribution(0.29, 0.08).share_of_growth), 3)
    0.276
    """
    return per(contribution, whole_growth), whole_growth - contribution


def cases(book: Book) -> dict[tuple[str, str, str, str], Case]:
    """Every part that companies and brokers print, by company, whole, part and period: levels or points."""
    table = book.register("segments")
    rows = table[table["company"].isin(book.companies) & ~table["cut"].isin(segments.CUTS)]
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
        stated = {"whole_growth": _rate(whole), "contribution": _rate(row, "contribution")}
        return study.case(stated_contribution, book, row["company"], **stated)
    level = _amount(whole)
    part = _amount(row) if row["value"] == row["value"] else _rate(row, "share") * level
    before = level / (1 + _rate(whole)) if whole["growth"] == whole["growth"] else _summed(whole, rows)
    return study.case(
        growth_bridge,
        book,
        row["company"],
        whole=level,
        whole_before=before,
        part=part,
        part_before=part / (1 + _rate(row)),
    )


def _amount(row: pd.Series) -> Quantity:
    return study.entry(row, "value", row["currency"])


def _rate(row: pd.Series, column: str = "growth") -> Quantity:
    return study.entry(row, column, "fraction")


def _summed(whole: pd.Series, rows: pd.DataFrame) -> Quantity:
    """The earlier level of a whole whose growth is not printed: the sum of its parts of a year before."""
    keys = ["company", "whole", "period_end"]
    parts = rows[(rows[keys] == whole[keys]).all(axis=1) & (rows["part"] != "")]
    if parts["cut"].nunique() != 1:
        return missing("whole_before", say("printed_parts.no_whole", whole=whole["whole"]))
    return total(_amount(row) / (1 + _rate(row)) for _, row in parts.iterrows())


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


def parts(each: Mapping[tuple[str, str, str, str], Case]) -> Exhibit:
    """Every printed part: its level, its points of growth, its share of growth, and the growth of the rest."""
    frame = marks.worded("printed_parts.parts", *_overlaps(each), id="printed-parts", title=_hidden(each))
    rows = pd.DataFrame(
        [
            {
                "label": case.name,
                "of": say("printed_parts.of", part=key[2], whole=key[1]),
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
    heads = {"label": say("column.company")} | {name: say(f"printed_parts.column.{name}") for name in ("of", "day")}
    heads |= {name: words.name(name) for name in SHOWN}
    return marks.table(rows, frame, heads) if each else marks.nothing(frame)


def _shown(case: Case, name: str) -> str:
    known = name in case.inputs or name in case.model.outputs
    return case.quantity(name).shown if known else words.DASH


def _hidden(each: Mapping[tuple[str, str, str, str], Case]) -> str:
    """The title: of all rests the one that falls most while its whole hides it."""
    bridges = {key: case for key, case in each.items() if case.model is growth_bridge and not case.lacking}
    if not bridges:
        return say("printed_parts.parts.none" if not each else "printed_parts.parts.stated")
    key = min(bridges, key=lambda one: float(bridges[one].outputs.rest_growth))
    day = words.day(pd.Timestamp(key[3][-10:]))
    named = {"rest": words.lower(key[1]), "less": words.lower(key[2])}
    return study.tell(bridges[key], "printed_parts.parts.title", **named, day=day)


def _overlaps(each: Mapping[tuple[str, str, str, str], Case]) -> Iterator[str]:
    """A sentence for each whole that is cut in two ways."""
    for whole in dict.fromkeys((*key[:2], key[3][-10:]) for key in each):
        same = {key: case for key, case in each.items() if (*key[:2], key[3][-10:]) == whole}
        if len({key[3] for key in same}) > 1:
            share = sum(float(case.outputs.share_of_growth) for case in same.values())
            yield say(
                "printed_parts.overlap",
                company=next(iter(same.values())).name,
                share=words.value(share, "fraction"),
                parts=words.listing([key[2] for key in same]),
            )
