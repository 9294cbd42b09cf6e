"""Periods as a text names them, fiscal or calendar, in English and in Chinese, and the months that they stand for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from capcycle.claims.text.amounts import words
from capcycle.claims.text.known import Span

CALENDAR, FISCAL = "calendar", "fiscal"
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
ORDINALS, LENGTHS, HALVES = (words(name, int) for name in ("ordinals", "lengths", "halves"))
CENTURY = 2000

NAME = "|".join(f"{month[:3]}(?:{month[3:]})?" for month in MONTHS).replace("sep(?:tember)?", "sept?(?:ember)?")
ORDINAL = "first|second|third|fourth|1st|2nd|3rd|4th"
BOOKS = r"fiscal(?:\s+year)?|financial\s+year|FY|F(?=Q)|calendar(?:\s+year)?|CY"
YEAR = r"(?P<year>20\d\d)(?!\d)"
SHORT = r"(?P<year>20\d\d|['’]\d\d|(?<!\s)\d\d)(?![\d%]|[.,]\d)"
LONG = "|".join(sorted((re.escape(each) for each in LENGTHS if each.isascii()), key=len, reverse=True))
UNTIL = r"(?:ended|ending|to|through|until|up\s+to)(?:\s+the\s+end\s+of)?"
DAY = r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+)?"
DAY_AFTER = r"(?:\s+(?P<after>\d{1,2})(?:st|nd|rd|th)?,?(?!\d))?"
MONTH = rf"(?P<month>{NAME})(?![a-z])\.?"

PATTERNS = [
    rf"(?P<book>{BOOKS})?\s*Q(?P<part>[1-4])[\s,]*(?:of\s+)?(?P<book2>{BOOKS})?\s*{SHORT}E?",
    rf"(?P<book>{BOOKS})?\s*Q(?P<part>[1-4])(?![\dA-Za-z])",
    rf"(?P<book>{BOOKS})?\s*{YEAR}[年\s-]*Q(?P<part>[1-4])(?!\d)",
    rf"(?P<book>{BOOKS})?\s*{YEAR}\s+(?P<part>{ORDINAL})[\s-]quarter(?![a-z])",
    rf"(?P<book>F|C)?(?P<part>[1-4])Q\s*(?P<book2>{BOOKS})?\s*{SHORT}E?",
    rf"(?P<book>{BOOKS})?\s*(?P<part>{ORDINAL})[\s-](?P<book3>fiscal\s+)?quarter(?:\s+(?:of|in))?\s*(?:the\s+)?"
    rf"(?P<book2>{BOOKS})?\s*{YEAR}",
    rf"(?P<book>{BOOKS})?\s*(?P<part>{ORDINAL})[\s-](?P<book3>fiscal\s+)?quarter(?![a-z])",
    rf"(?P<half>first|second|1st|2nd)[\s-]half(?:\s+(?:of|in))?\s*(?P<book>{BOOKS})?\s*{YEAR}",
    rf"(?P<book>{BOOKS})?\s*H(?P<half>[12])\s*(?P<book2>{BOOKS})?\s*{SHORT}",
    rf"(?P<half>[12])H\s*{SHORT}",
    rf"{YEAR}\s*H(?P<half>[12])(?!\d)",
    rf"first\s+(?P<nine>nine)\s+months(?:\s+(?:of|in))?\s*(?P<book>{BOOKS})?\s*{YEAR}",
    rf"(?P<long>{LONG})\s+{UNTIL}\s+{DAY}{MONTH}{DAY_AFTER}\s+{YEAR}",
    rf"{MONTH}\s+(?P<long>quarter)(?:\s+(?:of|in))?\s+{YEAR}",
    r"(?P<iso>20\d\d-\d\d-\d\d)",
    rf"{DAY}{MONTH}{DAY_AFTER}\s+{YEAR}",
    rf"(?P<book>{BOOKS})\s*{SHORT}E?",
    r"(?P<last>last|this)\s+(?P<book>fiscal\s+)?(?P<whole>year|quarter)(?![a-z])",
    rf"截至{YEAR}年(?P<month>\d{{1,2}})月(?:底|末)?(?:(?P<day>\d{{1,2}})日)?(?:止|的)*"
    r"(?P<long>三个月|3个月|季度|六个月|6个月|半年|九个月|9个月|十二个月|12个月|年度|财年)?",
    rf"{YEAR}(?P<book>财)年第?(?P<part>[一二三四1-4])财?季度?",
    rf"{YEAR}年?第?(?P<part>[一二三四1-4])(?P<book>财)?季度?",
    rf"{YEAR}(?P<book>财)?年(?P<half>上|下)半年?",
    rf"{YEAR}(?P<book>财)?年?(?P<nine>前三季度|前九个月|前三季)",
    rf"{YEAR}年(?P<month>\d{{1,2}})月(?:(?P<day>\d{{1,2}})日|底|末)?",
    rf"{YEAR}(?P<book>财)年",
    r"(?P<last>去年|今年|上季度|本季度)",
    rf"(?<![\d.,$€¥])(?P<book>{BOOKS})?{YEAR}(?:E|年(?:全年|度)?)?(?![\d,]*\d|\s?(?:%|MW|GW|亿|万))",
]
GROUP = re.compile(r"\(\?P<(\w+)>")
TIME = re.compile("|".join(GROUP.sub(rf"(?P<\1_{place}>", each) for place, each in enumerate(PATTERNS)), re.IGNORECASE)
YEAR_AGO = {"去年": 1, "今年": 0}


@dataclass(frozen=True)
class Time:
    """A period as named: its length, and the quarter of a year, or the month, in which it ends.

    calendar  empty where the text does not say whether its year is the company's or the calendar's
    year      0 where the text leaves it open
    """

    months: int
    year: int
    quarter: int = 0
    month: int = 0
    calendar: str = ""
    day: str = ""
    start: int = 0
    end: int = 0

    def spans(self, year_end: int) -> dict[Span, str]:
        """The periods that it may stand for at a company whose year ends in a month, each with its calendar.

        >>> Time(3, 2026, 1).spans(year_end=6)  # of Microsoft: July to September 2025, or January to March 2026
        {Span(months=3, end=24308): 'fiscal', Span(months=3, end=24314): 'calendar'}
        """
        if self.month:
            return {Span(self.months, self.year * 12 + self.month - 1): CALENDAR}
        fiscal = self.year * 12 + year_end - 1 - 3 * (4 - self.quarter)
        last = self.year * 12 + 3 * self.quarter - 1
        nearest = last + (year_end + 1) % 3 - 1  # a quarter that ends in January is called by December
        named = [(Span(self.months, fiscal), FISCAL), (Span(self.months, nearest), CALENDAR)]
        wanted = {}
        for span, calendar in named:
            if self.calendar in ("", calendar):
                wanted.setdefault(span, calendar)
        return wanted

    def on(self, day: date | None) -> "Time":
        """With the year that it leaves open taken from the day of the text, if that is known."""
        if self.year or not day:
            return self
        ended = (day.month - 1) // 3 >= self.quarter
        return replace(self, year=day.year if ended else day.year - 1)


def times(text: str, day: date | None = None) -> list[Time]:
    """Every period that a text names, in order; what is relative ("last year") from the text's day, else of year 0.

    >>> [(each.months, each.year, each.quarter, each.calendar) for each in times("fiscal Q3 2026, 2025年上半年")]
    [(3, 2026, 3, 'fiscal'), (6, 2025, 2, '')]
    >>> times("the year to June 2026")[0].spans(year_end=12)
    {Span(months=12, end=24317): 'calendar'}
    """
    return [time for found in TIME.finditer(text) if (time := _time(found, day))]


def _time(found: re.Match, day: date | None) -> Time | None:
    cells = dict(_cells(found))
    place = {"start": found.start(), "end": found.end()}
    if cells.get("last"):
        return _relative(cells, day, place)
    book = next((cells[name].lower() for name in ("book", "book2", "book3") if cells.get(name)), "")
    calendar = (CALENDAR if book.startswith("c") else FISCAL) if book else ""
    if cells.get("iso"):
        year, month, number = map(int, cells["iso"].split("-"))
        return _dated(0, year, month, number, place)
    year = int(cells["year"].strip("'’")) if cells.get("year") else 0
    year += CENTURY if 0 < year < 100 else 0
    if cells.get("month"):
        number = int(cells.get("day") or cells.get("after") or 0)
        return _dated(
            LENGTHS.get(" ".join(cells.get("long", "").lower().split()), 0), year, _month(cells["month"]), number, place
        )
    if cells.get("part"):
        return Time(3, year, ORDINALS[cells["part"].lower()], calendar=calendar, **place).on(day)
    if cells.get("half"):
        return Time(6, year, HALVES[cells["half"].lower()], calendar=calendar, **place)
    if cells.get("nine"):
        return Time(9, year, 3, calendar=calendar, **place)
    return Time(12, year, 4, calendar=calendar, **place)


def _cells(found: re.Match) -> Iterator[tuple[str, str]]:
    for name, text in found.groupdict().items():
        if text:
            yield name.rpartition("_")[0], text


def _dated(months: int, year: int, month: int, number: int, place: dict[str, int]) -> Time | None:
    try:
        exact = date(year, month, number).isoformat() if number else ""
    except ValueError:
        return None
    return Time(months, year, month=month, day=exact, **place) if 1 <= month <= 12 else None


def _month(word: str) -> int:
    return int(word) if word.isdigit() else [month[:3] for month in MONTHS].index(word[:3].lower()) + 1


def _relative(cells: dict[str, str], day: date | None, place: dict[str, int]) -> Time:
    if not day:
        return Time(0, 0, **place)
    word = cells["last"].lower()
    if cells.get("whole", "").lower() == "quarter" or word in ("上季度", "本季度"):
        before = (day.month - 1) // 3  # the quarter that ended last
        return Time(3, day.year if before else day.year - 1, before or 4, calendar=CALENDAR, **place)
    back = YEAR_AGO.get(word, int(word == "last"))
    return Time(12, day.year - back, 4, calendar=FISCAL if cells.get("book") else "", **place)
