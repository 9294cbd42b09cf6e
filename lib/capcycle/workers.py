"""Many notebooks at once, each in a fresh process that starts with everything imported and read.

The server of multiprocessing imports the libraries of others, and lives as long as this process. For each batch of
jobs it forks a zygote, which imports our own library as it stands by then and reads the data; every job is a fork
of that. A fork has a memory of its own: what a notebook changes, no other sees.
"""

import gc
import multiprocessing
import os
import re
import signal
import sys
import time
import traceback
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import connection
from pathlib import Path
from typing import Any, NamedTuple

from capcycle.parameters import cells
from capcycle.words import say

LIBRARIES = ["papermill", "ipykernel.ipkernel", "ipykernel.zmqshell", "pandas", "altair"]
OUR_IMPORT = re.compile(r"^(?:from|import) capcycle\b.*", re.M)
ENVIRONMENT = {
    # one thread when the server forks, and one for each run: the runs are what goes in parallel
    **dict.fromkeys(["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"], "1"),
    "PYTHONHASHSEED": "0",  # sets in the same order at every run
}


class Job(NamedTuple):
    """One notebook to execute: `out` gets the result, `trace` the names of the data files it opened."""

    source: Path
    parameters: dict[str, Any]
    out: Path
    trace: Path


class Finished(NamedTuple):
    """A job that ended; `error` is empty if the notebook came to its end."""

    job: Job
    error: str
    seconds: float


def execute_each(jobs: Sequence[Job], width: int) -> Iterator[Finished]:
    """Execute every job in a fresh process of its own, `width` at a time, and yield each as it ends.

    A process that dies takes only its own job with it. If the caller stops, or dies, so do the processes.
    """
    if "fork" not in multiprocessing.get_all_start_methods():
        yield from _in_parallel(multiprocessing.get_context("spawn"), jobs, width)
        return
    left, (pipe, zygote) = list(jobs), _start(_server(), _zygote, jobs, width)
    try:
        while left:
            finished = _received(pipe, zygote, left[0])
            left.remove(finished.job)
            yield finished
    finally:
        pipe.close()
        zygote.terminate()
        zygote.join()


def _server() -> Any:
    from multiprocessing import forkserver

    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LIBRARIES)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        forkserver.ensure_running()  # it and its forks stay deaf: Ctrl-C is for the caller, who then ends them
    finally:
        signal.signal(signal.SIGINT, before)
    return context


def _start(context: Any, target: Callable, *arguments: Any) -> tuple[Any, Any]:
    """Our end of a pipe, and a process that has the other."""
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(theirs, *arguments), daemon=False)
    process.start()
    theirs.close()
    return ours, process


def _received(pipe: Any, process: Any, job: Job) -> Finished:
    """What a process has to say of its job, or that it died before it could."""
    try:
        return pipe.recv()
    except EOFError:
        from capcycle import engine

        process.join()
        code = process.exitcode
        ending = say("run.signal", name=signal.Signals(-code).name) if code < 0 else say("run.exit_code", code=code)
        error = say("run.died", code=ending)
        engine.write_unexecuted(job.source, job.parameters, job.out, error)
        return Finished(job, error, 0.0)


def _zygote(caller: Any, jobs: Sequence[Job], width: int) -> None:
    with warnings.catch_warnings(action="ignore"):
        _import_and_read(jobs, width)
    gc.freeze()  # what the jobs share no collection touches, which would copy it
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # from here on it has processes to end before itself
    with suppress(ConnectionError):
        for finished in _in_parallel(multiprocessing.get_context("fork"), jobs, width, caller):
            caller.send(finished)


def _import_and_read(jobs: Sequence[Job], width: int) -> None:
    """Do once what every job would do by itself; what fails here fails again, and is said, in the job."""
    from altair.utils import schemapi

    from capcycle import engine  # noqa: F401

    schemapi.disable_debug_mode()  # a chart is checked whole when it is shown, not each of its parts before
    code = "\n".join(cell["source"] for job in jobs for cell in cells(job.source) if cell["type"] == "code")
    imports = list(dict.fromkeys(OUR_IMPORT.findall(code)))
    for line in imports:
        with suppress(Exception):
            exec(line, {})
    if imports and len(jobs) > width:
        with suppress(Exception):
            _read()


def _read() -> None:
    import scipy.optimize  # noqa: F401 — what solves imports it, as many pages do

    from capcycle import facts

    facts.history()
    facts.currencies()
    for name in facts.registers.names():
        facts.registers.history(name)


def _in_parallel(context: Any, jobs: Sequence[Job], width: int, caller: Any = None) -> Iterator[Finished]:
    """Execute the jobs until they are done, or the caller has closed its end of the pipe."""
    waiting, running = deque(jobs), {}
    try:
        while waiting or running:
            while waiting and len(running) < width:
                job = waiting.popleft()
                pipe, process = _start(context, _work, job)
                running[pipe] = process, job
            ready = connection.wait([*running, *([caller] if caller else [])])
            if caller in ready:
                return
            for pipe in ready:
                finished = _received(pipe, *running[pipe])
                running.pop(pipe)[0].kill()  # a thread that the notebook left behind must not hold us up
                yield finished
    finally:
        for process, _ in running.values():
            process.kill()
            process.join()


def _work(pipe: Any, job: Job) -> None:
    from capcycle import engine

    started = time.monotonic()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.environ["CAPCYCLE_TRACE"] = str(job.trace)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()  # or all jobs would draw the same numbers
    try:
        error = engine.execute(job.source, job.parameters, job.out, job.source.parent)
    except Exception as accident:
        error = f"{type(accident).__name__}: {accident}"
        engine.write_unexecuted(job.source, job.parameters, job.out, traceback.format_exc())
    pipe.send(Finished(job, error, time.monotonic() - started))
