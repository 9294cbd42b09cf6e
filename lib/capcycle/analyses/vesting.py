"""What a warrant is worth tranche by tranche: how likely its share price and the purchases are."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from capcycle import study, words
from capcycle.errors import ModelError, NothingToShow
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.facts import prices
from capcycle.models.maths import logarithm, maximum, normal
from capcycle.models.registry import GW, Amount, Fraction, PerShare, Rate, Shares, Years, model
from capcycle.quantity import Quantity
from capcycle.study import Case
from capcycle.words import Sentence, say

OPEN = {"vesting_years": ([2.0, 4.0, 6.0], "years"),
        "next_gw_probability": ([0.75, 0.9, 1.0], "fraction")}  # fmt: skip  # no source gives either
TRADING_DAYS, PARTS = 252, 100  # of a year; a strike of zero has no logarithm, one of a trillionth has
DRAWS, SEED = 100_000, 20_251_006


@model(verdict="tranche_value", better="higher", hurdle_probability=Fraction, purchase_probability=Fraction,
       vesting_probability=Fraction, barrier_value=Amount, tranche_value=Amount)  # fmt: skip
def tranche(tranche_shares: Shares, share_price: PerShare, strike: PerShare, tranche_hurdle: PerShare,
            hurdle_reached: Fraction, tranche_gigawatts: GW, vesting_years: Years, volatility: Rate,
            risk_free_rate: Fraction, next_gw_probability: Fraction):  # fmt: skip
    """A tranche that vests once its share price has been reached and its power bought: an up-and-in call, if bought.

    Formula: barrier_value = tranche_shares * (share_price * A(+) - strike * exp(-risk_free_rate * vesting_years)
             * A(-)), A the chance that the price reaches the hurdle and ends above the strike, at a drift of the rate
             plus or minus volatility ** 2 / 2; hurdle_probability is that of reaching it, at the drift with minus
             purchase_probability = next_gw_probability ** tranche_gigawatts; vesting_probability = both multiplied
             tranche_value = barrier_value * purchase_probability
    Units:   shares, currency a share, GW, years; fractions a year. No dividends; price and purchases independent.
             hurdle_reached is 1 where a close has reached the hurdle already, else 0.
    Source:  Reiner and Rubinstein, "Breaking Down the Barriers", Risk 4 (1991); Haug's table in tests/test_vesting.py.

    >>> last = tranche(1.0, 206.0, 0.01, 600.0, 0.0, 6.0, 5.0, 0.5, 0.04, 0.9)
    >>> [round(float(each), 3) for each in last]
    [0.227, 0.531, 0.121, 123.318, 65.536]
    """
    spread, ahead = volatility * vesting_years**0.5, logarithm(maximum(tranche_hurdle / share_price, 1.0))
    barrier = ahead * (1 - hurdle_reached)
    least = logarithm(maximum(strike / share_price, 1 / PARTS**6))
    above = maximum(barrier, least)

    def reached(sign: float, end: float, low: float | None) -> float:
        drift = (risk_free_rate + sign * volatility**2 / 2) * vesting_years
        mirrored = normal((-end - drift) / spread)
        if low is not None:
            mirrored = mirrored - normal((low - 2 * end - drift) / spread)
        return normal((drift - end) / spread) + np.e ** (2 * drift * end / spread**2) * mirrored

    paid = strike * np.e ** (-risk_free_rate * vesting_years) * reached(-1, above, least)
    value = tranche_shares * (share_price * reached(1, above, least) - paid)
    hurdle, bought = reached(-1, barrier, None), next_gw_probability**tranche_gigawatts
    return hurdle, bought, hurdle * bought, value, value * bought


def tranches(warrant: Case, powers: Sequence[float], steps: Sequence[float], **numbers: float) -> dict[str, Case]:
    """A case for each tranche of a warrant, whose table no company has published: the reader's own power and hurdles.

    powers  gigawatts bought at which each vests, rising to all of them; its shares go with the power that it adds
    steps   each tranche's hurdle, from 0 for the last close before the grant to 1 for the hurdle of the last
    Errors: NothingToShow where terms or closes are not public; ModelError for lists of unlike length.
    """
    if warrant.lacking:
        raise NothingToShow(warrant.lacking)
    gigawatts, added = warrant.inputs["gigawatts"].value, np.diff([0.0, *powers])
    if len(powers) != len(steps) or (added <= 0).any() or not np.isclose(powers[-1], gigawatts):
        raise ModelError(f"tranche_gigawatts has {len(powers)} tranches and ends at {powers[-1]:g}, hurdle_steps has "
                         f"{len(steps)}: give as many, and power that rises to {gigawatts:g}")  # fmt: skip
    given, book = warrant.inputs["hurdle"], warrant.book
    closes = book.prices().get(warrant.company, pd.Series(dtype=float)).dropna()
    before, since = closes[closes.index < given.day], closes[closes.index >= given.day]
    if before.empty:
        raise NothingToShow(say("vesting.no_closes", company=warrant.name))
    first = before.iloc[-1]
    same = {name: warrant.inputs[name] for name in ("share_price", "strike")}
    opened = {name: study.declared(name, ends, unit, say("vesting.open")) for name, (ends, unit) in OPEN.items()}
    found = {}
    for place, (power, part, step) in enumerate(zip(powers, added, steps, strict=True), 1):
        hurdle = first + step * (given.value - first)
        own = {"tranche_shares": part / gigawatts * warrant.inputs["warrant_shares"].value,
               "tranche_hurdle": hurdle, "hurdle_reached": float(max(since.max(), 0.0) >= hurdle),
               "tranche_gigawatts": float(power)}  # fmt: skip
        case = study.case(tranche, book, warrant.company, volatility=realised(closes), **same, **opened, **own)
        found[say("vesting.tranche", number=f"{place}", power=case.inputs["tranche_gigawatts"].shown)] = case
    return {label: case.chosen(**numbers) for label, case in found.items()}


def realised(closes: pd.Series) -> Quantity:
    """How far the last year's daily returns spread, made a year's, from the logarithms of closes."""
    last = np.log(closes).diff().tail(TRADING_DAYS)
    return Quantity("volatility", float(last.std() * TRADING_DAYS**0.5), "rate", kind="estimated", source=prices.SOURCE,
                    reason=say("vesting.volatility"), since=closes.index[-1], day=closes.index[-1])  # fmt: skip


class Draws(NamedTuple):
    """Draws of a warrant's end, a row for each tranche: whether it has vested, and what it is worth today."""

    vested: np.ndarray
    value: np.ndarray
    correlation: float  # of the price's end with the purchases


def simulated(tranches: Mapping[str, Case], correlation: float, draws: int = DRAWS, seed: int = SEED) -> Draws:
    """Share price and purchases drawn together: the price's end, its highest on the way, and how much is bought.

    correlation  of the price's end with the purchases, whose own chances stay as they are
    The highest price given the end is drawn exactly, as that of a Brownian bridge; the same seed gives the same draws.
    """
    random, each = np.random.default_rng(seed), list(tranches.values())
    first = {name: one.value for name, one in each[0].inputs.items()}
    years, spread = first["vesting_years"], first["volatility"] * first["vesting_years"] ** 0.5
    standard, other, even = random.standard_normal(draws), random.standard_normal(draws), random.random(draws)
    end = (first["risk_free_rate"] - first["volatility"] ** 2 / 2) * years + spread * standard
    top = first["share_price"] * np.exp((end + np.sqrt(end**2 - 2 * spread**2 * np.log(1 - even))) / 2)
    demand = normal(correlation * standard + np.sqrt(1 - correlation**2) * other)
    vested = np.stack([
        ((top >= one.inputs["tranche_hurdle"].value) | (one.inputs["hurdle_reached"].value > 0))
        & (demand >= 1 - float(one.outputs.purchase_probability))
        for one in each
    ])  # fmt: skip
    shares = np.array([[one.inputs["tranche_shares"].value] for one in each])
    gain = np.maximum(first["share_price"] * np.exp(end) - first["strike"], 0.0)
    return Draws(vested, shares * vested * gain * np.exp(-first["risk_free_rate"] * years), correlation)


def expected(drawn: Draws) -> float:
    """What a warrant is worth today, weighed by what vests."""
    return float(drawn.value.sum(axis=0).mean())


def verdict(warrant: Case, drawn: Draws) -> Sentence:
    """What is to be expected of the value, and how likely all or nothing vests."""
    known = {"expected": words.value(expected(drawn), warrant.currency), **_ends(drawn)}
    return words.paragraph(study.tell(warrant, "vesting.verdict", **known))


def chances(warrant: Case, tranches: Mapping[str, Case], drawn: Draws) -> Exhibit:
    """How many tranches vest: the share of draws with each number of them."""
    count = drawn.vested.sum(axis=0)
    rows = pd.DataFrame({"label": [words.counted("vesting.count", one) for one in range(len(tranches) + 1)],
                         "value": [(count == one).mean() for one in range(len(tranches) + 1)],
                         "unit": "fraction", "kind": "assumed", "source": warrant.source, "note": ""})  # fmt: skip
    id = parts.slug("vesting-chances", warrant.company)
    return marks.columns(rows, marks.worded("vesting.chances", id=id, **_ends(drawn)))


def table(warrant: Case, tranches: Mapping[str, Case], drawn: Draws) -> Exhibit:
    """Each tranche: its terms, the chance of its price, of its power and of both, and its value."""
    names = ("tranche_shares", "tranche_hurdle", "hurdle_probability", "purchase_probability", "vesting_probability")
    rows = pd.DataFrame([
        {"label": label, **{name: case.quantity(name).shown for name in names},
         "together": words.value(float(drawn.vested[place].mean()), "fraction"),
         "value": float(drawn.value[place].mean()), "unit": case.currency, "kind": case.kind, "source": case.source}
        for place, (label, case) in enumerate(tranches.items())
    ])  # fmt: skip
    columns = {"label": say("vesting.column.label"), **{name: words.name(name) for name in names},
               "together": say("vesting.column.together"), "value": words.name("tranche_value")}  # fmt: skip
    apart = sum(float(case.outputs.tranche_value) for case in tranches.values())
    frame = marks.worded("vesting.table", id=parts.slug("vesting-table", warrant.company),
                         value=words.value(expected(drawn), warrant.currency),
                         apart=words.value(apart, warrant.currency), correlation=f"{drawn.correlation:g}")  # fmt: skip
    return marks.table(rows, frame, columns)


def dilution(warrant: Case, tranches: Mapping[str, Case]) -> Exhibit:
    """What part of the company has vested at each hurdle, if the power is bought."""
    shares = np.cumsum([case.inputs["tranche_shares"].value for case in tranches.values()])
    taken = shares / (shares + warrant.inputs["shares_diluted"].value)
    rows = pd.DataFrame({"label": [case.inputs["tranche_hurdle"].shown for case in tranches.values()], "value": taken,
                         "unit": "fraction", "kind": "assumed", "source": warrant.source, "note": ""})  # fmt: skip
    id = parts.slug("vesting-dilution", warrant.company)
    return marks.columns(rows, marks.worded("vesting.steps", id=id, all=words.value(float(taken[-1]), "fraction"),
                                            hurdle=warrant.inputs["hurdle"].shown))  # fmt: skip


def _ends(drawn: Draws) -> dict[str, str]:
    shares = {"all": drawn.vested.all(axis=0), "none": ~drawn.vested.any(axis=0)}
    return {name: words.value(float(each.mean()), "fraction") for name, each in shares.items()}
