"""Revenue for each person counted, by quarter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import operating, per_user

BOOK = facts.open(["META", "BIDU"])


def test_revenue_for_each_person():
    # 10-Q for June 2024: 39.071bn from 3.27bn people, four times a year: 47.79 dollars
    found = per_user.cases(BOOK)["Meta, quarter to 30 Jun 2024"].outputs
    assert found.revenue_per_user_year == pytest.approx(4 * 39.071 / 3.27, rel=1e-4)


@given(st.floats(1e6, 1e12), st.floats(1e3, 1e10), st.floats(0.25, 1))
def test_a_month_is_a_twelfth_and_users_times_it_is_revenue(revenue, users, period):
    found = per_user.per_user(revenue, users, period)
    assert found.revenue_per_user_month * 12 * users * period == pytest.approx(revenue)


def test_before_anything_was_counted_and_of_others_the_page_says_so():
    for book in (facts.open(["META"], "2020-01-01"), facts.open(["ORCL"])):
        assert per_user.verdict(book, operating.grown(book)).startswith("No users, rides or cities of these companies")
        assert per_user.earnings(per_user.cases(book)).chart is None
