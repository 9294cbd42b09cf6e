"""Which input moves an output, and what each would have to be for the output to reach a target."""

import altair as alt
import numpy as np
import pandas as pd

from capcycle import study, theme, words
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Drawing, Frame, nothing
from capcycle.exhibits.studies.cases import lacking, phrase, said, titled
from capcycle.quantity import ASSUMED, marked
from capcycle.study import Case, Tornado
from capcycle.words import say

NARROW = 400  # pixels between the axes of a chart on a telephone
LETTER, BESIDE = 6.6, 10  # pixels of a letter, and between a bar and the number beside it


def tornado(swings: Tornado) -> Exhibit:
    """What each input does to an output by itself, the widest swing first.

    >>> tornado(study.tornado(analyses.start("ai_cloud_payback", facts.open()))).id
    'tornado-ai-cloud-payback-npv-per-capital'
    """
    case, unit = swings.case, swings.case.unit(swings.of)
    base = float(getattr(case.outputs, swings.of))
    shown = {"output": words.name(swings.of), "unit": parts.unit(unit), "base": words.value(base, unit)}
    moving = swings.table[swings.table["swing"] != 0]
    rows = pd.DataFrame([row for each in moving.itertuples() for row in _swing(each, case)])
    frame = Frame(
        parts.slug("tornado", case.model.__name__, swings.of, case.company),
        _tornado_title(swings),
        say("study.tornado_subtitle", **shown),
        (say("study.tornado_note"), *lacking(case, swings.of)),
    )
    if rows.empty or np.isnan(base):
        return nothing(frame)
    drawing = Drawing(rows.assign(unit=unit, kind="assumed", source=case.source), frame, base=base)
    return drawing.exhibit(_tornado_chart(drawing), _tornado_view(swings))


def _swing(each, case: Case) -> list[dict]:
    ends = (("low", each.low, each.at_low), ("high", each.high, each.at_high))
    label = words.name(each.name)
    return [
        {"label": label, "group": say(f"study.end_{end}"), "value": reached, "note": said(case, each.name, at)}
        for end, at, reached in ends
    ]


def _tornado_title(swings: Tornado) -> str:
    case, output = swings.case, phrase(swings.case, swings.of)
    if lacking(case, swings.of):
        return say("study.tornado_lacks", output=output)
    if swings.table.empty or swings.table["swing"].isna().all():
        return say("study.tornado_none", output=output)
    widest = swings.table.iloc[0]
    reached = sorted([widest["at_low"], widest["at_high"]])
    ends = {end: said(case, swings.of, value) for end, value in zip(("low", "high"), reached, strict=True)}
    return titled(case, swings.of, "study.tornado", ends, input=words.name(widest["name"]), output=output)


def _tornado_chart(drawing: Drawing) -> alt.LayerChart:
    base = drawing.chart.encode(y=drawing.labels())
    beside = LETTER * drawing.data["note"].map(len).max() + BESIDE
    wide = f"width >= {NARROW}"  # a telephone has no room for the numbers; the table and the tooltip have them
    padding, none = alt.expr(f"{wide} ? {beside} : {BESIDE}"), alt.when(f"!({wide})").then(alt.value(""))
    across = alt.X("base:Q", axis=drawing.axis(), scale=alt.Scale(zero=False, padding=padding))
    bar = base.mark_bar(size=18, strokeWidth=1.5).encode(
        x=across, x2=alt.X2("value:Q"), tooltip=drawing.tooltip, **drawing.fill(theme.TINT)
    )
    # an end at which nothing moves has no bar to write beside
    sides = (("<", "right", -5), (">", "left", 5))
    texts = [
        base.transform_calculate(beside=f"datum.value {sign} datum.base ? datum.note : ''")
        .mark_text(align=align, dx=dx)
        .encode(x=alt.X("value:Q"), text=none.otherwise("beside:N"))
        for sign, align, dx in sides
    ]
    rule = alt.Chart(drawing.data.head(1)).mark_rule(color=theme.LIGHT["text"]).encode(x=alt.X("base:Q"))
    return alt.layer(bar, *texts, rule).properties(height=drawing.row)


def _tornado_view(swings: Tornado) -> pd.DataFrame:
    case, table = swings.case, swings.table
    cells = {"label": [words.name(name) for name in table["name"]]}
    for end in ("low", "high"):
        cells[end] = [said(case, *row) for row in table[["name", end]].itertuples(index=False)]
        cells[f"at_{end}"] = [marked(said(case, swings.of, value), ASSUMED) for value in table[f"at_{end}"]]
    return pd.DataFrame({say(f"study.column_{name}"): column for name, column in cells.items()})


def break_even(case: Case, target: float, of: str | None = None) -> Exhibit:
    """For each input with a range: the value that by itself brings an output to a target, or that none does.

    Errors: ModelError for an output that the model does not give.

    >>> break_even(analyses.start("ai_cloud_payback", facts.open()), 4.0).id
    'must-be-true-ai-cloud-payback-npv-per-capital'
    """
    of = case.output(of)
    moving = study.tornado(case, of).table.query("swing != 0")["name"]  # what moves nothing can bring nothing about
    solved = {name: study.solve(case, name, target, of) for name in case.varied if name in set(moving)}
    rows = pd.DataFrame([_needed(name, solution) for name, solution in solved.items()])
    reached = [words.name(name) for name, solution in solved.items() if solution.values]
    round_ = words.coupon(target) if case.unit(of) in parts.PERCENT else said(case, of, target)
    goal = {"output": phrase(case, of), "target": round_}
    title = words.counted("study.must", len(reached), inputs=reached[0] if reached else "", **goal)
    frame = Frame(
        parts.slug("must-be-true", case.model.__name__, of, case.company),
        title,
        say("study.must_subtitle", now=said(case, of, getattr(case.outputs, of)), **goal),
    )
    columns = {name: say(f"study.column_{name}") for name in ("label", "now", "needed", "range", "note")}
    return marks.table(rows.assign(kind=case.kind, source=case.source, unit=""), frame, columns)


def _needed(name: str, solution: study.Solution) -> dict:
    case, each = solution.case, solution.case.inputs[name]
    ends = {"first": said(case, name, each.low), "last": said(case, name, each.high)}
    values = [marked(said(case, name, value), ASSUMED) for value in solution.values] or [words.DASH]
    return {"label": words.name(name), "now": each.marked, "needed": words.listing(values),
            "range": say("note.range", **ends), "note": solution.reason, "value": solution.nearest}  # fmt: skip
