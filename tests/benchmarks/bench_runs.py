"""Runs of the two real notebooks on capex and on a company, with their pages, beside other ways to make the same.

The others are measured on a few of the runs: what the first two take, and what each further one does, makes the figure
for all. Then nothing to do, one row of one company changed, private memory of a run; and many made runs, of which each
should cost what it costs among few. Seconds are those of the clock, and in brackets of the processors, which a busy
machine changes little. `--readme` puts what was found into README.md.
"""

import argparse
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
import venv
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import nbformat
from bench_site import after_a_change, against, timed
from nbformat.v4 import new_code_cell, new_notebook

from capcycle import paths, workers

AIMS = {"api": 10.0, "command": 20.0}  # times as long as ours
NOTHING, CHANGED, MEMORY = 0.5, 3.0, 60.0  # seconds, seconds, MB
AT_ONCE = 50  # of the made runs
SAMPLE, FIRST = 4, 2  # runs by which another way is measured, half of each notebook
TABLE = re.compile(r"(<!-- bench_runs\.py --readme writes this -->\n).*?(?=<!-- to here -->)", re.S)
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
        pool.close()
        pool.join()
"""
PRIVATE = """
import re
from pathlib import Path
kept = re.findall(r"Private_(?:Clean|Dirty): +([0-9]+)", Path("/proc/self/smaps_rollup").read_text())
with Path("{file}").open("a") as file:
    print(sum(map(int, kept)), file=file)
"""
WAYS = {
    "command": "papermill's command, one after the other",
    "api": "papermill's API, one after the other",
    "two": "papermill's API in two processes",
    "ploomber": "ploomber-engine, one after the other",
}


@dataclass
class Took:
    """What some work took, in seconds."""

    clock: float = 0.0
    processors: float = 0.0

    def __str__(self) -> str:
        return f"{self.clock:.1f} s ({self.processors:.1f})"

    def __add__(self, other: "Took") -> "Took":
        return Took(self.clock + other.clock, self.processors + other.processors)

    def __mul__(self, times: float) -> "Took":
        return Took(self.clock * times, self.processors * times)


@dataclass
class Line:
    """What the first runs took together, and what each further one does."""

    first: Took
    further: Took

    def of(self, count: int) -> Took:
        """What so many would take."""
        return self.first + self.further * (count - FIRST)


def test_runs():
    main(["--runs", "2", "--made", "20"])


def main(arguments: list[str] | None = None) -> None:
    """Measure in folders of its own, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, nargs="+", default=[12, 60], metavar="N", help="how many (12 60)")
    parser.add_argument("--made", type=int, default=500, metavar="N", help="how many made runs, none for 0 (500)")
    parser.add_argument("--readme", action="store_true", help="put what was found into README.md")
    given = parser.parse_args(arguments)
    workers._prctl(workers.ADOPT, 1)  # so that what servers take is counted, where the system knows adoption
    told = [f"{os.cpu_count()} cores, of which others had {os.getloadavg()[0]:.1f} at work when it began"]
    with tempfile.TemporaryDirectory() as folder:
        told += measure(Path(folder).resolve(), sorted(given.runs))
    if given.made:
        with tempfile.TemporaryDirectory() as folder:
            told += made(Path(folder).resolve(), given.made)
    text = "\n".join(told)
    print(text)
    if given.readme:
        file = paths.ROOT / "README.md"
        file.write_text(TABLE.sub(lambda old: f"{old[1]}{text}\n", file.read_text("utf-8")), "utf-8")


def rows(count: int) -> dict[str, dict]:
    """Runs of both notebooks on one published company after the other, then from another year on."""
    published = tomllib.loads((paths.NOTEBOOKS / "runs.toml").read_text("utf-8")).values()
    pages = [row["parameters"] for row in published if row["notebook"] == "company"]
    found = {}
    for number in range(count):
        again, place = divmod(number // 2, len(pages))
        page, since = pages[place], 2020 + again
        capex = {"companies": [page["company"], *page["peers"]], "since": since}
        row = {"notebook": "capex", "parameters": capex}
        if number % 2 == 0:
            row = {"notebook": "company", "parameters": {**page, "since": since}}
        found[f"run-{number}"] = {**row, "title": f"Run {number}", "section": "Runs"}
    return found


def measure(home: Path, counts: list[int]) -> list[str]:
    """The table of ways and counts of runs, and what else there is to say of these runs."""
    prepare(home)
    ours, names = {}, list(rows(counts[-1]))
    for count in counts:
        ours[count] = site(home, rows(count))
        print(f"  capcycle site, {count} runs: {ours[count]}", flush=True)
    kept = [int(line) / 1000 for line in (home / "memory").read_text().splitlines()]
    against("private memory of a run, the median", median(kept), MEMORY, "MB")
    again = timed(home, "capcycle", "site", "--out", "site")
    runs = rows(counts[-1])
    named = Counter(each for row in runs.values() for each in row["parameters"].get("companies", ()))
    company = min(named, key=named.get)  # of whom the fewest pages are
    changed, seconds = after_a_change(home, runs, company)
    few = [*names[:FIRST], *names[len(names) // 2 // 2 * 2 :]][:SAMPLE]
    lines = dict(others(home, {name: runs[name] for name in few}))
    return [
        *table(ours, lines),
        "",
        f"- {changed} pages, after a row of {company} changed: {seconds:.1f} s, {seconds / CHANGED:.2f} × the aim of "
        f"{CHANGED:g}; nothing to do for {counts[-1]} pages: {again:.2f} s",
        f"- private memory of a further run: {median(kept):.0f} MB, at most {max(kept):.0f}; the aim is {MEMORY:g}",
    ]


def prepare(home: Path) -> None:
    """Data and the two notebooks, which say at their end how much memory of their own they have."""
    shutil.copytree(paths.DATA, home / "data")
    (home / "notebooks").mkdir()
    for name in ("capex", "company"):
        notebook = nbformat.read(paths.NOTEBOOKS / f"{name}.ipynb", 4)
        notebook.cells.append(new_code_cell(PRIVATE.format(file=home / "memory").strip()))
        nbformat.write(notebook, home / "notebooks" / f"{name}.ipynb")


def site(home: Path, runs: dict[str, dict], *options: str) -> Took:
    """What `capcycle site` takes from nothing."""
    import tomli_w

    (home / "notebooks" / "runs.toml").write_text(tomli_w.dumps(runs), "utf-8")
    for made in (".capcycle", "site"):
        shutil.rmtree(home / made, ignore_errors=True)
    (home / "memory").unlink(missing_ok=True)
    with clock() as took:
        timed(home, "capcycle", "site", *(options or ("--jobs", "2")), "--out", "site")
    return took


def table(ours: dict[int, Took], lines: dict[str, Line]) -> list[str]:
    """Each way beside ours, with the pages that nbconvert makes, for so many runs."""
    of = lambda way, count: lines[way].of(count) + lines["page"].of(count)  # noqa: E731
    heads = "".join(f" {count} runs: seconds | times as long |" for count in ours)
    shown = ["", f"| runs of `capex` and `company`, with pages |{heads}", f"|---|{'---|' * 2 * len(ours)}"]
    shown += [f"| `capcycle site` |{''.join(f' {took} | |' for took in ours.values())}"]
    for way, said in WAYS.items():
        if way in lines:
            cells = (f" {of(way, n)} | {times(of(way, n), took, AIMS.get(way))} |" for n, took in ours.items())
            shown.append(f"| {said}, then nbconvert |{''.join(cells)}")
    pages = "".join(f" {lines['page'].of(n)} | |" for n in ours)
    return [*shown, f"| nbconvert alone, all pages by one command |{pages}"]


def times(theirs: Took, ours: Took, aim: float | None) -> str:
    by = f"{theirs.clock / ours.clock:.1f} ({theirs.processors / ours.processors:.1f})"
    return f"{by}, aim {aim:g}" if aim else by


def others(home: Path, runs: dict[str, dict]) -> Iterator[tuple[str, Line]]:
    """What each other way takes to execute the runs, and nbconvert for their pages."""
    for way, said in WAYS.items():
        python = Path(sys.executable) if way != "ploomber" else ploomber(home)
        if python is None:
            print(f"  {said}: it does not install here")
            continue
        few, all_of_them = (executed(home, way, dict(list(runs.items())[:n]), python) for n in (FIRST, len(runs)))
        yield way, line(said, few, all_of_them, len(runs))
    took = []
    for count in (FIRST, len(runs)):
        with clock() as pages:
            timed(home, "jupyter", "nbconvert", "--to", "html", *sorted((home / "command").glob("*.ipynb"))[:count])
        took.append(pages)
    yield "page", line("nbconvert, in one command", *took, len(runs))
    quarto(home / "command" / f"{next(iter(runs))}.ipynb")


def line(said: str, few: Took, many: Took, count: int) -> Line:
    further = (many + few * -1) * (1 / (count - FIRST)) if count > FIRST else few * (1 / FIRST)
    print(f"  {said}: the first {FIRST} {few}, each further one {further}", flush=True)
    return Line(few, further)


def quarto(notebook: Path) -> None:
    if not (program := shutil.which("quarto")):
        print("  Quarto: not on this machine")
        return
    with clock() as took:
        subprocess.run([program, "render", notebook, "--to", "html", "--no-execute"], check=True, capture_output=True)
    print(f"  Quarto, a page: {took}")


def ploomber(home: Path) -> Path | None:
    """A Python that has ploomber-engine beside what this one has, if it can be installed."""
    venv.create(home / "venv", with_pip=True)
    place = sysconfig.get_path("purelib", vars={"base": str(home / "venv")})
    beside = (
        sysconfig.get_path("purelib"),
        str(paths.ROOT / "lib"),
    )  # which that names in a file that is read of one alone
    (Path(place) / "beside.pth").write_text("\n".join(beside), "utf-8")
    python = home / "venv" / "bin" / "python"
    done = subprocess.run([python, "-m", "pip", "install", "--quiet", "ploomber-engine"], capture_output=True)
    return python if done.returncode == 0 else None


def executed(home: Path, way: str, runs: dict[str, dict], python: Path) -> Took:
    """What a way takes to execute some runs, without a page."""
    (home / way).mkdir(exist_ok=True)
    given = [
        {"source": str(home / "notebooks" / f"{row['notebook']}.ipynb"), "out": str(home / way / f"{name}.ipynb"),
         "parameters": row["parameters"]} for name, row in runs.items()
    ]  # fmt: skip
    (home / "given.json").write_text(json.dumps(given), "utf-8")
    options = f"cwd='notebooks', progress_bar=False{', log_output=False' * (way == 'ploomber')}"
    module = "ploomber_engine" if way == "ploomber" else "papermill"
    (home / f"{way}.py").write_text(TWO if way == "two" else SERIAL.format(module=module, options=options), "utf-8")
    with clock() as took:
        if way != "command":
            timed(home, home / f"{way}.py", "given.json", python=python)
        for each in given if way == "command" else ():
            values = home / "values.yaml"
            values.write_text(json.dumps(each["parameters"]), "utf-8")  # JSON is YAML
            timed(home, "papermill", each["source"], each["out"], "-f", values, "--cwd", "notebooks",
                  "--no-progress-bar")  # fmt: skip
    return took


@contextmanager
def clock() -> Iterator[Took]:
    """What the work within takes; the numbers are there after it."""
    before, start = used(), perf_counter()
    took = Took()
    yield took
    took.clock = perf_counter() - start
    took.processors = used() - before


def used() -> float:
    """Seconds of processors of all children, with servers that outlive their caller and fall to this process."""
    with suppress(ChildProcessError):
        while True:
            os.wait()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def made(home: Path, count: int) -> list[str]:
    """What a run costs among many, beside one among a fifth as many, and the largest process of both."""
    shutil.copytree(paths.DATA, home / "data")
    (home / "notebooks").mkdir()
    cells = [new_code_cell("number: int = 0  # its own", metadata={"tags": ["parameters"]}),
             new_code_cell("import pandas as pd\npd.DataFrame({'number': [number]})")]  # fmt: skip
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = new_notebook(cells=cells, metadata={"kernelspec": spec, "language_info": {"name": "python"}})
    nbformat.write(book, home / "notebooks" / "made.ipynb")
    each, largest, nothing = {}, {}, {}
    for runs in (few := max(count // 5, 2), count):
        made = {f"made-{number}": {"notebook": "made", "title": f"Made {number}", "section": "Made",
                                   "parameters": {"number": number}} for number in range(runs)}  # fmt: skip
        each[runs] = site(home, made).processors / runs
        largest[runs] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        nothing[runs] = min(timed(home, "capcycle", "site", "--out", "site") for _ in range(3))
    with clock() as took:
        timed(home, "capcycle", "site", "--force", "--jobs", str(AT_ONCE), "--out", "site")
    return [
        f"- nothing to do for {few} pages: {nothing[few]:.2f} s, the aim is {NOTHING:g}; for {count} "
        f"{nothing[count]:.2f} s",
        f"- each of {count} made runs with its page: {each[count] / each[few]:.2f} of what one among {few} takes of "
        f"the processors; the largest process {largest[count] / largest[few]:.2f} of that among {few}",
        f"- {count} runs, {AT_ONCE} at a time: none failed, {took}",
    ]


if __name__ == "__main__":
    main()
