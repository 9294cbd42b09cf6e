"""Companies beside each other in one table."""

import pandas as pd

from capcycle import words
from capcycle.exhibits import parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.findings import placed
from capcycle.measure import Measures
from capcycle.words import Sentence


def compare(*measured: Measures, focus: str | None = None) -> Exhibit:
    """Companies down, measures across, each at the newest period that its companies have in common.

    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> compare(capex, measure.measure("revenue", capex.panel)).view.values.tolist()
    [['Meta', '$37.3bn', '$165bn'], ['Microsoft', '$55.6bn', '$262bn']]
    """
    now = {measures.name: measures.at() for measures in measured}
    lacking = (text for name, rows in now.items() for text in parts.missing(rows, words.lower(words.name(name))))
    company = words.say("column.company")
    period = {rows["period"].iloc[0] for rows in now.values()}
    columns = {
        _heading(name, rows, len(period) > 1): pd.Series(parts.cells(rows), index=rows["company"])
        for name, rows in now.items()
    }
    view = pd.DataFrame(columns).reindex(measured[0].panel.companies).rename(index=parts.company_names())
    return Exhibit(
        id=parts.slug("compare", *(measures.name for measures in measured[:2])),
        title=_across(*measured, focus=focus),
        subtitle=_subtitle(*now.values()),
        alt="",
        view=view.fillna(words.DASH).rename_axis(company).reset_index(),
        figures=parts.figures(*now.values()),
        notes=(*parts.notes(*measured, at=()), *lacking),
        sources=parts.documents(*now.values()),
    )


def _across(*measured: Measures, focus: str | None = None) -> Sentence:
    """Who is highest on the most of several measures, or how often `focus` is highest and lowest.

    Only measures count that the company has a value of, and another one with it; a single one has its own finding.
    """
    ranked = [(each, each.at().dropna(subset="value").set_index("company")["value"]) for each in measured]
    ranked = [(each, values) for each, values in ranked if len(values) > 1]
    if not ranked:
        return placed(measured[0], focus)[0]
    tops = [company for _, values in ranked for company in values.index[values == values.max()]]
    leader = focus if any(focus in values for _, values in ranked) else max(tops, key=tops.count)
    own = [(each, values) for each, values in ranked if leader in values]
    if len(own) == 1:
        return placed(own[0][0], focus)[0]
    lows, name = sum(values[leader] == values.min() for _, values in own), parts.company_names()[leader]
    key = "finding.across" if lows else "finding.across_top"
    return Sentence(words.say(key, count=len(own), name=name, tops=tops.count(leader), bottoms=lows))


def _subtitle(*now: pd.DataFrame) -> str:
    together = pd.concat(now)
    if together["period"].nunique() == 1:
        return words.say("compare.subtitle", period=parts.said_period(together))
    return words.say("compare.subtitle_each")


def _heading(name: str, rows: pd.DataFrame, with_period: bool) -> str:
    metric = words.name(name)
    return words.say("compare.heading", metric=metric, period=rows["period"].iloc[0]) if with_period else metric
