"""What an analyst does with any model: cases, scenarios, grids, tornadoes, solving, simulating, checking."""

from capcycle.study.case import Case, Input, case, cases, history
from capcycle.study.check import Check, check
from capcycle.study.power import power_cases, priced_in_cases
from capcycle.study.scenarios import SCENARIOS, Scenarios, scenarios
from capcycle.study.simulate import Simulation, simulate
from capcycle.study.solve import Solution, solve
from capcycle.study.sweep import Grid, Tornado, grid, tornado

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
    "case",
    "cases",
    "check",
    "grid",
    "history",
    "power_cases",
    "priced_in_cases",
    "scenarios",
    "simulate",
    "solve",
    "tornado",
]
