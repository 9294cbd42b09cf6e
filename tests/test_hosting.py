"""Hosting: leases and books against filings and published reports, invariants, guards, and the page's exhibits."""

import altair as alt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import study
from capcycle.analyses import hosting
from capcycle.analyses.hosting import contracts, leases
from capcycle.analyses.hosting.model import rents
from capcycle.errors import ModelError

CUT_OFF = "2025-11-03"
rates, mw, years = st.floats(0.01, 0.3), st.floats(1, 1000), st.integers(1, 30)


def let(**given):
    """One MW let at Golden Sun's price, all else as assumed."""
    return study.case(hosting.model.hosting, **given)


# ---- against figures from outside


def test_golden_sun_net_present_value_of_a_level_lease():
    # 1.73m x 84 % = 1.4532m a year for 14 years: x 8.2442 at 8 % = 11.98m, x 7.3667 at 10 % = 10.71m
    case = let(hosting_noi_margin=0.84, rent_escalator=0.0, lease_term=14, delivery_years=0)
    assert case.evaluate(tenant_rate=0.08).lease_value == pytest.approx(11.98e6, rel=1e-3)
    assert case.evaluate(tenant_rate=0.10).lease_value == pytest.approx(10.71e6, rel=1e-3)


def test_hut_8_first_rent_comes_to_the_value_of_thirty_years():
    # release of 2025-12-17: 376m in the first year, rising 3 %, "17.7bn" with all extensions
    assert 376e6 * leases.growing_sum(0.03, 30) == pytest.approx(17.7e9, rel=0.015)


def test_the_printed_book_is_rebuilt():
    book = contracts.golden_sun(contracts.read(["miners"]))
    found = contracts.prices(book, 14)
    assert (len(book), found.mw, round(found.value / 1e9, 1)) == (11, 1959, 53.6)
    assert found.pooled == pytest.approx(1.954e6, rel=1e-3)  # 53.6bn / (1,959 MW x 14 years)


def test_prices_without_the_contract_that_pays_for_gpus():
    book = contracts.golden_sun(contracts.read(["miners"]))
    found = contracts.prices(book[book["gpu_included"] == "no"], 14)
    # Golden Sun: mean 1.73, lowest 1.22, highest 2.26; weighted 43.925bn / 25,065 MW-years = 1.752
    assert [round(each / 1e6, 2) for each in (found.simple, found.low, found.high)] == [1.73, 1.22, 2.26]
    assert found.weighted == pytest.approx(43.925e9 / 25065)
    assert found.pooled == pytest.approx(43.925e9 / 1759 / 14)


def test_like_for_like_takes_critical_power_the_own_part_and_all_that_was_signed():
    book = contracts.like_for_like(contracts.read(["miners"]), CUT_OFF).set_index("contract")
    assert book["mw"][["wulf-core42", "wulf-fluidstack-abernathy"]].tolist() == [60, 0]  # Abernathy is sold
    late = {"hut-fluidstack-river-bend", "apld-hyperscaler-pf3", "cifr-fluidstack-barber-lake-2"}
    assert not late & set(book.index)
    # CORZ 200+70+112+120+70, GLXY 133+393, WULF 60+200+160, CIFR 168+216, APLD 250+150+200, IREN 200
    assert book["mw"].sum() == pytest.approx(572 + 526 + 420 + 384 + 600 + 200)


def test_the_leases_of_two_landlords_add_up_to_what_they_tell():
    held = contracts.read(["APLD", "HUT"], "2026-06-30").groupby("lessor")[["mw", "value"]].sum()
    assert held.at["APLD", "mw"] == pytest.approx(1_400, rel=0.01)  # 8-K of 2026-06-09: 1.4 GW on five campuses
    assert held.at["APLD", "value"] + 4e9 == pytest.approx(36e9, rel=0.01)  # about 36bn; 11 - 7bn for one not held
    assert held.loc["HUT"].tolist() == [597, 16.8e9]  # Hut 8 on 2026-05-06: 597 MW and 16.8bn


def test_one_megawatt_mines_what_the_network_pays():
    # J.P. Morgan, November 2025: 41,400 USD a day per EH/s; one MW at 20.5 J/TH is 1/20.5 EH/s
    case = study.case(hosting.power_use.power_use)
    assert case.outputs.mining_revenue == pytest.approx(41_400 * 365 / 20.5, rel=0.001)


def test_switching_price_by_hand():
    # one year, no decline, nothing discounted away but one year at 10 %: (hosting + cost / 1.1) / (bitcoins / 1.1)
    one = {"lease_term": 1, "renewal_years": 0, "mining_decline": 0.0, "uncontracted_rate": 0.1, "delivery_years": 0}
    found = study.case(hosting.power_use.power_use, **one, hosting_capex=1.0).outputs
    cost = 8760 * 40  # and nothing beside power
    by_hand = (found.hosting_value * 1.1 + cost) / (3.125 * 52_560 / (20.5 * 1074))
    assert found.switching_bitcoin_price == pytest.approx(by_hand)


def test_mining_equals_hosting_at_the_switching_price():
    case = study.case(hosting.power_use.power_use)
    price = case.outputs.switching_bitcoin_price
    assert study.solve(case, "bitcoin_price", 0, "switch_value", 5e4, 1e6).values == pytest.approx([price])


# ---- invariants


@given(price=st.floats(1e5, 3e6), rise=st.floats(0, 0.1), term=years)
def test_price_times_years_returns_the_value(price, rise, term):
    first, shares = rents(price, rise, term, 0)
    assert first * sum(shares) == pytest.approx(price * term)


@given(value=st.floats(1e6, 1e11), mw=mw, term=years)
def test_price_times_power_times_years_returns_the_value(value, mw, term):
    assert leases.price_per_mw_year(value, mw, term) * mw * term == pytest.approx(value)
    assert leases.per_mw_year(leases.per_kw_month(value)) == pytest.approx(value)


@given(amount=st.floats(0, 1e12), share=st.floats(0, 1))
def test_a_part_is_at_most_the_whole(amount, share):
    assert leases.attributable(amount, share) <= amount


@given(rate=rates, rise=st.floats(0.001, 0.08), term=years)
def test_an_escalator_is_found_again_in_its_totals(rate, rise, term):
    whole = leases.growing_sum(rise, 2 * term)
    assert leases.implied_escalator(leases.growing_sum(rise, term), whole, term, term) == pytest.approx(rise)


@given(delay=st.floats(0, 3), weight=st.floats(0, 1))
def test_run_off_adds_up_to_what_is_signed(delay, weight):
    table, before = contracts.read(["miners"]), pd.Timestamp("2000-01-01")
    flows = contracts.run_off(table, before, delay, weight)
    held = table.set_index("contract").loc[flows["contract"].unique()]
    counted = held["value_owned"].where(held["status"] == "delivering", held["value_owned"] * weight)
    assert flows["value"].sum() == pytest.approx(counted.sum())


@given(price=st.floats(1e4, 1e6), rent=st.floats(1e6, 3e6))
def test_mining_is_never_worth_less_than_standing_still(price, rent):
    found = study.case(hosting.power_use.power_use).evaluate(bitcoin_price=price, hosting_rent=rent)
    assert found.mining_value >= 0
    assert (found.switch_value > 0) == (found.switching_bitcoin_price > price)


# ---- guards, and what is missing


def test_a_share_above_one_is_refused():
    with pytest.raises(ModelError, match=r"ownership of 51: .* write 0.51 for 51 %"):
        leases.attributable(168, 51)


def test_a_rent_above_any_hosting_is_refused_with_the_range():
    said = r"hosting_rent is 9,700,000: give a number from 100,000 to 3,000,000, .*tenant_rate is 8"
    with pytest.raises(ModelError, match=said):
        hosting.cases.chosen(hosting_rent=9.7e6, tenant_rate=8)


def test_contracts_that_must_not_be_averaged_are_marked():
    table = contracts.read(["miners"]).set_index("contract")
    paid_chips = ["iren-microsoft", "iren-nvidia", "iren-developers-2026-07"]  # the first 9.7m USD per MW and year
    assert table.index[table["not_hosting"]].tolist() == paid_chips
    net = ["hut-fluidstack-river-bend", "hut-hyperscaler-beacon-point"]  # 6.9 of 7.0bn is income, 9.8 of 9.8bn
    assert table.index[table["triple_net"]].tolist() == net


def test_what_is_not_told_stays_missing():
    table = contracts.read(["GLXY"]).set_index("contract")
    assert np.isnan(table.at["glxy-coreweave-helios-2-3", "value_owned"])
    assert table.at["glxy-coreweave-helios-1", "kind"] == "derived"  # 15 years of about 300m
    assert np.isnan(leases.implied_escalator(7e9, 17.7e9, 15, 10))  # an extension of another length


def test_contracts_as_they_were_known():
    assert set(contracts.read(["miners"], "2024-07-31")["contract"]) == {"corz-coreweave-200", "corz-coreweave-70"}
    assert contracts.golden_sun(contracts.read(["miners"], CUT_OFF), CUT_OFF).empty  # printed on 2025-12-12
    status = contracts.read(["WULF"], "2025-10-31").set_index("contract")["status"]
    assert status["wulf-core42"] == "signed"  # the first rent was told on 2025-11-10


def test_a_terminated_contract_is_worth_nothing():
    table = contracts.read(["603300.SS"], currency="CNY").assign(signed=pd.Timestamp("2025-03-31"))
    assert table["status"].tolist() == ["terminated"]
    assert contracts.run_off(table, pd.Timestamp("2025-01-01"), 1, 1.0).empty


# ---- the page


def test_models_yield_a_formula():
    slider = alt.param(name="hosting_capex", value=1.0)
    assert "hosting_capex" in str(let().evaluate(hosting_capex=slider).net_lease_value.expr)
    found = study.case(hosting.power_use.power_use).evaluate(hosting_rent=alt.datum.x).switching_bitcoin_price
    assert "datum.x" in str(found)


def test_two_books_before_one_was_printed():
    table = contracts.read(["miners"], CUT_OFF)
    found = hosting.exhibits.books(contracts.golden_sun(table, CUT_OFF), contracts.like_for_like(table, CUT_OFF), 14)
    assert "not 1,959" not in found.title and "MW" in found.title


def test_a_company_without_contracts_takes_the_general_rent():
    assert hosting.cases.lease(contracts.read(["HIVE"])).inputs["hosting_rent"].central == 1.73e6


def test_a_readers_own_value_keeps_the_range_of_the_sliders():
    case = hosting.cases.lease(contracts.read(["APLD"], "2025-07-01"), tenant_rate=0.12)
    ends = case.inputs["tenant_rate"]
    assert (ends.low, ends.central, ends.high) == (0.06125, 0.12, 0.12)
    assert case.inputs["hosting_rent"].varied  # a single contract: the range of the general assumption


def test_a_cut_off_that_is_no_date_is_refused():
    with pytest.raises(ModelError, match="cut_off 'yesterday' is not a date such as 2025-11-03"):
        contracts.like_for_like(contracts.read(["CIFR"]), "yesterday")


def test_nobody_delivers_one_does_or_all_do():
    titles = [hosting.exhibits._ledger_title(*each) for each in ((3, 0), (4, 1), (1, 1))]
    assert [title.split(" ")[0] for title in titles] == ["None", "One", "The"]


def test_the_backlog_by_hand():
    # a lease of 100 over ten years that delivers since 2025, one of 50 over five that is only signed, one without a day
    rows = pd.DataFrame({
        "contract": ["a", "b", "c"], "status": ["delivering", "amended", "signed"], "not_hosting": [False, False, True],
        "lessor": "X", "credit": "backed", "kind": "reported", "source": "s", "mw_owned": [10.0, 5.0, 1.0],
        "value_owned": [100.0, 50.0, 7.0], "term_years": [10, 5, 5],
        "signed": pd.to_datetime(["2024-01-01", "2025-07-02", None]),
        "starts": pd.to_datetime(["2025-01-01", "2026-07-02", None]),
    })  # fmt: skip
    found = contracts.backlog(rows, pd.Timestamp("2026-01-01"), 1.0, 0.25)
    assert found["value"].to_dict() == {"delivering": 100.0, "signed": 50.0, "gpus": 7.0}
    assert found.loc["delivering", "to_come"] == pytest.approx(90, abs=0.05)  # one year of ten is paid
    assert found.loc["signed", ["to_come", "weighted"]].tolist() == pytest.approx([50, 12.5])
    assert found.loc["gpus", ["undated", "to_come"]].tolist() == [7.0, 0.0]


def test_a_day_that_is_none_is_refused():
    with pytest.raises(ModelError, match="from_day 'soon' is not a date such as 2025-11-03"):
        contracts.known_on(contracts.read(["CIFR"]), "soon")


def test_the_cost_of_mining_beside_power_is_what_a_miner_told():
    # Riot, third quarter of 2025: 46,324 a bitcoin without depreciation, times 7.46 a MW-year, less 8,760 h at 40
    told = 46_324 * study.case(hosting.power_use.power_use).outputs.bitcoins_mined - 8_760 * 40
    assert told < 0 and study.assumption("mining_other_cost").central == 0.0


def test_contracts_that_would_be_called_the_same_are_told_apart():
    shown = hosting.exhibits.bubbles(contracts.read(["APLD", "IREN"]))
    assert {f"Applied Digital 300 MW, {site}" for site in ("Polaris Forge 3", "Delta Forge 1")} < set(
        shown.view.iloc[:, 0]
    )
    assert "IREN for NVIDIA is left out: it pays for GPUs too." in shown.notes  # of its critical MW nothing is told
