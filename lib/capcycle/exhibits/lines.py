"""A measure over time: a line per company, or amounts stacked."""

import altair as alt
import pandas as pd

from capcycle import words
from capcycle.exhibits import parts
from capcycle.exhibits.channels import COMPANY_TOOLTIP, axis, company_look, tooltip
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.findings import placed, total, totals
from capcycle.measure import Measures

FOCUS_WIDTH, OTHER_WIDTH = 3.5, 1.5


def lines(measures: Measures, focus: str | None = None) -> Exhibit:
    """A measure over time, a line per company; `focus` is drawn stronger than its peers.

    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> lines(capex).title
    'Capex ran from $37.3bn (Meta) to $55.6bn (Microsoft) in 2024'
    """
    data = parts.chart_rows(measures)
    drawn = data["value"].notna().groupby(data["company"]).transform("any")
    title, rank = placed(measures, focus)
    return Exhibit(
        id=parts.slug("lines", measures.name),
        title=title,
        subtitle=parts.subtitle(measures) + rank,
        alt=_alt(measures) if drawn.any() else "",
        view=_by_period(measures),
        figures=parts.figures(measures.table),
        notes=parts.notes(measures),
        sources=parts.documents(measures.table),
        chart=_chart(data[drawn], measures.unit, focus) if drawn.any() else None,
    )


def stack(measures: Measures) -> Exhibit:
    """Amounts of all companies stacked, for the periods that every company has.

    Errors: MetricError for what cannot be added up, such as fractions.

    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> stack(capex).title
    "The 2 companies' capex was $92.8bn in 2024, +49.1% on a year earlier"
    """
    sums = totals(measures)
    data = parts.chart_rows(measures)
    data = data[data["period"].isin(sums["period"])]
    newest = data.drop_duplicates("company", keep="last")
    series = parts.spoken(newest["name"], newest["shown"])
    return Exhibit(
        id=parts.slug("stack", measures.name),
        title=total(measures),
        subtitle=parts.subtitle(measures),
        alt="" if sums.empty else words.say("alt.stack", series=series, **_ends(sums, measures.unit)),
        view=_by_period(measures),
        figures=parts.figures(measures.table),
        notes=(*parts.notes(measures), *_left_out(sums, measures)),
        sources=parts.documents(measures.table),
        chart=None if sums.empty else _stack(data, measures),
    )


def _chart(data: pd.DataFrame, unit: str, focus: str | None) -> alt.LayerChart:
    look = company_look(data["company"], _legend(data["company"]))
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


def _by_period(measures: Measures) -> pd.DataFrame:
    """A row per period, the newest first, and a column per company."""
    table = parts.chart_rows(measures)
    wide = table.pivot(index="period", columns="name", values="shown")
    order = table["period"].drop_duplicates()[::-1]
    columns = [name for name in table["name"].drop_duplicates() if name in wide]
    return wide.loc[order, columns].rename_axis(index=words.say("column.period"), columns=None).reset_index()


def _ends(sums: pd.DataFrame, unit: str) -> dict[str, str]:
    first, last = sums.iloc[0], sums.iloc[-1]
    start, end = (words.value(each["value"], unit) for each in (first, last))
    return {"first": first["period"], "last": last["period"], "start": start, "end": end}


def _left_out(sums: pd.DataFrame, measures: Measures) -> list[str]:
    """A stack of fewer companies would look like a fall, so such periods are left out, and said to be."""
    left_out = measures.table.loc[~measures.table["period"].isin(sums["period"]), "period"].drop_duplicates()
    return [words.say("note.partial_sum", periods=words.listing(list(left_out)))] if len(left_out) else []


def _stack(data: pd.DataFrame, measures: Measures) -> alt.Chart:
    look = company_look(data["company"], _legend(data["company"]))
    order = look.pop("shape")["scale"].domain
    return (
        alt.Chart(data)
        .mark_bar(strokeWidth=1)
        .encode(
            x=alt.X("period:O", sort=None, title=None, axis=_quarter_axis(measures)),
            y=alt.Y("value:Q", axis=axis(measures.unit), stack="zero"),
            order=alt.Order("place:Q"),
            tooltip=tooltip(COMPANY_TOOLTIP),
            **look,
        )
        .transform_calculate(place=f"indexof({order}, datum.name)")
    )


def _legend(companies: pd.Series) -> alt.Legend | None:
    """The key to the companies' colours and shapes; one company alone needs none."""
    return alt.Legend(title=None) if companies.nunique() > 1 else None


def _quarter_axis(measures: Measures) -> alt.Axis:
    """One label a year: thirty quarters have no room for thirty labels."""
    if measures.panel.span == "year":
        return alt.Axis(labelAngle=0)
    return alt.Axis(
        labelAngle=0, ticks=False, labelOverlap=False,
        labelExpr="slice(datum.label, -2) === 'Q1' ? slice(datum.label, -6, -2) : ''",
    )  # fmt: skip
