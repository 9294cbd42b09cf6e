"""Examples of GPU clouds: the cost of an hour, forward rents, contracts, funding and return."""

from collections.abc import Mapping
from typing import Any

from capcycle.analyses import gpu_cloud
from capcycle.claims.own import register
from capcycle.models import finance
from capcycle.units import HOURS_PER_YEAR, KW_PER_MW, full


def gpu_hour_capital_cost(
    gpu_usd: float, life_years: list[float], productive_hours_per_year: float
) -> Mapping[str, Any]:
    """Capital alone, for several lives."""
    return {
        "usd_per_hour": [_hour(gpu_price=gpu_usd, server_life=life,
                               gpu_utilisation=productive_hours_per_year / HOURS_PER_YEAR).capital_per_hour
                         for life in life_years]
    }  # fmt: skip


def gpu_hour_cost_stack(
    capex: float, power: float, data_center: float, network: float, operations: float, price: float
) -> Mapping[str, float]:
    """Components as printed, each already per hour."""
    found = _hour(
        gpu_price=capex * HOURS_PER_YEAR, power_tariff=power * KW_PER_MW, data_center_cost=data_center,
        network_cost=network, operations_cost=operations, gpu_rent=price,
    )  # fmt: skip
    return {"total": found.gpu_hour_cost, "gross_margin": found.gpu_hour_margin}


def gpu_forward_curve(one_year_usd_per_hour: float, three_year_usd_per_hour: float) -> Mapping[str, Any]:
    """The ratio and the rents of three years."""
    found = gpu_cloud.gpu_hour.forward_curve(one_year_usd_per_hour, three_year_usd_per_hour)
    return {"annual_ratio": float(found.annual_ratio), "forward_prices": [float(rent) for rent in found[1:]]}


def gpu_cloud_contract(run_rate_usd_bn: float, gpus: float) -> Mapping[str, float]:
    """All hours of the year are counted."""
    found = gpu_cloud.gpu_hour.gpu_run_rate(full(run_rate_usd_bn, "bn"), gpus, 1.0, gpus)
    return {"usd_per_gpu_hour": float(found.revenue_per_gpu_hour)}


def funding_gap(capex_usd_bn: float, prepayment_usd_bn: float, securitisation_usd_bn: float) -> Mapping[str, float]:
    """In billions, as printed."""
    found = gpu_cloud.gpu_hour.gpu_funding_gap(capex_usd_bn, prepayment_usd_bn, securitisation_usd_bn)
    return {"remaining_usd_bn": float(found.remaining_to_fund)}


def gpu_cloud_irr(
    cash_flows_usd_bn: list[float], residual_data_center_usd_bn: float, residual_gpu_share: float
) -> Mapping[str, float]:
    """Without a residual, and with the building and a share of the GPUs, whose price the first flow holds too."""
    outlay, *years = cash_flows_usd_bn
    prepaid = sum(max(years) - year for year in years)
    residual = residual_data_center_usd_bn + residual_gpu_share * (prepaid - outlay - residual_data_center_usd_bn)
    return {
        "irr_no_residual": finance.irr(cash_flows_usd_bn),
        "irr_with_residual": finance.irr([outlay, *years[:-1], years[-1] + residual]),
    }


def _hour(**given: float) -> Any:
    nothing = dict.fromkeys(gpu_cloud.gpu_hour.gpu_hour.parameters, 0.0)
    ones = dict.fromkeys(["server_life", "gpu_utilisation", "kw_per_gpu", "pue", "gpu_rent"], 1.0)
    return gpu_cloud.gpu_hour.gpu_hour(**nothing | ones | given)


for method in (gpu_hour_capital_cost, gpu_hour_cost_stack, gpu_forward_curve, gpu_cloud_contract, funding_gap,
               gpu_cloud_irr):  # fmt: skip
    register(method.__name__, method)
