"""Every company of an archive into the store: the SEC's `companyfacts.zip`, or a folder of its answers."""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from capcycle import paths, pool
from capcycle.errors import CapcycleError
from capcycle.facts import door, layers, tables
from capcycle.facts import store as shelf
from capcycle.sources import changes, edgar, store, tags, web
from capcycle.sources.changes import Addition
from capcycle.sources.web import SourceError

NUMBER = re.compile(r"(?:CIK|companyfacts-)([0-9]{10})\.")  # in a name: of the SEC's archive, and of answers kept here
ENDS = (".json", ".json.gz", ".gz")
TICKERS = "company_tickers"  # the SEC's table, which an archive of numbers needs beside it


class Member(NamedTuple):
    """An answer of an archive: its company as far as the name tells, and a mark that changes with its content."""

    name: str
    ticker: str
    mark: str


class Outcome(NamedTuple):
    """What became of a company: how many figures are new, or why it was refused."""

    ticker: str
    new: int
    refused: str = ""


@dataclass
class Archive:
    """The answers in a zip file or a folder.

    Errors: SourceError for a path that is neither.
    """

    path: Path

    def __post_init__(self):
        if not self.path.is_dir() and not zipfile.is_zipfile(self.path):
            raise SourceError(f"{self.path}: no folder and no zip archive, or one that is cut short")

    def group(self) -> str:
        """Of its companies that are new: a market; those whose answers are kept here were brought in one by one."""
        return layers.GROUP if self.path.resolve() == paths.STORE / store.ANSWERS else shelf.MARKET

    def names(self) -> dict[str, str]:
        """The names of its answers, each with a mark that changes with the content."""
        if self.path.is_dir():
            found = {each.name: each.stat() for each in sorted(self.path.iterdir()) if each.name.endswith(ENDS)}
            return {name: f"{stat.st_size}-{stat.st_mtime_ns}" for name, stat in found.items()}
        with zipfile.ZipFile(self.path) as archive:
            return {each.filename: f"{each.file_size}-{each.CRC:08x}" for each in archive.infolist()}

    def text(self, name: str) -> bytes:
        """One answer, unpacked.

        Errors: SourceError for one that is damaged, or larger than any that there is.
        """
        where = f"{self.path}: {name}"
        try:
            text = self._unpacked(name)
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
            raise SourceError(f"{where}: damaged: {error}") from error
        if len(text) > web.LARGEST:
            raise SourceError(f"{where}: more than {web.LARGEST:,} bytes; that is no answer of the SEC")
        return text if text[:1] in (b"{", b"<") else text.partition(b"\n")[2]  # what is kept has its tag before it

    def _unpacked(self, name: str) -> bytes:
        if self.path.is_dir():
            path = self.path / name
            return web.gunzipped(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
        with zipfile.ZipFile(self.path) as archive, archive.open(name) as member:
            return member.read(web.LARGEST + 1)

    def beside(self) -> dict[str, tuple[int, str]]:
        """The table of tickers in the folder, or beside the zip file; empty where there is none."""
        place = Archive(self.path if self.path.is_dir() else self.path.parent)
        there = [name for name in place.names() if name.split(".")[0] == TICKERS]
        return edgar.registrants(web.decoded(place.text(there[0]), there[0])) if there else {}


def members(archive: Archive, tickers: dict[str, tuple[int, str]]) -> tuple[list[Member], int]:
    """The answers of an archive whose company is known by a ticker, and how many others there are.

    tickers   the number of each company: the first that has a number is taken, unless the reviewed data knows it
    """
    known = door.reference().companies
    of_number = {number: ticker for ticker, (number, _) in reversed(tickers.items())}
    of_number |= {int(cik): ticker for ticker, cik in known["cik"].items() if cik}
    taken, strangers = {}, 0
    rules = hashlib.sha256(tables.stamp("tags.csv").encode()).hexdigest()[:8]
    for name, mark in archive.names().items():
        stem = name.split(".json")[0]
        number = NUMBER.search(name)
        ticker = of_number.get(int(number[1]), "") if number else stem * bool(re.fullmatch(door.TICKER, stem))
        if ticker:
            taken.setdefault(ticker, Member(name, ticker, f"{mark}-{rules}"))
        elif number:
            strangers += 1
    return list(taken.values()), strangers


def ingest(path: Path, found: Iterable[Member]) -> Iterator[Outcome]:
    """Bring the companies of an archive into the store, in batches: a run that was broken off goes on where it was.

    What the store has of a company from the same content is left alone. Nothing that is there is changed otherwise:
    see `changes.drafted`.
    """
    there = dict(shelf.select("SELECT company, origin FROM companies"))
    waiting = [each for each in found if there.get(each.ticker) != each.mark]
    with shelf.locked():
        for outcomes in pool.each(partial(_read, path), waiting):
            with shelf.opened(writes=True) as connection:
                for (_, ticker, mark), added in outcomes:
                    if isinstance(added, Addition) and (len(added.new) or there.get(ticker)):
                        added.put(connection, "" if there.get(ticker) == "" else mark)
            yield from (_told(member.ticker, added) for member, added in outcomes)


def _told(ticker: str, added: Addition | str) -> Outcome:
    return Outcome(ticker, 0, added) if isinstance(added, str) else Outcome(ticker, len(added.new))


def _read(path: Path, batch: list[Member]) -> list[tuple[Member, Addition | str]]:
    """What each of some companies brings, or why it is refused."""
    archive, table, known = Archive(path), tags.read(), door.reference()
    found = [_or_why(partial(_drafted, archive, member, table, known.companies)) for member in batch]
    if drafts := [each for each in found if isinstance(each, changes.Draft)]:
        changes.let_in(drafts, known)
    brought = [each if isinstance(each, str) else _or_why(partial(each.addition, table, known)) for each in found]
    return list(zip(batch, brought, strict=True))


def _or_why(work: Callable[[], Any]) -> Any:
    """What some work gives, or why it is refused."""
    try:
        return work()
    except CapcycleError as error:
        return str(error)


def _drafted(archive: Archive, member: Member, table: pd.DataFrame, known: pd.DataFrame) -> changes.Draft:
    where = f"{archive.path}: {member.name}"
    answer = web.decoded(archive.text(member.name), where, "facts", "cik")
    if (number := NUMBER.search(member.name)) and int(number[1]) != int(answer["cik"]):
        raise SourceError(f"{where}: the answer is about company {answer['cik']}")
    return changes.drafted(_company(member.ticker, answer, known, archive.group()), answer, table)


def _company(ticker: str, answer: dict[str, Any], known: pd.DataFrame, group: str) -> dict[str, str]:
    """The row of a company: as it is reviewed, or in the store, else new and named as in its answer."""
    row = known.loc[[ticker]].reset_index() if ticker in known.index else store.read("companies", ticker)
    if len(row):
        return row[shelf.COLUMNS["companies"]].iloc[0].astype(str).to_dict()
    blank = dict.fromkeys(shelf.COLUMNS["companies"], "")
    name = web.clean(str(answer.get("entityName") or ticker))
    return blank | {"company": ticker, "name": name, "cik": f"{int(answer['cik']):010}", "group": group}
