"""The capital cycle in a panel: whether a lag can be tested, margins after heavy spending, spending against GDP."""

from dataclasses import replace
from typing import Any

import pandas as pd

from capcycle import facts, study, words
from capcycle.analyses.cycle.model import BASIS_POINTS, build_out, power
from capcycle.analyses.required_revenue import against_disclosed, group, spending
from capcycle.errors import ModelError
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.measures import Measures
from capcycle.metrics import capex_run_rate
from capcycle.models.bounds import within
from capcycle.panel import Panel, select
from capcycle.quantity import Quantity, total
from capcycle.study import Case

LAGS = (1, 24)
LINKS = (0.0, 0.3, 0.5, 0.7, 0.9)  # true correlations; none, and what Cohen (1988) calls medium, large and more
NOW = ("AI", "US IT and software")  # the episodes that are no earlier build-out of one kind
SHARES = (0.001, 0.5)
SINCE = 2023
BASIS: dict[str, Any] = {"gdp": "us_gdp", "years_ahead": 0.0, "life": "it_life_epoch"}


def chances(follower: Measures, lag: int, *leaders: Measures) -> dict[str, dict[float, float]]:
    """How often a test of the quarters at hand would find each of `LINKS` between a leader and its follower.

    By leader, then by link; the companies are pooled. See `model.power`.
    Errors: ModelError for a lag that cannot be.
    """
    if not LAGS[0] <= lag <= LAGS[1]:
        raise ModelError(f"lag is {lag}: give a whole number of quarters from {LAGS[0]} to {LAGS[1]}")
    found = {}
    for leader in leaders:
        first, then = (each.table.pivot(index="company", columns="ordinal", values="value").astype(float)
                       for each in (leader, follower))  # fmt: skip
        panels = [each.to_numpy() for each in first.align(then)]
        found[leader.name] = {link: power(*panels, lag, link) for link in LINKS}
    return found


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
    return table.assign(
        kind=[facts.weakest(["derived", *row]) for row in table[["kind", "kind_now", "kind_then"]].values],
        source=[facts.documents(row) for row in table[["source", "source_now", "source_then"]].values],
    )[["company", "period", "x", "value", "kind", "source"]]


study.starts_bound(build_out, **BASIS)


def against_gdp(book: Book, past_share: float, since: int = SINCE) -> Case:
    """The companies' capex of twelve months against US GDP, over the life of servers, beside a past build-out.

    Errors: ModelError where no company has capex, and for a share that cannot be.
    """
    return study.case(build_out, book, investment=spent(book, since), past_share=past(book, past_share), **BASIS)


def spent(book: Book, since: int = SINCE) -> Quantity:
    """The capex of twelve months of all companies that have it, from the part for AI to the newest quarter's pace.

    Errors: ModelError where none has.
    """
    whole = group(spending(against_disclosed(book, since)))
    capex = whole.inputs["capex"]
    for_ai, pace = capex * whole.inputs["ai_share_of_capex"], _pace(select(book, "quarter", since=since))
    high = max(capex.value, 0.0 if pace.missing else pace.value)
    reason = words.say("cycle.spent" if high > capex.value else "cycle.spent_most", reason=capex.reason.rstrip(".。"))
    source = facts.documents([for_ai.source, pace.source])
    return replace(capex, name="investment", low=for_ai.value, high=high, source=source, reason=reason)


def _pace(quarters: Panel) -> Quantity:
    """Four times the newest quarter's capex, added up over those that have any; missing where one of them lacks it."""
    capex, pace = measure("capex", quarters).table, measure(capex_run_rate, quarters)
    companies = capex.dropna(subset="value")["company"].unique()
    return total((study.figure(pace, company) for company in companies), "capex")


def past(book: Book, share: float) -> Quantity:
    """A past build-out's share of GDP, within the range of what authors give for earlier ones.

    Errors: ModelError for a share that cannot be.

    >>> past(facts.open(), 0.06).low, past(facts.open(), 0.06).high  # telecoms about 2000 and the New Deal, by Tunguz
    (0.012, 0.077)
    """
    within("past_share", share, *SHARES, advice="it is a share of GDP, such as 0.06")
    rows = earlier(book)
    ends = [share, *map(float, rows["share"]), *map(float, rows["share_high"].dropna())]
    source = facts.documents(rows["source"])
    return Quantity("past_share", share, "fraction", min(ends), max(ends), source=source,
                    reason=words.say("cycle.past_share"))  # fmt: skip


def most_used_up(book: Book) -> pd.Series | None:
    """The earlier build-out that used up the most of GDP a year, in basis points; none where no life is known.

    >>> most = most_used_up(facts.open())
    >>> most["author"], round(float(most["used_up"]), 1)  # 5.2 % over 15 years
    ('Mario Jude', 34.7)
    """
    rows = earlier(book).dropna(subset="life_low")
    if rows.empty:
        return None
    rows = rows.assign(used_up=rows["share_high"].fillna(rows["share"]) / rows["life_low"] * BASIS_POINTS)
    return rows.loc[rows["used_up"].idxmax()]


def earlier(book: Book) -> pd.DataFrame:
    """The earlier build-outs of one kind that authors had given by the day."""
    table = book.register("episodes")
    return table[~table["episode"].isin(NOW)]
