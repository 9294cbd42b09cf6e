"""Which month each company's fiscal year ended in, for companies that have changed it too."""

import pandas as pd

from capcycle import facts
from capcycle.facts import registers


def changes() -> pd.DataFrame:
    """Every change of a year end, the newest first: company, month until then, last_year_end, transition_end.

    >>> changes()[["company", "month"]].to_numpy().tolist()
    [['HUT', 6.0]]
    """
    return registers.read("year_ends").sort_values("transition_end", ascending=False, ignore_index=True)


def months(companies: pd.Series, days: pd.Series) -> pd.Series:
    """The month in which the fiscal year ends that each day falls in; NaN in a period between two year ends.

    >>> days = pd.Series(pd.to_datetime(["2023-06-30", "2023-09-30", "2024-03-31"]))
    >>> months(pd.Series(["HUT"] * 3), days).tolist()
    [6.0, nan, 12.0]
    """
    ends = {each: float(own["fiscal_year_end"]) for each in companies.unique() if (own := facts.company(each))}
    month = companies.map(ends).astype(float)
    changed = changes()
    for change in changed[changed["company"].isin(ends)].itertuples():
        own = companies.eq(change.company)
        month = month.mask(own & (days <= change.transition_end))
        month = month.mask(own & (days <= change.last_year_end), change.month)
    return month
