"""Writes the user's own layer: whole files, in an order in which each state between can be read."""

import csv
import gzip
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd

from capcycle import paths
from capcycle.errors import CapcycleError
from capcycle.facts import layers, tables

FOLDERS = ("sources", "facts", "companies")  # in the order written: a company is there once its last file is


@contextmanager
def locked() -> Iterator[None]:
    """Alone with the store: a second process is refused while the first writes; a dead one leaves no lock."""
    paths.STORE.mkdir(parents=True, exist_ok=True)
    with (paths.STORE / "lock").open("a+b") as file:
        try:
            _lock(file.fileno())
        except OSError as error:
            raise CapcycleError(f"{paths.STORE}: another capcycle writes into it; try again when it is done") from error
        yield


def _lock(file: int) -> None:
    with suppress(ImportError):
        import fcntl

        return fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    import msvcrt  # Windows has the other

    return msvcrt.locking(file, msvcrt.LK_NBLCK, 1)


def write(company: str, of: dict[str, pd.DataFrame]) -> None:
    """Write a company's documents, facts and row, each file whole or not at all."""
    for folder in FOLDERS:
        if folder in of:
            _replace(paths.STORE / folder / f"{company}.csv", _csv(of[folder]).encode())


def read(folder: str, company: str) -> pd.DataFrame:
    """A company's rows in the own layer as text; no row where there is no file."""
    name = f"facts/{company}.csv" if folder == "facts" else f"{folder}.csv"
    columns, path = list(tables.columns(name)), paths.STORE / folder / f"{company}.csv"
    if not path.is_file():
        return pd.DataFrame(columns=columns, dtype=str)
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")[columns]


def beside_reviewed(company: str, own: pd.DataFrame) -> pd.DataFrame:
    """A company's rows of both layers as they will be read, each with its file and line: those of `own` have both."""
    name = f"facts/{company}.csv"
    if not (paths.DATA / name).is_file():
        return own
    return layers.below(tables.parsed(paths.DATA / name, f"data/{name}", list(tables.columns(name))), own)


def companies() -> list[str]:
    """The tickers in the own layer, in order."""
    return sorted(path.stem for path in (paths.STORE / "companies").glob("*.csv"))


def kept(name: str) -> tuple[str, bytes]:
    """An answer that was kept, with its tag; both empty where none was, or where it cannot be read."""
    try:
        tag, _, text = gzip.decompress((paths.STORE / "answers" / f"{name}.gz").read_bytes()).partition(b"\n")
        return tag.decode(), text
    except (OSError, EOFError, ValueError):
        return "", b""


def keep(name: str, tag: str, text: bytes) -> None:
    """Keep an answer and its tag in one file, so that the two never differ."""
    _replace(paths.STORE / "answers" / f"{name}.gz", gzip.compress(tag.encode() + b"\n" + text, 3, mtime=0))


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


def _csv(table: pd.DataFrame) -> str:
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerows([list(table.columns), *table.to_numpy().tolist()])
    return lines.getvalue()
