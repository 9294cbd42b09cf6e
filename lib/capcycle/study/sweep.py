"""One output over a grid of two inputs, and over the range of each input in turn."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capcycle.errors import ModelError, unknown
from capcycle.quantity import Quantity
from capcycle.study.case import Case

STEPS = 25


@dataclass(frozen=True)
class Grid:
    """An output over two inputs: `values` has a row per value of `y` and a column per value of `x`."""

    case: Case
    of: str
    x: str
    y: str
    xs: np.ndarray
    ys: np.ndarray
    values: np.ndarray


@dataclass(frozen=True)
class Tornado:
    """What each input does to an output by itself.

    table  a row per input with a range that moves it: name, low, high, at_low, at_high, swing; the widest swing first
    """

    case: Case
    of: str
    table: pd.DataFrame


def grid(case: Case, x: str, y: str, of: str | None = None, steps: int = STEPS) -> Grid:
    """An output over the ranges of two inputs, all combinations worked out at once.

    Errors: ModelError for an input that is not there or has no range.

    >>> from capcycle import facts, study
    >>> from capcycle.analyses.required_revenue.model import required_revenue
    >>> from capcycle.quantity import Quantity
    >>> build = study.case(required_revenue, facts.open(), it_capex=400e9,
    ...     facility_capex=0, facility_life=14, net_capital=0,
    ...     it_life=Quantity("", 5, "years", 3, 5), target_return=Quantity("", 0.1, "fraction", 0, 0.2),
    ...     gross_margin_before_depreciation=0.25, other_fixed_cost=0, ramp=1, ai_revenue=20e9)
    >>> (grid(build, "it_life", "target_return", "revenue_required", steps=2).values / 1e9).round().tolist()
    [[533.0, 320.0], [853.0, 640.0]]
    """
    of = case.output(of)
    xs, ys = (np.linspace(*_range(case, name), steps) for name in (x, y))
    across, up = np.meshgrid(xs, ys)
    found = getattr(case.evaluate(**{x: across, y: up}), of)
    return Grid(case, of, x, y, xs, ys, np.broadcast_to(np.asarray(found, float), across.shape))


def tornado(case: Case, of: str | None = None) -> Tornado:
    """An output at both ends of each input's range, the others central.

    >>> from capcycle import facts, study
    >>> from capcycle.analyses.required_revenue.model import required_revenue
    >>> from capcycle.quantity import Quantity
    >>> build = study.case(required_revenue, facts.open(), it_capex=400e9,
    ...     facility_capex=0, facility_life=14, net_capital=0,
    ...     it_life=Quantity("", 5, "years", 3, 5), target_return=Quantity("", 0.1, "fraction", 0, 0.2),
    ...     gross_margin_before_depreciation=0.25, other_fixed_cost=0, ramp=1, ai_revenue=20e9)
    >>> (tornado(build, "revenue_required").table.set_index("name")["swing"] / 1e9).round().to_dict()
    {'target_return': 320.0, 'it_life': 213.0}
    """
    of = case.output(of)
    rows = [(name, each.low, each.high, *_ends(case, each, of)) for name, each in case.varied.items()]
    table = pd.DataFrame(rows, columns=["name", "low", "high", "at_low", "at_high"])
    table = table.assign(swing=(table["at_high"] - table["at_low"]).abs())
    table = table[table["swing"] != 0]  # what an input does not touch is no bar
    return Tornado(case, of, table.sort_values("swing", ascending=False, kind="stable", ignore_index=True))


def _ends(case: Case, each: Quantity, of: str) -> tuple[float, float]:
    low, high = (getattr(case.evaluate(**{each.name: end}), of) for end in (each.low, each.high))
    return float(low), float(high)


def _range(case: Case, name: str) -> tuple[float, float]:
    if name not in case.varied:
        raise ModelError(f"{case.model.__name__}: {unknown('input with a range', [name], case.varied)}")
    return case.inputs[name].low, case.inputs[name].high
