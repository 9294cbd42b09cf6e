"""What each segment brought: filings worked by hand, parts that add up to filed revenue, and what was known when."""

from functools import cache

import pytest

from capcycle import facts
from capcycle.analyses import first_screen, segments
from capcycle.measure import measure
from capcycle.panel import select


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
    # 20-F, in millions: revenue grew by 27,323, its segments by 1,110,886 less 1,097,055; on 996,347
    assert any(note.startswith("Alibaba: +1.4 points of growth is in none of them") for note in notes)
    # the release of 13 May 2026: like for like, without the businesses that were sold, the quarter grew by 11 %
    assert any(note.startswith("Alibaba, All others: Sun Art and Intime were sold") and "11%" in note for note in notes)


def test_no_segment_no_picture():
    shown = segments.bridge(segments.cases(facts.open(["KC"])))
    assert shown.chart is None and shown.title.startswith("No segment of these companies")


def test_a_companys_first_screen_has_its_segments_and_its_guidance():
    view = first_screen.screen(facts.open(["META", "MSFT"]), "META").view
    labels = [each if isinstance(each, str) else each["text"] for each in view.iloc[:, 0]]
    assert "Family of Apps, 99.3% of revenue" in labels
    assert "Capex that it has guided to, lower end" in labels


def test_a_company_that_tells_its_segments_once_a_year_is_of_that_year():
    # Alibaba's 20-F of 20 May 2026, in billions of yuan: 158.132 against 118.028 of the cloud, 1,023.67 against 996.347
    # in all; a year against a quarter would be 64 %
    [(_, parts)] = segments.cases(facts.open(["BABA"])).items()
    cloud = parts["Cloud Intelligence"].outputs
    assert cloud.contribution == pytest.approx((158.132 - 118.028) / 996.347)
    assert cloud.share_of_whole == pytest.approx(158.132 / 1023.67)
    shown = segments.bridge({"BABA": parts})
    assert shown.title == "Cloud Intelligence brought 146.8% of Alibaba's growth in the year to 31 Mar 2026"


def test_the_last_quarter_of_a_year_is_what_its_three_others_leave():
    # printed by two papers: 41.6bn yuan for March 2026, up 38 %, and 30.127bn for March 2025
    quarters = measure("cloud_revenue", select(facts.open(["BABA"]), "quarter")).table.set_index("period")["value"]
    assert quarters["2026Q1"] == 41.626e9 and quarters["2025Q1"] == 30.127e9
    assert quarters["2026Q1"] / quarters["2025Q1"] - 1 == pytest.approx(0.38, abs=0.005)
