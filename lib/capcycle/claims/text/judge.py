"""Statements beside the figures of the book: whether they hold, and if not, which slip would explain it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from capcycle.claims.text.amounts import FRACTION, MULTIPLE, POINTS, Amount
from capcycle.claims.text.known import LATEST, Figure, Known, Span
from capcycle.claims.text.records import records
from capcycle.claims.text.statements import ABOUT, CHANGE, GROWTH, LEVEL, OVER, SHARE, TIMES, UNDER, Statement
from capcycle.claims.text.times import CALENDAR, FISCAL
from capcycle.claims.text.vocabulary import RECORDS, Vocabulary, unit_of, vocabulary
from capcycle.errors import CapcycleError
from capcycle.facts import Book, currency

SCALES = (1e3, 1e-3, 1e6, 1e-6, 1e9, 1e-9, 1e4, 1e-4, 1e8, 1e-8, 1e2, 1e-2, 10.0, 0.1)
NEIGHBOURS = (3, -3, 12, -12, 6, -6, 24, -24)  # months before
WIDE = 0.05  # of a figure that is "about" so much
FAR = 1.5  # times as much is more than "more than"
MONTH = pd.Timedelta(days=31)
CUT = 0.02  # of a figure: with fewer digits nobody cuts where he should round
CONVERTED = 0.015  # of an amount in another currency: at which rate, the text does not say
MEANT = "meant"  # a record that the text says it means
CURRENCY_CODE = re.compile(r"[A-Z]{3}")


class Reading(NamedTuple):
    """One way to read a statement, and the figure that it then should be.

    calendar  that of the period; of a record, whether the text says that it means this one
    """

    measure: str
    span: Span | None
    calendar: str
    comparison: str
    figure: Figure
    value: float
    about: str = ""


@dataclass(frozen=True)
class Slip:
    """A slip that would explain a figure: its kind, and the reading under which the figure is right."""

    kind: str
    reading: Reading


@dataclass(frozen=True)
class Judgement:
    """A statement, the verdict, the readings that fit, the usual reading where none does, and what would explain it."""

    statement: Statement
    verdict: str
    fits: tuple[Reading, ...] = ()
    usual: Reading | None = None
    slips: tuple[Slip, ...] = ()
    lacking: str = ""


class Judge:
    """Judges statements by the figures of one book.

    >>> from capcycle import facts
    >>> from capcycle.claims.text.statements import read
    >>> judge = Judge(facts.open(["META"]))
    >>> wrong = judge.judge(read("Meta's capex was $81.7bn in the second quarter of 2024.")[0])
    >>> wrong.verdict, wrong.slips[0].kind
    ('inconsistent', 'scale')
    """

    def __init__(self, book: Book, words: Vocabulary | None = None):
        self.book, self.known, self.words = book, Known(book), words or vocabulary()

    def judge(self, statement: Statement) -> Judgement:
        """The verdict on a statement."""
        recorded = any(measure in RECORDS for measure in statement.measures)
        if statement.lacking and not (recorded and statement.lacking == "time"):
            return Judgement(statement, "not checkable", lacking=statement.lacking)
        own = list(self._readings(statement))
        readings = _nearest_first(own or list(self._by_another_definition(statement)), statement.amount)
        if not readings:
            ahead = not recorded and statement.day and all(_ends_later(span, statement.day)
                                                           for span in self._spans(statement))  # fmt: skip
            came = list(self._readings(replace(statement, day=None))) if ahead else []
            return Judgement(statement, "not checkable", usual=came[0] if came else None,
                             lacking="forecast" if ahead else "figure")  # fmt: skip
        if statement.day and all(_to_come(reading, statement.day) for reading in readings):
            return Judgement(statement, "not checkable", usual=readings[0], lacking="forecast")
        fits = tuple(reading for reading in readings if _holds(statement, reading))
        if fits:
            return Judgement(statement, "consistent", fits=fits)
        if not own:  # what another definition gives bears out and contradicts nothing
            return Judgement(statement, "not checkable", lacking="figure")
        if statement.to_come:
            return Judgement(statement, "not checkable", usual=readings[0], lacking="forecast")
        if readings[0].span is None and readings[0].calendar != MEANT:
            return Judgement(statement, "not checkable", lacking="record")
        slips = tuple(self._slips(statement, readings))
        verdict = "superseded" if slips and slips[0].kind == "restated" else "inconsistent"
        return Judgement(statement, verdict, usual=readings[0], slips=slips)

    # ---- readings

    def _readings(self, statement: Statement) -> Iterator[Reading]:
        for measure in statement.measures:
            if measure in RECORDS:
                yield from self._recorded(statement, measure)
            else:
                for span, calendar in self._spans(statement).items():
                    yield from self._worked(statement, measure, span, calendar)

    def _by_another_definition(self, statement: Statement) -> Iterator[Reading]:
        """Readings by a definition that the words do not name, where the company gives no figure by theirs."""
        spans = {} if any(measure in RECORDS for measure in statement.measures) else self._spans(statement)
        for measure in self.words.relatives(statement.measures):
            if measure not in RECORDS and unit_of(measure) == unit_of(statement.measures[0]):
                for span, calendar in spans.items():
                    yield from self._worked(statement, measure, span, calendar)

    def _spans(self, statement: Statement) -> dict[Span, str]:
        ends = {self.known.year_ends[company] for company in statement.companies}
        if len(ends) > 1 and statement.time.calendar != FISCAL:
            return replace(statement.time, calendar=CALENDAR).spans(12)
        return statement.time.spans(int(self.known.year_ends[statement.companies[0]]))

    def _recorded(self, statement: Statement, measure: str) -> Iterator[Reading]:
        parties = {ticker for *_, tickers in self.words.names(statement.text) for ticker in tickers}
        found, meant = records(self.book, measure, statement.companies, parties, statement.text, statement.time)
        for each in found:
            if value := _in_unit(each.figure, statement.amount):
                known = meant and not _begun_later(each.figure, statement)
                yield Reading(measure, None, MEANT if known else "", LEVEL, each.figure, value, each.about)

    def _worked(
        self, statement: Statement, measure: str, span: Span, calendar: str, comparison: str = ""
    ) -> Iterator[Reading]:
        """The reading of a statement over one period, where there is such a figure."""
        comparison = comparison or statement.comparison
        figure = self._compared(statement, measure, span, comparison)
        if figure and (value := _in_unit(figure, statement.amount)) is not None:
            yield Reading(measure, span, calendar, comparison, figure, value)

    def _compared(self, statement: Statement, measure: str, span: Span, comparison: str) -> Figure | None:
        day = statement.day.toordinal() if statement.day else LATEST
        back = statement.back or 12
        if comparison == LEVEL:
            return self.known.figure(statement.companies, measure, span.earlier(statement.back), day)
        now = self.known.figure(statement.companies, measure, span, day)
        if comparison == SHARE:
            return _work(now, self.known.figure(statement.companies, statement.of, span, day), _share, FRACTION)
        before = self.known.figure(statement.companies, measure, span.earlier(back), day)
        if comparison == CHANGE:
            unit = POINTS if now and now.unit == FRACTION else now.unit if now else ""
            return _work(now, before, lambda new, old: new - old, unit)
        if comparison == GROWTH:
            return _work(now, before, lambda new, old: new / old - 1 if old > 0 else np.nan, FRACTION)
        return _work(now, before, lambda new, old: new / old if old > 0 else np.nan, MULTIPLE)

    # ---- slips

    def _slips(self, statement: Statement, readings: list[Reading]) -> Iterator[Slip]:
        """Every slip that would make the figure right, the likeliest first."""
        exact = replace(statement, bound="")
        seen = set()
        for kind, reading in self._alternatives(exact, readings):
            key = (kind, reading.measure, reading.span, reading.comparison)
            if key not in seen and _holds(exact, reading):
                seen.add(key)
                yield Slip(kind, reading)
        if not seen and readings[0].span:
            yield from (Slip("company", each) for each in self._of_other_companies(exact, readings[0]))

    def _alternatives(self, statement: Statement, readings: list[Reading]) -> Iterator[tuple[str, Reading]]:
        usual = readings[0]
        for each in readings:
            yield from (("scale", each._replace(value=each.value * scale)) for scale in SCALES)
        if usual.span:
            yield from self._of_other_periods(statement, usual, "label")
            yield from (("definition", each) for each in self._other_definitions(statement, usual))
            yield from self._restated(statement, usual)
            yield from self._of_other_periods(statement, usual, "length")
            yield from (("comparison", each) for each in self._other_comparisons(statement, usual))
            yield from self._of_other_periods(statement, usual, "neighbour")
        else:
            yield from (("basis", each) for each in self._other_records(statement, usual))
        yield from self._misprinted(statement, usual)

    def _of_other_periods(self, statement: Statement, usual: Reading, kind: str) -> Iterator[tuple[str, Reading]]:
        spans = {"label": self._relabelled, "length": _other_lengths, "neighbour": _neighbours}[kind](statement, usual)
        for span in spans:
            for measure in statement.measures:
                yield from ((kind, each) for each in self._worked(statement, measure, span, ""))

    def _relabelled(self, statement: Statement, usual: Reading) -> list[Span]:
        """The period that the same words name by the other calendar."""
        if statement.time.month or len(statement.companies) > 1:
            return []
        other = CALENDAR if statement.time.calendar == FISCAL else FISCAL
        spans = replace(statement.time, calendar=other).spans(int(self.known.year_ends[statement.companies[0]]))
        return [span for span in spans if span != usual.span]

    def _other_definitions(self, statement: Statement, usual: Reading) -> Iterator[Reading]:
        for measure in self.words.relatives(statement.measures):
            if measure not in RECORDS:
                yield from self._worked(statement, measure, usual.span, usual.calendar)

    def _other_records(self, statement: Statement, usual: Reading) -> Iterator[Reading]:
        for measure in self.words.relatives(statement.measures):
            if measure in RECORDS:
                yield from self._recorded(statement, measure)

    def _restated(self, statement: Statement, usual: Reading) -> Iterator[tuple[str, Reading]]:
        """The figure as it was before, or after, it was given anew."""
        if usual.comparison != LEVEL or len(statement.companies) > 1:
            return
        span = usual.span.earlier(statement.back)
        for each in (span, Span(0, span.end)):
            for figure in self.known.vintages(statement.companies[0], usual.measure, each):
                if figure != usual.figure and (value := _in_unit(figure, statement.amount)) is not None:
                    yield "restated", usual._replace(figure=figure, value=value)

    def _other_comparisons(self, statement: Statement, usual: Reading) -> Iterator[Reading]:
        """A level taken for growth, growth for points, the quarter before for the year before."""
        others = {GROWTH, CHANGE, TIMES, LEVEL} - {statement.comparison}
        for comparison in sorted(others):
            for each in self._worked(replace(statement, amount=_unitless(statement.amount)), usual.measure, usual.span,
                                     usual.calendar, comparison):  # fmt: skip
                yield from _as_printed(each, statement.amount)
        if statement.comparison in (GROWTH, CHANGE, TIMES):
            back = 3 if statement.back == 12 else 12
            yield from self._worked(replace(statement, back=back), usual.measure, usual.span, usual.calendar)

    def _misprinted(self, statement: Statement, usual: Reading) -> Iterator[tuple[str, Reading]]:
        if statement.amount.currency and usual.figure.unit != statement.amount.unit:
            yield "currency", usual._replace(value=usual.figure.value)
        yield "sign", usual._replace(value=-usual.value)
        if _exchanged(statement.amount, usual.value):
            yield "digits", usual._replace(value=statement.amount.low)

    def _of_other_companies(self, statement: Statement, usual: Reading) -> Iterator[Reading]:
        for company in self.known.year_ends:
            for each in self._worked(replace(statement, companies=(company,)), usual.measure, usual.span, ""):
                if company not in statement.companies and _holds(statement, each):
                    yield each._replace(about=company)


def _nearest_first(readings: list[Reading], amount: Amount) -> list[Reading]:
    """Of the periods that the same words name, fiscal or calendar, first that of the figure nearest to the print."""
    named = [each for each in readings if readings and each.measure == readings[0].measure and each.span]
    first = min(named, key=lambda each: abs(each.value - (amount.low + amount.high) / 2), default=None)
    return readings if first is None else [first, *(each for each in readings if each is not first)]


def _begun_later(figure: Figure, statement: Statement) -> bool:
    """Whether what a register records began after the day that a statement speaks of, so that it cannot mean it."""
    day = statement.time.day if statement.time and statement.time.day else ""
    told = pd.Timestamp(day) if day else pd.Timestamp(statement.day) if statement.day else pd.NaT
    return bool(figure.end - told > MONTH) if figure.end == figure.end else False


def _other_lengths(statement: Statement, usual: Reading) -> list[Span]:
    """Periods of another length with the same end, or the year around a part of it."""
    span, quarter = usual.span, statement.time.quarter
    lengths = [Span(months, span.end) for months in (3, 6, 9, 12) if months != span.months]
    rest = 3 * (4 - quarter) if quarter else 0
    return [*lengths, Span(12, span.end + rest)] if rest else lengths


def _neighbours(statement: Statement, usual: Reading) -> list[Span]:
    return [usual.span.earlier(months) for months in NEIGHBOURS if abs(months) >= usual.span.months or months % 12 == 0]


def _work(now: Figure | None, other: Figure | None, formula, unit: str) -> Figure | None:
    if not now or not other:
        return None
    value = formula(now.value, other.value)
    if not np.isfinite(value):
        return None
    documents = " ".join(dict.fromkeys(f"{now.source} {other.source}".split()))
    kind = "derived" if {now.kind, other.kind} <= {"reported", "derived"} else max(now.kind, other.kind)
    return now._replace(
        value=value, unit=unit, kind=kind, source=documents, published=max(now.published, other.published)
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else np.nan


# ---- the figure beside the one printed


def _holds(statement: Statement, reading: Reading) -> bool:
    """Whether a figure, rounded or cut to the digits printed, is the one printed, or within what the words allow."""
    amount, value = statement.amount, reading.value
    away = _code(reading.figure.unit) not in ("", _code(amount.unit)) and bool(_code(amount.unit))
    slack = abs(value) * CONVERTED if away else 0.0
    low, high = amount.low - amount.step / 2 - slack, amount.high + amount.step / 2 + slack
    if amount.low == amount.high and amount.step <= abs(amount.low) * CUT:  # perhaps cut, not rounded
        low, high = (low, high + amount.step / 2) if value >= 0 else (low - amount.step / 2, high)
    if statement.bound == ABOUT:
        low, high = low - abs(amount.low) * WIDE, high + abs(amount.high) * WIDE
    if statement.bound == OVER:
        low, high = amount.low - amount.step / 2, max(high, amount.high * FAR)
    if statement.bound == UNDER:
        low, high = amount.low / FAR, amount.high + amount.step / 2
    return low * (1 - 1e-9 * np.sign(low)) <= value < high or value == high == low


def _in_unit(figure: Figure, amount: Amount) -> float | None:
    """A figure in the unit that is printed; None where that cannot be."""
    printed, own = _code(amount.unit), _code(figure.unit)
    if not amount.unit or (own and not amount.currency and amount.unit not in (FRACTION, POINTS, MULTIPLE)):
        return figure.value
    if bool(printed) != bool(own):
        return figure.value if {amount.unit, figure.unit} <= {FRACTION, POINTS} or amount.unit == figure.unit else None
    if not printed:
        alike = {amount.unit, figure.unit} <= {FRACTION, POINTS}
        return figure.value if alike or amount.unit == figure.unit else None
    return figure.value if printed == own else _converted(figure.value, own, printed, figure.start, figure.end)


def _converted(value: float, own: str, other: str, start: pd.Timestamp, end: pd.Timestamp) -> float | None:
    rate = _rate(own, other, start, end)
    return None if rate is None else value * rate


@lru_cache(maxsize=4096)
def _rate(own: str, other: str, start: pd.Timestamp, end: pd.Timestamp) -> float | None:
    row = {"value": 1.0, "unit": own, "period_start": start, "period_end": end, "kind": "reported", "source": ""}
    try:
        return float(currency.convert(pd.DataFrame([row]), other)["value"].iloc[0])
    except CapcycleError:
        return None


@cache
def _code(unit: str) -> str:
    found = CURRENCY_CODE.match(unit)
    return found[0] if found else ""


def _unitless(amount: Amount) -> Amount:
    return replace(amount, unit="", currency=False)


def _as_printed(reading: Reading, amount: Amount) -> Iterator[Reading]:
    """A reading whose figure has another unit than the one printed, as far as the digits can be compared."""
    if _code(reading.figure.unit) and amount.unit in (FRACTION, POINTS, MULTIPLE):
        return
    if _code(amount.unit) and not _code(reading.figure.unit):
        return
    yield reading


def _exchanged(amount: Amount, value: float) -> bool:
    """Whether two neighbouring digits of a figure stand the other way round in print."""
    if amount.low != amount.high or not amount.step:
        return False
    printed, right = (str(abs(round(each / amount.step))) for each in (amount.low, value))
    apart = [place for place, pair in enumerate(zip(printed, right, strict=False)) if pair[0] != pair[1]]
    return len(printed) == len(right) and len(apart) == 2 and apart[1] == apart[0] + 1 and \
        printed[apart[0]] == right[apart[1]] and printed[apart[1]] == right[apart[0]]  # fmt: skip


def _ends_later(span: Span, day: date) -> bool:
    """Whether a period ends in a later month than a day's."""
    return span.end > day.year * 12 + day.month - 1


def _to_come(reading: Reading, day: date) -> bool:
    """Whether the period had not ended when the text appeared."""
    return reading.span is not None and reading.figure.end > pd.Timestamp(day)
