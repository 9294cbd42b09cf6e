"""Regret of building too much or too little: hand arithmetic, bounds, early days."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import regret
from capcycle.errors import ModelError

share = st.floats(0.01, 1)


def test_by_hand():
    """Half of 100 idle, a fifth of it worth something: 40. It would have earned 50 × (0.6 × 0.5 × 5 + 0.2 − 1) = 35.

    The chips that are let are sold at the end as the idle ones are. At 40% for low demand: 16 against 21; both alike
    at 35/75.
    """
    found = regret.regret(100.0, 0.5, 0.2, 0.6, 0.5, 5.0, 0.4)
    assert (found.build_in_low, found.wait_in_high) == pytest.approx((40, 35))
    assert (found.build_expected, found.wait_expected, found.worst_least) == pytest.approx((16, 21, 35))
    assert found.break_even_probability == pytest.approx(35 / 75)


def test_capex_that_earns_less_than_it_costs_is_not_missed():
    found = regret.regret(100.0, 0.5, 0.2, 0.3, 0.5, 5.0, 0.4)  # 0.75 and 0.2 come back for each 1
    assert found.wait_in_high == 0 and found.break_even_probability == 0


@given(idle=share, residual=st.floats(0, 0.9), revenue=st.floats(0.5, 3), margin=share, life=st.floats(1, 8), low=share)
def test_the_smallest_worst_loss_is_no_larger_than_either_and_both_lose_alike_at_the_break_even(
    idle, residual, revenue, margin, life, low
):
    found = regret.regret(1e9, idle, residual, revenue, margin, life, low)
    assert found.worst_least <= min(found.build_in_low, found.wait_in_high) * (1 + 1e-12)
    at = regret.regret(1e9, idle, residual, revenue, margin, life, float(found.break_even_probability))
    assert at.build_expected == pytest.approx(at.wait_expected, rel=1e-6, abs=1)


def test_microsofts_half_by_hand():
    """115.948bn of capex to June 2026 (10-K 2026): half of it less a fifth is 46.4bn."""
    case = regret.cases(facts.open(["MSFT"]))["MSFT"]
    capex = 115.948e9
    assert case.outputs.build_in_low == pytest.approx(capex * 0.5 * 0.8)
    assert case.inputs["idle_share"].kind == "assumed" and "No source gives it" in case.inputs["idle_share"].reason


def test_before_there_were_two_years_it_says_what_lacks():
    case = regret.cases(facts.open(["CRWV"], "2025-03-31"))["CRWV"]
    assert case.lacking and "cannot" in regret.verdict(case)
    assert regret.matrix(case).view.empty


def test_a_share_above_one_is_refused():
    with pytest.raises(ModelError, match=r"write 0\.5 for 50 %"):
        regret.cases(facts.open(["MSFT"]), idle_share=50.0)
