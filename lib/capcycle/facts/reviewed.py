"""The state of `data/` that somebody has reviewed: a line for each file, so that nothing vanishes unseen.

`data/REVIEWED` has for each file its name, a digest of its text, and three hexadecimal digits for the key of each row.
`capcycle check --accept` writes it. A row or a file that was reviewed and is gone is a fault until it is accepted;
any other change is told, and refused by nobody.
"""

import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest

from capcycle import paths
from capcycle.errors import DataError
from capcycle.facts import tables

NAME = "REVIEWED"
MARK = 3  # digits of a row's key: a row that takes the place of another has its mark once in four thousand times
ACCEPT = "if it is meant, `capcycle check --accept` takes the present state as reviewed"


def differences() -> tuple[list[str], list[str]]:
    """What was reviewed and is gone, a fault each, and the files that are otherwise than they were reviewed.

    >>> differences()[0]
    []
    """
    try:
        was = _accepted()
    except (OSError, ValueError):
        return [f"data/{NAME}: cannot be read, or is no list of files; {ACCEPT}"], []
    now = dict(_present())
    gone = [f"data/{name}: was reviewed and is gone; {ACCEPT}" for name in was if not (paths.DATA / name).exists()]
    gone += [fault for name in was if name in now for fault in _vanished(name, was[name][1], now[name][1])]
    return gone, [f"data/{name}" for name in sorted(now) if was.get(name, ("",))[0] != now[name][0]]


def accept() -> None:
    """Take the present state of all tables as reviewed."""
    lines = [f"{name} {digest} {''.join(marks)}\n" for name, (digest, marks) in _present()]
    (paths.DATA / NAME).write_text("".join(lines), "utf-8", newline="\n")


def _accepted() -> dict[str, tuple[str, list[str]]]:
    """What was reviewed, by file: the digest of its text, and the mark of each row."""
    lines = [line.split(" ") for line in (paths.DATA / NAME).read_text("utf-8").splitlines()]
    return {name: (digest, [marks[at : at + MARK] for at in range(0, len(marks), MARK)])
            for name, digest, marks in lines}  # fmt: skip


def _present() -> Iterator[tuple[str, tuple[str, list[str]]]]:
    """The same of every table that can be read; of another its own faults are told."""
    for path in sorted(paths.DATA.rglob("*.csv")):
        name = path.relative_to(paths.DATA).as_posix()
        try:
            header, *rows = tables.cells(name)
            key = [header.index(column) for column in _key(name)]
            yield name, (f"{zlib.crc32(repr(rows).encode()):08x}", [_mark(row, key) for row in rows])
        except (DataError, ValueError, IndexError):
            continue


def _mark(row: list[str], key: list[int]) -> str:
    return f"{zlib.crc32(repr([row[at] for at in key]).encode()):08x}"[-MARK:]


def _key(name: str) -> list[str]:
    """The columns that tell one row of a table from another, its versions included."""
    if own := tables.key(name):
        return own
    schema = dict(enumerate(tables.cells("registers.csv")))
    at = {column: place for place, column in enumerate(schema[0])}
    rows = [row for row in schema.values() if row[at["table"]] == name.removesuffix(".csv")]
    return [row[at["column"]] for row in rows if row[at["key"]] == "yes" or row[at["column"]] == "published"]


def _vanished(name: str, was: list[str], now: list[str]) -> Iterator[str]:
    """A fault for the rows that are there no more, with the first line after which they stood."""
    gone = Counter(was) - Counter(now)
    if not gone:
        return
    place = next(at for at, (old, new) in enumerate(zip_longest(was, now)) if old != new)
    rows = f"{gone.total()} row{'s' if gone.total() > 1 else ''} of {len(was)}"
    yield f"data/{name}:{place + 2}: {rows} that were reviewed are gone, the first from about this line; {ACCEPT}"
