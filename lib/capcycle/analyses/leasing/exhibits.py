"""Exhibits of leased clusters: what the costs must add up to, five years of accounts, lease or buy."""

from collections.abc import Sequence

import pandas as pd

from capcycle import exhibits, study, words
from capcycle.analyses.leasing.cases import implied
from capcycle.exhibits import Exhibit, marks
from capcycle.exhibits.marks import Frame
from capcycle.quantity import Quantity
from capcycle.study import Case
from capcycle.units import scaled
from capcycle.words import Sentence, say

BRIDGE = ["lease_inflow", "-server_outlay", "-interest_paid", "-operating_paid", "-tax_paid", "lease_profit"]
LINES = {"inflow_by_year": 1, "refund_by_year": 1, "residual_by_year": 1, "server_charge_by_year": -1,
         "interest_by_year": -1, "operating_cost_by_year": -1, "tax_by_year": -1, "lease_profit_by_year": 1,
         "lessor_cash_by_year": 1}  # fmt: skip
IMPLIED = ["lease_margin", "implied_cost", "implied_cost_per_card", "rent_per_card_hour"]
MEASURED = ("capex", "liability", "ebitda", "operating_income", "roic", "npv")
OPERATING = ("", "tenant_lease_liability", "ebitda_rented", "operating_income_rented", "roic_asc_842", "npv_of_leasing")
WAYS = {  # of having the compute, each with the output behind every measure
    "bought": ("capex_avoided", "", "ebitda_bought", "operating_income_bought", "roic_bought", "npv_of_buying"),
    "ifrs_16": ("", "tenant_lease_liability", "ebitda_ifrs_16", "operating_income_ifrs_16", "roic_ifrs_16",
                "npv_of_leasing"),
    "asc_842": OPERATING,
    "rented": ("", "", "ebitda_rented", "operating_income_rented", "roic_rented", "npv_of_leasing"),
}  # fmt: skip


def finding(lease: Case, profit: Quantity) -> Sentence:
    """What the cluster earns at the declared costs, beside the profit that the call gives."""
    key = "leasing.finding_alone" if profit.hindsight else "leasing.finding"  # the call was not held yet
    return study.verdict(lease, key, quoted=words.between(profit.low, profit.high, profit.unit))


def bridge(lease: Case, profit: Quantity) -> Exhibit:
    """From all that comes in over the term to the profit, with what a quoted profit says the costs must add up to."""
    costs = [float(case.outputs.implied_cost) for case in implied(lease, profit).values()]
    per_cluster = lease.quantity("five_year_cost").called("five_year_cost", f"{lease.currency}/cluster")
    return exhibits.bridge(
        lease, BRIDGE, "leasing.bridge", cost=per_cluster, quoted=words.between(profit.low, profit.high, profit.unit),
        must=words.between(min(costs), max(costs), f"{lease.currency}/cluster"),
    )  # fmt: skip


def quoted_margins(lease: Case, profit: Quantity) -> Exhibit:
    """What each end of the quoted profit implies: margin, all cost, cost per card, rent per card-hour."""
    cases = implied(lease, profit)
    margins = [float(case.outputs.lease_margin) for case in cases.values()]
    return exhibits.table(
        cases, IMPLIED, "leasing.implied", quoted=words.between(profit.low, profit.high, profit.unit),
        margins=words.between(min(margins), max(margins), "fraction"),
    )  # fmt: skip


def years(lease: Case) -> Exhibit:
    """Income statement and cash of a leased cluster, a column for each year of the lease and one for the sum."""
    term = int(lease.inputs["card_lease_term"].value)
    heads = [say("leasing.today"), *map(str, range(1, term + 1)), say("marks.total")]
    rows = pd.DataFrame([
        {"label": say(f"leasing.line.{name}"), **dict(zip(heads, _line(lease, name, sign, term), strict=True))}
        for name, sign in LINES.items()
    ]).assign(unit="", kind=lease.kind, source=lease.source)  # fmt: skip
    title = study.tell(lease, "leasing.years.title")
    frame = marks.worded(
        "leasing.years", say("leasing.declared"), id="lease-years", title=title, currency=lease.currency
    )
    return marks.table(rows, frame, {"label": say("marks.column.label")} | {head: head for head in heads})


def _line(lease: Case, name: str, sign: int, term: int) -> Sequence[str]:
    amounts = [sign * float(each) for each in getattr(lease.outputs, name)[: term + 1]]
    return [words.value(scaled(each, "m"), "number") for each in (*amounts, sum(amounts))]


def by_card_price(card: Case) -> Exhibit:
    """What one card costs a tenant over the term, bought and leased, by its price."""
    even, price = (float(card.quantity(name).value) for name in ("even_price", "card_price"))
    key = "leasing.card" if even > price else "leasing.card_lease"
    prices = [round(price * step / 10, -3) for step in range(6, 21, 2)]
    return exhibits.over(card, "card_price", ["cost_of_buying", "cost_of_leasing"], key, prices)


def ways_to_have(choice: Case) -> Exhibit:
    """The tenant's accounts in the first year if it buys, leases under either standard, or rents as a service."""
    rows = pd.DataFrame([
        {"label": say(f"leasing.way.{way}"),
         **{column: float(getattr(choice.outputs, name)) if name else 0.0
            for column, name in zip(MEASURED, names, strict=True)}}
        for way, names in WAYS.items()
    ]).assign(unit=choice.currency, roic_unit="fraction", kind=choice.kind, source=choice.source)  # fmt: skip
    key = "lease" if float(choice.outputs.gain_from_leasing) >= 0 else "buy"
    title, subtitle = (study.tell(choice, f"leasing.ways.{each}") for each in (key, "subtitle"))
    columns = {"label": say("marks.column.label")} | {name: say(f"leasing.column.{name}") for name in MEASURED}
    return marks.table(rows, Frame("lease-or-buy", title, subtitle, (say("leasing.ways.note"),)), columns)
