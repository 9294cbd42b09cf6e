"""Capex against what was expected of it, on one basis, of periods that have ended."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import surprise

AMOUNT = st.floats(1e9, 1e11)


@cache
def tracked():
    return surprise.tracked(facts.open(["MSFT", "AMZN", "GOOGL", "META", "TSLA"]))


def test_microsofts_capex_beat_the_consensus():
    # 13.873bn by the 10-K, 13.27bn expected: 4.5 %
    found = tracked()["Microsoft for 2024Q2, consensus"]
    assert found.outputs.surprise == pytest.approx(0.0454, abs=1e-4)
    assert found.inputs["actual"].value == pytest.approx(13.873e9)


def test_metas_capex_is_compared_on_the_basis_of_its_guidance():
    # guidance of 37 to 40bn with finance-lease principal; the year came to 37.256bn and 1.969bn, 39.225bn (10-K 2024)
    found = tracked()["Meta for 2024, own guidance"]
    assert found.inputs["actual"].value == pytest.approx(39.225e9, abs=1e6)
    assert (found.inputs["expected"].low, found.inputs["expected"].high) == (37e9, 40e9)


def test_a_period_that_has_not_ended_is_not_compared():
    early = surprise.tracked(facts.open(["MSFT", "GOOGL", "META"], "2024-08-15"))
    assert not any("2024," in name for name in early)
    assert surprise.tracker(surprise.tracked(facts.open(["KC"]))).chart is None


def test_the_estimate_behind_a_printed_surprise():
    # Kingsoft Cloud: 652m, 8 % above Goldman Sachs and 9 % above the consensus
    estimates = [surprise.implied_estimate(652e6, each).implied_estimate for each in (0.08, 0.09)]
    assert estimates == pytest.approx([603.7e6, 598.2e6], abs=5e4)


@given(AMOUNT, AMOUNT)
def test_a_surprise_and_the_estimate_behind_it_invert(actual, expected):
    found = surprise.surprise(actual, expected)
    assert found.difference == pytest.approx(actual - expected)
    assert surprise.implied_estimate(actual, found.surprise).implied_estimate == pytest.approx(expected)
