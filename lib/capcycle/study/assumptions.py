"""Judgements of named authors, and the workbook's own: which of them stood on the day of a book."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.errors import ModelError, unknown
from capcycle.facts import Book
from capcycle.models.bounds import bounds, within
from capcycle.quantity import ASSUMED, DERIVED, Quantity


def assumption(book: Book, name: str, company: str = "", value: float = 0.0, own: bool = False) -> Quantity:
    """An assumption, a company's own before the general one; with a value of the reader's where that is not 0.

    One that was public on the day of the book stands as its author gave it. Of one that was not, the workbook keeps
    the value as its own: today's judgement, without the documents of later days (`hindsight`).
    Where only other companies have the assumption, it is missing, and `whose` names them. One of which only the ends
    are stated has these and no value.
    own  only the company's: a general one may be of others than it
    Errors: ModelError for a name that is not among the assumptions, and for a value that cannot be.

    >>> weight = assumption(facts.open(), "signed_weight")
    >>> weight.low, weight.value, assumption(facts.open(), "signed_weight", value=0.5).value
    (0.25, 1.0, 0.5)
    >>> assumption(facts.open(as_of="2020-06-30"), "signed_weight").hindsight
    True
    """
    if name not in book.judgements:
        raise ModelError(unknown("assumption", [name], book.judgements))
    named = book.judgements[name]
    rows = [row for row in named if row["company"] in ((company,) if own else (company, ""))]
    if not rows:
        return _of_others(book, name, named)
    row = rows[-1]
    known = Quantity(
        name, float(row["central"]), row["unit"], float(row["low"]), float(row["high"]), row["kind"], row["source"],
        words.translated(row["reason"]), published=row["published"], since=row.get("day", pd.NaT),
        day=row.get("day", pd.NaT),
    )  # fmt: skip
    stood = known
    if not _public(book, known):
        reason = words.say("study.hindsight", day=words.day(book.day))
        stood = replace(known, kind=ASSUMED, source="", reason=reason, published=pd.NaT, since=pd.NaT, day=pd.NaT,
                        hindsight=True)  # fmt: skip
    return _chosen(stood, value) if value else stood


def declared(name: str, value: float | Sequence[float], unit: str, reason: str) -> Quantity:
    """What a page's reader declares, since no source gives it: one number, or low, central and high.

    Errors: ModelError for a range that does not rise.

    >>> declared("pipeline_probability", [0.0, 0.25, 0.5], "fraction", "No source gives it.").high
    0.5
    """
    numbers = [float(each) for each in (value if np.ndim(value) else [value])]
    if len(numbers) not in (1, 3) or numbers != sorted(numbers):
        raise ModelError(f"{name} is {value}: give one number, or low, central and high, rising")
    low, central, high = numbers if len(numbers) == 3 else (np.nan, numbers[0], np.nan)
    return Quantity(name, central, unit, low, high, reason=reason)


def converted(quantity: Quantity, book: Book) -> Quantity:
    """An amount of money in the currency of a book, at the last rate of its day.

    >>> converted(Quantity("signed_weight", 1.0, "fraction"), facts.open(currency="EUR")).value  # no money
    1.0
    """
    own = quantity.unit[:3]
    if own == book.money or not own.isupper() or own not in facts.currencies():
        return quantity
    rate = book.rate(own)
    at = {"own": own, "rate": f"{rate.value:.4g}", "day": words.day(rate.day)}
    reason = words.say("study.converted", reason=quantity.reason, **at).strip()
    return replace(
        quantity,
        value=np.multiply(quantity.value, rate.value).tolist(),
        unit=book.money + quantity.unit[3:],
        low=quantity.low * rate.value,
        high=quantity.high * rate.value,
        kind=facts.weakest([DERIVED, quantity.kind]),
        source=f"{quantity.source} {rate.source}".strip(),
        reason=quantity.reason if quantity.missing else reason,
    )


def _chosen(known: Quantity, value: float) -> Quantity:
    low, high, advice = bounds(known.name, known.unit)
    within(known.name, value, low, high, known.unit, advice)
    return known.chosen(value)


def _public(book: Book, known: Quantity) -> bool:
    """Whether an assumption stood on the day: by its own day, else by those of its documents, none of them later."""
    if not book.as_of:
        return True
    if book.later(known.source):
        return False
    if pd.notna(known.published):
        return bool(known.published <= book.day)
    return bool(known.source) and book.public(known.source)


def _of_others(book: Book, name: str, named: list[dict]) -> Quantity:
    whose = words.listing(sorted(book.names[row["company"]] for row in named if row["company"]))
    reason = words.say("study.nobody", name=words.lower(words.name(name)), own=whose)
    return Quantity(name, np.nan, named[0]["unit"], reason=reason, whose=whose)
