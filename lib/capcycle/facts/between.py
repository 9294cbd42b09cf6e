"""What became known between two dates, and why each figure is new or another than before."""

import numpy as np
import pandas as pd

from capcycle.facts import vintages
from capcycle.facts.vintages import KEY

RECAST = 3  # periods of one figure that one document restates: a line drawn anew, not a figure put right
SEGMENT = "cloud_"  # a segment's earlier figure changes when its border is moved
CAUSES = ("new_period", "first_given", "restatement", "recast", "split", "rounding", "better_source")


def changes(was: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """The figures that a later history gives and an earlier one did not, or not so.

    A figure is what the best kind of source gives for a period; repeating it changes nothing. Figures whose day of
    publication is not known cannot be placed between two dates and are left out.
    Adds `before` (NaN for what is new), `change` (fraction), `document_before` and `cause`, one of `CAUSES`:
    `new_period` (later than all known of that figure), `first_given` (an earlier period's figure, first given now),
    `restatement`, `recast` (a segment's figure, or at least three periods of one figure by one document: the line is
    drawn anew), `split`, `rounding`, and `better_source` (a filing in place of an aggregator's figure, say), whether
    or not the value changed.
    """
    old, new = (vintages.latest(vintages.best_tier(each.dropna(subset="published"))) for each in (was, now))
    earlier = old[[*KEY, "value", "source", "tier"]].rename(
        columns={"value": "before", "source": "document_before", "tier": "tier_before"}
    )
    both = new.merge(earlier, on=KEY, how="left")
    known = both["before"].notna()
    both = both[~known | (both["value"] != both["before"]) | (both["tier"] < both["tier_before"])]
    change = (both["value"] - both["before"]) / both["before"].abs().where(both["before"] != 0)
    both = both.assign(change=change)
    return both.assign(cause=_causes(both, old)).drop(columns=["tier_before"]).reset_index(drop=True)


def _causes(both: pd.DataFrame, old: pd.DataFrame) -> np.ndarray:
    newest = old.groupby(["company", "concept"])["period_end"].max().rename("newest")
    newest = both.merge(newest, on=["company", "concept"], how="left")["newest"].to_numpy()
    new = both["before"].isna()
    late = new & ~(both["period_end"].to_numpy() <= newest)
    better = both["tier"] < both["tier_before"]
    cause = pd.Series(np.select([late, new, better], ["new_period", "first_given", "better_source"], ""), both.index)
    cause[cause == ""] = vintages.cause(both[cause == ""])
    restated = both[cause == "restatement"]
    together = restated.groupby(["company", "concept", "source"])["value"].transform("size")
    cause[restated.index[(together >= RECAST) | restated["concept"].str.startswith(SEGMENT)]] = "recast"
    return cause.to_numpy()
