"""Measures in, one finished chart or table out."""

from capcycle.exhibits import (
    changes,
    coverage,
    marks,
    parts,
    registers,
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
from capcycle.exhibits.tables import compare

__all__ = [
    "Exhibit",
    "across",
    "assumptions",
    "bars",
    "by_year",
    "changes",
    "compare",
    "coverage",
    "definitions",
    "fan",
    "finding",
    "heat_map",
    "lines",
    "marks",
    "must_be_true",
    "parts",
    "registers",
    "scatter",
    "scenarios",
    "spread",
    "stack",
    "tornado",
    "total",
    "what_if",
]
