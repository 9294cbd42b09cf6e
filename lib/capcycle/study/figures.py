"""Figures of companies as quantities: of the period that most have, of each one's newest, of all periods."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.errors import ModelError, unknown
from capcycle.measures import Cell, Measures
from capcycle.quantity import ASSUMED, Quantity, listed, missing, total

YEAR = pd.Timedelta(days=366 + 31)  # what is filed once a year is no older, months apart under one label counted in


def figure(measures: Measures, company: str, period: str | None = None) -> Quantity:
    """One company's figure of one period, by default the period that most companies have.

    Errors: ModelError for a company that was not measured; MetricError for a period that is not shown.

    >>> capex = figure(measure.measure("capex", panel.select(facts.open(["META"]), "year")), "META", "2024")
    >>> capex.value, capex.days  # 10-K 2024
    (37256000000.0, '31 Dec 2024')
    """
    if company not in (known := measures.panel.companies):
        raise ModelError(f"{measures.name} was not measured: {unknown('company', [company], known)}")
    return _quantity(measures, measures.cell(company, period or measures.common_period()))


def shared(measures: Measures, company: str) -> Quantity:
    """A company's figure of the common period, for a sum or a comparison; its own newest where it has none then.

    >>> from capcycle.measure import measure
    >>> from capcycle.panel import select
    >>> capex = measure("capex", select(facts.open(["META", "ORCL"], "2026-04-30"), "ttm"))
    >>> shared(capex, "META").days, shared(capex, "ORCL").days, newest(capex, "META").days
    ('31 Mar 2026', '28 Feb 2026', '31 Mar 2026')
    """
    of_all = figure(measures, company)
    return newest(measures, company) if of_all.missing else of_all


def newest(measures: Measures, company: str) -> Quantity:
    """A company's own newest figure, though others' may end earlier; its `day` says of when it is.

    Who has none is said to lack what it lacks in the period of the last year in which it lacks least.

    >>> newest(measure.measure("revenue", panel.select(facts.open(["META"], "2024-08-01"), "ttm")), "META").days
    '30 Jun 2024'
    """
    return figure(measures, company, measures.last.get(company) or measures.closest(company))


def of_one_period(measured: Mapping[str, Measures], company: str, within: pd.Timedelta = YEAR) -> dict[str, Quantity]:
    """A company's figures that are set against each other: all of the newest period of which it has them all.

    One whose newest is of more than a time before the others' is missing, by default a year, and so is one that no such
    period has.

    >>> from capcycle.measure import measure
    >>> years = panel.select(facts.open(["ORCL"], "2026-05-31"), "ttm")  # leases are known of the year before only
    >>> both = of_one_period({name: measure(name, years) for name in ("capex", "finance_lease_additions")}, "ORCL")
    >>> [each.days for each in both.values()]
    ['31 May 2025', '31 May 2025']
    """
    own = {name: newest(each, company) for name, each in measured.items()}
    last = max((each.day for each in own.values() if not each.missing), default=pd.NaT)
    with_it = [measured[name] for name, each in own.items() if each.day > last - within]
    known = [each.known_of(company) for each in with_it]
    shared = set.intersection(*(set(rows["period"]) for rows in known)) if known else set()
    if not shared:
        return own
    period = next(one for one in reversed(known[0]["period"].tolist()) if one in shared)
    found = {name: figure(each, company, period) for name, each in measured.items()}
    return {name: _too_old(each, own[name]) for name, each in found.items()}


def _too_old(each: Quantity, last: Quantity) -> Quantity:
    """A figure; where it is missing as its newest is too old beside the others, with the day of that."""
    if not each.missing or last.missing:
        return each
    old = words.say("study.old", name=words.lower(words.name(each.name)), day=last.days)
    return replace(each, reason=listed([each.reason, old]))


def beside(measures: Measures, company: str, other: Measures, back: int = 0) -> Quantity:
    """A company's figure of the period of another measure's newest, or of some periods before; missing where none is.

    >>> from capcycle.measure import measure
    >>> panel = panel.select(facts.open(["GOOGL"], "2024-08-01"))
    >>> beside(measure("revenue", panel), "GOOGL", measure("cloud_revenue", panel), 4).value  # 10-Q for June 2024
    74604000000.0
    """
    rows = other.known_of(company)
    if rows.empty:
        return newest(other, company)
    own = measures.table[measures.table["company"] == company].set_index("ordinal")
    if (wanted := rows["ordinal"].iloc[-1] - back) not in own.index:
        return missing(measures.name, words.say("study.not_shown", name=words.lower(words.name(measures.name))))
    return _quantity(measures, own.loc[wanted])


def summed(measures: Measures, company: str, first: pd.Timestamp, last: pd.Timestamp) -> Quantity:
    """The sum of a company's figures of all periods from one day to another, by the calendar.

    It is missing where one of them is, for the reason of the first that is.

    first, last  days in the first and in the last period; of trailing months the days at which they end

    >>> capex = measure.measure("capex", panel.select(facts.open(["META"], "2024-08-01")))
    >>> half = summed(capex, "META", pd.Timestamp("2024-01-01"), pd.Timestamp("2024-06-30"))
    >>> half.value, half.reason  # 14.573bn of purchases of property and equipment in the six months of the 10-Q
    (14573000000.0, '2024Q1 to 2024Q2.')
    """
    by_year = measures.panel.span == "year"
    ends = [day.year if by_year else day.year * 4 + day.quarter - 1 for day in (first, last)]
    table = measures.table[measures.table["company"] == company]
    rows = table[table["ordinal"].between(*ends)]
    if len(rows) != ends[1] - ends[0] + 1:
        return missing(measures.name, words.say("study.not_shown", name=words.lower(words.name(measures.name))))
    each = [_quantity(measures, row) for _, row in rows.iterrows()]
    if len(each) == 1 or rows["value"].isna().any():
        return next((one for one in each if one.missing), each[0])
    shown = {"first": rows["period"].iloc[0], "last": rows["period"].iloc[-1]}
    return total(each, measures.name, words.say("study.periods", **shown))


def entry(row: pd.Series, column: str, unit: str, day: str = "period_end") -> Quantity:
    """What a row of a table says in one of its columns, with the row's evidence.

    unit  the unit of the column, which a table gives in another column or says in its description
    day   the column with the day that it is of

    >>> rows = facts.open(["BIDU"]).register("operating")
    >>> entry(rows[rows["unit"] == "cities"].iloc[-1], "value", "cities").value  # of Apollo Go
    22.0
    """
    return Quantity(
        column, float(row[column]), unit, kind=row["kind"], source=row["source"], reason=row["note"],
        published=row["published"], since=row[day], day=row[day],
    )  # fmt: skip


def not_public(name: str) -> str:
    """Why a figure that no table has is missing.

    >>> not_public("revenue")
    'the data has no figure for revenue'
    """
    return words.say("reason.missing", concept=words.lower(words.name(name)), earlier="").rstrip()


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


def _quantity(measures: Measures, row: Cell | pd.Series) -> Quantity:
    known = not np.isnan(row.value)
    measured = words.say("study.measured", name=words.name(measures.name), period=row.period)
    return Quantity(
        measures.name,
        float(row.value),
        measures.unit,
        kind=row.kind or ASSUMED,
        source=row.source,
        reason=measured if known else _why(row),
        published=row.published,
        since=row.period_end,
        day=row.period_end,
    )


def _why(row: Cell | pd.Series) -> str:
    return words.say("study.lacking", reason=row.reason, period=row.period)
