"""Another life of the servers: what it does to profit, and when the charge for what is spent arrives."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from capcycle import exhibits, study, words
from capcycle.errors import ModelError
from capcycle.exhibits import marks
from capcycle.exhibits.exhibit import Exhibit
from capcycle.periods import WEEK
from capcycle.quantity import total
from capcycle.study import Case
from capcycle.words import Sentence, say

STEPS = ["net_income", "-added_on_existing", "-added_on_new", "tax_saved", "net_income_restated"]


def verdict(cases: Mapping[str, Case], lives: Sequence[float]) -> Sentence:
    """In one sentence: what the shortest life takes from the profit of each company that has all figures.

    Errors: ModelError where no life is given.
    """
    if not lives:
        raise ModelError("lives is empty: give some, in years")
    changes = {case.name: float(case.evaluate(server_life=min(lives)).eps_change) for case in cases.values()}
    shares = {case.name: case.inputs["server_share"] for case in cases.values()}
    remarks = {
        "without": [case.name for case in cases.values() if case.lacking and np.isnan(changes[case.name])],
        "chosen": [name for name, each in shares.items() if not (each.missing or each.source or each.hindsight)],
    }
    said = [say(f"useful_life.{key}", names=words.listing(names)) for key, names in remarks.items() if names]
    return words.paragraph(_answer(changes, min(lives)), *said, *study.hindsight(*cases.values()))


def _answer(changes: Mapping[str, float], life: float) -> str:
    """What becomes of the profit that a life lowers most, and of that it lowers least."""
    moved = pd.Series(changes, dtype=float).dropna().sort_values().map(_moved)
    if moved.empty:
        return say("useful_life.none")
    ends = [say("useful_life.at", moved=each, names=words.listing(list(moved.index[moved == each])))
            for each in dict.fromkeys(moved.iloc[[0, -1]])]  # fmt: skip
    return say("useful_life.verdict", life=words.value(life, "years"), ends=words.listing(ends))


def _moved(change: float) -> str:
    """What becomes of a profit: a fall by more than all of it is a loss, whatever its size."""
    if change <= -1:
        return say("useful_life.loss")
    return say("useful_life.lower" if change < 0 else "useful_life.higher", share=words.value(abs(change), "fraction"))


def eps_table(cases: Mapping[str, Case], lives: Sequence[float]) -> Exhibit:
    """Earnings per share in the accounts and at several lives and methods, a row per company."""
    rows = pd.DataFrame([_eps_row(case, lives) for case in cases.values()])
    shortest = words.value(min(lives), "years")
    columns = headings("label", "day", "life", "share", "accounts")
    columns |= {f"at_{life:g}": words.value(life, "years") for life in lives}
    columns |= headings("digits", "balance", life=shortest)
    title = spread("useful_life.per_share.title", rows["life"], "years")
    notes = marks.noted(rows.assign(value=rows["digits"]))
    return marks.table(rows, marks.worded("useful_life.per_share", *notes, id="eps-table", title=title), columns)


def _eps_row(case: Case, lives: Sequence[float]) -> dict[str, Any]:
    life, share = (case.inputs[name] for name in ("life_in_accounts", "server_share"))
    shortest = case.evaluate(server_life=min(lives))
    return {
        "label": case.name, "day": case.inputs["capex"].day, "unit": case.unit("eps_restated"), "kind": case.kind,
        "life": life.value, "life_unit": "years", "life_kind": life.kind,
        "share": share.value, "share_unit": "fraction", "share_kind": share.kind,
        "accounts": float(shortest.eps_in_accounts), "accounts_kind": "derived",
        **{f"at_{life:g}": float(case.evaluate(server_life=life).eps_restated) for life in lives},
        "digits": float(shortest.eps_by_digits), "balance": float(shortest.eps_by_balance),
        "source": case.source, "note": case.lacking,
    }  # fmt: skip


def bridge(case: Case) -> Exhibit:
    """From the profit in the accounts to the profit restated: servers of earlier years, those of the year, the tax."""
    return exhibits.bridge(case, STEPS, "useful_life.bridge", day=words.day(case.inputs["capex"].day))


def fan(case: Case, lives: Sequence[float]) -> Exhibit:
    """What a change to each of several lives does to earnings per share, year by year, as accounting rules ask."""
    at = {words.value(life, "years"): case.with_inputs(server_life=life) for life in lives}
    effects = pd.DataFrame({life: each.quantity("eps_effect").value for life, each in at.items()}).stack()
    year, life = effects.abs().fillna(0).idxmax()
    most = {"year": year + 1, "life": life, "most": words.value(effects[year, life], case.unit("eps_effect"))}
    capex = case.inputs["capex_next"].reason
    return exhibits.paths(at, "eps_effect", "useful_life.fan", 1, company=case.name, capex=capex, **most)


def wall(cases: Mapping[str, Case]) -> Exhibit:
    """What is spent on servers and not yet charged, the highest first."""
    left = [case.quantity("not_yet_charged") for case in cases.values()]
    known = [each for each in left if not each.missing]
    return exhibits.ranking(cases, "not_yet_charged", "useful_life.wall", total=total(known).shown if known else "")


def cohorts(case: Case) -> Exhibit:
    """The charge for what is already spent, by the year of purchase, from the newest year on."""
    spent = case.inputs["capex"]
    last = 0 if spent.missing else (spent.day - WEEK).year  # a fiscal year is named for the year it ends in
    bought = enumerate(np.diag(spent.value).tolist(), last - len(spent.value) + 1)  # each year's by itself
    alone = {say("useful_life.cohorts.group", year=year): case.with_inputs(capex=replace(spent, value=purchase))
             for year, purchase in bought}  # fmt: skip
    return exhibits.layers(
        {case.name: case} if case.lacking else alone, "charges_in_accounts", "useful_life.cohorts", last,
        company=case.name, day=words.day(spent.day), left=case.quantity("not_yet_charged").shown,
        life=case.inputs["life_in_accounts"].shown,
    )  # fmt: skip


def spread(key: str, values: pd.Series, unit: str, **more: Any) -> str:
    """A sentence that says from where to where some values go; another where there is none."""
    span = words.between(values.min(), values.max(), unit)
    return words.counted(key, int(values.notna().sum()), span=span, **more)


def headings(*columns: str, **more: str) -> dict[str, str]:
    """The headings of some columns of a table."""
    return {each: say(f"useful_life.column.{each}", **more) for each in columns}
