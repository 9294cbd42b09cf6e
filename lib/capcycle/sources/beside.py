"""Rows of the registers in the user's own layer: checked at the door of the data, and written whole or not at all."""

import hashlib
import json
from collections.abc import Sequence
from sqlite3 import Connection

import pandas as pd

from capcycle.facts import door, registers
from capcycle.facts import store as shelf


def sound(register: str, rows: pd.DataFrame, known: door.Reference) -> tuple[pd.DataFrame, list[str]]:
    """The rows that a register lets in, and what it says of the others.

    rows   all its columns as text; `known` has their documents
    """
    shown = rows.reset_index(drop=True).assign(file=f"{register}.csv", line=range(len(rows)))
    said = dict(registers.judged(register, shown, known))
    return rows.reset_index(drop=True).drop(index=list(said)), list(said.values())


def columns(register: str) -> list[str]:
    """The columns of a register, as its schema has them."""
    every = registers.columns()
    return every.loc[every["table"] == register, "column"].tolist()


def whole(register: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of some columns of a register as rows of all of them, in its order; the others are empty."""
    kept = [each for each in ("file", "line") if each in rows]
    return rows.reindex(columns=[*columns(register), *kept], fill_value="")


def put(connection: Connection, register: str, name: str, rows: pd.DataFrame) -> None:
    """Write the rows of one kind, such as those on a company, in place of the ones that were there."""
    cells = [json.dumps(row) for row in rows.astype(str).to_dict("records")]
    stamp = hashlib.sha256("".join(cells).encode()).hexdigest()
    connection.execute("DELETE FROM registers WHERE register = ? AND name = ?", [register, name])
    cells = ["", *cells]  # the first says that the name was asked about, though nothing be found
    shelf.insert(connection, "registers", [[register, name, line, row, stamp] for line, row in enumerate(cells)])


def write(register: str, name: str, rows: pd.DataFrame) -> None:
    """The same as a whole."""
    with shelf.opened(writes=True) as connection:
        put(connection, register, name, rows)


def read(register: str, name: str, wanted: Sequence[str] = ()) -> pd.DataFrame:
    """The rows that were written under a name, as text; none where nothing was.

    wanted  their columns, where no schema of a register says them
    """
    found = shelf.rows("registers", "register = ? AND name = ? AND line > 0", register, name)
    cells = [json.loads(row) for (row,) in found]
    return pd.DataFrame(cells, columns=list(wanted) or columns(register), dtype=str).fillna("")


def names(register: str) -> list[str]:
    """The names under which something was written, in order."""
    return [name for (name,) in shelf.select("SELECT DISTINCT name FROM registers WHERE register = ?", register)]


def cite(connection: Connection, name: str, documents: pd.DataFrame) -> None:
    """Keep the documents of rows that were written under a name, beside those that are there already."""
    made = ([f"{shelf.REGISTERED} {name}", *row] for row in documents[shelf.COLUMNS["sources"]].to_numpy().tolist())
    shelf.insert(connection, "sources", made, "INSERT OR IGNORE")
