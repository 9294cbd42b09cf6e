"""Facts on one grid of companies and periods: quarters, trailing twelve months or years, fiscal or calendar."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pandas as pd

from capcycle import facts, periods, spans, words
from capcycle.errors import CapcycleError, NothingToShow, unknown
from capcycle.facts import Book
from capcycle.facts.door import KINDS
from capcycle.spans import CALENDARS, SPANS

MISSING = -1  # the row number of a figure that is not there
QUARTER_LATER = pd.Timedelta(days=91)


@dataclass(frozen=True)
class Panel:
    """Figures by company, concept and period.

    book      what was public on the day: where the figures come from
    rows      one row per figure: the columns of `facts.load` and `ordinal`, the whole number of its period
    ordinals  the periods, consecutive whole numbers: quarters (of `span` quarter and ttm) or years
    first     the first period shown; earlier ones are there for growth to be measured from
    """

    book: Book
    rows: pd.DataFrame
    ordinals: tuple[int, ...]
    first: int
    span: str
    calendar: str

    @property
    def companies(self) -> tuple[str, ...]:
        """Tickers, in the order asked for."""
        return self.book.companies

    @property
    def steps_per_year(self) -> int:
        """Periods of the grid from one to the same a year later: 4, or 1 for years."""
        return 1 if self.span == "year" else 4

    @property
    def old_after(self) -> int:
        """By how many periods a figure may end before the newest of others and not be old: half a year, or a year."""
        return max(self.steps_per_year // 2, 1)

    @property
    def shape(self) -> tuple[int, int]:
        """Companies by periods."""
        return len(self.companies), len(self.ordinals)

    @cached_property
    def index(self) -> pd.MultiIndex:
        """Every company with every period's label."""
        labels = periods.label(pd.Index(self.ordinals), self.span, self.calendar)
        return pd.MultiIndex.from_product([self.companies, labels], names=["company", "period"])

    @cached_property
    def concepts(self) -> dict[str, np.ndarray]:
        """For each concept a grid of row numbers; -1 where there is no figure."""
        company = pd.Index(self.companies).get_indexer(self.rows["company"])
        period = self.rows["ordinal"].to_numpy() - self.ordinals[0]
        codes, names = pd.factorize(self.rows["concept"].to_numpy())
        grids = np.full((len(names), *self.shape), MISSING, dtype=np.int32)
        grids[codes, company, period] = np.arange(len(self.rows), dtype=np.int32)
        return dict(zip(names, grids, strict=True))

    @cached_property
    def values(self) -> np.ndarray:
        """Each row's value, and NaN at the end, so that row number -1 reads as missing."""
        return np.append(self.rows["value"].to_numpy(float), np.nan)

    @cached_property
    def said(self) -> dict[str, list]:
        """When each row was published, and by which documents."""
        return {column: self.rows[column].to_list() for column in ("published", "source")}

    @cached_property
    def kinds(self) -> np.ndarray:
        """Each row's kind as a number, the weakest the highest; 0 at the end for what is missing."""
        return np.append(pd.Index(KINDS).get_indexer(self.rows["kind"]), 0).astype(np.int8)

    @cached_property
    def grids(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """For each concept its values and its kinds on the grid."""
        return {concept: (self.values[rows], self.kinds[rows]) for concept, rows in self.concepts.items()}

    @cached_property
    def year_ends(self) -> np.ndarray:
        """A grid that counts, for each company, the changes of its year end before each period; zeros by the calendar.

        Across a change, neighbours on the fiscal grid are further apart than their labels say.
        """
        counts = np.zeros(self.shape, dtype=np.int8)
        for company, first in self.new_years:
            counts[self.companies.index(company)] += np.array(self.ordinals) >= first
        return counts

    @cached_property
    def new_years(self) -> list[tuple[str, int]]:
        """Companies that have changed their fiscal year end, each with the first period by the new one."""
        if self.calendar == "calendar":
            return []
        changed = facts.year_ends.changes()
        changed = changed[changed["company"].isin(self.companies)]
        first = spans.ordinals(changed.assign(period_end=changed["transition_end"] + QUARTER_LATER), self.calendar)
        return list(zip(changed["company"], (first // (4 // self.steps_per_year)).astype(int), strict=True))

    @cached_property
    def changes(self) -> pd.DataFrame:
        """The days on which a series changed what it counts (`data/breaks.csv`)."""
        table = self.book.register("breaks")
        return table[table["company"].isin(self.companies) & table["concept"].isin(self.concepts)]

    @cached_property
    def bases(self) -> dict[str, np.ndarray]:
        """For each concept with `changes` a grid that counts those before each period; NaN where one cuts a period.

        An earlier period that a document gives anew after the change stands on the new basis.
        """
        found = {concept: np.zeros(self.shape) for concept in self.changes["concept"]}
        for change in self.changes.itertuples():
            company = self.companies.index(change.company)
            rows = self.rows.reindex(self.concepts[change.concept][company])
            cut = (rows["period_start"] < change.since) & (rows["period_end"] >= change.since)
            anew = (rows["period_start"] >= change.since) | (rows["published"] >= change.published)
            found[change.concept][company] += np.where(cut, np.nan, anew)
        return found

    @cached_property
    def definitions(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """For each concept that was restated the first and last definition, by number, on which each figure stood."""
        restated = self.rows.loc[self.rows["basis"] > 0, "concept"].unique()
        if not len(restated):
            return {}
        first, last = np.append(self.rows["basis"], 0), np.append(self.rows["last_basis"], np.iinfo(np.int64).max)
        return {concept: (first[self.concepts[concept]], last[self.concepts[concept]]) for concept in restated}

    def comparable(self, concepts: Iterable[str], steps: int) -> np.ndarray:
        """A grid: whether each period counts the same as that `steps` before, and no change of year end is between."""
        concepts = list(concepts)
        counts = [self.year_ends, *(self.bases[concept] for concept in concepts if concept in self.bases)]
        same = [shifted(count, steps, -1) == count for count in counts]
        for first, last in (self.definitions[concept] for concept in concepts if concept in self.definitions):
            same.append((shifted(first, steps, 0) <= last) & (first <= shifted(last, steps, last.max(initial=0))))
        return np.logical_and.reduce(same)

    def why_changed(self, company: str, concept: str, ordinal: int, steps: int) -> str:
        """What changed between a period and that `steps` before, where both have a figure; empty where nothing did."""
        who, then = self.companies.index(company), ordinal - self.ordinals[0] - steps
        if then < 0 or MISSING in self.concepts.get(concept, np.full(self.shape, MISSING))[who, [then, then + steps]]:
            return ""
        if not self.follows(company, ordinal, ordinal - steps):
            return ""  # a change of the year end is the reason, and is said elsewhere
        if concept in self.bases and len(set(self.bases[concept][who, [then, then + steps]])) > 1:
            return words.clauses(self.changes.query("company == @company and concept == @concept")["reason"])
        first, last = (grid[who, [then, then + steps]] for grid in self.definitions.get(concept, (self.year_ends,) * 2))
        apart = first.max() > last.min()
        return words.say("reason.redefined", concept=words.lower(words.name(concept))) if apart else ""

    def follows(self, company: str, ordinal: int, before: int) -> bool:
        """Whether no change of the company's year end lies between two periods."""
        row = self.year_ends[self.companies.index(company)]
        return row[ordinal - self.ordinals[0]] == row[before - self.ordinals[0]]

    def why_missing(self, company: str, ordinal: int, concept: str, earlier: str = "") -> str:
        """Why a company has no figure of a concept for a period, as far as is known."""
        asked = company, ordinal, concept, earlier  # by each measure of a page
        if asked not in self._reasons:
            self._reasons[asked] = self._why_missing(*asked)
        return self._reasons[asked]

    @cached_property
    def _reasons(self) -> dict[tuple, str]:
        return {}

    @cached_property
    def _natures(self) -> dict[str, str]:
        return facts.dictionary()["nature"].to_dict()

    def _why_missing(self, company: str, ordinal: int, concept: str, earlier: str) -> str:
        summed = self.span != "quarter" and self._natures.get(concept) == "flow"
        key = "reason.missing_twelve" if summed else "reason.missing"
        missing = words.say(key, concept=words.lower(words.name(concept)), earlier=earlier).strip()
        last = ordinal * 4 + 3 if self.span == "year" else ordinal
        first = last if self.span == "quarter" else last - 3
        gaps = {} if earlier else _known_gaps(self.book, self.calendar)
        for begins, ends, reason in gaps.get((company, concept), ()):
            if begins <= last and ends >= first:
                return f"{missing}{words.say('format.colon')}{reason}"
        since = [ordinal - new for name, new in self.new_years if name == company]
        if earlier and any(0 <= steps < self.steps_per_year for steps in since):
            return words.say("reason.new_year_end", missing=missing)
        if not earlier and (company, concept, last) in self.on_two_bases:
            return words.say("reason.two_bases", missing=missing)
        return missing

    @cached_property
    def on_two_bases(self) -> set[tuple[str, str, int]]:
        """Twelve months, by company, concept and last quarter, whose four quarters stand on no common definition."""
        if self.span == "quarter":
            return set()
        with suppress(NothingToShow):  # where years alone are filed
            quarters = select(self.book, "quarter", self.calendar).rows
            rows = spans.fours(quarters) if quarters["basis"].any() else quarters[:0].assign(full=False, one_basis=True)
            split = rows[rows["full"] & ~rows["one_basis"]]
            return set(zip(split["company"], split["concept"], split["ordinal"], strict=True))
        return set()

    @cached_property
    def currency(self) -> str:
        """The one currency of all amounts; refused where companies report in several."""
        units = {unit.partition("/")[0] for unit in set(self.rows["unit"].to_numpy())}
        found = sorted(units - {"shares", "fraction"})
        if len(found) != 1:
            raise CapcycleError(f"amounts in {', '.join(found)} cannot stand beside each other: give a currency")
        return found[0]

    @cached_property
    def own(self) -> "Panel":
        """The same periods in what each company reports in: a rate of exchange is no part of a ratio, nor of growth."""
        asked = next((key for key, panel in self.book.panels.items() if panel is self), None)
        abroad = self.book.currency and set(facts.companies()["currency"].reindex(self.companies)) != {
            self.book.currency
        }
        return select(self.book.into(""), *asked) if asked and abroad else self


def select(
    book: Book, span: str = "quarter", calendar: str = "calendar", since: int | None = None, until: int | None = None
) -> Panel:
    """The facts of a book as a `Panel`, all amounts in its currency, or each company's own where it has none.

    span      `quarter`, `ttm` (trailing twelve months at each quarter's end) or `year`
    calendar  `calendar` puts each fiscal quarter in the calendar quarter whose end is nearest; `fiscal` keeps the
              companies' own quarters, which then cover different months; what lies between two year ends of a
              company that changed its own belongs to no fiscal year and is left out
    since, until  first and last year shown, of that calendar

    Formula: twelve months = the filed year where one ends there, else the sum of four quarters, else the filed year
             less its first months plus the same months of the next; a balance is taken at the period's end.
             Averages (earnings per share, share counts) are never added up.
    Errors:  CapcycleError for a span or calendar that does not exist, or when nothing is left.

    >>> panel = select(facts.open(["MSFT"]), span="year", calendar="fiscal", until=2024)
    >>> panel.rows.query("concept == 'capex'")["value"].tolist()[-2:]  # as in its 10-Ks for 2023 and 2024
    [28107000000.0, 44477000000.0]
    """
    for what, value, valid in (("span", span, SPANS), ("calendar", calendar, CALENDARS)):
        if value not in valid:
            raise CapcycleError(unknown(what, [value], valid))
    asked = span, calendar, since, until
    if asked not in book.panels:
        book.panels[asked] = _selected(book, *asked)
    return book.panels[asked]


def _selected(book: Book, span: str, calendar: str, since: int | None, until: int | None) -> Panel:
    if book.facts.empty:
        raise NothingToShow("no figure is given: choose companies that have some, or a later date")
    rows = book.convert(book.facts) if book.currency else book.facts
    rows = spans.remembered(book, span, calendar) if rows is book.facts else spans.placed(rows, span, calendar)
    per_year = 1 if span == "year" else 4
    if until:
        rows = rows[rows["ordinal"] < (until + 1) * per_year]
    if rows.empty or (since and rows["ordinal"].max() < since * per_year):
        raise NothingToShow("no figure is left: widen the years, or choose companies that have such periods")
    ordinals = tuple(range(int(rows["ordinal"].min()), int(rows["ordinal"].max()) + 1))
    first = max(ordinals[0], (since or 0) * per_year)
    return Panel(book, rows.reset_index(drop=True), ordinals, first, span, calendar)


@cache
def _known_gaps(book: Book, calendar: str) -> dict[tuple[str, str], list[tuple[int, int, str]]]:
    """Of each company and concept the gaps of a book: first and last quarter as whole numbers, and the reason."""
    gaps, found = book.gaps, defaultdict(list)
    gaps = gaps[gaps["company"].isin(book.companies)]
    first = spans.ordinals(gaps.assign(period_end=gaps["period_start"] - periods.DAY), calendar) + 1
    last, reasons = spans.ordinals(gaps, calendar), gaps["reason"].map(words.translated).str.rstrip(".。")
    for company, concept, *gap in zip(gaps["company"], gaps["concept"], first, last, reasons, strict=True):
        found[company, concept].append(tuple(gap))
    return dict(found)


def other_calendar(calendar: str) -> str:
    """The calendar that was not chosen: to show what the choice does.

    >>> other_calendar("fiscal")
    'calendar'
    """
    return CALENDARS[1 - CALENDARS.index(calendar)]


def shifted(grid: np.ndarray, steps: int, fill: float) -> np.ndarray:
    """A grid moved by some periods, so that each shows what stood so many before it.

    >>> shifted(np.array([[1, 2, 3]]), 2, -1).tolist()
    [[-1, -1, 1]]
    """
    moved = np.full_like(grid, fill)
    moved[:, steps:] = grid[:, : max(grid.shape[1] - steps, 0)]
    return moved
