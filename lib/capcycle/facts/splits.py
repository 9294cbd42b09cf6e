"""Share splits, read off the figures themselves, so that one series never counts two kinds of share."""

import pandas as pd

from capcycle.facts import vintages

SHOWN = 2  # periods that must show a ratio before it is taken for a split: one alone may be a rounded cent


def splits(history: pd.DataFrame) -> pd.DataFrame:
    """Each split that the later values of some periods show: company, ratio (new shares for one old), day, source.

    The day is that of the first document on the new basis, which comes days or weeks after the split itself.
    """
    later = vintages.revisions(history[history["unit"].str.contains("share", regex=False)])
    later = later[later["cause"] == "split"]
    grown = (later["value"] / later["before"]).where(later["unit"].eq("shares"), later["before"] / later["value"])
    ratio = grown.round().where(grown > 1, 1 / (1 / grown).round())
    shown = later.assign(ratio=ratio).sort_values("published", kind="stable")
    often = shown.groupby(["company", "ratio"])["value"].transform("size") >= SHOWN
    first = shown[often].drop_duplicates(["company", "ratio"])
    return first[["company", "ratio", "published", "source"]].rename(columns={"published": "day"})


def rebase(known: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """`known` with every share count and figure per share on the newest basis that `history` shows.

    A figure last published before a split and never restated is multiplied by its ratio, or divided by it where it is
    per share; it is then `derived`, names both documents, and is known from the day of the split.
    """
    counted = known["unit"].str.contains("share", regex=False)  # the other rows, by far the most, are left alone
    moved = known[counted]
    found = splits(history).sort_values("day")
    for _, once in found.groupby(found.groupby("company").cumcount()):  # each company's first split, then its second
        moved = _on_new_basis(moved, once.set_index("company"))
    return pd.concat([known[~counted], moved]).loc[known.index]


def _on_new_basis(known: pd.DataFrame, split: pd.DataFrame) -> pd.DataFrame:
    """Each company's rows after one split of it."""
    old = known["published"] < known["company"].map(split["day"])
    rows = known[old]
    ratio, day, source = (rows["company"].map(split[name]) for name in ("ratio", "day", "source"))
    per_share = rows["unit"].str.endswith("/share")
    moved = rows.assign(
        value=(rows["value"] * ratio).mask(per_share, rows["value"] / ratio),
        kind=rows["kind"].replace("reported", "derived"),
        source=rows["source"].where(rows["source"] == source, rows["source"] + " " + source),
        locator=rows["locator"] + per_share.map({True: " ÷ ", False: " × "}) + ratio.map("{:g}".format),
        published=day,
    )
    return pd.concat([known[~old], moved.astype(known.dtypes)]).loc[known.index]
