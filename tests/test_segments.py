"""What each segment brought: filings worked by hand, parts that add up to filed revenue, and what was known when."""

from functools import cache

import pytest

from capcycle import facts
from capcycle.analyses import first_screen, segments


@cache
def found(day=""):
    return segments.cases(facts.open(["MSFT", "AMZN", "GOOGL", "META", "ORCL", "NVDA", "AMD", "AVGO"], day))


def test_microsofts_cloud_brought_two_thirds_of_its_growth():
    # releases of 2026-07-29 and 2025-07-30: 39.3bn after 29.9bn; 10-K: 331.839bn less 241.832bn, after 76.441bn
    cloud = found()["MSFT"]["Intelligent Cloud"].outputs
    assert cloud.contribution == pytest.approx((39.3 - 29.9) / 76.441, rel=1e-4)
    assert cloud.share_of_growth == pytest.approx(9.4 / (331.839 - 241.832 - 76.441), rel=1e-3)


def test_alphabets_cloud_outgrew_its_advertising():
    # 10-Q for June 2026, disaggregated revenues: 24,768 after 13,624; 81,629 after 71,340; of 119,796 after 96,428
    own = {part: case.outputs.contribution for part, case in found()["GOOGL"].items()}
    assert own["Google Cloud"] == pytest.approx(11_144 / 96_428)
    assert own["Google advertising"] == pytest.approx(10_289 / 96_428)
    assert own["Subscriptions, platforms, devices"] == pytest.approx(1_708 / 96_428)


def test_where_a_year_ago_is_not_printed_by_the_same_cut_growth_says_it():
    # NVIDIA's release of 2026-05-20: edge computing 6.4bn, +29 %, a new cut; revenue of the year before 44.062bn
    assert found()["NVDA"]["Edge Computing"].outputs.contribution == pytest.approx((6.4 - 6.4 / 1.29) / 44.062)
    assert found()["NVDA"]["Data Center"].outputs.contribution == pytest.approx((75.2 - 39.1) / 44.062)


@pytest.mark.parametrize("company", ["MSFT", "AMZN", "META", "ORCL", "AMD", "AVGO"])
def test_segments_add_up_to_revenue_as_filed(company):
    own = found()[company].values()
    whole = next(iter(own))
    assert sum(case.inputs["part"].value for case in own) == pytest.approx(whole.inputs["whole"].value, rel=5e-4)
    assert sum(case.outputs.contribution for case in own) == pytest.approx(whole.outputs.whole_growth, abs=1e-3)


def test_what_was_not_public_is_not_shown():
    own = found("2026-05-01")["AMZN"]["AWS"]  # the release of 2026-04-29 had 37.6bn; the 10-Q of a year before 29.267bn
    assert own.inputs["part"].days == "31 Mar 2026" and own.outputs.contribution == pytest.approx(
        8.333 / 155.667, rel=1e-3
    )
    assert found("2023-12-31") == {}


def test_what_no_segment_has_is_said():
    notes = segments.bridge(segments.cases(facts.open(["BABA"]))).notes
    assert any(note.startswith("Alibaba: −8.6 points of growth is in none of them") for note in notes)


def test_no_segment_no_picture():
    shown = segments.bridge(segments.cases(facts.open(["KC"])))
    assert shown.chart is None and shown.title.startswith("No segment of these companies")


def test_a_companys_first_screen_has_its_segments_and_its_guidance():
    view = first_screen.screen(facts.open(["META", "MSFT"]), "META").view
    labels = [each if isinstance(each, str) else each["text"] for each in view.iloc[:, 0]]
    assert "Family of Apps, 99.3% of revenue" in labels
    assert "Capex that it has guided to, lower end" in labels
