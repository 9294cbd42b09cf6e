"""What companies' accounts say of their servers: the lives that they disclosed."""

import pandas as pd

from capcycle.facts import Book


def disclosed_lives(book: Book, company: str) -> pd.DataFrame:
    """The lives of servers that a company disclosed, the oldest first; those without a day before all.

    Returns rows of the register `useful_lives` that were public on the day of the book.

    >>> from capcycle import facts
    >>> disclosed_lives(facts.open(), "GOOGL")["to_years"].tolist()[-1]
    6.0
    """
    table = book.register("useful_lives")
    servers = table["asset"].str.startswith("servers") & table["to_years"].notna()
    return table[servers & (table["company"] == company)].sort_values("effective", na_position="first", kind="stable")
