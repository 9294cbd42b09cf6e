"""What an analyst does with any model: cases, scenarios, grids, tornadoes, solving, simulating."""

from capcycle.study.assumptions import assumption, converted, declared
from capcycle.study.case import Case, Cases, Newest, case, cases, each_newest, one_of
from capcycle.study.figures import beside, entry, figure, history, newest, not_public, of_one_period, shared, summed
from capcycle.study.scenarios import SCENARIOS, Scenarios, scenarios
from capcycle.study.simulate import DRAWS, Simulation, simulate
from capcycle.study.solve import Solution, solve
from capcycle.study.start import at_newest, bound, starts, starts_bound, starts_by_company
from capcycle.study.sweep import Grid, Tornado, grid, tornado
from capcycle.study.tell import hindsight, judged_later, lacks, subject, tell, verdict
