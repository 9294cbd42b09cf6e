"""Printed parts of revenue of five companies: levels, points, cuts that overlap, and what the rest did."""

import pytest

from capcycle import facts
from capcycle.analyses import printed_parts
from capcycle.errors import ModelError

PRINTED = printed_parts.cases(facts.open(["KC", "BIDU", "GOOGL", "MSFT"]))


def of(part, quarter="2025-09-30"):
    return next(case.outputs for key, case in PRINTED.items() if key[2] == part and key[3].endswith(quarter))


def test_kingsofts_ai_cloud_brought_most_of_its_growth():
    # 32 % of revenue, +116 %, of a whole that grew by 31 %: 0.32 * (1 - 1 / 2.16) * 1.31 = 22.5 points, 72.6 % of 31
    found = of("AI cloud")
    assert found.contribution == pytest.approx(0.2251, abs=5e-5)
    assert found.share_of_growth == pytest.approx(0.726, abs=5e-4)
    assert found.rest_growth == pytest.approx(0.105, abs=5e-4)
    assert of("Xiaomi and Kingsoft ecosystem").contribution == pytest.approx(0.1675, abs=6e-5)


def test_cuts_that_overlap_are_never_added():
    kingsoft = {key: case for key, case in PRINTED.items() if key[0] == "KC"}
    with pytest.raises(ModelError, match="overlap: added they would be 127% of its growth"):
        printed_parts.together(kingsoft)
    assert any("126.6% of its growth, so they are never added" in note for note in printed_parts.parts(PRINTED).notes)


def test_parts_of_one_cut_add_up_to_the_growth_of_the_whole():
    # Baidu Core: 15.3bn at -18 % and 9.3bn at +21 % were 26.34bn; 24.7bn is 6.2 % less. The lines add to 24.6bn
    core = {key: case for key, case in PRINTED.items() if key[1] == "Baidu Core"}
    assert of("Online marketing").whole_growth == pytest.approx(-0.0624, abs=5e-5)
    assert printed_parts.together(core).value == pytest.approx(24.6 / (15.3 / 0.82 + 9.3 / 1.21) - 1)


def test_what_baidu_hides():
    # agents 2.8bn, +262 %, inside online marketing of 15.3bn, -18 %: the rest fell from 17.9bn to 12.5bn
    agents = of("Agents and digital humans")
    assert (agents.share_of_whole, agents.rest_growth) == pytest.approx((0.183, -0.301), abs=5e-4)
    assert of("AI cloud infrastructure").share_of_growth == pytest.approx(0.646, abs=5e-4)
    assert printed_parts.parts(PRINTED).title == (
        "Baidu's online marketing without agents and digital humans: −30.1%, 30 Sep 2025"
    )


def test_alphabets_cloud_and_advertising():
    # 10.347bn +29 % and 64.616bn +11 % of 84.7bn +14 %: 3.13 and 8.62 of 14 points; 12.2 % and 76.3 % of revenue
    cloud, ads = of("Google Cloud", "2024-06-30"), of("Google advertising", "2024-06-30")
    assert (cloud.contribution, ads.contribution) == pytest.approx((0.0313, 0.0862), abs=5e-5)
    assert (cloud.share_of_whole, ads.share_of_whole) == pytest.approx((0.122, 0.763), abs=5e-4)


def test_azures_ai_rose_while_growth_slowed():
    # 7 of 31 points, then 8 of 29: 22.6 % and 27.6 % of growth; the rest 24 and 21 points
    quarters = [of("AI services", day) for day in ("2024-03-31", "2024-06-30")]
    assert [each.share_of_growth for each in quarters] == pytest.approx([0.226, 0.276], abs=5e-4)
    assert [each.rest_contribution for each in quarters] == pytest.approx([0.24, 0.21])


def test_before_anything_was_printed_the_page_says_so():
    early = printed_parts.cases(facts.open(["KC"], "2014-12-31"))
    assert printed_parts.parts(early).title == "Nobody has printed a part of these companies' revenue"
