"""What stands behind several figures together: how good they are, and the documents they come from."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

KINDS = ["reported", "derived", "estimated", "assumed"]  # best first
FIRST_HAND = ["filing", "release", "tracker", "statistics", "own"]  # tiers of document that make a figure reported
SECOND_HAND = "a figure that no filing and no release of the company gives is estimated, not {kind}"


def weakest(kinds: Iterable[str]) -> str:
    """The kind of figures together, which are no better than the worst of them.

    >>> weakest(["derived", "assumed", "reported"])
    'assumed'
    """
    return max(kinds, key=KINDS.index)


def weaker(left: pd.Series, right: pd.Series) -> pd.Series:
    """The kind of two figures together, row by row.

    >>> weaker(pd.Series(["reported", "derived"]), pd.Series(["estimated", "reported"])).tolist()
    ['estimated', 'derived']
    """
    rank = pd.Index(KINDS)
    worse = np.maximum(rank.get_indexer(left), rank.get_indexer(right))
    return pd.Series(rank.to_numpy()[worse], left.index, str)  # text where there are no rows too


def documents(cells: Iterable[str]) -> str:
    """The documents named in several cells, space between, each once.

    >>> documents(["s1 s2", "", "s2 s3"])
    's1 s2 s3'
    """
    return " ".join(dict.fromkeys(" ".join(cells).split()))


def second_hand(table: pd.DataFrame, tiers: pd.Series) -> pd.Series:
    """Whether each row is called reported or derived though none of its documents is a filing or the company's own.

    tiers   of each document; one that is not among them is another fault

    >>> rows = pd.DataFrame({"kind": ["reported", "reported", "estimated"], "source": ["s1", "s1 s2", "s1"]})
    >>> second_hand(rows, pd.Series({"s1": "news", "s2": "filing"})).tolist()
    [True, False, False]
    """
    cells = table["source"].drop_duplicates()
    tier = cells.str.split().explode().map(tiers)
    first = (tier.isna() | tier.isin(FIRST_HAND)).groupby(level=0).any()
    return table["kind"].isin(KINDS[:2]) & ~table["source"].map(first.set_axis(cells)).astype(bool)
