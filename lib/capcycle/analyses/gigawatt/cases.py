"""Cases of the chips that owners hold: counts, capex, cloud revenue, enterprise value, each with its evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capcycle import facts, metrics, words
from capcycle.analyses import gigawatt
from capcycle.errors import ModelError, unknown
from capcycle.facts import registers
from capcycle.measure import Measures, measure
from capcycle.panel import Panel
from capcycle.periods import label
from capcycle.study.case import DERIVED, Case, Input, case, figure

RENTS_OUT = "neoclouds"  # the group whose whole revenue is the rent of computing
COUNTS = ["h100e", "h100e_p5", "h100e_p95", "mw", "mw_p5", "mw_p95"]
YEAR_BEFORE, QUARTER, QUARTERS = pd.offsets.QuarterEnd(4), pd.Timedelta(days=92), 4
YEAR, PFLOPS = pd.Timedelta(days=365.25), 1e15
PLANNED = {"added_power": "MW", "build_years": "years"}


@dataclass(frozen=True)
class Held:
    """Chips by owner, its makers' together, at the newest quarter that is complete.

    table    a row per owner: company, name, h100e and mw with their 5th and 95th percentiles, the same of h100e on
             average over the year (`average`), first day of the count, kind, source
    quarter  the last day of that quarter; NaT where nothing had been published
    """

    table: pd.DataFrame
    quarter: pd.Timestamp


def held(as_of: str = "") -> Held:
    """What each owner holds, as it was estimated by a day.

    Percentiles are added up over makers, which is right where their errors go together, and else too wide.

    >>> held().table.set_index("name").loc["CoreWeave", "h100e"].item()  # in 2025Q4, as the register has it
    832068.0
    """
    counts = registers.read("compute", as_of)
    rows = counts.groupby("period_end").size()
    complete = rows.index[rows >= rows.shift(fill_value=0)]  # the dataset's newest quarter lacks owners and makers
    if complete.empty:
        return Held(_by_owner(counts).assign(average=[], average_p5=[], average_p95=[]), pd.NaT)
    quarter = complete[-1]
    now, before = (_by_owner(counts[counts["period_end"] == day]) for day in (quarter, quarter - YEAR_BEFORE))
    average = {f"average{end}": _mean(now, before, f"h100e{end}") for end in ("", "_p5", "_p95")}
    return Held(now.assign(**average).sort_values("h100e", ascending=False, ignore_index=True), quarter)


def _by_owner(counts: pd.DataFrame) -> pd.DataFrame:
    ways = {name: (name, "sum") for name in COUNTS}
    ways |= {"first": ("period_start", "min"), "kind": ("kind", "first"), "source": ("source", "first")}
    return counts.groupby(["name", "company"], as_index=False, sort=False).agg(**ways)


def _mean(now: pd.DataFrame, before: pd.DataFrame, column: str) -> pd.Series:
    """Half of what stood at the year's start and half of what stood at its end; missing where nothing did at first."""
    return (now[column] + now["name"].map(before.set_index("name")[column])) / 2


def stock_cases(
    owners: Held, companies: Sequence[str], quarters: Panel, years: Panel, as_of: str = "", currency: str = "USD"
) -> dict[str, Case]:
    """For each company its chips beside its capex, cloud revenue and enterprise value at the same quarter.

    Capex is summed from the quarter in which the count begins. Who lacks a figure keeps a case that says so.

    quarters, years  the companies' facts by quarter and over twelve months, by the calendar, in that currency
    """
    capex = {span: measure("capex", panel) for span, panel in (("quarter", quarters), ("year", years))}
    debt = measure(metrics.net_debt, quarters)
    revenue = {concept: measure(concept, years) for concept in ("cloud_revenue", "revenue")}
    parts = {concept: measure(concept, quarters) for concept in ("total_debt", "long_term_debt_noncurrent", "cash")}
    groups, cases = facts.companies()["group"], {}
    for company in companies:
        counted, first = _counted(owners, company)
        earned = revenue["revenue" if groups[company] == RENTS_OUT else "cloud_revenue"]
        cases[company] = case(
            gigawatt.compute_stock.compute_stock,
            company,
            currency,
            **counted,
            cumulative_capex=_since(capex, company, first, owners.quarter),
            cloud_revenue=_between(earned, company, owners.quarter, owners.quarter),
            market_value=_market(company, owners, as_of, currency),
            net_debt=_owed(company, owners.quarter, debt, parts, as_of, currency),
        )
    return cases


def _counted(owners: Held, company: str) -> tuple[dict[str, Input], pd.Timestamp]:
    """What is counted of a company (chips at the end, on average, their power), and from when."""
    names = {"h100e": ("h100e", "H100e"), "h100e_average": ("average", "H100e"), "compute_power": ("mw", "MW")}
    rows = owners.table[owners.table["company"] == company].to_dict("records")
    if not rows:
        reason = words.say("gigawatt.not_counted", name=facts.companies()["name"][company])
        return {name: Input(name, np.nan, unit, reason=reason) for name, (_, unit) in names.items()}, pd.NaT
    row, reason = rows[0], words.say("gigawatt.counted", quarter=_label(owners.quarter))
    return {
        name: Input(name, row[own], unit, row[f"{own}_p5"], row[f"{own}_p95"], row["kind"], row["source"], reason)
        for name, (own, unit) in names.items()
    }, row["first"]


def _since(capex: dict[str, Measures], company: str, first: pd.Timestamp, last: pd.Timestamp) -> Input:
    """All capex from one quarter to another: of the quarters, or of whole years where a quarter is not held."""
    found, yearly = _between(capex["quarter"], company, first, last), capex["year"]
    if not found.missing or first != first or (_ordinal(last) - _ordinal(first) + 1) % QUARTERS:
        return found
    ends = pd.date_range(first + YEAR_BEFORE, last, freq=YEAR_BEFORE)
    years = [_between(yearly, company, end, end) for end in ends]
    if any(each.missing for each in years):
        return found
    reason = words.say("study.periods", first=_label(first), last=_label(last))
    kind = facts.weakest([DERIVED, *(each.kind for each in years)])
    source = facts.documents(each.source for each in years)
    return Input(found.name, sum(each.central for each in years), found.unit, kind=kind, source=source, reason=reason)


def _between(measures: Measures, company: str, first: pd.Timestamp, last: pd.Timestamp) -> Input:
    """The sum of a company's figures from one quarter to another; missing where one of them is."""
    wanted = list(range(_ordinal(first), _ordinal(last) + 1)) if first == first else []
    rows = measures.table[measures.table["company"] == company].set_index("ordinal").reindex(wanted)
    lacking = rows[rows["value"].isna()]
    if rows.empty or len(lacking):
        return Input(measures.name, np.nan, measures.unit, reason=_why(measures, company, lacking))
    periods = {"first": rows["period"].iloc[0], "last": rows["period"].iloc[-1]}
    reason = words.say("study.periods" if len(rows) > 1 else "study.measured", name=words.name(measures.name),
                       period=periods["last"], **periods)  # fmt: skip
    return Input(measures.name, rows["value"].sum(), measures.unit, kind=facts.weakest([DERIVED, *rows["kind"]]),
                 source=facts.documents(rows["source"]), reason=reason)  # fmt: skip


def _owed(
    company: str, day: pd.Timestamp, debt: Measures, parts: dict[str, Measures], as_of: str, currency: str
) -> Input:
    """Net debt on the last day of a quarter; where its parts are not held, all borrowings less cash, or what is at
    least owed: the part due after a year less cash, which counts as estimated.
    """
    found = _between(debt, company, day, day)
    total, long_term, cash = (_between(each, company, day, day) for each in parts.values())
    if not found.missing or cash.missing:
        return found
    whole = _borrowings(company, day, as_of, currency) if total.missing else total
    owed, key = (long_term, "at_least") if whole.missing else (whole, "borrowings")
    if owed.missing:
        return found
    kind = "estimated" if key == "at_least" else facts.weakest([DERIVED, owed.kind, cash.kind])
    reason = words.say(f"gigawatt.{key}", name=facts.companies()["name"][company], day=words.day(day))
    source = facts.documents([owed.source, cash.source])
    return Input(debt.name, owed.central - cash.central, debt.unit, kind=kind, source=source, reason=reason)


def _borrowings(company: str, day: pd.Timestamp, as_of: str, currency: str) -> Input:
    """All borrowings of a company within a quarter, from the register of debt."""
    table = registers.read("debt", as_of)
    own = table["borrower"].eq(company) & table["type"].eq("total") & table["stage"].eq("outstanding")
    rows = table[own & table["as_at"].between(day - QUARTER, day)].sort_values("as_at").tail(1)
    if rows.empty:
        return Input("total_debt", np.nan, currency)
    at = rows.rename(columns={"principal": "value"})
    row = facts.convert(at.assign(unit=at["currency"], period_start=pd.NaT, period_end=at["as_at"]), currency).iloc[0]
    return Input("total_debt", row["value"], currency, kind=row["kind"], source=row["source"])


def _why(measures: Measures, company: str, lacking: pd.DataFrame) -> str:
    """Why a sum is missing: the reason of its first gap, or that nothing is held of that time."""
    name, known = facts.companies()["name"][company], lacking.dropna(subset="reason")
    if known.empty:
        return words.say("gigawatt.no_figure", name=name, concept=words.lower(words.name(measures.name)))
    row = known.iloc[0]
    return words.say("note.missing", name=name, periods=row["period"], reason=row["reason"])


def _market(company: str, owners: Held, as_of: str, currency: str) -> Input:
    """Market value on the last day held of the quarter, at that day's rate of exchange."""
    market = registers.read("market", as_of).query("measure == 'market_value' and company == @company")
    market = market[market["date"].between(owners.quarter - QUARTER, owners.quarter)].sort_values("date")
    if market.empty:
        reason = words.say("gigawatt.no_market", name=facts.companies()["name"][company])
        return Input("market_value", np.nan, currency, reason=reason)
    last = market.tail(1).assign(unit=market["currency"], period_start=pd.NaT, period_end=market["date"])
    row = facts.convert(last, currency).iloc[0]
    reason = words.say("gigawatt.market_value", day=words.day(row["date"]))
    return Input("market_value", row["value"], currency, kind=row["kind"], source=row["source"], reason=reason)


def needed(case: Case, of: str) -> list[Input]:
    """The inputs without which an output is missing: what it is computed from."""
    blank = {name: np.full_like(each.central, np.nan, float) for name, each in case.inputs.items()}
    full = dict.fromkeys(case.inputs, 1.0)
    work = case.model.unguarded  # a one need not be what an input can be
    return [each for name, each in case.inputs.items() if np.isnan(getattr(work(**full | {name: blank[name]}), of))]


def plan_cases(companies: Sequence[str], years: Panel, as_of: str = "", currency: str = "USD") -> dict[str, Case]:
    """For each company the cost of the power it plans beside its present capex."""
    capacity, capex = registers.read("capacity", as_of), measure("capex", years)
    whole = capacity[capacity["site"] == ""].dropna(subset=["mw", "date"])
    return {
        company: case(
            gigawatt.compute_stock.build_plan,
            company,
            currency,
            capex=_newest(capex, company),
            **_plan(whole[whole["company"] == company]),
        )
        for company in companies
    }


def _newest(measures: Measures, company: str) -> Input:
    """A company's newest figure, whatever the others have."""
    rows = measures.table[measures.table["company"] == company].dropna(subset="value")
    if rows.empty:
        return Input(measures.name, np.nan, measures.unit, reason=_why(measures, company, rows))
    return figure(measures, company, rows["period"].iloc[-1])


def _plan(rows: pd.DataFrame) -> dict[str, Input]:
    """From the newest power that runs to the nearest that is planned after it: what is added, and in how long."""
    runs = rows[rows["stage"] == "operating"].sort_values("date").tail(1).to_dict("records")
    later = rows[rows["stage"] == "planned"].sort_values("date")
    planned = later[later["date"] > runs[0]["date"]].to_dict("records") if runs else []
    if not planned:
        reason = words.say("gigawatt.no_plan")
        return {name: Input(name, np.nan, unit, reason=reason) for name, unit in PLANNED.items()}
    start, end = runs[0], planned[0]
    reason = words.say("gigawatt.plan", operating=words.value(start["mw"], "MW"), start=words.day(start["date"]),
                       planned=words.value(end["mw"], "MW"), end=words.day(end["date"]))  # fmt: skip
    values = {"added_power": end["mw"] - start["mw"], "build_years": (end["date"] - start["date"]) / YEAR}
    return {
        name: Input(name, values[name], unit, reason=reason, **_together(start, end)) for name, unit in PLANNED.items()
    }


def peak(chip: str, bits: int = 16, as_of: str = "") -> Input:
    """The peak throughput of a chip of the dataset, in PFLOPS.

    Errors:  ModelError for a chip that the dataset does not have.

    >>> float(peak("NVIDIA B200").central)
    2.25
    """
    row = _chip(chip, as_of)
    reason = words.say(
        "gigawatt.no_peak" if np.isnan(row[f"fp{bits}_flops"]) else "gigawatt.peak", chip=chip, bits=bits
    )
    return Input("peak_per_gpu", row[f"fp{bits}_flops"] / PFLOPS, "PFLOPS/GPU", kind=row["kind"], source=row["source"],
                 reason=reason)  # fmt: skip


def efficiency_gain(older: str, newer: str, as_of: str = "") -> Input:
    """By how much throughput per watt of the board rose a year between two chips, in 16-bit arithmetic.

    Formula: ((flops / watts of the newer) / (flops / watts of the older)) ** (1 / years between their releases)

    >>> round(efficiency_gain("NVIDIA H100 SXM5 80GB", "NVIDIA B200").central, 2)  # 1.59 times in 1.49 years
    1.37
    """
    first, last = _chip(older, as_of), _chip(newer, as_of)
    gain = (last["fp16_flops"] / last["board_w"]) / (first["fp16_flops"] / first["board_w"])
    years = (last["released"] - first["released"]) / YEAR
    reason = words.say("gigawatt.efficiency", older=older, newer=newer, first=words.day(first["released"]),
                       last=words.day(last["released"]))  # fmt: skip
    return Input("efficiency_gain", float(gain ** (1 / years)), "multiple", reason=reason,
                 **_together(first, last))  # fmt: skip


def _chip(name: str, as_of: str) -> pd.Series:
    chips = registers.read("chips", as_of)
    held = chips[chips["released"].notna()].set_index("chip")
    if name not in held.index:
        raise ModelError(f"data/chips.csv: {unknown('chip', [name], held.index)}")
    return held.loc[name]


def _ordinal(day: pd.Timestamp) -> int:
    return day.year * 4 + day.quarter - 1


def _label(day: pd.Timestamp) -> str:
    return label(pd.Index([_ordinal(day)]), "quarter", "calendar")[0]


def _together(*rows: Mapping[str, str]) -> dict[str, str]:
    """The evidence of a figure worked out from several rows."""
    return {"kind": facts.weakest([DERIVED, *(row["kind"] for row in rows)]),
            "source": facts.documents(row["source"] for row in rows)}  # fmt: skip
