"""Exhibits of GPU clouds: an hour's cost, cash by year, a published return, run-rates, rents and contracts."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from capcycle import exhibits, study, words
from capcycle.analyses.gpu_cloud.cases import OF_RUN_RATES, cluster, funding, lessors, run_rates
from capcycle.analyses.gpu_cloud.gpu_hour import forward_curve, gpu_run_rate
from capcycle.analyses.gpu_cloud.market import GENERAL, SHORT, pairs, paths, three_years
from capcycle.errors import CapcycleError, unknown
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.exhibits.marks import Frame
from capcycle.facts import Book
from capcycle.models.bounds import implausible
from capcycle.quantity import Quantity
from capcycle.study import Case, Scenarios
from capcycle.units import HOURS_PER_YEAR, KW_PER_MW
from capcycle.words import Sentence, say

COMPONENTS = ["capital_per_hour", "building_per_hour", "power_per_hour", "networking_per_hour", "staff_per_hour",
              "financing_per_hour"]  # fmt: skip
PRINTED = {"bare": "irr_without_residual", "residual": "irr_with_residual"}
RENTS = [f"rent_{year}" for year in range(3)]
PRICED = "USD"  # what vendors ask is in dollars
CLOSE = 0.01  # amounts of one contract by two sources
NEWEST = 6  # curves on one chart
CHIP_COLUMNS = ["label", "price", "rent", "let", "day", "irr"]
ENDS = {"low": 0, "high": -1}
COLUMNS = ["lessor_name", "tenant_name", "status", "contract_value", "yearly", "hour"]


def finding(build: Case, chip: str = "") -> Sentence:
    """What a cluster returns against what is asked of it; of a chip let by the hour the rent for three years beside."""
    returns = {name: build.quantity(name) for name in ("project_irr", "equity_irr")}
    none = {name: say("gpu_cloud.no_return") for name, each in returns.items() if each.missing}
    if build.company:
        return study.verdict(build, "gpu_cloud.finding_contract", **none)
    key = "gpu_cloud.finding_term" if build.inputs["contract_term"].value else "gpu_cloud.finding"
    told = study.verdict(build, key, **none)
    rent = three_years(build.book, chip) if key == "gpu_cloud.finding" and chip and not build.lacking else None
    if rent is None or rent.missing:
        return told
    return words.paragraph(told, say("gpu_cloud.lasting", rent=rent.shown, day=words.day(rent.day)))


def chips(book: Book, **numbers: float) -> Exhibit:
    """What a cluster of each chip returns at a price and a rent of one month, or why there is no such month."""
    rows = pd.DataFrame([_chip_row(chip, cluster(book, chip=chip, **numbers)) for chip in SHORT])
    known = rows.dropna(subset="irr").sort_values("irr")
    ends = {end: words.value(known["irr"].iloc[at], "fraction") if len(known) else "" for end, at in ENDS.items()}
    title, of = words.counted("gpu_cloud.chips.title", len(known), **ends), {"count": len(known), "of": len(rows)}
    columns = {name: say(f"gpu_cloud.column.{name}") for name in CHIP_COLUMNS}
    notes = marks.noted(rows.assign(value=rows["irr"]))
    return marks.table(rows, marks.worded("gpu_cloud.chips", *notes, id="chips", title=title, **of), columns)


def _chip_row(chip: str, build: Case) -> dict[str, Any]:
    price, rent = build.inputs["gpu_price"], build.inputs["gpu_rent"]
    let = "none" if rent.missing else "term" if build.inputs["contract_term"].value else "hour"
    return {
        "label": chip, "price": price.value, "price_unit": price.unit, "rent": rent.value, "rent_unit": rent.unit,
        "price_kind": price.kind, "rent_kind": rent.kind,
        "day": rent.day, "let": say(f"gpu_cloud.let.{let}"), "irr": float(build.outputs.project_irr),
        "irr_unit": "fraction", "unit": "", "note": build.lacking, "kind": build.kind, "source": build.source,
    }  # fmt: skip


def rent_paths(book: Book) -> Exhibit:
    """What a year did to each vendor's price of a chip, beside what prices for one and three years imply."""
    moved, implied = paths(book), pairs(book)["ratio"].astype(float)
    if moved.empty:
        return marks.nothing(Frame("rent-paths", say("gpu_cloud.paths.title_0"), ""))
    names = [say("gpu_cloud.path", chip=row.chip, vendor=row.vendor) for row in moved.itertuples()]
    group = np.where(moved["vendor"].isin(GENERAL), say("gpu_cloud.paths.general"), say("gpu_cloud.paths.specialised"))
    rows = moved.assign(label=names, value=moved["ratio"], group=group, unit="fraction")
    middle = {"moved": words.value(moved["ratio"].median(), "fraction"), "count": len(moved),
              "implied": words.value(implied.median(), "fraction"), "pairs": len(implied)}  # fmt: skip
    frame = marks.worded("gpu_cloud.paths", id="rent-paths", **middle)
    return marks.dots(rows[["label", "value", "group", "unit", "kind", "source"]], frame)


def hour_stack(hour: Case) -> Exhibit:
    """The cost of a GPU-hour component by component, beside its rent."""
    paid = [f"+{name}" for name in COMPONENTS if hour.quantity(name).value]  # what a lessor counts elsewhere has no bar
    return exhibits.bridge(hour, [*paid, "=gpu_hour_cost", "gpu_rent"], "gpu_cloud.stack")


def cash_curve(three: Scenarios) -> Exhibit:
    """Cumulative cash before debt by year in three scenarios while GPUs serve, the contract's end marked."""
    term = float(three.case.inputs["contract_term"].value)
    notes = [say("gpu_cloud.curve_contract", year=f"{term:g}")] if term else []
    return exhibits.by_year(three, "cumulative_cluster_cash", term, notes)


def run_rate_range(book: Book) -> Exhibit:
    """Revenue per GPU-hour that run-rates and contracts come to."""
    cases = run_rates(book)
    if not cases:
        return _not_public("run-rates", book)
    return exhibits.ranking(cases, "revenue_per_gpu_hour", "gpu_cloud.rates")


def gpu_funding(book: Book) -> Exhibit:
    """From the price of GPUs to what is left to find after prepayment and debt."""
    plan = funding(book)
    if plan.hindsight:
        return _not_public("gpu-funding", book)
    return exhibits.bridge(plan, ["it_capex", "-prepayment", "-borrowed", "remaining_to_fund"], "gpu_cloud.funding")


def irr_variants(book: Book) -> Exhibit:
    """What the contract whose return was printed returns before tax and debt, by what is counted as left at its end.

    The site is bought or rented, with and without residual values; the printed returns stand beside.
    """
    if OF_RUN_RATES not in lessors(book):
        return _not_public("irr-variants", book)
    build = cluster(book, OF_RUN_RATES)
    site_rent = study.converted(study.assumption(book, "site_rent"), book)
    printed = {name: study.assumption(book, each, OF_RUN_RATES) for name, each in PRINTED.items()}
    returns = {name: float(build.evaluate(**inputs).project_irr)
               for name, inputs in _variants(build, site_rent.value).items()}  # fmt: skip
    rows = pd.DataFrame([
        *({"label": say(f"gpu_cloud.variant.{name}"), "value": value, "kind": build.kind, "source": build.source,
           "group": say("gpu_cloud.worked_out")} for name, value in returns.items()),
        *({"label": say(f"gpu_cloud.printed.{name}"), "value": each.value, "low": each.low, "high": each.high,
           "kind": "estimated", "source": each.source, "group": say("gpu_cloud.printed.group")}
          for name, each in printed.items() if not each.hindsight),
    ]).assign(unit="fraction")  # fmt: skip
    low, high = (words.value(end(returns.values()), "fraction") for end in (min, max))
    title = study.tell(build, "gpu_cloud.variants.title", low=low, high=high)
    notes = (study.tell(build, "gpu_cloud.variants.note", rent=site_rent), *_unpublished(printed))
    return marks.dots(rows, Frame("irr-variants", title, say("gpu_cloud.variants.subtitle"), notes))


def _variants(build: Case, site_rent: float) -> Mapping[str, Mapping[str, float]]:
    """The inputs that differ: the site bought or rented, what is left of site and GPUs; all before tax."""
    left = build.inputs["gpu_residual"].value
    rented = site_rent * build.inputs["kw_per_gpu"].value / KW_PER_MW / HOURS_PER_YEAR
    bought = {"tax_rate": 0.0, "data_center_cost": 0.0}
    let = bought | {"site_capex": 0.0, "data_center_cost": rented}
    return {
        "bare": bought | {"site_residual": 0.0, "gpu_residual": 0.0},
        "site": bought | {"site_residual": 1.0, "gpu_residual": 0.0},
        "both": bought | {"site_residual": 1.0, "gpu_residual": left},
        "rented": let | {"gpu_residual": 0.0},
        "rented_gpus": let | {"gpu_residual": left},
    }


def _unpublished(printed: Mapping[str, Quantity]) -> list[str]:
    public = [_printed(each) for each in printed.values() if not each.hindsight]
    return [say("gpu_cloud.variants.printed", printed=words.listing(public))] if public else []


def _printed(each: Quantity) -> str:
    return words.between(each.low, each.high, "fraction") if np.isnan(each.value) else each.shown


def _not_public(id: str, book: Book) -> Exhibit:
    return marks.nothing(Frame(id, say("gpu_cloud.not_public", day=words.day(book.day)), ""))


def forward_rents(book: Book, chips: Sequence[str]) -> Exhibit:
    """The rents of three years that one- and three-year prices imply: the newest offer of each chip and vendor.

    Errors: CapcycleError for a chip that no price is of.
    """
    offers = _offers(book, chips).drop_duplicates(["family", "vendor"], keep="last").tail(NEWEST)
    if offers.empty:
        return _no_offers("forward-rents", chips)
    offers = book.restated(offers.assign(currency=PRICED), RENTS)
    rows = pd.concat([
        pd.DataFrame({"x": str(year + 1), "value": offers[name], "group": offers["label"], "label": offers["label"],
                      "kind": offers["kind"], "source": offers["source"]})
        for year, name in enumerate(RENTS)
    ]).assign(unit=f"{book.money}/GPU-hour")  # fmt: skip
    steep, mild = (offers.loc[place] for place in (offers["ratio"].idxmin(), offers["ratio"].idxmax()))
    falls = {"high": words.value(1 - steep["ratio"], "fraction"), "low": words.value(1 - mild["ratio"], "fraction")}
    key = "title" if len(offers) > 1 else "title_1"
    title = say(f"gpu_cloud.rents.{key}", **falls)
    subtitle = say("gpu_cloud.rents.subtitle", currency=words.unit(book.money))
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
    known = Book(book.companies).register("gpu_prices")["chip"]  # a chip that had no price yet is no slip of the pen
    if wrong := [chip for chip in chips if not known.str.contains(chip, regex=False).any()]:
        raise CapcycleError(unknown("chip", wrong, known.unique()))
    both = prices[prices["one_year"].notna() & prices["three_years"].notna()]
    both = both[
        both["chip"].map(lambda chip: any(one in chip for one in chips)).astype(bool)
    ]  # also where none is left
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


def _vendor(name: str | float) -> str:
    return name if isinstance(name, str) and name else say("gpu_cloud.unnamed")


def contracts(book: Book, money: str = "") -> Exhibit:
    """Every contract that has the GPUs in its price: what it brings a year and an hour, and where it stands.

    money  only contracts in this currency
    """
    deals = book.register("contracts").query("gpu_included == 'yes'")
    deals = deals[deals["currency"].eq(money)] if money else deals
    if deals.empty:
        return marks.nothing(Frame("gpu-contracts", say("gpu_cloud.contracts.title_0"), ""))
    deals = book.restated(deals, ["contract_value"]).sort_values("announced", na_position="first", ignore_index=True)
    yearly = deals["contract_value"] / deals["term_years"]
    gpus = _gpus(deals.assign(yearly=yearly), book)
    rents = gpu_run_rate(yearly.to_numpy(), gpus, 1.0, gpus).revenue_per_gpu_hour
    per_dollar = book.rate(PRICED).value if book.money != PRICED else 1.0
    rents = np.where(implausible("revenue_per_gpu_hour", rents, "currency", per_dollar), np.nan, rents)
    stands = zip(deals["status"], map(words.day, deals["status_date"]), strict=True)
    rows = deals.assign(
        status=[say("gpu_cloud.since", status=status, day=day) for status, day in stands],
        lessor_name=deals["lessor"].map(book.names.get).fillna(deals["lessor_name"]),
        yearly=yearly, hour=rents, unit="", contract_value_unit=book.money, yearly_unit=book.money,
        hour_unit=f"{book.money}/GPU-hour",
    )  # fmt: skip
    notes = (say("gpu_cloud.contracts.note"), *_ended(deals, book), *parts.restated(deals))
    frame = Frame("gpu-contracts", _contracts_title(deals, book), say("gpu_cloud.contracts.subtitle"), notes)
    return marks.table(rows, frame, {name: say(f"gpu_cloud.column.{name}") for name in COLUMNS})


def _gpus(deals: pd.DataFrame, book: Book) -> np.ndarray:
    """GPUs of each contract, where the assumptions have their number.

    Their `gpus` of a lessor are those of the one contract that brings its `contract_revenue` a year: the lessor's
    contracts with other tenants have other GPUs.
    """
    found = np.full(len(deals), np.nan)
    for lessor in lessors(book):
        count, revenue = (study.converted(study.assumption(book, name, lessor), book)
                          for name in ("gpus", "contract_revenue"))  # fmt: skip
        if not (count.missing or revenue.missing or count.hindsight):
            own = deals["lessor"].eq(lessor) & np.isclose(deals["yearly"], revenue.value, rtol=CLOSE)
            found[own] = count.value
    return found


def _contracts_title(deals: pd.DataFrame, book: Book) -> str:
    if len(deals) == 1:
        (only,) = deals.itertuples()
        lessor, day = book.names.get(only.lessor, only.lessor_name), words.day(only.status_date)
        return say("gpu_cloud.contracts.title_1", lessor=lessor, status=words.translated(only.status), day=day)
    live = deals[deals["status"] != "terminated"]
    most = live.loc[live["contract_value"].idxmax()]
    amounts = {"value": live["contract_value"].sum(), "most_value": most["contract_value"]}
    shown = {name: words.value(amount, book.money) for name, amount in amounts.items()}
    return say("gpu_cloud.contracts.title", most=book.names.get(most["lessor"], most["lessor_name"]), **shown)


def _ended(deals: pd.DataFrame, book: Book) -> list[str]:
    names = list(deals.loc[deals["status"] == "terminated", "lessor"].map(book.names.get))
    return [say("gpu_cloud.contracts.ended", names=words.listing(names))] if names and len(deals) > 1 else []
