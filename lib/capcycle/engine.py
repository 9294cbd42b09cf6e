"""One notebook executed in this process: papermill, with an engine that needs no kernel.

A kernel costs a second or two to start and stop, nearly all of it imports. A process forked from one that
has imported everything already starts in tens of milliseconds; this engine lets such a process execute
cells. The cells meet the shell class of the ordinary kernel, and what that shell would send to its client
is turned into outputs here, so a notebook gets the outputs that the ordinary kernel gives it.

It cannot be the same in these cases:

- what is written to file descriptors 1 and 2 behind Python's back (`os.write`, C libraries) is not captured;
- a kernel also sends its streams every 0.2 seconds, so a slow cell that prints may have them in more pieces;
- a warning or a syntax error names the file of its cell `cell 3.py`, a kernel a temporary file of its own;
- `asyncio.run` works, which a kernel refuses as its own loop is running (top-level `await` works in both);
- the state of ipywidgets is not stored, `input` finds no one to ask, `%connect_info` no kernel;
- the user's IPython profile (start-up files, history) is not read.

One process should execute one notebook: modules imported by one would be seen by the next.
"""
# TooMuchOutput is no Exception, so that a cell which passes over its own errors does not pass over this one

import io
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.session import Session
from nbformat import NotebookNode
from nbformat.v4 import new_output, output_from_msg

from capcycle import errors, headlines, ledger
from capcycle.words import say, translated

LARGEST = 20_000_000  # characters of output; the largest page has a tenth of it
GIGABYTE = 1 << 30
LONGEST = 2_000  # of an error, of which the notebook has the whole
LINE = re.compile(r"^([#>\-*\d. ]*)(.+)$", re.M)  # of markdown: what marks it, and its text
REASONS = {"TooMuchOutput": "run.too_much_output", "MemoryError": "run.too_much_memory"}
REASONS |= dict.fromkeys(["_ArrayMemoryError", "ArrayMemoryError"], REASONS["MemoryError"])  # numpy's
_allowed = 0  # bytes that this process was last held to
_took: Counter[str] = Counter()  # seconds by part


class TooMuchOutput(BaseException):
    """What a cell gets that prints or shows more than a page can take."""


def execute(source: Path, parameters: dict[str, Any], out: Path, cwd: Path) -> str:
    """Execute `source` in the folder `cwd` and write it to `out`, the same bytes each time.

    Returns nothing if all went well, else which cell failed and why; `out` then holds the traceback.
    """
    from papermill import PapermillExecutionError, execute, execute_notebook
    from papermill.engines import papermill_engines

    execute.write_ipynb = lambda *_: None  # to no file, which takes as long as to one
    papermill_engines.register("capcycle", engine())
    path, error, process = str(source).replace("{", "{{").replace("}", "}}"), "", os.getpid()  # papermill formats it
    try:
        with timed("papermill"):
            execute_notebook(path, None, parameters, engine_name="capcycle", cwd=cwd, progress_bar=False)
    except PapermillExecutionError as failed:
        reason = REASONS.get(failed.ename)
        allowed = {"megabytes": LARGEST // 10**6, "memory": f"{_allowed / GIGABYTE:g}"}
        said = say(reason, **allowed) if reason else f"{failed.ename}: {failed.evalue}"
        kind = vars(errors).get(failed.ename)
        refused = isinstance(kind, type) and issubclass(kind, errors.CapcycleError)  # in words meant for a reader
        error = shortened(failed.evalue if refused else f"In [{failed.exec_count}]: {said}")
    if os.getpid() != process:
        os._exit(0)  # a fork that a cell made, and that went on with the notebook
    with timed("write"):
        write(normal(engine().notebook, parameters), out)
    return error


@contextmanager
def timed(part: str) -> Iterator[None]:
    """Count the seconds spent here to a part of the execution."""
    begun = time.monotonic()
    try:
        yield
    finally:
        _took[part] += time.monotonic() - begun


def account() -> dict[str, Any]:
    """What the execution took: seconds by part, and megabytes at its peak; and what the notebook says first."""
    made = getattr(engine(), "notebook", None)
    parts = {**_took, "papermill": _took["papermill"] - _took["cells"]}
    said = headlines.read(made) if made else {}
    return {"parts": {part: round(seconds, 4) for part, seconds in parts.items()}, "memory": peak_memory(), **said}


def peak_memory() -> float:
    """The most megabytes that this process had at a time, those included that it shares; 0 where nobody knows."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS, else kibibytes
    return round(most / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)


def shortened(text: str, length: int = LONGEST) -> str:
    """A text that is printed and kept: not endless, and without what no file can hold.

    >>> shortened("a\\udcff" * 9, 4)
    'a?a? …'
    """
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= length else f"{text[:length]} …"


def _cut(said: str | list[str]) -> str | list[str]:
    return [shortened(each, 50 * LONGEST) for each in said] if isinstance(said, list) else shortened(said, 50 * LONGEST)


def limit_memory(most: int | None) -> None:
    """Let this process have so many bytes of its own, where the system can hold it to that; None for no limit."""
    global _allowed
    _allowed = most or _allowed
    try:
        import resource
    except ImportError:  # Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard if most is None else most, hard))


def write_unexecuted(source: Path, parameters: dict[str, Any], out: Path, accident: str) -> None:
    """Write `source` to `out` as it stands, with what kept it from being executed at its top."""
    notebook = nbformat.read(source, 4)
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(f"```\n{accident}\n```"))
    write(normal(notebook, parameters), out)


def write(notebook: NotebookNode, out: Path) -> None:
    """Write a notebook with a cell to a line: nbformat's own layout takes ten times as long."""
    nbformat.validate(notebook)
    cells, rest = ",\n".join(map(_json, notebook.cells)), _json({**notebook, "cells": []})
    text = rest.replace('"cells":[]', f'"cells":[\n{cells}\n]', 1) + "\n"
    ledger.write(out, text.encode("utf-8", "replace").decode("utf-8"))  # names of files may hold what is no text


def _json(part: dict[str, Any]) -> str:
    return json.dumps(part, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def normal(notebook: NotebookNode, parameters: dict[str, Any]) -> NotebookNode:
    """The executed notebook without what differs between two equal executions: times, ids, versions."""
    notebook.metadata["papermill"] = {"parameters": parameters}
    notebook.metadata.get("language_info", {}).pop("version", None)
    for position, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{position}"
        if cell.cell_type == "markdown":
            cell.source = LINE.sub(lambda line: line[1] + translated(line[2]), cell.source)
        for written in ("papermill", "execution"):
            cell.metadata.pop(written, None)
    return notebook


def execute_cells(manager: Any) -> None:
    """Execute the cells of papermill's `manager.nb` up to the first that fails, and set their outputs in."""
    tape = Tape()
    with shell(tape) as python, timed("cells"):
        for index, cell in enumerate(manager.nb.cells):
            manager.cell_start(cell, index)
            failed = not _execute(cell, python, tape)
            if failed:
                manager.cell_exception(cell, cell_index=index)
            manager.cell_complete(cell, cell_index=index)
            if failed:
                break
    manager.nb.metadata["language_info"] = python.kernel_language


def _execute(cell: NotebookNode, python: Any, tape: "Tape") -> bool:
    tags = cell.metadata.get("tags", [])
    if cell.cell_type != "code" or not cell.source.strip() or "skip-execution" in tags:
        return True
    tape.turn_to(cell)
    cell.execution_count = python.execution_count
    with redirect_stdout(Stream("stdout", tape)) as out, redirect_stderr(Stream("stderr", tape)) as err:
        result = python.run_cell(cell.source, store_history=True)
        out.flush()
        err.flush()
    unshowable = getattr(python, "_last_traceback_during_displayhook", False)  # fails a cell in a kernel too
    if tape.size > LARGEST and not any(output.output_type == "error" for output in cell.outputs):
        cell.outputs.append(new_output("error", ename=TooMuchOutput.__name__, evalue="", traceback=[]))
        return False
    return (result.success and not unshowable) or "raises-exception" in tags


@contextmanager
def shell(tape: "Tape") -> Iterator[Any]:
    """The shell of the ordinary kernel with an empty namespace; all that it publishes goes to `tape`."""
    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.zmqshell import ZMQInteractiveShell
    from IPython.core.compilerop import CachingCompiler
    from traitlets.config import Config

    class CellNames(CachingCompiler):
        def get_code_name(self, raw_code: str, code: str, number: int) -> str:
            return f"cell {number}.py"  # the kernel's own name holds a process id; without .py tracebacks differ

    main = sys.modules["__main__"]
    quiet = Config({"HistoryManager": {"enabled": False}})
    python = ZMQInteractiveShell.instance(config=quiet, compiler_class=CellNames)
    python.displayhook.session = python.display_pub.session = tape
    python.set_custom_exc((MemoryError,), _with_room_to_say_so)
    python.kernel_language = dict(IPythonKernel.language_info)
    try:
        yield python
    finally:
        ZMQInteractiveShell.clear_instance()
        sys.modules["__main__"] = main


def _with_room_to_say_so(python: Any, *raised: Any, tb_offset: int | None = None) -> None:
    limit_memory(None)
    python.showtraceback(raised, tb_offset=tb_offset, running_compiled_code=True)


class Stream(io.StringIO):
    """Standard output or error of a cell: kept until it is flushed, as a kernel keeps it."""

    def __init__(self, name: str, tape: "Tape"):
        super().__init__()
        self.name, self.tape = name, tape

    def write(self, text: str) -> int:
        """Take a text, unless there is too much of it by now."""
        self.tape.count(len(text))
        return super().write(text)

    def flush(self) -> None:
        """Put what was written since the last flush on the tape."""
        if text := self.getvalue():
            self.seek(0)
            self.truncate()
            self.tape.send(None, "stream", {"name": self.name, "text": text})


class Tape(Session):
    """The session of a kernel without a client: messages become outputs of the present cell."""

    size = 0  # of all outputs so far

    def count(self, characters: int) -> None:
        """Add to the size of all outputs.

        Errors: TooMuchOutput once there are too many.
        """
        self.size += characters
        if self.size > LARGEST:
            raise TooMuchOutput(say("run.too_much_output", megabytes=LARGEST // 10**6))

    def turn_to(self, cell: NotebookNode) -> None:
        """Let the messages that follow belong to `cell`."""
        cell.outputs = []
        self.outputs, self.clear_next = cell.outputs, False
        self.shown = getattr(self, "shown", {})

    def send(self, stream, msg_or_type, content=None, parent=None, ident=None, **_) -> dict:
        """Take a message as `Session.send` does, through JSON as if it went to another process."""
        message = msg_or_type if isinstance(msg_or_type, dict) else self.msg(msg_or_type, content)
        if message["msg_type"] == "error":
            message["content"] |= {key: _cut(message["content"][key]) for key in ("evalue", "traceback")}
        packed = self.pack(message["content"])
        if message["msg_type"] in ("display_data", "execute_result", "update_display_data"):
            self.count(len(packed))
        message["content"] = self.unpack(packed)
        if message["msg_type"] == "clear_output":
            self._clear(message["content"])
        elif message["msg_type"] in ("stream", "error", "display_data", "execute_result"):
            self._append(message)
        elif message["msg_type"] == "update_display_data":
            self._update(message)
        return message

    def _clear(self, content: dict) -> None:
        self.clear_next = content["wait"]
        if not self.clear_next:
            self._empty()

    def _empty(self) -> None:
        for shown in self.shown.values():
            shown[:] = [output for output in shown if not any(output is mine for mine in self.outputs)]
        self.outputs.clear()
        self.clear_next = False

    def _append(self, message: dict) -> None:
        if self.clear_next:
            self._empty()
        if name := _display_id(message):
            self._update(message)
        output = output_from_msg(message)
        self.outputs.append(output)
        if name:
            self.shown.setdefault(name, []).append(self.outputs[-1])

    def _update(self, message: dict) -> None:
        for output in self.shown.get(_display_id(message), []):
            output.data = NotebookNode(message["content"]["data"])
            output.metadata = NotebookNode(message["content"]["metadata"])


def _display_id(message: dict) -> str | None:
    return (message["content"].get("transient") or {}).get("display_id")


@cache
def engine() -> type:
    """The engine that papermill's `--engine capcycle` names."""
    from papermill.engines import Engine

    class InlineEngine(Engine):
        notebook: NotebookNode  # the last one executed, kept where a cell failed too

        @classmethod
        def execute_managed_notebook(cls, nb_man, kernel_name, **_):
            cls.notebook = nb_man.nb
            execute_cells(nb_man)

    return InlineEngine


def __getattr__(name: str) -> type:
    # papermill asks for its engines while it is being imported: a class defined at the top of this module,
    # which needs papermill for its base, would not be there yet when this module is the one importing it
    if name == "InlineEngine":
        return engine()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
