"""A chart with sliders that works in a published page: the model's own formula, computed by the chart."""

from collections.abc import Sequence
from itertools import product

import altair as alt
import numpy as np
import pandas as pd

from capcycle import theme, words
from capcycle.errors import ModelError, unknown
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.exhibits.marks.frame import axis, documents, kinds_noted
from capcycle.exhibits.studies.cases import said
from capcycle.study import Case, Input
from capcycle.words import say

POINTS, STEPS, TABULATED = 41, 40, 10  # of the line; of a slider; of a slider whose values are tabulated
CLOSE = 1e-9  # a slider's value and a tabulated one, apart by rounding only


def what_if(case: Case, x: str, sliders: Sequence[str], of: str | None = None) -> Exhibit:
    """An output along one input, with a slider for each of some others, over the ranges that the assumptions give.

    A model in plain arithmetic is called with the chart's parameters, so the chart holds its formula; one that
    iterates is worked out at every step of the sliders.
    Errors: ModelError for an input that is not there or has no range.
    """
    of = case.output(of)
    if wrong := {x, *sliders} - set(case.varied):
        raise ModelError(f"{case.model.__name__}: {unknown('input with a range', wrong, case.varied)}")
    unit = case.unit(of)
    rows = _line(case, x, of).assign(unit=unit, kind=case.kind, source=case.source)
    frame = Frame(
        parts.slug("what-if", case.model.__name__, of, x, case.company),
        _title(case, x, of, rows),
        say("study.what_if_subtitle", output=words.name(of), unit=parts.unit(unit), across=words.lower(words.name(x))),
        tuple(_told(case.inputs[name], case) for name in (x, *sliders)),
    )
    return Exhibit(
        id=frame.id, title=frame.title, subtitle=frame.subtitle, alt=say("study.what_if_alt", title=frame.title),
        view=marks.frame.view(rows, {"label": words.name(x), "value": words.name(of)}),
        figures=marks.frame.figures(rows), notes=(*frame.notes, *kinds_noted(rows["kind"])), sources=documents(rows),
        chart=_chart(case, x, sliders, of),
    )  # fmt: skip


def slider_steps(each: Input, steps: int = STEPS) -> np.ndarray:
    """Where a slider can stand: even steps over the range."""
    return np.linspace(each.low, each.high, steps + 1)


def _line(case: Case, x: str, of: str) -> pd.DataFrame:
    across = slider_steps(case.inputs[x], POINTS - 1)
    values = np.broadcast_to(np.asarray(getattr(case.evaluate(**{x: across}), of), float), across.shape)
    return pd.DataFrame({"x": across, "value": values, "label": [said(case, x, one) for one in across]})


def _title(case: Case, x: str, of: str, rows: pd.DataFrame) -> str:
    first, last = rows.iloc[0], rows.iloc[-1]
    ends = {"start": said(case, of, first["value"]), "end": said(case, of, last["value"])}
    ends |= {"first": said(case, x, first["x"]), "last": said(case, x, last["x"])}
    return say("study.what_if", output=words.name(of), input=words.lower(words.name(x)), **ends)


def _told(each: Input, case: Case) -> str:
    ends = {name: said(case, each.name, getattr(each, name)) for name in ("low", "central", "high")}
    return say("study.range", input=words.name(each.name), reason=each.reason.rstrip("."), **ends)


def _chart(case: Case, x: str, sliders: Sequence[str], of: str) -> alt.LayerChart:
    params = {name: _param(case.inputs[name], case.model.iterates) for name in sliders}
    line, here = (_tabulated if case.model.iterates else _formula)(case, x, params, of)
    scale = alt.Scale(zero=False, nice=False)
    across = alt.X("x:Q", axis=axis(case.unit(x), words.name(x)), scale=scale)
    up = alt.Y("value:Q", axis=axis(case.unit(of), words.name(of)), scale=alt.Scale(zero=False))
    said_so = alt.Text("value:Q", format=_format(case.unit(of)))
    return alt.layer(
        line.mark_line(strokeWidth=3).encode(x=across, y=up),
        here.mark_point(size=110, filled=True, color=theme.LIGHT["accent"]).encode(x="x:Q", y="value:Q"),
        here.mark_text(align="left", dx=10, dy=-12, fontSize=14).encode(x="x:Q", y="value:Q", text=said_so),
    ).add_params(*params.values())  # fmt: skip


def _param(each: Input, tabulated: bool) -> alt.Parameter:
    steps = slider_steps(each, TABULATED if tabulated else STEPS)
    start = steps[np.abs(steps - each.central).argmin()]  # a slider stands on a step
    bind = alt.binding_range(
        min=each.low, max=each.high, step=float(steps[1] - steps[0]), name=f"{words.name(each.name)} "
    )
    return alt.param(name=each.name, value=float(start), bind=bind)


def _formula(case: Case, x: str, params: dict[str, alt.Parameter], of: str) -> tuple[alt.Chart, alt.Chart]:
    value = getattr(case.evaluate(**{x: alt.datum.x}, **params), of)
    made = [alt.Chart(pd.DataFrame({"x": each})) for each in _xs(case, x)]
    return tuple(chart.transform_calculate(value=value) for chart in made)


def _tabulated(case: Case, x: str, params: dict[str, alt.Parameter], of: str) -> tuple[alt.Chart, alt.Chart]:
    steps = [slider_steps(case.inputs[name], TABULATED) for name in params]
    chosen = " && ".join(
        f"abs(datum['{name}'] - {name}) <= {CLOSE + (each[1] - each[0]) / 2:.9g}"
        for name, each in zip(params, steps, strict=True)
    )
    tables = [_table(case, x, xs, list(params), steps, of) for xs in _xs(case, x)]
    return tuple(alt.Chart(table).transform_filter(chosen) for table in tables)


def _table(case: Case, x: str, xs: Sequence[float], names: list[str], steps: list, of: str) -> pd.DataFrame:
    rows = pd.DataFrame(list(product(xs, *steps)), columns=["x", *names])
    found = case.evaluate(**{x: rows["x"].to_numpy()}, **{name: rows[name].to_numpy() for name in names})
    return rows.assign(value=np.broadcast_to(getattr(found, of), len(rows)))


def _xs(case: Case, x: str) -> tuple[np.ndarray, list[float]]:
    points = POINTS if not case.model.iterates else STEPS // 2 + 1
    return slider_steps(case.inputs[x], points - 1), [float(case.inputs[x].central)]


def _format(unit: str) -> str:
    return ".1%" if unit == "fraction" else ".3~s" if unit.partition("/")[0].isupper() else ".3~r"
