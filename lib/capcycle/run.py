"""One notebook, one set of parameters, executed or refused; many in parallel, and only where needed."""

import json
import os
import re
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from capcycle import ledger, outputs, paths
from capcycle.errors import RunError
from capcycle.ledger import Inputs, digest, write
from capcycle.parameters import cells, check_parameters, declared, find_notebook, notebooks, raise_all, unknown
from capcycle.words import say

FIELDS = {"notebook": str, "title": str, "section": str, "parameters": dict}
RESERVED = {"index", "assets", "manifest"}  # names of the site's own files


@dataclass(frozen=True)
class Run:
    """A row of `runs.toml`: the notebook and parameters behind one published page."""

    name: str
    notebook: str
    parameters: dict[str, Any]
    title: str
    section: str


@dataclass(frozen=True)
class Outcome:
    """What became of a run: "done", "unchanged" (not executed, as nothing it depends on changed) or "failed".

    `notebook` is the executed one; that of a failed run ends in its traceback, said shortly in `error`.
    """

    run: Run
    key: str
    status: str
    notebook: Path
    seconds: float
    error: str = ""


def read_runs(path: Path | None = None) -> dict[str, Run]:
    """The rows of `runs.toml` in file order; RunError names every malformed row at once."""
    path = path or paths.NOTEBOOKS / "runs.toml"
    try:
        rows = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise RunError(f"{path} does not exist; it names the runs, one table each") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RunError(f"{path.name}: {error}") from error
    raise_all(f"{path.name} [{name}]: {fault}" for name, row in rows.items() for fault in _row_faults(name, row))
    return {name: Run(**{"name": name, "parameters": {}, **row}) for name, row in rows.items()}


def _row_faults(name: str, row: Any) -> Iterator[str]:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name) or name in RESERVED:
        yield f"a run's name is a page's: small letters, digits, hyphens, not {', '.join(sorted(RESERVED))}"
    if not isinstance(row, dict):
        yield "is not a table"
        return
    yield from (unknown("field", field, FIELDS) for field in row if field not in FIELDS)
    for field, kind in FIELDS.items():
        if field in row and not isinstance(row[field], kind):
            yield f"{field} is not a {'table' if kind is dict else 'string'}"
        elif field not in row and field != "parameters":
            yield f"{field} is missing"
    if isinstance(row.get("notebook"), str) and row["notebook"] not in notebooks():
        yield unknown("notebook", row["notebook"], notebooks())


def select(runs: dict[str, Run], names: Iterable[str]) -> list[Run]:
    """The runs called `names`, or all if none are named, in the order of `runs.toml`."""
    names = list(names)
    raise_all(unknown("run", name, runs) for name in names if name not in runs)
    return [run for run in runs.values() if not names or run.name in names]


def check_notebooks() -> None:
    """RunError with every fault of every notebook: its parameters cell, outputs left in it, its runs."""
    raise_all(fault for path in notebooks().values() for fault in _notebook_faults(path))
    _prepare(read_runs().values())


def _notebook_faults(path: Path) -> Iterator[str]:
    try:
        declared(path)
    except RunError as error:
        yield str(error)
        return
    if left := [str(number) for number, cell in enumerate(cells(path), 1) if cell["executed"]]:
        yield f"{path.name}: outputs or execution counts left in cells {', '.join(left)}; clear them"


def _prepare(runs: Iterable[Run]) -> list[tuple[Run, dict[str, Any]]]:
    prepared, faults = [], []
    for run in runs:
        try:
            prepared.append((run, check_parameters(find_notebook(run.notebook), run.parameters)))
        except RunError as error:
            faults += [f"runs.toml [{run.name}]: {line}" for line in str(error).splitlines()]
    raise_all(faults)
    return prepared


def execute(run: Run, out: Path) -> Path:
    """Execute one run into the file `out`, checked first; a RunError says where a failed one is kept."""
    from capcycle import workers  # with multiprocessing, which takes as long to import as all else here

    out = outputs.free_for_notebook(out)
    parameters = check_parameters(find_notebook(run.notebook), run.parameters)
    with tempfile.TemporaryDirectory(prefix="capcycle-") as room:  # not in the cache, which a build clears meanwhile
        [finished] = workers.execute_each([_job(run, parameters, Path(room))], 1)
        kept = outputs.failed(out) if finished.error else out
        write(kept, finished.job.out.read_text("utf-8"))
    if finished.error:
        raise RunError(failure(run.name, finished.error, kept))
    return out


def failure(name: str, error: str, kept: Path) -> str:
    """A failed run in words, with the place of its notebook."""
    return f"{name}: {error}\n  the notebook with its traceback: {kept}"


def execute_all(
    runs: Iterable[Run],
    jobs: int | None = None,
    force: bool = False,
    progress: bool = True,
    done: Callable[[Outcome], Any] = lambda _: None,
    begun: Callable[[], Any] = lambda: None,
) -> list[Outcome]:
    """Execute the runs whose inputs changed (with `force`, all), `jobs` at a time, by default one per core.

    Refuses every faulty run at once before anything starts. A run that fails keeps no other from running.
    `begun` is called if there are any, and `done` for each that was executed, while others still run.
    """
    if jobs is not None and jobs < 1:
        raise RunError(f"jobs must be 1 or more, not {jobs}")
    prepared, rows = _prepare(runs), ledger.read_rows()
    inputs = Inputs.read(run.notebook for run, _ in prepared)
    outcomes = {} if force else _unchanged(prepared, inputs, rows)
    todo = [(run, parameters) for run, parameters in prepared if run.name not in outcomes]
    if todo:
        begun()
    for outcome, row in _executed(todo, inputs, jobs or _cores(), progress):
        outcomes[outcome.run.name] = outcome
        name = outcome.run.name
        # the row of a failed run goes on describing its last good notebook, which is still there
        rows[name] = rows.get(name, row) | {"status": outcome.status, "error": outcome.error} if outcome.error else row
        write(paths.CACHE / "ledger.json", json.dumps(rows, indent=1, sort_keys=True, ensure_ascii=False))
        done(outcome)
    return [outcomes[run.name] for run, _ in prepared]


def recall(runs: Iterable[Run]) -> list[Outcome]:
    """The last good outcome of each run that has one, as it was executed then; nothing is executed."""
    rows = ledger.read_rows()
    return [
        _outcome(replace(run, notebook=row["notebook"], parameters=row["given"]), row)
        for run in runs
        if (row := rows.get(run.name)) and row["output"] and row["output"] == digest(_kept(run.name))
    ]


def _unchanged(prepared, inputs: Inputs, rows: dict[str, dict]) -> dict[str, Outcome]:
    known = [(run, parameters, rows[run.name]) for run, parameters in prepared if run.name in rows]
    return {
        run.name: _outcome(run, row)
        for run, parameters, row in known
        if row["status"] == "done"
        and row["output"] == digest(_kept(run.name))
        and row["key"] == inputs.key(run.name, run.notebook, parameters, row["data"])
    }


def _outcome(run: Run, row: dict[str, Any]) -> Outcome:
    return Outcome(run, row["key"], "unchanged", _kept(run.name), row["seconds"])


def _executed(todo, inputs: Inputs, jobs: int, progress: bool) -> Iterator[tuple[Outcome, dict]]:
    if not todo:
        return
    from capcycle import workers

    with _workroom() as room, _reporter(len(todo), jobs, progress) as report:
        work = {_job(run, parameters, room).out: (run, parameters) for run, parameters in todo}
        for finished in workers.execute_each([_job(*pair, room) for pair in todo], jobs):
            run, parameters = work[finished.job.out]
            outcome, row = _keep(run, parameters, inputs, finished)
            report(outcome)
            yield outcome, row


def _job(run: Run, parameters: dict[str, Any], room: Path):
    from capcycle.workers import Job

    source = find_notebook(run.notebook)
    return Job(source, parameters, room / f"{run.name}.ipynb", room / f"{run.name}.trace")


def _keep(run: Run, parameters: dict[str, Any], inputs: Inputs, finished) -> tuple[Outcome, dict]:
    """Move an executed notebook to its place and write its row of the ledger."""
    (_, _, out, trace), error, seconds = finished
    kept = _kept(run.name, failed=bool(error))
    kept.parent.mkdir(parents=True, exist_ok=True)
    out.replace(kept)
    if not error:
        _kept(run.name, failed=True).unlink(missing_ok=True)
    opened = trace.read_text("utf-8").splitlines() if trace.exists() else []
    key = inputs.key(run.name, run.notebook, parameters, opened)
    outcome = Outcome(run, key, "failed" if error else "done", kept, seconds, error)
    row = {
        "notebook": run.notebook,
        "given": run.parameters,
        "parameters": parameters,
        "key": key,
        "data": inputs.of(opened),
        "status": outcome.status,
        "error": error,
        "seconds": round(seconds, 3),
        "output": digest(_kept(run.name)),
    }
    return outcome, row


def _kept(name: str, failed: bool = False) -> Path:
    return paths.CACHE / "runs" / name / ("failed.ipynb" if failed else "notebook.ipynb")


@contextmanager
def _workroom() -> Iterator[Path]:
    paths.CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="work-", dir=paths.CACHE) as room:
        yield Path(room)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _reporter(total: int, jobs: int, progress: bool) -> Iterator[Callable[[Outcome], None]]:
    """On a terminal a bar of runs done, running, left; elsewhere a line for each run. Failures always."""
    from tqdm import tqdm

    terminal = sys.stderr.isatty()
    with tqdm(total=total, unit=say("run.unit"), disable=not (progress and terminal)) as bar:

        def show() -> None:
            running = min(jobs, total - bar.n)
            bar.set_postfix_str(say("run.progress", running=running, left=total - bar.n - running))

        def report(outcome: Outcome) -> None:
            if progress and (not terminal or outcome.error):
                key = "run.failed" if outcome.error else "run.done"
                sentence = say(key, name=outcome.run.name, seconds=outcome.seconds, error=outcome.error)
                tqdm.write(sentence, file=sys.stderr)
            bar.update()
            show()

        show()
        yield report
