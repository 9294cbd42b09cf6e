"""What an analyst does with any model: cases, scenarios, grids, tornadoes, solving, simulating, checking."""

from capcycle.study.case import (
    Case,
    Input,
    case,
    cases,
    converted,
    figure,
    history,
)
from capcycle.study.check import Check, check
from capcycle.study.chosen import assumption
from capcycle.study.scenarios import (
    SCENARIOS,
    Scenarios,
    scenarios,
)
from capcycle.study.simulate import Simulation, simulate
from capcycle.study.solve import Solution, solve
from capcycle.study.sweep import (
    Grid,
    Tornado,
    grid,
    tornado,
)

__all__ = [
    "SCENARIOS",
    "Case",
    "Check",
    "Grid",
    "Input",
    "Scenarios",
    "Simulation",
    "Solution",
    "Tornado",
    "assumption",
    "case",
    "cases",
    "check",
    "converted",
    "figure",
    "grid",
    "history",
    "scenarios",
    "simulate",
    "solve",
    "tornado",
]
