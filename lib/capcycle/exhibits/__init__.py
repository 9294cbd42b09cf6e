"""Measures in, one finished chart or table out."""

from capcycle.exhibits import (
    ai_roic,
    changes,
    claims,
    coverage,
    cycle,
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
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.findings import finding, total
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
    "changes",
    "claims",
    "compare",
    "coverage",
    "cycle",
    "definitions",
    "documents",
    "fan",
    "finding",
    "heat_map",
    "hosting",
    "lines",
    "marks",
    "must_be_true",
    "parts",
    "power_use",
    "power_value",
    "registers",
    "required_revenue",
    "scatter",
    "scenarios",
    "spread",
    "stack",
    "tornado",
    "total",
    "useful_life",
    "what_if",
]
