"""Is it a bubble: published figures, parts that add up, shares that add up, thresholds, refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import analyses, facts, study
from capcycle.analyses import (
    bubble,
    concentration,
    forward_multiples,
    gauge_history,
    gauges,
    multiples,
    past_multiples,
)
from capcycle.errors import ModelError, NothingToShow
from capcycle.measure import measure
from capcycle.panel import select
from capcycle.quantity import Quantity

GIANTS = ["NVDA", "MSFT", "AAPL", "GOOGL", "AMZN", "META", "TSLA"]


@pytest.fixture(scope="module")
def book():
    return facts.open(GIANTS)


@pytest.fixture(scope="module")
def found(book):
    return gauges.gauges(book, "2023-12-29")


# ---- parts of a return


def test_the_brokers_sum_and_what_compounding_makes_of_it():
    """S&P 500, 2014 to 2024: 127 + 52 = 179 (printed 178), with 54 of dividends 233; 2.27 * 1.52 - 1 is 245%."""
    price = bubble.return_decomposition(1.27, 0.52, 0.0)
    assert (price.added_return, price.total_return) == pytest.approx((1.79, 2.4504))
    assert bubble.return_decomposition(1.27, 0.52, 0.54).added_return == pytest.approx(2.33)


growth = st.floats(-0.9, 20)


@given(growth, growth, st.floats(0, 2))
def test_parts_add_up_to_the_whole(earnings, multiple, dividends):
    each = bubble.return_decomposition(earnings, multiple, dividends)
    parts = each.from_earnings + each.from_valuation + each.from_dividends
    assert parts == pytest.approx(each.log_return, abs=1e-9)
    assert np.log1p(each.total_return) == pytest.approx(parts, abs=1e-9)


def test_nvidias_2023_was_earned(book):
    """Twelve months to October 2022 earned 5.957bn on 2.499bn shares, those to October 2023 18.889bn on 2.494bn.

    By its 10-Qs, on the shares before the split: 3.18 times as much a share, on a price 3.39 times as high.
    """
    own = bubble.decompositions(book.of("NVDA"), "2022-12-30", "2023-12-29")["NVDA"].outputs
    assert own.total_return == pytest.approx(2.389, abs=0.001)
    assert own.from_earnings == pytest.approx(np.log(18.889 / 2.494 / (5.957 / 2.499)), abs=0.005)
    assert own.from_earnings > 10 * own.from_valuation


def test_a_loss_has_no_multiple_and_is_named():
    each = bubble.decompositions(facts.open(["CRWV", "MSFT"]), "2025-06-30")
    assert "a loss" in each["CRWV"].lacking and not each["MSFT"].lacking
    assert any("CoreWeave is left out" in note for note in bubble.parts_of_return(each).notes)


def test_nothing_of_a_later_day_is_in_a_return():
    book = facts.open(["MSFT"], "2024-06-28")
    assert bubble.decompositions(book, "2023-12-29")["MSFT"].inputs["multiple_change"].day == pd.Timestamp("2024-06-28")


@pytest.mark.parametrize("start", ["2015-01-01", "2026-12-31"])
def test_days_without_closes_are_refused(book, start):
    with pytest.raises(NothingToShow, match="no closes to compare"):
        bubble.decompositions(book, start)


# ---- multiples of past peaks


def test_the_giants_cost_half_of_2000(book):
    """27 times against 52 (c286-c288)."""
    assert forward_multiples.pe_against_past(27.0, 52.0).pe_to_past == pytest.approx(0.5, abs=0.03)
    rows = past_multiples.multiples_of_past(book).figures.set_index("label")["value"].astype(float)
    assert rows["Seven largest of 2000"] == 52 and rows["Magnificent Seven, median"] == 27
    assert rows["Magnificent Seven without Tesla, median"] == 26


def test_the_median_moves_little_without_the_dearest(book):
    rows = past_multiples.multiples_of_past(book).figures.set_index("label")["value"].astype(float)
    assert rows["Median without Tesla"] < rows["Median of 7"] < 1.25 * rows["Median without Tesla"]


def test_no_multiple_of_a_later_day_is_shown():
    assert "No multiple was public" in past_multiples.multiples_of_past(facts.open(GIANTS, "2024-01-31")).title


# ---- gauges


def test_azhars_coverage():
    """60bn on 400bn: 15%, 6.67 times."""
    assert gauges.capex_coverage(60e9, 400e9) == pytest.approx((0.15, 6.67), abs=0.005)


def gauge(value, amber, red):
    limits = Quantity("limit", np.nan, "times", amber, red)
    return gauges.Gauge(Quantity("own", value, "times"), limits)


@pytest.mark.parametrize(
    ("value", "red", "state"),
    [(27, 52, "green"), (34, 52, "amber"), (52, 52, "red"), (99, np.nan, "amber"), (np.nan, 52, "unknown")],
)
def test_a_gauge_is_red_from_its_threshold_on(value, red, state):
    assert gauge(value, 34, red).state == state


def test_it_is_a_bubble_only_where_all_three_parts_are_red(found):
    red, green = gauge(60, 34, 52), gauge(1, 34, 52)
    every = dict.fromkeys(found, red)
    assert "this is a bubble" in gauges.verdict(every)
    assert "this is no bubble" in gauges.verdict(every | {"forward_pe": green})
    assert "trouble is imminent" in gauges.verdict(every)


def test_what_is_not_known_decides_nothing(found):
    unknown = dict.fromkeys(found, gauge(np.nan, 34, 52))
    assert "decides nothing" in gauges.verdict(unknown) and "give no answer here" in gauges.verdict(unknown)


def test_spending_for_ai_stands_between_azhars_thresholds(found):
    """About 1% of GDP is amber, 3.6% (railways) red."""
    share = found["investment_to_gdp"]
    assert (share.limits.low, share.limits.high) == (0.01, 0.036)


def test_thresholds_are_assumptions_with_a_reason(found):
    assert all(each.limits.kind == "assumed" and each.limits.reason for each in found.values())
    assert len(gauges.panel(found).view) == len({*gauges.THREE, *gauges.FIVE, *gauges.OTHERS})


def test_the_leaders_of_2000_beside_the_companies_here(book):
    """52 times, PEG 3.7, margin 16%, capex over 40% of sales; 27, 1.7, 29% and 25% of the giants in 2025."""
    view = gauge_history.then_and_now(book).figures.set_index("label")
    assert view["then"].tolist() == pytest.approx([52, 3.7, 0.16, 0.4])
    assert view["printed"].tolist() == pytest.approx([27, 1.7, 0.29, 0.25])


def test_years_to_double_by_hand(found):
    """At 41.42% a year it takes two years."""
    assert np.log(2) / np.log1p(0.4142) == pytest.approx(2.0, abs=1e-3)
    own = found["doubling_years"].value
    assert own.unit == "years" and 1 < own.value < 10


# ---- concentration


def test_what_a_printed_share_implies_of_the_world():
    """20.5tn at 16% are 128.1tn (K124)."""
    implied = concentration.world_concentration(20.5e12, 128.1e12, 0.16)
    assert implied.implied_world_value == pytest.approx(128.1e12, rel=1e-3)
    assert implied.world_share == pytest.approx(0.16, abs=5e-4)


values = st.lists(st.floats(1e9, 5e12), min_size=2, max_size=12)


@given(values)
def test_shares_sum_to_one_and_concentration_lies_between_its_bounds(each):
    parts = concentration.shares(pd.DataFrame([each]))
    index = concentration.herfindahl(parts).iloc[0]
    assert parts.sum(axis=1).iloc[0] == pytest.approx(1)
    assert 1 / len(each) - 1e-12 <= index <= 1


@given(st.floats(1e9, 5e12), st.integers(2, 9))
def test_equal_companies_are_as_many_as_the_index_says(value, count):
    parts = concentration.shares(pd.DataFrame([[value] * count]))
    assert 1 / concentration.herfindahl(parts).iloc[0] == pytest.approx(count)


def test_a_company_is_worth_the_same_on_every_page():
    """Two classes of Alphabet are listed; the screener puts all its shares at the price of each: A is $4,217bn."""
    book = facts.open(["GOOGL", "MSFT"], "2026-08-31", "USD")
    worth = concentration.market(book, 1).values["GOOGL"].iloc[-1]
    assert worth == multiples.cases(book)["GOOGL"].inputs["market_value"].value == pytest.approx(4217.1e9, rel=1e-4)


def test_two_classes_of_alphabet_count_once():
    """At the end of October 2025 the table has 3.4tn for both classes of Alphabet, which is all of Alphabet each."""
    found = concentration.market(facts.open(["GOOGL", "MSFT", "META"], "2025-10-31"), 1)
    day = found.values.iloc[-1]
    assert 3.2e12 < day["GOOGL"] < 3.6e12


def test_the_five_largest_were_worth_less_than_was_printed_of_them():
    """20.5tn at 16% were printed (c302); the screener's month end has 4.92 + 4.02 + 3.85 + 3.41 + 2.60, some 18.8tn."""
    case = concentration.world(concentration.market(facts.open(GIANTS, "2025-10-31"), 5))
    assert case.inputs["top_value"].value == pytest.approx(18.8e12, rel=0.01)
    assert float(case.outputs.world_share) == pytest.approx(0.147, abs=0.001)
    assert float(case.outputs.implied_world_value) == pytest.approx(117.8e12, rel=0.01)


def test_a_number_that_cannot_be_is_refused(book):
    with pytest.raises(ModelError, match="top"):
        concentration.market(book, 0)


def test_of_no_more_companies_than_were_asked_the_largest_alone_counts(book):
    found, nvidia = concentration.market(book, 7), concentration.market(book, 1)
    assert (found.top, found.names) == (1, nvidia.names) and found.share.iloc[-1] == nvidia.share.iloc[-1]
    assert concentration.verdict(found).startswith("Of the companies here no more than 7 have a market value")


def test_one_company_has_no_share():
    with pytest.raises(NothingToShow, match="2 of these companies"):
        concentration.market(facts.open(["NVDA"]))


def test_a_multiple_beside_past_peaks_is_of_as_many_as_there_are():
    title = past_multiples.multiples_of_past(facts.open(["NVDA"])).title
    assert title.startswith("The companies here cost 2") and title.endswith("at its peak leaders of Japan cost 67.0×")
    assert (
        "at its peak" not in past_multiples.multiples_of_past(facts.open(["NVDA"], "2025-10-31")).title
    )  # of none by then


def test_before_any_market_value_there_is_nothing():
    with pytest.raises(NothingToShow):
        concentration.market(facts.open(GIANTS, "2012-01-31"))


MODELS = [
    bubble.return_decomposition,
    forward_multiples.pe_against_past,
    gauges.capex_coverage,
    concentration.world_concentration,
]


@pytest.mark.parametrize("company", ["", "MSFT"])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_starts_without_a_company_and_with_one(book, model, company):
    assert analyses.start(model.__name__, book, company).model is model


# ---- issuance, and a gauge's own history


def test_metas_new_debt_of_2025_by_hand():
    """Long-term debt of 58.744bn after 28.826bn, on cash capex of 69.691bn: 42.9% of it (10-K for 2025)."""
    found = gauges.gauges(facts.open(["META"], "2026-06-30"))["borrowed_to_capex"]
    assert found.value.value == pytest.approx((58.744 - 28.826) / 69.691, abs=5e-4) and found.state == "amber"


def test_offerings_of_2025_rose_as_ritter_counts_and_not_before_it_was_known(found):
    """29.3% on the first day in 2025; 2020 (41.6%), 2021 (32.0%) and 2022 (48.9%) were higher: 18 of 21 were not."""
    assert found["first_day_return"].value.value == 0.293 and found["first_day_return"].state == "amber"
    own = gauge_history.histories(facts.open(["MSFT"]))["first_day_return"]
    assert (own["value"] <= 0.293).sum() == 18 and len(own) == 21
    assert gauges.gauges(facts.open(["MSFT"], "2026-06-30"))["first_day_return"].state == "unknown"


def test_a_gauge_is_compared_with_itself_on_the_same_companies():
    """Microsoft and Amazon, twelve months to June 2024: 44.477 + 59.612 on 118.548 + 107.952 (10-K, 10-Q)."""
    own = gauge_history.histories(facts.open(["MSFT", "AMZN"]))["capex_to_operating_cash_flow"].set_index("period")
    assert own.loc["2024Q2", "value"] == pytest.approx((44.477 + 59.612) / (118.548 + 107.952), abs=1e-4)


def test_the_share_of_periods_not_above_is_shown(book):
    view = gauge_history.own_history(book).figures.set_index("label")
    row = view.loc["Rise of offerings on their first day"]
    assert (row["rank"], row["low"], row["high"]) == pytest.approx((18 / 21, 0.064, 0.489))
    assert any("too few days for a history" in note for note in gauge_history.own_history(book).notes)


def test_todays_thresholds_on_past_episodes(book, found):
    """52 (2000) and 67 (Japan) times are red, 34 (Nifty Fifty) amber; offerings rose 65% in 1999 and 2000."""
    state = gauge_history.past_episodes(book, found).figures.set_index("episode")["state"]
    assert (state["Seven largest of 2000"], state["Leaders of Japan"], state["Nifty Fifty"]) == ("red", "red", "amber")
    assert state["US offerings of 1999 and 2000"] == "red" and state["US offerings of 2001"] == "green"


def test_a_price_is_of_a_quarter_that_has_ended():
    """The closes end on 2 July 2026: no twelve months to June 2026 had been filed by then."""
    known = gauge_history.histories(facts.open(["MSFT", "AMZN", "META"]))["trailing_pe"]
    assert known["period"].iloc[-1] == "2026Q2"


def test_a_share_of_the_world_is_of_one_time():
    """The world's equity is known of October 2025 alone, so that no later value is a part of it."""
    late = concentration.verdict(concentration.market(facts.open(["NVDA", "AAPL", "MSFT", "GOOGL", "AMZN", "META"])))
    early = concentration.verdict(concentration.market(facts.open(["NVDA", "AAPL", "MSFT"], "2024-06-30")))
    assert "no figure of the world's listed equity of that time" in early
    assert "is of 8 Oct 2025" in late and "of the world's listed equity as it was printed" not in late


def test_capex_and_cash_of_the_gauge_are_of_the_same_twelve_months():
    book = facts.open(["META", "NVDA", "ORCL"])
    years = select(book.into("USD"), "ttm")
    each = {name: measure(name, years) for name in ("capex", "operating_cash_flow")}
    for company in book.companies:
        both = study.of_one_period(each, company)
        assert both["capex"].day == both["operating_cash_flow"].day
    whole = [sum(study.of_one_period(each, company)[name].value for company in book.companies) for name in each]
    assert gauges.ratio(book, *each).value == pytest.approx(whole[0] / whole[1])


def test_gains_on_investments_are_said_to_be_in_the_earnings():
    shown = bubble.parts_of_return(bubble.decompositions(facts.open(["MSFT", "AAPL"])))
    assert any("gains on investments included" in note for note in shown.notes)
