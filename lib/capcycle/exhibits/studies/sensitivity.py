"""Which input moves an output, and what each would have to be for the output to reach a target."""

import altair as alt
import pandas as pd

from capcycle import study, theme, words
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.exhibits.marks.frame import axis
from capcycle.exhibits.studies.cases import phrase, said, titled
from capcycle.study import Case, Tornado
from capcycle.words import say

NARROW = 400  # pixels between the axes of a chart on a telephone
LETTER, BESIDE = 6.6, 10  # pixels of a letter, and between a bar and the number beside it


def tornado(swings: Tornado) -> Exhibit:
    """What each input does to an output by itself, the widest swing first.

    Errors: none.

    >>> from capcycle import facts, study
    >>> from capcycle.analyses.gpu_cloud.gpu_hour import gpu_funding_gap
    >>> from capcycle.quantity import Quantity
    >>> borrowed = Quantity("", 2e9, "USD", 1e9, 3e9)
    >>> gap = study.case(gpu_funding_gap, facts.open(), it_capex=5.8e9, prepayment=0.8e9, borrowed=borrowed)
    >>> tornado(study.tornado(gap)).title
    'Borrowed on the GPUs moves the left to find most: from $2.0bn to $4.0bn'
    """
    case, unit = swings.case, swings.case.unit(swings.of)
    base = float(getattr(case.outputs, swings.of))
    moving = swings.table[swings.table["swing"] != 0]
    rows = pd.DataFrame([row for each in moving.itertuples() for row in _swing(each, case)])
    frame = Frame(
        parts.slug("tornado", case.model.__name__, swings.of, case.company),
        _tornado_title(swings),
        say(
            "study.tornado_subtitle", output=words.name(swings.of), unit=parts.unit(unit), base=words.value(base, unit)
        ),
        (say("study.tornado_note"),),
    )
    rows = rows.assign(unit=unit, kind="assumed", source=case.source, base=base)
    return marks.finished(rows, frame, _tornado_chart(rows, unit), _tornado_view(swings))


def _swing(each, case: Case) -> list[dict]:
    ends = (("low", each.low, each.at_low), ("high", each.high, each.at_high))
    return [
        {
            "label": words.name(each.name),
            "group": say(f"study.end_{end}"),
            "value": reached,
            "note": said(case, each.name, at),
        }
        for end, at, reached in ends
    ]


def _tornado_title(swings: Tornado) -> str:
    case, output = swings.case, phrase(swings.case, swings.of)
    if swings.table.empty or swings.table["swing"].isna().all():
        return say("study.tornado_none", output=output)
    widest = swings.table.iloc[0]
    ends = sorted([widest["at_low"], widest["at_high"]])
    low, high = (said(case, swings.of, end) for end in ends)
    names = {"input": words.name(widest["name"]), "output": output}
    return titled(case, swings.of, "study.tornado", {"low": low, "high": high}, **names)


def _tornado_chart(rows: pd.DataFrame, unit: str) -> alt.LayerChart:
    data = marks.frame.drawn(rows)
    base = alt.Chart(data).encode(y=marks.frame.labels(rows))
    beside = LETTER * rows["note"].map(len).max() + BESIDE
    wide = f"width >= {NARROW}"  # a telephone has no room for the numbers; the table and the tooltip have them
    padding, seen = alt.expr(f"{wide} ? {beside} : {BESIDE}"), alt.expr(f"{wide} ? 1 : 0")
    across = alt.X("base:Q", axis=axis(unit), scale=alt.Scale(zero=False, padding=padding))
    bar = base.mark_bar(size=18, strokeWidth=1.5).encode(
        x=across, x2="value:Q", tooltip=marks.frame.tooltips(data), **marks.frame.fill(rows)
    )
    # an end at which nothing moves has no bar to write beside
    left = base.transform_calculate(beside="datum.value < datum.base ? datum.note : ''").mark_text(
        align="right", dx=-5, opacity=seen
    )
    right = base.transform_calculate(beside="datum.value > datum.base ? datum.note : ''").mark_text(
        align="left", dx=5, opacity=seen
    )
    rule = alt.Chart(data.head(1)).mark_rule(color=theme.LIGHT["text"]).encode(x="base:Q")
    texts = [text.encode(x="value:Q", text="beside:N") for text in (left, right)]
    return alt.layer(bar, *texts, rule).properties(height=alt.Step(marks.ROW))


def _tornado_view(swings: Tornado) -> pd.DataFrame:
    case, table = swings.case, swings.table
    cells = {
        "label": [words.name(name) for name in table["name"]],
        "low": [said(case, *row) for row in table[["name", "low"]].itertuples(index=False)],
        "at_low": [said(case, swings.of, value) for value in table["at_low"]],
        "high": [said(case, *row) for row in table[["name", "high"]].itertuples(index=False)],
        "at_high": [said(case, swings.of, value) for value in table["at_high"]],
    }
    return pd.DataFrame({say(f"study.column_{name}"): column for name, column in cells.items()})


def break_even(case: Case, target: float, of: str | None = None) -> Exhibit:
    """For each input with a range: the value that by itself brings an output to a target, or that none does.

    Errors: ModelError for an output that the model does not give.

    >>> from capcycle import facts, study
    >>> from capcycle.analyses.gpu_cloud.gpu_hour import gpu_funding_gap
    >>> from capcycle.quantity import Quantity
    >>> borrowed = Quantity("", 2e9, "USD", 1e9, 3e9)
    >>> gap = study.case(gpu_funding_gap, facts.open(), it_capex=5.8e9, prepayment=0.8e9, borrowed=borrowed)
    >>> break_even(gap, 2.3e9).title
    'Only one input can bring the left to find to $2.3bn alone: borrowed on the GPUs'
    """
    of = case.output(of)
    moving = study.tornado(case, of).table.query("swing != 0")["name"]  # what moves nothing can bring nothing about
    solved = {name: study.solve(case, name, target, of) for name in case.varied if name in set(moving)}
    rows = pd.DataFrame([_needed(name, solution) for name, solution in solved.items()])
    reached = [words.lower(words.name(name)) for name, solution in solved.items() if solution.values]
    goal = {"output": phrase(case, of), "target": _goal(case, of, target)}
    frame = Frame(
        parts.slug("must-be-true", case.model.__name__, of, case.company),
        parts.upper(
            words.counted("study.must", len(reached), inputs=words.listing(reached) if reached else "", **goal)
        ),
        say("study.must_subtitle", now=said(case, of, float(getattr(case.outputs, of))), **goal),
    )
    columns = {name: say(f"study.column_{name}") for name in ("label", "now", "needed", "range", "note")}
    return marks.table(rows.assign(kind=case.kind, source=case.source, unit=""), frame, columns)


def _goal(case: Case, of: str, target: float) -> str:
    """A target as somebody sets it: a round percentage without decimals."""
    return words.coupon(target) if case.unit(of) in parts.PERCENT else said(case, of, target)


def _needed(name: str, solution: study.Solution) -> dict:
    case, each = solution.case, solution.case.inputs[name]
    ends = {"first": said(case, name, each.low), "last": said(case, name, each.high)}
    return {
        "label": words.name(name),
        "now": said(case, name, each.value),
        "needed": words.listing([said(case, name, value) for value in solution.values])
        if solution.values
        else words.DASH,
        "range": say("note.range", **ends),
        "note": solution.reason,
        "value": solution.nearest,
    }
