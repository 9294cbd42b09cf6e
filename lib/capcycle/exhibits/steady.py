"""Axes that stay where they are while a reader moves what stands behind a chart."""

from collections.abc import Iterator
from typing import Any

import altair as alt
import pandas as pd

from capcycle.exhibits.exhibit import Exhibit

CHANNELS = ("x", "x2", "y", "y2")
Reach = dict[str, tuple[float, float]]


def steady(exhibit: Exhibit, reach: Reach | None = None) -> Reach:
    """Gives the axes of numbers of an exhibit's chart at least some reach, and says how far they reach now.

    reach  by axis, `x` and `y`, the least and the greatest number; that of the same exhibit a moment before

    >>> from capcycle import exhibits
    >>> case = analyses.start("cost_of_ownership", facts.open())
    >>> reach = steady(exhibits.tornado(study.tornado(case)))
    >>> wider = exhibits.tornado(study.tornado(case))
    >>> steady(wider, {"x": (0.0, reach["x"][1] * 2)})["x"] == (0.0, reach["x"][1] * 2)
    True
    """
    found: dict[str, list[float]] = {axis: list(ends) for axis, ends in (reach or {}).items()}
    encoded = list(_encoded(exhibit.chart)) if exhibit.chart is not None else []
    for axis, _, numbers in encoded:
        found.setdefault(axis, []).extend(numbers)
    ends = {axis: (min(numbers), max(numbers)) for axis, numbers in found.items() if numbers}
    for axis, channel, _ in encoded:
        if axis in ends and "scale" in dir(type(channel)):  # the far end of a bar has none of its own
            scale = _part(channel, "scale") or alt.Scale()
            wide = list(ends[axis])
            scale["domain"] = wide if isinstance(_part(scale, "domain"), list) else {"unionWith": wide}
            channel["scale"] = scale
    return ends


def _encoded(chart: alt.Chart | alt.LayerChart) -> Iterator[tuple[str, alt.SchemaBase, list[float]]]:
    """The places of all marks in numbers: the axis, the encoding, and where the data and a fixed axis reach."""
    for layer in (inner for outer in getattr(chart, "layer", [chart]) for inner in getattr(outer, "layer", [outer])):
        data = next((each.data for each in (layer, chart) if isinstance(each.data, pd.DataFrame)), pd.DataFrame())
        for name in CHANNELS:
            channel = _part(layer.encoding, name)
            field, _, kind = (_part(channel, "shorthand") or "").partition(":")
            if kind == "Q":
                domain = _part(_part(channel, "scale"), "domain")
                numbers = list(data[field].astype(float).dropna()) if field in data else []
                yield name[0], channel, [*numbers, *(domain if isinstance(domain, list) else [])]


def _part(of: alt.SchemaBase | None, name: str) -> Any:
    """A part of a specification; None where it has none."""
    part = of[name] if of is not None and name in of._kwds else None
    return None if part is alt.Undefined else part
