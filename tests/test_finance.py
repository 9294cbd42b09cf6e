"""Rates of return and payments on published cases, and what is said where there is no rate or more than one."""

import altair as alt
import numpy as np
import pytest
import pyxirr
from hypothesis import assume, given
from hypothesis import strategies as st

from capcycle.errors import ModelError
from capcycle.models import finance
from capcycle.models.maths import present_value

amounts = st.floats(-1e6, 1e6).map(lambda amount: round(amount, 2))


@pytest.mark.parametrize(
    ("flows", "rate"),
    [
        ([-100, 39, 59, 55, 20], 0.28095),  # the first three: numpy-financial
        ([-150000, 15000, 25000, 35000, 45000, 60000], 0.0524),
        ([-100, 0, 0, 74], -0.0955),
        ([-100, 100], 0.0),  # by hand
    ],
)
def test_a_rate_of_return(flows, rate):
    assert finance.irr(flows) == pytest.approx(rate, abs=5e-5)


def test_rates_of_many_cases_at_once():
    found = finance.irr([np.array([-100.0, -100.0]), np.array([110.0, 150.0])])
    assert found == pytest.approx([0.10, 0.50])


def test_flows_without_a_change_of_sign_have_no_rate():
    assert np.isnan(finance.irr([100, 50]))
    assert finance.rates([-1, -2]).reason == "no rate fits: the cash flows never change sign"


def test_every_rate_is_found_where_several_fit():
    # -4000 + 25000/1.25 - 25000/1.25² = 0 and -4000 + 25000/5 - 25000/25 = 0: Lorie and Savage's pump problem
    found = finance.rates([-4000, 25000, -25000])
    assert found.values == pytest.approx((0.25, 4.0))
    assert found.reason == "2 rates fit: the cash flows change sign 2 times"
    assert np.isnan(finance.irr([-4000, 25000, -25000]))


def test_flows_that_are_worth_nothing_at_no_rate_say_so():
    # 1 - x + x² is never nought: its discriminant is 1 - 4
    assert finance.rates([1, -1, 1]) == ((), "no rate fits: none brings the present value of the cash flows to zero")


def test_a_missing_flow_gives_no_rate():
    assert np.isnan(finance.irr([-100, np.nan, 120]))


def test_a_rate_cannot_be_drawn_from_a_slider():
    with pytest.raises(ModelError, match="tabulate the model over the slider's steps"):
        finance.irr([alt.param(name="spent", value=-1.0), 2.0])


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=20), st.floats(1, 1e6))
def test_at_the_rate_of_return_the_flows_are_worth_nothing(received, spent):
    assume(sum(received) > spent / 10)
    rate = finance.irr([-spent, *received])
    scale = spent + sum(flow / (1 + rate) ** (year + 1) for year, flow in enumerate(received))
    assert abs(present_value(rate, [-spent, *received])) <= 1e-6 * scale


@given(st.lists(amounts, min_size=2, max_size=8))
def test_at_every_rate_found_the_flows_are_worth_nothing(flows):
    for rate in finance.rates(flows).values:
        assume(rate > -0.9)
        scale = sum(abs(flow) / (1 + rate) ** year for year, flow in enumerate(flows))
        assert abs(present_value(rate, flows)) <= 1e-6 * scale


@given(st.floats(-0.5, 2), st.lists(amounts, min_size=1, max_size=30))
def test_present_value_is_that_of_the_finance_library(rate, flows):
    theirs = pyxirr.npv(rate, flows, start_from_zero=True)
    assert present_value(rate, flows) == pytest.approx(theirs, rel=1e-9, abs=1e-3)


def test_a_present_value_is_as_published():
    assert present_value(0.08, [-40000, 5000, 8000, 12000, 30000]) == pytest.approx(3065.22267)  # numpy-financial


@pytest.mark.parametrize(
    ("flows", "rate", "years"),
    [
        ([-100, 50, 50], 0.0, 2.0),
        ([-100, 40, 40, 40], 0.0, 2.5),  # 20 left after two years, half of the third
        ([-100, 60, 60], 0.10, 1 + (100 - 60 / 1.1) / (60 / 1.21)),  # 45.45 left of 49.59
        ([10, 5], 0.0, 0.0),
    ],
)
def test_cash_is_back_after(flows, rate, years):
    assert finance.payback(flows, rate) == pytest.approx(years)


def test_cash_that_never_comes_back_has_no_payback():
    assert np.isnan(finance.payback([-100, 40, 40]))
    assert np.isnan(finance.payback([-100, 60, 50], 0.10))  # 54.5 + 41.3


@given(st.lists(st.floats(0, 100), min_size=1, max_size=15), st.floats(0.001, 0.5))
def test_discounting_never_shortens_a_payback(received, rate):
    plain, discounted = (finance.payback([-50.0, *received], each) for each in (0.0, rate))
    assert np.isnan(discounted) or discounted >= plain - 1e-9


@given(st.floats(-0.6, 3.0), st.integers(2, 24))
def test_the_rate_that_a_price_was_worked_out_with_is_found_again(rate, years):
    price = sum(1 / (1 + rate) ** year for year in range(1, years + 1))
    assert finance.irr([-price, *[1.0] * years]) == pytest.approx(rate, abs=1e-9)


def test_a_loss_over_many_years_has_a_rate():
    # nineteen payments of 0.003 and of 0.1 on 1: at the rate found they are worth what they cost
    flows = np.array([[-1.0, *[0.003] * 19], [-1.0, *[0.1] * 19]]).T
    for rate, column in zip(finance.irr(list(flows)), flows.T, strict=True):
        assert abs(sum(flow / (1 + rate) ** year for year, flow in enumerate(column))) < 1e-9
