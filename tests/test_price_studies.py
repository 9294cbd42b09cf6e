"""What a day did to prices, and who led: published figures, the market model, refusals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from capcycle import facts
from capcycle.analyses import prices
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


def test_money_lost_is_of_the_shares_known_then(deepseek):
    """24.774bn diluted shares in the quarter to October 2024 (10-Q of 2024-11-20), 24.20 a share: 599.5bn."""
    assert "$600bn of market value lost" in prices.verdict(deepseek) and "24.8bn of 27 Oct 2024" in prices.verdict(
        deepseek
    )


def test_the_giants_of_2023_as_printed():
    """239, 194, 102, 81, 59, 57 and 48%, mean 111.4, median 81 (c190-c196): the 59 is of class C, this is class A."""
    shown = prices.league(facts.open(), GIANTS, "2022-12-31", "2023-12-31")
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
    assert found.rows["value"].iloc[0] == pytest.approx(0, abs=1e-12) and found.rows["beta"].iloc[0] == pytest.approx(1)
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
