"""What a gigawatt costs a year and who gets its money; who owns how many chips, and what stands behind each."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from capcycle import exhibits, study, words
from capcycle.analyses.gigawatt.cases import chips_by_owner
from capcycle.analyses.gigawatt.records import dots, nothing
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.facts import Book
from capcycle.quantity import DERIVED, Quantity
from capcycle.study import Case
from capcycle.units import MW_PER_GW
from capcycle.words import say, value

CONTENT = ["building_content", "gpu_maker_profit", "network_content", "gpu_supply", "cpu_content", "other_it_content"]
COSTS = ["total_cost", "it_cost", "facility_cost"]
BEHIND = ["market_value_per_h100e", "ev_per_h100e", "revenue_per_h100e", "kw_per_h100e", "capex_per_h100e"]


def verdict(site: Case, owned: Case, owners: pd.DataFrame) -> words.Sentence:
    """The page in a few sentences: what a gigawatt holds and costs, what it costs a year, who owns chips."""
    gpus = value(round(site.quantity("gpus").value, -3), "GPUs")
    opening = study.tell(site, "gigawatt.verdict.site", gpus=gpus), study.tell(owned, "gigawatt.verdict.year")
    total, power = value(owners["h100e"].sum(), "H100e"), value(owners["mw"].sum() / MW_PER_GW, "GW")
    key = "gigawatt.verdict.uncounted" if owners.empty else "gigawatt.verdict.counted"
    counted = say(key, day=words.day(owners["quarter"].max()), total=total, power=power)
    return words.paragraph(*opening, counted, *study.hindsight(site, owned))


def dollars(content: Case) -> Exhibit:
    """One gigawatt's money by who gets it; nothing on a page of a day before its author had printed the split."""
    return nothing("dollars") if content.hindsight else exhibits.columns(content, CONTENT, "gigawatt.dollars")


def in_print(case: Case) -> Exhibit:
    """Bear, base and bull on figures of one author; nothing on a page of a day before they had been printed."""
    id = parts.slug("scenarios", case.model.__name__)
    if case.hindsight:
        return nothing(id)
    shown, printed = exhibits.scenarios(study.scenarios(case)), max(each.published for each in case.inputs.values())
    return replace(shown, subtitle=say("gigawatt.in_print", of=shown.subtitle, month=f"{printed:%Y-%m}"))


def by_life(owned: Case) -> Exhibit:
    """The cost of ownership a year and its parts, from the short to the long life of the chips."""
    life = owned.inputs["it_life"]
    short, long = (owned.with_inputs(it_life=years).quantity("total_cost") for years in (life.low, life.high))
    return exhibits.over(owned, "it_life", COSTS, "gigawatt.lives", short=short, long=long)


def owners(table: pd.DataFrame) -> Exhibit:
    """Who owns how much, with the range of the estimate."""
    rows = table.rename(columns={"name": "label", "h100e": "value", "h100e_p5": "low", "h100e_p95": "high"})
    if rows.empty:
        return nothing("owners")
    top, total = rows.iloc[0], rows["value"].sum()
    texts = {"total": value(total, "H100e"), "share": value(top["value"] / total, "fraction"),
             "day": words.day(top["quarter"])}  # fmt: skip
    return dots(rows.assign(unit="H100e", note=""), "gigawatt.owners", **texts)


def per_hour(stocks: Mapping[str, Case], of: str = "revenue_per_hour") -> Exhibit:
    """What cloud revenue is an hour, over the range of the count of chips, beside what an H100 rents for.

    of  `revenue_per_hour` of all hours, or `rent_implied` of the hours in use
    """
    hourly = {company: only(case, of) for company, case in stocks.items()}
    book = next(iter(stocks.values())).book
    rent = study.converted(study.assumption(book, "h100_rent"), book)
    ends = {"low": value(rent.low, rent.unit), "high": value(rent.high, rent.unit)}
    sentence = "" if rent.hindsight else say("gigawatt.hour.rent", **ends)
    return exhibits.ranges(hourly, of, "gigawatt.hour", rent=sentence)


def per_h100e(stocks: Mapping[str, Case]) -> Exhibit:
    """Capex, value, revenue and power for each H100-equivalent, by company, with the reason of what is missing."""
    behind = {company: only(case, *BEHIND) for company, case in stocks.items()}
    debts = {case.book.names[company]: case.inputs["net_debt"] for company, case in stocks.items()}
    least = {name: debt.reason for name, debt in debts.items() if debt.kind == "estimated"}
    notes = [say("marks.missing", label=name, reason=reason) for name, reason in least.items()]
    return exhibits.table(behind, BEHIND, "gigawatt.behind", least=" ".join(notes))


def only(case: Case, *outputs: str) -> Case:
    """A case with the evidence of those inputs alone that some outputs are computed from; the others stand at one."""
    used = {name for of in outputs for name in needed(case, of)}
    unused = {
        name: Quantity(name, 1.0, each.unit, kind=DERIVED) for name, each in case.inputs.items() if name not in used
    }
    silent = {name: replace(each, kind=DERIVED) for name, each in case.inputs.items() if each.missing}
    return replace(case, inputs=case.inputs | silent | unused)


def needed(case: Case, of: str) -> list[str]:
    """The inputs without which an output is missing: what it is computed from."""
    full = dict.fromkeys(case.inputs, 1.0)
    work = case.model.unguarded  # a one need not be what an input can be
    return [name for name in case.inputs if np.isnan(getattr(work(**full | {name: np.nan}), of))]


def chip_power(book: Book) -> Exhibit:
    """Power of the AI chips that each owner holds, to the last quarter that is counted whole."""
    counts = book.register("compute")
    frame = marks.worded("gigawatt.chip_power", id="chip-power", title=say("gigawatt.chip_power.none"))
    own = counts[counts["company"].isin(book.companies)].dropna(subset="mw")
    if own.empty:
        return marks.nothing(frame)
    own = own[own["period_end"] <= chips_by_owner(book)["quarter"].max()].sort_values("period_end")
    each = own.groupby(["period_end", "company"], as_index=False).agg({"mw": "sum", "source": "first", "kind": "first"})
    label = each["period_end"].dt.to_period("Q").astype(str)
    rows = each.assign(value=each["mw"], unit="MW", label=label, x=label, group=each["company"].map(book.names.get))
    top = rows[rows["x"] == rows["x"].iloc[-1]].sort_values("value").iloc[-1]
    title = say("gigawatt.chip_power.title", name=top["group"], power=value(top["value"], "MW"), quarter=top["x"])
    return marks.paths(rows, replace(frame, title=title))
