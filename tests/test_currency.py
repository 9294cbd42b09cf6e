"""Amounts in another currency, by hand on a few days of invented rates."""

import pandas as pd
import pytest

from capcycle import facts
from capcycle.errors import CapcycleError
from capcycle.facts import currency, door

# Per euro, on the days of March 2024 on which there was a fixing
RATES = pd.DataFrame(
    {"USD": [1.00, 1.10, 1.20, 1.50], "CNY": [8.00, 8.80, 8.40, 9.00]},
    index=pd.to_datetime(["2024-03-01", "2024-03-04", "2024-03-05", "2024-03-08"]),
)


@pytest.fixture(autouse=True)
def rates(monkeypatch):
    monkeypatch.setattr(door, "read_rates", lambda: RATES)


def fact(value, start, end, unit="USD", kind="reported"):
    days = {"period_start": pd.to_datetime(start), "period_end": pd.to_datetime(end)}
    return pd.DataFrame([{**days, "value": value, "unit": unit, "kind": kind, "source": "s1"}])


def converted(into, *args, **kwargs):
    return facts.convert(fact(*args, **kwargs), into).iloc[0]


def test_a_flow_is_converted_at_the_mean_over_its_days():
    # 8.00, 8.00 and 7.00 yuan a dollar on the 1st, 4th and 5th
    assert converted("CNY", 300.0, "2024-03-01", "2024-03-05")["value"] == pytest.approx(300 * 23 / 3)


def test_a_stock_is_converted_at_the_fixing_of_its_day():
    assert converted("CNY", 300.0, None, "2024-03-05")["value"] == pytest.approx(300 * 7.0)


def test_or_at_the_last_one_before_it():
    assert converted("CNY", 300.0, None, "2024-03-07")["value"] == pytest.approx(300 * 7.0)  # no fixing since the 5th


def test_into_euros():
    assert converted("EUR", 300.0, None, "2024-03-08")["value"] == pytest.approx(200.0)  # 300 ÷ 1.50


def test_out_of_euros():
    assert converted("USD", 300.0, None, "2024-03-08", unit="EUR")["value"] == pytest.approx(450.0)


def test_earnings_per_share_are_money_too():
    row = converted("CNY", 2.0, "2024-03-01", "2024-03-04", unit="USD/share")
    assert (row["value"], row["unit"]) == (pytest.approx(16.0), "CNY/share")


def test_shares_are_not_money():
    row = converted("CNY", 2.0, None, "2024-03-05", unit="shares")
    assert (row["value"], row["unit"], row["kind"]) == (2.0, "shares", "reported")


def test_a_companys_own_currency_is_left_as_it_is():
    table = fact(0.1 + 0.2, None, "2024-03-05")
    pd.testing.assert_frame_equal(facts.convert(table, "USD"), table)


def test_there_and_back_a_stock_is_the_same():
    there = facts.convert(fact(300.0, None, "2024-03-07"), "CNY")
    assert facts.convert(there, "USD")["value"].item() == pytest.approx(300.0)


def test_a_converted_figure_is_derived_and_names_the_rates():
    row = converted("EUR", 300.0, None, "2024-03-08")
    assert (row["unit"], row["kind"], row["source"]) == ("EUR", "derived", f"s1 {currency.SOURCE}")


def test_an_estimate_stays_one():
    assert converted("EUR", 300.0, None, "2024-03-08", kind="estimated")["kind"] == "estimated"


def test_each_row_takes_its_own_rate():
    rows = pd.concat([fact(1.0, None, "2024-03-01"), fact(1.0, None, "2024-03-08", unit="EUR")], ignore_index=True)
    assert facts.convert(rows, "CNY")["value"].tolist() == pytest.approx([8.0, 9.0])


def test_an_unknown_currency():
    with pytest.raises(CapcycleError) as refused:
        converted("GBP", 1.0, None, "2024-03-05")
    assert str(refused.value) == "unknown currency GBP; there are: CNY, EUR, USD"


def test_the_last_fixing_holds_over_a_weekend():
    assert converted("EUR", 300.0, None, "2024-03-10")["value"] == pytest.approx(200.0)


@pytest.mark.parametrize(("start", "end"), [(None, "2024-02-29"), ("2024-02-01", "2024-03-05"), (None, "2024-03-13")])
def test_a_period_outside_the_rates(start, end):
    with pytest.raises(CapcycleError) as refused:
        converted("EUR", 1.0, start, end)
    assert str(refused.value) == (
        f"no exchange rate for the period to {end}: data/fx.csv runs from 2024-03-01 to 2024-03-08"
    )
