"""The capital cycle in a panel: how far revenue follows capex, and capex to depreciation beside the margin later on."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from capcycle.errors import ModelError
from capcycle.facts.door import KINDS
from capcycle.measure import Measures
from capcycle.models.cycle import Correlation, correlation, cross_correlation
from capcycle.panel import Panel
from capcycle.study import required
from capcycle.study.case import Input

GROWTH = "growth_year_on_year"
LAGS = (1, 24)


def following(leader: Measures, follower: Measures, lags: int) -> dict[str, list[Correlation]]:
    """For each company the correlation of one measure with another, none to `lags` periods later.

    Errors: ModelError for a number of lags that cannot be.
    """
    if not LAGS[0] <= lags <= LAGS[1]:
        raise ModelError(f"lags is {lags}: give a whole number of periods from {LAGS[0]} to {LAGS[1]}")
    both = _side_by_side(leader, follower)
    return {company: cross_correlation(rows["value"], rows["value_later"], lags)
            for company, rows in both.groupby("company", sort=False)}  # fmt: skip


def pairs(leader: Measures, follower: Measures) -> pd.DataFrame:
    """The figures that `following` compares: a row per company and period that has both."""
    return _side_by_side(leader, follower).dropna(subset=["value", "value_later"])


def _side_by_side(leader: Measures, follower: Measures) -> pd.DataFrame:
    keys = ["company", "ordinal", "period"]
    columns = [*keys, "value", "kind", "source"]
    return leader.table[columns].merge(follower.table[columns], on=keys, suffixes=("", "_later"))


def broken(*measured: Measures) -> pd.DataFrame:
    """The changes that growth of some companies and concepts would cross."""
    named = [measures.name.split(".") for measures in measured if measures.name.startswith(GROWTH)]
    concepts = {concept for _, *rest in named for concept in rest}
    changes = measured[0].panel.changes
    return changes[changes["concept"].isin(concepts)]


def later(of: Measures, then: Measures, years: int) -> pd.DataFrame:
    """A measure of each year beside the change of another over the following years; a row per company and year.

    Columns: company, period, x, value (the change), kind, source.
    """
    now = then.table.assign(ordinal=then.table["ordinal"] - years)
    keys = ["company", "ordinal"]
    table = of.table.merge(then.table[[*keys, "value", "kind", "source"]], on=keys, suffixes=("", "_now"))
    table = table.merge(now[[*keys, "value", "kind", "source"]], on=keys, suffixes=("", "_then"))
    table = table.assign(x=table["value"], value=table["value_then"] - table["value_now"])
    table = table.dropna(subset=["x", "value"]).reset_index(drop=True)
    ranks = table[["kind", "kind_now", "kind_then"]].map(KINDS.index).max(axis=1)
    sources = table[["source", "source_now", "source_then"]].agg(" ".join, axis=1)
    return table.assign(
        kind=np.array(KINDS)[np.maximum(ranks, KINDS.index("derived"))] if len(table) else [],
        source=[" ".join(dict.fromkeys(each.split())) for each in sources] if len(table) else [],
    )[["company", "period", "x", "value", "kind", "source"]]


def together(table: pd.DataFrame) -> Correlation:
    """The correlation over all companies and years of `later`."""
    return correlation(table["x"], table["value"])


def most_pairs(found: Mapping[str, list[Correlation]]) -> str:
    """The company with the most quarters of both figures."""
    return max(found, key=lambda company: found[company][0].pairs)


def spent(year: Panel) -> Input:
    """The capex of twelve months of all companies that have it, added up.

    Errors: ModelError where none has.
    """
    return required.together(required.spending(required.against_disclosed(year))).inputs["capex"]
