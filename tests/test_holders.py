"""Holders: Jinglin's figures as printed, prices that were paid, and who is refused."""

import pytest

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
    assert shown.loc["NVIDIA", "Weight"].tolist()[0] == "10.0% (e)"
    assert shown.loc["Alibaba", ["Weight", "Value a share"]].values.tolist()[0] == ["3.4% (e)", "$179.04 (e)"]
    assert shown.loc["whole portfolio", "Change in shares"] == "–"  # its value rose by half, not its shares
    told = holders.positions(BOOK, JINGLIN).notes
    assert "The whole portfolio has 30 positions; the text names some." in told  # claims c064, c085 to c087
    assert "Of 7 positions closed 2 are named." in told
    assert holders.positions(BOOK, JINGLIN).title == f"{JINGLIN}: 10 positions held are named, 1 opened, 7 closed"


def test_a_filing_in_thousands_has_prices_that_were_paid():
    # Microsoft closed at 239.82 on 2022-12-30; 4,723 thousand dollars on 19,696 shares is 239.79
    rows = holders.holdings(BOOK, "Bull Street Advisors").set_index("symbol")
    assert rows.loc["MSFT", "value"] / rows.loc["MSFT", "shares"] == pytest.approx(239.82, rel=1e-3)


def test_what_was_not_public_is_refused_with_those_that_were():
    with pytest.raises(ModelError, match="nothing of Nobody is public; there is ARK Invest"):
        holders.holdings(BOOK, "Nobody")
    with pytest.raises(ModelError, match="nothing of ARK Invest is public by 2023-06-30; there is Bull Street"):
        holders.holdings(facts.open(as_of="2023-06-30"), "ARK Invest")
    assert holders.overlap(facts.open(as_of="2022-01-01")).view.empty
