"""The web as a source: asked politely, never for more than there can be, and only for what is new."""

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
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import orjson

from capcycle import paths
from capcycle.errors import CapcycleError
from capcycle.sources import store

PAUSE = 0.1  # seconds between two requests: the SEC allows ten a second
WAITS = (1, 2, 4)  # seconds before the next try, unless the answer says how long
TIMEOUT = 30  # seconds
LARGEST = 400 * 2**20  # bytes of an answer; the largest companyfacts has about 30 million
CHUNK = 2**16
T = TypeVar("T")
TRANSIENT = {429, 500, 502, 503, 504}


class SourceError(CapcycleError):
    """What a source did not give, or not in a form that can be used."""


class Absent(SourceError):
    """What is not at an address of a source."""


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


@dataclass(kw_only=True)
class Web:
    """A way to ask servers, one request after the other.

    agent  who is asking
    wait   sleeps for some seconds, and `clock` tells them
    """

    ADVICE: ClassVar[str] = "it refuses the user agent or too many requests"  # of status 403

    agent: str = "capcycle"
    wait: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    largest: int = LARGEST
    timeout: float = TIMEOUT
    _next: float = 0.0

    def newest(self, url: str, name: str, read: Callable[[bytes, str], T]) -> T:
        """What is read from what is at an address; from what was kept under `name` where that did not change.

        read    takes the bytes and what to call them in a message; what it refuses is not kept
        Errors: SourceError for what cannot be had or read. What was kept before stays then.
        """
        tag, kept = store.kept(name)
        body, new = self._fetch(url, tag if kept else "")
        text = kept if body is None else body
        found = read(text, url)
        if body is not None:
            store.keep(name, new, text)
        return found

    def get(self, url: str, name: str, *needed: str) -> dict[str, Any]:
        """The JSON object at an address, with the keys that are needed: see `newest`."""
        return self.newest(url, name, lambda text, where: decoded(text, where, *needed))

    def _fetch(self, url: str, tag: str) -> tuple[bytes | None, str]:
        """The bytes at an address with their tag; none where they still have the tag that is known."""
        for pause in (*WAITS, None):
            try:
                return self._once(url, tag)
            except urllib.error.HTTPError as error:
                if error.code == 304:
                    return None, tag
                if error.code == 404:
                    raise Absent(f"{url}: {self._refusal(error)}") from error
                problem, retry = self._refusal(error), error.code in TRANSIENT
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

    def _refusal(self, error: urllib.error.HTTPError) -> str:
        advice = {403: self.ADVICE, 404: "there is nothing here"}
        return f"status {error.code}: {advice.get(error.code, 'try again later')}"


def clean(name: str) -> str:
    """A name as a cell may hold it: on one line, without markup, and not beginning like a formula."""
    return " ".join("".join(each for each in name if each.isprintable() and each not in "<>").split()).lstrip("=+@-")


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
