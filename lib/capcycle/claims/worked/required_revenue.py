"""Examples of required revenue: each author's rule as a case of the general function."""

from collections.abc import Mapping, Sequence
from typing import Any

from capcycle.analyses.required_revenue.model import RequiredRevenue, price_per_user, required_revenue
from capcycle.claims.own import register

BN, TN = 1e9, 1e12
AT_ONCE = 1.0  # years: a year's spending is to come back within the year


def _build(
    capex: float, life: float, margin: float, target_return: float = 0.0, revenue: float = 0.0
) -> RequiredRevenue:
    """The general function for one kind of asset, all capacity sold, a return on gross capital."""
    return required_revenue(capex, 0.0, life, life, margin, target_return, 0.0, 0.0, 1.0, revenue)


def cahn_revenue_gap(
    nvda_dc_run_rate_usd_bn: float | None = None,
    dc_cost_multiple: float = 1.0,
    end_user_gross_margin: float = 1.0,
    ai_revenue_usd_bn: float = 0.0,
    required_revenue_usd_bn: float | None = None,
    ai_revenue_items_usd_bn: Sequence[float] = (),
) -> Mapping[str, float]:
    """Spending on data centres, the revenue that carries it, and the gap; or the gap of a required sum to a list."""
    spend = required_revenue_usd_bn or nvda_dc_run_rate_usd_bn * dc_cost_multiple
    found = _build(spend * BN, AT_ONCE, end_user_gross_margin, 0.0,
                   (ai_revenue_usd_bn + sum(ai_revenue_items_usd_bn)) * BN)  # fmt: skip
    return {"dc_spend_usd_bn": spend, "required_revenue_usd_bn": float(found.revenue_required) / BN,
            "gap_usd_bn": float(found.revenue_gap) / BN}  # fmt: skip


def kuppy_breakeven(
    life_years: float, gross_margin: float, target_roic: float = 0.0, **capex: float
) -> Mapping[str, float]:
    """Revenue to break even and to earn a return on gross capex; capex of several years is added up."""
    found = _build(sum(capex.values()) * BN, life_years, gross_margin, target_roic)
    return {"required_revenue_usd_bn": float(found.revenue_required) / BN,
            "breakeven_revenue_usd_bn": float(found.revenue_to_break_even) / BN}  # fmt: skip


def required_revenue_share_of_users(
    required_revenue_usd_bn: float, usd_per_month: float, users_bn: float
) -> Mapping[str, float]:
    """What the printed price brings: it stands to the required sum as the price stands to the one it takes."""
    needed = float(price_per_user(required_revenue_usd_bn * BN, users_bn * BN).per_user_month)
    return {"revenue_usd_bn": required_revenue_usd_bn * usd_per_month / needed}


def capex_per_gw_commitment(
    usd_bn_per_gw: float, gw: float = 0.0, required_return: float = 0.0, gw_low: float = 0.0, gw_high: float = 0.0
) -> Mapping[str, Any]:
    """What a power is worth in capex, both ends of a range, and the profit that is asked of it."""
    powers = (gw or gw_low, gw or gw_high)
    low, high = (_build(power * usd_bn_per_gw * BN, AT_ONCE, 1.0, required_return) for power in powers)
    ends = [float(each.depreciation) / TN for each in (low, high)]
    return {"capex_usd_tn": ends[0] if gw else ends, "required_profit_usd_bn": float(low.required_return) / BN}


def capex_to_revenue_ratio(
    annual_capex_usd_bn: float, required_revenue_usd_bn: float, shortfall_usd_bn: float
) -> Mapping[str, float]:
    """The ratio at which a year's capex needs the printed revenue, and the revenue without the shortfall."""
    ratio = annual_capex_usd_bn / required_revenue_usd_bn
    found = _build(annual_capex_usd_bn * BN, AT_ONCE, ratio, 0.0, shortfall_usd_bn * BN)
    return {"capex_to_revenue": ratio, "fundable_revenue_usd_bn": float(found.revenue_gap) / BN}


for method in (cahn_revenue_gap, kuppy_breakeven, required_revenue_share_of_users, capex_per_gw_commitment,
               capex_to_revenue_ratio):  # fmt: skip
    register(method.__name__, method)
