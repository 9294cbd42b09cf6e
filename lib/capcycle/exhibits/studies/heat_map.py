"""An output over two inputs as a heat map, with the line on which it has one value."""

import altair as alt
import numpy as np
import pandas as pd

from capcycle import words
from capcycle.exhibits import parts
from capcycle.exhibits.channels import axis
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Drawing, Frame
from capcycle.exhibits.studies.cases import lacking, said, titled
from capcycle.quantity import ASSUMED, marked
from capcycle.study import Grid
from capcycle.words import say

DRAWN = "{:.5g}"  # as many digits as colours and a tooltip of three need; a page holds hundreds of cells
CASE = "black"
LINE = "white"  # by name: the page turns "#ffffff" into its own colour, which is dark in the dark


def heat_map(grid: Grid, target: float | None = None) -> Exhibit:
    """An output over two inputs, with the line along which it stays what it is today, or reaches a target.

    target  a value of the output; None, or missing (NaN), for what it is today

    >>> needed = analyses.start("revenue_for_capex", facts.open(), "MSFT")
    >>> heat_map(study.grid(needed, "it_life", "target_return", steps=3)).id
    'heat-map-revenue-for-capex-revenue-required-it-life-target-return-msft'
    """
    target = None if target is None or np.isnan(target) else target
    case = grid.case
    unit, today = case.unit(grid.of), float(getattr(case.outputs, grid.of))
    line = today if target is None else target
    rows = _cells(grid).assign(unit=unit, kind=case.kind, source=case.source)
    axes = {"across": words.lower(words.name(grid.x)), "up": words.lower(words.name(grid.y))}
    ends = {"low": words.value(np.nanmin(grid.values), unit), "high": words.value(np.nanmax(grid.values), unit)}
    iso = say(f"study.iso_{_reached(grid, line, target)}", value=words.value(line, unit))
    frame = Frame(
        parts.slug("heat-map", case.model.__name__, grid.of, grid.x, grid.y, case.company),
        titled(case, grid.of, "study.heat_map", ends),
        say("study.heat_map_subtitle", output=words.name(grid.of), unit=parts.unit(unit), **axes),
        (iso, *lacking(case, grid.of)),
    )
    spoken = say("study.heat_map_alt", output=words.name(grid.of), iso=iso, **ends, **axes)
    return Drawing(rows, frame).exhibit(_heat_chart(grid, rows, line, unit), _corners(grid, unit), spoken)


def _reached(grid: Grid, line: float, target: float | None) -> str:
    """Which sentence describes the line: today's value, a target, or a target that no cell reaches."""
    if target is None:
        return "today"
    return "target" if np.nanmin(grid.values) <= line <= np.nanmax(grid.values) else "none"


def _cells(grid: Grid) -> pd.DataFrame:
    across, up = np.meshgrid(grid.xs, grid.ys)
    cells = pd.DataFrame({"x": across.ravel(), "y": up.ravel(), "value": grid.values.ravel()})
    return cells.assign(label=say("study.cell"))


def _heat_chart(grid: Grid, rows: pd.DataFrame, line: float, unit: str) -> alt.LayerChart:
    case = grid.case
    # a cell reaches a little under its neighbour, or thin gaps show between them
    wide, high = (float(each[1] - each[0]) * 0.52 for each in (grid.xs, grid.ys))
    scales = [alt.Scale(zero=False, nice=False, domain=[each[0], each[-1]], clamp=True) for each in (grid.xs, grid.ys)]
    x = alt.X("left:Q", scale=scales[0], axis=axis(case.unit(grid.x), words.name(grid.x)))
    y = alt.Y("below:Q", scale=scales[1], axis=axis(case.unit(grid.y), words.name(grid.y)))
    legend = alt.Legend(title=None, gradientLength=220, labelExpr=axis(unit).to_dict().get("labelExpr", alt.Undefined),
                        format=axis(unit).to_dict().get("format", alt.Undefined))  # fmt: skip
    colour = alt.Color("value:Q", scale=alt.Scale(scheme="cividis"), legend=legend)
    tooltip = [alt.Tooltip("value:Q", title=words.name(grid.of), format=",.3~s" if unit[:3].isupper() else ",.3~r")]
    area = (
        alt.Chart(rows[["x", "y"]].assign(value=rows["value"].map(DRAWN.format).astype(float)))
        .transform_calculate(left=f"datum.x - {wide}", right=f"datum.x + {wide}")
        .transform_calculate(below=f"datum.y - {high}", above=f"datum.y + {high}")
        .mark_rect(stroke=None)
        .encode(x=x, x2=alt.X2("right:Q"), y=y, y2=alt.Y2("above:Q"), color=colour, tooltip=tooltip)
    )
    contour = _contour(grid, line)
    iso = alt.Chart(contour).encode(
        x=alt.X("x:Q", scale=scales[0]),
        y=alt.Y("y:Q", scale=scales[1]),
        detail=alt.Detail("piece:N"),
        order=alt.Order("place:Q"),
    )
    said = alt.Chart(_middle(contour, grid).assign(said=words.value(line, unit)))
    said = said.encode(x=alt.X("x:Q"), y=alt.Y("y:Q"), text=alt.Text("said:N"))
    name = {"align": "right", "dx": -8, "dy": alt.expr("datum.low ? -12 : 12"), "fontSize": 13, "fontWeight": 600}
    here = {"x": case.inputs[grid.x].value, "y": case.inputs[grid.y].value}
    point = alt.Chart(pd.DataFrame([here])).mark_point(size=110, filled=True, color=LINE, stroke=CASE, strokeWidth=1.5)
    return alt.layer(
        area,
        iso.mark_line(color=CASE, strokeWidth=5),  # or the line would be lost where the colours are light
        iso.mark_line(color=LINE, strokeWidth=2),
        said.mark_text(stroke=CASE, strokeWidth=4, strokeJoin="round", **name),
        said.mark_text(color=LINE, **name),
        point.encode(x=alt.X("x:Q"), y=alt.Y("y:Q")),
    )


def _contour(grid: Grid, level: float) -> pd.DataFrame:
    """The line on which the output has one value, in as many pieces as it has."""
    from contourpy import contour_generator  # only a heat map needs it

    pieces = contour_generator(grid.xs, grid.ys, grid.values).lines(level)
    tables = [pd.DataFrame(piece, columns=["x", "y"]).assign(piece=number) for number, piece in enumerate(pieces)]
    table = pd.concat(tables) if tables else pd.DataFrame({"x": [], "y": [], "piece": []})
    return table.assign(place=range(len(table)))


def _middle(contour: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    """Where the value of the line is written: half-way along its longest piece; nowhere where there is none.

    It stands below the line, and above it where that is `low`, near the axis.

    >>> _middle(pd.DataFrame({"x": [], "y": [], "piece": []}), None).empty
    True
    """
    if contour.empty:
        return contour[["x", "y"]]
    longest = contour[contour["piece"] == contour["piece"].value_counts().idxmax()]
    inside = longest[longest["x"].between(*np.quantile(grid.xs, [0.25, 0.95]))]
    inside = inside if len(inside) else longest
    place = inside[["x", "y"]].iloc[[len(inside) // 2]]
    return place.assign(low=place["y"] < np.quantile(grid.ys, 0.12))


def _corners(grid: Grid, unit: str) -> pd.DataFrame:
    """The output at five values of each input: what a table can hold of a heat map."""
    case = grid.case
    rows, columns = (np.linspace(0, len(each) - 1, 5).round().astype(int) for each in (grid.ys, grid.xs))
    cells = {said(case, grid.x, grid.xs[k]): [marked(words.value(grid.values[r, k], unit), ASSUMED) for r in rows]
             for k in columns}  # fmt: skip
    return pd.DataFrame({words.name(grid.y): [said(case, grid.y, grid.ys[r]) for r in rows]} | cells)
