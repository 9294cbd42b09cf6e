"""What became known between two dates, why, and what that does to a measure."""

import altair as alt
import pandas as pd

from capcycle import measure, panel, theme, words
from capcycle.exhibits import parts
from capcycle.exhibits.channels import tooltip
from capcycle.exhibits.exhibit import CARD, Exhibit
from capcycle.facts import Book
from capcycle.facts.between import CAUSES
from capcycle.measures import Measures
from capcycle.words import Sentence

ROW_HEIGHT, KEY_HEIGHT = 24, 40
LISTED = 40  # rows of the table; the download has all
CHANGED = ["company", "concept", "period_start", "period_end", "before", "value", "change", "unit", "kind", "cause",
           "published", "document_before", "source"]  # fmt: skip
HEADLINES = ("capex_to_revenue", "fcf_margin", "net_margin")
ALIKE = 1e-9  # of a measure: the same sum in another order
NEW = ("new_period", "first_given")


def changed(was: Book, now: Book) -> Exhibit:
    """What became known between the days of two books: how much of each cause, the largest changes first.

    Errors: CapcycleError for a first book that is not of an earlier day.

    >>> meta = facts.open(["META"], "2025-02-03")
    >>> changed(meta.on("2025-02-02"), meta).title
    'Nothing became known and nothing changed between 2 Feb 2025 and 3 Feb 2025'
    """
    table = now.changes(was.as_of)
    table = table.assign(size=table["change"].abs(), new=table["cause"].isin(NEW))
    table = table.sort_values(["new", "size", "published"], ascending=[True, False, False], kind="stable")
    counts = _counts(table)
    days = between(was, now)
    return Exhibit(
        id="changed",
        title=_title(table, days),
        subtitle=_subtitle(table, days),
        alt=words.say("changes.alt", series=_by_company(counts)) if len(table) else "",
        view=revisions(table.head(LISTED)),
        figures=table[CHANGED],
        notes=(words.say("changes.listed", listed=LISTED, count=len(table)),) if len(table) > LISTED else (),
        sources=parts.documents(table),
        chart=_chart(counts) if len(table) else None,
    )


def moved(was: Book, now: Book) -> Exhibit:
    """The figures of earlier periods that have another value on the later day: the largest changes first.

    Errors: CapcycleError for a first book that is not of an earlier day.

    >>> meta = facts.open(["META"], "2025-02-03")
    >>> moved(meta.on("2024-10-30"), meta).view.iloc[0].tolist()[1:5]  # its 10-K for 2024 took leases' proceeds off
    ['Capex', '1 Jan 2023 to 31 Dec 2023', '$27.3bn', '$27.0bn']
    """
    table = now.changes(was.as_of)
    table = table[table["before"].notna() & (table["value"] != table["before"])]
    table = table.assign(size=table["change"].abs()).sort_values(["size", "published"], ascending=False, kind="stable")
    days = between(was, now)
    companies = table["company"].drop_duplicates().map(parts.company_names().get)
    names = words.listing(list(companies)) if len(table) else ""
    key = "changes.moved" if len(table) else "changes.moved_none"
    return Exhibit(
        id="moved",
        title=Sentence(words.counted(key, len(table), names=names, **days)),
        subtitle=_subtitle(table, days, "moved"),
        alt="",
        view=revisions(table.head(LISTED)),
        figures=table[CHANGED],
        notes=(words.say("changes.listed", listed=LISTED, count=len(table)),) if len(table) > LISTED else (),
        sources=parts.documents(table),
    )


def documents(was: Book, now: Book) -> Exhibit:
    """The documents that appeared between the days of two books and give a figure, the newest first.

    >>> meta = facts.open(["META"], "2025-02-03")
    >>> documents(meta.on("2024-10-31"), meta).view.iloc[0].tolist()[:2]
    ['30 Jan 2025', 'Meta']
    """
    history, days = now.history, between(was, now)
    new = history[(history["published"] > was.day) & history["published"].notna()]
    cards = pd.DataFrame(parts.documents(new), columns=CARD).set_index("id")
    counts = new.groupby(["source", "company"], sort=False).agg(
        published=("published", "max"), figures=("value", "size")
    )
    counts = counts.reset_index().sort_values(["published", "source"], ascending=False, ignore_index=True)
    told = counts.assign(document=counts["source"].map(cards["title"]), tier=counts["source"].map(cards["tier"]))
    each = told.groupby(["published", "company", "document"], sort=False, as_index=False).agg(
        tier=("tier", _tiers), figures=("figures", "sum")
    )  # a filing that a tracker reads too is one document
    count = each["document"].nunique()
    title = words.counted("changes.documents" if count else "changes.documents_none", count, **days)
    return Exhibit(
        id="new-documents",
        title=Sentence(title),
        subtitle=words.say("changes.documents_subtitle"),
        alt="",
        view=parts.headed(
            published=each["published"].map(words.day),
            company=each["company"].map(parts.company_names().get),
            document=each["document"],
            tier=each["tier"],
            count=each["figures"].astype(str),
        ),
        figures=counts,
        sources=parts.documents(new),
    )


def _tiers(tiers: pd.Series) -> str:
    return words.listing(sorted({words.say(f"changes.tier.{tier}") for tier in tiers}))


def measures(was: Book, now: Book) -> Exhibit:
    """The headline measures of each company's newest twelve months on two days, and why they moved.

    >>> apple = facts.open(["AAPL"], "2024-08-10")
    >>> measures(apple.on("2024-05-10"), apple).view.iloc[0].tolist()
    ['Apple', 'Capex to revenue', '2.3%', 'TTM FY2024Q2', '2.3%', 'TTM FY2024Q3', 'New quarter']
    """
    table = pd.concat([_sides(name, was, now) for name in HEADLINES], ignore_index=True)
    table = table[table["value"].notna() | table["value_was"].notna()]
    apart = table["value"].sub(table["value_was"]).abs()
    days = between(was, now)
    if apart.dropna().empty:
        title = words.say("changes.measures_none", **days)
    else:
        most = table.loc[apart.idxmax()]
        ends = {"was": words.value(most["value_was"], "fraction"), "value": words.value(most["value"], "fraction")}
        what = words.lower(words.name(most["metric"]))
        name = parts.company_names()[most["company"]]
        title = words.say("changes.measures", name=name, metric=what, **ends, **days)
    return Exhibit(
        id="headline-measures",
        title=Sentence(title),
        subtitle=words.say("changes.measures_subtitle", **days),
        alt="",
        view=parts.headed(
            company=table["company"].map(parts.company_names().get),
            concept=table["metric"].map(words.name),
            known_before=[_percent(*each) for each in zip(table["value_was"], table["kind_was"], strict=True)],
            period_before=table["period_was"].fillna(words.DASH),
            known_after=[_percent(*each) for each in zip(table["value"], table["kind"], strict=True)],
            period=table["period"].fillna(words.DASH),
            cause=[words.say(f"changes.why.{why}") for why in table["why"]],
        ),
        figures=table,
        notes=tuple(words.say(f"note.{kind}") for kind in parts.MARKS if kind in {*table["kind"], *table["kind_was"]}),
        sources=parts.documents(table[table["source"].notna()]),
    )


def _percent(value: float, kind: str) -> str:
    return words.DASH if pd.isna(value) else parts.cell_text(value, "fraction", kind)


def _sides(name: str, was: Book, now: Book) -> pd.DataFrame:
    """A measure's newest value of each company on two days, a row each, and why the later differs."""
    found = [measure.measure(name, panel.select(book, "ttm", calendar="fiscal")) for book in (was, now)]
    kept = ["company", "value", "period", "kind", "source", "implausible"]
    old, new = (each.newest()[kept] for each in found)
    both = new.merge(old[["company", "value", "period", "kind"]], on="company", how="left", suffixes=("", "_was"))
    both["period_was"] = both["period_was"].where(both["value_was"].notna())  # what is not known is of no period
    again = found[1].cells.set_index(["company", "period"])["value"]
    same = pd.Series([again.get(key) for key in zip(both["company"], both["period_was"], strict=True)], both.index)
    why = [_why(*row) for row in zip(both["value_was"], both["value"], same, both["period_was"] != both["period"],
                                     strict=True)]  # fmt: skip
    outside = both["implausible"].notna() & both["value_was"].notna()
    both = both.assign(metric=name, why=["outside" if out else each for each, out in zip(why, outside, strict=True)])
    return both.drop(columns="implausible")


def _why(was: float, value: float, again: float | None, later: bool) -> str:
    """Whether a new quarter came, an earlier figure was changed, or both; `again` is the earlier period known later."""
    if pd.isna(was) or pd.isna(value):
        return "first" if pd.notna(value) else "gone" if pd.notna(was) else "none"
    changed_ = again is not None and abs(again - was) > ALIKE * abs(was)
    return {(True, True): "both", (True, False): "quarter", (False, True): "restated"}.get((later, changed_), "none")


def effect(was: Measures, now: Measures) -> Exhibit:
    """A measure as known on two dates, at the newest period that most companies had a value for on the earlier one.

    was, now  the same measure on the same companies, of two books
    Errors:   MetricError for a period that is not shown in both.

    >>> days = (panel.select(facts.open(["META"], day), "year", until=2023) for day in ("2024-12-31", ""))
    >>> effect(*(measure.measure("capex", each) for each in days)).view.iloc[0, 1:].tolist()  # restated a year later
    ['$27.3bn', '$27.0bn', '−$221m']
    """
    period = was.common_period()
    rows = [measures.at(period) for measures in (was, now)]
    both = rows[0].merge(rows[1], on="company", suffixes=("_was", ""))
    counts = {"moved": len(_moved(both)), "count": len(both)}
    return Exhibit(
        id=parts.slug("effect", now.name),
        title=_effect(both, now, period),
        subtitle=words.say("changes.effect_subtitle", subtitle=parts.subtitle(now), **counts),
        alt="",
        view=parts.headed(
            company=both["company"].map(parts.company_names().get),
            known_before=parts.cells(both, "_was"),
            known_after=parts.cells(both),
            difference=[_difference(*row) for row in both[["value_was", "value", "unit"]].itertuples(index=False)],
        ),
        figures=parts.figures(*rows).assign(known=["before"] * len(rows[0]) + ["after"] * len(rows[1])),
        notes=parts.notes(now, at=rows[1:]),
        sources=parts.documents(*rows),
    )


def headlines(was: Book, now: Book) -> list[str]:
    """Each headline measure of twelve months whose newest value is another than it was, in words.

    >>> apple = facts.open(["AAPL"], "2024-08-10")
    >>> headlines(apple.on("2024-05-10"), apple)[0]
    'Capex to revenue: 2.3% in TTM FY2024Q2 before, 2.3% in TTM FY2024Q3 now'
    """
    return [said for name in HEADLINES if (said := _headline(name, was, now))]


def _headline(name: str, was: Book, now: Book) -> str:
    """How the newest value of a measure of one company moved; empty where it did not, or where there is none."""
    rows = [measure.measure(name, panel.select(book, "ttm", calendar="fiscal")).newest().iloc[0] for book in (was, now)]
    if rows[1][["value", "period"]].equals(rows[0][["value", "period"]]) or pd.isna(rows[1]["value"]):
        return ""
    before, after = (words.value(row["value"], row["unit"]) for row in rows)
    periods = {"period_before": rows[0]["period"], "period": rows[1]["period"]}
    return words.say("changes.headline", metric=words.name(name), before=before, after=after, **periods)


def between(was: Book, now: Book) -> dict[str, str]:
    """The days of two books in words, as sentences name them: before and after.

    >>> between(facts.open(as_of="2025-06-30"), facts.open())
    {'before': '30 Jun 2025', 'after': 'now'}
    """
    return {"before": words.day(was.day), "after": words.day(now.day) if now.as_of else words.say("changes.now")}


def _counts(table: pd.DataFrame) -> pd.DataFrame:
    """Company, cause and how many, those with the most first."""
    counts = table.groupby(["company", "cause"], sort=False).size().rename("count").reset_index()
    total = counts.groupby("company")["count"].transform("sum")
    place = counts["cause"].map(CAUSES.index)
    counts = counts.assign(total=total, place=place, name=counts["company"].map(parts.company_names().get))
    return counts.sort_values(["total", "company", "place"], ascending=[False, True, True], ignore_index=True)


def _title(table: pd.DataFrame, days: dict[str, str]) -> Sentence:
    if table.empty:
        return Sentence(words.say("changes.nothing", **days))
    most = table["company"].value_counts()
    first = {"name": parts.company_names()[most.index[0]], "most": most.iloc[0]}
    return Sentence(words.counted("changes.title", len(table), **first, **days))


def _subtitle(table: pd.DataFrame, days: dict[str, str], key: str = "all") -> str:
    counts = table["cause"].value_counts()
    causes = [_cause(cause, counts[cause]) for cause in CAUSES if cause in counts]
    key = f"changes.subtitle_{key if causes else 'nothing'}"
    return words.say(key, causes=words.listing(causes) if causes else "", **days)


def _by_company(counts: pd.DataFrame) -> str:
    each = counts.assign(said=[_cause(*row) for row in counts[["cause", "count"]].itertuples(index=False)])
    each = each.groupby("name", sort=False)["said"].agg(list)
    return parts.spoken(each.index, map(words.listing, each))


def _cause(cause: str, count: int) -> str:
    return words.counted(f"changes.count.{cause}", count)


def revisions(table: pd.DataFrame) -> pd.DataFrame:
    """Figures as they were and as they are, with the cause, as a reader sees them.

    table   rows of `book.changes` or `book.revisions`

    >>> restated = facts.open(["META"], "2025-02-01").changes("2024-10-30").query("cause == 'restatement'")
    >>> revisions(restated).iloc[0].tolist()[2:]
    ['1 Jan 2022 to 31 Dec 2022', '$31.4bn', '$31.2bn', '−0.8%', 'Restated', '30 Jan 2025']
    """
    periods = [
        words.say("coverage.range", first=words.day(start), last=words.day(end)) if pd.notna(start) else words.day(end)
        for start, end in table[["period_start", "period_end"]].itertuples(index=False)
    ]
    return parts.headed(
        company=table["company"].map(parts.company_names().get),
        concept=table["concept"].map(words.name),
        period=periods,
        before=[words.value(*row) for row in table[["before", "unit"]].itertuples(index=False)],
        after=[words.value(*row) for row in table[["value", "unit"]].itertuples(index=False)],
        change=table["change"].map(words.change),
        cause=[words.say(f"changes.cause.{cause}") for cause in table["cause"]],
        published=table["published"].map(words.day),
    )


def _effect(both: pd.DataFrame, now: Measures, period: str) -> Sentence:
    said = {"metric": words.lower(words.name(now.name)), "period": words.period(period)}
    moved = _moved(both)
    if both["value"].isna().all():
        return Sentence(words.say("finding.none", metric=words.name(now.name)))
    if moved.empty:
        return Sentence(words.say("changes.no_effect", **said))
    size = (moved["value"] - moved["value_was"]).abs() / moved["value_was"].abs().clip(lower=1e-12)
    most = moved.loc[size.idxmax()]
    ends = {"was": words.value(most["value_was"], now.unit), "value": words.value(most["value"], now.unit)}
    return Sentence(words.say("changes.effect", name=parts.company_names()[most["company"]], **ends, **said))


def _moved(both: pd.DataFrame) -> pd.DataFrame:
    return both[both["value"].notna() & both["value_was"].notna() & (both["value"] != both["value_was"])]


def _difference(was: float, value: float, unit: str) -> str:
    if value != value or was != was:
        return words.DASH
    return words.points(value - was) if unit == "fraction" else words.value(value - was, unit)


def _chart(counts: pd.DataFrame) -> alt.Chart:
    data = counts.assign(why=[words.say(f"changes.cause.{cause}") for cause in counts["cause"]])
    causes = [words.say(f"changes.cause.{cause}") for cause in CAUSES if cause in set(counts["cause"])]
    key = alt.Legend(title=None, columns=alt.expr(theme.legend_columns(causes)))
    return (
        alt.Chart(data[["name", "why", "count", "place"]])
        .mark_bar()
        .encode(
            x=alt.X("count:Q", title=None),
            y=alt.Y("name:N", sort=list(dict.fromkeys(data["name"])), title=None, axis=alt.Axis(labelOverlap=False)),
            color=alt.Color("why:N", scale=alt.Scale(domain=causes), legend=key),
            order=alt.Order("place:Q"),
            tooltip=tooltip({"name": "tooltip.name", "why": "column.cause", "count": "column.count"}),
        )
        .properties(height=KEY_HEIGHT + ROW_HEIGHT * data["name"].nunique())
    )
