"""A measure over time, a line per company."""

import altair as alt
import pandas as pd

from capcycle import words
from capcycle.exhibits import parts
from capcycle.exhibits.channels import COMPANY_TOOLTIP, axis, company_legend, company_look, tooltip
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.findings import finding
from capcycle.measure import Measures

FOCUS_WIDTH, OTHER_WIDTH = 3.5, 1.5


def lines(measures: Measures, focus: str | None = None) -> Exhibit:
    """A measure over time, a line per company; `focus` is drawn stronger than its peers.

    Errors: none.

    >>> from capcycle import facts, measure, panel
    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> lines(capex).title
    'Capex: Microsoft highest at $55.6bn, Meta lowest at $37.3bn, in 2024'
    """
    data = parts.chart_rows(measures)
    drawn = data["value"].notna().groupby(data["company"]).transform("any")
    return Exhibit(
        id=parts.slug("lines", measures.name),
        title=finding(measures, focus),
        subtitle=parts.subtitle(measures),
        alt=_alt(measures) if drawn.any() else "",
        view=parts.by_period(measures),
        figures=parts.figures(measures.table),
        notes=parts.notes(measures),
        sources=parts.documents(measures.table),
        chart=_chart(data[drawn], measures.unit, focus) if drawn.any() else None,
    )


def _chart(data: pd.DataFrame, unit: str, focus: str | None) -> alt.LayerChart:
    look = company_look(data["company"], company_legend(data["company"]))
    chosen = alt.selection_point(fields=["name"], bind="legend", name="chosen")
    base = alt.Chart(data).encode(
        x=alt.X("date:T", title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(format="%Y", tickCount="year")),
        y=alt.Y("value:Q", axis=axis(unit), scale=alt.Scale(zero=True)),
        opacity=alt.when(chosen).then(alt.value(1)).otherwise(alt.value(0.15)),
    )
    line = base.mark_line(invalid="break-paths-show-domains").add_params(chosen).encode(stroke=look["stroke"])
    if focus:
        width = alt.when(alt.datum.company == focus).then(alt.value(FOCUS_WIDTH)).otherwise(alt.value(OTHER_WIDTH))
        line = line.encode(size=width, detail="company:N")  # a line's width is its `size`
    return alt.layer(line, base.mark_point(size=30, strokeWidth=1.5).encode(tooltip=tooltip(COMPANY_TOOLTIP), **look))


def _alt(measures: Measures) -> str:
    table = measures.table
    each = [_series(company, rows) for company, rows in table.groupby("company", sort=False)]
    return words.say("alt.line", first=table["period"].iloc[0], last=table["period"].iloc[-1], series="; ".join(each))


def _series(company: str, rows: pd.DataFrame) -> str:
    known, name = rows.dropna(subset="value"), parts.company_names()[company]
    if known.empty:
        return words.say("alt.line_none", name=name)
    values, unit = known["value"], known["unit"].iloc[0]
    ends = {"start": values.iloc[0], "end": values.iloc[-1], "low": values.min(), "high": values.max()}
    return words.say("alt.line_series", name=name, **{end: words.value(one, unit) for end, one in ends.items()})
