"""Writes the user's own layer, a company or many at a time: all of it or nothing; and keeps what was downloaded."""

import gzip
import hashlib
import json
import os
import sqlite3
from pathlib import Path

import pandas as pd

from capcycle import paths
from capcycle.facts import layers, store, tables

TABLES = ("sources", "facts", "companies")
NUMBER = "[0-9]*-[0-9][0-9]-[0-9]*"  # of a filing
ANSWERS = "answers"  # the folder of what was downloaded


def write(company: str, of: dict[str, pd.DataFrame], origin: str = "") -> None:
    """Write a company's documents, facts and row, or some of the three, in place of what the store has of them.

    origin  what it was read from, where that was an archive; what stands there tells whether to read it again
    """
    with store.opened(writes=True) as connection:
        put(connection, company, of, origin)


def put(connection: sqlite3.Connection, company: str, of: dict[str, pd.DataFrame], origin: str = "") -> None:
    """The same as part of something larger."""
    parts = {table: of[table][store.COLUMNS[table]].to_numpy().tolist() for table in TABLES if table in of}
    stamp = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    for table in parts:
        connection.execute(f"DELETE FROM {table} WHERE company = ?", [company])
    store.insert(connection, "sources", ([company, *row] for row in parts.get("sources", [])))
    store.insert(connection, "facts", ([row[0], line, *row[1:]] for line, row in enumerate(parts.get("facts", []), 1)))
    store.insert(connection, "companies", ([*row, origin, stamp] for row in parts.get("companies", [])))


def read(table: str, company: str) -> pd.DataFrame:
    """A company's rows in the own layer as text; no row where it has none."""
    return pd.DataFrame(store.rows(table, "company = ?", company), columns=store.COLUMNS[table], dtype=str)


def beside_reviewed(company: str, own: pd.DataFrame) -> pd.DataFrame:
    """A company's rows of both layers as they will be read, each with its file and line: those of `own` have both."""
    name = f"facts/{company}.csv"
    if not (paths.DATA / name).is_file():
        return own
    return layers.below(tables.parsed(paths.DATA / name, f"data/{name}", list(tables.columns(name))), own)


def companies() -> list[str]:
    """The companies that were brought in one by one from their filings, in order; not those of a file or a provider."""
    filed = f"company IN (SELECT company FROM sources WHERE source GLOB '{NUMBER}')"
    found = store.select(f"SELECT company FROM companies WHERE origin = '' AND cik <> '' AND {filed} ORDER BY company")
    return [company for (company,) in found]


def newest(company: str) -> str:
    """The day of the newest figure of a company in the own layer; empty for one that is not there."""
    found = store.select("SELECT max(published) FROM facts WHERE company = ?", company)
    return found[0][0] or "" if found else ""


def kept(name: str) -> tuple[str, bytes]:
    """An answer that was kept, with its tag; both empty where none was, or where it cannot be read."""
    try:
        tag, _, text = gzip.decompress((paths.STORE / ANSWERS / f"{name}.gz").read_bytes()).partition(b"\n")
        return tag.decode(), text
    except (OSError, EOFError, ValueError):
        return "", b""


def keep(name: str, tag: str, text: bytes) -> None:
    """Keep an answer and its tag in one file, so that the two never differ."""
    _replace(paths.STORE / ANSWERS / f"{name}.gz", gzip.compress(tag.encode() + b"\n" + text, 3, mtime=0))


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
