"""A measure at one period, a bar per company, and amounts stacked over time."""

import altair as alt
import pandas as pd

from capcycle import words
from capcycle.exhibits import parts
from capcycle.exhibits.channels import COMPANY_TOOLTIP, axis, company_legend, company_look, tooltip
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.findings import finding, total, totals
from capcycle.measure import Measures

ROW_HEIGHT = 34


def bars(measures: Measures, focus: str | None = None) -> Exhibit:
    """A measure at the newest period that most companies have, the highest first; who lacks it is listed too.

    Errors: none.

    >>> from capcycle import facts, measure, panel
    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> bars(capex).view.values.tolist()
    [['Microsoft', '$55.6bn'], ['Meta', '$37.3bn']]
    """
    now = measures.at()
    data = parts.chart_rows(measures).merge(now[["company", "period"]], on=["company", "period"])
    data = data.sort_values("value", ascending=False)
    label, some = now["period"].iloc[0], now["value"].notna().any()
    period, series = words.period(label), "; ".join(_bar(row) for row in data.to_dict("records"))
    return Exhibit(
        id=parts.slug("bars", measures.name),
        title=finding(measures, focus, label),
        subtitle=words.say("subtitle.at", subtitle=parts.subtitle(measures), period=period),
        alt=words.say("alt.bars", period=period, series=series) if some else "",
        view=data[["name", "shown"]].set_axis([words.say("column.company"), words.name(measures.name)], axis=1),
        figures=parts.figures(now),
        notes=(*parts.notes(measures, every=False), *parts.lacking(now)),
        sources=parts.documents(now),
        chart=_bars(data, measures.unit) if some else None,
    )


def stack(measures: Measures) -> Exhibit:
    """Amounts of all companies stacked, for the periods that every company has.

    Errors: MetricError for what cannot be added up, such as fractions.

    >>> from capcycle import facts, measure, panel
    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> stack(capex).title
    "The 2 companies' capex came to $92.8bn in 2024, +49.1% on a year earlier"
    """
    sums = totals(measures)
    data = parts.chart_rows(measures)
    data = data[data["period"].isin(sums["period"])]
    return Exhibit(
        id=parts.slug("stack", measures.name),
        title=total(measures),
        subtitle=parts.subtitle(measures),
        alt="" if sums.empty else words.say("alt.stack", series=_newest(data), **_ends(sums, measures.unit)),
        view=parts.by_period(measures),
        figures=parts.figures(measures.table),
        notes=(*parts.notes(measures), *_left_out(sums, measures)),
        sources=parts.documents(measures.table),
        chart=None if sums.empty else _stack(data, measures),
    )


def _ends(sums: pd.DataFrame, unit: str) -> dict[str, str]:
    first, last = sums.iloc[0], sums.iloc[-1]
    start, end = (words.value(each["value"], unit) for each in (first, last))
    return {"first": first["period"], "last": last["period"], "start": start, "end": end}


def _left_out(sums: pd.DataFrame, measures: Measures) -> list[str]:
    """A stack of fewer companies would look like a fall, so such periods are left out, and said to be."""
    left_out = measures.table.loc[~measures.table["period"].isin(sums["period"]), "period"].drop_duplicates()
    return [words.say("note.partial_sum", periods=words.listing(list(left_out)))] if len(left_out) else []


def _bar(row: dict) -> str:
    return words.say("alt.bar", name=row["name"], value=row["shown"])


def _newest(data: pd.DataFrame) -> str:
    newest = data.drop_duplicates("company", keep="last")
    return "; ".join(_bar(row) for row in newest.to_dict("records"))


def _bars(data: pd.DataFrame, unit: str) -> alt.LayerChart:
    look = company_look(data["company"])
    del look["shape"]  # a bar has none
    base = alt.Chart(data).encode(
        y=alt.Y("name:N", sort=list(data["name"]), title=None, axis=alt.Axis(labelLimit=140, labelOverlap=False)),
        x=alt.X("value:Q", axis=axis(unit)),
    )
    bar = base.mark_bar(size=18, strokeWidth=1.5).encode(tooltip=tooltip(COMPANY_TOOLTIP), **look)
    # beside the bar's end, at the axis for a bar below zero and for what is missing
    text = base.transform_calculate(end="max(datum.value, 0)").mark_text(align="left", dx=5)
    text = text.encode(text="shown:N", x=alt.X("end:Q", axis=axis(unit)))
    return alt.layer(bar, text).properties(height=alt.Step(ROW_HEIGHT))


def _stack(data: pd.DataFrame, measures: Measures) -> alt.Chart:
    look = company_look(data["company"], company_legend(data["company"]))
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


def _quarter_axis(measures: Measures) -> alt.Axis:
    """One label a year: thirty quarters have no room for thirty labels."""
    if measures.panel.span == "year":
        return alt.Axis(labelAngle=0)
    return alt.Axis(
        labelAngle=0, ticks=False, labelOverlap=False,
        labelExpr="slice(datum.label, -2) === 'Q1' ? slice(datum.label, -6, -2) : ''",
    )  # fmt: skip
