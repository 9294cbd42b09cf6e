"""Holders: Jinglin's and ARK's figures as printed, what the price did and what the trade, and one figure told twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import holders
from capcycle.errors import ModelError

BOOK = facts.open()
JINGLIN = "Jinglin Asset Management"


def test_jinglins_portfolio_and_the_quarter_before():
    # 4.44bn, up by more than half: 2.96bn at most; NVIDIA 444m is 10.0 %, Alibaba 151m 3.4 % at 179.04 each
    found = holders.portfolio(151e6, 843_400.0, 4.44e9, 0.5)
    assert (found.portfolio_before, found.price_paid) == pytest.approx((2.96e9, 179.04), abs=5e-3)
    shown = holders.positions(BOOK, JINGLIN).view.set_index("Manager or security")
    assert shown.loc["NVIDIA", "Weight"].tolist()[0] == "10.0%"
    assert shown.loc["Alibaba", ["Weight", "Value a share"]].values.tolist()[0] == ["3.4%", "$179.04"]
    assert holders.positions(BOOK, JINGLIN).title == f"{JINGLIN}: 10 positions held are named, 1 opened, 7 closed"


def test_jinglins_stake_in_alibaba_grew_by_buying():
    # 843,400 shares after 465,967 (+81 %); Alibaba closed at 113.41 in June, the filing has 179.04:
    # 465,967 * (179.04 - 113.41) = 30.6m by the price, 377,433 * 179.04 = 67.6m by buying
    found = holders.changes(BOOK, JINGLIN)["Alibaba"].outputs
    assert (found.price_effect, found.trade_effect) == pytest.approx((30.6e6, 67.6e6), abs=5e4)
    assert found.value_now == pytest.approx(151e6)


@given(st.floats(1e3, 1e9), st.floats(-0.9, 10), st.floats(1, 1e4), st.floats(1, 1e4))
def test_price_and_trade_add_to_the_change_of_value(shares, change, before, now):
    found = holders.position_change(shares, change, before, now)
    assert found.price_effect + found.trade_effect == pytest.approx(found.value_change, rel=1e-9, abs=1e-3)


def test_ark_paid_and_its_purchases_add_up():
    shown = holders.trades(BOOK)
    assert {"$189.58", "$140.73"} <= set(shown.view["Value a share"])  # 2.74m on 14,453 and 6.4m on 45,478 shares
    # 6.4m, 2.97m and 6.9m of Baidu are 16.27m, which the text gives as the week's total of Alibaba
    assert shown.title == "ARK Invest's 3 trades of Baidu add to $16.3m"
    assert any(note.startswith("The purchases of Baidu add to $16.3m, and Alibaba") for note in shown.notes)


def test_a_filing_in_thousands_has_prices_that_were_paid():
    # Microsoft closed at 239.82 on 2022-12-30; 4,723 thousand dollars on 19,696 shares is 239.79
    rows = holders.holdings(BOOK, "Bull Street Advisors").set_index("symbol")
    assert rows.loc["MSFT", "value"] / rows.loc["MSFT", "shares"] == pytest.approx(239.82, rel=1e-3)


def test_what_was_not_public_is_refused_with_those_that_were():
    with pytest.raises(ModelError, match="nothing of Nobody is public; there is ARK Invest"):
        holders.holdings(BOOK, "Nobody")
    with pytest.raises(ModelError, match="nothing of ARK Invest is public by 2023-06-30; there is Bull Street"):
        holders.holdings(facts.open(as_of="2023-06-30"), "ARK Invest")
    early = facts.open(as_of="2022-01-01")
    assert holders.trades(early).chart is None and holders.overlap(early).chart is None
    assert holders.effects(holders.changes(BOOK, "ARK Invest"), "ARK Invest").chart is None
