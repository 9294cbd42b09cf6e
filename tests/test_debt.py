"""Debt: CoreWeave's lines and payments of June 2025, leases not commenced, early days, who has none on record."""

import pytest

from capcycle import facts
from capcycle.analyses import debt
from capcycle.errors import NothingToShow


@pytest.fixture(scope="module")
def book():
    return facts.open(["CRWV"])


def test_coreweaves_six_lines(book):
    """1,782.5 + 4,953.967 + 2,000 + 450 + 1,728.388 + 256.63 = 11,171.485m (10-Q, 2025-06-30), at 11.1%."""
    owed = debt.total(book, "CRWV")
    assert owed.value == pytest.approx(11_171.485e6) and owed.days == "30 Jun 2025"
    assert debt.weighted_rate(book, "CRWV") == pytest.approx(0.111, abs=5e-4)


def test_coreweaves_payments_sum_to_its_lines_and_nearly_half_is_near(book):
    """986.052 + 4,218.457 of 11,171.943m are due by the end of 2026: 46.6%."""
    due = debt.maturities(book, "CRWV")["principal"].sum()
    assert due == pytest.approx(debt.total(book, "CRWV").value, rel=1e-4)
    assert debt.due_soon(book, "CRWV") == pytest.approx(0.466, abs=5e-4)


def test_leases_not_commenced_nearly_doubled_in_half_a_year():
    """19.9bn in March and 39.1bn in September 2025: +96% (10-Qs)."""
    before, after = (debt.not_commenced(facts.open(as_of=day), "CRWV").value for day in ("2025-06-30", ""))
    assert (before, after) == (19.9e9, 39.1e9) and after / before - 1 == pytest.approx(0.965, abs=1e-3)


def test_moodys_hyperscalers():
    """662 of 969bn is 68.3%; 113% of adjusted debt makes that 586bn (Moody's, February 2026)."""
    found = debt.lease_overhang(662e9, 969e9, 1.13)
    assert found.share_not_commenced == pytest.approx(0.683, abs=5e-4)
    assert found.adjusted_debt == pytest.approx(586e9, abs=0.5e9)


def test_a_rate_in_a_range_counts_at_its_middle(book):
    rows = debt.lines(book, "CRWV").set_index("debt")
    assert rows.at["coreweave-oem", "rate"] == pytest.approx(0.095)  # 9 to 10%


def test_an_earlier_day_has_its_own_lines():
    with pytest.raises(NothingToShow, match="no line of CoreWeave's debt is on record"):
        debt.verdict(facts.open(as_of="2024-12-31"), "CRWV")


def test_who_has_none_on_record_is_named():
    with pytest.raises(NothingToShow, match="no line of AMD's debt is on record"):
        debt.stack(facts.open(), "AMD")
