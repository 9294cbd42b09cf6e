"""Figures as filed, out of the SEC's companyfacts: which tag says which concept, and what nobody can decide."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import pandas as pd

from capcycle import periods
from capcycle.facts import door, tables, vintages
from capcycle.sources.filings import ANNUAL, QUARTERLY, Filing
from capcycle.sources.web import SourceError

FORMS = {"10-K", "10-Q", "10-KT", "10-QT", "20-F", "40-F", "6-K", "8-K"}  # a proxy is none
NOT_MONEY = {"shares", "pure"}
SERIES, PERIOD, BOTH = slice(3, 5), slice(5, 7), slice(3, 7)  # of the fields of a figure; by name they cost much more


class Figure(NamedTuple):
    """A figure of a filing, as its tag gives it."""

    filed: str
    accession: str
    form: str
    standard: str
    concept: str
    start: str
    end: str
    priority: int
    tag: str
    unit: str
    value: float

    @property
    def series(self) -> tuple[str, str]:
        """The concept under its standard: what is filed under another is never compared with it."""
        return self.standard, self.concept

    @property
    def period(self) -> tuple[str, str]:
        return self.start, self.end


_figure = partial(tuple.__new__, Figure)  # what `Figure(...)` does, in half of its time


def _amended(forms: set[str]) -> set[str]:
    return forms | {f"{form}/A" for form in forms}


FILED, OF_A_QUARTER, OF_A_YEAR = _amended(FORMS), _amended(QUARTERLY), _amended(ANNUAL)


class Doubt(NamedTuple):
    """A figure that is not taken, and why."""

    concept: str
    start: str
    end: str
    filed: str
    reason: str


@dataclass
class Reading:
    """What a company's filings give: its figures, those not taken, its currency and the month of its year end."""

    figures: list[Figure]
    doubts: list[Doubt]
    currency: str
    fiscal_year_end: int


def read() -> pd.DataFrame:
    """The tags by which the concepts are found, as text, checked.

    Errors: DataError with every fault of `data/tags.csv`.
    """
    return door.table("tags.csv", _rules)


def _rules(table: pd.DataFrame) -> door.Rules:
    known = door.reference().concepts.index
    yield "unknown concept '{concept}'; see data/dictionary.csv", ~table["concept"].isin(known)
    yield from door.one_of(table, taxonomy=["us-gaap", "ifrs-full", "dei", "eastmoney-hk", "eastmoney-cn"])
    yield "tag is empty", table["tag"] == ""
    yield "priority '{priority}' is not a whole number from 1", ~table["priority"].str.fullmatch("[1-9][0-9]*")
    for column in ("from", "to"):
        dated = table[column] != ""
        yield f"{column} '{{{column}}}' is not a date such as 2024-06-30", dated & door.bad_date(table[column])
    key = ["taxonomy", "concept", "priority", "company", "from"]
    yield "a concept has two tags of one priority; which comes first, nobody could say", table.duplicated(key)


def stocks() -> set[str]:
    """The concepts of a day, which have no period."""
    concepts = door.reference().concepts
    return set(concepts.index[concepts["nature"] == "stock"])


def reading(
    answer: dict[str, Any],
    tags: pd.DataFrame,
    company: str,
    currency: str = "",
    month: int = 0,
    more: Iterable[Figure] = (),
) -> Reading:
    """The figures of a companyfacts answer, each with the filing that gave it first.

    tags      the table of `read`; rows that name the company stand in place of the general ones of their concept
    currency  in which it reports, and `month`, in which its year ends; else as its newest report has them
    more      figures of its filings' instances, which are decided in the same way
    Errors:   SourceError for an answer of another form, and for one that shows neither currency nor year end.
    """
    doubts: list[Doubt] = []
    try:
        found = [*_figures(answer["facts"], _of(tags, company)), *more]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise SourceError(f"{company}: companyfacts has another form than it had: {error!r}") from error
    currency, month = currency or _currency(found, company), month or _year_end(found, company)
    sound = _in_currency(_of_known_length(found), currency, doubts)
    chosen = _chosen(sound, doubts, _positive(door.reference()))
    return Reading(sorted(_first(chosen)), doubts, currency, month)


@lru_cache(maxsize=2)
def _positive(known: door.Reference) -> frozenset[str]:
    """The concepts that cannot be below zero, which every answer of a market asks for."""
    return frozenset(known.concepts.index[known.concepts["sign"] == "positive"])


def _of(tags: pd.DataFrame, company: str) -> list[dict[str, str]]:
    """The rows that hold for a company: its own of a concept, else the general ones."""
    names = list(tags)
    rows = [dict(zip(names, row, strict=True)) for row in tags.to_numpy().tolist()]  # a tenth of the time of `to_dict`
    own = {row["concept"] for row in rows if row["company"] == company}
    return [row for row in rows if row["company"] == (company if row["concept"] in own else "")]


def _figures(taxonomies: dict[str, Any], rules: list[dict[str, str]]) -> Iterator[Figure]:
    """Every figure under one of the tags; `fy`, `fp` and `frame` describe the filing and are not read."""
    for rule in rules:
        standard, tag, concept, priority = (rule[key] for key in ("taxonomy", "tag", "concept", "priority"))
        first, last, order, name = rule["from"], rule["to"] or "9999", int(priority), f"{standard}:{tag}"
        for unit, rows in taxonomies.get(standard, {}).get(tag, {}).get("units", {}).items():
            unit = unit.replace("/shares", "/share")
            for row in rows:
                form, end, value = row["form"], row["end"], row["val"]
                if form in FILED and first <= end <= last and value is not None:
                    yield _figure((
                        row["filed"], row["accn"], form, standard, concept, row.get("start", ""), end, order,
                        name, unit, float(value),
                    ))  # fmt: skip


def _currency(found: list[Figure], company: str) -> str:
    """The currency of most figures of the newest day; a translation for convenience has fewer."""
    amounts = [each for each in found if each.unit not in NOT_MONEY and "/" not in each.unit]
    day = max((each.filed for each in amounts), default="")
    counts = Counter(each.unit for each in amounts if each.filed == day).most_common(2)
    if not counts:
        raise SourceError(f"{company}: its filings give no amount under any tag of data/tags.csv")
    if len(counts) > 1 and counts[0][1] == counts[1][1]:
        alike = " and ".join(sorted((unit for unit, _ in counts), reverse=True))
        raise SourceError(f"{company}: its newest filing reports in {alike} alike")
    return counts[0][0]


def _year_end(found: list[Figure], company: str) -> int:
    """The month that the newest annual report's year ends in; a year of 52 weeks may end a week into the next."""
    reports = [each for each in found if each.form in OF_A_YEAR and _days(each) in range(345, 381)]
    if not reports:
        raise SourceError(f"{company}: no annual report yet, so nobody knows when its year ends")
    newest = max(reports, key=attrgetter("filed", "end"))
    return (pd.Timestamp(newest.end) - periods.WEEK).month


def _days(figure: Figure) -> int:
    return _length(figure.start, figure.end)


@lru_cache(maxsize=4096)
def _length(start: str, end: str) -> int:
    """Days of a period, both ends counted, of which a company's figures have few; none for a balance."""
    return (date.fromisoformat(end) - date.fromisoformat(start)).days + 1 if start else 0


def _of_known_length(found: list[Figure]) -> Iterator[Figure]:
    """Balances, and flows of a quarter to a year; twelve months in a quarterly report are no fiscal year."""
    parts = (periods.QUARTER, periods.HALF, periods.NINE_MONTHS)
    short = {days for low, high in parts for days in range(low, high + 1)} | {0}
    year = range(periods.YEAR[0], periods.YEAR[1] + 1)
    for each in found:
        days = _length(each.start, each.end)
        if days in short or not each.start or (days in year and each.form not in OF_A_QUARTER):
            yield each


def _in_currency(found: Iterator[Figure], currency: str, doubts: list[Doubt]) -> Iterator[Figure]:
    taken = {currency, f"{currency}/share", "shares", "shares/share"}
    for each in found:
        if each.unit in taken:
            yield each
        else:
            unit = each.unit.removesuffix("/share")
            doubts.append(Doubt(each.concept, *each[PERIOD], each.filed, f"given in {unit}, not in {currency}"))


def _chosen(found: Iterable[Figure], doubts: list[Doubt], positive: frozenset[str]) -> Iterator[Figure]:
    """One figure of each filing, concept and period, decided by that filing and those before it alone.

    positive   concepts that cannot be below zero, so that a total is at least its part
    So nothing that is filed later changes what was chosen before.
    """
    unlike: dict[str, dict[str, str]] = defaultdict(dict)  # of a tag, by concept, a better one from which it differed
    for _, filing in sorted(_by(found, slice(2)).items()):
        choices = []
        for each in _by(filing, BOTH).values():
            if len(each) > 1:
                each = _finest(each, doubts)
                for other in each[1:]:
                    if not _same(other, each[0]):
                        unlike[other.tag].setdefault(other.concept, each[0].tag)
            if each:
                choices.append(each)
        bests = [each[0] for each in choices]
        whole = [each for each in bests if each.form not in OF_A_QUARTER and _days(each) >= 345]
        years = {(each[SERIES], each.end, each.value) for each in whole}
        wholes = {each.value for each in whole}
        for best, each in zip(bests, choices, strict=True):
            # most figures stand alone, and to ask about them would cost as much as all else
            alone = len(each) == 1 and best.value not in wholes and best.tag not in unlike
            if not alone and (reason := _undecided(each, unlike.get(best.tag, {}), years, positive)):
                doubts.append(Doubt(best.concept, *best[PERIOD], best.filed, reason))
            else:
                yield best


def _by(rows: Iterable[Figure], fields: slice) -> dict[tuple, list[Figure]]:
    """Figures by some of their fields."""
    found = defaultdict(list)
    for each in rows:
        found[each[fields]].append(each)
    return found


def _finest(rows: list[Figure], doubts: list[Doubt]) -> list[Figure]:
    """The figure of each tag by priority: of one that a filing gives exact and rounded, the exact one."""
    found = []
    for _, each in groupby(sorted(rows, key=attrgetter("priority")), attrgetter("priority")):
        values = sorted(each, key=lambda figure: _digit(figure.value))
        if all(_same(values[0], other) for other in values):
            found.append(values[0])
        else:
            said = " and ".join(f"{other.value:,.15g}" for other in values)
            doubts.append(Doubt(values[0].concept, *values[0][PERIOD], values[0].filed, f"{values[0].tag} says {said}"))
    return found


def _undecided(each: list[Figure], unlike: dict[str, str], years: set[tuple], positive: frozenset[str]) -> str:
    """Why the first of some tags for one period cannot be taken; empty where it can."""
    best = each[0]
    if better := unlike.get(best.concept):
        return f"only {best.tag} says {best.value:,.15g}, which differed from {better} before"
    larger = [other for other in each[1:] if other.value > best.value and not _same(other, best)]
    if larger and best.concept in positive:
        return f"{best.tag} says {best.value:,.15g} and {larger[0].tag} {larger[0].value:,.15g}"
    whole = best.value and (best[SERIES], best.end, best.value) in years
    if whole and periods.QUARTER[0] <= _days(best) <= periods.QUARTER[1]:
        return f"a quarter of {best.value:,.15g}, which is the whole year's figure"
    return ""


def _same(one: Figure, other: Figure) -> bool:
    """Whether two figures are one, perhaps in fewer digits."""
    room = min(max(_digit(one.value), _digit(other.value)) / 2, vintages.ROUNDED * abs(one.value))
    return abs(one.value - other.value) <= room


def _digit(value: float) -> float:
    digit = 1.0
    while value and digit < 10.0**vintages.COARSEST and value % (digit * 10) == 0:
        digit *= 10
    return digit if value % 1 == 0 else 0.0


def _first(chosen: Iterator[Figure]) -> Iterator[Figure]:
    """Each value of a period under a standard when it was first given; the same again under another is a new row."""
    last: dict[tuple, float] = {}
    for each in chosen:
        key = each[BOTH]
        if last.get(key) != each.value:
            yield each
        last[key] = each.value


def rows(figures: list[Figure], company: str) -> pd.DataFrame:
    """Figures as rows of `data/facts`, as text."""
    made = [
        (company, each.concept, each.start, each.end, _plain(each.value), each.unit, "reported", each.accession,
         each.tag, each.filed, "")
        for each in figures
    ]  # fmt: skip
    return pd.DataFrame(made, columns=list(tables.columns("facts/X.csv")), dtype=str)


def _plain(value: float) -> str:
    """A number as it was filed, without exponent: a float's shortest text that is exact."""
    return f"{value:.0f}" if value % 1 == 0 else format(Decimal(repr(value)), "f")


def documents(filed: list[Figure | Filing], name: str, cik: int) -> pd.DataFrame:
    """Some filings, or those of some figures, as rows of `data/sources.csv`."""
    filings = {each.accession: each for each in filed}
    address = f"https://www.sec.gov/Archives/edgar/data/{cik}"
    made = [
        (each.accession, f"{name} {each.form} filed {each.filed}",
         f"{name}, filed with the U.S. Securities and Exchange Commission",
         f"{address}/{each.accession.replace('-', '')}/", each.filed, "filing")
        for each in filings.values()
    ]  # fmt: skip
    return pd.DataFrame(made, columns=list(tables.columns("sources.csv")), dtype=str)
