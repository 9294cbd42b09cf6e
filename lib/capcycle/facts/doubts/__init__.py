"""Doubts: figures that no rule forbids and a careful eye would look up, each with what would be right.

A fault is refused by whoever reads a table; a doubt is only listed, by `capcycle check --doubts`, until the row is
mended or its note begins with `confirmed:`. Each rule uses something that is known twice: a year and its quarters, a
part and its whole, a figure and its neighbours, a document and its other figures.
"""

from capcycle.facts.doubts import figures, prices, records


def doubts() -> list[str]:
    """Every doubt about the tables of `data/`, a line each with file and line; the tables are sound.

    Errors: DataError where they are not.

    >>> [doubt for doubt in doubts() if doubt.startswith("data/fx.csv")]
    []
    """
    return list(dict.fromkeys([*figures.doubts(), *prices.doubts(), *records.doubts()]))
