"""The whole site: executed, built beside the old one, and swapped in whole or not at all."""

import ctypes
import json
import os
import secrets
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from glob import escape
from itertools import chain, count
from pathlib import Path

from capcycle import ledger, outputs, paths, run
from capcycle.errors import RunError
from capcycle.run import Outcome
from capcycle.words import say

HERE = -100  # AT_FDCWD and RENAME_EXCHANGE of Linux's renameat2
EXCHANGE = 2
MARK, PREVIOUS = "capcycle", "previous"  # in the room of a build: the file that says whose it is; what stood before


@dataclass(frozen=True)
class Built:
    """What a build came to: every page's outcome, where the site is, and whether it changed."""

    outcomes: list[Outcome]
    out: Path
    changed: bool


def site(
    names: Iterable[str] = (),
    jobs: int | None = None,
    force: bool = False,
    keep_going: bool = False,
    out: Path | None = None,
    progress: bool = True,
) -> Built:
    """Execute the runs called `names` (all if none are) where something changed, and publish the site to `out`.

    Pages of runs not named are kept as they were last executed; those never executed are left out.
    The site that stood before stays as it is until the new one is complete. If a run fails nothing is
    published, unless `keep_going` is set: then its page says so. RunError names the failed runs in both cases.
    """
    out = Path(out or paths.SITE).resolve()
    with _only_one():
        _recover(out)
        outputs.refuse_folder(out)
        runs = run.read_runs()
        with ThreadPoolExecutor(1) as pool:  # pages are drawn while other runs are executed
            drawing = {"done": partial(pool.submit, _draw), "begun": partial(pool.submit, _bundle)}
            executed = run.execute_all(run.select(runs, names), jobs, force, progress, **drawing)
        failures = [run.failure(o.run.name, o.error, o.notebook) for o in executed if o.status == "failed"]
        if failures and not keep_going:
            raise RunError("\n".join([f"{_runs(failures)} failed; the site is as it was", *failures]))
        outcomes = _in_order(runs, executed)
        changed = _publish(outcomes, out, force)
    if failures:
        raise RunError("\n".join([f"{_runs(failures)} failed; {out} says so on the page", *failures]))
    return Built(outcomes, out, changed)


def _bundle() -> None:
    from capcycle import publish

    publish.bundle()  # takes as long as it takes until the first run can start


def _draw(outcome: Outcome) -> None:
    from capcycle import publish  # a build with nothing to do is spared the drawing library

    publish.draw(outcome)  # into the cache, where `_build` will find it


def claims_report(file: Path, out: Path | None = None) -> Path:
    """The claims page of a reader's file, in the folder `out` (else one named for the file); where the page is.

    An earlier report there is replaced; without `out`, that of another file of this name stays, and the folder is
    numbered. RunError for a folder that holds something else, or a run that fails.
    """
    out = out or _report_folder(file)
    outputs.refuse_folder(out.resolve(), report=True)
    job = run.Run("claims", "claims", {"file": str(file.resolve())}, say("cli.claims.title"), say("cli.claims.section"))
    with tempfile.TemporaryDirectory(prefix="capcycle-") as room:
        notebook = run.execute(job, Path(room) / "claims.ipynb")
        _replace(out.resolve(), [Outcome(job, "", "done", notebook, 0.0)], str(file.resolve()))
    return out / "claims.html"


def _report_folder(file: Path) -> Path:
    names = chain([""], map("-{}".format, count(2)))
    folders = (Path(f"{file.stem}-claims{number}") for number in names)
    return next(out for out in folders if outputs.report_of(out) in ("", str(file.resolve())))


def _runs(failures: list[str]) -> str:
    return f"{len(failures)} run{'s' if len(failures) != 1 else ''}"


def _in_order(runs: dict[str, run.Run], executed: list[Outcome]) -> list[Outcome]:
    now = {outcome.run.name: outcome for outcome in executed}
    kept = {o.run.name: o for o in run.recall(r for name, r in runs.items() if name not in now)}
    return [(now | kept)[name] for name in runs if name in now or name in kept]


def _publish(outcomes: list[Outcome], out: Path, force: bool) -> bool:
    wanted = _wanted(outcomes)
    if not force and _record().get(str(out)) == [wanted, _listing(out)]:
        return False
    _replace(out, outcomes)
    record = _record() | {str(out): [wanted, _listing(out)]}
    ledger.write(paths.CACHE / "site.json", json.dumps(record, indent=1))
    return True


def _replace(out: Path, outcomes: list[Outcome], report_of: str = "") -> None:
    """Build in a room beside `out` and swap in what is new, with whatever there is not capcycle's."""
    from capcycle import publish

    room = out.with_name(f".{out.name}-building-{secrets.token_hex(4)}")
    new = room / "new"
    try:
        new.mkdir(parents=True)
        (room / MARK).touch()
        publish.build(outcomes, new, **({"report_of": report_of} if report_of else {}))
        if out.exists():
            outputs.keep(out, new)
        _swap(new, out)
    finally:
        _clear(room, out)


def _wanted(outcomes: list[Outcome]) -> str:
    """A digest of everything that the pages are made from."""
    pages = [[o.run.name, o.run.title, o.run.section, o.run.parameters, o.key, o.error] for o in outcomes]
    library, data = ledger.digests(Path(__file__).parent), ledger.digests(paths.DATA)
    return ledger.fingerprint(sys.version, ledger.digest(paths.ROOT / "requirements.lock"), pages, library, data)


def _listing(folder: Path) -> str:
    """A digest of names, sizes and times: a site in which somebody changed or deleted something is built again."""
    files = [(path, path.stat()) for path in sorted(folder.rglob("*"))]
    return ledger.fingerprint([[str(path), stat.st_size, stat.st_mtime_ns] for path, stat in files])


def _record() -> dict[str, list]:
    try:
        record = json.loads((paths.CACHE / "site.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


@contextmanager
def _only_one() -> Iterator[None]:
    # a lock that the operating system takes back when its holder dies, on every system
    paths.CACHE.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(paths.CACHE / "lock", timeout=0, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorname == "SQLITE_BUSY"
            reason = "another build is running; wait for it or stop it" if busy else str(error)
            raise RunError(f"{paths.CACHE / 'lock'}: {reason}") from error
        yield


def _swap(new: Path, out: Path) -> None:
    """Put `new` in the place of `out`; what stood there is deleted afterwards."""
    if not out.exists():
        new.rename(out)
    elif not _exchange(new, out):
        _rename_twice(new, out)


def _exchange(new: Path, out: Path) -> bool:
    """Both names change hands in one step, where the system can do that."""
    rename = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform == "linux" else None
    return rename is not None and rename(HERE, os.fsencode(new), HERE, os.fsencode(out), EXCHANGE) == 0


def _rename_twice(new: Path, out: Path) -> None:
    out.rename(new.with_name(PREVIOUS))
    new.rename(out)


def _recover(out: Path) -> None:
    """Bring back a site that a build was killed in the middle of swapping, and clear what it left."""
    for room in out.parent.glob(f".{escape(out.name)}-building-*"):
        if (room / MARK).exists():  # else it is somebody else's
            _clear(room, out)
    for left in paths.CACHE.glob("work-*"):
        shutil.rmtree(left, ignore_errors=True)


def _clear(room: Path, out: Path) -> None:
    """Delete a room that a site was built in, after the site that stood before is back if no new one is there."""
    if (room / PREVIOUS).exists() and not out.exists():
        (room / PREVIOUS).rename(out)
    shutil.rmtree(room, ignore_errors=True)
