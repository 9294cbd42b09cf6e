"""Surprises: capex against what was expected of it, what guidance leaves, and earnings a share in deviations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import surprise

BOOK = facts.open(["MSFT", "AMZN", "GOOGL", "META", "TSLA"])
TRACKED = surprise.tracked(BOOK)
AMOUNT = st.floats(1e9, 1e11)


def test_microsofts_capex_beat_the_consensus():
    # 13.873bn by the 10-K, 13.27bn expected: 4.5 %
    found = TRACKED["Microsoft for 2024Q2, consensus"]
    assert found.outputs.surprise == pytest.approx(0.0454, abs=1e-4)
    assert found.inputs["actual"].value == pytest.approx(13.873e9)


def test_metas_capex_is_compared_on_the_basis_of_its_guidance():
    # guidance of 37 to 40bn with finance-lease principal; the year came to 37.256bn and 1.969bn, 39.225bn (10-K 2024)
    found = TRACKED["Meta for 2024, own guidance"]
    assert found.inputs["actual"].value == pytest.approx(39.225e9, abs=1e6)
    assert (found.inputs["expected"].low, found.inputs["expected"].high) == (37e9, 40e9)


def test_a_period_that_has_not_ended_is_not_compared():
    early = surprise.tracked(facts.open(["MSFT", "GOOGL", "META"], "2024-08-15"))
    assert not any("2024," in name for name in early)
    assert surprise.tracker(surprise.tracked(facts.open(["KC"]))).chart is None


def test_what_guidance_leaves_for_the_second_half():
    # Alphabet above 49bn with 12bn in each of two quarters: 25bn in the first half, the second is no faster
    found = surprise.second_half(25e9, 49e9, 49e9, 49e9)
    assert found.second_half_low == 24e9 and found.second_half_pace == pytest.approx(-0.04)
    # Meta: the low end from 35bn to 37bn is 5.7 %; Amazon: 30.5bn and more than that again is above 61bn
    assert surprise.second_half(15.2e9, 37e9, 40e9, 35e9).guidance_revision == pytest.approx(0.0571, abs=5e-5)
    assert surprise.second_half(30.5e9, 61e9, 61e9, 61e9).second_half_pace == 0


def test_the_estimate_behind_a_printed_surprise():
    # Kingsoft Cloud: 652m, 8 % above Goldman Sachs and 9 % above the consensus
    estimates = [surprise.implied_estimate(652e6, each).implied_estimate for each in (0.08, 0.09)]
    assert estimates == pytest.approx([603.7e6, 598.2e6], abs=5e4)


@given(AMOUNT, AMOUNT)
def test_a_surprise_and_the_estimate_behind_it_invert(actual, expected):
    found = surprise.surprise(actual, expected)
    assert found.difference == pytest.approx(actual - expected)
    assert surprise.implied_estimate(actual, found.surprise).implied_estimate == pytest.approx(expected)


def test_guidance_rises_in_steps_to_what_came():
    # Alphabet for 2025: 75bn in February, 85bn in July, 91 to 93bn in October; 91.447bn came (10-K 2025)
    shown = surprise.staircase(facts.open(["GOOGL"]))
    assert shown.title == "The low end of guidance for Alphabet 2025 rose from $75.0bn to $91.0bn"
    assert shown.figures["value"].astype(float).tolist() == pytest.approx([75e9, 85e9, 92e9, 91.447e9], rel=1e-5)
    assert surprise.staircase(facts.open(["GOOGL"], "2025-08-01")).figures["value"].astype(float).tolist() == [
        75e9,
        85e9,
    ]
    assert surprise.staircase(facts.open(["KC"])).chart is None


def test_a_standardised_surprise_by_hand():
    # 1.06 on 1.00 with earlier differences that spread by 0.03 is two deviations
    assert surprise.standardised_surprise(1.06, 1.0, 0.03).standardised_surprise == pytest.approx(2)


def test_nothing_announced_later_is_in_the_record():
    book = facts.open(["MSFT"], "2025-07-01")
    assert surprise.earnings(book)["MSFT"].inputs["actual_eps"].days == "30 Apr 2025"
    few = facts.open(["CRWV"], "2025-12-31")
    assert surprise.record(few).title == "No company here has enough announcements with an estimate"
