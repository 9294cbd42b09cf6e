"""Models: pure functions with named parameters and named outputs, in plain arithmetic. One module per analysis."""

from capcycle.models.compute_stock import build_plan, compute_stock, training_scale
from capcycle.models.gigawatt import (
    all_in_power,
    asic_substitution,
    cost_of_ownership,
    gigawatt,
    power_per_gpu,
    site_power,
    vendor_content,
)
from capcycle.models.registry import ALL
from capcycle.models.required_revenue import required_revenue

__all__ = [
    "ALL",
    "all_in_power",
    "asic_substitution",
    "build_plan",
    "compute_stock",
    "cost_of_ownership",
    "gigawatt",
    "power_per_gpu",
    "required_revenue",
    "site_power",
    "training_scale",
    "vendor_content",
]
