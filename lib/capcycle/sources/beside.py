"""Rows of the registers in the user's own layer: checked at the door of the data, and written whole or not at all."""

import os
from pathlib import Path

import pandas as pd

from capcycle import paths
from capcycle.facts import door, layers, registers, tables


def sound(register: str, rows: pd.DataFrame, known: door.Reference) -> tuple[pd.DataFrame, list[str]]:
    """The rows that a register lets in, and what it says of the others.

    rows   all its columns as text; `known` has their documents
    """
    shown = rows.reset_index(drop=True).assign(file=f"{register}.csv", line=range(len(rows)))
    said = registers.judged(register, shown, known)
    return rows.reset_index(drop=True).drop(index=list(said)), list(said.values())


def write(register: str, name: str, rows: pd.DataFrame) -> None:
    """Write the rows of one kind, such as those on a company, in place of the ones that were there."""
    path = file(register, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("w", encoding="utf-8", newline="") as stream:
            rows.to_csv(stream, index=False, lineterminator="\n")
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def read(register: str, name: str) -> pd.DataFrame:
    """The rows that were written under a name, as text; none where nothing was."""
    columns = registers.columns().query("table == @register")["column"].tolist()
    if not (path := file(register, name)).is_file():
        return pd.DataFrame(columns=columns, dtype=str)
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")


def cite(name: str, documents: pd.DataFrame) -> None:
    """Keep the documents of rows that were written under a name, beside those that are there already."""
    path = file("sources", name)
    old = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8") if path.is_file() else documents[:0]
    columns = list(tables.columns("sources.csv"))
    write("sources", name, pd.concat([old, documents])[columns].drop_duplicates("source"))


def file(register: str, name: str) -> Path:
    """Where the rows of a register lie that were written under a name."""
    return paths.STORE / layers.register(register) / f"{name}.csv"
