"""Required revenue: published figures, hand arithmetic, and what must hold whatever the numbers are."""

import math

import altair as alt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import exhibits, facts, study
from capcycle.analyses import required_revenue as room
from capcycle.analyses.required_revenue import cases as required
from capcycle.analyses.required_revenue.model import required_revenue, revenue_for_capex, revenue_for_vintages
from capcycle.claims import worked_examples
from capcycle.errors import ModelError
from capcycle.quantity import Quantity

amounts = st.floats(1e6, 1e13)
lives, shares = st.floats(0.5, 30), st.floats(0.05, 1)


def build(it=400e9, facility=0.0, it_life=5.0, facility_life=14.0, margin=0.25, wanted=0.0, net=0.0, fixed=0.0,
          ramp=1.0, revenue=60e9):  # fmt: skip
    return required_revenue(it, facility, it_life, facility_life, margin, wanted, net, fixed, ramp, revenue)


@pytest.fixture(scope="module")
def five():
    return room.against_disclosed(facts.open(["hyperscalers"], currency="USD"))


@pytest.mark.parametrize(
    ("life", "wanted", "revenue"),
    [
        (10, 0, 160),  # Kupperman, Global Crossing Is Reborn: 40bn of depreciation over 25 %
        (10, 0.2, 480),  # the same: 40bn and 20 % of 400bn over 25 %
        (5, 0, 320),  # An AI Addendum: 80bn over 25 %
        (3, 0, 533.333),  # 400 / 3 / 0.25: the Addendum prints 480
        (10 / 3, 0, 480),  # what 480 needs
    ],
)
def test_kupperman(life, wanted, revenue):
    assert build(it_life=life, wanted=wanted).revenue_required / 1e9 == pytest.approx(revenue, abs=1e-3)


def test_cahn():
    # AI's $600B Question: chips of 150bn, doubled for the data centres, over a margin of 50 %
    assert build(it=300e9, it_life=1, margin=0.5, revenue=100e9).revenue_gap == pytest.approx(500e9)


def test_two_classes_of_asset_keep_their_own_lives():
    # 300 over 5 years and 140 over 14 are 60 and 10; 10 % on 440 is 44; 6 of other cost: 120 over 0.5 * 0.8
    found = build(it=300, facility=140, margin=0.5, wanted=0.1, fixed=6, ramp=0.8)
    assert (found.depreciation, found.required_return, found.revenue_required) == pytest.approx((70, 44, 300))


def test_a_return_on_average_book_is_half_of_one_on_all_that_was_spent():
    gross, net = build(wanted=0.2), build(wanted=0.2, net=1)
    assert gross.required_return == 2 * net.required_return


def test_the_whole_company_is_the_general_function_on_its_parts():
    # 500 of capex, 80 % for AI, 75 % of that chips: 300 and 100
    found = revenue_for_capex(500, 0.8, 0.75, 5, 10, 0.5, 0.1, 0, 0, 1, 50)
    assert found == pytest.approx(build(300, 100, 5, 10, 0.5, 0.1, revenue=50))


def test_a_sum_takes_the_twelve_months_that_all_companies_have():
    # on 30 June 2026 CoreWeave's quarters reached March 2026 and Nebius' capex of twelve months December 2025
    cases = room.against_disclosed(facts.open(["CRWV", "NBIS"], "2026-06-30", "USD"), 2024)
    assert {each.inputs["capex"].days for each in cases.values()} == {"31 Dec 2025"}
    assert "31 Dec 2025" in room.verdict(cases, room.group(room.spending(cases)))


def test_who_files_no_quarters_is_added_up_to_the_same_day_as_the_others():
    # Nebius: 4,066m in 2025 less 1,054.5m to June 2025 plus 8,130.3m to June 2026; CoreWeave's four quarters 20,565.6m
    cases = room.against_disclosed(facts.open(["CRWV", "NBIS"], currency="USD"), 2024)
    whole = room.group(room.spending(cases)).inputs["capex"]
    assert whole.value / 1e6 == pytest.approx(20_565.6 + 4_066 - 1_054.5 + 8_130.3, abs=0.1)
    assert whole.days == "30 Jun 2026"


def test_builds_of_several_years_add_up_while_they_last():
    # chips of 60 a year over three years: 20, 40, 60, and again 60 once the first has worn out; over 50 %
    found = revenue_for_vintages([60] * 4, 0, 1, 1, 3, 14, 0.5, 0, 0, 1, 40)
    assert np.allclose(found.required_by_year, [40, 80, 120, 120]) and found.gap_multiple == 3


def test_for_ai_is_what_is_spent_beyond_the_year_before():
    # 100 before AI; 100, 160, 300 and 1,000 after: nothing, 60 and 200 of them more, and of 1,000 at most 80 %
    found = revenue_for_vintages([100, 160, 300, 1000], 100, 0.8, 1, 5, 14, 0.5, 0, 0, 1, 50)
    assert np.allclose(found.ai_share_by_year, [0, 60 / 160, 200 / 300, 0.8])
    # over five years: 12 of 60, 52 of 260, 212 of 1,060; over a margin of half
    assert np.allclose(found.required_by_year, [0, 24, 104, 424])


def test_the_share_of_ai_is_not_carried_back_to_2023(five):
    spending = room.spending(five)
    built = required.vintages(facts.open(["hyperscalers"], currency="USD"), spending, room.group(spending))
    # 10-Ks: capex of the five of 157.8bn in 2022 and 152.7bn in 2023, so nothing of 2023 lies beyond it
    assert built.outputs.ai_share_by_year[0] == 0 and built.inputs["capex_before_ai"].value == pytest.approx(
        157.8e9, rel=1e-3
    )


def test_a_range_that_a_reader_can_use_stands_beside_every_input_at_its_worst(five):
    whole = room.group(five)
    rows = room.need_range(whole).figures.set_index("label").astype({"low": float, "high": float, "value": float})
    drawn, once = rows.loc["Eight of ten draws"], rows.loc["Every input at one end at once"]
    assert once["high"] / once["low"] > 8 and drawn["high"] / drawn["low"] < 2.5
    assert drawn["low"] < once["value"] < drawn["high"]  # the base case is no end of what is likely


@given(amounts, lives, lives, shares, shares)
def test_it_falls_with_life(it, life, longer, margin, wanted):
    life, longer = sorted((life, longer))
    assert build(it, it_life=longer, margin=margin, wanted=wanted).revenue_required <= build(
        it, it_life=life, margin=margin, wanted=wanted
    ).revenue_required * (1 + 1e-12)


@given(amounts, lives, shares, shares)
def test_it_falls_with_margin(it, life, margin, better):
    margin, better = sorted((margin, better))
    low, high = (build(it, it_life=life, margin=each).revenue_required for each in (better, margin))
    assert low <= high * (1 + 1e-12)


@given(amounts, lives, shares, shares, st.floats(0, 1))
def test_revenue_required_pays_for_everything_to_the_cent(it, life, margin, wanted, net):
    found = build(it, it / 3, life, 2 * life, margin, wanted, net)
    assert math.isclose(found.revenue_required * margin, found.depreciation + found.required_return, rel_tol=1e-9)


@given(amounts, lives, shares)
def test_it_is_in_proportion_to_the_build(it, life, margin):
    once, twice = (build(each, it_life=life, margin=margin).revenue_required for each in (it, 2 * it))
    assert math.isclose(2 * once, twice, rel_tol=1e-9)


@pytest.mark.parametrize("wrong", [{"margin": 0.0}, {"ramp": 0.0}, {"it": np.nan}])
def test_nothing_is_said_where_an_input_means_nothing(wrong):
    assert np.isnan(build(**wrong).revenue_required)


def test_a_chart_can_compute_all_builds_with_a_slider():
    life = alt.param(name="life", value=5)
    found = revenue_for_vintages([1.0, 2.0], 0.0, 1.0, 1.0, life, 14.0, 0.5, 0.1, 0.0, 1.0, 1.0)
    assert "life" in str(found.required_now)


# ---- companies


def test_who_discloses_nothing_keeps_its_need_and_says_so(five):
    meta = five["META"]
    assert np.isnan(meta.outputs.gap_multiple) and meta.outputs.revenue_required > 0
    assert meta.lacking == "the data has no disclosed AI revenue" and "Meta uses its AI itself" in required.instead(
        facts.open(), "META"
    )


def test_a_quarter_of_revenue_stands_for_a_year_as_derived():
    # CoreWeave 10-Q of June 2026: 2.575bn in the quarter
    found = required.disclosed(facts.open(currency="USD"), "CRWV")
    assert (found.value, found.kind) == (4 * 2.575e9, "derived")


def test_only_what_was_disclosed_by_the_day_counts():
    assert np.isnan(required.disclosed(facts.open(as_of="2026-01-31"), "AMZN").value)


def test_one_life_stands_for_chips_and_servers_on_every_page(five):
    # the accounts' five and a half (Meta) and six years (Microsoft) are the far end of what servers may last
    assert {(each.inputs["it_life"].value, each.inputs["it_life"].high) for each in five.values()} == {(5, 6)}


def test_companies_together_need_what_each_needs(five):
    whole = room.group(five).outputs.revenue_required
    assert whole == pytest.approx(sum(case.outputs.revenue_required for case in five.values()))


def test_no_company_is_refused():
    with pytest.raises(ModelError, match="choose others"):
        room.group({})


def test_what_a_reader_chooses_must_be_possible():
    with pytest.raises(ModelError, match=r"it_life is 0\.1 years: .*; target_return is 7"):
        room.against_disclosed(facts.open(["MSFT"]), it_life=0.1, target_return=7)


def test_each_author_is_a_case_of_the_general_function(five):
    found = required.authors(room.group(five).with_inputs(capex=400e9, ai_share_of_capex=1))
    needed = {author: round(float(case.outputs.revenue_required) / 1e9) for author, case in found.items()}
    # 400/0.5; 40+80 over 25 %; 80 over 25 %; 400/0.25; 40 over 500/650 to three digits; 10 % of 400
    assert needed == {"cahn": 800, "kupperman_before": 480, "kupperman": 320, "bain": 1600, "jpm": 52, "krishna": 40}


def test_an_author_has_his_own_range(five):
    found = required.authors(room.group(five).with_inputs(capex=400e9, ai_share_of_capex=1))
    ends = study.scenarios(found["kupperman"], "revenue_required").outputs.loc["revenue_required"]
    assert ends.max() == pytest.approx(400e9 / 3 / 0.25)


def test_what_moves_the_need_is_known_without_a_disclosure():
    alphabet = room.against_disclosed(facts.open(["GOOGL"], currency="USD"))["GOOGL"]
    assert alphabet.inputs["ai_revenue"].missing
    shown = exhibits.tornado(study.tornado(alphabet, "revenue_required"))
    assert shown.title.startswith("Gross margin") and not any("AI revenue" in note for note in shown.notes)
    assert "not known" in exhibits.tornado(study.tornado(alphabet, "gap_multiple")).title


def test_an_author_s_range_holds_no_other_author_s_return(five):
    """Krishna and J.P. Morgan ask for 10 %, whether a page's companies disclose AI revenue or not."""
    for known in ({}, {"ai_revenue": 50e9}):
        shown = room.authors(room.group(five).with_inputs(capex=400e9, ai_share_of_capex=1, **known))
        rows = shown.figures.set_index("label")[["low", "value", "high"]].astype(float) / 1e9
        assert rows.loc["Krishna"].tolist() == pytest.approx(
            [40, 40, 120]
        )  # a tenth, and a fifth where chips last five
        assert rows.loc["J.P. Morgan"].nunique() == 1  # 400 * 10 % / 0.769


# ---- what readers see


def test_published_examples_hold_or_show_what_would():
    table = worked_examples(facts.open(), "required_revenue").figures
    wrong = table[table["verdict"] != "consistent"].set_index("about")["figures"]
    cycle = worked_examples(facts.open(), "cycle")
    assert len(table) == 11 and cycle.title == "All 3 worked examples reproduce"
    assert list(wrong.index) == [
        "Cahn in 2024, as quoted", "Kupperman, three years", "J.P. Morgan, iPhones", "IBM, 20 to 30 GW"
    ]  # fmt: skip
    assert wrong["Kupperman, three years"] == "Break-even revenue: $533.3bn (printed $480bn)"  # 400 / 3 / 0.25


def test_the_hole_is_what_is_needed_beyond_what_is_disclosed(five):
    rows = room.hole(five).figures
    microsoft = rows[rows["label"] == "Microsoft"].astype({"value": float})["value"].sum()
    assert microsoft == pytest.approx(five["MSFT"].outputs.revenue_required)


def test_the_verdict_names_who_discloses_and_who_does_not(five):
    answer = room.verdict(five, room.group(five))
    assert "Microsoft and Amazon, the only ones to disclose any, need" in answer and "and disclose $52.0bn" in answer
    assert answer.index("must earn") < answer.index("need ") < answer.index("eight of ten draws")


def test_whose_ai_revenue_is_missing_is_said_once(five):
    assert (
        "Alphabet, Meta and Oracle: the data has no disclosed AI revenue" in exhibits.ranges(five, "gap_multiple").notes
    )
    assert room.group(five).lacking.count("Alphabet, Meta and Oracle") == 1


def test_a_group_that_discloses_nothing_has_a_page_too(five):
    alone = {"GOOGL": five["GOOGL"]}
    whole = room.group(alone)
    assert "it discloses none" in room.verdict(alone, whole) and room.disclosed_or_none(whole) is None
    assert exhibits.break_even(whole, room.aim(whole), "revenue_required").title


def test_a_readers_own_margin_keeps_a_range_around_it():
    margin = room.against_disclosed(facts.open(["MSFT"]), gross_margin_before_depreciation=0.9)["MSFT"]
    margin = margin.inputs["gross_margin_before_depreciation"]
    assert (margin.low, margin.value, margin.high) == (0.25, 0.9, 0.9)


def test_a_company_without_capex_is_kept_and_says_so():
    cases = room.against_disclosed(facts.open(["China clouds"], currency="CNY"))
    assert "the data has no twelve months of capex" in cases["KC"].lacking and "KC" not in room.spending(cases)


def test_builds_of_several_companies_are_added_by_the_same_year():
    book = facts.open(["AMZN", "META"], currency="USD")
    cases = room.against_disclosed(book)
    history = required.vintages(book, cases, room.group(cases)).inputs["capex_history"].value
    # 10-Ks of 2025: cash capex of 131.819bn at Amazon and 69.691bn at Meta
    assert history[-1] == pytest.approx(201.510e9) and required.years_of(book, cases)[-1] == "2025"


def test_a_build_without_a_whole_year_of_capex_is_refused():
    with pytest.raises(ModelError, match="BABA: no year shown has the capex of each"):
        required.years_of(facts.open(["BABA"], currency="CNY"), {"BABA": None})


def test_a_sum_of_unlike_twelve_months_says_between_which_days(five):
    days = {"MSFT": pd.Timestamp("2026-06-30"), "META": pd.Timestamp("2025-12-31")}
    cases = {
        company: five[company].with_inputs(capex=Quantity("capex", 1e9, "USD", since=day, day=day))
        for company, day in days.items()
    }
    assert "in the twelve months that end between 31 Dec 2025 and 30 Jun 2026" in room.verdict(cases, room.group(cases))


def test_an_author_who_had_not_spoken_yet_is_left_out():
    early = room.group(room.against_disclosed(facts.open(["MSFT"], "2025-09-30", "USD")))
    assert "krishna" not in required.authors(early)  # he spoke in December 2025
    assert "today's judgement" in room.verdict({"MSFT": early}, early)
