"""Methods of published worked examples, by the names and units that the examples use, on the library's own models.

Each module registers the methods of one analysis. They translate names and scales and hold no formula of their own.
"""

from capcycle.claims.own import MODELS
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
from capcycle.errors import ModelError, unknown

__all__ = [
    "ai_roic",
    "cycle",
    "finance",
    "gigawatt",
    "gpu_cloud",
    "hosting",
    "leasing",
    "methods",
    "power_value",
    "ratios",
    "required_revenue",
    "useful_life",
]

ANALYSES = [name for name in __all__ if name != "methods"]


def methods(analysis: str) -> list[str]:
    """The methods of an analysis, by the names that examples call them.

    Errors: ModelError for an analysis that has none.

    >>> methods("leasing")
    ['gpu_lease_cluster_5y', 'gpu_lease_payback']
    """
    if analysis not in ANALYSES:
        raise ModelError(unknown("analysis", [analysis], ANALYSES))
    return [name for name, method in MODELS.items() if method.__module__ == f"{__name__}.{analysis}"]
