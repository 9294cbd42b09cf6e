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
    along,
    assumptions,
    break_even,
    bridge,
    by_year,
    columns,
    fan,
    heat_map,
    layers,
    over,
    paths,
    ranges,
    ranking,
    scenarios,
    spread,
    table,
    tornado,
    what_if,
)
from capcycle.exhibits.tables import compare
