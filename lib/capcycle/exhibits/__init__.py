"""Measures in, one finished chart or table out."""

from capcycle.exhibits import (
    ai_roic,
    capacity,
    changes,
    claims,
    coverage,
    cycle,
    gigawatt,
    hosting,
    marks,
    parts,
    power_use,
    power_value,
    registers,
    required_revenue,
    useful_life,
)
from capcycle.exhibits.bars import bars, stack
from capcycle.exhibits.definitions import definitions
from capcycle.exhibits.examples import worked_examples
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.findings import finding, total
from capcycle.exhibits.gpu_cloud import (
    cash_curve,
    cluster_finding,
    forward_ratios,
    forward_rents,
    gpu_contracts,
    gpu_funding,
    hour_stack,
    irr_variants,
    run_rates,
)
from capcycle.exhibits.leasing import lease_bridge, lease_finding, lease_years, told_margins, ways_to_have
from capcycle.exhibits.lines import lines
from capcycle.exhibits.scatter import scatter
from capcycle.exhibits.studies import (
    across,
    assumptions,
    by_year,
    fan,
    heat_map,
    must_be_true,
    scenarios,
    spread,
    tornado,
    what_if,
)
from capcycle.exhibits.tables import compare, documents

__all__ = [
    "Exhibit",
    "across",
    "ai_roic",
    "assumptions",
    "bars",
    "by_year",
    "capacity",
    "cash_curve",
    "changes",
    "claims",
    "cluster_finding",
    "compare",
    "coverage",
    "cycle",
    "definitions",
    "documents",
    "fan",
    "finding",
    "forward_ratios",
    "forward_rents",
    "gigawatt",
    "gpu_contracts",
    "gpu_funding",
    "heat_map",
    "hosting",
    "hour_stack",
    "irr_variants",
    "lease_bridge",
    "lease_finding",
    "lease_years",
    "lines",
    "marks",
    "must_be_true",
    "parts",
    "power_use",
    "power_value",
    "registers",
    "required_revenue",
    "run_rates",
    "scatter",
    "scenarios",
    "spread",
    "stack",
    "told_margins",
    "tornado",
    "total",
    "useful_life",
    "ways_to_have",
    "what_if",
    "worked_examples",
]
