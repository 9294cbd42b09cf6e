"""Statements with a figure, read from a sentence by rules: who, what, when, how much, and beside what.

Nothing is guessed in silence: a statement keeps what it was read as, and a figure that cannot be read says why.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from capcycle.claims.text import vocabulary
from capcycle.claims.text.amounts import COUNT, FRACTION, GRAMMAR, HUNDREDTHS, MULTIPLE, POINTS, Amount, amounts
from capcycle.claims.text.amounts import TIMES as WORDS
from capcycle.claims.text.times import Time, times
from capcycle.claims.text.vocabulary import Phrase, Vocabulary

LEVEL, GROWTH, CHANGE, SHARE, TIMES = COMPARISONS = ("level", "growth", "change", "share", "times")
YEAR_AGO, QUARTER_AGO = 12, 3  # months before
ABOUT, OVER, UNDER = "about", "over", "under"
NEAR = 36  # characters beside a figure in which a word is about it

SENTENCES = re.compile(r"(?<=[.!?;])\s+(?=[^a-z])|(?<=[。！？；])|\s[-–—•·]\s|\n+")
FURTHEST = 70  # characters between a quantity and its figure
OPENING = 16  # characters at the beginning of a sentence that is about its first quantity
SIMPLIFIED = str.maketrans(GRAMMAR["traditional"], GRAMMAR["simplified"])  # the tables are in simplified Chinese
MARKS = re.compile(r"[*_`#|>]+|\[|\]\([^)]*\)|<[^>]+>")
CLAUSE = re.compile(r"[,;:，；：、()（）](?!\d{3})")
CUES = tomllib.loads(Path(__file__).with_name("cues.toml").read_text("utf-8"))


def _cue(*names: str, before: str = "", after: str = "") -> re.Pattern:
    """A pattern of the words of some cues, a word in Latin letters standing alone."""
    words = sorted((word for name in names for word in CUES[name]), key=len, reverse=True)
    each = (re.escape(word).replace(r"\*", "[a-z]*") for word in words)
    alone = (f"(?<![a-z]){word}(?![a-z])" if word[0].isascii() and word[0].isalpha() else word for word in each)
    return re.compile(f"{before}(?:{'|'.join(alone)}){after}", re.IGNORECASE)


HEDGED = rf"(?:\s*(?:a|an|record|{_cue('about', 'over').pattern}))*\s*$"
RISE, FALL = _cue("rise"), _cue("fall")
TO, BY = _cue("to", after=HEDGED), _cue("by", after=HEDGED)
YEAR_EARLIER, YEAR_EARLIER_AHEAD = _cue("year_ago", before=r"^[\s,(]*"), _cue("year_ago_before", after=r"\D{0,8}$")
SEQUENTIAL, TOGETHER = _cue("quarter_ago"), _cue("together")
BOUNDS = {bound: _cue(bound, after=r"\s*$") for bound in (ABOUT, OVER, UNDER)}
OVER_AFTER = _cue("over_after", before=r"^\s?")
PART_OF = _cue("part_of", after=r"\D{0,12}$")
PER_OTHER = re.compile(
    r"\s?(?:/|(?:per|an?|each|每)\s)(?!year|quarter|annum|年|季)\s?[A-Za-z\u4e00-\u9fff]", re.IGNORECASE
)
TO_COME, GOES_ON, LOSS = _cue("to_come"), _cue("goes_on"), _cue("loss")
OTHER_THING = _cue("other_thing", before=r"\s?")
OF_OTHER = re.compile(r"\s(?:from|of|in)\s(?:the\s)?(?=[a-z])([a-z-]+)")
GROWTH_OF = re.compile(r"\s?(?:growth|增长|增速)", re.IGNORECASE)
LAST_WORD = re.compile(r"([^\s]+)\s+$")
OF_IT, ASIDE = _cue("of_it", before=r"^\s*"), _cue("aside")


@dataclass(frozen=True)
class Statement:
    """A figure that a text states, and what it was read as.

    measures   what the words may stand for, the usual first
    of         what the figure is a share of
    back       how many months before the period the figure, or what it is compared with, lies
    to_come    whether it says what is expected, asked for or planned
    lacking    why it cannot be read; empty where it can
    """

    text: str
    printed: str
    amount: Amount
    companies: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    time: Time | None = None
    comparison: str = LEVEL
    of: str = ""
    back: int = 0
    bound: str = ""
    day: date | None = None
    line: int = 0
    name: str = ""
    lacking: str = ""
    to_come: bool = False


def read(text: str, day: date | None = None, known: Vocabulary | None = None) -> list[Statement]:
    """Every figure of a text with a unit, a currency or a scale, as a statement.

    day   when the text appeared: what "last year" is counted from, and what was known

    >>> capex, growth = read("Meta's capex was $8.47bn in the second quarter of 2024, up 33.4% on a year earlier.")
    >>> capex.companies, capex.measures, capex.amount.low, capex.time.quarter
    (('META',), ('capex',), 8470000000.0, 2)
    >>> growth.comparison, growth.amount.low
    ('growth', 0.334)
    """
    known = known or vocabulary.vocabulary()
    found, companies, time = [], (), None
    for line, raw in _sentences(text):
        reader = _Sentence(raw, day, known, line, companies, time)
        found += reader.statements()
        companies, time = reader.companies or companies, reader.times[-1] if reader.times else time
    return found


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    for line, paragraph in enumerate(text.split("\n"), 1):
        for sentence in SENTENCES.split(MARKS.sub(" ", paragraph.translate(SIMPLIFIED))):
            if sentence and sentence.strip():
                yield line, " ".join(sentence.replace("’", "'").split())


class _Sentence:
    """One sentence with what stands in it, and what the sentence before leaves open for it."""

    def __init__(self, raw: str, day, known: Vocabulary, line: int, before: tuple[str, ...], time: Time | None):
        self.text, self.day, self.known, self.line = raw, day, known, line
        self.times = times(raw, day)
        asides = [each.span() for each in ASIDE.finditer(raw)]
        found = [each for each in known.phrases(raw) if not any(_within(each, aside) for aside in asides)]
        owners = [(each.start, each.end, (each.company,)) for each in found if each.company]
        self.names = sorted([*known.names(raw), *owners])
        self.phrases = [each if self._is_plain(each) else replace(each, measures=()) for each in found]
        self.time_before = time
        self.companies = self.names[-1][2] if self.names else ()
        goes_on = GOES_ON.search(raw) or (self.phrases and self.phrases[0].start < OPENING)
        self.before = before if goes_on else ()

    def _is_plain(self, phrase: Phrase) -> bool:
        """Whether a quantity stands as it is: no advertising before its revenue, no margin after its profit."""
        ahead, behind = self.text[: phrase.start], self.text[phrase.end :]
        if OTHER_THING.match(behind):
            return False
        other = OF_OTHER.match(behind)
        if other and other[1] not in CUES["plain"] and not self._begins(phrase.end + other.start(1)):
            return False
        if not ahead or self._ends(phrase.start):
            return True
        if not ahead[-1].isspace():
            return ahead[-1] in CUES["plain_zh"]
        word = LAST_WORD.search(ahead)[1].lower().strip("(\"'“‘")
        return word in CUES["plain"] or not word[-1:].isalpha() or (word.endswith("ed") and "-" not in word)

    def _begins(self, place: int) -> bool:
        return any(start == place for start, *_ in self.names) or any(
            time.start <= place < time.end for time in self.times
        )

    def _ends(self, place: int) -> bool:
        """Whether a name, a period, or another quantity ends right before a place."""
        ends = [end for _, end, _ in self.names] + [time.end for time in self.times]
        return any(self.text[end:place].strip() in ("", "'s", "的") for end in ends if end <= place)

    def statements(self) -> list[Statement]:
        """What its figures state, in order."""
        free = [each for each in amounts(self.text) if not any(_overlap(each, time) for time in self.times)]
        made, last = [], None
        for place, amount in enumerate(free):
            until = free[place + 1].start if place + 1 < len(free) else len(self.text)
            made.append(last := self._statement(amount, until, last))
        return made

    def _statement(self, amount: Amount, until: int, last: Statement | None) -> Statement:
        ahead, behind = self.text[max(amount.start - NEAR, 0) : amount.start], self.text[amount.end : until][:NEAR]
        comparison, amount = self._comparison(amount, ahead, behind)
        total = self._total(amount) if amount.unit == FRACTION else None
        phrase = self._phrase(amount, until, comparison, total)
        if total and phrase and FRACTION not in phrase.units:
            comparison = SHARE
        if phrase and LOSS.search(self.text[phrase.start : phrase.end]) and amount.low > 0 and comparison == LEVEL:
            amount = _negative(amount)
        measures = phrase.measures if phrase else _goes_on(last, amount, comparison, behind)
        companies = self._companies(amount, phrase)
        time, back = self._time(amount, until, last), QUARTER_AGO if SEQUENTIAL.search(ahead + behind) else YEAR_AGO
        back = back if comparison in (GROWTH, CHANGE, TIMES) else self._back(ahead, behind)
        ratios = (FRACTION, MULTIPLE)
        beside = comparison != LEVEL or amount.unit not in ratios or not phrase or amount.unit in phrase.units
        each = PER_OTHER.match(self.text[amount.end :])
        needed = {
            "unit": not each,
            "measure": measures,
            "company": companies,
            "time": time and time.year,
            "relation": beside,
        }
        lacking = next((name for name, there in needed.items() if not there), "")
        return Statement(
            self.text, self.text[amount.start : amount.end].strip(), amount, companies, measures, time, comparison,
            total.measures[0] if total and comparison == SHARE else "", back, _bound(ahead, behind), self.day,
            self.line, lacking=lacking, to_come=bool(TO_COME.search(CLAUSE.split(ahead)[-1])),
        )  # fmt: skip

    def _comparison(self, amount: Amount, ahead: str, behind: str) -> tuple[str, Amount]:
        """Whether a figure is a level, or says how something moved; the sign of a fall is in its words."""
        clause, after = CLAUSE.split(ahead)[-1], CLAUSE.split(behind)[0]
        rises, falls = _last(RISE, clause), _last(FALL, clause)
        moved = max(rises, falls) >= 0 or bool(RISE.search(after[:16]) or FALL.search(after[:16]))
        down = falls > rises or (max(rises, falls) < 0 and bool(FALL.search(after[:16])))
        signed = _negative(amount) if down and amount.low > 0 else amount
        if amount.unit == POINTS:
            return CHANGE, signed
        if amount.unit == MULTIPLE:
            ratio = self._nearest(amount, MULTIPLE)
            beside = moved or YEAR_EARLIER.search(behind) or self.text[amount.start : amount.end].lower() in WORDS
            return TIMES if beside and not ratio else LEVEL, amount
        if amount.unit == FRACTION:
            ratio = self._nearest(amount, FRACTION)
            if ratio and (TO.search(ahead) or not moved):
                return LEVEL, amount
            return (GROWTH, signed) if moved else (LEVEL, amount)
        return (CHANGE, signed) if moved and BY.search(ahead) else (LEVEL, amount)

    def _nearest(self, amount: Amount, unit: str) -> bool:
        """Whether the quantity named last before a figure is measured in a unit."""
        before = [phrase for phrase in self.phrases if phrase.end <= amount.start]
        return bool(before) and unit in before[-1].units

    def _total(self, amount: Amount) -> Phrase | None:
        """What a percentage is said to be a share of: `21% of revenue`, `占营收的21%`."""
        before = [phrase for phrase in self.phrases if phrase.end <= amount.start]
        if OF_IT.match(self.text[amount.end :]) and len(before) > 1:
            return before[-2]
        for phrase in self.phrases:
            between = self.text[amount.end : phrase.start]
            if phrase.start >= amount.end and _joined(between):
                return phrase
            inside = phrase.end <= amount.start and amount.start - phrase.end < 8
            if inside and PART_OF.search(self.text[: phrase.start][-16:]):
                return phrase
        return None

    def _phrase(self, amount: Amount, until: int, comparison: str, total: Phrase | None) -> Phrase | None:
        """The quantity that a figure is of: the one right after it, else the last before, else the next."""
        fitting = [each for each in self.phrases if each is not total and _fits(each, amount, comparison)]
        if amount.currency:  # the growth of a quantity is no amount of it
            fitting = [each for each in fitting if not GROWTH_OF.match(self.text[each.end :])]
        after = [each for each in fitting if each.start >= amount.end]
        before = [each for each in fitting if each.end <= amount.start <= each.end + FURTHEST]
        if after and _joined(self.text[amount.end : after[0].start]) and after[0].start < until:
            return after[0]
        return (before or [None])[-1] or (after[0] if after and after[0].start < until + NEAR else None)

    def _companies(self, amount: Amount, phrase: Phrase | None) -> tuple[str, ...]:
        if phrase and phrase.company:
            return (phrase.company,)
        before = [names for start, _, names in self.names if start < amount.start]
        if TOGETHER.search(self.text) and len(before) > 1:
            return tuple(dict.fromkeys(name for names in before for name in names))
        after = [names for start, _, names in self.names if start >= amount.start]
        return before[-1] if before else after[0] if after else self.before

    def _time(self, amount: Amount, until: int, last: Statement | None) -> Time | None:
        """The period right after a figure, else the last before it, else the next, else that of the sentence before."""
        after = [time for time in self.times if amount.end <= time.start < until]
        if after and not CLAUSE.search(self.text[amount.end : after[0].start]):
            return after[0]
        before = [time for time in self.times if time.start < amount.start]
        rest = [time for time in self.times if time.start >= amount.start]
        return before[-1] if before else rest[0] if rest else self.time_before

    def _back(self, ahead: str, behind: str) -> int:
        return YEAR_AGO if YEAR_EARLIER.match(behind) or YEAR_EARLIER_AHEAD.search(ahead) else 0


def _joined(between: str) -> bool:
    """Whether what stands between a figure and a quantity makes the one that of the other: `of its annual`."""
    words = between.split()
    return bool(words) and all(
        word[0].isupper() or word.lower().removesuffix("'s") in CUES["between"] for word in words
    )


def _within(phrase: Phrase, place: tuple[int, int]) -> bool:
    return place[0] <= phrase.start and phrase.end <= place[1]


def _overlap(amount: Amount, time: Time) -> bool:
    return amount.start < time.end and time.start < amount.end


def _goes_on(last: Statement | None, amount: Amount, comparison: str, behind: str) -> tuple[str, ...]:
    """What a figure without a quantity of its own is of, after another: `up 12%`, `from $3bn a year ago`."""
    if not last:
        return ()
    if comparison in (GROWTH, CHANGE, TIMES) or YEAR_EARLIER.match(behind):
        return last.measures
    parts = [vocabulary.numerator(measure) for measure in last.measures] if amount.currency else []
    return tuple(part for part in parts if part)


def _fits(phrase: Phrase, amount: Amount, comparison: str) -> bool:
    if amount.unit in HUNDREDTHS or comparison in (TIMES, SHARE):
        return not (amount.unit == POINTS and FRACTION not in phrase.units)
    kind = vocabulary.MONEY if amount.currency or not amount.unit else amount.unit
    return kind in phrase.units or (not amount.unit and COUNT in phrase.units)


def _negative(amount: Amount) -> Amount:
    return Amount(-amount.high, -amount.low, amount.step, amount.unit, amount.start, amount.end, amount.currency)


def _last(pattern: re.Pattern, text: str) -> int:
    return max((found.start() for found in pattern.finditer(text)), default=-1)


def _bound(ahead: str, behind: str) -> str:
    if OVER_AFTER.match(behind):
        return OVER
    return next((bound for bound, pattern in BOUNDS.items() if pattern.search(ahead)), "")
