"""What the market says of GPU clouds: rents that prices imply, and the contracts with the GPUs in their price."""

from collections.abc import Sequence

import pandas as pd

from capcycle import study, words
from capcycle.analyses.gpu_cloud.gpu_hour import forward_curve, gpu_run_rate
from capcycle.errors import CapcycleError, unknown
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.exhibits.marks import Frame
from capcycle.facts import Book
from capcycle.quantity import Quantity
from capcycle.words import say

RENTS = [f"rent_{year}" for year in range(3)]
PRICED = "USD"  # what vendors ask is in dollars
NEWEST = 6  # curves on one chart
COLUMNS = ["lessor_name", "tenant_name", "status", "contract_value", "yearly", "hour"]


def forward_rents(book: Book, chips: Sequence[str]) -> Exhibit:
    """The rents of three years that one- and three-year prices imply: the newest offer of each chip and vendor.

    Errors: CapcycleError for a chip that no price is of.
    """
    offers = _offers(book, chips).drop_duplicates(["family", "vendor"], keep="last").tail(NEWEST)
    if offers.empty:
        return _no_offers("forward-rents", chips)
    offers = book.restated(offers.assign(currency=PRICED), RENTS)
    short = [say("gpu_cloud.offer_short", chip=row.family, vendor=_vendor(row.vendor)) for row in offers.itertuples()]
    rows = pd.concat([
        pd.DataFrame({"x": str(year + 1), "value": offers[name], "group": short, "label": offers["label"],
                      "kind": offers["kind"], "source": offers["source"]})
        for year, name in enumerate(RENTS)
    ]).assign(unit=f"{book.money}/GPU-hour")  # fmt: skip
    steep, mild = (offers.loc[place] for place in (offers["ratio"].idxmin(), offers["ratio"].idxmax()))
    falls = {"high": words.value(1 - steep["ratio"], "fraction"), "low": words.value(1 - mild["ratio"], "fraction")}
    key = "title" if len(offers) > 1 else "title_1"
    title = say(f"gpu_cloud.rents.{key}", mild=mild["label"], steep=steep["label"], **falls)
    subtitle = say("gpu_cloud.rents.subtitle", currency=book.money)
    frame = Frame("forward-rents", title, subtitle, (say("gpu_cloud.rents.note"), *parts.restated(offers)))
    return marks.paths(rows, frame, x_title=say("gpu_cloud.year_of_lease"))


def forward_ratios(book: Book, chips: Sequence[str], ratio: Quantity) -> Exhibit:
    """Next year's rent over this year's by chip, vendor and the first date of each pair of prices.

    ratio   what the cluster assumes, beside the newest pairs
    Errors: CapcycleError for a chip that no price is of.
    """
    offers = _offers(book, chips)
    if offers.empty:
        return _no_offers("forward-ratios", chips)
    rows = offers.assign(value=offers["ratio"], group=offers["family"], unit="fraction")
    low, middle, high = (words.value(rows["value"].agg(end), "fraction") for end in ("min", "median", "max"))
    title = words.counted("gpu_cloud.ratios.title", len(rows), low=low, middle=middle, high=high)
    since = offers["date"].max().year - 1
    new = offers.loc[offers["date"].dt.year >= since, "ratio"]
    beside = say("gpu_cloud.ratios.note", assumed=ratio.shown, count=len(new), since=since,
                 middle=words.value(new.median(), "fraction"))  # fmt: skip
    shown = rows[["label", "value", "group", "unit", "kind", "source"]]
    return marks.dots(shown, Frame("forward-ratios", title, say("gpu_cloud.ratios.subtitle"), (beside,)))


def _no_offers(id: str, chips: Sequence[str]) -> Exhibit:
    title = say("gpu_cloud.no_offers", chips=words.listing(list(chips)))
    return marks.nothing(Frame(id, title, say("gpu_cloud.ratios.subtitle")))


def _offers(book: Book, chips: Sequence[str]) -> pd.DataFrame:
    """Offers with both prices of the chips asked for, each pair once, with its ratio and its three rents."""
    prices = book.register("gpu_prices")
    _check(book, chips)
    both = prices[prices["one_year"].notna() & prices["three_years"].notna()]
    both = both[both["chip"].map(lambda chip: any(one in chip for one in chips))]
    both = both.drop_duplicates(["chip", "vendor", "one_year", "three_years"]).sort_values("date", na_position="first")
    curve = forward_curve(both["one_year"].to_numpy(), both["three_years"].to_numpy())
    family = [next(one for one in chips if one in chip) for chip in both["chip"]]
    label = [
        say("gpu_cloud.offer", chip=chip, vendor=_vendor(row.vendor), day=words.day(row.date))
        for chip, row in zip(family, both.itertuples(), strict=True)
    ]
    rents = dict(zip(RENTS, curve[1:], strict=True))
    offers = both.assign(label=label, family=family, ratio=curve.annual_ratio, **rents)
    return offers.drop_duplicates("label").reset_index(drop=True)


def _check(book: Book, chips: Sequence[str]) -> None:
    known = Book(book.companies).register("gpu_prices")["chip"]  # a chip that had no price yet is no slip of the pen
    if wrong := [chip for chip in chips if not known.str.contains(chip, regex=False).any()]:
        raise CapcycleError(unknown("chip", wrong, known.unique()))


def _vendor(name: str | float) -> str:
    return name if isinstance(name, str) and name else say("gpu_cloud.unnamed")


def contracts(book: Book) -> Exhibit:
    """Every contract that has the GPUs in its price: what it brings a year and an hour, and where it stands."""
    deals = book.register("contracts").query("gpu_included == 'yes'")
    if deals.empty:
        return marks.nothing(Frame("gpu-contracts", say("gpu_cloud.contracts.title_0"), ""))
    deals = book.restated(deals, ["contract_value"]).sort_values("announced", na_position="first", ignore_index=True)
    yearly, gpus = deals["contract_value"] / deals["term_years"], _gpus(deals, book).to_numpy(float)
    rents = gpu_run_rate(yearly.to_numpy(), gpus, 1.0, gpus).revenue_per_gpu_hour
    stands = zip(deals["status"], map(words.day, deals["status_date"]), strict=True)
    rows = deals.assign(
        status=[say("gpu_cloud.since", status=status, day=day) for status, day in stands],
        lessor_name=deals["lessor"].map(book.names).fillna(deals["lessor_name"]),
        yearly=yearly, hour=rents, unit="", contract_value_unit=book.money, yearly_unit=book.money,
        hour_unit=f"{book.money}/GPU-hour",
    )  # fmt: skip
    notes = (say("gpu_cloud.contracts.note"), *parts.restated(deals))
    frame = Frame("gpu-contracts", _contracts_title(deals, book), say("gpu_cloud.contracts.subtitle"), notes)
    return marks.table(rows, frame, {name: say(f"gpu_cloud.column.{name}") for name in COLUMNS})


def _gpus(deals: pd.DataFrame, book: Book) -> pd.Series:
    """GPUs of a lessor's contract with its MW, where the assumptions have their number."""
    table = book.assumptions.query("name == 'gpus'")
    counts = {company: study.assumption(book, "gpus", company) for company in table["company"] if company}
    known = {company: count.value for company, count in counts.items() if not count.hindsight}
    return deals["lessor"].map(known).where(deals["gross_mw"].notna() | deals["critical_it_mw"].notna())


def _contracts_title(deals: pd.DataFrame, book: Book) -> str:
    ended = deals["status"] == "terminated"
    live = say("gpu_cloud.contracts.title", value=words.value(deals.loc[~ended, "contract_value"].sum(), book.money))
    names = list(deals.loc[ended, "lessor"].map(book.names))
    return say("gpu_cloud.contracts.title_ended", live=live, names=words.listing(names)) if names else live
