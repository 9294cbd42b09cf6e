"""The SEC's EDGAR as a source of JSON: asked politely, never more than it sends, and only for what is new."""

import gzip
import http.client
import io
import os
import time
import tomllib
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson

from capcycle import paths
from capcycle.errors import CapcycleError
from capcycle.sources import store

DATA, WEB = "https://data.sec.gov", "https://www.sec.gov"
PAUSE = 0.1  # seconds between two requests: the SEC allows ten a second
WAITS = (1, 2, 4)  # seconds before the next try, unless the answer says how long
TIMEOUT = 30  # seconds
LARGEST = 400 * 2**20  # bytes of an answer; the largest companyfacts has about 30 million
CHUNK = 2**16
T = TypeVar("T")
TRANSIENT = {429, 500, 502, 503, 504}
AGENT = (
    'the SEC asks who is asking: set CAPCYCLE_SEC_AGENT to your name and e-mail, or write sec_agent = "Name e-mail" '
    f"into {paths.SETTINGS}"
)


class SourceError(CapcycleError):
    """What a source did not give, or not in a form that can be used."""


def setting(name: str, default: str = "") -> str:
    """What the user set: in the environment as CAPCYCLE_NAME, else in the user's own settings file.

    Errors: SourceError for a settings file that is not TOML.
    """
    if given := os.environ.get(f"CAPCYCLE_{name.upper()}"):
        return given
    try:
        return str(tomllib.loads(paths.SETTINGS.read_text("utf-8")).get(name, default))
    except FileNotFoundError:
        return default
    except ValueError as error:
        raise SourceError(f"{paths.SETTINGS}: not a TOML file: {error}") from error


class Absent(SourceError):
    """What is not at an address of a source."""


@dataclass
class Edgar:
    """A connection to EDGAR, or to whatever stands in for it.

    agent      who is asking, as the SEC wants it declared
    data, web  base addresses
    wait       sleeps for some seconds, and `clock` tells them
    """

    agent: str = field(default_factory=lambda: setting("sec_agent"))
    data: str = field(default_factory=lambda: setting("sec_data", DATA).rstrip("/"))
    web: str = field(default_factory=lambda: setting("sec_web", WEB).rstrip("/"))
    wait: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    largest: int = LARGEST
    timeout: float = TIMEOUT
    _next: float = 0.0

    def __post_init__(self):
        if not self.agent.strip() or not self.agent.isprintable():
            raise SourceError(f"no user agent: {AGENT}")
        if wrong := [base for base in (self.data, self.web) if not base.startswith(("https://", "http://"))]:
            raise SourceError(f"{wrong[0]} is no web address; see CAPCYCLE_SEC_DATA and CAPCYCLE_SEC_WEB")

    def registrant(self, ticker: str) -> tuple[int, str]:
        """The number and the name of the company of a ticker.

        Errors: SourceError where the SEC knows no such ticker.
        """
        if (company := self.registrants().get(ticker.replace(".", "-"))) is None:
            raise SourceError(f"{ticker}: the SEC knows no such ticker; if it moved, give the new one")
        return company

    def registrants(self) -> dict[str, tuple[int, str]]:
        """The number and the name of every company by its ticker; of several tickers the one most traded is first."""
        return registrants(self.get(f"{self.web}/files/company_tickers.json", "company_tickers"))

    def submissions(self, cik: int) -> dict[str, Any]:
        """The company's name, year end and list of filings."""
        return self.get(f"{self.data}/submissions/CIK{cik:010}.json", f"submissions-{cik:010}", "filings", "name")

    def companyfacts(self, cik: int) -> dict[str, Any]:
        """Every figure that the company tagged, with the filing of each."""
        address = f"{self.data}/api/xbrl/companyfacts/CIK{cik:010}.json"
        found = self.get(address, f"companyfacts-{cik:010}", "facts", "cik")
        if str(found["cik"]).lstrip("0") != str(cik):
            raise SourceError(f"{address}: the answer is about company {found['cik']}")
        return found

    def document(self, path: str, name: str, read: Callable[[bytes, str], T]) -> T:
        """What is read from a document of a filing, which never changes: once it is kept, it is not asked for again.

        path    below the SEC's web address; `name` is what it is kept under
        read    takes the bytes and what to call them in a message; what it refuses is not kept
        Errors: SourceError as for `get`; Absent where there is no such document.
        """
        if kept := store.kept(name)[1]:
            return read(kept, name)
        url = f"{self.web}{path}"
        body, tag = self._fetch(url, "")
        if not body:
            raise SourceError(f"{url}: empty")
        found = read(body, url)
        store.keep(name, tag, body)
        return found

    def get(self, url: str, name: str, *needed: str) -> dict[str, Any]:
        """The JSON object at an address; the one kept under `name` where the server says that it did not change.

        needed  keys that it has
        Errors: SourceError for anything else than such an object. What was kept before stays then.
        """
        tag, kept = store.kept(name)
        body, new = self._fetch(url, tag if kept else "")
        text = kept if body is None else body
        found = decoded(text, url, *needed)
        if body is not None:
            store.keep(name, new, text)
        return found

    def _fetch(self, url: str, tag: str) -> tuple[bytes | None, str]:
        """The bytes at an address with their tag; none where they still have the tag that is known."""
        for pause in (*WAITS, None):
            try:
                return self._once(url, tag)
            except urllib.error.HTTPError as error:
                if error.code == 304:
                    return None, tag
                if error.code == 404:
                    raise Absent(f"{url}: {_refusal(error)}") from error
                problem, retry = _refusal(error), error.code in TRANSIENT
                after = error.headers.get("Retry-After", "")
                pause = pause and (min(int(after), 60) if after.isdigit() else pause)
            except (OSError, http.client.HTTPException, zlib.error, EOFError) as error:
                problem, retry = f"{type(error).__name__}: {getattr(error, 'reason', error)}", True
            if not retry or pause is None:
                break
            self.wait(pause)
        raise SourceError(f"{url}: {problem}")

    def _once(self, url: str, tag: str) -> tuple[bytes, str]:
        self.wait(min(PAUSE, max(0.0, self._next - self.clock())))  # a clock may be put back
        self._next = self.clock() + PAUSE
        headers = {"User-Agent": self.agent, "Accept-Encoding": "gzip"}
        if tag:
            headers["If-None-Match" if tag.startswith(('"', "W/")) else "If-Modified-Since"] = tag
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=self.timeout) as answer:
            packed = answer.headers.get("Content-Encoding", "") == "gzip"
            new = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
            return self._read(answer, packed, url), new

    def _read(self, answer: http.client.HTTPResponse, packed: bool, url: str) -> bytes:
        """The whole answer, unpacked, and refused as soon as it is larger than any that there is."""
        stream, parts, size = gzip.GzipFile(fileobj=answer) if packed else answer, [], 0
        while part := stream.read(CHUNK):
            parts.append(part)
            size += len(part)
            if size > self.largest:
                raise SourceError(f"{url}: more than {self.largest:,} bytes; that is no answer of the SEC")
        expected = answer.headers.get("Content-Length", "")
        if not packed and expected.isdigit() and size < int(expected):
            raise EOFError(f"the answer ends after {size} of {expected} bytes")
        return b"".join(parts)


def registrants(table: dict[str, Any]) -> dict[str, tuple[int, str]]:
    """The number and the name of every company by its ticker, of the SEC's `company_tickers.json`."""
    try:
        return {row["ticker"]: (int(row["cik_str"]), clean(row["title"])) for row in table.values()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SourceError(f"company_tickers.json has another form than it had: {error!r}") from error


def clean(name: str) -> str:
    """A name as a cell may hold it: on one line, without markup, and not beginning like a formula."""
    return " ".join("".join(each for each in name if each.isprintable() and each not in "<>").split()).lstrip("=+@-")


def _refusal(error: urllib.error.HTTPError) -> str:
    advice = {403: f"it refuses the user agent or too many requests; {AGENT}", 404: "there is nothing here"}
    return f"status {error.code}: {advice.get(error.code, 'try again later')}"


def decoded(text: bytes, url: str, *needed: str) -> dict[str, Any]:
    """The JSON object that an answer is, with the keys that are needed.

    Errors: SourceError for anything else.
    """
    if text.lstrip()[:1] == b"<":
        raise SourceError(f"{url}: a web page in place of JSON; does a proxy or a login stand between?")
    try:
        found = orjson.loads(text)
    except ValueError as error:
        raise SourceError(f"{url}: {'empty' if not text.strip() else f'not JSON, or cut short: {error}'}") from error
    if not isinstance(found, dict) or not found:
        raise SourceError(f"{url}: no JSON object, or an empty one")
    if lacking := [key for key in needed if key not in found]:
        raise SourceError(f"{url}: the answer has no {', '.join(lacking)}; has its form changed?")
    return found


def gunzipped(packed: bytes) -> bytes:
    """What gzip packed, up to a byte more than any answer has."""
    return gzip.GzipFile(fileobj=io.BytesIO(packed)).read(LARGEST + 1)
