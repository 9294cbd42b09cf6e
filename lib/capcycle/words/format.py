"""Numbers and dates as a reader meets them. Fractions become percent here and nowhere else."""

import math
from collections.abc import Sequence
from datetime import date

from capcycle import units
from capcycle.words.catalogue import say

SYMBOLS = {"USD": "$", "EUR": "€", "CNY": "CN¥", "HKD": "HK$", "GBP": "£", "JPY": "JP¥", "TWD": "NT$"}
DASH, MINUS = "–", "−"


def value(number: float, unit: str) -> str:
    """A number in its unit; a dash where there is none.

    >>> value(0.0312, "fraction"), value(3.856, "multiple"), value(-13.873e9, "USD"), value(float("nan"), "USD")
    ('3.1%', '3.9×', '−$13.9bn', '–')
    """
    if number is None or math.isnan(number):
        return DASH
    sign = MINUS if number < 0 else ""
    size = abs(number)
    if unit == "fraction":
        return f"{sign}{_percent(size)}"
    if unit == "multiple":
        return f"{sign}{size:,.{1 if size >= 1 else 2}f}×"
    if unit == "shares":
        return sign + _scaled(size)
    currency, _, per_share = unit.partition("/")
    amount = f"{size:,.2f}" if per_share else _scaled(size)
    return f"{sign}{SYMBOLS.get(currency, currency + ' ')}{amount}"


def points(number: float) -> str:
    """A difference of two fractions in percentage points.

    >>> points(-0.0211)
    '−2.1 points'
    """
    return say("format.points", number=f"{MINUS if number < 0 else '+'}{abs(number) * 100:.1f}")


def change(number: float) -> str:
    """A growth rate with its sign.

    >>> change(0.5513), change(-0.017)
    ('+55.1%', '−1.7%')
    """
    return DASH if math.isnan(number) else f"{MINUS if number < 0 else '+'}{_percent(abs(number))}"


def day(when: date) -> str:
    """A date without doubt about the order of day and month.

    >>> day(date(2024, 6, 30))
    '30 Jun 2024'
    """
    month = say("format.months").split()[when.month - 1]
    return say("format.day", day=when.day, month=month, year=when.year)


def period(label: str) -> str:
    """A period's label inside a sentence.

    >>> period("TTM 2024Q2"), period("FY2024"), period("2024Q2")
    ('the twelve months to 2024Q2', 'FY2024', '2024Q2')
    """
    twelve_months = label.startswith("TTM ")
    return say("format.twelve_months", quarter=label.removeprefix("TTM ")) if twelve_months else label


def listing(names: Sequence[str]) -> str:
    """Names in a sentence.

    >>> listing(["Apple"]), listing(["Apple", "Meta", "Oracle"])
    ('Apple', 'Apple, Meta and Oracle')
    """
    *first, last = names
    return say("format.listing", first=", ".join(first), last=last) if first else last


def _percent(size: float) -> str:
    return f"{size * 100:,.{1 if size < 10 else 0}f}%"


def _scaled(size: float) -> str:
    scale = next((scale for scale in ("tn", "bn", "m", "k") if size >= units.SCALES[scale]), "")
    short = size / units.SCALES.get(scale, 1)
    return f"{short:.{0 if short >= 100 or not scale else 1}f}{scale}"
