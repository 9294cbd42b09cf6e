"""Verdicts on the lines of a reader's file, as the command line prints them: nothing here needs the figures."""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from capcycle.words import counted, say

WRONG = ("inconsistent", "mistranslated")
GUARD = re.compile(r"^'(?=[=+\-@\t\r])")  # before what a spreadsheet would run


@dataclass(frozen=True)
class Line:
    """The verdict on a line of a reader's file: `arithmetic` is what was worked out, `right` what would be right."""

    line: int
    name: str
    verdict: str
    error_class: str = ""
    why: str = ""
    right: str = ""
    arithmetic: tuple[str, ...] = ()


def is_of_statements(file: Path) -> bool:
    """Whether a file is a text, or a table with a column for the measure, as far as its first lines show.

    >>> is_of_statements(Path("note.md")), is_of_statements(Path("nowhere.csv"))
    (True, False)
    """
    if file.suffix.lower() != ".csv":
        return True
    try:
        head = file.read_bytes()[:4096].replace(b"\0", b"").lower()
    except OSError:
        return False
    return bool(re.search(rb"(^|[,;\t|\n\"])\s*measure\s*([,;\t|\r\n\"]|$)", head))


def of_report(folder: Path) -> list[Line]:
    """The verdicts in the tables of a report on statements, in the order of the file."""
    lines = []
    for name in ("judgements", "unread"):
        with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as table:
            lines += [_line(row) for row in csv.DictReader(table)]
    return sorted(lines, key=lambda line: line.line)


def _line(row: dict[str, str]) -> Line:
    cells = {name: GUARD.sub("", text) for name, text in row.items()}
    names = ("verdict", "error_class", "why", "right")
    return Line(int(cells["line"]), cells["name"], *(cells[name] for name in names))


def is_wrong(lines: list[Line]) -> bool:
    """Whether any line is inconsistent or mistranslated.

    >>> is_wrong([Line(2, "c1", "consistent"), Line(3, "c2", "superseded")])
    False
    """
    return any(line.verdict in WRONG for line in lines)


def report_lines(lines: list[Line], file: str) -> list[str]:
    """Each line's verdict as a line of text, and how many there are of each.

    >>> report_lines([Line(2, "c1", "consistent")], "mine.csv")
    ['mine.csv:2: c1 consistent', '1 line: 1 consistent']
    """
    counts = Counter(line.verdict for line in lines).most_common()
    parts = [say("claims.summary_part", count=count, verdict=verdict_name(name)) for name, count in counts]
    summary = counted("claims.summary", len(lines), verdicts=", ".join(parts))
    return [*(_report(line, file) for line in lines), summary]


def _report(line: Line, file: str) -> str:
    why = say("claims.line_why", why=line.why) if line.why else ""
    right = say("claims.line_right", right=line.right) if line.right else ""
    place = f"{file}:{line.line}"
    return say("claims.line", place=place, name=line.name, verdict=verdict_name(line.verdict), why=why + right)


def verdict_name(verdict: str) -> str:
    """A verdict as a reader sees it.

    >>> verdict_name("not checkable")
    'not checkable'
    """
    return say(f"claims.verdict.{verdict.replace(' ', '_')}")
