"""Every question that the workbook set out with: its analysis, notebook, pages and the tests that reproduce figures."""

import importlib
from functools import cache

import pytest

from capcycle import paths
from capcycle.facts import tables
from capcycle.run import read_runs

SYSTEMS = tables.read("systems.csv").to_dict("records")
each = pytest.mark.parametrize("row", SYSTEMS, ids=lambda row: row["system"])


def test_all_56_systems_stand_here_once():
    numbers = [row["system"] for row in SYSTEMS]
    assert numbers == [f"S{number:02}" for number in range(1, 57)]


@each
def test_its_analysis_can_be_imported(row):
    assert importlib.import_module(f"capcycle.{row['analysis']}").__doc__


@each
def test_its_pages_are_runs_of_its_notebook_and_its_notebook_uses_the_analysis(row):
    runs = read_runs()
    assert [runs[name].notebook for name in row["runs"].split()] == [row["notebook"]] * len(row["runs"].split())
    *_, room = row["analysis"].split(".")[:2]
    assert row["runs"] and room in (paths.NOTEBOOKS / f"{row['notebook']}.ipynb").read_text("utf-8")


@each
def test_what_shows_it_is_a_test(row):
    assert row["reproduces"]
    for node in row["reproduces"].split():
        file, _, name = node.partition("::")
        assert f"\ndef {name}(" in text(file), node


@cache
def text(file: str) -> str:
    return (paths.ROOT / file).read_text("utf-8")
