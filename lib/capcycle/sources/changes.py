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
from capcycle.sources.edgar import Edgar
from capcycle.sources.filings import Filing
from capcycle.sources.web import Absent, SourceError

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
    if not row[0]["cik"]:
        raise SourceError(f"{ticker} does not file with the SEC: bring its figures in again by `capcycle add --from`")
    answer = edgar.companyfacts(int(row[0]["cik"]))
    return addition(row[0], answer, table, known or door.reference(), store.newest(ticker), edgar)


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
    """What a companyfacts answer adds to what the own layer has of a company, from a day on: see `drafted`."""
    draft = drafted(company, answer, table, since, edgar)
    let_in([draft], known)
    return draft.addition(table, known)


@dataclass
class Inside(instance.Reading):
    """What the instances of some filings give together, with the segments of the newest and all customers."""

    segments: list[instance.Fact]
    customers: pd.DataFrame


def _no_customers() -> pd.DataFrame:
    return pd.DataFrame(columns=instance.CUSTOMERS)


@dataclass(eq=False)
class Draft:
    """What an answer gives of a company, before the door of the data has been asked about its new figures.

    gone     doubts about filings that the answer no longer has
    refused  figures that the door does not let in
    fault    what it says of figures that were there before: then nothing can be added
    """

    company: dict[str, str]
    old: pd.DataFrame
    new: pd.DataFrame
    documents: pd.DataFrame
    read: tags.Reading
    inside: Inside
    listed: list[Filing]
    since: str
    gone: list[tags.Doubt]
    refused: list[tags.Doubt]
    fault: str = ""

    @property
    def file(self) -> str:
        return f"facts/{self.company['company']}.csv"

    def shown(self) -> pd.DataFrame:
        """All rows of the company, as the door is to see them: the line of a new one is its place after the old."""
        every = pd.concat([self.old, self.new], ignore_index=True)
        return store.beside_reviewed(self.company["company"], every.assign(file=self.file, line=every.index))

    def leave_out(self, shown: pd.DataFrame, said: dict[int, str]) -> bool:
        """Leave out what the door refuses, and whether it must be asked again.

        A new row goes for its own fault, or for one of a figure that was there before in the same series.
        """
        reasons = {row: why.split(": ", 1)[1] for row, why in said.items()}
        fresh = shown["file"].eq(self.file) & shown["line"].ge(len(self.old))
        series = {shown.at[row, "concept"]: why for row, why in reasons.items() if not fresh[row]}
        rows = {row: why for row, why in reasons.items() if fresh[row]}
        rows |= {row: series[name] for row, name in shown.loc[fresh, "concept"].items() if name in series}
        self.fault = "" if rows else next(iter(said.values()), "")
        self.refused += [_doubt(shown.loc[row], why) for row, why in sorted(rows.items())]
        places = shown.loc[list(rows), "line"].astype(int) - len(self.old)
        self.new = self.new.reset_index(drop=True).drop(index=places)
        return bool(rows)

    def addition(self, table: pd.DataFrame, known: door.Reference) -> Addition:
        """What it adds, once the door has been asked.

        Errors: SourceError where figures that were there before are at fault.
        """
        if self.fault:
            raise SourceError(self.fault)
        old, new, read, inside = self.old, self.new, self.read, self.inside
        customers = _customers(self.company["company"], inside.customers, _with(known, [self]))
        documents = self.documents[
            self.documents["source"].isin({*old["source"], *new["source"], *customers["source"]})
        ]
        missing = sorted(set(table["concept"]) - set(old["concept"]) - set(new["concept"]))
        doubts = [each for each in (*read.doubts, *inside.doubts, *self.refused) if each.filed > self.since]
        untagged = _untagged(self.listed, {each.accession for each in read.figures})
        apart = [each for each in inside.apart if each.filed > self.since]
        return Addition(
            self.company, old, _before(old, new), documents, [*doubts, *self.gone], missing, untagged, apart,
            inside.segments, customers,
        )  # fmt: skip


def drafted(
    company: dict[str, str], answer: dict[str, Any], table: pd.DataFrame, since: str = "", edgar: Edgar | None = None
) -> Draft:
    """What a companyfacts answer gives that the own layer lacks of a company, from a day on.

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
    return Draft(company, old, fresh, documents, read, inside, listed, since, [*_gone(old, answer)], [])


def let_in(drafts: list[Draft], known: door.Reference) -> None:
    """Leave of each draft the new rows that the door of the data lets in beside the old; one look is for many drafts.

    Companies that file one report, each under its own address, are looked at one after the other.
    """
    cited = pd.concat([each.documents["source"] for each in drafts])
    twice = set(cited[cited.duplicated()])
    alone = {each for each in drafts if twice.intersection(each.documents["source"])}
    for waiting in ([each for each in drafts if each not in alone], *([each] for each in alone)):
        seen = _with(known, waiting) if waiting else known
        while waiting:
            waiting = _left(waiting, seen)


def _left(drafts: list[Draft], known: door.Reference) -> list[Draft]:
    """Leave out what the door refuses now; the drafts that it must be asked about again."""
    shown = [each.shown() for each in drafts]
    said = dict(door.judged(pd.concat(shown, ignore_index=True), known))
    again, first = [], 0
    for draft, rows in zip(drafts, shown, strict=True):
        own = {row - first: why for row, why in said.items() if 0 <= row - first < len(rows)}
        if own and draft.leave_out(rows, own):
            again.append(draft)
        first += len(rows)
    return again


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


def _with(known: door.Reference, drafts: list[Draft]) -> door.Reference:
    """The reference tables as they will be, of some companies."""
    rows = pd.DataFrame([each.company for each in drafts]).set_index("company").astype({"fiscal_year_end": int})
    sources = pd.concat([each.documents for each in drafts]).set_index("source")
    if rows.index.isin(known.companies.index).any():  # reviewed rows stand beside its own
        sources = pd.concat([known.sources[~known.sources.index.isin(sources.index)], sources])
    return replace(known, companies=rows, sources=sources)


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
