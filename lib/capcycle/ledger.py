"""What became of every run, one row each: its key, how it went, what it took, what it shows, and where that is kept.

The row of a run stands beside its executed notebook. Writing the row is what makes an execution count: before it the
run is as it was, and after it the notebook has its place, whenever the process is killed.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from capcycle import paths, trace

ROW = {"notebook": str, "given": dict, "parameters": dict, "key": str, "opened": dict, "status": str}
ROW |= {"seconds": float, "output": str, "edition": str, "met": str, "shared": dict}
HIDDEN = re.compile(r"\.|__pycache__$")
PARTS = ".*.[0-9]*"  # files being written: their names end with the number of the process
NOTEBOOK, NEW, FAILED, FILE, MET = "notebook.ipynb", "new.ipynb", "failed.ipynb", "row.json", "met.json"


def room(name: str) -> Path:
    """Where all that is kept of a run lies."""
    return paths.CACHE / "runs" / name


def read_rows() -> dict[str, dict[str, Any]]:
    """The ledger's rows by run; what is not to be read is left out, so that those runs are executed again."""
    rows = {file.parent.name: read_row(file.parent.name) for file in (paths.CACHE / "runs").glob(f"*/{FILE}")}
    return {name: row for name, row in rows.items() if row}


def read_row(name: str) -> dict[str, Any] | None:
    """The row of a run; None where there is none, or it cannot be read."""
    return _settled(name, row) if _is_row(row := _read(room(name) / FILE)) else None


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def _is_row(row: Any) -> bool:
    return isinstance(row, dict) and all(isinstance(row.get(field), kind) for field, kind in ROW.items())


def _settled(name: str, row: dict[str, Any]) -> dict[str, Any]:
    """A row, once the notebook that it is of has its place: the process that wrote it may have been killed before."""
    new = room(name) / NEW
    if new.exists() and digest(new) == row["output"]:
        new.replace(room(name) / NOTEBOOK)
    return row


def keep(name: str, row: dict[str, Any]) -> None:
    """Write the row of a run."""
    write(room(name) / FILE, json.dumps(row, indent=1, sort_keys=True, ensure_ascii=False))
    _settled(name, row)


def keep_met(name: str, key: str, met: Mapping[str, Any]) -> None:
    """Write what a run met, of which its row has a digest: it is looked into only where something changed."""
    write(room(name) / MET, json.dumps({"key": key, **met}, ensure_ascii=False))


def met(name: str, key: str) -> dict[str, Any] | None:
    """What a run met; None where that cannot be read, or is of another key."""
    found = _read(room(name) / MET)
    return found if isinstance(found, dict) and found.get("key") == key else None


class Limits(NamedTuple):
    """What one run may take: `seconds` of time, `memory` in gigabytes (where the system can hold it to that)."""

    seconds: float = 1800.0
    memory: float = 8.0


def fingerprint(*parts: Any) -> str:
    """One digest of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def digests(folder: Path, skip: Iterable[str] = ()) -> dict[str, str]:
    """The digest of each file below `folder` by its path there, hidden files and caches left out."""
    found, left_out = {}, set(skip)
    for place, below, files in os.walk(folder):
        at = place[len(str(folder)) :].strip(os.sep).replace(os.sep, "/")
        below[:], files = ([name for name in names if not HIDDEN.match(name)] for names in (below, files))
        if not at:
            below[:], files = ([name for name in names if name not in left_out] for names in (below, files))
        found |= {f"{at}/{name}" if at else name: made for name in files if (made := digest(Path(place, name)))}
    return dict(sorted(found.items()))


def digest(path: Path) -> str:
    """The digest of a file; empty if there is none."""
    return trace.state(str(path)) if path.is_file() else ""


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_text(text, "utf-8")
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def clear(files: Iterable[Path]) -> None:
    """Delete of some files that were being written those whose writer is gone."""
    for part in files:
        if (number := part.suffix[1:]).isdecimal() and _is_gone(int(number)):
            part.unlink(missing_ok=True)


def _is_gone(process: int) -> bool:
    try:
        return os.name == "posix" and bool(os.kill(process, 0))  # on Windows that would end it
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # another user's, or no process's number
        return False
