"""What became known between two dates, why, and what that does to a measure."""

from datetime import date

import altair as alt
import pandas as pd

from capcycle import words
from capcycle.exhibits import parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.lines import subtitle
from capcycle.facts.between import CAUSES
from capcycle.measure import Measures
from capcycle.words import Sentence

ROW_HEIGHT, KEY_HEIGHT = 24, 40
LISTED = 40  # rows of the table; the download has all
CHANGED = ["company", "concept", "period_start", "period_end", "before", "value", "change", "unit", "kind", "cause",
           "published", "document_before", "source"]  # fmt: skip
NEW = ("new_period", "first_given")


def changed(changes: pd.DataFrame, before: str, after: str = "") -> Exhibit:
    """What `facts.changes` found between two dates: how much of each cause, the largest changes first."""
    table = changes.assign(size=changes["change"].abs(), new=changes["cause"].isin(NEW))
    table = table.sort_values(["new", "size", "published"], ascending=[True, False, False], kind="stable")
    counts = _counts(table)
    days = {"before": _day(before), "after": _day(after) if after else words.say("changes.now")}
    return Exhibit(
        id="changed",
        title=_title(table, days),
        subtitle=words.say("changes.subtitle", **days),
        alt=words.say("changes.alt", series="; ".join(_by_company(counts))) if len(table) else "",
        view=_view(table.head(LISTED)),
        figures=table[CHANGED],
        notes=(words.say("changes.listed", listed=LISTED, count=len(table)),) if len(table) > LISTED else (),
        sources=parts.documents(table),
        chart=_chart(counts) if len(table) else None,
    )


def effect(was: Measures, now: Measures) -> Exhibit:
    """A measure as known on two dates, at the newest period that most companies had a value for on the earlier one."""
    period = was.common_period()
    rows = [measures.at(period) for measures in (was, now)]
    both = rows[0].merge(rows[1], on="company", suffixes=("_was", ""))
    return Exhibit(
        id=parts.slug("effect", now.name),
        title=_effect(both, now, period),
        subtitle=words.say("subtitle.at", subtitle=subtitle(now), period=words.period(period)),
        alt="",
        view=_beside(both),
        figures=parts.figures(*rows).assign(known=["before"] * len(rows[0]) + ["after"] * len(rows[1])),
        notes=(*parts.notes(now, every=False), *parts.lacking(rows[1])),
        sources=parts.documents(*rows),
    )


def _day(day: str) -> str:
    return words.day(date.fromisoformat(day))


def _counts(table: pd.DataFrame) -> pd.DataFrame:
    """Company, cause and how many, those with the most first."""
    counts = table.groupby(["company", "cause"], sort=False).size().rename("count").reset_index()
    total = counts.groupby("company")["count"].transform("sum")
    place = counts["cause"].map(CAUSES.index)
    counts = counts.assign(total=total, place=place, name=counts["company"].map(parts.names()))
    return counts.sort_values(["total", "company", "place"], ascending=[False, True, True], ignore_index=True)


def _title(table: pd.DataFrame, days: dict[str, str]) -> Sentence:
    counts = table["cause"].value_counts()
    if table.empty:
        return Sentence(words.say("changes.nothing", **days))
    causes = [_cause(cause, counts[cause]) for cause in CAUSES if cause in counts]
    most = table["company"].value_counts()
    return Sentence(
        words.counted(
            "changes.title", len(table), causes=words.listing(causes), name=parts.names()[most.index[0]],
            most=most.iloc[0], **days,
        )
    )  # fmt: skip


def _by_company(counts: pd.DataFrame) -> list[str]:
    each = counts.assign(said=[_cause(*row) for row in counts[["cause", "count"]].itertuples(index=False)])
    each = each.groupby("name", sort=False)["said"].agg(list)
    return [words.say("alt.bar", name=name, value=words.listing(said)) for name, said in each.items()]


def _cause(cause: str, count: int) -> str:
    return words.counted(f"changes.count.{cause}", count)


def _view(table: pd.DataFrame) -> pd.DataFrame:
    periods = [
        words.say("coverage.range", first=words.day(start), last=words.day(end)) if pd.notna(start) else words.day(end)
        for start, end in table[["period_start", "period_end"]].itertuples(index=False)
    ]
    return pd.DataFrame({
        words.say("column.company"): table["company"].map(parts.names()).to_list(),
        words.say("column.concept"): table["concept"].map(words.name).to_list(),
        words.say("column.period"): periods,
        words.say("column.before"): [words.value(*row) for row in table[["before", "unit"]].itertuples(index=False)],
        words.say("column.after"): [words.value(*row) for row in table[["value", "unit"]].itertuples(index=False)],
        words.say("column.change"): [words.change(one) for one in table["change"]],
        words.say("column.cause"): [words.say(f"changes.cause.{cause}") for cause in table["cause"]],
        words.say("column.published"): [words.day(one) for one in table["published"]],
    })  # fmt: skip


def _effect(both: pd.DataFrame, now: Measures, period: str) -> Sentence:
    said = {"metric": words.lower(words.name(now.name)), "period": words.period(period), "count": len(both)}
    moved = both[both["value"].notna() & both["value_was"].notna() & (both["value"] != both["value_was"])]
    if both["value"].isna().all():
        return Sentence(words.say("finding.none", metric=words.name(now.name)))
    if moved.empty:
        return Sentence(words.say("changes.no_effect", **said))
    size = (moved["value"] - moved["value_was"]).abs() / moved["value_was"].abs().clip(lower=1e-12)
    most = moved.loc[size.idxmax()]
    ends = {"was": words.value(most["value_was"], now.unit), "value": words.value(most["value"], now.unit)}
    return Sentence(words.say("changes.effect", name=parts.names()[most["company"]], moved=len(moved), **ends, **said))


def _beside(both: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({
        words.say("column.company"): both["company"].map(parts.names()).to_list(),
        words.say("column.known_before"): [
            parts.shown(*row) for row in both[["value_was", "unit_was", "kind_was"]].itertuples(index=False)
        ],
        words.say("column.known_after"): [
            parts.shown(*row) for row in both[["value", "unit", "kind"]].itertuples(index=False)
        ],
        words.say("column.difference"): [
            _difference(*row) for row in both[["value_was", "value", "unit"]].itertuples(index=False)
        ],
    })  # fmt: skip


def _difference(was: float, value: float, unit: str) -> str:
    if value != value or was != was:
        return words.DASH
    return words.points(value - was) if unit == "fraction" else words.value(value - was, unit)


def _chart(counts: pd.DataFrame) -> alt.Chart:
    data = counts.assign(why=[words.say(f"changes.cause.{cause}") for cause in counts["cause"]])
    causes = [words.say(f"changes.cause.{cause}") for cause in CAUSES if cause in set(counts["cause"])]
    return (
        alt.Chart(data[["name", "why", "count", "place"]])
        .mark_bar()
        .encode(
            x=alt.X("count:Q", title=None),
            y=alt.Y("name:N", sort=list(dict.fromkeys(data["name"])), title=None, axis=alt.Axis(labelOverlap=False)),
            color=alt.Color("why:N", scale=alt.Scale(domain=causes), legend=alt.Legend(title=None)),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("name:N", title=words.say("tooltip.name")),
                alt.Tooltip("why:N", title=words.say("column.cause")),
                alt.Tooltip("count:Q", title=words.say("column.count")),
            ],
        )
        .properties(height=KEY_HEIGHT + ROW_HEIGHT * data["name"].nunique())
    )
