"""What a manager reports that it holds: the information tables of its 13F filings, as rows of the register of holdings.

A 13F gives values in thousands of dollars before 2023 and in dollars after, and filers keep to neither: the price that
a table implies decides. An amendment restates a table or adds to it; what it changes is known from its own day on.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from statistics import median
from typing import NamedTuple

import pandas as pd

from capcycle.facts import door, registers
from capcycle.facts import store as shelf
from capcycle.sources import beside, instance, tags, xml
from capcycle.sources.edgar import Edgar
from capcycle.sources.filings import Filing, listed
from capcycle.sources.web import SourceError

FORMS = {"13F-HR", "13F-HR/A"}
GONE = float("nan")  # value and shares of a position that an amendment took out
QUARTERS = 12  # the newest that are read
DOLLARS_SINCE = "2023-01-03"  # the day from which the form asks for dollars
DEAREST, CHEAPEST = 0.5, 3.0  # median price of a position below or above which a table is in thousands or in dollars
THOUSANDS = 1000
SUFFIXES = (
    r"\b(?:INC|INCORPORATED|CORP|CORPORATION|CO|COMPANY|COM|LTD|LIMITED|PLC|N V|NV|S A|SA|HLDGS|HOLDINGS|NEW|DEL)\b"
)
WHOLE = "whole portfolio"
HOLDINGS = [
    *["holder", "fund", "symbol", "company", "name", "action", "date", "rank", "shares", "value", "currency", "change"],
    *["positions", "kind", "source", "locator", "published", "note"],
]


def is_manager(name: str) -> bool:
    """Whether a name is a manager's number at the SEC, ten digits: managers have no ticker.

    >>> is_manager("0001067983"), is_manager("NVDA")
    (True, False)
    """
    return bool(re.fullmatch("[0-9]{10}", name))


def managers() -> list[str]:
    """The numbers of the managers in the own layer, in order."""
    return [name for name in beside.names("holdings") if is_manager(name)]


class Position(NamedTuple):
    """A security of a table: its number, issuer, class, option (put, call or none), value and number of shares."""

    cusip: str
    issuer: str
    kind: str
    option: str
    value: float
    shares: float

    @property
    def key(self) -> tuple[str, str]:
        return self.cusip, self.option


@dataclass
class Table:
    """An information table of one day and what its cover says.

    positions   by security and option, those of several managers added up, in dollars
    amendment   RESTATEMENT or NEW HOLDINGS; empty for the report itself
    remarks     where the cover says another sum or number, or the unit is not that of its day
    """

    manager: str
    day: str
    amendment: str
    positions: dict[tuple[str, str], Position]
    remarks: list[str] = field(default_factory=list)


@dataclass
class Holder:
    """What the filings of a manager add to the own layer: its rows, the documents, and what is to be said of them."""

    cik: int
    name: str
    old: pd.DataFrame
    new: pd.DataFrame
    documents: pd.DataFrame
    doubts: list[tags.Doubt]

    def save(self) -> None:
        """Write it into the own layer."""
        number, rows = f"{self.cik:010}", pd.concat([self.old, self.new], ignore_index=True)
        with shelf.opened(writes=True) as connection:
            beside.cite(connection, number, self.documents)
            beside.put(connection, "holdings", number, rows)


def table(text: bytes, name: str, filed: str) -> Table:
    """The information table of a submission, whose cover and table stand in one text.

    filed   the day, which says in which unit the form wants values
    Errors: SourceError for a text without both, and for a table of which nobody could say in which unit it is.
    """
    blocks = [block.strip() for block in re.findall(rb"<XML>(.*?)</XML>", text, re.DOTALL)]
    roots = {xml.local(root): root for root in (xml.parsed(block, name) for block in blocks)}
    if "edgarSubmission" not in roots or "informationTable" not in roots:
        said = (
            "a web page in place of a submission" if b"<html" in text[:2000].lower() else "no cover and table of a 13F"
        )
        raise SourceError(f"{name}: {said}")
    cover = roots["edgarSubmission"]
    try:
        found = [_position(each) for each in roots["informationTable"].findall("{*}infoTable")]
        month, day, year = xml.text(cover, "periodOfReport").split("-")
        scale, remarks = _scale(found, filed, name)
        remarks += _against_cover(cover, found)
    except ValueError as error:
        raise SourceError(f"{name}: not a 13F as it should be: {error}") from error
    amendment = xml.text(cover, "amendmentType").upper() if xml.text(cover, "isAmendment") == "true" else ""
    manager = xml.text(cover.find(".//{*}filingManager"), "name")
    return Table(manager, f"{year}-{month}-{day}", amendment, _added(found, scale), remarks)


def _position(element: xml.Element) -> Position:
    cusip = xml.text(element, "cusip").upper().rjust(9, "0")
    if cusip[-1] != check_digit(cusip[:8]):
        raise ValueError(f"{cusip} is no CUSIP: its last digit is wrong")
    shares = float(xml.text(element, "sshPrnamt")) if xml.text(element, "sshPrnamtType") == "SH" else float("nan")
    kind, option = xml.text(element, "titleOfClass"), xml.text(element, "putCall").lower()
    issuer = " ".join(xml.text(element, "nameOfIssuer").split()).lstrip("=+@-")
    return Position(cusip, issuer, kind, option, float(xml.text(element, "value")), shares)


def check_digit(number: str) -> str:
    """The last digit of a CUSIP, from the eight before it: every second is doubled, and the digits are added up.

    >>> check_digit("03783310"), check_digit("02079K30")  # Apple, Alphabet's class A
    ('0', '5')
    """
    values = ["0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*@#".index(each) for each in number]
    doubled = [value * 2 if place % 2 else value for place, value in enumerate(values)]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def _scale(found: list[Position], filed: str, name: str) -> tuple[int, list[str]]:
    """Dollars for one unit of value: by what a share would cost, else by the day; and what to say of it."""
    wanted = THOUSANDS if filed < DOLLARS_SINCE else 1
    prices = [each.value / each.shares for each in found if each.shares > 0 and each.value > 0 and not each.option]
    if not prices:
        return wanted, []
    price = median(prices)
    if DEAREST < price < CHEAPEST:
        raise SourceError(f"{name}: the median share costs {price:.2f}: dollars or thousands of them, nobody could say")
    scale = THOUSANDS if price <= DEAREST else 1
    units = {1: "dollars", THOUSANDS: "thousands of dollars"}
    said = f"values are in {units[scale]}, since the median share costs {price:,.3g}; its day asks for {units[wanted]}"
    return scale, [said] * (scale != wanted)


def _against_cover(cover: xml.Element, found: list[Position]) -> Iterator[str]:
    total, entries = xml.text(cover, "tableValueTotal"), xml.text(cover, "tableEntryTotal")
    summed = sum(each.value for each in found)
    if total and float(total) != summed:
        yield f"the table sums to {summed:,.15g}, its cover says {float(total):,.15g}"
    if entries and int(entries) != len(found):
        yield f"the table has {len(found)} rows, its cover says {entries}"


def _added(found: list[Position], scale: int) -> dict[tuple[str, str], Position]:
    """Positions by security and option: one that several managers of a group hold is one."""
    groups = defaultdict(list)
    for each in found:
        groups[each.key].append(each)
    return {
        key: each[0]._replace(value=scale * sum(p.value for p in each), shares=sum(p.shares for p in each))
        for key, each in groups.items()
    }


def read(cik: int, edgar: Edgar) -> Holder:
    """What a manager's filings of the last quarters give that the own layer lacks.

    Errors: SourceError for a number that the SEC does not know, for one without a 13F, and for a broken answer.
    """
    answer = edgar.submissions(cik)
    filings = sorted(
        (each for each in listed(answer) if each.form in FORMS), key=lambda each: (each.filed, each.accession)
    )
    if not filings:
        raise SourceError(f"{cik:010} {answer['name']}: files no 13F with a table; is it the number of a manager?")
    tables = [(each, edgar.document(_path(cik, each), f"13f-{each.accession}", _reader(each))) for each in filings]
    newest = sorted({table.day for _, table in tables})[-QUARTERS:]
    tables = [(each, table) for each, table in tables if table.day in newest]
    name = tables[-1][1].manager
    names = _names(edgar)
    found = [row for day in newest for row in _rows(name, [each for each in tables if each[1].day == day], names)]
    every = beside.whole("holdings", pd.DataFrame(found, columns=HOLDINGS, dtype=str))
    old = beside.read("holdings", f"{cik:010}")
    key = [*registers.key("holdings"), "published"]
    fresh = every[~pd.MultiIndex.from_frame(every[key]).isin(pd.MultiIndex.from_frame(old[key]))]
    documents = tags.documents([filing for filing, _ in tables], name, cik)
    known = door.reference()
    lacking = documents[~documents["source"].isin(known.sources.index)].set_index("source")
    known = replace(known, sources=pd.concat([known.sources, lacking]))
    fresh, refused = beside.sound("holdings", fresh, known)
    new = [each for each in tables if each[1].day in set(fresh["date"])]
    doubts = [tags.Doubt("13F", "", table.day, each.filed, said) for each, table in new for said in table.remarks]
    doubts += [
        tags.Doubt("position", "", "", "", said) for said in [*refused, *(names.undecided(new[-1][1]) if new else ())]
    ]
    return Holder(cik, name, old, fresh, documents, doubts)


def _path(cik: int, filing: Filing) -> str:
    return f"/Archives/edgar/data/{cik}/{filing.accession}.txt"


def _reader(filing: Filing):
    return lambda text, name: table(text, name, filing.filed)


class Names(NamedTuple):
    """What securities are called: an issuer's tickers by its plain name, single securities by number, companies."""

    tickers: dict[str, set[str]]
    securities: dict[str, dict[str, str]]
    companies: pd.Index

    def candidates(self, there: Position) -> set[str]:
        """The tickers that a position may have; of common stock those of a preferred share or a warrant are none."""
        if own := self.securities.get(there.cusip):
            return {own["symbol"]}
        found = self.tickers.get(_plain(there.issuer), set())
        common = {each for each in found if "-" not in each}
        return common if common and there.kind.upper().startswith("COM") else found

    def of(self, there: Position) -> tuple[str, str]:
        """The symbol of a security and the ticker of a known company: the CUSIP where it has not one candidate.

        What a put or a call gives a right to is not held, so that it never counts as a position in the share.
        """
        found, own = self.candidates(there), self.securities.get(there.cusip, {})
        symbol = next(iter(found)) if len(found) == 1 else there.cusip
        if there.option:
            return f"{symbol} {there.option}", ""
        company = own.get("company", symbol)
        return symbol, company if company in self.companies else ""

    def undecided(self, table: Table) -> Iterator[str]:
        """The positions of a table that may be one of several securities, with the candidates."""
        for each in table.positions.values():
            if len(found := self.candidates(each)) > 1:
                named = f"{each.issuer} {each.kind} {each.cusip}"
                yield f"{named} is one of {', '.join(sorted(found))}; see data/cusips.csv"


def _names(edgar: Edgar) -> Names:
    tickers = defaultdict(set)
    for ticker, (_, name) in edgar.registrants().items():
        tickers[_plain(name)].add(ticker)
    securities = {row["cusip"]: row for row in read_cusips().to_dict("records")}
    return Names(tickers, securities, door.reference().companies.index)


def _plain(name: str) -> str:
    """
    >>> _plain("NVIDIA CORPORATION"), _plain("Amazon.com, Inc."), _plain("AMAZON COM INC")
    ('NVIDIA', 'AMAZON', 'AMAZON')
    """
    return " ".join(re.sub(SUFFIXES, " ", re.sub(r"[^A-Z0-9& ]", " ", name.upper())).split())


def _rows(name: str, tables: list[tuple[Filing, Table]], names: Names) -> Iterator[tuple[str, ...]]:
    """The rows of one day: those of the report, and of each amendment what it changes, from its own day on.

    All name the report as their document, so that a later one stands in place of an earlier.
    """
    shown: dict[tuple[str, str], Position] = {}
    first = tables[0][0].accession
    for filing, each in tables:
        note = "" if filing.accession == first else f"As amended by {filing.accession}."
        now = _with(shown, each)
        ranks = {key: place for place, key in enumerate(sorted(now, key=lambda k: -now[k].value), start=1)}
        for key in [*now, *(gone for gone in shown if gone not in now)]:
            if now.get(key) != shown.get(key):
                there = now.get(key) or shown[key]._replace(value=GONE, shares=GONE)
                yield _row(name, there, ranks.get(key), each.day, first, filing.filed, note, names)
        if now != shown:
            total = sum(position.value for position in now.values())
            yield (
                name, "", "", "", WHOLE, "held", each.day, "", "", _plain_number(total), "USD", "", str(len(now)),
                "reported", first, "information table, sum", filing.filed, note,
            )  # fmt: skip
        shown = now


def _with(shown: dict[tuple[str, str], Position], table: Table) -> dict[tuple[str, str], Position]:
    if table.amendment != "NEW HOLDINGS":
        return table.positions
    return shown | {
        key: there._replace(value=there.value + shown[key].value, shares=there.shares + shown[key].shares)
        if key in shown
        else there
        for key, there in table.positions.items()
    }


def _row(
    name: str, there: Position, rank: int | None, day: str, source: str, published: str, note: str, names: Names
) -> tuple[str, ...]:
    symbol, company = names.of(there)
    option = f" {there.option}" if there.option else ""
    shares, value = ("" if each != each else _plain_number(each) for each in (there.shares, there.value))
    change = "-1" if there.value != there.value else ""  # an amendment took it out
    place = f"information table, CUSIP {there.cusip}{option}"
    return (
        name, "", symbol, company, f"{there.issuer}{option}", "held", day, str(rank or ""), shares,
        value, "USD", change, "", "reported", source, place, published, note,
    )  # fmt: skip


def read_cusips() -> pd.DataFrame:
    """The securities by number whose issuer has several, as text, checked.

    Errors: DataError with every fault of `data/cusips.csv`.
    """
    return door.table("cusips.csv", _rules)


def check_tables() -> None:
    """Check the tables that say what tags, members and securities are.

    Errors: DataError with all faults of all three.
    """
    door.refuse(door.gather((tags.read, instance.read_members, read_cusips))[1])


def _rules(raw: pd.DataFrame) -> door.Rules:
    known = door.reference()
    sound = [bool(re.fullmatch("[0-9A-Z*@#]{9}", each)) and each[8] == check_digit(each[:8]) for each in raw["cusip"]]
    yield "cusip '{cusip}' is none: nine characters, the last of them a check", ~pd.Series(sound, raw.index)
    yield "cusip {cusip} stands twice", raw["cusip"].duplicated()
    yield "symbol is empty", raw["symbol"] == ""
    yield "unknown company '{company}'; see data/companies.csv", known.lacks("companies", raw["company"])
    yield "unknown source '{source}'; add it to data/sources.csv", known.lacks("sources", raw["source"])


def _plain_number(value: float) -> str:
    return f"{value:.0f}" if value % 1 == 0 else f"{value:.4f}".rstrip("0")
