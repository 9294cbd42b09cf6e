"""The leases of companies one by one, and their means by MW: rent, income, cost of the building, term and credit.

What a lease states is taken from it; a general assumption stands in only for what it does not state.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from capcycle import study, words
from capcycle.analyses.hosting import contracts
from capcycle.analyses.hosting.credit import credit_rates, tenant_rates
from capcycle.analyses.hosting.leases import growing_sum
from capcycle.facts import Book
from capcycle.quantity import ASSUMED, Quantity, total

TENANT = "tenant"  # who may pay for the building
ROUNDING = 1e-9  # of a mean of one lease, whose ends are its value


def live(book: Book) -> pd.DataFrame:
    """The contracts that stand of a book's companies; their MW are the company's own share."""
    table = contracts.read(book)
    stands = table["status"].isin(contracts.LIVE) & table["mw"].notna()
    return table[stands].assign(company=table["lessor"], mw=table["mw_owned"]).reset_index(drop=True)


def leases(book: Book) -> pd.DataFrame:
    """The contracts that stand and whose rent pays for no GPUs, with what a MW of each leaves and costs.

    Formula: noi = rent * margin, rent = value / (mw * years); the low end takes the first year's rent where its rise
             is known, and the low margin; the high end the mean rent and the high margin
    Units:   `rent` and `noi` in the book's money per MW and year, `cost` per MW, each a quantity, assumed where the
             lease does not state it; `due` is the day stated, else so long after the signature as leases take to
             deliver; a building that the tenant pays costs nothing

    >>> own = leases(facts.open(["CIFR"], "2026-08-22")).set_index("contract").loc["cifr-aws"]
    >>> round(own["price"]), round(own["noi"].value)  # 5.5bn over 15 years and 216 MW; 85 % of it
    (1697531, 1442901)
    """
    rows = live(book).query("gpu_included == 'no'").reset_index(drop=True)
    names = ("hosting_rent", "hosting_noi_margin", "hosting_capex", "lease_term", "renewal_years", "delivery_years")
    general = {name: study.converted(study.assumption(book, name), book) for name in names}
    each = rows.to_dict("records")
    rent = [_rent(lease, general["hosting_rent"]) for lease in each]
    margin = [contracts.margin_of(lease, general["hosting_noi_margin"]) for lease in each]
    return rows.assign(
        site=rows["site"].str.split(",").str[0],
        due=contracts.starts(rows, general["delivery_years"].value),
        rent=rent,
        noi=[one * part for one, part in zip(rent, margin, strict=True)],
        cost=[_building(lease, general["hosting_capex"]) for lease in each],
        term=[_years(lease, "term_years", general["lease_term"]) for lease in each],
        renewal=[_years(lease, "renewal_years", general["renewal_years"]) for lease in each],
        rate=tenant_rates(rows, credit_rates(book)),
    )


def _years(lease: Mapping, column: str, general: Quantity) -> Quantity:
    """What a lease states of its length, else what is assumed of leases."""
    return general if np.isnan(lease[column]) else contracts.stated(lease, lease[column])


def _rent(lease: Mapping, general: Quantity) -> Quantity:
    price = lease["price"]
    if np.isnan(price):
        return general
    years, rise = lease["term_years"], np.nan_to_num(lease["rise"])
    return contracts.stated(lease, price, price * years / float(growing_sum(rise, years)), price)


def _building(lease: Mapping, general: Quantity) -> Quantity:
    return contracts.stated(lease, 0.0) if lease["capex_paid_by"] == TENANT else contracts.capex_of(lease, general)


def mean(rows: pd.DataFrame, what: str, name: str, unit: str) -> Quantity:
    """A figure of all leases, weighted by MW.

    what  its column in `leases`
    """
    mw = [contracts.stated(lease, lease["mw"]).called("mw", "MW") for lease in rows.to_dict("records")]
    amounts = (each.called(what, unit) * power for each, power in zip(rows[what], mw, strict=True))
    own = float(rows.loc[[each.kind != ASSUMED for each in rows[what]], "mw"].sum())
    reason = words.say(f"hosting.leased.{what}", own=words.value(own, "MW"),
                       total=words.value(float(rows["mw"].sum()), "MW"))  # fmt: skip
    return (total(amounts) / total(mw)).called(name, unit, reason)


def means(book: Book) -> dict[str, Quantity]:
    """What the leases of a book's companies pay, cost and last by MW, by the names of the model; none without any.

    Formula: hosting_noi_margin = mean income / mean rent, so that the two together leave the mean income
             hosting_capex of those whose building the tenant does not pay
    The range of rent and of term runs from the lowest lease to the highest; where one lease stands alone, it is that
    of the general assumption.

    >>> own = means(facts.open(["CIFR"]))
    >>> round(own["hosting_capex"].value)  # 168 MW at 10m, 39 at 9.5m, 286 at the general 10.5m
    10250507
    """
    rows = leases(book)
    if not (rows["mw"] > 0).any():
        return {}
    per_year, paid = f"{book.money}/MW/year", rows[rows["capex_paid_by"] != TENANT]
    rent, noi = (mean(rows, what, name, per_year) for what, name in (("rent", "hosting_rent"), ("noi", "noi")))
    margin = replace(rent, **{end: getattr(noi, end) / getattr(rent, end) for end in ("low", "value", "high")},
                     kind=noi.kind, source=noi.source, reason=noi.reason)  # fmt: skip
    found = {
        "hosting_rent": _between(rent, rows["rent"]),
        "hosting_noi_margin": margin.called("hosting_noi_margin", "fraction", noi.reason),
        "lease_term": _between(mean(rows, "term", "lease_term", "years"), rows["term"]),
        "tenant_rate": mean(rows, "rate", "tenant_rate", "fraction"),
    }
    if len(paid):
        found["hosting_capex"] = mean(paid, "cost", "hosting_capex", f"{book.money}/MW")
    return {name: _varied(each, book) for name, each in found.items()}


def _between(own: Quantity, each: Iterable[Quantity]) -> Quantity:
    """A mean between the lowest and the highest of what it is the mean of."""
    values = [one.value for one in each]
    return replace(own, low=min(values), high=max(values))


def _varied(own: Quantity, book: Book) -> Quantity:
    """A mean with a range: its own, else that of the general assumption where it holds the mean."""
    general = study.converted(study.assumption(book, own.name), book)
    if own.high - own.low > ROUNDING * own.value:
        return own
    return replace(own, low=min(general.low, own.value), high=max(general.high, own.value), hindsight=general.hindsight)
