"""Rates of return and payments, from a finance library, with our way of saying what has no answer."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from capcycle import words
from capcycle.errors import ModelError
from capcycle.models import cells
from capcycle.models.maths import annuity, is_cell, is_expression, where

YEAR = np.timedelta64(365, "D")
STEPS, CLOSE = 100, 1e-15  # Newton's, at most; when a rate moves no more
NOTHING = 1e-13  # of all flows' size: what the machine cannot tell from zero
AT_ONCE = 4096  # rows that are worked out together: more would not stay in the cache


class Rates(NamedTuple):
    """Every rate of return of some cash flows, and why there is none, or more than one."""

    values: tuple[float, ...]
    reason: str


def irr(flows: Sequence[Any]) -> Any:
    """The internal rate of return of yearly cash flows, the first of them today's; missing where not exactly one is.

    Formula: the rate at which present_value(rate, flows) is zero
    Units:   amounts, each a number or an array over cases; a fraction. NaN where the flows never change sign, or
             where several rates fit (`rates` gives all of them).
    Errors:  ModelError when given a chart's parameters: it iterates, so a slider needs its values tabulated.
    Source:  numpy-financial's example: -100, 39, 59, 55, 20 return 28.095 %.

    >>> round(irr([-100, 39, 59, 55, 20]), 5)
    0.28095
    """
    if is_cell(*flows):
        return cells.irr(flows, irr([getattr(flow, "value", flow) for flow in flows]))
    table = np.stack(np.broadcast_arrays(*map(_number, flows)))
    found = _each(table.reshape(len(table), -1).T)
    return found.reshape(table.shape[1:])[()] if table.ndim > 1 else float(found[0])


def rates(flows: Sequence[float]) -> Rates:
    """Every internal rate of return above a total loss, the lowest first, with the reason where it is not just one.

    Source:  hand arithmetic: -1 + 5/(1+r) - 6/(1+r)^2 is zero where 1+r is 2 and where it is 3.

    >>> found = rates([-1, 5, -6])
    >>> [round(rate, 9) for rate in found.values], found.reason
    ([1.0, 2.0], '2 rates fit: the cash flows change sign 2 times')
    >>> rates([100, 50]).reason
    'no rate fits: the cash flows never change sign'
    """
    return _told(np.asarray(flows, float), np.arange(len(flows), dtype=float))


def xirr(flows: Sequence[float], days: Sequence[Any]) -> Rates:
    """Every internal rate of return of dated cash flows, a year being 365 days, with the reason where not just one.

    Formula: the rates at which the sum of flow / (1 + rate) ** (days since the first / 365) is zero
    Errors:  ModelError for another number of days than of flows.
    Source:  Microsoft's example for XIRR: 37.3362535 %.

    >>> days = ["2008-01-01", "2008-03-01", "2008-10-30", "2009-02-15", "2009-04-01"]
    >>> [round(rate, 8) for rate in xirr([-10000, 2750, 4250, 3250, 2750], days).values]
    [0.37336253]
    """
    if len(flows) != len(days):
        raise ModelError(f"{len(flows)} cash flows and {len(days)} days: give the day of each")
    dated = np.array([np.datetime64(day, "D") for day in days])
    each, place = np.unique(dated, return_inverse=True)
    return _told(np.bincount(place, np.asarray(flows, float)), (each - each[0]) / YEAR)


def _told(amounts: np.ndarray, years: np.ndarray) -> Rates:
    changes = int(_sign_changes(amounts)) if np.isfinite(amounts).all() else 0
    found = _roots(amounts[None], years, changes)[0]
    values = tuple(np.sort(found[~np.isnan(found)]).tolist())
    if not values:
        return Rates((), words.say("study.none_root" if changes else "study.none_sign"))
    several = words.say("study.several", count=len(values), changes=changes)
    return Rates(values, several if len(values) > 1 else "")


def mirr(flows: Sequence[float], finance_rate: float, reinvest_rate: float) -> float:
    """The modified rate of return: what is paid in costs one rate, what comes back earns another until the end.

    Formula: (sum of inflows[t] * (1 + reinvest_rate) ** (n - t) / sum of outflows[t] / (1 + finance_rate) ** t)
             ** (1 / n) - 1, n years from the first flow to the last
    Units:   amounts by year, the first of them today's; fractions. NaN where nothing is paid in, or nothing comes back.
    Source:  numpy-financial's example, which is Excel's: 12.6094 %.

    >>> round(mirr([-120000, 39000, 30000, 21000, 37000, 46000], 0.10, 0.12), 6)
    0.126094
    """
    amounts = np.asarray(flows, float)
    last = len(amounts) - 1
    year = np.arange(last + 1)
    ended = float((np.maximum(amounts, 0.0) * (1 + reinvest_rate) ** (last - year)).sum())
    paid = float((np.maximum(-amounts, 0.0) / (1 + finance_rate) ** year).sum())
    return (ended / paid) ** (1 / last) - 1 if ended > 0 and paid > 0 else np.nan


def loan_payment(principal: Any, rate: Any, payments: Any) -> Any:
    """The level payment that pays a loan back with its interest, at the end of each period.

    Formula: principal / annuity(rate, payments)
    Units:   an amount; the rate of one period, such as a twelfth of the year's for months; the number of payments.
    Source:  numpy-financial's example: 200,000 at 7.5 % a year over 15 years is 1,854.02 a month.

    >>> round(float(loan_payment(200_000.0, 0.075 / 12, 15 * 12)), 2)
    1854.02
    """
    return principal / annuity(rate, payments)


def payback(flows: Sequence[Any], rate: Any = 0.0) -> Any:
    """Years until the sum of the cash flows turns positive, with the part of the last year; discounted at a rate.

    Formula: the first t at which the sum of flows[:t + 1] / (1 + rate) ** t is not negative, less the part of
             that year's flow that is more than needed
    Units:   amounts, each a number or an array over cases; years. NaN where it never turns.
    Source:  hand arithmetic: 100 spent, 40 a year: 2 years leave 20, half of the third.

    >>> float(payback([-100, 40, 40, 40])), float(payback([-100, 40]))
    (2.5, nan)
    """
    discounted = [flow / (1 + rate) ** year for year, flow in enumerate(flows)]
    if is_cell(*discounted):
        return _payback_of_cells(discounted)
    table = np.stack(np.broadcast_arrays(*map(_number, discounted)))
    total = np.cumsum(table, axis=0)
    turned = total >= 0
    first = turned.argmax(axis=0)
    over = np.take_along_axis(total, first[None], 0)[0]
    last = np.take_along_axis(table, first[None], 0)[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        years = np.where(first == 0, 0.0, first - over / last)
    return np.where(turned.any(axis=0), years, np.nan)[()]


def _payback_of_cells(flows: Sequence[Any]) -> Any:
    totals = list(accumulate(flows))
    years = [0.0, *(year - totals[year] / flows[year] for year in range(1, len(flows)))]
    found = np.nan
    for total, year in reversed(list(zip(totals, years, strict=True))):
        found = where(total >= 0, year, found)
    return found


def _number(flow: Any) -> np.ndarray:
    if is_expression(flow):
        raise ModelError(
            "a rate of return is found by trial, so no chart can compute it from a slider: "
            "tabulate the model over the slider's steps"
        )
    return np.asarray(flow, float)


def _each(flows: np.ndarray) -> np.ndarray:
    """The one rate of each row of cash flows; missing where there is none or more than one."""
    one, years = np.full(len(flows), np.nan), np.arange(flows.shape[1], dtype=float)
    changes = np.where(np.isfinite(flows).all(axis=1), _sign_changes(flows), 0)
    for count in np.unique(changes[changes > 0]):
        of_count = np.flatnonzero(changes == count)
        for rows in np.array_split(of_count, len(of_count) // AT_ONCE + 1):
            found = _roots(flows[rows], years, int(count))
            known = ~np.isnan(found)
            one[rows] = np.where(known.sum(axis=1) == 1, np.where(known, found, 0.0).sum(axis=1), np.nan)
    return one


def _roots(flows: np.ndarray, years: np.ndarray, changes: int) -> np.ndarray:
    """Every rate at which rows of cash flows, all with as many changes of sign, are worth nothing; NaN for fewer.

    No row has more rates than changes of sign (Descartes), whatever the years between its flows.
    """
    with np.errstate(over="ignore"):  # a rate can be larger than any number of the machine
        return np.expm1(-_logs(flows, years, changes))


def _logs(flows: np.ndarray, years: np.ndarray, changes: int) -> np.ndarray:
    """The same as logarithms of the year's discount factor, lowest first.

    Times the factor to a power between two flows of unlike sign, a row keeps its zeros, and its slope has one change of
    sign less. Between two zeros of the slope it rises or falls throughout, so that there is one zero at most.
    """
    if not changes:
        return np.full((len(flows), 0), np.nan)
    turns = _logs(flows * (years - _power(flows, years)[:, None]), years, changes - 1)
    low, high = _ends(flows, years)
    inner = np.clip(np.where(np.isnan(turns), high[:, None], turns), low[:, None], high[:, None])
    edges = np.column_stack([low, inner, high])
    signs = np.column_stack([_sign(flows, years, edge) for edge in edges.T])
    found = [np.where(signs[:, 1:-1][:, place] == 0, turns[:, place], np.nan) for place in range(changes - 1)]
    for place in range(changes):
        crossed = signs[:, place] * signs[:, place + 1] < 0
        found.append(np.full(len(flows), np.nan))
        bracket = edges[crossed, place], edges[crossed, place + 1]
        found[-1][crossed] = _closed_in(flows[crossed], years, *bracket, signs[crossed, place])
    return np.sort(np.column_stack(found), axis=1)[:, :changes]


def _power(flows: np.ndarray, years: np.ndarray) -> np.ndarray:
    """A year between the first two flows of each row that differ in sign."""
    signs, rows = np.sign(flows), np.arange(len(flows))
    first = (signs != 0).argmax(axis=1)
    after = (signs == -signs[rows, first][:, None]).argmax(axis=1)
    before = np.where((signs != 0) & (np.arange(len(years)) < after[:, None]), np.arange(len(years)), -1).max(axis=1)
    return (years[before] + years[after]) / 2


def _ends(flows: np.ndarray, years: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Logarithms of discount factors beyond which the first and the last flow of a row outweigh all others."""
    size, rows, gap = np.abs(flows), np.arange(len(flows)), np.diff(years).min()
    first, last = (size > 0).argmax(axis=1), len(years) - 1 - (size > 0)[:, ::-1].argmax(axis=1)
    total = size.sum(axis=1)
    far = [(np.log(total) - np.log(size[rows, place]) + 1) / gap for place in (first, last)]
    return -far[0], far[1]


def _worth(flows: np.ndarray, years: np.ndarray, logs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What each row is worth at a discount factor of its own, its slope, and its size; each on a scale of its own."""
    powers = np.outer(logs, years)
    terms = flows * np.exp(powers - powers.max(axis=1, keepdims=True))
    return terms.sum(axis=1), (terms * years).sum(axis=1), np.abs(terms).sum(axis=1)


def _sign(flows: np.ndarray, years: np.ndarray, logs: np.ndarray) -> np.ndarray:
    worth, _, size = _worth(flows, years, logs)
    return np.where(np.abs(worth) <= NOTHING * size, 0.0, np.sign(worth))


def _closed_in(flows: np.ndarray, years: np.ndarray, low: np.ndarray, high: np.ndarray, side: np.ndarray) -> np.ndarray:
    """Between two logarithms that of the factor at which a row is worth nothing: Newton's steps, halves where they
    leave the bracket or grow no shorter.

    side  the sign of the worth at the low end
    """
    log, moved = np.clip(0.0, low, high), high - low
    for _ in range(STEPS):
        worth, slope, _ = _worth(flows, years, log)
        before = np.sign(worth) == side
        low, high = np.where(before, log, low), np.where(before, high, log)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = log - worth / slope
        sound = (step >= low) & (step <= high) & (np.abs(step - log) <= moved / 2)
        last, log = log, np.where(sound, step, (low + high) / 2)
        moved = np.abs(log - last)
        if (moved <= CLOSE * np.maximum(np.abs(last), 1)).all():
            break
    return log


def _sign_changes(flows: np.ndarray) -> Any:
    """How often cash flows, the last axis, change sign; what is zero keeps the sign before it."""
    signs = np.sign(flows)
    place = np.maximum.accumulate(np.where(signs != 0, np.arange(flows.shape[-1]), 0), axis=-1)
    kept = np.take_along_axis(signs, place, -1)
    return (kept[..., 1:] * kept[..., :-1] < 0).sum(axis=-1)
