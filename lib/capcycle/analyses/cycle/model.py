"""The capital cycle: how a build-out stands to the economy, and how often a test finds that one series leads."""

from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from capcycle.errors import ModelError
from capcycle.models.maths import per
from capcycle.models.registry import Amount, BasisPoints, Fraction, Multiple, Years, model

BASIS_POINTS = 10_000  # in one
LEAST = 3.0  # Fisher's z has the variance 1 / (n - 3)
SERIES, SEED = 1000, 2026  # made panels for the power of a test, and where their random numbers start
WARM_UP = 24  # quarters until made series have forgotten where they started


@model(verdict="life_adjusted_share", better="lower", share_of_gdp=Fraction, life_adjusted_share=BasisPoints,
       investment_for_share=Amount, rise_for_share=Multiple)  # fmt: skip
def build_out(
    investment: Amount, gdp: Amount, gdp_growth: Fraction, years_ahead: Years, life: Years, past_share: Fraction
):
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
    return share, per(share, life) * BASIS_POINTS, wanted, per(wanted, investment)


class Correlation(NamedTuple):
    """How two series go together.

    value         Pearson's correlation
    low, high     the ends of its interval
    pairs         how many pairs of figures
    effective     how many pairs that do not depend on each other they are worth
    holds_zero  whether the interval holds zero: whether there may be nothing
    """

    value: float
    low: float
    high: float
    pairs: int
    effective: float
    holds_zero: bool


def correlation(x: Sequence[float], y: Sequence[float], confidence: float = 0.95) -> Correlation:
    """Pearson's correlation with an interval that knows that neighbouring figures resemble each other.

    Formula: z = atanh(r) with the standard error 1 / sqrt(effective - 3)
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
        return Correlation(np.nan, -1.0, 1.0, len(x), 0.0, True)
    value, effective = float(np.corrcoef(x, y)[0, 1]), _effective(x, y)
    low, high = _interval(value, effective, confidence)
    return Correlation(value, low, high, len(x), effective, low <= 0 <= high)


def power(leader: np.ndarray, follower: np.ndarray, lag: int, link: float) -> float:
    """How often a test of one lag finds a link that is built into made series with as many figures as two panels.

    The test: whether the correlation within companies and quarters (fixed effects of both) is larger, one way or the
    other, than in 95 % of made series without a link.
    The series: growth on the year before as the sum of four shocks, half of each shock common to the companies and
    half of it left from the quarter before; the follower is the leader `lag` quarters ago times the link, and noise.

    Formula: y[t] = link * x[t - lag] + sqrt(1 - link^2) * e[t]; the share found of `SERIES` panels, from one seed
    Units:   panels of companies by quarters, NaN where a figure is missing, of which only the places count; a link is
             a correlation. 0 where no test is possible.
    Source:  an effect of 0.5 is large, and a test should find it in 80 % of cases: Cohen (1988).

    >>> power(np.ones((3, 30)), np.ones((3, 30)), 7, 0.5) < 0.8 < power(np.ones((3, 90)), np.ones((3, 90)), 7, 0.5)
    True
    """
    places = np.isfinite(leader[:, :-lag]) & np.isfinite(follower[:, lag:])
    random = np.random.default_rng(SEED)
    x, noise = (_made(random, leader.shape) for _ in range(2))
    x, noise = x[..., :-lag][:, places], noise[..., lag:][:, places]
    chance, linked = (_within(x, each * x + np.sqrt(1 - each**2) * noise, places) for each in (0.0, link))
    return float(np.mean(np.abs(linked) > np.quantile(np.abs(chance), 0.95)))


def _made(random: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Growth on the year before, in many panels of companies by quarters, of unit variance."""
    companies, quarters = shape[0], shape[1] + WARM_UP
    own, common = (random.normal(size=(SERIES, count, quarters)) for count in (companies, 1))
    shocks = np.sqrt(0.5) * (own + common)
    for quarter in range(1, quarters):
        shocks[..., quarter] += 0.5 * shocks[..., quarter - 1]
    growth = sum(shocks[..., WARM_UP - back : quarters - back] for back in range(4))
    return growth / growth.std()


def _within(x: np.ndarray, y: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The correlation within companies and quarters of many panels, their figures in a row; 0 where none is left."""
    effects = np.hstack([each[:, None] == np.unique(each) for each in np.nonzero(places)]).astype(float)
    if not effects.size or len(effects) <= np.linalg.matrix_rank(effects) + 1:
        return np.zeros(len(x))
    rest = np.eye(len(effects)) - effects @ np.linalg.pinv(effects)
    x, y = x @ rest, y @ rest
    return (x * y).sum(-1) / np.sqrt((x**2).sum(-1) * (y**2).sum(-1))


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
