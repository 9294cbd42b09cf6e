"""Companies side by side by some figures, with their medians: every cell with the evidence of its own parts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.quantity import DERIVED, Quantity, listed, missing, spanned
from capcycle.study import Case
from capcycle.words import say

COMPARED = ("multiple", "fraction", "points", "times")  # units of which a middle of several companies means something
FEWEST = 3  # figures of a median: that of one is itself, that of two is their mean


def ranked(cases: Mapping[str, Case], name: str) -> list[tuple[str, Quantity]]:
    """An input or output of each case that has it, under the name of the company, the lowest first.

    >>> needed = {company: analyses.start("revenue_for_capex", facts.open(), company) for company in ("MSFT", "AMZN")}
    >>> [company for company, _ in ranked(needed, "gap_multiple")]
    ['Microsoft', 'Amazon']
    """
    known = [(_called(key, case), own) for key, case in cases.items() if not (own := case.alone(name)).missing]
    return sorted(known, key=lambda one: one[1].value)


def median(cases: Mapping[str, Case], name: str) -> Quantity:
    """The middle of an input or output over the cases that have it; missing of two or fewer, and of no ratio.

    One outside its plausible range counts by its place, as whoever is the dearest is.

    >>> needed = {company: analyses.start("revenue_for_capex", facts.open(), company) for company in ("MSFT", "AMZN")}
    >>> median(needed, "gap_multiple").missing
    True
    """
    known = [one for case in cases.values() if not (one := _placed(case, name)).missing]
    if len(known) < FEWEST or known[0].unit not in COMPARED:
        return missing(name, say("study.peers.none"))
    return Quantity(name, float(np.median([one.value for one in known])), known[0].unit,
                    kind=facts.weakest([DERIVED, *(one.kind for one in known)]),
                    source=facts.documents(one.source for one in known))  # fmt: skip


def _placed(case: Case, name: str) -> Quantity:
    """An input or output; also one outside its plausible range, which a median takes by its place alone."""
    one = case.alone(name)
    if not case.outside(name):
        return one
    return replace(
        one, value=float(getattr(case.outputs, name)), kind=DERIVED
    )  # its place says what others' figures do


def peers(cases: Mapping[str, Case], names: Sequence[str], key: str, middle: bool = True) -> Exhibit:
    """A row for each case that has a figure and one of medians, the days of its parts, and why a cell is empty.

    key     the words around it: {most}, {most_value} and {middle} are of the first name
    middle  whether there is a row of medians: of figures of a quarter and of a year there is none
    Errors: ModelError for a name that is neither an input nor an output.

    >>> cases = analyses.multiples.cases(facts.open(["MSFT", "META"], "2026-08-31"))
    >>> peers(cases, ["price_to_sales", "fcf_yield"], "multiples.peers").view["Company"].tolist()
    ['Microsoft', 'Meta']
    """
    found = {_called(one, case): [case.alone(name) for name in names] for one, case in cases.items()}
    middles = [median(cases, name) for name in names]
    some = middle and len(found) > 1 and not all(one.missing for one in middles)
    more = [(say("study.peers.median"), middles)] if some else []
    why: dict[str, list[str]] = {}
    for label, own in found.items():
        why.setdefault(listed(one.reason for one in own if one.missing), []).append(label)
    notes = [
        say("study.peers.lacks", company=words.listing(who), each=reasons) for reasons, who in why.items() if reasons
    ]
    notes += [note for case in cases.values() for note in _older(case, names)]
    outside = more and any(case.outside(name) for case in cases.values() for name in names)
    notes += [say("study.peers.outside")] if outside else []
    order = ranked(cases, names[0])
    frame = marks.worded(key, *notes, id=parts.slug(*key.split(".")), title=_title(order, middles[0], key, names[0]))
    if all(one.missing for own in found.values() for one in own):
        return marks.nothing(frame)
    shown = [name for place, name in enumerate(names) if not all(own[place].missing for own in found.values())]
    columns = {"label": say("column.company")} | {name: words.name(name) for name in shown}
    known = [(label, own) for label, own in found.items() if not all(one.missing for one in own)]
    rows = pd.DataFrame([_row(*each) for each in [*known, *more]])
    return marks.table(rows, frame, columns | {"day": say("study.peers.day")})


def _older(case: Case, names: Sequence[str]) -> Iterator[str]:
    """Which figures of a row are of an earlier day than its others, and what is not yet held of the newest."""
    apart = [name for name in names if case.of(name) != case.of("") and not case.alone(name).missing]
    lacking = {name: [one for one in case.needs[name] if case.inputs[one].missing] for name in apart}
    days = {name: max((case.of(name).inputs[one].day for one in lacking[name]), default=pd.NaT) for name in apart}
    for day in dict.fromkeys(days.values()):
        own = [name for name in apart if days[name] == day]
        reasons = [words.parted(case.inputs[one].reason)[0] for name in own for one in lacking[name]]
        figures = words.listing([words.lower(words.name(name)) for name in own])
        yield say("study.peers.older", company=case.name, figures=figures, day=words.day(day), reason=listed(reasons))


def _title(order: Sequence[tuple[str, Quantity]], middle: Quantity, key: str, name: str) -> str:
    if not order:
        return say("study.peers.unknown", name=words.name(name))
    most, one = order[-1]
    few = 1 if middle.missing else len(order)  # of which a title does without a median
    sentence = words.said(f"{key}.title_{few}", f"{key}.title")
    return say(sentence, most=most, most_value=one.shown, middle=middle.shown, count=len(order))


def _row(label: str, own: Sequence[Quantity]) -> dict[str, Any]:
    known = [one for one in own if not one.missing]
    cells = {one.name: one.value for one in own}
    cells |= {f"{one.name}_{part}": getattr(one, part) for one in own for part in ("unit", "kind")}
    source = facts.documents(one.source for one in known)
    return {
        "label": label,
        "kind": DERIVED,
        "source": source,
        "day": spanned(known) or words.DASH,
        **cells,
    }


def _called(key: str, case: Case) -> str:
    """The name of a company, or the words that a case is given under."""
    return case.book.names.get(key, key)
