"""What an input of a model can be: physical and logical bounds by its name or its unit, wherever a model is called.

What is missing passes, and so does a chart's parameter, whose values keep to the range of an assumption.
"""

import csv
from collections.abc import Callable, Mapping
from functools import cache
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from capcycle.errors import ModelError
from capcycle.models.maths import is_expression

ROUNDING = 1e-9  # of the machine
DOLLAR = "USD"  # bounds on money for each unit are in dollars
SLIP = "is it a slip of scale, such as 万 (ten thousand) read as million?"
PERCENT = "write 0.85 for 85 %"


class Bounds(NamedTuple):
    """The ends between which a figure can lie, and what to look at where it does not."""

    low: float
    high: float = inf
    advice: str = SLIP


def _read(of: str) -> dict[str, Bounds]:
    """The bounds of a kind in the table beside this module; an end that is left empty is infinite."""
    rows = csv.DictReader(Path(__file__).with_name("bounds.csv").read_text("utf-8").splitlines())
    return {row["name"]: Bounds(float(row["low"] or -inf), float(row["high"] or inf), row["advice"] or SLIP)
            for row in rows if row["of"] == of}  # fmt: skip


BY_UNIT, BY_NAME = _read("unit"), _read("input")
CHOSEN = _read("parameter")  # what a notebook's parameter can be, besides zero where that stands for none
NEEDED = {"lag", "leased", "level", "past_share", "top"}  # of which zero is no choice
YEARS = {"since", "until"}
RESULTS = _read("result")  # between which the results of companies and contracts lie; what lies outside is in no rank
ANY, COUNT = Bounds(-inf), Bounds(0)


@cache
def bounds(name: str, unit: str) -> Bounds:
    """The bounds of an input: those of its name, else those of its unit, else none below the infinite.

    >>> bounds("pue", "times").low, bounds("ramp", "fraction").high, bounds("step_multiple", "multiple").high
    (1.0, 1.0, inf)
    """
    return BY_NAME.get(name) or BY_UNIT.get(unit, ANY if unit == "multiple" else COUNT)


def implausible(name: str, value: Any, unit: str = "", per_dollar: float = 1.0) -> np.ndarray:
    """Where a result lies outside the ends between which those of companies and contracts lie.

    >>> implausible("revenue_per_gpu_hour", [1.02, 2.91]).tolist()
    [True, False]
    """
    low, high, _ = RESULTS.get(name, ANY)
    scale = per_dollar if "currency" in unit else 1.0
    return (np.asarray(value, float) < low * scale) | (np.asarray(value, float) > high * scale)


def check(model: Callable, values: Mapping[str, Any], currency: str = DOLLAR, per_dollar: float = 1.0) -> None:
    """Refuse the inputs of a model that cannot be, all at once.

    currency    of the amounts; bounds on money for each unit hold for dollars and are converted
    per_dollar  how much of that currency a dollar is
    Errors: ModelError that names each input, what it is, its bounds and what to look at.
    """
    units = model.parameters
    faults = [_fault(name, units[name], value, currency, per_dollar) for name, value in values.items() if name in units]
    if any(faults):
        raise ModelError(f"{model.__name__}: {'; '.join(filter(None, faults))}")


def check_parameter(name: str, value: Any) -> None:
    """Refuse a number, or a list of them, that a notebook's parameter cannot be; what has no bounds is no number.

    >>> check_parameter("tax_rate", 21.0)
    Traceback (most recent call last):
    capcycle.errors.ModelError: tax_rate is 21: give a number from 0 to 1; write 0.21 for 21 %
    """
    low, high, advice = CHOSEN.get(name, ANY)
    if name in YEARS and value and _outside(value, low, high):
        raise ModelError(f"{name} is {value}: give a year from {low:.0f} to {high:.0f}")
    if name in CHOSEN and (value != 0 or name in NEEDED):
        within(name, value, low, high, advice=advice)


def within(name: str, value: Any, low: float, high: float = inf, unit: str = "", advice: str = SLIP) -> None:
    """Refuse a figure outside its bounds.

    >>> within("pue", np.array([1.2, 0.9]), 1, unit="times")
    Traceback (most recent call last):
    capcycle.errors.ModelError: pue is 0.9 times: give at least 1; is it a slip of scale, such as 万 (ten thousand) \
read as million?
    """
    wrong = _outside(value, low, high)
    if wrong is not None:
        raise ModelError(_told(name, wrong, low, high, unit, advice))


def horizon(name: str, years: Any, last: float) -> None:
    """Refuse years beyond those that a model counts, as what lies beyond would be left out of its sums.

    >>> horizon("card_lease_term", 12, 10)
    Traceback (most recent call last):
    capcycle.errors.ModelError: card_lease_term is 12 years: give at most 10; the model counts no more
    """
    within(name, years, -inf, last, "years", "the model counts no more")


def whole(name: str, years: Any) -> None:
    """Refuse parts of a year where a model counts whole ones.

    >>> whole("gpu_loan_term", 4.5)
    Traceback (most recent call last):
    capcycle.errors.ModelError: gpu_loan_term is 4.5 years: give whole years; the model counts no parts of one
    """
    if is_expression(years):
        return
    numbers = np.asarray(years, float)
    parts = numbers[np.isfinite(numbers) & (numbers % 1 != 0)]
    if parts.size:
        raise ModelError(f"{name} is {parts.flat[0]:g} years: give whole years; the model counts no parts of one")


def _fault(name: str, unit: str, value: Any, currency: str, per_dollar: float) -> str:
    low, high, advice = bounds(name, unit)
    if "currency" in unit:
        low, high, unit = low * per_dollar, high * per_dollar, unit.replace("currency", currency)
    wrong = _outside(value, low, high)
    return "" if wrong is None else _told(name, wrong, low, high, unit, advice)


def _outside(value: Any, low: float, high: float) -> float | None:
    """The first number outside some bounds."""
    if isinstance(value, list | tuple):
        return next((wrong for each in value if (wrong := _outside(each, low, high)) is not None), None)
    if is_expression(value):
        return None
    if isinstance(value, float | int):  # most are, and arrays take their time
        return value if value < low - ROUNDING * abs(low) or value > high + ROUNDING * abs(high) else None
    numbers = np.asarray(value, float)
    wrong = (numbers < low - ROUNDING * abs(low)) | (numbers > high + ROUNDING * abs(high))
    return float(numbers[wrong].flat[0]) if wrong.any() else None


def _told(name: str, wrong: float, low: float, high: float, unit: str, advice: str) -> str:
    if advice == PERCENT and 2 <= wrong <= 100:
        advice = f"write {wrong / 100:g} for {wrong:g} %"
    said = "" if unit in ("", "fraction", "rate", "number", "multiple") else f" {unit}"
    if low == -inf or high == inf:
        ends = f"at most {high:,.10g}" if low == -inf else f"at least {low:,.10g}"
    else:
        ends = f"a number from {low:,.10g} to {high:,.10g}"
    return f"{name} is {wrong:,.10g}{said}: give {ends}; {advice}"
