"""Published worked examples: a model of the library, what goes in, what came out, and who printed it."""

import json
import re
from datetime import date
from functools import lru_cache

import pandas as pd

from capcycle import reads
from capcycle.facts import door, tables

FILE = "examples.csv"
CHOICES = {"reproduced": ["", "yes", "partly", "no"], "basis": ["", "published", "derived", "mixed"]}
TOLERANCE = re.compile(r"|exact|n/a|(abs|rel)=(\d+(?:\.\d+)?(?:e-?\d+)?)")


def examples(as_of: str | date | None = None) -> pd.DataFrame:
    """Every worked example, `inputs` and `outputs` as mappings by name; with a date, those published by then.

    Errors: DataError with every malformed line; CapcycleError for a bad date.

    >>> examples().loc[0, "outputs"]["revenue_gap"]
    125000000000.0
    """
    return reads.ask(_examples, str(as_of or ""))


def _examples(as_of: str) -> pd.DataFrame:
    table = _every(tables.stamp(FILE)).copy(deep=False)
    return table[_published(table) <= door.day(as_of)].reset_index(drop=True) if as_of else table


@lru_cache(maxsize=2)
def _every(stamp: str) -> pd.DataFrame:
    """Read and checked again only where the file has changed, as its `stamp` tells."""
    return checked(tables.read(FILE))


def checked(table: pd.DataFrame) -> pd.DataFrame:
    """Examples as text, with the columns `file` and `line`, checked cell by cell, and their JSON read as mappings.

    Columns other than `model`, `steps`, `inputs` and `outputs` may be empty.
    Errors: DataError with every malformed line.
    """
    door.refuse(door.faults(table, rules(table)))
    return table.assign(inputs=table["inputs"].map(json.loads), outputs=table["outputs"].map(json.loads))


def rules(table: pd.DataFrame) -> door.Rules:
    """What must hold of every example."""
    yield "neither a model nor steps: say what works it out", table[["model", "steps"]].eq("").all(axis=1)
    for column in ("inputs", "outputs"):
        yield f'{column} is not a JSON object such as {{{{"capex": 400e9}}}}', ~table[column].map(_is_object)
    wrong = ~table["tolerance"].str.fullmatch(TOLERANCE)
    yield "tolerance '{tolerance}' is not exact, n/a, abs=0.5 or rel=0.01", wrong
    yield "currency '{currency}' is not a three-letter code such as USD", ~table["currency"].str.fullmatch("|[A-Z]{3}")
    yield from door.one_of(table, **CHOICES)
    undated = table["published"].ne("") & _published(table).isna()
    yield "published '{published}' is not a day, a month or a year such as 2025-11-07, 2025-11 or 2025", undated


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _published(table: pd.DataFrame) -> pd.Series:
    """The last day on which each document can have appeared; missing where it bears none."""
    text, end = table["published"], pd.offsets.MonthEnd(0)
    year, month = (pd.to_datetime(text, format=each, errors="coerce") + end for each in ("%Y", "%Y-%m"))
    return door.dates(text).fillna(month).fillna(year + pd.offsets.YearEnd(0))
