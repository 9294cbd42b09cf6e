"""The study tools on the smallest model that shows each of them: golden values are arithmetic by hand."""

import math
from dataclasses import replace
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import analyses, exhibits, facts, models, panel, study
from capcycle.analyses.leasing.model import lease_payback
from capcycle.analyses.required_revenue.model import required_revenue
from capcycle.errors import CapcycleError, ModelError
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models import finance
from capcycle.models.registry import Amount, AmountByYear, Multiple, Years
from capcycle.quantity import Quantity

BOOK = facts.open(["META", "MSFT"])


EARNED = {"profit": Amount, "gains": AmountByYear}


@pytest.fixture
def shop(monkeypatch):
    """A model of its own: a revenue times a volume less a cost, for some years."""
    monkeypatch.setattr(models.registry, "ALL", {})

    @models.registry.model(verdict="profit", better="higher", **EARNED)
    def shop(revenue: Amount, volume: Multiple, cost: Amount, term: Years):
        return revenue * volume - cost, [revenue * volume - cost, revenue * volume - cost + term]

    return shop


def made(model, **inputs):
    return study.case(model, BOOK, **({"revenue": 10.0, "volume": 4.0, "cost": 15.0, "term": 2.0} | inputs))


def build(**inputs):
    """A build whose lives are those of the register."""
    known = {"it_capex": 1, "facility_capex": 1, "it_life": "server_life", "facility_life": "facility_life_epoch",
             "gross_margin_before_depreciation": 0.5, "target_return": 0, "net_capital": 0, "other_fixed_cost": 0,
             "ramp": 1, "ai_revenue": 1}  # fmt: skip
    return study.case(required_revenue, BOOK, **(known | inputs))


def ranged(low, central, high, unit="USD"):
    return Quantity("", central, unit, low, high, reason="by hand")


def assuming(*rows, currency=""):
    """A book whose assumptions are made by hand: (name, company, low, central, high, unit)."""
    table = pd.DataFrame(rows, columns=["name", "company", "low", "central", "high", "unit"])
    book = Book(("META",), currency=currency)
    vars(book)["assumptions"] = table.assign(kind="assumed", source="", reason="By hand.", published=pd.NaT)
    return book


def test_a_case_is_worked_out_at_its_central_values(shop):
    assert made(shop).outputs.profit == 25  # 10 * 4 - 15


def test_a_number_given_is_an_assumption(shop):
    case = made(shop)
    assert case.kind == "assumed" and case.inputs["revenue"].reason == "Chosen by the reader."


def test_a_name_given_points_at_an_assumption():
    life = build().inputs["it_life"]  # facts of the register
    assert (life.low, life.value, life.high) == (3, 5, 6) and "kuppy-2025-10-05" in life.source.split()


def test_a_companys_own_assumption_comes_before_the_general(shop):
    book = assuming(("backlog_duration", "", 1, 2, 3, "years"), ("backlog_duration", "AMZN", 3, 4, 6.4, "years"))
    terms = (study.case(shop, book, company, revenue=1, volume=1, cost=1, term="backlog_duration").inputs["term"]
             for company in ("AMZN", "META"))  # fmt: skip
    assert [(term.value, term.high) for term in terms] == [(4, 6.4), (2, 3)]


def test_an_assumption_of_others_is_missing_and_names_them(shop):
    book = assuming(*(("backlog_duration", company, 1, 2, 3, "years") for company in ("MSFT", "AMZN")))
    for company in ("META", ""):
        case = study.case(shop, book, company, revenue=1, volume=1, cost=1, term="backlog_duration")
        assert math.isnan(case.inputs["term"].value)
        assert case.lacking == "no source states its term, only that of Amazon and Microsoft"


def test_an_assumption_in_another_currency_is_converted_at_the_last_rate_of_the_day(shop):
    book = assuming(("cost", "", 100.0, 126.0, 150.0, "CNY"), currency="USD")
    cost = study.case(shop, book, revenue=1, volume=1, term=1).inputs["cost"]
    # on 2026-10-30, the newest day in the data, the ECB had 7.4326 yuan and 1.1172 dollars for a euro
    dollars = 1.1172 / 7.4326
    assert [cost.low, cost.value, cost.high] == pytest.approx([100 * dollars, 126 * dollars, 150 * dollars], rel=1e-9)
    assert cost.unit == "USD" and "ecb-eurofxref" in cost.source and "30 Oct 2026" in cost.reason


def test_a_currency_without_rates_is_refused_with_those_that_have_them():
    with pytest.raises(CapcycleError, match="unknown currency SEK; there are: CNY, EUR, HKD, TWD, USD"):
        BOOK.into("SEK")


def test_all_inputs_that_nothing_gives_are_named_at_once(shop):
    with pytest.raises(ModelError, match=r"shop needs volume, cost, term: give each, or add it to data/assumptions"):
        study.case(shop, BOOK, revenue=1)


def test_an_input_that_the_model_does_not_take_is_refused(shop):
    with pytest.raises(ModelError, match="unknown input prize; there are: cost, revenue, term, volume"):
        made(shop, prize=1)


def test_a_measured_input_keeps_its_evidence(shop):
    book = facts.open(["META"], as_of="2025-02-01")
    capex = measure("capex", panel.select(book, "year", until=2024))
    revenue = study.case(shop, book, "META", revenue=capex, volume=1, cost=0, term=1).inputs["revenue"]
    assert (revenue.value, revenue.days) == (37.256e9, "31 Dec 2024") and revenue.source  # 10-K for 2024
    assert revenue.kind == "reported"


def test_a_history_is_a_list_by_year():
    years = panel.select(facts.open(["META"], as_of="2025-02-01"), "year", since=2022, until=2024)
    capex = study.history(measure("capex", years), "META")
    assert capex.value[1:] == [27.045e9, 37.256e9]  # 10-K for 2024, 2023 as restated there


# ---- a reader's own numbers


def test_a_parameter_of_zero_changes_nothing(shop):
    case = made(shop, revenue=ranged(8, 10, 12))
    assert case.chosen(revenue=0, cost=0.0) == case


def test_a_number_of_the_readers_is_an_assumption_and_widens_the_range(shop):
    revenue = made(shop, revenue=ranged(8, 10, 12)).chosen(revenue=14).inputs["revenue"]
    assert (revenue.low, revenue.value, revenue.high) == (8, 14, 14)
    assert (revenue.kind, revenue.reason) == ("assumed", "Chosen by the reader.")


def test_a_number_for_what_the_model_does_not_take_is_refused(shop):
    with pytest.raises(ModelError, match="unknown input prize; there are: cost, revenue, term, volume"):
        made(shop).chosen(prize=3)


def test_a_readers_amount_is_in_the_currency_of_the_assumption(shop):
    book = assuming(("cost", "", 100.0, 126.0, 150.0, "USD"), currency="CNY")
    case = study.case(shop, book, revenue=1, volume=1, term=1)
    yuan = case.inputs["cost"].value / 126.0  # for a dollar
    assert case.chosen(cost=200.0).inputs["cost"].value == pytest.approx(200 * yuan) and yuan > 5


# ---- sentences that fill themselves


def filled(case, sentence, **more):
    """What `tell` makes of a sentence that stands in no file of words."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(import_module("capcycle.study.tell"), "sentence", lambda key: key)
        return study.tell(case, sentence, **more)


@pytest.mark.parametrize(("sentence", "said"), [
    ("{revenue} and {profit}", "$10 and $25"),
    ("{loss:size} lost", "$5 lost"),
    ("{rate:coupon}, {rate:points}, {rate:change}", "7.5%, +7.5 points, +7.5%"),
    ("{revenue:low} to {revenue:high}", "$8 to $12"),
    ("{revenue:name} of {whom}", "revenue of Meta"),
])  # fmt: skip
def test_a_sentence_takes_inputs_outputs_and_what_else_it_names(shop, sentence, said):
    case, more = made(shop, revenue=ranged(8, 10, 12)), {"loss": Quantity("loss", -5.0, "USD"), "whom": "Meta",
                                                         "rate": Quantity("rate", 0.075, "rate")}  # fmt: skip
    assert filled(case, sentence, **more) == said


def test_a_sentence_of_what_is_missing_says_why_instead(shop):
    case = made(shop, revenue=Quantity("", math.nan, "USD", reason="Meta does not say."))
    assert "Meta does not say" in filled(case, "It earns {profit}.") and filled(case, "At {cost}.") == "At $15."


def test_a_sentence_that_names_nothing_of_the_case_is_refused_with_what_there_is(shop):
    with pytest.raises(ModelError, match="unknown name prize; there are: cost, gains, profit, revenue, term, volume"):
        filled(made(shop), "{prize}")


def test_a_verdict_on_todays_judgement_says_so_on_an_earlier_page(shop):
    case = made(shop, term=replace(ranged(1, 2, 3, "years"), hindsight=True))
    early = replace(case, book=BOOK.on("2024-06-30"))
    assert [len(list(study.hindsight(each))) for each in (made(shop), early)] == [0, 1]
    assert "30 Jun 2024" in next(study.hindsight(early)) and "term" in next(study.hindsight(early))


# ---- what is missing


def test_a_missing_figure_is_missing_in_the_result_and_says_why(shop):
    case = made(shop, revenue=Quantity("", math.nan, "USD", kind="reported", reason="Meta does not say."))
    assert math.isnan(case.outputs.profit) and case.lacking == "Meta does not say"


def test_the_worse_end_is_the_one_that_worsens_the_verdict(shop):
    three = study.scenarios(made(shop, revenue=ranged(8, 10, 11), cost=ranged(10, 15, 20)))
    assert three.outputs.loc["profit"].tolist() == [12, 25, 34]  # 8*4-20, 10*4-15, 11*4-10
    assert three.inputs.loc["cost"].tolist() == [20, 15, 10]


def test_scenarios_keep_what_is_by_year(shop):
    assert study.scenarios(made(shop)).results["base"].gains == [25, 27]


def test_a_grid_holds_every_pair(shop):
    found = study.grid(made(shop, revenue=ranged(8, 10, 12), cost=ranged(10, 15, 20)), "revenue", "cost", steps=3)
    assert found.values.tolist() == [[22, 30, 38], [17, 25, 33], [12, 20, 28]]


def test_a_grid_over_an_input_without_a_range_is_refused(shop):
    with pytest.raises(ModelError, match="no range of volume here to move it over; there are ranges of: revenue, cost"):
        study.grid(made(shop, revenue=ranged(8, 10, 12), cost=ranged(10, 15, 20)), "revenue", "volume")


def test_an_output_by_year_is_no_single_number(shop):
    with pytest.raises(ModelError, match="unknown output gains; there are: profit"):
        study.grid(made(shop, revenue=ranged(8, 10, 12), cost=ranged(10, 15, 20)), "revenue", "cost", "gains")


def test_an_output_over_an_input_is_named_under_the_chart(shop):
    shown = exhibits.over(made(shop, revenue=ranged(8, 10, 12), cost=15), "revenue", ["profit"])
    assert shown.subtitle == "Profit, USD"  # not the input's name


def test_a_tornado_puts_the_widest_swing_first(shop):
    table = study.tornado(made(shop, revenue=ranged(8, 10, 11), cost=ranged(10, 15, 20))).table
    assert table[["name", "at_low", "at_high"]].values.tolist() == [["revenue", 17, 29], ["cost", 30, 20]]


def test_solving_finds_the_value(shop):
    assert study.solve(made(shop, revenue=ranged(8, 10, 12)), "revenue", 33).values == pytest.approx((12,))
    assert study.solve(made(shop), "revenue", 5, low=0, high=20).values == pytest.approx((5,))  # (5 + 15) / 4


def test_where_nothing_solves_the_binding_end_is_named(shop):
    found = study.solve(made(shop, revenue=ranged(8, 10, 12)), "revenue", 50)
    assert found.values == () and (found.nearest, found.reached) == (12, 33)
    assert "its upper end, $12, comes nearest" in found.reason


def test_every_solution_is_given(monkeypatch):
    monkeypatch.setattr(models.registry, "ALL", {})

    @models.registry.model(verdict="profit", better="higher", **EARNED)
    def bowl(net_income: Amount):
        return net_income**2, []

    found = study.solve(study.case(bowl, BOOK, net_income=ranged(-3, 1, 3)), "net_income", 4)
    assert found.values == pytest.approx((-2, 2)) and found.reason == "2 values reach it"


def test_a_jump_over_the_target_is_no_solution(monkeypatch):
    monkeypatch.setattr(models.registry, "ALL", {})

    @models.registry.model(verdict="profit", better="higher", **EARNED)
    def step(revenue: Amount):
        return np.where(np.asarray(revenue) > 1.5, 10.0, 0.0), []

    assert study.solve(study.case(step, BOOK, revenue=ranged(1, 1, 2)), "revenue", 5).values == ()


def test_a_target_that_the_inputs_cannot_say_has_its_reason(shop):
    case = made(shop, revenue=Quantity("", math.nan, "USD", reason="Meta does not say."), cost=ranged(1, 2, 3))
    assert study.solve(case, "cost", 5).reason == "Meta does not say"


def test_the_same_seed_draws_the_same(shop):
    case = made(shop, revenue=ranged(8, 10, 12))
    one, same, other = (study.simulate(case, 50, seed).values() for seed in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


def test_draws_keep_to_the_range_and_its_centre(shop):
    drawn = study.simulate(made(shop, revenue=ranged(8, 9, 14)), 20_000).inputs["revenue"]
    assert drawn.min() >= 8 and drawn.max() <= 14
    # by hand: half between 8 and 9 with a mean of 9 - 1/3, half between 9 and 14 with one of 9 + 5/3
    assert np.median(drawn) == pytest.approx(9, abs=0.05) and drawn.mean() == pytest.approx(9 + 2 / 3, abs=0.05)


def test_a_centre_at_one_end_is_half_the_draws(shop):
    drawn = study.simulate(made(shop, revenue=ranged(8, 8, 14)), 20_000).inputs["revenue"]
    assert (drawn == 8).mean() == pytest.approx(0.5, abs=0.02) and (drawn < 8).sum() == 0


def test_a_range_of_no_width_draws_the_point(shop):
    drawn = study.simulate(made(shop, revenue=ranged(10, 10, 10)), 5)
    assert drawn.inputs == {} and drawn.values().tolist() == [25] * 5


def test_draws_by_year_have_a_row_for_each(shop):
    assert study.simulate(made(shop, revenue=ranged(8, 10, 12)), 7).by_year("gains").shape == (2, 7)


@given(st.floats(-50, 50), st.floats(1, 5), st.floats(0, 5))
def test_scenarios_never_cross(central, below, above):
    life = ranged(5 - below / 2, 5, 5 + above, "years")
    case = build(it_capex=100.0, facility_capex=0, it_life=life, facility_life=14, target_return=0.1,
                 other_fixed_cost=central + 60)  # fmt: skip
    bear, base, bull = study.scenarios(case).outputs.loc["gap_multiple"]
    assert bear >= base >= bull


def test_a_rate_found_by_trial_is_not_for_a_slider():
    import altair as alt

    with pytest.raises(ModelError, match="tabulate the model over the slider's steps"):
        finance.irr([-1, alt.param(name="x", value=1)])


def test_cases_are_in_the_order_asked_for(shop):
    book = facts.open(["META", "MSFT"], as_of="2025-02-01")
    capex = measure("capex", panel.select(book, "year", until=2024))
    cases = study.cases(shop, book, ["MSFT", "META"], revenue=capex, volume=1, cost=0, term=1)
    assert list(cases) == ["MSFT", "META"] and cases["META"].outputs.profit == 37.256e9  # 10-K for 2024
    assert list(study.cases(shop, book, revenue=capex, volume=1, cost=0, term=1)) == ["META", "MSFT"]


def test_a_judgement_of_a_later_day_is_marked_and_names_no_document():
    early = replace(build(), book=BOOK.on("2026-01-31"))
    early = early.with_inputs(it_life="server_life", facility_life="facility_life_epoch")
    lives = {name: early.inputs[name] for name in ("it_life", "facility_life")}
    assert not lives["it_life"].hindsight and "kuppy-2025-10-05" in lives["it_life"].source.split()
    epoch = lives["facility_life"]  # printed on 14 May 2026: facts of the register
    assert epoch.hindsight and epoch.source == "" and epoch.kind == "assumed" and "31 Jan 2026" in epoch.reason
    assert epoch.value == build().inputs["facility_life"].value
    assert any("31 Jan 2026" in note for note in exhibits.assumptions(early).notes)
    assert not any("31 Jan 2026" in note for note in exhibits.assumptions(build()).notes)


def test_the_reason_of_an_input_stands_above_its_document_and_as_plain_text_in_the_file():
    shown = exhibits.assumptions(build(ramp="ramp"))
    row = shown.figures.set_index("label").loc["Share of capacity sold"]
    assert f'{row["note"]}<br><a href="https://' in shown._repr_mimebundle_()["text/html"]
    assert row["source"] in shown.payload()["csv"] and "{" not in shown.payload()["csv"]


def test_draws_of_what_is_missing_say_so():
    shown = exhibits.spread(study.simulate(study.bound(lease_payback, BOOK)))
    assert shown.chart is None and shown.title.endswith("has a value in none of the draws")
    assert "Price of a server: no figure here, type a number" in shown.notes[0]


def test_a_line_along_an_input_without_a_range_is_refused_and_on_an_earlier_day_left_out(shop):
    case = made(shop, revenue=ranged(8, 10, 12))
    with pytest.raises(ModelError, match="no range of cost here to move it over; there are ranges of: revenue"):
        exhibits.what_if(case, "cost", ["revenue"])
    early = exhibits.what_if(replace(case, book=BOOK.on("2024-06-30")), "cost", ["revenue"])
    assert early.chart is None and early.title == "Profit cannot be worked out"
    assert early.notes == ("Nobody had given a range of the cost by 30 Jun 2024",)


def test_a_line_along_what_is_missing_says_why(shop):
    case = made(shop, cost=ranged(1, 2, 3), revenue=Quantity("", math.nan, "USD", reason="Meta does not say."))
    shown = exhibits.what_if(case, "revenue", ["cost"])
    assert (shown.title, shown.notes) == ("Profit cannot be worked out", ("Meta does not say",))


# ---- figures of one period, results in their range


@pytest.mark.parametrize("name", ["credit_margins", "funding_mix", "lease_or_buy", "payout", "revenue_yield"])
@pytest.mark.parametrize("company", ["GOOGL", "META", "NBIS", "ORCL"])
def test_flows_that_a_model_sets_against_each_other_are_of_one_period(name, company):
    """Capex of one year plus leases of another was Oracle's; margins over revenue of another quarter Meta's."""
    inputs = analyses.start(name, facts.open([company], "2026-08-31"), company).inputs.values()
    flows = facts.dictionary().query("nature == 'flow'").index
    concepts = {"annual_capex": "capex", "annual_revenue": "revenue", "fcf": "capex"}
    days = {each.day for each in inputs if not each.missing and concepts.get(each.name, each.name) in flows}
    assert len(days - {pd.NaT}) <= 1, days


def test_a_result_outside_its_range_is_missing_with_its_value_in_the_reason():
    """Wherever it is asked for: in a sentence, a rank, a card. No building pays for itself in a year."""
    case = analyses.start("hosting", facts.open(), "")
    assert not case.quantity("yield_on_cost").missing
    absurd = case.with_inputs(hosting_capex=1e6)
    found = absurd.quantity("yield_on_cost")
    assert found.missing and "is outside the plausible range" in found.reason
    assert absurd.alone("yield_on_cost").missing and exhibits.ranked({"One": absurd}, "yield_on_cost") == []
