"""Cases of leased clusters: what a call told of ten thousand cards, and a tenant that leases part of its capex."""

from collections.abc import Sequence

import numpy as np

from capcycle import facts, metrics, words
from capcycle.analyses.leasing.model import lease_or_buy, leasing
from capcycle.analyses.useful_life.cases import newest
from capcycle.errors import ModelError, unknown
from capcycle.measure import measure
from capcycle.panel import Panel
from capcycle.study.case import Case, Input, case, converted, figure
from capcycle.study.chosen import assumption

KINDS = ("ordinary", "advanced")
CALL = "CNY"  # the call's currency
TOLD = {"cards": "china_cluster_cards", "card_lease_term": "china_cluster_term",
        "vat_refund": "china_cluster_tax_refund", "cluster_residual": "china_cluster_residual"}  # fmt: skip
TAX = "lessor_tax_rate"
DECLARED = {"card_price": (1_000, 10e6), "lessor_debt_rate": (0, 0.5), "operating_cost_share": (0, 1),
            "borrowed_share": (0, 1), TAX: (0, 0.9)}  # fmt: skip
CHOSEN = {"leased": (0.001, 1), "tenant_rate": (0.0001, 0.5)}


def told(kind: str = "ordinary") -> dict[str, str]:
    """What the call told of a cluster, as the names of assumptions: cards, term, income, VAT refund, residual value.

    Errors: ModelError for a kind of card other than these.

    >>> told("advanced")["lease_income"]
    'china_cluster_income_advanced'
    """
    if kind not in KINDS:
        raise ModelError(unknown("kind of card", [kind], KINDS))
    return TOLD | {"lease_income": f"china_cluster_income_{kind}"}


def cluster(kind: str, currency: str = CALL, **declared: float | Sequence[float]) -> Case:
    """A cluster as the call told it, at costs that stand in no source: each one number, or low, central and high.

    declared  in yuan, as the call is; a tax rate of 0 takes the assumption's
    Errors:   ModelError for a kind of card that the call does not tell of, for every cost that cannot be, and for a
              currency without rates.
    """
    rows = {name: list(value) if np.ndim(value) else [value] for name, value in declared.items()}
    _check({name: row for name, row in rows.items() if np.ndim(declared[name])}, rows)
    own = {name: _declared(name, row) for name, row in rows.items() if name != TAX or row[0]}
    return case(leasing, "", currency, **told(kind), **own)


def _declared(name: str, row: Sequence[float]) -> Input:
    low, central, high = row if len(row) == 3 else (np.nan, row[0], np.nan)
    unit = leasing.parameters[name].replace("currency", CALL)
    return Input(name, float(central), unit, low, high, reason=words.say("leasing.no_source"))


def _check(ranges: dict[str, list[float]], rows: dict[str, list[float]]) -> None:
    faults = [f"{name} is {row}: give low, central and high, rising" for name, row in ranges.items()
              if len(row) != 3 or sorted(row) != row]  # fmt: skip
    faults += [
        f"{name} is {', '.join(f'{each:g}' for each in row)}: give numbers from {low:g} to {high:g}"
        for name, row in rows.items()
        for low, high in [(DECLARED | CHOSEN)[name]]
        if not all(low <= each <= high for each in row)
    ]
    if faults:
        raise ModelError("; ".join(faults))


def told_profit(kind: str, currency: str = CALL) -> list[float]:
    """Both ends of the yearly profit that the call told of a cluster.

    >>> told_profit("ordinary")
    [150000000.0, 200000000.0]
    """
    found = converted(assumption(f"china_cluster_profit_{kind}"), currency)
    return [found.low, found.high]


def choice(lease: Case, years: Panel, tenant: str, leased: float, tenant_rate: float) -> Case:
    """A tenant that leases a part of its newest year's capex at a cluster's terms, instead of buying it.

    leased  the part of its capex
    Errors: ModelError for a part or a rate of interest that cannot be.
    """
    _check({}, {"leased": [leased], "tenant_rate": [tenant_rate]})
    spent, found = measure("capex", years), lease.outputs
    capex = figure(spent, tenant, newest(spent, tenant))
    price = leased * capex.central
    rent = price * float(found.inflow_by_year[1] / found.server_outlay)
    running = rent * float(lease.inputs["operating_cost_share"].central)
    part = words.say("leasing.part", share=words.value(leased, "fraction"), name=facts.companies()["name"][tenant])
    amounts = {"purchase_price": price, "rent_per_year": rent, "running_cost_per_year": running}
    terms = words.say("leasing.terms")
    own = {
        name: Input(name, value, "", source=capex.source, reason=part if name == "purchase_price" else terms)
        for name, value in amounts.items()
    }
    resale = float(lease.inputs["cluster_residual"].central / found.server_outlay)
    return case(
        lease_or_buy, tenant, years.currency, **own, card_lease_term=lease.inputs["card_lease_term"],
        resale_share=Input("resale_share", resale, "fraction", source=lease.source, reason=terms),
        tenant_debt_rate=tenant_rate, tenant_tax_rate="tax_rate",
        operating_income=measure("operating_income", years),
        invested_capital=measure(metrics.invested_capital, years),
    )  # fmt: skip
