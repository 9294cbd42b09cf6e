"""A gigawatt in chips and money: by author, by vendor, by chip; who holds how much, and what stands behind it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from capcycle import words
from capcycle.analyses import gigawatt
from capcycle.analyses.gigawatt.cases import Held, needed
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.study import Case, assumption, converted
from capcycle.units import MW_PER_GW
from capcycle.words import say

PREFIX = "capex_per_gw_"  # assumptions of the authors, by their names
# the gigawatt that an author means
BASES = {"bernstein": "facility", "barclays": "unstated", "epoch_it": "IT", "epoch_facility": "facility",
         "ibm": "unstated", "nvidia": "unstated"}  # fmt: skip
TABLE = ("label", "group", "power", "gpus", "racks", "fp16", "fp8", "capex_per_gw", "capex_per_gpu")
CONTENT = ("gpu_maker_profit", "gpu_supply", "network_content", "cpu_content", "other_it_content", "building_content")
COSTS = ("it_cost", "facility_cost", "data_center_opex")
PETA, GIGA = 1e15, 1e9


def cost_per_gw(assumed: pd.DataFrame, chips: pd.DataFrame) -> Exhibit:
    """What authors say that a gigawatt costs, each with its date and the gigawatt that is meant."""
    authors = assumed[assumed["name"].str.startswith(PREFIX)]
    named = [row for row in map(_author, authors.to_dict("records")) if row]
    by_chip = [_of_chip(row) for row in chips.dropna(subset="capex_per_gw").to_dict("records") if _alone(row, named)]
    rows = (
        pd.DataFrame([*named, *by_chip]).assign(unit="USD/GW").sort_values("value", ascending=False, ignore_index=True)
    )
    ends = {"low": rows.loc[rows["low"].idxmin()], "high": rows.loc[rows["value"].idxmax()]}
    frame = Frame(
        "cost-per-gw",
        say("gigawatt.cost_title", lowest=words.value(ends["low"]["low"], "USD"), low=ends["low"]["label"],
            highest=words.value(ends["high"]["value"], "USD"), high=ends["high"]["label"]),
        say("gigawatt.cost_subtitle"),
        (say("gigawatt.cost_note"),),
    )  # fmt: skip
    return marks.dots(rows, frame)


def _author(row: Mapping) -> dict | None:
    """An author's cost of a gigawatt; of a range the upper end is drawn as the dot."""
    name = row["name"].removeprefix(PREFIX)
    if name not in BASES:
        return None
    author, basis = say(f"gigawatt.author.{name}"), BASES[name]
    value = row["central"] if row["central"] == row["central"] else row["high"]
    return {"label": _dated(author, row["published"]), "author": author, "group": say(f"gigawatt.basis.{basis}"),
            "low": row["low"] if row["low"] == row["low"] else value, "value": value, "high": value,
            "kind": "estimated", "source": row["source"], "note": row["reason"]}  # fmt: skip


def _alone(row: Mapping, named: list[dict]) -> bool:
    return row["author"] not in {each["author"] for each in named}


def _of_chip(row: Mapping) -> dict:
    basis = row["power_basis"] or "unstated"
    label = _dated(say("gigawatt.chip_author", chip=row["chip"], author=row["author"]), row["published"])
    return {"label": label, "author": row["author"], "group": say(f"gigawatt.basis.{basis}"),
            **dict.fromkeys(("low", "value", "high"), row["capex_per_gw"]), "kind": row["kind"],
            "source": row["source"], "note": row["note"]}  # fmt: skip


def _dated(name: str, day: pd.Timestamp) -> str:
    return say("gigawatt.dated", name=name, date=f"{day:%Y-%m}" if day == day else say("gigawatt.undated"))


def dollars(case: Case) -> Exhibit:
    """One gigawatt's money by who gets it."""
    content = case.outputs
    rows = pd.DataFrame([{"label": words.name(name), "value": getattr(content, name)} for name in CONTENT])
    rows = rows.assign(share=rows["value"] / rows["value"].sum(), unit=case.unit(CONTENT[0]), kind=case.kind,
                       source=case.source)  # fmt: skip
    rows["note"] = [words.value(share, "fraction") for share in rows["share"]]
    rows = rows.sort_values("value", ascending=False, ignore_index=True)
    frame = Frame(
        "dollars-by-vendor",
        say("gigawatt.dollars_title", total=words.value(case.inputs["capex_per_gw"].central, case.currency),
            profit=words.value(content.gpu_maker_profit, case.currency),
            building=words.value(content.building_content, case.currency),
            share=words.value(content.gpu_profit_share, "fraction")),
        say("gigawatt.dollars_subtitle", currency=case.currency),
        (say("gigawatt.dollars_note"),),
    )  # fmt: skip
    return marks.columns(rows, frame)


def chips_per_gw(chips: pd.DataFrame, assumed: pd.DataFrame) -> Exhibit:
    """GPUs, racks, throughput and dollars of a gigawatt, by chip and author; what no one gives stays empty."""
    held = chips[chips[["kw_all_in_low", "capex_per_gw"]].notna().any(axis=1)]
    rows = pd.DataFrame([_per_gw(row, chips) for row in held.to_dict("records")])
    if rows.empty or (known := rows.dropna(subset="gpus_low")).empty:
        return nothing("chips-per-gw")
    most, least = known.loc[known["gpus_high"].idxmax()], known.loc[known["gpus_low"].idxmin()]
    columns = {name: say(f"gigawatt.column.{name}") for name in TABLE}
    frame = Frame(
        "chips-per-gw",
        say("gigawatt.chips_title", most=words.value(most["gpus_high"], "GPUs"), most_of=most["label"],
            least=words.value(least["gpus_low"], "GPUs"), least_of=least["label"]),
        say("gigawatt.chips_subtitle"),
        (_chips_note(held, assumed),),
    )  # fmt: skip
    return marks.table(rows, frame, columns)


def _chips_note(held: pd.DataFrame, assumed: pd.DataFrame) -> str:
    """How far a gigawatt of IT is from one of the facility, on the chip whose power is of IT only."""
    pue = _general(assumed, "pue")["central"]
    it = held.loc[held["power_basis"] == "IT", "kw_all_in_high"].max()
    return say("gigawatt.chips_note", pue=words.value(pue, "number"), it=words.value(it, "kW/GPU"),
               facility=words.value(gigawatt.model.all_in_power(it, pue), "kW/GPU"))  # fmt: skip


def _general(assumed: pd.DataFrame, name: str) -> pd.Series:
    """An assumption that is of no one company."""
    return assumed[(assumed["name"] == name) & (assumed["company"] == "")].iloc[0]


def _per_gw(row: Mapping, chips: pd.DataFrame) -> dict:
    """A row of the table; the ends of the GPUs come from the ends of the power, the guards of the model included."""
    kw = np.array([row["kw_all_in_high"], row["kw_all_in_low"]])
    site = gigawatt.model.gigawatt(MW_PER_GW, kw, 72, 1.0, 1.0, row["capex_per_gw"])
    peaks = {bits: _peak(row, chips, f"fp{bits}_flops") / PETA for bits in (16, 8)}
    through = {f"fp{bits}": _ends(site.throughput * peak, "number") for bits, peak in peaks.items()}
    return through | {
        "label": say("gigawatt.chip_author", chip=row["chip"], author=row["author"]),
        "group": say(f"gigawatt.basis.{row['power_basis'] or 'unstated'}"),
        "power": _ends(kw[::-1], "number"),
        "gpus": _ends(site.gpus, "number"),
        "gpus_low": site.gpus[0],
        "gpus_high": site.gpus[1],
        "racks": _ends(site.racks, "number"),
        "capex_per_gw": row["capex_per_gw"],
        "capex_per_gw_unit": "USD",
        "capex_per_gpu": _ends(site.capex_per_gpu[::-1], "USD"),
        "kind": row["kind"],
        "source": row["source"],
    }


def _ends(values: np.ndarray, unit: str) -> str:
    first, last = (words.value(float(value), unit) for value in values)
    return first if first == last else say("note.range", first=first, last=last)


def _peak(row: Mapping, chips: pd.DataFrame, column: str) -> float:
    """A chip's own peak, or that of the chip of the dataset that its figures are of."""
    if row[column] == row[column] or not row["throughput_of"]:
        return row[column]
    return chips.loc[chips["chip"] == row["throughput_of"], column].max()


def flops_per_dollar(chips: pd.DataFrame) -> Exhibit:
    """Throughput for each dollar of a chip's price, in 16-bit arithmetic."""
    rows = chips.dropna(subset="price").copy()
    rows["peak"] = [_peak(row, chips, "fp16_flops") for row in rows.to_dict("records")]
    lacking = rows.loc[rows["peak"].isna(), "chip"]
    rows = rows.dropna(subset="peak")
    rows = rows.assign(value=rows["peak"] / rows["price"] / GIGA, unit="GFLOPS/USD", group=[
        say(f"gigawatt.price.{basis.replace(' ', '_')}") for basis in rows["price_basis"]
    ], label=[say("gigawatt.chip_author", chip=row.chip, author=row.author) for row in rows.itertuples()],
       note=[words.value(price, "USD/GPU") for price in rows["price"]])  # fmt: skip
    if rows.empty:
        return nothing("flops-per-dollar")
    rows = rows.sort_values("value", ascending=False, ignore_index=True)
    top, bottom = rows.iloc[0], rows.iloc[-1]
    frame = Frame(
        "flops-per-dollar",
        say("gigawatt.flops_title", top=top["label"], top_value=words.value(top["value"], "GFLOPS/USD"),
            bottom=bottom["label"], bottom_value=words.value(bottom["value"], "GFLOPS/USD")),
        say("gigawatt.flops_subtitle"),
        (say("gigawatt.flops_note"),
         *([say("gigawatt.flops_lacking", chips=words.listing(list(lacking)))] if len(lacking) else [])),
    )  # fmt: skip
    return marks.dots(rows, frame)


def lives(case: Case) -> Exhibit:
    """The cost of ownership a year by part, at the short, the central and the long life of the IT."""
    life = case.inputs["it_life"]
    lives = {end: getattr(life, end) for end in ("low", "central", "high")}
    found = {end: case.evaluate(it_life=years) for end, years in lives.items()}
    rows = [
        {"x": words.value(lives[end], "years"), "label": words.value(lives[end], "years"),
         "group": say(f"gigawatt.cost.{name}"), "value": float(parts_of[name])}
        for end, each in found.items()
        for parts_of in [each._asdict() | {"data_center_opex": case.inputs["data_center_opex"].central}]
        for name in COSTS
    ]  # fmt: skip
    totals = {end: words.value(float(each.total_cost), case.currency) for end, each in found.items()}
    frame = Frame(
        "lives",
        say("gigawatt.lives_title", **totals,
            short=words.value(life.low, "years"), middle=words.value(life.central, "years"),
            long=words.value(life.high, "years")),
        say("gigawatt.lives_subtitle", currency=case.currency),
        (say("gigawatt.lives_note", share=words.value(float(case.outputs.it_cost_share), "fraction")),),
    )  # fmt: skip
    return marks.stacked(pd.DataFrame(rows).assign(unit=case.currency, kind=case.kind, source=case.source), frame)


def owners(found: Held) -> Exhibit:
    """Who holds how much, with the range of the estimate."""
    if found.table.empty:
        return nothing("owners")
    rows = found.table.rename(columns={"name": "label", "h100e": "value", "h100e_p5": "low", "h100e_p95": "high"})
    top, total = rows.iloc[0], rows["value"].sum()
    ends = {end: words.value(top[end], "H100e") for end in ("low", "value", "high")}
    share = words.value(top["value"] / total, "fraction")
    frame = Frame(
        "owners",
        say("gigawatt.owners_title", name=top["label"], total=words.value(total, "H100e"), share=share, **ends),
        say("gigawatt.owners_subtitle", day=words.day(found.quarter)),
        (say("gigawatt.owners_note"),),
    )
    return marks.dots(rows[["label", "low", "value", "high", "kind", "source"]].assign(unit="H100e", note=""), frame)


def per_hour(cases: Mapping[str, Case]) -> Exhibit:
    """Cloud revenue for each H100-equivalent and hour, over the range of the count, beside what an H100 rents for."""
    rows = pd.DataFrame(
        [_of_output(case, company, "revenue_per_hour") | _span(case) for company, case in cases.items()]
    )
    rows = rows.drop(columns="group").sort_values("value", ascending=False, ignore_index=True)
    rows["note"] = [row.note.removeprefix(f"{row.label}, ").removeprefix(f"{row.label}: ") for row in rows.itertuples()]
    held, currency = rows.dropna(subset="value"), _currency(cases)
    rent = converted(assumption("h100_rent"), currency)
    title = say("finding.none", metric=words.name("revenue_per_hour"))
    if len(held):
        top, bottom = held.iloc[0], held.iloc[-1]
        title = words.counted("gigawatt.hour_title", len(held), **_two(top, bottom))
    ends = {"rent": _hourly(rent.low, currency), "high": _hourly(rent.high, currency)}
    subtitle = say("gigawatt.hour_subtitle", currency=currency)
    frame = Frame("per-hour", title, subtitle, (say("gigawatt.hour_note", **ends),))
    return marks.dots(rows, frame)


def _span(case: Case) -> dict[str, float]:
    """The output at the ends of the count of chips: the more there are, the less each earns."""
    chips = case.inputs["h100e_average"]
    ends = {"low": chips.high, "high": chips.low}
    return {end: float(case.evaluate(h100e_average=count).revenue_per_hour) for end, count in ends.items()}


def per_h100e(cases: Mapping[str, Case]) -> Exhibit:
    """Capex, value, revenue and power for each H100-equivalent, by company, with the reason of what is lacking."""
    outputs = list(gigawatt.compute_stock.compute_stock.outputs)
    rows = pd.DataFrame([_of_output(case, company, name) for company, case in cases.items() for name in outputs])
    floors = _floors(cases)
    rows["shown"] = [_figure(row, floors) for row in rows.itertuples()]
    headings = {words.name(name): say(f"gigawatt.per.{name}") for name in outputs}
    view = rows.pivot(index="label", columns="group", values="shown").loc[list(dict.fromkeys(rows["label"]))]
    view = view[list(headings)].rename(columns=headings)
    gaps = tuple(dict.fromkeys(reason for reason in rows.loc[rows["value"].isna(), "note"] if reason))
    kinds = marks.frame.kinds_noted(rows["kind"])
    return Exhibit(
        id="per-h100e",
        title=_per_h100e_title(rows),
        subtitle=say("gigawatt.per_subtitle", currency=_currency(cases)),
        alt="",
        view=view.rename_axis(words.say("column.company"), axis=0).rename_axis(None, axis=1).reset_index(),
        figures=marks.frame.figures(rows),
        notes=(say("gigawatt.per_note"), *floors.values(), *kinds, *gaps),
        sources=marks.frame.documents(rows),
    )


def _floors(cases: Mapping[str, Case]) -> dict[str, str]:
    """By company, why its enterprise value stands on estimated debt: on the least that is owed."""
    debts = {company: case.inputs["net_debt"] for company, case in cases.items() if case.outputs.ev_per_h100e > 0}
    return {parts.names()[company]: debt.reason for company, debt in debts.items() if debt.kind == "estimated"}


def _figure(row, floors: Mapping[str, str]) -> str:
    """A cell of the table; an enterprise value on the least that is owed says so."""
    text = parts.shown(row.value, _cell(row.unit), row.kind)
    least = row.label in floors and row.group == words.name("ev_per_h100e") and row.value == row.value
    return say("gigawatt.least", value=text) if least else text


def _of_output(case: Case, company: str, name: str) -> dict:
    """One output of a company with the evidence of the inputs that it takes, and no others."""
    used = needed(case, name)
    own = Case(case.model, {each.name: each for each in used}, case.currency, company)
    return {
        "label": parts.names()[company],
        "group": words.name(name),
        "value": float(getattr(case.outputs, name)),
        "unit": case.unit(name),
        "kind": "derived" if own.lacking else own.kind,
        "source": own.source,
        "note": next((each.reason for each in used if each.missing), ""),
    }


def _per_h100e_title(rows: pd.DataFrame) -> str:
    of = words.name("revenue_per_hour")
    hours = rows[rows["group"] == of].dropna(subset="value").sort_values("value", ascending=False)
    if hours.empty:
        return say("finding.none", metric=of)
    top, bottom = hours.iloc[0], hours.iloc[-1]
    return words.counted("gigawatt.per_title", len(hours), **_two(top, bottom))


def _two(top: pd.Series, bottom: pd.Series) -> dict[str, str]:
    ends = {"top": top, "bottom": bottom}
    values = {f"{end}_value": _hourly(row["value"], row["unit"].partition("/")[0]) for end, row in ends.items()}
    return values | {end: row["label"] for end, row in ends.items()}


def _currency(cases: Mapping[str, Case]) -> str:
    return next(iter(cases.values())).currency


def _hourly(value: float, currency: str) -> str:
    """A price with two decimals, whose base the sentence names."""
    return words.value(value, f"{currency}/share")


def _cell(unit: str) -> str:
    """A unit per H100-equivalent as it stands under a heading that names it."""
    measured, _, base = unit.partition("/")
    if measured == "kW":
        return "number"
    return f"{measured}/share" if base == "H100e-hour" else measured


def verdict(cost: Case, ownership: Case, found: Held) -> tuple[str, ...]:
    """The page in a few sentences: what a gigawatt holds and costs, what it costs a year, who holds the most."""
    site, held = cost.outputs, found.table
    opening = say(
        "gigawatt.verdict",
        gpus=words.value(round(float(site.gpus), -3), "GPUs"),
        capex=words.value(site.site_capex, cost.currency),
        each=words.value(float(site.capex_per_gpu), cost.unit("capex_per_gpu")),
        year=words.value(float(ownership.outputs.total_cost), ownership.currency),
        it=words.value(float(ownership.outputs.it_cost_share), "fraction"),
    )  # fmt: skip
    if held.empty:
        return opening, say("gigawatt.no_owners")
    total, gw = words.value(held["h100e"].sum(), "H100e"), words.value(held["mw"].sum() / MW_PER_GW, "GW")
    return opening, say("gigawatt.verdict_held", day=words.day(found.quarter), total=total, gw=gw)


def nothing(name: str) -> Exhibit:
    """An exhibit that says that nothing it would show was public yet."""
    return marks.nothing(Frame(name, say("gigawatt.nothing"), ""))
