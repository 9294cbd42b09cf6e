"""The sentence over an exhibit: what its figures say, computed, so that it is right for the next company."""

import pandas as pd

from capcycle import words
from capcycle.errors import MetricError
from capcycle.exhibits.parts import RATIOS, company_names, said_period
from capcycle.measure import Measures
from capcycle.panel import Panel
from capcycle.words import Sentence

FLAT = 0.005  # a fraction that moves less than half a point is said to be unchanged


def finding(measures: Measures, focus: str | None = None) -> Sentence:
    """Who is highest and lowest in the newest common period, or where `focus` stands among the others.

    Errors: none.

    >>> from capcycle import facts, measure, panel
    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> finding(capex, "META")
    "Meta's capex came to $37.3bn in 2024, up from $27.0bn a year earlier; the lowest of 2"
    """
    if focus in set(measures.table.dropna(subset="value")["company"]):
        return _of_one(measures, focus)
    return finding_at(measures, measures.common_period())


def finding_at(measures: Measures, period: str, focus: str | None = None) -> Sentence:
    """Who is highest and lowest in one period, or where `focus` stands then.

    Errors: MetricError for a period that is not shown.

    >>> from capcycle import facts, measure, panel
    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> finding_at(capex, "2023")
    'Microsoft had the highest capex, $35.2bn, and Meta the lowest, $27.0bn, in 2023'
    """
    now = measures.at(period).dropna(subset="value")
    if now.empty:
        return Sentence(words.say("finding.none", metric=words.name(measures.name)))
    if focus in set(now["company"]):
        return _of_one(measures, focus, period)
    return _of_one(measures, now["company"].iloc[0], period) if len(now) == 1 else _of_many(measures, now)


def total(measures: Measures) -> Sentence:
    """What all companies come to in the newest period that all of them have, and its growth on a year earlier.

    Errors: MetricError for what cannot be added up, such as fractions.

    >>> from capcycle import facts, measure, panel
    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> total(capex)
    "The 2 companies' capex came to $92.8bn in 2024, +49.1% on a year earlier"
    """
    sums = totals(measures)
    metric = words.lower(words.name(measures.name))
    if sums.empty:
        return Sentence(words.say("finding.no_sum", metric=metric))
    now, companies = sums.iloc[-1], measures.panel.companies
    return Sentence(
        words.counted(
            "finding.total",
            len(companies),
            name=company_names()[companies[0]],
            metric=metric,
            value=words.value(now["value"], measures.unit),
            period=words.period(now["period"]),
            growth=_growth(sums, measures.panel),
        )
    )


def across(*measured: Measures, focus: str | None = None) -> Sentence:
    """Who is highest on the most of several measures, or how often `focus` is highest and lowest.

    Only measures count that the company has a value of, and another one with it; a single one has its own finding.

    Errors: none.

    >>> from capcycle import facts, measure, panel
    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> across(capex, measure.measure("revenue", capex.panel))
    'Microsoft ranks highest on 2 of 2 measures'
    """
    ranked = [(each, each.at().dropna(subset="value").set_index("company")["value"]) for each in measured]
    ranked = [(each, values) for each, values in ranked if len(values) > 1]
    if not ranked:
        return finding(measured[0], focus)
    tops = [company for _, values in ranked for company in values.index[values == values.max()]]
    leader = focus if any(focus in values for _, values in ranked) else max(tops, key=tops.count)
    own = [(each, values) for each, values in ranked if leader in values]
    if len(own) == 1:
        return finding(own[0][0], focus)
    lows = sum(values[leader] == values.min() for _, values in own)
    key = "finding.across" if lows else "finding.across_top"
    return Sentence(words.say(key, count=len(own), name=company_names()[leader], tops=tops.count(leader), bottoms=lows))


def pair(data: pd.DataFrame, across: str, up: str) -> Sentence:
    """The company furthest along each of two measures; `data` has name, value, value_up, and both in words, x and y.

    Errors: ValueError for no company.

    >>> points = pd.DataFrame({"name": ["Meta", "Microsoft"], "value": [0.2, 0.1], "value_up": [0.3, 0.4]})
    >>> pair(points.assign(x=["20%", "10%"], y=["30%", "40%"]), "capex_to_revenue", "operating_margin")
    'Meta leads on capex to revenue, 20%, with 30% operating margin; Microsoft leads on operating margin, 40%, with 10%'
    """
    right, top = data.loc[data["value"].idxmax()], data.loc[data["value_up"].idxmax()]
    sentence = "pair_one" if len(data) == 1 else "pair_same" if right["name"] == top["name"] else "pair"
    return Sentence(
        words.say(
            f"finding.{sentence}",
            across=words.lower(words.name(across)), up=words.lower(words.name(up)),
            right=right["name"], right_x=right["x"], right_y=right["y"],
            top=top["name"], top_x=top["x"], top_y=top["y"],
        )
    )  # fmt: skip


def totals(measures: Measures) -> pd.DataFrame:
    """The sum over companies for each period that every company has.

    Errors: MetricError for what cannot be added up: fractions, multiples, averages such as earnings per share.

    >>> from capcycle import facts, measure, panel
    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> totals(capex)["period"].tolist()[-2:]
    ['2023', '2024']
    """
    if measures.unit in RATIOS or measures.unit == "shares" or "/" in measures.unit:
        raise MetricError(f"{measures.name} cannot be added up over companies; use lines or bars")
    each = measures.table.groupby(["ordinal", "period"], as_index=False)["value"]
    return each.agg(lambda values: values.sum(skipna=False)).dropna()


def _growth(sums: pd.DataFrame, panel: Panel) -> str:
    """How much the newest sum grew in a year; nothing where the earlier one is missing or not positive."""
    value = sums.set_index("ordinal")["value"]
    now, earlier = value.index[-1], value.index[-1] - panel.steps_per_year
    before = value.get(earlier, 0.0)
    if not before > 0 or not all(panel.follows(company, now, earlier) for company in panel.companies):
        return ""
    return words.say("finding.growth", growth=words.change(value.iloc[-1] / before - 1))


def _of_many(measures: Measures, now: pd.DataFrame) -> Sentence:
    """Ties are named together, in the general words: those that a metric has of its own speak of one company."""
    top, bottom = now.iloc[0], now.iloc[-1]
    tops, bottoms = (list(company_names()[now.loc[now["value"] == end["value"], "company"]]) for end in (top, bottom))
    level, tied = top["value"] == bottom["value"], len(tops) + len(bottoms) > 2
    return _say(
        measures,
        "level" if level else "many",
        tied or (top if _grows(measures) else bottom)["value"] < 0,
        top=words.listing(tops),
        top_value=_shown(top),
        bottom=words.listing(bottoms),
        bottom_value=_shown(bottom),
        period=said_period(now),
    )


def _of_one(measures: Measures, company: str, period: str | None = None) -> Sentence:
    own = measures.table[measures.table["company"] == company].dropna(subset="value")
    now = own[own["period"] == period].iloc[0] if period else own.iloc[-1]
    earlier = now["ordinal"] - measures.panel.steps_per_year
    year_ago = own[own["ordinal"] == earlier]
    if len(year_ago) and not measures.panel.follows(company, now["ordinal"], earlier):
        year_ago = year_ago.iloc[:0]
    peers = measures.at(now["period"]).dropna(subset="value")
    return _say(
        measures,
        "one" if len(year_ago) else "one_only",
        not _grows(measures) and min([now["value"], *year_ago["value"]]) < 0,
        name=company_names()[company],
        value=_shown(now),
        period=said_period(peers),
        before=_shown(year_ago.iloc[0]) if len(year_ago) else "",
        moved=_moved(now, year_ago.iloc[0]) if len(year_ago) else "",
        rank=_rank(peers, company),
    )


def _say(measures: Measures, sentence: str, plain: bool, **values: str) -> Sentence:
    """The sentence that the metric has of its own, or the general one; `plain` asks for the general one.

    A metric's own words fit gains and single companies: nobody keeps −60% of a revenue.
    """
    metric, *concepts = measures.name.split(".")
    of = {f"of{place}": words.lower(words.name(concept)) for place, concept in enumerate(concepts)}
    general = f"finding.{sentence}"
    key = general if plain else words.said(f"finding.{metric}.{sentence}", general)
    return Sentence(words.say(key, metric=words.lower(words.name(measures.name)), **of, **values))


def _grows(measures: Measures) -> bool:
    return measures.name.startswith("growth_")


def _moved(now: pd.Series, year_ago: pd.Series) -> str:
    difference = now["value"] - year_ago["value"]
    if abs(difference) < FLAT or _shown(now) == _shown(year_ago):
        return words.say("finding.flat")
    return words.say("finding.up" if difference > 0 else "finding.down")


def _rank(peers: pd.DataFrame, company: str) -> str:
    values = peers.set_index("company")["value"]
    own, count = values[company], len(values)
    if count == 1:
        return ""
    place, level = int((values > own).sum()) + 1, values.index[values == own].drop(company)
    if len(level):
        return words.say("finding.shared", place=place, count=count, others=words.listing(list(company_names()[level])))
    if place in (1, count):
        return words.say("finding.first" if place == 1 else "finding.last", count=count)
    return words.say("finding.place", place=place, count=count)


def _shown(row: pd.Series) -> str:
    growth = row["metric"].startswith("growth_")
    return words.change(row["value"]) if growth else words.value(row["value"], row["unit"])
