"""A chart with sliders that works in a published page: the model's own formula, computed by the chart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from capcycle import theme, units, words
from capcycle.errors import ModelError, NothingToShow, unknown
from capcycle.exhibits import parts
from capcycle.exhibits.channels import axis
from capcycle.exhibits.exhibit import LIVE_TITLE, Exhibit
from capcycle.exhibits.marks import Drawing, Frame, nothing
from capcycle.exhibits.studies.cases import said, titled, whose
from capcycle.quantity import Quantity
from capcycle.study import Case
from capcycle.words import TITLE, say

HALO = {"stroke": theme.LIGHT["page"], "strokeWidth": 5, "strokeJoin": "round"}  # keeps the line off the number
POINTS, STEPS, TABULATED = 41, 40, 8  # of the line; of a slider; of a slider whose values are tabulated
LONG = re.compile(r"\d+\.\d{7,}(?:e[-+]?\d+)?")  # a number with more places than a title says
CORNERS = 5  # of each input, over which the axis is found that holds wherever the sliders stand
LONGEST = "−$999bn"  # a number in words
ENDS = ("at_first", "at_last")  # the output at either end of the line, as parameters of the chart


def what_if(case: Case, x: str, sliders: Sequence[str], of: str | None = None) -> Exhibit:
    """An output along one input, with a slider for each of some others, over the ranges that the assumptions give.

    A model in plain arithmetic is called with the chart's parameters, so the chart holds its formula; one that
    iterates is worked out at every step of the sliders.
    Where one of these inputs is missing, or had no range yet on the day of the case, the title says so.
    Errors: ModelError for an input that is not there, NothingToShow for one without a range.

    >>> what_if(analyses.start("revenue_for_capex", facts.open(), "MSFT"), "it_life", ["target_return"]).id
    'what-if-revenue-for-capex-revenue-required-it-life-msft'
    """
    of, names = case.output(of), (x, *sliders)
    unit, slug = case.unit(of), parts.slug("what-if", case.model.__name__, of, x, case.company)
    if reason := _undrawn(case, [name for name in names if name in case.inputs]):
        title = say("study.not_known", subject=whose(case, of))
        return nothing(Frame(slug, title, "", (parts.upper(reason),)))
    if fixed := [words.lower(words.name(name)) for name in names if name in set(case.inputs) - set(case.varied)]:
        raise NothingToShow(
            words.say("study.fixed", name=words.listing(fixed), ranges=", ".join(case.varied) or words.DASH)
        )
    if wrong := set(names) - set(case.varied):
        raise ModelError(f"{case.model.__name__}: {unknown('input with a range', wrong, case.varied)}")
    rows = _line(case, x, of).assign(unit=unit, kind=case.kind, source=case.source)
    notes = (*(_range(case.inputs[name], case) for name in names), say("study.what_if_base"))
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
    return _sentence(case, x, of, [said(case, of, rows["value"].iloc[place]) for place in (0, -1)])


def _sentence(case: Case, x: str, of: str, ends: Sequence[str]) -> str:
    """From what to what an output moves along an input, both in words."""
    ends, named = dict(zip(("start", "end"), ends, strict=True)), {"input": words.lower(words.name(x))}
    number = max(LONGEST, said(case, of, getattr(case.outputs, of)), key=len)
    longest = say("study.what_if", output=whose(case, of), **dict.fromkeys(ends, number), **named)
    key = (
        "study.what_if_brief" if words.letters(longest) > TITLE else "study.what_if"
    )  # one form, wherever the sliders stand
    return titled(case, of, key, ends, **named)


def _range(each: Quantity, case: Case) -> str:
    ends = {name: said(case, each.name, getattr(each, name)) for name in ("low", "value", "high")}
    return say("study.range", input=words.name(each.name), reason=each.reason.rstrip(".。"), **ends)


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
    ends = _tabulated_ends if case.model.iterates else _formula_ends
    live = _live(case, x, of, ends(case, x, sliders, of))
    across = alt.X("x:Q", axis=axis(case.unit(x), words.name(x)), scale=alt.Scale(zero=False, nice=False))
    up = alt.Y("value:Q", axis=axis(unit, words.name(of)), scale=alt.Scale(domain=_reach(case, [x, *names], of)))
    here = here.transform_calculate(shown=words.expression("datum.value", unit))
    values = _line(case, x, of)["value"]
    side = "right" if values.iloc[-1] > values.iloc[0] else "left"  # above a line that rises there is room on the left
    dot, apart = alt.Chart().encode(x=alt.X("x:Q"), y=alt.Y("value:Q")), 10 if side == "left" else -10
    dots = alt.layer(
        dot.mark_point(size=110, filled=True, color=theme.LIGHT["accent"]),
        *(
            dot.mark_text(align=side, dx=apart, dy=-12, fontSize=14, **look).encode(text=alt.Text("shown:N"))
            for look in (HALO, {})
        ),
    )
    dots.data, dots.transform = here.data, here.transform  # once for all three: the formula is long
    base = alt.Chart(_line(case, x, of)[["x", "value"]]).mark_line(strokeDash=[4, 4], color=theme.LIGHT["muted"])
    return alt.layer(
        line.mark_line(strokeWidth=3).encode(x=across, y=up), base.encode(x=alt.X("x:Q"), y=alt.Y("value:Q")), dots
    ).add_params(
        *(slider.param for slider in sliders.values()),
        *(alt.param(name=name, expr=formula) for name, formula in live.items()),
    )


def _reach(case: Case, names: Sequence[str], of: str) -> list[float]:
    """The least and the greatest value wherever the sliders stand: an axis that they do not move."""
    corners = [np.linspace(case.inputs[name].low, case.inputs[name].high, CORNERS) for name in names]
    grid = dict(zip(names, np.stack(np.meshgrid(*corners)).reshape(len(names), -1), strict=True))
    values = np.asarray(getattr(case.evaluate(**grid), of), float)
    values = values[np.isfinite(values)]
    return [float(values.min()), float(values.max())]


def _live(case: Case, x: str, of: str, ends: Sequence[str]) -> dict[str, str]:
    """Parameters of a chart that give its title wherever the sliders stand, out of the formulas of both ends."""
    said = [f"said_{name}" for name in ENDS]
    moves, stays = (
        words.live(_sentence(case, x, of, [f"{{{name}}}" for name in names]), **{name: name for name in said})
        for names in (said, said[:1] * 2)
    )
    return {
        **dict(zip(ENDS, ends, strict=True)),
        **{text: words.expression(name, case.unit(of)) for text, name in zip(said, ENDS, strict=True)},
        LIVE_TITLE: f"{said[0]} == {said[1]} ? {stays} : {moves}",
    }


def _slider(each: Quantity, tabulated: bool) -> Slider:
    steps = _slider_steps(each, TABULATED if tabulated else STEPS)
    factor, shown_in = _scale(each)
    low, step, high = (float(f"{number / factor:.12g}") for number in (each.low, steps[1] - steps[0], each.high))
    label = say("study.slider", input=words.name(each.name), unit=shown_in)
    bind = alt.binding_range(min=low, max=high, step=step, name=label)
    return Slider(each, alt.param(name=each.name, value=float(f"{each.value / factor:.4g}"), bind=bind), factor, steps)


def _scale(each: Quantity) -> tuple[float, str]:
    """What a slider shows an input in: percent, billions or millions of money, or its own unit."""
    if each.unit in parts.PERCENT:
        return 0.01, parts.unit(each.unit)
    if not each.unit[:3].isupper() or not each.unit[:3].isalpha() or each.high < words.scales()[0]:
        return 1.0, parts.unit(each.unit)
    scale = next(name for name in reversed(words.scales()[1:]) if each.high >= units.SCALES[name])
    return units.SCALES[scale], say(
        "study.slider_unit", currency=words.unit(each.unit[:3]), scale=scale, per=each.unit[3:]
    )


def _formula(case: Case, x: str, xs: np.ndarray, sliders: dict[str, Slider], of: str) -> alt.Chart:
    return alt.Chart(pd.DataFrame({"x": xs})).transform_calculate(value=_formula_at(case, x, alt.datum.x, sliders, of))


def _formula_at(case: Case, x: str, at: Any, sliders: dict[str, Slider], of: str) -> Any:
    """The model as a Vega expression over the sliders, at one place of the line."""
    params = {name: slider.param * slider.factor for name, slider in sliders.items()}
    value = getattr(case.evaluate(**{x: at}, **params), of)
    return getattr(value, "expr", value)  # a formula that begins with a slider comes wrapped


def _formula_ends(case: Case, x: str, sliders: dict[str, Slider], of: str) -> list[str]:
    each = case.inputs[x]
    formulas = (str(_formula_at(case, x, end, sliders, of)) for end in (each.low, each.high))
    return [LONG.sub(lambda found: f"{float(found[0]):.9g}", formula) for formula in formulas]


def _tabulated(case: Case, x: str, xs: np.ndarray, sliders: dict[str, Slider], of: str) -> alt.Chart:
    rows = _rows(case, x, xs, sliders, of)[["value"]]
    every, step = len(rows) // len(xs), xs[1] - xs[0] if len(xs) > 1 else 0.0
    return (
        alt.Chart(rows)
        .transform_window(row="row_number()")
        .transform_calculate(x=f"{xs[0]} + floor((datum.row - 1) / {every}) * {step}")
        .transform_filter(f"(datum.row - 1) % {every} == {_place(sliders)}")
    )


def _rows(case: Case, x: str, xs: np.ndarray, sliders: dict[str, Slider], of: str) -> pd.DataFrame:
    """The output at some places of the line and at every step of the sliders, the last slider moving first."""
    rows = pd.DataFrame(product(xs, *(slider.steps for slider in sliders.values())), columns=["x", *sliders])
    inputs = {name: rows[name].to_numpy() for name in sliders} | {x: rows["x"].to_numpy()}
    return rows.assign(value=np.broadcast_to(getattr(case.evaluate(**inputs), of), len(rows)))


def _place(sliders: dict[str, Slider]) -> str:
    """Which of the rows of one place of the line is meant where the sliders stand."""
    place = "0"
    for name, slider in sliders.items():
        first, step = slider.steps[0], slider.steps[1] - slider.steps[0]
        place = f"({place}) * {len(slider.steps)} + round(({name} * {slider.factor} - {first}) / {step})"
    return place


def _tabulated_ends(case: Case, x: str, sliders: dict[str, Slider], of: str) -> list[str]:
    """The output at either end as a list, and which of it is meant: its place follows the steps of the sliders."""
    each, place = case.inputs[x], _place(sliders)
    tables = (_rows(case, x, np.array([end]), sliders, of)["value"] for end in (each.low, each.high))
    return [f"[{', '.join(table.map('{:.6g}'.format).replace('nan', 'NaN'))}][{place}]" for table in tables]
