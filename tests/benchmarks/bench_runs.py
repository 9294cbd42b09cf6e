"""Many runs of the two real notebooks on capex and on a company, beside other ways to execute and publish them.

Then with nothing to do, and after one row of one company changed; private memory of a run; many made runs, for which
a run should cost what it costs among few. Seconds are those of the clock, and of the processors in brackets.
"""

import argparse
import importlib.util
import json
import os
import resource
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import nbformat
from bench_site import after_a_change, against, timed
from nbformat.v4 import new_code_cell, new_notebook

from capcycle import facts, paths, workers

API, COMMAND, NOTHING, CHANGED, MEMORY = 0.1, 0.05, 0.5, 3.0, 60.0  # targets
SERIAL = """
import json, sys
from {module} import execute_notebook
for given in json.load(open(sys.argv[1])):
    execute_notebook(given["source"], given["out"], parameters=given["parameters"], {options})
"""
TWO = """
import json, sys
from multiprocessing import get_context
from papermill import execute_notebook
def one(given):
    execute_notebook(given["source"], given["out"], given["parameters"], cwd="notebooks", progress_bar=False)
if __name__ == "__main__":
    with get_context("spawn").Pool(2) as pool:
        pool.map(one, json.load(open(sys.argv[1])), chunksize=1)
"""
PRIVATE = """
import re
from pathlib import Path
kept = re.findall(r"Private_(?:Clean|Dirty): +([0-9]+)", Path("/proc/self/smaps_rollup").read_text())
with Path("{file}").open("a") as file:
    print(sum(map(int, kept)), file=file)
"""


@dataclass
class Took:
    """What some work took, in seconds."""

    clock: float = 0.0
    processors: float = 0.0

    def __str__(self) -> str:
        return f"{self.clock:.1f} s ({self.processors:.1f})"


def test_runs():
    main(["--runs", "2", "--made", "20"])


def main(arguments: list[str] | None = None) -> None:
    """Measure in a folder of its own, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=12, metavar="N", help="how many, half of each notebook (12)")
    parser.add_argument("--made", type=int, default=500, metavar="N", help="how many made runs, none for 0 (500)")
    given = parser.parse_args(arguments)
    workers._prctl(workers.ADOPT, 1)  # so that what servers take is counted, where the system knows adoption
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder).resolve(), rows(given.runs))
    if given.made:
        with tempfile.TemporaryDirectory() as folder:
            made(Path(folder).resolve(), given.made)


def rows(count: int) -> dict[str, dict]:
    """Runs of both notebooks on one company after the other."""
    companies = [each for each, row in facts.companies().iterrows() if row["group"] != "added"]
    found = {}
    for number in range(count):
        company = companies[number // 2 % len(companies)]
        capex = {"notebook": "capex", "parameters": {"companies": [company, "NVDA" if company != "NVDA" else "MSFT"]}}
        row = capex if number % 2 else {"notebook": "company", "parameters": {"company": company}}
        found[f"run-{number}"] = {**row, "title": f"Run {number}", "section": "Runs"}
    return found


def measure(home: Path, runs: dict[str, dict]) -> None:
    prepare(home, runs)
    print(f"{len(runs)} runs, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with clock() as ours:
        timed(home, "capcycle", "site", "--jobs", "2", "--out", "site")
    print(f"  capcycle site: {ours}")
    executed = dict(others(home, runs))
    with clock() as pages:
        timed(home, "jupyter", "nbconvert", "--to", "html", *(home / "command").glob("*.ipynb"))
    print(f"  nbconvert, all in one command: {pages}")
    for way, target in (("api", API), ("two", 0.0), ("command", COMMAND), ("ploomber", 0.0)):
        if way in executed:
            ratio(f"of {WAYS[way]} with nbconvert", ours, executed[way], pages, target)
    nothing = min(timed(home, "capcycle", "site", "--out", "site") for _ in range(3))
    against("nothing to do", nothing, NOTHING, "s")
    after_a_change(home, runs)
    kept = [int(line) / 1000 for line in (home / "memory").read_text().splitlines()][: len(runs)]
    against("private memory of a run", sorted(kept)[len(kept) // 2], MEMORY, "MB")


def ratio(what: str, ours: Took, theirs: Took, pages: Took, target: float) -> None:
    clocks = ours.clock / (theirs.clock + pages.clock)
    processors = ours.processors / (theirs.processors + pages.processors)
    aim = f", {clocks / target:.2f} × target of {target:g}" if target else ""
    print(f"  {clocks:.3f} {what}{aim} (of processors {processors:.3f})", flush=True)


def prepare(home: Path, runs: dict[str, dict]) -> None:
    """Data and the two notebooks, which say at their end how much memory of their own they have."""
    import tomli_w

    shutil.copytree(paths.DATA, home / "data")
    (home / "notebooks").mkdir()
    for name in {row["notebook"] for row in runs.values()}:
        notebook = nbformat.read(paths.NOTEBOOKS / f"{name}.ipynb", 4)
        notebook.cells.append(new_code_cell(PRIVATE.format(file=home / "memory").strip()))
        nbformat.write(notebook, home / "notebooks" / f"{name}.ipynb")
    (home / "notebooks" / "runs.toml").write_text(tomli_w.dumps(runs), "utf-8")


WAYS = {
    "command": "papermill's command, one after the other",
    "api": "papermill's API, one after the other",
    "two": "papermill's API in two processes",
    "ploomber": "ploomber-engine, one after the other",
}


def others(home: Path, runs: dict[str, dict]) -> Iterator[tuple[str, Took]]:
    """What each other way takes to execute all of them, without a page."""
    for way, said in WAYS.items():
        if way == "ploomber" and not importlib.util.find_spec("ploomber_engine"):
            print(f"  {said}: not installed here")
            continue
        (home / way).mkdir()
        with clock() as took:
            execute(home, way, runs)
        print(f"  {said}: {took}", flush=True)
        yield way, took


def execute(home: Path, way: str, runs: dict[str, dict]) -> None:
    given = [
        {"source": str(home / "notebooks" / f"{row['notebook']}.ipynb"), "out": str(home / way / f"{name}.ipynb"),
         "parameters": row["parameters"]} for name, row in runs.items()
    ]  # fmt: skip
    (home / "given.json").write_text(json.dumps(given), "utf-8")
    if way == "command":
        for each in given:
            values = home / "values.yaml"
            values.write_text(json.dumps(each["parameters"]), "utf-8")  # JSON is YAML
            timed(home, "papermill", each["source"], each["out"], "-f", values, "--cwd", "notebooks",
                  "--no-progress-bar")  # fmt: skip
        return
    options = "cwd='notebooks', progress_bar=False" if way == "api" else "cwd='notebooks', log_output=False"
    module = "papermill" if way == "api" else "ploomber_engine"
    (home / f"{way}.py").write_text(TWO if way == "two" else SERIAL.format(module=module, options=options), "utf-8")
    timed(home, home / f"{way}.py", "given.json")


@contextmanager
def clock() -> Iterator[Took]:
    """What the work within takes; the numbers are there after it."""
    before, start = used(), perf_counter()
    took = Took()
    yield took
    took.clock = perf_counter() - start
    with suppress(ChildProcessError):  # of servers that outlive their caller, which fall to this process
        while True:
            os.wait()
    took.processors = used() - before


def used() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def made(home: Path, count: int) -> None:
    """What a run costs among many, beside one among a tenth as many, and the largest process of both."""
    import tomli_w

    for folder in ("data", "notebooks"):
        (home / folder).mkdir()
    shutil.copytree(paths.DATA, home / "data", dirs_exist_ok=True)
    cells = [new_code_cell("number: int = 0  # its own", metadata={"tags": ["parameters"]}),
             new_code_cell("import pandas as pd\npd.DataFrame({'number': [number]})")]  # fmt: skip
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = new_notebook(cells=cells, metadata={"kernelspec": spec, "language_info": {"name": "python"}})
    nbformat.write(book, home / "notebooks" / "made.ipynb")
    each, largest = {}, {}
    for runs in (max(count // 10, 2), count):
        rows = {f"made-{number}": {"notebook": "made", "title": f"Made {number}", "section": "Made",
                                   "parameters": {"number": number}} for number in range(runs)}  # fmt: skip
        (home / "notebooks" / "runs.toml").write_text(tomli_w.dumps(rows), "utf-8")
        shutil.rmtree(home / ".capcycle", ignore_errors=True)
        with clock() as took:
            timed(home, "capcycle", "site", "--jobs", "2", "--out", f"site-{runs}")
        each[runs], largest[runs] = took.processors / runs, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    few, many = each
    print(
        f"  {many} made runs with their pages: none failed; {each[many] / each[few]:.2f} of what one costs among {few}"
    )
    print(f"  largest process: {largest[many] / largest[few]:.2f} of that among {few}")
    nothing = min(timed(home, "capcycle", "site", "--out", f"site-{many}") for _ in range(3))
    against(f"nothing to do for {many} pages", nothing, NOTHING, "s")


if __name__ == "__main__":
    main()
