"""What a chip costs and lets for in one and the same month, and how rents moved: all out of the register of prices."""

from dataclasses import replace

import pandas as pd

from capcycle import facts, study, words
from capcycle.analyses.gpu_cloud.gpu_hour import forward_curve
from capcycle.errors import ModelError, unknown
from capcycle.facts import Book
from capcycle.quantity import Quantity, missing
from capcycle.words import say

MONTH = pd.Timedelta(days=31)
YEAR = pd.Timedelta(days=365.25)
GENERAL = ["Amazon Web Services", "Google Cloud", "Microsoft Azure", "Oracle Cloud"]  # whose list prices few pay
SHORT = {"NVIDIA H100 SXM5 80GB": "h100", "NVIDIA B200": "b200", "NVIDIA B300": "b300", "NVIDIA GB200 NVL72": "gb200",
         "NVIDIA GB300 NVL72": "gb300"}  # chips whose power is among the assumptions, by its name there  # fmt: skip
TERM = 3  # years of the longest price in the register


def market(book: Book, chip: str) -> dict[str, Quantity]:
    """The price and the rent of a chip, the newest that stand within 31 days of each other; missing where none do.

    The price is the median of the offers to buy in that month. A whole cluster is not let at list prices: the rent is
    that for three years, a contract, where one stands; else the median of what at least two specialised clouds ask.
    Errors: ModelError for a chip that no price is of or whose power is not known.

    >>> found = market(facts.open(), "NVIDIA H100 SXM5 80GB")
    >>> found["gpu_rent"].value, found["gpu_rent"].low, found["gpu_rent"].high, f"{found['gpu_price'].day:%b %Y}"
    (2.99, 2.45, 3.95, 'Mar 2025')
    """
    if chip not in SHORT:
        raise ModelError(unknown("chip", [chip], list(SHORT)))
    offers = book.register("gpu_prices").query("chip == @chip").dropna(subset="date").sort_values("date")
    bought = offers.dropna(subset="purchase")
    for day in bought["date"].unique()[::-1]:
        near = offers[(offers["date"] - day).abs() <= MONTH]
        lasting = near[near["three_years"].notna() & ~near["vendor"].isin(GENERAL)]
        rents = {"three_years": lasting, "on_demand": specialised(near)}
        for term, let in rents.items():
            if len(let) > (term == "on_demand"):
                return _paired(near.dropna(subset="purchase"), let, term)
    return _unpaired(chip, bought, offers)


def specialised(offers: pd.DataFrame) -> pd.DataFrame:
    """The newest price on demand of each cloud that sells little but GPUs."""
    let = offers[offers["on_demand"].notna() & ~offers["vendor"].fillna("").isin(["", *GENERAL])]
    return let.drop_duplicates("vendor", keep="last")


def three_years(book: Book, chip: str) -> Quantity:
    """The newest rent of a chip for three years that is none of the general clouds' list prices; missing where none is.

    >>> rent = three_years(facts.open(), "NVIDIA B200")
    >>> rent.value, f"{rent.day:%d %b %Y}"
    (2.9, '07 May 2026')
    """
    offers = book.register("gpu_prices").query("chip == @chip").dropna(subset=["date", "three_years"])
    own = offers[~offers["vendor"].isin(GENERAL)].sort_values("date").tail(1)
    if own.empty:
        return missing("gpu_rent", say("gpu_cloud.market.no_day"), "USD/GPU-hour")
    return _median(own, "three_years", "gpu_rent", "USD/GPU-hour", "gpu_cloud.market.three_years")


def _paired(bought: pd.DataFrame, let: pd.DataFrame, term: str) -> dict[str, Quantity]:
    price = _median(bought, "purchase", "gpu_price", "USD/GPU", "gpu_cloud.market.price")
    rent = _median(let, term, "gpu_rent", "USD/GPU-hour", f"gpu_cloud.market.{term}")
    if term == "on_demand":
        return {"gpu_price": price, "gpu_rent": rent}
    contract = Quantity("contract_term", float(TERM), "years", reason=rent.reason)
    return {"gpu_price": price, "gpu_rent": rent, "contract_price": rent, "contract_term": contract}


def _median(rows: pd.DataFrame, column: str, name: str, unit: str, key: str) -> Quantity:
    """The middle of some offers; its range is from the least to the most of them."""
    values, days = rows[column], rows["date"]
    vendors = words.listing(list(rows["vendor"].fillna("")))
    return Quantity(
        name, float(values.median()), unit, float(values.min()), float(values.max()), "estimated",
        facts.documents(rows["source"]), words.counted(key, len(rows), vendors=vendors, day=words.day(days.max())),
        published=days.max(), since=days.min(), day=days.max(),
    )  # fmt: skip


def _unpaired(chip: str, bought: pd.DataFrame, offers: pd.DataFrame) -> dict[str, Quantity]:
    """A price and a rent that are missing, for what there is."""
    let = specialised(offers)
    newest = {"bought": bought["date"].max(), "let": let["date"].max()}
    shown = {name: words.day(day) if day == day else say("gpu_cloud.market.no_day") for name, day in newest.items()}
    reason = say("gpu_cloud.market.none", chip=chip, vendors=words.listing([*let["vendor"]] or [words.DASH]), **shown)
    price = missing("gpu_price", reason, "USD/GPU")
    return {"gpu_price": price, "gpu_rent": replace(price, name="gpu_rent", unit="USD/GPU-hour")}


def pairs(book: Book) -> pd.DataFrame:
    """The newest offer of each chip and vendor with a price for one and for three years, and the ratio it implies."""
    prices = book.register("gpu_prices").sort_values("date", na_position="last")
    both = prices.dropna(subset=["one_year", "three_years"]).drop_duplicates(["chip", "vendor"], keep="last")
    return both.assign(ratio=forward_curve(both["one_year"].to_numpy(), both["three_years"].to_numpy()).annual_ratio)


def paths(book: Book) -> pd.DataFrame:
    """What a year did to each vendor's price on demand of a chip, where a year or more lies between first and last.

    Columns: `chip`, `vendor`, `since`, `date`, `ratio` ((last / first) ^ (1 / years)), `kind`, `source`.
    """
    prices = book.register("gpu_prices").dropna(subset=["on_demand", "date"]).query("vendor != ''")
    by_day = prices.groupby(["vendor", "chip", "date"], as_index=False).agg(
        on_demand=("on_demand", "median"), kind=("kind", "first"), source=("source", "first")
    )
    ends = by_day.groupby(["vendor", "chip"]).agg(
        first=("on_demand", "first"), last=("on_demand", "last"), since=("date", "first"), date=("date", "last"),
        kind=("kind", "last"), source=("source", lambda each: facts.documents(each.iloc[[0, -1]])),
    ).reset_index()  # fmt: skip
    ends = ends[ends["date"] - ends["since"] >= YEAR]
    return ends.assign(ratio=(ends["last"] / ends["first"]) ** (YEAR / (ends["date"] - ends["since"])))


def power(book: Book, chip: str) -> Quantity:
    """The IT power of a chip with its share of the server."""
    return study.assumption(book, f"kw_per_gpu_{SHORT[chip]}")
