"""The lead of a page: the finding in three sentences and three numbers, why it matters, and what would change it."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from capcycle import words
from capcycle.exhibits import gate
from capcycle.publish import links
from capcycle.publish.notebook import Part
from capcycle.words import say

SENTENCES = 3  # of a lead, which has as many numbers as a title
ENDS = re.compile(r"(?<=[.!?])(?<!\b[A-Z]\.)\s+(?=[^a-z])|(?<=[。！？])(?=.)")
CLAUSE = re.compile(r"[;:]\s+|[；：]")
LIMITS = ("What would change the conclusion?", "What would change this picture?", "What should a reader keep in mind?",
          "What does this not say?", "What does this not do?")  # fmt: skip
ITEM = re.compile(r"(?:[-*] )?(.+?)(?:\n|$)")


class Lead(NamedTuple):
    """What stands at the top of a page: `rest` is what the finding says beyond its lead, `limits` the heading that
    `otherwise` is taken from."""

    text: str
    rest: str
    why: str
    otherwise: str
    limits: str


def lead(parts: Iterable[Part], notebook: str) -> Lead:
    """The lead of an executed notebook; a part that it lacks is empty.

    >>> found = [Part("sentence", "Capex rose."), Part("question", LIMITS[1]), Part("prose", "- A sale.\\n- A loan.")]
    >>> lead(found, "capex")[0], lead(found, "capex")[3:]
    ('Capex rose.', ('A sale.', 'What would change this picture?'))
    """
    found = list(parts)
    text, rest = split(next((part.content for part in found if part.kind == "sentence"), ""))
    otherwise, limits = _otherwise(found)
    key = f"why.{notebook}"
    return Lead(text, rest, say(key) if key in words.catalogue() else "", otherwise, limits)


def split(text: str) -> tuple[str, str]:
    """As many of the first sentences of a finding as make a lead, and the others; a long first one ends at a colon.

    >>> split("Of 9 chips 3 are sold. Buyers pay 2% more. They get 4%.")
    ('Of 9 chips 3 are sold. Buyers pay 2% more.', 'They get 4%.')
    >>> split("A cluster returns 23% and 45%, against 10%: it needs 3 dollars.")
    ('A cluster returns 23% and 45%, against 10%.', 'It needs 3 dollars.')
    """
    sentences = [each for each in ENDS.split(text.strip()) if each]
    if sentences and _numbers(sentences[0]) > words.NUMBERS:
        sentences[:1] = _clauses(sentences[0])
    taken: list[str] = []
    for each in sentences[:SENTENCES]:
        if taken and _numbers(" ".join([*taken, each])) > words.NUMBERS:
            break
        taken.append(each)
    space = "" if re.search(r"[。！？]$", text.strip()) else " "
    return space.join(taken), space.join(sentences[len(taken) :])


def faults(own: Lead) -> Iterator[str]:
    """Why the top of a page is not fit to be published.

    >>> list(faults(Lead("Of 9 chips 3 are sold at 5 times 2 dollars.", "", "It matters.", "A sale.", LIMITS[0])))
    ['4 numbers in its lead, of which at most 3 are read']
    """
    if (count := _numbers(own.text)) > words.NUMBERS:
        yield say("gate.lead_numbers", count=count, most=words.NUMBERS)
    if len(ENDS.split(own.text)) > SENTENCES:
        yield say("gate.lead_long", most=SENTENCES)
    yield from (say(f"gate.lead_{name}") for name in ("text", "why", "otherwise") if not getattr(own, name))


def _numbers(text: str) -> int:
    return gate.numbers(text, links.names().values())


def _clauses(sentence: str) -> list[str]:
    """A sentence in two, at its first colon or semicolon, as sentences."""
    first, *then = CLAUSE.split(sentence, maxsplit=1)
    stop = "。" if re.search(r"[。！？]$", sentence) else "."
    return [first + stop, *(each[:1].upper() + each[1:] for each in then)] if then else [sentence]


def _otherwise(parts: list[Part]) -> tuple[str, str]:
    """What would change a conclusion first of all, and the heading of the whole list."""
    headings = {*LIMITS, *map(words.translated, LIMITS)}
    for part, under in pairwise(parts):
        if part.kind == "question" and part.content.strip() in headings and under.kind == "prose":
            return ITEM.match(under.content.strip())[1], part.content.strip()
    return "", ""
