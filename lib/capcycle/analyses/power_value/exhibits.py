"""What power is worth: by company and stage, at its leases, as a sum of parts up to the price, and by author."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from capcycle import exhibits, facts, study, words
from capcycle.analyses.hosting import own
from capcycle.analyses.power_value.figures import figures
from capcycle.analyses.power_value.leased import general_of, sold_leases, without_critical_power
from capcycle.analyses.power_value.model import leased_mw_value
from capcycle.analyses.power_value.prices import power_prices
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.exhibits.marks import Frame
from capcycle.facts import Book
from capcycle.models.maths import annuity, per
from capcycle.quantity import ASSUMED, DERIVED, Quantity, listed, together
from capcycle.study import Case
from capcycle.units import MW_PER_GW
from capcycle.words import say

STAGES = ("operating_mw", "leased_mw", "gpu_mw", "secured_mw")
PER_MW, PER_MW_YEAR = "USD/MW", "USD/MW/year"
PARTS = {"operating_part": 1, "leased_part": 1, "cost_part": 1, "pipeline_part": 1, "bitcoin": 1, "cash": 1, "debt": -1,
         "funding_gap": 1}  # fmt: skip
LEASE_COLUMNS = ("label", "mw", "rent", "margin", "noi", "cost", "due")
PRINTED = {  # by author and stage, in the order of the chart
    "operating_mw": ["mining_power", "operating_value", "all_power"],
    "leased_mw": ["colocation_value", "discounted", "net_value_per_mw", "colocation_value_gross"],
    "pipeline_mw": ["aligned", "pipeline_value"],
    "cost": ["hosting_capex"],
}
ASSUMPTIONS = ("operating_value", "colocation_value", "colocation_value_gross", "pipeline_value", "hosting_capex")


def ladder(book: Book, of: str = "enterprise_value") -> Exhibit:
    """A value per MW of each stage, company by company; numerator, denominator and stage with every figure.

    of  enterprise_value, or market_value, which leaves out debt and cash
    """
    rows = pd.DataFrame([
        _rung(book.names[company], known[of], known[stage])
        for stage in STAGES
        for company, known in figures(book).items()
        if stage != "gpu_mw" or not known[stage].missing  # few have such a contract
    ])  # fmt: skip
    drawn = rows.dropna(subset="value")
    most = drawn.groupby("label")["value"].transform("max")
    drawn = drawn.assign(most=most).sort_values(["most", "place"], ascending=[False, True], ignore_index=True)
    lacking = rows[rows["value"].isna()].groupby("label", sort=False)["note"]
    notes = [say("marks.missing", label=name, reason=listed(reasons)) for name, reasons in lacking]
    title, id = _ladder_title(drawn, of), parts.slug("ladder", of)
    pue = f"{study.assumption(book, 'pue').value:.2f}"
    return marks.dots(drawn, marks.worded("power_value.ladder", *notes, id=id, title=title, of=words.name(of), pue=pue))


def _rung(name: str, value: Quantity, power: Quantity) -> dict:
    """A figure per MW, or the reason why it is missing."""
    each, stage = together(per, value, power, unit=PER_MW), say(f"power_value.stage.{power.name}")
    over = say("power_value.ladder.over", value=value.shown, power=power.shown, days=value.days, power_days=power.days)
    return {"label": name, "value": each.value, "group": stage, "place": STAGES.index(power.name),
            "unit": each.unit, "kind": each.kind, "source": each.source,
            "note": each.reason if each.missing else over}  # fmt: skip


def _ladder_title(rows: pd.DataFrame, of: str) -> str:
    if rows.empty:
        return say("finding.none", metric=words.name(of))
    ends = (
        rows.sort_values("place").groupby("group", sort=False)["value"].agg(["min", "max"]).head(1)
    )  # the others stand in the chart
    stages = [f"{words.between(*each, PER_MW)} {words.lower(stage)}" for stage, *each in ends.itertuples()]
    return say("power_value.ladder.title", of=words.name(of), stages=words.listing(stages))


def stage_prices(book: Book, of: str = "enterprise_value") -> Exhibit:
    """The three ratios, each giving the whole value to one stage, beside a regression that shares it out."""
    known = figures(book)
    values = pd.DataFrame({company: {name: each.value for name, each in own.items()} for company, own in known.items()})
    found = power_prices(values.T, of)
    used = [own[name].source for own in known.values() for name in (of, *found.table.index)]
    rows = found.table.assign(
        label=[words.name(stage) for stage in found.table.index], unit=PER_MW, kind="estimated",
        source=facts.documents(used), companies=found.table["companies"].map("{:.0f}".format),
    )  # fmt: skip
    regressed = ("price", "standard_error", "price_nonnegative") if found.freedom > 0 else ()
    headings = {each: say(f"power_value.column.{each}")
                for each in ("label", "companies", "mean_ratio", "pooled_ratio", *regressed)}  # fmt: skip
    leased = found.table.loc["leased_mw"]
    key = "title" if leased["companies"] else "title_0"  # a regression on so few companies is no headline
    ratios = {each: words.value(leased[each], PER_MW) for each in ("mean_ratio", "pooled_ratio")}
    names = words.listing([book.names[company] for company in found.companies]) if regressed else ""
    note = say(f"power_value.prices.{'freedom' if regressed else 'no_freedom'}", names=names, freedom=found.freedom,
               count=len(found.companies), errors=f"{found.errors_needed:.1f}")  # fmt: skip
    title, id = say(f"power_value.prices.{key}", **ratios), parts.slug("power-prices", of)
    frame = marks.worded("power_value.prices", note, id=id, title=title, of=words.name(of))
    return marks.table(rows.reset_index(drop=True), frame, headings)


def lease_table(case: Case) -> Exhibit:
    """What each lease of a company pays, costs and when it starts; marked where a general figure stands in.

    case  the company's sum of the parts
    """
    book, name, rows = case.book, case.book.names[case.company], own.leases(case.book.into("USD"))
    rows = rows[rows["company"] == case.company]
    id = parts.slug("leases", case.company)
    if rows.empty:
        return marks.nothing(Frame(id, say("power_value.lease.title_0", name=name), ""))
    general, years = general_of(book.into("USD"), "noi_per_leased_mw"), study.assumption(book, "delivery_years")
    delivered, signed = case.inputs["delivered"], case.inputs["leased_mw"]
    rows = pd.DataFrame([_lease(row) for row in rows.to_dict("records")])
    noi = figures(book)[case.company]["noi_per_leased_mw"].shown
    runs = say(f"power_value.lease.{'unreported' if delivered.kind == ASSUMED else 'running'}", mw=signed.shown,
               running=(delivered * signed).shown)  # fmt: skip
    apart = [_named(row) for row in without_critical_power(book, case.company).to_dict("records")]
    left_out = [say("power_value.lease.no_critical", labels=words.listing(apart))] if apart else []
    frame = marks.worded(
        "power_value.lease", f"{parts.upper(runs)}.", delivered.reason, *left_out, id=id, name=name, noi=noi,
        general=general.shown, years=years.shown,
    )  # fmt: skip
    return marks.table(rows, frame, {each: say(f"power_value.lease_column.{each}") for each in LEASE_COLUMNS})


def _lease(row: Mapping) -> dict:
    """One lease in words: each cell its own figure, or the general one marked as assumed."""
    noi, cost, due = row["noi"], row["cost"], words.day(row["due"])
    stated = say("power_value.lease.since", day=due) if row["status"] == "delivering" else due
    general = pd.isna(row["starts"]) and pd.notna(row["due"]) and row["status"] != "delivering"
    return {
        "label": _named(row), "mw": words.value(row["mw"], "number"),
        "rent": words.value(row["price"], PER_MW), "margin": words.value(row["margin"], "fraction"),
        "noi": parts.cell_text(noi.value, PER_MW, noi.kind), "cost": parts.cell_text(cost.value, PER_MW, cost.kind),
        "due": f"{due} {say('mark.assumed')}" if general else stated, "value": noi.value, "unit": PER_MW_YEAR,
        "kind": noi.kind, "source": row["source"],
    }  # fmt: skip


def _named(lease: Mapping) -> str:
    return ", ".join(filter(None, [lease["tenant_name"], lease["site"]]))


def to_price(case: Case) -> Exhibit:
    """The sum of the parts of a company for each share, from zero up to the value and on to the price."""
    id, title = parts.slug("to-price", case.company), study.tell(case, "power_value.verdict")
    subtitle = say("power_value.to_price.subtitle", currency=words.unit(case.currency))
    if case.lacking:
        return marks.nothing(Frame(id, title, subtitle))
    value, price = case.quantity("value_per_share"), case.inputs["price"]
    count = float(case.inputs["shares"].value + case.outputs.new_shares)
    steps = {words.name(name): case.quantity(name) * (sign / count) for name, sign in PARTS.items()}
    steps |= {words.name("value_per_share"): value, say("power_value.to_price.beyond"): price - value,
              words.name("price"): price}  # fmt: skip
    rows = pd.DataFrame([
        {"label": label, "value": each.value, "total": each in (value, price), "kind": each.kind}
        for label, each in steps.items() if each.value
    ]).assign(unit=case.unit("price"), source=case.source)  # fmt: skip
    sold = [_named(row) for row in sold_leases(case.book, case.company).to_dict("records")]
    notes = [say("power_value.to_price.sold", labels=words.listing(sold))] if sold else []
    return marks.waterfall(rows, Frame(id, title, subtitle, (study.tell(case, "power_value.to_price.note"), *notes)))


def priced_in(cases: Mapping[str, Case], subject: str = "") -> Exhibit:
    """How many leased MW the value of each company assumes, with what an analyst had printed of it.

    subject  the name of the company that the title speaks of
    """
    book = next(iter(cases.values())).book
    table = book.register("estimates").query("measure == 'priced_in_power'")
    shares = [f"{row['name']} {words.value(row['low'], 'fraction')}" for row in table.to_dict("records")]
    printed = say("power_value.printed", shares=words.listing(shares)) if shares else ""
    return exhibits.ranking(cases, "priced_in_mw", "power_value.priced_in", printed=printed, subject=subject)


def football(book: Book, rates: Sequence[float] = (0.08, 0.10)) -> Exhibit:
    """What authors had printed by the day of a book of the value of a MW, by stage, with their ranges.

    rates  at which the income of a mean contract is discounted: the reader's own
    """
    every = {each.name: each for each in _values(book.into("USD"), rates)}
    public = {name: each for name, each in every.items() if not each.hindsight}
    ends = {end: words.value(rate, "fraction") for end, rate in zip(("low", "high"), rates, strict=True)}
    notes = [say(key, **ends) for name in public if (key := words.said(f"power_value.football_note.{name}", ""))]
    if len(public) < len(every):
        notes.append(say("power_value.football.later", day=words.day(book.day)))
    title = _title([public[name] for name in PRINTED["leased_mw"] if name in public], book)
    frame = Frame("power-football", title, say("power_value.football.subtitle"), (*_quotient(book), *notes))
    rows = [_bar(public[name], stage) for stage, names in PRINTED.items() for name in names if name in public]
    return marks.dots(pd.DataFrame(rows), frame) if rows else marks.nothing(frame)


def _values(dollars: Book, rates: Sequence[float]) -> Iterator[Quantity]:
    yield from (study.assumption(dollars, name) for name in ASSUMPTIONS)
    for row in dollars.register("estimates").query("measure == 'ev_per_mw' and about != 'AI power'").itertuples():
        yield Quantity(row.about.replace(" ", "_"), row.low, PER_MW, row.low, row.high, row.kind, row.source)
    for row in dollars.register("commitments").query("commitment == 'aligned-purchase'").itertuples():
        yield Quantity("aligned", row.amount / (row.gw * MW_PER_GW), PER_MW, kind=DERIVED, source=row.source)
    multiple = study.assumption(dollars, "noi_multiple")
    yield study.case(leased_mw_value, dollars, cap_rate=1 / multiple).quantity("net_value_per_mw")
    rent, margin, term = _contract(dollars)
    income = rent.value * (margin.low + margin.high) / 2  # level, before the cost of building
    low, high = sorted(income * float(annuity(rate, term.value)) for rate in rates)
    later = any(each.hindsight for each in (rent, margin, term))
    yield Quantity("discounted", np.nan, PER_MW, low, high, source=rent.source, hindsight=later)


def _contract(book: Book) -> list[Quantity]:
    """Rent, margin and term of an author's mean contract."""
    return [study.assumption(book, name) for name in ("hosting_rent", "hosting_noi_margin", "lease_term_mean")]


def _bar(each: Quantity, stage: str) -> dict:
    kind = "estimated" if each.kind == ASSUMED else each.kind  # a judgement of its author's, not of this workbook
    return {"label": say(f"power_value.football_label.{each.name}"), "low": each.low, "value": each.value,
            "high": each.high, "unit": PER_MW, "kind": kind, "source": each.source,
            "group": say(f"power_value.stage.{stage}")}  # fmt: skip


def _title(leased: Sequence[Quantity], book: Book) -> str:
    if not leased:
        return say("power_value.football.title_0", day=words.day(book.day))
    low, high = np.nanmin([each.low for each in leased]), np.nanmax([each.high for each in leased])
    return say("power_value.football.title", low=words.value(low, PER_MW), high=words.value(high, PER_MW))


def _quotient(book: Book) -> list[str]:
    """Why the value of a MW of AI power that an author printed is no price: it exceeds all that the MW can earn."""
    printed = book.register("estimates").query("measure == 'ev_per_mw' and about == 'AI power'")["low"]
    rent, margin, term = _contract(book)
    if printed.empty or rent.hindsight:
        return []
    value = float(printed.iloc[0])
    times = words.value(value / (rent.value * margin.high * term.value), "multiple")
    return [say("power_value.football.quotient", value=words.value(value, PER_MW), times=times)]
