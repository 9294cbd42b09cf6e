"""Whose data centres have how much power, how fast it grows, and what capex goes with each gigawatt that is added."""

from collections.abc import Iterator

import pandas as pd

from capcycle import facts, study, words
from capcycle.analyses.gigawatt.records import STAGES, by_stage, levels, on_record
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.measures import Measures
from capcycle.models.maths import per, where
from capcycle.models.registry import MW, Amount, Fraction, Multiple, PerGW, Years, model
from capcycle.panel import select
from capcycle.quantity import Quantity
from capcycle.study import Case
from capcycle.units import MW_PER_GW
from capcycle.words import Sentence, say

YEAR, QUARTER = pd.Timedelta(days=365), pd.Timedelta(days=91.3)
SERIES = ["company", "name", "site", "basis"]  # figures of these go together, no others
TOLD = ("reported", "derived")  # two authors' estimates are no growth, two figures of one document are
SHOWN = ["power_before", "power_after", "years_between", "power_growth", "power_multiple"]


@model(verdict="power_multiple", better="higher", power_multiple=Multiple, power_growth=Fraction)
def power_growth(power_before: MW, power_after: MW, years_between: Years):
    """How many times as much power there is, or is planned, after some years, and the growth a year.

    Formula: power_multiple = power_after / power_before; power_growth = power_multiple ** (1 / years_between) - 1
    Units:   MW on one basis; a growth a year only from a year on, since months made a year say little.
    Source:  Guosen on Microsoft: 5 GW to 10 GW in two years is twice, 41.4 % a year. Morgan Stanley: 5 GW in fiscal
             2024 to 20 GW in fiscal 2028 is four times.

    >>> found = power_growth(5_000.0, 10_000.0, 2.0)
    >>> float(found.power_multiple), round(float(found.power_growth), 3)
    (2.0, 0.414)
    """
    multiple = per(power_after, power_before)
    years = where(years_between >= 1, years_between, 0.0)
    return multiple, multiple ** per(1.0, years) - 1


@model(verdict="capex_per_added_gw", better="lower", capex_per_added_gw=PerGW)
def capex_per_gw_added(capex_of_period: Amount, power_of_period: MW):
    """What a company spent in a period for each gigawatt of power that it says it added in it.

    Formula: capex_of_period / power_of_period * 1,000
    Units:   currency per GW. Capex is all of the company's cash capex, warehouses and sites not yet running included;
             power that is leased is in the one and not in the other.
    Source:  hand arithmetic: Amazon's 131.819bn of 2025 on 3.9 GW is 33.8bn per GW.

    >>> round(float(capex_per_gw_added(131.819e9, 3_900.0).capex_per_added_gw) / 1e9, 1)
    33.8
    """
    return per(capex_of_period, power_of_period) * MW_PER_GW


def growth(book: Book) -> dict[str, Case]:
    """Power between its first and its last day on record, and from what runs to each plan, by the words for each.

    Only figures of one company or site on one basis stand beside each other; a plan beside what ran by the same
    document, where that has a figure.
    """
    table = levels(book).dropna(subset=["mw", "date"])
    own = table[table["company"].isin(book.companies)].sort_values("date", kind="stable")
    order = own.assign(first=own["company"].map(book.companies.index)).sort_values("first", kind="stable")
    pairs = [pair for _, rows in order.groupby(SERIES, sort=False) for pair in _pairs(rows)]
    return {
        _label(now, stage): study.case(power_growth, book, now["company"], power_before=_power("power_before", before),
                                       power_after=_power("power_after", now), years_between=_years(before, now))
        for before, now, stage in pairs
    }  # fmt: skip


def _pairs(rows: pd.DataFrame) -> Iterator[tuple[pd.Series, pd.Series, str]]:
    """The first and the last figure of each stage, and what runs with each plan after it."""
    for stage in ("operating", "contracted"):
        own = rows[rows["stage"] == stage]
        told = own[own["kind"].isin(TOLD) | own["source"].duplicated(keep=False)]
        if told["date"].nunique() > 1:
            yield told.iloc[0], told.iloc[-1], stage
    runs, plans = rows[rows["stage"] == "operating"], rows[rows["stage"] == "planned"]
    for _, later in plans.iterrows():
        before = runs[runs["date"] < later["date"]]
        same = before[before["source"] == later["source"]]
        if len(before):
            yield (same if len(same) else before).iloc[-1], later, "planned"


def _label(row: pd.Series, stage: str) -> str:
    name = say("capacity.place", name=row["name"], site=row["site"]) if row["site"] else row["name"]
    return say(f"capacity.series.{stage}", name=name, basis=words.label(f"capacity.basis.{row['basis']}"),
               month=f"{row['date']:%Y-%m}")  # fmt: skip


def _power(name: str, row: pd.Series) -> Quantity:
    return Quantity(name, float(row["mw"]), "MW", kind=row["kind"], source=row["source"], reason=row["note"],
                    published=row["published"], since=row["date"], day=row["date"])  # fmt: skip


def _years(before: pd.Series, now: pd.Series) -> Quantity:
    source = facts.documents([before["source"], now["source"]])
    return Quantity("years_between", (now["date"] - before["date"]) / YEAR, "years", kind="derived", source=source)


def spent(book: Book) -> dict[str, Case]:
    """Capex of the same quarters beside each power that a company says it has added, by company and period."""
    table = book.register("power_added")
    capex = measure("capex", select(book, "quarter"))
    rows = table[table["company"].isin(book.companies)].to_dict("records")
    return {_period(row): study.case(capex_per_gw_added, book, row["company"], **_inputs(row, capex)) for row in rows}


def _period(row: dict) -> str:
    quarters = round((row["period_end"] - row["period_start"]) / QUARTER)
    return say(f"capacity.period.{quarters}", name=row["name"], day=words.day(row["period_end"]))


def _inputs(row: dict, capex: Measures) -> dict[str, Quantity]:
    quarters = round((row["period_end"] - row["period_start"]) / QUARTER)
    first = row["period_end"] - pd.DateOffset(months=3 * (quarters - 1))
    money = study.summed(capex, row["company"], first, row["period_end"])
    power = Quantity("power_of_period", row["mw"], "MW", kind=row["kind"], source=row["source"], reason=row["note"],
                     since=row["period_end"], day=row["period_end"])  # fmt: skip
    return {"capex_of_period": money.called("capex_of_period"), "power_of_period": power}


def verdict(book: Book) -> Sentence:
    """Who has most power running by what is on record, and what each added gigawatt came with."""
    known = [each for each in spent(book).values() if not each.lacking]
    costs = sorted(float(each.outputs.capex_per_added_gw) for each in known)
    told = [_most(owners(book)) or say("capacity.verdict.none")]
    if costs:
        between = words.between(costs[0], costs[-1], f"{book.money}/GW")
        told.append(words.counted("capacity.verdict.spent", len(costs), between=between))
    return words.paragraph(*told)


def _most(rows: pd.DataFrame) -> str:
    running = rows.dropna(subset="operating").sort_values("operating")
    if running.empty:
        return ""
    last = running.iloc[-1]
    return say("capacity.verdict.most", label=last["label"], power=words.value(last["operating"], "MW"))


def owners(book: Book) -> pd.DataFrame:
    """A row for each owner and basis, with the power of each stage, its kind and its documents."""
    stages = by_stage(on_record(book))
    columns = ["company", "label", *STAGES, "kind", "source", "note", "unit"]
    rows = [_owner(own, book) for _, own in stages.groupby(["company", "basis"])] if len(stages) else []
    order = sorted(rows, key=lambda row: (book.companies.index(row["company"]), row["label"]))
    return pd.DataFrame(order, columns=columns)


def _owner(own: pd.DataFrame, book: Book) -> dict:
    company, basis = own["company"].iloc[0], own["basis"].iloc[0]
    label = say("capacity.owner", name=book.names[company], basis=words.label(f"capacity.basis.{basis}"))
    return {"company": company, "label": label, "unit": "MW", "kind": facts.weakest(own["kind"]),
            "source": facts.documents(own["source"]), "note": words.clauses(dict.fromkeys(own["note"])),
            **own.set_index("stage")["value"].to_dict()}  # fmt: skip


def table(book: Book) -> Exhibit:
    """Each owner's power by stage, a row for each basis, with the days of the figures."""
    rows = owners(book)
    title = _most(rows) or say("capacity.verdict.none")
    silent = [book.names[each] for each in book.companies if each not in set(rows["company"])]
    notes = [say("capacity.silent", names=words.listing(silent))] if silent else []
    frame = marks.worded("capacity.table", *notes, id="capacity", title=title)
    shown = [stage for stage in reversed(STAGES) if rows[stage].notna().any()]
    stages = {stage: say(f"capacity.stage.{stage.replace(' ', '_')}") for stage in shown}
    headings = {"label": say("marks.column.label")} | stages | {"note": say("capacity.days")}
    return marks.table(rows, frame, headings) if len(rows) else marks.nothing(frame)
