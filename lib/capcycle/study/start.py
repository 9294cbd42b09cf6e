"""A case to begin with, for any model: its analysis' own where there is one, else what the tables give."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from capcycle import facts, words
from capcycle.facts import Book
from capcycle.measure import measure, measure_named
from capcycle.measures import Measures
from capcycle.metrics import ALL as METRICS
from capcycle.panel import select
from capcycle.quantity import Quantity, missing
from capcycle.study.case import Case, case
from capcycle.study.figures import beside, not_public, of_one_period

FILED = {"investment": "capex", "it_capex": "capex", "annual_capex": "capex", "backlog": "rpo",
         "annual_revenue": "revenue", "segment_revenue": "cloud_revenue"}  # fmt: skip

Start = Callable[[Book, str], Case]
STARTS: dict[str, Start] = {}


def starts(*models: Callable) -> Callable[[Start], Start]:
    """Register how an analysis begins with its models: a function of a book and a company, or of none where empty."""

    def registered(function: Start) -> Start:
        STARTS.update({model.__name__: function for model in models})
        return function

    return registered


def starts_by_company(model: Callable, **given: Any) -> Callable[[Callable], Callable]:
    """Register what makes a case for each company of a book; of no company the model is `bound` with what is given."""

    def registered(cases: Callable) -> Callable:
        STARTS[model.__name__] = lambda book, company: (
            cases(book.of(company))[company] if company else bound(model, book, **given)
        )
        return cases

    return registered


def starts_bound(model: Callable, **given: Any) -> None:
    """Register that a model begins as `bound` gives it, with some assumptions in the place of its inputs' own."""
    STARTS[model.__name__] = partial(bound, model, **given)


def bound(model: Callable, book: Book, company: str = "", **given: Any) -> Case:
    """A model with what is given, the assumptions and the company's figures; the rest is missing, with reasons.

    The figures are of the newest period of which the company has those that it has at all.

    given  as for `case`, in the place of an input's own assumption

    >>> bound(analyses.models()["lease_payback"], facts.open()).inputs["server_price"].reason
    'Price of a server: no figure here, type a number.'
    """
    inputs = {name: _input(model, name, given.get(name, name), book, company) for name in model.parameters}
    filed = {name: each for name, each in inputs.items() if isinstance(each, Measures) and name not in given}
    return case(model, book, company, **inputs | of_one_period(filed, company))


def at_newest(model: Callable, book: Book, company: str, names: Sequence[str], of: str) -> Case:
    """A model with a company's filed figures of the newest twelve months that have one of them.

    names  of measures, as the model calls its inputs; all are missing where nothing is filed
    of     the one that says which twelve months

    >>> filed = ["net_income", "operating_cash_flow", "total_assets"]
    >>> meta = at_newest(analyses.models()["accruals"], facts.open(["META"], "2025-02-01"), "META", filed, "net_income")
    >>> meta.inputs["net_income"].value, meta.inputs["operating_cash_flow"].value  # 10-K 2024
    (62360000000.0, 91328000000.0)
    """
    if book.facts.empty:
        return case(model, book, company, **dict.fromkeys(names, missing(names[0], not_public(names[0]))))
    panel = select(book, "ttm")
    measures = {name: measure(name, panel) for name in names}
    given = {name: beside(each, company, measures[of]) for name, each in measures.items()}
    return case(model, book, company, **given)


def _input(model: Callable, name: str, value: Any, book: Book, company: str) -> Any:
    """What an input is: as given, or the assumption of that name where it can be taken."""
    if not isinstance(value, str):
        return value
    if name in model.lists:
        return Quantity(name, [np.nan], reason=words.say("start.by_year", name=words.name(name)))
    table = book.assumptions
    owners = table.loc[(table["name"] == value) & table["central"].notna(), "company"]
    return value if owners.isin(["", company]).any() else _open(name, book, company, sorted(owners))


def _open(name: str, book: Book, company: str, others: Sequence[str]) -> Quantity | Measures:
    """An input that no assumption gives: the company's figures, or missing with what would give it."""
    filed = FILED.get(name, name)
    known = filed in facts.dictionary().index or filed in METRICS
    if known and company:
        return measure_named(filed, select(book.of(company), "ttm"))
    reason = "of_company" if known else "of_others" if others else "type"
    names = words.listing(others) if others else ""
    return missing(name, words.say(f"start.{reason}", name=words.name(name), others=names))
