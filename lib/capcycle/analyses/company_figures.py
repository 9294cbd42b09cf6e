"""The figures that companies are compared by: each from the model that gives it, with the page that works it out."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from capcycle import study, words
from capcycle.analyses import (
    ai_roic,
    carried,
    forward_multiples,
    implied_growth,
    multiples,
    required_revenue,
    useful_life,
)
from capcycle.errors import NothingToShow
from capcycle.exhibits import cards
from capcycle.exhibits.cards import Card
from capcycle.facts import Book
from capcycle.measure import measure, needs
from capcycle.measures import Measures
from capcycle.metrics import capex_run_rate
from capcycle.panel import select
from capcycle.quantity import Quantity, missing
from capcycle.study import Case
from capcycle.words import say

PAST = 21  # quarters of a small picture: five years, both ends shown

Each = Mapping[str, Case | Quantity]


@dataclass(frozen=True)
class Figure:
    """A line of the comparison.

    name   of an input or output of a model, of a metric, or of a figure that `cases` give
    page   the notebook that shows how it comes about
    cases  gives the model's case, or the figure, of each company of a book; none for a metric
    trend  the metric whose five years are shown, where it is another
    form   how its value is written, where not by its unit
    headline  whether the first page of a site shows it of every company
    """

    name: str
    page: str
    cases: Callable[[Book], Each] | None = None
    trend: str = ""
    form: Callable[[float], str] | None = None
    headline: bool = False


def _alone(cases: Callable[[Book], Each]) -> Callable[[Book], Each]:
    """Each company's case of its own newest period, the same whoever stands beside it; none where it has no period."""

    @cache
    def each(book: Book) -> Each:
        found = {}
        for company in book.companies:
            with suppress(NothingToShow):
                found |= cases(book.of(company))
        return found

    return each


@_alone
def contracts(book: Book) -> Each:
    """A year of contracts over a year of AI capex at the pace of the newest quarter."""
    quarters = select(book, "quarter", since=ai_roic.recent(book))
    none = missing("capex_yield", say("company_figures.other_model"))
    every = ai_roic.forward(quarters, measure(capex_run_rate, quarters))
    own = ai_roic.contracted(every)
    return {company: own.get(company, none) for company in every}


@_alone
def required(book: Book) -> Each:
    """What AI must bring to those of whom somebody judges what part of their capex is for AI."""
    own = {row["company"] for row in book.judgements.get("ai_share_of_capex", ())}
    why = missing("revenue_required", say("company_figures.no_share"))
    return {company: case if company in own else why
            for company, case in required_revenue.against_disclosed(book).items()}  # fmt: skip


@cache
def _disclosed(book: Book) -> Each:
    return {company: required_revenue.disclosed(book, company) for company in book.companies}


prices, lives = multiples.cases, useful_life.at_four_years
returns, ahead, priced = map(cache, (ai_roic.returns, forward_multiples.cases, implied_growth.cases))

LINES: dict[str, tuple[Figure, ...]] = {  # by question; another figure is another line
    "spent": (
        Figure("capex", "capex", headline=True),
        Figure("capex_with_leases", "capex"),
        Figure("capex_to_revenue", "capex", headline=True),
    ),
    "earned": (
        Figure("roic", "ai_roic", returns, "roic_all_debt"),
        Figure("roic_spread", "ai_roic", returns, form=words.points, headline=True),
        Figure("capex_yield", "ai_roic", contracts),
        Figure("yield_spread", "ai_roic", contracts, form=words.points),
        Figure("rpo", "backlog"),
        Figure("revenue_required", "required_revenue", required, headline=True),
        Figure("ai_revenue", "required_revenue", _disclosed, headline=True),
    ),
    "left": (
        Figure("eps_in_accounts", "useful_life", lives),
        Figure("eps_prospective", "useful_life", lives),
        Figure("eps_change", "useful_life", lives, form=words.change),
        Figure("fcf_after_leases", "capex"),
    ),
    "priced": (
        Figure("ev_to_sales", "multiples", prices),
        Figure("price_to_earnings_without_gains", "multiples", prices),
        Figure("forward_pe", "multiples", ahead, headline=True),
        Figure("fcf_yield", "multiples", prices, headline=True),
        Figure("assumed_growth", "multiples", priced, headline=True),
    ),
    "carried": (
        Figure("net_debt_to_ebitda", "debt", carried.leverage),
        Figure("debt_due_to_cash", "debt"),
        Figure("due_soon_share", "debt", carried.due_soon),
        Figure("largest_customer", "customers", carried.largest_customer),
    ),
}


@dataclass(frozen=True)
class Found:
    """The figures of a book: by question and name a card of each company."""

    book: Book
    lines: Mapping[str, Mapping[str, Sequence[Card]]]

    def of(self, name: str) -> dict[str, Quantity]:
        """A figure of each company that has it, by the company's name."""
        own = next(lines[name] for lines in self.lines.values() if name in lines)
        return {self.book.names[card.company]: card.quantity for card in own if not card.quantity.missing}

    @property
    def worded(self) -> dict[str, dict[str, Sequence[Card]]]:
        """The same under the words of a reader."""
        return {say(f"company_figures.group.{group}"): {
            words.label(words.said(f"company_figures.line.{name}", f"name.{name}")): own for name, own in lines.items()
        } for group, lines in self.lines.items()}  # fmt: skip


def found(book: Book, which: Mapping[str, Sequence[Figure]] = MappingProxyType(LINES)) -> Found:
    """Every figure of every company of a book, each its newest, in one currency.

    which   lines by question
    Errors: NothingToShow where nothing is filed of any of them.
    """
    book = book.into(book.money)
    lines = {group: {line.name: [_card(line, company, book) for company in book.companies] for line in own}
             for group, own in which.items()}  # fmt: skip
    return Found(book, lines | {"evidence": cards.graded(lines, book.companies)})


def _card(line: Figure, company: str, book: Book) -> Card:
    metric = line.trend or ("" if line.cases else line.name)
    past = _measured(metric, book) if metric else None
    case = line.cases(book).get(company) if line.cases else None
    if line.cases:
        one = evidence(case, line.name) if case else missing(line.name, say("company_figures.no_case"))
    else:
        one = study.newest(past, company)
    return Card(
        one,
        company,
        line.page,
        past.past(company, PAST) if past else (),
        line.form,
        case or past,
        line.headline,
    )


@cache
def _measured(metric: str, book: Book) -> Measures:
    tax = {"tax_rate": study.assumption(book, "tax_rate").value} if "tax_rate" in needs(metric) else {}
    return measure(metric, select(book, "ttm"), **tax)


def evidence(case: Case | Quantity, name: str) -> Quantity:
    """An input or output with the evidence of what it is made of, and of that alone; of a history its last day."""
    if isinstance(case, Quantity):
        return case
    if name not in {**case.model.outputs, **case.inputs}:
        return missing(name, say("company_figures.other_model"))
    own = case.alone(name)
    return replace(own, since=own.day) if case.model.lists else own
