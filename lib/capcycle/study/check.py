"""Whether a published piece of arithmetic reproduces."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from capcycle.errors import ModelError, unknown

TOLERANCE = re.compile(r"|exact|n/a|(abs|rel)=(\d+(?:\.\d+)?(?:e-?\d+)?)")
EXACT = 1e-9


@dataclass(frozen=True)
class Check:
    """What was worked out beside what was printed, by output, and whether all of it fits."""

    given: dict[str, Any]
    printed: dict[str, Any]
    fits: bool


def check(method: Callable[..., Mapping[str, Any]], inputs: Mapping[str, Any], printed: Mapping[str, Any],
          tolerance: str = "") -> Check:  # fmt: skip
    """Work out a published example with a method and compare each figure that was printed.

    tolerance  `abs=0.5`, `rel=0.01`, or empty or `exact` for equality up to rounding of the machine
    Errors:    ModelError for inputs that the method lacks or does not take, and for outputs that it does not give
    Source:    Kupperman (2025-10-05): 400bn over five years at 25 % is 320bn.

    >>> check(lambda capex, life, margin: {"revenue": capex / life / margin}, {"capex": 400, "life": 5, "margin": 0.25},
    ...     {"revenue": 320}).fits
    True
    """
    _refuse_inputs(method, inputs)
    given = dict(method(**inputs))
    if wrong := set(printed) - set(given):
        raise ModelError(unknown("output", wrong, given))
    fits = all(near(given[name], wanted, tolerance) for name, wanted in printed.items())
    return Check({name: given[name] for name in printed}, dict(printed), fits)


def _refuse_inputs(method: Callable, inputs: Mapping[str, Any]) -> None:
    """A method takes what its signature names; one that takes any name says itself what it lacks."""
    taken = inspect.signature(method).parameters
    names = {name for name, each in taken.items() if each.kind is not each.VAR_KEYWORD}
    needed = {name for name in names if taken[name].default is inspect.Parameter.empty}
    faults = [f"it needs {', '.join(sorted(lacking))}"] if (lacking := needed - set(inputs)) else []
    if len(names) == len(taken) and (wrong := set(inputs) - names):
        faults.append(unknown("input", wrong, names))
    if faults:
        raise ModelError("; ".join(faults))


def near(given: Any, wanted: Any, tolerance: str = "") -> bool:
    """Whether a figure, or every one of a list or a mapping, is what was printed, within the tolerance.

    >>> near([5.88, 9.09], [5.9, 9.1], "abs=0.05"), near({"a": 1.0}, {"a": 1.2}, "rel=0.1")
    (True, False)
    """
    if isinstance(wanted, Mapping) and isinstance(given, Mapping):
        return all(near(given.get(name), value, tolerance) for name, value in wanted.items())
    if isinstance(wanted, list) and isinstance(given, list | tuple):
        return len(wanted) == len(given) and all(near(a, b, tolerance) for a, b in zip(given, wanted, strict=True))
    if not isinstance(wanted, int | float) or not isinstance(given, int | float):
        return given == wanted
    kind, size = TOLERANCE.fullmatch(tolerance).groups()
    allowed = float(size or EXACT) * (1 if kind == "abs" else abs(wanted))
    return abs(given - wanted) <= allowed * (1 + EXACT) + EXACT
