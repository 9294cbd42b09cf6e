"""Models: pure functions with named parameters and named outputs, in plain arithmetic. One module per analysis."""

from capcycle.models.registry import ALL
from capcycle.models.required_revenue import required_revenue
from capcycle.models.useful_life import life_change, useful_life

__all__ = ["ALL", "life_change", "required_revenue", "useful_life"]
