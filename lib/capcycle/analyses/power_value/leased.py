"""The leases of companies: what each leaves after its costs, what its building costs, what is delivered.

What a lease states is taken from it; a general assumption stands in only for what it does not state.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from capcycle import facts, study, words
from capcycle.analyses.hosting import contracts
from capcycle.analyses.hosting.credit import credit_rates, tenant_rates
from capcycle.analyses.hosting.leases import growing_sum
from capcycle.facts import Book
from capcycle.quantity import ASSUMED, DERIVED, Quantity, total

RUNS = "all power in use"  # the part of capacity.csv that is mostly mining
MEANS = {  # of a company's leases, by MW: the column of each lease, and the unit
    "noi_per_leased_mw": ("noi", "USD/MW/year"), "cost_per_leased_mw": ("cost", "USD/MW"),
    "lease_term": ("term", "years"), "renewal_years": ("renewal", "years"), "tenant_rate": ("rate", "fraction"),
}  # fmt: skip


def live(book: Book) -> pd.DataFrame:
    """The contracts that stand of a book's companies, in US dollars; their MW are the company's own share."""
    table = contracts.read(book.into("USD"))
    stands = table["status"].isin(contracts.LIVE) & table["mw"].notna()
    return table[stands].assign(company=table["lessor"], mw=table["mw_owned"]).reset_index(drop=True)


def without_critical_power(book: Book, company: str) -> pd.DataFrame:
    """A company's leases that stand, and of which no document states the MW of critical IT: they count nowhere."""
    table = contracts.read(book.of(company)).query("gpu_included == 'no'")
    return table[table["status"].isin(contracts.LIVE) & table["mw"].isna()]


def leases(book: Book) -> pd.DataFrame:
    """The contracts that stand and whose rent pays for no GPUs, with what a MW of each leaves and costs.

    Formula: noi = price * margin, price = value / (mw * years); the low end takes the first year's rent where its rise
             is known, and the low margin; the high end the mean rent and the high margin
    Units:   `noi` in US dollars per MW and year, `cost` per MW, each a quantity, assumed where the lease does not
             state it; `due` is the day stated, else so long after the signature as leases take to deliver; a building
             that the tenant pays costs nothing

    >>> own = leases(facts.open(["CIFR"], "2026-08-22")).set_index("contract").loc["cifr-aws"]
    >>> round(own["price"]), round(own["noi"].value)  # 5.5bn over 15 years and 216 MW; 85 % of it
    (1697531, 1442901)
    """
    rows = live(book).query("gpu_included == 'no'").reset_index(drop=True)
    wait = study.assumption(book, "delivery_years").value * contracts.DAYS_PER_YEAR
    return rows.assign(
        site=_campus(rows["site"]),
        due=rows["starts"].fillna(rows["signed"] + pd.Timedelta(days=wait)),
        noi=[_income(lease, book) for lease in rows.to_dict("records")],
        cost=[_building(lease, book) for lease in rows.to_dict("records")],
        term=[_years(lease, "term_years", book, "lease_term") for lease in rows.to_dict("records")],
        renewal=[_years(lease, "renewal_years", book, "renewal_years") for lease in rows.to_dict("records")],
        rate=tenant_rates(rows, credit_rates(book)),
    )


def _years(lease: Mapping, column: str, book: Book, general: str) -> Quantity:
    """What a lease states of its length, else what is assumed of leases."""
    return study.assumption(book, general) if np.isnan(lease[column]) else contracts.stated(lease, lease[column])


def _income(lease: Mapping, book: Book) -> Quantity:
    price = lease["price"]
    if np.isnan(price):
        return study.assumption(book, "noi_per_leased_mw")
    years, rise = lease["term_years"], np.nan_to_num(lease["rise"])
    rent = contracts.stated(lease, price, price * years / float(growing_sum(rise, years)), price)
    return rent * contracts.margin_of(lease, study.assumption(book, "hosting_noi_margin"))


def _building(lease: Mapping, book: Book) -> Quantity:
    if lease["capex_paid_by"] == "tenant":
        return contracts.stated(lease, 0.0)
    return contracts.capex_of(lease, study.assumption(book, "cost_per_leased_mw"))


def terms(
    rows: pd.DataFrame, capacity: pd.DataFrame, capex: pd.DataFrame, day: pd.Timestamp, book: Book
) -> dict[str, Quantity]:
    """What a MW of a company's leases earns and costs, how long and at whose credit; what is delivered, and spent.

    rows      its leases; without any the general terms stand
    capacity  its rows of the register of capacity
    capex     its quarters of capex, in US dollars
    day       that of the price: what was due by then may be delivered
    """
    if rows.empty:
        general = {name: study.assumption(book, name) for name in (*MEANS, "delivered")}
        return {**general, "spent_on_leases": Quantity("spent_on_leases", 0.0, "USD", kind=DERIVED)}
    means = {name: _mean(rows, what, name, unit) for name, (what, unit) in MEANS.items()}
    return {**means, "delivered": _delivered(rows, capacity, day, book), "spent_on_leases": _spent(rows, capex, day)}


def _spent(rows: pd.DataFrame, capex: pd.DataFrame, day: pd.Timestamp) -> Quantity:
    """The capex of the quarters that began after the first lease was signed: at most so much is in its buildings."""
    since = rows["signed"].min()
    paid = capex[(capex["period_start"] > since) & (capex["period_end"] <= day)]
    reason = _say("spent" if len(paid) else "spent_0", day=words.day(since))
    source, total_paid = facts.documents(paid["source"]), float(paid["value"].sum())
    kind = facts.weakest([DERIVED, *paid["kind"]])
    return Quantity("spent_on_leases", total_paid, "USD", 0.0, total_paid, kind, source, reason)


def _mean(rows: pd.DataFrame, what: str, name: str, unit: str) -> Quantity:
    """A figure of all leases, weighted by MW."""
    mw = [contracts.stated(lease, lease["mw"]).called("mw", "MW") for lease in rows.to_dict("records")]
    amounts = (each.called(what, unit) * power for each, power in zip(rows[what], mw, strict=True))
    own = float(rows.loc[[each.kind != ASSUMED for each in rows[what]], "mw"].sum())
    reason = _say(what, own=words.value(own, "MW"), total=words.value(float(rows["mw"].sum()), "MW"))
    return (total(amounts) / total(mw)).called(name, unit, reason)


def _delivered(rows: pd.DataFrame, capacity: pd.DataFrame, day: pd.Timestamp, book: Book) -> Quantity:
    """The share of the leased MW that runs, by the newest report; at most what was due by a day."""
    all_of_it, at = float(rows["mw"].sum()), _running(capacity)
    if at.empty and rows["status"].eq("delivering").any():
        return study.assumption(book, "delivered")
    years = study.assumption(book, "delivery_years")
    running, due = float(at["mw"].sum()), float(rows.loc[rows["due"] <= day, "mw"].sum())
    low, high = (min(each / all_of_it, 1.0) for each in (running, max(running, due)))
    mw = {"total": all_of_it, "running": running, "due": due}
    reason = _say("delivered", day=words.day(day), years=years.shown,
                  **{name: words.value(each, "MW") for name, each in mw.items()})  # fmt: skip
    source = facts.documents([*rows["source"], *at["source"]])
    return Quantity("delivered", low, "fraction", low, high, DERIVED, source, reason, hindsight=years.hindsight)


def _running(capacity: pd.DataFrame) -> pd.DataFrame:
    """The newest figure of each let site that runs; what stands before a comma names the site."""
    campus = _campus(capacity["site"])
    let = set(campus[capacity["stage"] == "contracted"])
    runs = (capacity["stage"] == "operating") & (capacity["site"] != RUNS) & campus.isin(let) & capacity["mw"].notna()
    return capacity[runs].sort_values("date").drop_duplicates("site", keep="last")


def _campus(sites: pd.Series) -> pd.Series:
    return sites.str.split(",").str[0]


def _say(key: str, **values: str) -> str:
    return words.say(f"power_value.leased.{key}", **values)
