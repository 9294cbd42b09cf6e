"""What a company's filings add to the user's own layer: nothing that was there before ever changes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from sqlite3 import Connection
from typing import Any

import pandas as pd
from tqdm import tqdm

from capcycle import words
from capcycle.facts import door, layers, registers, tables
from capcycle.facts import store as shelf
from capcycle.sources import beside, filings, instance, store, tags
from capcycle.sources.edgar import Absent, Edgar, SourceError
from capcycle.sources.filings import Filing

KEY = [*layers.PERIOD, "source"]


@dataclass
class Addition:
    """What an answer of the SEC adds to what is known of a company.

    company    its row of `companies.csv`
    old, new   its figures in the own layer before, and those that come; of these `before` is the last one known
    documents  every filing of both
    doubts     figures that are not taken, each with the reason
    missing    concepts under none of whose tags its filings give a figure
    untagged   reports that the SEC lists and whose figures it does not give yet
    apart      figures of a segment or product that are taken though those beside them do not add up to the total
    segments   revenue of each segment of the newest report, where no row of `data/members.csv` names one of them
    customers  rows of the register of customers, as the reports tag them
    """

    company: dict[str, str]
    old: pd.DataFrame
    new: pd.DataFrame
    documents: pd.DataFrame
    doubts: list[tags.Doubt]
    missing: list[str]
    untagged: list[str]
    apart: list[tags.Doubt]
    segments: list[instance.Fact]
    customers: pd.DataFrame

    def found(self) -> pd.DataFrame:
        """The figures of each concept: how many, their periods, and how many of them come new."""
        every = pd.concat([self.old, self.new]).assign(fresh=[False] * len(self.old) + [True] * len(self.new))
        return every.groupby("concept").agg(
            figures=("value", "size"), new=("fresh", "sum"), first=("period_end", "min"), last=("period_end", "max")
        )

    def save(self) -> None:
        """Write it into the own layer."""
        with shelf.opened(writes=True) as connection:
            self.put(connection)

    def put(self, connection: Connection, origin: str = "") -> None:
        """The same as part of something larger: see `store.put`."""
        facts = pd.concat([self.old, self.new[self.old.columns]], ignore_index=True)
        row = pd.DataFrame([self.company])
        parts = {"sources": self.documents, "facts": facts, "companies": row}
        store.put(connection, self.company["company"], parts, origin)
        if len(self.customers):
            beside.put(connection, "customers", self.company["company"], self.customers)


def add(ticker: str, edgar: Edgar, table: pd.DataFrame, known: door.Reference | None = None) -> Addition:
    """What the filings of a company give that the own layer lacks.

    table   the tags, as `read_tags` gives them
    known   the reference tables, which for many companies are read once
    Errors: SourceError for a ticker that the SEC does not know, and for an answer that cannot be used.
    """
    known = known or door.reference()
    company = _company(ticker, edgar, known.companies)
    return addition(company, edgar.companyfacts(int(company["cik"])), table, known, edgar=edgar)


def refresh(ticker: str, edgar: Edgar, table: pd.DataFrame, known: door.Reference | None = None) -> Addition:
    """What was filed since the newest figure of a company in the own layer.

    Errors: SourceError for a company that is not there, and as for `add`.
    """
    row = store.read("companies", ticker).to_dict("records")
    if not row:
        raise SourceError(f"{ticker} was not added yet: `capcycle add {ticker}` brings it in")
    answer, since = edgar.companyfacts(int(row[0]["cik"])), store.read("facts", ticker)["published"].max()
    return addition(row[0], answer, table, known or door.reference(), since, edgar)


def _company(ticker: str, edgar: Edgar, known: pd.DataFrame) -> dict[str, str]:
    """The row of a company: as it is known, else with currency and year end left to its filings."""
    if not pd.Series([ticker]).str.fullmatch(door.TICKER).item():
        raise SourceError(f"'{ticker}' is not a ticker: capitals, digits, points and hyphens")
    if ticker in known.index and (cik := known.at[ticker, "cik"]):
        row = known.loc[ticker].astype(str).to_dict() | {"company": ticker, "cik": cik}
        return {column: row[column] for column in tables.columns("companies.csv")}
    cik, name = edgar.registrant(ticker)
    blank = dict.fromkeys(tables.columns("companies.csv"), "")
    return blank | {"company": ticker, "name": name, "cik": f"{cik:010}", "group": layers.GROUP}


def addition(
    company: dict[str, str],
    answer: dict[str, Any],
    table: pd.DataFrame,
    known: door.Reference,
    since: str = "",
    edgar: Edgar | None = None,
) -> Addition:
    """What a companyfacts answer adds to what the own layer has of a company, from a day on.

    company  its row of `companies.csv`, whose currency and year end may be empty
    edgar    where the list of its filings, and what lies inside them, can be asked for
    """
    ticker, cik, listed, inside = company["company"], int(company["cik"]), [], Inside([], [], [], [], _no_customers())
    if edgar:
        listed = filings.listed(edgar.submissions(cik))
        inside = _inside(ticker, company["name"], cik, edgar, [each for each in listed if each.filed >= since])
    read = tags.reading(
        answer, table, ticker, company["currency"], int(company["fiscal_year_end"] or 0), inside.figures
    )
    company = company | {"currency": read.currency, "fiscal_year_end": str(read.fiscal_year_end)}
    old, every = store.read("facts", ticker), tags.rows(read.figures, ticker)
    there = pd.MultiIndex.from_frame(old[KEY])
    fresh = every[~pd.MultiIndex.from_frame(every[KEY]).isin(there) & (every["published"] >= since)]
    served = set(inside.customers["source"])
    filed = [*read.figures, *(each for each in listed if each.accession in served)]
    documents = _documents(filed, company, [*fresh["source"], *inside.customers["source"]])
    known = _with(known, company, documents)
    fresh, refused = _at_the_door(company["company"], old, fresh, known)
    customers = _customers(ticker, inside.customers, known)
    cited = [*old["source"], *fresh["source"], *customers["source"]]
    documents = documents[documents["source"].isin(cited)]
    missing = sorted(set(table["concept"]) - set(old["concept"]) - set(fresh["concept"]))
    later = [each for each in (*read.doubts, *inside.doubts, *refused) if each.filed > since]
    doubts = [*later, *_gone(old, answer)]
    untagged = _untagged(listed, {each.accession for each in read.figures})
    apart = [each for each in inside.apart if each.filed > since]
    return Addition(
        company, old, _before(old, fresh), documents, doubts, missing, untagged, apart, inside.segments, customers,
    )  # fmt: skip


@dataclass
class Inside(instance.Reading):
    """What the instances of some filings give together, with the segments of the newest and all customers."""

    segments: list[instance.Fact]
    customers: pd.DataFrame


def _no_customers() -> pd.DataFrame:
    return pd.DataFrame(columns=instance.CUSTOMERS)


def _inside(ticker: str, name: str, cik: int, edgar: Edgar, listed: list[Filing]) -> Inside:
    """What lies inside the reports: of all, where data/members.csv names the company's segments, else of the newest."""
    rules = instance.read_members().query("company == @ticker")
    reports = [each for each in listed if each.is_report and each.inline]
    inside, tables_ = Inside([], [], [], [], _no_customers()), []
    wanted = reports if len(rules) else reports[:1]
    shown = tqdm(wanted, disable=len(wanted) < 2 or None, unit=words.say("add.report"), leave=False)
    for place, filing in enumerate(shown):
        try:
            found = _instance(edgar, cik, filing)
        except Absent as error:
            inside.doubts.append(tags.Doubt("instance", "", filing.filed, filing.filed, str(error)))
            continue
        read = instance.reading(found, rules, filing)
        inside.figures += read.figures
        inside.doubts += read.doubts
        inside.apart += read.apart
        tables_.append(instance.customers(found, ticker, name, filing))
        if not place and rules.empty:
            inside.segments = instance.segments(found)
    if tables_:
        inside.customers = pd.concat(tables_, ignore_index=True)
    return inside


def _instance(edgar: Edgar, cik: int, filing: Filing) -> list[instance.Fact]:
    return edgar.document(filing.folder(cik) + filing.instance, f"instance-{filing.accession}", instance.facts)


def _documents(filed: list[tags.Figure | Filing], company: dict[str, str], cited: list[str]) -> pd.DataFrame:
    """The documents that were known, and of those filed the ones that are cited."""
    numbers = set(cited)
    new = [each for each in filed if each.accession in numbers]
    old = store.read("sources", company["company"])
    made = tags.documents(new, company["name"], int(company["cik"]))
    return pd.concat([old, made], ignore_index=True).drop_duplicates("source")


def _customers(ticker: str, new: pd.DataFrame, known: door.Reference) -> pd.DataFrame:
    """The shares of customers that were known and those that come, as the register lets them in."""
    old = beside.read("customers", ticker)
    if new.empty:
        return old
    every = pd.concat([old, new]).drop_duplicates(registers.key("customers"))
    return beside.sound("customers", every, known)[0]


def _at_the_door(
    ticker: str, old: pd.DataFrame, new: pd.DataFrame, known: door.Reference
) -> tuple[pd.DataFrame, list[tags.Doubt]]:
    """The rows that the door of the data lets in beside the old ones, and what it says of the others."""
    refused, file = [], f"facts/{ticker}.csv"
    while True:
        every = pd.concat([old, new], ignore_index=True)
        shown = store.beside_reviewed(ticker, every.assign(file=file, line=every.index))
        if not (said := door.judged(shown, known)):
            return new, refused
        reasons = {row: why.split(": ", 1)[1] for row, why in said.items()}
        fresh = shown["file"].eq(file) & shown["line"].ge(len(old))
        series = {shown.at[row, "concept"]: why for row, why in reasons.items() if not fresh[row]}
        rows = {row: why for row, why in reasons.items() if fresh[row]}
        rows |= {row: series[name] for row, name in shown.loc[fresh, "concept"].items() if name in series}
        if not rows:
            raise SourceError(next(iter(said.values())))
        refused += [_doubt(shown.loc[row], why) for row, why in sorted(rows.items())]
        new = every.loc[len(old) :].drop(index=shown.loc[list(rows), "line"])


def _with(known: door.Reference, company: dict[str, str], documents: pd.DataFrame) -> door.Reference:
    """The reference tables as they will be, of this company."""
    row = pd.DataFrame([company]).set_index("company").astype({"fiscal_year_end": int})
    sources = documents.set_index("source")
    if company["company"] in known.companies.index:  # reviewed rows stand beside its own
        sources = pd.concat([known.sources[~known.sources.index.isin(sources.index)], sources])
    return replace(known, companies=row, sources=sources)


def _doubt(row: pd.Series, reason: str) -> tags.Doubt:
    return tags.Doubt(row["concept"], row["period_start"], row["period_end"], row["published"], reason)


def _before(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """New figures with the last one that was known of their period; empty for a period that is new."""
    last = old.sort_values("published", kind="stable").drop_duplicates(layers.PERIOD, keep="last")
    last = dict(zip(last[layers.PERIOD].itertuples(index=False, name=None), last["value"], strict=True))
    return new.assign(before=[last.get(key, "") for key in new[layers.PERIOD].itertuples(index=False, name=None)])


def _gone(old: pd.DataFrame, answer: dict[str, Any]) -> Iterator[tags.Doubt]:
    """Figures whose filing the SEC no longer gives: they stay, since they were public on their day."""
    text = str(answer["facts"]) if len(old) else ""
    for source, rows in old[old["locator"].str.contains("us-gaap:|ifrs-full:")].groupby("source"):
        if source not in text:
            yield _doubt(rows.iloc[0], f"filing {source} is no longer among the SEC's figures; its figures stay")


def _untagged(listed: list[Filing], tagged: set[str]) -> list[str]:
    """Annual and quarterly reports after the newest one that has figures."""
    newest = max((each.filed for each in listed if each.accession in tagged), default="9999")
    return [f"{each.form} filed {each.filed}" for each in listed if each.is_report and each.filed > newest]
