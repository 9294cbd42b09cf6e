"""How the cost of an asset is charged over its life: the part of it still to be charged, by method.

Each method gives the part left at the end of a year of the accounts; year 0 is the year of purchase, of which only
`first_year` counts (0.5 under the mid-year convention). A charge is the difference of two such parts, so that every
method charges the whole and no more. Lives of part years are allowed.
"""

from collections.abc import Callable
from typing import Any

from capcycle.models.maths import ceiling, maximum, minimum, where

DOUBLE = 2  # the double-declining method: twice the straight-line rate on what is left

Left = Callable[[int, Any, Any], Any]


def straight_line(year: int, life: Any, first_year: Any) -> Any:
    """What is left at the end of a year when every year of service is charged alike.

    Formula: 1 - (year + first_year) / life, at least zero
    Source:  IRS Publication 946, table A-8: five years, half-year convention: 10, 20, 20, 20, 20, 10 %.

    >>> [round(float(charge(straight_line, year, 5, 0.5)), 4) for year in range(6)]
    [0.1, 0.2, 0.2, 0.2, 0.2, 0.1]
    """
    return 1 - minimum((year + first_year) / life, 1.0)


def sum_of_digits(year: int, life: Any, first_year: Any) -> Any:
    """What is left when each year of service is charged by the years that were left at its start.

    Formula: m (m + 1) / (life (life + 1)) after whole years of service, m those left; between them in proportion
    Source:  hand arithmetic: of 1 + 2 + 3 + 4 + 5 = 15 digits the first year of service takes 5.

    >>> [round(float(charge(sum_of_digits, year, 5, 1.0)) * 15, 4) for year in range(5)]
    [5.0, 4.0, 3.0, 2.0, 1.0]
    """

    def after(served: int) -> Any:
        still = maximum(life - served, 0.0)
        return still * (still + 1) / (life * (life + 1))

    return (1 - first_year) * after(year) + first_year * after(year + 1)


def declining_balance(year: int, life: Any, first_year: Any) -> Any:
    """What is left when twice the straight-line rate is charged on it, until a straight line over the rest is faster.

    Formula: (1 - first_year * rate) (1 - rate)^year with rate = 2 / life; from the first year that begins after half
             the life in a straight line to zero
    Units:   a life of two years or more
    Source:  IRS Publication 946, table A-1: five years, half-year convention: 20, 32, 19.2, 11.52, 11.52, 5.76 %.

    >>> [round(float(charge(declining_balance, year, 5, 0.5)), 4) for year in range(6)]
    [0.2, 0.32, 0.192, 0.1152, 0.1152, 0.0576]
    """
    rate = minimum(DOUBLE / life, 1.0)
    switch = maximum(ceiling(life / DOUBLE - first_year), 0.0)  # the last year at the declining rate
    rest = maximum(life - first_year - year, 0.0) / maximum(life - first_year - switch, first_year)
    at_rate = (1 - first_year * rate) * (1 - rate) ** minimum(year, switch)
    return at_rate * where(switch < year, rest, 1.0)


def charge(left: Left, year: int, life: Any, first_year: Any) -> Any:
    """The part of the cost that is charged in a year of the accounts; nothing before the year of purchase.

    >>> float(charge(straight_line, 0, 4, 0.5)), charge(straight_line, -1, 4, 0.5)
    (0.125, 0.0)
    """
    if year < 0:
        return 0.0
    before = left(year - 1, life, first_year) if year else 1.0
    return before - left(year, life, first_year)
