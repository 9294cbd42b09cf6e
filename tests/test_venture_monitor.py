"""Money of private rounds by year: sums by hand, suppliers' part, early days."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import venture_monitor


@pytest.fixture(scope="module")
def book():
    return facts.open()


def test_two_rounds_of_2025_are_53bn(book):
    """OpenAI's 40bn of March and Anthropic's 13bn of September; old shares of OpenAI, 6.6bn, bring it nothing."""
    found = venture_monitor.years(book)["2025"]
    assert found.inputs["money_of_year"].value == pytest.approx(53e9) and found.inputs["rounds_of_year"].value == 2
    assert (found.outputs.mean_of_year, found.outputs.largest_round_share) == pytest.approx((26.5e9, 40 / 53))


def test_coreweaves_rounds_of_2023_are_421m(book):
    """221m in April and 200m in May 2023 (StockWe); a loan of 2.3bn is no round, and NVIDIA's 100m has no day."""
    assert venture_monitor.years(book)["2023"].inputs["money_of_year"].value == pytest.approx(421e6)


def test_openais_suppliers_gave_a_quarter(book):
    """Amazon 15bn, NVIDIA 30bn, both of February 2026: 45bn of 6.6 + 40 + 122 = 168.6bn; SoftBank sells no computing.

    Microsoft's 13bn to 2024 are in none of the three rounds, so that they are no part of what these raised.
    """
    found = venture_monitor.suppliers(book)["OpenAI"]
    assert found.inputs["supplier_equity"].value == pytest.approx(45e9)
    assert found.inputs["equity_raised"].value == pytest.approx(168.6e9)
    assert float(found.outputs.supplier_share) == pytest.approx(0.267, abs=5e-4)


def test_a_year_with_one_round_has_no_largest(book):
    assert "2024" not in set(venture_monitor.table(book).view.iloc[:, 0])  # OpenAI's 6.6bn alone


def test_the_chart_has_all_that_was_raised(book):
    shown = venture_monitor.by_year(book)
    assert shown.figures["value"].astype(float).sum() == pytest.approx(venture_monitor.raised(book)["amount"].sum())
    assert shown.title.startswith("In 2026 laboratories were promised $237bn in 4 rounds")  # 122 + 30 + 65 + 20


@given(rounds=st.lists(st.floats(1e6, 1e11), min_size=1, max_size=9))
def test_the_largest_is_at_least_the_mean(rounds):
    found = venture_monitor.venture_year(sum(rounds), len(rounds), max(rounds))
    assert float(found.mean_of_year) <= max(rounds) * (1 + 1e-9)
    assert 1 / len(rounds) - 1e-9 <= float(found.largest_round_share) <= 1 + 1e-9


def test_before_a_round_was_public_it_is_not_there():
    early = facts.open(as_of="2025-06-30")
    assert "2026" not in venture_monitor.years(early)
    none = facts.open(as_of="2022-06-30")
    assert venture_monitor.years(none) == {} and venture_monitor.by_year(none).view.empty
    assert venture_monitor.table(none).view.empty and venture_monitor.overlap(none).view.empty


def test_what_came_after_the_last_private_round_is_no_part_of_them(book):
    """NVIDIA's 2bn of January 2026 for listed shares of CoreWeave, whose rounds on record are of April and May 2023."""
    assert venture_monitor.suppliers(book)["CoreWeave"].inputs["supplier_equity"].missing
