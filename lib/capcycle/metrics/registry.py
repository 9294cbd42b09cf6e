"""Every metric by name, with the unit of its result and the spans on which it means something."""

import re
from collections.abc import Callable, Mapping
from functools import wraps
from inspect import Signature, getdoc, signature

import numpy as np
import pandas as pd

from capcycle.errors import MetricError, unknown

Quantity = pd.Series | np.ndarray | float
ALL: dict[str, Callable[..., Quantity]] = {}

FRACTION, MULTIPLE, CURRENCY = "fraction", "multiple", "currency"
ANY_VALUE = (-np.inf, np.inf)
ANY_SPAN = ("quarter", "ttm", "year")
TWELVE_MONTHS = ("ttm", "year")  # a quarter's flow over a balance would read as a quarter of the return
EARLIER = re.compile(r"(.+)_(year_ago|quarter_ago|years_ago|opening)")  # a quantity, and how much earlier it is
SECTIONS = re.compile(r"Formula:.+(?=\nSource:)", re.DOTALL)


def metric(unit: str, plausible: tuple[float, float] = ANY_VALUE, spans: tuple[str, ...] = ANY_SPAN) -> Callable:
    """Register a metric with the unit of its result and the spans on which it may be measured.

    plausible  the ends between which the results of companies lie; what lies outside is shown with the reason alone
    """

    def register(function: Callable[..., Quantity]) -> Callable[..., Quantity]:
        function.unit, function.plausible, function.spans = unit, plausible, spans
        ALL[function.__name__] = function
        return function

    return register


def variant(base: Callable[..., Quantity], plausible: tuple[float, float] | None = None, **instead: str) -> Callable:
    """Register `base` on other quantities, under the name and with the summary of a function without a body.

    `instead` gives, by a parameter of `base`, the concept or metric to take in its place, of earlier periods too.
    Formula, units and spans are those of `base`, and so is what is plausible unless it is given.
    Errors:  MetricError for a name that `base` does not take.

    >>> round(float(metrics.capex_to_cloud_revenue(capex=13.186, cloud_revenue=10.347)), 3)  # Alphabet, June 2024
    1.274
    >>> getdoc(metrics.capex_to_cloud_revenue).splitlines()[2]
    'Formula: capex / cloud_revenue'
    """
    taken = signature(base).parameters
    if wrong := set(instead) - {without_lag(name) for name in taken}:
        raise MetricError(f"{base.__name__}: {unknown('name', wrong, taken)}")
    own = Signature([each.replace(name=_replaced(name, instead)) for name, each in taken.items()])
    sections = re.sub(r"\w+", lambda word: _replaced(word[0], instead), SECTIONS.search(getdoc(base))[0])
    source = f"Source:  `{base.__name__}`, with {' and '.join(f'{new} for {old}' for old, new in instead.items())}."

    def register(function: Callable[[], None]) -> Callable[..., Quantity]:
        @wraps(function)
        def on_others(*values: Quantity, **named: Quantity) -> Quantity:
            return base(*own.bind(*values, **named).args)

        on_others.__signature__, on_others.base = own, base
        on_others.__doc__ = f"{getdoc(function)}\n\n{sections}\n{source}"
        return metric(base.unit, plausible or base.plausible, base.spans)(on_others)

    return register


def without_lag(name: str) -> str:
    """The name of a quantity without the suffixes for an earlier period.

    >>> without_lag("ppe_net_opening_year_ago")
    'ppe_net'
    """
    earlier = EARLIER.fullmatch(name)
    return without_lag(earlier[1]) if earlier else name


def _replaced(name: str, instead: Mapping[str, str]) -> str:
    plain = without_lag(name)
    return instead.get(plain, plain) + name.removeprefix(plain)


def first_known(own: Quantity, other: Quantity) -> Quantity:
    """`own`, or `other` where it is missing.

    >>> float(first_known(np.nan, 2.0)), float(first_known(1.0, 2.0))
    (2.0, 1.0)
    """
    return np.fmax(own, np.where(np.isnan(own), other, -np.inf))  # keeps a series a series


def per(numerator: Quantity, denominator: Quantity) -> Quantity:
    """`numerator` over `denominator`; NaN where the denominator is not positive, as the ratio then says nothing.

    >>> float(per(30.0, 120.0)), float(per(30.0, -1.0))
    (0.25, nan)
    """
    return np.divide(numerator, np.where(np.greater(denominator, 0), denominator, np.nan))
