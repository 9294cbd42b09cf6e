"""The first screen of a company's page: the comparison's figures, its business, and what more models say of it."""

from dataclasses import replace
from functools import cache

import pandas as pd

from capcycle import study, words
from capcycle.analyses import segments
from capcycle.analyses.company_figures import (
    LINES,
    Each,
    Figure,
    evidence,
    found,
    priced,
    prices,
    required,
    returns,
)
from capcycle.exhibits import Exhibit, cards, marks
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.panel import select
from capcycle.quantity import newest
from capcycle.words import Sentence, say


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


def verdict(book: Book, company: str, *more: Sentence) -> Sentence:
    """Whether what it does earns its cost, what its price assumes, what a year's build needs of AI; then `more`."""
    of = book.into(book.money)
    earned, case = evidence(returns(of)[company], "roic_spread"), required(of).get(company)
    said = [_price(of, company)]
    if case and not evidence(case, "revenue_required").missing:
        key = "required_none" if evidence(case, "gap_multiple").missing else "required"
        said.append(study.tell(case, f"company_verdicts.{key}"))
    if earned.missing:
        return words.paragraph(*filter(None, said), *more, say("first_screen.earned_none", name=of.names[company]))
    by, until = words.points(abs(earned.value)).lstrip("+"), evidence(returns(of)[company], "roic").until
    key = "more" if earned.value > 0 else "less"
    own = say(f"first_screen.earned_{key}", name=of.names[company], points=by, until=until)
    return words.paragraph(own, *filter(None, said), *more)


def _price(book: Book, company: str) -> str:
    """What growth a price assumes, or else what is paid for sales; nothing without a price."""
    case, name = priced(book)[company], book.names[company]
    growth, costs = case.alone("assumed_growth"), evidence(prices(book)[company], "ev_to_sales")
    said = {"name": name, "years": case.inputs["growth_years"].shown}
    if not growth.missing:
        return say("first_screen.title", growth=growth.shown, day=words.day(growth.day), **said)
    if growth.high == growth.high:
        day, most = words.day(costs.day), words.value(growth.high, growth.unit)
        return say("first_screen.title_beyond", growth=most, day=day, **said)
    return "" if costs.missing else say("first_screen.title_costs", name=name, costs=costs.shown, days=costs.days)


def screen(book: Book, company: str) -> Exhibit:
    """One company's figures, and the middle of its peers'."""
    of = found(book, SHOWN)
    own = {group: {name: sorted(each, key=lambda card: card.company != company) for name, each in lines.items()}
           for group, lines in of.lines.items()}  # fmt: skip
    name = of.book.names[company]
    title = _price(of.book, company) or say("first_screen.title_0", name=name)
    frame = marks.worded("first_screen", id="first-screen", title=title, currency=of.book.money)
    business, *others = replace(of, lines=own).worded.items()
    parts = {say("first_screen.segments"): segments.cards(of.book, company)}
    shown = dict([business, *parts.items(), *others])
    return cards.screen(shown, frame, [say("comparison.figure"), name, say("first_screen.peers")], of.book.names)
