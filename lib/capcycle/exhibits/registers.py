"""The tables beside the facts: what each holds, what is empty, what became known between two dates, what is lacking."""

from datetime import date

import pandas as pd

from capcycle import facts, words
from capcycle.exhibits import parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.facts import door

MOSTLY = 0.5  # of the rows; a column that is empty in more of them is told in the title


def held(table: pd.DataFrame) -> Exhibit:
    """What `inventory.held` counted: rows of each table by kind, and the newest day with its documents."""
    view = pd.DataFrame({
        words.say("column.table"): table["table"].map(_name),
        words.say("column.newest"): _days(table["published"], table["rows"]),
        words.say("column.rows"): table["rows"].map("{:,}".format),
        **{words.say(f"column.{kind}"): table[kind].map("{:,}".format) for kind in door.KINDS},
    })  # fmt: skip
    return Exhibit(
        id="tables-held",
        title=words.say("registers.held", count=len(table), rows=f"{table['rows'].sum():,}", kinds=_kinds(table)),
        subtitle=words.say("registers.held_subtitle"),
        alt="",
        view=view,
        figures=table,
        notes=_undated(table),
        sources=parts.documents(table),
    )  # fmt: skip


def empty(table: pd.DataFrame) -> Exhibit:
    """What `inventory.empty` counted: each column that is empty in some rows, and what it would hold."""
    meanings = facts.registers.columns().set_index(["table", "column"])["meaning"]
    table = table.assign(meaning=[meanings[place] for place in table[["table", "column"]].itertuples(index=False)])
    mostly = int((table["empty"] > MOSTLY * table["rows"]).sum())
    name = words.say("column.table")
    view = pd.DataFrame({
        name: table["table"].map(_name),
        words.say("column.field"): table["column"],
        words.say("column.empty"): table["empty"].map("{:,}".format),
        words.say("column.rows"): table["rows"].map("{:,}".format),
        words.say("column.meaning"): table["meaning"],
    })  # fmt: skip
    return Exhibit(
        id="tables-empty",
        title=words.counted("registers.empty", len(table), columns=len(meanings), mostly=mostly),
        subtitle=words.say("registers.empty_subtitle"),
        alt="",
        view=view,
        figures=table,
        filters=(name,),
    )


def lacking() -> Exhibit:
    """What was looked for and is in no table, each with the reason and the documents in which it was looked for."""
    table = facts.registers.gaps()
    view = pd.DataFrame({
        words.say("column.table"): table["table"].map(_name),
        words.say("column.missing"): table["missing"],
        words.say("column.reason"): table["reason"],
        words.say("column.looked_in"): _document(table),
    })  # fmt: skip
    return Exhibit(
        id="tables-lacking",
        title=words.counted("registers.lacking", len(table), tables=table["table"].nunique()),
        subtitle=words.say("registers.lacking_subtitle"),
        alt="",
        view=view,
        figures=table.drop(columns=["file", "line"]),
        sources=parts.documents(table),
    )


def became_known(table: pd.DataFrame, before: str, after: str = "") -> Exhibit:
    """What `inventory.became_known` found between two dates: new and changed rows by table, and newest documents."""
    counts = _counts(table)
    sums = {cause: f"{counts[cause].sum():,}" for cause in ("new", "changed")}
    view = pd.DataFrame({
        words.say("column.table"): counts["table"].map(_name),
        words.say("column.new"): counts["new"].map("{:,}".format),
        words.say("column.changed"): counts["changed"].map("{:,}".format),
        words.say("column.newest"): counts["published"].map(words.day),
        words.say("column.document"): _document(counts),
    })  # fmt: skip
    return Exhibit(
        id="tables-became-known",
        title=words.counted(
            "registers.became_known", len(table), tables=len(counts), **sums, **_between(before, after)
        ),
        subtitle=words.say("registers.became_known_subtitle"),
        alt="",
        view=view,
        figures=table,
        notes=(words.say("registers.undated_note"),),
        sources=parts.documents(counts),
    )


def changed(table: pd.DataFrame, before: str, after: str = "") -> Exhibit:
    """The rows among them that were known before in another version, and which cells differ."""
    table = table[table["cause"] == "changed"].sort_values("published", ascending=False)
    rows = table[["table", "row"]].itertuples(index=False)
    view = pd.DataFrame({
        words.say("column.row"): [words.say("registers.row", table=_name(name), row=row) for name, row in rows],
        words.say("column.what"): table["what"].replace("", words.say("registers.same_cells")),
        words.say("column.published"): table["published"].map(words.day),
        words.say("column.document"): _document(table),
    })  # fmt: skip
    return Exhibit(
        id="tables-changed",
        title=words.counted("registers.changed", len(table), **_between(before, after)),
        subtitle=words.say("registers.changed_subtitle"),
        alt="",
        view=view,
        figures=table,
        sources=parts.documents(table),
    )


def files(table: pd.DataFrame) -> Exhibit:
    """Every file of the data, what it is, and the meaning of each of its columns.

    table  of `codebook.columns`
    """
    each = table.groupby(["file", "about"], sort=False)
    columns = [{"text": words.say("registers.columns", count=len(rows)), "details": _lines(rows)} for _, rows in each]
    names, about = zip(*(pair for pair, _ in each), strict=True)
    view = pd.DataFrame({
        words.say("column.file"): names,
        words.say("column.file_about"): about,
        words.say("column.columns"): columns,
    })  # fmt: skip
    return Exhibit(
        id="files",
        title=words.say("registers.files", count=len(view), columns=len(table)),
        subtitle=words.say("registers.files_subtitle"),
        alt="",
        view=view,
        figures=table,
    )


def _undated(table: pd.DataFrame) -> tuple[str, ...]:
    """How many rows of each table nobody knows the day of."""
    some = table[table["undated"] > 0]
    each = [
        words.say("registers.undated", table=_name(name), count=count)
        for name, count in zip(some["table"], some["undated"], strict=True)
    ]
    return (words.say("registers.undated_rows", each=words.listing(each)),) if each else ()


def _kinds(table: pd.DataFrame) -> str:
    counts = table[door.KINDS].sum()
    return words.listing([words.say(f"registers.kind.{kind}", count=f"{count:,}") for kind, count in counts.items()])


def _name(table: str) -> str:
    return words.label(f"register.{table}")


def _document(table: pd.DataFrame) -> list[str]:
    return [title or words.DASH for title in parts.newest_document(table)]


def _days(days: pd.Series, rows: pd.Series) -> list[str]:
    return [words.day(day) if count else words.DASH for day, count in zip(days, rows, strict=True)]


def _between(before: str, after: str) -> dict[str, str]:
    now = words.day(date.fromisoformat(after)) if after else words.say("changes.now")
    return {"before": words.day(date.fromisoformat(before)), "after": now}


def _counts(table: pd.DataFrame) -> pd.DataFrame:
    """Of each table with rows that became known: how many are new, how many changed, the newest day, its documents."""
    newest = table[table["published"] == table.groupby("table")["published"].transform("max")]
    by_table = table.groupby("table", sort=False)
    return pd.DataFrame({
        "new": by_table["cause"].agg(lambda causes: int((causes == "new").sum())),
        "changed": by_table["cause"].agg(lambda causes: int((causes == "changed").sum())),
        "published": by_table["published"].max(),
        "source": newest.groupby("table")["source"].agg(lambda cells: " ".join(sorted(set(" ".join(cells).split())))),
    }).reindex(table["table"].unique()).rename_axis("table").reset_index()  # fmt: skip


def _lines(rows: pd.DataFrame) -> list[str]:
    return [words.say("registers.column", **row) for row in rows[["column", "meaning"]].to_dict("records")]
