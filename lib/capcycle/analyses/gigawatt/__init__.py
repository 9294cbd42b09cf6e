"""A gigawatt in chips, throughput and money: what it holds, what it costs, who earns on it, what it costs a year."""

from capcycle.analyses.gigawatt.cases import chip_cases, chips_by_owner, content, ownership, plan_cases, site, training
from capcycle.analyses.gigawatt.exhibits import (
    by_life,
    chip_power,
    dollars,
    in_print,
    owners,
    per_h100e,
    per_hour,
    verdict,
)
from capcycle.analyses.gigawatt.model import asic_substitution
from capcycle.analyses.gigawatt.records import chips_per_gw, cost_per_gw, flops_per_dollar, funnel, sites
