"""The functions that plain arithmetic lacks, on numbers, arrays, a chart's parameters or cells alike.

A model that is called with Altair parameters yields the Vega expression of its own formula, so that a slider in a
published page computes what the library computes; called with the cells of a spreadsheet it yields theirs. Operators do
that by themselves; these functions do the rest.
"""

from functools import reduce
from typing import Any

import numpy as np

from capcycle.models.cells import Cell, Functions

NUMBERS = {bool, int, float, np.bool_, np.int64, np.float64, np.ndarray}  # nearly all that comes here
NORMAL = (1.330274429, -1.821255978, 1.781477937, -0.356563782, 0.319381530)  # Abramowitz and Stegun, 26.2.17


def is_expression(*values: Any) -> bool:
    """Whether any of the values is a chart's parameter or a spreadsheet's cell, or an expression made of one."""
    kinds = set(map(type, values))
    return not kinds <= NUMBERS and (is_cell(*values) or any(kind.__module__.startswith("altair.") for kind in kinds))


def is_cell(*values: Any) -> bool:
    """Whether any of the values is a cell of a spreadsheet."""
    return any(isinstance(value, Cell) for value in values)


def where(condition: Any, then: Any, otherwise: Any) -> Any:
    """One value where a condition holds, another where it does not.

    >>> where(np.array([1, 5]) > 3, 10, 20).tolist(), float(where(True, 1.0, 2.0))
    ([20, 10], 1.0)
    """
    if isinstance(condition, bool | np.bool_):  # settled before any slider moves
        return then if condition else otherwise
    if is_expression(condition, then, otherwise):
        return _functions(condition, then, otherwise).if_(condition, then, otherwise)
    return np.where(condition, then, otherwise)[()]


def minimum(*values: Any) -> Any:
    """The least of several values.

    >>> float(minimum(3.0, 1.0, 2.0))
    1.0
    """
    return _functions(*values).min(*values) if is_expression(*values) else reduce(np.minimum, values)


def maximum(*values: Any) -> Any:
    """The greatest of several values.

    >>> maximum(np.array([1.0, 4.0]), 2.0).tolist()
    [2.0, 4.0]
    """
    return _functions(*values).max(*values) if is_expression(*values) else reduce(np.maximum, values)


def ceiling(value: Any) -> Any:
    """The least whole number that is not below a value.

    >>> float(ceiling(2.0)), float(ceiling(2.1))
    (2.0, 3.0)
    """
    return _functions(value).ceil(value) if is_expression(value) else np.ceil(value)


def per(amount: Any, base: Any) -> Any:
    """An amount for each unit of its base; missing where the base is not positive.

    >>> per(3.0, np.array([2.0, 0.0])).tolist()
    [1.5, nan]
    """
    if is_expression(amount, base):
        return where(base > 0, amount / base, _functions(amount, base).NaN)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.greater(base, 0), np.divide(amount, base), np.nan)[()]


def positive(value: Any) -> Any:
    """A value, missing where it is not above zero.

    >>> positive(np.array([2.0, -1.0])).tolist()
    [2.0, nan]
    """
    if is_expression(value):
        return where(value > 0, value, _functions(value).NaN)
    return np.where(np.greater(value, 0), value, np.nan)[()]


def logarithm(value: Any) -> Any:
    """The natural logarithm; missing where the value is not positive.

    >>> logarithm(np.array([1.0, np.e, 0.0])).tolist()
    [0.0, 1.0, nan]
    """
    if is_expression(value):
        return where(value > 0, _functions(value).log(value), _functions(value).NaN)
    return np.log(positive(value))


def normal(value: Any) -> Any:
    """The probability that a draw from the standard normal distribution is at most a value.

    In plain arithmetic, where a library would need numbers; it errs by less than 7.5e-8.

    Source:  Abramowitz and Stegun, Handbook of Mathematical Functions (1964), formula 26.2.17; 1.96 has 0.9750021.

    >>> round(float(normal(1.96)), 6), round(float(normal(-1.96)), 6)
    (0.975002, 0.024998)
    """
    size = maximum(value, -value)
    part = 1 / (1 + 0.2316419 * size)
    terms = reduce(lambda sum_, factor: part * (sum_ + factor), NORMAL, 0.0)
    tail = np.e ** (-size * size / 2) / (2 * np.pi) ** 0.5 * terms
    return where(value < 0, tail, 1 - tail)


def in_service(age: int, life: Any) -> Any:
    """The part of the year after `age` full years that an asset of this life is still in service: 1, 0 or between.

    >>> [round(float(in_service(age, 2.5)), 2) for age in range(4)]
    [1.0, 1.0, 0.5, 0.0]
    """
    return minimum(maximum(life - age, 0.0), 1.0)


def annuity(rate: Any, years: Any) -> Any:
    """What one unit paid at the end of each year is worth today.

    Formula: (1 - (1 + rate) ** -years) / rate, and `years` at a rate of zero
    Source:  one unit for two years at 10 %: 1/1.1 + 1/1.21 = 1.7355.

    >>> round(float(annuity(0.10, 2)), 4), float(annuity(0.0, 5))
    (1.7355, 5.0)
    """
    safe = where(rate == 0, 1.0, rate)
    return where(rate == 0, years, (1 - (1 + safe) ** -years) / safe)


def loan_interest(year: int, loan: Any, rate: Any, term: Any) -> Any:
    """Interest of a year, the first being 1, on a loan that is paid back in level payments over a term.

    Source:  100 at 10 % over two years is 57.619 a year: interest of 10, then 10 % of 52.381.

    >>> [round(float(loan_interest(year, 100.0, 0.10, 2)), 4) for year in (1, 2, 3)]
    [10.0, 5.2381, 0.0]
    """
    owed = loan * annuity(rate, term - year + 1) / annuity(rate, term)
    return where(year <= term, rate * owed, 0.0)


def present_value(rate: Any, flows: Any) -> Any:
    """Cash flows discounted to the first of them, which is today's.

    In plain arithmetic, where a library would need numbers, so that a slider can compute it too.

    Formula: sum of flows[t] / (1 + rate) ** t
    Source:  numpy-financial's example: -40000, 5000, 8000, 12000, 30000 at 8 % are worth 3065.22.

    >>> round(present_value(0.08, [-40000, 5000, 8000, 12000, 30000]), 2)
    3065.22
    """
    return sum(flow / (1 + rate) ** year for year, flow in enumerate(flows))


def _functions(*values: Any) -> Any:
    """The functions of a chart's language, or of a spreadsheet's where any of the values is a cell."""
    if is_cell(*values):
        return Functions
    from altair import expr  # only a page with sliders needs it

    return expr
