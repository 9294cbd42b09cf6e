"""What a day did to prices, and who led: published figures, the market model, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capcycle import facts
from capcycle.analyses import event_return, league, prices
from capcycle.errors import ModelError, NothingToShow

GIANTS = ["NVDA", "META", "TSLA", "AMZN", "GOOGL", "MSFT", "AAPL"]
DAY = "2025-01-27"


@pytest.fixture(scope="module")
def deepseek():
    return prices.event(facts.open(), ["NVDA", "AVGO", "MSFT"], DAY)


def test_nvidias_fall_as_printed(deepseek):
    """−16.97% on 2025-01-27 (c301): from 142.62 to 118.42."""
    assert deepseek.rows.iloc[0]["move"] == pytest.approx(-0.1697, abs=5e-5)
    assert "beyond what the market's move explains" in prices.verdict(deepseek)


def test_money_lost_is_of_the_shares_counted_then(deepseek):
    """The screener of 31 Dec 2024 has 3,367.13bn at 137.49, so 24.49bn shares; at 24.20 a share 592.7bn were lost."""
    assert "$593bn of market value lost, of $3.5tn" in prices.verdict(deepseek)
    shown = prices.in_money(deepseek).figures.set_index("label")["money"]
    assert shown["NVIDIA"] == pytest.approx(-3367.1301e9 / 137.49 * 24.20)


def test_the_model_says_of_the_company_what_the_page_does(deepseek):
    case, row = event_return.case(deepseek), deepseek.rows.iloc[0]
    assert float(case.outputs.abnormal_return) == pytest.approx(row["value"])
    assert float(case.outputs.value_won) == pytest.approx(row["move"] * row["market_value_before"]) and not case.lacking
    fund = event_return.case(prices.event(facts.open(), ["QQQ"], DAY))  # Nasdaq-100: no market value, all else
    assert "No market value is known of Invesco QQQ" in fund.alone("value_won").reason
    assert not fund.alone("abnormal_return").missing


@pytest.mark.parametrize("as_of", ["", "2024-05-31"])
def test_a_split_since_changes_no_money(as_of):
    """NVIDIA, 23 May 2024: 949.50 to 1,037.99 with some 2.5bn shares, before ten for one: about 220bn were won."""
    found = prices.event(facts.open(as_of=as_of), ["NVDA"], "2024-05-23")
    assert "$221bn of market value won" in prices.verdict(found)  # 2,193.925bn at 877.57 are 2.5bn shares, at 88.49


def test_a_depositary_share_is_no_ordinary_one_and_a_fund_has_no_value():
    """Alibaba, 29 August 2025: 2.3bn ADS of eight shares at 119.57 are some 276bn."""
    found = prices.event(facts.open(), ["BABA", "SPY"], "2025-08-29").rows
    assert (
        found["market_value_before"].iloc[0] == pytest.approx(276e9, rel=0.02)
        and found["market_value_before"].isna().iloc[1]
    )


def test_days_that_are_not_over_are_counted():
    found = prices.event(facts.open(as_of="2025-01-29"), ["NVDA", "AVGO"], DAY)
    assert prices.path(found).title.startswith("2 trading days later")


def test_2023_was_dearer_shares_apart_from_nvidia_and_amazon():
    """The text: 2023 was driven by multiples apart from NVIDIA. Amazon's earnings came back from a loss in 2022."""
    found = league.returns(facts.open(), [*GIANTS, "QQQ"], "2022-12-30", "2023-12-29")
    assert league.verdict(found).endswith("more than earnings did: Meta, Tesla, Microsoft and Apple.")
    nvidia = found["NVDA"].outputs
    assert float(nvidia.log_return) == pytest.approx(np.log(3.389), abs=1e-3)  # +238.9%
    assert float(nvidia.from_earnings) > 10 * float(nvidia.from_valuation)
    with pytest.raises(NothingToShow, match="none of these securities is a company"):
        league.returns(facts.open(), ["QQQ"], "2022-12-30", "2023-12-29")


def test_of_companies_at_a_loss_nothing_is_taken_apart():
    found = league.returns(facts.open(), ["CRWV", "IREN"], "2025-06-30", "2025-12-31")
    assert league.verdict(found).startswith("No company here has closes and earnings on both days")


def test_answers_of_the_survey_sum_to_more_than_all():
    """68% name AI and 33% electric vehicles (c260, c261): 101% (K106)."""
    shown = league.survey(facts.open(), GIANTS)
    assert shown.view["Share"].tolist() == ["68.0% (e)", "33.0% (e)"] and any("101.0%" in note for note in shown.notes)
    with pytest.raises(NothingToShow, match="no survey on record"):
        league.survey(facts.open(), ["MSFT"])


def test_the_giants_of_2023_as_printed():
    """239, 194, 102, 81, 59, 57 and 48%, mean 111.4, median 81 (c190-c196): the 59 is of class C, this is class A."""
    shown = league.table(facts.open(), GIANTS, "2022-12-31", "2023-12-31")
    found = shown.figures["value"].astype(float)
    printed = [2.39, 1.94, 1.02, 0.81, 0.59, 0.57, 0.48]
    assert found.tolist()[:-1] == pytest.approx(printed, abs=0.01)
    assert "median of 7 is +80.9%" in shown.title and found.iloc[-1] == pytest.approx(0.24, abs=0.005)
    assert found.iloc[:-1].mean() == pytest.approx(1.114, abs=0.002)


returns = arrays(float, 60, elements=st.floats(-0.1, 0.1))


@given(returns.filter(lambda each: each.std() > 1e-4), st.floats(-2, 3), st.floats(-0.01, 0.01))
def test_a_line_is_found_again_and_leaves_nothing(market, beta, alpha):
    found = prices.market_model((alpha + beta * market)[:, None], market)
    assert (found.alpha[0], found.beta[0]) == pytest.approx((alpha, beta), abs=1e-6)
    assert found.error[0] == pytest.approx(0, abs=1e-6)


def test_the_market_itself_does_nothing_beyond_the_market():
    found = prices.event(facts.open(), ["SPY", "VOO"], DAY)
    assert found.rows["value"].iloc[0] == pytest.approx(0, abs=1e-12)
    assert found.rows["market_beta"].iloc[0] == pytest.approx(1)
    assert abs(found.rows["value"].iloc[1]) < 0.001  # another fund on the same index


def test_nothing_later_than_the_book_is_asked_or_shown():
    found = prices.event(facts.open(as_of="2025-01-29"), ["NVDA"], DAY)
    assert found.paths.index.max() == 2  # two trading days after it were known
    with pytest.raises(NothingToShow, match="the day asked for is after 26 Jan 2025"):
        prices.event(facts.open(as_of="2025-01-26"), ["NVDA"], DAY)


@pytest.mark.parametrize(
    ("symbols", "day", "message"),
    [
        (["NVDA", "NVDIA"], DAY, "unknown security with daily closes NVDIA"),
        (["NVDA"], "2025-01-26", "nearest days are 2025-01-24 and 2025-01-27"),
        (["CRWV"], "2025-04-09", "fewer than 30 days of returns"),
        (["NVDA"], "2021-07-20", "fewer than 30 days of returns"),
    ],
)
def test_what_cannot_be_studied_is_refused(symbols, day, message):
    with pytest.raises(ModelError, match=message):
        prices.event(facts.open(), symbols, day)


def test_who_published_results_of_its_own_is_named(deepseek):
    """Microsoft and Meta announced on 28 January 2026, as Yahoo has it; nobody on 26 or 27 January 2025."""
    january = prices.event(facts.open(), ["MSFT", "META", "AMZN"], "2026-01-29")
    assert any(note.endswith("those of Microsoft and Meta.") for note in prices.abnormal(january).notes)
    assert not any("Results of its own" in note for note in prices.abnormal(deepseek).notes)


def test_chance_is_counted_and_not_called_significance(deepseek):
    shown = prices.abnormal(deepseek)
    assert "more than two standard errors" in shown.title and "by chance" in " ".join(shown.notes)  # 5 % of 3
    assert "0.1 of 3" in " ".join(shown.notes) or "0.2 of 3" in " ".join(shown.notes)


def test_market_value_names_the_screener_that_counts_the_shares(deepseek):
    assert "nasdaq-screener" in {source["id"] for source in prices.in_money(deepseek).sources}
    assert "nasdaq-screener" in event_return.case(deepseek).inputs["market_value_before"].source
