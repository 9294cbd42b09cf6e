"""Every metric by name, with the unit of its result and the spans on which it means something."""

from collections.abc import Callable

import numpy as np
import pandas as pd

Quantity = pd.Series | np.ndarray | float
ALL: dict[str, Callable[..., Quantity]] = {}

FRACTION, MULTIPLE, CURRENCY = "fraction", "multiple", "currency"
ANY_SPAN = ("quarter", "ttm", "year")
TWELVE_MONTHS = ("ttm", "year")  # a quarter's flow over a balance would read as a quarter of the return


def metric(unit: str, spans: tuple[str, ...] = ANY_SPAN) -> Callable:
    """Register a metric with the unit of its result and the spans on which it may be measured."""

    def register(function: Callable[..., Quantity]) -> Callable[..., Quantity]:
        function.unit, function.spans = unit, spans
        ALL[function.__name__] = function
        return function

    return register


def per(numerator: Quantity, denominator: Quantity) -> Quantity:
    """`numerator` over `denominator`; NaN where the denominator is not positive, as the ratio then says nothing.

    >>> float(per(30.0, 120.0)), float(per(30.0, -1.0))
    (0.25, nan)
    """
    return np.divide(numerator, np.where(np.greater(denominator, 0), denominator, np.nan))
