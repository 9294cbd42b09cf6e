"""Models: pure functions with named parameters and named outputs, in plain arithmetic. One module per analysis."""

from capcycle.models.power_value import attribution, ev_per_mw, leased_mw_value, power_value, priced_in
from capcycle.models.registry import ALL
from capcycle.models.required_revenue import required_revenue

__all__ = [
    "ALL",
    "attribution",
    "ev_per_mw",
    "leased_mw_value",
    "power_value",
    "priced_in",
    "required_revenue",
]
