"""Which files a run opens, wherever they lie, each with its state as the run met it: they are part of its key."""

import hashlib
import importlib.util
import json
import os
import stat
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from capcycle import paths, reads

PARTS = ("stdlib", "platstdlib", "purelib", "platlib")  # the lock stands for what is installed
NEVER_THE_SAME = "from the network"


def watch(source: Path, trace: Path) -> None:
    """From now on write to `trace` a line for each file that this process opens to read, and each folder it lists.

    What it has itself written before, `source`, installed packages, this library and the cache are left out: they are
    no inputs, or part of the key in another way. A run that speaks to the network is not the same twice.
    """
    skipped = [*map(sysconfig.get_path, PARTS), Path(__file__).parent, paths.CACHE, trace.parent, "/proc", "/dev"]
    skipped = tuple(f"{each}{os.sep}" for each in skipped)
    # the store holds all companies and documents; a run uses of them what its facts name
    seen = {str(source), str(paths.STORE / paths.STORE_FILE)}

    def opened(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and reads.at_door():
            return  # whoever opens it there has noted it
        if not (find := EVENTS.get(event)) or not (path := find(*arguments)) or path in seen:
            return
        if event.startswith("os.") and "importlib" in sys._getframe(1).f_code.co_filename:
            return  # an import looks through many folders; what it takes from them it opens
        seen.add(path)  # also what is opened here
        if (event == "open" and not _reads(arguments[2])) or path.startswith(skipped):
            return
        with trace.open("a", encoding="utf-8") as file:
            file.write(json.dumps([path, NEVER_THE_SAME if event == "socket.connect" else state(path)]) + "\n")

    sys.addaudithook(opened)


def _path(path: Any, *_: Any) -> str:
    """An absolute path as it was asked for, links and all; of a compiled module that of its source."""
    if not isinstance(path, str | bytes | os.PathLike):
        return ""  # of a file that is open already
    path = os.path.join(os.getcwd(), os.fsdecode(path))  # noqa: PTH109, PTH118 — a Path would lose `x/../`
    if os.path.realpath(path) == os.path.realpath(shorter := os.path.normpath(path)):
        path = shorter
    if "__pycache__" in path and path.endswith(".pyc"):
        path = importlib.util.source_from_cache(path)
    return path


def _folder(path: Any = None) -> str:
    path = _path(path or ".")
    known = any(Path(path).is_relative_to(folder) for folder in (paths.DATA, paths.STORE))
    return "" if known else path  # there what counts is which files are opened


def _address(_: Any, address: Any) -> str:
    return f"{address}" if isinstance(address, tuple) else ""


EVENTS: dict[str, Callable[..., str]] = {
    "open": _path,
    "sqlite3.connect": _path,
    "os.listdir": _folder,
    "os.scandir": _folder,
    "socket.connect": _address,
}


def _reads(flags: int) -> bool:
    return flags & (os.O_WRONLY | os.O_TRUNC | os.O_EXCL) == 0


def state(path: str) -> str:
    """What tells one state of a file or folder from another: the content, or the names in it; empty if there is none.

    >>> state("no such file")
    ''
    """
    try:
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            names = "\n".join(sorted(each.name for each in Path(path).iterdir()))
            return hashlib.sha256(names.encode("utf-8", "surrogateescape")).hexdigest()
        if stat.S_ISREG(mode):
            with Path(path).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        pass
    return ""


class Met(NamedTuple):
    """What a run met.

    opened     files: those of `data` by their names there, others by their paths, these with their state then
    questions  that it asked the data, each with the digest of its answer and the files behind it as they were
    words      sentences by their keys, each with a short digest
    rooms      of the library, all of whose modules it went through
    """

    opened: dict[str, str | None]
    questions: list[dict[str, Any]]
    words: dict[str, str]
    rooms: set[str]


def read(trace: Path) -> Met:
    """What the trace of a run says. A question that got two answers, as the data changed meanwhile, gets no third."""
    lines = trace.read_text("utf-8").splitlines() if trace.exists() else []
    met, asked = Met({}, [], {}, set()), {}
    for line in lines:
        if line.startswith("{"):
            said = json.loads(line)
            met.words.update(said.get("words", {}))
            met.rooms.update(said.get("rooms", ()))
            if "question" in said:
                first = asked.setdefault(json.dumps(said["question"]), said)
                first |= {"digest": said["digest"] if first["digest"] == said["digest"] else NEVER_THE_SAME}
            continue
        path, then = json.loads(line) if line.startswith("[") else (line, None)
        if Path(path).is_relative_to(paths.DATA):
            path, then = Path(path).relative_to(paths.DATA).as_posix(), None
        met.opened.setdefault(path, then)
    met.questions.extend(asked.values())
    return met


def finish() -> None:
    """Note the sentences that the run asked for: all of them only now, as there are many."""
    from capcycle.words import catalogue

    sentences = catalogue()
    reads.note({"words": {key: sentence(sentences, key) for key in sorted(sentences.asked)}})


def sentence(sentences: dict[str, str], key: str) -> str:
    """What tells one wording of a sentence from another; empty where there is none.

    >>> sentence({}, "nothing.such")
    ''
    """
    text = dict.get(sentences, key)
    return "" if text is None else hashlib.sha256(text.encode()).hexdigest()[:8]


def named(parameters: dict[str, Any], folder: Path) -> Iterator[str]:
    """The files and folders that parameters name, as seen from the folder of the notebook."""
    for value in parameters.values():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str) and each and state(path := str(folder / each)):
                yield path
