"""What an input of a model can be: physical and logical bounds by its name or its unit, wherever a model is called.

What is missing passes, and so does a chart's parameter, whose values keep to the range of an assumption.
"""

from collections.abc import Callable, Mapping
from functools import cache
from math import inf
from typing import Any, NamedTuple

import numpy as np

from capcycle.errors import ModelError
from capcycle.models.maths import is_expression
from capcycle.units import DEAREST_HOSTING

LEAST_KW, MOST_KW = 0.7, 4.0  # an H100's board alone draws 0.7 kW, and no all-in figure in print reaches 4
ROUNDING = 1e-9  # of the machine
DOLLAR = "USD"  # bounds on money for each unit are in dollars
SLIP = "is it a slip of scale, such as 万 (ten thousand) read as million?"
PERCENT = "write 0.85 for 85 %"


class Bounds(NamedTuple):
    """The ends between which a figure can lie, and what to look at where it does not."""

    low: float
    high: float = inf
    advice: str = SLIP


SHARE, MARGIN = Bounds(0, 1, PERCENT), Bounds(-inf, 1, PERCENT)
GROWTH = Bounds(-1, 1, PERCENT)  # of a year
LIFE, TERM = Bounds(0.25, inf, "a life is of a quarter at least"), Bounds(0.25, 100, "it counts years")
COUNT, SIGNED = Bounds(0), Bounds(-inf)
BUILT, EARNED = Bounds(0, 200e6), Bounds(0, 30e6)  # a MW with the dearest chips costs 60m, and brings in under 15m
POWER_PRICE = Bounds(0, 1_000)

BY_UNIT = {
    "fraction": SHARE,
    "rate": SHARE,
    "years": Bounds(0, 100, TERM.advice),
    "MW": Bounds(0, 1e6),
    "kW/GPU": Bounds(LEAST_KW, MOST_KW),
    "currency": COUNT,
    "currency/year": COUNT,
    "currency/MW": BUILT,
    "currency/MW/year": EARNED,
    "currency/GW": Bounds(1e9, 1e12),
    "currency/GPU": Bounds(0, 1e6),
    "currency/GPU-hour": Bounds(0, 1_000),
    "currency/MWh": POWER_PRICE,
}
BY_NAME = {
    **dict.fromkeys(["ai_nopat_margin", "ai_margin_now", "ai_margin_2030", "gpu_gross_margin", "asic_gross_margin",
                     "hosting_noi_margin", "lease_net_margin", "gross_margin", "cloud_cash_margin",
                     "gross_margin_before_depreciation", "roic_before_tax"], MARGIN),
    **dict.fromkeys(["ai_capex_growth", "assumed_growth", "gdp_growth", "rent_escalator", "mining_decline"], GROWTH),
    **dict.fromkeys(["ai_life", "it_life", "facility_life", "server_life", "life_in_accounts", "life"], LIFE),
    **dict.fromkeys(["backlog_duration", "build_years", "card_lease_term", "gpu_loan_term", "lease_term",
                     "step_years"], TERM),
    **dict.fromkeys(["actual_eps", "charge", "contribution", "enterprise_value", "eps_before", "eps_next_year",
                     "eps_trailing", "estimated_eps", "fcf", "invested_capital", "investment_gains", "net_debt",
                     "net_income", "operating_cash_flow", "operating_income", "other_fixed_cost", "period_profit",
                     "reported", "segment_gross_profit", "quoted_profit_per_year"], SIGNED),
    **dict.fromkeys(["count_growth", "dividend_return", "eps_growth", "multiple_change",
                     "portfolio_change", "printed_surprise", "revenue_growth", "shares_change",
                     "stated_return", "whole_growth"], Bounds(-1, inf, PERCENT)),
    "capital_turns": Bounds(0, 10, "it is revenue over capital: write 0.5 for half a turn"),
    "gpu_rent_ratio_per_year": Bounds(0, 2, "it is a year's rent over that of the year before"),
    "hosting_rent": Bounds(1e5, DEAREST_HOSTING),
    "noi_per_leased_mw": Bounds(0, DEAREST_HOSTING),
    "pue": Bounds(1, 3, "it is the power of the whole facility over that of its IT"),
    "refreshes": Bounds(0, 3, "GPUs are bought again three times at most"),
    "volatility": Bounds(0.05, 5, PERCENT),
}  # fmt: skip

YEAR, AMOUNT, RATE = Bounds(1990, 2100), Bounds(0, 1e13), Bounds(0.001, 1, PERCENT)
CHOSEN = {  # what a notebook's parameter can be, besides zero where that stands for none
    **dict.fromkeys(["ai_margin_2030", "ai_nopat_margin", "gross_margin"], Bounds(-1, 1, PERCENT)),
    **dict.fromkeys(["cost_that_leaves", "flop_utilisation", "gpu_residual", "gpu_utilisation", "idle_share",
                     "lessor_tax", "tier_share", "low_demand_probability", "passed_on", "share_elsewhere",
                     "signed_weight", "target_return", "tax_rate",
                     "tenant_rate", "wacc", "borrowed", "operating_share", "finance_rate", "leased_probability",
                     "pipeline_probability", "renewal_probability", "delivery_correlation", "hurdle_steps",
                     "next_gw_probability"], SHARE),
    "tranche_gigawatts": Bounds(0, 1_000),
    "vesting_years": TERM,
    **dict.fromkeys(["discount_rates", "leased", "past_share"], RATE),
    **dict.fromkeys(["ai_life", "it_life", "server_life", "life_elsewhere", "lives"], Bounds(0.25, 50, LIFE.advice)),
    **dict.fromkeys(["since", "until"], YEAR),
    **dict.fromkeys(["bitcoin", "capex_next"], AMOUNT),
    "backlog_duration": TERM,
    **dict.fromkeys(["level", "levels"], RATE),
    "tier_growth": Bounds(0, 10, PERCENT),
    "years": Bounds(1, 30, TERM.advice),
    "years_later": Bounds(0, 10, TERM.advice),
    "lag": Bounds(1, 16, "it counts quarters"),
    "top": Bounds(1, 50, "it counts companies"),
    "window": Bounds(0, 20, "it counts trading days"),
    "refreshes": BY_NAME["refreshes"],
    "capital_turns": BY_NAME["capital_turns"],
    "kw_all_in": BY_UNIT["kW/GPU"],
    "capex_per_gw": BY_UNIT["currency/GW"],
    "hosting_rent": BY_NAME["hosting_rent"],
    "hosting_capex": BUILT,
    "gpu_rent": BY_UNIT["currency/GPU-hour"],
    "card_price": Bounds(1_000, 1e7),
    **dict.fromkeys(["advance_rate", "token_yield"], SHARE),
    "bitcoin_price": Bounds(1, 1e7),
    "volatility": BY_NAME["volatility"],
}  # fmt: skip
NEEDED = {"lag", "leased", "level", "past_share", "top"}  # of which zero is no choice

RESULTS = {  # between which ends the results of companies and contracts lie; what lies outside is in no rank
    "revenue_per_gpu_hour": Bounds(1.2, 15, "an old chip is let for no less, and the newest on demand for no more"),
    "yield_on_cost": Bounds(0, 0.5, "no building pays for itself in two years"),
    "gap_multiple": Bounds(0, 100, "what is disclosed is nearly nothing"),
    # none of the largest thousand companies since 1950 that began with sales above 50bn grew them by 20 % a year for
    # ten years (Mauboussin, The Base Rate Book, 2016); a margin that doubles on the way makes it 1.2 * 2 ** 0.1 - 1
    "assumed_growth": Bounds(-0.2, 0.286, "no company that large has grown so fast for ten years"),
}


@cache
def bounds(name: str, unit: str) -> Bounds:
    """The bounds of an input: those of its name, else those of its unit, else none below the infinite.

    >>> bounds("pue", "times").low, bounds("ramp", "fraction").high, bounds("step_multiple", "multiple").high
    (1, 1, inf)
    """
    return BY_NAME.get(name) or BY_UNIT.get(unit, SIGNED if unit == "multiple" else COUNT)


def implausible(name: str, value: Any, unit: str = "", per_dollar: float = 1.0) -> np.ndarray:
    """Where a result lies outside the ends between which those of companies and contracts lie.

    >>> implausible("revenue_per_gpu_hour", [1.02, 2.91]).tolist()
    [True, False]
    """
    low, high, _ = RESULTS.get(name, SIGNED)
    scale = per_dollar if "currency" in unit else 1.0
    return (np.asarray(value, float) < low * scale) | (np.asarray(value, float) > high * scale)


def check(model: Callable, values: Mapping[str, Any], currency: str = DOLLAR, per_dollar: float = 1.0) -> None:
    """Refuse the inputs of a model that cannot be, all at once.

    currency    of the amounts; bounds on money for each unit hold for dollars and are converted
    per_dollar  how much of that currency a dollar is
    Errors: ModelError that names each input, what it is, its bounds and what to look at.
    """
    units = model.parameters
    faults = [_fault(name, units[name], value, currency, per_dollar) for name, value in values.items() if name in units]
    if any(faults):
        raise ModelError(f"{model.__name__}: {'; '.join(filter(None, faults))}")


def check_parameter(name: str, value: Any) -> None:
    """Refuse a number, or a list of them, that a notebook's parameter cannot be; what has no bounds is no number.

    >>> check_parameter("tax_rate", 21.0)
    Traceback (most recent call last):
    capcycle.errors.ModelError: tax_rate is 21: give a number from 0 to 1; write 0.21 for 21 %
    """
    if CHOSEN.get(name) is YEAR and value and _outside(value, *YEAR[:2]):
        raise ModelError(f"{name} is {value}: give a year from {YEAR.low} to {YEAR.high}")
    if name in CHOSEN and (value != 0 or name in NEEDED):
        low, high, advice = CHOSEN[name]
        within(name, value, low, high, advice=advice)


def within(name: str, value: Any, low: float, high: float = inf, unit: str = "", advice: str = SLIP) -> None:
    """Refuse a figure outside its bounds.

    >>> within("pue", np.array([1.2, 0.9]), 1, unit="times")
    Traceback (most recent call last):
    capcycle.errors.ModelError: pue is 0.9 times: give at least 1; is it a slip of scale, such as 万 (ten thousand) \
read as million?
    """
    wrong = _outside(value, low, high)
    if wrong is not None:
        raise ModelError(_told(name, wrong, low, high, unit, advice))


def horizon(name: str, years: Any, last: float) -> None:
    """Refuse years beyond those that a model counts, as what lies beyond would be left out of its sums.

    >>> horizon("card_lease_term", 12, 10)
    Traceback (most recent call last):
    capcycle.errors.ModelError: card_lease_term is 12 years: give at most 10; the model counts no more
    """
    within(name, years, -inf, last, "years", "the model counts no more")


def whole(name: str, years: Any) -> None:
    """Refuse parts of a year where a model counts whole ones.

    >>> whole("gpu_loan_term", 4.5)
    Traceback (most recent call last):
    capcycle.errors.ModelError: gpu_loan_term is 4.5 years: give whole years; the model counts no parts of one
    """
    if is_expression(years):
        return
    numbers = np.asarray(years, float)
    parts = numbers[np.isfinite(numbers) & (numbers % 1 != 0)]
    if parts.size:
        raise ModelError(f"{name} is {parts.flat[0]:g} years: give whole years; the model counts no parts of one")


def _fault(name: str, unit: str, value: Any, currency: str, per_dollar: float) -> str:
    low, high, advice = bounds(name, unit)
    if "currency" in unit:
        low, high, unit = low * per_dollar, high * per_dollar, unit.replace("currency", currency)
    wrong = _outside(value, low, high)
    return "" if wrong is None else _told(name, wrong, low, high, unit, advice)


def _outside(value: Any, low: float, high: float) -> float | None:
    """The first number outside some bounds."""
    if isinstance(value, list | tuple):
        return next((wrong for each in value if (wrong := _outside(each, low, high)) is not None), None)
    if is_expression(value):
        return None
    if isinstance(value, float | int):  # most are, and arrays take their time
        return value if value < low - ROUNDING * abs(low) or value > high + ROUNDING * abs(high) else None
    numbers = np.asarray(value, float)
    wrong = (numbers < low - ROUNDING * abs(low)) | (numbers > high + ROUNDING * abs(high))
    return float(numbers[wrong].flat[0]) if wrong.any() else None


def _told(name: str, wrong: float, low: float, high: float, unit: str, advice: str) -> str:
    if advice == PERCENT and 2 <= wrong <= 100:
        advice = f"write {wrong / 100:g} for {wrong:g} %"
    said = "" if unit in ("", "fraction", "rate", "number", "multiple") else f" {unit}"
    if low == -inf or high == inf:
        ends = f"at most {high:,.10g}" if low == -inf else f"at least {low:,.10g}"
    else:
        ends = f"a number from {low:,.10g} to {high:,.10g}"
    return f"{name} is {wrong:,.10g}{said}: give {ends}; {advice}"
