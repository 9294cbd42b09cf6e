"""A reader's own table, from whatever program wrote it: read as it is meant, or refused with all its faults at once."""

import codecs
import csv
import re
from collections.abc import Callable, Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from capcycle.errors import DataError
from capcycle.facts import door, tables

ENCODINGS = {  # by how a file begins
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # begins like UTF-16
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how .xlsx, .ods and .xls begin
SEPARATOR = re.compile(r"\"?sep=(.)\"?(?=[\r\n]|$)", re.IGNORECASE)  # the first line that Excel understands
DELIMITERS = (",", ";", "\t", "|")
TOP = 20  # lines among which the header is looked for, below a title
KNOWN = {"check", "tolerance"} | {  # by which a header is known
    column
    for name in ("facts", "registers", "claims")
    for _, columns in tables.chapter(name).values()
    for column in columns
}

Line = tuple[int, list[str]]  # where it begins, and its cells


class Own(NamedTuple):
    """What a file holds: its header with its line, the lines below, and what stopped the reading."""

    header: list[str]
    at: int
    lines: list[Line]
    delimiter: str
    stop: str


def header_of(path: Path | str) -> list[str]:
    """The columns that the header of a reader's CSV file names, in small letters; empty for an empty file.

    Errors: DataError for a file that cannot be read or is not text.
    """
    return _read(path).header


def own_table(
    path: Path | str,
    needed: Iterable[str],
    allowed: Iterable[str],
    rules: Callable[[pd.DataFrame], door.Rules] = lambda _: iter(()),
) -> pd.DataFrame:
    """A reader's own CSV file as text, with file and line; columns that are not there are empty.

    Commas, semicolons, tabs or bars, UTF-8 or UTF-16, a title above the header, capitals in it and blank lines
    are all read.

    Errors: DataError with the faults of the header, of all lines, and of what `rules` say must hold of them.
    """
    tables.stamp(str(Path(path).resolve()))  # whoever runs a page learns that it depends on this file
    own, needed, allowed = _read(path), list(needed), list(allowed)
    if not set(own.header) & set(allowed):
        what = "no line names the columns" if own.header else "the file is empty"
        raise DataError([f"{path}:{own.at}: {what}; a header is needed with {', '.join(needed)}"])
    faults = [f"{path}:{own.at}: {fault}" for fault in _header_faults(own.header, needed, allowed)]
    doubtful = {column for column in {*needed, *own.header} if own.header.count(column) != 1}
    if not faults and not own.lines and not own.stop:
        faults.append(f"{path}:{own.at}: there is no line below the header")
    odd = {line: list(_cell_faults(own, cells)) for line, cells in own.lines}
    table = _table(own, allowed).assign(file=str(path))
    broken = door.faults(table, (rule for rule in rules(table) if not doubtful & set(re.findall(r"\w+", rule[0]))))
    ragged = tuple(f"{path}:{line}: " for line, cells in own.lines if _is_ragged(own.header, cells))
    faults += [f"{path}:{line}: {fault}" for line, found in odd.items() for fault in found]
    faults += [fault for fault in broken if not fault.startswith(ragged)]
    faults += [f"{path}:{own.stop}"] if own.stop else []
    door.refuse(sorted(faults, key=lambda fault: int(fault.removeprefix(f"{path}:").partition(":")[0])))
    return table


# ---- from bytes to lines


def _read(path: Path | str) -> Own:
    text = _text(path)
    stated = SEPARATOR.match(text)
    text = text[stated.end() :] if stated else text
    rows = list(StringIO(text, newline=""))
    delimiter, at = _header_place(rows, (stated[1],) if stated else DELIMITERS)
    lines, stop = _lines(rows[at - 1 :], delimiter, at)
    if not lines:
        return Own([], 1, [], delimiter, stop)
    (at, header), *lines = lines
    while header and not header[-1]:
        header.pop()
    return Own([re.sub(r"[\s-]+", "_", name.lower()) for name in header], at, lines, delimiter, stop)


def _text(path: Path | str) -> str:
    try:
        str(path).encode()
        data = Path(path).read_bytes()
    except UnicodeEncodeError as error:
        raise DataError([f"{path}: its name is not UTF-8; rename it"]) from error
    except OSError as error:
        raise DataError([f"{path}: cannot be read: {error.strerror}"]) from error
    if data.startswith(WORKBOOKS):
        raise DataError([f"{path}: a workbook, not a CSV table; save its sheet as CSV UTF-8"])
    encoding = next((name for mark, name in ENCODINGS.items() if data.startswith(mark)), None)
    if encoding is None and b"\0" in data[:2]:
        encoding = "utf-16-be" if data[0] == 0 else "utf-16-le"
    try:
        return data.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError([f"{path}:{line}: not UTF-8 text; save the table as CSV UTF-8"]) from error


def _header_place(rows: list[str], delimiters: Iterable[str]) -> tuple[str, int]:
    """The delimiter and the line by which most columns are known."""
    best, place = 0, (next(iter(delimiters)), 1)
    for delimiter in delimiters:
        for at, row in enumerate(rows[:TOP], 1):
            names = {re.sub(r"[\s-]+", "_", cell.strip(' "\t\r\n').lower()) for cell in row.split(delimiter)}
            if len(names & KNOWN) > best:
                best, place = len(names & KNOWN), (delimiter, at)
    return place


def _lines(rows: list[str], delimiter: str, first: int) -> tuple[list[Line], str]:
    """Every line that is not blank with the number where it begins, and what stopped the reading, if anything."""
    reader = csv.reader(rows, delimiter=delimiter, strict=True, skipinitialspace=True)
    lines, before = [], first
    try:
        for record in reader:
            cells = [cell.strip() for cell in record]
            if any(cells):
                lines.append((before, cells))
            before = first + reader.line_num
    except csv.Error as error:
        return lines, f"{before}: not a CSV table from here on: {error}"
    return lines, ""


# ---- what must hold of any table


def _header_faults(header: list[str], needed: list[str], allowed: list[str]) -> Iterator[str]:
    yield from (f"column {column} is missing" for column in needed if column not in header)
    for place, column in enumerate(header, 1):
        if not column:
            yield f"column {place} has no name"
        elif column not in allowed:
            yield f"unknown column {column}"
    yield from (
        f"column {column} stands twice" for column in sorted(set(header)) if header.count(column) > 1 and column
    )


def _cell_faults(own: Own, cells: list[str]) -> Iterator[str]:
    if _is_ragged(own.header, cells):
        name = {"\t": "a tab"}.get(own.delimiter, f"'{own.delimiter}'")
        yield f"{len(cells)} cells; there are {len(own.header)} columns: put a text with {name} in it into quotes"
        return
    for column, cell in zip(own.header, cells, strict=False):
        yield from (f"{column} {why}" for why, bad in tables.UNCLEAN.items() if bad.search(cell))


def _is_ragged(header: list[str], cells: list[str]) -> bool:
    return len(cells) < len(header) or any(cells[len(header) :])


def _table(own: Own, allowed: list[str]) -> pd.DataFrame:
    width = len(own.header)
    rows = [(cells + [""] * width)[:width] for _, cells in own.lines]
    table = pd.DataFrame(rows, columns=own.header, dtype=str)
    table = table.loc[:, ~table.columns.duplicated()].reindex(columns=allowed, fill_value="")
    return table.assign(line=[line for line, _ in own.lines])
