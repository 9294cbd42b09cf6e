"""The capital cycle: how a build-out stands to the economy, and whether a lag after spending can be tested."""

from capcycle.analyses.cycle.cases import against_gdp, chances
from capcycle.analyses.cycle.exhibits import (
    as_an_earlier_one,
    episodes,
    episodes_by_life,
    margins,
    newest,
    power,
    similar,
    verdict,
)
