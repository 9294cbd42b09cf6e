"""What the registers hold and lack: rows by kind, cells that are empty, rows that became known between two days."""

from collections.abc import Iterable
from datetime import date

import pandas as pd

from capcycle.errors import CapcycleError
from capcycle.facts import door, registers

REMARK = "note"  # an empty remark lacks nothing
BETWEEN = " · "  # between the cells that name a row
SOURCES = ["source", "status_source"]
DATING = [REMARK, "published", *SOURCES, "locator"]  # say when and where, not what


def held(as_of: str | date | None = None) -> pd.DataFrame:
    """Each register as known on `as_of`: rows, rows of each kind and of an unknown day, the newest day, its documents.

    >>> held("2025-06-30").set_index("table").loc["holdings", ["rows", "undated"]].tolist()
    [0, 0]
    """
    return pd.DataFrame([_held(name, registers.read(name, as_of)) for name in registers.names()])


def empty(as_of: str | date | None = None) -> pd.DataFrame:
    """Each column of each register that is empty in some row: table, column, in how many rows, of how many.

    >>> found = empty().set_index(["table", "column"])
    >>> bool(found.at[("contracts", "margin_low"), "empty"] < found.at[("contracts", "margin_low"), "rows"])
    True
    """
    counts = pd.concat([_empty(name, registers.read(name, as_of)) for name in registers.names()], ignore_index=True)
    return counts[counts["empty"] > 0].reset_index(drop=True)


def became_known(before: str | date, after: str | date | None = None) -> pd.DataFrame:
    """The rows of all registers that became known after `before` and by `after`, newest known by default.

    A row that was known in another version is `changed`, and `what` says which cells differ; any other is `new`.
    Columns: table, row (its key), cause, what, kind, published, source. Rows of an unknown day are in no version.
    Errors: CapcycleError for a bad date, or dates that are not one before the other.

    >>> found = became_known("2025-09-29", "2025-09-30").query("table == 'contracts'")
    >>> found = found[found["cause"] == "changed"]
    >>> found[["row", "cause", "what"]].values.tolist()
    [['huatie-hangzhou', 'changed', 'status: signed → terminated; status_date: 2025-03-31 → 2025-09-30']]
    """
    if not before or door.day(before) >= door.day(after):
        raise CapcycleError(f"before is '{before}' and after '{after or ''}'; give two dates, the earlier one first")
    return pd.concat([_became_known(name, before, after) for name in registers.names()], ignore_index=True)


def _held(name: str, table: pd.DataFrame) -> dict:
    day, kinds = registers.public_day(table), table["kind"].value_counts()
    newest = table[day == day.max()]["source"]
    return {
        "table": name,
        "rows": len(table),
        **{kind: int(kinds.get(kind, 0)) for kind in door.KINDS},
        "undated": int(day.isna().sum()),
        "published": day.max(),
        "source": _documents(newest),
    }


def _empty(name: str, table: pd.DataFrame) -> pd.DataFrame:
    empty = (table.isna() | table.eq("")).drop(columns=REMARK, errors="ignore").sum()
    return pd.DataFrame({"table": name, "column": empty.index, "empty": empty.to_numpy(), "rows": len(table)})


def _became_known(name: str, before: str | date, after: str | date | None) -> pd.DataFrame:
    was, now = (_named(name, registers.read(name, day)) for day in (before, after))
    now = now[registers.public_day(now) > door.day(before)]
    known = [row in was.index for row in now.index]
    each = zip(now.index, known, strict=True)
    return pd.DataFrame({
        "table": name,
        "row": [BETWEEN.join(filter(None, row.split(BETWEEN))) for row in now.index],
        "cause": ["changed" if there else "new" for there in known],
        "what": [_difference(was.loc[row], now.loc[row]) if there else "" for row, there in each],
        "kind": now["kind"].to_numpy(),
        "published": registers.public_day(now).to_numpy(),
        "source": [_documents(cells) for cells in now.reindex(columns=SOURCES, fill_value="").to_numpy()],
    })  # fmt: skip


def _named(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """A register with the text of its key, empty cells too, as the index."""
    cells = table[registers.key(name)].map(_cell).to_numpy()
    return table.set_index(pd.Index([BETWEEN.join(row) for row in cells], dtype=str))


def _difference(was: pd.Series, now: pd.Series) -> str:
    cells = [(column, _cell(was[column]), _cell(now[column])) for column in now.index if column not in DATING]
    return "; ".join(f"{column}: {old or '–'} → {new or '–'}" for column, old, new in cells if old != new)


def _cell(cell: object) -> str:
    """A cell as text: a day in ISO form, a number in full, nothing for what is missing."""
    if pd.isna(cell):
        return ""
    if isinstance(cell, pd.Timestamp):
        return f"{cell:%Y-%m-%d}"
    return f"{cell:,.12g}" if isinstance(cell, float) else str(cell)


def _documents(cells: Iterable[str]) -> str:
    return " ".join(sorted({one for cell in cells for one in cell.split()}))
