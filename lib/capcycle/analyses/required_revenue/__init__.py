"""The revenue that a build must bring in: to cover its depreciation, and then to earn a return."""

from capcycle.analyses.required_revenue import cases, exhibits, model

__all__ = ["cases", "exhibits", "model"]
