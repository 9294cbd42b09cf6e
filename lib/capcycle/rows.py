"""The rows of `runs.toml`: what each page is made of, and what is wrong with a row."""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from capcycle import matrix, paths
from capcycle.errors import RunError
from capcycle.parameters import notebooks, raise_all, unknown
from capcycle.words import translated

FIELDS = {"notebook": str, "title": str, "section": str, "parameters": dict, "for_each": dict}
OPTIONAL = ("parameters", "for_each")
RESERVED = {"index", "glossary", "feed", "assets", "manifest"}  # names of the site's own files
DEVICES = {"con", "prn", "aux", "nul"} | {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
LONGEST_NAME = 100  # in characters: of it come names of files, which may have 255


@dataclass(frozen=True)
class Run:
    """A row of `runs.toml`, or a member of the set that a row is: notebook and parameters behind one published page."""

    name: str
    notebook: str
    parameters: dict[str, Any]
    title: str
    section: str
    of: matrix.Of | None = None


def read_runs(path: Path | None = None) -> dict[str, Run]:
    """The runs of `runs.toml` in file order; RunError names every malformed row at once."""
    rows = read_rows(path)
    raise_all(faults(rows))
    return {run.name: run for run in sound(rows)}


def read_rows(path: Path | None = None) -> dict[str, Any]:
    """The rows as they stand in the file, whatever they say."""
    path = path or paths.NOTEBOOKS / "runs.toml"
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise RunError(f"{path} does not exist; it names the runs, one table each") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RunError(f"{path.name}: {error}") from error


def sound(rows: dict[str, Any]) -> list[Run]:
    """The runs of those rows that have no fault."""
    return _sound(rows, _faults_by_row(rows))


def _faults_by_row(rows: dict[str, Any]) -> dict[str, list[str]]:
    known = notebooks()  # looked up once: a folder is read more slowly than a row
    return {name: list(_row_faults(name, row, known)) for name, row in rows.items()}


def _sound(rows: dict[str, Any], found: dict[str, list[str]]) -> list[Run]:
    return [run for name, row in rows.items() if not found[name] for run in _runs(name, row)]


def _runs(name: str, row: dict[str, Any]) -> list[Run]:
    """The run that a row is, or the members of its set, with titles in the reader's language."""
    row = row | {field: translated(row[field]) for field in ("title", "section")}
    if "for_each" not in row:
        return [Run(**{"name": name, "parameters": {}, **row})]
    return [_member(name, row, each) for each in matrix.members(row["for_each"], row["notebook"])]


def _member(name: str, row: dict[str, Any], member: matrix.Member) -> Run:
    own, given = matrix.of(name, row["title"], member), row.get("parameters", {}) | member.values
    title = matrix.titled(row["title"], own.shown)
    return Run(f"{name}-{member.ending}", row["notebook"], given, title, row["section"], own)


def faults(rows: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the rows, each with its name before it."""
    found = _faults_by_row(rows)
    for name, own in found.items():
        yield from (f"runs.toml [{name}]: {fault}" for fault in own)
    taken = {name: name for name in rows}
    for run in _sound(rows, found):
        if run.of and (other := taken.setdefault(run.name, run.of.name)) != run.of.name:
            yield f"runs.toml [{run.of.name}]: its page {run.name} is one of [{other}] too; choose another name"
        if run.of:
            yield from (f"runs.toml [{run.of.name}]: page {run.name}: {fault}" for fault in name_faults(run.name))


def _row_faults(name: str, row: Any, known: Collection[str]) -> Iterator[str]:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name) or name in RESERVED:
        yield f"a run's name is a page's: small letters, digits, hyphens, not {', '.join(sorted(RESERVED))}"
    yield from name_faults(name)
    if not isinstance(row, dict):
        yield "is not a table"
        return
    yield from (unknown("field", field, FIELDS) for field in row if field not in FIELDS)
    for field, kind in FIELDS.items():
        if field in row and not isinstance(row[field], kind):
            yield f"{field} is not a {'table' if kind is dict else 'string'}"
        elif field not in row and field not in OPTIONAL:
            yield f"{field} is missing"
        elif kind is str and field in row and not (row[field].strip() and row[field].isprintable()):
            yield f"{field} is empty" if not row[field].strip() else f"{field} has a character that does not print"
    given = [row[field].items() for field in OPTIONAL if isinstance(row.get(field), dict)]
    for name, value in chain.from_iterable(given):
        if any(isinstance(each, str) and "\0" in each for each in (value if isinstance(value, list) else [value])):
            yield f"parameter {name} has a NUL in it"
    if isinstance(row.get("notebook"), str) and row["notebook"] not in known:
        yield unknown("notebook", row["notebook"], known)
    elif isinstance(row.get("notebook"), str) and isinstance(row.get("for_each"), dict):
        yield from matrix.faults(row)


def name_faults(name: str) -> Iterator[str]:
    """Why a name cannot be that of a file on every system, if it cannot."""
    if name.casefold().partition(".")[0].rstrip() in DEVICES:
        yield f"the name {name} is that of a device on Windows, where no file can have it; choose another"
    if len(name) > LONGEST_NAME:
        yield f"the name has {len(name)} characters; give it at most {LONGEST_NAME}"


def select(runs: dict[str, Run], names: Iterable[str]) -> list[Run]:
    """The runs called `names`, and those of sets called so, or all if none are named, in the order of `runs.toml`."""
    names = list(names)
    known = dict.fromkeys([*runs, *(run.of.name for run in runs.values() if run.of)])
    raise_all(unknown("run", name, known) for name in names if name not in known)
    return [run for run in runs.values() if not names or run.name in names or (run.of and run.of.name in names)]
