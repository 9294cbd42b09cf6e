"""Guidance for capex: its revisions, and what it leaves for the second half."""

import pytest

from capcycle import facts
from capcycle.analyses import guidance


def test_what_guidance_leaves_for_the_second_half():
    # Alphabet above 49bn with 12bn in each of two quarters: 25bn in the first half, the second is no faster
    found = guidance.second_half(25e9, 49e9, 49e9, 49e9)
    assert found.second_half_low == 24e9 and found.second_half_pace == pytest.approx(-0.04)
    # Meta: the low end from 35bn to 37bn is 5.7 %; Amazon: 30.5bn and more than that again is above 61bn
    assert guidance.second_half(15.2e9, 37e9, 40e9, 35e9).guidance_revision == pytest.approx(0.0571, abs=5e-5)
    assert guidance.second_half(30.5e9, 61e9, 61e9, 61e9).second_half_pace == 0


def test_guidance_rises_in_steps_to_what_came():
    # Alphabet for 2025: 75bn in February, 85bn in July, 91 to 93bn in October; 91.447bn came (10-K 2025)
    shown = guidance.staircase(facts.open(["GOOGL"], "2026-04-30"))
    assert shown.title == "The low end of guidance for Alphabet 2025 went from $75.0bn to $91.0bn"
    assert shown.figures["value"].astype(float).tolist() == pytest.approx([75e9, 85e9, 92e9, 91.447e9], rel=1e-5)
    assert guidance.staircase(facts.open(["GOOGL"], "2025-08-01")).figures["value"].astype(float).tolist() == [
        75e9,
        85e9,
    ]
    # for 2026: 175 to 185bn in February, 195 to 205bn on the call of July; the year has not ended
    newest = guidance.staircase(facts.open(["GOOGL"]))
    assert newest.title == "The low end of guidance for Alphabet 2026 went from $175bn to $195bn"
    assert guidance.staircase(facts.open(["KC"])).chart is None
