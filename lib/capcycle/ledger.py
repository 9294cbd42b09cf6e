"""What every run depended on and what became of it: one row a run, so that only what changed is executed."""

import hashlib
import json
import os
import platform
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from capcycle import paths
from capcycle.parameters import cells, find_notebook
from capcycle.words import LANGUAGE

AFTER_EXECUTION = {"run.py", "ledger.py", "outputs.py", "site.py", "cli.py", "publish"}  # no notebook meets these

ROW = {"notebook": str, "given": dict, "parameters": dict, "key": str, "data": dict, "status": str}
ROW |= {"seconds": float, "output": str}


def read_rows() -> dict[str, dict[str, Any]]:
    """The ledger's rows by run; what is not to be read is left out, so that those runs are executed again."""
    try:
        rows = json.loads((paths.CACHE / "ledger.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    rows = rows.items() if isinstance(rows, dict) else []
    return {
        name: row
        for name, row in rows
        if isinstance(row, dict) and all(isinstance(row.get(field), kind) for field, kind in ROW.items())
    }


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
        shared = fingerprint(platform.python_version(), LANGUAGE, lock, library)
        return cls(shared, {name: _content(find_notebook(name)) for name in set(names)}, digests(paths.DATA))

    def key(self, name: str, notebook: str, parameters: dict[str, Any], opened: Iterable[str]) -> str:
        """The run's key: the same key promises the same executed notebook."""
        content = self.notebooks[notebook]
        return fingerprint(self.shared, name, notebook, content, parameters, self.of(opened))

    def of(self, opened: Iterable[str]) -> dict[str, str]:
        """The digests of the data files that a run opened; none for a file that is not there."""
        return {name: self.data.get(name, "") for name in sorted(set(opened))}


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
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_text(text, "utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
