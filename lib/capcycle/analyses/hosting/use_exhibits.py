"""One MW of power in its uses: what each brings in and keeps, what it is worth, and the bitcoin price that decides."""

from collections.abc import Mapping

import pandas as pd

from capcycle import words
from capcycle.exhibits import marks
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.study import Case
from capcycle.words import say

VALUES = ("mining_value", "hosting_value", "cloud_value")


def business_models(uses: Mapping[str, Case]) -> Exhibit:
    """Revenue of one MW in each use, split into cost and gross profit."""
    rows = pd.DataFrame([row for use, case in uses.items() for row in _split(use, case)])
    margins = {use: case.inputs["gross_margin"].central for use, case in uses.items()}
    revenues = {use: case.inputs["revenue_per_mw"].central for use, case in uses.items()}
    best, worst = max(margins, key=margins.get), min(margins, key=margins.get)
    one = next(iter(uses.values()))
    most = max(revenues, key=revenues.get)
    frame = Frame(
        "business-models",
        say("power.models", best=_use(best), best_margin=words.value(margins[best], "fraction"),
            worst=words.lower(_use(worst)), worst_margin=words.value(margins[worst], "fraction"),
            most=words.lower(_use(most)), revenue=words.value(revenues[most], one.unit("revenue_per_mw"))),
        say("power.models_subtitle", currency=one.currency),
        (say("power.models_note"),),
    )  # fmt: skip
    return marks.stacked(rows, frame)


def _split(use: str, case: Case) -> list[dict]:
    margin = say("power.margin", margin=words.value(case.inputs["gross_margin"].central, "fraction"))
    unit = case.unit("revenue_per_mw")
    said = {"x": _use(use), "label": _use(use), "unit": unit, "kind": case.kind, "source": case.source, "note": margin}
    return [said | {"group": words.name(name), "value": value} for name, value in case.outputs._asdict().items()]


def worth(case: Case) -> Exhibit:
    """What one MW of power is worth in each of three uses, after what each costs to build."""
    unit = case.unit("hosting_value")
    rows = pd.DataFrame([_worth(case, name) for name in VALUES]).sort_values("value", ascending=False)
    best, worst = rows.iloc[0], rows.iloc[-1]
    frame = Frame(
        "value-by-use",
        say("power.worth", best=best["label"], best_value=words.value(best["value"], unit),
            worst=words.lower(worst["label"]), worst_value=words.value(worst["value"], unit)),
        say("power.worth_subtitle", currency=case.currency),
        (*([] if case.outputs.mining_value else [say("power.worth_idle")]), say("power.worth_note")),
    )  # fmt: skip
    return marks.columns(rows, frame)


def _worth(case: Case, name: str) -> dict:
    value = float(getattr(case.outputs, name))
    return {
        "label": words.name(name),
        "value": value,
        "unit": case.unit(name),
        "kind": case.kind,
        "source": case.source,
    }


def switching(case: Case) -> words.Sentence:
    """The bitcoin price at which mining one MW is worth as much as letting it, in one sentence."""
    return words.paragraph(_switching(case, float(case.outputs.switching_bitcoin_price)))


def _switching(case: Case, price: float) -> str:
    now, unit = case.inputs["bitcoin_price"].central, case.unit("bitcoin_price")
    said = {"price": words.value(price, unit), "now": words.value(now, unit)}
    if not price:
        return say("power.never", **said)
    side = "power.switch_above" if price > now else "power.switch_below"
    return say(side, times=words.value(price / now, "multiple"), **said)


def _use(use: str) -> str:
    return say(f"power.use.{use}")
