"""The whole site: executed, built beside the old one, and swapped in whole or not at all."""

import ctypes
import errno
import json
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain, count
from pathlib import Path

from capcycle import editions, ledger, outputs, parameters, paths, places, rooms, run, verdicts
from capcycle.errors import DataError, RunError, together
from capcycle.ledger import Limits
from capcycle.run import Outcome
from capcycle.verdicts import Line
from capcycle.words import say

HERE = -100  # AT_FDCWD and RENAME_EXCHANGE of Linux's renameat2
EXCHANGE = 2
PREVIOUS = "previous"  # in the room of a build: what stood before


@dataclass(frozen=True)
class Built:
    """What a build came to: every page's outcome, where the site is, whether it changed, and how much was delivered."""

    outcomes: list[Outcome]
    out: Path
    changed: bool
    delivered: int | None = None


def site(
    names: Iterable[str] = (),
    jobs: int | None = None,
    force: bool = False,
    keep_going: bool = False,
    out: Path | str | None = None,
    limits: Limits = run.USUAL,
    progress: run.Shown | None = run.told,
    scheduler: str = "",
) -> Built:
    """Execute the runs called `names` (all if none are) where something changed, and publish the site to `out`.

    Pages of runs not named are kept as they were last executed; those never executed are left out.
    The site that stood before stays as it is until the new one is complete. If a run fails nothing is
    published, unless `keep_going` is set: then its page says so. RunError names the failed runs in both cases,
    and those whose page cannot be made of what they show. OSError for a place that cannot be written.
    For an address of fsspec's the site is built here, and delivered there.
    """
    address = out if places.is_address(out) else ""
    out = Path(paths.SITE if address else out or paths.SITE).resolve()
    with _only_one():
        if address:
            places.refuse_site(address)
        _recover(out)
        outputs.refuse_folder(out)
        _refuse_mount(out)
        names, runs = list(names), run.read_runs()
        with _one_thread() as pool:  # pages are drawn while other runs are executed
            drawing = {"done": partial(pool.submit, _draw), "begun": partial(pool.submit, _bundle)}
            executed = run.execute_all(
                run.select(runs, names), jobs, force, progress, limits=limits, scheduler=scheduler, **drawing
            )
        failures = [outcome for outcome in executed if outcome.status == "failed"]
        if not keep_going:
            _refuse_failed(failures, say("site.as_it_was"))
        outcomes = _in_order(runs, executed)
        options = [*names, *(["--force"] if force else []), *(["--keep-going"] if keep_going else [])]
        changed, without_page = _publish(outcomes, out, force, keep_going, options)
        delivered = places.deliver(out, address) if address else None
    _refuse_failed([*failures, *without_page], say("site.says_so", out=out))
    return Built(outcomes, out, changed, delivered)


@contextmanager
def _one_thread() -> Iterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(1)
    try:
        yield pool
    except BaseException:
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


def _refuse_failed(failures: list[Outcome], consequence: str) -> None:
    if failures:
        count = f"{len(failures)} run{'s' if len(failures) != 1 else ''} failed; {consequence}"
        raise RunError("\n".join([count, *(run.failure(o.run.name, o.error, o.notebook) for o in failures)]))


def _bundle() -> None:
    from capcycle import publish

    publish.bundle()  # takes as long as it takes until the first run can start


def _draw(outcome: Outcome) -> None:
    from capcycle import publish  # a build with nothing to do is spared the drawing library

    publish.draw(outcome)  # into the cache, where `_build` will find it


def checked(file: Path, out: Path | None, day: str) -> tuple[Path, list[Line]]:
    """The report on a reader's file, and the verdicts in it; the report is there before anything is said.

    A page of statements has them all, so that they are read from there and not worked out twice.
    Errors: DataError for a file that cannot be read, with all its faults.
    """
    free = [partial(outputs.refuse_folder, out.resolve(), report=True)] if out else []
    together(partial(_refuse_empty, file), partial(parameters.day, "--day", day), *free)
    if verdicts.is_of_statements(file):
        try:
            report = claims_report(file, out, "statements", day=day)
            return report, verdicts.of_report(report.parent / "claims")
        except RunError:
            _refuse_unreadable(file, day)
            raise
    from capcycle import claims

    lines = claims.check_file(file)
    return claims_report(file, out), lines


def _refuse_empty(file: Path) -> None:
    """Refuse what is no file, and a text without a word; what else may be wrong with a file is read with it."""
    try:
        words = file.read_bytes().strip()
    except OSError as error:
        raise DataError([f"{file}: cannot be read: {error.strerror}"]) from error
    if not words and file.suffix.lower() != ".csv":
        raise DataError([f"{file}:1: the file is empty; write at least one sentence with a figure into it"])


def _refuse_unreadable(file: Path, day: str) -> None:
    """Refuse a file in its own words, where a run has failed on it."""
    from capcycle import claims

    claims.check_file(file, day)


def claims_report(file: Path, out: Path | None = None, notebook: str = "claims", **given: str) -> Path:
    """The page of a reader's file by a notebook, in the folder `out` (else one named for the file); where the page is.

    An earlier report there is replaced; without `out`, that of another file of this name stays, and the folder is
    numbered. RunError for a folder that holds something else, or a run that fails.
    """
    out = out or _report_folder(file)
    outputs.refuse_folder(out.resolve(), report=True)
    given = {"file": str(file.resolve()), **given}
    job = run.Run("claims", notebook, given, say("cli.claims.title"), say("cli.claims.section"))
    with rooms.room(rooms.mine(), "report-") as room, _one_thread() as pool:
        pool.submit(_bundle)  # what makes the page is imported while the notebook is executed
        executed = run.execute(job, room / "claims.ipynb")
        failed = _replace(out.resolve(), [Outcome(job, "", "done", executed, 0.0)], str(file.resolve()))
    _refuse_failed(failed, say("site.says_so", out=out))
    return out / "claims.html"


def _report_folder(file: Path) -> Path:
    names = chain([""], map("-{}".format, count(2)))
    folders = (Path(f"{file.stem}-claims{number}") for number in names)
    return next(out for out in folders if outputs.report_of(out) in ("", str(file.resolve())))


def _in_order(runs: dict[str, run.Run], executed: list[Outcome]) -> list[Outcome]:
    now = {outcome.run.name: outcome for outcome in executed}
    gone = {name for name, outcome in now.items() if outcome.status == "failed"}
    kept = {o.run.name: o for o in run.recall(r for name, r in runs.items() if name not in now or name in gone)}
    return [(now | kept)[name] for name in runs if name in now or name in kept]


def _publish(
    outcomes: list[Outcome], out: Path, force: bool, keep_going: bool, options: Sequence[str]
) -> tuple[bool, list[Outcome]]:
    """Whether the site changed, and the runs of which it has no page but an error page.

    options  what the other editions of the site are built with
    """
    wanted = _wanted(outcomes)
    if not force and _record().get(str(out)) == [wanted, _listing(out)]:
        return False, []
    without_page = _replace(out, outcomes, keep_going=keep_going, options=options)
    record = _record() | {str(out): [wanted if not without_page else "", _listing(out)]}
    ledger.write(paths.CACHE / "site.json", json.dumps(record, indent=1))
    return True, without_page


def _replace(
    out: Path, outcomes: list[Outcome], report_of: str = "", keep_going: bool = True, options: Sequence[str] = ()
) -> list[Outcome]:
    """Build in a room beside `out` and swap in what is new, with whatever there is not capcycle's.

    The runs come back of which there is no page but an error page; without `keep_going` these are refused.
    """
    from capcycle import publish

    out.parent.mkdir(parents=True, exist_ok=True)
    with rooms.room(out.parent, _building(out)) as room:
        (new := room / "new").mkdir()
        try:
            without_page = publish.build(outcomes, new, **({"report_of": report_of} if report_of else {}))
            if not report_of:
                editions.build(new, options)
            if not keep_going:
                _refuse_failed(without_page, say("site.as_it_was"))
            if out.exists():
                outputs.keep(out, new)
            _swap(new, out)
        finally:
            _bring_back(room, out)
    return without_page


def _building(out: Path) -> str:
    return f".{out.name}-building-"


def _wanted(outcomes: list[Outcome]) -> str:
    """A digest of everything that the pages are made from."""
    pages = [[o.run.name, o.run.title, o.run.section, o.run.parameters, o.key, o.error, o.stale] for o in outcomes]
    library, data = ledger.digests(Path(__file__).parent), ledger.digests(paths.DATA)
    return ledger.fingerprint(
        sys.version, editions.chosen(), ledger.digest(paths.ROOT / "requirements.lock"), pages, library, data
    )


def _listing(folder: Path) -> str:
    """A digest of names, sizes and times: a site in which somebody changed or deleted something is built again."""
    files = ((str(path), path.stat()) for path in folder.rglob("*"))
    return ledger.fingerprint(sorted((path, stat.st_size, stat.st_mtime_ns) for path, stat in files))


def _record() -> dict[str, list]:
    try:
        record = json.loads((paths.CACHE / "site.json").read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


@contextmanager
def _only_one() -> Iterator[None]:
    paths.CACHE.mkdir(parents=True, exist_ok=True)
    file = paths.CACHE / "lock"
    try:
        lock = rooms.locked(file)
    except sqlite3.DatabaseError as error:
        busy = getattr(error, "sqlite_errorname", "") == "SQLITE_BUSY"
        reason = "another build is running; wait for it or stop it" if busy else str(error)
        raise RunError(f"{file}: {reason}") from error
    with closing(lock):
        yield


def _refuse_mount(out: Path) -> None:
    """Before anything is executed: the site is built beside `out`, and takes its place by changing names."""
    if out.is_mount():
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(out))


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
    for room in rooms.left(out.parent, _building(out)):
        _bring_back(room, out)
    rooms.clear()
    ledger.clear(paths.CACHE.rglob(ledger.PARTS))


def _bring_back(room: Path, out: Path) -> None:
    """Let the site that stood before be back if no new one is there."""
    if (room / PREVIOUS).exists() and not out.exists():
        (room / PREVIOUS).rename(out)
