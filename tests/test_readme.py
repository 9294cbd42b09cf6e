"""What the README says of adding: each of its snippets, pasted where it belongs, works."""

import ast
import doctest
import re
import shutil
import sys
import tomllib
from types import ModuleType

import pytest

from capcycle import analyses, exhibits, facts, metrics, paths
from capcycle.facts import registers
from capcycle.measure import measure
from capcycle.metrics import funding
from capcycle.metrics.registry import read_variants
from capcycle.models.registry import ALL as MODELS
from capcycle.panel import select

README = (paths.ROOT / "README.md").read_text("utf-8")
BLOCK = re.compile(r"```(\w+)(?: (\S+))?\n(.*?)```", re.DOTALL)


def snippets(heading: str) -> list[tuple[str, str, str]]:
    """The blocks under a heading: language, the file that it is for, text."""
    text = README.split(f"\n### {heading}\n")[1]
    return BLOCK.findall(re.split(r"\n##", text)[0])


def run(code: str, names: dict) -> list:
    """What the lines of a cell show."""
    lines = [ast.unparse(line) for line in ast.parse(code).body]
    shown = [line for line in lines if line.startswith("exhibits.")]
    exec("\n".join(line for line in lines if line not in shown), names)
    return [eval(line, names) for line in shown]


def holds(function, names: dict) -> bool:
    """Whether the example in a docstring gives what it says."""
    test = doctest.DocTestParser().get_doctest(function.__doc__, names, function.__name__, "README.md", 0)
    return bool(test.examples) and doctest.DocTestRunner().run(test).failed == 0


@pytest.fixture
def registries():
    """The registries of metrics and models, which forget afterwards what a snippet added."""
    before = [(each, dict(each)) for each in (metrics.ALL, MODELS)]
    yield
    for registry, names in before:
        registry.clear()
        registry.update(names)


@pytest.fixture
def paste(tmp_path, monkeypatch):
    """Adds the rows under a heading to a copy of the data."""
    shutil.copytree(paths.DATA, tmp_path / "data")
    monkeypatch.setattr(paths, "DATA", tmp_path / "data")

    def add(heading):
        for _, file, rows in snippets(heading):
            with (tmp_path / file).open("a", encoding="utf-8", newline="") as there:
                there.write(rows)

    return add


def test_a_metric_and_its_variant(registries):
    names = dict(vars(funding))
    (_, _, code), (_, file, row) = snippets("A metric")
    exec(code, names)
    read_variants([(paths.ROOT / file).read_text("utf-8").splitlines()[0], row])
    assert holds(metrics.backlog_cover, names)
    panel = select(facts.open(["GOOGL"], as_of="2025-02-10"), "ttm")
    shown = [exhibits.lines(measure(name, panel)) for name in ("backlog_cover", "backlog_cover_of_the_cloud")]
    assert shown[0].title.startswith("Alphabet's backlog cover was ")
    assert "backlog cover of the cloud = contracted backlog (RPO) / cloud revenue" in shown[1].notes[0]


def test_a_model_and_its_case(registries, monkeypatch):
    [(_, _, model)], [(_, _, case), *tables] = snippets("A model"), snippets("An analysis")
    module = ModuleType("capcycle.analyses.cash_life")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(analyses, "cash_life", module, raising=False)
    exec(model, vars(module))
    assert holds(module.cash_life, vars(module))
    assert len([exhibit.title for exhibit in run(case, {})]) == 4
    names, row = (tomllib.loads(text) for _, _, text in tables)
    assert set(names["name"]) == {"cash_life", *module.cash_life.outputs}
    assert row["cash_life"].keys() == {"notebook", "title", "section", "parameters"}


def test_a_company(paste):
    paste("A company")
    facts.check()
    years = select(facts.open(["TXN"]), "year", "fiscal")
    assert measure("capex_to_revenue", years).at("FY2024")["value"].item() == 4_820 / 15_641


def test_a_table(paste):
    paste("A table")
    registers.check()
    assert facts.open(as_of="2024-08-01").register("employees")["employees"].tolist() == [228_000]
    assert facts.open(as_of="2024-07-01").register("employees").empty
