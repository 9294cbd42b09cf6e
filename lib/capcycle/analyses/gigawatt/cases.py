"""Cases of a gigawatt and of who owns chips: a site, owning it, its vendors, an owner's chips, a company's plan."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from capcycle import facts, metrics, study
from capcycle.analyses.gigawatt import model
from capcycle.analyses.gigawatt.records import WHOLE, levels
from capcycle.errors import ModelError, unknown
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.measures import Measures
from capcycle.panel import select
from capcycle.quantity import Quantity, listed, missing, newest, together
from capcycle.study import Case
from capcycle.units import MW_PER_GW
from capcycle.words import day, lower, name, paragraph, say, value

OLDER, NEWER = "NVIDIA H100 SXM5 80GB", "NVIDIA B200"
IN_RACK = "NVIDIA GB200 NVL2"  # whose throughput the rack has that gives the site its power and price
RENTS_OUT = "neoclouds"  # the group whose whole revenue is the rent of computing
COUNTS = ["h100e", "h100e_p5", "h100e_p95", "mw", "mw_p5", "mw_p95"]
COUNTED = {"h100e": ("h100e", "H100e"), "h100e_average": ("average", "H100e"), "compute_power": ("mw", "MW")}
OWN = (*COUNTED, "cumulative_capex", "cloud_revenue", "market_value", "net_debt")
BALANCE = (metrics.net_debt, "total_debt", "long_term_debt_noncurrent", "cash")
FOUR_QUARTERS, QUARTER, YEAR = pd.offsets.QuarterEnd(4), pd.Timedelta(days=92), pd.Timedelta(days=365.25)
PFLOPS = 1e15


@study.starts(model.gigawatt)
def site(book: Book, company: str = "", chip: str = IN_RACK) -> Case:
    """A gigawatt of facility power, filled with one chip.

    Errors: ModelError for a chip that no data sheet is of.

    >>> site(facts.open(), chip="NVIDIA B200").inputs["peak_per_gpu"].value
    2.25
    """
    peak = (_on_data_sheet(book, chip, "fp16_flops") / PFLOPS).called(
        "peak_per_gpu", "PFLOPS/GPU", say("gigawatt.peak", chip=chip)
    )
    return study.bound(model.gigawatt, book, company, gross_power=float(MW_PER_GW), peak_per_gpu=peak)


@study.starts(model.cost_of_ownership)
def ownership(book: Book, company: str = "") -> Case:
    """What owning a gigawatt of IT costs a year, on the lives and the split that return Epoch's figures."""
    lives = {"it_life": "it_life_epoch", "facility_life": "facility_life_epoch"}
    spent = {"it_capex": "it_capex_epoch", "facility_capex": "facility_capex_epoch"}
    return study.bound(model.cost_of_ownership, book, company, **spent, **lives)


@study.starts(model.vendor_content)
def content(book: Book, company: str = "") -> Case:
    """Who gets the money of the one gigawatt whose split is printed part by part."""
    return study.bound(model.vendor_content, book, company, capex_per_gw="capex_per_gw_bernstein")


@study.starts(model.training_scale)
def training(book: Book, company: str = "", older: str = OLDER, newer: str = NEWER) -> Case:
    """How fast training grows, and its power where chips gain as much a year as from an older chip to a newer one.

    Formula: efficiency_gain = ((flops / watts of the newer) / (flops / watts of the older)) ** (1 / years between them)
    Units:   flops in 16-bit arithmetic, watts of the board, years between the releases.

    >>> gain = training(facts.open()).inputs["efficiency_gain"]
    >>> round(gain.value, 2)  # 1.59 times in 1.49 years
    1.37
    """
    first, last = (_on_data_sheet(book, chip, "fp16_flops") / _on_data_sheet(book, chip, "board_w")
                   for chip in (older, newer))  # fmt: skip
    years = (last.day - first.day) / YEAR
    gain = together(lambda before, after: (after / before) ** (1 / years), first, last)
    reason = say("gigawatt.efficiency", older=older, newer=newer, first=first.days, last=last.days)
    gain = gain.called("efficiency_gain", "multiple", reason)
    return study.bound(model.training_scale, book, company, efficiency_gain=gain)


def _on_data_sheet(book: Book, chip: str, column: str) -> Quantity:
    """A figure of a chip, of the day of its release."""
    sheets = book.register("chips").dropna(subset="released")
    if not book.as_of and chip not in set(sheets["chip"]):
        raise ModelError(f"data/chips.csv: {unknown('chip', [chip], sheets['chip'])}")
    own = sheets[sheets["chip"] == chip]
    return newest(own, column, say("gigawatt.no_data_sheet", chip=chip), value=column, day="released")


def chips_by_owner(book: Book) -> pd.DataFrame:
    """The chips of each owner, those of all makers together, at the end of the newest quarter that is complete.

    Columns: company, name, h100e and mw with their 5th and 95th percentiles, the same of h100e on average over the
    year (`average`), quarter (its last day), period_start (of the count), kind, source. Percentiles are added up over
    makers, which is right where their errors go together, and else too wide.

    >>> chips_by_owner(facts.open()).set_index("name").loc["CoreWeave", "h100e"].item()  # in 2025Q4
    832068.0
    """
    counts = book.register("compute")
    rows = counts.groupby("period_end").size()
    quarter = rows.index[rows >= rows.shift(fill_value=0)].max()  # the newest quarter lacks owners and makers
    ways = dict.fromkeys(COUNTS, "sum") | {"period_start": "min", "kind": "first", "source": "first"}
    each = counts.groupby(["period_end", "name", "company"], sort=False).agg(ways).reset_index()
    now, before = (each[each["period_end"] == end] for end in (quarter, quarter - FOUR_QUARTERS))
    year_ago = before.set_index("name")
    average = {
        f"average{end}": (now[f"h100e{end}"] + now["name"].map(year_ago[f"h100e{end}"])) / 2
        for end in ("", "_p5", "_p95")
    }
    return now.assign(**average, quarter=quarter).sort_values("h100e", ascending=False, ignore_index=True)


@study.starts_by_company(model.compute_stock)
def chip_cases(book: Book) -> dict[str, Case]:
    """For each company its chips beside its capex, cloud revenue and enterprise value at the end of the same quarter.

    Capex is summed from the quarter in which the count begins. Who lacks a figure keeps a case that says so.
    """
    book = book.into(book.money)
    owners, groups = chips_by_owner(book), facts.companies()["group"]
    quarters, twelve_months, years = (select(book, span) for span in ("quarter", "ttm", "year"))
    capex = [measure("capex", panel) for panel in (quarters, years)]
    balance = [measure(each, quarters) for each in BALANCE]
    revenue = {concept: measure(concept, twelve_months) for concept in ("cloud_revenue", "revenue")}
    end = owners["quarter"].max()
    cases = dict.fromkeys(book.companies, dict.fromkeys(OWN, missing("", say("gigawatt.not_counted"))))
    for company, own in owners[owners["company"].isin(book.companies)].groupby("company"):
        earned = revenue["revenue" if groups[company] == RENTS_OUT else "cloud_revenue"]
        cases[company] = _counted(own) | {
            "cumulative_capex": _since(own, capex, company),
            "cloud_revenue": study.summed(earned, company, end, end),
            "market_value": _market_value(book, company, end),
            "net_debt": _net_debt(book, company, end, balance),
        }
    return {company: study.case(model.compute_stock, book, company, **inputs) for company, inputs in cases.items()}


def _counted(own: pd.DataFrame) -> dict[str, Quantity]:
    """What is counted of an owner: chips at the end, on average, their power."""
    reason, counted = say("gigawatt.counted", day=day(own["quarter"].max())), {}
    for each, (column, unit) in COUNTED.items():
        ends = own.assign(low=own[f"{column}_p5"], high=own[f"{column}_p95"])
        counted[each] = newest(ends, each, say("gigawatt.no_year_ago"), column, "quarter").called(each, unit, reason)
    return counted


def _since(own: pd.DataFrame, capex: Sequence[Measures], company: str) -> Quantity:
    """All capex since the count of an owner begins: of the quarters, or of whole years where a quarter is missing."""
    first, last = own["period_start"].min(), own["quarter"].max()
    quarters, years = (study.summed(each, company, first, last) for each in capex)
    return years if quarters.missing and first.is_year_start and last.is_year_end else quarters


def _net_debt(book: Book, company: str, end: pd.Timestamp, balance: Sequence[Measures]) -> Quantity:
    """Net debt at the end of a quarter; where its parts are missing, all borrowings less cash, or what is at least
    owed: the part due after a year less cash, which counts as estimated.
    """
    net_debt, total_debt, long_term, cash = (study.summed(each, company, end, end) for each in balance)
    if not net_debt.missing:
        return net_debt
    known = next((each for each in (total_debt, borrowings(book, company, end)) if not each.missing), None)
    if known:
        return (known - cash).called("net_debt", reason=say("gigawatt.borrowings", day=day(end)))
    least = (long_term - cash).called("net_debt", reason=say("gigawatt.at_least", day=day(end)))
    return net_debt if least.missing else replace(least, kind="estimated")


def borrowings(book: Book, company: str, end: pd.Timestamp) -> Quantity:
    """All borrowings of a company within a quarter, from the register of debt."""
    debt = book.register("debt").query("borrower == @company and type == 'total' and stage == 'outstanding'")
    return _amount(book, debt, "total_debt", end, "principal", "as_at")


def _market_value(book: Book, company: str, end: pd.Timestamp) -> Quantity:
    market = book.register("market").query("measure == 'market_value' and company == @company")
    found = _amount(book, market, "market_value", end, "value", "date")
    reason = say("study.measured", name=name("market_value"), period=found.days)
    return found.called("market_value", reason=reason)


def _amount(book: Book, rows: pd.DataFrame, what: str, end: pd.Timestamp, amount: str, date: str) -> Quantity:
    """The newest of some amounts within a quarter, at the rate of exchange of its own day."""
    rows = rows[rows[date].between(end - QUARTER, end)]
    dated = rows.assign(value=rows[amount], unit=rows["currency"], period_start=pd.NaT, period_end=rows[date])
    return newest(book.convert(dated), what, say("study.not_shown", name=lower(name(what))), day=date)


@study.starts_by_company(model.build_plan)
def plan_cases(book: Book) -> dict[str, Case]:
    """For each company the cost of the power it plans beside its present capex."""
    capex, power = measure("capex", select(book, "ttm")), levels(book)
    whole = power[power["site"].isin(WHOLE)].dropna(subset=["mw", "date"])
    return {
        company: study.case(model.build_plan, book, company, capex=study.newest(capex, company),
                            **_planned(whole[whole["company"] == company]))
        for company in book.companies
    }  # fmt: skip


def _planned(power: pd.DataFrame) -> dict[str, Quantity]:
    """From the newest power that runs to the nearest that is planned after it: what is added, and in how long.

    The range is what would be added in that time at the pace of the other plans for a later day.
    """
    runs = newest(power[power["stage"] == "operating"], "operating", say("gigawatt.no_power"), value="mw")
    later = power[(power["stage"] == "planned") & (power["date"] > runs.day)].sort_values("date")
    planned = newest(later.head(1), "planned", say("gigawatt.no_plan"), value="mw")
    power = {"operating": value(runs.value, "MW"), "planned": value(planned.value, "MW")}
    reason = say("gigawatt.plan", start=runs.days, end=planned.days, **power)
    added, years = (planned - runs).called("added_power", "MW", reason), (planned.day - runs.day) / YEAR
    added = replace(added, since=runs.since, day=runs.day)  # a plan is made before its day
    build = replace(added, value=years, unit="years")
    if len(later) > 1:
        pace = (later["mw"] - runs.value) / ((later["date"] - runs.day) / YEAR) * years
        others = listed(say("gigawatt.plan_other", planned=value(row.mw, "MW"), end=day(row.date))
                        for row in later.iloc[1:].itertuples())  # fmt: skip
        added = replace(added, low=pace.min(), high=pace.max(), reason=paragraph(reason, others),
                        source=facts.documents([added.source, *later["source"]]))  # fmt: skip
    return {"added_power": added, "build_years": build}
