"""Real runs on a Dask cluster of 1, 2 and 4 workers on this machine; then, on paper, 10,000 runs on 100 cores.

A worker is a process with one thread. What a run costs is the time of processors, which a busy machine leaves as it is;
what the command spends on it itself, one run after the other, is what no further worker can take away.
"""

import argparse
import os
import tempfile
from logging import CRITICAL
from multiprocessing import forkserver
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import perf_counter, thread_time
from typing import NamedTuple

from distributed import LocalCluster

from capcycle import paths, run
from capcycle.progress import Quiet
from capcycle.rows import Run

WORKERS, RUNS, CORES = (1, 2, 4), 10_000, 100
TASKS = 1_000
FEW = 2  # runs that are set against all of them, so that what is done once counts once
SMALL = {"capex": "companies", "company": "company"}  # notebooks, each with the parameter that names companies
COMPANIES = ["MSFT", "AMZN", "GOOGL", "META", "ORCL", "NVDA"]


def test_cluster():
    main([])


def main(arguments: list[str] | None = None) -> None:
    """Measure with a ledger of its own, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=12, metavar="N", help="runs for each size of cluster")
    count = parser.parse_args(arguments).runs
    with tempfile.TemporaryDirectory() as folder:
        paths.CACHE = Path(folder)
        measure([asked(number) for number in range(count)])


def asked(number: int) -> Run:
    """A run of one of the notebooks for one of the companies."""
    notebook = list(SMALL)[number % len(SMALL)]
    company = COMPANIES[number // len(SMALL) % len(COMPANIES)]
    given = {SMALL[notebook]: company if notebook == "company" else [company]}
    return Run(f"{notebook}-{number}", notebook, given, f"{notebook} {number}", "Benchmark")


class First(Quiet):
    """When the first run came back."""

    at = 0.0

    def ended(self, outcome):
        assert not outcome.error, outcome.error
        First.at = First.at or perf_counter()


class Took(NamedTuple):
    """Seconds: until all runs were back, until the first was, of the workers' processors, and of the command itself."""

    whole: float
    first: float
    there: float
    here: float


def measure(runs: list[Run]) -> None:
    busy = f"{os.cpu_count()} cores that have {os.getloadavg()[0]:.0f} at work already"
    print(f"{len(runs)} runs of {' and '.join(SMALL)}, {busy}")
    alone, few, most = timed(runs, 0), timed(runs[:FEW], 1), None
    print("  workers   all runs   of the time without a cluster   processor a run   of it beside no cluster")
    for count in WORKERS:
        took = timed(runs, count)
        most = most or took
        each = f"{took.there / len(runs):11.2f} s {took.there / (alone.there):18.2f}"
        print(f"  {count:7} {took.whole:8.1f} s {took.whole / alone.whole:22.2f} {each}", flush=True)
    further = len(runs) - FEW
    on_paper(few.first, (most.there - few.there) / further, (most.here - few.here) / further + passed_on())


def timed(runs: list[Run], workers: int) -> Took:
    """Execute the runs on so many workers, without any on all cores of this machine."""
    First.at, there, here = 0.0, spent(), thread_time()
    if workers:
        with local(workers) as cluster:
            began = perf_counter()
            run.execute_all(runs, force=True, progress=First, scheduler=cluster.scheduler_address)
            ended = perf_counter()
    else:
        began = perf_counter()
        run.execute_all(runs, force=True, progress=First)
        ended = perf_counter()
        forkserver._forkserver._stop()  # so that its time counts
    return Took(ended - began, First.at - began, spent() - there, thread_time() - here)


def local(workers: int) -> LocalCluster:
    return LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=CRITICAL)


def spent() -> float:
    """Seconds of processors so far, of all that this process started and that have ended."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def passed_on() -> float:
    """Seconds that the scheduler needs to pass on a task in which nothing is done."""
    with local(1) as cluster, cluster.get_client() as client:
        began = perf_counter()
        client.gather(client.map(int, range(TASKS)))
        return (perf_counter() - began) / TASKS


def on_paper(start: float, cost: float, own: float) -> None:
    """What many runs would take on many cores, by what a further one costs a core, and the command and scheduler."""
    cores, command = start + RUNS * cost / CORES, RUNS * own
    share, hours = min(cores, command) / max(cores, command), (CORES * start + RUNS * (cost + own)) / 3600
    slowest = "the command, which hands out and takes back each run itself" if command > cores else "the cores"
    print(f"  {RUNS:,} runs on {CORES} cores, on paper, by what a further run costs one worker and the command:")
    print(f"    the cores      {start:.0f} s to start + {RUNS:,} × {cost:.2f} s / {CORES} = {cores / 60:.1f} min")
    print(f"    the command    {RUNS:,} × {own * 1000:.0f} ms = {command / 60:.1f} min, one after the other")
    print(f"    together       {hours:.1f} core hours")
    print(f"    the bottleneck {slowest}; the other needs {share:.0%} of that time")


if __name__ == "__main__":
    main()
