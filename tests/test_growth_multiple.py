"""Growth multiples: the years between are counted, not the years named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import growth_multiple
from capcycle.analyses.growth_multiple import growth_multiple as multiple

AMOUNT = st.floats(1e6, 1e12)


def test_coreweaves_multiple_has_two_intervals():
    found = multiple(15.83e6, 1915e6, 2.0)  # printed as 120-fold over three years
    assert (found.multiple, found.growth, found.growth_a_year) == pytest.approx((120.97, 119.97, 10.0), abs=5e-3)
    first, second = multiple(15.83, 229.0, 1.0), multiple(229.0, 1915.0, 1.0)
    assert (first.multiple, second.multiple) == pytest.approx((14.47, 8.36), abs=5e-3)
    assert multiple(16.1, 102.3, 6.0).growth_a_year == pytest.approx(0.361, abs=1e-3)  # AI as a service to 2030


@given(AMOUNT, AMOUNT, st.integers(1, 20))
def test_a_multiple_and_its_yearly_growth_invert(first, last, years):
    assert first * (1 + multiple(first, last, years).growth_a_year) ** years == pytest.approx(last)


def test_the_years_filed_have_as_many_intervals_less_one():
    # 10-K 2025: 5,131m in 2025 after 229m in 2023, two years later
    own = growth_multiple.cases(facts.open(["CRWV"]))["CRWV"]
    assert own.inputs["intervals"].value == 2
    assert own.outputs.multiple == pytest.approx(5131 / 229, rel=5e-3)


def test_before_two_years_are_public_the_page_says_so():
    assert growth_multiple.speeds(growth_multiple.cases(facts.open(["KC"], "2014-12-31"))).chart is None
