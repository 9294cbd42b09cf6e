"""What holds for every model: what its docstring says, that it holds no judgement, and that a chart can compute it."""

import ast
import inspect
import json
import math
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import altair as alt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import analyses, models, units, words
from capcycle.models import maths

each_model = pytest.mark.parametrize("model", analyses.models().values(), ids=list(analyses.models()))
SECTIONS = ["Formula:", "Units:", "Source:", ">>>"]
LIB = Path(models.__file__).parents[1]
CASES = sorted((LIB / "analyses").rglob("*.py"))
NOTEBOOKS = sorted(LIB.parents[1].glob("notebooks/*.ipynb"))


def flat(value: object) -> Iterator[float]:
    """The numbers in a value, or in a tuple, list or mapping of them."""
    if isinstance(value, Mapping | tuple | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from flat(each)
    elif type(value) in (int, float):
        yield value


@each_model
def test_a_model_gives_formula_units_source_and_example(model):
    assert [section for section in SECTIONS if section not in model.__doc__] == []


@each_model
def test_a_model_takes_no_judgement_of_its_own(model):
    defaults = {name: each.default for name, each in inspect.signature(model).parameters.items()}
    assert set(defaults.values()) == {inspect.Parameter.empty}, "defaults belong into data/assumptions.csv"


@each_model
def test_the_verdict_is_an_output(model):
    assert model.verdict in set(model.outputs) - model.by_year and model.better in ("higher", "lower")


# ---- a judgement is a row of data/assumptions.csv, never a number in the code

ARITHMETIC = {-1, 0, 1, 2, 3}
UNITS = {number for each in vars(units).values() for number in flat(each)}
COUNT, DAYS = 100, 365  # years and steps are fewer; what happens so often a year is a multiple of the days


def explained(number: float) -> bool:
    """Whether a number under a name of its own is no judgement but a unit, a count or a calendar year."""
    whole = float(number).is_integer()
    return number in UNITS or (whole and (abs(number) <= COUNT or 1900 < number < 2100 or number % DAYS == 0))


def written(code: ast.AST) -> list[float]:
    """The numbers in a piece of code, without exponents, which are the shape of a formula."""
    powers = [node.right for node in ast.walk(code) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)]
    constants = [node for node in ast.walk(code) if isinstance(node, ast.Constant) and node not in powers]
    return [node.value for node in constants if type(node.value) in (int, float)]


def names(function: Callable, code: ast.AST) -> dict[str, object]:
    """What the names in a function stand for, be they of its own module or of another of the library."""
    plain = {node.id: function.__globals__.get(node.id) for node in ast.walk(code) if isinstance(node, ast.Name)}
    modules = {name: each for name, each in plain.items() if getattr(each, "__name__", "").startswith("capcycle.")}
    dotted = [node for node in ast.walk(code) if isinstance(node, ast.Attribute)]
    of_modules = [(modules.get(getattr(node.value, "id", "")), node.attr) for node in dotted]
    return plain | {name: getattr(module, name) for module, name in of_modules if module}


def judgements(function: Callable, seen: set[Callable]) -> Iterator[tuple[str, float]]:
    """Every number that enters a model and that neither arithmetic, a unit nor a count explains, with where it stands.

    What the model calls of the analyses is followed; what it calls of `capcycle.models` serves any model.
    """
    seen.add(function)
    code = ast.parse(textwrap.dedent(inspect.getsource(function)))
    yield from ((function.__name__, number) for number in written(code) if number not in ARITHMETIC | UNITS)
    for name, value in names(function, code).items():
        yield from ((name, number) for number in flat(value) if not explained(number))
        called = inspect.unwrap(value) if inspect.isfunction(value) else function
        if called.__module__.startswith(analyses.__name__) and called not in seen:
            yield from judgements(called, seen)


@each_model
def test_no_judgement_enters_a_model_but_through_its_inputs(model):
    assert list(judgements(model.unguarded, set())) == [], "make each an input, with a row of data/assumptions.csv"


TAX, HORIZON, SHARES = 0.21, 20, {"chips": 0.6}


def half_guessed(revenue):
    return [_margin(revenue) * (1 - TAX) * SHARES["chips"] * 0.25 / 2**year for year in range(HORIZON)]


def _margin(revenue):
    return revenue * 5


def test_a_judgement_is_seen_in_the_body_under_a_name_and_in_what_is_called(monkeypatch):
    monkeypatch.setattr(analyses, "__name__", __name__)  # as if this were an analysis
    found = set(judgements(half_guessed, set()))
    assert found == {("half_guessed", 0.25), ("TAX", 0.21), ("SHARES", 0.6), ("_margin", 5)}


def by_hand(code: ast.AST) -> list[tuple[str, float]]:
    """The numbers that a piece of code gives to inputs of models, without those of arithmetic and of units."""
    inputs = {name for model in analyses.models().values() for name in model.parameters}
    keywords = [node for node in ast.walk(code) if isinstance(node, ast.keyword) and node.arg in inputs]
    plain = [each for each in keywords if isinstance(each.value, ast.Constant | ast.UnaryOp | ast.Tuple | ast.List)]
    return [(each.arg, number) for each in plain for number in written(each.value) if number not in ARITHMETIC | UNITS]


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_judgement_is_given_to_a_case(path):
    assert by_hand(ast.parse(path.read_text("utf-8"))) == [], "name a row of data/assumptions.csv"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_judgement_is_written_into_a_cell(path):
    cells = [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    steps = [cell["source"] for cell in cells if "parameters" not in cell["metadata"].get("tags", [])]
    for code in (ast.parse("".join(step)) for step in steps):
        fractions = [number for number in written(code) if not float(number).is_integer()]
        assert [*fractions, *by_hand(code)] == [], "make each a parameter, or a row of data/assumptions.csv"


def test_a_number_given_to_an_input_by_hand_is_seen():
    cell = ast.parse("study.case(model, ramp=1, it_life=5, lessor_debt_rate=[0.07, 0.08], capex=spent * 4)")
    assert by_hand(cell) == [("it_life", 5), ("lessor_debt_rate", 0.07), ("lessor_debt_rate", 0.08)]


# ---- the arithmetic that all share


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


# ---- a difference of two percentages is in points

LESS = ("spread", "less the", "less cost", "less its cost")


@each_model
def test_a_spread_of_two_rates_is_in_points(model):
    spreads = [name for name, unit in model.outputs.items() if unit in ("fraction", "rate")
               and any(word in f"{name} {words.name(name).lower()}" for word in LESS)]  # fmt: skip
    assert not spreads, "a difference of two percentages has the unit Points"


def test_points_read_as_points():
    assert [words.value(-0.0264, "points"), words.value(0.25, "points")] == ["−2.6 points", "25.0 points"]
