"""The state of `data/` that somebody has reviewed, row by row, so that nothing vanishes or changes unseen.

`data/REVIEWED` has for each file a line with its name and the day of its review, and below it a line for each row: four
characters for the row's key, four for all its cells. `capcycle check --accept` writes it. A row or a file that was
reviewed and is gone is a fault until it is accepted; a row that is otherwise is told, with the cell that was reviewed
where one slip explains it, and refused by nobody. Lines may stand twice, as they do where two branches were joined.
"""

from base64 import b64encode
from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import blake2b

from capcycle import paths
from capcycle.errors import DataError
from capcycle.facts import tables

NAME = "REVIEWED"
MARK = 4  # characters of a key, and of a row: one of 16 million
SHOWN = 5  # changed rows of a file that are told one by one
SCALES = ("1000", "0.001", "1000000", "0.000001", "100", "0.01", "-1")
ACCEPT = "if it is meant, `capcycle check --accept` takes the present state as reviewed"

State = dict[str, dict[str, set[str]]]  # by file and mark of the key: marks of the rows


def differences() -> tuple[list[str], list[str]]:
    """What was reviewed and is gone, a fault each, and what else is otherwise than it was reviewed.

    >>> differences()[0]
    []
    """
    try:
        was, days = _accepted()
    except (OSError, ValueError):
        return [f"data/{NAME}: cannot be read, or is no list of rows; {ACCEPT}"], []
    gone = [f"data/{name}: was reviewed and is gone; {ACCEPT}" for name in was if not (paths.DATA / name).exists()]
    changed = []
    for name, header, rows, marks in _present():
        if name not in was:
            changed.append(f"data/{name}: new")
            continue
        gone += _vanished(name, was[name], marks)
        changed += _changed(name, header, rows, marks, was[name], days[name])
    return gone, changed


def accept() -> None:
    """Take the present state of all tables as reviewed; what has not changed keeps the day of its review."""
    try:
        was, days = _accepted()
    except (OSError, ValueError):
        was, days = {}, {}
    lines = []
    for name, _, _, marks in _present():
        day = days[name] if was.get(name) == _rows(marks) else date.today()
        lines += [f"{name} {day}\n", *(f"{key}{row}\n" for key, row in marks)]
    (paths.DATA / NAME).write_text("".join(lines), "utf-8", newline="\n")


def _accepted() -> tuple[State, dict[str, str]]:
    """What was reviewed, and the day of each file's review."""
    marks, days = {}, {}
    for line in (paths.DATA / NAME).read_text("utf-8").splitlines():
        if " " in line or not days:
            name, days[name] = line.split(" ")
        else:
            marks.setdefault(name, []).append((line[:MARK], line[MARK:]))
    return {name: _rows(each) for name, each in marks.items()}, days


def _rows(marks: list[tuple[str, str]]) -> dict[str, set[str]]:
    rows = {}
    for key, row in marks:
        rows.setdefault(key, set()).add(row)
    return rows


def _present() -> Iterator[tuple[str, list[str], list[list[str]], list[tuple[str, str]]]]:
    """Each table that can be read, with the marks of its rows; of another its own faults are told."""
    for path in sorted(paths.DATA.rglob("*.csv")):
        name = path.relative_to(paths.DATA).as_posix()
        try:
            header, *rows = tables.cells(name)
            key = [header.index(column) for column in _key(name)]
            yield name, header, rows, [(_mark([row[at] for at in key]), _mark(row)) for row in rows]
        except (DataError, ValueError, IndexError):
            continue


def _mark(cells: list[str]) -> str:
    return b64encode(blake2b("\0".join(cells).encode(), digest_size=3).digest()).decode()


def _key(name: str) -> list[str]:
    """The columns that tell one row of a table from another, its versions included."""
    if own := tables.key(name):
        return own
    schema = dict(enumerate(tables.cells("registers.csv")))
    at = {column: place for place, column in enumerate(schema[0])}
    rows = [row for row in schema.values() if row[at["table"]] == name.removesuffix(".csv")]
    return [row[at["column"]] for row in rows if row[at["key"]] == "yes" or row[at["column"]] == "published"]


def _vanished(name: str, was: dict[str, set[str]], marks: list[tuple[str, str]]) -> Iterator[str]:
    """A fault for the rows that are there no more, with the first line after which they stood."""
    now = {key for key, _ in marks}
    gone = [at for at, key in enumerate(was) if key not in now]
    if gone:
        rows = f"{len(gone)} row{'s' if len(gone) > 1 else ''} of {len(was)}"
        where = f"data/{name}:{gone[0] + 2}"
        yield f"{where}: {rows} that were reviewed are gone, the first from about this line; {ACCEPT}"


def _changed(name: str, header: list[str], rows: list[list[str]], marks: list[tuple[str, str]],
             was: dict[str, set[str]], day: str) -> Iterator[str]:  # fmt: skip
    """A line for each row that is otherwise, and one for those that are new or stand elsewhere."""
    odd = [at for at, (key, row) in enumerate(marks) if key in was and row not in was[key]]
    for at in odd[:SHOWN]:
        there = was[marks[at][0]]
        before = next((cells for cells in _slips(rows, at) if _mark(cells) in there), rows[at])
        told = [f"{column} {now} was {then or 'empty'}" for column, now, then in
                zip(header, rows[at], before, strict=True) if now != then]  # fmt: skip
        when = f"{' and '.join(told)} when reviewed" if told else "not as reviewed"
        yield f"data/{name}:{at + 2}: {when} on {day}"
    if len(odd) > SHOWN:
        yield f"data/{name}: {len(odd) - SHOWN} more rows are not as reviewed on {day}"
    if new := sum(key not in was for key, _ in marks):
        yield f"data/{name}: {new} new since {day}"
    keys = {key: None for key, _ in marks}
    if [key for key in keys if key in was] != [key for key in was if key in keys]:
        yield f"data/{name}: its rows stand in another order than on {day}"


def _slips(rows: list[list[str]], at: int) -> Iterator[list[str]]:
    """The row as it would be without one slip: of a hand in one cell, or two of its cells exchanged."""
    row = rows[at]
    for place, cell in enumerate(row):
        near = [*_typed(cell), *dict.fromkeys(each[place] for each in rows)]
        yield from ([*row[:place], each, *row[place + 1 :]] for each in near)
        for other in range(place):
            yield [row[{place: other, other: place}.get(each, each)] for each in range(len(row))]


def _typed(cell: str) -> Iterator[str]:
    """What a cell may have been: two neighbours exchanged, another digit, another scale or sign."""
    for at, one in enumerate(cell):
        yield cell[:at] + cell[at + 1 : at + 2] + one + cell[at + 2 :]
        if one.isdigit():
            yield from (cell[:at] + digit + cell[at + 1 :] for digit in "0123456789")
    try:
        yield from (f"{(Decimal(cell) * Decimal(scale)).normalize():f}" for scale in SCALES)
    except InvalidOperation:
        return
