"""Useful life: the methods against published tables, the invariants, the calibration against disclosed changes."""

import altair as alt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import exhibits, facts, paths
from capcycle.analyses import start, useful_life
from capcycle.analyses.useful_life.accounts import calibrated, life_in_accounts
from capcycle.analyses.useful_life.cases import _bounded, all_depreciation
from capcycle.analyses.useful_life.comparisons import _halving, _loans
from capcycle.analyses.useful_life.exhibits import _moved
from capcycle.analyses.useful_life.model import life_change
from capcycle.analyses.useful_life.model import useful_life as profit
from capcycle.claims import worked_examples
from capcycle.errors import ModelError
from capcycle.models.depreciation import charge, declining_balance, straight_line, sum_of_digits
from capcycle.models.maths import is_expression
from capcycle.panel import select
from capcycle.quantity import Quantity
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
    found = profit(cost, 1.0, 1.0, 6.0, life, residual, 0.5, 0.2, 1e9, 1e9)
    return np.array(found.charges_restated, float)


@given(spent=spending, before=lives, after=lives)
def test_a_change_of_life_charges_the_book_and_no_more(spent, before, after):
    found = life_change(spent, 0.0, 1.0, 1.0, before, after, 0.0, 0.5, 0.2, 1e9)
    for charges in (found.existing_before, found.existing_after):
        assert sum(map(float, charges)) == pytest.approx(float(found.book), rel=1e-9, abs=1e-3)


@given(spent=spending, life=lives)
def test_the_life_of_the_accounts_changes_nothing(spent, life):
    found = profit(spent, 0.5, 0.5, life, life, 0.1, 0.5, 0.2, 1e10, 1e9)
    assert float(found.eps_restated) == pytest.approx(float(found.eps_in_accounts))
    assert float(found.added_on_existing) == pytest.approx(0, abs=1e-3)


def test_existing_and_new_are_restated_apart():
    # by hand, 120 a year, mid-year, from 6 to 3 years at the start of the second: its own purchase 10 -> 20; the one
    # before has 110 on the books and 2.5 years left, 44 instead of 20
    found = profit([120.0, 120.0], 1, 1, 6, 3, 0, 0.5, 0.25, 100.0, 10.0)
    assert [float(found.added_on_new), float(found.added_on_existing)] == pytest.approx([10, 24])
    assert float(found.tax_saved) == pytest.approx(8.5)
    assert float(found.net_income_prospective) == pytest.approx(100 - 34 + 8.5)
    # charged over three years since its purchase the one before takes 40: 20 more
    assert float(found.net_income_restated) == pytest.approx(100 - 30 + 7.5)


def test_the_newest_year_has_a_share_of_its_own():
    # by hand: half of the first 120 and all of the second, six years, mid-year: 60/6 + 120/12
    assert float(profit([120.0, 120.0], 1, 0.5, 6, 3, 0, 0.5, 0, 100.0, 10.0)[0]) == pytest.approx(20)


def test_the_first_year_of_a_change_is_the_same_in_both_models():
    one = profit([90.0, 70.0, 120.0], 0.6, 0.4, 6, 3, 0, 0.5, 0.2, 100.0, 10.0)
    other = life_change([90.0, 70.0], 120.0 * 0.6 / 0.4, 0.4, 0.4, 6, 3, 0, 0.5, 0.2, 10.0)
    assert float(one.net_income_prospective) == pytest.approx(100 + float(other.effect_on_net_income))


def test_what_is_past_its_new_life_is_charged_at_once():
    # by hand: 60 bought four years ago has charged 4.5/6 of itself; 15 are left, and three years are over
    found = life_change([60.0, 0, 0, 0, 0], 0, 1, 1, 6, 3, 0, 0.5, 0, 1)
    assert [float(each) for each in found.existing_after[:2]] == pytest.approx([15, 0])
    assert float(found.effect_on_existing) == pytest.approx(15 - 10)


def test_the_residual_is_never_charged():
    found = profit([100.0], 1, 1, 5, 5, 0.3, 0.5, 0, 1.0, 1.0)
    assert sum(map(float, found.charges_in_accounts)) == pytest.approx(70)


def test_a_loss_has_no_share_to_change():
    assert np.isnan(profit([100.0], 1, 1, 6, 3, 0, 0.5, 0.2, -50.0, 10.0).eps_change)


def test_both_models_yield_formulas_of_sliders():
    life, share = alt.param(name="life"), alt.param(name="share")
    one = profit([1e9] * 8, share, 0.4, 6, life, 0, 0.5, 0.2, 1e10, 1e9)
    other = life_change([1e9] * 8, 1e9, share, 0.4, 6, life, 0, 0.5, 0.2, 1e9)
    assert is_expression(one.eps_prospective, one.eps_by_balance, one.charges_restated[3]) and is_expression(
        other.eps_effect[0]
    )


# ---- the companies' own accounts

COMPANIES = ["MSFT", "GOOGL", "META", "AMZN", "ORCL"]


@pytest.fixture(scope="module")
def book():
    return facts.open(COMPANIES)


@pytest.fixture(scope="module")
def cases(book):
    return useful_life.restated(book)


@pytest.fixture(scope="module")
def lacking(book):
    return useful_life.restated(book.of("TSLA"))  # has no servers whose life it discloses


@pytest.fixture(scope="module")
def changes(book):
    return calibrated(book)


def test_microsofts_change_by_hand(changes):
    # capex of fiscal 2019-2022 13.925, 15.441, 20.622, 23.886bn, 28.107bn in 2023 and finance leases of 3.290, 4.234
    # and 3.128bn begun in 2021-2023 (10-Ks), four years to six, mid-year
    leased = [20.622 + 3.290, 23.886 + 4.234, 28.107 + 3.128]
    before = 13.925 / 8 + (15.441 + leased[0] + leased[1]) / 4 + leased[2] / 8
    after = 13.925 / 8 / 2.5 + 15.441 * 3 / 8 / 3.5 + leased[0] * 5 / 8 / 4.5 + leased[1] * 7 / 8 / 5.5 + leased[2] / 12
    row = changes[(changes["company"] == "MSFT") & (changes["figure"] == "operating_income")].iloc[0]
    assert row["modelled"] == pytest.approx((before - after) * 1e9, rel=1e-6)
    assert row["implied_share"] == pytest.approx(3.7 / (before - after), rel=1e-6)  # 3.7bn was disclosed


def test_what_cannot_be_compared_says_why(changes):
    unlike = changes[changes["implied_share"].isna()]
    assert len(unlike) and unlike["reason"].ne("").all() and unlike["modelled"].isna().all()


def test_the_newest_year_has_the_share_that_the_company_states(cases):
    # Alphabet's call of February 2026: 60 % of capex of 2025 into servers; Microsoft's calls of fiscal 2026: about half
    # of 34.9bn in the first quarter, two thirds of 37.5, 31.9 and 41.0bn in the others
    microsoft = (34.9 / 2 + (37.5 + 31.9 + 41.0) * 2 / 3) / (34.9 + 37.5 + 31.9 + 41.0)
    stated = [cases[each].inputs["server_share"].value for each in ("GOOGL", "MSFT")]
    assert stated == pytest.approx([0.6, microsoft], rel=1e-5)
    earlier = cases["GOOGL"].inputs["earlier_share"]
    assert earlier.kind == "estimated" and earlier.value == earlier.low < earlier.high == 0.6


def test_the_share_is_that_of_the_newest_change_as_it_came_out(changes, cases):
    own = changes[changes["company"].eq("AMZN") & changes["effective"].eq("2024-01-01") & changes["basis"].eq("actual")]
    assert cases["AMZN"].inputs["server_share"].value == pytest.approx(own["implied_share"].iloc[0])


def test_leased_servers_are_charged_too(cases):
    # Microsoft's 10-K for fiscal 2026: 115.948bn of capex and 24.608bn of finance leases begun
    assert cases["MSFT"].inputs["capex"].value[-1] == pytest.approx(115.948e9 + 24.608e9)
    assert "Finance leases begun in FY2021" in cases["MSFT"].inputs["capex"].reason
    # Oracle's 10-K for fiscal 2025: no finance leases in fiscal 2024, 2.9bn in 2025; that for fiscal 2026: 4.946bn
    assert "begun in FY2024, FY2025 and FY2026 are included" in cases["ORCL"].inputs["capex"].reason
    before = useful_life.restated(facts.open(["ORCL"], "2025-06-17"))["ORCL"]  # a day before that filing
    assert "Without finance leases" in before.inputs["capex"].reason


def test_a_part_of_amazons_servers_has_five_years(changes, cases):
    # by hand: a change of that part cost 1.4bn in 2025 (10-K); at s of all servers the one life is 1/(s/5 + (1-s)/6)
    own = changes[changes["company"] == "AMZN"].set_index(["effective", "basis"])["implied_share"]
    part = own[pd.Timestamp("2025-01-01"), "actual"] / own[pd.Timestamp("2024-01-01"), "actual"]
    life = cases["AMZN"].inputs["life_in_accounts"]
    assert life.value == pytest.approx(1 / (part / 5 + (1 - part) / 6)) and (life.low, life.high) == (5, 6)
    assert life.kind == "estimated" and "5 years since 1 Jan 2025" in life.reason


def test_oracle_has_an_answer(changes, cases):
    # its 10-K for fiscal 2025: six years instead of five since June 2024, net income 573m more
    assert not cases["ORCL"].lacking and cases["ORCL"].inputs["life_in_accounts"].value == 6
    row = changes[(changes["company"] == "ORCL") & (changes["figure"] == "net_income")].iloc[0]
    assert row["effect"] == 573e6 and cases["ORCL"].inputs["server_share"].value == row["implied_share"]


def test_the_headline_follows_the_accounting_rule(cases):
    said = useful_life.verdict(cases, LIVES)
    first, beside = said.split(". ")[:2]
    shortest = {name: case.evaluate(server_life=3) for name, case in cases.items()}
    worst = min(shortest, key=lambda each: shortest[each].eps_change)
    assert "at the start of the newest year" in first and _moved(float(shortest[worst].eps_change)) in first
    worst = min(shortest, key=lambda each: shortest[each].eps_change_restated)
    assert beside.startswith("Had servers always") and _moved(float(shortest[worst].eps_change_restated)) in beside


def test_changes_of_life_have_their_day():
    # Meta's 10-K for 2022, filed on 2 February 2023, tells both of that year's; Alphabet's that for 2022 on 3 February
    table = facts.open().register("useful_lives")
    months = table[table["company"].isin(COMPANIES) & table["to_years"].notna()]
    assert months["effective"].notna().all() and months["published"].notna().all()
    google = months[(months["company"] == "GOOGL") & (months["to_years"] == 6)]
    assert set(google["effective"]) == {pd.Timestamp("2023-01-01")}


def test_companies_that_disclosed_no_change_of_life_are_said_to():
    shown = useful_life.changes(facts.open(["TSLA", "GDS"], "2026-04-20", "USD"))
    assert shown.title == "No disclosed effect of a change of life here can be compared with the model"


def test_the_servers_in_capex_do_not_depend_on_the_currency(book, cases):
    euros = book.of("MSFT").into("EUR")
    assert set(calibrated(euros)["currency"]) == {"USD"}
    in_euros = useful_life.restated(euros)["MSFT"].inputs["server_share"]
    assert in_euros.value == pytest.approx(cases["MSFT"].inputs["server_share"].value)


def test_servers_never_charge_more_than_all_assets_do(book, cases):
    whole = all_depreciation(select(book, "year", "fiscal"))["META"].value
    assert float(cases["META"].outputs.depreciation_in_accounts) == pytest.approx(whole)


def test_who_lacks_a_life_is_kept_and_says_so(lacking):
    assert "share of Tesla's capex" in lacking["TSLA"].lacking and "life of Tesla's servers" in lacking["TSLA"].lacking
    assert np.isnan(lacking["TSLA"].outputs.eps_restated)
    assert any("Tesla" in note for note in eps_at_lives(lacking).notes)


def test_a_reader_may_choose_what_no_document_states(book):
    chosen = useful_life.restated(book.of("TSLA", "MSFT"), share_elsewhere=1.0, life_elsewhere=6)
    assert not chosen["TSLA"].lacking and chosen["TSLA"].kind == "assumed"
    assert chosen["MSFT"].inputs["server_share"].value < 1, "what is known is kept"
    assert "what share of capex is servers at Tesla: the share is chosen" in useful_life.verdict(chosen, LIVES)


def test_what_no_life_or_share_can_be_is_refused_at_once(book):
    with pytest.raises(
        ModelError, match=r"server_share is 40: give a number from 0 to 1; .*life_in_accounts is -2 years"
    ):
        useful_life.restated(book, share_elsewhere=40, life_elsewhere=-2)


def test_what_a_reader_asks_in_vain_is_refused(cases):
    with pytest.raises(ModelError, match="unknown company NVDA; there are: AMZN, GOOGL, META, MSFT, ORCL"):
        cases["NVDA"]
    with pytest.raises(ModelError, match="capex_next is -5 USD: give at least 0"):
        useful_life.changed(cases, -5)
    with pytest.raises(ModelError, match="lives is empty: give some, in years"):
        useful_life.verdict(cases, [])


def test_lives_are_those_known_on_the_day():
    day = pd.Timestamp("2025-12-31")
    late, soon, now = facts.open(["CRWV"], "2025-12-31"), facts.open(["CRWV"], "2025-01-31"), facts.open(["META"])
    assert life_in_accounts(late, "CRWV", day, calibrated(late)).value == 6.0
    assert life_in_accounts(soon, "CRWV", day, calibrated(soon)).missing
    assert life_in_accounts(now, "META", pd.Timestamp("2022-06-30"), calibrated(now)).value == 4.5


def test_depreciation_with_amortisation_bounds_where_it_is_not_disclosed_alone():
    book = facts.open(["CRWV"], as_of="2026-03-31")
    found = all_depreciation(select(book, "year", "fiscal"))["CRWV"]
    assert (found.name, found.value) == ("depreciation_amortization", 2_454e6)  # its cash-flow statement of 2025


def test_a_model_starts_from_the_case_of_the_page(book, cases):
    assert start("useful_life", book, "AMZN").outputs == cases["AMZN"].outputs
    assert start("life_change", book, "AMZN").outputs == useful_life.changed(cases)["AMZN"].outputs
    assert "a company's own figures by year" in start("useful_life", book).lacking


# ---- an earlier day


@pytest.fixture(scope="module")
def earlier():
    return useful_life.restated(facts.open(["GOOGL", "MSFT"], as_of="2025-06-30"))


def test_what_nobody_had_stated_on_the_day_is_todays_judgement(earlier):
    inputs = earlier["GOOGL"].inputs
    assert inputs["server_life"].hindsight and not inputs["tax_rate"].hindsight
    assert not inputs["server_share"].hindsight, "Alphabet's report for 2023 says what its change of life did"
    before = useful_life.restated(facts.open(["GOOGL"], as_of="2023-12-31"))["GOOGL"].inputs
    assert before["server_share"].hindsight
    assert "This rests on today's judgement" in useful_life.verdict(earlier, LIVES)


def test_a_judgement_of_today_is_bounded_by_the_depreciation_of_the_day(earlier):
    whole = all_depreciation(select(facts.open(["GOOGL"], as_of="2025-06-30"), "year", "fiscal"))["GOOGL"]
    judged = Quantity("server_share", 1.0, "fraction", kind="assumed", hindsight=True)
    bounded = _bounded(earlier["GOOGL"].with_inputs(server_share=judged, earlier_share=judged), whole)
    assert float(bounded.outputs.depreciation_in_accounts) == pytest.approx(whole.value) == 15_311e6  # 10-K for 2024


def test_a_claim_is_left_out_before_its_author_had_made_it(earlier):
    shown = useful_life.overstatement(useful_life.changed(earlier))
    assert (
        shown.figures.empty
        and "By 30 Jun 2025 nobody had published" in shown.title
        and "Burry" not in str(shown.payload())
    )


# ---- the exhibits


def test_the_parts_of_the_bridge_add_up(cases):
    figures = useful_life.bridge(cases["MSFT"]).figures["value"].map(float).to_list()
    assert sum(figures[:-1]) == pytest.approx(figures[-1])


def test_the_cohorts_add_to_the_charge_and_what_is_left(cases):
    case = cases["AMZN"]
    figures = useful_life.cohorts(case).figures
    by_year = figures["value"].map(float).groupby(figures["x"].map(float)).sum()
    assert by_year.iloc[0] == pytest.approx(float(case.outputs.depreciation_in_accounts))
    assert by_year.iloc[1:].sum() == pytest.approx(float(case.outputs.not_yet_charged))


def eps_at_lives(cases):
    return exhibits.along(cases, "server_life", "eps_change", LIVES, "useful_life.at_lives")


def test_every_exhibit_holds_without_any_company_that_has_the_figures(lacking):
    later, case = useful_life.changed(lacking), lacking["TSLA"]
    made = [eps_at_lives(lacking), useful_life.eps_table(lacking, LIVES), useful_life.bridge(case),
            useful_life.wall(lacking), useful_life.cohorts(case), useful_life.fan(later["TSLA"], LIVES),
            useful_life.fit(lacking), useful_life.overstatement(later)]  # fmt: skip
    assert all(isinstance(each, exhibits.Exhibit) and each.title and "–" not in each.title for each in made)
    assert "Tesla" in useful_life.verdict(lacking, LIVES)


def test_the_table_marks_each_figure_by_its_own_kind(cases):
    row = useful_life.eps_table(cases, LIVES).view.set_index("Company").loc["Meta"]
    assert "(" not in row["Its life"] and "(e)" in row["Servers in capex"] and "(a)" in row["3 years"]


def test_the_halving_of_the_price(book):
    # by hand: at 0.837 of the price a year later, log 0.5 / log 0.837 = 3.896 years
    assert _halving(book).value == pytest.approx(3.896, abs=1e-3)


def test_a_loan_that_left_the_list_is_repaid():
    # CoreWeave's note of June 2025: the term loan of 2024 is gone, DDTL 2.0 runs from then to May 2029
    loans = _loans(facts.open(["CRWV"])).set_index("label")["value"]
    assert not any("term loan facility of 2024" in label for label in loans.index)
    assert loans["CoreWeave, DDTL 2.0 facility"] == pytest.approx(3 + 11 / 12, abs=0.01)


def test_a_claim_without_inputs_is_never_confirmed():
    # by hand, of one unit bought a year, mid-year, three years: at 3 against 6 years 4.5 (1/3 - 1/6) = 0.75
    burry = worked_examples(facts.open(), "useful_life").figures.set_index("about").loc["Burry, 2026 to 2028"]
    assert burry["verdict"] == "not checkable"
    assert "Capex at 3 for 6 years: $234.7bn (printed –)" in burry["figures"]  # 176 / 0.75 = 234.7


def test_a_printed_claim_is_converted_and_its_rate_is_said(book):
    euros = useful_life.changed(useful_life.restated(book.of("MSFT").into("EUR")))
    shown = useful_life.overstatement(euros)
    rate = 1 / pd.read_csv(paths.DATA / "fx.csv").iloc[-1]["USD"]
    assert f"€{176 * rate:.0f}bn" in shown.subtitle  # 10 November 2025: 176bn dollars
    assert "$" not in shown.title + shown.subtitle
    assert f"From USD at {rate:.4g}" in shown.view.to_string()


def test_a_profit_lost_whole_is_a_loss():
    assert _moved(-2.286) == "a loss" and _moved(-0.065) == "6.5% lower"


def test_a_group_without_a_row_is_said_to_be_empty(book):
    microsoft = useful_life.terms(useful_life.restated(book.of("MSFT")))
    assert set(microsoft.figures["group"]) == {say(f"useful_life.terms.group.{each}") for each in ("life", "price")}
    assert "No figures are available for: customer contract and remaining loan term." in microsoft.notes


def test_a_change_by_more_than_all_of_the_profit_is_in_no_chart():
    # Nebius, 2025: 0.33 a share in the accounts, -0.50 at three years: a fall by 2.5 times of nearly nothing
    few = useful_life.restated(facts.open(["NBIS", "ORCL"]), share_elsewhere=1.0, life_elsewhere=6.0)
    shown = exhibits.along(few, "server_life", "eps_change", [3.0, 4.0], "useful_life.at_lives")
    drawn = shown.figures[["group", "x"]].values.tolist()
    assert ["Nebius", "3.0"] not in drawn and ["Oracle", "3.0"] in drawn and "Nebius" not in shown.title
    assert any("outside the plausible range" in note for note in shown.notes)
