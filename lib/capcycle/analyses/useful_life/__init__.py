"""What profit would be with another life of the servers, and when the charge for what is spent arrives."""

from capcycle.analyses.useful_life.accounts import disclosed_lives
from capcycle.analyses.useful_life.cases import at_four_years, changed, restated
from capcycle.analyses.useful_life.comparisons import changes, fit, overstatement, terms
from capcycle.analyses.useful_life.exhibits import bridge, cohorts, eps_table, fan, verdict, wall
