"""A measure at one period, a bar per company."""

import altair as alt
import pandas as pd

from capcycle import theme, words
from capcycle.exhibits import parts
from capcycle.exhibits.channels import BESIDE, COMPANY_TOOLTIP, LETTER, axis, beside_end, company_look, tooltip
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.findings import placed
from capcycle.measures import Measures

ROW_HEIGHT = 34


def bars(measures: Measures, focus: str | None = None) -> Exhibit:
    """A measure at the newest period that most companies have, the highest first; who lacks it is listed too.

    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> bars(capex).view.values.tolist()
    [['Microsoft', '$55.6bn'], ['Meta', '$37.3bn']]
    """
    now = measures.at()
    data = parts.chart_rows(measures).merge(now[["company", "period"]], on=["company", "period"])
    data = data.sort_values("value", ascending=False)
    label, some = now["period"].iloc[0], now["value"].notna().any()
    title, rank = placed(measures, focus, label)
    period, series = words.period(label), parts.spoken(data["name"], data["shown"])
    return Exhibit(
        id=parts.slug("bars", measures.name),
        title=title,
        subtitle=words.say("subtitle.at", subtitle=parts.subtitle(measures), period=period) + rank,
        alt=words.say("alt.bars", period=period, series=series) if some else "",
        view=data[["name", "shown"]].set_axis([words.say("column.company"), words.name(measures.name)], axis=1),
        figures=parts.figures(now),
        notes=parts.notes(measures, at=[now]),
        sources=parts.documents(now),
        chart=_bars(data.dropna(subset="value"), measures.unit) if some else None,
    )


def _bars(data: pd.DataFrame, unit: str) -> alt.LayerChart:
    look = company_look(data["company"], soft=theme.TINT)
    del look["shape"]  # a bar has none
    if len(set(look["fill"]["scale"].range)) < data["company"].nunique():  # the name beside a bar tells it from others
        look |= dict.fromkeys(["fill", "stroke"], alt.value(theme.LIGHT["series-0"]))
    room = LETTER * data["shown"].map(len).max() + BESIDE
    base = alt.Chart(data).encode(
        y=alt.Y("name:N", sort=list(data["name"]), title=None, axis=alt.Axis(labelLimit=140, labelOverlap=False)),
        x=alt.X("value:Q", axis=axis(unit), scale=alt.Scale(padding=room) if data["value"].min() < 0 else alt.Scale()),
    )
    bar = base.mark_bar(size=18, strokeWidth=1.5).encode(tooltip=tooltip(COMPANY_TOOLTIP), **look)
    numbers = beside_end(base).encode(x=alt.X("end:Q", axis=axis(unit)))
    return alt.layer(bar, numbers).properties(height=alt.Step(ROW_HEIGHT))
