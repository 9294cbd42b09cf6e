"""Lines by year or along any number, and the bands of a simulation."""

from dataclasses import replace
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from capcycle import theme, words
from capcycle.exhibits import ends
from capcycle.exhibits.channels import axis, every, group_scale
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
    data, groups = _with_gaps(drawing.data), drawing.groups()
    told = [] if len(groups) <= ends.CROSSING else [group for group in groups if group in frame.title]
    named = told or groups if told or ends.fit(data, "group") else []
    across = _across(rows, x_unit, x_title)
    if named:
        across["scale"].range = ends.room(named)
    base = ends.known(alt.Chart(data), "group").encode(x=across, y=alt.Y("value:Q", axis=drawing.axis()))
    key = None if named else drawing.key(symbolType="stroke", symbolSize=260)
    stroke, dash, shape = (
        kind("group:N", scale=_telling(group_scale(groups, signs), told, grey), legend=legend)
        for kind, signs, legend, grey in (
            (alt.Stroke, theme.SERIES, key, theme.LIGHT["axis"]),
            (alt.StrokeDash, theme.DASHES, key, theme.DASHES[0]),
            (alt.Shape, theme.SHAPES, None, theme.SHAPES[0]),  # in the key it would stand in the place of the line
        )
    )
    look = {"stroke": stroke, "fill": alt.Fill("group:N", scale=stroke["scale"], legend=None), "shape": shape}
    look |= {"fillOpacity": theme.evidence_opacity()}
    apart = {"strokeDash": dash} if len(groups) > 1 else {}  # a line alone is told from no other
    line = base.mark_line(invalid="break-paths-show-domains").encode(stroke=stroke, **apart)
    point = base.mark_point(size=26, strokeWidth=1.5).encode(tooltip=drawing.tooltip, **look)
    point = point.encode(opacity=alt.when(ends.plain()).then(alt.value(0)).otherwise(alt.value(1)))
    names = [ends.names(base, "group", told=told, **look)] if named else []
    chart = alt.layer(line, point, *names, *_rule(mark, across))
    if key:  # or Vega-Lite would take the points' signs into the key all the same
        chart = chart.resolve_legend(fill="independent", shape="independent")
    view = drawing.view("x", "group", "value")
    if x_unit:
        view[view.columns[0]] = [words.value(float(each), x_unit) for each in rows["x"]]
    return drawing.exhibit(chart, view)


def _telling(scale: alt.Scale, told: list[str], grey: Any) -> alt.Scale:
    """The signs of many lines: their own for those that the title names, if it names any, one for all others."""
    if told:
        scale.range = [sign if name in told else grey for name, sign in zip(scale.domain, scale.range, strict=False)]
    return scale


def bands(rows: pd.DataFrame, frame: Frame, names: tuple[str, str], line: str = "") -> Exhibit:
    """A line over `x` within two bands: `low` to `high` and `inner_low` to `inner_high`, named outer first.

    line  what the line is, where it is not the median

    >>> rows = pd.DataFrame({"label": ["Own", "Own"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> ends = {"low": 1.0, "inner_low": 2.0, "inner_high": 13.0, "high": 14.0, "x": [1, 2]}
    >>> bands(rows.assign(**ends), Frame("power", "Power", "MW"), ("nine in ten", "one in two")).notes
    ('The outer band covers nine in ten, the inner one in two; the line is the median.',)
    """
    if rows.empty:
        return nothing(frame)
    note = words.say("marks.bands", outer=names[0], inner=names[1], line=line or words.say("marks.median"))
    drawing = Drawing(rows, replace(frame, notes=(note, *frame.notes)))
    up, colour = drawing.axis(), theme.LIGHT["series-0"]
    base = drawing.chart.encode(x=_across(rows, "", None))
    outer = base.mark_area(opacity=0.18, color=colour).encode(y=alt.Y("low:Q", axis=up), y2=alt.Y2("high:Q"))
    inner = base.mark_area(opacity=0.3, color=colour).encode(y=alt.Y("inner_low:Q", axis=up), y2=alt.Y2("inner_high:Q"))
    line = base.mark_line(color=colour).encode(y=alt.Y("value:Q", axis=up))
    point = base.mark_point(size=26, filled=True, color=colour).encode(y=alt.Y("value:Q"), tooltip=drawing.tooltip)
    return drawing.exhibit(alt.layer(outer, inner, line, point), drawing.view("x", "low", "value", "high"))


def _with_gaps(data: pd.DataFrame) -> pd.DataFrame:
    """The rows of lines in their order, with an empty one in each period that a line passes over: it breaks there.

    >>> rows = pd.DataFrame({"x": ["2023Q3", "2024Q1"], "group": "Power", "value": [1.0, 2.0]})
    >>> _with_gaps(rows)["x"].tolist()
    ['2023Q3', '2023Q4', '2024Q1']
    """
    passed = [
        {"x": place, "group": group, "value": np.nan}
        for group, own in data.groupby("group", sort=False)
        for place in every(own["x"])
        if place not in set(own["x"])
    ]
    if not passed:
        return data
    order = {place: number for number, place in enumerate(every(data["x"]))}
    both = pd.concat([data, pd.DataFrame(passed)], ignore_index=True)
    return both.sort_values("x", key=lambda x: x.map(order), kind="stable", ignore_index=True)


def _across(rows: pd.DataFrame, unit: str, title: str | None) -> alt.X:
    if unit:
        return alt.X("x:Q", axis=axis(unit, title), scale=alt.Scale(zero=False))
    places = alt.Scale(domain=every(rows["x"]))
    return alt.X("x:O", sort=None, title=title, axis=alt.Axis(labelAngle=0, title=title), scale=places)


def _rule(mark: float | None, across: alt.X) -> list[alt.Chart]:
    if mark is None:
        return []
    line = alt.Chart(pd.DataFrame({"x": [mark]})).mark_rule(strokeDash=[4, 3], color=theme.LIGHT["text"])
    return [line.encode(x=across)]
