"""The words of a number as a Vega expression, for a chart whose sliders move it; they read as `words.value` gives them.

The tests compare both in a browser.
"""

import json
import re
from collections.abc import Callable

from capcycle import units
from capcycle.words.format import COUNTED, DASH, DECIMALS, MINUS, scales, value


def expression(number: str, unit: str) -> str:
    """What `words.value` says of a number that is itself an expression, such as the name of a parameter.

    >>> expression("share", "multiple").startswith('isFinite(share) ? replace((share < 0 ? "−" : "")')
    True
    """
    before, one = _around(value(1.0, unit))
    digits, after = _digits(f"abs({number})", unit), _around(value(2.0, unit))[1]
    sign = f"({number} < 0 ? {_quoted(MINUS)} : {_quoted('')})"
    said = f"{sign} + {_quoted(before)} + {digits} + {_quoted(after)}"
    if one != after:
        said = f"{said[: -len(_quoted(after))]}({digits} == '1' ? {_quoted(one)} : {_quoted(after)})"
    unsigned = f"replace({said}, /^{MINUS}(?=[^1-9]*$)/, '')"  # what rounds to nothing has no sign
    return f"isFinite({number}) ? {unsigned} : {_quoted(DASH)}"


def live(text: str, **parts: str) -> str:
    """A text with its open places filled by expressions.

    >>> live("From {start} on", start="first")
    '"From " + first + " on"'
    """
    pieces = re.split(r"\{(\w+)\}", text)
    return " + ".join(parts[piece] if place % 2 else _quoted(piece) for place, piece in enumerate(pieces))


def symbol(unit: str) -> str:
    """What stands before a number of a unit: the sign of its currency, or nothing.

    >>> symbol("USD"), symbol("USD/MW"), symbol("MW")
    ('$', '$', '')
    """
    return _around(value(1.0, unit))[0]


def ticks(before: str = "") -> str:
    """The number of an axis, `datum.value`, in the scales of the language, with what stands before it.

    >>> ticks().startswith("format(datum.value/pow(1000,min(4,floor("), "['','k','m','bn','tn'][" in ticks()
    (True, True)
    >>> ticks("$")[:48]
    "(datum.value<0?'−':'')+'$'+format(abs(datum.valu"
    """
    least, *names = scales()  # each scale is as many times the one before
    at = f"min({len(names)},floor(log(max(1,abs(datum.value)))/log({least})+1e-9))"
    shown = ",".join(f"'{each}'" for each in ("", *names))
    number = f"(datum.value<0?'{MINUS}':'')+'{before}'+format(abs(datum.value)" if before else "format(datum.value"
    return f"{number}/pow({least},{at}),'~r')+[{shown}][{at}]"


def _around(text: str) -> tuple[str, str]:
    """What stands before and after the number in a text."""
    return re.fullmatch(r"(\D*)[\d.,]*\d(.*)", text).groups()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _digits(size: str, unit: str) -> str:
    """The digits of a size of at least zero, with the letters of its scale."""
    currency, _, base = unit.partition("/")
    if unit == "fraction":
        return _tenths(f"({size} * 100)", 1000)
    if unit == "points":
        return f"format({size} * 100, ',.1f')"
    if unit == "rate":
        return f"format({size} * 100, '.4~g')"
    if unit == "multiple":
        return f"format({size}, {size} >= 0.995 ? ',.1f' : ',.2f')"
    if unit in ("shares", *COUNTED) or re.fullmatch("[A-Z]{3}", unit):
        return _scaled(size, f"format({size}, ',.0f')", lambda part: _tenths(part, 100))
    if base == "share":
        return f"format({size}, ',.2f')"
    if re.fullmatch("[A-Z]{3}", currency):
        return _scaled(size, _three(size, ""), lambda part: _three(part, "~"))
    if unit in DECIMALS:
        least = 0.5 / 10 ** DECIMALS[unit]
        return f"({size} < {least} ? {_three(size, '~')} : format({size}, ',.{DECIMALS[unit]}~f'))"
    return _three(size, "~")


def _tenths(size: str, whole: int) -> str:
    return f"format({size}, {size} >= {whole - 0.05} ? ',.0f' : ',.1f')"


def _three(size: str, trimmed: str) -> str:
    """Three digits that count."""
    small = f"{size} < 10 ? '.2{trimmed}f' : '.1{trimmed}f'"
    return f"format({size}, {size} == 0 ? '.0f' : {size} >= 100 ? ',.0f' : {small})"


def _scaled(size: str, small: str, shown: Callable[[str], str]) -> str:
    """A size in the smallest scale that needs no more digits than the language counts by."""
    least, *names, largest = scales()
    text = f"{shown(f'({size} / {units.SCALES[largest]:g})')} + {_quoted(largest)}"
    for name in reversed(names):
        scale = units.SCALES[name]
        text = f"{size} < {(least - 0.5) * scale:.12g} ? {shown(f'({size} / {scale:g})')} + {_quoted(name)} : {text}"
    return f"({size} < {least - 0.5} ? {small} : {text})"
