"""Where the name of a point is written so that it covers no other name and no point."""

import pandas as pd

LETTER, LINE, GAP = 6.4, 13.0, 3.0  # pixels of a letter, of a line of text, between a point and its name
SIDES = {"right": (1, 0), "left": (-1, 0), "above": (0, -1), "below": (0, 1)}  # to the right, and down
Box = tuple[float, float, float, float]  # left, top, right and bottom of a part of the chart, in pixels


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
        names = {side: _name(row, side) for side in SIDES}
        free = (side for side, box in names.items()
                if _inside(box, width, height) and not any(_meet(box, other) for other in taken))  # fmt: skip
        side = next(free, "")
        chosen.append(side)
        taken += [names[side]] if side else []
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
