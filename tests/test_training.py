"""The next training run: printed steps as growth a year, chips and power; early days."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import training


@pytest.fixture(scope="module")
def plans():
    return training.cases(facts.open())


def test_tenfold_in_18_to_24_months_is_three_to_five_times_a_year(plans):
    """Claims c363 and c364, check K168: 10 ** (1 / 1.5) is 4.64, 10 ** (1 / 2) is 3.16."""
    step = plans["microsoft"]
    found = [step.evaluate(step_years=years).growth_per_year for years in (1.5, 2.0)]
    assert found == pytest.approx([4.64, 3.16], abs=5e-3)


def test_llama_4_is_ten_times_llama_3(plans):
    """Claim c255: ten times 16,000 H100s is 160,000. At 1.43 to 2 kW each those of Llama 3 draw 22.9 to 32 MW."""
    llama = plans["meta"]
    assert llama.outputs.next_chips == 160_000
    kw = llama.inputs["kw_all_in"]
    power = [llama.evaluate(kw_all_in=each).reference_power for each in (kw.low, kw.high)]
    assert power == pytest.approx([22.86, 32.0], abs=0.01)


def test_by_hand():
    """32 MW ten times in a year is 320, at a quarter more throughput per watt 256; a gigawatt at 35bn: 8.96bn.

    Power grows eightfold a year, and 8 ** 1.655 is 31.25 = 1000 / 32.
    """
    found = training.training_step(16e3, 2.0, 10.0, 1.0, 1.25, 35e9)
    assert (found.next_power, found.next_capex) == pytest.approx((256, 8.96e9))
    assert found.years_to_a_gigawatt == pytest.approx(1.655, abs=1e-3)


def test_where_chips_gain_as_fast_as_training_grows_a_run_never_needs_a_gigawatt():
    for multiple in (2.0, 1.5):
        assert np.isnan(training.training_step(16e3, 2.0, multiple, 1.0, 2.0, 35e9).years_to_a_gigawatt)


@given(multiple=st.floats(2, 20), years=st.floats(0.5, 3), gain=st.floats(1, 1.9))
def test_a_step_done_in_two_halves_takes_the_same_power(multiple, years, gain):
    once = training.training_step(16e3, 2.0, multiple, years, gain, 35e9)
    half = training.training_step(16e3, 2.0, multiple**0.5, years / 2, gain, 35e9)
    assert half.next_power / half.reference_power == pytest.approx((once.next_power / once.reference_power) ** 0.5)
    assert half.growth_per_year == pytest.approx(once.growth_per_year)


def test_a_step_is_no_plan_before_it_was_printed():
    early = training.cases(facts.open(as_of="2024-06-30"))
    assert training.known(early) == {} and training.steps(early).view.empty
    middle = training.known(training.cases(facts.open(as_of="2025-06-30")))
    assert not any("Nadella" in plan for plan in middle)
