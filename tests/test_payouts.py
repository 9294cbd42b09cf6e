"""Payouts: Microsoft's buy-backs and pay in shares as filed, net yields, and whose figures are lacking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import payouts

PARTS = st.integers(0, 10**12)


@pytest.fixture(scope="module")
def cases():
    return payouts.cases(facts.open(["MSFT", "AMZN", "GOOGL", "NVDA"], "2026-08-31", "USD"))


def test_a_payout_by_hand():
    # of 100 earned 60 is built, half of it for AI, 15 bought back and 5 paid as a dividend; 10 of pay in shares
    found = payouts.payout(1000.0, 100.0, 60.0, 0.5, 15.0, 5.0, 10.0)
    assert [float(each) for each in found] == pytest.approx([40, 0.015, 0.005, 1.5, 0.375, 0.5, 0.5, 20])


@given(cash=PARTS, capex=PARTS, buybacks=PARTS, dividends=PARTS)
def test_the_uses_of_cash_add_up(cash, capex, buybacks, dividends):
    found = payouts.payout(1e12, cash, capex, 0.5, buybacks, dividends, 0.0)
    assert float(found.left_after_uses) + dividends + buybacks + capex == pytest.approx(cash, abs=1.0)


def test_microsofts_year_is_as_filed(cases):
    # 10-K for fiscal 2026: 22.271bn bought back, 12.405bn of pay in shares, 182.935bn from operations, 115.948bn built
    known = cases["MSFT"].inputs
    assert known["buybacks"].value == 22.271e9 and known["stock_compensation"].value == 12.405e9
    assert float(cases["MSFT"].outputs.buybacks_to_fcf) == pytest.approx(22.271 / (182.935 - 115.948))
    net = cases["MSFT"].alone("net_buyback_yield")
    assert net.value == pytest.approx((22.271e9 - 12.405e9) / known["market_value"].value)


def test_an_old_buy_back_is_none_of_this_year(cases):
    assert "31 Dec 2024, too old" in cases["AMZN"].alone("buyback_yield").reason
    shown = payouts.uses(cases)
    assert "Microsoft: no figure of these twelve months for dividends paid." in shown.notes
    assert shown.title == "Capex alone takes more than Amazon's operating cash flow"


def test_before_any_filing_there_is_nothing_to_say():
    early = payouts.cases(facts.open(["MSFT"], "2020-06-30", "USD"))
    assert payouts.verdict(early).startswith("The data has both buy-backs and pay in shares of no company here")
    assert early["MSFT"].alone("buyback_yield").reason.startswith("the data has no figure for its market value")


def test_on_an_earlier_day_the_dividend_of_that_year_is_paid_out():
    """10-K for fiscal 2025: 18.420bn and 24.082bn of 136.162bn less 64.551bn are 59 %; a year later it is too old."""
    then = payouts.cases(facts.open(["MSFT"], "2025-09-30", "USD"))["MSFT"]
    assert float(then.outputs.paid_out) == pytest.approx((18.420 + 24.082) / (136.162 - 64.551))
    now = payouts.cases(facts.open(["MSFT"], "2026-08-31", "USD"))["MSFT"]
    assert "30 Jun 2025, too old" in now.alone("paid_out").reason


def test_what_clouds_build_for_ai_says_nothing_of_a_maker_of_chips(cases):
    """No author gives NVIDIA's AI share of capex; ai-capex-roic's are of Amazon, Alphabet, Microsoft and Meta."""
    assert "no source states its" in cases["NVDA"].alone("buybacks_to_ai_capex").reason
    assert not cases["MSFT"].alone("buybacks_to_ai_capex").missing


def test_buy_backs_below_the_pay_in_shares_do_not_offset_it():
    """Oracle, year to May 2026: 95m bought back against 4.8bn of pay in shares."""
    told = payouts.verdict(payouts.cases(facts.open(["MSFT", "ORCL"], "2026-08-31", "USD")))
    assert (
        "Oracle bought back less than it gave its staff in shares" in told
        and "0.3% of its market value, to 30 Jun 2026" in told
    )
