"""Revisions: IREN's target moved by 275 % with 80 % of upside, the Chinese ADRs at the price that was paid, records."""

import pandas as pd
import pytest

from capcycle import exhibits, facts, words
from capcycle.analyses import revisions, stated_multiple, target_range

BOOK = facts.open(["BABA", "BIDU", "KC", "IREN", "META", "MSFT"])


@pytest.fixture(scope="module")
def targets():
    return revisions.targets(BOOK)


def test_the_rise_of_a_target_is_not_its_upside(targets):
    # K021: from 20 to 75 is +275 %; on 41.67 it is +80 %. K022: Kingsoft Cloud from 13.5 to 13.8 is +2.2 %
    iren = targets["Bernstein on IREN"].outputs
    assert float(iren.target_change) == 2.75 and round(float(iren.upside), 2) == 0.8
    assert round(float(targets["Goldman Sachs on Kingsoft Cloud"].outputs.target_change), 3) == 0.022
    assert targets["Goldman Sachs on Kingsoft Cloud"].alone("upside").reason == "the data has no figure for share price"


def test_both_targets_on_alibaba_are_kept_apart(targets):
    # K166: 230 and 245 at 189.58 are +21.3 % and +29.2 %
    both = sorted(float(case.outputs.upside) for label, case in targets.items() if label.endswith("on Alibaba"))
    assert [round(each, 3) for each in both] == [0.213, 0.292]


def test_what_the_printed_multiples_of_the_adrs_imply():
    # K167: 189.58 / 21 = 9.03 and 140.73 / 12 = 11.73; K166: 245 over 9.03 is 27.1 times
    found = stated_multiple.cases(BOOK)
    assert set(found) == {"BABA", "BIDU"}
    assert round(float(found["BABA"].outputs.eps_implied), 2) == 9.03
    assert round(float(found["BIDU"].outputs.eps_implied), 2) == 11.73
    assert round(float(found["BABA"].outputs.pe_at_target), 1) == 27.1


def test_returns_of_the_year_belong_to_an_older_price():
    # K165: against +112 % and +57 % as printed; closes of 31 December 2024 84.79 and 84.31: 189.58 / 84.79 = 2.2359,
    # 140.73 / 84.31 = 1.6692; the printed returns hold at 2.12 * 84.79 = 179.75 and 1.57 * 84.31 = 132.37
    found = stated_multiple.cases(BOOK)
    assert float(found["BABA"].outputs.return_to_date) == pytest.approx(1.2359, abs=1e-4)
    assert float(found["BIDU"].outputs.return_to_date) == pytest.approx(0.6692, abs=1e-4)
    assert float(found["BABA"].outputs.price_of_return) == pytest.approx(179.75, abs=0.01)
    assert float(found["BIDU"].outputs.price_of_return) == pytest.approx(132.37, abs=0.01)


def test_the_record_of_a_target_by_hand():
    # from 40 to 80 asked, 60 reached: half of the way; 30 is a quarter of the price the other way
    assert [float(each) for each in revisions.track_record(40.0, 80.0, 60.0)] == [1.0, 0.5, 0.5]
    assert [float(each) for each in revisions.track_record(40.0, 80.0, 30.0)] == [1.0, -0.25, -0.25]


def test_printed_revisions_by_line_and_year():
    # K022: revenue of 2026-2027 +3 to 5 %, adjusted EBITDA +5 to 7 %; Meta's guidance from 35bn to 37bn is +5.7 %
    shown = revisions.printed(BOOK).view.set_index(["Company", "Of"])["Change"]
    assert shown["Kingsoft Cloud", "revenue"] == "3.0% to 5.0%"
    assert shown["Kingsoft Cloud", "adjusted EBITDA"] == "5.0% to 7.0%"
    assert shown["Meta", "capex"] == "+5.7%"


def test_a_page_of_another_provider_is_no_revision():
    # on 17 June 2026 the page had 9.22 for Alibaba from two providers, from the 18th on 7.99 from one
    moved = revisions.consensus(BOOK)["BABA"]
    assert moved.inputs["eps_before"].value == 7.99 and float(moved.outputs.eps_revision) == 0


def test_before_anything_was_printed_the_page_says_so():
    early = facts.open(["IREN"], "2024-01-01")
    said = revisions.verdict(revisions.targets(early), revisions.consensus(early))
    assert said.startswith("No target or estimate for a company here was public by the day")
    assert exhibits.peers(revisions.targets(early), revisions.TARGETS, "revisions.targets").view.empty
    assert revisions.printed(early).title == "No revision for a company here is printed"


def test_how_far_apart_targets_are_by_hand():
    """CoreWeave, 15 September 2026: 74 to 192 around 141.41 at a close of 80.92."""
    own = target_range.cases(facts.open(["CRWV"]))["CRWV"]
    assert float(own.outputs.dispersion) == pytest.approx((192 - 74) / 141.41)
    assert float(own.outputs.upside_low) == pytest.approx(74 / 80.92 - 1)
    assert own.inputs["target_price"].day == own.inputs["share_price"].day == pd.Timestamp("2026-09-15")


def test_a_range_of_a_later_day_is_not_shown():
    assert target_range.cases(facts.open(["CRWV"], "2026-08-31"))["CRWV"].lacking


def test_a_median_of_two_targets_is_none():
    """13.50 to 13.80 and 20 to 75 are +2.2% and +275%: +138.6% is their mean, not a middle."""
    shown = exhibits.peers(
        revisions.targets(facts.open(["KC", "IREN", "BABA"])), revisions.TARGETS, "revisions.targets"
    )
    middle = shown.view.set_index("Company").loc["Median"]
    assert middle["Change of the target"] == words.DASH and middle["Upside to the share price"] == "29.2% (e)"


def test_who_has_no_figure_is_in_a_note_and_not_in_a_row_of_dashes():
    shown = exhibits.peers(target_range.cases(facts.open(["AMD", "BABA"])), target_range.SHOWN, "target_range.peers")
    assert shown.view["Company"].tolist() == ["AMD"] and any(
        "Alibaba: the data has no figure" in note for note in shown.notes
    )
