"""Fiscal and calendar periods, and quarters out of year-to-date figures. Periods are dates; labels are computed."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

# In days. A year of 52 or 53 weeks has quarters of 12, 13, 14, 16 or 17, halves of 24 to 29, nine months of 36 to 41
QUARTER, HALF, NINE_MONTHS, YEAR = (75, 119), (165, 205), (252, 290), (345, 380)
LENGTHS = {"quarter": QUARTER, "half": HALF, "nine months": NINE_MONTHS, "year": YEAR}
WEEK = pd.Timedelta(days=7)  # a 52/53-week year may end this long after the month it is named for
DAY = pd.Timedelta(days=1)
DECEMBER = 12
EPOCH = 1970  # from which numpy counts


def days(start: pd.Series, end: pd.Series) -> pd.Series:
    """Days from the first to the last day of a period, both counted.

    >>> days(pd.Series(pd.to_datetime(["2024-04-01"])), pd.Series(pd.to_datetime(["2024-06-30"]))).item()
    91
    """
    return (end - start).dt.days + 1


def is_length(start: pd.Series, end: pd.Series, length: tuple[int, int]) -> pd.Series:
    """Whether each period is as long as `length` allows; a stock, which has no start, never is."""
    return days(start, end).between(*length)


def calendar_quarter(end: pd.Series) -> pd.Series:
    """The number of the calendar quarter whose end lies nearest to `end`: four a year, from zero.

    Source: the rule behind the `frame` label of the SEC's companyfacts.

    >>> label(calendar_quarter(pd.Series(pd.to_datetime(["2024-06-30", "2024-07-28", "2024-08-31"]))))
    ['2024Q2', '2024Q2', '2024Q3']
    """
    return fiscal_quarter(end, DECEMBER)


def calendar_mismatch(end: pd.Series) -> pd.Series:
    """Days by which a period ends after its calendar quarter does; negative when it ends before.

    >>> calendar_mismatch(pd.Series(pd.to_datetime(["2024-07-28", "2024-05-31"]))).tolist()
    [28, -30]
    """
    number = calendar_quarter(end).to_numpy()
    known = ~np.isnan(number)
    last = _last_days(np.where(known, number, 0).astype(int) * 3 + 2)
    after = (end.to_numpy("datetime64[D]") - last).astype(int)
    return pd.Series(after if known.all() else np.where(known, after, np.nan), end.index)


def fiscal_quarter(end: pd.Series, year_end_month: int | pd.Series) -> pd.Series:
    """The number of the fiscal quarter whose last month's end lies nearest to `end`: 4 * fiscal year + quarter - 1.

    A fiscal year is named for the year it ends in. A retailer's first quarter of 16 weeks ends up to three weeks late,
    a third of 36 as early. Where the month is missing, so is the number.

    >>> label(fiscal_quarter(pd.Series(pd.to_datetime(["2024-11-03", "2024-08-04"])), 10))
    ['2024Q4', '2024Q3']
    """
    known = (end.notna() & pd.Series(year_end_month, end.index).notna()).to_numpy()
    named = np.where(known, year_end_month, DECEMBER).astype(int) - 1
    day = end.to_numpy("datetime64[D]").copy()
    day[~known] = 0
    month = day.astype("datetime64[M]").astype(int) + 12 * EPOCH
    last = month + (named - month) % 3
    last -= 3 * (_last_days(last) - day > day - _last_days(last - 3))
    number = (last - named) // 3 + 3
    return pd.Series(number if known.all() else np.where(known, number, np.nan), end.index)


def quarter_end(number: pd.Series, year_end_month: int | pd.Series = DECEMBER) -> pd.Series:
    """The last day of the last month of each fiscal quarter.

    >>> quarter_end(pd.Series([4 * 2024 + 3]), 10).item()
    Timestamp('2024-10-31 00:00:00')
    """
    return _last_day((number - 3) * 3 + year_end_month - 1)


def _last_day(month: pd.Series) -> pd.Series:
    """The last day of months that are counted from January of the year zero; none of none."""
    days = _last_days(month.fillna(0).to_numpy().astype(int))
    return pd.Series(days.astype("datetime64[ns]"), month.index).where(month.notna())


def _last_days(month: np.ndarray) -> np.ndarray:
    return (month + 1 - 12 * EPOCH).astype("datetime64[M]").astype("datetime64[D]") - 1


def label(ordinals: Iterable[int], span: str = "quarter", calendar: str = "calendar") -> list[str]:
    """What a reader calls a period: `ordinals` are years for the span `year`, else consecutive quarters.

    >>> label([2024 * 4 + 1]), label([2024 * 4 + 1], "ttm", "fiscal")
    (['2024Q2'], ['TTM FY2024Q2'])
    """
    year = "FY" if calendar == "fiscal" else ""
    if span == "year":
        return [f"{year}{n}" for n in ordinals]
    return [f"{'TTM ' if span == 'ttm' else ''}{year}{n // 4}Q{n % 4 + 1}" for n in ordinals]


def nested(flows: pd.DataFrame) -> pd.DataFrame:
    """Every two filed periods that share their first or their last day.

    `flows` has one row per figure: company, concept, unit, period_start, period_end and whatever else.
    The result has a row per pair: the longer figure's columns, the shorter one's with the suffix `_less`,
    and `start`, `end` of what is left between them.
    """
    days = ["period_start", "period_end"]
    keys = ["company", "concept", "unit"]
    ends = flows[days].assign(series=flows.groupby(keys, sort=False).ngroup(), row=range(len(flows)))
    tail = ends.merge(ends, on=["series", "period_start"], suffixes=("", "_less"))
    tail = tail.assign(start=tail["period_end_less"] + DAY, end=tail["period_end"])
    head = ends.merge(ends, on=["series", "period_end"], suffixes=("", "_less"))
    head = head.assign(start=head["period_start"], end=head["period_start_less"] - DAY)
    pairs = pd.concat([tail, head], ignore_index=True)
    pairs = pairs.loc[pairs["start"] <= pairs["end"], ["row", "row_less", "start", "end"]]
    longer, shorter = (flows.take(pairs[row]).set_index(pairs.index) for row in ("row", "row_less"))
    return pd.concat([longer, shorter.drop(columns=keys).add_suffix("_less"), pairs[["start", "end"]]], axis=1)


def remainders(flows: pd.DataFrame) -> pd.DataFrame:
    """Every quarter that is the difference of two filed periods: nine months less the half year, and so on."""
    pairs = nested(flows)
    return pairs[is_length(pairs["start"], pairs["end"], QUARTER)]
