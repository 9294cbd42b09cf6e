"""An exhibit as the page template needs it: its table, the documents behind it, its chart and pictures."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from capcycle.publish.prose import safe
from capcycle.words import counted, say

NUMBER = re.compile(
    r"^[(~≈<>]*[+−-]?\s?[A-Z]{0,3}[$€£¥]?\s?[+−-]?\d[\d,. ]*\s?(%|x|×|pp|k|m|bn|tn|days?)?\)?\*?(\s\([a-z]\))?$"
)
SHORT = 18  # letters of a cell that needs no second line
LONG = 60  # and of one that would be a column of single words if it got no more room than the others
NAMED = 8  # publishers in the line under an exhibit
BETWEEN = "; "  # between several values in one cell of a column that is chosen from
MISSING = {"", "-", "–", "—", "n/a", "…"}


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its text, where it links to, the number of that document if it stands here first.

    `before` is what stands above a link; `details` are the lines that the text opens, where it does.
    """

    text: str
    href: str = ""
    document: int = 0
    before: str = ""
    details: tuple[str, ...] = ()


class Documents:
    """The documents of a page, numbered once: in the order of the tables that list them, then of publishers.

    A document is known by its address, or by its title where it has none.
    """

    def __init__(self, exhibits: list[dict]):
        known = {source["url"] or source["title"]: source for exhibit in exhibits for source in exhibit["sources"]}
        linked = [link for exhibit in exhibits for link in _links(exhibit) if link in known]
        self.in_tables = set(linked)
        order = list(dict.fromkeys(linked)) + sorted(known, key=lambda one: _by_publisher(known[one]))
        self.number = {one: number for number, one in enumerate(dict.fromkeys(order), start=1)}
        self.rest = [known[one] | {"number": self.number[one]} for one in self.number if one not in self.in_tables]
        self._anchored: set[str] = set()

    def cell(self, value: Any) -> Cell:
        """A cell of a table; the first link to a document carries the anchor that exhibits point to."""
        if not isinstance(value, dict):
            return Cell(str(value))
        if "details" in value:
            return Cell(str(value["text"]), details=tuple(value["details"]))
        href, one = value["href"], _link(value)
        first = one in self.in_tables and one not in self._anchored
        self._anchored.add(one)
        number = self.number[one] if first else 0
        return Cell(str(value["text"]), href if safe(href) else "", number, str(value.get("before", "")))

    def ranges(self, exhibit: dict) -> list[tuple[int, int]]:
        """The numbers of the documents behind an exhibit that it does not list itself, as first and last."""
        own = set(_links(exhibit))
        others = {source["url"] or source["title"] for source in exhibit["sources"]} - own
        numbers = sorted(self.number[one] for one in others)
        runs = groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
        spans = [[number for _, number in run] for _, run in runs]
        return [(span[0], span[-1]) for span in spans]


def _links(exhibit: dict) -> list[str]:
    return [_link(cell) for row in exhibit["rows"] for cell in row if isinstance(cell, dict) and "href" in cell]


def _link(cell: dict) -> str:
    return cell["href"] or cell["text"]


def _by_publisher(source: dict) -> tuple[str, str, str]:
    return source["publisher"], source["published"], source["title"]


def cited(sources: list[dict]) -> str:
    """The documents of an exhibit in one line: who published most of them, how many, from when to when."""
    if not sources:
        return ""
    dates = sorted(filter(None, (source["published"] for source in sources))) or [say("format.no_day")]
    key = "one" if len(sources) == 1 else "one_day" if dates[0] == dates[-1] else "many"
    published = Counter(sorted(source["publisher"] for source in sources))
    names = publishers([name for name, _ in published.most_common(NAMED)])
    if (more := len(published) - NAMED) > 0:  # the list of documents names them all
        names = counted("page.publishers_more", more, names=names)
    values = {"publishers": names, "count": len(sources), "first": dates[0], "last": dates[-1]}
    return say(f"page.documents_{key}", **values)


def publishers(names: list[str]) -> str:
    """Publishers joined, with what several share (such as where they file) said once.

    >>> publishers(["Meta, filed with the SEC", "NVIDIA, filed with the SEC", "ECB"])
    'Meta, NVIDIA, filed with the SEC; ECB'
    """
    shared: dict[str, list[str]] = {}
    for name in names:
        head, _, tail = name.partition(", ")
        shared.setdefault(tail, []).append(head)
    return "; ".join(", ".join([*heads, *filter(None, [tail])]) for tail, heads in shared.items())


def table(exhibit: dict, documents: Documents) -> dict[str, Any]:
    """The table view: columns, rows of cells, which columns hold numbers, and by which a reader narrows the rows."""
    rows = [[documents.cell(value) for value in row] for row in exhibit["rows"]]
    places = range(len(exhibit["columns"]))
    return {
        "columns": exhibit["columns"],
        "rows": rows,
        "numeric": [_numeric([row[place] for row in rows]) for place in places],
        "short": [place > 0 and _short([row[place] for row in rows]) for place in places],
        "long": [any(len(row[place].text + row[place].before) > LONG for row in rows) for place in places],
        "filters": [_filter(name, exhibit["columns"].index(name), rows) for name in exhibit.get("filters", [])],
    }


def _filter(name: str, place: int, rows: list[list[Cell]]) -> dict[str, Any]:
    """A column to choose from: its name, its place, and every value that stands in it."""
    values = {value for row in rows for value in row[place].text.split(BETWEEN)}
    return {"name": name, "place": place, "values": sorted(values - MISSING)}


def _short(column: list[Cell]) -> bool:
    """Whether a column holds a few letters in each cell, so that it may be as narrow as they are."""
    return all(len(cell.text) <= SHORT and not cell.href and not cell.details for cell in column)


def _numeric(column: list[Cell]) -> bool:
    shown = [cell.text.strip() for cell in column if cell.text.strip() not in MISSING]
    return bool(shown) and all(NUMBER.match(text) for text in shown)
