"""How a doubt is told, and what the neighbours of a figure give for it."""

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from capcycle.facts import door

PLAUSIBLE = tomllib.loads(Path(__file__).with_name("plausible.toml").read_text("utf-8"))
Doubts = Iterator[tuple[str, pd.Series, pd.Series | float]]  # what to say, of which rows, what would be right


def told(table: pd.DataFrame, rules: Iterable[tuple[str, pd.Series, pd.Series | float]]) -> list[str]:
    """A line for each doubt with how to settle it, but for rows whose note confirms them."""
    noted, cited = "note" in table, "look it up in {source}" if "source" in table else "look it up"
    settle = f"begin the note with '{door.CONFIRMED}'" if noted else "leave it"
    unsettled = ~table["note"].str.startswith(door.CONFIRMED) if noted else pd.Series(True, table.index)
    lines = []
    for sentence, rows, right in rules:
        doubted = rows.reindex(table.index, fill_value=False) & unsettled
        if not doubted.any():
            continue
        found = table.assign(right=right)[doubted]
        lines += door.faults(found, [(f"{sentence}; {cited}, and if it says so {settle}", found["line"] > 0)])
    return lines


def expected(size: pd.Series, series: list[pd.Series], steps: Iterable[int] = (1,)) -> tuple[pd.Series, pd.Series]:
    """What the neighbours of each figure give for it, and how far off its series usually is.

    size    logarithms, in the order of time
    series  what distinguishes one series from another
    steps   how far the neighbours may lie: 4 is the same season of the years before and after

    Of the means between two neighbours the one that is nearest; at the end of a series its one neighbour.

    >>> size = pd.Series([1.0, 1.0, 5.0, 2.0, 2.0])
    >>> expected(size, [pd.Series("a", size.index)])[0].tolist()
    [1.0, 3.0, 1.5, 3.5, 2.0]
    """
    groups = size.groupby(series)
    between = [(groups.shift(step) + groups.shift(-step)) / 2 for step in steps]
    beside = groups.shift(1).fillna(groups.shift(-1))
    options = pd.concat([*between, beside.where(between[0].isna())], axis=1)
    nearest = options.sub(size, axis=0).abs().fillna(np.inf).to_numpy().argmin(axis=1)
    right = pd.Series(options.to_numpy()[np.arange(len(size)), nearest], size.index)
    return right, (right - size).abs().groupby(series).transform("median")
