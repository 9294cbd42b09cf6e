"""Lines by year or along any number, and the bands of a simulation."""

from dataclasses import replace

import altair as alt
import pandas as pd

from capcycle import theme, words
from capcycle.exhibits.channels import axis
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks.frame import Drawing, Frame, nothing


def paths(rows: pd.DataFrame, frame: Frame, x_unit: str = "", x_title: str | None = None,
          mark: float | None = None) -> Exhibit:  # fmt: skip
    """A line for each `group` over `x`, with a dash and a shape of its own.

    x_unit  the unit of `x`; empty where it counts years or names them
    mark    a value of `x` to draw a line through, such as the end of a contract

    >>> rows = pd.DataFrame({"label": ["Own", "Own"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> paths(rows.assign(group="Power", x=[2025, 2026]), Frame("power", "Power", "MW")).view.iloc[0].tolist()
    ['2025', 'Power', '12 MW']
    """
    if rows.empty:
        return nothing(frame)
    drawing = Drawing(rows, frame)
    base = drawing.chart.encode(x=_across(x_unit, x_title), y=alt.Y("value:Q", axis=drawing.axis()))
    groups, key = drawing.groups(), drawing.key(symbolType="stroke", symbolSize=260)
    stroke = alt.Stroke("group:N", scale=alt.Scale(domain=groups, range=list(theme.SERIES)), legend=key)
    dash = alt.StrokeDash("group:N", scale=alt.Scale(domain=groups, range=list(theme.DASHES)), legend=key)
    line = base.mark_line().encode(stroke=stroke, strokeDash=dash)
    point = base.mark_point(size=26, strokeWidth=1.5, filled=True).encode(tooltip=drawing.tooltip, **drawing.fill(key))
    chart = alt.layer(line, point, *_rule(mark, x_unit))
    return drawing.exhibit(chart, drawing.view("x", "group", "value"))


def bands(rows: pd.DataFrame, frame: Frame, names: tuple[str, str]) -> Exhibit:
    """The median over `x` within two bands: `low` to `high` and `inner_low` to `inner_high`, named outer first.

    >>> rows = pd.DataFrame({"label": ["Own", "Own"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> ends = {"low": 1.0, "inner_low": 2.0, "inner_high": 13.0, "high": 14.0, "x": [1, 2]}
    >>> bands(rows.assign(**ends), Frame("power", "Power", "MW"), ("nine in ten", "one in two")).notes
    ('The outer band covers nine in ten, the inner one in two; the line is the median.',)
    """
    if rows.empty:
        return nothing(frame)
    note = words.say("marks.bands", outer=names[0], inner=names[1])
    drawing = Drawing(rows, replace(frame, notes=(note, *frame.notes)))
    up, colour = drawing.axis(), theme.LIGHT["series-0"]
    base = drawing.chart.encode(x=_across("", None))
    outer = base.mark_area(opacity=0.18, color=colour).encode(y=alt.Y("low:Q", axis=up), y2="high:Q")
    inner = base.mark_area(opacity=0.3, color=colour).encode(y=alt.Y("inner_low:Q", axis=up), y2="inner_high:Q")
    line = base.mark_line(color=colour).encode(y=alt.Y("value:Q", axis=up))
    point = base.mark_point(size=26, filled=True, color=colour).encode(y="value:Q", tooltip=drawing.tooltip)
    return drawing.exhibit(alt.layer(outer, inner, line, point), drawing.view("x", "low", "value", "high"))


def _across(unit: str, title: str | None) -> alt.X:
    if unit:
        return alt.X("x:Q", axis=axis(unit, title), scale=alt.Scale(zero=False))
    return alt.X("x:O", sort=None, title=title, axis=alt.Axis(labelAngle=0, title=title))


def _rule(mark: float | None, unit: str) -> list[alt.Chart]:
    if mark is None:
        return []
    line = alt.Chart(pd.DataFrame({"x": [mark]})).mark_rule(strokeDash=[4, 3], color=theme.LIGHT["text"])
    return [line.encode(x=_across(unit, None))]
