"""Where the name of a point is written so that it covers no other name and no point."""

from collections.abc import Iterator

import altair as alt
import numpy as np
import pandas as pd

from capcycle import theme

LETTER, LINE, GAP = 6.4, 13.0, 3.0  # pixels of a letter, of a line of text, between a point and its name
SIDES = {"right": (1, 0), "left": (-1, 0), "above": (0, -1), "below": (0, 1)}  # to the right, and down
WIDTHS = {"narrow": 240, "wide": 560}  # pixels between the axes of a chart on a telephone and on a page
ROOM = 0.1  # of an axis, beyond its outermost points
Box = tuple[float, float, float, float]  # left, top, right and bottom of a part of the chart, in pixels


def span(values: pd.Series, from_zero: bool = False) -> tuple[float, float]:
    """The ends of an axis that leaves room beyond its points, so that none lies on the edge.

    >>> span(pd.Series([100.0, 300.0]), from_zero=True)
    (0.0, 330.0)
    """
    low, high = (0.0 if from_zero else values.min()), values.max()
    more = ROOM * ((high - low) or abs(high) or 1.0)
    return (0.0 if from_zero else float(low - more)), float(high + more)


def free(spots: pd.DataFrame, across: tuple[float, float], up: tuple[float, float]) -> dict[str, pd.Series | list]:
    """How far each point reaches, and the side on which its name is free in a wide chart and in a narrow one.

    spots       `x` and `y` as the axes have them, `area` in square pixels, `label`
    across, up  the ends of the axes

    >>> two = pd.DataFrame({"x": [1.0, 1.1], "y": 2.0, "area": 64.0, "label": ["Cipher", "Hut 8"]})
    >>> free(two, (0.0, 2.0), (0.0, 4.0))["narrow"]
    ['left', 'right']
    """
    x, y = ((spots[name] - ends[0]) / (ends[1] - ends[0]) for name, ends in (("x", across), ("y", up)))
    points = spots.assign(x=x, y=y, half=np.sqrt(spots["area"]) / 2)
    return {"half": points["half"], **{name: sides(points, width, theme.HEIGHT) for name, width in WIDTHS.items()}}


def names(base: alt.Chart, field: str) -> Iterator[alt.Chart]:
    """The names beside their points, on the sides that `free` has found, in a layer for each side.

    >>> len(list(names(alt.Chart(), "label")))
    4
    """
    for side, (across, up) in SIDES.items():
        far = f"(datum.half + {GAP} + {abs(up) * LINE / 2})"
        own = base.transform_filter(f"(width < {WIDTHS['wide']} ? datum.narrow : datum.wide) == '{side}'")
        align = {1: "left", -1: "right", 0: "center"}[across]
        text = own.mark_text(align=align, dx=alt.expr(f"{across} * {far}"), dy=alt.expr(f"{up} * {far}"), fontSize=11)
        yield text.encode(text=alt.Text(f"{field}:N"))


def sides(points: pd.DataFrame, width: float, height: float) -> list[str]:
    """For each point the side on which its name is free of all others; "" where it is free on none.

    points  `x` and `y` as parts of the chart's width and height from the lower left, `half` (pixels from the middle of
            the point to its edge), `label`; names further up in the table are placed first

    >>> two = pd.DataFrame({"x": [0.4, 0.5], "y": [0.5, 0.5], "half": [5, 5], "label": ["Cipher", "Hut 8"]})
    >>> sides(two, 300, 200)
    ['left', 'right']
    """
    rows = list(points.assign(x=points["x"] * width, y=(1 - points["y"]) * height).itertuples())
    taken = [_box(row.x, row.y, row.half, row.half) for row in rows]
    chosen = []
    for row in rows:
        boxes = {side: _name(row, side) for side in SIDES}
        open_ = (side for side, box in boxes.items()
                 if _inside(box, width, height) and not any(_meet(box, other) for other in taken))  # fmt: skip
        side = next(open_, "")
        chosen.append(side)
        taken += [boxes[side]] if side else []
    return chosen


def _name(row, side: str) -> Box:
    """The part of the chart that the name of a point takes on one of its sides."""
    across, down = SIDES[side]
    half, far = len(row.label) * LETTER / 2, row.half + GAP
    return _box(row.x + across * (far + half), row.y + down * (far + LINE / 2), half, LINE / 2)


def _box(x: float, y: float, half_width: float, half_height: float) -> Box:
    return x - half_width, y - half_height, x + half_width, y + half_height


def _meet(one: Box, other: Box) -> bool:
    """Whether two boxes have a pixel in common."""
    return all(one[place] < other[place + 2] and other[place] < one[place + 2] for place in (0, 1))


def _inside(box: Box, width: float, height: float) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= width and box[3] <= height
