"""A quarter as if every quarter of a year were like it."""

from capcycle.metrics.registry import CURRENCY, Quantity, metric

QUARTERS = 4


@metric(CURRENCY, spans=("quarter",))
def capex_run_rate(capex: Quantity) -> Quantity:
    """A year's cash capex at the pace of one quarter.

    Formula: capex * 4
    Units:   an amount over a quarter; an amount over a year. A season, or one large delivery, is in it four times.
    Source:  Amazon 10-Q for June 2026: 54.208bn.

    >>> round(capex_run_rate(54.208), 3)
    216.832
    """
    return capex * QUARTERS
