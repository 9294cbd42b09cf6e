"""The credit behind a rent: who pays it, who stands behind the tenant, and what they pay on notes of their own."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from capcycle import facts, study
from capcycle.facts import Book
from capcycle.quantity import Quantity

CREDITS = ("hyperscaler", "backed", "supported", "unbacked")  # behind the rent, from the best to the weakest


def credit_rates(book: Book) -> dict[str, Quantity]:
    """The rate at which rent is discounted, by the credit behind it: see `tenant_rates`."""
    rates = {credit: study.assumption(book, f"tenant_rate_{credit}") for credit in ("hyperscaler", "unbacked")}
    return {credit: rate.called(rate.name, "rate") for credit, rate in rates.items()}


def tenant_rates(table: pd.DataFrame, rates: Mapping[str, Quantity]) -> pd.Series:
    """The rate at which the rent of each contract is discounted: the yield that the credit behind it pays itself.

    Formula: where a hyperscaler backs the tenant, cover * its rate + (1 - cover) * that of a tenant without backing;
             where no source gives the cover, or who supports the rent, anything from one to the other, and half of
             each in the middle
    Units:   rates of `hyperscaler` and `unbacked`, fractions of a year.

    >>> rates = {"hyperscaler": Quantity("", 0.05, "rate"), "unbacked": Quantity("", 0.09, "rate")}
    >>> two = pd.DataFrame({"credit": ["backed", "hyperscaler"], "cover": [0.5, np.nan]})
    >>> tenant_rates(two, rates).map(lambda each: round(each.value, 3)).tolist()
    [0.07, 0.05]
    """
    return pd.Series(
        [rates[row.credit] if row.credit in rates else _backed(row.cover, rates) for row in table.itertuples()],
        table.index, dtype=object,
    )  # fmt: skip


def _backed(cover: float, rates: Mapping[str, Quantity]) -> Quantity:
    best, worst = rates["hyperscaler"], rates["unbacked"]
    least, likely, most = (0.0, 0.5, 1.0) if np.isnan(cover) else (cover, cover, cover)
    value, low, high = (part * getattr(best, end) + (1 - part) * getattr(worst, end)
                        for part, end in ((likely, "value"), (most, "low"), (least, "high")))  # fmt: skip
    kind, source = facts.weakest([best.kind, worst.kind]), facts.documents([best.source, worst.source])
    return Quantity(
        "tenant_rate", value, best.unit, low, high, kind, source, hindsight=best.hindsight or worst.hindsight
    )
