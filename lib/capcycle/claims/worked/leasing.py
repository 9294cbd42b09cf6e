"""Examples of leased clusters in China."""

from collections.abc import Mapping
from typing import Any

from capcycle.analyses.leasing.model import lease_payback, leasing_implied
from capcycle.claims.own import register
from capcycle.units import full

CARDS, TERM = 10_000, 5  # of the clusters that the call describes


def gpu_lease_cluster_5y(
    lease_income_rmb_m: list[float],
    tax_refund_rmb_m: float,
    residual_rmb_m: float,
    annual_profit_rmb_m: list[list[float]],
) -> Mapping[str, Any]:
    """Ordinary and advanced cards, each with the range of profit that was told."""
    found = [
        [leasing_implied(CARDS, income, tax_refund_rmb_m, residual_rmb_m, profit, TERM) for profit in profits]
        for income, profits in zip(lease_income_rmb_m, annual_profit_rmb_m, strict=True)
    ]
    return {
        "total_inflow_rmb_m": [ends[0].lease_inflow for ends in found],
        "net_margin_range": [[end.lease_margin for end in ends] for ends in found],
    }


def gpu_lease_payback(
    server_cost_rmb_10k: float, annual_rent_rmb_10k: float, mean_net_margin: float, life_years: float
) -> Mapping[str, float]:
    """Amounts in tens of thousands of yuan."""
    server, rent = full(server_cost_rmb_10k, "万"), full(annual_rent_rmb_10k, "万")
    return {"payback_years": float(lease_payback(server, rent, mean_net_margin, life_years).lease_payback_years)}


for method in (gpu_lease_cluster_5y, gpu_lease_payback):
    register(method.__name__, method)
