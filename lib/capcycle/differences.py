"""Two editions of a site: which figures moved between them, and why, read from what the pages carry as data."""

import csv
import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Any

from capcycle import outputs, words
from capcycle.errors import CapcycleError
from capcycle.publish.headlines import told as told_of
from capcycle.publish.links import names
from capcycle.words import say

NAMED = ("metric", "figure", "concept", "label", "group", "company", "model", "contract", "x")  # what a row is of
WHEN = ("period", "period_start", "period_end", "day", "quarter")
NO_FIGURES = {*NAMED, *WHEN, "rank", "since", "tier", "page", "id"}  # numbers in these columns say what a row is of
ALIKE = 1e-9  # of a figure: the same sum in another order
DOCUMENTS = "documents.csv"
FEW = 3  # of what a change lies in that a line names
Row = dict[str, str]


@dataclass(frozen=True)
class Why:
    """A cause of a change, and what it lies in: documents, parameters, tables of the data, modules or a notebook."""

    cause: str
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moved:
    """A figure that is another than before, came (`before` is None) or went (`after` is None), and on which pages."""

    name: str
    company: str
    period: str
    column: str
    unit: str
    before: float | None
    after: float | None
    why: tuple[Why, ...]
    pages: list[str] = field(default_factory=list, compare=False)

    def __str__(self) -> str:
        about = ", ".join(filter(None, [self.name, names().get(self.company, self.company), self.period, self.column]))
        now, then = (told_of(each, self.unit) for each in (self.after, self.before))
        key = "diff.new" if self.before is None else "diff.gone" if self.after is None else "diff.moved"
        why = say("diff.or").join(say(f"diff.why.{each.cause}", of=_few(each.of)) for each in self.why)
        return say(key, about=about, now=now, then=then, why=why, pages=", ".join(self.pages))


def _few(names: tuple[str, ...]) -> str:
    more = len(names) - FEW
    return "; ".join([*names[:FEW], *([say("diff.more", count=more)] if more > 0 else [])])


@dataclass(frozen=True)
class Edition:
    """A site as it was published into `folder`."""

    folder: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the site says of itself; CapcycleError for a folder that is no site."""
        try:
            known = json.loads((self.folder / outputs.MANIFEST).read_text("utf-8"))
            return known | {"pages": {page["name"]: page for page in known["pages"]}}
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise CapcycleError(say("diff.no_site", folder=self.folder)) from error

    @cached_property
    def pages(self) -> dict[str, dict[str, Any]]:
        """The pages that were made, by name."""
        return {name: page for name, page in self.manifest["pages"].items() if not page["failed"]}

    @cached_property
    def documents(self) -> dict[str, str]:
        """The title of each document behind a page, by its id."""
        files = (self.folder / name / DOCUMENTS for name in self.pages)
        return {row["id"]: row["title"] for file in files if file.is_file() for row in _rows(file)}

    @cached_property
    def inputs(self) -> dict[tuple[str, str], str]:
        """The digest of each input by its kind and name: none in an edition from before they were noted."""
        known = self.manifest.get("inputs", {})
        return {(kind, name): digest for kind, each in known.items() for name, digest in each.items()}

    def changed(self, later: "Edition") -> dict[str, list[str]]:
        """By kind the inputs that are others in a later edition."""
        differ = sorted({key for key, _ in self.inputs.items() ^ later.inputs.items()})
        both = bool(self.inputs and later.inputs)
        return {kind: [name for own, name in differ if own == kind] for kind, _ in differ} if both else {}

    def tables(self, page: str) -> dict[str, str]:
        """The tables of a page, each with the digest of its content."""
        files = self.pages[page]["files"] if page in self.pages else []
        return {file["path"]: file["sha256"] for file in files
                if file["path"].endswith(".csv") and not file["path"].endswith(f"/{DOCUMENTS}")}  # fmt: skip


def _rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def moved(old: Edition, new: Edition) -> list[Moved]:
    """The figures that moved, each once with all its pages, the largest change first."""
    found: dict[Moved, Moved] = {}
    for page in dict.fromkeys([*old.pages, *new.pages]):
        if page in old.manifest["pages"] and page in new.manifest["pages"]:  # else it is told as a page
            for each in _on_page(old, new, page):
                known = found.setdefault(each, each)
                known.pages.extend([page] if page not in known.pages else [])
    return sorted(found.values(), key=_size, reverse=True)


def _size(each: Moved) -> float:
    """How much a figure moved, as a fraction of what it was; what came or went stands behind."""
    if each.before is None or each.after is None:
        return -1.0
    return abs(each.after - each.before) / (abs(each.before) or 1.0)


def pages(old: Edition, new: Edition) -> dict[str, list[str]]:
    """The pages that came, that went, and that failed in the new edition."""
    before, after = old.manifest["pages"], new.manifest["pages"]
    return {
        "came": [name for name in after if name not in before],
        "went": [name for name in before if name not in after],
        "failed": [name for name in after if after[name]["failed"] and not before.get(name, {}).get("failed")],
    }


def _on_page(old: Edition, new: Edition, page: str) -> Iterator[Moved]:
    if not (page in old.pages and page in new.pages):
        return
    then, now = old.tables(page), new.tables(page)
    for path in dict.fromkeys([*then, *now]):
        if then.get(path) == now.get(path):
            continue
        rows = [_rows(each.folder / path) if path in known else [] for each, known in ((old, then), (new, now))]
        figures = _numbers([*rows[0], *rows[1]])
        for was, is_ in _paired(*rows):
            for column in figures:
                if (change := _moved(was, is_, column)) is not None:
                    why = tuple(_why(old, new, page, was, is_))
                    yield Moved(**_about(is_ or was, column), before=change[0], after=change[1], why=why)


def _numbers(rows: list[Row]) -> list[str]:
    """The columns of figures: those with numbers in them and nothing else."""
    columns = dict.fromkeys(column for row in rows for column in row)
    said = {column: [row[column] for row in rows if row.get(column)] for column in columns if column not in NO_FIGURES}
    return [column for column, cells in said.items() if cells and all(_number(cell) is not None for cell in cells)]


def _number(cell: str | None) -> float | None:
    with suppress(ValueError):
        number = float(cell or "nan")
        return number if isfinite(number) else None
    return None


def _paired(old: list[Row], new: list[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """The rows on the same thing: of the same name, and of the same period where a table has several of a name."""
    for columns in (NAMED, (*NAMED, *WHEN)):
        keyed = [[tuple(row.get(column, "") for column in columns) for row in rows] for rows in (old, new)]
        if all(len(set(keys)) == len(keys) for keys in keyed):
            break
    numbered = [{(key, keys[:place].count(key)): row for place, (key, row) in enumerate(zip(keys, rows, strict=True))}
                for keys, rows in zip(keyed, (old, new), strict=True)]  # fmt: skip
    for key in dict.fromkeys([*numbered[0], *numbered[1]]):
        yield numbered[0].get(key), numbered[1].get(key)


def _moved(was: Row | None, now: Row | None, column: str) -> tuple[float | None, float | None] | None:
    before, after = (_number(row.get(column)) if row else None for row in (was, now))
    if before == after:
        return None
    if before is not None and after is not None and abs(after - before) <= ALIKE * abs(before):
        return None
    return before, after


def _about(row: Row, column: str) -> dict[str, str]:
    metric = row.get("metric") or row.get("concept")
    parts = [words.name(metric) if metric else row.get("figure"), row.get("label"), row.get("group")]
    plain = column in ("value", "base")
    return {
        "name": ", ".join(filter(None, parts)) or row.get("contract") or row.get("model") or "",
        "company": row.get("company") or "",
        "period": row.get("period") or row.get("period_end") or row.get("day") or row.get("x") or "",
        "column": "" if plain else column,
        "unit": row.get(f"{column}_unit") or row.get("unit") or "",
    }


def _why(old: Edition, new: Edition, page: str, was: Row | None, now: Row | None) -> Iterator[Why]:
    """What made a figure another one: one cause where that is certain, else each that there may be."""
    then, today = old.pages[page], new.pages[page]
    if then["parameters"] != today["parameters"] or then["notebook"] != today["notebook"]:
        given = [each["parameters"] for each in (then, today)]
        differ = [name for name in {**given[0], **given[1]} if given[0].get(name) != given[1].get(name)]
        yield Why("parameters", tuple(differ))
        return
    changed, cited = old.changed(new), ((now or {}).get("source") or "").split()
    code = list(_code(changed, today["notebook"]))
    if fresh := [new.documents[id] for id in cited if id in new.documents and id not in old.documents]:
        same = was and now and all(was.get(column) == now.get(column) for column in WHEN)
        yield from [Why("restated" if same else "filing", tuple(fresh)), *code]  # code may cite what was there before
    else:
        yield from [*_tables(changed.get("data", ()), now or was), *code] or [Why("unknown")]


def _tables(changed: Iterable[str], row: Row) -> Iterator[Why]:
    """The tables that a figure may rest on; the facts of another company are none of them."""
    company = row.get("company")
    mine = [name for name in changed if not (company and name.startswith("facts/") and name != f"facts/{company}.csv")]
    if "assumptions.csv" in mine and row.get("kind") == "assumed":
        yield Why("assumption", ("assumptions.csv",))
    elif mine:
        yield Why("row", tuple(mine))


def _code(changed: dict[str, list[str]], notebook: str) -> Iterator[Why]:
    if notebook in changed.get("notebooks", ()):
        yield Why("notebook", (f"{notebook}.ipynb",))
    if library := changed.get("library"):
        yield Why("model", tuple(library))


def told(old: Edition, new: Edition) -> list[str]:
    """Each page and figure that moved, a line each."""
    listed = [say(f"diff.{how}", pages=", ".join(found)) for how, found in pages(old, new).items() if found]
    return [*listed, *map(str, moved(old, new))]


def as_json(old: Edition, new: Edition) -> str:
    """The same for another program."""
    figures = [asdict(each) for each in moved(old, new)]
    return json.dumps({"pages": pages(old, new), "figures": figures}, ensure_ascii=False)
