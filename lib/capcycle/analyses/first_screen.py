"""The first screen of a company's page: the comparison's figures, its business, and what more models say of it."""

from dataclasses import replace
from functools import cache

import pandas as pd

from capcycle import study, words
from capcycle.analyses import segments
from capcycle.analyses.company_figures import LINES, Each, Figure, found, priced
from capcycle.exhibits import Exhibit, cards, marks
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.panel import select
from capcycle.quantity import newest
from capcycle.words import say


@cache
def _guidance(book: Book) -> Each:
    """The newest capex that each company says it will spend in a year that is not over; the lower end of a range."""
    rows = book.register("estimates").query("measure == 'guidance' and about == 'capex'")
    rows = rows.assign(until=pd.to_datetime(rows["period"].str[:4] + "-12-31"))  # the year that it is of
    ended = book.facts.groupby("company")["period_end"].max()
    over = rows["until"] <= rows["subject"].map(ended)
    found = {}
    for company in book.companies:
        own = rows["subject"].eq(company)
        why = say("first_screen.guidance_over", year=rows.loc[own, "until"].max().year) if own.any() else ""
        each = newest(rows[own & ~over], "guidance", why or say("first_screen.no_guidance"), "low", "until")
        found[company] = study.converted(each, book)
    return found


@cache
def _cloud_margin(book: Book) -> Each:
    """The margin of each company's cloud in its newest quarter; twelve months lack where one quarter does."""
    margins = measure("cloud_operating_margin", select(book, "quarter"))
    return {company: study.newest(margins, company) for company in book.companies}


SHOWN: dict[str, tuple[Figure, ...]] = {
    "business": (
        Figure("revenue", "company"),
        Figure("cloud_revenue", "company"),
        Figure("cloud_margin_of_quarter", "company", _cloud_margin),
        Figure("guidance", "company", _guidance),
    ),
    **LINES,
}


def screen(book: Book, company: str) -> Exhibit:
    """One company's figures, and the middle of its peers'."""
    of = found(book, SHOWN)
    own = {group: {name: sorted(each, key=lambda card: card.company != company) for name, each in lines.items()}
           for group, lines in of.lines.items()}  # fmt: skip
    name, growth = of.book.names[company], of.of("assumed_growth").get(of.book.names[company])
    years = priced(of.book)[company].inputs["growth_years"].shown
    costs = of.of("ev_to_sales").get(name)
    title = say("first_screen.title_0", name=name)
    if growth:
        title = say("first_screen.title", name=name, years=years, growth=growth.shown, day=words.day(growth.day))
    elif costs:
        title = say("first_screen.title_costs", name=name, costs=costs.shown, days=costs.days)
    frame = marks.worded("first_screen", id="first-screen", title=title, currency=of.book.money)
    business, *others = replace(of, lines=own).worded.items()
    parts = {say("first_screen.segments"): segments.cards(of.book, company)}
    shown = dict([business, *parts.items(), *others])
    return cards.screen(shown, frame, [say("comparison.figure"), name, say("first_screen.peers")], of.book.names)
