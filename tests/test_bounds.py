"""What an input of a model can be: the same bounds and the same words however a model is called."""

import math

import altair as alt
import numpy as np
import pytest

from capcycle import analyses, exhibits, facts, study
from capcycle.analyses.hosting.model import hosting
from capcycle.errors import ModelError
from capcycle.models import bounds
from capcycle.quantity import Quantity
from capcycle.widgets.models import ModelExplorer

BOOK = facts.open()

IMPOSSIBLE = [  # each passed silently once
    ("gpu_hour", "kw_per_gpu", 0.02, r"is 0\.02 kW/GPU: give a number from 0\.7 to 4; is it a slip of scale.*万"),
    ("gpu_hour", "pue", 0.5, r"is 0\.5 times: give a number from 1 to 3; it is the power of the whole facility"),
    ("hosting", "hosting_noi_margin", 1.4, r"is 1\.4: give at most 1; write 0\.85 for 85 %"),
    ("hosting", "hosting_rent", 9.7e6, r"is 9,700,000 USD/MW/year: give a number from 100,000 to 3,000,000; .*slip"),
    ("vendor_content", "gpu_share_of_capex", 1.3, r"is 1\.3: give a number from 0 to 1; write 0\.85"),
    ("power_value", "delivered", 1.5, r"is 1\.5: give a number from 0 to 1"),
    ("power_value", "leased_mw", -1.0, r"is -1 MW: give a number from 0"),
    ("cost_of_ownership", "it_life", 0.0, r"is 0 years: give at least 0\.25"),
]
BEYOND = [
    ("leasing", {"card_lease_term": 12}, "card_lease_term is 12 years: give at most 10"),
    ("leasing", {"card_lease_term": 4.5}, r"card_lease_term is 4\.5 years: give whole years"),
    ("hosting", {"lease_term": 45, "renewal_years": 0}, "lease_term with renewal_years is 45 years: give at most 40"),
    ("power_use", {"lease_term": 26}, "lease_term is 26 years: give at most 25"),
    ("gpu_cloud", {"server_life": 8, "refreshes": 3}, "of all generations together is 32 years: give at most 24"),
    ("gpu_cloud", {"gpu_loan_term": 30}, "gpu_loan_term is 30 years: give at most 24"),
    ("ai_cloud_build", {"ai_life": 16}, "ai_life is 16 years: give at most 15"),
    ("ai_cloud_payback", {"ai_life": 21}, "ai_life is 21 years: give at most 20"),
    ("useful_life", {"server_life": 12}, "server_life is 12 years: give at most 11"),
]
RENT = Quantity("hosting_rent", 1.73e6, "USD/MW/year")


@pytest.mark.parametrize(("name", "input_", "value", "message"), IMPOSSIBLE)
def test_what_cannot_be_is_refused_alike_in_a_call_a_case_and_an_array(name, input_, value, message):
    case = analyses.start(name, BOOK)
    values = {each: one.value for each, one in case.inputs.items()}
    for wrong in (value, np.array([values[input_], value]), [value]):
        for call in (lambda wrong=wrong: analyses.models()[name](**values | {input_: wrong}),
                     lambda wrong=wrong: case.evaluate(**{input_: wrong})):  # fmt: skip
            with pytest.raises(ModelError, match=f"^{name}: {input_} {message}"):
                call()


@pytest.mark.parametrize(("name", "inputs", "message"), BEYOND)
def test_years_beyond_those_a_model_counts_are_refused(name, inputs, message):
    with pytest.raises(ModelError, match=message):
        analyses.start(name, BOOK).evaluate(**inputs)


def test_all_faults_are_named_at_once():
    with pytest.raises(ModelError, match=r"gpu_utilisation is 70: .*; pue is 0\.5 "):
        analyses.start("gpu_hour", BOOK).evaluate(pue=0.5, gpu_utilisation=70)


def test_the_explorer_says_the_same():
    explorer = ModelExplorer(analyses.start("gpu_hour", BOOK))
    explorer.controls["network_cost"].value = "3bn"
    assert explorer.exhibit is None and "give a number from 0 to 1,000;" in str(explorer.picture.outputs)


def test_what_is_missing_and_a_slider_pass():
    hour = analyses.start("gpu_hour", BOOK)
    assert math.isnan(hour.evaluate(gpu_rent=math.nan).gpu_hour_margin)
    assert "pue" in str(hour.evaluate(pue=alt.param(name="pue", value=1.2)).gpu_hour_cost.to_dict())


def test_bounds_on_money_hold_in_other_currencies():
    # 1.73m dollars are about 12m yuan: above the bound in dollars, but not above it in yuan
    case = study.case(hosting, BOOK.into("CNY"), hosting_rent=RENT)
    assert case.inputs["hosting_rent"].value > 3e6 and case.outputs.yield_on_cost > 0
    with pytest.raises(ModelError, match="CNY/MW/year"):
        case.evaluate(hosting_rent=70e6)


def test_a_rate_below_zero_is_one_where_things_can_shrink():
    assert analyses.start("hosting", BOOK).evaluate(rent_escalator=-0.02).lease_value > 0


def test_every_assumption_lies_within_what_can_be():
    units = {name: unit for model in analyses.models().values() for name, unit in model.parameters.items()}
    for row in BOOK.assumptions.query("name in @units").itertuples():
        low, high, _ = bounds.bounds(row.name, units[row.name])
        assert not (row.low < low or row.central < low or row.high > high or row.central > high), row.name


@pytest.mark.parametrize("name", analyses.models())
def test_no_case_to_begin_with_is_refused(name):
    assert analyses.start(name, BOOK).outputs is not None


def test_every_name_with_a_bound_is_an_input():
    assert set(bounds.BY_NAME) <= {name for model in analyses.models().values() for name in model.parameters}


def test_the_map_over_a_range_is_not_refused():
    cluster = analyses.start("gpu_cloud", BOOK)
    assert exhibits.heat_map(study.grid(cluster, "gpu_rent_ratio_per_year", "gpu_utilisation", steps=5)).title
