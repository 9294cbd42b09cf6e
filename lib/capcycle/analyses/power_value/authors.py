"""The leases behind a company's value: what each pays and costs, when it starts, and what is told of it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from capcycle import words
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.study import Case, assumption
from capcycle.words import say

COLUMNS = ("label", "mw", "rent", "margin", "noi", "cost", "due")
MILLION = 1e6


def leases(book: pd.DataFrame, one: Case) -> Exhibit:
    """What each lease of a company pays, costs and when it starts; marked where a general figure stands in.

    book  rows of `capcycle.analyses.power_value.leased.leases`
    one   the company's sum of the parts
    """
    held, name = book[book["company"] == one.company], parts.names()[one.company]
    told = [_row(row) for row in held.to_dict("records")]
    frame = Frame(
        parts.slug("leases", one.company),
        _title(held, one.inputs["delivered"], name),
        say("power_value.book_subtitle", name=name),
        (say("power_value.book_note", years=words.value(assumption("delivery_years").central, "years")),
         one.inputs["delivered"].reason) if told else (),
    )  # fmt: skip
    rows = pd.DataFrame(told, columns=[*COLUMNS, "value", "unit", "kind", "source"])
    return marks.table(rows, frame, {each: say(f"power_value.lease_column.{each}") for each in COLUMNS})


def _title(held: pd.DataFrame, delivered, name: str) -> str:
    if held.empty:
        return say("power_value.book_none", name=name)
    noi, general = float(np.average(held["noi_central"], weights=held["mw"])), assumption("noi_per_leased_mw").central
    side = "above" if noi > general else "below" if noi < general else "level"
    mw, runs = float(held["mw"].sum()), "running" if delivered.central > 0 else "idle"
    told = say(f"power_value.book_{'assumed' if delivered.kind == 'assumed' else runs}", mw=words.value(mw, "MW"),
               running=words.value(mw * delivered.central, "MW"))  # fmt: skip
    return say("power_value.book", name=name, noi=words.value(noi, "USD/MW"), general=words.value(general, "USD/MW"),
               side=say(f"power_value.book_{side}"), running=told)  # fmt: skip


def _row(row: Mapping) -> dict:
    """One lease in words: each cell its own figure, or the general one marked as such."""
    named = say("power_value.lease_name", tenant=row["tenant"], site=row["site"]) if row["site"] else row["tenant"]
    rent, noi, cost = (words.value(row[name] / MILLION, "number") for name in ("price", "noi_central", "cost_central"))
    return {
        "label": named,
        "mw": words.value(row["mw"], "number"),
        "rent": rent,
        "margin": words.value(row["margin"], "fraction"),
        "noi": _told(noi, row["noi_told"]),
        "cost": _told(cost, row["cost_told"]),
        "due": _start(row),
        "value": row["noi_central"],
        "unit": "USD/MW/year",
        "kind": "derived" if row["noi_told"] else "assumed",
        "source": row["source"],
    }


def _start(row: Mapping) -> str:
    """The day on which a lease began or begins to pay, as told or as assumed."""
    if row["status"] == "delivering":
        return say("power_value.lease_runs", day=words.day(row["due"]))
    return _told(words.day(row["due"]), row["start_told"] or row["due"] != row["due"])


def _told(text: str, told: bool) -> str:
    return text if told else say("power_value.book_general", value=text)
