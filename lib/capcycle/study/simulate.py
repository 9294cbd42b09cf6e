"""Many draws of all inputs at once, from their ranges."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from capcycle.study.case import Case

DRAWS, SEED = 10_000, 20_250_101


@dataclass(frozen=True)
class Simulation:
    """Draws of a case.

    inputs   for each varied input its draws
    outputs  the model's result: each output an array of draws, or by year a list of them
    """

    case: Case
    inputs: dict[str, np.ndarray]
    outputs: Any
    draws: int

    def values(self, of: str | None = None) -> np.ndarray:
        """All draws of an output."""
        return np.broadcast_to(np.asarray(getattr(self.outputs, self.case.output(of)), float), self.draws)

    def by_year(self, of: str) -> np.ndarray:
        """All draws of an output by year, a row per year."""
        return np.stack([np.broadcast_to(np.asarray(each, float), self.draws) for each in getattr(self.outputs, of)])


def simulate(case: Case, draws: int = DRAWS, seed: int = SEED) -> Simulation:
    """Inputs drawn from triangular distributions over their ranges, each by itself, the centre the likeliest.

    The same seed gives the same draws. Inputs are drawn as if they did not hang together, which narrows the result
    where in truth they do.

    >>> build = analyses.start("business", facts.open()).with_inputs(revenue_per_mw=1.5e6, gross_margin=0.8)
    >>> set(simulate(build, draws=3).values().tolist())  # nothing has a range: the point itself
    {1200000.0}
    """
    random = np.random.default_rng(seed)
    drawn = {
        name: random.triangular(each.low, np.clip(each.value, each.low, each.high), each.high, draws)
        for name, each in case.varied.items()
    }
    return Simulation(case, drawn, case.evaluate(**drawn), draws)
