"""One notebook, one set of parameters, executed or refused; many in parallel, and only where needed."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from glob import escape
from pathlib import Path
from typing import Any

from capcycle import ledger, outputs, paths, rooms, trace, why
from capcycle.errors import CapcycleError, DataError, RunError, together
from capcycle.keys import UNSURE, Inputs
from capcycle.ledger import Limits, digest, write
from capcycle.parameters import cells, check_parameters, declared, find_notebook, notebooks, raise_all
from capcycle.progress import Quiet, told
from capcycle.rows import FIELDS as FIELDS
from capcycle.rows import Run, name_faults, read_rows, sound
from capcycle.rows import faults as row_faults
from capcycle.rows import read_runs as read_runs
from capcycle.rows import select as select
from capcycle.words import say

USUAL = Limits()
WORK = "work-"  # how rooms in the cache begin in which runs are executed
Shown = Callable[[dict[str, float | None]], Quiet]  # what is shown of runs, made with the seconds expected of each


@dataclass(frozen=True)
class Outcome:
    """What became of a run: "done", "unchanged" (not executed, as nothing it depends on changed) or "failed".

    `notebook` is the executed one; that of a failed run ends in its traceback, said shortly in `error`. `headlines` are
    those of its row of the ledger; `stale` says why the run has failed since its notebook was made; `given` are its
    complete parameters, where the ledger has them.
    """

    run: Run
    key: str
    status: str
    notebook: Path
    seconds: float
    error: str = ""
    headlines: Sequence[dict[str, Any]] = ()
    stale: str = ""
    given: Mapping[str, Any] | None = None


def check() -> list[str]:
    """Every fault of every notebook, of its names and outputs, and of every run, whatever else is wrong."""
    strays, known = passed_over(), notebooks()
    found = [fault for name, path in known.items() if name not in strays for fault in _notebook_faults(path)]
    for name, other in zip(sorted(known, key=str.casefold), sorted(known, key=str.casefold)[1:], strict=False):
        if name.casefold() == other.casefold():
            found.append(f"{other}.ipynb: {name}.ipynb differs in capitals only, which is one file on other systems")
    try:
        rows = read_rows()
    except RunError as error:
        return [*found, str(error)]
    runs = sound(rows)
    prepared, faults = _prepared(runs)
    found += [*row_faults(rows), *_titles_twice(runs), *faults, *_unknown_to_the_book(prepared)]
    return list(dict.fromkeys(found))


def _titles_twice(runs: Iterable[Run]) -> Iterator[str]:
    first: dict[str, str] = {}
    for run in runs:
        if (other := first.setdefault(run.title.strip().casefold(), run.name)) != run.name:
            yield f"runs.toml [{run.name}]: title '{run.title}' is that of [{other}]; give each page one of its own"


def passed_over() -> dict[str, str]:
    """The notebooks in the folder that are none of capcycle's, as no run names them, and how that is seen."""
    return {name: why for name, path in notebooks().items() if name not in _wanted() and (why := _stray(path))}


def _wanted() -> set[str]:
    with suppress(RunError):
        rows = read_rows().values()
        return {row["notebook"] for row in rows if isinstance(row, dict) and isinstance(row.get("notebook"), str)}
    return set()


def _stray(path: Path) -> str:
    try:
        tagged = any("parameters" in cell["tags"] for cell in cells(path))
    except (RunError, OSError) as error:
        return str(error)
    return "" if tagged else say("check.untagged", name=path.name)


def _notebook_faults(path: Path) -> Iterator[str]:
    import nbformat  # takes as long to import as all else here

    try:
        declared(path)
        nbformat.validate(json.loads(path.read_text("utf-8")))
    except RunError as error:
        yield str(error)
        return
    except nbformat.ValidationError as error:
        yield f"{path.name} is not a notebook of format 4: {str(error).splitlines()[0]}"
    yield from (f"{path.name}: {fault}" for fault in name_faults(path.stem))
    yield from _kernel_faults(path)
    if left := [str(number) for number, cell in enumerate(cells(path), 1) if cell["executed"]]:
        yield f"{path.name}: outputs or execution counts left in cells {', '.join(left)}; clear them"


def _kernel_faults(path: Path) -> Iterator[str]:
    metadata = json.loads(path.read_text("utf-8")).get("metadata", {})
    spec, info = metadata.get("kernelspec", {}), metadata.get("language_info", {})
    if not spec.get("name") or (info.get("name") or spec.get("language")) != "python":
        yield f"{path.name}: names no Python kernel; open it in JupyterLab, choose a Python kernel and save it"


def _unknown_to_the_book(prepared: Iterable[tuple[Run, dict[str, Any]]]) -> Iterator[str]:
    """Companies, days and currencies that the book does not know; what is wrong with its own tables is said of them."""
    from capcycle import facts  # with pandas

    for run, given in prepared:
        companies = [given.get("company"), *given.get("companies", []), *given.get("peers", [])]
        asked = [([name], "", "") for name in companies if name]
        asked += [(None, given.get("as_of", ""), ""), (None, "", given.get("currency", ""))]
        for each in asked:
            try:
                facts.open(*each)
            except DataError:
                return
            except CapcycleError as error:
                yield f"runs.toml [{run.name}]: {error}"


ROW = "runs.toml [{name}]: "


def _prepare(runs: Iterable[Run], where: str = ROW) -> list[tuple[Run, dict[str, Any]]]:
    prepared, faults = _prepared(runs, where)
    raise_all(dict.fromkeys(faults))
    return prepared


def _prepared(runs: Iterable[Run], where: str = ROW) -> tuple[list[tuple[Run, dict[str, Any]]], list[str]]:
    prepared, faults = [], []
    for run in runs:
        try:
            prepared.append((run, _parameters(run)))
        except RunError as error:
            faults += [where.format(name=run.name) + line for line in str(error).splitlines()]
    return prepared, faults


def _parameters(run: Run) -> dict[str, Any]:
    """A run's complete parameters, once they and what executes its notebook are found to be in order."""
    path = find_notebook(run.notebook)
    parameters = check_parameters(path, run.parameters)
    raise_all(_kernel_faults(path))
    return parameters


def execute(run: Run, out: Path, limits: Limits = USUAL, progress: Shown = Quiet, scheduler: str = "") -> Path:
    """Execute one run into the file `out`, checked first; a RunError says where a failed one is kept."""
    return execute_each({out: run}, 1, limits, progress, scheduler)[0]


def execute_each(
    runs: dict[Path, Run],
    jobs: int | None = None,
    limits: Limits = USUAL,
    progress: Shown = Quiet,
    scheduler: str = "",
) -> list[Path]:
    """Execute each run into its file, all checked first, `jobs` at a time, by default one per core."""
    free = [partial(outputs.free_for_notebook, out) for out in runs]
    prepared, *places = together(lambda: _prepare(runs.values(), ""), *free)
    known, failures = ledger.read_rows().values(), []
    took = {run.name: [row["seconds"] for row in known if row["notebook"] == run.notebook] for run in runs.values()}
    for out in places:
        ledger.clear(out.parent.glob(f".{escape(out.name)}.[0-9]*"))
    with rooms.room(rooms.mine(), "run-") as room:
        work = [_job(*each, room, limits) for each in prepared]
        named = {job.out: (run, out) for job, run, out in zip(work, runs.values(), places, strict=True)}
        with progress({name: max(each, default=None) for name, each in took.items()}) as display:
            for finished in _finished(work, jobs or _cores(), display, scheduler):
                run, out = named[finished.job.out]
                kept = outputs.failed(out) if finished.error else out
                write(kept, _written(finished).read_text("utf-8"))
                if finished.error:
                    failures.append(failure(run.name, finished.error, kept))
                else:  # a failure would be said twice
                    display.ended(Outcome(run, "", "done", out, finished.seconds))
    raise_all(failures)
    return places


def failure(name: str, error: str, kept: Path) -> str:
    """A failed run in words, with the place of its notebook."""
    return f"{name}: {error}\n  the notebook with its traceback: {kept}"


def execute_all(
    runs: Iterable[Run],
    jobs: int | None = None,
    force: bool = False,
    progress: Shown | None = told,
    done: Callable[[Outcome], Any] = lambda _: None,
    begun: Callable[[], Any] = lambda: None,
    limits: Limits = USUAL,
    scheduler: str = "",
) -> list[Outcome]:
    """Execute the runs whose inputs changed (with `force`, all), `jobs` at a time, by default one per core.

    With the address of a Dask scheduler its workers execute them, each as many at a time as it has threads.

    Refuses every faulty run at once before anything starts. A run that fails keeps no other from running.
    `begun` is called if there are any, and `done` for each that was executed, while others still run.
    """
    if jobs is not None and jobs < 1:
        raise RunError(f"jobs must be 1 or more, not {jobs}")
    if jobs is not None and scheduler:
        raise RunError(say("cluster.jobs"))
    prepared = _prepare(runs)
    inputs = Inputs.read(run.notebook for run, _ in prepared)
    for room in rooms.left(paths.CACHE, WORK):
        _take_up(prepared, inputs, room)
    rows = ledger.read_rows()
    if not scheduler and any(rows.get(run.name, {}).get("edition") != inputs.edition for run, _ in prepared):
        from capcycle import workers  # with multiprocessing, which takes as long to import as all else here

        workers.begin()
    outcomes = {} if force else _unchanged(prepared, inputs, rows)
    todo = [(run, parameters) for run, parameters in prepared if run.name not in outcomes]
    if todo:
        why.remember(inputs)
        begun()
    expected = {run.name: rows.get(run.name, {}).get("seconds") for run, _ in todo}
    with (progress or Quiet)(expected) as display:
        for outcome in outcomes.values():
            display.unchanged(outcome)
        for outcome in _executed(todo, inputs, jobs or _cores(), display, limits, scheduler):
            outcomes[outcome.run.name] = outcome
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
        and inputs.unchanged(run.name, run.notebook, parameters, row)
    }


def _outcome(run: Run, row: dict[str, Any]) -> Outcome:
    shown = row.get("headlines", []), row["error"], row["parameters"]  # no error, where the last run went well
    return Outcome(run, row["key"], "unchanged", _kept(run.name), row["seconds"], "", *shown)


def _executed(todo, inputs: Inputs, jobs: int, display: Quiet, limits: Limits, scheduler: str):
    if not todo:
        return
    paths.CACHE.mkdir(parents=True, exist_ok=True)
    with rooms.room(paths.CACHE, WORK) as room:
        work = {job.out: (job, *rest) for job, *rest in _work(todo, inputs, room, limits)}
        for job, *_ in work.values():
            job.out.parent.mkdir(exist_ok=True)
        try:
            with closing(_finished([job for job, *_ in work.values()], jobs, display, scheduler)) as ended:
                for finished in ended:
                    _, *rest = work[finished.job.out]
                    display.ended(outcome := _keep(*rest, inputs, finished))
                    yield outcome
        except BaseException:
            _take_up(todo, inputs, room)
            raise


def _work(todo, inputs: Inputs, room: Path, limits: Limits = USUAL) -> Iterator[tuple]:
    """A job for each run, in a folder named by all that is known of it before it starts; with the run itself."""
    for run, parameters in todo:
        named = _named(run, parameters)
        asked = inputs.key(run.name, run.notebook, parameters, named, inputs.edition)
        yield _job(run, parameters, room / asked[:16], limits), run, parameters, named


def _take_up(prepared, inputs: Inputs, room: Path) -> None:
    """Keep what came to its end in a room, of these very inputs, and was not kept, as the command ended before."""
    from capcycle import workers

    for job, *rest in _work(prepared, inputs, room):
        whole = job.out.exists() and job.trace.exists()
        if whole and (finished := workers.told(job)) and not finished.error:
            _keep(*rest, inputs, finished)


def _finished(jobs, width: int, display: Quiet, scheduler: str) -> Iterator[Any]:
    from capcycle import cluster, workers  # with multiprocessing, which takes as long to import as all else here

    for news in cluster.execute_each(jobs, scheduler) if scheduler else workers.execute_each(jobs, width):
        if isinstance(news, workers.Finished):
            yield news
        else:
            display.begun(news.job.out.stem)


def _named(run: Run, parameters: dict[str, Any]) -> dict[str, str]:
    """The state of each file that the parameters name, before the run starts."""
    return {path: trace.state(path) for path in trace.named(parameters, find_notebook(run.notebook).parent)}


def _job(run: Run, parameters: dict[str, Any], room: Path, limits: Limits):
    from capcycle.workers import Job

    source = find_notebook(run.notebook)
    return Job(source, parameters, room / f"{run.name}.ipynb", room / f"{run.name}.trace", limits)


def _written(finished) -> Path:
    """The executed notebook of a job; if its process died before it could write one, that as it stands."""
    job = finished.job
    if finished.died or not job.out.exists():
        from capcycle import engine

        engine.write_unexecuted(job.source, job.parameters, job.out, finished.error)
    return job.out


def _keep(run: Run, parameters: dict[str, Any], named: dict[str, str], inputs: Inputs, finished) -> Outcome:
    """Put an executed notebook beside the last good one, then write the row that gives it its place.

    Until that is done all stays in the room of the job, for the next command to do.
    """
    job, error, seconds, _, said = finished
    room = ledger.room(run.name)
    room.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_written(finished), new := room / (ledger.FAILED if error else ledger.NEW))
    if not error:
        (room / ledger.FAILED).unlink(missing_ok=True)
    traced = trace.read(job.trace)
    met, opened = inputs.met(run.notebook, traced), traced.opened | named
    given = inputs.given(met)
    key = inputs.key(run.name, run.notebook, parameters, opened, given)
    if not error:
        ledger.keep_met(run.name, key, met)
    shown = new if error else _kept(run.name)
    headlines = (said or {}).get("headlines", [])
    outcome = Outcome(run, key, "failed" if error else "done", shown, seconds, error, headlines, "", parameters)
    row = {
        "notebook": run.notebook,
        "given": run.parameters,
        "parameters": parameters,
        "key": key,
        "shared": inputs.shared,
        "opened": inputs.of(opened),
        "met": given,
        "edition": "" if UNSURE in met["files"].values() else inputs.edition,
        "status": outcome.status,
        "error": error,
        "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "seconds": round(seconds, 3),
        "parts": {},
        "memory": 0,
        "headlines": [],
        **(said or {}),
        "output": "" if error else digest(new),
    }
    if error:  # its row goes on describing its last good notebook, which is still there
        row = (ledger.read_row(run.name) or row) | {each: row[each] for each in ("status", "error", "when")}
    ledger.keep(run.name, row)
    job.told.unlink(missing_ok=True)
    return outcome


def _kept(name: str) -> Path:
    return ledger.room(name) / ledger.NOTEBOOK


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
