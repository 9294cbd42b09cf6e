"""Dots with their range, and bubbles."""

import altair as alt
import pandas as pd

from capcycle import theme, words
from capcycle.exhibits.channels import LETTER, axis, group_scale
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import places
from capcycle.exhibits.marks.frame import Drawing, Frame, nothing

AREAS = (40, 900)  # square pixels of the smallest and the largest bubble
BARRED = "datum.low != datum.high"


def dots(rows: pd.DataFrame, frame: Frame, mark: float | None = None) -> Exhibit:
    """A dot for each row, with a bar from `low` to `high` where it has a range: dot plot and football field.

    Rows of one label stand on one line, parted by their groups, with the numbers of the outermost.

    mark  a value to draw a line through, such as today's price

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> dots(rows.assign(low=[10.0, 3.0], high=[15.0, 3.0]), Frame("power", "Power", "MW")).view.iloc[0].tolist()
    ['Own', '10 MW', '12 MW', '15 MW']
    """
    if rows.empty:
        return nothing(frame)
    ends = {end: rows[end].fillna(rows["value"]) for end in ("low", "high")} if _ranged(rows) else {}
    on_bar = ends["high"] > ends["low"] if ends else pd.Series(False, rows.index)
    side = _sides(rows, on_bar)
    drawing = Drawing(rows, frame, whole=False, **ends, side=side)
    base, colours, layers = drawing.chart.encode(y=drawing.labels()), drawing.fill(), []
    if rows["label"].duplicated().any():
        line = base.mark_rule(color=theme.LIGHT["axis"]).encode(x=alt.X("min(value):Q", axis=drawing.axis()))
        layers.append(line.encode(x2=alt.X2("max(value):Q")))
    if on_bar.any():
        ranged = base.transform_filter(BARRED).mark_bar(size=10, strokeWidth=1, opacity=0.45)
        reach = ranged.encode(x=alt.X("low:Q", axis=drawing.axis()), x2=alt.X2("high:Q"))
        layers.append(reach.encode(fill=colours["fill"], stroke=colours["stroke"]))
    point = base.mark_point(size=90, strokeWidth=2).encode(
        x=alt.X("value:Q", axis=drawing.axis(), scale=drawing.room(over=on_bar, before=side == "left")),
        tooltip=drawing.tooltip,
        **colours,
        **_shapes(drawing),
    )
    layers += [point, *_labels(base, drawing.data["side"])]
    if mark is not None:
        rule = alt.Chart(pd.DataFrame({"mark": [mark]})).mark_rule(strokeDash=[4, 3], color=theme.LIGHT["text"])
        layers.append(rule.encode(x=alt.X("mark:Q")))
    chart = alt.layer(*layers).properties(height=drawing.row)
    return drawing.exhibit(chart, drawing.view("label", "group", "low", "value", "high", "note"))


def _sides(rows: pd.DataFrame, on_bar: pd.Series) -> pd.Series:
    """Where the number of each dot is written: over a bar, else beside it; of several on a line only the outermost two.

    >>> three = pd.DataFrame({"label": ["Own", "Own", "Let"], "value": [12, 3, 5]})
    >>> list(_sides(three, pd.Series(False, three.index)))
    ['right', 'left', 'right']
    """
    place = rows.groupby("label")["value"].rank(method="first")
    last = rows.groupby("label")["value"].transform("count")
    side = pd.Series("", rows.index).mask(place == 1, "left").mask((place == last) | rows["value"].isna(), "right")
    return side.mask(on_bar, "over")


def _labels(base: alt.Chart, side: pd.Series) -> list[alt.Chart]:
    """The number of each dot drawn on its side; one over a bar keeps off the names at the left."""
    where = "isValid(datum.value) ? datum.value : (datum.low + datum.high) / 2 || 0"
    inside = f"max(0, length(datum.brief) * {LETTER / 2} - scale('x', datum.where))"
    looks = {
        "over": {"dy": -13, "dx": alt.expr(inside)},
        "right": {"align": "left", "dx": 9},
        "left": {"align": "right", "dx": -9},
    }
    return [
        base.transform_filter(alt.datum.side == each)
        .transform_calculate(where=where)
        .mark_text(**look)
        .encode(x=alt.X("where:Q"), text=alt.Text("brief:N"))
        for each, look in looks.items()
        if (side == each).any()
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
    ends = places.span(rows["x"], from_zero=bool(rows["x"].min() >= 0)), places.span(rows["value"])
    across, up = (alt.Scale(domain=list(each), nice=False) for each in ends)
    spots = rows[["x", "label"]].assign(y=rows["value"], area=_area(rows))
    drawing = Drawing(rows, frame, **places.free(spots, *ends))
    base = drawing.chart.encode(
        x=alt.X("x:Q", axis=axis(x_unit, x_title), scale=across),
        y=alt.Y("value:Q", axis=drawing.axis(y_title), scale=up),
    )
    area = alt.Size("size:Q", scale=alt.Scale(range=list(AREAS), zero=True), legend=None)
    point = base.mark_point(strokeWidth=2).encode(
        tooltip=drawing.tooltip, **drawing.fill(), **_shapes(drawing), **({"size": area} if "size" in rows else {})
    )
    chart = alt.layer(point, *places.names(base, "label"))
    columns = ["label", "group", "value", "note", "x", *(["size"] if size_title else [])]
    view = drawing.view(*columns, x=x_title, value=y_title, size=size_title)
    return drawing.exhibit(chart, view.assign(**{x_title: [words.value(one, x_unit) for one in rows["x"]]}))


def _area(rows: pd.DataFrame) -> pd.Series:
    """The square pixels of each bubble."""
    size = rows["size"] if "size" in rows else pd.Series(0.0, rows.index)
    return AREAS[0] + (AREAS[1] - AREAS[0]) * (size / (size.max() or 1.0)).fillna(0.0)


def _shapes(drawing: Drawing) -> dict[str, alt.Shape]:
    if not drawing.groups():
        return {}
    return {"shape": alt.Shape("group:N", scale=group_scale(drawing.groups(), theme.SHAPES), legend=drawing.key())}
