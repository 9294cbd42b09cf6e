"""Every figure of the facts as it was known on a day: by company, name and period, and at once.

A text may state thousands of figures, and each wrong one is compared with a hundred others; so the book is laid out
once in dictionaries, and a metric is worked out from the names of its parameters, as `capcycle.measure` does.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from inspect import signature
from typing import NamedTuple

import numpy as np
import pandas as pd

from capcycle import facts, metrics, periods
from capcycle.facts import Book, vintages
from capcycle.metrics.registry import CURRENCY, EARLIER, without_lag

NO_DAY = 0  # of a document whose day is not known
LATEST = 10**7  # a day after every other
SOON = 120  # days after a text by which the document that it speaks of is out
HALF_MONTH = pd.Timedelta(days=14)  # weeks end a little before or after the month that a period is called by
SHIFTS = {"year_ago": 12, "quarter_ago": 3}
LENGTHS = np.array([3, 6, 9, 12])  # months


class Span(NamedTuple):
    """A period by its length in months (0 for a balance) and the month in which it ends, counted from year 0."""

    months: int
    end: int

    def earlier(self, months: int) -> "Span":
        """The same length, some months before."""
        return self._replace(end=self.end - months)


class Figure(NamedTuple):
    """A figure with its evidence; `published` is the day as a number, `NO_DAY` where nobody knows it."""

    value: float
    unit: str
    kind: str
    source: str
    locator: str
    start: pd.Timestamp
    end: pd.Timestamp
    published: int
    tier: int = 0


class Known:
    """The figures of a book.

    >>> known = Known(facts.open(["MSFT"]))
    >>> june = Span(3, month_of(pd.Timestamp("2024-06-30")))
    >>> known.figure(("MSFT",), "capex", june).value  # 44.477bn for the year less 30.604bn for nine months
    13873000000.0
    >>> round(known.figure(("MSFT",), "growth_year_on_year.capex", june).value, 4)
    0.5513
    """

    def __init__(self, book: Book):
        self.book = book
        self.concepts = facts.dictionary()
        self.year_ends = facts.companies()["fiscal_year_end"].to_dict()
        self.currencies = facts.companies()["currency"].to_dict()
        self._figures = _laid_out(book, self.concepts)
        self._natures = self.concepts["nature"].to_dict()
        self._made = {}

    def vintages(self, company: str, concept: str, span: Span) -> list[Figure]:
        """Every value that was published for a period, the oldest first."""
        return self._figures.get((company, concept), {}).get(span, [])

    def figure(self, companies: tuple[str, ...], name: str, span: Span, day: int = LATEST) -> Figure | None:
        """What a concept, a metric, or one named `growth_year_on_year.revenue`, was for companies together.

        It is the newest of the best kind of source that was public on the day; if none was, the first after it.
        """
        key = (companies, name, span, day)
        if key not in self._made:
            each = [self._one(company, name, span, day) for company in companies]
            lacking = not each or None in each or len({figure.unit for figure in each}) > 1
            self._made[key] = None if lacking else each[0] if len(each) == 1 else _joined(sum, each, each[0].unit)
        return self._made[key]

    def spans(self, company: str, name: str) -> Iterable[Span]:
        """The periods for which a concept is there."""
        return self._figures.get((company, name), {})

    def _one(self, company: str, name: str, span: Span, day: int) -> Figure | None:
        if name in self._natures:
            return self._filed(company, name, span, day)
        metric, *subject = name.split(".")
        if metric not in metrics.ALL:
            return None
        return self._metric(company, metrics.ALL[metric], subject, span, day)

    def _filed(self, company: str, concept: str, span: Span, day: int) -> Figure | None:
        nature = self._natures[concept]
        if nature == "stock":
            span = Span(0, span.end)
        found = self.vintages(company, concept, span)
        if found:
            return _as_of(found, day)
        step = 12 if span.months > 12 else 3
        if nature != "flow" or span.months <= step or span.months % step:
            return None
        parts = [self._filed(company, concept, Span(step, span.end - n), day) for n in range(0, span.months, step)]
        return None if None in parts else _joined(sum, parts[::-1], parts[0].unit)

    def _metric(self, company: str, metric, subject: list[str], span: Span, day: int) -> Figure | None:
        if not _has_meaning(metric, span):
            return None
        inputs, names = [], iter(subject)
        given = {}
        for parameter in _parameters(metric):
            base = without_lag(parameter)
            if base not in self._natures and base not in metrics.ALL:
                if base not in given and not (taken := next(names, None)):
                    return None  # a rate or a number of years that the text does not give
                base = given.setdefault(base, given.get(base) or taken)
            inputs.append(self._one(company, base, _shifted(parameter, span), day))
        if not (there := [figure for figure in inputs if figure]):
            return None
        value = float(metric(*(figure.value if figure else np.nan for figure in inputs)))
        if not np.isfinite(value):
            return None
        rests_on = [figure for figure in there if figure.value == value] or there  # of two the one that is known
        return _joined(lambda _: value, rests_on, there[0].unit if metric.unit == CURRENCY else metric.unit)


def month_of(day: pd.Timestamp) -> int:
    """The month that a period ending on a day is called by, counted from year 0.

    >>> divmod(month_of(pd.Timestamp("2024-02-03")), 12)  # a year of 53 weeks, called by January
    (2024, 0)
    """
    middle = day - HALF_MONTH
    return middle.year * 12 + middle.month - 1


def _laid_out(book: Book, concepts: pd.DataFrame) -> dict[tuple[str, str], dict[Span, list[Figure]]]:
    flows = concepts.index[concepts["nature"] == "flow"]
    best = vintages.best_tier(book.history)
    derived = vintages.quarters(vintages.on_bases(best[best["concept"].isin(flows)]))
    rows = pd.concat([book.history, derived], ignore_index=True).sort_values("published", na_position="first")
    months = periods.days(rows["period_start"], rows["period_end"]).fillna(0).to_numpy() / 30.44
    nearest = LENGTHS[np.abs(months[:, None] - LENGTHS).argmin(axis=1)]
    days = rows["published"].map(pd.Timestamp.toordinal, na_action="ignore").fillna(NO_DAY).astype(int)
    rows = rows.assign(months=np.where(months > 0, nearest, 0), last=rows["period_end"].map(month_of), day=days)
    figures = defaultdict(lambda: defaultdict(list))
    for row in rows.itertuples():
        figure = Figure(row.value, row.unit, row.kind, row.source, row.locator, row.period_start, row.period_end,
                        row.day, row.tier)  # fmt: skip
        figures[row.company, row.concept][Span(row.months, row.last)].append(figure)
    return figures


def _as_of(found: list[Figure], day: int) -> Figure | None:
    """The newest of the best kind that was public by the day; a figure without a day counts as public.

    Where none was yet, the first after it, such as the filing that follows a release; what came later no text means.
    """
    public = [figure for figure in found if figure.published <= day]
    if not public:
        return found[0] if found[0].published - day <= SOON else None
    best = min(figure.tier for figure in public)
    return [figure for figure in public if figure.tier == best][-1]


def _joined(work, parts: list[Figure], unit: str) -> Figure:
    return Figure(
        value=work([part.value for part in parts]),
        unit=unit,
        kind=facts.weakest(["derived", *(part.kind for part in parts)]),
        source=facts.documents([part.source for part in parts]),
        locator="; ".join(dict.fromkeys(part.locator for part in parts)),
        start=parts[0].start,
        end=parts[-1].end,
        published=max(part.published for part in parts),
    )


def _has_meaning(metric, span: Span) -> bool:
    wanted = {0: metric.spans, 3: ("quarter",), 6: ("quarter",), 9: ("quarter",)}.get(span.months, ("ttm", "year"))
    return bool(set(wanted) & set(metric.spans))


def _shifted(parameter: str, span: Span) -> Span:
    """The period that a parameter with a suffix for an earlier one takes."""
    if not (earlier := EARLIER.fullmatch(parameter)):
        return span
    base, suffix = earlier.groups()
    back = SHIFTS.get(suffix, span.months or 12)  # the opening balance is that before the period
    return _shifted(base, span).earlier(back)


@cache
def _parameters(metric) -> tuple[str, ...]:
    return tuple(signature(metric).parameters)
