"""Growth by part as filed: what the cloud brought and how the rest grew."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import growth

AMOUNT = st.floats(1e6, 1e12)


def test_the_cloud_as_filed():
    # Alphabet 10-Q for June 2024: Cloud 10.347bn after 8.031bn, total 84.742bn after 74.604bn
    found = growth.clouds(facts.open(["GOOGL"], "2024-08-01"))["GOOGL"].outputs
    assert found.contribution == pytest.approx((10.347 - 8.031) / 74.604, rel=1e-4)


@given(AMOUNT, AMOUNT, AMOUNT, AMOUNT)
def test_contributions_of_a_part_and_the_rest_add_to_growth(part, rest, part_before, rest_before):
    found = growth.growth_bridge(part + rest, part_before + rest_before, part, part_before)
    assert found.contribution + found.rest_contribution == pytest.approx(found.whole_growth)
    assert found.rest_growth == pytest.approx(rest / rest_before - 1, rel=1e-3, abs=1e-3)


def test_who_has_no_cloud_is_named():
    shown = growth.contributions(growth.clouds(facts.open(["META"])))
    assert shown.chart is None and shown.title.startswith("No company here has revenue and cloud revenue")
    assert any(note.startswith("Meta: ") for note in shown.notes)
