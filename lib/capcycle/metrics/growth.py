"""How fast: growth over a year, a quarter, several years, and which part brought it.

The quantity is named when measuring: `measure(growth_year_on_year, panel, value="capex")`. The suffix of a
parameter says which earlier figure it takes: `_year_ago`, `_quarter_ago`, or `_years_ago` with `years`.
"""

from capcycle.metrics.registry import CURRENCY, FRACTION, Quantity, metric, per


@metric(FRACTION, (-1, 10))
def growth_year_on_year(value: Quantity, value_year_ago: Quantity) -> Quantity:
    """Growth over the same period a year earlier.

    Formula: value / value_year_ago - 1
    Units:   two amounts in one currency; a fraction, 0.55 for 55 %. NaN where the earlier figure is not positive.
    Source:  Microsoft 10-K for fiscal 2024 and 10-Qs: capex of the June quarter 13.873bn after 8.943bn.

    >>> round(float(growth_year_on_year(13.873, 8.943)), 4)
    0.5513
    """
    return per(value, value_year_ago) - 1


@metric(FRACTION, (-1, 10), spans=("quarter",))
def growth_quarter_on_quarter(value: Quantity, value_quarter_ago: Quantity) -> Quantity:
    """Growth over the quarter before, not adjusted for season.

    Formula: value / value_quarter_ago - 1
    Units:   two quarters' amounts in one currency; a fraction. NaN where the earlier figure is not positive.
    Source:  Amazon 10-Q for June 2024: AWS 26.281bn after 25.037bn.

    >>> round(float(growth_quarter_on_quarter(26.281, 25.037)), 4)
    0.0497
    """
    return per(value, value_quarter_ago) - 1


@metric(FRACTION, (-1, 10), spans=("ttm", "year"))
def cagr(value: Quantity, value_years_ago: Quantity, years: float) -> Quantity:
    """Compound growth a year over `years` years.

    Formula: (value / value_years_ago) ** (1 / years) - 1
    Units:   two amounts in one currency, `years` intervals apart; a fraction a year. NaN where either is not positive.
    Source:  the definition; hand arithmetic: 100 growing to 121 in two years is 10 % a year.

    >>> round(float(cagr(121.0, 100.0, 2)), 10)
    0.1
    """
    return per(1.0, per(value_years_ago, value)) ** (1 / years) - 1


@metric(FRACTION, (-1, 10))
def contribution_to_growth(part: Quantity, part_year_ago: Quantity, total_year_ago: Quantity) -> Quantity:
    """What one part added to the growth of the whole; the parts of a whole add up to its growth.

    Formula: (part - part_year_ago) / total_year_ago
    Units:   amounts in one currency; a fraction of last year's total, 0.031 for 3.1 percentage points.
    Source:  Alphabet 10-Q for June 2024: Cloud 10.347bn after 8.031bn, total of a year earlier 74.604bn.

    >>> round(float(contribution_to_growth(10.347, 8.031, 74.604)), 4)
    0.031
    """
    return per(part - part_year_ago, total_year_ago)


@metric(CURRENCY)
def added_in_a_year(value: Quantity, value_year_ago: Quantity) -> Quantity:
    """What an amount is more than a year before; of debt, what was borrowed beyond what was repaid.

    Formula: value - value_year_ago
    Units:   two amounts in one currency.
    Source:  Meta 10-K for 2025: long-term debt of 58.744bn after 28.826bn.

    >>> round(added_in_a_year(58.744, 28.826), 3)
    29.918
    """
    return value - value_year_ago
