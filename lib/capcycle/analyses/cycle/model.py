"""The capital cycle: how a build-out stands to the economy, and how one series follows another with what certainty."""

from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from capcycle.errors import ModelError
from capcycle.models.maths import per
from capcycle.models.registry import Amount, BasisPoints, Fraction, Multiple, Years, model

BASIS_POINTS = 10_000  # in one
LEAST = 3.0  # Fisher's z has the variance 1 / (n - 3)


class BuildOut(NamedTuple):
    share_of_gdp: Fraction
    life_adjusted_share: BasisPoints
    investment_for_share: Amount
    rise_for_share: Multiple


@model(verdict="life_adjusted_share", better="lower")
def build_out(
    investment: Amount, gdp: Amount, gdp_growth: Fraction, years_ahead: Years, life: Years, past_share: Fraction
) -> BuildOut:
    """A year's investment as a share of GDP, as a share that is used up each year, and what a past share would be.

    Formula: gdp_then = gdp * (1 + gdp_growth) ** years_ahead
             share_of_gdp = investment / gdp_then; life_adjusted_share = share_of_gdp / life * 10,000
             investment_for_share = past_share * gdp_then; rise_for_share = investment_for_share / investment
    Units:   amounts of one year in one currency, fractions, years, basis points. The investment is of the year that is
             `years_ahead` of the GDP given. NaN where GDP, life or investment is not positive.
    Source:  Tunguz: 295bn of OpenAI's at 30 % of the market are 983bn, 2.8 % of a GDP of 35.4tn; railways' 6 % of
             that would be 2.1tn.

    >>> round(float(build_out(295e9 / 0.3, 35.4e12, 0, 0, 5, 0.06).share_of_gdp), 3)
    0.028
    """
    then = gdp * (1 + gdp_growth) ** years_ahead
    share, wanted = per(investment, then), past_share * then
    return BuildOut(share, per(share, life) * BASIS_POINTS, wanted, per(wanted, investment))


class Correlation(NamedTuple):
    """How two series go together.

    lag           steps by which the second follows the first
    value         Pearson's correlation
    low, high     the ends of its interval
    pairs         how many pairs of figures
    effective     how many pairs that do not depend on each other they are worth
    holds_zero  whether the interval holds zero: whether there may be nothing
    """

    lag: int
    value: float
    low: float
    high: float
    pairs: int
    effective: float
    holds_zero: bool


def correlation(x: Sequence[float], y: Sequence[float], tests: int = 1, confidence: float = 0.95) -> Correlation:
    """Pearson's correlation with an interval that knows that neighbouring figures resemble each other.

    Formula: z = atanh(r) with the standard error 1 / sqrt(effective - 3); the interval is wide enough for all of
             `tests` correlations to lie in theirs with the given confidence (Bonferroni)
             1 / effective = 1 / n + 2 / n * sum over k to n / 5 of (n - k) / n * r_x(k) * r_y(k)
    Units:   pairs of figures; those of which one is missing are left out. The interval is -1 to 1 where too few are
             left, or where one series does not vary (and the correlation NaN).
    Errors:  ModelError for series of different lengths.
    Source:  Fisher's interval of r = 0.5 from 28 pairs: 0.156 to 0.736 (z = 0.5493, 1.96 / 5 on either side); the
             number of independent pairs: Pyper and Peterman (1998).

    >>> found = correlation([1, 2, 3, 4, 5, 6], [2, 1, 4, 3, 6, 5])
    >>> round(found.value, 3), found.pairs
    (0.829, 6)
    """
    x, y = _both(x, y)
    if len(x) < 2 or not np.var(x) * np.var(y) > 0:
        return Correlation(0, np.nan, -1.0, 1.0, len(x), 0.0, True)
    value, effective = float(np.corrcoef(x, y)[0, 1]), _effective(x, y)
    low, high = _interval(value, effective, 1 - (1 - confidence) / tests)
    return Correlation(0, value, low, high, len(x), effective, low <= 0 <= high)


def cross_correlation(leader: Sequence[float], follower: Sequence[float], lags: int) -> list[Correlation]:
    """The correlation of one series with another that follows it by none to `lags` steps.

    Formula: at lag k the correlation of leader[t] with follower[t + k]; intervals hold for all lags at once
    Units:   two series on the same even steps; NaN where a figure is missing.
    Source:  the definition; a series that repeats another two steps later.

    >>> wave = [0, 1, 0, -1, 0.5, 2, -1, 0, 3, 1, -2, 0.0, 1.5, -0.5]
    >>> found = cross_correlation(wave, [9, 4, *wave[:-2]], 3)
    >>> [round(each.value, 2) for each in found][2], best(found).lag
    (1.0, 2)
    """
    x, y = np.asarray(leader, float), np.asarray(follower, float)
    if len(x) != len(y):
        raise ModelError(f"series of {len(x)} and {len(y)} figures cannot be laid side by side: give one per step")
    return [correlation(x[: len(x) - lag], y[lag:], lags + 1)._replace(lag=lag) for lag in range(min(lags + 1, len(x)))]


def best(found: Sequence[Correlation]) -> Correlation | None:
    """The highest of some correlations that rest on enough pairs to say anything; none where there is none."""
    held = [each for each in found if each.effective > LEAST and not np.isnan(each.value)]
    return max(held, key=lambda each: each.value, default=None)


def _both(x: Sequence[float], y: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.asarray(x, float), np.asarray(y, float)
    if len(x) != len(y):
        raise ModelError(f"series of {len(x)} and {len(y)} figures cannot be paired: give as many of each")
    held = np.isfinite(x) & np.isfinite(y)
    return x[held], y[held]


def _effective(x: np.ndarray, y: np.ndarray) -> float:
    """How many pairs without memory would say as much; never more than there are."""
    count = len(x)
    alike = sum((count - k) / count * _memory(x, k) * _memory(y, k) for k in range(1, count // 5 + 1))
    return count / max(1.0, 1 + 2 * alike)


def _memory(series: np.ndarray, steps: int) -> float:
    """The autocorrelation of a series."""
    centred = series - series.mean()
    return float((centred[steps:] * centred[:-steps]).sum() / (centred**2).sum())


def _interval(value: float, effective: float, confidence: float) -> tuple[float, float]:
    if effective <= LEAST:
        return -1.0, 1.0
    reach = NormalDist().inv_cdf((1 + confidence) / 2) / np.sqrt(effective - LEAST)
    middle = np.arctanh(np.clip(value, -1 + 1e-15, 1 - 1e-15))
    return float(np.tanh(middle - reach)), float(np.tanh(middle + reach))
