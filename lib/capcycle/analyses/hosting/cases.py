"""Cases of hosting: one MW let at what the companies' own contracts pay, and one MW in each of its uses."""

from dataclasses import replace

from capcycle import facts, study
from capcycle.analyses.hosting import contracts
from capcycle.analyses.hosting.model import hosting
from capcycle.analyses.hosting.power_use import business, power_use
from capcycle.facts import Book
from capcycle.quantity import DERIVED, Quantity
from capcycle.study import Case
from capcycle.words import say

LESSORS = "miners"  # whose contracts are taken where nobody is named
CREDITS = ("hyperscaler", "backed", "unbacked")  # behind the rent, from the best to the weakest
USES = {  # the rows that give revenue and gross margin of one MW, all of one author
    "mining": ("revenue_per_mw_mining", "gross_margin_mining"),
    "hosting": ("hosting_rent", "hosting_gross_margin"),
    "bare_metal": ("revenue_per_mw_bare_metal", "gross_margin_bare_metal"),
    "own_cloud": ("revenue_per_mw_own_cloud", "gross_margin_own_cloud"),
}


def lease(book: Book) -> Case:
    """One MW let at what the contracts of a book's companies pay, the rest as assumed.

    >>> lease(facts.open(["HIVE"])).inputs["hosting_rent"].value  # has no contract: the general assumption
    1730000.0
    """
    return study.case(hosting, book, hosting_rent=_rent(book))


def uses(let: Case) -> Case:
    """One MW of power let as in a lease, mined with, or run as a cloud of its owner's."""
    shared = {name: each for name, each in let.inputs.items() if name in power_use.parameters}
    return study.case(power_use, let.book, **shared)


def _rent(book: Book) -> Quantity:
    """What the contracts pay on average, weighted by MW and years; the general assumption where none has a price."""
    table, general = contracts.read(book), study.converted(study.assumption(book, "hosting_rent"), book)
    priced = table[~table["not_hosting"] & table["price"].notna()]
    if priced.empty:
        return general
    means = contracts.prices(priced)
    own = Quantity(
        "hosting_rent", float(means["weighted"]), f"{book.money}/MW/year", float(means["low"]), float(means["high"]),
        facts.weakest([DERIVED, *priced["kind"]]), facts.documents(priced["source"]), say("hosting.own_rent"),
    )  # fmt: skip
    return own if own.varied else replace(own, low=general.low, high=general.high, hindsight=general.hindsight)


def credit_rates(book: Book) -> dict[str, Quantity]:
    """The rate at which rent is discounted, by the credit behind it: see `contracts.tenant_rates`."""
    rates = {credit: study.assumption(book, f"tenant_rate_{credit}") for credit in ("hyperscaler", "unbacked")}
    return {credit: rate.called(rate.name, "rate") for credit, rate in rates.items()}


def businesses(book: Book) -> dict[str, Case]:
    """One MW as a business in each of four uses, by its words, as Golden Sun printed them; none before that day."""
    printed = {
        say(f"power.use.{use}"): study.case(business, book, revenue_per_mw=revenue, gross_margin=margin)
        for use, (revenue, margin) in USES.items()
    }
    return {use: case for use, case in printed.items() if not case.hindsight}


@study.starts(hosting)
def _lease(book: Book, company: str) -> Case:
    return lease(book.of(company or LESSORS))


@study.starts(power_use)
def _uses(book: Book, company: str) -> Case:
    return uses(_lease(book, company))


study.starts_bound(business, revenue_per_mw="hosting_rent", gross_margin="hosting_gross_margin")
