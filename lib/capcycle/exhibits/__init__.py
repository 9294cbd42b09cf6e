"""Measures in, one finished chart or table out."""

from capcycle.exhibits import changes, claims, coverage, registers
from capcycle.exhibits.bars import bars, stack
from capcycle.exhibits.definitions import definitions
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.findings import finding, total
from capcycle.exhibits.lines import lines
from capcycle.exhibits.scatter import scatter
from capcycle.exhibits.tables import compare, documents

__all__ = [
    "Exhibit",
    "bars",
    "changes",
    "claims",
    "compare",
    "coverage",
    "definitions",
    "documents",
    "finding",
    "lines",
    "registers",
    "scatter",
    "stack",
    "total",
]
