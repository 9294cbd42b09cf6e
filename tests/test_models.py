"""What holds for every model: its words, its plain arithmetic, and that a chart can compute it."""

import ast
import inspect
import json
import math
from pathlib import Path

import altair as alt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import analyses, models, words
from capcycle.models import maths

each_model = pytest.mark.parametrize("model", analyses.models().values(), ids=list(analyses.models()))
SECTIONS = ["Formula:", "Units:", "Source:", ">>>"]
LIB = Path(models.__file__).parents[1]
JUDGING = [path for room in ("models", "study") for path in sorted((LIB / room).glob("*.py")) if path.stem != "bounds"]
PLAIN = {-1, 0, 1, 2}  # the numbers of arithmetic itself
NAMED = {  # module constants that hold a number
    *["PFLOPS_PER_EFLOPS", "HOURS_PER_YEAR", "DAYS_PER_YEAR", "MONTHS", "KW_PER_MW", "BLOCKS_PER_YEAR"],  # units
    *["YEAR", "PFLOPS", "YEAR_BEFORE", "QUARTER", "QUARTERS", "BASIS_POINTS"],
    *["LONG", "HUGE", "LARGE_LOSS"],  # what a spreadsheet can hold
    *["HORIZON", "FIRST_YEAR", "LAST_YEAR", "GENERATIONS", "LAST", "AHEAD", "MINING_YEARS", "SINCE"],  # years counted
    *["TRIED", "STEPS", "CLOSE", "AT_ONCE", "LEAST", "DRAWS", "SEED", "EXACT"],  # how closely something is looked for
    *[
        "RANGES",
        "DECLARED",
        "CHOSEN",
        "LAGS",
        "SHARES",
        "STALE",
        "STALE_POWER",
        "TRIPLE_NET",
    ],  # what is refused, left out or marked
    *["GPUS", "DELIVERED", "LET"],  # what a reader starts from and no source gives: told so wherever shown
}
BARE = {  # numbers inside functions: of a method, of its accuracy, or how many a reader must give
    "case": {3}, "compute": {4, 16}, "cycle": {0.95, 5, 1e-15}, "finance": {1e-7, 10},
    "gpu_hour": {0.5, 3, 12}, "leasing": {3}, "power": {3}, "power_prices": {0.975},
    "solve": {1e-12},
}  # fmt: skip
SIZES = {10, 21, 1000, 2019, 4000}  # in notebooks: a tenth, steps of a map, MW of a gigawatt, a first year, draws


@each_model
def test_a_model_gives_formula_units_source_and_example(model):
    assert [section for section in SECTIONS if section not in model.__doc__] == []


@each_model
def test_everything_a_model_takes_and_gives_has_a_name(model):
    things = [model.__name__, *model.parameters, *model.outputs]
    assert [thing for thing in things if f"name.{thing}" not in words.catalogue()] == []


@each_model
def test_a_model_takes_no_judgement_of_its_own(model):
    defaults = {name: each.default for name, each in inspect.signature(model).parameters.items()}
    assert set(defaults.values()) == {inspect.Parameter.empty}, "defaults belong into data/assumptions.csv"


def numbers(tree):
    """Every number written in a piece of code but for those of arithmetic itself, with its line."""
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    found = {(node.value, node.lineno) for node in constants if type(node.value) in (int, float)}
    return {(value, line) for value, line in found if value not in PLAIN}


def names(statement):
    """The names that a statement at the top of a module gives."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", statement)]
    return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}


@pytest.mark.parametrize("path", JUDGING, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_judgement_is_written_into_a_module(path):
    allowed = {(value, line) for value, line in numbers(ast.parse(path.read_text("utf-8")))
               if value in BARE.get(path.stem, ())}  # fmt: skip
    for statement in ast.parse(path.read_text("utf-8")).body:
        constant = isinstance(statement, ast.Assign | ast.AnnAssign) and names(statement) <= NAMED
        found = set() if constant else numbers(statement) - allowed
        assert not found, f"{path.name}: numbers and their lines {found} belong into data/assumptions.csv"


@pytest.mark.parametrize("path", sorted(LIB.parents[1].glob("notebooks/*.ipynb")), ids=lambda path: path.stem)
def test_no_judgement_is_written_into_a_cell(path):
    cells = [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    steps = ["".join(cell["source"]) for cell in cells if "parameters" not in cell["metadata"].get("tags", [])]
    found = {value for step in steps for value, _ in numbers(ast.parse(step))} - SIZES
    assert not found, f"{found}: make each a parameter, or a row of data/assumptions.csv"


@each_model
def test_the_verdict_is_an_output(model):
    assert model.verdict in set(model.outputs) - model.by_year and model.better in ("higher", "lower")


def test_choices_work_on_arrays_numbers_and_parameters_alike():
    life = alt.param(name="life", value=5)
    assert maths.where(np.array([1, 5]) > 3, 1, 2).tolist() == [2, 1]
    assert str(maths.minimum(life, 3)) == "min(life,3)" and str(maths.where(life > 3, 1, 2)) == "if((life > 3),1,2)"


@given(st.floats(0, 40), st.floats(0.1, 30))
def test_an_asset_is_in_service_for_its_life(beyond, life):
    years = math.ceil(life + beyond)
    assert math.isclose(sum(maths.in_service(age, life) for age in range(years)), life, rel_tol=1e-12)


@given(st.floats(0.001, 0.5), st.integers(1, 40))
def test_an_annuity_is_worth_its_payments(rate, years):
    assert math.isclose(maths.annuity(rate, years), maths.present_value(rate, [0, *[1] * years]), rel_tol=1e-9)


def test_nothing_is_had_per_unit_of_nothing():
    assert np.isnan(maths.per(1.0, 0.0)) and np.isnan(maths.per(1.0, np.nan))
