"""Dots with their range, and bubbles."""

import altair as alt
import pandas as pd

from capcycle import theme, words
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import frame as around
from capcycle.exhibits.marks.columns import ROW, _headings
from capcycle.exhibits.marks.frame import Frame

ROOM = 1.15  # of the largest value


def dots(rows: pd.DataFrame, frame: Frame, mark: float | None = None) -> Exhibit:
    """A dot for each row, with a bar from `low` to `high` where it has a range: dot plot and football field.

    mark  a value to draw a line through, such as today's price
    """
    data = around.drawn(rows)
    axis, ends = around.axis(rows["unit"].iloc[0]), {"low", "high"} <= set(rows)
    base = alt.Chart(data).encode(y=around.labels(rows))
    layers = []
    if ends:
        data = data.assign(low=data["low"].fillna(data["value"]), high=data["high"].fillna(data["value"]))
        base = alt.Chart(data).encode(y=around.labels(rows))
        reach = base.mark_bar(size=10, strokeWidth=1, opacity=0.45).encode(x=alt.X("low:Q", axis=axis), x2="high:Q")
        layers.append(reach.encode(**_without_opacity(around.fill(rows))))
    point = base.mark_point(size=90, strokeWidth=2).encode(
        x=alt.X("value:Q", axis=axis, scale=around.room(rows)),
        tooltip=around.tooltips(data),
        **around.fill(rows),
        **_shapes(rows),
    )
    right = "max(datum.value, datum.high)" if ends else "datum.value"
    text = base.transform_calculate(right=right).mark_text(align="left", dx=9)
    layers += [point, text.encode(x="right:Q", text="shown:N")]
    if mark is not None:
        rule = alt.Chart(pd.DataFrame({"mark": [mark]})).mark_rule(strokeDash=[4, 3], color=theme.LIGHT["text"])
        layers.append(rule.encode(x="mark:Q"))
    chart = alt.layer(*layers).properties(height=alt.Step(ROW))
    return around.finished(
        rows, frame, chart, around.view(rows, _headings("label", "group", "low", "value", "high", "note"))
    )


def bubble(rows: pd.DataFrame, frame: Frame, x_title: str, y_title: str, x_unit: str, size_title: str = "") -> Exhibit:
    """A bubble for each row: `x` across in `x_unit`, `value` up, its area by `size`, colour and shape by `group`."""
    data = around.drawn(rows)
    area = alt.Size("size:Q", scale=alt.Scale(range=[40, 900], zero=True), legend=None)
    base = alt.Chart(data).encode(
        x=alt.X("x:Q", axis=around.axis(x_unit, x_title)),
        y=alt.Y("value:Q", axis=around.axis(rows["unit"].iloc[0], y_title), scale=alt.Scale(zero=False, padding=16)),
    )
    point = base.mark_point(strokeWidth=2).encode(
        tooltip=around.tooltips(data),
        **around.fill(rows),
        **_shapes(rows),
        **({"size": area} if "size" in rows else {}),
    )
    text = base.mark_text(align="left", dx=10, dy=-8, fontSize=11).encode(text="label:N")
    headings = _headings("label", "group", "value", "note") | {"x": x_title, "value": y_title}
    extra = {"size": size_title} if size_title else {}
    return around.finished(rows, frame, alt.layer(point, text), around.view(_said(rows, x_unit), headings | extra))


def _said(rows: pd.DataFrame, x_unit: str) -> pd.DataFrame:
    return rows.assign(x=[words.value(one, x_unit) for one in rows["x"]])


def _shapes(rows: pd.DataFrame) -> dict[str, alt.Shape]:
    if "group" not in rows:
        return {}
    groups = list(dict.fromkeys(rows["group"]))
    legend = alt.Legend(title=None) if len(groups) > 1 else None
    return {"shape": alt.Shape("group:N", scale=alt.Scale(domain=groups, range=list(theme.SHAPES)), legend=legend)}


def _without_opacity(channels: dict) -> dict:
    return {name: channel for name, channel in channels.items() if name != "fillOpacity"}
