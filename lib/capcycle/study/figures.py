"""Figures of companies as quantities: of the period that most have, of each one's newest, of all periods."""

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.errors import ModelError, unknown
from capcycle.measure import Measures
from capcycle.quantity import ASSUMED, Quantity


def figure(measures: Measures, company: str, period: str | None = None) -> Quantity:
    """One company's figure of one period, by default the period that most companies have.

    Errors: ModelError for a company that was not measured; MetricError for a period that is not shown.

    >>> from capcycle.measure import measure
    >>> from capcycle.panel import select
    >>> capex = figure(measure("capex", select(facts.open(["META"]), "year")), "META", "2024")
    >>> capex.value, capex.days  # 10-K 2024
    (37256000000.0, '31 Dec 2024')
    """
    now = measures.at(period).set_index("company", drop=False)
    if company not in now.index:
        raise ModelError(
            f"{measures.name} was not measured for '{company}': {unknown('company', [company], now.index)}"
        )
    return _quantity(measures, now.loc[company])


def newest(measures: Measures, company: str) -> Quantity:
    """A company's own newest figure, though others' may end earlier; its `day` says of when it is.

    >>> from capcycle.measure import measure
    >>> from capcycle.panel import select
    >>> newest(measure("revenue", select(facts.open(["META"], "2024-08-01"), "ttm")), "META").days
    '30 Jun 2024'
    """
    own = measures.table[measures.table["company"] == company].dropna(subset="value")
    return figure(measures, company, None if own.empty else own["period"].iloc[-1])


def history(measures: Measures, company: str) -> Quantity:
    """All figures of one company over the shown periods, the oldest first: for models that take a list by year.

    Periods before the first and after the last figure are left out; one missing in between makes the list miss it.
    """
    table = measures.table[measures.table["company"] == company]
    known = table["value"].notna()
    if not known.any():
        return Quantity(measures.name, [np.nan], measures.unit, reason=_why(table.iloc[-1]))
    table = table.loc[known.idxmax() : known[::-1].idxmax()]
    return Quantity(
        measures.name,
        table["value"].to_list(),
        measures.unit,
        kind=facts.weakest(filter(None, table["kind"])),
        source=facts.documents(table["source"]),
        reason=words.say("study.periods", first=table["period"].iloc[0], last=table["period"].iloc[-1]),
        published=table["published"].max(),
        since=table["period_end"].iloc[0],
        day=table["period_end"].iloc[-1],
    )


def _quantity(measures: Measures, row: pd.Series) -> Quantity:
    known = not np.isnan(row["value"])
    measured = words.say("study.measured", name=words.name(measures.name), period=row["period"])
    return Quantity(
        measures.name,
        float(row["value"]),
        measures.unit,
        kind=row["kind"] or ASSUMED,
        source=row["source"],
        reason=measured if known else _why(row),
        published=row["published"],
        since=row["period_end"],
        day=row["period_end"],
    )


def _why(row: pd.Series) -> str:
    return words.say("study.lacking", reason=row["reason"], period=row["period"])
