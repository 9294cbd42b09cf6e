"""Dependence on large customers: published shares, what is left without the largest, refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import customers
from capcycle.errors import ModelError

share = st.floats(0, 1)


@pytest.fixture(scope="module")
def at_the_offering():
    return facts.open(["CRWV", "KC"], "2025-06-30")


def test_coreweaves_second_customer(at_the_offering):
    """62% and 77% of 1,915m in 2024 (prospectus): 15% for the second, 287m."""
    found = customers.second(at_the_offering, "CRWV")
    assert found.value == pytest.approx(0.15) and found.value * 1915e6 == pytest.approx(287e6, abs=0.5e6)


def test_coreweaves_largest_customer(at_the_offering):
    """1,915.426m of revenue and 324.4m of operating income in 2024: 62% is 1,187.6m, and all costs stay."""
    case = customers.cases(at_the_offering)["CRWV"].with_inputs(cost_that_leaves=0.0, operating_income=324.4e6)
    assert case.outputs.lost_revenue == pytest.approx(0.62 * 1915.426e6, rel=1e-3)
    assert case.outputs.profit_without == pytest.approx(324.4e6 - 0.62 * 1915.426e6, rel=1e-3)


def test_kingsofts_related_parties_are_of_a_quarter():
    """28% of the quarter to September 2025 (c025); no operating profit of it is held, which is said."""
    case = customers.cases(facts.open(["KC"]))["KC"]
    assert case.inputs["largest_share"].value == 0.28 and "operating income" in case.lacking


@given(revenue=st.floats(1e6, 1e12), margin=st.floats(-1, 0.9), part=share, leaves=share)
def test_what_is_left_and_what_is_lost_make_the_whole(revenue, margin, part, leaves):
    found = customers.customer_loss(revenue, revenue * margin, part, leaves)
    assert found.lost_revenue + found.revenue_without == pytest.approx(revenue)
    all_gone = customers.customer_loss(revenue, revenue * margin, part, 1.0)
    assert all_gone.profit_without == pytest.approx(revenue * margin * (1 - part), rel=1e-9, abs=1e-3)
    assert found.profit_without <= all_gone.profit_without + 1e-3


def test_before_anything_was_disclosed_the_page_says_so():
    book = facts.open(["CRWV", "NVDA"], "2024-06-30")
    assert "No company here discloses" in customers.verdict(customers.cases(book))
    assert customers.shares(book).title == "No company here discloses a large customer"


def test_a_share_above_one_is_refused():
    with pytest.raises(ModelError, match="cost_that_leaves is 50"):
        customers.cases(facts.open(["CRWV"]), cost_that_leaves=50.0)
