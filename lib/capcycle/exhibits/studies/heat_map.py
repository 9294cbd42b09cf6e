"""An output over two inputs as a heat map, with the line on which it has one value."""

import altair as alt
import numpy as np
import pandas as pd

from capcycle import theme, words
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.exhibits.marks.frame import axis, documents, kinds_noted
from capcycle.exhibits.studies.cases import said, titled
from capcycle.study import Grid
from capcycle.words import say

DRAWN = "{:.5g}"  # as many digits as colours and a tooltip of three need; a page holds hundreds of cells
NARROW = 0.08  # a range of fractions in which whole percents would repeat
LINE = "white"  # by name: the page turns "#ffffff" into its own colour, which is dark in the dark


def heat_map(found: Grid, target: float | None = None) -> Exhibit:
    """An output over two inputs, with the line along which it stays what it is today, or reaches a target.

    target  a value of the output; None, or missing (NaN), for what it is today
    """
    target = None if target is None or np.isnan(target) else target
    case = found.case
    unit, today = case.unit(found.of), float(getattr(case.outputs, found.of))
    line = today if target is None else target
    rows = _cells(found).assign(unit=unit, kind=case.kind, source=case.source)
    axes = {"across": words.lower(words.name(found.x)), "up": words.lower(words.name(found.y))}
    ends = {"low": words.value(np.nanmin(found.values), unit), "high": words.value(np.nanmax(found.values), unit)}
    iso = say(f"study.iso_{_reached(found, line, target)}", value=words.value(line, unit))
    frame = Frame(
        parts.slug("heat-map", case.model.__name__, found.of, found.x, found.y, case.company),
        titled(case, found.of, "study.heat_map", ends, **axes),
        say("study.heat_map_subtitle", output=words.name(found.of), unit=parts.unit(unit), **axes),
        (iso, *kinds_noted(pd.Series([case.kind]))),
    )
    return Exhibit(
        id=frame.id, title=frame.title, subtitle=frame.subtitle,
        alt=say("study.heat_map_alt", output=words.name(found.of), iso=iso, **ends, **axes),
        view=_corners(found, unit), figures=marks.frame.figures(rows), notes=frame.notes, sources=documents(rows),
        chart=_heat_chart(found, rows, line, unit),
    )  # fmt: skip


def _reached(found: Grid, line: float, target: float | None) -> str:
    """Which sentence tells of the line: today's value, a target, or a target that no cell reaches."""
    if target is None:
        return "today"
    return "target" if np.nanmin(found.values) <= line <= np.nanmax(found.values) else "none"


def _cells(found: Grid) -> pd.DataFrame:
    across, up = np.meshgrid(found.xs, found.ys)
    return pd.DataFrame({"x": across.ravel(), "y": up.ravel(), "value": found.values.ravel()}).assign(
        label=say("study.cell")
    )


def _heat_chart(found: Grid, rows: pd.DataFrame, line: float, unit: str) -> alt.LayerChart:
    case = found.case
    # a cell reaches a little under its neighbour, or thin gaps show between them
    wide, high = (float(each[1] - each[0]) * 0.52 for each in (found.xs, found.ys))
    scales = [
        alt.Scale(zero=False, nice=False, domain=[each[0], each[-1]], clamp=True) for each in (found.xs, found.ys)
    ]
    x = alt.X("left:Q", scale=scales[0], axis=_fine(axis(case.unit(found.x), words.name(found.x)), found.xs))
    y = alt.Y("below:Q", scale=scales[1], axis=_fine(axis(case.unit(found.y), words.name(found.y)), found.ys))
    legend = alt.Legend(title=None, gradientLength=220, labelExpr=axis(unit).to_dict().get("labelExpr", alt.Undefined),
                        format=axis(unit).to_dict().get("format", alt.Undefined))  # fmt: skip
    colour = alt.Color("value:Q", scale=alt.Scale(scheme="cividis"), legend=legend)
    tooltip = [alt.Tooltip("value:Q", title=words.name(found.of), format=",.3~s" if unit[:3].isupper() else ",.3~r")]
    area = (
        alt.Chart(rows[["x", "y"]].assign(value=rows["value"].map(DRAWN.format).astype(float)))
        .transform_calculate(left=f"datum.x - {wide}", right=f"datum.x + {wide}")
        .transform_calculate(below=f"datum.y - {high}", above=f"datum.y + {high}")
        .mark_rect(stroke=None)
        .encode(x=x, x2="right:Q", y=y, y2="above:Q", color=colour, tooltip=tooltip)
    )
    iso = alt.Chart(_contour(found, line)).mark_line(color=LINE, strokeWidth=2.5)
    here = {"x": case.inputs[found.x].value, "y": case.inputs[found.y].value}
    point = alt.Chart(pd.DataFrame([here])).mark_point(
        size=110, filled=True, color=LINE, stroke="#000000", strokeWidth=1.5
    )
    return alt.layer(
        area,
        iso.encode(x=alt.X("x:Q", scale=scales[0]), y=alt.Y("y:Q", scale=scales[1]), detail="piece:N", order="place:Q"),
        point.encode(x="x:Q", y="y:Q"),
    )


def _fine(made: alt.Axis, values: np.ndarray) -> alt.Axis:
    """Percent with a decimal where whole ones would stand at two ticks."""
    if made.format == theme.PERCENT and np.ptp(values) < NARROW:
        made.format = theme.PERCENT_FINE
    return made


def _contour(found: Grid, level: float) -> pd.DataFrame:
    """The line on which the output has one value, in as many pieces as it has."""
    from contourpy import contour_generator  # only a heat map needs it

    pieces = contour_generator(found.xs, found.ys, found.values).lines(level)
    tables = [pd.DataFrame(piece, columns=["x", "y"]).assign(piece=number) for number, piece in enumerate(pieces)]
    table = pd.concat(tables) if tables else pd.DataFrame({"x": [], "y": [], "piece": []})
    return table.assign(place=range(len(table)))


def _corners(found: Grid, unit: str) -> pd.DataFrame:
    """The output at five values of each input: what a table can hold of a heat map."""
    case = found.case
    rows, columns = (np.linspace(0, len(each) - 1, 5).round().astype(int) for each in (found.ys, found.xs))
    cells = {said(case, found.x, found.xs[k]): [words.value(found.values[r, k], unit) for r in rows] for k in columns}
    return pd.DataFrame({words.name(found.y): [said(case, found.y, found.ys[r]) for r in rows]} | cells)
