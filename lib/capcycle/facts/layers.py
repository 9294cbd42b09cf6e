"""The user's own layer of facts and registers, which lies below the reviewed tables of `data/`: what those say wins."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from capcycle import paths, words

PERIOD = ["company", "concept", "period_start", "period_end"]
GROUP = "added"  # of the companies of the own layer
ALIKE = 0.005  # two figures of one period, one of them rounded
_FOLDERS = {"companies.csv": "companies", "sources.csv": "sources"}  # of the own layer: a file for each company


def files(name: str) -> list[Path]:
    """The files of the own layer that lie below a file of `data/`, in order.

    >>> files("dictionary.csv")
    []
    """
    if name.startswith("facts/"):
        return [path] if (path := paths.STORE / name).is_file() else []
    folders = [register(name), *filter(None, [_FOLDERS.get(name)])]
    return [path for folder in folders for path in sorted((paths.STORE / folder).glob("*.csv"))]


def register(name: str) -> str:
    """The folder of the own layer with the files that lie below a register.

    >>> register("holdings.csv")
    'registers/holdings'
    """
    return f"registers/{name.removesuffix('.csv')}"


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
    return [sentence for path in sorted((paths.STORE / "facts").glob("*.csv")) for sentence in _doubts(path.name)]


def _doubts(name: str) -> list[str]:
    return [told(row, values) for row, values in differing(Path(name).stem)]


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
    both = [folder / "facts" / f"{company}.csv" for folder in (paths.DATA, paths.STORE)]
    if not all(path.is_file() for path in both):
        return []
    return list(conflicts(*(pd.read_csv(path, dtype=str, keep_default_na=False) for path in both)))


def _keys(table: pd.DataFrame, key: Sequence[str] = ()) -> pd.Index:
    key = key or (PERIOD if set(PERIOD) <= set(table) else table.columns[:1])
    return pd.MultiIndex.from_frame(table[list(key)])
