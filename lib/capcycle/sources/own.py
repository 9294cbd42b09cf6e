"""Tables that the user keeps: figures, prices, share counts and estimates, checked at the door of the data.

They go into the user's own layer, below the reviewed tables, each row with its document; a document that says no other
kind of source is the user's own. A price times the share count known on its day is a market value.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path

import pandas as pd

from capcycle import facts
from capcycle.errors import DataError
from capcycle.facts import currency, door, registers, tables
from capcycle.facts import store as shelf
from capcycle.sources import beside, sheets, store
from capcycle.sources.changes import KEY

OWN = "own"  # the kind of source of a document that says no other
OLDEST = pd.Timedelta(days=270)  # of a share count beside a price
COUNT = "shares_outstanding"
DOCUMENT = ["title", "publisher", "url", "tier"]  # of the source, beside its rows
FACTS, SOURCES, COMPANIES = (
    list(tables.columns(name)) for name in ("facts/<TICKER>.csv", "sources.csv", "companies.csv")
)
PRICES = ["date", "symbol", "company", "price", "currency", "source", "locator", "note"]
SHARES = ["company", "date", "shares", "source", "locator", "published", "note"]
RATES = ["date", "currency", "per", "rate", "source", "locator", "note"]
SPLIT = re.compile(r"split ([0-9.]+) for 1 on ([0-9]{4}-[0-9]{2}-[0-9]{2})")  # in the note of a price
ESTIMATES = [
    *["date", "symbol", "company", "price", "eps_trailing", "eps_next_quarter", "eps_next_year", "target_price"],
    *["currency", "source", "locator", "note"],
]
TEMPLATES = {"facts": FACTS, "prices": PRICES, "shares": SHARES, "estimates": ESTIMATES, "rates": RATES}


@dataclass
class Taken:
    """What a file adds: the table, its rows, and the companies or securities that they are on."""

    table: str
    rows: pd.DataFrame
    names: list[str]


def template(table: str = "facts") -> str:
    """The header of a file that `add_file` takes.

    table   facts, prices, shares, estimates or rates

    >>> template("prices").split(",")[:4]
    ['date', 'symbol', 'company', 'price']
    """
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([*TEMPLATES[table], *DOCUMENT])
    return line.getvalue()


def add_file(path: Path, dry: bool = False) -> Taken:
    """Take the rows of a file into the own layer, and return them; those that are there already stay as they are.

    dry     check only
    Errors: DataError with every fault of the file: nothing of it is taken then.
    """
    table, rows = _read(path)
    door.refuse(_corrected(_counts(rows) if table == "shares" else rows) if table in ("facts", "shares") else ())
    return take(table, rows, str(path), dry)


def _corrected(figures: pd.DataFrame) -> Iterator[str]:
    """A fault for each figure that the own layer has from the same document already, as another."""
    old = pd.concat([store.read("facts", ticker) for ticker in figures["company"].unique()])
    met = figures.merge(old, on=KEY, suffixes=("", "_there"))
    values = met[["value", "value_there"]].apply(pd.to_numeric, errors="coerce")
    for row in met[values.notna().all(axis=1) & values["value"].ne(values["value_there"])].to_dict("records"):
        yield (
            "{file}:{line}: {source} gave {value_there} in place of {value} before, and that stays: give a figure "
            "that was corrected under a source of its own, with the day of the correction".format(**row)
        )


def take(table: str, rows: pd.DataFrame, where: str, dry: bool = False, companies: pd.DataFrame | None = None) -> Taken:
    """The same with rows that somebody else has read, as text, each with its file and line.

    where      what messages call them
    companies  rows of `companies.csv` that come with them
    """
    known = door.reference()
    documents = _documents(rows, table)
    lacking = documents[~documents["source"].isin(known.sources.index)].set_index("source")
    known = replace(known, sources=pd.concat([known.sources, lacking]))
    if companies is not None:
        new = companies[~companies["company"].isin(known.companies.index)].set_index("company")
        known = replace(known, companies=pd.concat([known.companies, new.astype({"fiscal_year_end": int})]))
    with shelf.locked():
        names = TAKE[table](rows, documents, known, where, dry)
        if not dry:
            revalue()
    return Taken(table, rows, names)


def split_note(ratio: float, day: str) -> str:
    """What the note of a price says of a split before it: share counts published before that day are multiplied.

    >>> split_note(10.0, "2024-06-10")
    'split 10 for 1 on 2024-06-10'
    """
    return f"split {ratio:g} for 1 on {day}"


def revalue() -> None:
    """Work out the market value at each price of the user's own that has none yet, from what was known on its day."""
    for name in beside.names("market"):
        rows = beside.read("market", name)
        values = pd.DataFrame(_market_values(rows), columns=rows.columns, dtype=str)
        every = pd.concat([rows, values]).drop_duplicates(registers.key("market"))
        if len(every) > len(rows):
            beside.write("market", name, every)


def _read(path: Path) -> tuple[str, pd.DataFrame]:
    """The table that a file has the header of, and its rows."""
    text = sheets.text(path) if path.suffix.lower() == ".xlsx" else tables.text(path, str(path))
    header = next(csv.reader(io.StringIO(text)), [])
    for table, columns in TEMPLATES.items():
        if header == [*columns, *DOCUMENT]:
            return table, tables.parsed_text(text, str(path), header)
    shown = ", ".join(header) or "none"
    raise DataError([f"{path}:1: columns are {shown}; see capcycle template {'|'.join(TEMPLATES)}"])


def _documents(rows: pd.DataFrame, table: str) -> pd.DataFrame:
    """The documents of the rows; one that is described in two ways stands twice, which the door refuses."""
    dated = rows if "published" in rows else rows.assign(published="")
    dated = dated.assign(
        tier=dated["tier"].replace("", OWN), title=dated["title"].where(dated["title"] != "", dated["source"])
    )
    return dated[[*SOURCES, "file", "line"]].drop_duplicates(SOURCES)


def _take_facts(rows: pd.DataFrame, documents: pd.DataFrame, known: door.Reference, where: str, dry: bool) -> list[str]:
    figures = _counts(rows) if COUNT not in rows and "shares" in rows else rows
    tickers = sorted(set(figures["company"]))
    files = {ticker: _beside(ticker, figures[figures["company"] == ticker]) for ticker in tickers}
    said = [fault for each in files.items() for fault in _faults(*each, known, where)]
    door.refuse(map(_advised, [*door.source_faults(documents), *said]))
    for ticker, each in files.items() if not dry else ():
        company = known.companies.loc[[ticker]].astype(str).reset_index()[COMPANIES]
        cited = documents[documents["source"].isin(each["source"])][SOURCES]
        cited = pd.concat([store.read("sources", ticker), cited]).drop_duplicates("source")
        store.write(ticker, {"sources": cited, "facts": each[FACTS], "companies": company})
    return tickers


def _counts(rows: pd.DataFrame) -> pd.DataFrame:
    """Share counts as facts: of a day, the document's own."""
    made = rows.rename(columns={"date": "period_end", "shares": "value"})
    return made.assign(concept=COUNT, period_start="", unit="shares", kind="reported")


def _take_prices(
    rows: pd.DataFrame, documents: pd.DataFrame, known: door.Reference, where: str, dry: bool
) -> list[str]:
    made = rows.rename(columns={"price": "value"}).assign(measure="last_sale", kind="estimated")
    return _take_register("market", made, documents, known, where, dry)


def _take_estimates(
    rows: pd.DataFrame, documents: pd.DataFrame, known: door.Reference, where: str, dry: bool
) -> list[str]:
    return _take_register("consensus", rows.assign(kind="estimated"), documents, known, where, dry)


def _take_rates(rows: pd.DataFrame, documents: pd.DataFrame, known: door.Reference, where: str, dry: bool) -> list[str]:
    said = [*door.source_faults(documents), *door.faults(rows, currency.added_rules(rows))]
    door.refuse(said)
    names = sorted(set(rows["currency"]))
    for name in names if not dry else ():
        own = rows.loc[rows["currency"] == name, RATES]
        every = pd.concat([beside.read("rates", name, RATES), own]).drop_duplicates(["date", "per"])
        with shelf.opened(writes=True) as connection:
            beside.cite(connection, name, documents)
            beside.put(connection, "rates", name, every.sort_values(["per", "date"]))
    return names


def _take_register(
    register: str, rows: pd.DataFrame, documents: pd.DataFrame, known: door.Reference, where: str, dry: bool
) -> list[str]:
    rows = beside.whole(register, rows)
    said = [fault for _, fault in sorted(registers.judged(register, rows, known))]
    door.refuse(map(_advised, [*door.source_faults(documents), *said]))
    symbols = sorted(set(rows["symbol"]))
    for symbol in symbols if not dry else ():
        own = rows[rows["symbol"] == symbol]
        every = pd.concat([beside.read(register, symbol), own[beside.columns(register)]]).drop_duplicates(
            registers.key(register)
        )
        with shelf.opened(writes=True) as connection:
            beside.cite(connection, symbol, documents[documents["source"].isin(own["source"])])
            beside.put(connection, register, symbol, every)
    return symbols


def _beside(ticker: str, rows: pd.DataFrame) -> pd.DataFrame:
    """A company's rows in the own layer, of line 0, and the new ones of a file with their lines."""
    old = store.read("facts", ticker)
    new = rows[~pd.MultiIndex.from_frame(rows[KEY]).isin(pd.MultiIndex.from_frame(old[KEY]))]
    return pd.concat([old.assign(line=0), new[[*FACTS, "line"]]], ignore_index=True)


def _faults(ticker: str, rows: pd.DataFrame, known: door.Reference, where: str) -> list[str]:
    file = f"facts/{ticker}.csv"
    said = sorted(door.judged(store.beside_reviewed(ticker, rows.assign(file=file)), known))
    return [fault.replace(file, where, 1) for _, fault in said]


def _advised(fault: str) -> str:
    """What the door says, with what a user can do about a company that nobody has added."""
    return fault.replace("see data/companies.csv", "`capcycle add TICKER` brings one in that files with the SEC")


def _market_values(rows: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    """A market value for each price: times the newest share count that was public on its day and is not too old.

    The price of a depositary share is divided by the ordinary shares in it.
    """
    prices = rows[rows["measure"].eq("last_sale") & rows["company"].ne("")]
    for company, own in prices.groupby("company"):
        counts = facts.history([company]).query("concept == @COUNT")
        ads = registers.read("ads").query("company == @company")["ordinary_shares"]
        for row in own.to_dict("records"):
            day = pd.Timestamp(row["date"])
            known = counts[(counts["published"] <= day) & (counts["period_end"] > day - OLDEST)]
            if known.empty:
                continue
            last = known.sort_values(["period_end", "published"]).iloc[-1]
            since = [(ratio, on) for ratio, on in SPLIT.findall(row["note"]) if pd.Timestamp(on) > last["published"]]
            count = last["value"] * prod(float(ratio) for ratio, _ in since)
            value = float(row["value"]) * count / (ads.iloc[-1] if len(ads) else 1.0)
            place = f"price x shares outstanding of {last['period_end']:%Y-%m-%d}"
            place += "".join(f" x {ratio} for the split of {on}" for ratio, on in since)
            made = row | {"measure": "market_value", "value": f"{value:.0f}", "kind": "estimated", "locator": place}
            yield tuple((made | {"source": f"{row['source']} {last['source']}"}).values())


TAKE = {
    "facts": _take_facts,
    "shares": _take_facts,
    "prices": _take_prices,
    "estimates": _take_estimates,
    "rates": _take_rates,
}
