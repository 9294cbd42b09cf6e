"""Why a run is to be executed: what changed since it last went well, down to cells, rows and modules."""

import csv
import io
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from capcycle import ledger, paths
from capcycle.errors import CapcycleError
from capcycle.keys import Inputs
from capcycle.ledger import digest
from capcycle.parameters import cells, check_parameters, find_notebook
from capcycle.rows import Run
from capcycle.words import say

SEEN = "seen"  # in the cache: the tables of the data as runs have met them, each by its digest
INJECTED = {"injected-parameters"}
MOST = 5  # rows of a table that are named
CELLS = 6  # of a row
REFERENCE = ("sources.csv", "companies.csv")  # of which a run meets single rows, by what is in its other tables


def remember(inputs: Inputs) -> None:
    """Keep a copy of each table of the data that is new, and none that no run has met."""
    room = paths.CACHE / SEEN
    there = {file.name for file in room.iterdir()} if room.is_dir() else set()
    missing = {made: name for name, made in inputs.data.items() if made not in there and (paths.DATA / name).is_file()}
    for made, name in missing.items():
        room.mkdir(parents=True, exist_ok=True)
        if digest(paths.DATA / name) == made:  # else the user's own layer adds to it, or it has just changed
            shutil.copyfile(paths.DATA / name, room / f".{made}")
            (room / f".{made}").replace(room / made)
    if missing:
        met = (ledger.met(name, row["key"]) for name, row in ledger.read_rows().items())
        used = {made for each in met if each for made in each["files"].values()} | set(inputs.data.values())
        for name in there - used:
            (room / name).unlink(missing_ok=True)


def told(run: Run) -> list[str]:
    """A line for each thing that changed since a run last went well."""
    return changes(run.name, run.notebook, complete(run)) or [say("why.nothing", name=run.name)]


def complete(run: Run) -> dict[str, Any]:
    """All parameters of a run."""
    return check_parameters(find_notebook(run.notebook), run.parameters)


def changes(name: str, notebook: str, parameters: dict[str, Any]) -> list[str]:
    """A sentence for each thing that changed since a run last went well; none where nothing did."""
    row = ledger.read_rows().get(name)
    if not row or not row["output"]:
        return [say("why.failed", error=row["error"]) if row else say("why.never")]
    inputs = Inputs.read([notebook])
    met = ledger.met(name, row["key"])
    found = [*_parameters(row["parameters"], parameters), *_notebook(name, row, notebook)]
    found += [say("why.shared", what=each) for each in inputs.shared if inputs.shared[each] != row["shared"].get(each)]
    found += [say("why.lost")] if met is None else _given(met, inputs.now(met), inputs)
    found += [say("why.file", file=file) for file, then in inputs.of(dict.fromkeys(row["opened"])).items()
              if then != row["opened"][file]]  # fmt: skip
    if row["output"] != digest(ledger.room(name) / ledger.NOTEBOOK):
        found.append(say("why.spoilt"))
    return [*found, *([say("why.failed", error=row["error"])] if row["status"] != "done" else [])]


def _parameters(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for each in dict.fromkeys([*then, *now]):
        if then.get(each) != now.get(each):
            yield say("why.parameter", name=each, then=json.dumps(then.get(each)), now=json.dumps(now.get(each)))


def _notebook(name: str, row: Mapping[str, Any], notebook: str) -> Iterator[str]:
    """Cells that differ from those of the executed notebook, by their numbers."""
    if row["notebook"] != notebook:
        yield say("why.other_notebook", then=row["notebook"], now=notebook)
        return
    executed = ledger.room(name) / ledger.NOTEBOOK
    if not executed.is_file():
        return
    then = [cell["source"] for cell in cells(executed) if not INJECTED & set(cell["tags"])]
    now = [cell["source"] for cell in cells(find_notebook(notebook))]
    places = range(max(len(then), len(now)))
    differ = [str(place + 1) for place in places if then[place : place + 1] != now[place : place + 1]]
    if differ:
        yield say("why.cells", notebook=notebook, cells=", ".join(differ))


def _given(then: Mapping[str, Any], now: Mapping[str, Any], inputs: Inputs) -> list[str]:
    """What the library and the data give otherwise now."""
    found = [say("why.module", file=file) for file, made in then["modules"].items() if now["modules"][file] != made]
    words = [key for key, made in then["words"].items() if now["words"][key] != made]
    found += [say("why.words", keys=", ".join(words[:MOST]), count=len(words))] if words else []
    asked = [
        new for old, new in zip(then["questions"], now["questions"], strict=True) if old["digest"] != new["digest"]
    ]
    changed = {file for file, made in then["files"].items() if inputs.data.get(file, "") != made}
    rows: dict[str, dict[str, None]] = {}
    for each in asked:
        for file in changed & set(each["files"]):
            rows.setdefault(file, {}).update(dict.fromkeys(_rows(file, then["files"][file], each)))
    told = [_told(file, list(lines)) for file, lines in sorted(rows.items()) if lines]
    return [*found, *(told or [say("why.file", file=f"data/{file}") for file in sorted(rows)])]


def _told(file: str, rows: list[str]) -> str:
    more = say("why.more", count=len(rows) - MOST) if len(rows) > MOST else ""
    return say("why.rows", file=file, count=len(rows), rows="; ".join(rows[:MOST]) + more)


def _rows(file: str, then: str, question: Mapping[str, Any]) -> Iterator[str]:
    """The rows of a table that came, went or changed, in so far as a question can have met them."""
    before, after = (_table(path) for path in (paths.CACHE / SEEN / then, paths.DATA / file))
    if not before or not after:
        return
    named = _named(question) if file in REFERENCE else ""
    key = _key(file, after[0])
    old, new = ({tuple(row[place] for place in key): row for row in table[1:]} for table in (before, after))
    for one in dict.fromkeys([*old, *new]):
        if old.get(one) != new.get(one) and (not named or one[0] in named):
            yield _row(one, old.get(one), new.get(one), after[0], before[0])


def _row(key: tuple, old: list[str] | None, new: list[str] | None, header: list[str], then: list[str]) -> str:
    about = " ".join(filter(None, key))
    if old is None or new is None:
        return say("why.added" if old is None else "why.removed", row=about)
    cells = [(name, was, now) for name, was, now in zip(header, old, new, strict=False) if was != now]
    each = "; ".join(say("why.cell", column=name, then=was, now=now) for name, was, now in cells[:CELLS])
    return say("why.changed", row=about, cells=each or ", ".join(then))


def _named(question: Mapping[str, Any]) -> str:
    """All the text in which a row of a reference table that a question met can be named."""
    texts = [json.dumps(question["question"])]
    files = [paths.DATA / file for file in question["files"] if file not in REFERENCE]
    return "\n".join([*texts, *(file.read_text("utf-8") for file in files if file.is_file())])


def _table(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""))) if path.is_file() else []


def _key(file: str, header: list[str]) -> list[int]:
    """The places of the columns that tell one row from another."""
    from capcycle.facts import registers, tables  # with pandas

    try:
        names: Iterable[str] = tables.key(file) or [*registers.key(file.removesuffix(".csv")), "published"]
    except CapcycleError:
        names = []
    return [header.index(name) for name in names if name in header] or list(range(len(header)))[:1]
