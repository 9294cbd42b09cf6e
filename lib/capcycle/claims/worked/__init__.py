"""Methods of published worked examples, by the names and units that the examples use, on the library's own models.

Each module registers the methods of one analysis. They translate names and scales and hold no formula of their own.
"""

from capcycle.claims.worked import (
    ai_roic,
    cycle,
    finance,
    gigawatt,
    gpu_cloud,
    hosting,
    leasing,
    power_value,
    ratios,
    required_revenue,
    useful_life,
)

__all__ = [
    "ai_roic",
    "cycle",
    "finance",
    "gigawatt",
    "gpu_cloud",
    "hosting",
    "leasing",
    "power_value",
    "ratios",
    "required_revenue",
    "useful_life",
]
