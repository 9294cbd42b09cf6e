"""Results with and without what will not come again: impairments, subsidies, changes of fair value, after tax."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import one_offs
from capcycle.analyses.one_offs import one_off

BOOK = facts.open(["GOOGL", "AMZN", "META", "BIDU", "KC", "CRWV"])
PRINTED = one_offs.cases(BOOK)


def of(company, result):
    return next(case.outputs for name, case in PRINTED.items() if case.company == company and result in name)


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
    assert "Baidu itself states CN¥2.6bn" in one_offs.stated(BOOK)


def test_coreweaves_loss_before_changes_of_fair_value():
    # 756m as printed on a loss of 863.4m (prospectus of March 2025), not on the 860m that the text rounds it to
    assert of("CRWV", "net income").gross_without == pytest.approx(-107.4e6)
    assert one_offs.items(BOOK, PRINTED).title.endswith("to 30 Sep 2025")


@given(st.floats(-1e11, 1e11), st.floats(-1e10, 1e10), st.floats(0, 1), st.floats(1e6, 1e12))
def test_with_and_without_differ_by_the_item_after_tax(reported, charge, tax, sales):
    for included in (0.0, 1.0):
        found = one_off(reported, charge, included, tax, sales)
        assert found.without - found.with_all == pytest.approx(charge * (1 - tax), abs=1e-2)
        assert (found.with_all if included else found.without) == pytest.approx(reported, abs=1e-2)


def test_where_no_text_names_an_item_the_page_says_so():
    early = facts.open(["GOOGL", "KC"], "2012-12-31")
    assert one_offs.items(early, one_offs.cases(early)).title == "No text names a one-off item of these companies"
