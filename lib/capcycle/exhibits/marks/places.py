"""Where the name of a point is written so that it covers no other name and no point."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

LETTER, LINE, GAP = 6.4, 13.0, 3.0  # pixels of a letter, of a line of text, between a point and its name
SIDES = ("right", "left", "above", "below")
ROOM = 0.1  # of an axis, beyond its outermost points


@dataclass(frozen=True)
class Box:
    """A part of the chart, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether two boxes have a pixel in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def inside(self, width: float, height: float) -> bool:
        """Whether all of a box lies in a chart of this size."""
        return self.left >= 0 and self.top >= 0 and self.right <= width and self.bottom <= height


def sides(points: pd.DataFrame, width: float, height: float) -> list[str]:
    """For each point the side on which its name is free of all others; "" where it is free on none.

    points  `x` and `y` as parts of the chart's width and height from the lower left, `half` (pixels from the middle of
            the point to its edge), `label`; names further up in the table are placed first

    Errors: none.

    >>> two = pd.DataFrame({"x": [0.4, 0.5], "y": [0.5, 0.5], "half": [5, 5], "label": ["Cipher", "Hut 8"]})
    >>> sides(two, 300, 200)
    ['left', 'right']
    """
    rows = points.assign(x=points["x"] * width, y=(1 - points["y"]) * height)
    taken = [Box(row.x - row.half, row.y - row.half, row.x + row.half, row.y + row.half) for row in rows.itertuples()]
    chosen = []
    for row in rows.itertuples():
        free = ((side, box) for side, box in _around(row) if box.inside(width, height))
        side, box = next(((side, box) for side, box in free if not any(map(box.meets, taken))), ("", None))
        chosen.append(side)
        taken += [box] if box else []
    return chosen


def _around(row) -> Iterator[tuple[str, Box]]:
    wide, high, far = len(row.label) * LETTER, LINE / 2, row.half + GAP
    middles = {
        "right": (row.x + far + wide / 2, row.y), "left": (row.x - far - wide / 2, row.y),
        "above": (row.x, row.y - far - high), "below": (row.x, row.y + far + high),
    }  # fmt: skip
    for side in SIDES:
        x, y = middles[side]
        yield side, Box(x - wide / 2, y - high, x + wide / 2, y + high)


def span(values: pd.Series, from_zero: bool = False) -> tuple[float, float]:
    """The ends of an axis that leaves room beyond its points, so that none lies on the edge.

    Errors: none.

    >>> span(pd.Series([100.0, 300.0]), from_zero=True)
    (0.0, 330.0)
    """
    low, high = (0.0 if from_zero else values.min()), values.max()
    more = ROOM * ((high - low) or abs(high) or 1.0)
    return (0.0 if from_zero else float(low - more)), float(high + more)


def along(values: pd.Series, ends: tuple[float, float]) -> pd.Series:
    """Where values lie between the ends of an axis, from 0 to 1.

    Errors: none.

    >>> along(pd.Series([100.0, 300.0]), (0.0, 400.0)).tolist()
    [0.25, 0.75]
    """
    return (values - ends[0]) / (ends[1] - ends[0])
