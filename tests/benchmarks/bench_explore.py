"""The explorer's processor time: from "Run all" to its first chart, and from a change to the next.

In the kernel alone, then in a real JupyterLab with what the browser's page takes on top. A waiting machine adds nothing
to processor time; one that shares its caches makes it longer, so the figures are at most those of an idle one.
"""

import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

sys.path.insert(0, str(Path(__file__).parents[1]))

FIRST, REDRAW = 3.0, 0.3  # seconds at most
RUNS = 3
COMPANIES, METRIC = ["MSFT", "AMZN", "GOOGL", "META"], "capex_to_revenue"
CHANGES = [("metric", "capex"), ("companies", ("NVDA", "ORCL")), ("scale", "index"), ("span", "quarter"),
           ("view", "bars"), ("metric", "fcf_margin"), ("view", "lines")]  # fmt: skip
PROGRAM = f"""
import asyncio
from time import process_time

async def run():  # in a loop, as a kernel has one: what need not be there for the first chart comes after it
    from capcycle.widgets import Explorer
    Explorer({COMPANIES}, {METRIC!r}, since=2019)
    print(process_time())

asyncio.run(run())
"""


def first() -> float:
    """Seconds of a fresh process until the first chart is there."""
    told = [subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True) for _ in range(RUNS)]
    return median(float(each.stdout) for each in told)


def redraws() -> dict[str, float]:
    """Seconds that each change takes."""
    from capcycle.widgets import Explorer

    explorer, taken = Explorer(COMPANIES, METRIC, since=2019), {}
    for name, value in CHANGES:
        begun = process_time()
        explorer.controls[name].value = value
        taken[f"{name} = {value}"] = process_time() - begun
        assert explorer.exhibit, explorer.picture.outputs
    return taken


def page() -> dict[str, float]:
    """Seconds of the browser's main thread for the first chart and for each of some changes in JupyterLab."""
    import test_explore as explore
    from browser import CHROMIUM_FLAGS, chromium
    from playwright.sync_api import sync_playwright

    from capcycle import words

    drawn, taken = ".vega-embed svg.marks", {}
    with TemporaryDirectory() as home, explore.running(Path(home)) as lab, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        opened = explore.opened(browser, lab, "explore")
        client = opened.context.new_cdp_session(opened)
        client.send("Performance.enable", {"timeDomain": "threadTicks"})

        def busy() -> float:
            told = client.send("Performance.getMetrics")["metrics"]
            return next(each["value"] for each in told if each["name"] == "TaskDuration")

        begun = busy()
        explore.drawing(opened).wait_for(timeout=explore.START)
        taken["first chart"] = busy() - begun
        for label, option in (
            ("Measure", words.name("fcf_margin")),
            ("Period", "Quarter"),
            ("Show", "Bars"),
            ("Show", "Lines"),
        ):
            explore.calm(opened)
            before, begun = explore.text(opened, drawn), busy()
            opened.get_by_label(label, exact=True).select_option(option)
            explore.changed(opened, drawn, before)
            taken[f"{label} = {option}"] = busy() - begun
        browser.close()
    return taken


if __name__ == "__main__":
    begun, taken = first(), redraws()
    shown = page()
    print(*(f"{each:.3f} s  kernel: {change}" for change, each in taken.items()), sep="\n")
    print(*(f"{each:.3f} s  browser: {change}" for change, each in shown.items()), sep="\n")
    start, redraw = begun + shown.pop("first chart"), median(taken.values()) + median(shown.values())
    print(f"first chart {start:.2f} s, {begun:.2f} of them in the kernel (at most {FIRST})")
    print(f"median redraw {redraw:.3f} s, {median(taken.values()):.3f} of them in the kernel (at most {REDRAW})")
    sys.exit(start > FIRST or redraw > REDRAW)
