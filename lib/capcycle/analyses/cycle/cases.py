"""The capital cycle in a panel: how far revenue follows capex, margins after heavy spending, spending against GDP."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from capcycle import facts, words
from capcycle.analyses.cycle.model import BASIS_POINTS, Correlation, build_out, correlation, cross_correlation
from capcycle.analyses.required_revenue import cases as required
from capcycle.errors import ModelError
from capcycle.facts import registers
from capcycle.measure import Measures, measure
from capcycle.metrics import capex_run_rate
from capcycle.panel import Panel
from capcycle.study.case import ASSUMED, Case, Input, case, figure

GROWTH = "growth_year_on_year"
LAGS = (1, 24)
NOW = ("AI", "US IT and software")  # the episodes that are no earlier build-out of one kind
SHARES = (0.001, 0.5)


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
    return table.assign(
        kind=[facts.weakest(["derived", *row]) for row in table[["kind", "kind_now", "kind_then"]].values],
        source=[facts.documents(row) for row in table[["source", "source_now", "source_then"]].values],
    )[["company", "period", "x", "value", "kind", "source"]]


def together(table: pd.DataFrame) -> Correlation:
    """The correlation over all companies and years of `later`."""
    return correlation(table["x"], table["value"])


def most_pairs(found: Mapping[str, list[Correlation]]) -> str:
    """The company with the most quarters of both figures."""
    return max(found, key=lambda company: found[company][0].pairs)


def against_gdp(year: Panel, quarters: Panel, past_share: float) -> Case:
    """The companies' capex of twelve months against US GDP, over the life of servers, beside a past build-out.

    Errors: ModelError where no company has capex, and for a share that cannot be.
    """
    return case(build_out, "", year.currency, investment=spent(year, quarters), gdp="us_gdp", years_ahead=0,
                life="it_life_epoch", past_share=past(past_share))  # fmt: skip


def spent(year: Panel, quarters: Panel) -> Input:
    """The capex of twelve months of all companies that have it, from the part for AI to the newest quarter's pace.

    Errors: ModelError where none has.
    """
    cases = required.spending(required.against_disclosed(year))
    whole = required.together(cases).inputs
    total, pace = whole["capex"], _pace(quarters, list(cases))
    for_ai = total.central * whole["ai_share_of_capex"].central
    high = max(total.central, 0.0 if pace.missing else pace.central)
    source = facts.documents([total.source, whole["ai_share_of_capex"].source, pace.source])
    reason = words.say("cycle.spent" if high > total.central else "cycle.spent_most", reason=total.reason.rstrip("."))
    return replace(total, name="investment", low=for_ai, high=high, source=source, reason=reason)


def _pace(quarters: Panel, companies: list[str]) -> Input:
    """Four times the newest quarter's capex, added up; missing where one company's is."""
    measured = measure(capex_run_rate, quarters)
    each = [figure(measured, company) for company in companies]
    return Input(
        "capex", sum(one.central for one in each), quarters.currency, source=" ".join(one.source for one in each)
    )


def past(share: float) -> Input:
    """A past build-out's share of GDP, within the range of what authors give for earlier ones, whatever the date.

    Errors: ModelError for a share that cannot be.

    >>> past(0.06).low, past(0.06).high  # telecoms about 2000 and the New Deal, as Tunguz has them
    (0.012, 0.077)
    """
    if not SHARES[0] <= share <= SHARES[1]:
        raise ModelError(f"past_share is {share:g}: give a share of GDP from {SHARES[0]} to {SHARES[1]}, such as 0.06")
    rows = _earlier()
    ends = [share, *rows["share"], *rows["share_high"].dropna()]
    source = facts.documents(rows["source"])
    return Input("past_share", share, "fraction", min(ends), max(ends), ASSUMED, source, words.say("cycle.past_share"))


def most_used_up(as_of: str = "") -> pd.Series | None:
    """The earlier build-out that used up the most of GDP a year, in basis points; none where no life is known.

    >>> found = most_used_up()
    >>> found["author"], round(float(found["used_up"]), 1)  # 5.2 % over 15 years
    ('Mario Jude', 34.7)
    """
    rows = _earlier(as_of).dropna(subset="life_low")
    if rows.empty:
        return None
    rows = rows.assign(used_up=rows["share_high"].fillna(rows["share"]) / rows["life_low"] * BASIS_POINTS)
    return rows.loc[rows["used_up"].idxmax()]


def _earlier(as_of: str = "") -> pd.DataFrame:
    table = registers.read("episodes", as_of or None)
    return table[~table["episode"].isin(NOW)]
