"""Quality of earnings: gains on investments, charges that will not come again, and subsidies, after tax."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import earnings_quality
from capcycle.analyses.earnings_quality import one_off

BOOK = facts.open(["GOOGL", "AMZN", "META", "BIDU", "KC", "CRWV"])
PRINTED = earnings_quality.printed(BOOK)


def of(company, result):
    return next(case.outputs for name, case in PRINTED.items() if case.company == company and result in name)


def test_alphabets_net_margin_is_above_its_operating_margin():
    # 10-Qs to June 2026, twelve months: 54.8 % beside 33.1 %
    said = earnings_quality.verdict(BOOK, earnings_quality.cases(BOOK))
    assert said.startswith("Alphabet's net margin of 54.8% stands beside an operating margin of 33.1%")


def test_gains_are_taken_out_after_tax():
    found = earnings_quality.earnings_quality(200.0, 70.0, 100.0, 50.0, 90.0, 1000.0, 0.2)  # 100 - 50 * 0.8 = 60
    assert (found.core_net_income, found.core_margin, found.net_margin, found.operating_margin) == (60, 0.3, 0.5, 0.35)
    assert (found.accruals_ratio, found.cash_conversion) == pytest.approx((0.01, 0.9))


def test_kingsofts_652m_is_without_the_subsidy_already():
    # 652m on 2,478m is 26.3 %; with 170m of subsidies 822m, 33.2 %
    found = of("KC", "adjusted EBITDA")
    assert (found.without, found.with_all) == (652e6, 822e6)
    assert (found.margin_without, found.margin_with) == pytest.approx((0.263, 0.332), abs=5e-4)


def test_baidus_operating_loss_was_its_impairment():
    # -15.1bn and 16.2bn of impairment: 1.1bn, 3.5 % of 31.2bn
    found = of("BIDU", "operating income")
    assert found.without == pytest.approx(1.1e9) and found.margin_without == pytest.approx(0.035, abs=5e-4)


def test_an_impairment_bears_tax():
    # added back gross -11.2bn becomes 5.0bn; the company says 2.6bn
    found = of("BIDU", "net income")
    assert found.gross_without == pytest.approx(5.0e9) and found.without < found.gross_without
    assert "Baidu itself states CN¥2.6bn" in earnings_quality.stated(BOOK)


def test_coreweaves_loss_before_changes_of_fair_value():
    assert of("CRWV", "net income").gross_without == pytest.approx(-104e6)  # -860m and 756m


@given(st.floats(-1e11, 1e11), st.floats(-1e10, 1e10), st.floats(0, 1), st.floats(1e6, 1e12))
def test_with_and_without_differ_by_the_item_after_tax(reported, charge, tax, sales):
    for included in (0.0, 1.0):
        found = one_off(reported, charge, included, tax, sales)
        assert found.without - found.with_all == pytest.approx(charge * (1 - tax), abs=1e-2)
        assert (found.with_all if included else found.without) == pytest.approx(reported, abs=1e-2)


def test_who_gives_no_gains_is_named_and_an_early_book_says_so():
    assert any(note.startswith("Meta:") for note in earnings_quality.margins(earnings_quality.cases(BOOK)).notes)
    early = facts.open(["GOOGL", "KC"], "2012-12-31")
    assert earnings_quality.margins(earnings_quality.cases(early)).chart is None
    assert earnings_quality.items(early, earnings_quality.printed(early)).chart is None
