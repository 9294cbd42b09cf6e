"""What OpenAI and Anthropic have firmly ordered of each seller, and what part of its backlog that is."""

from collections.abc import Iterator
from functools import cache

import pandas as pd

from capcycle import facts, study, words
from capcycle.analyses.commitment_network import promises
from capcycle.errors import NothingToShow
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.panel import select
from capcycle.quantity import Quantity, missing
from capcycle.words import say

LABORATORIES = ("OpenAI", "Anthropic")
SHARE = "laboratory_share_of_backlog"
TIMED = ("timed_orders_a_year", "timed_share_of_backlog")


def backlogs(book: Book, made: pd.DataFrame | None = None) -> pd.DataFrame:
    """Each company's newest backlog, and what each laboratory has firmly promised it; `share` of both.

    made    the orders of the book's day, where they are at hand
    Errors: NothingToShow where no company of the book has both.
    """
    made = _ordered(book) if made is None else made
    rows = [{"label": book.names[company], "company": company, "backlog": backlog.value,
             "backlog_kind": backlog.kind, "until": backlog.day,
             "day": backlog.days, **own.groupby("giver")["amount"].sum().to_dict(),
             "share": own["amount"].sum() / backlog.value,
             "kind": facts.weakest([backlog.kind, *own["kind"]]),
             "source": facts.documents([backlog.source, *own["source"]])}
            for company, backlog in _newest(book) for own in [made[made["taker"].eq(book.names[company])]]
            if own["amount"].sum() > 0]  # an order of which nothing is firm is none  # fmt: skip
    if not rows:
        raise NothingToShow(say("laboratory_orders.none"))
    return pd.DataFrame(rows).reindex(columns=[*rows[0], *LABORATORIES]).loc[:, lambda each: ~each.columns.duplicated()]


@cache
def _ordered(book: Book) -> pd.DataFrame:
    made = promises(book)
    return made[made["group"].eq("order") & made["firm"] & made["giver"].isin(LABORATORIES)]


def _newest(book: Book) -> Iterator[tuple[str, Quantity]]:
    """The newer of the backlog that is filed and of that which a company states."""
    panel = select(book, "quarter")
    filed, stated = measure("rpo", panel), measure("backlog_stated", panel)
    for company in book.companies:
        both = [each for each in (study.newest(filed, company), study.newest(stated, company)) if not each.missing]
        if both:
            yield company, max(both, key=lambda each: each.day)


@cache
def share(book: Book, company: str) -> Quantity:
    """The part of a company's newest backlog that both laboratories have firmly ordered; one value for all pages.

    Formula: orders of OpenAI and of Anthropic, whole as announced / newest backlog
    Source:  hand arithmetic: 250bn and 30bn of the 684bn of Microsoft's 10-K for 2026 are 40.9 %.

    >>> microsoft = share(facts.open(as_of="2026-09-30"), "MSFT")
    >>> microsoft.shown, microsoft.days
    ('40.9%', '30 Jun 2026')
    """
    try:
        row = backlogs(book.of(company), _ordered(book)).iloc[0]
    except NothingToShow:
        return missing(SHARE, say("laboratory_orders.none_of", company=book.names[company]), "fraction")
    each = [say("laboratory_orders.each", name=name, amount=words.value(row[name], book.money))
            for name in LABORATORIES if row[name] > 0]  # fmt: skip
    reason = say("laboratory_orders.reason", orders=words.listing(each), day=row["day"])
    return Quantity(SHARE, float(row["share"]), "fraction", kind=row["kind"], source=row["source"], reason=reason,
                    since=row["until"], day=row["until"])  # fmt: skip


def timed(book: Book, company: str) -> dict[str, Quantity]:
    """What orders of both laboratories that tell their years come to a year, and their part of the newest backlog.

    Formula: sum of amount / years; sum of amount / newest backlog; none where no order tells its years
    Source:  hand arithmetic: 38bn over 7 years, 100bn over 8 and 100bn over 10 are 27.9bn a year for Amazon.

    >>> year, part = timed(facts.open(as_of="2026-09-30"), "AMZN").values()
    >>> year.shown, part.shown
    ('$27.9bn', '48.0%')
    """
    names, none = dict(zip(TIMED, (book.money, "fraction"), strict=True)), say("laboratory_orders.untimed")
    try:
        rows, backlog = _ordered(book), dict(_newest(book.of(company)))[company]
    except (NothingToShow, KeyError):
        rows = pd.DataFrame(columns=["taker", "term_years"])
    rows = rows[rows["taker"].eq(book.names[company]) & rows["term_years"].notna()]
    if rows.empty:
        return {name: Quantity(name, 0.0, unit, kind="derived", reason=none) for name, unit in names.items()}
    parts = [say("laboratory_orders.over", name=row.giver, amount=words.value(row.amount, book.money),
                 years=words.value(row.term_years, "years")) for row in rows.itertuples()]  # fmt: skip
    values = ((rows["amount"] / rows["term_years"]).sum(), rows["amount"].sum() / backlog.value)
    kind = facts.weakest([backlog.kind, *rows["kind"], "derived"])
    evidence = {"kind": kind, "source": facts.documents([backlog.source, *rows["source"]]),
                "reason": say("laboratory_orders.timed", orders=words.listing(parts))}  # fmt: skip
    return {
        name: Quantity(name, float(value), unit, **evidence)
        for (name, unit), value in zip(names.items(), values, strict=True)
    }
