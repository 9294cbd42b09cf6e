"""What power is worth: by company and stage, at its leases, and as a sum of parts up to the price."""

from collections.abc import Mapping

import pandas as pd

from capcycle import exhibits, facts, study, words
from capcycle.analyses.power_value.figures import figures
from capcycle.analyses.power_value.leased import leases
from capcycle.analyses.power_value.prices import power_prices
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.exhibits.marks import Frame
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.quantity import Quantity, listed, together
from capcycle.study import Case
from capcycle.words import say

STAGES = ("operating_mw", "leased_mw", "gpu_mw", "secured_mw")
PER_MW, PER_MW_YEAR = "USD/MW", "USD/MW/year"
PARTS = {"operating_part": 1, "leased_part": 1, "cost_part": 1, "pipeline_part": 1, "bitcoin": 1, "cash": 1, "debt": -1,
         "funding_gap": 1}  # fmt: skip
LEASE_COLUMNS = ("label", "mw", "rent", "margin", "noi", "cost", "due")


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
    drawn = rows.dropna(subset="value").sort_values(["place", "value"], ascending=[True, False], ignore_index=True)
    lacking = rows[rows["value"].isna()].groupby("name", sort=False)["note"]
    notes = [say("marks.missing", label=name, reason=listed(reasons)) for name, reasons in lacking]
    title, id = _ladder_title(drawn, of), parts.slug("ladder", of)
    return marks.dots(drawn, marks.worded("power_value.ladder", *notes, id=id, title=title, of=words.name(of)))


def _rung(name: str, value: Quantity, power: Quantity) -> dict:
    """A figure per MW, or the reason why it is missing."""
    each, stage = together(per, value, power, unit=PER_MW), say(f"power_value.stage.{power.name}")
    label = say("power_value.ladder.label", name=name, stage=words.lower(stage), day=words.day(power.since))
    over = say("power_value.ladder.over", value=value.shown, power=power.shown, days=value.days, power_days=power.days)
    return {"name": name, "label": label, "value": each.value, "group": stage, "place": STAGES.index(power.name),
            "unit": each.unit, "kind": each.kind, "source": each.source,
            "note": each.reason if each.missing else over}  # fmt: skip


def _ladder_title(rows: pd.DataFrame, of: str) -> str:
    if rows.empty:
        return say("finding.none", metric=words.name(of))
    ends = rows.groupby("group", sort=False)["value"].agg(["min", "max"])
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
    key = "title_0" if not leased["companies"] else "title" if found.concludes("leased_mw") else "title_open"
    ratios = {each: words.value(leased[each], PER_MW) for each in ("mean_ratio", "pooled_ratio", "price")}
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
    book, name, own = case.book, case.book.names[case.company], leases(case.book)
    own = own[own["company"] == case.company]
    id = parts.slug("leases", case.company)
    if own.empty:
        return marks.nothing(Frame(id, say("power_value.lease.title_0", name=name), ""))
    general, years = (study.assumption(book, each) for each in ("noi_per_leased_mw", "delivery_years"))
    delivered, signed = case.inputs["delivered"], case.inputs["leased_mw"]
    rows = pd.DataFrame([_lease(row) for row in own.to_dict("records")])
    noi = figures(book)[case.company]["noi_per_leased_mw"].shown
    frame = marks.worded(
        "power_value.lease", delivered.reason, id=id, name=name, noi=noi, general=general.shown, mw=signed.shown,
        running=(delivered * signed).shown, years=years.shown,
    )  # fmt: skip
    return marks.table(rows, frame, {each: say(f"power_value.lease_column.{each}") for each in LEASE_COLUMNS})


def _lease(row: Mapping) -> dict:
    """One lease in words: each cell its own figure, or the general one marked as assumed."""
    noi, cost, due = row["noi"], row["cost"], words.day(row["due"])
    stated = say("power_value.lease.since", day=due) if row["status"] == "delivering" else due
    general = pd.isna(row["starts"]) and pd.notna(row["due"]) and row["status"] != "delivering"
    return {
        "label": ", ".join(filter(None, [row["tenant_name"], row["site"]])), "mw": words.value(row["mw"], "number"),
        "rent": words.value(row["price"], PER_MW), "margin": words.value(row["margin"], "fraction"),
        "noi": parts.cell_text(noi.value, PER_MW, noi.kind), "cost": parts.cell_text(cost.value, PER_MW, cost.kind),
        "due": f"{due} {say('mark.assumed')}" if general else stated, "value": noi.value, "unit": PER_MW_YEAR,
        "kind": noi.kind, "source": row["source"],
    }  # fmt: skip


def to_price(case: Case) -> Exhibit:
    """The sum of the parts of a company for each share, from zero up to the value and on to the price."""
    id, title = parts.slug("to-price", case.company), study.tell(case, "power_value.verdict")
    subtitle = say("power_value.to_price.subtitle", currency=case.currency)
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
    return marks.waterfall(rows, Frame(id, title, subtitle, (study.tell(case, "power_value.to_price.note"),)))


def priced_in(cases: Mapping[str, Case]) -> Exhibit:
    """How many leased MW the value of each company assumes, with what an analyst had printed of it."""
    book = next(iter(cases.values())).book
    table = book.register("estimates").query("measure == 'priced_in_power'")
    shares = [f"{row['name']} {words.value(row['low'], 'fraction')}" for row in table.to_dict("records")]
    printed = say("power_value.printed", shares=words.listing(shares)) if shares else ""
    return exhibits.ranking(cases, "priced_in_mw", "power_value.priced_in", printed=printed)
