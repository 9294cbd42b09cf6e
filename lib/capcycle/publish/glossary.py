"""Every defined term of a site once, in words, and the links from where a page uses one."""

import json
import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from html import escape, unescape
from itertools import accumulate
from pathlib import Path

from capcycle import ledger, metrics, words
from capcycle.exhibits.parts import formula, upper
from capcycle.ledger import fingerprint
from capcycle.publish.data import table
from capcycle.publish.kept import kept
from capcycle.publish.prose import slug
from capcycle.words import LANGUAGE, paragraph, say

SECTIONS = ("unit", "evidence", "concept", "metric", "model", "result")
TOLD = ("concept", "metric", "unit")
LETTERS = r"A-Za-z0-9_\-"  # of which a word with spaces around consists; a Chinese one has none around
SHORT = 4  # letters of a word that a line of prose has too often to mean the term
FIXED = SECTIONS[:2]  # terms that no table and no formula defines
# what begins an exhibit, or a place in which a term may stand: a heading of a table, a title, a line of prose
PLACE = re.compile(
    r'(?P<figure><figure)|(?P<open><(?P<tag>p|div|th) (?P<kind>class="(?:lead|title|measure|prose)"|scope=)[^>]*>)'
    r"(?P<inside>.*?)(?P<close></(?P=tag)>)",
    re.S,
)
PIECE = re.compile(r"(<a[ >].*?</a>|<code>.*?</code>|<[^>]*>)", re.S)  # of a line what is no text, or linked already


@dataclass(frozen=True)
class Term:
    """A term, the section that it stands in, what it means, its formula, and the calculation that it is a result of.

    The meaning of a result is that of the calculation.
    """

    name: str
    section: str
    meaning: str = ""
    formula: str = ""
    of: str = ""

    @property
    def anchor(self) -> str:
        return slug(self.name)

    @property
    def said(self) -> str:
        """All that the glossary says of it."""
        told = [self.meaning, self.formula]
        if self.of:
            told = [self.formula, say("glossary.result_of", name=self.of), "" if self.formula else self.meaning]
        return paragraph(*(upper(each).rstrip(".") for each in told if each)).replace("`", "")

    @property
    def card(self) -> str:
        """What a card and a search say of it: of a model no formula, which may have ten lines."""
        return self.meaning if self.section == "model" else self.said


def terms() -> dict[str, Term]:
    """The terms by their anchors: companies' figures, metrics, models, what models give, units and kinds of evidence.

    Of two with one name the first stands: what companies file before what is computed.
    """
    first = {term.anchor: term for term in reversed([*_concepts(), *_computed()])}
    return dict(sorted(first.items(), key=lambda item: item[1].name.lower()))


def _concepts() -> Iterator[Term]:
    for row in table("dictionary.csv"):
        yield Term(words.name(row["concept"]), "concept", words.translated(row["definition"]))


@cache
def _computed() -> tuple[Term, ...]:
    """What the code defines and not the data: it is the same for every site that this library makes."""
    made_from = fingerprint(LANGUAGE, ledger.digests(Path(__file__).parents[1]))
    found = kept("terms.json", lambda: json.dumps(list(map(asdict, _defined()))), made_from)
    return tuple(Term(**each) for each in json.loads(found))


def _defined() -> tuple[Term, ...]:
    from capcycle import analyses  # all rooms

    models = analyses.models()
    results: dict[str, Term] = {}
    for model in models.values():
        clauses = dict(_clauses(formula(model)))
        for output in model.outputs:
            name, meaning = words.name(output), _about(model)
            term = Term(name, "result", meaning, clauses.get(words.lower(name), ""), words.name(model.__name__))
            if output not in results or not results[output].formula:
                results[output] = term
    return (
        *(_function(metric, "metric") for metric in metrics.ALL.values()),
        *(_function(model, "model") for model in models.values()),
        *results.values(),
        *(term for kind in FIXED for term in _fixed(kind)),
    )


def _function(function, section: str) -> Term:
    return Term(words.name(function.__name__), section, _about(function), formula(function))


def _about(function) -> str:
    return words.translated(function.__doc__.splitlines()[0])


def _clauses(formula: str) -> Iterator[tuple[str, str]]:
    """What a formula defines, and as what.

    >>> list(_clauses("simple payback = 1 / roic; roic is given"))
    [('simple payback', 'simple payback = 1 / roic')]
    """
    for clause in formula.split("; "):
        name, sign, _ = clause.partition(" = ")
        if sign:
            yield name, clause


def _fixed(kind: str) -> Iterator[Term]:
    start = f"glossary.{kind}."
    for key in (key for key in words.catalogue() if key.startswith(start)):
        name, _, meaning = say(f"glossary.{kind}.{key.removeprefix(start)}").partition(": ")
        yield Term(name, kind, meaning)


def sections(known: dict[str, Term], exhibits: list[dict]) -> dict[str, list[tuple[Term, dict | None]]]:
    """The terms by section, each with the first of the `exhibits` of a site that names it."""
    texts = [f"{entry['text']} {entry.get('more', '')}\n".lower() for entry in exhibits]
    text, begins = "".join(texts), list(accumulate(map(len, texts), initial=0))
    found: dict[str, list[tuple[Term, dict | None]]] = {section: [] for section in SECTIONS}
    for term in known.values():
        name = term.name.lower()
        word = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) if name in text else None
        found[term.section].append((term, exhibits[bisect(begins, word.start()) - 1] if word else None))
    return {section: listed for section, listed in found.items() if listed}


class Linker:
    """Turns the terms of a page into links to the glossary: each once in an exhibit, and once in what leads to it.

    A heading of a table is a term if it is nothing else. In a line of words only what companies file, metrics and units
    are: the others have plain names there ("From earnings", "reported"), and so has cash.
    """

    def __init__(self, known: dict[str, Term]):
        self.anchors = {term.name.lower(): anchor for anchor, term in known.items()}
        told = [escape(term.name) for term in known.values() if term.section in TOLD]
        told = [
            name for name in told if len(name) > SHORT or name.isupper() or (not name.isascii() and name[SHORT - 1 :])
        ]
        either = "|".join(map(re.escape, sorted(told, key=len, reverse=True)))
        self.told = re.compile(rf"(?<![{LETTERS}])(?:{either})(?![{LETTERS}])", re.I) if told else None

    def linked(self, html: str) -> str:
        """A page with its terms as links.

        >>> capex = Term("Capex", "concept", "Cash paid.")
        >>> Linker({"capex": capex}).linked('<p class="lead">Less capex, more <a href="x">capex</a>.</p>')
        '<p class="lead">Less <a class="term" href="glossary.html#capex">capex</a>, more <a href="x">capex</a>.</p>'
        """
        seen: set[str] = set()

        def place(found: re.Match) -> str:
            if found["figure"]:
                seen.clear()
                return found[0]
            inside = self._heading(found["inside"], seen) if found["tag"] == "th" else self._told(found["inside"], seen)
            return f"{found['open']}{inside}{found['close']}"

        return PLACE.sub(place, html)

    def _heading(self, inside: str, seen: set[str]) -> str:
        return self._link(inside, seen) if unescape(inside).lower() in self.anchors else inside

    def _told(self, inside: str, seen: set[str]) -> str:
        if not self.told:
            return inside
        pieces = PIECE.split(inside)
        texts = [self.told.sub(lambda word: self._link(word[0], seen), piece) for piece in pieces[::2]]
        return "".join(piece for pair in zip(texts, [*pieces[1::2], ""], strict=True) for piece in pair)

    def _link(self, shown: str, seen: set[str]) -> str:
        anchor = self.anchors[unescape(shown).lower()]
        if anchor in seen:
            return shown
        seen.add(anchor)
        return f'<a class="term" href="glossary.html#{escape(anchor)}">{shown}</a>'
