"""Returns on AI capital: published pairs and hand arithmetic, and what holds whatever the figures."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import claims, exhibits, facts, metrics, panel, study, words
from capcycle.analyses import ai_roic, backlog, company_figures, laboratory_orders
from capcycle.analyses.ai_roic.capital import beta, debt_weight
from capcycle.analyses.ai_roic.model import (
    ai_cloud_build,
    ai_cloud_payback,
    ai_cloud_roic,
    backlog_yield,
    return_over_cost,
)
from capcycle.analyses.ai_roic.realised import _ranks
from capcycle.errors import ModelError
from capcycle.measure import measure
from capcycle.quantity import Quantity

FIVE = facts.open(["MSFT", "GOOGL", "AMZN", "META", "ORCL"], currency="USD")
share, life = st.floats(0.05, 0.6), st.floats(1, 12)


@pytest.fixture(scope="module")
def filed():
    """What the five had filed by the end of July 2026: figures of the quarter, and of twelve months."""
    return {span: panel.select(FIVE, span, since=2025) for span in ("quarter", "ttm")}


@pytest.fixture(scope="module")
def cases(filed):
    return ai_roic.forward(filed["quarter"], measure(metrics.capex_run_rate, filed["quarter"]))


@pytest.mark.parametrize(
    ("company", "roic"),  # ai-capex-roic, README: trailing twelve months; those whose capex is the cash-flow line
    [("GOOGL", 0.3826), ("AMZN", 0.1472), ("ORCL", 0.3897)],
)
def test_on_trailing_capex_from_the_filings(filed, company, roic):
    inputs = {"backlog": measure("rpo", filed["quarter"]), "annual_capex": measure("capex", filed["ttm"])}
    table = FIVE.examples()
    printed = table[table["model"].eq("backlog_yield") & table["about"].replace({"GOOG": "GOOGL"}).eq(company)]
    judged = {name: value for name, value in printed["inputs"].iloc[0].items() if name not in inputs}
    found = study.case(backlog_yield, FIVE, company, **inputs, **judged)
    assert found.outputs.capex_yield == pytest.approx(roic, abs=6e-5) and found.kind == "assumed"


def test_meta_has_no_backlog_and_says_so(filed):
    inputs = {"backlog": measure("rpo", filed["quarter"]), "annual_capex": measure("capex", filed["ttm"])}
    meta = study.case(backlog_yield, FIVE, "META", **inputs)
    assert math.isnan(meta.outputs.capex_yield)
    assert meta.lacking.startswith(
        "the data has no figure for contracted backlog (RPO) (2026Q2); no source states its AI share"
    )


def test_what_nobody_gives_is_said_once_and_not_by_company():
    amazon = study.case(ai_cloud_roic, FIVE, "AMZN").lacking
    assert amazon.count("no source states") == 1 and "AI cloud margin in 2025, AI cloud margin in 2030 and" in amazon


def test_a_company_that_lacks_a_figure_is_refused_with_who_does_not():
    clouds = ai_roic.clouds(facts.open(["MSFT", "AMZN"]))
    with pytest.raises(ModelError, match=r"AMZN cannot be shown: no source states .*; choose MSFT"):
        ai_roic.of(clouds, "AMZN")
    with pytest.raises(ModelError, match="unknown company XYZ"):
        ai_roic.of(clouds, "XYZ")


def test_what_differs_from_the_author_is_capex_with_leases_and_commercial_backlog(cases):
    rows = ai_roic.beside_author(cases).figures.set_index("label")
    # Microsoft: 684 against 678bn of backlog is 6 * 0.5 / 2.5 * 0.3 of 4 * 35.802 * 0.85; 41.0 against 35.802bn
    amount, capex = 0.36 / 121.7268, 40.68 / 121.7268 - 40.68 / 139.4
    assert rows.loc["Microsoft", ["amount_points", "capex_points"]].tolist() == pytest.approx([amount, capex], abs=1e-5)
    # Amazon: the same figures, 51.5 % over 5.2 years on 77.5 % for 55 % over 4 years on 75 % of the capex
    judged = 0.515 / 0.55 * 4 / 5.2 * 0.75 / 0.775
    assert rows.loc["Amazon", "value"] == pytest.approx(rows.loc["Amazon", "printed"] * judged, abs=6e-5)


def test_the_verdict_is_one_sentence_and_titles_name_the_company(cases):
    assert ai_roic.verdict(cases).count(". ") == 0
    three = exhibits.scenarios(study.scenarios(cases["AMZN"]))
    assert three.title.startswith("Amazon's AI profit less capital cost is −2.5 points (bear ")
    assert not any("already at the better end of their range" in note for note in three.notes)


def test_metas_capex_with_lease_principal_is_the_companys_own(filed):
    # ai-capex-roic data/facts.csv: 30.116bn of cash and 0.962bn of principal are Meta's 31.078bn
    quarters = measure(metrics.capex_with_lease_principal, filed["quarter"]).at("2026Q2").set_index("company")
    assert quarters.at["META", "value"] == pytest.approx(31.078e9)


@pytest.mark.parametrize(("company", "then", "roic", "payback"), [("MSFT", 0.40, 0.17, 5.9), ("BABA", 0.25, 0.11, 9.1)])
def test_guosens_pair_follows_from_the_turns(company, then, roic, payback):
    case = study.case(ai_cloud_roic, FIVE, company, tax_rate=0.0)
    case = case.with_inputs(capital_turns=case.inputs["capital_turns"].low)  # 0.425 * 40 % and 0.44 * 25 %
    assert case.inputs["ai_margin_2030"].value == then
    assert case.outputs.roic_2030 == pytest.approx(roic, abs=5e-4)
    assert case.outputs.payback_simple == pytest.approx(payback, abs=0.05)


def test_the_turns_that_a_taxed_pair_needs():
    microsoft = study.case(ai_cloud_roic, FIVE, "MSFT")  # 17 % / (40 % * (1 - 22.2 %)) = 0.5463
    assert study.solve(microsoft, "capital_turns", 0.17, low=0.3, high=0.7).values == pytest.approx([0.5463], abs=1e-4)


def test_the_margin_rises_evenly():
    found = ai_cloud_roic(0.20, 0.40, 0.0, 0.5, 0.10)
    assert found.ai_margin == pytest.approx([0.20, 0.24, 0.28, 0.32, 0.36, 0.40])
    assert found.roic_spread == pytest.approx([0.0, 0.02, 0.04, 0.06, 0.08, 0.10])


def test_a_build_by_hand():
    # 100 a year from 2025 to 2030, 20 % on what is in place, written off over two years and gone
    found = ai_cloud_build(100, 1, 0, 0.4, 0.4, 0, 0.5, 2, 2, 0)
    assert found.ai_capital[:9] == pytest.approx([0, 100, 200, 200, 200, 200, 200, 100, 0])
    assert found.cash_flow[:9] == pytest.approx([-100, -30, 40, 40, 40, 40, 140, 70, 0])
    assert [found.peak_funding, found.npv, found.cash_flow_2030] == pytest.approx([130, 240, 40])


def test_average_and_incremental_return_by_hand():
    # margin 0 in 2025 to 50 % in 2030, one turn: profit of 2026 10 % of 100, of 2030 50 % of 500
    found = ai_cloud_build(100, 1, 0, 0.0, 0.5, 0, 1, 10, 10, 0.08)
    assert found.roic_average == pytest.approx(250 / 550)
    assert found.roic_incremental == pytest.approx((250 - 10) / (500 - 100))


def test_three_paybacks_of_one_build():
    # 0.2 + 0.2 a year: back in 2.5 years; 1/0.2 = 5 without depreciation; at 10 % 0.4 * (1 - 1.1^-3)/0.1 = 0.9947
    found = ai_cloud_payback(0.4, 0.4, 0, 0.5, 5, 5, 0.10)
    assert [found.payback_simple, found.payback_cash] == pytest.approx([5, 2.5])
    assert found.payback_discounted == pytest.approx(3 + (1 - 0.994741) / (0.4 / 1.1**4), abs=1e-4)
    assert found.npv_per_capital == pytest.approx(0.4 * 3.790787 - 1, abs=1e-6)


def test_equipment_that_dies_early_may_never_pay_back():
    found = ai_cloud_payback(0.0, 0.0, 0.22, 0.5, 3, 5, 0.10)  # three fifths of the capital come back
    assert sum(found.build_cash) == pytest.approx(3 / 5 - 1)
    assert np.isnan(found.payback_cash) and found.irr < 0


def test_a_loss_has_no_payback():
    assert np.isnan(ai_cloud_roic(-0.1, -0.1, 0.0, 0.5, 0.1).payback_simple)


@given(margin=share, turns=share, years=life, rate=st.floats(0, 0.2))
def test_at_its_rate_of_return_a_build_is_worth_nothing(margin, turns, years, rate):
    found = ai_cloud_payback(margin, margin, rate, turns, years, years, 0.1)
    again = ai_cloud_payback(margin, margin, rate, turns, years, years, found.irr)
    assert again.npv_per_capital == pytest.approx(0, abs=1e-7)


@given(margin=share, turns=share, years=life)
def test_all_that_is_spent_is_written_off(margin, turns, years):
    found = ai_cloud_build(100, 1, 0, margin, margin, 0.2, turns, years, years, 0.1)
    assert sum(found.cash_flow) == pytest.approx(sum(found.ai_nopat))  # depreciation adds up to capex


@given(margin=share, turns=share)
def test_a_level_margin_earns_the_same_on_old_and_new_capital(margin, turns):
    found = ai_cloud_build(100, 1, 0.1, margin, margin, 0.2, turns, 10, 10, 0.1)
    assert found.roic_incremental == pytest.approx(margin * turns * 0.8)


@given(duration=st.floats(1, 10), longer=st.floats(0.1, 5))
def test_a_longer_backlog_earns_less_a_year(duration, longer):
    short, long = (backlog_yield(100e9, 0.5, years, 50e9, 0.8, 0.3, 0.09) for years in (duration, duration + longer))
    assert long.capex_yield < short.capex_yield


def test_what_cannot_be_is_refused_all_at_once():
    with pytest.raises(ModelError, match=r"ai_margin_2030 is 1\.2: .*; capital_turns is 42.5: give"):
        ai_roic.clouds(facts.open(["MSFT"]), ai_margin_2030=1.2, capital_turns=42.5, wacc=0)


def test_a_chart_without_a_held_company_says_who_lacks_what():
    alone = ai_roic.bases(facts.open(["BABA"], currency="USD"))["plan"]
    shown = ai_roic.against_cost(alone)
    assert shown.chart is None and ai_roic.verdict(alone).startswith(shown.title.rstrip("."))
    assert "Alibaba" in shown.notes[-1]


def test_titles_give_the_numbers_of_the_case(cases):
    assert ai_roic.against_cost({"AMZN": cases["AMZN"]}).title == (
        "Amazon's contracts would earn −2.5 points over its cost of capital"
    )
    assert claims.worked_examples(facts.open(), "ai_roic").title == "All 8 worked examples reproduce"


@pytest.mark.parametrize(
    ("company", "printed", "turns", "years"), [("MSFT", 0.17, 0.425, 5.9), ("BABA", 0.11, 0.44, 9.1)]
)
def test_the_author_s_pair_stands_as_printed_beside_the_taxed_one(company, printed, turns, years):
    chain = ai_roic.of(ai_roic.clouds(facts.open([company])), company)
    rows = ai_roic.readings(chain).figures
    first, taxed, inside, half_way = (rows.iloc[place] for place in range(4))
    assert (round(first["value"], 4), first["turns"], round(first["payback"], 1)) == (printed, turns, years)
    assert taxed["value"] == pytest.approx(printed * (1 - chain.inputs["tax_rate"].value))
    assert inside["value"] == pytest.approx(printed, abs=0.0005)  # the turns are printed to three digits
    assert half_way["value"] == pytest.approx((taxed["value"] + inside["value"]) / 2, abs=1e-4)


def test_amazon_s_spread_is_gone_at_its_own_contract_life(cases):
    # ai-capex-roic, README: +447 basis points at 4 years, +7 at the 6.4 years of Amazon's own filing
    author = {"ai_share_of_backlog": 0.55, "ai_share_of_capex": 0.75, "wacc": 0.0727}
    spread = [float(cases["AMZN"].evaluate(**author, backlog_duration=years).yield_spread) for years in (4.0, 6.4)]
    assert [round(each * 1e4) for each in spread] == [447, 7]
    # and it is zero at 4 * 11.742 % / 7.27 % = 6.46 years, beyond the range
    gone = study.solve(cases["AMZN"].with_inputs(**author), "backlog_duration", 0.0, "yield_spread", 4, 8)
    assert gone.values == pytest.approx([6.4606], abs=1e-3)


def test_before_the_author_printed_anything_nothing_of_his_is_shown():
    early = ai_roic.bases(facts.open(["MSFT", "AMZN"], "2025-06-30", "USD"))["run_rate"]
    assert ai_roic.beside_author(early).title == "The author printed no such figure for these companies"
    assert "today's judgement" in ai_roic.verdict(early)


# ---- the capital in place


@pytest.fixture(scope="module")
def realised():
    return ai_roic.returns(FIVE)


def test_roic_is_on_the_capital_in_place_of_the_filings(realised):
    # 10-Ks of Microsoft, bn: 2025 343.479 + 43.151 + 46.172 - 30.242 - 64.323 = 338.237;
    # 2026 442.387 + 40.3 + 66.6 - 20.935 - 55.908 = 472.444; operating income 155.237
    cash = select(FIVE, "MSFT", "cash", "2026-06-30")
    closing = 442.387 + 40.3 + 66.6 - cash / 1e9 - 55.908
    found = realised["MSFT"].inputs["roic_before_tax"]
    assert found.value == pytest.approx(155.237 / ((338.237 + closing) / 2), abs=1e-4) and found.days == "30 Jun 2026"


def test_an_analyst_s_roic_of_microsoft_lies_in_the_range_of_taxes():
    # a published note of 2026: 34.7 % on opening capital with all leases, 343.479 + 43.151 + 69.033 - 94.565 = 361.098
    low, high = (155.237 * (1 - tax) / 361.098 for tax in (0.258, 0.15))
    assert low < 0.347 < high


def test_every_hyperscaler_has_a_realised_return_with_its_day(realised):
    days = {company: case.inputs["roic_before_tax"].days for company, case in realised.items()}
    assert days == {"MSFT": "30 Jun 2026", "GOOGL": "30 Jun 2026", "AMZN": "31 Dec 2025", "META": "31 Dec 2025",
                    "ORCL": "31 May 2026"}  # fmt: skip


def test_oracles_return_on_the_capital_of_its_newest_balance_sheet(realised):
    # 10-K for fiscal 2026: equity 42.508, debt 129.541, finance leases 7.701, cash 31.289, securities 0.605: 147.856bn;
    # a year before 20.451 + 92.568 + 2.957 - 10.786 - 0.417 = 104.773; operating income 20.606bn on their mean
    earned = realised["ORCL"].inputs["roic_before_tax"].value
    assert earned == pytest.approx(20.606 / ((147.856 + 104.773) / 2), rel=1e-3)


def test_what_capital_costs_by_hand():
    # 4.35 % + 1.2 * 4.46 % = 9.702 %; 90 % of it and 10 % of 5.5 % * (1 - 22 %) = 9.1608 %
    found = return_over_cost(0.3, 0.22, 0.0435, 1.2, 0.0446, 0.1, 0.055)
    assert [found.cost_of_equity, found.wacc] == pytest.approx([0.09702, 0.091608])
    assert found.roic_spread == pytest.approx(0.3 * 0.78 - 0.091608)


def test_a_beta_is_the_slope_of_weekly_returns():
    closes = FIVE.prices()[["SPY", "AMZN"]]
    friday = [closes[closes.index <= "2026-06-26"].index[-1] - pd.Timedelta(weeks=week) for week in range(105)]
    moves = pd.DataFrame([closes[:day].iloc[-1] for day in reversed(friday)]).pct_change().dropna()
    (slope, _), covariance = np.polyfit(moves["SPY"], moves["AMZN"], 1, cov=True)
    found = beta(FIVE, "AMZN")
    assert found.value == pytest.approx(slope) and found.kind == "estimated" and found.days == "26 Jun 2026"
    assert found.high - found.value == pytest.approx(covariance[0, 0] ** 0.5) == pytest.approx(found.value - found.low)


def test_a_beta_knows_no_price_of_a_later_day():
    assert beta(facts.open(["MSFT"], "2025-06-30"), "MSFT").day <= np.datetime64("2025-06-30")
    assert "only 25 weeks" in beta(facts.open(["MSFT"], "2022-01-06"), "MSFT").reason  # a Thursday: 26 on the next day
    assert "only 26 weeks" in beta(facts.open(["MSFT"], "2022-01-07"), "MSFT").reason


def test_every_share_with_two_years_of_closes_has_a_beta_and_none_beside_another_currency():
    book = facts.open(["NVDA", "BABA", "CRWV", "KC"])
    assert beta(book, "NVDA").low > 1.5 and beta(book, "CRWV").reason == "only 65 weeks of prices"
    assert "its accounts are in CNY" in beta(book, "BABA").reason
    # 10-Q for April 2026, bn: 1.0 and 7.47 of debt, no finance lease stated, on the screener's market value
    value = book.register("market").query("company == 'NVDA' and measure == 'market_value'").iloc[-1]["value"]
    weight = debt_weight(book, "NVDA")
    debt = sum(select(book, "NVDA", each, "2026-04-26") for each in ("debt_current", "long_term_debt_noncurrent"))
    assert weight.value == pytest.approx(debt / (debt + value)) and "without finance-lease liability" in weight.reason


def test_what_capital_costs_most_is_told_only_where_the_order_holds():
    """Amazon's 10.3 to 11.3 % and Oracle's 9.5 to 10.9 % overlap; Apple's and Tesla's do not."""
    near, apart = (ai_roic.capital_costs(ai_roic.returns(facts.open(pair))).title
                   for pair in (["AMZN", "ORCL"], ["AAPL", "TSLA"]))  # fmt: skip
    assert near == "Whose capital costs most or least is not sure, as the ranges overlap"
    assert apart.startswith("Capital costs most at Tesla, ") and apart.endswith("and least at Apple")


def test_each_company_has_its_own_cost_of_capital_on_every_page(cases, realised):
    costs = {company: case.inputs["wacc"] for company, case in cases.items()}
    assert len({round(each.value, 4) for each in costs.values()}) == 5
    assert all(each.low < each.value < each.high for each in costs.values())
    own = {company: float(case.outputs.wacc) for company, case in realised.items()}
    assert {company: each.value for company, each in costs.items()} == pytest.approx(own)
    assert ai_roic.clouds(FIVE)["MSFT"].inputs["wacc"] == costs["MSFT"]


def test_a_rank_is_shown_only_where_it_survives_the_range():
    sure, near = np.linspace(0.30, 0.32, 100), np.linspace(0.09, 0.13, 100)
    ranks = _ranks({"A": sure, "B": near, "C": near[::-1] + 0.001})
    assert ranks == {"A": "1 of 3", **dict.fromkeys("BC", "rank not sure")}


def test_laboratories_that_pay_half_or_nothing(cases):
    rows = ai_roic.laboratories(cases).figures
    amazon = rows[rows["label"] == "Amazon"].set_index("group")["value"].astype(float)
    # 51.5 % of the backlog of 496bn is AI, 138bn and 100bn of it are of the two laboratories
    whole, theirs = amazon["As contracted"], 238 / 496
    assert amazon["They pay half"] == pytest.approx(whole * (0.515 - theirs / 2) / 0.515)
    assert amazon["They pay nothing"] == pytest.approx(whole * (0.515 - theirs) / 0.515)


def test_the_laboratories_have_one_share_of_a_backlog_on_every_page(cases):
    shares = laboratory_orders.backlogs(FIVE).set_index("company")["share"]
    # firm orders, bn: 250 and 30 of Microsoft's 684, 200 of Alphabet's 519.5
    assert [shares["MSFT"], shares["GOOGL"]] == pytest.approx([280 / 684, 200 / 519.5])
    own = backlog.cases(FIVE)["MSFT"].inputs["laboratory_share_of_backlog"]
    assert own.value == shares["MSFT"] and own.days == "30 Jun 2026"
    note = next(note for note in ai_roic.laboratories(cases).notes if "firm orders" in note)
    assert "Microsoft 40.9% (e) of 30 Jun 2026" in note and "Alphabet 38.5% (e) of 30 Jun 2026" in note


# ---- what a sentence counts, and of which day its figures are


def test_only_who_has_contracts_is_counted_among_those_whose_contracts_earn(cases):
    said = ai_roic.verdict(cases)  # of five with figures Meta has no contracts
    assert said.startswith("3 of 4 companies with contracts would earn more from a year of them, ")
    assert "1 of them in the bear case too" in said
    meta = ai_roic.verdict({"META": cases["META"]})
    assert meta.startswith("Meta has no contracts here: a year of the part of its revenue")
    assert "Meta" not in ai_roic.laboratories(cases).view["Name"].tolist()
    assert isinstance(company_figures.contracts(FIVE)["META"], Quantity)


def test_the_answer_about_whole_companies_says_whose_contracts_fall_short(cases, realised):
    said = ai_roic.returns_verdict(realised, cases)
    assert said.startswith("On all they do, ")
    assert "falls short of what capital costs by 2.5 points at Amazon" in said
    assert "brings more than capital costs at Microsoft" in ai_roic.returns_verdict(realised, {"MSFT": cases["MSFT"]})


def test_what_is_owed_is_dated_part_by_part(realised):
    table = ai_roic.capital_costs(realised).view.set_index("Company")["Debt and leases of"]
    # Meta: 10-Q for June 2026 has no finance leases, the 10-K for 2025 has; Alphabet's are all of the 10-Q for June
    assert table["Meta"] == ("30 Jun 2026 (debt and operating-lease liability); "
                             "31 Dec 2025 (finance-lease liability)")  # fmt: skip
    assert table["Alphabet"] == "30 Jun 2026" and table["Oracle"] == "31 May 2026"


def test_alphabets_debt_is_that_of_its_newest_balance_sheet():
    # 10-Q for June 2026: 1.999bn due within a year and 98.165bn after it; for June 2025: notes 24.903, paper 3.000
    assert [select(FIVE, "GOOGL", "total_debt", day) for day in ("2026-06-30", "2025-06-30")] == [100.164e9, 27.903e9]


def test_alphabets_return_by_hand(realised):
    # 2026 640.480 + 100.164 + 2.590 - 55.911 - 186.563 = 500.760; 2025 362.916 + 27.903 + 2.102 - 21.036 - 74.112
    # = 297.773; operating income 31.228 + 129.039 - 93.105 + 80.466 = 147.628
    earned = realised["GOOGL"].inputs["roic_before_tax"]
    assert earned.value == pytest.approx(147.628 / ((500.760 + 297.773) / 2), rel=1e-4)


def test_a_return_before_tax_rests_on_filings_alone(realised):
    assert {case.inputs["roic_before_tax"].kind for case in realised.values()} == {"derived"}


def test_guidance_for_a_year_that_is_over_is_no_plan():
    meta = facts.open(["META"], "2025-11-30")  # in October 2025: 70bn to 72bn for that year
    assert ai_roic.plan(meta, "META").value == 71e9
    assert ai_roic.plan(facts.open(["META"], "2026-01-15"), "META").missing
    assert ai_roic.plan(FIVE, "META").value == 137.5e9  # ai-capex-roic: 130bn to 145bn for 2026
    assert ai_roic.plan(FIVE, "ORCL").missing


def test_an_added_return_stands_beside_one_of_the_same_day():
    rows = ai_roic.old_and_added(FIVE, 0.222).figures
    assert (rows.groupby("label")["note"].nunique() == 1).all()


def test_who_lacks_figures_is_said_to_lack_those_alone():
    alibaba = ai_roic.returns(facts.open(["BABA"], currency="USD"))["BABA"]
    reason = alibaba.inputs["roic_before_tax"].reason  # its balance sheet of March 2026 has debt, cash and investments
    assert "shareholders' equity" in reason and "finance-lease liability" in reason and "TTM 2026Q1" in reason
    assert not any(f"{name};" in reason for name in ("total debt", "cash", "operating income"))
    assert "without finance-lease liability and operating-lease liability" in alibaba.inputs["debt_weight"].reason


def test_a_table_marks_what_is_judged(cases, realised):
    author = ai_roic.beside_author(cases).view
    assert (
        author[["Author", "From what is assumed", "From capex"]].map(lambda cell: cell.endswith("(a)")).all(axis=None)
    )
    costs = ai_roic.capital_costs(realised).view
    assert costs["Beta"].str.endswith("(e)").all() and costs["Cost of capital"].str.endswith("(a)").all()


def test_no_page_calls_a_year_of_contracts_over_a_year_of_capex_a_roic(cases):
    assert "ROIC" not in ai_roic.against_cost(cases).title + ai_roic.verdict(cases) + words.name("capex_yield")


def select(book, company, concept, day):
    rows = book.facts
    return rows[(rows["company"] == company) & (rows["concept"] == concept)
                & (rows["period_end"] == day)]["value"].iloc[-1]  # fmt: skip
