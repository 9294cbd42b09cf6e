"""What a reader chooses in a notebook: checked against what can be, and put in the place of an assumption."""

from collections.abc import Mapping
from dataclasses import replace

from capcycle import words
from capcycle.errors import ModelError, unknown
from capcycle.facts import registers
from capcycle.study.case import ASSUMED, Input


def within(ranges: Mapping[str, tuple[float, float]], given: Mapping[str, float]) -> dict[str, float]:
    """Of a notebook's parameters those that are not left at 0.

    Errors: ModelError for every value outside its range.

    >>> within({"wacc": (0.001, 0.5), "life": (1, 15)}, {"wacc": 0.09, "life": 0})
    {'wacc': 0.09}
    """
    kept = {name: value for name, value in given.items() if value}
    faults = [
        f"{name} is {value:,.10g}: give a number from {low:,.10g} to {high:,.10g}, or 0 for the assumption's"
        for name, value, (low, high) in ((name, value, ranges[name]) for name, value in kept.items())
        if not low <= value <= high
    ]
    if faults:
        raise ModelError("; ".join(faults))
    return kept


def assumption(name: str, value: float = 0.0, company: str = "") -> Input:
    """An assumption, a company's own before the general one; with a value of the reader's where that is not 0.

    The reader's value lies within the assumption's range or widens it.
    Errors: ModelError for a name that is not among the assumptions.

    >>> assumption("signed_weight").low, assumption("signed_weight", 0.5).central
    (0.25, 0.5)
    """
    table = registers.read("assumptions")
    rows = table[(table["name"] == name) & table["company"].isin([company, ""])]
    if rows.empty:
        raise ModelError(unknown("assumption", [name], table["name"].unique()))
    row = rows.sort_values("company").iloc[-1]
    low, central, high = (float(row[end]) for end in ("low", "central", "high"))
    told = {each: row[each] for each in ("unit", "kind", "source", "reason", "published")}
    found = Input(name, central, low=low, high=high, **told)
    if not value:
        return found
    ends = {"low": min(low, value), "high": max(high, value)} if found.varied else {}
    return replace(found, central=value, kind=ASSUMED, reason=words.say("study.given"), **ends)
