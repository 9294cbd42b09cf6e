"""Bars across, columns that stack, and a waterfall from one amount to another."""

import json

import altair as alt
import pandas as pd

from capcycle import theme, words
from capcycle.exhibits import ends
from capcycle.exhibits.channels import beside_end, every
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks.frame import Drawing, Frame, nothing


def columns(rows: pd.DataFrame, frame: Frame) -> Exhibit:
    """A bar across for each row, in the order given, its value at its end.

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> columns(rows, Frame("power", "Most of it is owned", "Power, MW")).view.iloc[0].tolist()
    ['Own', '12 MW']
    """
    if rows.empty:
        return nothing(frame)
    drawing = Drawing(rows, frame, whole=False)
    across = alt.X("value:Q", axis=drawing.axis(), scale=drawing.room(before=drawing.data["value"] < 0))
    base = drawing.chart.encode(y=drawing.labels(), x=across)
    bar = base.mark_bar(size=18, strokeWidth=1.5).encode(tooltip=drawing.tooltip, **drawing.fill(theme.TINT))
    chart = alt.layer(bar, beside_end(base, text="brief").encode(x=alt.X("end:Q"))).properties(height=drawing.row)
    return drawing.exhibit(chart, drawing.view("label", "group", "value", "note"))


def stacked(rows: pd.DataFrame, frame: Frame) -> Exhibit:
    """A column for each `x`, its parts by `group` stacked; what is below zero hangs below it.

    >>> rows = pd.DataFrame({"x": "2026", "label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "source": ""})
    >>> rows = rows.assign(group=rows["label"], kind="reported")
    >>> stacked(rows, Frame("power", "Most of it is owned", "Power, MW")).view.iloc[0].tolist()
    ['2026', 'Own', '12 MW']
    """
    if rows.empty:
        return nothing(frame)
    drawing, columns = Drawing(rows, frame), every(rows["x"])
    named = ends.stacks(rows, "x", "group")
    scale = alt.Scale(domain=columns, **({"range": ends.room(drawing.groups())} if named else {}))
    x = alt.X("x:O", sort=None, title=None, axis=alt.Axis(labelAngle=0), scale=scale)
    y = alt.Y("value:Q", axis=drawing.axis(), stack="zero")
    look = drawing.fill(theme.TINT, key=None if named else drawing.key(beside=False))
    bar = drawing.chart.mark_bar(strokeWidth=1).encode(x=x, y=y, order="layer:Q", tooltip=drawing.tooltip, **look)
    layer = f"indexof({drawing.groups()}, datum.group)"
    if not named:
        return drawing.exhibit(bar.transform_calculate(layer=layer), drawing.view("x", "group", "value"))
    last = f"datum.x == {json.dumps(columns[-1])}"
    chart = alt.layer(bar, ends.beside(bar, x, y, "group", last), data=drawing.data).transform_calculate(layer=layer)
    return drawing.exhibit(chart, drawing.view("x", "group", "value"))


def waterfall(rows: pd.DataFrame, frame: Frame) -> Exhibit:
    """From a first amount to a last over what is added and taken away: rows with `total` True are sums, not steps.

    rows  also `total`: True for an amount that stands on the axis, such as the first and the last

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> waterfall(rows.assign(total=[True, False]), Frame("power", "Power", "MW")).chart.data["end"].tolist()
    [12.0, 15.0]
    """
    if rows.empty:
        return nothing(frame)
    steps = rows["value"].where(~rows["total"], 0.0)
    starts = rows["value"].where(rows["total"]).ffill().fillna(0.0)
    level = steps.groupby(rows["total"].cumsum()).cumsum() + starts
    drawing = Drawing(
        rows,
        frame,
        start=(level - rows["value"]).where(~rows["total"], 0.0),
        end=level,
        group=[_direction(*row) for row in rows[["total", "value"]].itertuples(index=False)],
    )
    base = drawing.chart.encode(y=drawing.labels())
    across = alt.X("start:Q", axis=drawing.axis(), scale=drawing.room())
    bar = base.mark_bar(size=18, strokeWidth=1.5).encode(
        x=across, x2=alt.X2("end:Q"), tooltip=drawing.tooltip, **drawing.fill(theme.TINT)
    )
    text = base.transform_calculate(right="max(datum.start, datum.end)").mark_text(align="left", dx=5)
    chart = alt.layer(bar, text.encode(x=alt.X("right:Q"), text=alt.Text("brief:N"))).properties(height=drawing.row)
    return drawing.exhibit(chart, drawing.view("label", "value", "note"))


def _direction(total: bool, value: float) -> str:
    return words.say("marks.total" if total else "marks.added" if value >= 0 else "marks.taken")
