"""The tables beside the facts: what each holds, what is empty, what became known between two dates, what is lacking."""

from typing import Any

import pandas as pd

from capcycle import words
from capcycle.exhibits import parts
from capcycle.exhibits.changes import between
from capcycle.exhibits.exhibit import Exhibit
from capcycle.facts import Book, documents, door, inventory

MOSTLY = 0.5  # of the rows; a column that is empty in more of them is counted in the title


def tables(book: Book) -> Exhibit:
    """Rows of each table by kind, and the newest day with its documents.

    >>> tables(facts.open(as_of="2015-12-31")).view.iloc[0].tolist()
    ['Market values and prices', '–', '0', '0', '0', '0', '0']
    """
    table = inventory.counts(book)
    newest = [words.day(day) if rows else words.DASH for day, rows in table[["published", "rows"]].values]
    counts = {name: table[name].map("{:,}".format) for name in ("rows", *door.KINDS)}
    view = parts.headed(table=table["table"].map(_name), newest=newest, **counts)
    sums = table[door.KINDS].sum().items()
    kinds = [words.say(f"registers.kind.{kind}", count=f"{count:,}") for kind, count in sums]
    title = words.say("registers.tables", count=len(table), rows=f"{table['rows'].sum():,}")
    subtitle, sources = words.say("registers.tables_subtitle", kinds=words.listing(kinds)), parts.documents(table)
    return Exhibit("tables-held", title, subtitle, "", view, table, notes=_undated(table), sources=sources)


def empty(book: Book) -> Exhibit:
    """Each column that is empty in some rows, and what it would hold.

    >>> empty(facts.open(as_of="2024-06-30")).view.iloc[0].tolist()[:-1]
    ['Contracts', '`site`', '2', '2']
    """
    columns = inventory.columns(book)
    table = columns[columns["empty"] > 0].reset_index(drop=True)
    view = parts.headed(
        table=table["table"].map(_name),
        field=table["column"].map("`{}`".format),
        empty=table["empty"].map("{:,}".format),
        rows=table["rows"].map("{:,}".format),
        meaning=table["meaning"],
    )
    mostly = int((table["empty"] > MOSTLY * table["rows"]).sum())
    title = words.counted("registers.empty", len(table), columns=len(columns), mostly=mostly)
    return _exhibit("tables-empty", "empty", title, view, table, filters=(view.columns[0],))


def lacking(book: Book) -> Exhibit:
    """What was looked for and is in no table, each with the reason and the documents in which it was looked for.

    >>> lacking(facts.open(as_of="2025-10-03")).view["What is missing"].iloc[0]
    "value of Core Scientific's whole book with CoreWeave"
    """
    table = inventory.lacking(book)
    view = parts.headed(
        table=table["table"].map(_name), missing=table["missing"], reason=table["reason"], looked_in=_document(table)
    )
    title = words.counted("registers.lacking", len(table), tables=table["table"].nunique())
    figures = table.drop(columns=["file", "line"])
    return _exhibit("tables-lacking", "lacking", title, view, figures, sources=parts.documents(table))


def became_known(was: Book, now: Book) -> Exhibit:
    """New and changed rows by table between the days of two books, and the newest documents.

    Errors: CapcycleError for a first book that is not of an earlier day.

    >>> book = facts.open(as_of="2026-07-06")
    >>> became_known(book.on("2026-07-05"), book).title  # a lease, its building's cost, a sale
    'Rows that became known since 5 Jul 2026: 2 new, 1 changed'
    """
    table = inventory.became_known(was, now)
    counts = _counts(table)
    view = parts.headed(
        table=counts["table"].map(_name),
        new=counts["new"].map("{:,}".format),
        changed=counts["changed"].map("{:,}".format),
        newest=counts["published"].map(words.day),
        document=_document(counts),
    )
    sums = {cause: f"{counts[cause].sum():,}" for cause in ("new", "changed")}
    title = words.counted("registers.became_known", len(table), **sums, **between(was, now))
    notes, sources = (words.say("registers.undated_note"),), parts.documents(counts)
    return _exhibit("tables-became-known", "became_known", title, view, table, notes=notes, sources=sources)


def changed(was: Book, now: Book) -> Exhibit:
    """The rows among them that were known before in another version, and which cells differ.

    Errors: CapcycleError for a first book that is not of an earlier day.

    >>> book = facts.open(as_of="2026-07-06")
    >>> changed(book.on("2026-07-05"), book).view["What changed"].tolist()
    ['ownership: 0.51 → 0; ownership low: 0.501 → –; status: signed → sold; status date: 2025-10-28 → 2026-07-06']
    """
    table = inventory.became_known(was, now)
    table = table[table["cause"] == "changed"].sort_values("published", ascending=False)
    rows = table[["table", "row"]].itertuples(index=False)
    view = parts.headed(
        row=[words.say("registers.row", table=_name(name), row=row) for name, row in rows],
        what=table["what"].replace("", words.say("registers.same_cells")),
        published=table["published"].map(words.day),
        document=_document(table),
    )
    title = words.counted("registers.changed", len(table), **between(was, now))
    return _exhibit("tables-changed", "changed", title, view, table, sources=parts.documents(table))


def files(table: pd.DataFrame) -> Exhibit:
    """Every file of the data, what it is, and the meaning of each of its columns.

    table   of `codebook.columns`

    >>> one = pd.DataFrame({"file": ["fx.csv"], "about": "Rates", "column": "date", "meaning": "day of the fixing"})
    >>> files(one).view["File"].tolist()
    ['`fx.csv`']
    """
    named = zip(map("`{}`".format, table["column"]), table["meaning"], strict=True)
    meanings = [words.say("registers.column", column=column, meaning=meaning) for column, meaning in named]
    lines = table.assign(said=meanings).groupby(["file", "about"], sort=False)["said"].agg(list)
    columns = [{"text": words.say("registers.columns", count=len(each)), "details": each} for each in lines]
    names, about = zip(*lines.index, strict=True)
    view = parts.headed(file=map("`{}`".format, names), file_about=about, columns=columns)
    title = words.say("registers.files", count=len(view), columns=len(table))
    return _exhibit("files", "files", title, view, table)


def _exhibit(id: str, key: str, title: str, view: pd.DataFrame, figures: pd.DataFrame, **more: Any) -> Exhibit:
    return Exhibit(id, title, words.say(f"registers.{key}_subtitle"), "", view, figures, **more)


def _undated(table: pd.DataFrame) -> tuple[str, ...]:
    """How many rows of each table nobody knows the day of."""
    some = table[table["undated"] > 0]
    each = [
        words.say("registers.undated", table=_name(name), count=count)
        for name, count in zip(some["table"], some["undated"], strict=True)
    ]
    return (words.say("registers.undated_rows", each=words.listing(each)),) if each else ()


def _name(table: str) -> str:
    return words.label(f"register.{table}")


def _document(table: pd.DataFrame) -> list[str]:
    return [title or words.DASH for title in parts.newest_document(table)]


def _counts(table: pd.DataFrame) -> pd.DataFrame:
    """Of each table with rows that became known: how many are new, how many changed, the newest day, its documents."""
    newest = table[table["published"] == table.groupby("table")["published"].transform("max")]
    by_table = table.groupby("table", sort=False)
    return pd.DataFrame({
        "new": by_table["cause"].agg(lambda causes: int((causes == "new").sum())),
        "changed": by_table["cause"].agg(lambda causes: int((causes == "changed").sum())),
        "published": by_table["published"].max(),
        "source": newest.groupby("table")["source"].agg(documents),
    }).reindex(table["table"].unique()).rename_axis("table").reset_index()  # fmt: skip
