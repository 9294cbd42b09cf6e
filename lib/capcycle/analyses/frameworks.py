"""How companies earn with AI: four ways, three tiers, and a rule with thresholds that puts each company in its tier."""

from collections.abc import Mapping

import pandas as pd

from capcycle import study, words
from capcycle.errors import NothingToShow
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.models.maths import where
from capcycle.models.registry import Amount, Fraction, Multiple, Number, model
from capcycle.quantity import Quantity, missing
from capcycle.study import Case
from capcycle.words import Sentence, say

OPEN = {"tier_share": [0.05, 0.1, 0.15], "tier_growth": [0.1, 0.2, 0.3]}  # the text gives no threshold
ENDS = ("low", "value", "high")


@model(verdict="tier", better="lower", tier=Number)
def monetisation_tier(ai_revenue_share: Fraction, ai_growth: Multiple, period_profit: Amount, tier_share: Fraction,
                      tier_growth: Multiple):  # fmt: skip
    """The tier of a company by what AI brings it: 1 where it drives growth, 2 where it helps, 3 where it only costs.

    Formula: 3 with a loss; else 1 where ai_revenue_share >= tier_share and ai_growth >= tier_growth; else 2
    Units:   AI revenue over all revenue; growth on a year earlier; profit of the period. Missing without a share or a
             profit, and where the share is high enough and the growth is not known.
    Source:  the tiers of Yixin (21 October 2025), whose text has no threshold: the reader sets them.

    >>> [int(monetisation_tier(*given, 0.1, 0.2).tier) for given in [(0.2, 0.3, 1e9), (0.01, 0.5, 1e9), (0.3, 0.5, -1)]]
    [1, 2, 3]
    """
    driven = where(ai_growth >= tier_growth, 1, 2) + 0 * ai_growth  # what is missing stays missing, where it counts
    earning = where(ai_revenue_share >= tier_share, driven, 2) + 0 * ai_revenue_share
    return where(period_profit < 0, 3, earning) + 0 * period_profit


def cases(book: Book, **numbers: float) -> dict[str, Case]:
    """Each row of the table as a case, under the company's name with the end of its period and what is counted.

    Errors: NothingToShow where no tier was public yet.
    """
    table = book.register("monetisation").sort_values(["printed_tier", "name", "period_end"], ignore_index=True)
    if table.empty:
        raise NothingToShow("no tier of a company was public yet: choose a later date")
    opened = {name: study.declared(name, ends, monetisation_tier.parameters[name], say("frameworks.open"))
              for name, ends in OPEN.items()}  # fmt: skip
    own = book.into("CNY")
    return {_label(row): study.case(monetisation_tier, own, "", **_given(row), **opened).chosen(**numbers)
            for row in table.to_dict("records")}  # fmt: skip


def _label(row: Mapping) -> str:
    return say("frameworks.label", name=row["name"], day=words.day(row["period_end"]), scope=row["scope"])


def _given(row: Mapping) -> dict[str, Quantity]:
    figures = {
        "ai_revenue_share": (row["ai_revenue"] / row["revenue"], "fraction"),
        "ai_growth": (row["ai_growth"], "multiple"),
        "period_profit": (row["profit"], row["currency"]),
    }
    return {
        name: missing(name, say(f"frameworks.silent.{name}"), unit)
        if number != number
        else Quantity(name, float(number), unit, kind=row["kind"], source=row["source"], reason=row["scope"])
        for name, (number, unit) in figures.items()
    }


def printed(book: Book) -> dict[str, float]:
    """The tier that the text puts each of the cases in."""
    return {_label(row): row["printed_tier"] for row in book.register("monetisation").to_dict("records")}


def tiers(book: Book, each: Mapping[str, Case]) -> Exhibit:
    """Each company with its way of earning, what AI brings it, and its tier by the text and by the rule."""
    said, ways = printed(book), {_label(row): row for row in book.register("monetisation").to_dict("records")}
    rows = pd.DataFrame([
        {"label": label, "way": ways[label]["way"], "share": one.inputs["ai_revenue_share"].shown,
         "growth": words.change(one.inputs["ai_growth"].value), "profit": one.inputs["period_profit"].shown,
         "printed": _tier(said[label]), "rule": _tier(float(one.outputs.tier)), "note": ways[label]["note"],
         "value": float(one.outputs.tier), "unit": "number", "kind": one.kind, "source": ways[label]["source"]}
        for label, one in each.items()
    ])  # fmt: skip
    same, of = _agree(book, each)
    frame = marks.worded("frameworks.tiers", id="tiers", title=say("frameworks.tiers.title", same=same, of=of))
    columns = {name: say(f"frameworks.column.{name}") for name in
               ("label", "way", "share", "growth", "profit", "printed", "rule")}  # fmt: skip
    return marks.table(rows, frame, columns)


def _tier(number: float) -> str:
    return words.value(number, "number")


def _agree(book: Book, each: Mapping[str, Case]) -> tuple[int, int]:
    said = printed(book)
    ruled = {label: float(one.outputs.tier) for label, one in each.items()}
    known = [label for label, tier in ruled.items() if tier == tier]
    return sum(ruled[label] == said[label] for label in known), len(known)


def moved(each: Mapping[str, Case]) -> Exhibit:
    """The tier of each company with both thresholds at the low, the central and the high end."""
    rows = pd.DataFrame([
        {"label": label, **{end: _tier(_at(one, end)) for end in ENDS}, "unit": "number", "kind": one.kind,
         "source": one.source, "moves": len({_at(one, end) for end in ENDS}) > 1}
        for label, one in each.items() if float(one.outputs.tier) == float(one.outputs.tier)
    ])  # fmt: skip
    count = int(rows["moves"].sum()) if len(rows) else 0
    title = words.counted("frameworks.moved.title", count, of=len(rows))
    first = next(iter(each.values()))
    ends = {f"{end}_{name}": words.value(getattr(first.inputs[f"tier_{name}"], end), "fraction")
            for end in ENDS for name in ("share", "growth")}  # fmt: skip
    columns = {"label": say("frameworks.column.label")}
    columns |= {end: say(f"frameworks.end.{end}", **ends) for end in ENDS}
    frame = marks.worded("frameworks.moved", id="tiers-by-threshold", title=title)
    return marks.table(rows, frame, columns) if len(rows) else marks.nothing(frame)


def _at(one: Case, end: str) -> float:
    return float(one.evaluate(**{name: getattr(one.inputs[name], end) for name in OPEN}).tier)


def verdict(book: Book, each: Mapping[str, Case]) -> Sentence:
    """How many companies the rule places as the text did, and how many it cannot place for want of figures."""
    same, of = _agree(book, each)
    return words.paragraph(say("frameworks.verdict", same=same, of=of, silent=len(each) - of))
