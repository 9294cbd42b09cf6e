"""Cases of what power is worth: the figures held of each company, with the reader's own probabilities."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from capcycle import words
from capcycle.analyses.power_value.model import leased_mw_value, power_value, priced_in
from capcycle.errors import ModelError
from capcycle.study.case import Case, Input, case

TERMS = ("noi_per_leased_mw", "cost_per_leased_mw")
HELD = ("operating_mw", "leased_mw", "pipeline_mw", "cash", "debt", "shares", "price", "delivered", *TERMS)
UNITS = {"shares": "shares", "price": "USD/share", "delivered": "fraction", "noi_per_leased_mw": "USD/MW/year",
         "cost_per_leased_mw": "USD/MW"}  # fmt: skip


def power_cases(peers: pd.DataFrame, leased: Sequence[float], pipeline: Sequence[float], bitcoin: float = 0.0,
                currency: str = "USD", **given: float) -> dict[str, Case]:  # fmt: skip
    """A sum of the parts for each company of `capcycle.analyses.power_value.peers.peers`.

    leased, pipeline  the reader's probability that a leased MW is delivered, and that a MW of the pipeline finds a
                      tenant: low, central, high. No source gives either.
    bitcoin           what the company holds, in US dollars at market; the reader's own

    >>> from capcycle.analyses.power_value.peers import peers
    >>> cases = power_cases(peers(["CIFR"]), [0.8, 0.9, 1.0], [0.0, 0.25, 0.5])
    >>> cases["CIFR"].inputs["leased_probability"].high
    1.0
    """
    own = {
        "leased_probability": probability("leased_probability", leased),
        "pipeline_probability": probability("pipeline_probability", pipeline),
        "bitcoin": Input("bitcoin", bitcoin, "USD", reason=words.say("power_value.bitcoin")),
    }
    return {
        company: case(power_value, company, currency, **held(peers, company, HELD), **own, **given)
        for company in peers["company"].unique()
    }


def priced_in_cases(peers: pd.DataFrame, currency: str = "USD", **given: float) -> dict[str, Case]:
    """How many leased MW the value of each company assumes.

    >>> from capcycle.analyses.power_value.peers import peers
    >>> priced_in_cases(peers(["MARA"]))["MARA"].lacking
    'no signed AI lease with its MW is held'
    """
    names = ("enterprise_value", "operating_mw", "leased_mw", *TERMS)
    nothing = Input("bitcoin", 0.0, "USD", reason=words.say("power_value.bitcoin"))
    return {
        company: case(priced_in, company, currency, **{"bitcoin": nothing, **held(peers, company, names), **given})
        for company in peers["company"].unique()
    }


def lease_case(peers: pd.DataFrame, company: str, currency: str = "USD") -> Case:
    """What one leased MW of a company is worth, at what its own leases earn and cost.

    >>> from capcycle.analyses.power_value.peers import peers
    >>> own = lease_case(peers(["CIFR"]), "CIFR").inputs["cost_per_leased_mw"]
    >>> round(own.central)  # 168 MW at 10m, 39 at 9.5m, 370 at the general 12m
    11248700
    """
    return case(leased_mw_value, company, currency, **held(peers, company, TERMS))


def held(peers: pd.DataFrame, company: str, names: Sequence[str]) -> dict[str, Input]:
    """Figures of one company as a model's inputs."""
    rows = peers[peers["company"] == company].set_index("figure")
    units = {name: "MW" for name in names if name.endswith("_mw")} | UNITS
    return {
        name: Input(name, row.value, units.get(name, "USD"), row.low, row.high, row.kind, row.source, row.reason)
        for name, row in ((name, rows.loc[name]) for name in names)
    }


def probability(name: str, range_: Sequence[float]) -> Input:
    """A probability that the reader declares: low, central, high.

    >>> probability("leased_probability", [0.8, 0.9, 1.0]).central
    0.9
    """
    low, central, high = range_ if len(range_) == 3 else [np.nan] * 3
    if not 0 <= low <= central <= high <= 1:
        raise ModelError(f"{name} is {list(range_)}: give low, central and high, rising and between 0 and 1")
    return Input(
        name, central, "fraction", low if low < high else np.nan, high, reason=words.say(f"power_value.{name}")
    )
