"""Published worked examples: a model of the library, what goes in, what came out, and who printed it."""

import json
from datetime import date

import pandas as pd

from capcycle.facts import door, tables

COLUMNS = {
    "model": "model or metric of the library that works it out, by name; another function by its place, such as "
    "`models.finance.irr`; empty where `steps` do",
    "about": "whom or what it is about, in a few words; of one company its ticker, before a comma",
    "inputs": "what goes in, as a JSON object: the model's own names, full currency units, fractions, years; 0 or 1 "
    "for what the author leaves out, `null` for what the result does not need; a list is worked out entry by entry",
    "steps": "plain arithmetic before or after the model, `name [unit] = expression`, a semicolon between two",
    "outputs": "what was published or derived from it, as a JSON object by output, step or input; `null` for nothing",
    "currency": "currency of the amounts; US dollars where empty",
    "tolerance": "`exact`, `abs=` or `rel=` with how far off still agrees; `n/a` where it is known not to reproduce",
    "source_title": "the document that prints it",
    "source_url": "where it stands",
    "published": "day, month or year in which the document appeared; empty where it bears none",
    "reproduced": "`yes`, `partly` or `no`: whether it reproduces",
    "basis": "`published`, `derived` from published figures, or `mixed`",
    "analysis": "room of `analyses` on whose page it stands; empty for none",
    "note": "what a reader should know",
}
CHOICES = {"reproduced": ["yes", "partly", "no"], "basis": ["published", "derived", "mixed"]}
TOLERANCE = r"|exact|n/a|(?:abs|rel)=\d+(?:\.\d+)?(?:e-?\d+)?"


def examples(as_of: str | date | None = None) -> pd.DataFrame:
    """Every worked example, `inputs` and `outputs` as mappings by name; with a date, those published by then.

    Errors: DataError with every malformed line; CapcycleError for a bad date.

    >>> examples().loc[0, "outputs"]["revenue_gap"]
    125000000000.0
    """
    table = checked(tables.read("examples.csv", COLUMNS))
    return table[_published(table) <= door.day(as_of)].reset_index(drop=True) if as_of else table


def checked(table: pd.DataFrame) -> pd.DataFrame:
    """Examples as text, with the columns `file` and `line`, checked cell by cell, and their JSON read as mappings.

    Columns other than `model`, `steps`, `inputs` and `outputs` may be empty.
    Errors: DataError with every malformed line.
    """
    door.refuse(door._faults(table, _rules(table)))
    return table.assign(inputs=table["inputs"].map(json.loads), outputs=table["outputs"].map(json.loads))


def _rules(table: pd.DataFrame) -> door.Rules:
    yield "neither a model nor steps: say what works it out", table[["model", "steps"]].eq("").all(axis=1)
    for column in ("inputs", "outputs"):
        yield f'{column} is not a JSON object such as {{{{"capex": 400e9}}}}', ~table[column].map(_is_object)
    wrong = ~table["tolerance"].str.fullmatch(TOLERANCE)
    yield "tolerance '{tolerance}' is not exact, n/a, abs=0.5 or rel=0.01", wrong
    yield "currency '{currency}' is not a three-letter code such as USD", ~table["currency"].str.fullmatch("|[A-Z]{3}")
    for column, choices in CHOICES.items():
        yield f"{column} '{{{column}}}' is not one of {', '.join(choices)}", ~table[column].isin(["", *choices])
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
