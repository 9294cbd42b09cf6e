"""Users, rides and cities: growth and a day's share by hand, definitions that break, a stale figure, revenue a user."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_revenue_for_each_person():
    # 10-Q for June 2024: 39.071bn from 3.27bn people, four times a year: 47.79 dollars
    found = operating.earned(BOOK)["Meta, quarter to 30 Jun 2024"].outputs
    assert found.revenue_per_user_year == pytest.approx(4 * 39.071 / 3.27, rel=1e-4)


@given(st.floats(1e6, 1e12), st.floats(1e3, 1e10), st.floats(0.25, 1))
def test_a_month_is_a_twelfth_and_users_times_it_is_revenue(revenue, users, period):
    found = operating.per_user(revenue, users, period)
    assert found.revenue_per_user_month * 12 * users * period == pytest.approx(revenue)


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
        each = operating.grown(book)
        assert operating.verdict(book, each).startswith("No users, rides or cities of these companies are held")
        shown = (operating.growth(book, each), operating.earnings(operating.earned(book)), operating.register(book))
        assert [exhibit.chart for exhibit in shown] == [None] * 3
