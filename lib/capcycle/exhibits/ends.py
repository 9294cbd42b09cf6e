"""Lines without a key: their names at their ends wherever these have room, and a mark only where it says something."""

from collections.abc import Iterable, Sequence

import altair as alt
import numpy as np
import pandas as pd

from capcycle import theme

CROSSING, MOST, LONGEST = 5, 7, 18  # lines that can be told apart, also of one among grey ones; letters of a name
HEADROOM = 0.85  # of the height of a chart, which its highest column takes at least
APART, FARTHEST = 16, 48  # pixels between two names, and from a name to the end of its line
MARK, TEXT, LETTER = 11, 19, 6.6  # pixels from the end of a line to its mark and to its name, and of a letter
HALO = {"stroke": theme.LIGHT["page"], "strokeWidth": 4, "strokeJoin": "round"}  # keeps lines off a name
LEVEL = "(max(datum.high, 0) - datum.value) / (max(datum.high, 0) - min(datum.low, 0))"  # from the top, in parts of one
LONE = "!isValid(datum.before) && !isValid(datum.after)"  # a point that no line leads to
SOFT = "datum.sure > 0 && !datum.firm"  # an estimate on a line that has firm figures too


def spread(places: Iterable[float]) -> list[float]:
    """How far each of some names in pixels moves so that none covers another: half of pushing down, half of up.

    >>> spread([10.0, 12.0, 80.0])
    [-7.0, 7.0, 0.0]
    """
    rank = pd.Series(list(places), dtype=float).sort_values(kind="stable")
    slots = pd.Series(range(len(rank)), rank.index, float) * APART
    slack = rank - slots
    middle = (slack.cummax() + slack[::-1].cummin()[::-1]) / 2
    return list((middle + slots - rank).sort_index())


def fit(data: pd.DataFrame, name: str, log: bool = False) -> bool:
    """Whether the lines of some rows can have their names at their ends: few, short, and near enough each to its own.

    >>> rows = pd.DataFrame({"name": ["Own", "Let"], "x": 2026, "value": [12.0, 3.0]})
    >>> fit(rows, "name"), fit(rows[:1], "name")
    (True, False)
    """
    known = data.dropna(subset="value")
    known = known.assign(value=np.log(known["value"])) if log else known
    last = known.groupby(name, sort=False)["value"].last()
    low, high = known["value"].min(), known["value"].max()
    low, high = (low, high) if log else (min(low, 0), max(high, 0))
    if not 1 < len(last) <= MOST or max(map(len, last.index)) > LONGEST or high == low:
        return False
    return max(map(abs, spread((high - last) / (high - low) * theme.HEIGHT))) <= FARTHEST


def room(names: Iterable[str]) -> list:
    """The range of an axis across that leaves room for the names at its end.

    >>> first, last = room(["Meta"])
    >>> [first, last.expr]
    [0, 'width - 45']
    """
    return [0, alt.expr(f"width - {max(map(len, names)) * LETTER + TEXT:.0f}")]


def stacks(data: pd.DataFrame, x: str, name: str) -> bool:
    """Whether each part of the last column of a stack is high enough for its name beside it, and the names short.

    >>> rows = pd.DataFrame({"x": ["2025", "2026", "2026"], "name": ["Own", "Own", "Let"], "value": [1.0, 12.0, 3.0]})
    >>> stacks(rows, "x", "name"), stacks(rows[:2], "x", "name")
    (True, False)
    """
    seen = data[data["value"].fillna(0) != 0]
    names, last = seen[name].unique(), seen[seen[x].isin(seen[x].tail(1))]
    if not 1 < len(names) == last[name].nunique() or max(map(len, names)) > LONGEST or (seen["value"] < 0).any():
        return False
    return bool(last["value"].min() / seen.groupby(x)["value"].sum().max() * theme.HEIGHT * HEADROOM >= APART)


def beside(bar: alt.Chart, x: alt.X, y: alt.Y, name: str, last: str) -> alt.Chart:
    """The name of each part of a stack's last column at the right of it.

    last  the test, as a Vega expression, of the rows of that column

    >>> beside(alt.Chart().encode(order="place:Q"), alt.X("x:O"), alt.Y("value:Q"), "name", "datum.x == 1").mark.align
    'left'
    """
    x, y = x.copy(), y.copy()
    x.bandPosition, y.bandPosition = 1, 0.5
    order = bar.encoding.order
    text = alt.Chart().mark_text(align="left", dx=5).encode(x=x, y=y, order=order, text=f"{name}:N", detail=f"{name}:N")
    return text.transform_filter(f"{last} && datum.value")


def known(base: alt.Chart, name: str) -> alt.Chart:
    """The rows of a chart, in the order of its lines, each with its neighbours and with how firm its line is.

    >>> len(known(alt.Chart(), "name").transform)
    3
    """
    return (
        base.transform_calculate(firm=f"isValid(datum.value) ? {theme.firm()} : null")
        .transform_joinaggregate(sure="mean(firm)", groupby=[name])
        .transform_window(before="lag(value)", after="lead(value)", groupby=[name])
    )


def plain(more: str = "") -> str:
    """The test, as a Vega expression, that a point needs no mark: its line says all.

    more  a test of points that have one all the same

    >>> plain("datum.x == 2026").endswith("(datum.x == 2026))")
    True
    """
    return f"!({' || '.join(f'({test})' for test in (LONE, SOFT, more) if test)})"


def names(
    base: alt.Chart, name: str, log: bool = False, told: Sequence[str] = (), **look: alt.SchemaBase | dict
) -> alt.LayerChart:
    """The name of each line beside its last point, with the mark of its look; names that come too near move apart.

    base  as `known` gives it, with an axis up for `value`
    told  the lines that have their names; all by default

    >>> len(names(known(alt.Chart(), "name"), "name").layer)
    3
    """
    by = [alt.SortField("at")]
    some = alt.FieldOneOfPredicate(field=name, oneOf=list(told)) if told else "true"
    level = "log(datum.high / datum.value) / log(datum.high / datum.low)" if log else LEVEL
    placed = (
        alt.Chart()
        .transform_filter("isValid(datum.value)")
        .transform_joinaggregate(low="min(value)", high="max(value)")
        .transform_window(next="lead(value)", groupby=[name])
        .transform_filter("datum.next == null")
        .transform_filter(some)
        .transform_calculate(level=level)
        .transform_calculate(at="height * datum.level")
        .transform_window(rank="row_number()", sort=by)
        .transform_calculate(slack=f"datum.at - {APART} * datum.rank")
        .transform_window(down="max(slack)", frame=[None, 0], sort=by)
        .transform_window(up="min(slack)", frame=[0, None], sort=by)
        .transform_joinaggregate(count="count()")
        .transform_calculate(lowest=f"height - {APART / 2} - {APART} * (datum.count - datum.rank)")  # above the axis
        .transform_calculate(move=f"min((datum.down + datum.up) / 2 + {APART} * datum.rank, datum.lowest) - datum.at")
    )
    move = alt.expr("datum.move")
    text = {"align": "left", "dx": TEXT, "dy": move}
    bare = base.copy(deep=False)
    bare.transform = alt.Undefined  # or the neighbours of a point would be sought among the last points
    said = bare.encode(text=alt.Text(f"{name}:N"))
    mark = bare.mark_point(xOffset=MARK, yOffset=move, size=40, strokeWidth=1.5)
    lone = alt.when(LONE).then(alt.value(0)).otherwise(alt.value(1))
    mark = mark.encode(opacity=alt.OpacityValue(**lone), **look)
    layers = alt.layer(said.mark_text(**text, **HALO), said.mark_text(**text), mark)
    layers.transform = [*base.transform, *placed.transform]
    return layers
