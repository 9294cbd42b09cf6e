"""A control for each input of a model: a slider over its range, a number to type, or figures by year."""

import re
from collections.abc import Sequence

import ipywidgets as ui
import numpy as np

from capcycle import units, words
from capcycle.errors import CapcycleError
from capcycle.exhibits import parts
from capcycle.quantity import Quantity

STEPS = 200  # of a slider
LABEL = "170px"
NUMBER = re.compile(rf"([-+−]?\d*\.?\d+(?:e[-+]?\d+)?)\s*(%|{'|'.join(units.SCALES)})?", re.IGNORECASE)


def control(each: Quantity) -> ui.Widget:
    """The control of an input: a slider where it has a range, else a box, which is empty where the input is missing.

    >>> control(Quantity("it_life", 5.0, "years", 3.0, 6.0)).max, control(Quantity("it_capex", 5.8e9, "USD")).value
    (6.0, '5.8bn')
    """
    name, unit = words.name(each.name), parts.unit(each.unit)
    label = words.say("widgets.unit", input=name, unit=unit) if unit != name else name
    look = {"description": label, "style": {"description_width": LABEL}, "layout": {"width": "auto"},
            "tooltip": each.reason, "continuous_update": False}  # fmt: skip
    if not slides(each):
        return ui.Text(value=text(each), placeholder=words.say("widgets.type"), **look)
    low, high = min(each.low, each.value), max(each.high, each.value)
    form = ".1%" if each.unit in parts.PERCENT else ".3f" if high < 1e4 else ",.0f" if high < 1e7 else ".3s"
    return ui.FloatSlider(value=each.value, min=low, max=high, step=(high - low) / STEPS, readout_format=form, **look)


def slides(each: Quantity) -> bool:
    """Whether an input has a slider: it is one number and has a range."""
    return each.varied and not each.missing and np.ndim(each.value) == 0


def start(each: Quantity) -> float | str:
    """The value with which the control of an input begins."""
    return float(each.value) if slides(each) else text(each)


def text(each: Quantity) -> str:
    """What the box of an input holds: figures by year with a comma between them; nothing where one is missing.

    >>> text(Quantity("ramp", 0.85, "fraction")), text(Quantity("capex", [44.5e9, 64.55e9], "USD"))
    ('85%', '44.5bn, 64.55bn')
    """
    return "" if each.missing else ", ".join(_written(one, each.unit) for one in np.atleast_1d(each.value))


def _written(number: float, unit: str) -> str:
    if unit in parts.PERCENT:
        return f"{number * 100:.6g}%"
    written = (name for name in reversed(words.scales()[1:]) if name != "k")
    scale = next((name for name in written if units.SCALES[name] <= abs(number) < np.inf), "")
    return f"{units.scaled(number, scale) if scale else number:.6g}{scale}"


def value(each: Quantity, shown: float | str) -> float | list[float]:
    """What a control says of its input: a number, or a list of them where the input is by year.

    Errors: CapcycleError for a text that is no number.

    >>> missing = Quantity("it_capex", float("nan"), "USD")
    >>> value(missing, "3.5bn"), value(missing, "12 %"), value(Quantity("capex", [1.0], "USD"), "2bn, 3bn")
    (3500000000.0, 0.12, [2000000000.0, 3000000000.0])
    """
    if not isinstance(shown, str):
        return float(shown)
    if shown.strip() == text(each):
        return each.value
    numbers = [_number(each.name, one) for one in re.split("[,，]", shown)] if shown.strip() else [np.nan]
    if np.ndim(each.value):
        return numbers
    if len(numbers) > 1:
        raise _no_number(each.name, shown)
    return numbers[0]


def _number(name: str, typed: str) -> float:
    written = NUMBER.fullmatch(typed.strip())
    if not written:
        raise _no_number(name, typed)
    scale = (written[2] or "").lower()
    factor = 0.01 if scale == "%" else units.SCALES.get(scale, 1.0)
    return round(float(written[1].replace("−", "-")) * factor, 12)


def _no_number(name: str, typed: str) -> CapcycleError:
    return CapcycleError(words.say("widgets.no_number", input=words.name(name), typed=typed.strip()))


def same(one: float | Sequence[float], other: float | Sequence[float]) -> bool:
    """Whether two values of an input are the same, two missing ones too."""
    return np.array_equal(np.atleast_1d(one), np.atleast_1d(other), equal_nan=True)
