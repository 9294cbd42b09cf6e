"""What must be true: the value of one input at which an output reaches a target."""

from dataclasses import dataclass

import numpy as np

from capcycle import words
from capcycle.errors import ModelError, unknown
from capcycle.study.case import Case

STEPS = 2001  # between two of them a root could hide only where the output turns twice
CLOSE = 1e-6


@dataclass(frozen=True)
class Solution:
    """The answer to "what must be true".

    values   every value of the input in its range that gives the target, the lowest first; empty where none does
    nearest  the value of the input that comes nearest
    reached  the output there
    reason   why there is none, or that there are several
    """

    case: Case
    parameter: str
    of: str
    target: float
    values: tuple[float, ...]
    nearest: float
    reached: float
    reason: str


def solve(
    case: Case,
    parameter: str,
    target: float,
    of: str | None = None,
    low: float | None = None,
    high: float | None = None,
) -> Solution:
    """Every value of an input, in its range or between `low` and `high`, at which an output is the target.

    Errors: ModelError for an input that has no range where none is given, or a range that is empty.

    >>> build = analyses.start("business", facts.open()).with_inputs(revenue_per_mw=1.5e6, gross_margin=0.8)
    >>> [round(margin, 2) for margin in solve(build, "gross_margin", 0.9e6, "gross_profit", 0.1, 0.9).values]
    [0.6]
    """
    of, (low, high) = case.output(of), _between(case, parameter, low, high)
    steps = np.linspace(low, high, STEPS)

    def miss(value):
        return np.asarray(getattr(case.evaluate(**{parameter: value}), of), float) - target

    missed = np.broadcast_to(miss(steps), steps.shape)
    values = _roots(miss, steps, missed, max(abs(target), np.nanmax(np.abs(missed), initial=0.0)))
    known = np.isfinite(missed).any()
    nearest = values[0] if values else float(steps[np.nanargmin(np.abs(missed))]) if known else float("nan")
    return Solution(case, parameter, of, target, values, nearest, float(miss(nearest)) + target,
                    _reason(case, parameter, values, nearest, low, high))  # fmt: skip


def _roots(miss, steps: np.ndarray, missed: np.ndarray, scale: float) -> tuple[float, ...]:
    exact = steps[missed == 0]
    turns = np.flatnonzero(missed[:-1] * missed[1:] < 0)
    found = [_root(miss, steps[turn], steps[turn + 1]) for turn in turns]
    # at a jump the sign turns too, and nothing reaches the target
    sound = [value for value in found if abs(miss(value)) <= CLOSE * scale]
    return tuple(sorted({float(value) for value in [*exact, *sound]}))


def _root(miss, low: float, high: float) -> float:
    """Where the sign turns between two values; one of them where by itself it is zero but for the last digit."""
    from scipy.optimize import brentq  # only solving needs it

    least, most = float(miss(low)), float(miss(high))
    if least * most > 0:
        return low if abs(least) < abs(most) else high
    return brentq(miss, low, high, xtol=1e-12)


def _reason(case: Case, parameter: str, values: tuple, nearest: float, low: float, high: float) -> str:
    if len(values) == 1:
        return ""
    if values:
        return words.say("study.solutions", count=len(values))
    if np.isnan(nearest):
        return case.lacking or words.say("reason.no_result")
    end = "low" if nearest == low else "high" if nearest == high else "inside"
    return words.say(f"study.binds_{end}", value=words.value(nearest, case.unit(parameter)))


def _between(case: Case, parameter: str, low: float | None, high: float | None) -> tuple[float, float]:
    if parameter not in case.inputs:
        raise ModelError(f"{case.model.__name__}: {unknown('input', [parameter], case.inputs)}")
    each = case.inputs[parameter]
    low, high = each.low if low is None else low, each.high if high is None else high
    if not low < high:
        raise ModelError(f"{parameter} has no range from {low:g} to {high:g}: give low= and high=")
    return low, high
