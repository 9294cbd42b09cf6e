"""A gigawatt in chips, throughput and money: what it holds, what it costs, who earns on it, what it costs a year."""

from capcycle.analyses.gigawatt import capacity, cases, compute_stock, exhibits, model

__all__ = ["capacity", "cases", "compute_stock", "exhibits", "model"]
