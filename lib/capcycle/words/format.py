"""Numbers and dates as a reader meets them. Fractions become percent here and nowhere else."""

import math
import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

from capcycle import units
from capcycle.words.catalogue import LANGUAGE, catalogue, said, say, sentence, translated

DASH, MINUS = "–", "−"
DECIMALS = {"years": 1, "bp": 0, "correlation": 1}
COUNTED = ("H100e", "people", "rides", "tokens", "tokens/minute")  # units that come in thousands and millions


def value(number: float, unit: str) -> str:
    """A number in its unit; a dash where there is none. A unit other than these has words under `unit_after`.

    >>> value(1.73e6, "USD/MW/year"), value(2.5, "years"), value(140_000, "GPUs")
    ('$1.73m/MW/yr', '2.5 years', '140,000 GPUs')
    >>> value(1, "years"), value(8.517, "years"), value(15.8, "bp")
    ('1 year', '8.5 years', '16 basis points')
    >>> value(3_323_440, "H100e")
    '3.3m H100e'
    >>> value(0.0312, "fraction"), value(3.856, "multiple"), value(-13.873e9, "USD"), value(float("nan"), "USD")
    ('3.1%', '3.9×', '−$13.9bn', '–')
    >>> value(0.0775, "rate"), value(-0.0264, "points")
    ('7.75%', '−2.6 points')
    """
    if number is None or not math.isfinite(number):
        return DASH
    return _signed(number, _sized(abs(number), unit), "")


def between(low: float, high: float, unit: str) -> str:
    """From one number to another in their unit; one alone where both read alike.

    >>> between(1.5e8, 2e8, "CNY"), between(0.121, 0.1211, "fraction"), between(1.5e10, 8e10, "USD/GW")
    ('CN¥150m to CN¥200m', '12.1%', '$15bn to $80bn/GW')
    """
    first, last = value(low, unit), value(high, unit)
    return first if first == last else say("note.range", first=first, last=last)


def money(amount: str, currency: str) -> str:
    """An amount with its currency, as the language writes it.

    >>> money("13.9bn", "USD"), money("5", "CHF")
    ('$13.9bn', 'CHF 5')
    """
    return say(said(f"currency.{currency}", "currency.other"), amount=amount, currency=currency)


def unit(name: str) -> str:
    """A unit without its number: in English the one that the data give, in another language in its words.

    >>> unit("USD/MW/year")
    'USD/MW/year'
    """
    if LANGUAGE == "en":
        return name
    currency, _, base = name.partition("/")
    if re.fullmatch("[A-Z]{3}", currency):
        money = say(said(f"currency_name.{currency}", "currency_name.other"), currency=currency)
        return say(f"unit_per.{_key(base)}", amount=money) if base else money
    key = f"unit_after.{_key(name)}"
    return say(key, number="").strip() if key in catalogue() else name


def points(number: float) -> str:
    """A difference of two fractions in percentage points.

    >>> points(-0.0211)
    '−2.1 points'
    """
    return say("format.points", number=_signed(number, f"{abs(number) * 100:.1f}"))


def coupon(rate: float) -> str:
    """An interest rate as its contract prints it.

    >>> coupon(0.07125), coupon(0.0775)
    ('7.125%', '7.75%')
    """
    return f"{rate * 100:.4g}%"


def change(number: float) -> str:
    """A growth rate with its sign.

    >>> change(0.5513), change(-0.017)
    ('+55.1%', '−1.7%')
    """
    return _signed(number, _percent(abs(number))) if math.isfinite(number) else DASH


def day(when: date) -> str:
    """A date without doubt about the order of day and month; a date that nobody knows (NaT) is said to be unknown.

    >>> day(date(2024, 6, 30))
    '30 Jun 2024'
    """
    if when != when:  # only what is not a date differs from itself
        return say("format.no_day")
    month = say("format.months").split()[when.month - 1]
    return say("format.day", day=when.day, month=month, year=when.year)


def period(label: str) -> str:
    """A period's label inside a sentence.

    >>> period("TTM 2024Q2"), period("FY2024"), period("2024Q2")
    ('the year to 2024Q2', 'FY2024', '2024Q2')
    """
    twelve_months = label.startswith("TTM ")
    return say("format.twelve_months", quarter=label.removeprefix("TTM ")) if twelve_months else label


def listing(names: Sequence[str]) -> str:
    """Names in a sentence.

    >>> listing(["Apple"]), listing(["Apple", "Meta", "Oracle"])
    ('Apple', 'Apple, Meta and Oracle')
    """
    *first, last = map(translated, names)
    return say("format.listing", first=say("format.comma").join(first), last=last) if first else last


def clauses(parts: Iterable[str]) -> str:
    """Clauses one after the other.

    >>> clauses(["no price is known", "no debt is known"])
    'no price is known; no debt is known'
    """
    return say("format.semicolon").join(map(translated, parts))


def parted(text: str) -> list[str]:
    """The clauses of a text.

    >>> parted("no price is known; no debt is known")
    ['no price is known', 'no debt is known']
    """
    return text.split(say("format.semicolon"))


def _signed(number: float, text: str, plus: str = "+") -> str:
    """The text of a number's size with its sign; what rounds to nothing has none."""
    if not any(digit in text for digit in "123456789"):
        return text
    return f"{MINUS if number < 0 else plus}{text}"


def _rounded(size: float, whole: float) -> str:
    """A size with one decimal, or none where it is at least `whole` once rounded."""
    return f"{size:,.0f}" if round(size, 1) >= whole else f"{size:,.1f}"


def _sized(size: float, unit: str) -> str:
    if unit == "fraction":
        return _percent(size)
    if unit == "rate":
        return coupon(size)
    if unit == "points":  # a difference of two fractions
        return say("unit_after.points", number=f"{size * 100:,.1f}")
    if unit == "multiple":
        return say("unit_after.multiple", number=f"{size:,.{1 if round(size, 2) >= 1 else 2}f}")
    if unit == "shares":
        return _scaled(size)
    if unit in COUNTED:
        return say(f"unit_after.{_key(unit)}", number=_scaled(size))
    currency, _, base = unit.partition("/")
    if not re.fullmatch("[A-Z]{3}", currency):
        number, key = _plain(size, unit), f"unit_after.{_key(unit)}"
        return say(said(f"{key}_{number}", key), number=number)
    if not base:
        return money(_scaled(size), currency)
    amount = f"{size:,.2f}" if base == "share" else _significant(size, scaled=True)
    return say(f"unit_per.{_key(base)}", amount=money(amount, currency))


def _plain(size: float, unit: str) -> str:
    """A number that is no money: years and correlations in tenths, basis points whole."""
    decimals = DECIMALS.get(unit)
    if decimals is None or round(size, decimals) == 0:
        return _significant(size)
    return f"{size:,.{decimals}f}".removesuffix(".0")


def _key(unit: str) -> str:
    return unit.replace("/", "_per_").replace("-", "_")


def _significant(size: float, scaled: bool = False) -> str:
    """A size with three digits that count, in a scale where one is wanted."""
    if size == 0:
        return "0"
    least, *larger = scales()
    if scaled and size >= least:
        scale = next((scale for scale in larger[:-1] if size / units.SCALES[scale] < least - 0.5), larger[-1])
        return _significant(size / units.SCALES[scale]) + scale
    if size >= 100:
        return f"{size:,.0f}"
    decimals = 2 if size < 10 else 1
    return f"{size:.{decimals}f}" if scaled else f"{size:.{decimals}f}".rstrip("0").rstrip(".")


def _percent(size: float) -> str:
    return f"{_rounded(size * 100, 1000)}%"


def _scaled(size: float) -> str:
    """An amount in the smallest scale that needs no more digits than the language counts by, judged after rounding."""
    least, *larger = scales()
    if round(size) < least:
        return f"{size:,.0f}"
    scale = next((scale for scale in larger[:-1] if round(size / units.SCALES[scale]) < least), larger[-1])
    return f"{_rounded(size / units.SCALES[scale], 100)}{scale}"


@cache
def scales() -> tuple:
    """By how much a language counts: the number from which it names a scale, and its scales.

    >>> scales()
    (1000, 'k', 'm', 'bn', 'tn')
    """
    names = sentence("format.scales").split()
    return (round(units.SCALES[names[0]]), *names)
