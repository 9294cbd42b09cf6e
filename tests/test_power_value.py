"""What a megawatt is worth: published arithmetic, sums that must hold, and what is lacking."""

import math

import altair as alt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import exhibits, facts, study
from capcycle.analyses import hosting, power_value
from capcycle.analyses.hosting import contracts
from capcycle.analyses.hosting.own import leases
from capcycle.analyses.power_value import model
from capcycle.analyses.power_value.figures import _balance, figures
from capcycle.analyses.power_value.leased import terms
from capcycle.analyses.power_value.prices import power_prices
from capcycle.claims import worked_examples
from capcycle.errors import CapcycleError, ModelError
from capcycle.facts.currency import rates

MINERS = ["IREN", "CIFR", "WULF", "HUT", "RIOT", "MARA", "BTDR"]
LEASED, PIPELINE = [0.8, 0.9, 1.0], [0.0, 0.25, 0.5]
amount, power, chance = st.floats(0, 1e11), st.floats(1, 1e4), st.floats(0, 1)


@pytest.fixture(scope="module")
def book():
    """No as-of date, which would leave out balances whose day of publication is unknown."""
    return facts.open(MINERS)


@pytest.fixture(scope="module")
def cases(book):
    return power_value.sums_of_parts(book, LEASED, PIPELINE)


def values(book, *names):
    """Figures by company, those asked for."""
    return {company: [own[name].value for name in names] for company, own in figures(book).items()}


def parts(**changed):
    """100 MW in use at 3m; 100 leased at 1.5m for ten years at 0 %, 12m to build; 80 % lent; 100m shares at 5."""
    inputs = {
        "operating_mw": 100, "operating_value": 3e6, "leased_mw": 100, "noi_per_leased_mw": 1.5e6, "term_left": 10,
        "lease_wait": 0, "renewal_years": 0, "renewal_probability": 0, "tenant_rate": 0, "cost_per_leased_mw": 12e6,
        "delivered": 0, "spent_on_leases": 0, "leased_probability": 1, "pipeline_mw": 0, "pipeline_value": 3e6,
        "pipeline_probability": 1, "bitcoin": 0, "cash": 0.2e9, "debt": 0.1e9, "data_center_loan_to_cost": 0.8,
        "shares": 100e6, "price": 5,
    }  # fmt: skip
    return model.power_value(**(inputs | changed))


# ---- published arithmetic


def test_aligned_is_sold_for_eight_million_a_megawatt():
    found = model.ev_per_mw(40e9, 5_000, 3e6)  # edgen.tech, October 2025
    assert (found.value_per_mw, found.gap_per_mw) == (8e6, 5e6)
    assert round(found.premium, 2) == 1.67  # 5/3; the article prints 160 %


def test_a_leased_megawatt_of_vaneck_is_worth_ten_and_a_half_million():
    found = model.leased_mw_value(1.5e6, 1 / 15, 12e6)  # 1.5 x 15 - 12
    assert found.gross_value_per_mw == pytest.approx(22.5e6) and found.net_value_per_mw == pytest.approx(10.5e6)


def test_published_examples_reproduce():
    assert worked_examples(facts.open(), "power_value").title == "All 3 worked examples reproduce"


def test_bernsteins_iren():
    found = model.attribution(12.2e9, 41.67, 75, 0.87, 500e6, 23_000)
    assert found.target_equity == pytest.approx(21.96e9, rel=1e-3)  # 12.2 x 75 / 41.67
    assert found.ai_value_at_target == pytest.approx(19.1e9, rel=1e-3)  # 87 % of it
    assert found.ai_value_per_gpu == pytest.approx(830_000, rel=1e-3)  # over 23,000
    assert found.market_value_to_ai_revenue == 24.4 and found.implied_shares == pytest.approx(292.8e6, rel=1e-3)


def test_a_lease_at_golden_suns_means_is_discounted():
    """1.73m at 84 %, the middle of 80 to 88, for 14 years: 11.98m at 8 %, 10.71m at 10 %."""
    row = power_value.football(facts.open(), (0.08, 0.10)).figures.set_index("label").loc["Lease, discounted"]
    assert [float(row["low"]), float(row["high"])] == pytest.approx([10.71e6, 11.98e6], rel=1e-3)


# ---- the sum of the parts


def test_the_parts_by_hand():
    found = parts()
    assert (found.operating_part, found.leased_part, found.cost_part) == (0.3e9, 1.5e9, -1.2e9)
    assert found.equity_value == pytest.approx(0.7e9)  # 0.6bn of parts, 0.2bn of cash, 0.1bn of debt
    assert found.funding_gap == pytest.approx(0.04e9)  # a fifth of 1.2bn, less 0.2bn
    assert found.value_per_share == pytest.approx(740 / 108)  # 40m raised at 5 are 8m shares


def test_what_is_delivered_costs_nothing_more():
    assert parts(delivered=1).cost_part == 0 and parts(delivered=0.25).cost_to_complete == pytest.approx(0.9e9)


def test_what_is_spent_is_in_the_debt_and_not_in_the_cost_again():
    assert parts(spent_on_leases=0.5e9).cost_to_complete == pytest.approx(0.7e9)  # of 1.2bn
    assert parts(spent_on_leases=2e9).cost_to_complete == 0
    assert parts(spent_on_leases=0.5e9, delivered=0.25).cost_to_complete == pytest.approx(0.7e9)  # 0.3bn of it runs


def test_a_lease_is_worth_its_term_and_its_renewals_by_their_chance():
    lease = {"tenant_rate": 0.0775, "term_left": 14, "renewal_years": 10}
    # (1 - 1.0775 ** -14) / 0.0775 = 8.3660, and for 24 years 10.7519
    assert parts(**lease).leased_part == pytest.approx(150e6 * 8.3660, rel=1e-4)
    assert parts(**lease, renewal_probability=0.5).leased_part == pytest.approx(
        150e6 * (8.3660 + 10.7519) / 2, rel=1e-4
    )
    later = parts(**lease, lease_wait=1.5).leased_part  # 8.3660 / 1.0775 ** 1.5 = 7.4799
    assert later == pytest.approx(150e6 * 7.4799, rel=1e-4)


def test_what_runs_already_is_certain():
    found = parts(delivered=0.25, leased_probability=0.5)  # 25 MW run, 75 come with one chance in two
    assert found.leased_part == pytest.approx((25 + 37.5) * 15e6) and found.cost_part == pytest.approx(-37.5 * 12e6)


@given(power, power, power, chance, chance, amount, amount, amount)
def test_parts_add_up(operating, leased, pipeline, likely, unlikely, bitcoin, cash, debt):
    found = parts(operating_mw=operating, leased_mw=leased, pipeline_mw=pipeline, leased_probability=likely,
                  pipeline_probability=unlikely, bitcoin=bitcoin, cash=cash, debt=debt)  # fmt: skip
    stages = found.operating_part + found.leased_part + found.cost_part + found.pipeline_part
    assert math.isclose(found.parts_value, stages + bitcoin, rel_tol=1e-9, abs_tol=1)
    assert math.isclose(found.equity_value, found.parts_value + cash - debt, rel_tol=1e-9, abs_tol=1)


@given(st.floats(1e9, 1e12), chance)
def test_shares_of_a_value_add_to_the_whole(value, share):
    found = model.attribution(value, 40, 75, share, 5e8, 1000)
    assert math.isclose(found.ai_value + found.other_value, value, rel_tol=1e-12)


def test_what_a_value_comes_to_per_leased_megawatt():
    found = model.priced_in(1.8e9, 250, 3e6, 0, 1.5e6, 15, 0, 0, 0, 0, 12e6, 200)
    assert found.value_per_leased_mw == 5.25e6  # 1.05bn over 200


@given(st.floats(1e9, 1e11), st.floats(0, 2000), st.floats(1.3e6, 1.6e6), st.floats(0.06, 0.09))
def test_priced_in_power_at_its_value_returns_the_enterprise_value(value, operating, income, rate):
    found = model.priced_in(value, operating, 3e6, 0, income, 20, 0, 0, 0, rate, 12e6, 100)
    worth = model.leased_mw_over_term(income, 20, 0, 0, 0, rate, 12e6).net_value_per_mw
    assert math.isclose(found.priced_in_mw * worth + operating * 3e6, value, rel_tol=1e-9)


def test_no_number_of_leases_explains_a_value_when_a_lease_loses():
    assert model.priced_in(1e9, 0, 0, 0, 1e6, 10, 0, 0, 0, 0, 12e6, 100).priced_in_mw == -500  # 1bn over 10m less 12m


def test_a_chart_can_add_the_parts_up():
    expression = parts(tenant_rate=alt.param(name="rate", value=0.1)).value_per_share
    assert "rate" in repr(expression.to_dict())


# ---- three ratios and a regression


def table(**rows):
    columns = ["enterprise_value", "operating_mw", "leased_mw", "pipeline_mw"]
    return pd.DataFrame(rows, index=columns, dtype=float).T


def test_ratios_and_prices_by_hand():
    found = power_prices(table(A=[30, 10, 0, 0], B=[40, 0, 10, 0], C=[50, 0, 0, 10], D=[160, 10, 10, 10]))
    # D is 40 above 10 (3 + 4 + 5): one more on each price leaves a miss of 10 in each of the four
    assert found.table["price"].to_list() == pytest.approx([4, 5, 6]) and found.freedom == 1
    # s^2 = 4 x 10^2 / 1 = 400; (X'X)^-1 = (I - J/4) / 100 has 0.0075 on its diagonal
    assert found.table["standard_error"].to_list() == pytest.approx([math.sqrt(400 * 0.0075)] * 3)
    assert found.table["pooled_ratio"].to_list() == [14, 14, 14]  # 280 over 20
    assert found.table.at["operating_mw", "mean_ratio"] == pytest.approx((3 + 16) / 2)


def test_a_price_differs_from_zero_where_its_error_is_small():
    exact = power_prices(table(A=[30, 10, 0, 0], B=[40, 0, 10, 0], C=[50, 0, 0, 10], D=[121, 10, 10, 10]))
    wide_of_it = power_prices(table(A=[30, 10, 0, 0], B=[40, 0, 10, 0], C=[50, 0, 0, 10], D=[160, 10, 10, 10]))
    assert exact.errors_needed == pytest.approx(12.706, rel=1e-4)  # Student's t, one degree of freedom, 97.5 %
    # a miss of 0.25 in each: s^2 = 0.25, an error of 0.0433 beside 4.025; else 5 beside 1.73
    apart = [
        abs(each.table.at["leased_mw", "price"] / each.table.at["leased_mw", "standard_error"])
        for each in (exact, wide_of_it)
    ]
    assert apart[0] > exact.errors_needed > apart[1]


def test_no_price_below_zero_is_a_column_of_its_own():
    found = power_prices(table(A=[10, 10, 0, 0], B=[10, 0, 10, 0], C=[-5, 0, 0, 10], D=[10, 10, 0, 0])).table
    assert found.at["pipeline_mw", "price"] == pytest.approx(-0.5) and found.at["pipeline_mw", "price_nonnegative"] == 0


@pytest.mark.parametrize("rows", [{"A": [1, 1, 1, 1]}, {"A": [1, 1, 0, 0], "B": [2, 0, 1, 0], "C": [3, 0, 0, 1]}])
def test_too_few_companies_give_no_price(rows):
    assert power_prices(table(**rows)).table["price"].isna().all()


# ---- what is known, and what is missing


def test_leased_power_is_the_companys_own_share(book):
    leased = values(book, "leased_mw")
    assert leased["CIFR"] == [168 + 216 + 39 + 70] and leased["RIOT"] == [25 + 25 + 191]
    assert leased["WULF"] == pytest.approx([60 + 200 + 160 + 401])  # Abernathy is sold since July 2026


def test_enterprise_value_is_market_value_and_debt_less_cash(book):
    worth, market, debt, cash = values(book, "enterprise_value", "market_value", "debt", "cash")["CIFR"]
    # 10-K for 2025: what stands for June 2026 beside its debt is cash with what is restricted
    assert debt == 37_793_000 + 2_711_648_000 and cash == 628_263_000
    assert worth == market + debt - 628_263_000


def test_a_value_of_unlike_days_says_both():
    """A fact of the register: Hut 8's balance of 31 March 2026 beside a price of 31 July."""
    worth = figures(facts.open(["HUT"], "2026-07-31"))["HUT"]["enterprise_value"]
    assert worth.days == "31 Mar 2026 to 31 Jul 2026"


def test_tenants_warrants_are_in_the_shares(book):
    shares, market, price = values(book, "shares", "market_value", "price")["WULF"]
    assert shares == pytest.approx(market / price + 41_011_803 + 32_568_197)  # Google's, 14 and 18 August 2025


@pytest.mark.parametrize("day, reason", [("2026-05-28", "As of 31 Aug 2025."), ("2026-05-29", "too old")])
def test_an_old_balance_is_missing_beside_a_new_price(day, reason):
    row = {"period_end": pd.Timestamp("2025-08-31"), "value": 1e9, "kind": "reported", "source": "made-up"}
    known = pd.DataFrame([{"concept": each} | row for each in ("total_debt", "cash")])  # 270 and 271 days before
    assert all(reason in figure.reason for figure in _balance(known, pd.Timestamp(day)))


def test_restricted_cash_is_not_cash():
    rows = values(facts.open(["IREN", "APLD"]), "cash", "enterprise_value")
    # m: the SEC's tag of cash; 7,565.8 and 3,973.0 with what is restricted
    assert [cash / 1e6 for cash, _ in rows.values()] == [5_895.591, 1_591.988]
    # 14,967.018867 + 7,592.944 - 5,895.591 and 7,930.874538 + 5,034.254 - 1,591.988
    assert [worth / 1e6 for _, worth in rows.values()] == pytest.approx([16_664.371867, 11_373.140538])


def test_a_balance_in_yuan_is_taken_in_dollars(monkeypatch):
    # Cipher's own figures, as if they were yuan: at the fixing of the balance's day, not at the newest
    known, dollars = facts.load(["CIFR"]), figures(facts.open(["CIFR"]))["CIFR"]["debt"]
    monkeypatch.setattr(facts, "load", lambda *_: known.assign(unit=known["unit"].str.replace("USD", "CNY")))
    found, day = figures(facts.open(["CIFR"]))["CIFR"]["debt"], rates()[: dollars.day].iloc[-1]
    assert found.value == pytest.approx(dollars.value * day["USD"] / day["CNY"])
    assert "ecb-eurofxref" in found.source


def test_a_balance_in_a_currency_without_rates_is_refused(monkeypatch):
    known = facts.load(["CIFR"])
    monkeypatch.setattr(facts, "load", lambda *_: known.assign(unit=known["unit"].str.replace("USD", "GBP")))
    with pytest.raises(CapcycleError, match="unknown currency GBP; there are: CNY, EUR, HKD, TWD, USD"):
        figures(facts.open(["CIFR"]))


def test_who_lacks_a_figure_is_listed_and_has_no_value(book, cases):
    assert np.isnan(cases["BTDR"].outputs.value_per_share)
    assert "the data has no figure for its power in use" in cases["BTDR"].lacking
    assert any(
        note.startswith("Bitdeer: the data has no figure for its power in use")
        for note in power_value.ladder(book).notes
    )


@pytest.mark.parametrize("wrong", [[0.9, 0.8, 1.0], [0.5, 0.9, 1.1], [0.5, 0.9]])
def test_probabilities_out_of_order_are_refused(book, wrong):
    with pytest.raises(ModelError, match=r"leased_probability is "):
        power_value.sums_of_parts(book, wrong, PIPELINE)


def in_euros(case, name, unit):
    """An output times the dollars that a euro bought on 2026-10-30, the last day of data/fx.csv."""
    return getattr(case.outputs, name) * (1.1172 if unit.startswith("currency") else 1)


@pytest.mark.parametrize("made", [
    lambda book: power_value.sums_of_parts(book, LEASED, PIPELINE, bitcoin=1e9)["CIFR"],
    lambda book: power_value.priced_in_cases(book)["CIFR"],
])  # fmt: skip
def test_amounts_in_euros_are_the_dollars_at_the_newest_rate_and_ratios_stay(made):
    dollars, euros = made(facts.open(["CIFR"])), made(facts.open(["CIFR"], currency="EUR"))
    found = {name: in_euros(euros, name, unit) for name, unit in euros.model.outputs.items()}
    assert found == pytest.approx(dollars.outputs._asdict(), rel=1e-9)


def test_what_is_missing_reads_alike_in_every_currency():
    reasons = [
        power_value.sums_of_parts(facts.open(["MARA"], currency=currency))["MARA"].lacking
        for currency in ("USD", "EUR")
    ]
    assert reasons[0] == reasons[1] != ""


# ---- leases at their own terms


def test_ciphers_share_by_hand(cases):
    one = cases["CIFR"].outputs
    # m a year: 288.8, 311.7, 87.5 and 113.3
    income = 7_000 / 20 * 0.825 + 5_500 / 15 * 0.85 + 2_000 / 20 * 0.875 + 2_000 / 15 * 0.85
    cost = 168 * 10 + (216 + 70) * 10.5 + 39 * 9.5  # m: as stated for Barber Lake, the general 10.5m for Black Pearl
    counted = 0.25 + 0.9 * 0.75  # Amazon pays since August 2026, no text says for how much: the general quarter
    # Amazon's credit 5.25 %; Google backs 1.4 of 7.0bn and 333m of 2.0bn of Fluidstack's rent, the rest is at 9.5 %
    fluidstack, second = (cover * 0.0525 + (1 - cover) * 0.095 for cover in (1.4 / 7.0, 0.333 / 2.0))
    rate = (168 * fluidstack + 216 * 0.0525 + 39 * second + 70 * 0.0525) / 493  # 6.7 %
    # on 22 August 2026 Black Pearl (216 MW) pays since 4 August, 18 days; 131 days to 31 December (168 MW), 221 to 31
    # March 2027 (39), 251 to 30 April (70)
    term = (168 * 20 + 216 * (15 - 18 / 365.25) + 39 * 20 + 70 * 15) / 493  # 17.1 years
    wait = (168 * 131 + 39 * 221 + 70 * 251) / 493 / 365.25
    leased = counted * income * (1 - (1 + rate) ** -term) / rate / (1 + rate) ** wait
    assert one.leased_part == pytest.approx(leased * 1e6, rel=1e-6)
    # spent since the lease of September 2025 and to the balance of December, in whose debt it stands: less than the
    # quarter that is delivered costs
    assert cases["CIFR"].inputs["spent_on_leases"].value == pytest.approx(225.886e6)
    assert one.cost_part == pytest.approx(-0.9 * 0.75 * cost * 1e6)  # 3.70bn
    # the 10-K's pipeline of February 2026, to be energized from 2026 to 2030, less Stingray's 84.7 MW, let in March
    pipeline = 0.25 * (3_400 - 70 * 1.21) * 3
    equity = 207 * 3 + leased - 0.9 * 0.75 * cost + pipeline + 628.263 - 2_749.441 + 37.807  # 646 bitcoins
    raised = 0.75 * cost * (1 - 0.825) - 628.263  # 663.3m to pay itself, of which the cash is 628.3m
    assert one.funding_gap == pytest.approx(raised * 1e6)
    shares = 6_542.959 / 15.765 + 24 + raised / 15.765
    assert one.value_per_share == pytest.approx((equity + raised) / shares, rel=1e-4)


def test_a_lease_earns_what_it_states_on_its_critical_power():
    noi = leases(facts.open(["CIFR"])).set_index("contract").loc["cifr-aws", "noi"].value
    assert noi == pytest.approx(5.5e9 / 15 / 216 * 0.85)  # 1.44m, where 300 MW gross would make 1.04m


def test_the_low_income_is_the_first_years_of_a_rising_rent():
    own = leases(facts.open(["HUT"]))["noi"].iloc[0]
    # 7.0bn over 15 years at 3 %: 376.4m in the first, as printed (376m); 454 of 466.7m a year are left
    assert own.low * 245 == pytest.approx(376.4e6 * 454 / (7_000 / 15), rel=1e-3)


def test_what_is_delivered_is_what_is_reported_to_run(book):
    shares = {company: own["delivered"] for company, own in figures(book).items()}
    assert [shares["HUT"].low, shares["HUT"].value] == [0, 0]  # River Bend and Beacon Point are to come
    mw = [end * (60 + 200 + 160 + 401) for end in (shares["WULF"].value, shares["WULF"].high)]
    assert mw == pytest.approx([102, 102])  # Core42's 60 and CB-3's 42; CB-4 and CB-5 are still to come


def test_the_general_share_stands_in_where_a_lease_delivers_and_none_says_how_much():
    share = figures(facts.open(["CORZ"]))["CORZ"]["delivered"]
    assert (share.low, share.value, share.high, share.kind) == (0, 0.25, 0.424, "assumed")


def test_without_a_lease_the_general_terms_stand():
    none = leases(facts.open(["MARA"]))
    general = terms(none, none, none, pd.NaT, pd.NaT, facts.open(["MARA"]))
    assert general["noi_per_leased_mw"].value == pytest.approx(1.73e6 * 0.85)  # Golden Sun's rent, the general margin
    assert general["cost_per_leased_mw"].value == 10.5e6


@pytest.mark.parametrize("company", ["WULF", "CIFR", "HUT", "RIOT"])
def test_a_leased_megawatt_earns_and_costs_the_same_here_and_on_the_page_on_hosting(company):
    book = facts.open([company])
    here, there = power_value.lease(book, company), hosting.lease(book)
    assert here.inputs["noi_per_leased_mw"].value == pytest.approx(float(there.outputs.noi_per_mw))
    assert here.inputs["cost_per_leased_mw"].value == pytest.approx(there.inputs["hosting_capex"].value)
    assert here.inputs["tenant_rate"].value == pytest.approx(there.inputs["tenant_rate"].value)


def test_a_lease_that_pays_has_less_of_its_term_left_and_one_to_come_waits():
    left, wait = (figures(facts.open(["WULF"]))["WULF"][name].value for name in ("term_left", "lease_wait"))
    # 22 August 2026: Core42 (60 MW, ten years) pays since 30 September 2025, 326 days; CB-3 and CB-4 (200 MW, ten
    # years) since 31 July 2026, 22 days; CB-5 (160 MW) begins on 31 January 2027, in 162, Anthropic's 401 MW (twenty
    # years) on 31 December 2027, in 496
    assert left == pytest.approx((60 * (10 - 326 / 365.25) + 200 * (10 - 22 / 365.25) + 160 * 10 + 401 * 20) / 821)
    assert wait == pytest.approx((160 * 162 + 401 * 496) / 821 / 365.25)


def test_a_building_that_the_tenant_pays_costs_nothing():
    assert leases(facts.open(["CORZ"])).set_index("contract").loc["corz-coreweave-200", "cost"].value == 0


def test_an_amended_lease_stands():
    assert "amended" in contracts.LIVE and set(leases(facts.open(["miners"]))["status"]) <= set(contracts.LIVE)


def test_contracts_with_gpus_stand_apart(book):
    gpus, leased, pipeline = values(book, "gpu_mw", "leased_mw", "pipeline_mw")["IREN"]
    assert (
        gpus == 200 and np.isnan(leased) and pipeline == pytest.approx(4_500 - 810 - 200 * 1.21)
    )  # what a building takes
    ladder = power_value.ladder(book, "market_value").figures.query("label == 'IREN'")
    assert "Leased with GPUs" in set(ladder["group"]) and "13 Aug 2026" in ladder["note"].str.cat()


def test_power_too_old_beside_the_price_is_missing():
    reason = figures(facts.open(["APLD"], "2025-12-31"))["APLD"]["operating_mw"].reason
    assert reason == "its newest power in use dates from 31 Jan 2024, too old to set against the price"


def test_a_site_that_was_let_since_is_in_no_pipeline(book):
    found = {company: own["pipeline_mw"] for company, own in figures(book).items()}
    # KBW's 646 MW of December 2025 less Anthropic's 401 of July 2026; Hut 8's 8,500 less Beacon Point twice; Applied's
    # 4,000 of October 2025 less Polaris Forge 2 and 3 and Delta Forge 1 and 2
    assert found["WULF"].value == pytest.approx(646 - 401 * 1.21)
    assert found["HUT"].value == pytest.approx(8_500 - 2 * 352 * 1.21)
    applied = figures(facts.open(["APLD"]))["APLD"]["pipeline_mw"]
    assert applied.value == pytest.approx(4_000 - (200 + 300 + 300 + 210) * 1.21)
    assert "leases signed since then take, to 6 Jul 2026" in found["WULF"].reason
    before = figures(facts.open(["CIFR"], "2026-02-28"))["CIFR"]["pipeline_mw"]
    assert before.value == 3_400  # of that week


def test_the_leases_of_a_company_stand_one_by_one(cases):
    found = power_value.lease_table(cases["CIFR"])
    assert found.title.endswith("in general") and "No report says how many of 493 MW run." in found.notes
    assert found.view.loc[:1, "Annual income"].to_list() == ["$1.72m/MW (e)", "$1.44m/MW (a)"]  # 7bn / 3,360 at 82.5 %


def test_leases_of_which_nothing_runs_say_so():
    found = power_value.lease_table(power_value.sums_of_parts(facts.open(["HUT"]))["HUT"])
    assert "0 MW of 949 MW run." in found.notes  # River Bend 245, Beacon twice 352


def test_a_lease_whose_critical_power_was_not_stated_is_named_and_not_counted():
    found = power_value.lease_table(power_value.sums_of_parts(facts.open(["CIFR"], "2026-04-30"))["CIFR"])
    assert "Cipher" in found.title and any("207 MW" in note for note in found.notes)  # Barber Lake: 168 and 39
    assert any("MW of critical IT" in note and "Amazon Web Services" in note for note in found.notes)


def test_a_regression_that_says_nothing_gives_no_price():
    found = power_value.stage_prices(facts.open(["CIFR", "WULF", "HUT"]))
    assert "Regression" not in found.view and found.title.endswith(" pooled")


# ---- exhibits


def test_the_sum_of_the_parts_stands_in_its_currency():
    found = power_value.to_price(power_value.sums_of_parts(facts.open(["CIFR"], currency="EUR"))["CIFR"])
    assert "€" in found.title and "$" not in f"{found.title} {found.notes}"
    assert found.subtitle.startswith("EUR per share") and set(found.figures["unit"]) == {"EUR/share"}


def test_every_rung_shows_numerator_denominator_and_stage(book):
    view = power_value.ladder(book).view
    assert view["Remark"].str.contains(" over ").all() and (view["Group"] != "").all()


def test_the_waterfall_ends_at_the_price(cases):
    rows = power_value.to_price(cases["CIFR"]).figures.set_index("label")["value"].astype(float)
    assert rows.iloc[:-3].sum() == pytest.approx(rows["Value per share"])
    assert rows["Value per share"] + rows["What the price adds"] == pytest.approx(rows["Share price"])


def test_the_football_field_leaves_out_what_is_no_price():
    found = power_value.football(facts.open())
    # 144m over 1.73m x 0.88 x 14 years = 21.31m
    assert any("$144m/MW" in note and "6.8×" in note for note in found.notes)
    assert found.figures["high"].replace("", "0").astype(float).max() == 17e6  # J.P. Morgan, November 2025


def test_a_range_without_a_middle_reads_as_a_range():
    view = power_value.football(facts.open()).view.set_index("Name")
    assert view.at["J.P. Morgan: critical MW", "Value"] == "$8m to $17m/MW (e)"


def test_j_p_morgans_shares_stand_beside_what_prices_assume(book):
    notes = power_value.priced_in(power_value.priced_in_cases(book)).notes
    assert any("Cipher Mining 100.0% and Riot Platforms 40.0%" in note for note in notes)


@pytest.mark.parametrize("company", ["WULF", "CIFR"])
def test_the_titles_of_a_page_about_one_company_speak_of_it(book, cases, company):
    assumed, mw = power_value.priced_in_cases(book), ["priced_in_mw", "leased_mw", "priced_in_share"]
    name = cases[company].name
    shown = [exhibits.ranges(cases, "upside", subject=name), power_value.priced_in(assumed, name),
             exhibits.table(assumed, mw, "power_value.signed", subject=name)]  # fmt: skip
    others = [case.name for ticker, case in cases.items() if ticker != company]
    for each in shown:
        assert each.title.startswith(f"{name}: ") and not any(other in each.title for other in others), each.title
    upsides = [float(case.outputs.upside) for case in cases.values() if not case.lacking]
    higher = sum(upside > float(cases[company].outputs.upside) for upside in upsides)
    assert shown[0].title.endswith(f"number {higher + 1} of {len(upsides)} from the top")


def test_an_analysts_split_is_of_the_gpus_that_the_company_had():
    split = power_value.split(facts.open())
    assert split.inputs["gpus"].value == 23_000 and split.outputs.ai_value_at_target == pytest.approx(19.1e9, rel=1e-3)


# ---- earlier days


def test_before_anything_was_known_every_exhibit_says_so():
    book = facts.open(["CIFR", "WULF"], "2024-09-30")
    assumed = power_value.priced_in_cases(book)
    found = [power_value.ladder(book), power_value.priced_in(assumed), power_value.football(book),
             power_value.to_price(power_value.sums_of_parts(book)["CIFR"]), power_value.stage_prices(book)]  # fmt: skip
    assert [one.chart for one in found] == [None] * 5
    assert found[2].title == "By 30 Sep 2024 nobody had published a value of a leased MW"


def test_later_authors_are_left_out_of_the_football_field():
    """A fact of the register: J.P. Morgan's two of autumn 2025 are there in November, Golden Sun and VanEck are not."""
    found = power_value.football(facts.open(as_of="2025-11-30"))
    assert not [name for name in found.view["Name"] if name.startswith(("Golden Sun", "VanEck"))]
    assert found.notes[-2] == "Figures that authors published after 30 Nov 2025 are left out."
    assert all(card["published"] <= "2025-11-30" for card in found.sources)


def test_an_earlier_page_says_that_it_rests_on_todays_judgements():
    one = power_value.sums_of_parts(facts.open(["CIFR"], "2026-04-30"))["CIFR"]
    assert {"operating_value", "pipeline_value"} <= set(one.hindsight)
    assert "This rests on today's judgement" in study.verdict(one, "power_value.verdict")


def test_an_analysts_split_is_missing_before_it_was_printed():
    assert power_value.split(facts.open(as_of="2025-09-24")).lacking == "no analyst here had split the value by use"


# ---- studies of the sum


def test_sliders_hold_the_formula(cases):
    assert (
        "leased_probability" in exhibits.what_if(cases["CIFR"], "tenant_rate", ["leased_probability"]).chart.to_json()
    )


def test_a_narrow_axis_never_reads_alike_at_two_ticks(cases):
    drawn = exhibits.what_if(cases["CIFR"], "tenant_rate", ["leased_probability"]).chart.to_dict()
    assert drawn["layer"][0]["encoding"]["x"]["axis"]["format"] == ",~%"  # 5.5% to 8%: 6%, 6.5%, 7%


def test_the_line_of_a_map_stays_white_in_the_dark(cases):
    drawn = exhibits.heat_map(study.grid(cases["CIFR"], "tenant_rate", "leased_probability", steps=5))
    colours = [layer["mark"].get("color") for layer in drawn.chart.to_dict()["layer"][1:]]
    assert colours[:2] == ["black", "white"]  # the line, and the edge behind it


def test_bitcoin_is_that_of_the_newest_balance_unless_the_reader_says_another():
    """Cipher held about 646 at the end of June 2026 (10-Q), 37.8m at the 58,524 dollars that MARA's 10-Q has."""
    book = facts.open(["CIFR"], "2026-08-31")
    held = power_value.sums_of_parts(book, LEASED, PIPELINE)["CIFR"].inputs["bitcoin"]
    assert (held.value, held.kind, held.days) == (646 * 58_524, "estimated", "30 Jun 2026")
    assert power_value.priced_in_cases(book)["CIFR"].inputs["bitcoin"].value == 646 * 58_524
    assert power_value.sums_of_parts(book, LEASED, PIPELINE, bitcoin=1e9)["CIFR"].inputs["bitcoin"].value == 1e9
    early = facts.open(["CIFR"], "2025-12-31")  # no balance with bitcoin was known
    assert power_value.sums_of_parts(early, LEASED, PIPELINE)["CIFR"].inputs["bitcoin"].value == 0
