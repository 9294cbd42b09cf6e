"""What the registers hold and lack: rows by kind, cells that are empty, rows that became known between two days."""

import pandas as pd

from capcycle.errors import CapcycleError
from capcycle.facts import door, registers
from capcycle.facts.book import Book
from capcycle.facts.evidence import documents
from capcycle.facts.registers import SOURCES

REMARK = "note"  # an empty remark lacks nothing
BETWEEN = " · "  # between the cells that name a row
DATING = [REMARK, "published", *SOURCES, "locator"]  # say when and where, not what


def counts(book: Book) -> pd.DataFrame:
    """Each register: rows, rows of each kind and of an unknown day, the newest day, its documents.

    >>> counts(facts.open(as_of="2025-06-30")).set_index("table").loc["holdings", ["rows", "undated"]].tolist()
    [14, 0]
    """
    return pd.DataFrame([_counts(name, book.register(name)) for name in registers.names()])


def columns(book: Book) -> pd.DataFrame:
    """Each column of each register: table, column, in how many rows it is empty, of how many, and what it holds.

    >>> cells = columns(facts.open()).set_index(["table", "column"])
    >>> bool(cells.at[("contracts", "margin_low"), "empty"] < cells.at[("contracts", "margin_low"), "rows"])
    True
    """
    counts = pd.concat([_empty(name, book.register(name)) for name in registers.names()], ignore_index=True)
    return counts.merge(registers.columns()[["table", "column", "meaning"]], on=["table", "column"])


def lacking(book: Book) -> pd.DataFrame:
    """What was looked for and is in no register, by documents that were public: see `registers.gaps`.

    >>> "AMD" in " ".join(lacking(facts.open(as_of="2025-10-05"))["missing"])  # the day before its warrant for OpenAI
    False
    """
    gaps = registers.gaps()
    if not book.as_of:
        return gaps
    return gaps[gaps["source"].ne("") & gaps["source"].map(book.public)].reset_index(drop=True)


def became_known(was: Book, now: Book) -> pd.DataFrame:
    """The rows of all registers that became known after the day of one book and by that of another.

    A row that was known in another version is `changed`, and `what` says which cells differ; any other is `new`.
    Columns: table, row (its key), cause, what, kind, published, source. Rows of an unknown day are in no version.
    Errors: CapcycleError for a first book that is not of an earlier day.

    >>> book = facts.open(as_of="2025-10-02")
    >>> contracts = became_known(book.on("2025-10-01"), book).query("table == 'contracts' and cause == 'changed'")
    >>> contracts[["row", "what"]].to_numpy().tolist()
    [['huatie-hangzhou', 'status: signed → terminated; status date: 2025-03-31 → 2025-09-30']]
    """
    if not was.day < now.day:
        raise CapcycleError(f"before is '{was.as_of}' and after '{now.as_of}'; give two dates, the earlier one first")
    return pd.concat([_became_known(name, was, now) for name in registers.names()], ignore_index=True)


def _counts(name: str, table: pd.DataFrame) -> dict:
    day, kinds = registers.public_day(table), table["kind"].value_counts()
    newest = table[day == day.max()]["source"]
    return {
        "table": name,
        "rows": len(table),
        **{kind: int(kinds.get(kind, 0)) for kind in door.KINDS},
        "undated": int(day.isna().sum()),
        "published": day.max(),
        "source": documents(newest),
    }


def _empty(name: str, table: pd.DataFrame) -> pd.DataFrame:
    empty = (table.isna() | table.eq("")).sum()
    empty = empty.where(empty.index != REMARK, 0)
    return pd.DataFrame({"table": name, "column": empty.index, "empty": empty.to_numpy(), "rows": len(table)})


def _became_known(name: str, earlier: Book, later: Book) -> pd.DataFrame:
    was, now = (_named(name, book.register(name)) for book in (earlier, later))
    now = now[registers.public_day(now) > earlier.day]
    known = [row in was.index for row in now.index]
    each = zip(now.index, known, strict=True)
    return pd.DataFrame({
        "table": name,
        "row": [BETWEEN.join(filter(None, row.split(BETWEEN))) for row in now.index],
        "cause": ["changed" if there else "new" for there in known],
        "what": [_difference(was.loc[row], now.loc[row]) if there else "" for row, there in each],
        "kind": now["kind"].to_numpy(),
        "published": registers.public_day(now).to_numpy(),
        "source": [documents(cells) for cells in now.reindex(columns=SOURCES, fill_value="").to_numpy()],
    })  # fmt: skip


def _named(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """A register with the text of its key, empty cells too, as the index."""
    cells = table[registers.key(name)].map(_cell).to_numpy()
    return table.set_index(pd.Index([BETWEEN.join(row) for row in cells], dtype=str))


def _difference(was: pd.Series, now: pd.Series) -> str:
    cells = [(column, _cell(was[column]), _cell(now[column])) for column in now.index if column not in DATING]
    changed = [(column.replace("_", " "), old or "–", new or "–") for column, old, new in cells if old != new]
    return "; ".join(f"{column}: {old} → {new}" for column, old, new in changed)


def _cell(cell: object) -> str:
    """A cell as text: a day in ISO form, a number in full, nothing for what is missing."""
    if pd.isna(cell):
        return ""
    if isinstance(cell, pd.Timestamp):
        return f"{cell:%Y-%m-%d}"
    return f"{cell:,.12g}" if isinstance(cell, float) else str(cell)
