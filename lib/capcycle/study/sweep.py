"""One output over a grid of two inputs, and over the range of each input in turn."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from capcycle import words
from capcycle.errors import ModelError, NothingToShow, unknown
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

    >>> rent = study.declared("revenue_per_mw", [1e6, 1.5e6, 2e6], "USD/MW/year", "")
    >>> margin = study.declared("gross_margin", [0.5, 0.8, 0.9], "fraction", "")
    >>> build = analyses.start("business", facts.open()).with_inputs(revenue_per_mw=rent, gross_margin=margin)
    >>> (grid(build, "revenue_per_mw", "gross_margin", steps=2).values / 1e6).tolist()
    [[0.5, 1.0], [0.9, 1.8]]
    """
    of = case.output(of)
    xs, ys = (np.linspace(*_range(case, name), steps) for name in (x, y))
    across, up = np.meshgrid(xs, ys)
    found = getattr(case.evaluate(**{x: across, y: up}), of)
    return Grid(case, of, x, y, xs, ys, np.broadcast_to(np.asarray(found, float), across.shape))


def tornado(case: Case, of: str | None = None) -> Tornado:
    """An output at both ends of each input's range, the others central.

    >>> rent = study.declared("revenue_per_mw", [1e6, 1.5e6, 2e6], "USD/MW/year", "")
    >>> margin = study.declared("gross_margin", [0.5, 0.8, 0.9], "fraction", "")
    >>> build = analyses.start("business", facts.open()).with_inputs(revenue_per_mw=rent, gross_margin=margin)
    >>> (tornado(build).table.set_index("name")["swing"] / 1e6).round(2).to_dict()
    {'revenue_per_mw': 0.8, 'gross_margin': 0.6}
    """
    of = case.output(of)
    found = ends(case, of)
    rows = [(name, each.low, each.high, *found[name]) for name, each in case.varied.items()]
    table = pd.DataFrame(rows, columns=["name", "low", "high", "at_low", "at_high"])
    table = table.assign(swing=(table["at_high"] - table["at_low"]).abs())
    table = table[table["swing"] != 0]  # what an input does not touch is no bar
    return Tornado(case, of, table.sort_values("swing", ascending=False, kind="stable", ignore_index=True))


def ends(case: Case, of: str) -> dict[str, tuple[float, float]]:
    """An output at the low and at the high end of each input that has a range, the others central; all at once."""
    varied = case.varied
    tried = {name: np.full(2 * len(varied), each.value, float) for name, each in varied.items()}
    for place, (name, each) in enumerate(varied.items()):
        tried[name][2 * place : 2 * place + 2] = each.low, each.high
    found = np.broadcast_to(np.asarray(getattr(case.evaluate(**tried), of), float), 2 * len(varied))
    return dict(zip(varied, map(tuple, found.reshape(-1, 2).tolist()), strict=True))


def _range(case: Case, name: str) -> tuple[float, float]:
    if name in case.inputs and name not in case.varied:
        ranges = ", ".join(case.varied) or words.DASH
        raise NothingToShow(words.say("study.fixed", name=words.lower(words.name(name)), ranges=ranges))
    if name not in case.varied:
        raise ModelError(f"{case.model.__name__}: {unknown('input with a range', [name], case.varied)}")
    return case.inputs[name].low, case.inputs[name].high
