"""Rates of return and payments on published cases, and what is said where there is no rate or more than one."""

import warnings

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


@given(st.lists(amounts, min_size=2, max_size=12))
def test_one_rate_is_found_exactly_where_one_fits(flows):
    one, every = finance.irr(flows), finance.rates(flows)
    assert (len(every.values) == 1) == (not np.isnan(one)) and (bool(every.reason) == np.isnan(one))
    assert np.isnan(one) or one == every.values[0]


@given(st.lists(st.floats(1.001, 1e5), min_size=1, max_size=4, unique=True), st.booleans())
def test_every_rate_that_flows_are_made_of_is_found_again(growth, inverted):
    # (x - a)(x - b)... is zero at each growth a, b, however far apart; their inverses are losses of up to 99.999 %
    growth = [1 / each for each in growth] if inverted else growth
    assume(all(abs(a / b - 1) > 0.05 for a in growth for b in growth if a is not b))
    found = finance.rates(np.poly(growth)).values
    assert np.add(found, 1) == pytest.approx(sorted(growth), rel=1e-4)


@pytest.mark.parametrize("rate", [-0.9999, -0.995, 150.0, 1e9])
def test_a_rate_far_from_all_others_is_found(rate):
    # 1 paid and 1 + rate received a year later
    assert finance.irr([-1, 1 + rate]) == pytest.approx(rate, rel=1e-9)
    assert finance.irr([-1, 0, (1 + rate) ** 2]) == pytest.approx(rate, rel=1e-9)


@given(st.lists(st.floats(-1e15, 1e15), min_size=2, max_size=40))
def test_no_flows_make_the_machine_overflow(flows):
    with np.errstate(all="raise", under="ignore"), warnings.catch_warnings(action="error"):
        finance.irr(flows), finance.rates(flows)


def test_a_rate_at_which_flows_only_touch_zero_is_one_rate():
    # 1 - 2/(1+r) + 1/(1+r)² is (1 - 1/(1+r))²
    assert finance.rates([1, -2, 1]).values == pytest.approx((0,), abs=1e-9)
    assert finance.irr([1, -2, 1]) == pytest.approx(0, abs=1e-9)


def test_dated_flows_have_the_rate_that_a_spreadsheet_gives():
    # Microsoft's documentation of XIRR prints 37.3362535 %
    days = ["2009-04-01", "2008-01-01", "2008-03-01", "2008-10-30", "2009-02-15"]
    assert finance.xirr([2750, -10000, 2750, 4250, 3250], days).values == pytest.approx((0.373362535,), abs=1e-8)


def test_dated_flows_say_where_several_rates_fit_or_none():
    years = ["2021-01-01", "2022-01-01", "2023-01-01"]  # of 365 days each
    several = finance.xirr([-1, 5, -6], years)
    assert several.values == pytest.approx((1, 2)) and several.reason.startswith("2 rates fit")
    assert finance.xirr([1, -1, 1], years).reason.startswith("no rate fits: none brings")
    assert finance.xirr([-1, -1, -1], years).reason == "no rate fits: the cash flows never change sign"
    assert finance.xirr([-1, -1, -1, np.nan], [*years, "2024-01-01"]).values == ()
    with pytest.raises(ModelError, match="2 cash flows and 3 days"):
        finance.xirr([-1, 2], years)


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


@pytest.mark.parametrize(("flows", "finance_rate", "reinvest_rate", "published"), [
    ([-120000, 39000, 30000, 21000, 37000, 46000], 0.10, 0.12, 0.126094),  # both of numpy-financial's examples
    ([-4500, -800, 800, 800, 600, 600, 800, 800, 700, 3000], 0.08, 0.055, 0.0666),
])  # fmt: skip
def test_the_modified_rate_of_published_examples(flows, finance_rate, reinvest_rate, published):
    assert finance.mirr(flows, finance_rate, reinvest_rate) == pytest.approx(published, abs=5e-5)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=12), st.floats(0, 0.5), st.floats(0, 0.5))
def test_the_modified_rate_is_that_of_another_library(flows, finance_rate, reinvest_rate):
    assume(min(flows) < -1 and max(flows) > 1)
    assert finance.mirr(flows, finance_rate, reinvest_rate) == pytest.approx(
        pyxirr.mirr(flows, finance_rate, reinvest_rate), rel=1e-6, abs=1e-9
    )


def test_there_is_no_modified_rate_where_nothing_is_paid_in_or_comes_back():
    assert np.isnan([finance.mirr(flows, 0.1, 0.1) for flows in ([1.0, 2.0], [-1.0, -2.0])]).all()


@given(st.floats(1, 1e9), st.floats(0.001, 0.2), st.integers(1, 360))
def test_payments_of_a_loan_are_worth_the_loan(principal, rate, count):
    paid = finance.loan_payment(principal, rate, count)
    assert paid == pytest.approx(-pyxirr.pmt(rate, count, principal), rel=1e-6)
    assert present_value(rate, [0.0] + [paid] * count) == pytest.approx(principal, rel=1e-6)
