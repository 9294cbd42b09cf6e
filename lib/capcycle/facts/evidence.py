"""What stands behind several figures together: how good they are, and the documents they come from."""

from collections.abc import Iterable

from capcycle.facts.door import KINDS


def weakest(kinds: Iterable[str]) -> str:
    """The kind of figures together, which are no better than the worst of them.

    >>> weakest(["derived", "assumed", "reported"])
    'assumed'
    """
    return max(kinds, key=KINDS.index)


def documents(cells: Iterable[str]) -> str:
    """The documents named in several cells, space between, each once.

    >>> documents(["s1 s2", "", "s2 s3"])
    's1 s2 s3'
    """
    return " ".join(dict.fromkeys(" ".join(cells).split()))
