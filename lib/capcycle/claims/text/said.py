"""A judgement in words: what was read, what the documents say, and which slip would explain the difference."""

import re
from collections.abc import Iterable

import pandas as pd

from capcycle import facts, words
from capcycle.claims import worked
from capcycle.claims.text.amounts import COUNT, FRACTION, POINTS
from capcycle.claims.text.judge import Judgement, Reading, Slip
from capcycle.claims.text.records import CLOSE
from capcycle.claims.text.statements import CHANGE, GROWTH, LEVEL, SHARE, Statement
from capcycle.claims.text.times import CALENDAR, FISCAL
from capcycle.claims.text.vocabulary import vocabulary
from capcycle.words import say

SHOWN = 3  # slips, and readings
CLASSES = {  # the classes of error of published claims
    "scale": "scale_slip", "label": "quarter_label", "definition": "gross_net", "restated": "superseded",
    "length": "stale_period", "comparison": "change_level", "neighbour": "stale_period", "basis": "wrong_unit",
    "currency": "wrong_unit", "sign": "wording", "digits": "scale_slip", "company": "spoken_name",
}  # fmt: skip
SHOWN_AS = {POINTS: FRACTION, COUNT: "GPUs"}
CODE = re.compile("[A-Z]{3}")  # of a currency, alone
LEASES, ADS = "capex", "eps"  # families whose definitions have a class of their own


def why(judgement: Judgement) -> str:
    """Why the verdict is what it is, in a sentence with the figure and its document.

    >>> from capcycle.claims.text import check_text
    >>> print(why(check_text("Meta's revenue was $39.1bn in Q2 2024.")[0]))
    revenue of Meta from April to June 2024 was $39.07bn (Meta Platforms 10-Q filed 2024-08-01, 1 Aug 2024)
    """
    if judgement.lacking:
        return _lacking(judgement)
    if judgement.fits:
        return "; ".join(dict.fromkeys(_reading(judgement.statement, each) for each in judgement.fits[:SHOWN]))
    usual = _reading(judgement.statement, judgement.usual)
    return usual if judgement.slips else say("claims.text.unexplained", usual=usual)


def right(judgement: Judgement) -> str:
    """What would be right under the likeliest slips, the first first; empty where nothing explains the figure."""
    each = (_slip(judgement.statement, judgement.usual, slip) for slip in judgement.slips[:SHOWN])
    return say("claims.text.or").join(dict.fromkeys(each))


def reading(judgement: Judgement) -> str:
    """What a statement was read as: for the reader to accept.

    >>> from capcycle.claims.text import check_text
    >>> print(reading(check_text("Meta's capex rose 29% in Q2 2024.")[0]))
    growth over a year of capex of Meta, Q2 2024
    """
    statement = judgement.statement
    parts = {
        "companies": _listed(_names()[company] for company in statement.companies),
        "measure": _listed(map(_measure, statement.measures)),
        "time": _time(statement),
        "of": _measure(statement.of) if statement.of else "",
        "bound": say(f"claims.text.bound.{statement.bound}") if statement.bound else "",
    }
    return say(f"claims.text.read.{_compared(statement)}", **parts).strip(" ,")


def figure(judgement: Judgement) -> tuple[str, str]:
    """The figure of the documents in words, and the ids of the documents, of a statement that could be checked."""
    reading = judgement.fits[0] if judgement.fits else judgement.usual
    return _value(reading, judgement.statement), reading.figure.source


def error_class(judgement: Judgement) -> str:
    """The class of error of the likeliest slip; empty where there is none."""
    if not judgement.slips:
        return ""
    kind, family = judgement.slips[0].kind, _family(judgement.usual.measure)
    if kind == "definition" and family == LEASES:
        return "lease_capex"
    return "ads_share" if kind == "definition" and family == ADS else CLASSES[kind]


def _family(measure: str) -> str:
    return vocabulary().families.get(measure, "")


def _lacking(judgement: Judgement) -> str:
    statement = judgement.statement
    if judgement.lacking == "forecast" and judgement.usual:
        return say("claims.text.lacking.became", figure=_reading(statement, judgement.usual))
    named, companies = map(_measure, statement.measures), (_names()[company] for company in statement.companies)
    return say(f"claims.text.lacking.{judgement.lacking}", measure=_listed(named), companies=_listed(companies),
               time=_time(statement))  # fmt: skip


def _reading(statement: Statement, reading: Reading, cited: bool = True) -> str:
    key = "record" if reading.span is None else reading.comparison
    companies = [reading.about] if reading.about in _names() else statement.companies
    return say(
        f"claims.text.is.{key}",
        measure=_measure(reading.measure),
        companies=_listed(_names()[company] for company in companies),
        when=_when(reading),
        value=_value(reading, statement),
        of=_measure(statement.of) if statement.of else "",
        back=say(f"claims.text.back.{statement.back or 12}"),
        documents=_documents(reading.figure.source, reading.figure.published) if cited else "",
        about=reading.about or _when(reading),
    )


def _slip(statement: Statement, usual: Reading, slip: Slip) -> str:
    return say(
        f"claims.text.slip.{slip.kind}",
        reading=_reading(statement, slip.reading, cited=False),
        usual=_value(usual, statement),
        when=_when(slip.reading),
        measure=_measure(slip.reading.measure),
        company=_names().get(slip.reading.about, ""),
        currency=slip.reading.figure.unit,
        comparison=say(f"claims.text.comparison.{slip.reading.comparison}"),
    )


def _value(reading: Reading, statement: Statement) -> str:
    figure = reading.figure
    if reading.comparison == CHANGE and figure.unit == POINTS:
        return words.points(figure.value)
    if reading.comparison == GROWTH:
        return words.change(figure.value)
    if reading.measure == CLOSE:
        return words.value(figure.value, f"{figure.unit}/share")
    if CODE.fullmatch(figure.unit):
        return worked.in_words(figure.value, "currency", figure.unit)
    return words.value(figure.value, SHOWN_AS.get(figure.unit, figure.unit))


def _when(reading: Reading) -> str:
    """The months of a figure, and the quarter of a fiscal year that is not the calendar's."""
    start, end = reading.figure.start, reading.figure.end
    if reading.span is None:
        return words.day(end) if pd.notna(end) else ""
    if pd.isna(start) or reading.span.months == 0:
        return say("claims.text.on", day=words.day(end))
    first, last = start + pd.Timedelta(days=14), end - pd.Timedelta(days=14)  # weeks begin and end beside a month
    names = {"first": f"{first:%B}", "last": f"{last:%B}", "year": f"{last:%Y}", "start": f"{first:%Y}"}
    return say("claims.text.months" if names["year"] == names["start"] else "claims.text.across", **names)


def _time(statement: Statement) -> str:
    time = statement.time
    if not time or not time.year:
        return words.DASH
    of = {CALENDAR: say("claims.text.calendar"), FISCAL: say("claims.text.fiscal"), "": ""}[time.calendar]
    if time.day and not time.months:
        return words.day(pd.Timestamp(time.day))
    if time.month:
        return say("claims.text.until", day=words.day(pd.Timestamp(time.year, time.month, 1) + pd.offsets.MonthEnd(0)))
    part = {3: f"Q{time.quarter}", 6: f"H{time.quarter // 2}", 9: say("claims.text.nine"), 12: ""}[time.months]
    return " ".join(filter(None, [of, part, str(time.year)]))


def _measure(measure: str) -> str:
    key = f"claims.text.name.{measure}"
    return say(key) if "." in measure else words.lower(words.name(measure))


def _compared(statement: Statement) -> str:
    if statement.comparison in (LEVEL, SHARE):
        return "year_ago" if statement.back else statement.comparison
    return statement.comparison if statement.back != 3 else f"{statement.comparison}_quarter"


def _documents(source: str, published: int) -> str:
    titles = [_titles().get(each, each) for each in source.split()]
    shown = words.listing(titles[:2]) + (say("claims.text.more", count=len(titles) - 2) if len(titles) > 2 else "")
    day = say("claims.text.day", day=words.day(pd.Timestamp.fromordinal(published))) if published else ""
    return say("claims.text.documents", documents=shown + day)


def _listed(names: Iterable[str]) -> str:
    return words.listing(list(names) or [words.DASH])


def _names() -> dict[str, str]:
    return facts.companies()["name"].to_dict()


def _titles() -> dict[str, str]:
    return facts.sources()["title"].to_dict()
