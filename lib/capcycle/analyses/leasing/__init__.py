"""A leased cluster over its contract, from the lessor"s side and from the tenant"s."""

from capcycle.analyses.leasing import cases, exhibits, model

__all__ = ["cases", "exhibits", "model"]
