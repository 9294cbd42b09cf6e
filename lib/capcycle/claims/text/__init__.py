"""Any text beside the filings: statements read by rules, judged by the figures as they were known, and explained."""

from datetime import date

from capcycle import facts
from capcycle.claims.text.judge import Judge, Judgement
from capcycle.claims.text.lines import Cells, read_lines, statements
from capcycle.claims.text.statements import Statement, read


def check_text(text: str, day: str = "") -> list[Judgement]:
    """A judgement on every figure of a text that has a unit, a currency or a scale.

    day   when the text appeared, as ISO text: what was known then, and what "last year" means
    Errors: CapcycleError for a bad day.

    >>> [each.verdict for each in check_text("AWS sold $26.281bn in Q2 2024, up 18.7%. Its revenue was $148bn.")]
    ['consistent', 'consistent', 'consistent']
    """
    facts.open(as_of=day)  # refuses what is no day
    return judge_all(read(text, date.fromisoformat(day) if day else None))


def judge_all(found: list[Statement]) -> list[Judgement]:
    """A judgement on each of some statements."""
    judge = Judge(facts.open())
    return [judge.judge(statement) for statement in found]
