"""The capital cycle drawn: lags with their uncertainty, margins after heavy spending, build-outs against GDP."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from capcycle import study, words
from capcycle.analyses.cycle import cases as cycle
from capcycle.analyses.cycle.model import Correlation, best, correlation
from capcycle.exhibits import Exhibit, break_even, marks, parts
from capcycle.exhibits.marks import Frame
from capcycle.facts import Book
from capcycle.measure import Measures, measure
from capcycle.study import Case
from capcycle.words import Sentence, say

POINTS = 100  # in one


def verdict(correlations: Mapping[str, Sequence[Correlation]], build: Case) -> Sentence:
    """Whether cloud growth is seen to follow capex growth, and what the build-out is of GDP, in one sentence."""
    sure = [company for company, each in correlations.items() if (top := best(each)) and not top.holds_zero]
    enough = [company for company, each in correlations.items() if best(each)]
    key = "cycle.sure" if sure else "cycle.unsure" if enough else "cycle.no_pairs"
    names = words.listing(list(build.book.names[sure or enough])) if enough else ""
    answer = words.counted(key, len(sure or enough), names=names, share=parts.upper(_of_gdp(build)))
    return words.paragraph(answer, *study.hindsight(build))


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
    return words.paragraph(say("cycle.newest", each="; ".join(texts)) if texts else say("cycle.newest_none"))


def _later(row, amount: pd.Series, currency: str, names: pd.Series) -> str:
    now, before = (words.value(each, currency) for each in (amount["value"], amount["value"] / (1 + row.value)))
    (document,) = parts.newest_document(pd.DataFrame({"source": [amount["source"]]}))
    return say("cycle.newest_each", name=names[row.company], growth=words.change(row.value), period=row.period,
               now=now, before=before, document=document)  # fmt: skip


def lags(leader: Measures, follower: Measures, correlations: Mapping[str, Sequence[Correlation]],
         company: str) -> Exhibit:  # fmt: skip
    """One company's correlation at each lag, with the interval that holds for all lags at once."""
    each = correlations[company]
    rows = pd.DataFrame([
        {"label": words.counted("cycle.lag", one.lag), "low": one.low, "value": one.value, "high": one.high,
         "note": say("cycle.pairs", pairs=one.pairs, effective=f"{one.effective:.0f}")} for one in each
    ]).assign(unit="correlation", kind="derived", source=cycle.documents_of(leader, follower, company))  # fmt: skip
    top, breaks = best(each), cycle.broken(leader, follower).query("company == @company")
    name = leader.panel.book.names[company]
    key = "cycle.lags_none" if top is None else "cycle.lags_zero" if top.holds_zero else "cycle.lags_sure"
    return marks.dots(rows, Frame(
        parts.slug("lags", leader.name, follower.name, company),
        say(key, name=name, **(_top(top) if top else {})),
        say("cycle.lags_subtitle", **_axes(leader, follower)),
        (say("cycle.interval"), *(say("cycle.break", name=name, reason=reason) for reason in breaks["reason"])),
    ), mark=0.0)  # fmt: skip


def by_lag(leader: Measures, follower: Measures, correlations: Mapping[str, Sequence[Correlation]]) -> Exhibit:
    """The correlation at each lag, a line per company that has enough quarters."""
    names = leader.panel.book.names
    enough = {names[company]: each for company, each in correlations.items() if best(each)}
    rows = pd.DataFrame([
        {"x": one.lag, "label": words.counted("cycle.lag", one.lag), "group": name, "value": one.value}
        for name, each in enough.items() for one in each
    ])  # fmt: skip
    rows = rows.assign(unit="correlation", kind="derived", source=cycle.documents_of(leader, follower, *correlations))
    lack = [names[company] for company in correlations if names[company] not in enough]
    frame = Frame(
        "correlation-by-lag", *_shape(enough, **_axes(leader, follower)),
        (*map(parts.definition, (leader, follower)), *_at_the_edge(enough),
         *([say("cycle.lack", names=words.listing(lack))] if lack else [])),
    )  # fmt: skip
    return marks.paths(rows, frame, x_title=say("cycle.quarters"))


def _shape(by_name: Mapping[str, Sequence[Correlation]], **axes: str) -> tuple[str, str]:
    """At which lags the lines are highest: a title and a subtitle."""
    tops = {name: best(each) for name, each in by_name.items()}
    if not tops:
        return say("cycle.by_lag_none"), say("cycle.by_lag_subtitle", **axes)
    lags = sorted({top.lag for top in tops.values()})
    who = {lag: words.listing([name for name in tops if tops[name].lag == lag]) for lag in lags}
    texts = [say("cycle.closest", name=who[lag], lag=words.counted("cycle.lag", lag)) for lag in lags]
    title = say("cycle.by_lag_same" if len(lags) == 1 else "cycle.by_lag", lag=words.counted("cycle.lag", lags[0]))
    return title, say("cycle.by_lag_highest", each=words.listing(texts), **axes)


def _at_the_edge(by_name: Mapping[str, Sequence[Correlation]]) -> list[str]:
    """Where the longest lag tried is the closest, so that a longer one may be closer."""
    names = [name for name, each in by_name.items() if best(each).lag == each[-1].lag > 0]
    longest = max((each[-1].lag for each in by_name.values()), default=0)
    return [say("cycle.edge", names=words.listing(names), lag=words.counted("cycle.lag", longest))] if names else []


def best_lags(correlations: Mapping[str, Sequence[Correlation]], book: Book) -> Exhibit:
    """Each company's highest correlation, at which lag, and whether it could as well be nothing."""
    rows = pd.DataFrame([_best_row(book.names[company], best(each)) for company, each in correlations.items()])
    rows = rows.assign(unit="correlation", kind="derived", source="")
    shown = ("lag", "value", "interval", "says", "pairs")
    columns = {"label": say("column.company")} | {name: say(f"cycle.column.{name}") for name in shown}
    sure = int((rows["says"] == say("cycle.not_zero")).sum())
    return marks.table(rows, Frame(
        "best-lags", words.counted("cycle.best", sure, total=len(rows)), say("cycle.best_subtitle"),
        (say("cycle.interval"), say("cycle.chosen")),
    ), columns)  # fmt: skip


def _best_row(name: str, top: Correlation | None) -> dict:
    row = {"label": name, "lag": words.DASH, "value": np.nan, "interval": words.DASH,
           "says": say("cycle.too_few"), "pairs": words.DASH}  # fmt: skip
    if top is None:
        return row
    ends, says = _top(top), say("cycle.zero" if top.holds_zero else "cycle.not_zero")
    pairs = say("cycle.worth", pairs=top.pairs, effective=f"{top.effective:.0f}")
    interval = words.between(top.low, top.high, "correlation")
    return row | {"lag": ends["lag"], "value": top.value, "interval": interval, "says": says, "pairs": pairs}


def margins(of: Measures, then: Measures, years: int) -> Exhibit:
    """Capex to depreciation across, the change of the margin over the following years up, by company and year."""
    table = cycle.later(of, then, years)
    whole = correlation(table["x"], table["value"])  # over all companies and years
    names, up = table["company"].map(of.panel.book.names), words.lower(words.name(then.name))
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
    most, least, past = rows[today].iloc[0], rows[today].iloc[-1], rows[~today].iloc[0]
    return marks.dots(rows, Frame(
        "build-outs-against-gdp",
        say("cycle.episodes", low=_share(least["value"]), high=_share(most["value"]), past=past["episode"],
            share=_share(past["value"])),
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
               say("cycle.column.numerator"), "assets": say("cycle.column.assets"), "lives": say("cycle.column.lives"),
               "remark": say("marks.column.note")}  # fmt: skip
    return marks.table(rows, Frame(
        "build-outs-compared", words.counted("cycle.similar", rows["numerator"].nunique(), total=len(rows)),
        say("cycle.similar_subtitle"),
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


def _axes(leader: Measures, follower: Measures) -> dict[str, str]:
    return {"leader": words.lower(words.name(leader.name)), "follower": words.lower(words.name(follower.name))}


def _top(top: Correlation) -> dict[str, str]:
    ends = {name: words.value(getattr(top, name), "correlation") for name in ("value", "low", "high")}
    return ends | {"lag": words.counted("cycle.lag", top.lag)}


def _share(value: float) -> str:
    return words.value(float(value), "fraction")
