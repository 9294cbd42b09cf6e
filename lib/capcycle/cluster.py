"""Runs on the machines of a Dask cluster that the user has: fresh processes there as here, and notebooks back as bytes.

On each worker a process of its own, which has the library and the data as they are by then, is what the runs of one
command are forked from. It tells its edition before it is given anything, and ends with the worker, with the command,
or once nobody has asked it for a minute. What a dead worker had begun, the scheduler gives to another.
"""

import json
import os
import platform
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from importlib import metadata
from multiprocessing import Pipe
from pathlib import Path
from typing import Any, NamedTuple

from capcycle import ledger, paths, places, rooms, workers
from capcycle.errors import RunError
from capcycle.ledger import Limits
from capcycle.words import say
from capcycle.workers import Begun, Finished, Job

SETTINGS = ("CAPCYCLE_LANGUAGE", "TZ", *workers.ENVIRONMENT)  # there as here
SERVE = "import sys; from capcycle import cluster; cluster.serve(int(sys.argv[1]), sys.argv[2])"
LOOK, PATIENCE = 0.5, 30.0  # seconds: between looks, and for a scheduler to answer
SHORT = 12  # characters of a digest that a person compares


class Session(NamedTuple):
    """One command: its name on the cluster, the edition that it has, and the settings that workers take from it."""

    name: str
    edition: dict[str, str]
    settings: dict[str, str | None]


class Parcel(NamedTuple):
    """A run as it goes to a worker."""

    name: str
    notebook: str
    source: bytes
    parameters: dict[str, Any]
    limits: Limits


class Result(NamedTuple):
    """What comes back: how it ended, the executed notebook, what it opened, and where its inputs lie on the worker."""

    finished: Finished
    notebook: bytes
    trace: str
    places: list[str]


# ---- here


def execute_each(jobs: Sequence[Job], address: str) -> Iterator[Begun | Finished]:
    """Execute the jobs on the workers of the scheduler at `address`, and yield each as it starts and as it ends.

    Errors: RunError for a scheduler that is not there, and for a worker that has another library or other data.
    """
    settings = {name: os.environ.get(name) for name in SETTINGS}
    # a worker has data and store of its own, unless the command names them
    settings |= {name: places.addresses.get(name, os.environ[name]) for name in places.SETTLED if name in os.environ}
    session = Session(f"capcycle-{uuid.uuid4().hex}", edition(), settings)
    left, news = {job.out.stem: job for job in jobs}, queue.SimpleQueue()
    with _client(address) as client, _opened(client, session):
        client.subscribe_topic(session.name, lambda event: news.put(event[1]))
        futures = [_handed_over(client, session, name, job) for name, job in left.items()]
        for future in futures:
            future.add_done_callback(news.put)
        try:
            while left:
                with suppress(queue.Empty):  # a wait that ends now and then hears Ctrl-C on every system
                    told = news.get(timeout=LOOK)
                    if isinstance(told, str):
                        yield Begun(left[told])
                    else:
                        yield _taken(left.pop(told.key.removeprefix(f"{session.name}-")), told)
        finally:
            client.cancel([future for future in futures if not future.done()])


def _handed_over(client: Any, session: Session, name: str, job: Job) -> Any:
    parcel = Parcel(name, job.source.name, job.source.read_bytes(), job.parameters, job.limits)
    return client.submit(execute, session, parcel, key=f"{session.name}-{name}", pure=False)


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError as error:
        raise RunError(say("cluster.extra", option="--scheduler", lacking=error.name)) from error
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise RunError(say("cluster.no_scheduler", address=address, error=error)) from error
    with client:
        yield client


@contextmanager
def _opened(client: Any, session: Session) -> Iterator[None]:
    """A session on every worker that there is, if all of them are of our edition."""
    try:
        editions = client.run(open_session, session, on_error="return")
        faults = [fault for worker, there in editions.items() for fault in _faults(worker, there, session.edition)]
        if faults:
            raise RunError("\n".join([say("cluster.other"), *faults]))
        yield
    finally:
        with suppress(Exception):
            client.run(close_session, session.name, on_error="ignore")


def _faults(worker: str, there: dict[str, str] | Exception, here: dict[str, str]) -> Iterator[str]:
    if isinstance(there, Exception):
        yield say("cluster.silent", worker=worker, error=f"{type(there).__name__}: {there}")
        return
    for part in here:
        if there.get(part) != here[part]:
            other = there.get(part) or say("cluster.none")
            yield say("cluster.differs", worker=worker, part=part, there=other, here=here[part] or say("cluster.none"))


def _taken(job: Job, future: Any) -> Finished:
    """A run that came back, put where one that was executed here would be; RunError if a worker would not have it."""
    from distributed import KilledWorker

    try:
        result = future.result()
    except RunError:
        raise
    except KilledWorker as error:
        return Finished(job, say("cluster.killed", times=error.allowed_failures + 1), 0.0, died=True)
    except Exception as error:
        return Finished(job, f"{type(error).__name__}: {error}", 0.0, died=True)
    if result.notebook:
        job.out.write_bytes(result.notebook)
    opened = result.trace
    for there, here in zip(result.places, _places(), strict=True):
        opened = opened.replace(json.dumps(there)[1:-1], json.dumps(here)[1:-1])
    job.trace.write_text(opened, "utf-8")
    return result.finished._replace(job=job)


# ---- there, in a Dask worker


_sessions: dict[str, "_Served | None"] = {}  # None for one that is closed
_one_opens = threading.Lock()


def open_session(session: Session) -> dict[str, str]:
    """The edition that runs of this command would meet on this worker."""
    return _served(session).edition


def close_session(name: str) -> None:
    """End what the runs of a command are forked from, with all of them."""
    with _one_opens:
        served, _sessions[name] = _sessions.get(name), None
    if served:
        served.close()


def execute(session: Session, parcel: Parcel) -> Result:
    """Execute a run on this worker; RunError if the worker came late and is of another edition."""
    from distributed import get_worker

    worker, served = get_worker(), _served(session)
    mine = worker.state.tasks[worker.get_current_task()]
    if faults := list(_faults(worker.address, served.edition, session.edition)):
        raise RunError("\n".join([say("cluster.other"), *faults]))
    if not (result := served.execute(parcel, lambda: worker.log_event(session.name, parcel.name), mine)):
        close_session(session.name)
    return result


def _served(session: Session) -> "_Served":
    with _one_opens:
        served = _sessions.get(session.name, ...)
        if served is None:
            raise RunError(say("cluster.closed"))
        if served is ... or served.ended:
            served = _sessions[session.name] = _Served(session.settings)
        return served


class _Served:
    """Our end of the process that the runs of a session are forked from."""

    def __init__(self, settings: dict[str, str | None]):
        self.room, self.ended, self.sending = Path(tempfile.mkdtemp(dir=rooms.mine())), False, threading.Lock()
        self.waiting: dict[Path, tuple[Any, Future]] = {}
        self.used = False
        self.pipe, theirs = Pipe()
        environment = {**os.environ, **settings}
        environment = workers.ENVIRONMENT | {name: value for name, value in environment.items() if value is not None}
        command = [sys.executable, "-c", SERVE, str(theirs.fileno()), str(self.room)]
        self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()], env=environment, stdin=subprocess.DEVNULL)
        theirs.close()
        self.edition, self.places = self.pipe.recv()
        threading.Thread(target=self._listen, daemon=True).start()

    def execute(self, parcel: Parcel, begun: Callable[[], Any], task: Any) -> Result | None:
        """Have a run executed, and wait until it ended; None once the scheduler wants it no more."""
        with tempfile.TemporaryDirectory(dir=self.room) as folder:
            room, future = Path(folder), Future()
            job = Job(self._source(parcel, room), parcel.parameters, room / "out.ipynb", room / "trace", parcel.limits)
            self.waiting[job.out], self.used = (begun, future), True
            with self.sending, suppress(OSError):
                self.pipe.send(job)
            if self.ended:
                self._fail(job.out)
            while not wait([future], LOOK).done:
                if task.state != "executing":
                    return None
            finished = future.result()
            notebook = job.out.read_bytes() if job.out.exists() and not finished.died else b""
            opened = job.trace.read_text("utf-8") if job.trace.exists() else ""
        return Result(finished, notebook, opened, self.places)

    def _source(self, parcel: Parcel, room: Path) -> Path:
        """Where the worker has the same notebook itself, what lies beside it is there too."""
        own = Path(self.places[0]) / parcel.notebook
        if own.is_file() and own.read_bytes() == parcel.source:
            return own
        (room / parcel.notebook).write_bytes(parcel.source)
        return room / parcel.notebook

    def _listen(self) -> None:
        with suppress(EOFError, OSError):
            while True:
                news = self.pipe.recv()
                if isinstance(news, Finished):
                    self.waiting.pop(news.job.out)[1].set_result(news)
                else:
                    self.waiting[news.job.out][0]()
        self.ended = True
        self.process.wait()
        for out in list(self.waiting):
            self._fail(out)

    def _fail(self, out: Path) -> None:
        if waiting := self.waiting.pop(out, None):
            waiting[1].set_result(Finished(None, workers.died(self.process.wait()), 0.0, died=True))

    def close(self) -> None:
        """End the process with all its runs."""
        with self.sending, suppress(OSError):
            self.pipe.send(None)
        if not self.used:
            self.process.kill()
        self.process.wait()
        shutil.rmtree(self.room, ignore_errors=True)


# ---- there, in the process that runs are forked from


def serve(descriptor: int, room: str) -> None:
    """Tell the edition, then fork what comes."""
    from multiprocessing.connection import Connection

    caller = Connection(descriptor)
    places.settle()
    caller.send((edition(), _places()))
    workers.serve(caller, room)


def edition() -> dict[str, str]:
    """What a notebook executed here may depend on, part by part."""
    folders = {"library": Path(__file__).parent, "data": paths.DATA}
    parts = {name: ledger.fingerprint(ledger.digests(folder))[:SHORT] for name, folder in folders.items()}
    parts |= {"store": ledger.digest(paths.STORE / paths.STORE_FILE)[:SHORT], "Python": platform.python_version()}
    with suppress(metadata.PackageNotFoundError):
        needs = [need for need in metadata.requires("capcycle") or () if "extra ==" not in need]
        for name in (re.match(r"[\w.-]+", need).group() for need in needs):
            with suppress(metadata.PackageNotFoundError):
                parts[name] = metadata.version(name)
    return parts


def _places() -> list[str]:
    return [str(each) for each in (paths.NOTEBOOKS, paths.DATA, paths.STORE, Path(__file__).parent)]
