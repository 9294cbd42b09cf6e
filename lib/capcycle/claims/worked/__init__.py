"""Methods of published worked examples, by the names and units that the examples use, on the library's own models.

Each module registers the methods of one analysis. They translate names and scales and hold no formula of their own.
"""

from capcycle.claims.worked import finance, power_value, ratios

__all__ = ["finance", "power_value", "ratios"]
