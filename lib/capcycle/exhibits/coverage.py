"""What is known: since when, how fresh, from which documents, what is missing and what was changed later."""

from dataclasses import replace

import altair as alt
import pandas as pd

from capcycle import facts, theme, words
from capcycle.errors import CapcycleError, NothingToShow
from capcycle.exhibits import marks, parts
from capcycle.exhibits.changes import revisions
from capcycle.exhibits.channels import tooltip
from capcycle.exhibits.exhibit import Exhibit
from capcycle.facts import Book
from capcycle.facts.door import TIERS
from capcycle.facts.layers import differing, told
from capcycle.panel import Panel

DIGITS = 18  # pixels of a column that has room for two
DARK_FROM = 0.7  # of a cell's colour: from here on the page's colour is easier to read on it than the text's
QUARTERS_SAID = {"name": "tooltip.name", "concept": "column.concept", "periods": "column.periods",
                 "range": "tooltip.period"}  # fmt: skip
GAP = ["company", "concept", "period_start", "period_end", "reason"]
CAUSES = ("restatement", "split", "rounding")
COUNTED = {"facts": "reported", "derived": "derived", "estimated": "estimated"}  # facts of each kind, by their column
CONFLICTS = 10  # sentences below the table of layers
MANY = 12  # companies; more names than these stand upright


def quarters(panel: Panel) -> Exhibit:
    """Companies by concepts: of how many of the shown quarters there is a figure, filed or derived.

    Errors: CapcycleError for a panel of twelve months or years, whose periods are sums.

    >>> counts = quarters(panel.select(facts.open(["META"], "2025-06-30"), since=2024)).view.set_index("Figure")
    >>> counts.at["Capex", "Meta"]  # those of 2024, and the first of 2025
    '5'
    """
    if panel.span != "quarter":
        raise CapcycleError(f"coverage counts quarters, and the panel's span is {panel.span}; select span='quarter'")
    table = _quarters(panel)
    shown = len([ordinal for ordinal in panel.ordinals if ordinal >= panel.first])
    since = str(panel.first // 4)
    counts = table.groupby("company", sort=False)["periods"].agg(count="size", known=lambda each: int((each > 0).sum()))
    series = [
        words.say("alt.known", name=parts.company_names()[company], known=known, count=count)
        for company, count, known in counts.itertuples()
    ]
    full, empty = (int(each.sum()) for each in (table["periods"] >= shown - 1, table["periods"] == 0))
    return Exhibit(
        id="quarters-held",
        title=words.counted("coverage.title_gaps", full, empty=empty, cells=len(table), since=since),
        subtitle=words.say("coverage.subtitle", since=since),
        alt=words.say("alt.coverage", series=words.clauses(series)),
        view=_grid(table),
        figures=table,
        notes=_known_gaps(panel.book),
        chart=_heat(table, shown),
    )


def freshness(book: Book, focus: str = "") -> Exhibit:
    """The newest period and publication of each company, and how long before the newest of all that was.

    focus  the company that the title speaks of
    Errors: CapcycleError where nothing is known.

    >>> freshness(facts.open(["META"], "2025-06-30")).title
    'Meta: the newest document was published on 1 May 2025'
    """
    known = _known(book)
    dated = known.assign(newest=known["period_end"].where(known["published"].notna()))  # published one knows not when
    table = dated.groupby("company", sort=False).agg(
        period_end=("newest", "max"), published=("published", "max"), since=("period_end", "min")
    )
    for name, kind in COUNTED.items():
        table[name] = known["kind"].eq(kind).groupby(known["company"]).sum()
    table = table.sort_values("published", ascending=False).reset_index()
    newest = table["published"].iloc[0]
    view = parts.headed(
        company=table["company"].map(parts.company_names().get),
        since=table["since"].map(words.day),
        latest_period=table["period_end"].map(words.day),
        latest_published=table["published"].map(words.day),
        age=[words.DASH if pd.isna(age) else str(age.days) for age in newest - table["published"]],
        **{name: table[name].map("{:,}".format) for name in COUNTED},
    )
    subtitle = words.say("coverage.fresh_subtitle", day=words.day(newest))
    return Exhibit("freshness", _fresh(table, focus), subtitle, "", view, table)


def layers(book: Book) -> Exhibit:
    """From which layer figures come: the reviewed tables, filings that the user brought in, tables of the user's own.

    A figure of the lower layers that the reviewed tables contradict is not shown anywhere else; here it is counted.

    >>> layers(facts.open(["META"], "2025-06-30")).title
    'All figures come from the reviewed tables'
    """
    known = book.history
    own = ~known["file"].str.startswith("data/")
    mine = own & known["tier"].eq(TIERS.index("own"))
    parts_ = pd.DataFrame({"company": known["company"], "reviewed": ~own, "filings": own & ~mine, "own": mine})
    counts = parts_.groupby("company", sort=False).sum().reindex(book.companies, fill_value=0)
    added = known[own].groupby("company")["published"].max().reindex(book.companies)
    said = {company: _conflicts(company, book) for company in book.companies}
    counts = counts.assign(conflicts=[len(said[company]) for company in book.companies], added=added).reset_index(
        names="company"
    )
    brought, against = int(counts[["filings", "own"]].to_numpy().sum()), sum(map(len, said.values()))
    title = words.say("coverage.layers_none")
    if brought or against:
        title = words.counted("coverage.layers", brought, conflicts=str(against))
    return Exhibit(
        id="layers",
        title=title,
        subtitle=words.say("coverage.layers_subtitle"),
        alt="",
        view=parts.headed(
            company=counts["company"].map(parts.company_names().get),
            reviewed=counts["reviewed"].map("{:,}".format),
            brought=counts["filings"].map("{:,}".format),
            own=counts["own"].map("{:,}".format),
            conflicts=counts["conflicts"].map("{:,}".format),
            latest_added=[words.DASH if pd.isna(day) else words.day(day) for day in counts["added"]],
        ),
        figures=counts,
        notes=tuple([sentence for each in said.values() for sentence in each][:CONFLICTS]),
    )


def _conflicts(company: str, book: Book) -> list[str]:
    """A sentence for each figure of the own layer, public on the day, that the reviewed tables contradict."""
    public = [each for each in differing(company) if pd.Timestamp(each[0]["published"] or pd.NaT) <= book.day]
    return [told(*each) for each in public]


def revised(book: Book) -> Exhibit:
    """The figures that a later filing changed; rounding and share splits are counted only.

    >>> revised(facts.open(["AMD"], "2019-04-30")).title
    'The data has no figure that was changed after it was first published'
    """
    later = book.revisions
    counts = later["cause"].value_counts()
    causes = [
        words.say("coverage.cause_count", count=counts[cause], cause=words.say(f"coverage.cause.{cause}"))
        for cause in counts.index
        if cause in CAUSES
    ]
    key = "coverage.revised" if len(causes) < 3 else "coverage.revised_most"  # a title has three numbers
    title = words.counted(key, len(later), causes=words.listing(causes[:2]) if causes else "")
    listed = later[later["cause"] == "restatement"].sort_values("published", ascending=False)
    view = revisions(listed).drop(columns=words.say("column.cause"))
    figures = later.drop(columns=["file", "line"], errors="ignore")
    subtitle, sources = words.say("coverage.revised_subtitle"), parts.documents(listed)
    return Exhibit("revised", title, subtitle, "", view, figures, sources=sources)


def documents_by_year(book: Book) -> Exhibit:
    """How many documents of each publisher's tier the figures come from, by the year they appeared.

    Errors: CapcycleError where nothing is known.

    >>> documents_by_year(facts.open(["META"], "2019-12-31")).title
    'The figures come from 3 documents, among them 3 filings'
    """
    cards = pd.DataFrame(parts.documents(_known(book)))
    read = cards["tier"].eq("tracker") & cards["title"].isin(cards.loc[cards["tier"].eq("filing"), "title"])
    cards = cards[~read]  # a filing that a tracker reads too is one document
    counts = cards["tier"].value_counts()
    tiers = [words.counted(f"tier.{tier}", count) for tier, count in counts.items()]
    year = cards["published"].str[:4].replace("", words.say("format.no_day"))
    table = cards.assign(year=year).value_counts(["year", "tier"]).rename("documents")
    table = table.reset_index().sort_values(["year", "tier"], ignore_index=True)
    view = table.pivot(index="year", columns="tier", values="documents").fillna(0).astype(int).astype(str)
    view = view[::-1].rename_axis(index=words.say("column.published"), columns=None).reset_index()
    each = table.groupby("year")["documents"].sum().items()
    series = words.clauses(words.say("alt.year", year=year, count=count) for year, count in each)
    title = words.counted("coverage.by_tier", len(cards), most=tiers[0])
    subtitle = words.say("coverage.by_tier_subtitle", tiers=words.listing(tiers))
    frame = marks.Frame("documents-by-year", title, subtitle)
    rows = table.rename(columns={"year": "x", "tier": "group", "documents": "value"})
    shown = marks.stacked(rows.assign(label=table["year"], unit="number", kind="reported", source=""), frame)
    shown = replace(shown, alt=words.say("alt.documents", series=series), view=view, figures=table)
    return replace(shown, sources=tuple(cards.to_dict("records")))


def rejected(book: Book) -> Exhibit:
    """Figures of the companies that a document gives and that are not used, each with the reason.

    >>> len(rejected(facts.open(as_of="2019-12-31")).view)
    1
    """
    table = facts.rejected()
    table = table[table["source"].map(book.public) & table["company"].isin(book.companies)].reset_index(drop=True)
    view = parts.headed(
        company=table["company"].map(parts.company_names().get),
        concept=table["concept"].map(words.name),
        period=table["period_end"],
        published=table["published"].replace("", words.say("format.no_day")),
        value=[words.value(float(value), unit) for value, unit in table[["value", "unit"]].values],
        reason=table["reason"],
    )
    title, subtitle = words.counted("coverage.rejected", len(table)), words.say("coverage.rejected_subtitle")
    return Exhibit("rejected", title, subtitle, "", view, table, sources=parts.documents(table))


def _known(book: Book) -> pd.DataFrame:
    if book.facts.empty:
        raise NothingToShow("no figure is known: choose companies that have some, or a later date")
    return book.facts


def _fresh(table: pd.DataFrame, focus: str) -> str:
    if focus in set(table["company"]):
        own = table.set_index("company").at[focus, "published"]
        return words.say("coverage.fresh_one", name=parts.company_names()[focus], newest=words.day(own))
    newest, oldest = words.day(table["published"].iloc[0]), words.day(table["published"].iloc[-1])
    names = list(table["company"].map(parts.company_names().get))
    if newest == oldest:
        return words.say("coverage.fresh_same", names=words.listing(names), newest=newest)
    return words.say("coverage.fresh", name=names[0], newest=newest, last=names[-1], oldest=oldest)


def _quarters(panel: Panel) -> pd.DataFrame:
    """Company, concept, number of quarters with a figure, first and newest of them."""
    shown = panel.rows[panel.rows["ordinal"] >= panel.first]
    counts = shown.groupby(["company", "concept"]).agg(
        periods=("ordinal", "nunique"), first=("period_end", "min"), last=("period_end", "max")
    )
    every = pd.MultiIndex.from_product([panel.companies, sorted(panel.concepts)], names=["company", "concept"])
    return counts.reindex(every).fillna({"periods": 0}).astype({"periods": int}).reset_index()


def _named(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(name=table["company"].map(parts.company_names().get), concept=table["concept"].map(words.name))


def _grid(table: pd.DataFrame) -> pd.DataFrame:
    text = _named(table).assign(shown=[str(count) if count else words.DASH for count in table["periods"]])
    wide = text.pivot(index="concept", columns="name", values="shown")[list(dict.fromkeys(text["name"]))]
    return wide.rename_axis(index=words.say("column.concept"), columns=None).reset_index()


def _heat(table: pd.DataFrame, shown: int) -> alt.LayerChart:
    data = _named(table)[["name", "concept", "periods"]].assign(range=[
        words.say("coverage.range", first=words.day(first), last=words.day(last)) if count else words.DASH
        for count, first, last in table[["periods", "first", "last"]].itertuples(index=False)
    ])  # fmt: skip
    angle = -90 if table["company"].nunique() > MANY else -40
    base = alt.Chart(data).encode(
        x=alt.X("name:N", sort=None, title=None, axis=alt.Axis(orient="top", labelAngle=angle, labelOverlap=False)),
        y=alt.Y("concept:N", title=None, axis=alt.Axis(labelLimit=280)),
        tooltip=tooltip(QUARTERS_SAID),
    )
    fill = alt.FillOpacity("periods:Q", scale=alt.Scale(domain=[0, shown], range=[0, 1]), legend=None)
    page, text = alt.value(theme.LIGHT["page"]), alt.value(theme.LIGHT["text"])
    ink = alt.when(alt.datum.periods > shown * DARK_FROM).then(page).otherwise(text)
    rect = base.mark_rect(fill=theme.LIGHT["accent"], stroke=theme.LIGHT["axis"], strokeWidth=0.5)
    count = (
        base.transform_filter(alt.datum.periods > 0)
        .mark_text(fontSize=11)
        .encode(text=alt.when(f"bandwidth('x') < {DIGITS}").then(alt.value("")).otherwise("periods:Q"), color=ink)
    )
    return alt.layer(rect.encode(fillOpacity=fill), count).properties(height=alt.Step(22))


def _known_gaps(book: Book) -> tuple[str, ...]:
    gaps = book.gaps
    gaps = gaps[gaps["company"].isin(book.companies) & (gaps["period_end"] <= book.day)]
    return tuple(
        words.say("coverage.gap", name=parts.company_names()[company], concept=words.lower(words.name(concept)),
                  first=words.day(first), last=words.day(last), reason=reason)
        for company, concept, first, last, reason in gaps[GAP].itertuples(index=False)
    )  # fmt: skip
