"""Models: pure functions with named parameters and named outputs, in plain arithmetic. One module per analysis."""

from capcycle.models.ai_roic import (
    ai_cloud_build,
    ai_cloud_payback,
    ai_cloud_roic,
    forward_roic_backlog,
    forward_roic_revenue,
    segment_gross_margin,
)
from capcycle.models.compute_stock import (
    build_plan,
    compute_stock,
    training_scale,
)
from capcycle.models.cycle import build_out
from capcycle.models.gigawatt import (
    all_in_power,
    asic_substitution,
    cost_of_ownership,
    gigawatt,
    power_per_gpu,
    site_power,
    vendor_content,
)
from capcycle.models.gpu_cloud import gpu_cloud
from capcycle.models.gpu_hour import (
    forward_curve,
    gpu_funding_gap,
    gpu_hour,
    gpu_run_rate,
)
from capcycle.models.hosting import hosting
from capcycle.models.leasing import (
    lease_or_buy,
    lease_payback,
    leasing,
    leasing_implied,
)
from capcycle.models.power_use import business, power_use
from capcycle.models.power_value import (
    attribution,
    ev_per_mw,
    leased_mw_value,
    power_value,
    priced_in,
)
from capcycle.models.registry import ALL
from capcycle.models.required_revenue import (
    price_per_user,
    required_revenue,
    revenue_for_capex,
    revenue_for_vintages,
)
from capcycle.models.useful_life import life_change, useful_life

__all__ = [
    "ALL",
    "ai_cloud_build",
    "ai_cloud_payback",
    "ai_cloud_roic",
    "all_in_power",
    "asic_substitution",
    "attribution",
    "build_out",
    "build_plan",
    "business",
    "compute_stock",
    "cost_of_ownership",
    "ev_per_mw",
    "forward_curve",
    "forward_roic_backlog",
    "forward_roic_revenue",
    "gigawatt",
    "gpu_cloud",
    "gpu_funding_gap",
    "gpu_hour",
    "gpu_run_rate",
    "hosting",
    "lease_or_buy",
    "lease_payback",
    "leased_mw_value",
    "leasing",
    "leasing_implied",
    "life_change",
    "power_per_gpu",
    "power_use",
    "power_value",
    "price_per_user",
    "priced_in",
    "required_revenue",
    "revenue_for_capex",
    "revenue_for_vintages",
    "segment_gross_margin",
    "site_power",
    "training_scale",
    "useful_life",
    "vendor_content",
]
