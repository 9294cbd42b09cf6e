"""Any text beside the filings: statements read by rules, judged by the figures as they were known, and explained."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path

import pandas as pd

from capcycle import facts
from capcycle.claims import load
from capcycle.claims.own import text_of
from capcycle.claims.text import exhibits
from capcycle.claims.text.judge import Judge, Judgement
from capcycle.claims.text.lines import Cells, read_lines, statements
from capcycle.claims.text.statements import Statement, read
from capcycle.facts import Book, tables


def check_text(text: str, day: str = "") -> list[Judgement]:
    """A judgement on every figure of a text that has a unit, a currency or a scale.

    day   when the text appeared, as ISO text: what was known then, and what "last year" means
    Errors: CapcycleError for a bad day.

    >>> [each.verdict for each in check_text("AWS sold $26.281bn in Q2 2024, up 18.7%. Its revenue was $148bn.")]
    ['consistent', 'consistent', 'consistent']
    """
    facts.open(as_of=day)  # refuses what is no day
    return judge_all(read(text, date.fromisoformat(day) if day else None))


def judge_all(found: Iterable[Statement], book: Book | None = None) -> list[Judgement]:
    """A judgement on each of some statements, by the figures of a book, or of all that is in the data."""
    judge = _judge(book.as_of if book else "", tables.edition())
    return [judge.judge(statement) for statement in found]


@lru_cache(maxsize=2)
def _judge(as_of: str, edition: tuple) -> Judge:
    """A box asks again at every change of its text; `edition` tells when the data have changed."""
    return Judge(facts.open(as_of=as_of))


def judged(file: Path | str = "", day: str = "", book: Book | None = None) -> list[Judgement]:
    """A judgement on each statement of a reader's file; without one, on those of the published claims.

    file    a text, or a CSV table of statements
    day     when a text appeared, as ISO text; each line of a table has its own
    Errors: DataError for a file that cannot be read, and for columns that are missing, unknown or twice there.
    """
    if not file:
        return published(book or facts.open())
    return judge_all(read_lines(file), book) if is_table(file) else check_text(text_of(file), day)


def is_table(path: Path | str) -> bool:
    """Whether a file is a table, by its name.

    >>> is_table("claims.CSV"), is_table("note.md")
    (True, False)
    """
    return Path(path).suffix.lower() == ".csv"


def published(book: Book) -> list[Judgement]:
    """A judgement on each of the published claims that were public on the day of the book.

    >>> sum(each.verdict == "consistent" for each in published(facts.open())) > 20
    True
    """
    claims = load.claims()
    if book.as_of:
        day = pd.to_datetime(claims["published"], format="%Y-%m-%d", errors="coerce")
        claims = claims[day <= book.day]
    lines = [_cells(row) for row in claims.itertuples()]
    return judge_all(statements(lines), book)


def _cells(row) -> Cells:
    """A claim of `claims.csv` as a line of its own."""
    value = f"{row.value_low:.15g}"
    return Cells(row.ticker or row.entity, row.metric, value, row.period, row.unit, row.comparison, row.published,
                 row.basis, row.paraphrase, row.claim_id, int(row.line))  # fmt: skip
