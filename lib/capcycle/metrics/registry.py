"""Every metric by name, with the unit of its result and the spans on which it means something."""

import csv
import re
from collections.abc import Callable, Iterable, Mapping
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


def variant(name: str, of: str, about: str, plausible: tuple[float, float] | None = None, **instead: str) -> None:
    """Register a metric on other quantities, under another name: a row of `variants.csv`.

    `instead` gives, by a parameter of the metric `of`, the concept or metric to take in its place, of earlier periods
    too. Formula, units and spans are those of that metric, and so is what is plausible unless it is given.
    Errors:  MetricError for a name that the metric does not take.

    >>> round(float(metrics.capex_to_cloud_revenue(capex=13.186, cloud_revenue=10.347)), 3)  # Alphabet, June 2024
    1.274
    >>> getdoc(metrics.capex_to_cloud_revenue).splitlines()[2]
    'Formula: capex / cloud_revenue'
    """
    base = ALL[of]
    taken = signature(base).parameters
    if wrong := set(instead) - {without_lag(each) for each in taken}:
        raise MetricError(f"{of}: {unknown('name', wrong, taken)}")
    own = Signature([each.replace(name=_replaced(each_name, instead)) for each_name, each in taken.items()])
    sections = re.sub(r"\w+", lambda word: _replaced(word[0], instead), SECTIONS.search(getdoc(base))[0])
    source = f"Source:  `{of}`, with {' and '.join(f'{new} for {old}' for old, new in instead.items())}."

    def on_others(*values: Quantity, **named: Quantity) -> Quantity:
        return base(*own.bind(*values, **named).args)

    on_others.__name__, on_others.__signature__, on_others.base = name, own, base
    on_others.__doc__ = f"{about}\n\n{sections}\n{source}"
    metric(base.unit, plausible or base.plausible, base.spans)(on_others)


def read_variants(lines: Iterable[str]) -> None:
    """Register each row of a table of variants; one of another variant stands below it."""
    for row in csv.DictReader(lines):
        ends = (float(row["least"]), float(row["most"])) if row["least"] else None
        instead = dict(pair.split("=") for pair in row["instead"].split())
        variant(row["name"], row["of"], "\n\n".join(filter(None, [row["about"], row["note"]])), ends, **instead)


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
