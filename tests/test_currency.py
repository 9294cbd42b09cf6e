"""Amounts in another currency: by hand on a few days of invented rates, and Taiwan dollars as published."""

import pandas as pd
import pytest

from capcycle import facts
from capcycle.errors import CapcycleError
from capcycle.facts import currency

# Per euro, on the days of March 2024 on which there was a fixing
RATES = pd.DataFrame(
    {"USD": [1.00, 1.10, 1.20, 1.50], "CNY": [8.00, 8.80, 8.40, 9.00]},
    index=pd.to_datetime(["2024-03-01", "2024-03-04", "2024-03-05", "2024-03-08"]),
)


# Per dollar, on other days than those of the euro
DOLLAR_RATES = pd.DataFrame(
    {"TWD": [30.0, 32.0, 40.0]}, index=pd.to_datetime(["2024-03-01", "2024-03-04", "2024-03-06"])
)
PUBLISHED = {file: currency.rates(file) for file in (currency.EURO_FILE, currency.DOLLAR_FILE)}
MADE_ANEW = currency._all_quotes.__wrapped__


def quote(monkeypatch, rates):
    """Let the files have other rates, whatever is remembered of them."""
    monkeypatch.setattr(currency, "rates", lambda file=currency.EURO_FILE: rates[file])
    monkeypatch.setattr(currency, "_typed", lambda file, stamp: rates[file])
    monkeypatch.setattr(currency, "_all_quotes", MADE_ANEW)


@pytest.fixture(autouse=True)
def rates(monkeypatch):
    invented = {currency.EURO_FILE: RATES, currency.DOLLAR_FILE: DOLLAR_RATES}
    quote(monkeypatch, invented)


@pytest.fixture
def published_rates(monkeypatch):
    quote(monkeypatch, PUBLISHED)


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
    assert str(refused.value) == "unknown currency GBP; there are: CNY, EUR, TWD, USD"


def test_the_last_fixing_holds_over_a_weekend():
    assert converted("EUR", 300.0, None, "2024-03-10")["value"] == pytest.approx(200.0)


@pytest.mark.parametrize(("start", "end"), [(None, "2024-02-29"), ("2024-02-01", "2024-03-05"), (None, "2024-03-13")])
def test_a_period_outside_the_rates(start, end):
    with pytest.raises(CapcycleError) as refused:
        converted("EUR", 1.0, start, end)
    assert str(refused.value) == (
        f"no exchange rate for the period to {end}: data/fx.csv runs from 2024-03-01 to 2024-03-08; "
        "`capcycle add --from ecb USD` brings in more"
    )


# ---- a currency that only the dollar list quotes


def test_dollars_and_taiwan_dollars_take_every_day_of_the_dollar_list():
    # 30, 32 and 40 on the 1st, 4th and 6th
    assert converted("TWD", 300.0, "2024-03-01", "2024-03-06")["value"] == pytest.approx(300 * 34.0)


def test_other_currencies_take_the_days_that_both_lists_quote():
    # 8.00 / 30 on the 1st, 8.00 / 32 on the 4th; neither the 5th nor the 6th is in both
    row = converted("CNY", 240.0, "2024-03-01", "2024-03-06", unit="TWD")
    assert row["value"] == pytest.approx(240 * (8 / 30 + 8 / 32) / 2)


@pytest.mark.parametrize(
    ("unit", "into", "sources"),
    [("TWD", "USD", "fed-h10"), ("USD", "TWD", "fed-h10"), ("TWD", "EUR", "ecb-eurofxref fed-h10")],
)
def test_the_rates_that_were_used_are_named(unit, into, sources):
    assert converted(into, 1.0, None, "2024-03-04", unit=unit)["source"] == f"s1 {sources}"


def test_a_period_after_the_last_taiwan_rate():
    with pytest.raises(CapcycleError) as refused:
        converted("USD", 1.0, "2024-03-01", "2024-03-31", unit="TWD")
    assert str(refused.value) == (
        "no exchange rate for the period to 2024-03-31: data/fx_usd.csv runs from 2024-03-01 to 2024-03-06; "
        "`capcycle add --from h10 TWD` brings in more"
    )


# As printed in the weekly release H.10 of these days, Taiwan
RELEASED = {
    "2021-02-16": 27.99, "2021-02-17": 28.00, "2021-02-18": 27.94, "2021-02-19": 27.90,
    "2021-03-22": 28.40, "2021-03-23": 28.44, "2021-03-24": 28.48, "2021-03-25": 28.59, "2021-03-26": 28.59,
    "2023-03-13": 30.47, "2023-03-14": 30.53, "2023-03-15": 30.71, "2023-03-16": 30.53, "2023-03-17": 30.54,
    "2023-05-01": 30.79, "2023-05-02": 30.80, "2023-05-03": 30.68, "2023-05-04": 30.70, "2023-05-05": 30.64,
    "2024-01-08": 30.94, "2024-01-09": 31.03, "2024-01-10": 31.11, "2024-01-11": 31.09, "2024-01-12": 31.12,
    "2024-01-29": 31.22, "2024-01-30": 31.13, "2024-01-31": 31.29, "2024-02-01": 31.33, "2024-02-02": 31.22,
}  # fmt: skip
# As TSMC's 20-F of each year states it for its convenience translation
YEAR_ENDS = {"2018": 30.61, "2019": 29.91, "2020": 28.08, "2021": 27.74, "2022": 30.73, "2023": 30.62}


def test_the_rates_held_are_those_of_the_release(published_rates):
    held = currency.rates(currency.DOLLAR_FILE)["TWD"]
    assert {day: held[day] for day in RELEASED} == RELEASED
    assert "2021-02-15" not in held.index  # a holiday in New York: the release has no rate, nor have we


def test_the_last_rate_of_a_year_is_the_one_that_tsmc_quotes(published_rates):
    ends = currency.rates(currency.DOLLAR_FILE)["TWD"].groupby(lambda day: str(day.year)).last()
    assert {year: ends[year] for year in YEAR_ENDS} == YEAR_ENDS


def test_a_balance_of_tsmc_is_its_own_translation(published_rates):
    # 20-F for 2023: total assets NT$5,532,196.6m and US$180,672.7m
    row = converted("USD", 5_532_196.6e6, None, "2023-12-31", unit="TWD")
    assert (round(row["value"] / 1e5), row["kind"]) == (1_806_727, "derived")


def test_a_quarter_of_tsmc_is_near_its_own_translation(published_rates):
    # Release of 18 January 2024: NT$625.53bn, "In US dollars, fourth quarter revenue was $19.62 billion"; its average
    # is of a Taipei bank's rates, ours of noon in New York
    row = converted("USD", 625.53e9, "2023-10-01", "2023-12-31", unit="TWD")
    assert row["value"] == pytest.approx(19.62e9, rel=0.003)


def test_a_year_is_not_translated_at_its_last_day(published_rates):
    # 20-F for 2023: NT$2,161,735.8m, for convenience US$70,598.8m at 30.62; over the year a dollar cost more
    row = converted("USD", 2_161_735.8e6, "2023-01-01", "2023-12-31", unit="TWD")
    assert row["value"] < 0.99 * 70_598.8e6


def test_what_no_rate_is_held_for_is_refused(published_rates):
    with pytest.raises(CapcycleError, match=r"data/fx_usd\.csv runs from 2013-05-02 to 2024-11-29; .*h10 TWD"):
        converted("USD", 868.46e9, "2024-10-01", "2024-12-31", unit="TWD")  # TSMC's fourth quarter of 2024
