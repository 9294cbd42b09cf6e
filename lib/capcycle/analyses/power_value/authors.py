"""What authors say that a MW is worth: a football field by stage."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from capcycle import study, words
from capcycle.analyses.power_value.model import leased_mw_value
from capcycle.exhibits import Exhibit, marks
from capcycle.exhibits.marks import Frame
from capcycle.facts import Book
from capcycle.models.maths import annuity
from capcycle.quantity import ASSUMED, DERIVED, Quantity
from capcycle.units import MW_PER_GW
from capcycle.words import say

PER_MW = "USD/MW"
PRINTED = {  # by author and stage, in the order of the chart
    "operating_mw": ["mining_power", "operating_value", "all_power"],
    "leased_mw": ["colocation_value", "discounted", "net_value_per_mw", "colocation_value_gross"],
    "pipeline_mw": ["aligned", "pipeline_value"],
    "cost": ["hosting_capex"],
}
ASSUMPTIONS = ("operating_value", "colocation_value", "colocation_value_gross", "pipeline_value", "hosting_capex")


def football(book: Book, rates: Sequence[float] = (0.08, 0.10)) -> Exhibit:
    """What authors had printed by the day of a book of the value of a MW, by stage, with their ranges.

    rates  at which the income of a mean contract is discounted: the reader's own
    """
    every = {each.name: each for each in _values(book.into("USD"), rates)}
    public = {name: each for name, each in every.items() if not each.hindsight}
    ends = {end: words.value(rate, "fraction") for end, rate in zip(("low", "high"), rates, strict=True)}
    notes = [say(key, **ends) for name in public if (key := words.said(f"power_value.football_note.{name}", ""))]
    if len(public) < len(every):
        notes.append(say("power_value.football.later", day=words.day(book.day)))
    title = _title([public[name] for name in PRINTED["leased_mw"] if name in public], book)
    frame = Frame("power-football", title, say("power_value.football.subtitle"), (*_quotient(book), *notes))
    rows = [_bar(public[name], stage) for stage, names in PRINTED.items() for name in names if name in public]
    return marks.dots(pd.DataFrame(rows), frame) if rows else marks.nothing(frame)


def _values(dollars: Book, rates: Sequence[float]) -> Iterator[Quantity]:
    yield from (study.assumption(dollars, name) for name in ASSUMPTIONS)
    for row in dollars.register("estimates").query("measure == 'ev_per_mw' and about != 'AI power'").itertuples():
        yield Quantity(row.about.replace(" ", "_"), row.low, PER_MW, row.low, row.high, row.kind, row.source)
    for row in dollars.register("commitments").query("commitment == 'aligned-purchase'").itertuples():
        yield Quantity("aligned", row.amount / (row.gw * MW_PER_GW), PER_MW, kind=DERIVED, source=row.source)
    multiple = study.assumption(dollars, "noi_multiple")
    yield study.case(leased_mw_value, dollars, cap_rate=1 / multiple).quantity("net_value_per_mw")
    rent, margin, term = _contract(dollars)
    income = rent.value * (margin.low + margin.high) / 2  # level, before the cost of building
    low, high = sorted(income * float(annuity(rate, term.value)) for rate in rates)
    later = any(each.hindsight for each in (rent, margin, term))
    yield Quantity("discounted", np.nan, PER_MW, low, high, source=rent.source, hindsight=later)


def _contract(book: Book) -> list[Quantity]:
    """Rent, margin and term of an author's mean contract."""
    return [study.assumption(book, name) for name in ("hosting_rent", "hosting_noi_margin", "lease_term_mean")]


def _bar(each: Quantity, stage: str) -> dict:
    kind = "estimated" if each.kind == ASSUMED else each.kind  # a judgement of its author's, not of this workbook
    return {"label": say(f"power_value.football_label.{each.name}"), "low": each.low, "value": each.value,
            "high": each.high, "unit": PER_MW, "kind": kind, "source": each.source,
            "group": say(f"power_value.stage.{stage}")}  # fmt: skip


def _title(leased: Sequence[Quantity], book: Book) -> str:
    if not leased:
        return say("power_value.football.title_0", day=words.day(book.day))
    low, high = np.nanmin([each.low for each in leased]), np.nanmax([each.high for each in leased])
    return say("power_value.football.title", low=words.value(low, PER_MW), high=words.value(high, PER_MW))


def _quotient(book: Book) -> list[str]:
    """Why the value of a MW of AI power that an author printed is no price: it exceeds all that the MW can earn."""
    printed = book.register("estimates").query("measure == 'ev_per_mw' and about == 'AI power'")["low"]
    rent, margin, term = _contract(book)
    if printed.empty or rent.hindsight:
        return []
    value = float(printed.iloc[0])
    times = words.value(value / (rent.value * margin.high * term.value), "multiple")
    return [say("power_value.football.quotient", value=words.value(value, PER_MW), times=times)]
