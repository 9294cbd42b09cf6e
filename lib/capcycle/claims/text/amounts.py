"""Figures as a text prints them, in English and in Chinese: $13.87bn, 15亿元, 33.4 %, 4.2 points, threefold, 300 MW."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

FRACTION, POINTS, MULTIPLE, COUNT = "fraction", "points", "multiple", "count"
HUNDREDTHS = (FRACTION, POINTS)
GRAMMAR = tomllib.loads(Path(__file__).with_name("grammar.toml").read_text("utf-8"))


def words(name: str, kind: type = str) -> dict:
    """The words of a table of the grammar, each with what it stands for.

    >>> words("scales", float)["亿"], words("ordinals", int)["second"]
    (100000000.0, 2)
    """
    return {word: kind(meaning) for meaning, each in GRAMMAR[name].items() for word in each}


SCALES, NUMERALS, TIMES = (words(name, float) for name in ("scales", "numerals", "times"))
CURRENCIES, UNITS = words("currencies"), words("units")
LARGE = {"GW": ("MW", 1e3)}
PER = {"share": "/share", "股": "/share", "ads": "/ADS", "ADS": "/ADS"}
MAGNITUDES = "|".join(sorted(map(re.escape, SCALES), key=len, reverse=True))
SIGN = r"(?P<sign>[-−–负](?=[\d$€¥A-Z]))?"


def _any(spelt: Iterable[str], flags: str = "i") -> str:
    return f"(?{flags}:{'|'.join(sorted(map(re.escape, spelt), key=len, reverse=True))})"


CURRENCY = _any(CURRENCIES, "-i")
NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\d\]]|[.,]\d)"
SPELT = _any(NUMERALS)
SCALE = rf"(?:(?i:{MAGNITUDES})(?![A-Za-z瓦]))"
FIGURE = re.compile(
    rf"""{SIGN}(?P<before>{CURRENCY})?\s?(?<![A-Za-z\d.,])
    (?:(?P<low>{NUMBER})(?P<own_scale>\s?{SCALE})?(?:\s?(?:-|–|—|to|and|至|到|~)\s?(?:{CURRENCY})?\s?(?P<high>{NUMBER}))?
       |(?P<spelt>{SPELT})(?=\s?(?i:倍|times|[-]?fold|个百分点|百分点|percent|per\ cent|年|years)))
    (?:\s?(?P<scale>{SCALE}))?
    (?:\s?(?P<after>{CURRENCY}))?
    (?:\s?(?P<unit>{_any(UNITS)})(?![A-Za-z]))?
    (?:\s?(?:per|a|an|/|每)\s?(?P<per>share|ADS|股)(?![A-Za-z]))?""",
    re.VERBOSE,
)
TIMES_WORD = re.compile(_any(TIMES))


@dataclass(frozen=True)
class Amount:
    """A figure as printed, in full units: `step` is that of the last digit printed, `unit` empty where none stands."""

    low: float
    high: float
    step: float
    unit: str
    start: int
    end: int
    currency: bool = False


def amounts(text: str) -> list[Amount]:
    """Every figure of a text that has a unit, a currency or a scale.

    >>> [(each.low, each.unit, each.step) for each in amounts("Capex rose 33.4% to $8.5bn, and power to 1.2 GW")]
    [(0.334, 'fraction', 0.001), (8500000000.0, 'USD', 100000000.0), (1200.0, 'MW', 100.0)]
    >>> amounts("sales doubled; guidance is $37-40 billion")[1].high
    40000000000.0
    """
    spelt = [Amount(TIMES[found[0].lower()], TIMES[found[0].lower()], 0.1, MULTIPLE, *found.span())
             for found in TIMES_WORD.finditer(text)]  # fmt: skip
    figures = [amount for found in FIGURE.finditer(text) if (amount := _amount(found)).unit or _scale(found) > 1]
    return sorted([*spelt, *figures], key=lambda amount: amount.start)


def printed(value: str, unit: str = "") -> Amount | None:
    """One figure from the cells of a table: `13.87bn` and `USD`, `33.4` and `pct`, `13870000000` and `USD`.

    Zeros at the end of a whole number are taken as not printed, but for two digits.

    >>> printed("13870000000", "USD").step, printed("33.4", "pct").low, printed("1.2bn", "USD").step
    (10000000.0, 0.334, 100000000.0)
    """
    spelt = [f"{value.strip()} {' '.join(words)}".strip() for words in (unit.split(), reversed(unit.split()))]
    if not (found := next(filter(None, map(FIGURE.fullmatch, spelt)), None)):
        return None
    amount = _amount(found)
    digits = found["low"].replace(",", "") if found["low"] else ""
    if digits.isdigit() and _scale(found) == 1 and not found["high"] and amount.unit not in HUNDREDTHS:
        zeros = len(digits) - len(digits.rstrip("0"))
        step = 10.0 ** max(min(zeros, len(digits) - 2), 0) * (amount.step or 1)
        return Amount(amount.low, amount.high, step, amount.unit, 0, 0, amount.currency)
    return amount


def _amount(found: re.Match) -> Amount:
    size = _scale(found)
    unit, larger = LARGE.get(UNITS.get(_lower(found["unit"]), ""), (UNITS.get(_lower(found["unit"]), ""), 1))
    size = float(Decimal(size) * Decimal(larger) / (100 if unit in HUNDREDTHS else 1))
    money = next((CURRENCIES[each] for each in (found["before"], found["after"]) if each), "")
    sign = -1 if found["sign"] else 1
    low = _digits(found["low"]) if found["low"] else _spelt(found["spelt"])
    high = _digits(found["high"]) if found["high"] else low
    own = SCALES[found["own_scale"].strip().lower()] if found["own_scale"] and found["high"] else 0
    step = 10.0 ** -len((found["low"] or "").partition(".")[2]) * size
    values = sorted([float(sign * low * Decimal(str(own or size))), float(sign * high * Decimal(str(size)))])
    per = PER.get(found["per"], "")
    return Amount(*values, step, (money + per) or unit, found.start(), found.end(), bool(money))


def _scale(found: re.Match) -> float:
    word = found["scale"] or (found["own_scale"] or "").strip()
    return SCALES[word.lower()] if word else 1.0


def _lower(word: str | None) -> str:
    return word if not word or word in UNITS else word.lower()


def _digits(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _spelt(word: str) -> Decimal:
    return Decimal(NUMERALS[word.lower()])
