"""Dots with their range, and bubbles."""

import altair as alt
import numpy as np
import pandas as pd

from capcycle import theme, words
from capcycle.exhibits.channels import axis, group_scale
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import places
from capcycle.exhibits.marks.columns import ROW
from capcycle.exhibits.marks.frame import Drawing, Frame, nothing

AREAS = (40, 900)  # square pixels of the smallest and the largest bubble
WIDTHS = {"narrow": 240, "wide": 560}  # pixels between the axes of a chart on a telephone and on a page
BARRED = "datum.low != datum.high"
ROOM = 0.1  # of an axis, beyond its outermost points


def dots(rows: pd.DataFrame, frame: Frame, mark: float | None = None) -> Exhibit:
    """A dot for each row, with a bar from `low` to `high` where it has a range: dot plot and football field.

    mark  a value to draw a line through, such as today's price

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> dots(rows.assign(low=[10.0, 3.0], high=[15.0, 3.0]), Frame("power", "Power", "MW")).view.iloc[0].tolist()
    ['Own', '10 MW', '12 MW', '15 MW']
    """
    if rows.empty:
        return nothing(frame)
    ends = {end: rows[end].fillna(rows["value"]) for end in ("low", "high")} if _ranged(rows) else {}
    on_bar = ends["high"] > ends["low"] if ends else pd.Series(False, rows.index)
    drawing = Drawing(rows, frame, **ends, on_bar=on_bar)
    base, colours, layers = drawing.chart.encode(y=drawing.labels()), drawing.fill(), []
    if ends:
        ranged = base.transform_filter(BARRED).mark_bar(size=10, strokeWidth=1, opacity=0.45)
        reach = ranged.encode(x=alt.X("low:Q", axis=drawing.axis()), x2=alt.X2("high:Q"))
        layers.append(reach.encode(fill=colours["fill"], stroke=colours["stroke"]))
    point = base.mark_point(size=90, strokeWidth=2).encode(
        x=alt.X("value:Q", axis=drawing.axis(), scale=drawing.room(over=on_bar)),
        tooltip=drawing.tooltip,
        **colours,
        **_shapes(drawing),
    )
    layers += [point, *_labels(base, on_bar)]
    if mark is not None:
        rule = alt.Chart(pd.DataFrame({"mark": [mark]})).mark_rule(strokeDash=[4, 3], color=theme.LIGHT["text"])
        layers.append(rule.encode(x=alt.X("mark:Q")))
    chart = alt.layer(*layers).properties(height=alt.Step(ROW))
    return drawing.exhibit(chart, drawing.view("label", "group", "low", "value", "high", "note"))


def _labels(base: alt.Chart, on_bar: pd.Series) -> list[alt.Chart]:
    """The number of each dot: over one that lies on a bar, or over the bar alone; beside any other."""
    where = "isValid(datum.value) ? datum.value : (datum.low + datum.high) / 2 || 0"
    looks = {True: {"dy": -13}, False: {"align": "left", "dx": 9}}
    return [
        base.transform_filter(alt.datum.on_bar == over)
        .transform_calculate(where=where)
        .mark_text(**looks[over])
        .encode(x=alt.X("where:Q"), text=alt.Text("shown:N"))
        for over in sorted(set(map(bool, on_bar)))
    ]


def _ranged(rows: pd.DataFrame) -> bool:
    return {"low", "high"} <= set(rows) and bool(rows[["low", "high"]].notna().to_numpy().any())


def bubble(rows: pd.DataFrame, frame: Frame, x_title: str, y_title: str, x_unit: str, size_title: str = "") -> Exhibit:
    """A bubble for each row: `x` across in `x_unit`, `value` up, its area by `size`, colour and shape by `group`.

    A name is written beside its bubble where it covers nothing; the table and the tooltip have them all.

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> frame = Frame("power", "Most of it is owned", "Power, MW")
    >>> bubble(rows.assign(x=[5.0, 15.0]), frame, "Term", "Power", "years").view.iloc[0].tolist()
    ['Own', '12 MW', '5 years']
    """
    if rows.empty:
        return nothing(frame)
    ends = _span(rows["x"], from_zero=bool(rows["x"].min() >= 0)), _span(rows["value"])
    across, up = (alt.Scale(domain=list(each), nice=False) for each in ends)
    drawing = Drawing(rows, frame, **_named(rows, *ends))
    base = drawing.chart.encode(
        x=alt.X("x:Q", axis=axis(x_unit, x_title), scale=across),
        y=alt.Y("value:Q", axis=drawing.axis(y_title), scale=up),
    )
    area = alt.Size("size:Q", scale=alt.Scale(range=list(AREAS), zero=True), legend=None)
    point = base.mark_point(strokeWidth=2).encode(
        tooltip=drawing.tooltip, **drawing.fill(), **_shapes(drawing), **({"size": area} if "size" in rows else {})
    )
    chart = alt.layer(point, *(_names(base, side) for side in places.SIDES))
    columns = ["label", "group", "value", "note", "x", *(["size"] if size_title else [])]
    view = drawing.view(*columns, x=x_title, value=y_title, size=size_title)
    return drawing.exhibit(chart, view.assign(**{x_title: [words.value(one, x_unit) for one in rows["x"]]}))


def _span(values: pd.Series, from_zero: bool = False) -> tuple[float, float]:
    """The ends of an axis that leaves room beyond its points, so that none lies on the edge.

    >>> _span(pd.Series([100.0, 300.0]), from_zero=True)
    (0.0, 330.0)
    """
    low, high = (0.0 if from_zero else values.min()), values.max()
    more = ROOM * ((high - low) or abs(high) or 1.0)
    return (0.0 if from_zero else float(low - more)), float(high + more)


def _named(rows: pd.DataFrame, across: tuple[float, float], up: tuple[float, float]) -> dict[str, pd.Series | list]:
    """How far each bubble reaches, and the side on which its name is free in a wide chart and in a narrow one."""
    size = rows["size"] if "size" in rows else pd.Series(0.0, rows.index)
    area = AREAS[0] + (AREAS[1] - AREAS[0]) * (size / (size.max() or 1.0)).fillna(0.0)
    x, y = ((rows[name] - ends[0]) / (ends[1] - ends[0]) for name, ends in (("x", across), ("value", up)))
    points = pd.DataFrame({"x": x, "y": y, "half": np.sqrt(area) / 2, "label": rows["label"]})
    free = {name: places.sides(points, width, theme.HEIGHT) for name, width in WIDTHS.items()}
    return {"half": points["half"], **free}


def _names(base: alt.Chart, side: str) -> alt.Chart:
    """The names written on one side of their bubbles."""
    across, up = places.SIDES[side]
    far = f"(datum.half + {places.GAP} + {abs(up) * places.LINE / 2})"
    free = base.transform_filter(f"(width < {WIDTHS['wide']} ? datum.narrow : datum.wide) == '{side}'")
    align = {1: "left", -1: "right", 0: "center"}[across]
    text = free.mark_text(align=align, dx=alt.expr(f"{across} * {far}"), dy=alt.expr(f"{up} * {far}"), fontSize=11)
    return text.encode(text=alt.Text("label:N"))


def _shapes(drawing: Drawing) -> dict[str, alt.Shape]:
    if not drawing.groups():
        return {}
    return {"shape": alt.Shape("group:N", scale=group_scale(drawing.groups(), theme.SHAPES), legend=drawing.key())}
