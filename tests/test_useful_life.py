"""Useful life: the methods against published tables, the invariants, the calibration against disclosed changes."""

import altair as alt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import exhibits, facts
from capcycle.analyses import useful_life
from capcycle.analyses.useful_life import exhibits as shown
from capcycle.claims import worked_examples
from capcycle.errors import ModelError
from capcycle.facts import registers
from capcycle.models.depreciation import charge, declining_balance, straight_line, sum_of_digits
from capcycle.models.maths import is_expression
from capcycle.panel import select
from capcycle.words import say

METHODS = (straight_line, sum_of_digits, declining_balance)
LIVES = [3, 4, 5, 6]
lives = st.floats(2, 10)
spending = st.lists(st.floats(0, 1e11), min_size=1, max_size=12)

# IRS Publication 946, appendix A, half-year convention: table A-8 is a straight line, table A-1 double-declining
PUBLISHED = {
    (straight_line, 3): [16.67, 33.33, 33.33, 16.67],
    (straight_line, 5): [10.00, 20.00, 20.00, 20.00, 20.00, 10.00],
    (declining_balance, 3): [33.33, 44.45, 14.81, 7.41],
    (declining_balance, 5): [20.00, 32.00, 19.20, 11.52, 11.52, 5.76],
    (declining_balance, 7): [14.29, 24.49, 17.49, 12.49, 8.93, 8.92, 8.93, 4.46],
    (declining_balance, 10): [10.00, 18.00, 14.40, 11.52, 9.22, 7.37, 6.55, 6.55, 6.56, 6.55, 3.28],
}


@pytest.mark.parametrize(("method", "life"), PUBLISHED)
def test_methods_return_the_published_tables(method, life):
    found = [100 * float(charge(method, year, life, 0.5)) for year in range(life + 1)]
    assert found == pytest.approx(PUBLISHED[method, life], abs=0.0101)  # the tables are rounded to add to 100


def test_the_sum_of_digits_at_mid_year():
    # by hand: service years take 3/6, 2/6, 1/6 of the cost; the accounts see half of each beside half of the next
    found = [12 * float(charge(sum_of_digits, year, 3, 0.5)) for year in range(4)]
    assert found == pytest.approx([3, 5, 3, 1])


@given(life=lives, first=st.floats(0.1, 1))
def test_every_method_charges_the_same_in_all(life, first):
    for method in METHODS:
        parts = [float(charge(method, year, life, first)) for year in range(12)]
        assert sum(parts) == pytest.approx(1) and min(parts) > -1e-12, method.__name__


@given(spent=spending, short=st.floats(2, 5), longer=st.floats(0.1, 4))
def test_a_shorter_life_raises_near_years_and_lowers_far_ones(spent, short, longer):
    near, far = (restated(spent, life, 0.0) for life in (short, short + longer))
    ahead = np.cumsum(near) - np.cumsum(far)
    assert np.all(ahead >= -1e-3), "charged sooner at no point falls behind"
    assert near[-1] <= far[-1] + 1e-3


def restated(spent, life, residual):
    """Charges of one purchase in the newest year, the rest of the spending as it came."""
    cost = [0.0] * (len(spent) - 1) + [sum(spent)]
    found = useful_life.model.useful_life(cost, 1.0, 6.0, life, residual, 0.5, 0.2, 1e9, 1e9)
    return np.array(found.charges_restated, float)


@given(spent=spending, before=lives, after=lives)
def test_a_change_of_life_charges_the_book_and_no_more(spent, before, after):
    found = useful_life.model.life_change(spent, 0.0, 1.0, before, after, 0.0, 0.5, 0.2, 1e9)
    for charges in (found.existing_before, found.existing_after):
        assert sum(map(float, charges)) == pytest.approx(float(found.book), rel=1e-9, abs=1e-3)


@given(spent=spending, life=lives)
def test_the_life_of_the_accounts_changes_nothing(spent, life):
    found = useful_life.model.useful_life(spent, 0.5, life, life, 0.1, 0.5, 0.2, 1e10, 1e9)
    assert float(found.eps_restated) == pytest.approx(float(found.eps_in_accounts))
    assert float(found.added_on_existing) == pytest.approx(0, abs=1e-3)


def test_existing_and_new_are_restated_apart():
    # by hand, 120 a year, mid-year, from 6 to 3 years: the year's own purchase 10 -> 20, the one before 20 -> 40
    found = useful_life.model.useful_life([120.0, 120.0], 1, 6, 3, 0, 0.5, 0.25, 100.0, 10.0)
    assert [float(found.added_on_new), float(found.added_on_existing)] == pytest.approx([10, 20])
    assert float(found.net_income_restated) == pytest.approx(100 - 30 * 0.75)


def test_what_is_past_its_new_life_is_charged_at_once():
    # by hand: 60 bought four years ago has charged 4.5/6 of itself; 15 are left, and three years are over
    found = useful_life.model.life_change([60.0, 0, 0, 0, 0], 0, 1, 6, 3, 0, 0.5, 0, 1)
    assert [float(each) for each in found.existing_after[:2]] == pytest.approx([15, 0])
    assert float(found.effect_on_existing) == pytest.approx(15 - 10)


def test_the_residual_is_never_charged():
    found = useful_life.model.useful_life([100.0], 1, 5, 5, 0.3, 0.5, 0, 1.0, 1.0)
    assert sum(map(float, found.charges_in_accounts)) == pytest.approx(70)


def test_a_loss_has_no_share_to_change():
    assert np.isnan(useful_life.model.useful_life([100.0], 1, 6, 3, 0, 0.5, 0.2, -50.0, 10.0).eps_change)


def test_both_models_yield_formulas_of_sliders():
    life, share = alt.param(name="life"), alt.param(name="share")
    one = useful_life.model.useful_life([1e9] * 8, share, 6, life, 0, 0.5, 0.2, 1e10, 1e9)
    other = useful_life.model.life_change([1e9] * 8, 1e9, share, 6, life, 0, 0.5, 0.2, 1e9)
    assert is_expression(one.eps_by_balance, one.charges_restated[3]) and is_expression(other.eps_effect[0])


# ---- the companies' own accounts


@pytest.fixture(scope="module")
def years():
    return select(facts.load(["MSFT", "GOOGL", "META", "AMZN", "ORCL"]), "year", "fiscal")


@pytest.fixture(scope="module")
def cases(years):
    return useful_life.cases.restated(years, years.companies)


@pytest.fixture(scope="module")
def calibrated(years):
    return useful_life.cases.calibrated(years.companies)


def test_microsofts_change_by_hand(calibrated):
    # capex of fiscal 2019-2022 13.925, 15.441, 20.622, 23.886bn, 28.107bn in 2023 (10-Ks), four years to six, mid-year
    before = 13.925 / 8 + (15.441 + 20.622 + 23.886) / 4 + 28.107 / 8
    after = 13.925 / 8 / 2.5 + 15.441 * 3 / 8 / 3.5 + 20.622 * 5 / 8 / 4.5 + 23.886 * 7 / 8 / 5.5 + 28.107 / 12
    row = calibrated[(calibrated["company"] == "MSFT") & (calibrated["figure"] == "operating_income")].iloc[0]
    assert row["modelled"] == pytest.approx((before - after) * 1e9, rel=1e-6)
    assert row["implied_share"] == pytest.approx(3.7 / (before - after), rel=1e-6)  # 3.7bn was disclosed


def test_what_cannot_be_compared_says_why(calibrated):
    unlike = calibrated[calibrated["implied_share"].isna()]
    assert len(unlike) and unlike["reason"].ne("").all() and unlike["modelled"].isna().all()


def test_the_share_used_returns_the_disclosed_effect(cases):
    share = cases["GOOGL"].inputs["server_share"]
    assert share.kind == "estimated" and share.high == 0.6  # the company's own split of 2025, on its call
    assert share.central == share.low < 0.6


def test_servers_never_charge_more_than_all_assets_do(years, cases):
    whole = useful_life.cases.reported(years, ["META"])["META"].central
    assert float(cases["META"].outputs.depreciation_in_accounts) == pytest.approx(whole)


def test_who_lacks_a_life_is_kept_and_says_so(cases):
    assert "share of Oracle's capex" in cases["ORCL"].lacking and "life of Oracle's servers" in cases["ORCL"].lacking
    assert np.isnan(cases["ORCL"].outputs.eps_restated)
    assert any("Oracle" in note for note in shown.at_lives(cases, LIVES).notes)


def test_a_reader_may_choose_what_nothing_tells(years):
    own_choice = useful_life.cases.restated(years, ["ORCL", "MSFT"], share_elsewhere=1.0, life_elsewhere=6)
    assert not own_choice["ORCL"].lacking and own_choice["ORCL"].kind == "assumed"
    assert own_choice["MSFT"].inputs["server_share"].central < 1, "what is told is kept"


def test_what_no_life_or_share_can_be_is_refused_at_once(years):
    with pytest.raises(ModelError, match=r"(?s)life_elsewhere is -2: give years.*share_elsewhere is 40: give a fract"):
        useful_life.cases.restated(years, ["MSFT"], share_elsewhere=40, life_elsewhere=-2)


def test_lives_are_those_known_on_the_day():
    day = pd.Timestamp("2025-12-31")
    assert useful_life.cases.in_use("CRWV", day, "2025-12-31").central == 6.0
    assert useful_life.cases.in_use("CRWV", day, "2025-01-31").missing
    assert useful_life.cases.in_use("META", pd.Timestamp("2022-06-30")).central == 4.5


# ---- the exhibits


def test_the_parts_of_the_bridge_add_up(cases):
    figures = shown.bridge(cases["MSFT"]).figures["value"].map(float).to_list()
    assert sum(figures[:-1]) == pytest.approx(figures[-1])


def test_the_cohorts_add_to_the_charge_and_the_wall(cases):
    case = cases["AMZN"]
    figures = shown.cohorts(case).figures
    by_year = figures["value"].map(float).groupby(figures["x"]).sum()
    assert by_year["FY2025"] == pytest.approx(float(case.outputs.depreciation_in_accounts))
    assert by_year.drop("FY2025").sum() == pytest.approx(float(case.outputs.not_yet_charged))


def test_every_exhibit_holds_without_any_company_that_has_the_figures(years):
    none = useful_life.cases.restated(years, ["ORCL"])
    later = useful_life.cases.changed(none)
    made = [shown.at_lives(none, LIVES), shown.eps_table(none, LIVES), shown.bridge(none["ORCL"]), shown.wall(none),
            shown.cohorts(none["ORCL"]), shown.fan(later["ORCL"], LIVES), shown.methods(none["ORCL"])]  # fmt: skip
    assert all(isinstance(each, exhibits.Exhibit) and each.title for each in made)
    assert "Oracle" in shown.verdict(none, 3)


def test_the_halving_of_the_price():
    # by hand: at 0.68 of the price a year later, log 0.5 / log 0.68 = 1.797 years
    table = shown._prices(registers.read("assumptions"))
    assert table["value"].item() == pytest.approx(1.797, abs=1e-3)


def test_a_loan_that_left_the_list_is_repaid():
    # CoreWeave's note of June 2025: the term loan of 2024 is gone, DDTL 2.0 runs from then to May 2029
    loans = shown._loans(registers.read("debt"), {"CRWV": None}).set_index("label")["value"]
    assert not any("term loan facility of 2024" in label for label in loans.index)
    assert loans["CoreWeave, DDTL 2.0 facility"] == pytest.approx(3 + 11 / 12, abs=0.01)


def test_the_verdict_says_what_the_reader_chose(years):
    found = useful_life.cases.restated(years, ["ORCL"], share_elsewhere=1.0, life_elsewhere=6)
    assert "No text tells what share of capex is servers at Oracle: all of it is taken" in shown.verdict(found, 3)


def test_a_claim_without_inputs_is_never_confirmed():
    # by hand, of one unit bought a year, mid-year, three years: at 3 against 6 years 4.5 (1/3 - 1/6) = 0.75
    burry = worked_examples("useful_life").figures.set_index("about").loc["Burry, 2026 to 2028"]
    assert burry["verdict"] == "inconsistent"
    assert "Capex at 3 for 6 years: $234.7bn (printed –)" in burry["figures"]  # 176 / 0.75 = 234.7


def test_what_a_reader_asks_in_vain_is_refused_at_once(cases):
    with pytest.raises(
        ModelError, match=r"unknown company NVDA; .*; lives has 0: .*; capex_next is -5: give an amount"
    ):
        useful_life.cases.refuse(cases, "NVDA", [0.0, 3.0], -5)


def test_depreciation_with_amortisation_bounds_where_it_is_not_told_alone():
    known = facts.load(["CRWV"], as_of="2026-03-31")
    found = useful_life.cases.reported(select(known, "year", "fiscal"), ["CRWV"])["CRWV"]
    assert (found.name, found.central) == ("depreciation_amortization", 2_454e6)  # its cash-flow statement of 2025


def test_a_profit_lost_whole_is_told_as_a_loss():
    assert shown._moved(-2.286) == "turn into a loss" and shown._moved(-0.065) == "fall by 6.5%"


def test_a_group_without_a_row_is_said_to_be_empty(years):
    microsoft = shown.terms(useful_life.cases.restated(years, ["MSFT"]), *useful_life.cases.beside())
    assert set(microsoft.figures["group"]) == {say("lives.group.life"), say("lives.group.price")}
    assert {say("lives.empty.loan"), say("lives.empty.contract")} <= set(microsoft.notes)
