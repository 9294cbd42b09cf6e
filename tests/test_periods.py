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
    ours = pd.Series(periods.label(periods.calendar_quarter(FRAMES["period_end"])), FRAMES.index)
    assert FRAMES[ours != FRAMES["frame"]].to_dict("records") == []


@given(DAYS)
def test_the_calendar_quarter_is_the_nearest(day):
    quarter_ends = [
        date(year, month, 1) - timedelta(1) for year in range(1999, 2052) for month in (1, 4, 7, 10)
    ]  # the day before each quarter starts
    nearest = min(abs(day - end) for end in quarter_ends)
    ours = periods.quarter_end(periods.calendar_quarter(ends(day))).dt.date.item()
    assert ours in quarter_ends and abs(day - ours) == nearest


@given(DAYS)
def test_mismatch_is_the_distance_to_that_quarters_end(day):
    quarter_end = periods.quarter_end(periods.calendar_quarter(ends(day))).dt.date.item()
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
        ("2023-11-26", 8, "2024Q1"),  # Costco, fiscal 2024
        ("2024-02-18", 8, "2024Q2"),
        ("2024-05-12", 8, "2024Q3"),
        ("2024-09-01", 8, "2024Q4"),
        ("2023-09-03", 8, "2023Q4"),
        ("2024-03-23", 12, "2024Q1"),  # PepsiCo: 12, 12, 12 and 16 weeks
        ("2024-06-15", 12, "2024Q2"),
        ("2024-09-07", 12, "2024Q3"),
        ("2024-12-28", 12, "2024Q4"),
        ("2023-05-20", 1, "2024Q1"),  # Kroger, which calls it fiscal 2023: 16, 12, 12 and 13 weeks
        ("2023-08-12", 1, "2024Q2"),
        ("2023-11-04", 1, "2024Q3"),
        ("2024-02-03", 1, "2024Q4"),
    ],
)
def test_fiscal_quarters_of_odd_years(day, year_end_month, fiscal):
    assert periods.label(periods.fiscal_quarter(ends(day), year_end_month)) == [fiscal]


@given(DAYS, st.integers(1, 12), st.integers(-7, 7))
def test_a_fiscal_quarter_tolerates_a_week_about_the_months_end(day, month, drift):
    month_end = (pd.Timestamp(day) + pd.offsets.MonthEnd(0)).date()
    exact, drifted = (
        periods.fiscal_quarter(ends(each), month).item() for each in (month_end, month_end + timedelta(drift))
    )
    assert exact == drifted


@given(DAYS, st.integers(1, 12))
def test_consecutive_quarters_are_consecutive_numbers(day, month):
    month_ends = ends(*pd.date_range(day, periods=9, freq="ME")[::3])
    assert periods.fiscal_quarter(month_ends, month).diff().dropna().tolist() == [1, 1]


@pytest.mark.parametrize(
    ("start", "end", "length", "days"),
    [
        ("2024-08-05", "2024-11-03", periods.QUARTER, 91),  # Broadcom
        ("2022-09-25", "2022-12-31", periods.QUARTER, 98),  # Apple: a quarter of fourteen weeks
        ("2023-10-30", "2024-11-03", periods.YEAR, 371),  # Broadcom: a year of 53 weeks
        ("2023-01-01", "2023-06-30", periods.HALF, 181),
        ("2022-09-25", "2023-07-01", periods.NINE_MONTHS, 280),  # Apple
        ("2023-09-04", "2023-11-26", periods.QUARTER, 84),  # Costco, fiscal 2024: 12, 12, 12 and 16 weeks
        ("2023-09-04", "2024-02-18", periods.HALF, 168),
        ("2023-09-04", "2024-05-12", periods.NINE_MONTHS, 252),
        ("2024-05-13", "2024-09-01", periods.QUARTER, 112),
        ("2023-05-08", "2023-09-03", periods.QUARTER, 119),  # Costco, fiscal 2023: 53 weeks, the last quarter has 17
        ("2022-08-29", "2023-09-03", periods.YEAR, 371),
        ("2023-01-29", "2023-05-20", periods.QUARTER, 112),  # Kroger, fiscal 2023: 16, 12, 12 and 13 weeks
        ("2023-01-29", "2023-08-12", periods.HALF, 196),
        ("2023-01-29", "2023-11-04", periods.NINE_MONTHS, 280),
        ("2023-02-13", "2023-09-03", periods.HALF, 203),  # Costco, the 29 weeks after its half of 24
        ("2022-11-21", "2023-09-03", periods.NINE_MONTHS, 287),
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


def weeks(first, *lengths):
    """Days of the first and last of quarters of so many weeks, one after the other."""
    last = list(pd.Timestamp(first) + pd.Timedelta(weeks=1) * pd.Series(lengths).cumsum() - periods.DAY)
    return [f"{day:%Y-%m-%d}" for day in last]


@pytest.mark.parametrize(
    ("first", "lengths"),
    [
        ("2023-09-04", (12, 12, 12, 16)),  # Costco
        ("2022-08-29", (12, 12, 12, 17)),
        ("2023-01-29", (16, 12, 12, 12)),  # Kroger
        ("2023-01-29", (16, 12, 12, 13)),
        ("2023-09-04", (12, 16, 12, 12)),
        ("2022-09-25", (14, 13, 13, 13)),  # Apple
        ("2022-10-31", (13, 13, 13, 14)),
    ],
)
def test_each_quarter_of_a_year_in_weeks_is_what_two_filed_periods_leave(first, lengths):
    ends_of = weeks(first, *lengths)
    spans = [(first, end, sum(lengths[: place + 1])) for place, end in enumerate(ends_of)]  # one a week
    starts = [f"{pd.Timestamp(end) + periods.DAY:%Y-%m-%d}" for end in ends_of]
    expected = set(zip(starts[:3], ends_of[1:], map(float, lengths[1:]), strict=True))
    assert {(start, end, float(value)) for start, end, value in quarters(*spans)} == expected
