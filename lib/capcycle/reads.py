"""What a run asks the data, each question with a digest of the answer: its key holds these, and not whole files.

A question is a function of the data and of arguments that JSON can hold. While a run is traced, `ask` writes down what
was asked, a digest of what came back, and the files that were opened on the way. Later the same question is put to the
data as they are by then: the run is executed again only if an answer differs. What is read outside a question counts
as the whole file.
"""

import hashlib
import json
import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from capcycle.errors import CapcycleError

TRACE = "CAPCYCLE_TRACE"  # names a file that gets a line for each question, and each file of data read outside one
PLACE = "line"  # of a row: where it stands, not what it says
STEP = 10**9  # nanoseconds: longer than any file system's clock stands still, but for FAT's, which counts two seconds
_opened: ContextVar[dict[str, str] | None] = ContextVar("opened", default=None)  # while a question is answered
_ahead: ContextVar[bool] = ContextVar("ahead", default=False)  # of the runs that will ask the same
_at_door: ContextVar[bool] = ContextVar("at_door", default=False)
_written: dict[str, dict[str, str]] = {}  # questions already in the trace, each with the files as they were
_of_files: dict[tuple, tuple[tuple[int, ...], Any]] = {}  # what was asked of a file: how it lay, and the answer
_digests: dict[str, tuple[dict[str, str], str]] = {}  # of answers worked out before the run began


def ask(function: Callable, *arguments: Any, state: Sequence[str] = ()) -> Any:
    """What `function` makes of `arguments` and the data; written down where a run is traced.

    state   what else the answer hangs on: which companies of a whole market are known by now
    Errors: those of `function`; a refusal is an answer too.
    """
    if _opened.get() is not None or not (_ahead.get() or os.environ.get(TRACE)):
        return function(*arguments)
    question = _said([f"{function.__module__}:{function.__qualname__}", arguments, state])
    answer, files = _answer(function, arguments)
    if _ahead.get():
        _digests[question] = files, digest(answer)
    elif not (_written.get(question) == files and all(files.values())):
        note({"question": json.loads(question), "digest": _digest_of(question, files, answer), "files": files})
        _written[question] = files
    if isinstance(answer, CapcycleError):
        raise answer
    return answer


def _said(question: Any) -> str:
    return json.dumps(question, default=str)


def _answer(function: Callable, arguments: Sequence[Any]) -> tuple[Any, dict[str, str]]:
    """The answer, or the refusal, and the files that were opened for it."""
    token = _opened.set(files := {})
    try:
        return function(*arguments), files
    except CapcycleError as refusal:
        return refusal, files
    finally:
        _opened.reset(token)


def again(question: Sequence[Any]) -> str:
    """The digest of the answer that a question gets now."""
    (module, _, name), arguments = question[0].partition(":"), question[1]
    function = getattr(import_module(module), name, None)
    return digest(_answer(function, arguments)[0]) if function else ""


@contextmanager
def ahead() -> Iterator[None]:
    """What is asked here runs will ask that are forks of this process: the digests of the answers are kept for them."""
    token = _ahead.set(True)
    try:
        yield
    finally:
        _ahead.reset(token)


def _digest_of(question: str, files: dict[str, str], answer: Any) -> str:
    then, made = _digests.get(question, ({}, ""))
    return made if made and then == files and all(files.values()) else digest(answer)


def digest(answer: Any) -> str:
    """What tells one answer from another; of a table all but the lines of its rows.

    >>> digest(["MSFT"]) == digest(("MSFT",)) != digest(["META"])
    True
    """
    made = hashlib.sha256()
    if hasattr(answer, "to_frame"):
        answer = answer.to_frame()
    if hasattr(answer, "columns"):
        made.update(_of_table(answer.drop(columns=PLACE, errors="ignore")))
    elif isinstance(answer, CapcycleError):
        made.update(f"{type(answer).__name__}: {answer}".encode())
    else:
        made.update(_said(answer).encode())
    return made.hexdigest()[:32]


def _of_table(table: Any) -> bytes:
    from pandas.util import hash_pandas_object  # with pandas, which whoever hands out a table has loaded

    head = _said([list(table.columns), [str(each) for each in table.dtypes], table.index.names]).encode()
    try:
        return head + hash_pandas_object(table, categorize=False).to_numpy().tobytes()
    except TypeError:  # cells that hold lists or mappings
        return head + hash_pandas_object(table.astype(str), categorize=False).to_numpy().tobytes()


def of_file(path: Path, ask: Callable, *arguments: Any) -> Any:
    """What is asked of a file's content, empty where there is none; of one that lies as it lay it is not asked again.

    A file that was changed only now may change again and keep its time, which counts in steps: it is asked each time.
    """
    try:
        state, question = path.stat(), (path, ask, *arguments)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    if not stat.S_ISREG(state.st_mode):
        return ""
    then = state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns
    if (known := _of_files.get(question)) and known[0] == then:
        return known[1]
    answer = ask(*arguments)
    if time.time_ns() - state.st_ctime_ns > STEP:
        _of_files[question] = then, answer
    return answer


@cache
def place(folder: Path, name: str) -> Path:
    """A file in a folder: a page asks for the stamps of a few some thousand times."""
    return folder / name


@contextmanager
def covered() -> Iterator[None]:
    """What is read here hangs on nothing but questions that the run has asked besides."""
    token = _opened.set({})
    try:
        yield
    finally:
        _opened.reset(token)


def opened(name: str, state: str = "") -> None:
    """A file of the data is read: in the course of a question, with its state where that is known, or by itself."""
    if (files := _opened.get()) is not None:
        files[name] = state or files.get(name, "")
    elif os.environ.get(TRACE):
        _line(name)


@contextmanager
def door() -> Iterator[None]:
    """Here a file is opened on behalf of whoever `opened` has noted: a watch on this process passes over it."""
    token = _at_door.set(True)
    try:
        yield
    finally:
        _at_door.reset(token)


def at_door() -> bool:
    """Whether a file is being opened at the door."""
    return _at_door.get()


def uses(*rooms: str) -> None:
    """Note that a run goes through all modules of some rooms of the library, which no import of its own names."""
    if os.environ.get(TRACE):
        note({"rooms": rooms})


def note(what: dict[str, Any]) -> None:
    """Add something to the trace that is no file."""
    _line(_said(what))


def _line(text: str) -> None:
    with Path(os.environ[TRACE]).open("a", encoding="utf-8") as trace:
        trace.write(f"{text}\n")
