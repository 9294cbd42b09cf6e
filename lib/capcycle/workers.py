"""Many notebooks at once, each in a fresh process that starts with everything imported and read.

The server of multiprocessing imports the libraries of others, and lives as long as this process. For each batch of
jobs it forks a zygote, which imports our own library as it stands by then and reads the data; every job is a fork
of that. A fork has a memory of its own: what a notebook changes, no other sees.

Nothing outlives the caller. The zygote learns from a closed pipe that the caller is gone, however it went, and ends the
jobs with all that they started; what they have written the next command takes up, or clears. A job is the leader of a
group and, where the system knows adoption (Linux), the foster parent of what its own children leave behind, as the
zygote is of what a job leaves.
"""

import ctypes
import gc
import json
import multiprocessing
import os
import re
import shutil
import signal
import sys
import time
import warnings
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from multiprocessing import connection
from pathlib import Path
from typing import Any, NamedTuple

from capcycle import rooms
from capcycle.ledger import Limits
from capcycle.parameters import cells
from capcycle.words import say

LIBRARIES = ["papermill", "ipykernel.ipkernel", "ipykernel.zmqshell", "pandas", "altair"]
LATER = [  # what most pages import by the way
    "scipy.optimize", "scipy.sparse.csgraph", "xlsxwriter.workbook", "contourpy", "pandas.io.formats.csvs",
    "pandas.io.formats.html", "pandas.io.formats.string", "IPython.core.application", "IPython.core.oinspect",
]  # fmt: skip
OUR_IMPORT = re.compile(r"^(?:from|import) capcycle\b.*", re.M)
ENVIRONMENT = {
    # one thread when the server forks, and one for each run: the runs are what goes in parallel
    **dict.fromkeys(["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"], "1"),
    "PYTHONHASHSEED": "0",  # sets in the same order at every run
    # Linux's library for C takes back at once what is freed: 5 MB less of its own has a run
    **dict.fromkeys(["MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"], "65536"),
}


LOOK, IDLE = 0.5, 60.0  # seconds
FEW = 3  # jobs for each core: so few read what they need in less time than the zygote takes to read all
SHARES: dict[str, float] = {}  # seconds of a batch for what its jobs have in common, divided among them
DIE_WITH_PARENT, ADOPT = 1, 36  # PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER of Linux's prctl


class Job(NamedTuple):
    """One notebook to execute: `out` gets the result, `trace` the names of the files it opened."""

    source: Path
    parameters: dict[str, Any]
    out: Path
    trace: Path
    limits: Limits = Limits()

    @property
    def told(self) -> Path:
        """Where the job's process writes what became of it."""
        return self.out.with_suffix(".told")


class Begun(NamedTuple):
    """A job whose process has started."""

    job: Job


class Finished(NamedTuple):
    """A job that ended; `error` is empty if the notebook came to its end. If its process `died`, `out` says nothing."""

    job: Job
    error: str
    seconds: float
    died: bool = False
    said: dict[str, Any] | None = None  # of what it took, and of what it shows: see `engine.account`


def execute_each(jobs: Sequence[Job], width: int) -> Iterator[Begun | Finished]:
    """Execute every job in a fresh process of its own, `width` at a time, and yield each as it starts and as it ends.

    A process that dies, or passes its limits, takes only its own job with it. If the caller stops, or dies, so do
    the processes.
    """
    if "fork" not in multiprocessing.get_all_start_methods():
        yield from _in_parallel(multiprocessing.get_context("spawn"), jobs, width)
        return
    left, (pipe, zygote) = list(jobs), _start(_server(), _zygote, jobs, width)
    try:
        while left:
            news = _received(pipe, zygote, left[0])
            if isinstance(news, Finished):
                left.remove(news.job)
            yield news
    finally:
        pipe.close()
        zygote.terminate()
        zygote.join()


def begin() -> None:
    """Have the server import what jobs need, while it is still being found out which jobs there are."""
    if "fork" in multiprocessing.get_all_start_methods():
        _server()


def serve(caller: Any, room: str) -> None:
    """Be the zygote of a caller that hands over its jobs as they come, all in this room, until it has no more.

    For a process of its own with one thread: that of a caller with many could not be forked.
    """
    try:
        if not caller.poll(IDLE):
            return
        for library in LIBRARIES:
            import_module(library)
        _zygote(caller, [], sys.maxsize, staying=True)  # it is the caller who counts
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _server() -> Any:
    from multiprocessing import forkserver

    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LIBRARIES)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    multiprocessing.current_process()._config["tempdir"] = str(rooms.mine())  # so that a killed one's socket is cleared
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


def _received(pipe: Any, zygote: Any, job: Job) -> Begun | Finished:
    """What the zygote has to say, or of this job that it died before it could."""
    try:
        while not pipe.poll(LOOK):  # a signal that another thread took ends no wait: it is seen at the next look
            pass
        return pipe.recv()
    except EOFError:
        zygote.join()
        return Finished(job, died(zygote.exitcode), 0.0, died=True)


def died(code: int) -> str:
    """How a process ended that should not have, in words."""
    ending = say("run.signal", name=signal.Signals(-code).name) if code < 0 else say("run.exit_code", code=code)
    return say("run.died", code=ending)


def _zygote(caller: Any, jobs: Sequence[Job], width: int, staying: bool = False) -> None:
    os.setsid()  # a signal to the caller's whole group leaves it to clear up
    _prctl(ADOPT, 1)
    if not staying:
        _prctl(DIE_WITH_PARENT, signal.SIGTERM)  # the server, which ends as soon as the caller does
        if caller.poll():  # it has ended by now
            return
    _deafen(1, 2)
    with warnings.catch_warnings(action="ignore"):
        _import_and_read(jobs, width)
    gc.freeze()  # what the jobs share no collection touches, which would copy it
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)  # from here on it has processes to end before itself
    with suppress(ConnectionError):
        for news in _in_parallel(multiprocessing.get_context("fork"), jobs, width, caller, staying):
            caller.send(news)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _deafen(*descriptors: int) -> None:
    """Nothing that a run leaves behind keeps the caller's terminal or pipe open."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for each in descriptors:
        os.dup2(nowhere, each)
    os.close(nowhere)


def _import_and_read(jobs: Sequence[Job], width: int) -> None:
    """Do once what every job would do by itself; what fails here fails again, and is said, in the job."""
    import altair
    import nbformat
    import pandas
    from altair.utils import schemapi

    from capcycle import engine, theme  # noqa: F401

    begun = time.monotonic()
    schemapi.disable_debug_mode()  # a chart is checked whole when it is shown, not each of its parts before
    theme.layer_quickly()
    nbformat.validate(nbformat.v4.new_notebook())  # the first notebook and the first chart bring what all others use
    altair.Chart(pandas.DataFrame({"x": [""]})).mark_point().encode(x="x").to_dict()
    imports = _import(jobs)
    imported = time.monotonic()
    if imports and len(jobs) > FEW * width:
        days = Counter(job.parameters.get("as_of", "") for job in jobs)
        with suppress(Exception):
            _read([day for day, count in days.items() if count > 1 and isinstance(day, str)])
    spent = {"import": imported - begun, "data": time.monotonic() - imported}
    SHARES.update({part: round(seconds / max(1, len(jobs)), 4) for part, seconds in spent.items()})


def _import(jobs: Iterable[Job]) -> list[str]:
    code = "\n".join(cell["source"] for job in jobs for cell in cells(job.source) if cell["type"] == "code")
    imports = list(dict.fromkeys(OUR_IMPORT.findall(code)))
    for line in imports:
        with suppress(Exception):
            exec(line, {})
    return imports


def _read(days: Sequence[str]) -> None:
    from capcycle import analyses, facts, spans

    for library in LATER:
        import_module(library)
    analyses.models()
    facts.history()
    for day in days:
        facts.prepare(day)
        spans.prepare(day)
    facts.ready(days)


def _in_parallel(
    context: Any, jobs: Sequence[Job], width: int, caller: Any = None, staying: bool = False
) -> Iterator[Begun | Finished]:
    """Execute the jobs until they are done, or the caller has closed its end of the pipe; `staying`, those it sends."""
    waiting, running = deque(jobs), {}
    ended, days = _child_ended() if caller else None, Counter()
    try:
        while waiting or running or staying:
            while waiting and len(running) < width:
                job = waiting.popleft()
                process = context.Process(target=_work, args=(job, os.getpid(), caller, time.monotonic()), daemon=False)
                process.start()
                running[process] = job, time.monotonic() + job.limits.seconds
                yield Begun(job)
            # a process that left forks of itself does not close its sentinel: so its end is also waited for
            watched = [each for each in (caller, ended) if each] + [process.sentinel for process in running]
            left = min((until for _, until in running.values()), default=time.monotonic() + IDLE) - time.monotonic()
            ready = connection.wait(watched, max(0.0, left))
            if caller in ready and not (staying and _one_more(caller, waiting, days)):
                return
            if not ready and not running:  # whoever wanted more was killed
                return
            with suppress(BlockingIOError):
                os.read(ended, 4096) if ended else None
            for process, (job, until) in list(running.items()):
                if process.exitcode is None and time.monotonic() < until:
                    continue
                late = process.exitcode is None
                del running[process]
                _end(process, running)
                yield _finished(job, process.exitcode, late)
    finally:
        for process in running:
            _end(process, running)


def _one_more(caller: Any, waiting: deque[Job], days: Counter) -> bool:
    """Take another job from the caller; false if it has no more. What two of them read, all later ones share."""
    try:
        job = caller.recv()
    except (EOFError, OSError):
        return False
    if not job:
        return False
    waiting.append(job)
    if _import([job]):
        day = str(job.parameters.get("as_of", ""))
        days[day] += 1
        if days[day] == 2:
            with suppress(Exception):
                _read([day])
            gc.freeze()
    return True


def _child_ended() -> int:
    """A file descriptor from which something can be read once a child of this process has ended."""
    read, write = os.pipe()
    for each in (read, write):
        os.set_blocking(each, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    return read


def _end(process: Any, running: Iterable[Any]) -> None:
    """End a process with its group, then what it left us, where the system has us adopt that."""
    with suppress(AttributeError, OSError):  # Windows has no groups; a process that is starting is not yet in its own
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()
    ours = {each.pid for each in running}
    for _ in range(100):  # each of them may leave others
        strays = set(_children()) - ours
        for pid in strays:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
        if not strays:
            return


def _children() -> list[int]:
    with suppress(OSError):
        return list(map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()))
    return []


def _finished(job: Job, code: int, late: bool) -> Finished:
    if finished := told(job):
        return finished
    error = say("run.too_long", seconds=f"{job.limits.seconds:,.10g}") if late else died(code)
    return Finished(job, error, 0.0, died=True)


def told(job: Job) -> Finished | None:
    """What became of a job, as its process has told; None if it did not come to that."""
    try:
        return Finished(job, *json.loads(job.told.read_text("utf-8")))
    except (OSError, ValueError):
        return None


def _work(job: Job, parent: int, caller: Any, asked: float) -> None:
    started = time.monotonic()
    _alone(parent, caller)
    from capcycle import engine, trace

    os.environ["CAPCYCLE_TRACE"] = str(job.trace)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()  # or all jobs would draw the same numbers
    account = {}
    try:
        trace.watch(job.source, job.trace)
        engine.limit_memory(int(job.limits.memory * engine.GIGABYTE))
        error = engine.execute(job.source, job.parameters, job.out, job.source.parent)
        trace.finish()
        account = engine.account()
    except BaseException as accident:
        engine.limit_memory(None)
        error = f"{type(accident).__name__}: {accident}"
    account.setdefault("parts", {}).update(start=round(started - asked, 4), **SHARES)
    job.told.write_text(json.dumps([error, time.monotonic() - started, False, account]), "utf-8")
    os._exit(0)  # a thread that the notebook left behind holds nothing up


def end_with(parent: int, number: int = signal.SIGTERM) -> None:
    """Have the system send this process a signal when its parent dies, where it can."""
    _prctl(DIE_WITH_PARENT, number)
    if os.getppid() != parent:  # it died before it could be named
        os._exit(1)


def _alone(parent: int, caller: Any) -> None:
    """Make this process the head of a group of its own that ends with its parent and reaches nobody's terminal."""
    if not hasattr(os, "setsid"):
        return
    os.setsid()
    _prctl(ADOPT, 1)
    end_with(parent, signal.SIGKILL)
    if caller:
        caller.close()
        signal.set_wakeup_fd(-1)
    for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(each, signal.SIG_DFL)
