"""A gigawatt in chips and money: published figures, guards, what adds up, and what stays missing."""

import math

import altair as alt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts, panel, study
from capcycle.analyses.gigawatt import capacity
from capcycle.analyses.gigawatt import cases as compute
from capcycle.analyses.gigawatt import compute_stock as gigawatt_compute_stock
from capcycle.analyses.gigawatt import exhibits as shown
from capcycle.analyses.gigawatt.model import (
    all_in_power,
    asic_substitution,
    cost_of_ownership,
    gigawatt,
    power_per_gpu,
    site_power,
    vendor_content,
)
from capcycle.claims import worked_examples
from capcycle.errors import ModelError
from capcycle.facts import registers
from capcycle.models.maths import is_expression

BERNSTEIN = {"gpus_per_rack": 72, "peak_per_gpu": 2.5, "gpu_utilisation": 1.0, "capex_per_gw": 35e9}
money, share, rate = st.floats(1e6, 1e12), st.floats(0.05, 0.3), st.floats(0.01, 0.3)


def test_bernsteins_gigawatt_has_5932_racks():
    # 35bn / 5.9m = 5,932 racks of 72 = 427,119 GPUs, so 10^6 kW / 427,119 = 2.3413 kW each (Bernstein, October 2025)
    site = gigawatt(1000, 1e6 / 427_119, **BERNSTEIN)
    assert (round(site.racks), round(site.gpus)) == (5932, 427_119)
    assert site.capex_per_gpu == pytest.approx(5.9e6 / 72, rel=1e-4)


def test_a_gigawatt_of_h100_is_about_1e21_flops():
    # 0.5 to 0.7 million H100 at 8-bit peak of 2 PFLOPS: 1.0 to 1.4 thousand EFLOPS, the 10^21 of the call (c120, c121)
    found = gigawatt(1000, np.array([2.0, 1 / 0.7]), 72, 2.0, 1.0, 35e9).throughput
    assert found.tolist() == pytest.approx([1000, 1400])


def test_fifty_million_gpus_on_a_gigawatt_are_refused():
    with pytest.raises(ModelError, match=r"power per GPU is 0\.02 kW: give a number from 0\.7 to 4; .*万"):
        power_per_gpu(1000, 50e6)  # 50-70万, printed as 50 to 70 million (K001)


@pytest.mark.parametrize(("call", "told"), [
    (lambda: gigawatt(1000, 0.6, **BERNSTEIN), "gigawatt: kw_all_in is 0.6 kW/GPU: give a number from 0.7 to 4"),
    (lambda: gigawatt(1000, np.array([2, 4.1]), **BERNSTEIN), "kw_all_in is 4.1 kW/GPU: give"),
    (lambda: all_in_power(2.0, 0.99), "pue is 0.99 times: give at least 1"),
    (lambda: site_power(800, 526, math.nan), "gross MW per critical MW is 0.6575"),
    (lambda: site_power(526, 800, 700), "utility MW per gross MW is 0.875"),
])  # fmt: skip
def test_what_cannot_be_is_refused(call, told):
    with pytest.raises(ModelError, match=told):
        call()


@given(st.floats(1, 1e4), st.floats(0.3, 3), st.floats(0.3, 3))
def test_power_is_taken_where_critical_is_within_gross_and_gross_within_utility(critical, inside, outside):
    gross, utility = critical * inside, critical * inside * outside
    if min(inside, outside, inside * outside) >= 1:
        assert site_power(critical, gross, utility) == pytest.approx((inside, outside))
    else:
        with pytest.raises(ModelError, match=r"MW per \w+ MW is 0\.\d+: give at least 1"):
            site_power(critical, gross, utility)


def test_no_site_on_record_breaks_the_order_of_power():
    wide = registers.read("capacity").pivot_table(index=["name", "site"], columns="basis", values="mw", aggfunc="last")
    gross, _ = site_power(*(wide[basis].to_numpy() for basis in ("critical", "gross", "utility")))
    assert np.nanmax(gross) == pytest.approx(800 / 526)  # Helios


@given(st.floats(1, 1e5), st.floats(0.7, 4))
def test_gpus_times_their_power_give_the_power_back(power, kw):
    site = gigawatt(power, kw, **BERNSTEIN)
    assert site.gpus * kw / 1000 == pytest.approx(power)
    assert power_per_gpu(power, site.gpus) == pytest.approx(kw)


@given(money, money, money, st.floats(1, 10), st.floats(5, 30), rate, st.floats(0.01, 5), st.floats(0.001, 0.2))
def test_cost_of_ownership_falls_with_life_and_rises_with_the_rate(it, site, opex, life, long, rate, more, dearer):
    def cost(life, rate):
        return cost_of_ownership(it, site, life, long, rate, opex).total_cost

    assert cost(life + more, rate) < cost(life, rate) < cost(life, rate + dearer)


@given(money, money, money, st.floats(1, 10), rate)
def test_shares_of_the_cost_add_up_to_one(it, site, opex, life, rate):
    found = cost_of_ownership(it, site, life, 14, rate, opex)
    assert found.it_cost_share + found.facility_cost_share + found.opex_share == pytest.approx(1)


@given(st.floats(1e9, 1e12), share, share, share, share)
def test_who_gets_the_money_adds_up_to_all_of_it(capex, gpu, margin, network, cpu):
    found = vendor_content(capex, gpu, margin, network, cpu, 3.4e6, 5.9e6)
    assert sum(found[:-1]) == pytest.approx(capex)


def test_an_author_s_custom_chips_do_not_follow_from_its_inputs():
    # 2.3 * 0.3 / 0.5 = 1.38; 0.92 / 5.9 = 15.6 %; 1.38 / 4.98 = 27.7 %: Bernstein prints 1.2, 19 % and 28 %
    assert [round(each, 3) for each in asic_substitution(2.3, 5.9, 0.7, 0.5)] == [1.38, 0.156, 0.277]


def test_an_author_s_plan_against_its_capex():
    # K087: 5 GW in two years at 50 to 60bn are 250 to 300bn, 1.25 to 1.5 times the 100bn a year spent
    plan = gigawatt_compute_stock.build_plan(5000, 2, np.array([50e9, 60e9]), 100e9)
    assert plan.plan_cost.tolist() == [250e9, 300e9] and plan.plan_to_capex.tolist() == [1.25, 1.5]


def test_published_examples_reproduce_or_are_told_not_to():
    table = worked_examples(facts.open(), "gigawatt").figures
    wrong = table[table["verdict"] != "consistent"].set_index("model")["figures"]
    assert len(table) == 12 and set(wrong.index) == {"asic_substitution", "vendor_content"}
    assert "Capex saved: 15.59% (printed 19%)" in wrong["asic_substitution"]


def test_chips_of_an_owner_are_those_of_all_its_makers():
    found = compute.held()
    owner = found.table.set_index("name").loc["Microsoft"]
    parts = registers.read("compute").query("name == 'Microsoft' and period_end == @found.quarter")
    assert set(parts["maker_name"]) == {"NVIDIA", "AMD"} and owner["h100e"] == parts["h100e"].sum()
    assert owner["h100e_p5"] < owner["h100e"] < owner["h100e_p95"]


def test_the_incomplete_quarter_is_left_out():
    assert compute.held().quarter == pd.Timestamp("2025-12-31")  # of 2026Q1 only NVIDIA's and Google's are counted


def stocks(companies, as_of="", currency="USD"):
    known = facts.load(companies, as_of=as_of)
    quarters, years = (panel.select(known, span, currency=currency) for span in ("quarter", "ttm"))
    return compute.stock_cases(compute.held(as_of), companies, quarters, years, as_of, currency)


def test_revenue_an_hour_by_hand():
    # CoreWeave, 2025: 5,131m of revenue; 832,068 H100e at its end, 241,168 a year before, 536,618 on average
    found = stocks(["CRWV"])["CRWV"].outputs
    assert found.revenue_per_hour == pytest.approx(5_131e6 / (536_618 * 8760), rel=1e-4)


def test_who_lacks_a_figure_keeps_a_case_that_says_so():
    meta, iren = stocks(["META", "IREN"]).values()
    assert math.isnan(meta.outputs.revenue_per_hour) and "no cloud revenue" in meta.lacking
    assert meta.outputs.capex_per_h100e > 0 and "count does not name it" in iren.lacking


def test_an_enterprise_value_on_part_of_the_debt_is_told_as_the_least():
    cases = stocks(["CRWV"])
    found, held = cases["CRWV"].outputs, cases["CRWV"].inputs
    assert held["net_debt"].central == 14_665e6 - 3_127e6  # due after a year, less cash, 31 December 2025
    assert found.ev_per_h100e == pytest.approx((held["market_value"].central + 11_538e6) / 832_068)
    assert shown.per_h100e(cases).view.at[0, "Enterprise value"] == ">$58.1k (e)"


def test_capex_of_whole_years_stands_for_quarters_that_are_not_held():
    found = stocks(["CRWV"])["CRWV"].inputs["cumulative_capex"]
    assert found.central == 2_943e6 + 8_702e6 + 10_309e6 and found.reason == "2023Q1 to 2025Q4."


def test_all_borrowings_of_the_register_come_before_a_part():
    end = pd.Timestamp("2024-12-31")  # 8,033,477 thousand of principal in the debt note
    assert compute._borrowings("CRWV", end, "", "USD").central == 8_033_477_000


def test_nothing_is_counted_before_the_count_appeared():
    found = stocks(["MSFT"], as_of="2026-01-31")["MSFT"]
    assert compute.held("2026-01-31").table.empty and math.isnan(found.outputs.capex_per_h100e)


def test_an_output_is_as_good_as_the_inputs_it_takes():
    case = stocks(["GOOGL"])["GOOGL"]
    needed = {of: [each.name for each in compute.needed(case, of)] for of in ("capex_per_h100e", "rent_implied")}
    assert needed["capex_per_h100e"] == ["h100e", "cumulative_capex"]
    assert needed["rent_implied"] == ["h100e_average", "cloud_revenue", "gpu_utilisation"]


def test_a_whole_stands_for_its_parts_and_bases_stay_apart():
    site = {"company": "CIFR", "name": "Cipher Mining", "stage": "contracted", "kind": "reported", "source": "x",
            "date": pd.Timestamp("2025-09-25"), "published": pd.NaT}  # fmt: skip
    rows = [
        ("Barber Lake", "gross", 244.0),
        ("Barber Lake, whole site", "gross", 300.0),
        ("Barber Lake", "critical", 168.0),
    ]
    found = capacity.by_stage(
        pd.DataFrame([site | {"site": name, "basis": basis, "mw": mw} for name, basis, mw in rows])
    )
    assert found.set_index("basis")["value"].to_dict() == {"gross": 300, "critical": 168}


def test_all_power_of_a_company_holds_its_sites():
    running = capacity.by_stage(registers.read("capacity").query("company == 'WULF' and stage == 'operating'"))
    assert running["value"].tolist() == [267.5]  # 245 MW of mining and the 22.5 MW that are told by themselves too


def test_a_funnel_without_it_power_tells_what_runs():
    title = capacity.funnel(registers.read("capacity"), ["MSFT", "META", "CRWV", "AMZN"]).title
    assert title.startswith("Microsoft runs 5,000 MW of 20,000 MW and CoreWeave runs 850 MW of 3,100 MW planned")
    assert title.endswith("3 of 4 companies have power on record")


def test_bars_of_two_bases_never_share_a_label():
    figures = capacity.funnel(registers.read("capacity"), ["APLD", "HUT", "CIFR", "GLXY"]).figures
    assert figures["label"].is_unique


def test_a_chart_computes_the_sites_money():
    kw = alt.param(name="kw_all_in", value=2.0)
    assert is_expression(gigawatt(1000, kw, **BERNSTEIN).capex_per_gpu)


def test_an_unknown_chip_is_refused_by_name():
    with pytest.raises(ModelError, match=r"data/chips\.csv: unknown chip"):
        compute.peak("NVIDIA B2000")


def test_authors_are_told_with_their_date_and_their_gigawatt():
    rows = shown.cost_per_gw(registers.read("assumptions"), registers.read("chips")).figures.set_index("label")
    assert rows.loc["Epoch, 2026-05", ["group", "value"]].tolist() == ["IT", "38000000000.0"]
    assert rows.loc["Barclays, no date", ["low", "high"]].tolist() == ["50000000000.0", "60000000000.0"]


def test_a_case_of_the_page_is_worked_out_whole():
    case = study.case(vendor_content, capex_per_gw="capex_per_gw_bernstein")
    assert case.outputs.gpu_profit_share == pytest.approx(0.273)  # 0.39 * 0.70, where Bernstein prints 0.29


def test_a_companys_own_pue_does_not_stand_for_all():
    # 2.63 kW of IT at the general 1.21 are 3.18 kW; IREN has a row of its own
    assert "2.63 kW/GPU of IT" in shown.chips_per_gw(registers.read("chips"), registers.read("assumptions")).notes[0]


@pytest.mark.parametrize(("model", "given"), [
    (gigawatt, {"gross_power": 1000, "peak_per_gpu": compute.peak("NVIDIA B200")}),
    (cost_of_ownership, {"it_capex": "it_capex_epoch", "facility_capex": "facility_capex_epoch"}),
    (vendor_content, {"capex_per_gw": "capex_per_gw_bernstein"}),
    (asic_substitution, {}),
])  # fmt: skip
def test_amounts_in_euros_are_the_dollars_at_the_newest_rate_and_ratios_stay(model, given):
    lives = {name: f"{name}_epoch" for name in ("it_life", "facility_life") if name in model.parameters}
    dollars, euros = (study.case(model, currency=currency, **given, **lives).outputs for currency in ("USD", "EUR"))
    for name, unit in model.outputs.items():  # a euro was 1.1172 dollars on 2026-10-30, the last day of data/fx.csv
        rate = 1.1172 if unit.startswith("currency") else 1
        assert getattr(euros, name) * rate == pytest.approx(getattr(dollars, name), rel=1e-9)


def test_a_market_value_is_converted_at_its_own_day():
    dollars, euros = (stocks(["MSFT"], currency=each)["MSFT"].inputs["market_value"] for each in ("USD", "EUR"))
    assert dollars.central / euros.central == pytest.approx(1.175)  # ECB, 2025-12-31


def test_plans_in_euros_compare_as_in_dollars():
    years = {each: panel.select(facts.load(["META", "MSFT"]), "ttm", currency=each) for each in ("USD", "EUR")}
    dollars, euros = (compute.plan_cases(["MSFT"], years[each], currency=each)["MSFT"] for each in ("USD", "EUR"))
    assert euros.outputs.plan_cost * 1.1172 == pytest.approx(dollars.outputs.plan_cost)
    assert euros.unit("plan_cost") == "EUR" and "USD" not in str(euros.inputs["capex"])


def test_the_page_names_the_currency_of_its_cases():
    cases = stocks(["CRWV"], currency="EUR")
    found = [shown.per_hour(cases), shown.per_h100e(cases)]
    told = " ".join(f"{one.title} {one.subtitle} {one.notes} {one.view.to_string()}" for one in found)
    assert "$" not in told and "USD" not in told and "€2.55 to €3.13" in told  # 2.85 and 3.50 dollars over 1.1172
