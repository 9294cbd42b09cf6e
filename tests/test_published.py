"""What filings and companies printed, reproduced from `data/` alone; each row names the document and the place."""

import csv
from functools import cache
from pathlib import Path

import pytest

from capcycle import facts
from capcycle.measure import measure
from capcycle.panel import select

with (Path(__file__).parent / "data" / "published.csv").open(encoding="utf-8") as table:
    PRINTED = list(csv.DictReader(table))
SCALE = {"bn": 1e9, "%": 0.01}


@cache
def panel(company, span, calendar):
    return select(facts.open([company]), span, calendar)


def names(text):
    """`value=capex` as keywords; what is a number becomes one."""
    pairs = dict(pair.split("=") for pair in text.split()) if text else {}
    return {name: float(given) if given[0].isdigit() else given for name, given in pairs.items()}


@pytest.mark.parametrize("row", PRINTED, ids=lambda row: f"{row['company']}-{row['measure']}-{row['period']}")
def test_a_printed_figure_is_reproduced(row):
    grid = panel(row["company"], row["span"], row["calendar"])
    ours = measure(row["measure"], grid, **names(row["names"])).at(row["period"])["value"].item()
    printed, tolerance = float(row["printed"]), float(row["tolerance"])
    assert ours / SCALE[row["unit"]] == pytest.approx(printed, abs=tolerance), f"{row['document']}: {row['place']}"


def test_every_printed_figure_names_its_document():
    assert [row for row in PRINTED if not (row["document"] and row["place"])] == []
