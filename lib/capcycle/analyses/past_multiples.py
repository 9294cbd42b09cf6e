"""Multiples of expected earnings beside those of past peaks: medians with the dearest company and without it."""

import numpy as np
import pandas as pd

from capcycle import study, words
from capcycle.analyses import forward_multiples
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.facts import Book
from capcycle.quantity import Quantity, missing, spanned, together
from capcycle.words import say

NOW, PE = "today", "forward_pe_24m"  # of the register of multiples: what is no past, and what is compared
LEAST = 3  # companies of which a median means something


def multiples_of_past(book: Book) -> Exhibit:
    """The median multiple of expected earnings, with the dearest company and without it, beside past peaks."""
    rows = pd.DataFrame([*_medians(book), *_printed(book)])
    if rows.empty:
        return marks.nothing(marks.worded("past_multiples", id="bubble-past", title=say("past_multiples.none")))
    rows = rows.sort_values("value", ascending=False, ignore_index=True)
    own, peaks = (rows[rows["group"] == say(f"past_multiples.{group}")] for group in ("today", "peaks"))
    now = "none" if own.empty else "few" if own["label"].isin([*book.names.values()]).all() else "median"
    ends = {end: words.value(own["value"].agg(of), "multiple") for end, of in (("low", "min"), ("high", "max"))}
    told = [say(f"past_multiples.now_{now}", **ends)]
    told += [say("past_multiples.peak", top=top.said, most=words.value(top.value, "multiple"))
             for top in peaks.head(1).itertuples()]  # fmt: skip
    return marks.columns(
        rows,
        marks.worded("past_multiples", *_whose(book), id="bubble-past", title=say("past_multiples.and").join(told)),
    )


def _whose(book: Book) -> list[str]:
    """Of which days today's multiples are, and of whom there is none."""
    if not (order := ahead(book)):
        return []
    without = [name for company in book.companies if (name := book.names[company]) not in dict(order)]
    told = [say("past_multiples.days", days=spanned(one for _, one in order))]
    return told + ([say("past_multiples.without", names=words.listing(without))] if without else [])


def ahead(book: Book) -> list[tuple[str, Quantity]]:
    """Each company's price to expected earnings, the lowest first; also one that is too high for a rank of its own.

    A median is of all: one share that costs hundreds of times its earnings moves it little.
    """
    cases = forward_multiples.cases(book).values()
    paid = [(case.name, (case.inputs["share_price"] / case.inputs["eps_next_year"]).called("forward_pe", "multiple"))
            for case in cases]  # fmt: skip
    return sorted(
        ((name, one) for name, one in paid if not one.missing and one.value > 0), key=lambda one: one[1].value
    )


def median_ahead(of: list[tuple[str, Quantity]]) -> Quantity:
    """The middle of some prices to expected earnings; missing where there is none."""
    if not of:
        return missing("forward_pe", study.not_public("forward_pe"), "multiple")
    return together(lambda *each: float(np.median(each)), *(one for _, one in of), name="forward_pe", unit="multiple")


def _medians(book: Book) -> list[dict]:
    """Today's medians of the book's companies, with the dearest and without it; of a few each company's own."""
    if len(order := ahead(book)) < LEAST:
        return [_row(name, one) for name, one in order]
    return [
        _row(say(f"past_multiples.median{key}", count=len(each), name=order[-1][0]), median_ahead(each))
        for key, each in (("", order), ("_without", order[:-1]))
    ]


def _row(label: str, one: Quantity) -> dict:
    return {"label": label, "value": one.value, "unit": "multiple", "kind": one.kind, "source": one.source,
            "group": say("past_multiples.today"), "note": say("past_multiples.next_year")}  # fmt: skip


def _printed(book: Book) -> list[dict]:
    table = book.register("multiples_history").query("measure == @PE")
    return [
        {"label": say("past_multiples.episode", group=row.group, statistic=row.statistic) if row.episode == NOW
         else parts.upper(row.group), "said": row.group,
         "value": row.value, "unit": "multiple", "kind": row.kind, "source": row.source,
         "group": say("past_multiples.printed" if row.episode == NOW else "past_multiples.peaks"), "note": row.note}
        for row in table.itertuples()
    ]  # fmt: skip
