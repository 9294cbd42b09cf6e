"""Odd fiscal years, 52 and 53 weeks, and quarters out of year-to-date figures."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import periods

# Quarter labels that the SEC itself gave to these periods: the `frame` of companyfacts of six filers
FRAMES = pd.read_csv(Path(__file__).parent / "data" / "frames.csv", parse_dates=["period_end"])
DAYS = st.dates(date(2000, 1, 1), date(2049, 12, 31))


def ends(*texts):
    return pd.Series(pd.to_datetime(list(texts)))


def test_calendar_quarters_are_those_of_the_sec():
    ours = periods.calendar_quarter(FRAMES["period_end"]).astype(str)
    assert FRAMES[ours != FRAMES["frame"]].to_dict("records") == []


@given(DAYS)
def test_the_calendar_quarter_is_the_nearest(day):
    quarter_ends = [
        date(year, month, 1) - timedelta(1) for year in range(1999, 2052) for month in (1, 4, 7, 10)
    ]  # the day before each quarter starts
    nearest = min(abs(day - end) for end in quarter_ends)
    ours = periods.calendar_quarter(ends(day)).dt.end_time.dt.date.item()
    assert ours in quarter_ends and abs(day - ours) == nearest


@given(DAYS)
def test_mismatch_is_the_distance_to_that_quarters_end(day):
    quarter_end = periods.calendar_quarter(ends(day)).dt.end_time.dt.date.item()
    assert periods.calendar_mismatch(ends(day)).item() == (day - quarter_end).days


@pytest.mark.parametrize(
    ("day", "year_end_month", "fiscal"),
    [
        ("2024-06-30", 6, "2024Q4"),  # Microsoft, fiscal 2024
        ("2024-09-30", 6, "2025Q1"),
        ("2024-05-31", 5, "2024Q4"),  # Oracle
        ("2024-08-31", 5, "2025Q1"),
        ("2025-01-26", 1, "2025Q4"),  # NVIDIA, fiscal 2025
        ("2024-04-28", 1, "2025Q1"),
        ("2023-01-29", 1, "2023Q4"),
        ("2024-11-03", 10, "2024Q4"),  # Broadcom: 53 weeks, three days into November
        ("2024-08-04", 10, "2024Q3"),
        ("2025-02-02", 10, "2025Q1"),
        ("2025-12-27", 12, "2025Q4"),  # AMD: last Saturday of December
        ("2024-03-30", 12, "2024Q1"),
        ("2023-07-01", 12, "2023Q2"),
        ("2023-09-30", 9, "2023Q4"),  # Apple: 53 weeks
        ("2022-12-31", 9, "2023Q1"),
        ("2024-12-28", 9, "2025Q1"),
        ("2023-07-01", 9, "2023Q3"),
    ],
)
def test_fiscal_quarters_of_odd_years(day, year_end_month, fiscal):
    assert periods.fiscal_quarter(ends(day), year_end_month).astype(str).item() == fiscal


@given(DAYS, st.integers(1, 12), st.integers(-7, 7))
def test_a_fiscal_quarter_tolerates_a_week_about_the_months_end(day, month, drift):
    month_end = (pd.Timestamp(day) + pd.offsets.MonthEnd(0)).date()
    exact, drifted = (
        periods.ordinal(periods.fiscal_quarter(ends(each), month)).item()
        for each in (month_end, month_end + timedelta(drift))
    )
    assert exact == drifted


@given(DAYS, st.integers(1, 12))
def test_consecutive_quarters_are_consecutive_numbers(day, month):
    month_ends = ends(*pd.date_range(day, periods=9, freq="ME")[::3])
    assert periods.ordinal(periods.fiscal_quarter(month_ends, month)).diff().dropna().tolist() == [1, 1]


@pytest.mark.parametrize(
    ("start", "end", "length", "days"),
    [
        ("2024-08-05", "2024-11-03", periods.QUARTER, 91),  # Broadcom
        ("2022-09-25", "2022-12-31", periods.QUARTER, 98),  # Apple: a quarter of fourteen weeks
        ("2023-10-30", "2024-11-03", periods.YEAR, 371),  # Broadcom: a year of 53 weeks
        ("2023-01-01", "2023-06-30", periods.HALF, 181),
        ("2022-09-25", "2023-07-01", periods.NINE_MONTHS, 280),  # Apple
    ],
)
def test_lengths_in_days(start, end, length, days):
    first, last = ends(start), ends(end)
    assert periods.days(first, last).item() == days
    assert [name for name in periods.LENGTHS.values() if periods.is_length(first, last, name).item()] == [length]


def test_a_stock_has_no_length():
    assert not periods.is_length(ends(None), ends("2024-06-30"), periods.QUARTER).item()


def test_labels():
    quarter = pd.Index([2024 * 4 + 2])
    assert periods.label(quarter, "quarter", "fiscal") == ["FY2024Q3"]
    assert periods.label(quarter, "ttm", "calendar") == ["TTM 2024Q3"]


def test_a_year_is_labelled_as_itself():
    years = pd.Index([2023, 2024])
    assert periods.label(years, "year", "fiscal") == ["FY2023", "FY2024"]
    assert periods.label(years, "year", "calendar") == ["2023", "2024"]


def flows(*spans):
    rows = [("MSFT", "capex", "USD", start, end, value) for start, end, value in spans]
    table = pd.DataFrame(rows, columns=["company", "concept", "unit", "period_start", "period_end", "value"])
    return table.astype({"period_start": "datetime64[us]", "period_end": "datetime64[us]"})


def quarters(*spans):
    pairs = periods.remainders(flows(*spans))
    found = zip(pairs["start"], pairs["end"], pairs["value"] - pairs["value_less"], strict=True)
    return {(f"{start:%Y-%m-%d}", f"{end:%Y-%m-%d}", value) for start, end, value in found}


def test_the_last_quarter_is_the_year_less_nine_months():
    year, nine_months = ("2023-07-01", "2024-06-30", 44_477), ("2023-07-01", "2024-03-31", 30_604)
    assert quarters(year, nine_months) == {("2024-04-01", "2024-06-30", 13_873)}  # Microsoft 10-K 2024, 10-Q


def test_the_first_quarter_is_the_half_less_the_second():
    half, second = ("2024-01-01", "2024-06-30", 14_573), ("2024-04-01", "2024-06-30", 8_173)
    assert quarters(half, second) == {("2024-01-01", "2024-03-31", 6_400)}  # Meta 10-Q for June 2024


def test_the_remainder_of_two_quarters_is_no_quarter():
    assert quarters(("2024-01-01", "2024-12-31", 4), ("2024-01-01", "2024-06-30", 2)) == set()


def test_periods_of_different_years_are_not_subtracted():
    assert quarters(("2023-07-01", "2024-06-30", 4), ("2023-06-30", "2024-03-31", 3)) == set()
