"""Dots with their range, and bubbles."""

import altair as alt
import numpy as np
import pandas as pd

from capcycle import theme, words
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import frame as around
from capcycle.exhibits.marks import places
from capcycle.exhibits.marks.columns import ROW, _headings
from capcycle.exhibits.marks.frame import Frame

AREAS = (40, 900)  # square pixels of the smallest and the largest bubble
WIDTHS = {"narrow": 240, "wide": 560}  # pixels between the axes of a chart on a telephone and on a page


def dots(rows: pd.DataFrame, frame: Frame, mark: float | None = None) -> Exhibit:
    """A dot for each row, with a bar from `low` to `high` where it has a range: dot plot and football field.

    mark  a value to draw a line through, such as today's price

    Errors: none.

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> frame = Frame("power", "Most of it is owned", "Power, MW")
    >>> dots(rows.assign(low=[10.0, 3.0], high=[15.0, 3.0]), frame).view.iloc[0].tolist()
    ['Own', '10 MW', '12 MW', '15 MW']
    """
    if rows.empty:
        return around.nothing(frame)
    data = around.drawn(rows)
    axis, ends = around.axis(rows["unit"].iloc[0]), _ranged(rows)
    base = alt.Chart(data).encode(y=around.labels(rows))
    layers = []
    if ends:
        data = data.assign(low=data["low"].fillna(data["value"]), high=data["high"].fillna(data["value"]))
        base = alt.Chart(data).encode(y=around.labels(rows))
        ranged = base.transform_filter("datum.low != datum.high")
        reach = ranged.mark_bar(size=10, strokeWidth=1, opacity=0.45).encode(x=alt.X("low:Q", axis=axis), x2="high:Q")
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


def _ranged(rows: pd.DataFrame) -> bool:
    return {"low", "high"} <= set(rows) and bool(rows[["low", "high"]].notna().to_numpy().any())


def bubble(rows: pd.DataFrame, frame: Frame, x_title: str, y_title: str, x_unit: str, size_title: str = "") -> Exhibit:
    """A bubble for each row: `x` across in `x_unit`, `value` up, its area by `size`, colour and shape by `group`.

    A name is written beside its bubble where it covers nothing; the table and the tooltip have them all.

    Errors: none.

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> frame = Frame("power", "Most of it is owned", "Power, MW")
    >>> bubble(rows.assign(x=[5.0, 15.0]), frame, "Term", "Power", "years").view.iloc[0].tolist()
    ['Own', '12 MW', '5 years']
    """
    if rows.empty:
        return around.nothing(frame)
    ends = places.span(rows["x"], from_zero=bool(rows["x"].min() >= 0)), places.span(rows["value"])
    across, up = (alt.Scale(domain=list(each), nice=False) for each in ends)
    data = _named(around.drawn(rows), *ends)
    base = alt.Chart(data).encode(
        x=alt.X("x:Q", axis=around.axis(x_unit, x_title), scale=across),
        y=alt.Y("value:Q", axis=around.axis(rows["unit"].iloc[0], y_title), scale=up),
    )
    area = alt.Size("size:Q", scale=alt.Scale(range=list(AREAS), zero=True), legend=None)
    point = base.mark_point(strokeWidth=2).encode(
        tooltip=around.tooltips(data),
        **around.fill(rows),
        **_shapes(rows),
        **({"size": area} if "size" in rows else {}),
    )
    headings = _headings("label", "group", "value", "note") | {"x": x_title, "value": y_title}
    extra = {"size": size_title} if size_title else {}
    chart = alt.layer(point, *(_names(base, side) for side in places.SIDES))
    return around.finished(rows, frame, chart, around.view(_said(rows, x_unit), headings | extra))


def _named(data: pd.DataFrame, across: tuple[float, float], up: tuple[float, float]) -> pd.DataFrame:
    """The rows with the side on which each name is free, in a wide chart and in a narrow one."""
    size = data["size"] if "size" in data else pd.Series(0.0, data.index)
    area = AREAS[0] + (AREAS[1] - AREAS[0]) * (size / (size.max() or 1.0)).fillna(0.0)
    points = pd.DataFrame({
        "x": places.along(data["x"], across), "y": places.along(data["value"], up),
        "half": np.sqrt(area) / 2, "label": data["label"],
    })  # fmt: skip
    free = {name: places.sides(points, width, theme.HEIGHT) for name, width in WIDTHS.items()}
    return data.assign(half=points["half"], **free)


def _names(base: alt.Chart, side: str) -> alt.Chart:
    """The names written on one side of their bubbles."""
    align, across, up = {"right": ("left", 1, 0), "left": ("right", -1, 0),
                         "above": ("center", 0, -1), "below": ("center", 0, 1)}[side]  # fmt: skip
    off = [alt.expr(f"{sign} * (datum.half + {places.GAP}{extra})")
           for sign, extra in ((across, ""), (up, f" + {places.LINE / 2}"))]  # fmt: skip
    free = base.transform_filter(f"(width < {WIDTHS['wide']} ? datum.narrow : datum.wide) == '{side}'")
    return free.mark_text(align=align, dx=off[0], dy=off[1], fontSize=11).encode(text="label:N")


def _said(rows: pd.DataFrame, x_unit: str) -> pd.DataFrame:
    return rows.assign(x=[words.value(one, x_unit) for one in rows["x"]])


def _shapes(rows: pd.DataFrame) -> dict[str, alt.Shape]:
    if "group" not in rows:
        return {}
    groups = list(dict.fromkeys(rows["group"]))
    legend = around.key_of(rows["group"]) if len(groups) > 1 else None
    return {"shape": alt.Shape("group:N", scale=alt.Scale(domain=groups, range=list(theme.SHAPES)), legend=legend)}


def _without_opacity(channels: dict) -> dict:
    return {name: channel for name, channel in channels.items() if name != "fillOpacity"}
