"""Scales and conversions, by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import units


@pytest.mark.parametrize(
    ("amount", "scale", "in_full"),
    [
        (1, "k", 1_000),
        (5, "万", 50_000),
        (2.5, "m", 2_500_000),
        (355.54, "亿", 35_554_000_000),  # Kuaishou's revenue; a page that prints 355.54 billion is ten times off
        (13.873, "bn", 13_873_000_000),
        (1.2, "tn", 1_200_000_000_000),
    ],
)
def test_full_units_in_a_scale(amount, scale, in_full):
    assert units.scaled(in_full, scale) == pytest.approx(amount, rel=1e-15)


def test_half_a_million_is_fifty_wan():
    assert [units.scaled(500_000, "万"), units.scaled(700_000, "万")] == [50, 70]


def test_an_unknown_scale_is_not_guessed():
    with pytest.raises(KeyError, match="billion"):
        units.scaled(1, "billion")


def test_rent_per_kw_and_month_per_mw_and_year():
    assert units.per_mw_year(130) == 1_560_000  # 130 × 1000 kW × 12 months


@given(st.floats(0, 1e6))
def test_rents_there_and_back(rent):
    assert units.per_kw_month(units.per_mw_year(rent)) == pytest.approx(rent)


def test_megawatts_in_a_gigawatt():
    assert (units.KW_PER_MW, units.MW_PER_GW, units.MONTHS_PER_YEAR) == (1_000, 1_000, 12)
