"""What a study of a model found, and general exhibits of cases."""

from capcycle.exhibits.studies.cases import assumptions, by_year, scenarios
from capcycle.exhibits.studies.heat_map import heat_map
from capcycle.exhibits.studies.sensitivity import break_even, tornado
from capcycle.exhibits.studies.shapes import along, bridge, columns, layers, over, paths, ranges, ranking, table
from capcycle.exhibits.studies.simulation import fan, spread
from capcycle.exhibits.studies.what_if import what_if
