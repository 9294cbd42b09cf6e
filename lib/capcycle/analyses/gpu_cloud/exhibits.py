"""Exhibits of GPU clouds: an hour's cost, cash by year, what a published return rests on, run-rates, funding."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from capcycle import exhibits, study, words
from capcycle.analyses.gpu_cloud.cases import OF_RUN_RATES, cluster, funding, lessors, run_rates
from capcycle.exhibits import Exhibit, marks
from capcycle.exhibits.marks import Frame
from capcycle.facts import Book
from capcycle.quantity import Quantity
from capcycle.study import Case, Scenarios
from capcycle.units import HOURS_PER_YEAR, KW_PER_MW
from capcycle.words import Sentence, say

COMPONENTS = ["capital_per_hour", "building_per_hour", "power_per_hour", "networking_per_hour", "staff_per_hour",
              "financing_per_hour"]  # fmt: skip
PRINTED = {"bare": "irr_without_residual", "residual": "irr_with_residual"}


def finding(build: Case) -> Sentence:
    """What a cluster returns against what is asked of it."""
    returns = {name: build.quantity(name) for name in ("project_irr", "equity_irr")}
    none = {name: say("gpu_cloud.no_return") for name, each in returns.items() if each.missing}
    key = "gpu_cloud.finding_contract" if build.company else "gpu_cloud.finding"
    return study.verdict(build, key, **none)


def hour_stack(hour: Case) -> Exhibit:
    """The cost of a GPU-hour component by component, beside its rent."""
    paid = [f"+{name}" for name in COMPONENTS if hour.quantity(name).value]  # what a lessor counts elsewhere has no bar
    return exhibits.bridge(hour, [*paid, "=gpu_hour_cost", "gpu_rent"], "gpu_cloud.stack")


def cash_curve(three: Scenarios) -> Exhibit:
    """Cumulative cash before debt by year in three scenarios while GPUs serve, the contract's end marked."""
    term = float(three.case.inputs["contract_term"].value)
    notes = [say("gpu_cloud.curve_contract", year=f"{term:g}")] if term else []
    return exhibits.by_year(three, "cumulative_cluster_cash", term, notes)


def run_rate_range(book: Book) -> Exhibit:
    """Revenue per GPU-hour that run-rates and contracts come to."""
    cases = run_rates(book)
    if not cases:
        return _not_public("run-rates", book)
    return exhibits.ranking(cases, "revenue_per_gpu_hour", "gpu_cloud.rates")


def gpu_funding(book: Book) -> Exhibit:
    """From the price of GPUs to what is left to find after prepayment and debt."""
    plan = funding(book)
    if plan.hindsight:
        return _not_public("gpu-funding", book)
    return exhibits.bridge(plan, ["it_capex", "-prepayment", "-borrowed", "remaining_to_fund"], "gpu_cloud.funding")


def irr_variants(book: Book) -> Exhibit:
    """What the contract whose return was printed returns before tax and debt, by what is counted as left at its end.

    The site is bought or rented, with and without residual values; the printed returns stand beside.
    """
    if OF_RUN_RATES not in lessors(book):
        return _not_public("irr-variants", book)
    build = cluster(book, OF_RUN_RATES)
    site_rent = study.converted(study.assumption(book, "site_rent"), book)
    printed = {name: study.assumption(book, each, OF_RUN_RATES) for name, each in PRINTED.items()}
    returns = {name: float(build.evaluate(**inputs).project_irr)
               for name, inputs in _variants(build, site_rent.value).items()}  # fmt: skip
    rows = pd.DataFrame([
        *({"label": say(f"gpu_cloud.variant.{name}"), "value": value, "kind": build.kind, "source": build.source,
           "group": say("gpu_cloud.worked_out")} for name, value in returns.items()),
        *({"label": say(f"gpu_cloud.printed.{name}"), "value": each.value, "low": each.low, "high": each.high,
           "kind": "estimated", "source": each.source, "group": say("gpu_cloud.printed.group")}
          for name, each in printed.items() if not each.hindsight),
    ]).assign(unit="fraction")  # fmt: skip
    note = study.tell(build, "gpu_cloud.variants.note", rent=site_rent)
    title = _variants_title(build, list(returns.values()), printed)
    return marks.dots(rows, Frame("irr-variants", title, say("gpu_cloud.variants.subtitle"), (note,)))


def _variants(build: Case, site_rent: float) -> Mapping[str, Mapping[str, float]]:
    """The inputs that differ: the site bought or rented, what is left of site and GPUs; all before tax."""
    left = build.inputs["gpu_residual"].value
    rented = site_rent * build.inputs["kw_per_gpu"].value / KW_PER_MW / HOURS_PER_YEAR
    bought = {"tax_rate": 0.0, "data_center_cost": 0.0}
    let = bought | {"site_capex": 0.0, "data_center_cost": rented}
    return {
        "bare": bought | {"site_residual": 0.0, "gpu_residual": 0.0},
        "site": bought | {"site_residual": 1.0, "gpu_residual": 0.0},
        "both": bought | {"site_residual": 1.0, "gpu_residual": left},
        "rented": let | {"gpu_residual": 0.0},
        "rented_gpus": let | {"gpu_residual": left},
    }


def _variants_title(build: Case, values: list[float], printed: Mapping[str, Quantity]) -> str:
    ends = {"low": words.value(min(values), "fraction"), "high": words.value(max(values), "fraction")}
    public = [_printed(each) for each in printed.values() if not each.hindsight]
    key = "gpu_cloud.variants.title" if public else "gpu_cloud.variants.title_alone"
    return study.tell(build, key, printed=words.listing(public) if public else "", **ends)


def _printed(each: Quantity) -> str:
    return words.between(each.low, each.high, "fraction") if np.isnan(each.value) else each.shown


def _not_public(id: str, book: Book) -> Exhibit:
    return marks.nothing(Frame(id, say("gpu_cloud.not_public", day=words.day(book.day)), ""))
