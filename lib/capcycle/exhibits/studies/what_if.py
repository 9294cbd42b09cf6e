"""A chart with sliders that works in a published page: the model's own formula, computed by the chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import altair as alt
import numpy as np
import pandas as pd

from capcycle import theme, units, words
from capcycle.errors import ModelError, unknown
from capcycle.exhibits import parts
from capcycle.exhibits.channels import SCALED, axis
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Drawing, Frame, nothing
from capcycle.exhibits.studies.cases import said, titled, whose
from capcycle.quantity import Quantity
from capcycle.study import Case
from capcycle.words import say

HALO = {"stroke": theme.LIGHT["page"], "strokeWidth": 5, "strokeJoin": "round"}  # keeps the line off the number
POINTS, STEPS, TABULATED = 41, 40, 8  # of the line; of a slider; of a slider whose values are tabulated


def what_if(case: Case, x: str, sliders: Sequence[str], of: str | None = None) -> Exhibit:
    """An output along one input, with a slider for each of some others, over the ranges that the assumptions give.

    A model in plain arithmetic is called with the chart's parameters, so the chart holds its formula; one that
    iterates is worked out at every step of the sliders.
    Where one of these inputs is missing, or had no range yet on the day of the case, the title says so.
    Errors: ModelError for an input that is not there or has no range.

    >>> what_if(analyses.start("revenue_for_capex", facts.open(), "MSFT"), "it_life", ["target_return"]).id
    'what-if-revenue-for-capex-revenue-required-it-life-msft'
    """
    of, names = case.output(of), (x, *sliders)
    unit, slug = case.unit(of), parts.slug("what-if", case.model.__name__, of, x, case.company)
    if reason := _undrawn(case, [name for name in names if name in case.inputs]):
        title = say("study.not_known", subject=whose(case, of))
        return nothing(Frame(slug, title, "", (parts.upper(reason),)))
    if wrong := set(names) - set(case.varied):
        raise ModelError(f"{case.model.__name__}: {unknown('input with a range', wrong, case.varied)}")
    rows = _line(case, x, of).assign(unit=unit, kind=case.kind, source=case.source)
    notes = tuple(_range(case.inputs[name], case) for name in names)
    frame = Frame(slug, _title(case, x, of, rows), _subtitle(case, x, of), notes)
    drawing, some = Drawing(rows, frame), rows["value"].notna().any()
    view = drawing.view("label", "value", label=words.name(x), value=words.name(of))
    chart = _chart(case, x, sliders, of) if some else None
    return drawing.exhibit(chart, view, say("study.what_if_alt", title=frame.title))


def _slider_steps(each: Quantity, steps: int = STEPS) -> np.ndarray:
    """Where a slider can stand: even steps over the range, about so many that the central value is one of them.

    >>> _slider_steps(Quantity("", 5.0, "years", 3.0, 6.0), 6).tolist()
    [3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 6.0]
    """
    place = Fraction((each.value - each.low) / (each.high - each.low)).limit_denominator(2 * steps).denominator
    return np.linspace(each.low, each.high, place * max(1, round(steps / place)) + 1)


def _line(case: Case, x: str, of: str) -> pd.DataFrame:
    across = _xs(case, x)
    values = np.broadcast_to(np.asarray(getattr(case.evaluate(**{x: across}), of), float), across.shape)
    return pd.DataFrame({"x": across, "value": values, "label": [said(case, x, one) for one in across]})


def _xs(case: Case, x: str) -> np.ndarray:
    each, points = case.inputs[x], STEPS // 2 + 1 if case.model.iterates else POINTS
    return np.linspace(each.low, each.high, points)


def _undrawn(case: Case, names: Sequence[str]) -> str:
    """Why there is no line along some inputs; empty where there is one, or where it is for the caller to mend."""
    if any(case.inputs[name].missing for name in names):
        return case.lacking
    fixed = [words.lower(words.name(name)) for name in names if name not in case.varied]
    earlier = fixed and case.book.as_of
    return say("study.no_range", inputs=words.listing(fixed), day=words.day(case.book.day)) if earlier else ""


def _subtitle(case: Case, x: str, of: str) -> str:
    across, each = words.lower(words.name(x)), case.inputs[x]
    return say("study.what_if_subtitle", output=words.name(of), unit=parts.unit(case.unit(of)), across=across,
               first=said(case, x, each.low), last=said(case, x, each.high))  # fmt: skip


def _title(case: Case, x: str, of: str, rows: pd.DataFrame) -> str:
    first, last = rows.iloc[0], rows.iloc[-1]
    ends = {"start": said(case, of, first["value"]), "end": said(case, of, last["value"])}
    return titled(case, of, "study.what_if", ends, input=words.lower(words.name(x)))


def _range(each: Quantity, case: Case) -> str:
    ends = {name: said(case, each.name, getattr(each, name)) for name in ("low", "value", "high")}
    return say("study.range", input=words.name(each.name), reason=each.reason.rstrip("."), **ends)


@dataclass(frozen=True)
class Slider:
    """A slider over the range of one input.

    factor  what the number on the slider is multiplied by to be the input: readers see percent and billions
    """

    each: Quantity
    param: alt.Parameter
    factor: float
    steps: np.ndarray


def _chart(case: Case, x: str, names: Sequence[str], of: str) -> alt.LayerChart:
    sliders = {name: _slider(case.inputs[name], case.model.iterates) for name in names}
    made = _tabulated if case.model.iterates else _formula
    line, here = (made(case, x, xs, sliders, of) for xs in (_xs(case, x), np.array([case.inputs[x].value])))
    unit = case.unit(of)
    across = alt.X("x:Q", axis=_unrounded(axis(case.unit(x), words.name(x))), scale=alt.Scale(zero=False, nice=False))
    up = alt.Y("value:Q", axis=_unrounded(axis(unit, words.name(of))), scale=alt.Scale(zero=False))
    here = here.transform_calculate(shown=_shown(unit))
    ends = _line(case, x, of)["value"]
    side = "right" if ends.iloc[-1] > ends.iloc[0] else "left"  # above a line that rises there is room on the left
    return alt.layer(
        line.mark_line(strokeWidth=3).encode(x=across, y=up),
        here.mark_point(size=110, filled=True, color=theme.LIGHT["accent"]).encode(x="x:Q", y="value:Q"),
        *(
            here.mark_text(align=side, dx=10 if side == "left" else -10, dy=-12, fontSize=14, **look).encode(
                x="x:Q", y="value:Q", text="shown:N"
            )
            for look in (HALO, {})
        ),
    ).add_params(*(slider.param for slider in sliders.values()))


def _unrounded(made: alt.Axis) -> alt.Axis:
    """With as many decimals as a tick has: a range may be narrow, and the sliders move it."""
    made.format = theme.UNROUNDED.get(made.format, made.format)
    return made


def _slider(each: Quantity, tabulated: bool) -> Slider:
    steps = _slider_steps(each, TABULATED if tabulated else STEPS)
    factor, shown_in = _scale(each)
    low, step, high = (float(number / factor) for number in (each.low, steps[1] - steps[0], each.high))
    label = say("study.slider", input=words.name(each.name), unit=shown_in)
    bind = alt.binding_range(min=low, max=high, step=float(f"{step:.12g}"), name=label)
    return Slider(each, alt.param(name=each.name, value=float(f"{each.value / factor:.4g}"), bind=bind), factor, steps)


def _scale(each: Quantity) -> tuple[float, str]:
    """What a slider shows an input in: percent, billions or millions of money, or its own unit."""
    if each.unit in parts.PERCENT:
        return 0.01, parts.unit(each.unit)
    if not each.unit[:3].isupper() or not each.unit[:3].isalpha() or each.high < units.SCALES["k"]:
        return 1.0, parts.unit(each.unit)
    scale = next(name for name in ("tn", "bn", "m", "k") if each.high >= units.SCALES[name])
    return units.SCALES[scale], f"{each.unit[:3]} {scale}{each.unit[3:]}"


def _formula(case: Case, x: str, xs: np.ndarray, sliders: dict[str, Slider], of: str) -> alt.Chart:
    params = {name: slider.param * slider.factor for name, slider in sliders.items()}
    value = getattr(case.evaluate(**{x: alt.datum.x}, **params), of)
    value = getattr(value, "expr", value)  # a formula that begins with a slider comes wrapped
    return alt.Chart(pd.DataFrame({"x": xs})).transform_calculate(value=value)


def _tabulated(case: Case, x: str, xs: np.ndarray, sliders: dict[str, Slider], of: str) -> alt.Chart:
    rows = pd.DataFrame(product(xs, *(slider.steps for slider in sliders.values())), columns=["x", *sliders])
    inputs = {name: rows[name].to_numpy() for name in sliders} | {x: rows["x"].to_numpy()}
    values = np.broadcast_to(getattr(case.evaluate(**inputs), of), len(rows))
    near = (
        f"abs(datum['{name}'] - {name} * {slider.factor}) < {(slider.steps[1] - slider.steps[0]) / 2}"
        for name, slider in sliders.items()
    )
    return alt.Chart(rows.assign(value=values)).transform_filter(" && ".join(near))


def _shown(unit: str) -> str:
    """The number beside the dot in words, as a Vega expression."""
    if unit in parts.PERCENT:
        return "format(datum.value, '.1%')"
    if unit[:3].isupper() and unit[:3].isalpha():
        return SCALED.replace("'~s'", "'.3~s'")
    return "format(datum.value, '.3~r')"
