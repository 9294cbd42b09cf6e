"""Rates of return and payments, from a finance library, with our way of saying what has no answer."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
import pyxirr

from capcycle import words
from capcycle.errors import ModelError
from capcycle.models import cells
from capcycle.models.maths import is_cell, is_expression, where

LOWEST = -1.0  # a rate of return at which everything is lost
TRIED = np.geomspace(0.01, 100, 401)  # growth factors of a year: from losing 99 % to a hundredfold
STEPS, CLOSE = 60, 1e-15  # Newton's, at most; when a discount factor moves no more
AT_ONCE = 4096  # rows that are tried together: more would not stay in the cache


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

    >>> rates([-1, 5, -6])
    Rates(values=(1.0, 2.0), reason='2 rates fit: the cash flows change sign 2 times')
    >>> rates([100, 50]).reason
    'no rate fits: the cash flows never change sign'
    """
    amounts = np.asarray(flows, float)
    changes, found = _sign_changes(amounts), _roots(amounts)
    if not changes or not found:
        return Rates((), words.say("study.none_root" if changes else "study.none_sign"))
    return Rates(found, words.say("study.several", count=len(found), changes=changes) if len(found) > 1 else "")


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
    found = np.full(len(flows), np.nan)
    sound = np.isfinite(flows).all(axis=1)
    changes = np.where(sound, _sign_changes(flows), 0)
    found[changes > 0] = _bracketed(flows[changes > 0])
    beyond = (changes == 1) & np.isnan(found)  # one rate there is, beyond those tried
    found[beyond] = np.array([pyxirr.irr(row, silent=True) for row in flows[beyond]], float)  # None becomes NaN
    return found


def _bracketed(flows: np.ndarray) -> np.ndarray:
    """The rate of each row whose value crosses zero once over many growth factors tried, closed in on from there.

    Working out all roots of a polynomial for each of a hundred thousand draws would take minutes.
    """
    found = np.full(len(flows), np.nan)
    discounts = TRIED ** -np.arange(flows.shape[1])[:, None]
    for rows in np.array_split(np.arange(len(flows)), len(flows) // AT_ONCE + 1):
        worth = flows[rows] @ discounts > 0
        turns = worth[:, 1:] != worth[:, :-1]
        one = turns.sum(axis=1) == 1
        place = turns[one].argmax(axis=1)
        found[rows[one]] = 1 / _closed_in(flows[rows[one]], 1 / TRIED[place + 1], 1 / TRIED[place]) - 1
    return found


def _closed_in(flows: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Between two discount factors of each row the one at which it is worth nothing: Newton's steps, halves where they
    leave the bracket."""
    side, factor = _worth(flows, low)[0] > 0, np.sqrt(low * high)
    for _ in range(STEPS):
        worth, slope = _worth(flows, factor)
        before = (worth > 0) == side
        low, high = np.where(before, factor, low), np.where(before, high, factor)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = factor - worth / slope
        last, factor = factor, np.where((step >= low) & (step <= high), step, (low + high) / 2)
        if (np.abs(factor - last) <= CLOSE * last).all():
            break
    return factor


def _worth(flows: np.ndarray, factor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What each row is worth at a discount factor of its own, and how that changes with the factor: Horner's scheme."""
    worth, slope = np.zeros(len(flows)), np.zeros(len(flows))
    for flow in flows.T[::-1]:
        slope = slope * factor + worth
        worth = worth * factor + flow
    return worth, slope


def _sign_changes(flows: np.ndarray) -> Any:
    """How often cash flows, the last axis, change sign; what is zero keeps the sign before it."""
    signs = np.sign(flows)
    place = np.maximum.accumulate(np.where(signs != 0, np.arange(flows.shape[-1]), 0), axis=-1)
    kept = np.take_along_axis(signs, place, -1)
    return (kept[..., 1:] * kept[..., :-1] < 0).sum(axis=-1)


def _roots(flows: np.ndarray) -> tuple[float, ...]:
    """Every rate above a total loss at which the flows are worth nothing: roots of a polynomial in 1 + rate."""
    growth = np.roots(flows)
    real = growth.real[np.abs(growth.imag) < 1e-7 * np.maximum(np.abs(growth), 1)]
    return tuple(np.unique(np.round(real[real > 1 + LOWEST] - 1, 10)).tolist())
