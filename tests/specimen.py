"""Every mark of the theme on one page, from made figures: what a change of the theme or of a mark is looked at on.

`python tests/specimen.py FOLDER` leaves the page there. It is no run of the site: its figures are nobody's.
"""

import sys
from pathlib import Path

import pandas as pd
import pytest
from browser import code, outcome, show
from nbformat.v4 import new_markdown_cell
from test_findings import amounts, intensity, margin
from test_sliders import SLIDERS, build_of

from capcycle import exhibits, paths, publish, study
from capcycle.exhibits import Exhibit, marks
from capcycle.exhibits.studies import heat_map, sensitivity, simulation

THREE = {"MSFT": [4.0, 5.0, None, 9.0, 12.0], "META": [2.0, 2.5, 3.0, 5.0, 11.5], "ORCL": [1.0, 1.2, 2.0, 2.5, 3.0]}
SEVEN = {name: [float(place), place + 2.0, place * 1.5] for place, name in
         enumerate(("MSFT", "AMZN", "GOOGL", "META", "ORCL", "NVDA", "AAPL"), 1)}  # fmt: skip
HAPPENED = pd.DataFrame({"day": pd.to_datetime(["2023-05-10", "2023-11-02"]), "label": ["A contract", "Guidance"],
                         "source": ""})  # fmt: skip


def rows(*labels: str, **columns: list) -> pd.DataFrame:
    """Rows of billions, every second an assumption."""
    kinds = ["reported" if place % 2 == 0 else "assumed" for place in range(len(labels))]
    return pd.DataFrame({"label": labels, "unit": "USD", "kind": kinds, "source": "", **columns})


def framed(mark: str) -> marks.Frame:
    return marks.Frame(mark, f"This is what {mark} look like", "Made amounts, USD")


def made() -> dict[str, Exhibit]:
    """An exhibit of each mark by its name."""
    five = rows("Own", "Let", "Sold", "Lent", "Kept", value=[8e9, 5e9, -2e9, 6e9, 4e9])
    pairs = pd.concat([five.assign(group="Own"), five.assign(group="Let", value=five["value"] * 2)])
    years = [str(year) for year in range(2023, 2028)]
    stacked = pd.concat([rows(*years, x=years, group=group, value=[first * step * 1e9 for step in range(1, 6)])
                         for group, first in (("Own", 2.0), ("Let", 1.0))])  # fmt: skip
    ends = {"low": [6e9, 5e9, -3e9, 4e9, 3e9], "high": [9e9, 5e9, -1e9, 9e9, 7e9]}
    band = {"inner_low": [7e9, 4e9, -3e9, 5e9, 3e9], "inner_high": [9e9, 6e9, -1e9, 7e9, 5e9], "x": years}
    ring = rows("A to B", "B to C", "C to A", giver=["A", "B", "C"], taker=["B", "C", "A"], group=["Stake"] * 3,
                firm=[True, False, True], value=[5e9, 2e9, 1e9])  # fmt: skip
    case = build_of()
    return {
        "lines": exhibits.lines(amounts(**THREE)),
        "lines of one among others": exhibits.lines(margin(**THREE), focus="META"),
        "small charts": exhibits.lines(intensity(**SEVEN)),
        "stack": exhibits.stack(amounts(**THREE), HAPPENED),
        "bars": exhibits.bars(amounts(MSFT=[5.0], META=[-2.0], ORCL=[3.0])),
        "scatter": exhibits.scatter(amounts(**THREE), margin(**THREE)),
        "columns": marks.columns(five, framed("columns")),
        "stacked": marks.stacked(stacked, framed("stacked")),
        "waterfall": marks.waterfall(five.assign(total=[True, False, False, False, False]), framed("waterfall")),
        "dots": marks.dots(five.assign(**ends), framed("dots")),
        "dots in pairs": marks.dots(pairs, framed("pairs")),
        "bubble": marks.bubble(five.assign(x=[1.0, 3.0, 5.0, 7.0, 9.0], size=five["value"].abs()), framed("bubble"),
                               "Term", "Amount", "years"),
        "paths": marks.paths(stacked, framed("paths")),
        "bands": marks.bands(five.assign(**ends, **band), framed("bands"), ("nine in ten", "one in two")),
        "network": marks.network(ring, framed("network")),
        "heat map": heat_map.heat_map(study.grid(case, "it_life", "target_return", of="revenue_required")),
        "tornado": sensitivity.tornado(study.tornado(case, of="revenue_required")),
        "histogram": simulation.spread(study.simulate(case), "revenue_required"),
        "what if": exhibits.what_if(case, "it_life", SLIDERS, "revenue_required"),
    }  # fmt: skip


def build(folder: Path) -> Path:
    """The page in a folder."""
    cells = [new_markdown_cell("# What does each mark look like?"), code("x: int = 1  # one\n", tags=["parameters"])]
    cells += [code(name, show(exhibit)) for name, exhibit in made().items()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "CACHE", folder / "cache")
        (folder / "site").mkdir(parents=True)
        publish.build([outcome(folder / "runs", "specimen", cells, title="Specimen")], folder / "site")
    return folder / "site" / "specimen.html"


if __name__ == "__main__":
    print(build(Path(sys.argv[1])))
