"""What others claimed, what the recomputation gives, how often each kind of source is right, and which rules fired.

Each takes what `claims.examine` gives, which refuses names that are not there. Of no statement at all each says so.
"""

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from capcycle import facts, theme, words
from capcycle.claims.examined import Examined
from capcycle.claims.load import CLASSES, VERDICTS
from capcycle.claims.load import sources as outside_sources
from capcycle.claims.reader import check_examples
from capcycle.claims.worked import is_lacking, plain
from capcycle.errors import ModelError, unknown
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.parts import headed
from capcycle.facts import Book
from capcycle.facts.examples import examples
from capcycle.verdicts import Line, verdict_name
from capcycle.words import counted, say

BETWEEN = "; "  # between several names in one cell; a page's filters know it
ROW_HEIGHT = 28
ENOUGH = 20  # decided statements of a source, to say how often it is right
DECIDED = ("consistent", "inconsistent")  # what was overtaken later was true when it was written
SURE = 1.96  # standard errors on either side of 95 %


def headline(examined: Examined) -> str:
    """How many statements hold.

    >>> headline(claims.examine(speakers=["Goldman Sachs"]))[:36]
    'Of 15 statements examined, 11 are co'
    """
    counts = examined.statements["verdict"].value_counts().reindex(VERDICTS, fill_value=0)
    holds, wrong, mistranslated, *rest = map(int, counts)
    if not counts.sum():
        return say("claims.page.headline_none")
    shown = {"total": counts.sum(), "holds": holds, "wrong": wrong, "mistranslated": mistranslated, "rest": sum(rest)}
    return say("claims.page.headline", **shown)


def verdicts(examined: Examined) -> Exhibit:
    """How many statements hold and how many do not, by the kind of source that made them; a table for one kind.

    What a translation spoiled counts for the translation. Kinds with few decided statements count together.

    >>> table = verdicts(claims.examine()).figures
    >>> table[table["verdict"] == "mistranslated"][["kinds", "count"]].values.tolist()
    [['translation', 15]]
    """
    table = _kinds(examined)
    counts = examined.statements["verdict"].value_counts()
    series = [f"{verdict_name(name)} {count}" for name, count in counts.items()]
    order = list(table.groupby("kinds")["count"].sum().sort_values(ascending=False).index)
    chart = _bars(table, alt.Y("kinds:N", sort=order, title=None), len(order)) if len(order) > 1 else None
    notes = {say("claims.page.kinds_note", enough=ENOUGH): len(order), say("claims.page.click_note"): chart}
    overall = counts.reindex(VERDICTS).dropna().astype(int)
    one_kind = headed(verdict=overall.index.map(verdict_name), statements=overall.astype(str).array)
    return _exhibit(
        "verdicts",
        _best_and_worst(examined, table, "kinds"),
        _counts(table, "kinds") if len(table) else one_kind,
        table,
        alt=say("alt.bars", period="", series=BETWEEN.join(series)),
        notes=tuple(note for note, shown in notes.items() if shown),
        chart=chart,
        newest=examined.claims["published"].max(),
    )


def speakers(examined: Examined) -> Exhibit:
    """How often the statements of a speaker hold, where enough of them are decided to say so.

    >>> speakers(claims.examine(speakers=["Bernstein"])).title
    'No speaker here has 20 decided statements'
    """
    rows = _rows(examined, "speakers").query("verdict != 'mistranslated'")
    table = _counted(rows[rows["speakers"].isin(_enough(rows, "speakers"))], "speakers")
    title, notes = _best_and_worst(examined, table, "speakers"), (say("claims.page.several_note", enough=ENOUGH),)
    view = _counts(table, "speakers").drop(columns=verdict_name("mistranslated"))
    return _exhibit("speakers", title, view, table, notes=notes, newest=examined.claims["published"].max())


def statements(examined: Examined) -> Exhibit:
    """Every statement examined: who claimed what, the verdict that opens its arithmetic, what would be right.

    >>> statements(claims.examine(classes=["scale_slip"])).view.iloc[0, 2]["text"]
    'mistranslated'
    """
    table = examined.statements
    view = headed(
        check=table["id"],
        claimed=[" ".join(map(words.translated, each)) for each in table["claimed"]],
        verdict=[
            {"text": verdict_name(row["verdict"]), "details": [row["why"], *row["arithmetic"]]}
            for row in table.to_dict("records")
        ],
        right=table["right"].replace("", words.DASH),
        company=table["companies"].map(BETWEEN.join),
        speaker=table["speakers"].map(BETWEEN.join),
        **{"class": table["error_class"].map(_class)},
    )
    alone = int((table["decided_by"] == "arithmetic").sum())
    title = counted("claims.page.statements", len(table), arithmetic=alone)
    return _filtered("statements", title, view, _flat(table), "company", "speaker", "verdict", "class")


def classes(examined: Examined) -> Exhibit:
    """The errors by class, and how many of them the rules detect; of a reader's file the errors alone.

    >>> classes(claims.examine(companies=["Baidu"])).view.columns.tolist()
    ['Class of error', 'Known errors', 'Detected', 'Rules fired', 'On an error']
    """
    faulty = examined.statements[examined.statements["error_class"] != ""]
    table = faulty.groupby(["error_class", "verdict"]).size().rename("count").reset_index()
    largest = table.groupby("error_class")["count"].sum().sort_values()
    order = list(largest.index[::-1])
    key = "claims.page.classes" if order else "claims.page.classes_none"
    first = {"first": words.lower(_class(order[0])), "count": int(largest.iloc[-1])} if order else {}
    mistranslated = int((faulty["verdict"] == "mistranslated").sum())
    series = BETWEEN.join(f"{_class(name)} {largest[name]}" for name in order)
    axis = alt.Axis(labelLimit=260, labelOverlap=False)
    across = alt.Y("name:N", sort=[_class(name) for name in order], title=None, axis=axis)
    return _exhibit(
        "classes",
        say(key, total=len(faulty), mistranslated=mistranslated, **first),
        _scores(examined, order),
        table,
        alt=say("alt.bars", period="", series=series),
        notes=_how_far(examined.scores),
        chart=_bars(_named(table).assign(name=table["error_class"].map(_class)), across, len(order)) if order else None,
    )


def findings(examined: Examined) -> Exhibit:
    """Each place where a rule fires, why, and what would be right.

    >>> findings(claims.examine(classes=["scale_slip"])).figures["rule"].tolist()
    ['watts_per_gpu']
    """
    fired = examined.findings
    figures = pd.DataFrame(fired, columns=["rule", "error_class", "claim_ids", "why", "right"])
    figures["claim_ids"] = figures["claim_ids"].map(" ".join)
    named = {"class": figures["error_class"].map(_class)}
    view = headed(claims=figures["claim_ids"].str.replace(" ", BETWEEN), **named, why=figures["why"],
                  right=figures["right"])  # fmt: skip
    title = counted("claims.page.findings", len(fired), classes=figures["error_class"].nunique())
    return _exhibit("findings", title, view, figures, filters=(say("column.class"),))


def printed(examined: Examined) -> Exhibit:
    """Every claim as printed: whom it is about, who made it, where it stands, and the gravest verdict on it.

    >>> len(printed(claims.examine(classes=["scale_slip"])).view)
    10
    """
    table = examined.claims
    checked = int((table["verdict"] != "").sum())
    view = headed(
        claim=table["claim_id"],
        company=table["entity"],
        speaker=table["speaker"],
        verdict=[verdict_name(verdict or "undecided") for verdict in table["verdict"]],
        claimed=table["paraphrase"],
        published=table["published"].replace("", words.DASH),
    )
    title = counted("claims.page.claims", len(table), checked=checked, articles=table["article"].nunique())
    figures = table.drop(columns=["file", "line"], errors="ignore").assign(checks=table["checks"].map(" ".join))
    return _filtered("claims", title, view, figures, "company", "speaker", "verdict")


def articles(examined: Examined) -> Exhibit:
    """The articles behind the claims, and how many claims of each hold.

    >>> articles(claims.examine(classes=["scale_slip"])).figures[["wrong", "mistranslated"]].sum().tolist()
    [0, 6]
    """
    verdict = examined.claims["verdict"]
    kinds = {"holds": "consistent", "wrong": "inconsistent", "mistranslated": "mistranslated"}
    marks = {"checked": verdict.ne("")} | {name: verdict.eq(kind) for name, kind in kinds.items()}
    groups = examined.claims.assign(**marks).groupby(["article", "publisher", "published"], sort=False)
    table = groups.agg(claims=("claim_id", "size"), **{name: (name, "sum") for name in marks}).reset_index()
    publishers = table["publisher"].replace("", pd.NA).nunique()
    view = headed(**table.astype(str).replace("", words.DASH))
    return _exhibit("articles", counted("claims.page.articles", len(table), publishers=publishers), view, table)


def outside(examined: Examined) -> Exhibit:
    """The sources outside the articles that some verdicts rest on.

    >>> outside(claims.examine(classes=["scale_slip"])).figures["source"].tolist()
    ['x1', 'x3']
    """
    used = sorted({name for names in examined.statements["sources"] for name in names})
    table = outside_sources().loc[used, ["source", "publisher", "address", "published", "about"]]
    return _exhibit(
        "outside", counted("claims.page.outside", len(used)), headed(**table.replace("", words.DASH)), table
    )


def worked_examples(book: Book, *rooms: str) -> Exhibit:
    """Every published example of some analyses that was public, worked out again from its author's own inputs.

    rooms    of `capcycle.analyses`
    Errors:  ModelError for an analysis that has no example.

    >>> worked_examples(facts.open(), "power_value").title
    'All 3 worked examples reproduce'
    """
    every = examples()
    lacking = [is_lacking(*each) for each in zip(every["model"], every["analysis"], strict=True)]
    if wrong := set(rooms) - (valid := set(every.loc[np.logical_not(lacking), "analysis"]) - {""}):
        raise ModelError(unknown("analysis", wrong, valid))
    table = book.examples().query("analysis in @rooms")
    lines = check_examples(table)
    fits = [line.verdict for line in lines].count("consistent")
    figures = [words.clauses(line.arithmetic) for line in lines]
    view = pd.DataFrame({
        say("examples.column_example"): [_example(row) for row in table.itertuples()],
        say("examples.column_figures"): [text or line.why for text, line in zip(figures, lines, strict=True)],
        say("column.verdict"): [_within(*each) for each in zip(lines, table["tolerance"], strict=True)],
        say("column.document"): [{"text": row.source_title, "href": row.source_url} for row in table.itertuples()],
    })  # fmt: skip
    key = "examples.none" if table.empty else "examples.all" if fits == len(table) else "examples.some"
    columns = ["model", "about", "tolerance", "source_title", "source_url", "note"]
    return Exhibit(
        id="worked-examples",
        title=words.counted(key, len(table), fits=fits),
        subtitle=say("examples.subtitle"),
        alt="",
        view=view,
        figures=table[columns].assign(verdict=[line.verdict for line in lines], figures=figures),
    )


def _exhibit(name: str, title: str, view: pd.DataFrame, figures: pd.DataFrame, alt: str = "", **more: Any) -> Exhibit:
    """One exhibit of the page; behind its subtitle the day of the newest claim, where it is given."""
    newest = more.pop("newest", "")
    subtitle = say(f"claims.page.{name}_subtitle")
    if newest:
        when = say("page.documents_to", day=words.day(pd.Timestamp(newest)))
        subtitle = say("page.of_when", of=subtitle, when=when)
    return Exhibit(name, title, subtitle, alt, view, figures, **more)


def _filtered(name: str, title: str, view: pd.DataFrame, figures: pd.DataFrame, *filters: str) -> Exhibit:
    """A table to be narrowed by some columns, without the columns that say nothing of any row."""
    view = view.drop(columns=[name for name in view if len(view) and view[name].isin(["", words.DASH]).all()])
    headings = tuple(say(f"column.{filter}") for filter in filters)
    return _exhibit(name, title, view, figures, filters=tuple(each for each in headings if each in view))


def _best_and_worst(examined: Examined, table: pd.DataFrame, column: str) -> str:
    """Who is right most and least often, and whether that may be chance."""
    share = _share(table, column).drop(say("claims.page.others"), errors="ignore").sort_values("right")
    if len(share) < 2:
        verdict = examined.statements["verdict"]
        return say(f"claims.page.{column}_few", holds=sum(verdict == "consistent"), total=len(verdict), enough=ENOUGH)
    worst, best = share.iloc[0], share.iloc[-1]
    key = f"claims.page.{column}" if best["low"] > worst["high"] else f"claims.page.{column}_chance"
    shares = {name: words.value(each["right"], "fraction") for name, each in (("low", worst), ("high", best))}
    return say(key, best=best.name, worst=worst.name, count=len(share), enough=ENOUGH, **shares)


def _kinds(examined: Examined) -> pd.DataFrame:
    """Statements by kind of source and verdict: the translation is one, and those with few statements are another."""
    rows = _rows(examined, "kinds").assign(kinds=lambda each: each["kinds"].map(words.translated))
    many, spoiled = rows["kinds"].isin(_enough(rows, "kinds")), rows["verdict"] == "mistranslated"
    kinds = rows["kinds"].where(many, say("claims.page.others")).mask(spoiled, say("claims.page.translation"))
    return _counted(rows.assign(kinds=kinds).drop_duplicates(["id", "kinds"]), "kinds")


def _rows(examined: Examined, column: str) -> pd.DataFrame:
    """A row per statement and source; one on claims of two sources is of both."""
    rows = examined.statements[["id", column, "verdict"]].explode(column).dropna()
    return rows[rows[column] != ""]


def _enough(rows: pd.DataFrame, column: str) -> pd.Index:
    """The sources that have enough decided statements to say how often they are right."""
    decided = rows[rows["verdict"].isin(DECIDED)][column].value_counts()
    return decided.index[decided >= ENOUGH]


def _counted(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    return _named(rows.groupby([column, "verdict"]).size().rename("count").reset_index())


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """Verdicts as a chart needs them: in words, and with their place in its key."""
    return table.assign(verdict_name=table["verdict"].map(verdict_name), place=table["verdict"].map(VERDICTS.index))


def _share(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Of each source the statements decided, the share of them that hold, and its 95 % interval by Wilson (1927)."""
    decided = table[table["verdict"].isin(DECIDED)].groupby(column)["count"].sum()
    right = table[table["verdict"] == "consistent"].groupby(column)["count"].sum()
    share = right.reindex(decided.index, fill_value=0) / decided
    spread = SURE**2 / decided
    middle = (share + spread / 2) / (1 + spread)
    half = (spread * (share * (1 - share) + spread / 4)) ** 0.5 / (1 + spread)
    return pd.DataFrame({"decided": decided, "right": share, "low": middle - half, "high": middle + half})


def _counts(table: pd.DataFrame, column: str) -> pd.DataFrame:
    wide = table.pivot(index=column, columns="verdict", values="count").reindex(columns=VERDICTS).fillna(0).astype(int)
    wide = wide.assign(total=wide.sum(axis=1)).sort_values("total", ascending=False)
    share = _share(table, column).reindex(wide.index)
    counts = {verdict_name(verdict): wide[verdict].astype(str) for verdict in VERDICTS}
    shares = [words.value(value, "fraction") for value in share["right"]]
    ends = [words.between(row.low, row.high, "fraction") for row in share.itertuples()]
    return pd.DataFrame({say(f"column.{column}"): wide.index, **counts, say("column.share_right"): shares,
                         say("column.interval"): ends})  # fmt: skip


def _scores(examined: Examined, order: list[str]) -> pd.DataFrame:
    """The classes of error, and how the rules do where that is known."""
    scores = examined.scores.reindex(CLASSES).fillna(0).astype(int) if len(examined.scores) else pd.DataFrame()
    classes = [name for name in CLASSES if scores.loc[name].any()] if len(scores) else order
    known = {name: scores.loc[classes, name].astype(str).array for name in scores}
    return headed(**{"class": [_class(name) for name in classes]}, **known)


def _how_far(scores: pd.DataFrame) -> tuple[str, ...]:
    """How many of the known errors the rules detect, how often they fire on one, and what the columns are."""
    total = scores.sum()
    if scores.empty or not total["errors"] or not total["fired"]:
        return ()
    recall, precision = total["detected"] / total["errors"], total["hits"] / total["fired"]
    shares = {"recall": words.value(recall, "fraction"), "precision": words.value(precision, "fraction")}
    return (say("claims.page.scores", **total, **shares), say("claims.page.scores_note"))


def _flat(table: pd.DataFrame) -> pd.DataFrame:
    """The statements for download: lists joined, the arithmetic in one cell."""
    lists = ["claim_ids", "subject", "companies", "tickers", "speakers", "kinds", "sources"]
    joined = {column: table[column].map(BETWEEN.join) for column in lists}
    texts = {column: table[column].map(" | ".join) for column in ("claimed", "recomputed", "arithmetic")}
    return table.assign(**joined, **texts)


def _class(name: str) -> str:
    return say(f"claims.class.{name}") if name else words.DASH


def _bars(table: pd.DataFrame, across: alt.Y, count: int) -> alt.Chart:
    """Bars stacked by verdict, in the same colours everywhere; a click on the legend shows one verdict alone."""
    names = [verdict_name(verdict) for verdict in VERDICTS]
    chosen = alt.selection_point(fields=["verdict_name"], bind="legend", name="chosen")
    colours = alt.Scale(domain=names, range=list(theme.SERIES))
    key = alt.Legend(title=None, columns=alt.expr(theme.legend_columns(names)))
    return (
        alt.Chart(table)
        .mark_bar(size=18)
        .encode(
            y=across,
            x=alt.X("count:Q", title=None, axis=alt.Axis(tickMinStep=1)),
            color=alt.Color("verdict_name:N", scale=colours, sort=None, legend=key),
            order="place:Q",
            opacity=alt.condition(chosen, alt.value(1), alt.value(0.15)),
            tooltip=[across.shorthand, "verdict_name:N", "count:Q"],
        )
        .add_params(chosen)
        .properties(height=ROW_HEIGHT * count)
    )


def _example(row) -> str:
    """Whom it is about, a company by its name, and the model unless that is a plain function."""
    company, comma, rest = words.translated(row.about).partition(",")
    about = facts.Names().get(company, company) + comma + rest
    model = words.catalogue().get(f"name.{row.model}", "")
    return say("examples.of_model", about=about, model=words.lower(model)) if model else about


def _within(line: Line, tolerance: str) -> str:
    """The verdict, with how far what is worked out may lie from what was printed."""
    kind, _, size = tolerance.partition("=")
    within = {"abs": plain(float(size or 0)), "rel": words.coupon(float(size or 0))}.get(kind, "")
    verdict = verdict_name(line.verdict)
    return say("examples.within", verdict=verdict, size=within) if within else verdict
