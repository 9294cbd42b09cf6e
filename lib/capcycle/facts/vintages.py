"""The same period published twice: which value was known when, and why it changed."""

import numpy as np
import pandas as pd

from capcycle import facts, periods
from capcycle.facts import evidence, slips

KEY = ["company", "concept", "period_start", "period_end"]
SPLIT_RATIOS = range(2, 51)
SPLIT_TOLERANCE = 0.03  # earnings of a few cents a share are rounded to a whole cent
ROUNDED = 0.005  # a figure rounded to three digits is off by half a percent at most
MATERIAL = 0.01  # what changes one figure by less tells nothing of the others: auditors' upper mark for revenue
COARSEST = 12  # no filing rounds to more than 10**12
IFRS = " under IFRS"  # ends the name of a concept while quarters are derived
BASES = ["basis", "last_basis"]  # the first and the last definition on which a figure stood, by number
COLUMNS = [*KEY, "value", "unit", "kind", "source", "locator", "published", "note", "tier", *BASES]
ALWAYS = pd.Timestamp("2200-01-01")  # until when a figure of an unknown day stands
YEAR, ABOUT = pd.Timedelta(days=365), pd.Timedelta(days=14)  # from a period's end to that of the next year's, about


def revisions(history: pd.DataFrame) -> pd.DataFrame:
    """Every later value of a period beside the one it replaced, with the `cause`.

    Adds `before`, `change` (fraction of the earlier value) and `cause`: `rounding` (the same figure in more
    or fewer digits), `split` (per-share figures and share counts on another number of shares) or `restatement`.
    """
    return _revised(_by_date(history))


def _revised(ordered: pd.DataFrame) -> pd.DataFrame:
    """`revisions` of rows that are in order."""
    before = ordered.groupby(KEY, dropna=False, sort=False)["value"].shift()
    other = before.notna() & (ordered["value"] != before)
    later = ordered[other].assign(before=before[other])
    return later.assign(change=later["value"] / later["before"] - 1, cause=cause(later))


def latest(history: pd.DataFrame) -> pd.DataFrame:
    """One row per period: the newest value, but not one that only says the same in fewer digits."""
    return _unrounded(_by_date(history)).drop_duplicates(KEY, keep="last")


def best_tier(history: pd.DataFrame) -> pd.DataFrame:
    """The rows of the best kind of source that gives a period: no news overrides a filing, however new.

    A figure that only says in fewer digits what another kind of source gives in full, and no less well, is no rival.
    """
    best = history.groupby(KEY, dropna=False)["tier"].transform("min")
    if rounded := _in_fewer_digits(history[history["tier"] == best], history[history["tier"] > best]):
        return best_tier(history.drop(index=rounded))
    return history[history["tier"] == best]


def _in_fewer_digits(best: pd.DataFrame, others: pd.DataFrame) -> list:
    """Of the best the rows that are others rounded, as a release rounds what the filing after it has in full."""
    if others.empty:
        return []
    pairs = best.reset_index(names="row").merge(others, on=KEY, suffixes=("", "_full"))
    full = pairs["value_full"].to_numpy()
    said = pairs.rename(columns={"value_full": "before"})
    coarser = last_digit(pairs["value"].to_numpy()) > last_digit(full)
    no_weaker = evidence.weaker(pairs["kind"], pairs["kind_full"]) == pairs["kind"]
    return pairs.loc[(cause(said) == "rounding") & coarser & no_weaker, "row"].unique().tolist()


def _by_date(history: pd.DataFrame) -> pd.DataFrame:
    """Oldest first within each period; what has no known date of publication comes before all that has."""
    return history.sort_values([*KEY, "published"], na_position="first", kind="stable")


def is_ifrs(locator: pd.Series) -> pd.Series:
    """Whether each figure is filed under IFRS, by its tag; what a quarter is derived from shows in its own locator."""
    return locator.str.contains("ifrs-full:", regex=False)


def on_bases(history: pd.DataFrame) -> pd.DataFrame:
    """Flows with the definitions that each figure stood on, numbered as they came: from `basis` to `last_basis`.

    A definition ends where a figure is restated by more than one percent, or where a period that cannot be negative
    is given as less than a part of it; nothing is nothing on each of them. One change shows in several documents: the
    fewest changes that explain all are counted. What was given after the last day of the old and before the first of
    the new may stand on either.
    `edition` and `last_edition` count restatements however small. `stood` is the last day on which a figure is known
    to have stood: it was repeated, or the same period of the next year was given and it was not replaced. The latter
    is no sign across a contradiction: who gives it does not repeat old figures.
    """
    flows = _unrounded(_by_date(history.assign(concept=_standards(history))))
    flows = flows.assign(series=_numbers(flows, KEY[:2]))  # by number much is found sooner than by names
    period = flows.groupby(_numbers(flows, KEY))
    run = flows["value"].ne(period["value"].shift()).cumsum()
    last = flows["published"].groupby(run).transform("max")
    following = period["published"].shift(-1).groupby(run).transform("max")
    flows = flows.assign(replaced=following.where(following > last))
    contradictions = _contradictions(flows)
    beside = _confirmed(flows)
    turns = _turns(contradictions)
    across = _passed(flows, beside, turns) > _passed(flows, last, turns)
    flows["stood"] = pd.concat([last, beside.mask(across)], axis=1).max(axis=1)
    restatements = _revised(flows).query("cause == 'restatement'")
    flows["restated"] = flows.index.isin(restatements.index)
    after = flows["stood"].groupby(period.ngroup()).shift().reindex(restatements.index)
    restatements = restatements.assign(after=after, by=restatements["published"])
    material = restatements[~(restatements["change"].abs() <= MATERIAL)]
    editions = _turns(pd.concat([contradictions, restatements]))
    turns = _narrowed(_turns(pd.concat([contradictions, material])), flows)
    still = flows["stood"].fillna(ALWAYS)
    nothing = flows["value"].eq(0)  # is nothing on every definition
    flows = flows.assign(
        edition=_passed(flows, flows["published"], editions),
        last_edition=_passed(flows, still, editions),
        basis=_passed(flows, flows["published"], turns).mask(nothing, 0),
        last_basis=_passed(flows, still.mask(nothing, ALWAYS), turns, "first"),
        concept=flows["concept"].str.removesuffix(IFRS),
    )
    return flows.drop(columns="series").sort_index()


def _numbers(table: pd.DataFrame, key: list[str]) -> pd.Series:
    """A number for each row, the same for rows of one key."""
    return table.groupby(key, sort=False).ngroup()


def _standards(history: pd.DataFrame) -> pd.Series:
    """Concepts, those under IFRS by another name: a figure under it is never compared with one under US GAAP."""
    return history["concept"].mask(is_ifrs(history["locator"]), history["concept"] + IFRS)


def _below_zero(pairs: pd.DataFrame, margin: float = 0) -> pd.Series:
    """Whether the longer period is less than its part, of what cannot be negative."""
    positive = pairs["concept"].str.removesuffix(IFRS).map(facts.dictionary()["sign"]).eq("positive")
    return positive & (pairs["value"] < pairs["value_less"] * (1 - margin))


def _contradictions(flows: pd.DataFrame) -> pd.DataFrame:
    """Two figures that stood on one day of which a whole is less than its part: `after` the one, `by` the other."""
    pairs = periods.nested(flows)
    days = pairs[["published", "published_less"]]
    pairs = pairs.assign(after=days.min(axis=1), by=days.max(axis=1))
    replaced = (pairs["replaced"] <= pairs["by"]) | (pairs["replaced_less"] <= pairs["by"])
    return pairs[_below_zero(pairs, ROUNDED) & ~replaced & (pairs["after"] < pairs["by"])]


def _turns(changes: pd.DataFrame) -> pd.DataFrame:
    """The fewest days on which a series turned, so that one lies `after` and `by` the days of each of its changes.

    Each is the last possible day, `turn`, and has the `first` possible beside it.
    """
    found: dict[int, list[list[pd.Timestamp]]] = {}
    for change in changes[["series", "after", "by"]].dropna().sort_values("by").itertuples():
        turns, first = found.setdefault(change.series, []), change.after + periods.DAY
        if turns and turns[-1][1] >= first:
            turns[-1][0] = max(turns[-1][0], first)
        else:
            turns.append([first, change.by])
    rows = [(series, *days) for series, turns in found.items() for days in turns]
    columns = {"series": int, "first": "datetime64[us]", "turn": "datetime64[us]"}
    return pd.DataFrame(rows, columns=list(columns)).astype(columns)


def _narrowed(turns: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Turns that lie after the last day on which anything given before them is known to have stood unchanged."""
    met = turns.reset_index(names="row").merge(flows[["series", "published", "stood"]])
    old = met[(met["published"] < met["first"]) & (met["stood"] < met["turn"])]
    stood = old.groupby("row")["stood"].max().reindex(turns.index) + periods.DAY
    return turns.assign(first=turns["first"].mask(stood > turns["first"], stood))


def _passed(flows: pd.DataFrame, days: pd.Series, turns: pd.DataFrame, at: str = "turn") -> pd.Series:
    """How many turns of its series lie before or on each figure's day; none before a day that is not known."""
    met = flows[["series"]].assign(day=days, row=flows.index).merge(turns, on="series")
    return (met[at] <= met["day"]).groupby(met["row"]).sum().reindex(flows.index, fill_value=0)


def quarters(flows: pd.DataFrame) -> pd.DataFrame:
    """Quarters as differences of filed periods, `kind` derived, for the periods that no filing gives.

    `flows` are those of `on_bases`.
    """
    derived = _judged(flows)
    return _not_reported(derived[derived["fault"] == ""], flows).drop(columns=["fault", "restated", "anew"])


def refused(flows: pd.DataFrame) -> pd.DataFrame:
    """Quarters that are missing though a difference would give them: company, concept, period, and the `fault` of it.

    `mixed`: the two periods stand on two definitions; `negative`: it cannot be; `whole`: it would equal the year that
    it ends, whose first months are nothing; `scale`: it is a thousandth, or a thousand times, of those beside it.
    """
    derived = _judged(flows)
    given = pd.concat([flows[KEY], derived.loc[derived["fault"] == "", KEY]])
    missing = ~pd.MultiIndex.from_frame(derived[KEY]).isin(pd.MultiIndex.from_frame(given))
    return derived[missing].drop_duplicates(KEY, keep="last")[[*KEY, "fault"]]


def _judged(flows: pd.DataFrame) -> pd.DataFrame:
    """Every quarter that two periods leave between them, with its `fault`; empty where it can stand.

    Formula: quarter = longer period - shorter period with the same first or last day.
    Both stand on one definition, or two would be subtracted: on one day both stood, and no restatement of either, or
    of others that tell of the same change, lies between.
    """
    flows = flows.assign(concept=_standards(flows)).drop(columns=["file", "line", "note"], errors="ignore")
    pairs = periods.remainders(flows)
    edition, moved = pairs[["edition", "edition_less"]], pairs["restated"] | pairs["restated_less"]
    moved |= pairs["replaced"].notna() | pairs["replaced_less"].notna()
    mixed = _apart(pairs, "basis") | (_apart(pairs, "edition") & moved)
    whole = pairs["value_less"].eq(0) & pairs["value"].ne(0)
    whole &= periods.is_length(pairs["period_start"], pairs["period_end"], periods.YEAR)
    anew = edition["edition"] != edition["edition_less"]
    stood = pairs["stood"].where(edition["edition"] < edition["edition_less"], pairs["stood_less"])
    known = pairs[["published", "published_less"]].max(axis=1, skipna=False)
    pairs = pairs.assign(
        fault=np.select([_below_zero(pairs), whole, mixed], ["negative", "whole", "mixed"], ""),
        known=known.where(~anew | (known >= stood), stood),
        anew=anew,
        later=pairs["published_less"] > pairs["published"],
        on=edition.max(axis=1),
    ).sort_values(["later", "published_less"], ascending=[False, True])
    same = ["company", "concept", "start", "end", "period_start", "period_end", "published", "on", "fault"]
    derived = _difference(pairs.drop_duplicates(same, keep="last")).sort_values("published", kind="stable")
    derived = derived.drop_duplicates([*KEY, "published", "fault"])
    same_again = derived.duplicated([*KEY, "fault"]) & ~derived["restated"] & ~derived["anew"]
    derived = derived[~same_again].assign(concept=lambda table: table["concept"].str.removesuffix(IFRS))
    return _of_one_scale(derived, flows)


def _apart(pairs: pd.DataFrame, name: str) -> pd.Series:
    """Whether one of two figures no longer stood when the other was first given."""
    return pairs[[name, f"{name}_less"]].max(axis=1) > pairs[[f"last_{name}", f"last_{name}_less"]].min(axis=1)


def _of_one_scale(derived: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Derived quarters asked what the door asks of filed ones: whether one is a slip of scale above the others.

    A slip shows above them, or below zero; what two good figures leave between them may well be little.
    """
    sound = derived[derived["fault"] == ""]
    both = pd.concat([sound, flows], ignore_index=True)
    size = both["value"].abs()
    above = size > size.groupby([both["company"], both["concept"]]).transform("median")
    slipped = sound.index[(slips.scale_slip(both) & above)[: len(sound)]]
    return derived.assign(fault=derived["fault"].mask(derived.index.isin(slipped), "scale"))


def _confirmed(flows: pd.DataFrame) -> pd.Series:
    """When the same period of the next year was first given; NaT if it was not, or where the figure was replaced."""
    keyed = flows.assign(length=periods.days(flows["period_start"], flows["period_end"]) // 60)
    key = ["series", "length"]
    first = keyed.groupby([*key, "period_end"], as_index=False)["published"].min()
    first = first.assign(period_end=first["period_end"] - YEAR).rename(columns={"published": "beside"})
    keyed = keyed.sort_values("period_end", kind="stable")
    beside = pd.merge_asof(
        keyed, first.sort_values("period_end"), on="period_end", by=key, tolerance=ABOUT, direction="nearest"
    )["beside"].set_axis(keyed.index)  # fmt: skip
    beside = beside.reindex(flows.index)
    return beside.where(flows["replaced"].isna() | (flows["replaced"] > beside))


def _unrounded(ordered: pd.DataFrame) -> pd.DataFrame:
    later = _revised(ordered)
    later = later[later["cause"] == "rounding"]
    coarser = last_digit(later["value"].to_numpy()) > last_digit(later["before"].to_numpy())
    return ordered.drop(later.index[coarser])


def _difference(pairs: pd.DataFrame) -> pd.DataFrame:
    day = "%Y-%m-%d"
    longer = pairs["period_start"].dt.strftime(day) + "…" + pairs["period_end"].dt.strftime(day)
    shorter = pairs["period_start_less"].dt.strftime(day) + "…" + pairs["period_end_less"].dt.strftime(day)
    same = pairs["source"] == pairs["source_less"]
    return pairs.assign(
        period_start=pairs["start"],
        period_end=pairs["end"],
        value=pairs["value"] - pairs["value_less"],
        kind=evidence.weaker(pairs["kind"], pairs["kind_less"]).replace("reported", "derived"),
        source=pairs["source"].where(same, pairs["source"] + " " + pairs["source_less"]),
        locator=longer + " less " + shorter + " (" + pairs["locator"] + ")",
        published=pairs["known"],
        note="",
        tier=np.maximum(pairs["tier"], pairs["tier_less"]),  # whole numbers where there are no rows too
        basis=np.maximum(pairs["basis"], pairs["basis_less"]),
        last_basis=np.minimum(pairs["last_basis"], pairs["last_basis_less"]),
    )[[*COLUMNS, "fault", "restated", "anew"]]


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
    digits = np.stack([last_digit(value), last_digit(before)])
    filed = later["kind"].ne("derived")  # a difference that happens to end in zeros is not a figure rounded
    near = np.abs(value - before) <= np.minimum(digits.max(axis=0) / 2, ROUNDED * np.abs(before))
    rounding = filed & near & (digits[0] != digits[1])
    small, large = np.sort(np.abs([value, before]), axis=0)
    ratio = np.divide(large, small, out=np.ones_like(large), where=small > 0)
    whole = np.abs(ratio / np.round(ratio) - 1) <= SPLIT_TOLERANCE
    split = later["unit"].str.contains("share") & np.isin(np.round(ratio), SPLIT_RATIOS) & whole
    return np.select([rounding, split], ["rounding", "split"], "restatement")


def last_digit(value: np.ndarray) -> np.ndarray:
    """The size of the last digit that is not zero, 1e6 for a figure given in millions."""
    digit = np.ones_like(value)
    for power in range(1, COARSEST + 1):
        digit = np.where((value != 0) & (value % 10.0**power == 0), 10.0**power, digit)
    return digit
