"""Users, rides, cities: growth and a day's share by hand, definitions that break, a stale figure."""

import pytest

from capcycle import facts
from capcycle.analyses import operating

BOOK = facts.open(["META", "BIDU"])


def test_apollo_gos_rides():
    # 3.1m rides, +212 %: 0.994m a year before; 92 days of the quarter: 33,700 a day; 22 cities: 1,532 a day in each
    found = operating.grown(BOOK)["Baidu, robotaxi rides"].outputs
    assert (found.count_before, found.count_per_day) == pytest.approx((993_590, 33_696), abs=0.5)
    assert operating.by_city(BOOK, "BIDU").value == pytest.approx(3.1e6 / 92 / 22)
    assert operating.by_city(BOOK, "META").missing


def test_metas_family():
    # 3.27bn people a day in June 2024, +7 %: 3.06bn; the site's 3.56bn of March 2026 after 3.43bn is 3.8 %
    assert operating.count_growth(3.27e9, 0.07, 1.0).count_before == pytest.approx(3.056e9, rel=1e-4)
    now = operating.grown(BOOK)["Meta, daily people of the family of apps"]
    assert now.inputs["count_growth"].value == pytest.approx(3.56 / 3.43 - 1)


def test_a_changed_definition_and_a_stale_figure_are_said():
    notes = operating.register(BOOK).notes
    assert any(note.startswith("Baidu, robotaxi rides: the definition has changed") for note in notes)
    assert any(note.startswith("Meta, monthly users of Facebook: stale") for note in notes)
    assert "Meta, monthly users of Facebook" not in operating.grown(BOOK)


def test_growth_is_not_computed_across_a_change_of_definition():
    rows = operating.counts(BOOK)
    row = rows[(rows["unit"] == "rides") & (rows["period_end"] == "2025-06-30")].iloc[0]
    assert operating._computed(row, rows).reason.startswith("no growth is printed, and no figure")


def test_before_anything_was_counted_and_of_others_the_page_says_so():
    for book in (facts.open(["META"], "2020-01-01"), facts.open(["ORCL"])):
        assert operating.growth(book, operating.grown(book)).view.empty and operating.register(book).view.empty
