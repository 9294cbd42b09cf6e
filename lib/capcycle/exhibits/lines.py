"""A measure over time, a line per company."""

import altair as alt
import pandas as pd

from capcycle import facts, theme, words
from capcycle.exhibits import parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.findings import finding
from capcycle.measure import Measures

TOOLTIP = ["name", "period", "shown", "kind", "source"]
AXIS_FORMATS = {"fraction": theme.PERCENT, "rate": theme.PERCENT, "multiple": theme.MULTIPLE}
SCALED = "replace(replace(replace(format(datum.value, '~s'), 'M', 'm'), 'G', 'bn'), 'T', 'tn')"
FOCUS_WIDTH, OTHER_WIDTH = 3.5, 1.5


def lines(measures: Measures, focus: str | None = None) -> Exhibit:
    """A measure over time, a line per company; `focus` is drawn stronger than its peers.

    Errors: none.

    >>> from capcycle import facts, measure, panel
    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> lines(capex).title
    'Microsoft had the highest capex, $55.6bn, and Meta the lowest, $37.3bn, in 2024'
    """
    data = parts.chart_rows(measures)
    drawn = data["value"].notna().groupby(data["company"]).transform("any")
    return Exhibit(
        id=parts.slug("lines", measures.name),
        title=finding(measures, focus),
        subtitle=subtitle(measures),
        alt=_alt(measures) if drawn.any() else "",
        view=parts.by_period(measures),
        figures=parts.figures(measures.table),
        notes=parts.notes(measures),
        sources=parts.documents(measures.table),
        chart=_chart(data[drawn], measures.unit, focus) if drawn.any() else None,
    )


def subtitle(measures: Measures) -> str:
    """The measure and its unit.

    Errors: none.

    >>> from capcycle import facts, measure, panel
    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> subtitle(capex)
    'Capex, USD (by year)'
    """
    sentence = measures.unit if measures.unit in parts.RATIOS else "amount"
    return words.say(
        f"subtitle.{sentence}",
        metric=words.name(measures.name),
        unit=measures.unit,
        span=words.say(f"subtitle.{measures.panel.span}"),
    )


def value_axis(unit: str) -> alt.Axis:
    """The axis of a value: percent, times, an amount per share, or an amount in m, bn or tn.

    Errors: none.

    >>> value_axis("multiple").format, value_axis("USD/share").format
    ('.1f', ',.4~g')
    """
    if unit in parts.RATIOS or "/" in unit:
        return alt.Axis(format=AXIS_FORMATS.get(unit, theme.AMOUNT), title=None)
    return alt.Axis(title=None, labelExpr=SCALED)


def company_colour(companies: pd.Series) -> dict[str, alt.Scale]:
    """The scales that give each company its colour and its shape, the same on every page.

    Errors: none.

    >>> company_colour(pd.Series(["ORCL", "META"]))["colour"].domain  # in the order of the data
    ['Meta', 'Oracle']
    """
    known = facts.companies()
    order = list(known.index)
    shown = [company for company in order if company in set(companies)]
    colour, shape = theme.company_scale(shown, order), theme.company_shapes(shown, order)
    named = list(known.loc[shown, "name"])
    return {
        "colour": alt.Scale(domain=named, range=colour.range),
        "shape": alt.Scale(domain=named, range=shape.range),
    }


def _chart(data: pd.DataFrame, unit: str, focus: str | None) -> alt.LayerChart:
    scales = company_colour(data["company"])
    chosen = alt.selection_point(fields=["name"], bind="legend", name="chosen")
    legend = company_legend(data)
    base = alt.Chart(data).encode(
        x=alt.X("date:T", title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(format="%Y", tickCount="year")),
        y=alt.Y("value:Q", axis=value_axis(unit), scale=alt.Scale(zero=True)),
        opacity=alt.when(chosen).then(alt.value(1)).otherwise(alt.value(0.15)),
    )
    line = base.mark_line(invalid="break-paths-show-domains").add_params(chosen)
    line = line.encode(stroke=alt.Stroke("name:N", scale=scales["colour"], legend=legend))
    if focus:
        width = alt.when(alt.datum.company == focus).then(alt.value(FOCUS_WIDTH)).otherwise(alt.value(OTHER_WIDTH))
        line = line.encode(size=width, detail="company:N")  # a line's width is its `size`
    point = base.mark_point(size=30, strokeWidth=1.5).encode(
        stroke=alt.Stroke("name:N", scale=scales["colour"], legend=legend),
        fill=alt.Fill("name:N", scale=scales["colour"], legend=legend),
        shape=alt.Shape("name:N", scale=scales["shape"], legend=legend),
        fillOpacity=theme.evidence_opacity(),
        tooltip=tooltip(TOOLTIP),
    )
    return alt.layer(line, point)


def company_legend(data: pd.DataFrame) -> alt.Legend | None:
    """The key to the companies' colours and shapes; one company alone needs none.

    Errors: none.

    >>> company_legend(pd.DataFrame({"company": ["META", "META"]})) is None
    True
    """
    return alt.Legend(title=None) if data["company"].nunique() > 1 else None


def tooltip(fields: list[str]) -> list[alt.Tooltip]:
    """What a mark says of itself.

    Errors: CapcycleError for a field that has no words.

    >>> [each.to_dict()["title"] for each in tooltip(["name", "kind"])]
    ['Company', 'Evidence']
    """
    return [alt.Tooltip(f"{field}:N", title=words.say(f"tooltip.{field}")) for field in fields]


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
