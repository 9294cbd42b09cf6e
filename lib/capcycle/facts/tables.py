"""The one door to `data/`: every file is opened here, and whoever asks can learn which ones were."""

import os
from collections.abc import Iterable

import pandas as pd

from capcycle import paths
from capcycle.errors import DataError

TRACE = "CAPCYCLE_TRACE"  # names a file that gets a line for each data file opened


def read(name: str, columns: Iterable[str]) -> pd.DataFrame:
    """A table of `data/` as text, cell by cell, with the file and line of each row; refused if columns differ."""
    _trace(name)
    path = paths.DATA / name
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError as error:
        raise DataError([f"data/{name}: there is no such file"]) from error
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError([f"data/{name}: not a UTF-8 CSV table: {str(error).strip()}"]) from error
    if list(table.columns) != list(columns):
        raise DataError([f"data/{name}:1: columns are {', '.join(table.columns)}; wanted {', '.join(columns)}"])
    return table.assign(file=f"data/{name}", line=range(2, len(table) + 2))


def _trace(name: str) -> None:
    if file := os.environ.get(TRACE):
        with open(file, "a", encoding="utf-8") as trace:
            trace.write(f"{name}\n")
