"""What a study of a model found."""

from capcycle.exhibits.studies.cases import across, assumptions, by_year, scenarios
from capcycle.exhibits.studies.heat_map import heat_map
from capcycle.exhibits.studies.sensitivity import must_be_true, tornado
from capcycle.exhibits.studies.simulation import fan, spread
from capcycle.exhibits.studies.what_if import what_if

__all__ = [
    "across",
    "assumptions",
    "by_year",
    "fan",
    "heat_map",
    "must_be_true",
    "scenarios",
    "spread",
    "tornado",
    "what_if",
]
