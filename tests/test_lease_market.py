"""China's market for leased cards and tokens on its contracts: the call's figures, hand arithmetic, early days."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import lease_market, leasing, tokenised
from capcycle.errors import ModelError, NothingToShow
from capcycle.models.maths import present_value

CALL = {"ai_capex_target": 1e12, "ai_capex_now": 398e9, "years_to_target": 3, "leased_share": 0.5, "rent_to_price": 0.3,
        "card_lease_term": 5, "lease_income": 4e9, "quoted_profit_per_year": 175e6, "lessor_equity": 0.0,
        "earnings_multiple": 10, "wacc": 0.1}  # fmt: skip
COSTS = {"card_price": [250e3, 287.5e3, 350e3], "lessor_debt_rate": 0.045, "operating_cost_share": 0.05}
rate = st.floats(0.01, 0.3)


def market(**inputs):
    return lease_market.lease_market(**CALL | inputs)


def tokens(**inputs):
    given_ = {"cluster_outlay": 90.0, "contract_cash": 50.0, "cluster_residual": 20.0, "card_lease_term": 2,
              "token_yield": 0.1, "advance_rate": 0.5, "bank_loan_rate": 0.05}  # fmt: skip
    return tokenised.tokenised(**given_ | inputs)


# ---- the market


def test_half_of_a_trillion_is_the_upper_end_that_the_call_prints():
    """1tn at 50% is 500bn; the printed 400bn is 40%."""
    printed = lease_market.printed(facts.open(currency="CNY"))
    assert market().leased_capex == printed.high == 500e9
    assert market(leased_share=0.4).leased_capex == printed.low == 400e9


def test_a_trillion_in_2028_needs_36_per_cent_a_year():
    """118 + 100 + 180 is 398bn in 2025; 1000 / 398 is 2.5126, its third root 1.359."""
    now = lease_market.spent_now(facts.open(currency="CNY"))
    assert now.value == 398e9 and now.kind == "estimated"
    assert market().capex_growth_needed == pytest.approx(0.36, abs=0.005)


def test_rent_is_paid_on_what_was_bought_before_too():
    """Capex doubles each year: 200 leased now, 100 a year ago, both let at half their price: 150 of rent."""
    found = market(ai_capex_target=400, ai_capex_now=200, years_to_target=1, card_lease_term=2, rent_to_price=0.5)
    assert found.rent_of_year == pytest.approx(150)


def test_rent_comes_out_as_large_as_the_capex_that_is_leased():
    """A third of the price a year, five years of leases that count 2.967 at 35.95% of growth: 0.989 of the capex."""
    case = lease_market.market(facts.open(currency="CNY"))
    assert case.outputs.rent_of_year / case.outputs.leased_capex == pytest.approx(0.989, abs=0.001)


def test_five_advanced_clusters_earn_what_the_call_says():
    """Five clusters let 6bn of rent in all a year; each earns 300 to 400m, so 1.5 to 2.0bn."""
    five = {"rent_to_price": 0.6, "ai_capex_target": 20e9, "ai_capex_now": 20e9, "card_lease_term": 1}
    ends = [market(**five, lease_income=6e9 / 5, quoted_profit_per_year=each).profit_of_lessors for each in (3e8, 4e8)]
    assert ends == pytest.approx([1.5e9, 2.0e9])


def test_a_profit_that_ends_is_worth_less_than_the_call_s_multiples():
    """Five years at 10% are worth 3.79 of one; ten times is twice what five years pay, without any interest."""
    found = market(lessor_equity=875e6)  # as much as the five profits: it doubles what comes back
    assert found.worth_of_profits == pytest.approx(3.7908, abs=1e-4)
    assert found.worth_with_capital == pytest.approx(2 * 3.7908, abs=1e-3)
    assert found.price_returned == 0.5 and market(earnings_multiple=5).price_returned == 1


@given(growth=st.floats(1, 3), term=st.integers(1, 10))
def test_rent_is_never_more_than_that_of_equal_years(growth, term):
    found = market(ai_capex_now=1e12 / growth, card_lease_term=term)
    assert found.rent_of_year <= 0.3 * 500e9 * term * (1 + 1e-9)


def test_before_the_capex_of_2025_is_public_there_is_no_market():
    with pytest.raises(NothingToShow, match="choose a later date"):
        lease_market.market(facts.open(as_of="2025-11-04", currency="CNY"))


def test_the_printed_size_stands_beside_its_part_of_capex():
    book = facts.open(currency="CNY")
    shown = lease_market.by_share(lease_market.market(book), lease_market.printed(book))
    assert shown.title == "50.0% of capex is CN¥500bn; the call's lower end is 40.0%"


# ---- tokens


def test_half_of_two_years_by_hand():
    """25 a year for two years at 10% raise 43.388; 46.612 is left to pay, and 25, then 25 + 20 come back."""
    found = tokens()
    assert found.tokens_issued == pytest.approx(43.388, abs=0.001) and found.paid_to_holders == 25
    assert found.tokens_by_year[:4] == pytest.approx([-46.612, 25, 45, 0], abs=0.001)
    assert found.cash_cover == 2
    assert present_value(found.equity_return_tokens, found.tokens_by_year) == pytest.approx(0, abs=1e-9)


@given(outlay=st.floats(70, 110), share=st.floats(0.1, 0.6))
def test_tokens_at_the_contract_s_own_return_change_nothing(outlay, share):
    alone = tokens(cluster_outlay=outlay).equity_return_alone
    at = tokens(cluster_outlay=outlay, advance_rate=share, token_yield=max(alone, 0.0))
    if alone > 0:
        assert at.equity_return_tokens == pytest.approx(alone, abs=1e-6)


@given(asked=rate)
def test_a_loan_at_the_tokens_yield_leaves_the_same(asked):
    found = tokens(token_yield=asked, bank_loan_rate=asked)
    assert found.equity_return_bank == pytest.approx(found.equity_return_tokens, abs=1e-9)


def test_where_tokens_raise_all_that_the_cluster_costs_no_return_is_shown():
    assert tokens(cluster_outlay=40.0).equity_return_tokens != tokens(cluster_outlay=40.0).equity_return_tokens


def test_cash_of_the_call_s_cluster_by_hand():
    """4bn of rent and 0.2bn refunded, less 5% of the rent, over five years: 0.8bn a year."""
    lease = leasing.cluster(facts.open(currency="CNY"), borrowed_share=0.7, **COSTS)
    case = tokenised.issue(lease, [0.4, 0.5, 0.6])
    assert case.inputs["contract_cash"].value == pytest.approx(0.8e9)
    assert case.inputs["cluster_outlay"].value == pytest.approx(2.875e9)  # 10,000 cards
    assert case.outputs.tokens_issued == pytest.approx(0.4e9 * 4.2124, rel=1e-4)  # five years at 6%
    assert "tokens" in tokenised.by_yield(case).title.lower()


def test_parts_of_a_year_are_refused():
    with pytest.raises(ModelError, match="whole years"):
        tokens(card_lease_term=2.5)
