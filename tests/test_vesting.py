"""A warrant tranche by tranche: printed values of barrier options, draws against the formula, AMD's as public."""

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts, study
from capcycle.analyses import vesting, warrants
from capcycle.errors import ModelError, NothingToShow
from capcycle.quantity import missing

POWERS, STEPS = [1, 2, 3, 4, 5, 6], [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
price = st.floats(50, 700)


@pytest.fixture(scope="module")
def amd():
    return warrants.case(facts.open(["AMD"]), "AMD")


@pytest.fixture(scope="module")
def tranches(amd):
    return vesting.tranches(amd, POWERS, STEPS)


@pytest.mark.parametrize(("strike", "printed"), [(90, 14.1112), (100, 8.4482), (110, 4.5910)])
def test_up_and_in_calls_as_haug_prints_them(strike, printed):
    """Haug, The Complete Guide to Option Pricing Formulas, table of barrier options: 100, hurdle 105, half a year,
    volatility 25%, rate 8%, carry 4%, and 3 paid at the end where the hurdle is never reached.

    A yield of 4% and a rate of 8% are a rate of 4% without a yield, times exp(-0.04 / 2).
    """
    found = vesting.tranche(1.0, 100.0, float(strike), 105.0, 0.0, 0.0, 0.5, 0.25, 0.04, 1.0)
    never = 3 * exp(-0.08 * 0.5) * (1 - found.hurdle_probability)
    assert exp(-0.04 * 0.5) * found.barrier_value + never == pytest.approx(printed, abs=2e-4)


def test_a_hurdle_that_is_reached_leaves_a_plain_call():
    """Hull, Options, Futures and Other Derivatives: 42, strike 40, 10%, 20%, half a year is 4.76."""
    for hurdle, reached in ((42.0, 0.0), (90.0, 1.0)):
        found = vesting.tranche(1.0, 42.0, 40.0, hurdle, reached, 0.0, 0.5, 0.2, 0.1, 1.0)
        assert found.barrier_value == pytest.approx(4.76, abs=5e-3) and found.hurdle_probability == pytest.approx(1)


def test_power_is_bought_gigawatt_by_gigawatt():
    found = vesting.tranche(10.0, 42.0, 0.0, 42.0, 1.0, 3.0, 0.5, 0.2, 0.1, 0.9)
    assert found.purchase_probability == pytest.approx(0.729)  # 0.9 three times
    assert found.tranche_value == pytest.approx(10 * 42 * 0.729, rel=1e-6)  # nothing is paid: the share itself


@given(now=price, hurdle=price, years=st.floats(0.5, 8), spread=st.floats(0.1, 1.5), strike=st.floats(0, 800))
def test_a_tranche_is_worth_no_more_than_its_shares_and_no_more_with_a_higher_hurdle(
    now, hurdle, years, spread, strike
):
    low, high = (
        vesting.tranche(1.0, now, strike, each, 0.0, 1.0, years, spread, 0.04, 1.0) for each in (hurdle, hurdle * 1.3)
    )
    assert -1e-3 <= float(high.barrier_value) <= float(low.barrier_value) + 1e-3 <= now + 2e-3
    assert 0 <= float(high.hurdle_probability) <= float(low.hurdle_probability) + 1e-6 <= 1 + 2e-6


def test_draws_of_independent_events_have_the_value_of_the_formula(tranches):
    drawn = vesting.simulated(tranches, 0.0)
    formula = sum(float(case.outputs.tranche_value) for case in tranches.values())
    worth = drawn.value.sum(axis=0)
    assert vesting.expected(drawn) == pytest.approx(formula, abs=4 * worth.std() / np.sqrt(len(worth)))
    for place, case in enumerate(tranches.values()):
        assert drawn.vested[place].mean() == pytest.approx(float(case.outputs.vesting_probability), abs=0.01)


def test_price_and_purchases_that_go_together_vest_all_more_often(tranches):
    apart, joint = (vesting.simulated(tranches, each).vested.all(axis=0).mean() for each in (0.0, 0.9))
    assert joint > apart + 0.02


def test_what_is_drawn_together_leaves_each_chance_as_it_is(tranches):
    first = next(iter(tranches.values()))  # its price is reached: what is left is the power, 0.9
    vested = vesting.simulated(tranches, 0.9).vested[0].mean()
    assert first.inputs["hurdle_reached"].value == 1
    assert vested == pytest.approx(float(first.outputs.purchase_probability), abs=0.005)


def test_amds_tranches_end_at_600_dollars_and_six_gigawatts_and_none_of_its_shares_is_lost(tranches):
    """8-K of 2025-10-06: 160m shares, the first tranche at 1 GW, the last at 6 GW and 600 dollars.

    The close before, of Friday 3 October 2025, was 164.67; no close has been at 600.
    """
    first, *_, last = (case.inputs for case in tranches.values())
    assert sum(case.inputs["tranche_shares"].value for case in tranches.values()) == pytest.approx(160e6)
    assert (first["tranche_gigawatts"].value, last["tranche_gigawatts"].value) == (1, 6)
    assert first["tranche_hurdle"].value == pytest.approx(164.67, abs=0.01)
    assert (last["tranche_hurdle"].value, last["hurdle_reached"].value, first["hurdle_reached"].value) == (600, 0, 1)


def test_the_rebate_at_the_last_hurdle_is_about_what_the_customer_pays(amd):
    """95.998bn over 6 GW is 16bn a GW: 80% of 20bn, 107% of 15bn of content a GW, 91.4% of the middle.

    160m shares more dilute earnings a share by 160 / (160 + 1659).
    """
    hurdle = list(warrants.costs(amd, 40e9).values())[1]
    assert float(hurdle.outputs.contra_revenue) == pytest.approx(16 / 17.5, rel=1e-3)
    ends = hurdle.evaluate(content_per_gw=np.array([15e9, 20e9])).contra_revenue
    assert ends.tolist() == pytest.approx([16 / 15, 0.8], rel=1e-3)
    assert float(hurdle.outputs.dilution_of_eps) == pytest.approx(-160 / (160 + 1659), abs=1e-4)


def test_earnings_per_share_by_hand():
    """6.4bn over 1.6bn shares is 4.00; over 1.76bn 3.636, 9.1% less. 160m shares at 4.00 are 640m, 107m a GW."""
    found = warrants.warrant_cost(6.4e9, 1.6e9, 160e6, 96e9, 6.0, 16e9)
    assert (found.eps_without_warrant, found.eps_with_warrant) == pytest.approx((4.0, 6.4 / 1.76))
    assert found.dilution_of_eps == pytest.approx(-1 / 11) and found.offsetting_profit == pytest.approx(640e6 / 6)


def test_lists_of_unlike_length_are_refused(amd):
    with pytest.raises(ModelError, match="2 tranches and ends at 6, hurdle_steps has 6: give as many"):
        vesting.tranches(amd, [1, 6], STEPS)


@pytest.mark.parametrize("powers", [[1, 2, 3, 4, 5, 7], [1, 3, 2, 4, 5, 6]])
def test_power_that_does_not_rise_to_all_of_it_is_refused(amd, powers):
    with pytest.raises(ModelError, match="power that rises to 6"):
        vesting.tranches(amd, powers, STEPS)


def test_where_terms_are_not_public_nothing_is_shown():
    terms = {"warrant_shares": 160e6, "share_price": 206.0, "hurdle": 600.0, "gigawatts": 6.0, "shares_diluted": 1.64e9}
    unknown = study.case(warrants.warrant, facts.open(["AMD"]), "AMD", strike=missing("strike", "no figure"), **terms)
    with pytest.raises(NothingToShow, match="no figure"):
        vesting.tranches(unknown, POWERS, STEPS)


def test_in_its_first_quarter_no_later_close_counts():
    early = warrants.case(facts.open(["AMD"], "2025-12-31"), "AMD")
    last = list(vesting.tranches(early, POWERS, STEPS).values())[1:]
    assert [case.inputs["hurdle_reached"].value for case in last] == [1, 0, 0, 0, 0]  # the highest close was 264.33
