"""Lines by year or along any number, and the bands of a simulation."""

import altair as alt
import pandas as pd

from capcycle import theme, words
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import frame as around
from capcycle.exhibits.marks.columns import _headings
from capcycle.exhibits.marks.frame import Frame


def paths(rows: pd.DataFrame, frame: Frame, x_unit: str = "", x_title: str | None = None,
          mark: float | None = None) -> Exhibit:  # fmt: skip
    """A line for each `group` over `x`, with a dash and a shape of its own.

    x_unit  the unit of `x`; empty where it counts years or names them
    mark    a value of `x` to draw a line through, such as the end of a contract

    Errors: none.

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> frame = Frame("power", "Most of it is owned", "Power, MW")
    >>> paths(rows.assign(group="Power", x=[2025, 2026]), frame).view.iloc[0].tolist()
    ['2025', 'Power', '12 MW']
    """
    if rows.empty:
        return around.nothing(frame)
    data = around.drawn(rows)
    base = alt.Chart(data).encode(
        x=_across(rows, x_unit, x_title), y=alt.Y("value:Q", axis=around.axis(rows["unit"].iloc[0]))
    )
    groups = list(dict.fromkeys(rows["group"]))
    legend = around.key_of(rows["group"], symbolType="stroke", symbolSize=260) if len(groups) > 1 else None
    stroke = alt.Stroke("group:N", scale=alt.Scale(domain=groups, range=list(theme.SERIES)), legend=legend)
    dash = alt.StrokeDash("group:N", scale=alt.Scale(domain=groups, range=list(theme.DASHES)), legend=legend)
    line = base.mark_line().encode(stroke=stroke, strokeDash=dash)
    point = base.mark_point(size=26, strokeWidth=1.5, filled=True).encode(
        tooltip=around.tooltips(data), **around.fill(rows, legend)
    )
    chart = alt.layer(line, point, *_rule(rows, mark, x_unit))
    return around.finished(rows, frame, chart, around.view(rows, _headings("x", "group", "value")))


def bands(rows: pd.DataFrame, frame: Frame, names: tuple[str, str]) -> Exhibit:
    """The median over `x` within two bands: `low` to `high` and `inner_low` to `inner_high`, named outer first.

    Errors: none.

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> ends = {"low": 1.0, "inner_low": 2.0, "inner_high": 13.0, "high": 14.0, "x": [1, 2]}
    >>> bands(rows.assign(**ends), Frame("power", "Power", "MW"), ("nine in ten", "one in two")).notes
    ('The outer band covers nine in ten, the inner one in two; the line is the median.',)
    """
    if rows.empty:
        return around.nothing(frame)
    data = around.drawn(rows)
    axis = around.axis(rows["unit"].iloc[0])
    base = alt.Chart(data).encode(x=_across(rows, "", None))
    colour = theme.LIGHT["series-0"]
    outer = base.mark_area(opacity=0.18, color=colour).encode(y=alt.Y("low:Q", axis=axis), y2="high:Q")
    inner = base.mark_area(opacity=0.3, color=colour).encode(y=alt.Y("inner_low:Q", axis=axis), y2="inner_high:Q")
    line = base.mark_line(color=colour).encode(y=alt.Y("value:Q", axis=axis))
    point = base.mark_point(size=26, filled=True, color=colour).encode(y="value:Q", tooltip=around.tooltips(data))
    headings = _headings("x", "low", "value", "high")
    noted = Frame(
        frame.id, frame.title, frame.subtitle, (words.say("marks.bands", outer=names[0], inner=names[1]), *frame.notes)
    )
    return around.finished(rows, noted, alt.layer(outer, inner, line, point), around.view(rows, headings))


def _across(rows: pd.DataFrame, unit: str, title: str | None) -> alt.X:
    if unit:
        return alt.X("x:Q", axis=around.axis(unit, title), scale=alt.Scale(zero=False))
    return alt.X("x:O", sort=None, title=title, axis=alt.Axis(labelAngle=0, title=title))


def _rule(rows: pd.DataFrame, mark: float | None, unit: str) -> list[alt.Chart]:
    if mark is None:
        return []
    line = alt.Chart(pd.DataFrame({"x": [mark]})).mark_rule(strokeDash=[4, 3], color=theme.LIGHT["text"])
    return [line.encode(x=_across(rows, unit, None))]
