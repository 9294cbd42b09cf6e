"""The user's own layer of facts and registers, which lies below the reviewed tables of `data/`: what those say wins."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from capcycle import paths, reads, words
from capcycle.facts import store

PERIOD = ["company", "concept", "period_start", "period_end"]
GROUP = "added"  # of the companies of the own layer
ALIKE = 0.005  # two figures of one period, one of them rounded
_TABLES = {"companies.csv": "companies", "sources.csv": "sources"}  # of the store: of all companies
CALLED: set[str] = set()  # companies of the market in the store that somebody has named in this process


def ask(function: Callable, *arguments: Any) -> Any:
    """Ask a question of the data: see `reads.ask`. Which companies of the market are called for is part of it."""
    return reads.ask(function, *arguments, state=sorted(CALLED))


def again(question: Sequence[Any]) -> str:
    """The digest of the answer that a question gets now: see `reads.again`."""
    CALLED.clear()
    CALLED.update(question[2])
    return reads.again(question)


def call(names: Iterable[str]) -> None:
    """Have companies that came with a whole market known from here on, with their documents: they are asked for."""
    if wanted := set(names) - CALLED:
        found = store.select(f"SELECT company FROM companies WHERE {store.NAMED}", store.names(wanted))
        CALLED.update(company for (company,) in found)


def own(name: str, columns: Sequence[str] = ()) -> pd.DataFrame:
    """The rows of the own layer below a table of `data/`, with a file and a line to call each by; often none.

    columns  of a register, which its schema says

    >>> own("dictionary.csv").empty
    True
    """
    table, where, given = _asked(name)
    found = store.rows(table, where, given)
    if table == "registers":  # a row from before a register had a column has none
        rows = pd.DataFrame([json.loads(cells) for (cells,) in found], columns=list(columns), dtype=str).fillna("")
    else:
        rows = pd.DataFrame(found, columns=store.COLUMNS[table], dtype=str)
    if table == "sources":  # a parent and its subsidiary may file one report
        rows = rows.drop_duplicates("source")
    return rows.assign(file=f"store/{name}", line=range(1, len(rows) + 1))


def stamp(name: str) -> str:
    """What tells one content of the own layer below a table of `data/` from another; empty where it adds nothing."""
    return reads.of_file(store.file(), _stamp, *_asked(name))


def _stamp(table: str, where: str, given: str) -> str:
    of_register = f"SELECT DISTINCT name, stamp FROM registers WHERE {where}"
    of_company = f"SELECT company, stamp FROM companies WHERE {where}"
    found = store.select(of_register if table == "registers" else of_company, given)
    if table == "sources":  # those of the registers' rows too
        found += store.select("SELECT DISTINCT name, stamp FROM registers")
    return "".join(f"{each} {made}\n" for each, made in found)


def _asked(name: str) -> tuple[str, str, str]:
    """The table of the store below one of `data/`, and which rows: of companies listed, of one, or of a register."""
    if name.startswith("facts/"):
        return "facts", "company = ?", Path(name).stem
    if name in _TABLES:
        return _TABLES[name], store.LISTED, store.names(CALLED)
    return "registers", "register = ? AND line > 0", name.removesuffix(".csv")


def below(reviewed: pd.DataFrame, own: pd.DataFrame, key: Sequence[str] = ()) -> pd.DataFrame:
    """Both layers as one table, of which a reviewed row hides those of the own layer on the same thing.

    key   the columns of a register that say what a row is about
    A thing is a company, a document, or the period of a concept, whatever the day: a later figure of the own layer
    shows only once the reviewed one is gone, and as a conflict until then.
    """
    hidden = _keys(own, key).isin(_keys(reviewed, key))
    return pd.concat([reviewed, own[~hidden]], ignore_index=True)


def conflicts(reviewed: pd.DataFrame, own: pd.DataFrame) -> Iterator[tuple[pd.Series, list[str]]]:
    """Each figure of the own layer that no reviewed figure of its period says too, and what these say instead."""
    said = reviewed.groupby(PERIOD)["value"].agg(list).to_dict()
    for _, row in own.iterrows():
        value, values = float(row["value"]), said.get(tuple(row[PERIOD]), [])
        if values and all(abs(value - float(each)) > ALIKE * abs(float(each)) for each in values):
            yield row, values


def doubts() -> list[str]:
    """A sentence for each conflict between the own layer and the reviewed tables."""
    reviewed = {path.stem for path in (paths.DATA / "facts").glob("*.csv")}
    return [sentence for company in sorted(reviewed & set(store.stamps())) for sentence in _doubts(company)]


def _doubts(company: str) -> list[str]:
    return [told(row, values) for row, values in differing(company)]


def told(row: pd.Series, values: list[str]) -> str:
    """A sentence for one conflict of `differing`."""
    period = "…".join(filter(None, row[PERIOD[2:]]))
    cells = row[[*PERIOD, "value", "unit", "source"]]
    return words.say("add.conflict", **cells, values=" and ".join(values), period=period)


def differing(company: str) -> list[tuple[pd.Series, list[str]]]:
    """Each figure of a company in the own layer that the reviewed tables contradict, as text, and what these say.

    >>> differing("MSFT")
    []
    """
    name = f"facts/{company}.csv"
    if not (path := paths.DATA / name).is_file() or (rows := own(name)).empty:
        return []
    return list(conflicts(pd.read_csv(path, dtype=str, keep_default_na=False), rows))


def _keys(table: pd.DataFrame, key: Sequence[str] = ()) -> pd.Index:
    key = key or (PERIOD if set(PERIOD) <= set(table) else table.columns[:1])
    return pd.MultiIndex.from_frame(table[list(key)])
