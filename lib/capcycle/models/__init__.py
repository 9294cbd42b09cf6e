"""Models: pure functions with named parameters and named outputs, in plain arithmetic. One module per analysis."""

from capcycle.models.cycle import build_out
from capcycle.models.registry import ALL
from capcycle.models.required_revenue import (
    price_per_user,
    required_revenue,
    revenue_for_capex,
    revenue_for_vintages,
)

__all__ = ["ALL", "build_out", "price_per_user", "required_revenue", "revenue_for_capex", "revenue_for_vintages"]
