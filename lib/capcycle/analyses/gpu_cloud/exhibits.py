"""Exhibits of GPU clouds: an hour's cost, cash by year, forward rents, what a published return rests on, contracts."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.analyses import gpu_cloud
from capcycle.errors import CapcycleError, unknown
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.facts import registers
from capcycle.study import SCENARIOS, Case, Input, Scenarios
from capcycle.units import HOURS_PER_YEAR, KW_PER_MW
from capcycle.words import say

COMPONENTS = ["capital_per_hour", "building_per_hour", "power_per_hour", "networking_per_hour", "staff_per_hour",
              "financing_per_hour"]  # fmt: skip
SUM, EARNED = "gpu_hour_cost", "gpu_rent"
PRICED, RENTS = "USD", [f"rent_{year}" for year in range(3)]  # what vendors ask is in dollars
NEWEST = 6  # curves on one chart
CONTRACT = ["lessor_name", "tenant_name", "status", "contract_value", "yearly", "hour"]


def hour_stack(case: Case) -> Exhibit:
    """The cost of a GPU-hour component by component, beside its rent."""
    found, unit = case.outputs, case.unit(SUM)
    each = {name: float(getattr(found, name)) for name in [*COMPONENTS, SUM]}
    each = {name: value for name, value in each.items() if value}  # what a lessor counts elsewhere has no bar
    each[EARNED] = float(case.inputs[EARNED].central)
    rows = pd.DataFrame({"label": [words.name(name) for name in each], "value": list(each.values())})
    rows = rows.assign(total=[name in (SUM, EARNED) for name in each], unit=unit, kind=case.kind, source=case.source)
    said = {name: _an_hour(each[name], case.currency) for name in (SUM, EARNED)}
    title = say(
        "gpu_cloud.stack", cost=said[SUM], rent=said[EARNED],
        margin=words.value(float(found.gpu_hour_margin), "fraction"),
        share=words.value(float(found.utilisation_to_break_even), "fraction"),
    )  # fmt: skip
    sold = words.value(float(case.inputs["gpu_utilisation"].central), "fraction")
    return marks.waterfall(
        rows, Frame("gpu-hour-stack", title, say("gpu_cloud.stack_subtitle", sold=sold, currency=case.currency))
    )


def cluster_finding(case: Case) -> words.Sentence:
    """What a cluster returns against what is asked of it, in one sentence."""
    found = case.outputs
    rents = {name: words.value(float(getattr(found, output)), case.unit(output))
             for name, output in (("needed", "break_even_rent"), ("rent", "average_rent"))}  # fmt: skip
    rates = {"irr": found.project_irr, "equity": found.equity_irr, "hurdle": case.inputs["hurdle_rate"].central}
    told = {name: words.value(float(rate), "fraction") for name, rate in rates.items()}
    told = {name: say("gpu_cloud.no_return") if rate == words.DASH else rate for name, rate in told.items()}
    name = (
        say("gpu_cloud.cluster_of", name=parts.names()[case.company]) if case.company else say("gpu_cloud.cluster_let")
    )
    return words.paragraph(say("gpu_cloud.finding", whose=name, **told, **rents))


def run_rates(cases: Mapping[str, Case]) -> Exhibit:
    """Revenue per GPU-hour that run-rates and contracts come to, by what they are called."""
    first = next(iter(cases.values()))
    unit = first.unit("revenue_per_gpu_hour")
    rates = [float(case.outputs.revenue_per_gpu_hour) for case in cases.values()]
    rows = pd.DataFrame({"label": list(cases), "value": rates, "unit": unit})
    rows = rows.assign(kind=[case.kind for case in cases.values()], source=[case.source for case in cases.values()])
    low, high = (_an_hour(each, first.currency) for each in (min(rates), max(rates)))
    title = say("gpu_cloud.rates", low=low, high=high)
    return marks.dots(
        rows,
        Frame(
            "run-rates", title, say("gpu_cloud.rates_subtitle", currency=first.currency), (say("gpu_cloud.rates_note"),)
        ),
    )


def gpu_funding(case: Case) -> Exhibit:
    """From the price of GPUs to what is left to find after prepayment and debt."""
    given = {name: float(case.inputs[name].central) for name in ("it_capex", "prepayment", "borrowed")}
    left = float(case.outputs.remaining_to_fund)
    steps = given | {name: -given[name] for name in ("prepayment", "borrowed")} | {"remaining_to_fund": left}
    rows = pd.DataFrame({"label": [words.name(name) for name in steps], "value": list(steps.values())})
    rows = rows.assign(total=[name in ("it_capex", "remaining_to_fund") for name in steps], unit=case.currency,
                       kind=case.kind, source=case.source)  # fmt: skip
    said = {name: words.value(value, case.currency) for name, value in (given | {"left": left}).items()}
    title = say(
        "gpu_cloud.funding",
        capex=said["it_capex"],
        prepaid=said["prepayment"],
        borrowed=said["borrowed"],
        left=said["left"],
    )
    return marks.waterfall(rows, Frame("gpu-funding", title, say("gpu_cloud.funding_subtitle", currency=case.currency)))


def cash_curve(found: Scenarios) -> Exhibit:
    """Cumulative cash before debt by year in three scenarios while GPUs serve, the contract's end marked."""
    case, term = found.case, float(found.case.inputs["contract_term"].central)
    unit = case.unit("cumulative_cluster_cash")
    paths = {
        name: np.array([float(each) for each in found.results[name].cumulative_cluster_cash]) for name in SCENARIOS
    }
    last = max(int(np.flatnonzero(np.diff(path)).max()) + 1 for path in paths.values())
    rows = pd.DataFrame(
        [
            {"x": year, "group": say(f"study.{name}"), "value": path[year], "label": str(year)}
            for name, path in paths.items()
            for year in range(last + 1)
        ]
    ).assign(unit=unit, kind=case.kind, source=case.source)
    ends = {name: words.value(path[last], unit) for name, path in paths.items()}
    notes = (say("gpu_cloud.curve_contract", year=f"{term:g}"),) if term else ()
    frame = Frame(
        "cash-curve",
        say("gpu_cloud.curve", year=last, **ends),
        say("gpu_cloud.curve_subtitle", currency=case.currency),
        notes,
    )
    return marks.paths(rows, frame, mark=term or None)


def forward_rents(prices: pd.DataFrame, chips: list[str], currency: str = "USD") -> Exhibit:
    """The rents of three years that one- and three-year prices imply: the newest offer of each chip and vendor."""
    offers = _offers(prices, chips).drop_duplicates(["family", "vendor"], keep="last").tail(NEWEST)
    offers = facts.restated(offers.assign(currency=PRICED), RENTS, currency)
    if offers.empty:
        return _no_offers("forward-rents", chips)
    short = [say("gpu_cloud.offer_short", chip=row.family, vendor=_or_unnamed(row.vendor))
             for row in offers.itertuples()]  # fmt: skip
    rows = pd.concat(
        [
            pd.DataFrame({"x": str(year + 1), "value": offers[f"rent_{year}"], "group": short})
            .assign(label=offers["label"], kind=offers["kind"], source=offers["source"])
            for year in range(3)
        ]
    ).assign(unit=f"{currency}/GPU-hour")  # fmt: skip
    steepest, mildest = (offers.loc[place] for place in (offers["ratio"].idxmin(), offers["ratio"].idxmax()))
    title = say(
        "gpu_cloud.rents", low=words.value(1 - mildest["ratio"], "fraction"), mild=mildest["label"],
        high=words.value(1 - steepest["ratio"], "fraction"), steep=steepest["label"],
    )  # fmt: skip
    notes = (say("gpu_cloud.rents_note"), *parts.restated(offers))
    return marks.paths(rows, Frame("forward-rents", title, say("gpu_cloud.rents_subtitle", currency=currency), notes),
                       x_title=say("gpu_cloud.year_of_lease"))  # fmt: skip


def forward_ratios(prices: pd.DataFrame, chips: list[str], taken: Input) -> Exhibit:
    """Next year's rent over this year's by chip, vendor and the first date of each pair of prices.

    taken  what the cluster assumes, told beside the newest pairs
    """
    offers = _offers(prices, chips)
    if offers.empty:
        return _no_offers("forward-ratios", chips)
    rows = offers.assign(value=offers["ratio"], group=offers["family"], unit="fraction")
    rows = rows[["label", "value", "group", "unit", "kind", "source"]]
    ends = {"low": rows["value"].min(), "middle": rows["value"].median(), "high": rows["value"].max()}
    told = {name: words.value(ratio, "fraction") for name, ratio in ends.items()}
    title = say("gpu_cloud.ratios", count=len(rows), **told)
    since = offers["date"].max().year - 1
    new = offers.loc[offers["date"].dt.year >= since, "ratio"]
    beside = say("gpu_cloud.ratios_taken", taken=words.value(taken.central, "fraction"), count=len(new), since=since,
                 middle=words.value(new.median(), "fraction"))  # fmt: skip
    return marks.dots(rows, Frame("forward-ratios", title, say("gpu_cloud.ratios_subtitle"), (beside,)))


def _no_offers(id: str, chips: list[str]) -> Exhibit:
    """What stands in place of prices that nobody had published yet."""
    title = say("gpu_cloud.no_offers", chips=words.listing(chips))
    return marks.nothing(Frame(id, title, say("gpu_cloud.ratios_subtitle")))


def irr_variants(case: Case, site_rent: float, gpu_residual: float, published: Mapping[str, list[float]],
                 source: str) -> Exhibit:  # fmt: skip
    """What a contract returns before tax and debt with the site bought or rented and with or without residuals.

    site_rent     of a MW of IT and year, in the case's currency, in place of the site's price
    gpu_residual  the share of the GPUs' price that is left, where it is counted
    published     returns as printed, by what they are of: one figure, or both ends of a range
    """
    variants = _variants(case, site_rent, gpu_residual)
    found = {name: float(case.evaluate(**given).project_irr) for name, given in variants.items()}
    rows = [
        {"label": say(f"gpu_cloud.variant_{name}"), "value": value, "kind": case.kind, "source": case.source,
         "group": say("gpu_cloud.worked_out")}
        for name, value in found.items()
    ]  # fmt: skip
    printed = [
        {"label": label, "value": ends[0] if len(ends) == 1 else np.nan, "low": ends[0], "high": ends[-1],
         "kind": "estimated", "source": source, "group": say("gpu_cloud.printed")}
        for label, ends in published.items()
    ]  # fmt: skip
    shares = {
        "share": words.value(gpu_residual, "fraction"),
        "rent": words.value(site_rent, f"{case.currency}/MW/year"),
    }
    frame = Frame("irr-variants", _variants_title(case, list(found.values()), published),
                  say("gpu_cloud.variants_subtitle"), (say("gpu_cloud.variants_note", **shares),))  # fmt: skip
    return marks.dots(pd.DataFrame([*rows, *printed]).assign(unit="fraction"), frame)


def _variants(case: Case, site_rent: float, gpu_residual: float) -> dict[str, dict[str, float]]:
    """The inputs that differ: the site bought or rented, what is left of site and GPUs; all before tax."""
    rented = site_rent * float(case.inputs["kw_per_gpu"].central) / KW_PER_MW / HOURS_PER_YEAR
    bought = {"tax_rate": 0.0, "data_center_cost": 0.0}
    let = bought | {"site_capex": 0.0, "data_center_cost": rented}
    return {
        "bare": bought | {"site_residual": 0.0, "gpu_residual": 0.0},
        "site": bought | {"site_residual": 1.0, "gpu_residual": 0.0},
        "both": bought | {"site_residual": 1.0, "gpu_residual": gpu_residual},
        "rented": let | {"gpu_residual": 0.0},
        "rented_gpus": let | {"gpu_residual": gpu_residual},
    }


def _variants_title(case: Case, values: list[float], published: Mapping[str, list[float]]) -> str:
    told = words.listing(["–".join(words.value(end, "fraction") for end in ends) for ends in published.values()])
    site = words.value(float(case.inputs["site_capex"].central), case.unit("site_capex"))
    low, high = (words.value(end, "fraction") for end in (min(values), max(values)))
    return say("gpu_cloud.variants", site=site, told=told, low=low, high=high)


def gpu_contracts(as_of: str = "", currency: str = "USD") -> Exhibit:
    """Every contract that has the GPUs in its price: what it brings a year and an hour, and where it stands."""
    deals = facts.restated(registers.read("contracts", as_of or None), ["contract_value"], currency)
    deals = deals[deals["gpu_included"] == "yes"].sort_values("announced", na_position="first", ignore_index=True)
    gpus = deals["lessor"].map(_counted(deals)).where(deals["gross_mw"].notna() | deals["critical_it_mw"].notna())
    yearly = deals["contract_value"] / deals["term_years"]
    run_rates = gpu_cloud.gpu_hour.gpu_run_rate(yearly.to_numpy(), gpus.to_numpy(float), 1.0, gpus.to_numpy(float))
    rows = deals.assign(
        status=[
            say("gpu_cloud.since", status=row.status, day=words.day(row.status_date)) for row in deals.itertuples()
        ],
        contract_value=[words.value(value, currency) for value in deals["contract_value"]],
        lessor_name=deals["lessor"].map(parts.names()).fillna(deals["lessor_name"]),
        yearly=[words.value(value, currency) for value in yearly],
        hour=[_an_hour(rent, currency) for rent in run_rates.revenue_per_gpu_hour],
        unit="",
    )
    notes = (say("gpu_cloud.contracts_note"), *parts.restated(deals))
    frame = Frame("gpu-contracts", _contracts_title(deals, currency), say("gpu_cloud.contracts_subtitle"), notes)
    return marks.table(rows, frame, {name: say(f"gpu_cloud.column_{name}") for name in CONTRACT})


def _contracts_title(deals: pd.DataFrame, currency: str) -> str:
    ended = deals["status"] == "terminated"
    live = say("gpu_cloud.contracts", value=words.value(deals.loc[~ended, "contract_value"].sum(), currency))
    if not ended.any():
        return live
    names = words.listing(list(deals.loc[ended, "lessor"].map(parts.names())))
    return say("gpu_cloud.contracts_ended", live=live, names=names)


def _an_hour(rent: float, currency: str) -> str:
    """The price of a GPU-hour where a sentence already says what it is of."""
    return words.value(rent, f"{currency}/share")


def _counted(deals: pd.DataFrame) -> dict[str, float]:
    """GPUs of a lessor's contract, where the assumptions hold their number."""
    known = registers.read("assumptions")
    known = known[(known["name"] == "gpus") & known["company"].isin(deals["lessor"])]
    return dict(zip(known["company"], known["central"], strict=True))


def _offers(prices: pd.DataFrame, chips: list[str]) -> pd.DataFrame:
    """Offers with both prices of the chips asked for, each pair once, with its ratio and its three rents."""
    _check(chips)
    both = prices[prices["one_year"].notna() & prices["three_years"].notna()]
    both = both[both["chip"].map(lambda chip: any(one in chip for one in chips))]
    both = both.drop_duplicates(["chip", "vendor", "one_year", "three_years"]).sort_values("date", na_position="first")
    curve = gpu_cloud.gpu_hour.forward_curve(both["one_year"].to_numpy(), both["three_years"].to_numpy())
    family = both["chip"].map(lambda chip: _family(chip, chips))
    label = [
        say("gpu_cloud.offer", chip=chip, vendor=_or_unnamed(row.vendor), day=words.day(row.date))
        for chip, row in zip(family, both.itertuples(), strict=True)
    ]
    rents = {f"rent_{year}": rent for year, rent in enumerate(curve[1:])}
    found = both.assign(label=label, family=family, ratio=curve.annual_ratio, **rents)
    return found.drop_duplicates("label").reset_index(drop=True)


def _check(chips: list[str]) -> None:
    known = registers.read("gpu_prices")["chip"]
    if wrong := [chip for chip in chips if not known.str.contains(chip, regex=False).any()]:
        raise CapcycleError(unknown("chip", wrong, known.unique()))


def _or_unnamed(vendor: str | float) -> str:
    return vendor if isinstance(vendor, str) and vendor else say("gpu_cloud.unnamed")


def _family(chip: str, chips: list[str]) -> str:
    return next(one for one in chips if one in chip)
