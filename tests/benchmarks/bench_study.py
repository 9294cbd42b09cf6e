"""Every model on a 200 by 200 grid and on 100,000 draws, beside the same model called once for each of 400 points."""

from collections.abc import Callable
from time import perf_counter

import numpy as np

from capcycle import analyses, facts, study
from capcycle.models.bounds import bounds
from capcycle.quantity import Quantity
from capcycle.study import Case

GRID, DRAWS, POINTS = 200, 100_000, 400
YEARS = [1e9, 2e9, 3e9, 5e9, 8e9, 13e9, 21e9, 34e9]  # an input by year
ENDS = {"fraction": (0.05, 0.3, 0.6), "years": (2.0, 5.0, 9.0), "currency": (1e9, 5e10, 4e11)}
WHOLE = {"refreshes": 1.0, "contract_term": 5.0, "gpu_loan_term": 5.0, "card_lease_term": 5.0}
CLOSED_SECONDS, SEARCHING_SECONDS = 0.3, 3.0  # what a grid or the draws may take; of a model that iterates


def made(model: Callable) -> Case:
    """A case of a model in which every input that is one number has a range, but for those that are whole numbers."""
    single = {name: unit for name, unit in model.parameters.items() if name not in model.lists}
    varied = {name: Quantity(name, central, unit, low, high)
              for name, unit in single.items() for low, central, high in [_ends(name, unit)]}  # fmt: skip
    fixed = {name: value for name, value in WHOLE.items() if name in single} | dict.fromkeys(model.lists, YEARS)
    return study.case(model, facts.open(), **varied | fixed)


def _ends(name: str, unit: str) -> tuple[float, float, float]:
    """A range within what an input can be."""
    low, high, _ = bounds(name, unit)
    if unit in ENDS:
        return ENDS[unit]
    return tuple(low + part * (high - low) for part in (0.1, 0.3, 0.6)) if np.isfinite(high - low) else (1.0, 5.0, 9.0)


def timed(work: Callable[[], object]) -> float:
    """The seconds that a piece of work takes, the best of two."""
    seconds = []
    for _ in range(2):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return min(seconds)


def one_by_one(case: Case) -> None:
    """The model at each of some points by itself."""
    name = next(iter(case.varied))
    for value in np.linspace(case.inputs[name].low, case.inputs[name].high, POINTS):
        case.evaluate(**{name: value})


def test_study() -> None:
    main()


def main() -> None:
    """Print for each model its seconds as a share of the target, and what a point costs beside one by itself."""
    for name, model in analyses.models().items():
        case, target = made(model), SEARCHING_SECONDS if model.iterates else CLOSED_SECONDS
        x, y, *_ = case.varied
        grid = timed(lambda case=case, x=x, y=y: study.grid(case, x, y, steps=GRID))
        draws = timed(lambda case=case: study.simulate(case, DRAWS))
        each = timed(lambda case=case: one_by_one(case)) / POINTS
        print(f"{name}: grid {grid / target:.2f}, draws {draws / target:.2f} of {target:g} s; "
              f"a point of the draws costs 1/{each / (draws / DRAWS):,.0f} of one called by itself")  # fmt: skip


if __name__ == "__main__":
    main()
