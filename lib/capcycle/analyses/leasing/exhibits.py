"""Exhibits of leased clusters: what the costs must add up to, five years of accounts, lease or buy."""

from typing import NamedTuple

import pandas as pd

from capcycle import words
from capcycle.analyses.leasing.model import leasing_implied
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.study import Case
from capcycle.units import scaled
from capcycle.words import say

LINES = {"inflow_by_year": 1, "refund_by_year": 1, "residual_by_year": 1, "server_charge_by_year": -1,
         "interest_by_year": -1, "operating_cost_by_year": -1, "tax_by_year": -1, "lease_profit_by_year": 1,
         "lessor_cash_by_year": 1}  # fmt: skip
COSTS = ["server_outlay", "interest_paid", "operating_paid", "tax_paid"]
WAYS = {
    "bought": ("capex_avoided", "", "ebitda_bought", "operating_income_bought", "roic_bought", "npv_of_buying"),
    "ifrs_16": (
        "",
        "tenant_lease_liability",
        "ebitda_ifrs_16",
        "operating_income_ifrs_16",
        "roic_ifrs_16",
        "npv_of_leasing",
    ),
    "asc_842": (
        "",
        "tenant_lease_liability",
        "ebitda_rented",
        "operating_income_rented",
        "roic_asc_842",
        "npv_of_leasing",
    ),
    "rented": ("", "", "ebitda_rented", "operating_income_rented", "roic_rented", "npv_of_leasing"),
}
MEASURED = ("capex", "liability", "ebitda", "operating_income", "roic", "npv")


def lease_finding(case: Case, told: list[float]) -> words.Sentence:
    """What the cluster earns at the declared costs, beside what was told, in one sentence."""
    found, unit = case.outputs, case.unit("lease_inflow")
    shares = {name: words.value(float(value), "fraction")
              for name, value in (("margin", found.lease_margin), ("irr", found.lessor_equity_irr))}  # fmt: skip
    profit = words.value(float(found.lease_profit_per_year), unit)
    rent = words.value(float(found.rent_per_card_hour), case.unit("rent_per_card_hour"))
    return words.paragraph(
        say("leasing.finding", profit=profit, rent=rent, told=_between(sorted(told), unit), **shares)
    )


def lease_bridge(case: Case, told: list[float]) -> Exhibit:
    """From all that comes in over the term to the profit, with what a told profit says the costs must add up to."""
    found, unit = case.outputs, case.unit("lease_inflow")
    amounts = {"lease_inflow": float(found.lease_inflow)}
    amounts |= {name: -float(getattr(found, name)) for name in COSTS} | {"lease_profit": float(found.lease_profit)}
    rows = pd.DataFrame({"label": [words.name(name) for name in amounts], "value": list(amounts.values())})
    rows = rows.assign(total=[name in ("lease_inflow", "lease_profit") for name in amounts], unit=unit,
                       kind=case.kind, source=case.source)  # fmt: skip
    must = sorted(float(_implied(case, profit).implied_cost) for profit in told)
    cluster = f"{case.currency}/cluster"
    title = say(
        "leasing.bridge",
        profit=words.value(float(found.lease_profit_per_year), unit),
        cost=words.value(float(found.five_year_cost), cluster),
        told=_between(sorted(told), unit),
        must=_between(must, cluster),
    )
    frame = Frame(parts.slug("lease-bridge", case.company), title, say("leasing.bridge_subtitle"),
                  (say("leasing.declared"),))  # fmt: skip
    return marks.waterfall(rows, frame)


def told_margins(case: Case, told: list[float]) -> Exhibit:
    """What each profit that was told implies: margin, all cost, cost per card, rent per card-hour."""
    outputs = [name for name in leasing_implied.outputs if name != "lease_inflow"]
    rows = pd.DataFrame(
        [
            {
                "label": words.name(name),
                "unit": leasing_implied.outputs[name].replace("currency", case.currency),
            }
            | {f"end_{place}": float(getattr(_implied(case, profit), name)) for place, profit in enumerate(told)}
            for name in outputs
        ]
    ).assign(kind="estimated", source=case.inputs["lease_income"].source)
    unit = case.unit("lease_profit_per_year")
    columns = {"label": say("marks.column.label")} | {
        f"end_{place}": words.value(profit, unit) for place, profit in enumerate(told)
    }
    margins = sorted(float(_implied(case, profit).lease_margin) for profit in told)
    title = say("leasing.told", told=_between(sorted(told), case.currency), margins=_between(margins, "fraction"))
    return marks.table(rows, Frame("told-margins", title, say("leasing.told_subtitle")), columns)


def lease_years(case: Case) -> Exhibit:
    """Income statement and cash of a leased cluster, a column for each year of the lease and one for the sum."""
    found, term = case.outputs, int(case.inputs["card_lease_term"].central)
    by_year = {name: [sign * float(each) for each in getattr(found, name)[: term + 1]] for name, sign in LINES.items()}
    shown = {
        name: [words.value(scaled(each, "m"), "number") for each in (*row, sum(row))] for name, row in by_year.items()
    }
    heads = [say("leasing.today"), *map(str, range(1, term + 1)), say("marks.total")]
    rows = pd.DataFrame([dict(zip(heads, row, strict=True)) for row in shown.values()])
    rows = rows.assign(label=[say(f"leasing.line_{name}") for name in shown], unit="", kind=case.kind,
                       source=case.source)  # fmt: skip
    columns = {"label": say("marks.column.label")} | {head: head for head in heads}
    irr = words.value(float(found.lessor_equity_irr), "fraction")
    title = say("leasing.years", profit=words.value(float(found.lease_profit), case.currency), irr=irr,
                margin=words.value(float(found.lease_margin), "fraction"))  # fmt: skip
    frame = Frame(
        "lease-years", title, say("leasing.years_subtitle", currency=case.currency), (say("leasing.declared"),)
    )
    return marks.table(rows, frame, columns)


def ways_to_have(case: Case) -> Exhibit:
    """The tenant's accounts in the first year if it buys, leases under either standard, or rents as a service."""
    found = case.outputs
    rows = pd.DataFrame([{"label": say(f"leasing.way_{way}")} | _way(case, names) for way, names in WAYS.items()])
    rows = rows.assign(unit=case.currency, roic_unit="fraction", kind=case.kind, source=case.source)
    gain = float(found.gain_from_leasing)
    title = say(
        "leasing.ways_lease" if gain >= 0 else "leasing.ways_buy", gain=words.value(abs(gain), case.currency),
        rent=words.value(float(found.tenant_break_even_rent), case.currency),
        asked=words.value(float(case.inputs["rent_per_year"].central), case.currency),
    )  # fmt: skip
    columns = {"label": say("marks.column.label")} | {name: say(f"leasing.column_{name}") for name in MEASURED}
    before = words.value(float(found.roic_before), "fraction")
    subtitle = say("leasing.ways_subtitle", before=before, name=parts.names()[case.company])
    frame = Frame("lease-or-buy", title, subtitle, (say("leasing.ways_note"),))
    return marks.table(rows, frame, columns)


def _way(case: Case, names: tuple[str, ...]) -> dict[str, float]:
    pairs = zip(MEASURED, names, strict=True)
    return {column: float(getattr(case.outputs, name)) if name else 0.0 for column, name in pairs}


def _implied(case: Case, profit: float) -> NamedTuple:
    given = {name: case.inputs[name].central for name in leasing_implied.parameters if name in case.inputs}
    return leasing_implied(told_profit_per_year=profit, **given)


def _between(ends: list[float], unit: str) -> str:
    return say("note.range", first=words.value(ends[0], unit), last=words.value(ends[-1], unit))
