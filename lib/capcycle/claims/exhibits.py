"""What others claimed, what the recomputation gives, how often each kind of source is right, and which rules fired."""

import altair as alt
import pandas as pd

from capcycle import theme, words
from capcycle.claims.examined import Examined
from capcycle.claims.load import CLASSES, VERDICTS
from capcycle.claims.load import sources as outside_sources
from capcycle.exhibits.exhibit import Exhibit

BETWEEN = "; "  # between several names in one cell; a page's filters know it
ROW_HEIGHT = 28
WRONG = ("inconsistent", "mistranslated")
ENOUGH = 5  # decided statements of a source, to compare it with others


def headline(examined: Examined) -> str:
    """How many statements hold."""
    counts = examined.statements["verdict"].value_counts()
    total, holds = int(counts.sum()), int(counts.get("consistent", 0))
    wrong = int(sum(counts.get(verdict, 0) for verdict in WRONG))
    rest = total - holds - wrong
    if not total:
        return words.say("claims.page.headline_none")
    return words.say("claims.page.headline", total=total, holds=holds, wrong=wrong, rest=rest)


def verdicts(examined: Examined) -> Exhibit:
    """How many statements hold and how many do not, by the kind of source that made them."""
    table = _by(examined, "kinds")
    series = [f"{_verdict(name)} {count}" for name, count in examined.statements["verdict"].value_counts().items()]
    chart = _stack(table, "kinds") if table["kinds"].nunique() > 1 else None
    return Exhibit(
        id="verdicts",
        title=_best_and_worst(table, "kinds"),
        subtitle=words.say("claims.page.verdicts_subtitle"),
        alt=words.say("alt.bars", period="", series=BETWEEN.join(series)),
        view=_counts(table, "kinds") if len(table) else _overall(examined),
        figures=table,
        notes=(words.say("claims.page.kinds_note"), words.say("claims.page.click_note")) if chart else (),
        chart=chart,
    )


def _overall(examined: Examined) -> pd.DataFrame:
    """How many statements have each verdict, where no kind of source is known."""
    counts = examined.statements["verdict"].value_counts().reindex(VERDICTS).dropna().astype(int)
    return pd.DataFrame({words.say("column.verdict"): [_verdict(name) for name in counts.index],
                         words.say("column.statements"): counts.astype(str).array})  # fmt: skip


def speakers(examined: Examined) -> Exhibit:
    """How often each speaker's statements hold, the most examined first."""
    table = _by(examined, "speakers")
    return Exhibit(
        id="speakers",
        title=_best_and_worst(table, "speakers"),
        subtitle=words.say("claims.page.speakers_subtitle"),
        alt="",
        view=_counts(table, "speakers"),
        figures=table,
        notes=(words.say("claims.page.several_note"),),
    )


def statements(examined: Examined) -> Exhibit:
    """Every statement examined: who claimed what, the verdict that opens its arithmetic, what would be right."""
    table = examined.statements
    view = pd.DataFrame({
        words.say("column.check"): table["id"],
        words.say("column.claimed"): table["claimed"].map(" ".join),
        words.say("column.verdict"): [_opened(row) for row in table.to_dict("records")],
        words.say("column.right"): table["right"].replace("", words.DASH),
        words.say("column.company"): table["companies"].map(BETWEEN.join),
        words.say("column.speaker"): table["speakers"].map(BETWEEN.join),
        words.say("column.class"): table["error_class"].map(_class),
    })  # fmt: skip
    alone = int((table["decided_by"] == "arithmetic").sum())
    view = _told(view)
    return Exhibit(
        id="statements",
        title=words.say("claims.page.statements", count=len(table), arithmetic=alone),
        subtitle=words.say("claims.page.statements_subtitle"),
        alt="",
        view=view,
        figures=_flat(table),
        filters=_filters(view, "company", "speaker", "verdict", "class"),
    )


def classes(examined: Examined) -> Exhibit:
    """The errors by class, and how many the rules find without being told."""
    faulty = examined.statements[examined.statements["error_class"] != ""]
    table = faulty.groupby(["error_class", "verdict"]).size().rename("count").reset_index()
    largest = table.groupby("error_class")["count"].sum().sort_values()
    order = list(largest.index[::-1])
    key = "claims.page.classes" if order else "claims.page.classes_none"
    first = {"first": words.lower(_class(order[0])), "count": int(largest.iloc[-1])} if order else {}
    return Exhibit(
        id="classes",
        title=words.say(key, total=len(faulty), **first),
        subtitle=words.say("claims.page.classes_subtitle"),
        alt=words.say("alt.bars", period="", series=BETWEEN.join(f"{_class(name)} {largest[name]}" for name in order)),
        view=_scores(examined, order),
        figures=table,
        notes=(words.say("claims.page.scores_note"),) if len(examined.scores) else (),
        chart=_class_bars(table, order) if order else None,
    )


def findings(examined: Examined) -> Exhibit:
    """Each place where a rule fires, why, and what would be right."""
    found = examined.findings
    rows = [(BETWEEN.join(f.claim_ids), _class(f.error_class), f.why, f.right) for f in found]
    names = [words.say(f"column.{name}") for name in ("claims", "class", "why", "right")]
    key = "claims.page.findings" if found else "claims.page.findings_none"
    return Exhibit(
        id="findings",
        title=words.say(key, count=len(found), classes=len({f.error_class for f in found})),
        subtitle=words.say("claims.page.findings_subtitle"),
        alt="",
        view=pd.DataFrame(rows, columns=names),
        figures=pd.DataFrame([(f.rule, f.error_class, " ".join(f.claim_ids), f.why, f.right) for f in found],
                             columns=["rule", "error_class", "claim_ids", "why", "right"]),
        filters=(words.say("column.class"),),
    )  # fmt: skip


def printed(examined: Examined) -> Exhibit:
    """Every claim as printed: whom it is about, who made it, where it stands, and the gravest verdict on it."""
    table = examined.claims
    checked = int((table["verdict"] != "").sum())
    view = pd.DataFrame({
        words.say("column.claim"): table["claim_id"],
        words.say("column.company"): table["entity"],
        words.say("column.speaker"): table["speaker"],
        words.say("column.verdict"): [_verdict(verdict or "undecided") for verdict in table["verdict"]],
        words.say("column.claimed"): table["paraphrase"],
        words.say("column.published"): table["published"].replace("", words.DASH),
    })  # fmt: skip
    view = _told(view)
    return Exhibit(
        id="claims",
        title=words.say("claims.page.printed", count=len(table), checked=checked, articles=table["article"].nunique()),
        subtitle=words.say("claims.page.printed_subtitle"),
        alt="",
        view=view,
        figures=table.drop(columns=["file", "line"], errors="ignore").assign(checks=table["checks"].map(" ".join)),
        filters=_filters(view, "company", "speaker", "verdict"),
    )


def articles(examined: Examined) -> Exhibit:
    """The articles behind the claims, and how many claims of each hold."""
    rows = examined.claims.assign(holds=examined.claims["verdict"].eq("consistent"),
                                  wrong=examined.claims["verdict"].isin(WRONG))  # fmt: skip
    table = rows.groupby(["article", "publisher", "published"], sort=False).agg(
        claims=("claim_id", "size"), checked=("verdict", lambda column: int((column != "").sum())),
        holds=("holds", "sum"), wrong=("wrong", "sum"),
    ).reset_index()  # fmt: skip
    names = ["article", "publisher", "published", "claims", "checked", "holds", "wrong"]
    return Exhibit(
        id="articles",
        title=words.say(
            "claims.page.articles", count=len(table), publishers=table["publisher"].replace("", pd.NA).nunique()
        ),
        subtitle=words.say("claims.page.articles_subtitle"),
        alt="",
        view=table[names]
        .astype(str)
        .replace("", words.DASH)
        .set_axis([words.say(f"column.{name}") for name in names], axis=1),
        figures=table,
    )


def outside(examined: Examined) -> Exhibit:
    """The sources outside the articles that some verdicts rest on."""
    used = sorted({name for names in examined.statements["sources"] for name in names})
    table = outside_sources().loc[used, ["source", "publisher", "address", "published", "about"]]
    heads = [words.say(f"column.{name}") for name in ("source", "publisher", "address", "published", "about")]
    key = "claims.page.outside" if used else "claims.page.outside_none"
    return Exhibit(
        id="outside",
        title=words.say(key, count=len(used)),
        subtitle=words.say("claims.page.outside_subtitle"),
        alt="",
        view=table.replace("", words.DASH).set_axis(heads, axis=1),
        figures=table,
    )


def _told(view: pd.DataFrame) -> pd.DataFrame:
    """A table without the columns that say nothing of any row."""
    silent = [name for name in view if len(view) and view[name].isin(["", words.DASH]).all()]
    return view.drop(columns=silent)


def _filters(view: pd.DataFrame, *names: str) -> tuple[str, ...]:
    return tuple(heading for heading in (words.say(f"column.{name}") for name in names) if heading in view)


def _best_and_worst(table: pd.DataFrame, column: str) -> str:
    """Who is right most and least often, of those with statements enough to compare."""
    share = _share(table, column)
    share = share[share["decided"] >= ENOUGH].sort_values("right")
    if len(share) < 2:
        return words.say(f"claims.page.{column}_few", holds=table.query("verdict == 'consistent'")["count"].sum(),
                         total=table["count"].sum())  # fmt: skip
    shown = [words.value(value, "fraction") for value in share["right"]]
    ends = {"best": share.index[-1], "best_share": shown[-1], "worst": share.index[0], "worst_share": shown[0]}
    return words.say(f"claims.page.{column}", **ends)


def _by(examined: Examined, column: str) -> pd.DataFrame:
    """Statements by source and verdict; one on claims of two sources counts for both."""
    rows = examined.statements[[column, "verdict"]].explode(column).dropna()
    rows = rows[rows[column] != ""]
    table = rows.groupby([column, "verdict"]).size().rename("count").reset_index()
    return table.assign(shown=table["verdict"].map(_verdict), place=table["verdict"].map(VERDICTS.index))


def _share(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Of each source the statements decided one way or the other, and the share of them that hold."""
    decided = table[table["verdict"] != "not checkable"]
    total = decided.groupby(column)["count"].sum().rename("decided")
    right = decided[decided["verdict"] == "consistent"].groupby(column)["count"].sum()
    return pd.DataFrame({"decided": total, "right": right.reindex(total.index).fillna(0) / total})


def _counts(table: pd.DataFrame, column: str) -> pd.DataFrame:
    wide = table.pivot(index=column, columns="verdict", values="count").reindex(columns=VERDICTS).fillna(0).astype(int)
    share = _share(table, column).reindex(wide.index)
    wide = wide.assign(total=wide.sum(axis=1), right=share["right"]).sort_values(["total"], ascending=False)
    shown = {_verdict(verdict): wide[verdict].astype(str) for verdict in VERDICTS}
    right = [words.value(value, "fraction") for value in wide["right"]]
    return pd.DataFrame({words.say(f"column.{column}"): wide.index, **shown, words.say("column.share_right"): right})


def _opened(row: dict) -> dict:
    """The verdict, which opens the arithmetic behind it."""
    lines = [words.say("claims.why_line", why=row["why"]), *row["arithmetic"]]
    return {"text": _verdict(row["verdict"]), "details": lines}


def _scores(examined: Examined, order: list[str]) -> pd.DataFrame:
    scores = examined.scores.reindex(CLASSES).fillna(0).astype(int) if len(examined.scores) else None
    names = [name for name in CLASSES if scores is not None and scores.loc[name].any()] or order
    columns = {words.say("column.class"): [_class(name) for name in names]}
    if scores is not None:
        columns |= {words.say(f"column.{part}"): scores.loc[names, part].astype(str) for part in scores.columns}
    return pd.DataFrame(columns)


def _flat(table: pd.DataFrame) -> pd.DataFrame:
    """The statements for download: lists joined, the arithmetic in one cell."""
    lists = ["claim_ids", "subject", "companies", "tickers", "speakers", "kinds", "sources"]
    joined = {column: table[column].map(BETWEEN.join) for column in lists}
    return table.assign(
        **joined, **{name: table[name].map(" | ".join) for name in ("claimed", "recomputed", "arithmetic")}
    )


def _verdict(verdict: str) -> str:
    return words.say(f"claims.verdict.{verdict.replace(' ', '_')}")


def _class(name: str) -> str:
    return words.say(f"claims.class.{name}") if name else words.DASH


def _colours() -> alt.Scale:
    """A colour for each verdict, the same everywhere."""
    return alt.Scale(domain=[_verdict(verdict) for verdict in VERDICTS], range=list(theme.SERIES[: len(VERDICTS)]))


def _stack(table: pd.DataFrame, column: str) -> alt.Chart:
    order = list(table.groupby(column)["count"].sum().sort_values(ascending=False).index)
    return _bars(table, alt.Y(f"{column}:N", sort=order, title=None), len(order))


def _class_bars(table: pd.DataFrame, order: list[str]) -> alt.Chart:
    named = table.assign(name=table["error_class"].map(_class), shown=table["verdict"].map(_verdict),
                         place=table["verdict"].map(VERDICTS.index))  # fmt: skip
    return _bars(named, alt.Y("name:N", sort=[_class(name) for name in order], title=None,
                              axis=alt.Axis(labelLimit=260, labelOverlap=False)), len(order))  # fmt: skip


def _bars(table: pd.DataFrame, across: alt.Y, count: int) -> alt.Chart:
    chosen = alt.selection_point(fields=["shown"], bind="legend", name="chosen")
    key = alt.Legend(title=None, columns=alt.expr(theme.legend_columns([_verdict(verdict) for verdict in VERDICTS])))
    return (
        alt.Chart(table)
        .mark_bar(size=18)
        .encode(
            y=across,
            x=alt.X("count:Q", title=None, axis=alt.Axis(tickMinStep=1)),
            color=alt.Color("shown:N", scale=_colours(), sort=None, legend=key),
            order="place:Q",
            opacity=alt.condition(chosen, alt.value(1), alt.value(0.15)),
            tooltip=[across.shorthand, "shown:N", "count:Q"],
        )
        .add_params(chosen)
        .properties(height=ROW_HEIGHT * count)
    )
