"""The capital cycle drawn: whether a lag can be tested, margins after heavy spending, build-outs against GDP."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from capcycle import study, words
from capcycle.analyses.cycle import cases as cycle
from capcycle.analyses.cycle.model import SEED, SERIES, Correlation, correlation
from capcycle.exhibits import Exhibit, break_even, marks, parts
from capcycle.exhibits.marks import Frame
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.measures import Measures
from capcycle.study import Case
from capcycle.words import Sentence, say

POINTS = 100  # in one
LARGE, ENOUGH = 0.5, 0.8  # a large correlation, and how often a test should find it: Cohen (1988)


def verdict(chances: Mapping[str, Mapping[float, float]], build: Case) -> Sentence:
    """Whether a lag of cloud revenue can be tested, and what the build-out is of GDP, in one sentence."""
    answer = say("cycle.testable" if _best(chances) >= ENOUGH else "cycle.untestable")
    return words.paragraph(parts.upper(_of_gdp(build)), answer, *study.hindsight(build))


def _of_gdp(build: Case) -> str:
    """What the spending is of GDP, and how that stands to the most that an earlier build-out used up a year."""
    most, used_up = cycle.most_used_up(build.book), float(build.outputs.life_adjusted_share)
    share = study.tell(build, "cycle.of_gdp")
    if most is None:
        return share
    side = "more" if used_up > most["used_up"] else "less"
    return share + say(f"cycle.than_{side}", most=words.value(most["used_up"], "bp"), past=_past(most))


def _past(row: pd.Series) -> str:
    return say("cycle.past_episode", episode=row["episode"], year=row["year"], author=row["author"])


def as_an_earlier_one(build: Case) -> Exhibit:
    """What would bring the build-out down to the most that an earlier one used up of GDP a year."""
    most = cycle.most_used_up(build.book)
    if most is None:
        return _unknown("must-be-true-build-out")
    shown = break_even(build, float(most["used_up"]))
    return replace(shown, notes=(say("cycle.must", past=_past(most)), *shown.notes))


def newest(follower: Measures) -> Sentence:
    """The newest growth of each company where it is of a later quarter than most have, with its two figures."""
    most = follower.at()["ordinal"].iloc[0]
    rows = follower.table[follower.table["ordinal"] > most].dropna(subset="value")
    concept = follower.name.split(".")[-1]
    names = follower.panel.book.names
    amounts = measure(concept, follower.panel).table.set_index(["company", "ordinal"])
    texts = [_later(row, amounts.loc[(row.company, row.ordinal)], follower.panel.currency, names)
             for row in rows.itertuples()]  # fmt: skip
    return words.paragraph(say("cycle.newest", each=words.clauses(texts)) if texts else say("cycle.newest_none"))


def _later(row, amount: pd.Series, currency: str, names: Mapping[str, str]) -> str:
    now, before = (words.value(each, currency) for each in (amount["value"], amount["value"] / (1 + row.value)))
    (document,) = parts.newest_document(pd.DataFrame({"source": [amount["source"]]}))
    return say("cycle.newest_each", name=names[row.company], growth=words.change(row.value), period=row.period,
               now=now, before=before, document=document)  # fmt: skip


def power(chances: Mapping[str, Mapping[float, float]], follower: Measures, lag: int) -> Exhibit:
    """How often a test would find a link of each strength, a line per leading series."""
    rows = pd.DataFrame([
        {"x": link, "label": words.value(link, "correlation"), "group": _concept(leader), "value": share}
        for leader, each in chances.items() for link, share in each.items()
    ]).assign(unit="fraction", kind="assumed", source="")  # fmt: skip
    known = follower.table.dropna(subset="value")
    said = {"follower": words.lower(words.name(follower.name)), "lag": words.counted("cycle.lag", lag),
            "last": known.loc[known["ordinal"].idxmax(), "period"] if len(known) else words.DASH}  # fmt: skip
    best = _best(chances)
    title = say("cycle.power_enough" if best >= ENOUGH else "cycle.power", best=words.value(best, "fraction"))
    notes = (say("cycle.power_note", series=f"{SERIES:,}", seed=SEED),)
    frame = Frame("power-of-a-lag", title, say("cycle.power_subtitle", **said, **_least(chances)), notes)
    return marks.paths(rows, frame, "correlation", say("cycle.link"), mark=LARGE)


def _best(chances: Mapping[str, Mapping[float, float]]) -> float:
    """How often the best of the leading series shows a large link."""
    return max(each[LARGE] for each in chances.values())


def _least(chances: Mapping[str, Mapping[float, float]]) -> dict[str, str]:
    each = [say("cycle.found", share=words.value(each[LARGE], "fraction"), leader=words.lower(_concept(leader)))
            for leader, each in chances.items()]  # fmt: skip
    return {"each": words.listing(each), "enough": words.value(ENOUGH, "fraction")}


def margins(of: Measures, then: Measures, years: int) -> Exhibit:
    """Capex to depreciation across, the change of the margin over the following years up, by company and year."""
    table = cycle.later(of, then, years)
    whole = correlation(table["x"], table["value"])  # over all companies and years
    names, up = table["company"].map(of.panel.book.names.get), words.lower(words.name(then.name))
    labels = [say("cycle.point", name=name, period=period) for name, period in zip(names, table["period"], strict=True)]
    rows = table.assign(label=labels, group=names, value=table["value"] * POINTS, unit="points")
    sure = "sure" if not whole.holds_zero else "none" if np.isnan(whole.value) else "zero"
    axes = {"across": words.name(of.name), "up": up, "later": words.counted("cycle.years", years)}
    frame = Frame(
        parts.slug("later", of.name, then.name),
        say(f"cycle.margins_{sure}", **_top(whole), **axes),
        say("cycle.margins_subtitle", **axes, interval=words.between(whole.low, whole.high, "correlation")),
        (*map(parts.definition, (of, then)), say("cycle.margins_note")),
    )
    return marks.bubble(rows, frame, words.name(of.name), say("cycle.change", up=up), of.unit)


def episodes(book: Book) -> Exhibit:
    """Build-outs as shares of GDP by episode and author, with what each author counts."""
    rows = _episodes(book)
    if rows.empty:
        return _unknown("build-outs-against-gdp")
    today = rows["group"] == say("cycle.ai")
    ends = {"low": _share(rows[today]["value"].min()), "high": _share(rows[today]["value"].max())}
    key = "episodes" if not today.all() and today.any() else "episodes_ai" if today.any() else "episodes_past"
    for past in rows[~today].head(1).to_dict("records"):
        ends |= {"past": past["episode"], "share": _share(past["value"])}
    return marks.dots(rows, Frame(
        "build-outs-against-gdp",
        say(f"cycle.{key}", **ends),
        say("cycle.episodes_subtitle"), (say("cycle.episodes_note"),),
    ))  # fmt: skip


def episodes_by_life(book: Book) -> Exhibit:
    """The same shares spread over the lives of what was built: what each build-out used up a year."""
    rows = _episodes(book)
    if rows.empty:
        return _unknown("build-outs-by-life")
    rows = rows.assign(
        value=rows["value"] / rows["life_low"], low=rows["value"] / rows["life_high"],
        high=rows["high"].fillna(rows["value"]) / rows["life_low"], unit="bp",
        source=rows["source"] + " " + rows["life_source"],
        note=[say("cycle.life", assets=assets, lives=lives) if assets != words.DASH else say("cycle.no_life")
              for assets, lives in zip(rows["assets"], rows["lives"], strict=True)],
    ).sort_values("value", ascending=False, na_position="first", ignore_index=True)  # fmt: skip
    rows[["low", "value", "high"]] *= cycle.BASIS_POINTS
    top = rows.loc[rows["value"].idxmax()]
    return marks.dots(rows, Frame(
        "build-outs-by-life",
        say("cycle.by_life", top=top["label"], top_value=words.value(top["value"], "bp")),
        say("cycle.by_life_subtitle"), (say("cycle.by_life_note"),),
    ))  # fmt: skip


def similar(book: Book) -> Exhibit:
    """What each author counts and what was built of it, as a table."""
    rows = _episodes(book)
    columns = {"label": say("marks.column.label"), "value": say("cycle.column.share"), "numerator":
               say("cycle.column.numerator"), "assets": say("cycle.column.assets"),
               "lives": say("cycle.column.lives")}  # fmt: skip
    remarks = tuple(say("marks.missing", label=row.label, reason=row.remark) for row in rows.itertuples() if row.remark)
    return marks.table(rows, Frame(
        "build-outs-compared", words.counted("cycle.similar", rows["numerator"].nunique(), total=len(rows)),
        say("cycle.similar_subtitle"), remarks,
    ), columns)  # fmt: skip


def _unknown(id: str) -> Exhibit:
    return marks.nothing(Frame(id, say("cycle.no_episodes"), say("cycle.episodes_subtitle")))


def _episodes(book: Book) -> pd.DataFrame:
    """The episodes as a chart needs them, the largest share first."""
    table = book.register("episodes").sort_values("share", ascending=False, ignore_index=True)
    today = table["episode"] == "AI"
    return table.assign(
        label=[say("cycle.episode", episode=row.episode, year=row.year, author=row.author.split()[-1])
               for row in table.itertuples()],
        value=table["share"], low=table["share"], high=table["share_high"], unit="fraction",
        remark=table["note"], assets=table["assets"].replace("", words.DASH),
        lives=[words.DASH if np.isnan(row.life_low) else
               say("cycle.lives", low=f"{row.life_low:g}", high=f"{row.life_high:g}") for row in table.itertuples()],
        group=np.where(today, say("cycle.ai"), say("cycle.past")), note=table["numerator"],
    )  # fmt: skip


def _concept(measure: str) -> str:
    """What a measure is of: capex, where it is the growth of capex."""
    return words.name(measure.split(".")[-1])


def _top(top: Correlation) -> dict[str, str]:
    return {name: words.value(getattr(top, name), "correlation") for name in ("value", "low", "high")}


def _share(value: float) -> str:
    return words.value(float(value), "fraction")
