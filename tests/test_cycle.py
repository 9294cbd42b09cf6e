"""The capital cycle: intervals of a textbook, lags that are built in, series that change what they count."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from capcycle import facts, metrics, panel
from capcycle.analyses import cycle as room
from capcycle.analyses.cycle import cases as cycle
from capcycle.analyses.cycle.model import _within, build_out, correlation, power
from capcycle.errors import ModelError
from capcycle.measure import measure

series = st.lists(st.floats(-1e3, 1e3), min_size=12, max_size=40)
positive = st.floats(1e6, 1e14)


@pytest.fixture(scope="module")
def quarters():
    return panel.select(facts.open(["MSFT", "AMZN", "META"], currency="USD"), since=2019)


def growth(quarters, concept):
    return measure(metrics.growth_year_on_year, quarters, value=concept)


@pytest.fixture(scope="module")
def build():
    return room.against_gdp(facts.open(["MSFT", "AMZN", "META"], currency="USD"), 0.06)


# ---- against GDP


def test_the_spending_runs_from_its_part_for_ai_to_the_pace_of_a_quarter(build):
    spent = build.inputs["investment"]
    # 10-K and 10-Qs of June 2026: 35.802, 54.208 and 30.116bn in the quarter; 85, 75 and 90 % for AI by one author
    assert spent.high == pytest.approx(4 * (35.802 + 54.208 + 30.116) * 1e9, rel=1e-4)
    assert 0.75 * spent.value < spent.low < 0.90 * spent.value


def test_the_conclusion_turns_where_the_life_is_longer(build):
    must = room.as_an_earlier_one(build).view.set_index("Input")
    # Jude's 5.2 % over 15 years are 34.7 basis points; the life that makes the share so much
    life = float(build.outputs.share_of_gdp) * 1e4 / (520 / 15)
    assert must.loc["Life of the assets", "Needed"] in (f"{life:.1f} years (a)", "–")


def test_before_any_build_out_was_described_there_is_nothing_to_reach():
    early = room.against_gdp(facts.open(["MSFT"], "2020-12-31", "USD"), 0.06, 2019)
    assert room.as_an_earlier_one(early).figures.empty
    assert early.inputs["past_share"].low == early.inputs["past_share"].high == 0.06


@pytest.mark.parametrize("share", [0.0, 7.0, -0.1])
def test_a_share_of_gdp_that_cannot_be_is_refused(share):
    with pytest.raises(ModelError, match="past_share is"):
        cycle.past(facts.open(), share)


def test_a_later_quarter_than_most_have_stands_with_its_filing():
    # Alphabet 10-Q of June 2026: 24.768bn of Google Cloud revenue, 13.624bn a year earlier
    known = panel.select(facts.open(["AMZN", "GOOGL", "ORCL"], "2026-07-31", "USD"), since=2024)
    sentence = room.newest(growth(known, "cloud_revenue"))
    assert "Alphabet +81.8% in 2026Q2, $24.8bn against $13.6bn a year earlier (Alphabet 10-Q" in sentence


def test_tunguz():
    # 500bn on 30.5tn is 1.6 %; the railways' 6 % of 35.4tn are 2.1tn, 4.2 times 500bn
    assert round(float(build_out(500e9, 30.5e12, 0, 0, 5, 0.06).share_of_gdp), 3) == 0.016
    then = build_out(500e9, 35.4e12, 0, 0, 5, 0.06)
    assert (round(then.investment_for_share / 1e12, 1), round(float(then.rise_for_share), 1)) == (2.1, 4.2)


def test_gdp_grows_with_interest():
    # 30.5tn at 2.5 % for six years: 30.5 * 1.025 ** 6 = 35.37
    assert build_out(1e12, 30.5e12, 0.025, 6, 5, 1).investment_for_share == pytest.approx(35.37e12, rel=1e-4)


@given(positive, positive, st.floats(1, 50), st.floats(1, 50))
def test_what_lasts_longer_uses_up_less(investment, gdp, life, longer):
    life, longer = sorted((life, longer))
    found = [build_out(investment, gdp, 0, 0, each, 0.06).life_adjusted_share for each in (life, longer)]
    assert found[1] <= found[0]


@given(positive, positive, st.floats(0.001, 1))
def test_the_investment_at_a_share_has_that_share(investment, gdp, share):
    wanted = build_out(investment, gdp, 0, 0, 5, share).investment_for_share
    assert math.isclose(build_out(wanted, gdp, 0, 0, 5, share).share_of_gdp, share, rel_tol=1e-9)


# ---- correlations


def test_the_interval_is_fishers_where_nothing_is_remembered():
    # Fisher: r = 0.5 from 28 pairs is 0.156 to 0.736; white noise is worth all its pairs, or nearly so
    random = np.random.default_rng(4)
    x, other = random.normal(size=(2, 28))
    other -= x * (other @ (x - x.mean())) / (x @ (x - x.mean()))
    x, other = (each - each.mean() for each in (x, other))
    other -= x * (other @ x) / (x @ x)
    y = 0.5 * x / x.std() + math.sqrt(0.75) * other / other.std()
    found = correlation(x, y)
    reach = 1.959964 / math.sqrt(found.effective - 3)
    assert found.value == pytest.approx(0.5) and 20 < found.effective <= 28
    assert (found.low, found.high) == pytest.approx((np.tanh(0.549306 - reach), np.tanh(0.549306 + reach)), abs=1e-5)


def test_a_whole_interval_agrees_with_scipy():
    x, y = np.random.default_rng(5).normal(size=(2, 20))  # noise that remembers nothing
    found, known = correlation(x, y), stats.pearsonr(x, y).confidence_interval(0.95)
    assert found.value == pytest.approx(stats.pearsonr(x, y).statistic)
    assert found.effective == len(x) and (found.low, found.high) == pytest.approx(tuple(known))


def test_a_series_with_memory_is_worth_fewer_pairs():
    slow = np.cumsum(np.random.default_rng(1).normal(size=40))
    assert correlation(slow, slow[::-1].copy()).effective < 20


@given(series, series)
def test_it_lies_in_its_interval_and_between_its_bounds(x, y):
    length = min(len(x), len(y))
    found = correlation(x[:length], y[:length])
    if not math.isnan(found.value):
        assert -1 <= found.low <= found.value + 1e-9 and found.value - 1e-9 <= found.high <= 1
        assert 0 < found.effective <= found.pairs


@given(series, st.floats(0.1, 100), st.floats(-100, 100))
def test_units_do_not_matter(x, scale, shift):
    y = np.roll(x, 3)
    one, other = correlation(x, y), correlation(np.multiply(x, scale) + shift, y)
    if np.ptp(x) > 1:
        assert math.isclose(one.value, other.value, abs_tol=1e-6)


def test_three_pairs_say_nothing():
    found = correlation([1, 2, 3], [1, 2, 4])
    assert (found.low, found.high, found.holds_zero) == (-1, 1, True)


def test_a_level_series_has_no_correlation():
    assert np.isnan(correlation([1, 1, 1, 1, 1], [1, 2, 3, 4, 5]).value)


def test_a_missing_figure_leaves_its_pair_out():
    assert correlation([1, np.nan, 3, 4], [2, 1, np.nan, 5]).pairs == 2


def test_series_of_unequal_length_are_refused():
    with pytest.raises(ModelError, match="3 and 2 figures"):
        correlation([1, 2, 3], [1, 2])


# ---- whether a lag can be tested


def whole(companies, quarters):
    return np.ones((companies, quarters))


def test_a_test_of_many_figures_finds_a_large_link_and_raises_one_false_alarm_in_twenty():
    assert power(whole(5, 100), whole(5, 100), 7, 0.5) > 0.95
    assert power(whole(3, 30), whole(3, 30), 7, 0.0) == power(whole(5, 100), whole(5, 100), 7, 0.0) == 0.05


def test_a_test_finds_more_the_closer_the_link_and_the_longer_the_series():
    links = [power(whole(3, 30), whole(3, 30), 7, link) for link in (0.3, 0.5, 0.7, 0.9)]
    lengths = [power(whole(3, quarters), whole(3, quarters), 7, 0.5) for quarters in (20, 30, 60, 90)]
    assert links == sorted(links) and lengths == sorted(lengths) and lengths[0] < 0.5 < 0.8 < lengths[-1]


def test_a_test_finds_less_than_fishers_formula_says_of_as_many_independent_pairs():
    # r = 0.3 from 93 pairs (two companies and 94 quarters less 95 effects): sf(1.96 - atanh(0.3) * sqrt(90)) = 0.84
    fisher = stats.norm.sf(1.96 - np.arctanh(0.3) * math.sqrt(93 - 3))
    assert fisher == pytest.approx(0.84, abs=0.005) and 0.2 < power(whole(2, 101), whole(2, 101), 7, 0.3) < fisher


def test_what_is_the_same_in_all_quarters_or_at_all_companies_changes_no_correlation():
    x, y = np.random.default_rng(6).normal(size=(2, 4, 3, 20))
    company, quarter = np.arange(3.0)[:, None] * 10, np.linspace(0, 5, 20)[None, :] ** 2
    flat, everywhere = (4, 60), np.ones((3, 20), bool)
    plain = _within(x.reshape(flat), y.reshape(flat), everywhere)
    moved = _within((x + company + quarter).reshape(flat), (y - company + quarter).reshape(flat), everywhere)
    both = [each - each.mean(1, keepdims=True) - each.mean(2, keepdims=True) + each.mean((1, 2), keepdims=True)
            for each in (x, y)]  # fmt: skip
    known = [np.corrcoef(*pair)[0, 1] for pair in zip(*(each.reshape(flat) for each in both), strict=True)]
    assert moved == pytest.approx(plain) and plain == pytest.approx(known)


def test_a_lag_as_long_as_the_series_and_a_leader_without_figures_cannot_be_tested():
    assert power(whole(3, 8), whole(3, 8), 8, 0.9) == power(whole(3, 40) * np.nan, whole(3, 40), 7, 0.9) == 0.0


# ---- companies


def test_growth_over_a_redrawn_segment_is_left_out_and_says_why(quarters):
    # Microsoft 10-Q of September 2024: the comparative quarter is 20.0bn where it was 24.3bn
    table = growth(quarters, "cloud_revenue").table.query("company == 'MSFT'").set_index("period")
    over = table.loc["2023Q3":"2024Q2"]
    assert over["value"].isna().all() and over["reason"].str.contains("redrew").all()
    assert table.loc[["2023Q2", "2024Q3"], "value"].notna().all()


def test_years_given_anew_are_compared_with_each_other():
    # Microsoft 10-K of fiscal 2025: 87.464bn in fiscal 2024 and 72.944bn in 2023, where 2022 had been 74.965bn
    years = panel.select(facts.open(["MSFT"]), "year", "fiscal", since=2023)
    table = measure(metrics.growth_year_on_year, years, value="cloud_revenue").table.set_index("period")
    assert table.loc["FY2024", "value"] == pytest.approx(87.464 / 72.944 - 1)
    assert np.isnan(table.loc["FY2023", "value"]) and "redrew" in table.loc["FY2023", "reason"]


def test_before_a_segment_was_redrawn_its_growth_stood():
    # Microsoft 10-Qs of September 2023 and 2022: 24.3bn over 20.3bn
    before = panel.select(facts.open(["MSFT"], as_of="2024-01-31"), since=2023)
    table = measure(metrics.growth_year_on_year, before, value="cloud_revenue").table.set_index("period")
    assert round(table.loc["2023Q3", "value"], 2) == 0.19


def test_a_lag_of_no_quarters_or_many_years_is_refused(quarters):
    for lag in (0, 25):
        with pytest.raises(ModelError, match="from 1 to 24"):
            cycle.chances(growth(quarters, "cloud_revenue"), lag, growth(quarters, "capex"))


def test_where_a_test_cannot_succeed_no_correlation_is_shown_and_the_page_says_why(quarters, build):
    cloud = growth(quarters, "cloud_revenue")
    chances = cycle.chances(cloud, 7, growth(quarters, "capex"), growth(quarters, "rpo"))
    assert all(each[0.5] < 0.8 for each in chances.values())  # Cohen's least; about 60 quarters would do
    assert "cannot be tested yet" in room.verdict(chances, build)
    shown = room.power(chances, cloud, 7)
    assert shown.title.startswith("Too few quarters to test a lag")
    assert set(shown.figures["unit"]) == {"fraction"} and "start at 2026" in shown.notes[0]


def test_where_a_test_can_succeed_the_page_says_so(quarters, build):
    chances = {"growth_year_on_year.capex": {0.0: 0.05, 0.5: 0.85}, "growth_year_on_year.rpo": {0.0: 0.06, 0.5: 0.1}}
    assert "There are now quarters enough" in room.verdict(chances, build)
    shown = room.power(chances, growth(quarters, "cloud_revenue"), 7)
    assert shown.title.startswith("Quarters enough to test a lag")


def test_margins_later_are_of_the_year_after():
    years = panel.select(facts.open(["GOOGL"]), "year", until=2024)
    table = cycle.later(measure(metrics.capex_to_depreciation, years), measure(metrics.operating_margin, years), 1)
    # Alphabet 10-Ks: operating income 74.842 of 282.836bn in 2022 and 84.293 of 307.394bn in 2023
    change = table.set_index("period").loc["2022", "value"]
    assert change == pytest.approx(84.293 / 307.394 - 74.842 / 282.836, abs=1e-6)


def test_a_share_of_gdp_is_spread_over_the_lives_of_its_source():
    rows = room.episodes_by_life(facts.open()).figures.set_index("label").loc["US railways, Gilded Age (Tunguz)"]
    # Tunguz's 6 % over the 38 and 54 years of the Bureau of Economic Analysis, in basis points
    assert (float(rows["value"]), float(rows["low"])) == pytest.approx((600 / 38, 600 / 54))


def test_an_episode_without_a_life_says_so():
    assert any("New Deal" in note and "no life" in note for note in room.episodes_by_life(facts.open()).notes)


def test_the_shares_name_what_they_count():
    assert room.similar(facts.open()).view.iloc[:, 2].str.len().min() > 0


@pytest.mark.parametrize("make", [room.episodes, room.episodes_by_life, room.similar])
def test_before_anything_was_said_there_is_nothing_to_show(make):
    assert make(facts.open(as_of="2020-12-31")).figures.empty
