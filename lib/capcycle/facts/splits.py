"""Share splits, read off the figures themselves, so that one series never counts two kinds of share."""

import numpy as np
import pandas as pd

from capcycle.facts import vintages

SHOWN = 2  # periods that must show a ratio before it is taken for a split: one alone may be a rounded cent


def splits(history: pd.DataFrame) -> pd.DataFrame:
    """Each split that the later values of some periods show: company, ratio (new shares for one old), day, source.

    The day is that of the first document on the new basis, which comes days or weeks after the split itself.
    """
    later = vintages.revisions(history[history["unit"].str.contains("share")]).query("cause == 'split'")
    grown = (later["value"] / later["before"]).where(later["unit"].eq("shares"), later["before"] / later["value"])
    ratio = grown.round().where(grown > 1, 1 / (1 / grown).round())
    by_split = later.assign(ratio=ratio).sort_values("published").groupby(["company", "ratio"])
    found = by_split.agg(day=("published", "min"), source=("source", "first"), periods=("value", "size"))
    return found[found["periods"] >= SHOWN].reset_index().sort_values("day", ignore_index=True)


def rebase(known: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """`known` with every share count and figure per share on the newest basis that `history` shows.

    A figure last published before a split and never restated is multiplied by its ratio, or divided by it where it is
    per share; it is then `derived`, names both documents, and is known from the day of the split.
    """
    for split in splits(history).itertuples(index=False):
        known = _on_new_basis(known, split)
    return known


def _on_new_basis(known: pd.DataFrame, split: tuple) -> pd.DataFrame:
    per_share = known["unit"].str.endswith("/share")
    counted = per_share | known["unit"].eq("shares")
    old = known["company"].eq(split.company) & counted & known["published"].lt(split.day)
    if not old.any():
        return known
    value = (
        known["value"].where(per_share, known["value"] * split.ratio).where(~per_share, known["value"] / split.ratio)
    )
    step = pd.Series(np.where(per_share, " ÷ ", " × "), known.index) + f"{split.ratio:g}"
    return known.assign(
        value=known["value"].mask(old, value),
        kind=known["kind"].mask(old & known["kind"].eq("reported"), "derived"),
        source=known["source"].mask(old & known["source"].ne(split.source), known["source"] + " " + split.source),
        locator=known["locator"].mask(old, known["locator"] + step),
        published=known["published"].mask(old, split.day),
    )
