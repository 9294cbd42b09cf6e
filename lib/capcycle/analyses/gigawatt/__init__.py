"""A gigawatt in chips, throughput and money: what it holds, what it costs, who earns on it, what it costs a year."""

from capcycle.analyses.gigawatt.cases import chip_cases, chips_by_owner, content, ownership, plan_cases, site, training
from capcycle.analyses.gigawatt.exhibits import by_life, dollars, in_print, owners, per_h100e, per_hour, verdict
from capcycle.analyses.gigawatt.model import asic_substitution
from capcycle.analyses.gigawatt.records import chips_per_gw, cost_per_gw, flops_per_dollar, funnel, sites

__all__ = [
    "asic_substitution",
    "by_life",
    "chip_cases",
    "chips_by_owner",
    "chips_per_gw",
    "content",
    "cost_per_gw",
    "dollars",
    "flops_per_dollar",
    "funnel",
    "in_print",
    "owners",
    "ownership",
    "per_h100e",
    "per_hour",
    "plan_cases",
    "site",
    "sites",
    "training",
    "verdict",
]
