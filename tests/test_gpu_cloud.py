"""GPU clouds: published costs and returns, invariants of a cluster's cash, and exhibits that say what they show."""

from dataclasses import replace

import altair as alt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capcycle import exhibits, facts, study, words
from capcycle.analyses import gpu_cloud as room
from capcycle.analyses.gpu_cloud.cases import funding, run_rates
from capcycle.analyses.gpu_cloud.exhibits import _gpus
from capcycle.analyses.gpu_cloud.gpu_hour import forward_curve, gpu_hour, gpu_run_rate
from capcycle.analyses.gpu_cloud.market import market, pairs, paths
from capcycle.analyses.gpu_cloud.model import gpu_cloud
from capcycle.claims import worked_examples
from capcycle.errors import ModelError
from capcycle.models.finance import rates
from capcycle.models.maths import present_value
from capcycle.quantity import Quantity

YEARLY = 1.94e9 / 76_000 / 8760  # IREN for Microsoft: 1.94bn a year, 76,000 GPUs, every hour
IREN = {
    "gpus": 76_000, "gpu_price": 5.8e9 / 76_000, "cluster_share_gpu_nodes": 1.0, "site_capex": 3e9,
    "contract_price": YEARLY, "contract_term": 5, "prepaid_share": 0.2, "credited_from": 3, "gpu_rent": 2.85,
    "gpu_rent_ratio_per_year": 0.7, "gpu_utilisation": 0.7, "kw_per_gpu": 2.6, "pue": 1.2, "power_tariff": 0.0,
    "data_center_cost": 0.0, "operations_cost": 0.15 * YEARLY, "server_life": 5, "refreshes": 0, "gpu_residual": 0.0,
    "site_residual": 0.0, "tax_rate": 0.0, "gpu_loan_to_value": 0.0, "gpu_debt_rate": 0.1, "gpu_loan_term": 5,
    "hurdle_rate": 0.1,
}  # fmt: skip
RENTED = {"site_capex": 0.0, "data_center_cost": 1.5e6 * 200 / 76_000 / 8760}  # 1.5m a MW and year on 200 MW
H100 = "NVIDIA H100 SXM5 80GB"
# without a contract: rent falls, the GPUs are sold for a fifth, tax is paid
LET = IREN | {"contract_term": 0, "prepaid_share": 0.0, "site_capex": 0.0, "gpu_residual": 0.2, "tax_rate": 0.25,
              "gpu_price": 30_000, "operations_cost": 0.3}  # fmt: skip


def cluster(**given):
    return gpu_cloud(**IREN | given)


def hour(**given):
    nothing = dict.fromkeys(gpu_hour.parameters, 0.0)
    ones = dict.fromkeys(["server_life", "gpu_utilisation", "kw_per_gpu", "pue", "gpu_rent"], 1.0)
    return gpu_hour(**nothing | ones | given)


# ---- published figures


def test_published_examples_come_out_as_they_are_marked():
    table = worked_examples(facts.open(), "gpu_cloud").figures
    wrong = table.loc[table["verdict"] == "inconsistent", "about"]
    assert len(table) == 8 and list(wrong) == ["CoreWeave", "IREN, without and with a residual value"]


def test_an_h100_at_half_the_hours():
    # Ramachandran: 25,000 over 13,000 hours is 1.92; operating at half of that 0.96; 2.88 of 4.25 leaves 32 %
    half = 13_000 / 26_280
    found = hour(gpu_price=25_000, server_life=3, gpu_utilisation=half, operations_cost=0.96 * half, gpu_rent=4.25)
    assert float(found.capital_per_hour) == pytest.approx(1.92, abs=0.005)
    assert float(found.gpu_hour_cost) == pytest.approx(2.88, abs=0.005)
    assert float(found.gpu_hour_margin) == pytest.approx(0.32, abs=0.005)


def test_power_is_kilowatts_times_pue_times_tariff():
    assert hour(kw_per_gpu=0.7, pue=1.0, power_tariff=100.0).power_per_hour == pytest.approx(0.07)  # From Token: 0.07


@pytest.mark.parametrize(
    ("given", "irr"),
    [
        ({}, -0.031),
        ({"site_residual": 1.0}, 0.096),
        ({"site_residual": 1.0, "gpu_residual": 0.2}, 0.130),
        (RENTED, 0.091),
        (RENTED | {"gpu_residual": 0.2}, 0.163),
    ],
)
def test_irens_contract_returns_what_its_residuals_make_of_it(given, irr):
    assert float(cluster(**given).project_irr) == pytest.approx(irr, abs=0.0006)


def test_irens_contract_as_signed():
    found = cluster()  # 9.7bn of which a fifth is prepaid; 5.8 less 1.94 is 3.86; 85 % of 1.94 is 1.649
    assert found.prepayment == pytest.approx(1.94e9)
    assert found.prepayment / 5.8e9 == pytest.approx(0.33, abs=0.005)
    assert found.net_outlay - 3e9 == pytest.approx(3.86e9)
    assert float(found.first_year_ebitda) == pytest.approx(1.649e9)
    assert float(found.average_rent) == pytest.approx(2.91, abs=0.005)


def test_run_rates_of_iren():
    found = gpu_run_rate(500e6, 23_000, 1.0, 140_000)  # 21,739 a GPU; 3.04bn at the same rent, 6.09 times
    assert [float(each) for each in found] == pytest.approx([21_739, 2.48, 3.04e9, 6.09], rel=0.002)


def test_forward_rents_of_an_a100():
    assert float(forward_curve(2.40, 1.45).annual_ratio) == pytest.approx(0.53, abs=0.005)  # AWS, June 2021


def test_the_case_of_iren_is_the_one_published():
    case = study.case(gpu_cloud, facts.open(), "IREN", hurdle_rate="target_return", refreshes=0)
    bare = case.evaluate(tax_rate=0.0, site_residual=0.0, gpu_residual=0.0)
    assert float(bare.project_irr) == pytest.approx(-0.031, abs=0.0006)


# ---- invariants

rents = st.floats(1.5, 6.0)
shares = st.floats(0.4, 1.0)
ratios = st.floats(0.5, 1.0)


@given(rents, shares, ratios)
@settings(max_examples=40)
def test_npv_at_the_irr_is_zero(rent, share, ratio):
    found = gpu_cloud(**LET | {"gpu_rent": rent, "gpu_utilisation": share, "gpu_rent_ratio_per_year": ratio})
    if np.isfinite(found.project_irr):
        worth = present_value(found.project_irr, [float(flow) for flow in found.cash_by_year])
        assert abs(worth) < 1e-4 * found.cluster_capex
    else:
        assert len(rates([float(flow) for flow in found.cash_by_year]).values) != 1


@given(rents, ratios, st.floats(0.02, 0.12))
@settings(max_examples=40)
def test_debt_cheaper_than_the_project_lifts_the_return_and_dearer_debt_lowers_it(rent, ratio, rate):
    given = LET | {"gpu_rent": rent, "gpu_rent_ratio_per_year": ratio, "gpu_debt_rate": rate, "gpu_loan_to_value": 0.5}
    found = gpu_cloud(**given)
    gap = found.project_irr - rate * (1 - given["tax_rate"])
    if np.isfinite(found.equity_irr) and abs(gap) > 1e-3:
        assert (found.equity_irr > found.project_irr) == (gap > 0)


@given(rents, st.integers(0, 3))
@settings(max_examples=20)
def test_at_the_break_even_rent_npv_is_zero(rent, refreshes):
    flat = LET | {"gpu_rent_ratio_per_year": 1.0, "refreshes": refreshes}
    needed = gpu_cloud(**flat | {"gpu_rent": rent}).break_even_rent
    assert abs(gpu_cloud(**flat | {"gpu_rent": needed}).project_npv) < 1e-6 * 76_000 * 30_000


def test_at_the_break_even_share_of_hours_npv_is_zero():
    given = LET | {"gpu_rent_ratio_per_year": 1.0, "gpu_rent": 4.0, "power_tariff": 100.0}
    share = gpu_cloud(**given).break_even_utilisation
    assert abs(gpu_cloud(**given | {"gpu_utilisation": share}).project_npv) < 1.0


def test_a_prepayment_moves_money_and_makes_none():
    without, found = cluster(prepaid_share=0.0), cluster()
    assert sum(found.cash_by_year) == pytest.approx(sum(without.cash_by_year))
    assert found.project_npv > without.project_npv


def test_gpus_bought_again_earn_and_cost_the_same_again():
    once, twice = gpu_cloud(**LET), gpu_cloud(**LET | {"refreshes": 1})
    assert sum(twice.cash_by_year) == pytest.approx(2 * sum(once.cash_by_year))


def test_a_cluster_is_switched_off_when_rent_no_longer_covers_its_cash_cost():
    found = gpu_cloud(**LET | {"gpu_rent_ratio_per_year": 0.3})
    assert float(found.ebitda_by_year[2]) > 0 and min(map(float, found.ebitda_by_year)) == 0


@given(st.floats(0.5, 10.0), st.floats(0.4, 1.0))
def test_forward_rents_cost_what_the_three_year_price_does(one, part):
    curve = forward_curve(one, one * part)
    assert sum(map(float, curve[1:])) == pytest.approx(3 * one * part)


def test_a_three_year_price_of_a_third_or_less_has_no_forward_rents():
    assert np.isnan(np.array(forward_curve(3.0, 0.9)[2:], float)).all()


# ---- as the house asks


def test_what_is_missing_stays_missing():
    assert np.isnan(cluster(contract_price=np.nan).project_irr)
    assert np.isnan(hour(gpu_price=np.nan).gpu_hour_cost)


def test_a_slider_computes_the_hour_but_not_the_return():
    dragged = alt.param(name="gpu_rent", value=3.0)
    assert "gpu_rent" in str(hour(gpu_rent=dragged).gpu_hour_margin.to_dict())
    with pytest.raises(ModelError, match="tabulate"):
        cluster(contract_price=dragged)


def test_arrays_give_what_numbers_give():
    shares = np.array([0.5, 0.9])
    both = gpu_cloud(**LET | {"gpu_utilisation": shares}).project_irr
    each = [float(gpu_cloud(**LET | {"gpu_utilisation": one}).project_irr) for one in shares]
    assert both.tolist() == pytest.approx(each, abs=1e-14)


def test_the_variants_stand_beside_what_was_printed():
    shown = room.irr_variants(facts.open())  # facts of the register: printed 10 to 12 % without, 19 % with what is left
    assert (
        "−3.1% to 16.3% before tax, as its site is bought or rented" in shown.title
        and "10.0% to 12.0% and 19.0%" in shown.notes[1]
    )


def offers(pairs):
    """A register of prices by vendor and day: for one year, for three."""
    rows = [{"chip": "H100", "vendor": vendor, "date": pd.Timestamp(day), "one_year": one, "three_years": three,
             "kind": "reported", "source": "", "note": ""} for vendor, day, one, three in pairs]  # fmt: skip
    return pd.DataFrame(rows)


def test_forward_ratios_by_hand(monkeypatch):
    # 2.00 for one year and 1.50 for three: 2 (1 + r + r²) = 4.5 at r = 0.7247; 2.00 and 1.00: r² + r = 0.5 at 0.3660
    known = offers([("Lambda", "2024-02-01", 2.0, 1.5), ("Oblivus", "2023-02-01", 2.0, 1.0)])
    monkeypatch.setattr(facts.Book, "register", lambda book, name: known)
    shown = room.forward_ratios(facts.open(), ["H100"], Quantity("ratio", 0.68, "fraction"))
    assert shown.figures["value"].astype(float).tolist() == pytest.approx([0.3660, 0.7247], abs=5e-5)
    assert "The cluster model assumes 68.0%; the 2 pairs first seen since 2023 have a median of 54.5%." in shown.notes


def test_a_terminated_contract_says_so():
    shown = room.contracts(facts.open())  # facts of the register: Hainan Huatie's contract ended in autumn 2025
    assert "Terminated and not in the sum: Hainan Huatie." in shown.notes
    # 1.3 + 11.9 + 4 + 300 + 6.5 + 14.2 + 17.4 + 9.7 + 2.9 + 3.4 + 2.8 + 21 = 395.1bn of US dollars, 300 of Oracle
    assert shown.title == "Live contracts on record with GPUs in the price add up to $395bn, $300bn of it Oracle's"
    yuan = room.contracts(facts.open(currency="CNY"), "CNY")
    assert (
        yuan.title == "The one contract here with GPUs in its price, Hainan Huatie's, is terminated (30 Sep 2025)"
        and len(yuan.view) == 1
    )
    assert shown.view.iloc[:, 2].str.contains("terminated, 30 Sep 2025").sum() == 1


def test_the_gpus_of_one_tenants_contract_are_not_counted_in_anothers():
    # IREN's 76,000 GB300 are Microsoft's: 9.7bn over 5 years of 8,760 hours; NVIDIA's contract names no number
    hours = room.contracts(facts.open()).view.set_index(["Lessor", "Tenant"])["Per GPU-hour"]
    assert hours["IREN", "Microsoft"] == "$2.91/GPU-h (e)" and hours["IREN", "NVIDIA"] == words.DASH
    deals = pd.DataFrame({"lessor": ["IREN", "IREN", "CRWV"], "yearly": [9.7e9 / 5, 3.4e9 / 5, 9.7e9 / 5]})
    assert np.array_equal(_gpus(deals, facts.open()), [76_000, np.nan, np.nan], equal_nan=True)


def test_an_implausible_rent_is_not_ranked_and_says_so():
    # facts of the register with a tenth of the revenue: 0.29 an hour, which nobody lets a GPU for
    cases = run_rates(facts.open())
    low = {name: each.with_inputs(run_rate=each.inputs["run_rate"] * 0.1) for name, each in list(cases.items())[:1]}
    shown = exhibits.ranking(low | dict(list(cases.items())[1:]), "revenue_per_gpu_hour")
    assert any("is outside the plausible range and is not ranked" in note for note in shown.notes)
    assert shown.figures["value"].eq("").sum() == 1


def test_before_a_contract_nothing_of_it_is_shown():
    early = facts.open(as_of="2024-12-31")
    assert not room.irr_variants(early).sources and not room.run_rate_range(early).sources
    with pytest.raises(ModelError, match="unknown lessor IREN"):
        room.cluster(early, "IREN")


def test_judgements_of_later_days_are_marked():
    cluster = room.cluster(facts.open(as_of="2025-03-31"), chip=H100)
    assert cluster.hindsight and "today's judgement" in room.finding(cluster)
    assert not any(each.source for each in cluster.hindsight.values())


def test_a_readers_number_is_put_in_and_refused_where_it_cannot_be():
    assert room.cluster(facts.open(), gpu_rent=3.0, server_life=0.0).inputs["gpu_rent"].value == 3.0
    with pytest.raises(ModelError, match="gpu_utilisation is 85"):
        room.cluster(facts.open(), gpu_utilisation=85)
    with pytest.raises(ModelError, match="unknown chip H200; there are: NVIDIA B200, NVIDIA B300"):
        room.cluster(facts.open(), chip="H200")


# ---- price and rent of one month


def seen(*rows):
    """A register of prices: chip, day, vendor, and one of on_demand, three_years and purchase."""
    table = pd.DataFrame([dict(zip(["chip", "date", "vendor"], row[:3], strict=True)) | row[3] for row in rows])
    table = table.reindex(columns=["chip", "date", "vendor", "on_demand", "one_year", "three_years", "purchase"])
    return table.assign(date=pd.to_datetime(table["date"]), kind="estimated", source="", note="")


def priced(monkeypatch, chip, *rows):
    monkeypatch.setattr(facts.Book, "register", lambda book, name: seen(*rows))
    return market(facts.open(), chip)


def test_a_price_stands_beside_rents_of_its_own_month(monkeypatch):
    # by hand: of March, 30,000 in the middle of two offers, 3.00 in the middle of three clouds; the list price of a
    # general cloud is left out, and so are the price of 2024 and the rents of 2026 that no price of that month faces
    found = priced(
        monkeypatch, H100, (H100, "2024-03-01", "", {"purchase": 40_000}),
        (H100, "2025-03-03", "", {"purchase": 28_000}), (H100, "2025-03-10", "", {"purchase": 32_000}),
        (H100, "2025-02-20", "Cudo", {"on_demand": 2.5}), (H100, "2025-03-20", "CR8DL", {"on_demand": 4.0}),
        (H100, "2025-03-03", "RunPod", {"on_demand": 3.0}), (H100, "2026-06-01", "RunPod", {"on_demand": 1.0}),
        (H100, "2025-03-10", "Amazon Web Services", {"on_demand": 12.0}),
    )  # fmt: skip
    assert (found["gpu_price"].value, found["gpu_rent"].value, found["gpu_rent"].high) == (30_000, 3.0, 4.0)


def test_one_vendors_list_price_is_no_market(monkeypatch):
    price = (H100, "2025-03-03", "", {"purchase": 30_000})
    found = priced(monkeypatch, H100, price, (H100, "2025-03-03", "RunPod", {"on_demand": 3.0}))
    assert found["gpu_rent"].missing and "the newest rent of 3 Mar 2025 (RunPod)" in found["gpu_rent"].reason


def test_a_rent_for_three_years_is_a_contract(monkeypatch):
    price = (H100, "2025-03-03", "", {"purchase": 30_000})
    found = priced(monkeypatch, H100, price, (H100, "2025-03-20", "", {"three_years": 1.5}))
    assert (found["contract_price"].value, found["contract_term"].value) == (1.5, 3.0)


def test_blackwell_and_racks_have_a_price_and_a_rent_of_one_month():
    # facts of the register: HGX B200 400 to 500 thousand for eight beside Lambda's 6.69; a rack of GB200 at 3m for 72
    # beside 3.30 for three years, SemiAnalysis; of GB300 one cloud's list price alone stands beside a rack's price
    found = {chip: market(facts.open(), f"NVIDIA {chip}") for chip in ("B200", "GB200 NVL72", "GB300 NVL72")}
    assert found["B200"]["gpu_price"].value == 450_000 / 8 and found["B200"]["gpu_rent"].value == 6.69
    assert found["GB200 NVL72"]["gpu_price"].value == pytest.approx(3e6 / 72, abs=0.01)
    assert found["GB200 NVL72"]["contract_price"].value == 3.30
    assert "Verda" in found["GB300 NVL72"]["gpu_price"].reason
    shown = room.chips(facts.open()).view
    assert shown["Price"].str.contains("–").sum() == 1 and "NVIDIA B200" in shown["Chip"].to_list()


def test_a_rack_let_for_three_years_by_hand():
    # 41,667 / 0.8225 = 50,659 a GPU; 3.30 x 8,760 = 28,908 a year, less 0.2118 of power, 0.3415 of site, 0.11 of staff
    rack = room.cluster(facts.open(), gpus=1, chip="NVIDIA GB200 NVL72")
    assert float(rack.outputs.cluster_capex) == pytest.approx(3e6 / 72 / 0.8225, rel=1e-4)
    costs = 1.75 * 1.21 * 100 / 1000 + 0.20 * 1.75 / 1.025 + 0.11
    assert float(rack.outputs.first_year_ebitda) == pytest.approx((3.30 - costs) * 8760, rel=1e-4)
    assert float(room.hour(facts.open(), chip="NVIDIA GB200 NVL72").inputs["gpu_utilisation"].value) == 1.0
    assert "let for three years" in room.finding(rack) and "7 May 2026" in room.finding(rack)


# ---- how rents move


def test_the_path_of_a_price_by_hand(monkeypatch):
    # 4.00 to 1.00 in two years is half a year; a month says nothing
    days = {"RunPod": {"2023-01-01": 4.0, "2025-01-01": 1.0}, "Cudo": {"2025-01-01": 2.0, "2025-02-01": 1.0}}
    known = seen(*((H100, day, who, {"on_demand": rent}) for who, of in days.items() for day, rent in of.items()))
    monkeypatch.setattr(facts.Book, "register", lambda book, name: known)
    moved = paths(facts.open())
    assert moved["vendor"].to_list() == ["RunPod"] and moved["ratio"].iloc[0] == pytest.approx(0.5, abs=1e-3)


def test_rents_fall_as_many_vendors_say():
    # facts of the register: no one vendor's discount, but half-way between two medians over all of them
    book = facts.open()
    implied, moved = pairs(book), paths(book)
    assert implied["vendor"].nunique() >= 4 and moved["vendor"].nunique() >= 7
    ratio = study.assumption(book, "gpu_rent_ratio_per_year")
    middles = implied["ratio"].astype(float).median(), moved["ratio"].median()
    assert ratio.value == pytest.approx(sum(middles) / 2, abs=5e-4)
    assert ratio.low == pytest.approx(implied["ratio"].astype(float).quantile(0.25), abs=5e-4)
    assert ratio.high == pytest.approx(middles[1], abs=5e-4)


def test_a_rate_of_return_that_is_not_there_says_why():
    notes = exhibits.scenarios(study.scenarios(room.cluster(facts.open()))).notes
    found = study.scenarios(room.cluster(facts.open()))
    assert np.isnan(found.outputs.at["equity_irr", "bear"]) and not np.isnan(found.outputs.at["project_irr", "bear"])
    assert [note for note in notes if note.startswith("IRR to equity in the bear case: no rate fits")]


def test_every_rate_that_fits_is_listed():
    found = study.scenarios(room.cluster(facts.open()))
    two = found.results["bear"]._replace(cash_by_year=[-1.0, 5.0, -6.0])  # zero at 100 and at 200 %: see rates()
    outputs = found.outputs.copy()
    outputs.loc["project_irr", "bear"] = np.nan
    shown = exhibits.scenarios(replace(found, outputs=outputs, results=found.results | {"bear": two}))
    told = "2 rates fit: the cash flows change sign 2 times: 100.0% and 200.0%"
    assert any(told in note for note in shown.notes)


def test_a_lead_has_the_day_of_the_rent_and_of_the_price_and_the_rent_for_three_years():
    """Register of prices: B200 asked for on 17 September 2026, servers of 2 October, 2.90 for three years on 7 May."""
    told = room.finding(room.cluster(facts.open(), chip="NVIDIA B200"), "NVIDIA B200")
    assert "At a rent of 17 Sep 2026 and a GPU price of 2 Oct 2026" in told
    assert "A rent for three years was $2.90/GPU-h on 7 May 2026" in told
    assert "for three years was" not in room.finding(room.cluster(facts.open(), "IREN"), "NVIDIA B200")


def test_an_offer_on_a_chart_has_its_day():
    """An offer of February 2024 stands beside one of September 2026."""
    named = set(room.forward_rents(facts.open(), ["H100", "A100"]).figures["group"])
    assert "H100, Oblivus Cloud, 26 Feb 2024" in named and "A100, Amazon Web Services, 17 Sep 2026" in named


def test_what_is_left_to_fund_follows_the_financing_that_closed():
    """5.8bn less 1.94bn prepaid: of the 2.5bn planned 1.36bn is left, of the 3.65bn closed in May 2026 0.21."""
    now, then = (funding(facts.open(as_of=day)) for day in ("", "2025-12-31"))
    assert float(now.outputs.remaining_to_fund) == pytest.approx(0.21e9)
    assert float(then.outputs.remaining_to_fund) == pytest.approx(1.36e9)
    lent = room.cluster(facts.open(), "IREN").inputs["gpu_loan_to_value"]
    assert lent.value == pytest.approx(3.65 / 5.8, rel=1e-5)


def test_prices_and_rents_of_chips_are_estimates_and_their_returns_assumptions():
    row = room.chips(facts.open()).view.set_index("Chip").loc["NVIDIA B200"]
    assert row["Price"].endswith("(e)") and row["Rent"].endswith("(e)") and row["IRR before debt"].endswith("(a)")
