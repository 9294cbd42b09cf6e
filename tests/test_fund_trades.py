"""Trades of funds: what ARK paid, what its purchases add to, and one figure told twice."""

from capcycle import facts
from capcycle.analyses import fund_trades


def test_ark_paid_and_its_purchases_add_up():
    shown = fund_trades.trades(facts.open())
    assert {"$189.58 (e)", "$140.73 (e)"} <= set(shown.view["Value a share"])  # 2.74m on 14,453, 6.4m on 45,478
    # 6.4m, 2.97m and 6.9m of Baidu are 16.27m, which the text gives as the week's total of Alibaba
    assert shown.title == "ARK Invest's 3 trades of Baidu add to $16.3m"
    assert any(note.startswith("The purchases of Baidu add to $16.3m, and Alibaba") for note in shown.notes)


def test_before_any_trade_was_public_there_is_no_chart():
    assert fund_trades.trades(facts.open(as_of="2022-01-01")).view.empty
