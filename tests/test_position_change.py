"""Why a stake changed: Jinglin's Alibaba split into price and trade."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import position_change

BOOK = facts.open()
JINGLIN = "Jinglin Asset Management"


def test_jinglins_stake_in_alibaba_grew_by_buying():
    # 843,400 shares after 465,967 (+81 %); Alibaba closed at 113.41 in June, the filing has 179.04:
    # 465,967 * (179.04 - 113.41) = 30.6m by the price, 377,433 * 179.04 = 67.6m by buying
    found = position_change.cases(BOOK, JINGLIN)["Alibaba"].outputs
    assert (found.price_effect, found.trade_effect) == pytest.approx((30.6e6, 67.6e6), abs=5e4)
    assert found.value_now == pytest.approx(151e6)


@given(st.floats(1e3, 1e9), st.floats(-0.9, 10), st.floats(1, 1e4), st.floats(1, 1e4))
def test_price_and_trade_add_to_the_change_of_value(shares, change, before, now):
    found = position_change.position_change(shares, change, before, now)
    assert found.price_effect + found.trade_effect == pytest.approx(found.stake_change, rel=1e-9, abs=1e-3)


def test_the_split_is_drawn_with_the_stake_that_grew_most_by_buying_in_the_title():
    shown = position_change.effects(position_change.cases(BOOK, JINGLIN), JINGLIN)
    # 444m of NVIDIA after +277 %: 444 * (1 - 1 / 3.77) = 326m
    assert shown.title == "Buying added $326m to the stake in NVIDIA, the price $18.0m"
    assert shown.view.values.tolist()[2:] == [
        ["Alibaba", "By buying and selling", "$67.6m (e)"],
        ["Alibaba", "By the price", "$30.6m (e)"],
    ]


def test_who_names_no_position_with_its_change_has_no_chart():
    shown = position_change.effects(position_change.cases(BOOK, "ARK Invest"), "ARK Invest")
    assert shown.chart is None and shown.title == "No position of ARK Invest is known with its change"
