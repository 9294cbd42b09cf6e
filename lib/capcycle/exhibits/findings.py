"""The sentence over an exhibit: what its figures say, computed, so that it is right for the next company."""

import pandas as pd

from capcycle import words
from capcycle.errors import MetricError
from capcycle.exhibits.parts import RATIOS, company_names, said_period
from capcycle.measures import Measures
from capcycle.panel import Panel
from capcycle.words import Sentence

FEWEST = 3  # companies of a rank
FLAT = 0.005  # a fraction that moves less than half a point is said to be unchanged


def finding(measures: Measures, focus: str | None = None, period: str = "") -> Sentence:
    """Who is highest and lowest, or where `focus` stands among the others.

    period  by default its own newest for `focus`, and the newest common one for all
    Errors: MetricError for a period that is not shown.

    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> finding(capex, "META")
    "Meta's capex was $37.3bn in 2024, up from $27.0bn"
    """
    said, rank = placed(measures, focus, period)
    return Sentence(words.say("finding.ranked", said=said, rank=rank[1:].strip())) if rank else said


def placed(measures: Measures, focus: str | None = None, period: str = "") -> tuple[Sentence, str]:
    """The same sentence and the rank apart from it, which an exhibit has under its title.

    Errors: MetricError for a period that is not shown.

    >>> from capcycle import facts, measure, panel
    >>> three = facts.open(["META", "MSFT", "AMZN"], "2025-02-01")
    >>> placed(measure.measure("capex", panel.select(three, "year", until=2023)), "META")
    ("Meta's capex was $27.0bn in 2023, down from $31.2bn", '; the lowest of 3')
    """
    if not period and focus in set(measures.known["company"]):
        return _of_one(measures, focus)
    now = measures.at(period or None).dropna(subset="value")
    if now.empty:
        return Sentence(words.say("finding.none", metric=words.name(measures.name))), ""
    if focus in measures.panel.companies and focus not in set(now["company"]):
        return _of_none(measures, focus, now["period"].iloc[0]), ""
    one = focus if focus in set(now["company"]) else now["company"].iloc[0]
    if one == focus or len(now) == 1:
        return _of_one(measures, one, now["period"].iloc[0])
    return _of_many(measures, now), ""


def total(measures: Measures, whole: Measures | None = None) -> Sentence:
    """What all companies come to in the newest period that all of them have, and its growth on a year earlier.

    whole  the same of twelve months: said where all of them have those of a later quarter than a quarter alone
    Errors: MetricError for what cannot be added up, such as fractions.

    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> total(capex)
    "The 2 companies' capex was $92.8bn in 2024, +49.1% on a year earlier"
    """
    sums = totals(measures)
    later = totals(whole) if whole else sums
    if len(later) and (sums.empty or later["ordinal"].iloc[-1] > sums["ordinal"].iloc[-1]):
        measures, sums = whole, later
    metric = words.lower(words.name(measures.name))
    if sums.empty:
        return Sentence(words.say("finding.no_sum", metric=metric))
    now, companies = sums.iloc[-1], measures.panel.companies
    sum = {"value": words.value(now["value"], measures.unit), "period": words.period(now["period"])}
    growth, name = _growth(sums, measures.panel), company_names()[companies[0]]
    return Sentence(words.counted("finding.total", len(companies), name=name, metric=metric, growth=growth, **sum))


def totals(measures: Measures) -> pd.DataFrame:
    """The sum over companies for each period that every company has.

    Errors: MetricError for what cannot be added up: fractions, multiples, averages such as earnings per share.

    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> totals(capex)["period"].tolist()[-2:]
    ['2023', '2024']
    """
    if measures.unit in RATIOS or measures.unit == "shares" or "/" in measures.unit:
        raise MetricError(f"{measures.name} cannot be added up over companies; use lines or bars")
    each = measures.cells.groupby(["ordinal", "period"], as_index=False)["value"]
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
    ends = [now.loc[now["value"] == end["value"], "company"] for end in (top, bottom)]
    tops, bottoms = ([company_names()[company] for company in companies] for companies in ends)
    sentence = "level" if top["value"] == bottom["value"] else "many"
    plain = len(tops) + len(bottoms) > 2 or (top if _grows(measures.name) else bottom)["value"] < 0
    names = {"top": words.listing(tops), "bottom": words.listing(bottoms), "period": said_period(now),
             "when": now["period"].iloc[0].removeprefix("TTM ")}  # fmt: skip
    return _say(measures, sentence, plain, top_value=_shown(top), bottom_value=_shown(bottom), **names)


def _of_none(measures: Measures, company: str, period: str) -> Sentence:
    """That a page's own company has no value: the others, whom the chart shows, are not its subject."""
    said = {"name": company_names()[company], "metric": words.lower(words.name(measures.name))}
    return Sentence(words.say("finding.lacking", period=words.period(period), **said))


def _of_one(measures: Measures, company: str, period: str | None = None) -> tuple[Sentence, str]:
    own = measures.known_of(company)
    now = own[own["period"] == period].iloc[0] if period else own.iloc[-1]
    earlier = now["ordinal"] - measures.panel.steps_per_year
    year_ago = own[own["ordinal"] == earlier]
    if len(year_ago) and not measures.panel.follows(company, now["ordinal"], earlier):
        year_ago = year_ago.iloc[:0]
    peers = _peers(measures, company, now["period"])
    plain = not _grows(measures.name) and min([now["value"], *year_ago["value"]]) < 0
    rank, own_period = _rank(peers, company), said_period(measures.at(now["period"]))
    if rank and peers["period"].iloc[0] != now["period"]:
        rank += words.say("finding.ranked_in", period=said_period(peers))
    said = {"name": company_names()[company], "value": _shown(now), "period": own_period}
    if len(year_ago):
        said["moved"] = _moved(now, year_ago.iloc[0])
    return _say(measures, "one" if len(year_ago) else "one_only", plain, **said), rank


def _peers(measures: Measures, company: str, period: str) -> pd.DataFrame:
    """The values that a company is ranked among: of the common period where it has one, else of its own."""
    common = measures.at().dropna(subset="value")
    return common if company in set(common["company"]) else measures.at(period).dropna(subset="value")


def _say(measures: Measures, sentence: str, plain: bool, **values: str) -> Sentence:
    """The sentence that the metric has of its own, or the general one; `plain` asks for the general one.

    A metric's own words fit gains and single companies: nobody keeps −60% of a revenue.
    """
    metric, *concepts = measures.name.split(".")
    of = {f"of{place}": words.lower(words.name(concept)) for place, concept in enumerate(concepts)}
    general = f"finding.{sentence}"
    key = general if plain else words.said(f"finding.{metric}.{sentence}", general)
    name = words.name(measures.name)
    return Sentence(words.say(key, subject=name, metric=words.lower(name), **of, **values))


def _grows(metric: str) -> bool:
    return metric.startswith("growth_")


def _moved(now: pd.Series, year_ago: pd.Series) -> str:
    difference, before = now["value"] - year_ago["value"], _shown(year_ago)
    flat = "same" if _shown(now) == before else "flat" if abs(difference) < FLAT or _grows(now["metric"]) else ""
    return words.say(f"finding.{flat or ('up' if difference > 0 else 'down')}", before=before)


def _rank(peers: pd.DataFrame, company: str) -> str:
    values = peers.set_index("company")["value"]
    own, count = values[company], len(values)
    if count < FEWEST:
        return ""
    place, level = int((values > own).sum()) + 1, values.index[values == own].drop(company)
    if len(level):
        others = words.listing([company_names()[each] for each in level])
        return words.say("finding.shared", place=place, count=count, others=others)
    if place in (1, count):
        return words.say("finding.first" if place == 1 else "finding.last", count=count)
    return words.say("finding.place", place=place, count=count)


def _shown(row: pd.Series) -> str:
    return words.change(row["value"]) if _grows(row["metric"]) else words.value(row["value"], row["unit"])
