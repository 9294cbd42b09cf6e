"""The sentence over an exhibit: what its figures say, computed, so that it is right for the next company."""

import pandas as pd

from capcycle import words
from capcycle.exhibits.parts import names
from capcycle.measure import Measures
from capcycle.words import Sentence

FLAT = 0.005  # a fraction that moves less than half a point is said to be unchanged


def finding(measures: Measures, focus: str | None = None) -> Sentence:
    """Who is highest and lowest in the newest common period, or where `focus` stands among the others."""
    held = measures.table.dropna(subset="value")
    if held.empty:
        return Sentence(words.say("finding.none", metric=words.name(measures.name)))
    if focus in set(held["company"]):
        return _of_one(measures, focus)
    if held["company"].nunique() == 1:
        return _of_one(measures, held["company"].iloc[0])
    now = measures.at().dropna(subset="value")
    top, bottom = now.iloc[0], now.iloc[-1]
    return _say(
        measures,
        "many",
        top=names()[top["company"]],
        top_value=_shown(top),
        bottom=names()[bottom["company"]],
        bottom_value=_shown(bottom),
        period=words.period(top["period"]),
    )


def total(measures: Measures) -> Sentence:
    """What all companies come to in the newest period that all of them have, and its growth on a year earlier."""
    sums = totals(measures)
    metric = words.lower(words.name(measures.name))
    if sums.empty:
        return Sentence(words.say("finding.no_sum", metric=metric))
    now = sums.iloc[-1]
    year_ago = sums[sums["ordinal"] == now["ordinal"] - measures.panel.steps_per_year]["value"]
    growth = words.change(now["value"] / year_ago.iloc[0] - 1) if len(year_ago) else words.DASH
    companies = measures.panel.companies
    return Sentence(
        words.say(
            "finding.total" if len(companies) > 1 else "finding.total_of_one",
            count=len(companies),
            name=names()[companies[0]],
            metric=metric,
            value=words.value(now["value"], measures.unit),
            period=words.period(now["period"]),
            growth=growth,
        )
    )


def across(*measured: Measures, focus: str | None = None) -> Sentence:
    """Who is highest on the most of several measures, or how often `focus` is highest and lowest."""
    ranked = [measures.at().dropna(subset="value") for measures in measured]
    tops = [now["company"].iloc[0] for now in ranked if len(now) > 1]
    bottoms = [now["company"].iloc[-1] for now in ranked if len(now) > 1]
    if not tops:
        return finding(measured[0], focus)
    leader = focus or max(dict.fromkeys(tops), key=tops.count)
    return Sentence(
        words.say(
            "finding.across",
            name=names()[leader],
            tops=tops.count(leader),
            bottoms=bottoms.count(leader),
            count=len(tops),
        )
    )


def pair(data: pd.DataFrame, across: str, up: str) -> Sentence:
    """The company furthest along each of two measures; `data` has name, value, value_up, and both in words, x and y."""
    right, top = data.loc[data["value"].idxmax()], data.loc[data["value_up"].idxmax()]
    same = right["name"] == top["name"]
    return Sentence(
        words.say(
            "finding.pair_same" if same else "finding.pair",
            across=words.lower(words.name(across)), up=words.lower(words.name(up)),
            right=right["name"], right_x=right["x"], right_y=right["y"],
            top=top["name"], top_x=top["x"], top_y=top["y"],
        )
    )  # fmt: skip


def totals(measures: Measures) -> pd.DataFrame:
    """The sum over companies for each period that every company has."""
    each = measures.table.groupby(["ordinal", "period"], as_index=False)["value"]
    return each.agg(lambda values: values.sum(skipna=False)).dropna()


def _of_one(measures: Measures, company: str) -> Sentence:
    own = measures.table[measures.table["company"] == company].dropna(subset="value")
    now = own.iloc[-1]
    year_ago = own[own["ordinal"] == now["ordinal"] - measures.panel.steps_per_year]
    return _say(
        measures,
        "one" if len(year_ago) else "one_only",
        name=names()[company],
        value=_shown(now),
        period=words.period(now["period"]),
        before=_shown(year_ago.iloc[0]) if len(year_ago) else "",
        moved=_moved(now, year_ago.iloc[0]) if len(year_ago) else "",
        rank=_rank(measures.at(now["period"]).dropna(subset="value"), company),
    )


def _say(measures: Measures, sentence: str, **values: str) -> Sentence:
    """The sentence that the metric has of its own, or the general one."""
    metric, *concepts = measures.name.split(".")
    of = {f"of{place}": words.lower(words.name(concept)) for place, concept in enumerate(concepts)}
    key = words.said(f"finding.{metric}.{sentence}", f"finding.{sentence}")
    return Sentence(words.say(key, metric=words.name(measures.name), **of, **values))


def _moved(now: pd.Series, year_ago: pd.Series) -> str:
    difference = now["value"] - year_ago["value"]
    if abs(difference) < FLAT or _shown(now) == _shown(year_ago):
        return words.say("finding.flat")
    return words.say("finding.up" if difference > 0 else "finding.down")


def _rank(peers: pd.DataFrame, company: str) -> str:
    place, count = list(peers["company"]).index(company) + 1, len(peers)
    if count == 1:
        return ""
    if place in (1, count):
        return words.say("finding.first" if place == 1 else "finding.last", count=count)
    return words.say("finding.place", place=place, count=count)


def _shown(row: pd.Series) -> str:
    growth = row["metric"].startswith("growth_")
    return words.change(row["value"]) if growth else words.value(row["value"], row["unit"])
