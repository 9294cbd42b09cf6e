"""Rows that the user types: facts with the document of each, checked at the door of the data."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pandas as pd

from capcycle.facts import door, tables
from capcycle.facts.store import locked
from capcycle.sources import sheets, store
from capcycle.sources.changes import KEY

DOCUMENT = ["title", "publisher", "url", "tier"]  # of the source, beside its facts
FACTS, SOURCES, COMPANIES = (
    list(tables.columns(name)) for name in ("facts/<TICKER>.csv", "sources.csv", "companies.csv")
)


def template() -> str:
    """The header of a file that `add_file` takes.

    >>> template().split(",")[:3]
    ['company', 'concept', 'period_start']
    """
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([*FACTS, *DOCUMENT])
    return line.getvalue()


def add_file(path: Path) -> pd.DataFrame:
    """Take the rows of a file into the own layer, and return them; those that are there already stay as they are.

    Errors: DataError with every fault of the file: nothing of it is taken then.
    """
    rows = _rows(path, [*FACTS, *DOCUMENT])
    known, documents = door.reference(), _documents(rows)
    sources = pd.concat([known.sources, documents[~documents["source"].isin(known.sources.index)].set_index("source")])
    tickers = sorted(set(rows["company"]))
    with locked():
        files = {ticker: _beside(ticker, rows[rows["company"] == ticker]) for ticker in tickers}
        said = [fault for each in files.items() for fault in _faults(*each, replace(known, sources=sources), path)]
        door.refuse([*door.source_faults(documents), *said])
        for ticker, facts in files.items():
            own = documents[documents["source"].isin(facts["source"])][SOURCES]
            own = pd.concat([store.read("sources", ticker), own]).drop_duplicates("source")
            company = known.companies.loc[[ticker]].astype(str).reset_index()[COMPANIES]
            store.write(ticker, {"sources": own, "facts": facts[FACTS], "companies": company})
    return rows


def _rows(path: Path, wanted: list[str]) -> pd.DataFrame:
    if path.suffix.lower() == ".xlsx":
        return tables.parsed_text(sheets.text(path), str(path), wanted)
    return tables.parsed(path, str(path), wanted)


def _documents(rows: pd.DataFrame) -> pd.DataFrame:
    """The documents of the rows; one that is described in two ways stands twice, which the door refuses."""
    return rows[[*SOURCES, "file", "line"]].drop_duplicates(SOURCES)


def _beside(ticker: str, rows: pd.DataFrame) -> pd.DataFrame:
    """A company's rows in the own layer, of line 0, and the new ones of a file with their lines."""
    old = store.read("facts", ticker)
    new = rows[~pd.MultiIndex.from_frame(rows[KEY]).isin(pd.MultiIndex.from_frame(old[KEY]))]
    return pd.concat([old.assign(line=0), new[[*FACTS, "line"]]], ignore_index=True)


def _faults(ticker: str, facts: pd.DataFrame, known: door.Reference, path: Path) -> list[str]:
    file = f"facts/{ticker}.csv"
    said = door.judged(store.beside_reviewed(ticker, facts.assign(file=file)), known).values()
    return [fault.replace(file, str(path), 1) for fault in said]
