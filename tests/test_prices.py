"""Daily closes, and what is computed of them."""

import pytest

from capcycle import facts, reads

DAY = "2025-01-27"


@pytest.mark.parametrize(
    ("symbol", "before", "close"),
    [("NVDA", 142.62, 118.42), ("AVGO", 244.70, 202.13), ("SPY", 607.97, 599.37)],  # as exchanges' pages print them
)
def test_closes_of_two_days(symbol, before, close):
    assert facts.open(as_of=DAY).prices()[symbol].tail(2).tolist() == [before, close]


def test_nothing_later_than_the_day_of_the_book():
    assert facts.open(as_of=DAY).prices().index.max().strftime("%Y-%m-%d") == DAY
    assert facts.open(as_of="2000-01-01").prices().empty


def test_what_does_not_ask_for_prices_does_not_read_them(tmp_path, monkeypatch):
    monkeypatch.setenv(reads.TRACE, str(tmp_path / "trace"))
    assert len(facts.open(["MSFT"]).facts)
    assert "prices.csv" not in (tmp_path / "trace").read_text()


def test_closes_agree_with_the_month_ends_of_the_other_table():
    closes, market = facts.open().prices().stack(), facts.open().register("market")
    ends = market[market["measure"] == "close_split_adjusted"].set_index(["date", "symbol"])["value"]
    both = ends.index.intersection(closes.index)
    assert len(both) > 1300
    assert (closes[both] == ends[both]).all()
