"""The same period published twice: which value was known when, and why it changed."""

import numpy as np
import pandas as pd

from capcycle import periods

KEY = ["company", "concept", "period_start", "period_end"]
SPLIT_RATIOS = range(2, 51)
SPLIT_TOLERANCE = 0.03  # earnings of a few cents a share are rounded to a whole cent
ROUNDED = 0.005  # a figure rounded to three digits is off by half a percent at most
COARSEST = 12  # no filing rounds to more than 10**12
IFRS = " under IFRS"  # ends the name of a concept while quarters are derived


def revisions(history: pd.DataFrame) -> pd.DataFrame:
    """Every later value of a period beside the one it replaced, with the `cause`.

    Adds `before`, `change` (fraction of the earlier value) and `cause`: `rounding` (the same figure in more
    or fewer digits), `split` (per-share figures and share counts on another number of shares) or `restatement`.
    """
    ordered = _by_date(history)
    before = ordered.groupby(KEY, dropna=False)["value"].shift()
    later = ordered.assign(before=before, change=ordered["value"] / before - 1)[before.notna()]
    later = later[later["value"] != later["before"]]
    return later.assign(cause=cause(later))


def latest(history: pd.DataFrame) -> pd.DataFrame:
    """One row per period: the newest value, but not one that only says the same in fewer digits."""
    return _by_date(_unrounded(history)).drop_duplicates(KEY, keep="last")


def best_tier(history: pd.DataFrame) -> pd.DataFrame:
    """The rows of the best kind of source that gives a period: no news overrides a filing, however new."""
    best = history.groupby(KEY, dropna=False)["tier"].transform("min")
    return history[history["tier"] == best]


def _by_date(history: pd.DataFrame) -> pd.DataFrame:
    """Oldest first within each period; what has no known date of publication comes before all that has."""
    return history.sort_values([*KEY, "published"], na_position="first", kind="stable")


def is_ifrs(locator: pd.Series) -> pd.Series:
    """Whether each figure is filed under IFRS, by its tag; what a quarter is derived from shows in its own locator."""
    return locator.str.contains("ifrs-full:", regex=False)


def quarters(history: pd.DataFrame) -> pd.DataFrame:
    """Quarters as differences of filed periods, `kind` derived, for the periods that no filing gives.

    A figure under IFRS and one under US GAAP are never subtracted from each other.
    """
    concept = history["concept"]
    derived = _differences(history.assign(concept=concept.mask(is_ifrs(history["locator"]), concept + IFRS)))
    derived = derived.assign(concept=derived["concept"].str.removesuffix(IFRS))
    return _not_reported(derived, history).drop(columns=["restated", "mixed"])


def _differences(history: pd.DataFrame) -> pd.DataFrame:
    """Every quarter that two periods of one vintage leave between them.

    Formula: quarter = longer period - shorter period with the same first or last day.
    A pair must be of one vintage, or two definitions would be subtracted: the shorter period as it was known when
    the longer was published, restated if the longer is; or, where only a later filing here gives the shorter one,
    both as first published; or the shorter one as restated since, once the longer one was repeated unchanged beside
    the next year's.
    """
    flows = _unrounded(history)
    later = revisions(flows)
    restated = flows.index.isin(later.index[later["cause"] == "restatement"])
    flows = flows.assign(restated=restated, confirmed=_confirmed(flows))
    pairs = periods.remainders(flows.drop(columns=["file", "line", "note"], errors="ignore"))
    later = pairs["published_less"] > pairs["published"]
    mixed = later & pairs["restated_less"]
    confirmed = pairs["confirmed"] >= pairs["published_less"]
    one_vintage = (pairs["restated"] <= pairs["restated_less"]) & (~mixed | confirmed)
    known = pairs["published"].mask(mixed, pairs["confirmed"])
    pairs = pairs.assign(later=later, mixed=mixed, known=np.maximum(known, pairs["published_less"]))
    pairs = pairs[one_vintage].sort_values(["later", "published_less"], ascending=[False, True])
    same = ["company", "concept", "start", "end", "period_start", "period_end", "published", "mixed"]
    pairs = pairs.drop_duplicates(same, keep="last")
    derived = _difference(pairs).sort_values("published", kind="stable").drop_duplicates([*KEY, "published"])
    same_again = derived.duplicated(KEY) & ~derived["restated"] & ~derived["mixed"]
    return derived[~same_again]


def _confirmed(flows: pd.DataFrame) -> pd.Series:
    """When a figure was repeated beside the same period a year later; NaT if it was not, or not unchanged."""
    ordered = _by_date(flows)
    replaced = ordered.groupby(KEY, dropna=False)["published"].shift(-1)
    year_after = ordered.assign(
        quarter=periods.ordinal(periods.calendar_quarter(ordered["period_end"])),
        length=periods.days(ordered["period_start"], ordered["period_end"]) // 60,
    )
    key = ["company", "concept", "length", "quarter"]
    first = year_after.groupby(key)["published"].min()
    repeated = first.reindex(pd.MultiIndex.from_frame(year_after[key].assign(quarter=year_after["quarter"] + 4)))
    repeated = pd.Series(repeated.to_numpy(), ordered.index)
    return repeated.where(replaced.isna() | (replaced > repeated)).reindex(flows.index)


def _unrounded(history: pd.DataFrame) -> pd.DataFrame:
    later = revisions(history)
    later = later[later["cause"] == "rounding"]
    coarser = _digit(later["value"].to_numpy()) > _digit(later["before"].to_numpy())
    return history.drop(later.index[coarser])


def _difference(pairs: pd.DataFrame) -> pd.DataFrame:
    day = "%Y-%m-%d"
    longer = pairs["period_start"].dt.strftime(day) + "…" + pairs["period_end"].dt.strftime(day)
    shorter = pairs["period_start_less"].dt.strftime(day) + "…" + pairs["period_end_less"].dt.strftime(day)
    same = pairs["source"] == pairs["source_less"]
    return pairs.assign(
        period_start=pairs["start"],
        period_end=pairs["end"],
        value=pairs["value"] - pairs["value_less"],
        kind=pairs["kind"].mask(pairs["kind"] == "reported", "derived"),
        source=pairs["source"].where(same, pairs["source"] + " " + pairs["source_less"]),
        locator=longer + " less " + shorter + " (" + pairs["locator"] + ")",
        published=pairs["known"],
        note="",
        tier=pairs[["tier", "tier_less"]].max(axis=1),
    )[[*KEY, "value", "unit", "kind", "source", "locator", "published", "note", "tier", "restated", "mixed"]]


def _not_reported(derived: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """A filed quarter stands; only a restatement of the periods around it that changes it can replace it.

    A quarter that only a weaker source gives does not stand against filings that it can be derived from.
    """
    given = history.groupby(KEY, dropna=False)["tier"].min()
    filed = given.reindex(pd.MultiIndex.from_frame(derived[KEY])).to_numpy() <= derived["tier"].to_numpy()
    same = [*KEY, "value"]
    repeated = pd.MultiIndex.from_frame(derived[same]).isin(pd.MultiIndex.from_frame(history[same]))
    return derived[~filed | (derived["restated"] & ~repeated)]


def cause(later: pd.DataFrame) -> np.ndarray:
    """Why each `value` differs from the one `before` it: rounding, split or restatement."""
    value, before = later["value"].to_numpy(), later["before"].to_numpy()
    digits = np.stack([_digit(value), _digit(before)])
    filed = later["kind"].ne("derived")  # a difference that happens to end in zeros is not a figure rounded
    near = np.abs(value - before) <= np.minimum(digits.max(axis=0) / 2, ROUNDED * np.abs(before))
    rounding = filed & near & (digits[0] != digits[1])
    small, large = np.sort(np.abs([value, before]), axis=0)
    ratio = np.divide(large, small, out=np.ones_like(large), where=small > 0)
    whole = np.abs(ratio / np.round(ratio) - 1) <= SPLIT_TOLERANCE
    split = later["unit"].str.contains("share") & np.isin(np.round(ratio), SPLIT_RATIOS) & whole
    return np.select([rounding, split], ["rounding", "split"], "restatement")


def _digit(value: np.ndarray) -> np.ndarray:
    """The size of the last digit that is not zero, 1e6 for a figure given in millions."""
    digit = np.ones_like(value)
    for power in range(1, COARSEST + 1):
        digit = np.where((value != 0) & (value % 10.0**power == 0), 10.0**power, digit)
    return digit
