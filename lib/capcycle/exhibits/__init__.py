"""Measures in, one finished chart or table out."""

from capcycle.exhibits import changes, coverage, marks, parts, registers
from capcycle.exhibits.absent import go_on
from capcycle.exhibits.bars import bars
from capcycle.exhibits.board import board
from capcycle.exhibits.definitions import definitions
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.findings import finding, total
from capcycle.exhibits.lines import lines, stack
from capcycle.exhibits.scatter import scatter
from capcycle.exhibits.studies.cases import assumptions, by_year, scenarios
from capcycle.exhibits.studies.heat_map import heat_map
from capcycle.exhibits.studies.peers import median, peers, ranked
from capcycle.exhibits.studies.sensitivity import break_even, tornado
from capcycle.exhibits.studies.shapes import (
    against,
    along,
    bridge,
    columns,
    composition,
    layers,
    over,
    paths,
    ranges,
    ranking,
)
from capcycle.exhibits.studies.simulation import fan, spread
from capcycle.exhibits.studies.tables import side_by_side, table
from capcycle.exhibits.studies.what_if import what_if
from capcycle.exhibits.tables import compare
