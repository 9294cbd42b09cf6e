"""Exhibits of AI cloud until 2030: its return by year, the cash that a build ties up, what a unit of it is worth."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from capcycle import exhibits, study, words
from capcycle.analyses.ai_roic.capex_yield import definitions
from capcycle.analyses.ai_roic.model import FIRST_YEAR, LAST_YEAR
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.exhibits.marks import Frame
from capcycle.quantity import Quantity
from capcycle.study import SCENARIOS, Case, Scenarios
from capcycle.words import Sentence, say


def cloud_verdict(chain: Case, unit: Case) -> Sentence:
    """When AI cloud passes its cost of capital, and when the money is back."""
    key = "ai_roic.back" if np.isfinite(float(unit.outputs.payback_discounted)) else "ai_roic.not_back"
    back = study.tell(unit, key, payback_discounted=words.value(float(unit.outputs.payback_discounted), "years"))
    day = chain.inputs["ai_margin_2030"].published
    said = _passes(chain) if day != day else _passes(chain, "foreseen", day=words.day(day))
    return words.paragraph(said + back, *study.hindsight(chain, unit))


def by_year(three: Scenarios) -> Exhibit:
    """The return on AI capital from 2025 to 2030 in three scenarios, beside the cost of capital."""
    case = three.case
    lines = {say(f"study.{each}"): three.results[each].roic for each in SCENARIOS}
    lines[words.name("wacc")] = [case.inputs["wacc"].value] * (LAST_YEAR - FIRST_YEAR + 1)
    rows = pd.DataFrame([
        {"x": FIRST_YEAR + year, "value": float(value), "group": name, "label": str(FIRST_YEAR + year)}
        for name, line in lines.items() for year, value in enumerate(line)
    ]).assign(unit="fraction", kind=case.kind, source=case.source)  # fmt: skip
    frame = Frame(parts.slug("roic-by-year", case.company), _passes(case), say("ai_roic.by_year_subtitle"),
                  (*definitions({case.company: case}), say("ai_roic.chain_note")))  # fmt: skip
    return marks.paths(rows, frame)


def _passes(case: Case, key: str = "passes", **more: str) -> str:
    above = [FIRST_YEAR + year for year, each in enumerate(case.outputs.roic_spread) if each >= 0]
    if above:
        return study.tell(case, f"ai_roic.{key}", year=above[0], last=LAST_YEAR, **more)
    return study.tell(case, f"ai_roic.never_{key}", last=LAST_YEAR, **more)


def _untaxed(case: Case) -> Any:
    """As the author prints it: the return is margin times the fewest turns, with no tax taken off."""
    turns = case.inputs["capital_turns"]
    return case.evaluate(tax_rate=0.0, capital_turns=turns.low if turns.varied else turns.value)


def readings(case: Case) -> Exhibit:
    """The author's pair of margin and return read in three ways: as printed, taxed, and with the tax in it already."""
    turns = case.inputs["capital_turns"]
    rows = pd.DataFrame([
        {"label": say(f"ai_roic.reading.{name}"), "turns": at, "value": result.roic_2030, "spread": result.spread_2030,
         "payback": result.payback_simple}
        for name, at, result in _read(case, turns)
    ]).assign(unit="fraction", turns_unit="number", spread_unit="points", payback_unit="years", kind=case.kind,
              source=turns.source)  # fmt: skip
    printed = words.value(rows["value"].iloc[0], "fraction")
    title = study.tell(case, "ai_roic.readings.title", printed=printed, last=LAST_YEAR)
    frame = marks.worded("ai_roic.readings", turns.reason, id=parts.slug("readings", case.company), title=title)
    names = ("label", "turns", "value", "spread", "payback")
    return marks.table(rows, frame, {name: say(f"ai_roic.reading_column.{name}") for name in names})


def _read(case: Case, turns: Quantity) -> Iterator[tuple[str, float, Any]]:
    least, most = (turns.low, turns.high) if turns.varied else (turns.value, turns.value)
    yield "printed", least, _untaxed(case)
    yield "taxed", least, case.evaluate(capital_turns=least)
    if turns.varied:
        yield "tax_inside", most, case.evaluate(capital_turns=most)
        yield "half_way", turns.value, case.outputs


def cash_curve(three: Scenarios) -> Exhibit:
    """What a build has cost and brought in, added up by year, until the last of it is worn out."""
    shown = exhibits.by_year(three, "cumulative_cash", notes=[say("ai_roic.cash.note")], begin=FIRST_YEAR)
    return replace(shown, title=_cash_title(three.case))


def _cash_title(case: Case) -> str:
    total = np.asarray(case.outputs.cumulative_cash, float)
    back = [FIRST_YEAR + year for year in range(1, len(total)) if total[year] >= 0 and total[year - 1] < 0]
    if back:
        return study.tell(case, "ai_roic.cash.title", year=back[0])
    return study.tell(case, "ai_roic.cash.title_never")
