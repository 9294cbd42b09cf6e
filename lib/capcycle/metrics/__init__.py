"""Metrics: pure functions of named quantities. A parameter is named for the concept or metric it takes."""

from capcycle.metrics.funding import (
    capex_to_depreciation,
    capex_to_net_income,
    capex_to_operating_cash_flow,
    capex_with_lease_additions,
    capex_with_lease_principal,
    fcf,
    fcf_after_leases,
    fcf_after_leases_margin,
    fcf_margin,
)
from capcycle.metrics.growth import (
    cagr,
    contribution_to_growth,
    growth_quarter_on_quarter,
    growth_year_on_year,
)
from capcycle.metrics.intensity import (
    capex_to_cloud_revenue,
    capex_to_revenue,
    capex_with_lease_additions_to_revenue,
    capex_with_lease_principal_to_revenue,
    incremental_revenue_per_capex,
    ppe_turnover,
)
from capcycle.metrics.registry import ALL
from capcycle.metrics.returns import (
    cloud_operating_margin,
    gross_margin,
    invested_capital,
    net_margin,
    nopat,
    operating_margin,
    roic_average,
    roic_incremental,
)

__all__ = [
    "ALL",
    "cagr",
    "capex_to_cloud_revenue",
    "capex_to_depreciation",
    "capex_to_net_income",
    "capex_to_operating_cash_flow",
    "capex_to_revenue",
    "capex_with_lease_additions",
    "capex_with_lease_additions_to_revenue",
    "capex_with_lease_principal",
    "capex_with_lease_principal_to_revenue",
    "cloud_operating_margin",
    "contribution_to_growth",
    "fcf",
    "fcf_after_leases",
    "fcf_after_leases_margin",
    "fcf_margin",
    "gross_margin",
    "growth_quarter_on_quarter",
    "growth_year_on_year",
    "incremental_revenue_per_capex",
    "invested_capital",
    "net_margin",
    "nopat",
    "operating_margin",
    "ppe_turnover",
    "roic_average",
    "roic_incremental",
]
