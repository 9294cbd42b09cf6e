"""Fiscal and calendar periods, and quarters out of year-to-date figures. Periods are dates; labels are computed."""

import pandas as pd

# In days. A year of 52 or 53 weeks has quarters of 12, 13, 14, 16 or 17, halves of 24 to 29, nine months of 36 to 41
QUARTER, HALF, NINE_MONTHS, YEAR = (75, 119), (165, 205), (252, 290), (345, 380)
LENGTHS = {"quarter": QUARTER, "half": HALF, "nine months": NINE_MONTHS, "year": YEAR}
WEEK = pd.Timedelta(days=7)  # a 52/53-week year may end this long after the month it is named for
DAY = pd.Timedelta(days=1)
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]


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
    """The calendar quarter whose end lies nearest to `end`, as quarterly periods.

    Source: the rule behind the `frame` label of the SEC's companyfacts.

    >>> calendar_quarter(pd.Series(pd.to_datetime(["2024-06-30", "2024-07-28", "2024-08-31"]))).astype(str).tolist()
    ['2024Q2', '2024Q2', '2024Q3']
    """
    return _nearest(end, "Q-DEC")


def calendar_mismatch(end: pd.Series) -> pd.Series:
    """Days by which a period ends after its calendar quarter does; negative when it ends before.

    >>> calendar_mismatch(pd.Series(pd.to_datetime(["2024-07-28", "2024-05-31"]))).tolist()
    [28, -30]
    """
    return (end - month_end(calendar_quarter(end))).dt.days


def fiscal_quarter(end: pd.Series, year_end_month: int) -> pd.Series:
    """The fiscal quarter whose last month's end lies nearest to `end`; a fiscal year is named for the year it ends in.

    A retailer's first quarter of 16 weeks ends up to three weeks late, a third of 36 as early.

    >>> fiscal_quarter(pd.Series(pd.to_datetime(["2024-11-03", "2024-08-04"])), 10).astype(str).tolist()
    ['2024Q4', '2024Q3']
    """
    return _nearest(end, f"Q-{MONTHS[year_end_month - 1]}")


def _nearest(end: pd.Series, quarters: str) -> pd.Series:
    here = end.dt.to_period(quarters)
    after, before = month_end(here) - end, end - month_end(here - 1)
    return here.where(after <= before, here - 1)


def month_end(quarters: pd.Series) -> pd.Series:
    """The last day of the last month of each quarter."""
    return quarters.dt.end_time.dt.normalize()


def ordinal(quarters: pd.Series) -> pd.Series:
    """Quarters as consecutive whole numbers, whatever month their year ends in.

    >>> ordinal(pd.Series(pd.PeriodIndex(["2023Q4", "2024Q1"], freq="Q-JUN"))).diff().iloc[1].item()
    1.0
    """
    return quarters.dt.qyear * 4 + quarters.dt.quarter - 1


def label(ordinals: pd.Index, span: str, calendar: str) -> list[str]:
    """What a reader calls a period: `ordinals` are years for the span `year`, else consecutive quarters.

    >>> label(pd.Index([2024 * 4 + 1]), "quarter", "calendar"), label(pd.Index([2024 * 4 + 1]), "ttm", "fiscal")
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
    keys = ["company", "concept", "unit"]
    tail = flows.merge(flows, on=[*keys, "period_start"], suffixes=("", "_less"))
    tail = tail.assign(
        period_start_less=tail["period_start"], start=tail["period_end_less"] + DAY, end=tail["period_end"]
    )
    head = flows.merge(flows, on=[*keys, "period_end"], suffixes=("", "_less"))
    head = head.assign(
        period_end_less=head["period_end"], start=head["period_start"], end=head["period_start_less"] - DAY
    )
    pairs = pd.concat([tail, head], ignore_index=True)
    return pairs[pairs["start"] <= pairs["end"]]


def remainders(flows: pd.DataFrame) -> pd.DataFrame:
    """Every quarter that is the difference of two filed periods: nine months less the half year, and so on."""
    pairs = nested(flows)
    return pairs[is_length(pairs["start"], pairs["end"], QUARTER)]
