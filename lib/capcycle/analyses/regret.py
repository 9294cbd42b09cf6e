"""Is it worse to build too much or too little? What either mistake costs, and the chance at which they weigh alike."""

import pandas as pd

from capcycle import study
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.maths import maximum, minimum, per
from capcycle.models.registry import Amount, Fraction, Multiple, Years, model
from capcycle.panel import select
from capcycle.quantity import Quantity
from capcycle.study import Case
from capcycle.words import Sentence, say

OPEN = {"idle_share": [0.25, 0.5, 1.0], "low_demand_probability": [0.0, 0.5, 1.0]}  # no source gives either
CHOICES, STATES = ("build", "wait"), ("low", "high")


@model(verdict="break_even_probability", better="higher", build_in_low=Amount, wait_in_high=Amount,
       build_expected=Amount, wait_expected=Amount, worst_least=Amount, break_even_probability=Fraction)  # fmt: skip
def regret(annual_capex: Amount, idle_share: Fraction, gpu_residual: Fraction, revenue_per_capex: Multiple,
           gross_margin_before_depreciation: Fraction, server_life: Years,
           low_demand_probability: Fraction):  # fmt: skip
    """What a year's build costs if part of it stands idle, and what that part would have earned if it is not built.

    Formula: build_in_low = annual_capex * idle_share * (1 - gpu_residual)
             wait_in_high = annual_capex * idle_share * max(revenue_per_capex * gross_margin_before_depreciation
             * server_life + gpu_residual - 1, 0); each expected = its probability * it;
             worst_least = the smaller of both
             break_even_probability = wait_in_high / (build_in_low + wait_in_high)
    Units:   currency, fractions, years. Undiscounted. To build in high demand, or to wait in low demand, costs nothing.
    Source:  the definition of regret (Savage 1951); hand arithmetic in tests/test_regret.py.

    >>> found = regret(100.0, 0.5, 0.2, 0.6, 0.5, 5.0, 0.4)
    >>> found.build_in_low, round(float(found.wait_in_high), 6), round(float(found.break_even_probability), 4)
    (40.0, 35.0, 0.4667)
    """
    idle = annual_capex * idle_share
    built = idle * (1 - gpu_residual)
    earned = revenue_per_capex * gross_margin_before_depreciation * server_life + gpu_residual
    waited = idle * maximum(earned - 1, 0.0)
    expected = low_demand_probability * built, (1 - low_demand_probability) * waited
    return (built, waited, *expected, minimum(built, waited), per(waited, built + waited))


@study.starts_by_company(regret)
def cases(book: Book, **numbers: float) -> dict[str, Case]:
    """Each company's newest twelve months of capex, and the revenue that capex of the year before has brought."""
    panel = select(book, "ttm")
    filed = {"annual_capex": measure("capex", panel),
             "revenue_per_capex": measure("incremental_revenue_per_capex", panel)}  # fmt: skip
    opened = {name: study.declared(name, ends, "fraction", say("regret.open")) for name, ends in OPEN.items()}
    return {company: study.case(regret, book, company, **opened,
                                **{name: study.newest(each, company) for name, each in filed.items()}).chosen(**numbers)
            for company in book.companies}  # fmt: skip


def verdict(case: Case) -> Sentence:
    """What either mistake costs, and from which chance of low demand on waiting is the smaller risk."""
    return study.verdict(case, "regret.verdict", "regret.turns")


def matrix(case: Case) -> Exhibit:
    """What each choice costs in each state beside what would have been right, and weighed by both chances."""
    none = Quantity("", 0.0, case.currency, kind=case.kind, source=case.source)
    cost = {("build", "low"): case.quantity("build_in_low"), ("wait", "high"): case.quantity("wait_in_high")}
    rows = pd.DataFrame([
        {"label": say(f"regret.{choice}"), **{state: cost.get((choice, state), none).shown for state in STATES},
         "expected": expected.shown, "value": expected.value, "unit": case.currency, "kind": case.kind,
         "source": case.source}
        for choice in CHOICES for expected in [case.quantity(f"{choice}_expected")]
    ])  # fmt: skip
    id, title = parts.slug("regret-matrix", case.company), study.tell(case, "regret.matrix.title")
    frame = marks.worded("regret.matrix", id=id, title=title)
    columns = {each: say(f"regret.column.{each}") for each in ("label", *STATES, "expected")}
    return marks.nothing(frame) if case.lacking else marks.table(rows, frame, columns)
