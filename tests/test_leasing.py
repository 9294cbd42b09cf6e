"""Leased clusters: what a call told, five years that add up, and lease or buy by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts, study
from capcycle.analyses import leasing
from capcycle.analyses.leasing import lease_or_buy, leasing_implied
from capcycle.claims import worked_examples
from capcycle.errors import ModelError
from capcycle.models.maths import present_value
from capcycle.quantity import Quantity

CALL = {"cards": 10_000, "lease_income": 4e9, "vat_refund": 0.2e9, "cluster_residual": 0.13e9, "card_lease_term": 5}
DECLARED = {"card_price": 287_500, "borrowed_share": 0.7, "lessor_debt_rate": 0.045, "operating_cost_share": 0.05,
            "lessor_tax_rate": 0.25}  # fmt: skip
TENANT = {"purchase_price": 100.0, "rent_per_year": 25.0, "running_cost_per_year": 2.0, "card_lease_term": 5,
          "resale_share": 0.1, "tenant_debt_rate": 0.08, "tenant_tax_rate": 0.25, "operating_income": 60.0,
          "invested_capital": 450.0}  # fmt: skip
amounts = st.floats(0, 5e9)


def test_published_examples_reproduce():
    assert worked_examples(facts.open(), "leasing").title == "Both worked examples reproduce"


@pytest.mark.parametrize(
    ("income", "profit", "cost", "rent"),
    [(4e9, 150e6, 3.58e9, 9.13), (4e9, 200e6, 3.33e9, 9.13), (6e9, 300e6, 4.83e9, 13.70), (6e9, 400e6, 4.33e9, 13.70)],
)
def test_what_the_profits_told_leave_for_costs(income, profit, cost, rent):
    # checks K150 to K152: income, 0.2bn refunded and 0.13bn of residual, less five years of profit
    found = leasing_implied(quoted_profit_per_year=profit, **CALL | {"lease_income": income})
    assert found.implied_cost == pytest.approx(cost)
    assert found.rent_per_card_hour == pytest.approx(rent, abs=0.005)


def test_five_years_by_hand():
    # 4.33bn in; servers 2bn, no loan, operation 10 % of 4bn, tax a quarter of 4.33 - 2 - 0.4 = 1.93: 1.4475bn is left
    given = {"card_price": 200_000, "borrowed_share": 0.0, "lessor_debt_rate": 0.05, "operating_cost_share": 0.1}
    found = leasing.leasing(**CALL, **given, lessor_tax_rate=0.25)
    assert float(found.lease_profit) == pytest.approx(1.4475e9)
    assert float(found.lease_margin) == pytest.approx(1.4475 / 4.33)
    assert [float(each) for each in found.residual_by_year[4:6]] == [0.0, 0.13e9]


@given(amounts, st.floats(0, 0.9), st.floats(0.001, 0.15), st.integers(1, 10))
def test_profit_is_what_comes_in_less_all_costs_and_cash_less_the_same(income, share, rate, term):
    given = CALL | DECLARED | {"lease_income": income, "borrowed_share": share, "lessor_debt_rate": rate}
    found = leasing.leasing(**given | {"card_lease_term": term})
    assert float(found.lease_profit) == pytest.approx(float(found.lease_inflow - found.five_year_cost), abs=1)
    assert float(sum(found.lessor_cash_by_year)) == pytest.approx(float(found.lease_profit), abs=1)


def test_equity_is_worth_nothing_at_its_rate_of_return():
    found = leasing.leasing(**CALL, **DECLARED)
    assert abs(present_value(found.lessor_equity_irr, [float(each) for each in found.lessor_cash_by_year])) < 1


@given(st.floats(5, 60), st.floats(0.001, 0.15), st.floats(0, 0.4), st.floats(0, 0.9))
def test_at_the_break_even_rent_leasing_and_buying_cost_the_same(rent, rate, tax, resale):
    given = TENANT | {"tenant_debt_rate": rate, "tenant_tax_rate": tax, "resale_share": resale}
    needed = lease_or_buy(**given | {"rent_per_year": rent}).tenant_break_even_rent
    assert abs(lease_or_buy(**given | {"rent_per_year": needed}).gain_from_leasing) < 1e-9


def test_lease_or_buy_by_hand():
    # after-tax rate 6 %, annuity 4.2124; buying: -100 + 0.25*18*4.2124 - 0.75*2*4.2124 + 10/1.06^5 = -79.890
    # leasing: -0.75*25*4.2124 = -78.982; liability at 8 %: 25*3.9927 = 99.818
    found = lease_or_buy(**TENANT)
    assert float(found.npv_of_buying) == pytest.approx(-79.890, abs=0.001)
    assert float(found.npv_of_leasing) == pytest.approx(-78.982, abs=0.001)
    assert float(found.tenant_lease_liability) == pytest.approx(99.818, abs=0.001)


def test_where_the_rent_stands_in_the_accounts():
    found = lease_or_buy(**TENANT)
    assert (found.ebitda_bought, found.ebitda_ifrs_16, found.ebitda_rented) == (-2.0, 0.0, -25.0)
    assert float(found.roic_before) == pytest.approx(60 * 0.75 / 450)
    assert float(found.roic_rented) == pytest.approx(35 * 0.75 / 450)
    assert float(found.roic_asc_842) == pytest.approx(35 * 0.75 / (450 + 99.818), abs=1e-6)


def test_what_is_missing_stays_missing():
    found = lease_or_buy(**TENANT | {"invested_capital": np.nan})
    assert np.isnan(found.roic_bought) and np.isfinite(found.gain_from_leasing)


def test_a_range_that_falls_is_refused():
    with pytest.raises(ModelError, match=r"card_price is .*: give one number, or low, central and high, rising"):
        leasing.cluster(facts.open(), card_price=[3e5, 2e5, 4e5])


def test_a_part_above_the_whole_is_refused():
    lease = leasing.cluster(facts.open(currency="CNY"), **DECLARED)
    with pytest.raises(ModelError, match=r"leased is 1.5: give a number from 0 to 1; write 0.85 for 85 %"):
        leasing.choice(lease, "GOOGL", 1.5, 0.045)


def declared_costs():
    ranges = {"card_price": Quantity("card_price", 287_500, "CNY", 250_000, 350_000)}
    return study.case(leasing.leasing, facts.open(currency="CNY"), **CALL | DECLARED | ranges)


def test_declared_costs_stand_beside_what_they_must_add_up_to():
    profit = Quantity("profit", np.nan, "CNY/year", 150e6, 200e6)
    shown = leasing.bridge(case := declared_costs(), profit)
    assert "CN¥3.33bn to CN¥3.58bn" in shown.subtitle  # 4.33bn less five years of 200m and of 150m
    assert case.inputs["card_price"].unit == "CNY" and case.kind == "assumed"


def test_before_the_call_nothing_of_it_is_quoted():
    profit = leasing.quoted_profit(facts.open(as_of="2025-06-30", currency="CNY"))
    assert profit.hindsight and "the call" not in leasing.finding(declared_costs(), profit)


# ---- one card


def clustered(kind):
    own = {
        name: DECLARED[name] for name in ("card_price", "borrowed_share", "lessor_debt_rate", "operating_cost_share")
    }
    return leasing.cluster(facts.open(["GOOGL"], currency="CNY"), kind, **own)


@pytest.mark.parametrize(("kind", "rent"), [("ordinary", 80e3), ("advanced", 120e3)])
def test_a_cards_rent_is_that_of_the_call(kind, rent):
    """4bn and 6bn over five years of ten thousand cards."""
    case = leasing.card(clustered(kind), 0.045)
    assert case.inputs["rent_per_card_year"].value == rent and case.inputs["rent_per_card_year"].unit == "CNY/year"


def test_lease_or_buy_a_card_by_hand():
    """At 10% before and 5% after tax of half: two years are worth 1/1.05 + 1/1.1025 = 1.8594.

    100 less 0.5 x 50 x 1.8594 saved on depreciation is 53.515; leasing at 60 costs 0.5 x 60 x 1.8594 = 55.782.
    """
    found = leasing.lease_or_buy_a_card(100.0, 60.0, 0.0, 2, 0.0, 0.1, 0.5)
    assert (found.cost_of_buying, found.cost_of_leasing) == pytest.approx((53.515, 55.782), abs=0.001)
    assert found.gain_per_card == pytest.approx(-2.268, abs=0.001)


@given(price=st.floats(50e3, 600e3), resale=st.floats(0, 0.5), rate=st.floats(0.001, 0.15), tax=st.floats(0, 0.4))
def test_at_the_even_price_and_at_the_even_rent_both_cost_the_same(price, resale, rate, tax):
    asked = (80e3, 4e3, 5, resale, rate, tax)
    even = leasing.lease_or_buy_a_card(price, *asked)
    if even.even_price < 10e6:
        assert leasing.lease_or_buy_a_card(even.even_price, *asked).gain_per_card == pytest.approx(0, abs=1e-3)
    assert leasing.lease_or_buy_a_card(price, even.even_rent, *asked[1:]).gain_per_card == pytest.approx(0, abs=1e-3)


def test_many_cards_are_one_card_many_times():
    """The whole capex of a tenant breaks even at as many rents as it buys cards."""
    lease = clustered("ordinary")
    one, all_of_them = leasing.card(lease, 0.045), leasing.choice(lease, "GOOGL", 0.1, 0.045)
    bought = all_of_them.inputs["purchase_price"].value / one.inputs["card_price"].value
    assert all_of_them.outputs.tenant_break_even_rent / bought == pytest.approx(one.outputs.even_rent, rel=1e-9)
