"""The explorer's processor time in the kernel: from the first import to its first chart, and from a change to the next.

A waiting machine adds nothing to processor time, so the figures are those of an idle one. The browser comes on top.
"""

import subprocess
import sys
from statistics import median
from time import process_time

FIRST, REDRAW = 3.0, 0.3  # seconds at most
RUNS = 3
COMPANIES, METRIC = ["MSFT", "AMZN", "GOOGL", "META"], "capex_to_revenue"
CHANGES = [("metric", "capex"), ("companies", ("NVDA", "ORCL")), ("scale", "index"), ("span", "quarter"),
           ("view", "bars"), ("metric", "fcf_margin"), ("view", "lines")]  # fmt: skip
PROGRAM = (
    "from time import process_time; from capcycle.widgets import Explorer;"
    f" Explorer({COMPANIES}, {METRIC!r}, since=2019); print(process_time())"
)


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


if __name__ == "__main__":
    begun, taken = first(), redraws()
    print(f"first chart {begun:.2f} s (at most {FIRST})")
    print(*(f"{each:.3f} s  {change}" for change, each in taken.items()), sep="\n")
    print(f"median redraw {median(taken.values()):.3f} s (at most {REDRAW})")
    sys.exit(begun > FIRST or median(taken.values()) > REDRAW)
