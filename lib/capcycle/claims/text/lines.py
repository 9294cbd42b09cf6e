"""Statements of a table: a line each, with company, measure, period, value, unit, comparison and day."""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from capcycle.claims import load, worked
from capcycle.claims.text.amounts import FRACTION, MULTIPLE, POINTS, Amount, printed
from capcycle.claims.text.statements import CHANGE, GROWTH, LEVEL, QUARTER_AGO, SHARE, TIMES, YEAR_AGO, Statement
from capcycle.claims.text.times import Time, times
from capcycle.claims.text.vocabulary import RECORDS, Vocabulary, vocabulary

NEEDED = ["company", "measure", "value"]
ALLOWED = [*NEEDED, "name", "period", "unit", "comparison", "published", "basis", "text"]
COMPARISONS = {
    "": (LEVEL, 0), "level": (LEVEL, 0), "growth": (GROWTH, YEAR_AGO), "yoy": (GROWTH, YEAR_AGO),
    "qoq": (GROWTH, QUARTER_AGO), "change": (CHANGE, YEAR_AGO), "change yoy": (CHANGE, YEAR_AGO),
    "change qoq": (CHANGE, QUARTER_AGO), "times": (TIMES, YEAR_AGO), "times qoq": (TIMES, QUARTER_AGO),
}  # fmt: skip
AGAINST = "vs_"
MONTH = re.compile(r"(\d{4})-(\d{2})")
AHEAD = ("forecast", "target")  # a basis of what is to come
LONG = re.compile(r"-?\d{6,}")  # a whole number that nobody would print so
DATED = ("year", "date")
SIGNED = {"pct": "%", "x": "×", "count": "", "rank": "", "year": "", "date": ""}  # behind the figure, without a space
SHARE_OF = re.compile(r"share of (.+)", re.IGNORECASE)
ENDINGS = {"growth": GROWTH, "change": CHANGE, "multiple": TIMES}  # of a measure's name, as in `revenue_growth`
ENDING = re.compile(rf"(.+?)[ _]({'|'.join(ENDINGS)})(?:[ _](?:yoy|qoq))?", re.IGNORECASE)
BY_UNIT = {FRACTION: GROWTH, POINTS: CHANGE, MULTIPLE: TIMES}  # what `yoy` says of a figure in such a unit


class Cells(NamedTuple):
    """A line as it is written."""

    company: str
    measure: str
    value: str
    period: str = ""
    unit: str = ""
    comparison: str = ""
    published: str = ""
    basis: str = ""
    text: str = ""
    name: str = ""
    line: int = 0


def read_lines(path: Path | str) -> list[Statement]:
    """The statements of a reader's file.

    Errors: DataError for columns that are missing, unknown or twice there.
    """
    table = load.own_table(path, NEEDED, ALLOWED)
    return statements(Cells(*row) for row in table[list(Cells._fields)].itertuples(index=False))


def statements(lines: Iterable[Cells]) -> list[Statement]:
    """Each line as a statement; what cannot be read of it is in its `lacking`.

    >>> line = Cells("Microsoft", "capex", "13.87", "2024Q2", "USD bn", "", "2024-07-31")
    >>> [(each.companies, each.measures, each.amount.low, each.lacking) for each in statements([line])]
    [(('MSFT',), ('capex',), 13870000000.0, '')]
    """
    words = vocabulary()
    return [_statement(cells, words) for cells in lines]


def _statement(cells: Cells, words: Vocabulary) -> Statement:
    amount = printed(cells.value, cells.unit) or Amount(0.0, 0.0, 0.0, "", 0, 0)
    measures, comparison, back = _quantity(cells, amount, words)
    share = SHARE_OF.fullmatch(cells.comparison.strip())
    total = words.measures(share[1])[:1] if share else ()
    companies = words.tickers(cells.company) or tuple(filter(None, [words.owner(cells.measure)]))
    day = _day(cells.published)
    time = _time(cells.period, day)
    recorded = bool(measures) and measures[0] in RECORDS
    faults = {
        "value": not amount.step,
        "company": not companies,
        "measure": not measures or (bool(share) and not total),
        "comparison": not comparison,
        "time": not time and not recorded,
        "forecast": cells.basis in AHEAD and not recorded,
    }
    return Statement(
        text=cells.text or " ".join(filter(None, cells[:6])),
        printed=_figure(cells.value, cells.unit, bool(amount.currency)),
        amount=amount,
        companies=companies,
        measures=measures,
        time=time,
        comparison=comparison or LEVEL,
        of="".join(total),
        back=back,
        day=day,
        line=cells.line,
        name=cells.name,
        lacking=next((fault for fault, there in faults.items() if there), ""),
    )


def _figure(value: str, unit: str, money: bool) -> str:
    """A figure as a text prints it, with its scale where it stands in the table with all its zeros.

    >>> _figure("13870000000", "USD", True), _figure("33.4", "pct", False), _figure("1959", "MW", False)
    ('USD 13.87bn', '33.4%', '1,959 MW')
    """
    text = worked.plain(float(value)) if LONG.fullmatch(value.strip()) else value.strip()
    text = f"{int(text):,}" if text.isdigit() and unit not in DATED else text
    code, bar, per = unit.partition("/")
    return f"{code} {text}{bar}{per}" if money else f"{text}{SIGNED.get(unit, f' {unit}')}".strip()


def _quantity(cells: Cells, amount: Amount, words: Vocabulary) -> tuple[tuple[str, ...], str, int]:
    """The measures that a line names, and what it says of them; no comparison for one that nothing is called."""
    asked = cells.comparison.strip().lower()
    if asked.startswith(AGAINST) and amount.unit not in BY_UNIT:
        asked = LEVEL  # the amount itself, set against something that it is not
    comparison, back = (SHARE, 0) if SHARE_OF.fullmatch(asked) else COMPARISONS.get(asked, ("", 0))
    if measures := words.measures(cells.measure):
        if asked in ("yoy", "qoq"):
            comparison = BY_UNIT.get(amount.unit, LEVEL)
            back = back if comparison != LEVEL else 0
        return measures, comparison, back
    if ending := ENDING.fullmatch(cells.measure.strip()):
        return words.measures(ending[1]), ENDINGS[ending[2].lower()], back or YEAR_AGO
    return (), comparison, back


def _time(period: str, day: date | None) -> Time | None:
    if month := MONTH.fullmatch(period.strip()):
        return Time(0, int(month[1]), month=int(month[2]))
    found = times(period, day)
    return found[0] if len(found) == 1 else None


def _day(published: str) -> date | None:
    """The day that a text is of; of a month that is known alone, its last."""
    if month := MONTH.fullmatch(published.strip()):
        year, number = int(month[1]), int(month[2])
        return date(year, number, monthrange(year, number)[1])
    try:
        return date.fromisoformat(published) if published else None
    except ValueError:
        return None
