"""An exhibit as the page template needs it: its table and the documents behind it."""

import csv
import io
import re
from collections import Counter
from itertools import groupby
from typing import Any

from capcycle.exhibits import parts
from capcycle.exhibits.exhibit import NAMED
from capcycle.publish.prose import safe
from capcycle.words import listing, say

NUMBER = re.compile(
    r"^[(~≈<>]*[+−-]?\s?[A-Z]{0,3}[$€£¥]?\s?[+−-]?\d[\d,. ]*\s?(%|x|×|pp|k|m|bn|tn|days?)?\)?\*?(\s\([a-z?]\))?$"
)
SHORT = 18  # letters of a cell that needs no second line
OFTEN = 3  # exhibits of a page that say the same of when they are
LENGTHY, FEW = 320, 3  # letters of a note that nobody reads under a chart; notes that may all stand there
LONG = 60  # and of one that would be a column of single words if it got no more room than the others
BETWEEN = "; "  # between several values in one cell of a column that is chosen from
Cell = dict[str, Any]
NOTHING: Cell = {"href": "", "before": "", "under": "", "old": False, "details": (), "spark": "", "trend": "",
                 "page": "", "company": "", "group": False, "headline": False}  # fmt: skip
FILED = ("reported", "derived")
MISSING = {"", "-", "–", "—", "n/a", "…"}


def documents(exhibits: list[dict]) -> dict[str, dict]:
    """Every document behind the exhibits of a page, by its id: one publisher after the other, the newest first."""
    known = {source["id"]: source for exhibit in exhibits for source in exhibit["sources"]}
    newest = sorted(known.values(), key=lambda source: (source["published"], source["title"]), reverse=True)
    return {source["id"]: source for source in sorted(newest, key=lambda source: source["publisher"].lower())}


def newest(exhibits: list[dict], company: str = "") -> str:
    """The day of the newest document behind a page, or behind its figures of one company; empty where none has a day.

    Statistics such as exchange rates are published every day and say nothing of how fresh a company is; nor does what
    an estimate or an assumption beside its filed figures rests on, nor what was read for a figure that is missing.

    company  a ticker; empty for the whole page, as where no row of figures says of which company it is
    """
    figures = (row for exhibit in exhibits for row in csv.DictReader(io.StringIO(exhibit["csv"])))
    rows = [row for row in figures if company and row.get("company") == company]
    filed = [row for row in rows if row.get("kind", FILED[0]) in FILED]  # what is missing has none
    own = {id for row in filed or rows for id in (row.get("source") or "").split()}
    cards = [source for exhibit in exhibits for source in exhibit["sources"] if source["tier"] != "statistics"]
    return max((card["published"] for card in cards if not company or card["id"] in own), default="")


def cited(exhibit: dict, documents: dict[str, dict]) -> dict[str, Any]:
    """The foremost documents of an exhibit with their numbers, how many there are besides, and the numbers of all."""
    number = {one: place for place, one in enumerate(documents, start=1)}
    apart = {(source["title"], source["published"]): source for source in reversed(exhibit["sources"])}
    foremost = [source for source in exhibit["sources"] if source in apart.values()][:NAMED]  # of two alike the first
    named = [{**source, "number": number[source["id"]]} for source in foremost]
    return {"cited": named, "uncited": len(exhibit["sources"]) - len(named), "documents": ranges(exhibit, documents)}


def general_notes(blocks: list[dict]) -> list[str]:
    """The notes that several exhibits of a page have, taken from each, so that they stand once.

    >>> blocks = [{"notes": ["mark", "one"]}, {"notes": ["mark"]}]
    >>> general_notes(blocks), blocks[0]
    (['mark'], {'notes': ['one'], 'general': True})
    """
    count = Counter(note for block in blocks for note in dict.fromkeys(block["notes"]))
    for block in blocks:
        own = [note for note in block["notes"] if count[note] == 1]
        block |= {"general": len(own) < len(block["notes"]), "notes": own}
    return [note for note, exhibits in count.items() if exhibits > 1]


def said_once(blocks: list[dict]) -> str:
    """Of when most exhibits of a page are, where several say it behind their measure; there it is no longer read.

    >>> blocks = [{"subtitle": "USD; figures to 30 Jun 2026", "when": "figures to 30 Jun 2026"} for _ in range(3)]
    >>> said_once(blocks), blocks[0]["subtitle"], blocks[0]["when"]
    ('figures to 30 Jun 2026', 'USD', '; figures to 30 Jun 2026')
    """
    (most, count), *_ = [*Counter(block["when"] for block in blocks if block["when"]).most_common(1), ("", 0)]
    for block in blocks:
        alike = count >= OFTEN and block["when"] == most
        before = say("page.of_when", of="", when=most) if alike else ""
        block |= {"subtitle": block["subtitle"].removesuffix(before), "when": before}
    return most if count >= OFTEN else ""


def ranges(exhibit: dict, documents: dict[str, dict]) -> list[tuple[int, int]]:
    """The numbers of the documents behind an exhibit, from one, as first and last of those that follow each other."""
    behind = {source["id"] for source in exhibit["sources"]}
    numbers = [number for number, one in enumerate(documents, start=1) if one in behind]
    runs = groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    spans = [[number for _, number in run] for _, run in runs]
    return [(span[0], span[-1]) for span in spans]


def table(exhibit: dict) -> dict[str, Any]:
    """The table view: columns, rows of cells, which columns hold numbers, and by which a reader narrows the rows.

    A column in which no row has anything is left out, and named in `lacking`; so is a row that has nothing but a name
    that a note explains. A mark that all figures of a column have stands in its heading.
    """
    said = " ".join(exhibit.get("notes", ()))
    rows = [[cell(value) for value in row] for row in exhibit["rows"]]
    rows = [row for row in rows if row[0]["group"] or row[0]["text"] not in said or not _bare(row)]
    kept = [place for place in range(len(exhibit["columns"]))
            if not place or any(row[place]["text"].strip() not in MISSING for row in rows)]  # fmt: skip
    columns = [exhibit["columns"][place] for place in kept]
    rows = [[row[place] for place in kept] for row in rows] if len(kept) > 1 or len(exhibit["columns"]) == 1 else []
    places = range(len(columns))
    heads = [f"{columns[place]}{_one_mark([row[place] for row in rows])}" for place in places]
    return {
        "columns": heads,
        "rows": rows,
        "numeric": [_numeric([row[place] for row in rows]) for place in places],
        "short": [place > 0 and _short([row[place] for row in rows]) for place in places],
        "long": [any(len(row[place]["text"] + row[place]["before"]) > LONG for row in rows) for place in places],
        "filters": [_filter(name, columns.index(name), rows) for name in exhibit.get("filters", ()) if name in columns],
        "few": len(columns) < 4 and any(each["under"] for row in rows for each in row),
        "lacking": [name for place, name in enumerate(exhibit["columns"]) if place not in kept and rows],
    }


def _bare(row: list[Cell]) -> bool:
    """Whether a row of several cells has nothing behind its name."""
    return len(row) > 1 and all(each["text"].strip() in MISSING for each in row[1:])


def _one_mark(column: list[Cell]) -> str:
    """The mark that all figures of a column have, taken from each."""
    mark = parts.one_mark(each["text"].strip() for each in column)
    for each in column:
        each["text"] = each["text"].removesuffix(mark)
    return mark


def lacking(table: dict[str, Any], notes: list[str]) -> list[str]:
    """What the table of an exhibit leaves out, in words, unless a note names each."""
    said = " ".join(notes).lower()
    if len(table["rows"]) == 1:
        return []  # whose title and remark say so
    left = [name for name in table["lacking"] if name.lower() not in said]
    return [say("page.lacking", columns=listing(left))] if left else []


def parted(notes: list[str]) -> tuple[list[str], list[str]]:
    """The notes that stand under an exhibit, and those that a reader opens: the lengthy ones, and most of many.

    >>> parted(["one", "two", "three"]), parted(["one", "two", "three", "four"])
    ((['one', 'two', 'three'], []), (['one', 'two'], ['three', 'four']))
    """
    brief = [note for note in notes if len(note) <= LENGTHY]
    shown = brief if len(brief) <= FEW else brief[: FEW - 1]
    return shown, [note for note in notes if note not in shown]


def cell(value: Any) -> Cell:
    """A cell: its text, where it links to, what stands above and under it, whether it is old, and what it opens.

    `page` and `company` name the notebook and company of the page behind it, which only a whole site can link to;
    `spark` are the points of a small picture, `trend` what it says; `group` is the heading of the rows below, and
    `headline` the name of a line that stands on the first page of the site too.
    """
    given = value if isinstance(value, dict) else {"text": str(value)}
    made = NOTHING | given
    return made if safe(made["href"]) else made | {"href": ""}


def _filter(name: str, place: int, rows: list[list[Cell]]) -> dict[str, Any]:
    """A column to choose from: its name, its place, and every value that stands in it."""
    values = {value for row in rows for value in row[place]["text"].split(BETWEEN)}
    return {"name": name, "place": place, "values": sorted(values - MISSING)}


def _short(column: list[Cell]) -> bool:
    """Whether a column holds a few letters in each cell, so that it may be as narrow as they are."""
    return all(len(cell["text"]) <= SHORT and not cell["href"] and not cell["details"] for cell in column)


def _numeric(column: list[Cell]) -> bool:
    shown = [text for cell in column if (text := cell["text"].strip()) not in MISSING]
    return bool(shown) and all(NUMBER.match(text) for text in shown)
