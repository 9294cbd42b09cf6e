"""The bear, the base and the bull case: every input at its worse end, at its centre, at its better end."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from capcycle.study import sweep
from capcycle.study.case import Case

SCENARIOS = ("bear", "base", "bull")


@dataclass(frozen=True)
class Scenarios:
    """Three scenarios of one case.

    inputs   a row per input, a column per scenario
    outputs  a row per output that is one number, a column per scenario
    results  the model's whole result for each scenario, with what it gives by year
    """

    case: Case
    inputs: pd.DataFrame
    outputs: pd.DataFrame
    results: dict[str, Any]

    def stuck(self, end: str) -> list[str]:
        """The inputs that the base case has at one end, the bear's or the bull's, already."""
        rows = self.inputs.loc[list(self.case.varied)]
        return [name for name, row in rows.iterrows() if row["base"] == row[end] and row["bear"] != row["bull"]]

    @property
    def idle(self) -> list[str]:
        """The inputs that have a range and stay at their centre, as the verdict does not move with them."""
        rows = self.inputs.loc[list(self.case.varied)]
        return [name for name, row in rows.iterrows() if row["bear"] == row["bull"]]


def scenarios(case: Case, of: str = "") -> Scenarios:
    """Bear, base and bull of a case. The worse end of an input is the one that worsens the verdict, the rest central.

    An input without a range is the same in all three, and so is one at both of whose ends the verdict is missing.

    of  another output to judge by, which is better where the verdict is

    >>> margin = study.declared("gross_margin", [0.5, 0.8, 0.9], "fraction", "")
    >>> build = analyses.start("business", facts.open()).with_inputs(revenue_per_mw=1.5e6, gross_margin=margin)
    >>> (study.scenarios(build).outputs.loc["gross_profit"] / 1e6).round(2).tolist()  # 0.5, 0.8 and 0.9 of 1.5m
    [0.75, 1.2, 1.35]
    """
    at = sweep.ends(case, of or case.model.verdict)
    ends = {name: _ends(case, name, at.get(name)) for name in case.inputs}
    values = pd.DataFrame(ends, list(SCENARIOS), dtype=object)
    results = {scenario: case.evaluate(**values.loc[scenario]) for scenario in SCENARIOS}
    single = [name for name in case.model.outputs if name not in case.model.by_year]
    outputs = pd.DataFrame({name: [float(getattr(results[each], name)) for each in SCENARIOS] for name in single})
    return Scenarios(case, values.T, outputs.set_axis(list(SCENARIOS)).T, results)


def _ends(case: Case, name: str, verdicts: tuple[float, float] | None) -> list[Any]:
    """An input's worse end, its centre and its better end; an end at which the verdict is missing is the worse."""
    each = case.inputs[name]
    if verdicts is None or verdicts[0] == verdicts[1] or np.isnan(verdicts).all():  # no range, or neither end is worse
        return [each.value] * len(SCENARIOS)
    sign = 1 if case.model.better == "higher" else -1
    low, high = (-np.inf if np.isnan(verdict) else sign * verdict for verdict in verdicts)
    ends = (each.low, each.high) if low <= high else (each.high, each.low)
    return [ends[0], each.value, ends[1]]
