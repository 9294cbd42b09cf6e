"""What every run depended on and what became of it: one row a run, so that only what changed is executed."""

import hashlib
import json
import os
import platform
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from capcycle import paths, trace
from capcycle.parameters import cells, find_notebook
from capcycle.words import LANGUAGE

ENVIRONMENT = ("TZ", "PYTHONHASHSEED")  # settings from outside that a notebook's output may depend on
AFTER_EXECUTION = {"run.py", "ledger.py", "outputs.py", "site.py", "cli.py", "publish"}  # no notebook meets these
AFTER_EXECUTION |= {"matrix.py", "rows.py", "sets.py", "cluster.py", "places.py", "progress.py"}

ROW = {"notebook": str, "given": dict, "parameters": dict, "key": str, "data": dict, "status": str}
ROW |= {"seconds": float, "output": str}


def read_rows() -> dict[str, dict[str, Any]]:
    """The ledger's rows by run; what is not to be read is left out, so that those runs are executed again."""
    try:
        rows = json.loads((paths.CACHE / "ledger.json").read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    rows = rows.items() if isinstance(rows, dict) else []
    return {
        name: row
        for name, row in rows
        if isinstance(row, dict) and all(isinstance(row.get(field), kind) for field, kind in ROW.items())
    }


class Limits(NamedTuple):
    """What one run may take: `seconds` of time, `memory` in gigabytes (where the system can hold it to that)."""

    seconds: float = 1800.0
    memory: float = 8.0


@dataclass(frozen=True)
class Inputs:
    """What executions depend on, as it was when they started.

    shared     digest of what all depend on: library, lock, Python, language
    notebooks  digest of the cells of each notebook, whatever its outputs and metadata
    data       digest of each file of `data`
    """

    shared: str
    notebooks: dict[str, str]
    data: dict[str, str]

    @classmethod
    def read(cls, names: Iterable[str]) -> "Inputs":
        """Digest everything now, before any run starts: what changes meanwhile counts as changed."""
        library = digests(Path(__file__).parent, AFTER_EXECUTION)
        lock = digest(paths.ROOT / "requirements.lock")
        outside = [os.environ.get(name, "0") for name in ENVIRONMENT]
        shared = fingerprint(platform.python_version(), LANGUAGE, lock, library, outside)
        data = digests(paths.DATA)
        return cls(shared, {name: _content(find_notebook(name)) for name in set(names)}, data | _own(data))

    def key(self, name: str, notebook: str, parameters: dict[str, Any], opened: Mapping) -> str:
        """The run's key: the same key promises the same executed notebook. `opened` as for `of`."""
        content = self.notebooks[notebook]
        return fingerprint(self.shared, name, notebook, content, parameters, self.of(opened))

    def of(self, opened: Mapping[str, str | None]) -> dict[str, str]:
        """The states of the files that a run opened: as given, else as they are; empty for a file that is not there.

        Those of `data` by their names there, others by their paths.
        """
        return {name: self._state(name) if then is None else then for name, then in sorted(opened.items())}

    def _state(self, name: str) -> str:
        return trace.state(name) if Path(name).is_absolute() else self.data.get(name, "")


def _own(data: dict[str, str]) -> dict[str, str]:
    """The digests of tables that the user's own layer adds to, and of the list of companies that it adds.

    What it says of a company and its documents changes only with its facts: pages on others are not executed again.
    """
    if not (paths.STORE / paths.STORE_FILE).is_file():
        return {"added": fingerprint([])}
    from capcycle.facts import store  # pandas comes with it

    files = {f"facts/{company}.csv": made for company, made in store.stamps().items()}
    files |= {f"{register}.csv": made for register, made in store.registers().items()}
    added = {"added": fingerprint(store.listed())}
    return {name: fingerprint(data.get(name, ""), made) for name, made in files.items()} | added


def _content(notebook: Path) -> str:
    return fingerprint([[cell["type"], cell["source"], cell["tags"]] for cell in cells(notebook)])


def fingerprint(*parts: Any) -> str:
    """One digest of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def digests(folder: Path, skip: Iterable[str] = ()) -> dict[str, str]:
    """The digest of each file below `folder` by its path there, hidden files and caches left out."""
    files = {path.relative_to(folder): path for path in sorted(folder.rglob("*")) if path.is_file()}
    hidden = re.compile(r"\.|__pycache__$")
    return {
        name.as_posix(): digest(path)
        for name, path in files.items()
        if name.parts[0] not in skip and not any(hidden.match(part) for part in name.parts)
    }


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
        part.unlink(missing_ok=True)
