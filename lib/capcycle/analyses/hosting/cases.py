"""Cases of hosting: one MW let at what the companies' own contracts pay, and one MW in each of its uses."""

import pandas as pd

from capcycle import study, words
from capcycle.analyses.hosting import contracts, own
from capcycle.analyses.hosting.model import hosting
from capcycle.analyses.hosting.power_use import business, power_use
from capcycle.facts import Book
from capcycle.study import Case
from capcycle.words import Sentence, say

LESSORS = "miners"  # whose contracts are taken where nobody is named
USES = {  # the rows that give revenue and gross margin of one MW, all of one author
    "mining": ("revenue_per_mw_mining", "gross_margin_mining"),
    "hosting": ("hosting_rent", "hosting_gross_margin"),
    "bare_metal": ("revenue_per_mw_bare_metal", "gross_margin_bare_metal"),
    "own_cloud": ("revenue_per_mw_own_cloud", "gross_margin_own_cloud"),
}


def lease(book: Book) -> Case:
    """One MW let at what the leases of a book's companies pay and cost by MW, discounted at their tenants' credit.

    >>> lease(facts.open(["HIVE"])).inputs["hosting_rent"].value  # has no contract: the general assumption
    1730000.0
    """
    return study.case(hosting, book, **own.means(book))


def uses(let: Case) -> Case:
    """One MW of power let as in a lease, mined with, or run as a cloud of its owner's."""
    shared = {name: each for name, each in let.inputs.items() if name in power_use.parameters}
    return study.case(power_use, let.book, **shared)


def businesses(book: Book) -> dict[str, Case]:
    """One MW as a business in each of four uses, by its words, as Golden Sun printed them; none before that day."""
    printed = {
        say(f"power.use.{use}"): study.case(business, book, revenue_per_mw=revenue, gross_margin=margin)
        for use, (revenue, margin) in USES.items()
    }
    return {use: case for use, case in printed.items() if not case.hindsight}


def verdict(let: Case, use: Case) -> Sentence:
    """The page's answer: whether a MW let earns more than lenders ask, what is signed, and when mining pays more."""
    return words.paragraph(
        study.tell(let, "hosting.pays" if let.outputs.net_lease_value > 0 else "hosting.loses"),
        _signed(contracts.read(let.book), let.book.money),
        _switching(use),
        *study.hindsight(let, use),
    )


def _signed(every: pd.DataFrame, money: str) -> str:
    table = every[every["status"].isin(contracts.LIVE)]
    sums = {"MW": table["mw_owned"].sum(), money: table["value_owned"].sum()}
    sizes = [words.value(size, unit) for unit, size in sums.items() if size]
    stated = say("hosting.stated", sizes=words.listing(sizes)) if sizes else say("hosting.unstated")
    gpus = table.loc[table["not_hosting"], "value_owned"].sum()
    apart = say("hosting.signed_gpus", value=words.value(gpus, money)) if gpus else ""
    return words.counted("hosting.signed", len(table), sizes=stated, gpus=apart)


def _switching(use: Case) -> str:
    """The bitcoin price at which mining one MW is worth as much as letting it."""
    price, now = use.quantity("switching_bitcoin_price"), use.inputs["bitcoin_price"]
    side = "never" if not price.value else "above" if price.value > now.value else "below"
    key = f"power.switch_{side}" if pd.isna(now.day) else f"power.switch_{side}_then"
    return study.tell(use, key, times=(price / now).called("times", "multiple"))


@study.starts(hosting)
def _lease(book: Book, company: str) -> Case:
    return lease(book.of(company or LESSORS))


@study.starts(power_use)
def _uses(book: Book, company: str) -> Case:
    return uses(_lease(book, company))


study.starts_bound(business, revenue_per_mw="hosting_rent", gross_margin="hosting_gross_margin")
