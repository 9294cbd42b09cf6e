"""Cases of hosting: what some lessors' own contracts pay, the assumptions beside them, one MW in its other uses."""

from dataclasses import replace
from typing import Any

import pandas as pd

from capcycle import facts
from capcycle.analyses import hosting
from capcycle.analyses.hosting import contracts
from capcycle.facts import registers
from capcycle.study.case import DERIVED, Case, Input, case, converted
from capcycle.study.chosen import assumption, within
from capcycle.words import say

RANGES = {"hosting_rent": (1e5, registers.DEAREST_HOSTING), "hosting_capex": (1e6, 100e6), "tenant_rate": (0.001, 0.5),
          "bitcoin_price": (1, 1e7), "signed_weight": (0.001, 1)}  # fmt: skip
CREDITS = {"hyperscaler": "tenant_rate_hyperscaler", "backed": "tenant_rate_backed", "unbacked": "tenant_rate_unbacked"}
USES = {  # the rows that give revenue and gross margin of one MW
    "mining": ("revenue_per_mw_mining", "gross_margin_mining"),
    "hosting": ("hosting_rent", "hosting_gross_margin"),
    "bare_metal": ("revenue_per_mw_bare_metal", "gross_margin_bare_metal"),
    "own_cloud": ("revenue_per_mw_own_cloud", "gross_margin_own_cloud"),
}


def chosen(**given: float) -> dict[str, Any]:
    """What a reader chose: of a notebook's parameters those that are not left at 0.

    Errors: ModelError for every value that cannot be; a rent above 3m USD per MW and year is not hosting.

    >>> chosen(tenant_rate=0.08, hosting_capex=0)
    {'tenant_rate': 0.08}
    """
    return within(RANGES, given)


def lease(table: pd.DataFrame, **given: Any) -> Case:
    """One MW let at what the contracts of a table pay, the rest as assumed, all in the currency of the table.

    given  what a reader chose instead, in US dollars
    """
    return _let(hosting.model.hosting, table, given)


def uses(table: pd.DataFrame, **given: Any) -> Case:
    """One MW of power let as in `lease`, mined with, or run as an own cloud."""
    return _let(hosting.power_use.power_use, table, given)


def _let(model: Any, table: pd.DataFrame, given: dict[str, Any]) -> Case:
    currency = table.attrs["currency"]
    return case(model, currency=currency, **({"hosting_rent": _rent(table, currency)} | _taken(model, given)))


def _taken(model: Any, given: dict[str, Any]) -> dict[str, Any]:
    return {name: assumption(name, value) for name, value in given.items() if name in model.parameters}


def _rent(table: pd.DataFrame, currency: str) -> Input | str:
    """What the contracts pay on average, weighted by MW and years; the general assumption where none has a price."""
    held = table[~table["not_hosting"] & table["price"].notna()]
    if held.empty:
        return "hosting_rent"
    found = contracts.prices(held, held["term_years"].mean())
    source = facts.documents(held["source"])
    general = converted(assumption("hosting_rent"), currency)
    low, high = (found.low, found.high) if found.low < found.high else (general.low, general.high)  # of one contract
    return Input(
        "hosting_rent", found.weighted, f"{currency}/MW/year", low, high, DERIVED, source, say("hosting.own_rent")
    )


def credit_rates() -> dict[str, Input]:
    """The rate at which rent is discounted, by the credit behind it."""
    return {credit: replace(assumption(name), unit="rate") for credit, name in CREDITS.items()}


def yields(table: pd.DataFrame, let: Case) -> pd.DataFrame:
    """Yield on cost of each contract; where it tells no margin or cost, those of a case stand in."""
    ends = [
        [each.low, each.central, each.high] for each in map(let.inputs.get, ["hosting_noi_margin", "hosting_capex"])
    ]
    return contracts.yields(table, *ends)


def businesses(currency: str = "USD") -> dict[str, Case]:
    """One MW as a business, in each of four uses."""
    return {
        use: case(hosting.power_use.business, currency=currency, revenue_per_mw=revenue, gross_margin=margin)
        for use, (revenue, margin) in USES.items()
    }
