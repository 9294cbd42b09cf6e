"""The capital cycle: how a build-out stands to the economy, and how one series follows another with what certainty."""

from capcycle.analyses.cycle.cases import against_gdp, following, most_pairs
from capcycle.analyses.cycle.exhibits import (
    as_an_earlier_one,
    best_lags,
    by_lag,
    episodes,
    episodes_by_life,
    lags,
    margins,
    newest,
    similar,
    verdict,
)
