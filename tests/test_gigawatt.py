"""A gigawatt in chips and money: published figures, guards, what adds up, and what stays missing."""

import math
from functools import cache
from types import SimpleNamespace

import altair as alt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import exhibits, facts, study
from capcycle.analyses.gigawatt import cases as compute
from capcycle.analyses.gigawatt import exhibits as shown
from capcycle.analyses.gigawatt import model, records
from capcycle.analyses.gigawatt.model import (
    asic_substitution,
    cost_of_ownership,
    gigawatt,
    power_per_gpu,
    vendor_content,
)
from capcycle.analyses.hosting import contracts
from capcycle.claims import worked_examples
from capcycle.errors import ModelError
from capcycle.facts import registers
from capcycle.measure import measure
from capcycle.models.maths import is_expression
from capcycle.panel import select

BERNSTEIN = {"gpus_per_rack": 72, "peak_per_gpu": 2.5, "gpu_utilisation": 1.0, "capex_per_gw": 35e9}
money, share, rate = st.floats(1e6, 1e12), st.floats(0.05, 0.3), st.floats(0.01, 0.3)


def test_the_central_case_divides_one_authors_dollars_by_his_own_chips():
    # Bernstein, October 2025: 5.9m USD and 168.6 kW for a rack of 72, 35bn for a gigawatt of facility power
    case = compute.site(facts.open())
    assert case.outputs.capex_per_gpu == pytest.approx(5.9e6 / 72, rel=1e-3)
    assert all("bernstein-gw-2025-10" in case.inputs[name].source for name in ("kw_all_in", "capex_per_gw"))


def test_a_count_of_chips_has_a_cost_only_where_its_own_author_gives_one():
    notes = records.chips_per_gw(facts.open()).figures.set_index("label")["note"]
    costs = {label for label, note in notes.items() if "/GPU" in note and "$" in note}
    assert costs == {"NVIDIA Blackwell NVL72, Bernstein"}


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
])  # fmt: skip
def test_what_cannot_be_is_refused(call, told):
    with pytest.raises(ModelError, match=told):
        call()


def power(*rows):
    """A book that knows of the power of sites only: name, site, stage, basis and MW of each."""
    table = pd.DataFrame(rows, columns=["name", "site", "stage", "basis", "mw"]).assign(
        company="CIFR", kind="reported", source="cipher-2025-09-25", date=pd.Timestamp("2025-09-25"), published=pd.NaT
    )
    return SimpleNamespace(companies=["CIFR"], names={"CIFR": "Cipher"}, register=lambda name: table)


def test_a_facility_is_no_smaller_than_its_it():
    def sites(*bases):
        rows = [("Cipher", "Barber Lake", "contracted", basis, mw) for basis, mw in bases]
        return records.sites(power(*rows))

    larger, at_grid = sites(("critical", 526), ("gross", 800)), sites(("critical", 300), ("utility", 430))
    assert larger.figures["value"].astype(float).tolist() == pytest.approx([800 / 526])
    assert at_grid.figures["group"].tolist() == ["Grid"] and at_grid.title.endswith("has 1.4× the power of its IT")
    with pytest.raises(ModelError, match=r"for each MW of its IT is 0\.6575: give at least 1"):
        sites(("critical", 800), ("gross", 526))


def test_no_site_of_the_register_is_smaller_than_its_it():
    assert records.sites(facts.open()).figures["value"].astype(float).max() == pytest.approx(800 / 526)  # Helios


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
def test_the_parts_of_the_cost_add_up_to_all_of_it(it, site, opex, life, rate):
    found = cost_of_ownership(it, site, life, 14, rate, opex)
    assert found.it_cost + found.facility_cost + opex == pytest.approx(found.total_cost)
    assert found.it_cost_share * found.total_cost == pytest.approx(found.it_cost)


@given(st.floats(1e9, 1e12), share, share, share, share)
def test_who_gets_the_money_adds_up_to_all_of_it(capex, gpu, margin, network, cpu):
    found = vendor_content(capex, gpu, margin, network, cpu, 3.4e6, 5.9e6)
    assert sum(found[:-1]) == pytest.approx(capex)


def test_an_author_s_custom_chips_do_not_follow_from_its_inputs():
    # 2.3 * 0.3 / 0.5 = 1.38; 0.92 / 5.9 = 15.6 %; 1.38 / 4.98 = 27.7 %: Bernstein prints 1.2, 19 % and 28 %
    assert [round(each, 3) for each in asic_substitution(2.3, 5.9, 0.7, 0.5)] == [1.38, 0.156, 0.277]


def test_an_author_s_plan_against_its_capex():
    # K087: 5 GW in two years at 50 to 60bn are 250 to 300bn, 1.25 to 1.5 times the 100bn a year spent
    plan = model.build_plan(5000, 2, np.array([50e9, 60e9]), 100e9)
    assert plan.plan_cost.tolist() == [250e9, 300e9] and plan.plan_to_capex.tolist() == [1.25, 1.5]


def test_published_examples_reproduce_or_are_told_not_to():
    table = worked_examples(facts.open(), "gigawatt").figures
    wrong = table[table["verdict"] != "consistent"].set_index("model")["figures"]
    assert len(table) == 12 and set(wrong.index) == {"asic_substitution", "vendor_content"}
    assert "Capex saved: 15.59% (printed 19%)" in wrong["asic_substitution"]


def test_chips_of_an_owner_are_those_of_all_its_makers():
    owners = compute.chips_by_owner(facts.open())
    owner = owners.set_index("name").loc["Microsoft"]
    parts = registers.read("compute").query("name == 'Microsoft' and period_end == @owner.quarter")
    assert set(parts["maker_name"]) == {"NVIDIA", "AMD"} and owner["h100e"] == parts["h100e"].sum()
    assert owner["h100e_p5"] < owner["h100e"] < owner["h100e_p95"]


def test_the_incomplete_quarter_of_the_register_is_left_out():
    owners = compute.chips_by_owner(facts.open())  # of 2026Q1 only NVIDIA's and Google's are counted
    assert set(owners["quarter"]) == {pd.Timestamp("2025-12-31")}


@cache
def stocks(*companies, as_of="", currency="USD"):
    return compute.chip_cases(facts.open(companies, as_of, currency))


def test_revenue_an_hour_by_hand():
    # CoreWeave, 2025: 5,131m of revenue; 832,068 H100e at its end, 241,168 a year before, 536,618 on average
    found = stocks("CRWV")["CRWV"].outputs
    assert found.revenue_per_hour == pytest.approx(5_131e6 / (536_618 * 8760), rel=1e-4)


def test_who_lacks_a_figure_keeps_a_case_that_says_so():
    meta, iren = stocks("META", "IREN").values()
    assert (
        math.isnan(meta.outputs.revenue_per_hour) and "the data has no twelve months of cloud revenue" in meta.lacking
    )
    assert meta.outputs.capex_per_h100e > 0 and "count does not name it" in iren.lacking


def test_an_enterprise_value_on_part_of_the_debt_is_said_to_be_the_least():
    cases = stocks("CRWV")
    found, inputs = cases["CRWV"].outputs, cases["CRWV"].inputs
    assert inputs["net_debt"].value == 14_665e6 - 3_127e6  # due after a year, less cash, 31 December 2025
    assert found.ev_per_h100e == pytest.approx((inputs["market_value"].value + 11_538e6) / 832_068)
    table = shown.per_h100e(cases)
    assert table.view.at[0, "Enterprise value per H100-equivalent"] == "$58.1k/H100e (e)"
    assert "CoreWeave: its enterprise value is at least this much" in table.notes[0]


def test_capex_of_whole_years_stands_for_quarters_that_are_missing():
    capex = stocks("CRWV")["CRWV"].inputs["cumulative_capex"]
    assert capex.value == 2_943e6 + 8_702e6 + 10_309e6 and capex.reason == "2023 to 2025."


def test_a_sum_of_quarters_misses_what_one_of_them_misses():
    capex = measure("capex", select(facts.open(["META"], "2024-08-01")))
    first, half, later = (pd.Timestamp(day) for day in ("2024-01-01", "2024-06-30", "2024-09-30"))
    assert study.summed(capex, "META", first, half).value == 14_573e6  # of six months, in the 10-Q
    assert study.summed(capex, "META", half, half).reason == "Capex, 2024Q2."
    assert study.summed(capex, "META", first, later).missing and study.summed(capex, "META", pd.NaT, half).missing


def test_all_borrowings_of_the_register_come_before_a_part():
    book, end = facts.open(["CRWV"]), pd.Timestamp("2024-12-31")  # 8,033,477 thousand of principal in the debt note
    assert compute.borrowings(book, "CRWV", end).value == 8_033_477_000


def test_nothing_is_counted_before_the_count_appeared():
    cases, owners = stocks("MSFT", as_of="2026-01-31"), compute.chips_by_owner(facts.open(as_of="2026-01-31"))
    assert owners.empty and shown.owners(owners).title == "No such figure had been published by then"
    assert math.isnan(cases["MSFT"].outputs.capex_per_h100e)
    assert shown.per_hour(cases).notes[0].startswith("Where revenue is above")  # no rent, which nobody had published


def test_an_output_is_as_good_as_the_inputs_it_takes():
    case = stocks("GOOGL")["GOOGL"]
    assert shown.needed(case, "capex_per_h100e") == ["h100e", "cumulative_capex"]
    assert shown.needed(case, "rent_implied") == ["h100e_average", "cloud_revenue", "gpu_utilisation"]
    kinds = {of: shown.only(case, of).kind for of in ("capex_per_h100e", "rent_implied")}
    assert kinds == {"capex_per_h100e": "estimated", "rent_implied": "assumed"}
    assert shown.only(case, "capex_per_h100e").outputs.capex_per_h100e == case.outputs.capex_per_h100e


def test_what_a_case_lacks_is_no_remark_on_a_figure_that_it_has():
    table = exhibits.ranges(stocks("META", "GOOGL"), "market_value_per_h100e").figures.set_index("label")
    assert stocks("META", "GOOGL")["META"].lacking and table["note"].tolist() == ["", ""]


def test_a_whole_stands_for_its_parts_and_bases_stay_apart():
    book = power(
        ("Cipher", "Barber Lake", "contracted", "gross", 244.0),
        ("Cipher", "Barber Lake, whole site", "contracted", "gross", 300.0),
        ("Cipher", "Barber Lake", "contracted", "critical", 168.0),
    )
    stages = records.by_stage(book.register("capacity"))
    assert stages.set_index("basis")["value"].to_dict() == {"gross": 300, "critical": 168}


def test_all_power_of_a_company_holds_its_sites():
    own = registers.read("capacity").query("company == 'WULF' and stage == 'operating' and basis == 'unstated'")
    assert records.by_stage(own)["value"].tolist() == [267.5]  # 245 MW of mining and the 22.5 MW that stand alone too


def test_a_funnel_says_what_runs_of_the_it_power_contracted_and_where_nobody_does(monkeypatch):
    monkeypatch.setattr(records, "on_record", lambda book: book.register("capacity"))
    contracted = ("Cipher", "Barber Lake", "contracted", "critical", 168.0)
    running = ("Cipher", "Barber Lake", "operating", "critical", 50.0)
    start = "168 MW of IT power is contracted, and "
    assert records.funnel(power(contracted)).title == start + "no source says how much of it runs"
    assert records.funnel(power(contracted, running)).title == start + "50 MW of it is known to run"


def test_a_funnel_without_it_power_says_what_runs_of_the_most_on_record(monkeypatch):
    monkeypatch.setattr(records, "on_record", lambda book: book.register("capacity"))
    rows = [
        ("Cipher", "", stage, "unstated", mw) for stage, mw in (("planned", 900), ("approved", 700), ("operating", 450))
    ]
    title = records.funnel(power(*rows)).title
    assert title == "Running, of what is planned or contracted: Cipher 50.0% (2025-09, plan for 2025-09)"


def test_what_is_let_and_what_runs_of_it_is_that_of_the_contracts():
    """One figure on all pages: the leases that stand, the lessor's own share, none that is sold."""
    miners = facts.open(["miners"])
    rows = records.by_stage(records.on_record(miners)).query("basis == 'critical'").set_index(["company", "stage"])
    let = contracts.read(miners)
    let = let[let["status"].isin(contracts.LIVE)]
    for company in ("WULF", "CIFR", "HUT", "APLD", "CORZ"):
        own = let[let["lessor"] == company]
        assert rows.at[(company, "contracted"), "value"] == pytest.approx(own["mw_owned"].sum())
    assert rows.at[("WULF", "contracted"), "value"] == 60 + 200 + 160 + 401  # without the part of Abernathy
    assert rows.at[("CIFR", "contracted"), "value"] == 168 + 39 + 216 + 70  # Cipher Mining's and Cipher Digital's
    assert rows.at[("WULF", "operating"), "value"] == 60 + 42 and rows.at[("IREN", "operating"), "value"] == 50
    assert "3,506" not in records.funnel(miners).title and "known to run" in records.funnel(miners).title


def test_bars_of_two_bases_never_share_a_label():
    figures = records.funnel(facts.open(["APLD", "HUT", "CIFR", "GLXY"])).figures
    assert figures["label"].is_unique


def test_a_chart_computes_the_sites_money():
    kw = alt.param(name="kw_all_in", value=2.0)
    assert is_expression(gigawatt(1000, kw, **BERNSTEIN).capex_per_gpu)


def test_an_unknown_chip_is_refused_by_name_and_one_to_come_is_missing():
    with pytest.raises(ModelError, match=r"data/chips\.csv: unknown chip"):
        compute.site(facts.open(), chip="NVIDIA B2000")
    early = compute.site(facts.open(as_of="2023-12-31"), chip="NVIDIA B200")  # shown in March 2024
    assert early.inputs["peak_per_gpu"].reason == "NVIDIA B200: no public data sheet states this"
    assert math.isnan(early.outputs.throughput) and early.outputs.gpus > 0


def test_authors_stand_with_their_date_and_their_gigawatt():
    rows = records.cost_per_gw(facts.open()).figures.set_index("label")
    assert rows.loc["Epoch, 2026-05", ["group", "value"]].tolist() == ["IT", "38000000000.0"]
    assert rows.loc["Barclays, no date", ["low", "high"]].tolist() == ["50000000000.0", "60000000000.0"]


def test_authors_who_printed_later_than_the_page_are_left_out_of_it():
    authors = records.cost_per_gw(facts.open(as_of="2025-11-30")).figures["label"]
    assert list(authors) == ["NVIDIA, 2025-10", "Bernstein, 2025-10", "Epoch, 2025-11"]
    assert records.cost_per_gw(facts.open(as_of="2025-06-30")).title == "No such figure had been published by then"


def test_what_one_author_printed_is_left_out_of_a_page_of_an_earlier_day():
    book, today = facts.open(as_of="2025-06-30"), facts.open()
    for make, show in ((compute.content, shown.dollars), (compute.training, shown.in_print)):
        assert show(make(book)).title == "No such figure had been published by then" != show(make(today)).title


def test_an_early_page_says_that_it_rests_on_judgements_of_today():
    def verdict(as_of):
        book = facts.open(as_of=as_of)
        return shown.verdict(compute.site(book), compute.ownership(book), compute.chips_by_owner(book))

    assert "today's judgement" in verdict("2025-06-30") and "No count of chips" in verdict("2025-06-30")
    assert "judgement" not in verdict("")


def test_a_case_of_the_page_is_worked_out_whole():
    case = compute.content(facts.open())
    assert case.outputs.gpu_profit_share == pytest.approx(0.273)  # 0.39 * 0.70, where Bernstein prints 0.29


def test_gpus_of_a_gigawatt_span_the_power_of_each():
    # the Guosen call: 1.43 to 2.0 kW, which are 1e6 / 2.0 and 1e6 / 1.43 GPUs; IREN: 2.631579 kW, of IT
    rows = records.chips_per_gw(facts.open()).figures.set_index("label")
    ends = rows.loc["NVIDIA H100, Guosen call", ["low", "high"]].astype(float)
    assert ends.tolist() == pytest.approx([500_000, 700_000], rel=1e-3)
    assert rows.at["NVIDIA GB300, IREN", "group"] == "IT"
    assert float(rows.at["NVIDIA GB300, IREN", "value"]) == pytest.approx(380_000)


@pytest.mark.parametrize("start", [compute.site, compute.ownership, compute.content])
def test_amounts_in_euros_are_the_dollars_at_the_newest_rate_and_ratios_stay(start):
    dollars, euros = (start(facts.open(currency=currency)) for currency in ("USD", "EUR"))
    for name, unit in dollars.model.outputs.items():  # a euro was 1.1172 dollars on 2026-10-30, the last of data/fx.csv
        rate = 1.1172 if unit.startswith("currency") else 1
        assert getattr(euros.outputs, name) * rate == pytest.approx(getattr(dollars.outputs, name), rel=1e-9)


def test_a_market_value_is_converted_at_its_own_day():
    dollars, euros = (stocks("MSFT", currency=each)["MSFT"].inputs["market_value"] for each in ("USD", "EUR"))
    assert dollars.value / euros.value == pytest.approx(1.175)  # ECB, 2025-12-31


def test_plans_in_euros_compare_as_in_dollars():
    dollars, euros = (compute.plan_cases(facts.open(["MSFT"], currency=each))["MSFT"] for each in ("USD", "EUR"))
    assert euros.outputs.plan_cost * 1.1172 == pytest.approx(dollars.outputs.plan_cost)
    assert euros.unit("plan_cost") == "EUR" and "USD" not in str(euros.inputs["capex"])


def test_a_plan_goes_from_what_runs_to_the_nearest_planned_after_it():
    plan = compute.plan_cases(facts.open(["CRWV"]))["CRWV"].inputs  # 850 MW at the end of 2025, 1,700 MW a year on
    assert plan["added_power"].value == 850 and plan["build_years"].value == pytest.approx(1, abs=0.01)


def test_the_page_names_the_currency_of_its_cases():
    cases = stocks("CRWV", currency="EUR")
    pages = [shown.per_hour(cases), shown.per_h100e(cases)]
    texts = " ".join(f"{one.title} {one.subtitle} {one.notes} {one.view.to_string()}" for one in pages)
    assert "$" not in texts and "USD" not in texts
    assert "€2.55 to €3.13/GPU-h" in texts  # 2.85 and 3.50 dollars over 1.1172


def test_the_plan_of_another_author_is_in_the_range_of_the_nearest():
    # 5 GW run on 7 Nov 2025. 10 GW by the end of November 2027 are 5 GW more in 753 days; Morgan Stanley's 20 GW by
    # June 2028 are 15 GW more in 966 days, at whose pace 753 days bring 11.7 GW
    added = compute.plan_cases(facts.open(["MSFT"]))["MSFT"].inputs["added_power"]
    assert (added.value, added.low, added.high) == pytest.approx((5000, 5000, 15000 * 753 / 966))
    assert "20,000 MW by 30 Jun 2028" in added.reason


def test_a_site_has_the_throughput_of_the_rack_that_gives_it_its_power():
    # NVIDIA: a Blackwell of the GB200 reaches 2.5 PFLOPS in dense 16-bit arithmetic, a B200 2.25
    assert compute.site(facts.open()).inputs["peak_per_gpu"].value == 2.5
