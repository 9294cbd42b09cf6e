"""Quality of earnings: gains on investments taken out after tax."""

import pytest

from capcycle import facts
from capcycle.analyses import accruals, earnings_quality

BOOK = facts.open(["GOOGL", "AMZN", "META", "BIDU", "KC", "CRWV"])


def test_alphabets_net_margin_is_above_its_operating_margin():
    # 10-Qs to June 2026, twelve months: 54.8 % beside 33.1 %
    said = earnings_quality.verdict(BOOK, earnings_quality.cases(BOOK))
    assert said.startswith("Alphabet's net margin of 54.8% stands beside an operating margin of 33.1%")
    assert "Alphabet's gains in the year to 30 Jun 2026 are not in the data" in said  # those of 31 Mar 2026 are


def test_who_owes_most_to_gains_is_who_has_the_largest_part_of_its_profit_from_them():
    # twelve months, 10-Qs: of Amazon's net income to June 2026 46 % is gains after tax at 22.2 %, of Alphabet's to
    # March 2026 25 %, though of revenue they take 9.5 points at Alphabet and 8.0 at Amazon
    said = earnings_quality.verdict(BOOK, earnings_quality.cases(BOOK))
    assert (
        "Amazon owes the largest part of its profit to them: without them, after tax, its net margin of 17.4%" in said
    )


def test_gains_are_taken_out_after_tax():
    found = earnings_quality.earnings_quality(200.0, 70.0, 100.0, 50.0, 0.2)  # 100 - 50 * 0.8 = 60
    assert (found.core_net_income, found.core_margin, found.net_margin, found.operating_margin) == (60, 0.3, 0.5, 0.35)


def test_who_gives_no_gains_is_named_and_an_early_book_says_so():
    assert any(note.startswith("Meta:") for note in earnings_quality.margins(earnings_quality.cases(BOOK)).notes)
    early = facts.open(["GOOGL", "KC"], "2012-12-31")
    assert earnings_quality.margins(earnings_quality.cases(early)).chart is None


def test_profit_and_cash_rest_on_what_is_filed_alone():
    each = accruals.cases(BOOK)
    assert {case.quantity("cash_conversion").kind for case in each.values() if not case.lacking} == {"derived"}
    meta = each["META"]  # gives no gains, and has cash beside its profit all the same
    assert meta.outputs.cash_conversion == pytest.approx(
        meta.inputs["operating_cash_flow"].value / meta.inputs["net_income"].value
    )
    assert "loss" not in each["CRWV"].name and each["CRWV"].quantity("cash_conversion").missing  # a loss
