"""The site from nothing, beside papermill and nbconvert; then with nothing to do; then after one fact changed.

Then the pages: their size beside the shared bundle, and how long Chromium takes to draw them.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from time import perf_counter

import yaml

from capcycle import paths

sys.path.insert(0, str(Path(__file__).parents[1]))
from browser import CHROMIUM_FLAGS, DESKTOP, chromium, until_drawn

PROGRAMS = Path(sys.executable).parent
CHANGED = "ORCL"
SITE_RATIO, NOTHING_SECONDS, PAGE_KB, DRAWN_SECONDS, HELP_SECONDS = 0.15, 0.5, 300, 1.5, 0.4


def test_site():
    main([])


def main(arguments: list[str] | None = None) -> None:
    """Measure in a copy of the project's data and notebooks, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, metavar="N", help="only the first N runs of runs.toml")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        measure(home, copied(home, parser.parse_args(arguments).runs))


def copied(home: Path, count: int | None) -> dict[str, dict]:
    """Data and notebooks of their own, with the first `count` rows of runs.toml."""
    import tomli_w

    shutil.copytree(paths.DATA, home / "data")
    shutil.copytree(paths.NOTEBOOKS, home / "notebooks")
    runs = tomllib.loads((paths.NOTEBOOKS / "runs.toml").read_text("utf-8"))
    runs = dict(list(runs.items())[:count])
    (home / "notebooks" / "runs.toml").write_text(tomli_w.dumps(runs), "utf-8")
    return runs


def measure(home: Path, runs: dict[str, dict]) -> None:
    print(f"{len(runs)} runs, {os.cpu_count()} cores")
    ours = timed(home, "capcycle", "site", "--jobs", "2", "--out", "site")
    theirs = sum(one_after_the_other(home, name, row) for name, row in runs.items())
    ratio = ours / theirs
    against(f"from nothing: {ours:.1f} s; papermill and nbconvert {theirs:.1f} s", ratio, SITE_RATIO, "of their time")
    nothing = min(timed(home, "capcycle", "site", "--out", "site") for _ in range(3))
    against("nothing to do", nothing, NOTHING_SECONDS, "s")
    after_a_change(home, runs)
    helped = min(timed(home, "capcycle", "--help") for _ in range(5))
    against("capcycle --help", helped, HELP_SECONDS, "s")
    pages = sorted((home / "site").glob("*.html"))
    largest = max(pages, key=lambda page: page.stat().st_size)
    against(f"largest page: {largest.name}", largest.stat().st_size / 1000, PAGE_KB, "kB")
    drawn(pages)


def against(what: str, got: float, target: float, unit: str) -> None:
    print(f"  {what}: {got:.2f} {unit}, {got / target:.2f} × target of {target:g}", flush=True)


def timed(home: Path, *command: str | Path, python: str | Path = sys.executable) -> float:
    """Wall time of a command in `home`; what it says is shown only if it fails."""
    start = perf_counter()
    program = [python, PROGRAMS / command[0], *command[1:]]
    environment = {**os.environ, "CAPCYCLE_HOME": str(home), "PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(program, cwd=home, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{command}: {done.stdout}{done.stderr}")
    return perf_counter() - start


def one_after_the_other(home: Path, name: str, row: dict) -> float:
    """The run as papermill's own command does it, then the page as nbconvert does it."""
    executed, given = home / "plain" / f"{name}.ipynb", home / f"{name}.yaml"
    executed.parent.mkdir(exist_ok=True)
    given.write_text(yaml.safe_dump(row.get("parameters", {})), "utf-8")
    source = home / "notebooks" / f"{row['notebook']}.ipynb"
    return timed(home, "papermill", source, executed, "-f", given, "--no-progress-bar") + timed(
        home, "jupyter", "nbconvert", "--to", "html", executed
    )


def after_a_change(home: Path, runs: dict[str, dict], company: str = CHANGED) -> tuple[int, float]:
    """A note is added to one company's last fact; the runs that read it, and no others, should be executed.

    How many were comes back, and the seconds.
    """
    facts = home / "data" / "facts" / f"{company}.csv"
    text = facts.read_text("utf-8").rstrip("\n")
    facts.write_text(f"{text}{'' if text.endswith(',') else ' '}looked at again\n", "utf-8")
    before = {name: executed_at(home, name) for name in runs}
    seconds = timed(home, "capcycle", "site", "--jobs", "2", "--out", "site")
    again = {name for name in runs if executed_at(home, name) != before[name]}
    reads = {name for name, row in runs.items() if company in asked(row)}
    named = f"exactly those that name {company}" if again == reads else f"those that name it are {sorted(reads)}"
    print(
        f"  after a change to {company}: {len(again)} of {len(runs)} runs in {seconds:.1f} s, {sorted(again)}; {named}"
    )
    return len(again), seconds


def asked(row: dict) -> str:
    """The parameters of a run as text; where it gives none, the notebook with those it starts from."""
    given = row.get("parameters")
    return str(given) if given else (paths.NOTEBOOKS / f"{row['notebook']}.ipynb").read_text("utf-8")


def executed_at(home: Path, name: str) -> int:
    return (home / ".capcycle" / "runs" / name / "notebook.ipynb").stat().st_mtime_ns


def drawn(pages: list[Path]) -> None:
    """From opening a page, with the network cut, to its last chart; the browser itself is already running."""
    if not chromium():
        print("  no Chromium here: not drawn")
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        seconds = {page.name: min(opened(browser, page) for _ in range(3)) for page in pages}
        browser.close()
    slowest = max(seconds, key=seconds.get)
    against(f"slowest page to be drawn, {slowest}", seconds[slowest], DRAWN_SECONDS, "s")


def opened(browser, file: Path) -> float:
    context = browser.new_context(viewport=DESKTOP)
    context.set_offline(True)
    page = context.new_page()
    start = perf_counter()
    page.goto(file.as_uri())
    if page.locator("#datasets").count():
        until_drawn(page)
    seconds = perf_counter() - start
    context.close()
    return seconds


if __name__ == "__main__":
    main()
