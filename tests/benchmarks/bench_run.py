"""Where the seconds of a run go: start, import, data, cells, papermill, writing, page, pictures.

Processor time, so that a busy machine changes little: of one run by itself, and of each of several that share a server.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from time import process_time
from typing import Any

PARTS = ["start", "import", "data", "cells", "papermill", "writing", "page", "pictures"]
ONCE = ["start", "import", "data"]  # of a command, however many runs it has
REST = 0.5  # of the cells' own time: what all else may take


class Clock:
    """Processor time by part: what is measured within another part is not that part's."""

    def __init__(self):
        self.spent, self.inner = Counter(), [0.0]

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        start = process_time()
        self.inner.append(0.0)
        try:
            yield
        finally:
            took = process_time() - start
            self.spent[name] += took - self.inner.pop()
            self.inner[-1] += took

    def watch(self, module: Any, function: str, name: str) -> None:
        """From now on what a function takes is part of `name`."""
        plain: Callable = getattr(module, function)

        def timed(*given: Any, **named: Any) -> Any:
            with self.part(name):
                return plain(*given, **named)

        setattr(module, function, timed)


def test_run():
    main(["--runs", "3"])


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=12, metavar="N", help="of the first N runs of runs.toml (12)")
    parser.add_argument("--of", metavar="N", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.of:
        print(json.dumps(measured(int(given.of))))
    else:
        table(split(0), split(given.runs), given.runs)


def split(count: int) -> dict[str, float]:
    """The parts of some runs, each part in a fresh process with a cache of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--of", str(count)]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "CAPCYCLE_BENCH": folder})
    if done.returncode:
        raise SystemExit(done.stderr)
    return {"start": started(), **json.loads(done.stdout.splitlines()[-1])}


def started() -> float:
    """What `capcycle` takes before it does anything, and Python with it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "capcycle.cli", "--help"], capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measured(count: int) -> dict[str, float]:
    """Seconds by part of the first `count` runs with their pages, or of `capex` by itself and without a page.

    What executes them is what the command executes, one run after the other.
    """
    from capcycle import paths

    paths.CACHE = Path(os.environ["CAPCYCLE_BENCH"])
    clock = Clock()
    with clock.part("import"):
        for name in ["papermill", "ipykernel.ipkernel", "ipykernel.zmqshell", "pandas", "altair"]:
            __import__(name)
        from capcycle import engine, run, workers
    clock.watch(workers, "_read", "data")
    clock.watch(engine, "_execute", "cells")
    clock.watch(engine, "write", "writing")
    clock.watch(engine, "execute", "papermill")
    rows = list(run.read_runs().values())[:count] or [run.Run("capex", "capex", {}, "", "")]
    prepared = [(row, run.check_parameters(run.find_notebook(row.notebook), row.parameters)) for row in rows]
    jobs = [run._job(row, parameters, paths.CACHE, run.USUAL) for row, parameters in prepared]
    with clock.part("import"):
        workers._import_and_read(jobs, 2)
    for job in jobs:
        clock.spent.update(forked(clock, job))
    if count:
        published(clock, rows, jobs)
    return clock.spent


def forked(clock: Clock, job: Any) -> dict[str, float]:
    """What a job takes in a process of its own."""
    from capcycle import engine

    read, write = os.pipe()
    if not (child := os.fork()):
        clock.spent.clear()
        with redirect_stdout(sys.stderr):
            error = engine.execute(job.source, job.parameters, job.out, job.source.parent)
        os.write(write, json.dumps({"error": error} if error else clock.spent).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as told:
        spent = json.load(told)
    os.waitpid(child, 0)
    if "error" in spent:
        raise SystemExit(spent["error"])
    return spent


def published(clock: Clock, rows: list, jobs: list) -> None:
    with clock.part("import"):
        from capcycle import publish
        from capcycle.publish import page, pictures
        from capcycle.run import Outcome
    clock.watch(pictures, "_drawn", "pictures")
    clock.watch(pictures, "_bundled", "import")
    outcomes = [Outcome(row, "", "done", job.out, 0.0) for row, job in zip(rows, jobs, strict=True)]
    with clock.part("page"):
        for outcome in outcomes:
            page.render(outcome)
        (site := jobs[0].out.parent / "site").mkdir()
        publish.build(outcomes, site)


def table(alone: dict[str, float], together: dict[str, float], count: int) -> None:
    print(f"processor seconds        capex alone   each of {count}   in the cells' time")
    for part in PARTS:
        each = together.get(part, 0.0) / count
        print(f"  {part:<20}  {alone.get(part, 0.0):>11.2f}  {each:>10.3f}  {each * count / together['cells']:>15.2f}")
    whole, cells = sum(together.values()), together["cells"]
    print(f"  {'all':<20}  {sum(alone.values()):>11.2f}  {whole / count:>10.3f}  {whole / cells:>15.2f}")
    beyond = whole / cells - 1
    print(f"  beyond the cells' own time: {beyond:.2f} of it, {beyond / REST:.2f} × target of {REST:g}")
    print(f"  once for all runs ({', '.join(ONCE)}): {sum(together.get(part, 0.0) for part in ONCE):.2f} s")


if __name__ == "__main__":
    main()
