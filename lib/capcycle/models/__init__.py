"""Models: pure functions with named parameters and named outputs, in plain arithmetic. One module per analysis."""

from capcycle.models.gpu_cloud import gpu_cloud
from capcycle.models.gpu_hour import forward_curve, gpu_funding_gap, gpu_hour, gpu_run_rate
from capcycle.models.leasing import lease_or_buy, lease_payback, leasing, leasing_implied
from capcycle.models.registry import ALL
from capcycle.models.required_revenue import required_revenue

__all__ = [
    "ALL",
    "forward_curve",
    "gpu_cloud",
    "gpu_funding_gap",
    "gpu_hour",
    "gpu_run_rate",
    "lease_or_buy",
    "lease_payback",
    "leasing",
    "leasing_implied",
    "required_revenue",
]
