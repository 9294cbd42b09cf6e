"""Slips that show beside other figures: of scale, and a whole year given as its last quarter."""

import pandas as pd

from capcycle import periods

SCALE_SLIPS = (1e3, 1e6, 1e9)
SLIP_TOLERANCE = 0.5  # a slip of 1000 shows as anything from 500 to 1500 times the neighbours
SLIP_BESIDE_BOTH = 1e3**0.5  # nearer to a slip of 1000 than to none
SMALL = 5  # series shorter than this have no neighbours to compare with


def scale_slip(table: pd.DataFrame) -> pd.Series:
    """Whether a value is off by a thousand, a million or a billion beside its neighbours in figures of one length.

    Either it is about that many times the median of the two before and the two after, or that fraction of it;
    or it is over 30 times, or under a thirtieth of, both of the two nearest.
    """
    length = periods.days(table["period_start"], table["period_end"]).fillna(0) // 60
    ordered = table.assign(length=length, size=table["value"].abs())[table["value"] != 0].sort_values(
        ["company", "concept", "length", "period_end", "published"]
    )
    series = ordered.groupby(["company", "concept", "length"])["size"]
    off = _off_median(ordered["size"], series) | _off_both(ordered["size"], series)
    slips = off & (series.transform("count") >= SMALL)
    return slips.reindex(table.index, fill_value=False)


def _off_median(size: pd.Series, series: pd.api.typing.SeriesGroupBy) -> pd.Series:
    ratio = size / pd.concat([series.shift(step) for step in (-2, -1, 1, 2)], axis=1).median(axis=1)
    ratio = ratio.where(ratio >= 1, 1 / ratio)
    near = [ratio.between(slip * (1 - SLIP_TOLERANCE), slip * (1 + SLIP_TOLERANCE)) for slip in SCALE_SLIPS]
    return pd.concat(near, axis=1).any(axis=1)


def _off_both(size: pd.Series, series: pd.api.typing.SeriesGroupBy) -> pd.Series:
    """Whether the value lies beyond the limit from both nearest neighbours; at a series' end they are on one side."""
    after, before = series.shift(-1).fillna(series.shift(2)), series.shift(1).fillna(series.shift(-2))
    ratios = pd.concat([size / after, size / before], axis=1)
    return (ratios > SLIP_BESIDE_BOTH).all(axis=1) | (ratios < 1 / SLIP_BESIDE_BOTH).all(axis=1)


def quarter_as_year(table: pd.DataFrame) -> pd.Series:
    """Whether a figure of a quarter's length equals the same concept's figure for the year ending that day."""
    key = ["company", "concept", "period_end", "value"]
    flows = table["value"] != 0
    year = table[flows & periods.is_length(table["period_start"], table["period_end"], periods.YEAR)]
    quarter = flows & periods.is_length(table["period_start"], table["period_end"], periods.QUARTER)
    same = quarter & table["value"].isin(year["value"])  # of these few all of the key is compared
    same[same] = pd.MultiIndex.from_frame(table.loc[same, key]).isin(pd.MultiIndex.from_frame(year[key]))
    return same
