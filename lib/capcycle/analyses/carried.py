"""What the companies of a comparison carry: debt beside a year's profit, what of it falls due soon, one customer."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache

from capcycle.analyses import debt
from capcycle.errors import NothingToShow
from capcycle.facts import Book
from capcycle.quantity import Quantity, missing, newest
from capcycle.study import Case
from capcycle.words import say


@cache
def leverage(book: Book) -> Mapping[str, Case]:
    """What each company owes beside its profits."""
    return _each(debt.owed, book)


def _each(case: Callable[[Book, str], Case], book: Book) -> dict[str, Case]:
    """A case of each company that has a period by the day."""
    found = {}
    for company in book.companies:
        with suppress(NothingToShow):
            found[company] = case(book, company)
    return found


@cache
def due_soon(book: Book) -> Mapping[str, Case | Quantity]:
    """The maturities of each company's debt where it states those of all; a few dated lines say nothing of the rest."""
    return {company: case if len(debt.stated(book, company)) else missing("due_soon_share", _lacks(case))
            for company, case in _each(debt.wall, book).items()}  # fmt: skip


def _lacks(wall: Case) -> str:
    dated = wall.inputs["dated_principal"]
    return say("carried.no_dates") if dated.missing else say("carried.some_dates", dated=dated.shown)


@cache
def largest_customer(book: Book) -> Mapping[str, Quantity]:
    """The largest customer's part of revenue, where one is disclosed."""
    rows = book.register("customers").query("customers == 1").assign(unit="fraction").sort_values("share")
    why = say("carried.no_customer")
    return {company: newest(rows[rows["company"].eq(company)], "largest_customer", why, "share", "period_end")
            for company in book.companies}  # fmt: skip
