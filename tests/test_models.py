"""What holds for every model: its words, its plain arithmetic, and that a chart can compute it."""

import math

import altair as alt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import models, words
from capcycle.models import maths

each_model = pytest.mark.parametrize("model", models.ALL.values(), ids=list(models.ALL))
SECTIONS = ["Formula:", "Units:", "Source:", ">>>"]


@each_model
def test_a_model_gives_formula_units_source_and_example(model):
    assert [section for section in SECTIONS if section not in model.__doc__] == []


@each_model
def test_everything_a_model_takes_and_gives_has_a_name(model):
    things = [model.__name__, *model.parameters, *model.outputs]
    assert [thing for thing in things if f"name.{thing}" not in words.catalogue()] == []


@each_model
def test_a_model_takes_no_judgement_of_its_own(model):
    defaults = model.__defaults__ or ()
    assert not defaults, f"{model.__name__}: defaults {defaults} belong into data/assumptions.csv"


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
