"""A measure over time: a line per company, or amounts stacked."""

import json

import altair as alt
import pandas as pd

from capcycle import theme, words
from capcycle.exhibits import ends, events, parts
from capcycle.exhibits.channels import COMPANY_TOOLTIP, axis, company_look, time_axis, tooltip
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.findings import placed, total, totals
from capcycle.measures import Measures

FOCUS_WIDTH, OTHER_WIDTH = 3.5, 1.5
FAINT = 0.15  # the opacity of a line that is not the chosen one
BROKEN = "break-paths-show-domains"
YEARLY = "utcmonth(datum.date) > 8"  # lines with a key have a mark in the last quarter of each year
SMALL = {3: 190, 4: 140}  # pixels of the width of a small chart, by how many stand beside each other
PALE = 0.35  # the opacity of a column that lacks a company
WIDE = {1: "utcyear", 4: "utcyearquarter"}  # what a column stands for, by how many of them make a year
COLUMN = 0.75  # of a period's width
LOOKS = {"plain": alt.Scale(zero=True), "log": alt.Scale(type="log"), "index": alt.Scale(zero=False)}
SCALES = tuple(LOOKS)  # of values as they are, by equal factors, or with one period as 100


def lines(measures: Measures, focus: str | None = None, scale: str = "plain") -> Exhibit:
    """A measure over time, a line per company; `focus` is drawn stronger than its peers.

    scale  plain, log (equal factors are equally far apart), or index (100 in the first period that most companies have)

    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> lines(capex).title
    'Capex ran from $37.3bn (Meta) to $55.6bn (Microsoft) in 2024'
    """
    plain = parts.chart_rows(measures)
    data, scaled, since = _scaled(plain, scale)
    drawn = data["value"].notna().groupby(data["company"]).transform("any")
    title, rank = placed(measures, focus)
    if since:
        title, rank = _risen(data, measures, since) or title, ""
    return Exhibit(
        id=parts.slug("lines", measures.name),
        title=title,
        subtitle=parts.subtitle(measures) + rank + scaled,
        alt=_alt(measures) if drawn.any() else "",
        view=_by_period(plain),
        figures=parts.figures(measures.table),
        notes=parts.notes(measures),
        sources=parts.documents(measures.cells),
        chart=_chart(data[drawn], measures, focus, scale) if drawn.any() else None,
    )


def stack(measures: Measures, happened: pd.DataFrame | None = None) -> Exhibit:
    """Amounts of all companies stacked; a column that lacks one of them is no total, and pale.

    happened  events to mark on the axis of time, as `capcycle.analyses.events.of` gives them

    Errors: MetricError for what cannot be added up, such as fractions.

    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> stack(capex).title
    "The 2 companies' capex was $92.8bn in 2024, +49.1% on a year earlier"
    """
    sums = totals(measures)
    data = parts.chart_rows(measures)
    newest = data[data["period"].isin(sums["period"])].drop_duplicates("company", keep="last")
    series = parts.spoken(newest["name"], newest["shown"])
    none = happened is None or sums.empty
    shown = events.NONE if none else events.within(happened, *_time(measures)["scale"].domain)
    return Exhibit(
        id=parts.slug("stack", measures.name),
        title=total(measures),
        subtitle=parts.subtitle(measures),
        alt="" if sums.empty else words.say("alt.stack", series=series, **_ends(sums, measures.unit)),
        view=_by_period(data),
        figures=parts.figures(measures.table),
        notes=(*events.note(shown), *parts.notes(measures), *_partial(sums, measures)),
        sources=parts.documents(measures.cells, shown),
        chart=None if sums.empty else _stack(data.assign(whole=data["period"].isin(sums["period"])), measures, shown),
    )


def _risen(scaled: pd.DataFrame, measures: Measures, since: str) -> str:
    """How many times its level of the first period the highest and the lowest index stand at, in one common period."""
    common = measures.at()
    now = scaled[scaled["period"].isin(common["period"])].dropna(subset="value").sort_values("value")
    if now.empty:
        return ""
    said = {"metric": words.lower(words.name(measures.name)), "since": since, "period": parts.said_period(common)}
    for end, row in (("bottom", now.iloc[0]), ("top", now.iloc[-1])):
        said |= {end: row["name"], f"{end}_value": words.value(row["value"] / 100, "multiple")}
    return words.say("finding.risen" if len(now) > 1 else "finding.risen_one", **said)


def _scaled(data: pd.DataFrame, scale: str) -> tuple[pd.DataFrame, str, str]:
    """The values as they are drawn, what to say of them, and the first period of an index: none at or below zero has a
    logarithm or an index.
    """
    if scale == "plain":
        return data, "", ""
    data = data.assign(value=data["value"].where(data["value"] > 0))
    if scale == "log" or data["value"].isna().all():
        return data, words.say("subtitle.log"), ""
    known = data.dropna(subset="value")
    met = known.groupby("date")["company"].nunique().idxmax()  # the first day that most companies have
    later = known[known["date"] >= met].groupby("company")["value"].first()
    base = later.combine_first(known.groupby("company")["value"].first())
    period = known.loc[known["date"] == met, "period"].iloc[0]
    scaled = data.assign(value=data["value"] / data["company"].map(base) * 100)
    return scaled, words.say("subtitle.index", period=words.period(period)), words.period(period)


def _chart(data: pd.DataFrame, measures: Measures, focus: str | None, scale: str) -> alt.LayerChart | alt.FacetChart:
    most = ends.MOST if focus else ends.CROSSING
    if data["name"].nunique() > most:
        return _small(data, measures, scale)
    named = ends.fit(data, "name", log=scale == "log")
    look = company_look(data["company"], None if named else _legend(data["company"]), focus)
    if not focus:
        _part(look)
    time = _time(measures)
    if named:
        time["scale"].range = ends.room(data["name"])
    base = ends.known(alt.Chart(data), "name").encode(x=alt.X("date:T", **time), y=_up(measures, scale))
    chosen = alt.selection_point(fields=["name"], name="chosen", **({} if named else {"bind": "legend"}))
    seen = alt.when(chosen).then(alt.value(1)).otherwise(alt.value(FAINT))
    line = base.mark_line(invalid=BROKEN).encode(stroke=look["stroke"], opacity=alt.OpacityValue(**seen))
    if focus:
        width = alt.when(alt.datum.company == focus).then(alt.value(FOCUS_WIDTH)).otherwise(alt.value(OTHER_WIDTH))
        line = line.encode(size=alt.SizeValue(**width), detail=alt.Detail("company:N"))  # a line's width is its `size`
    point = base.mark_point(size=30, strokeWidth=1.5).encode(tooltip=tooltip(COMPANY_TOOLTIP), **look)
    plain = alt.when(ends.plain("" if named else YEARLY)).then(alt.value(0))
    seen = plain.when(chosen).then(alt.value(1)).otherwise(alt.value(FAINT))
    point = point.encode(opacity=alt.OpacityValue(**seen))
    chart = alt.layer(line.add_params(chosen), point)
    if named:
        names = ends.names(base, "name", scale == "log", **look)
        names.data = alt.Undefined  # that of the chart
        chart.layer.append(names)  # in the making of a chart its layers are copied many times
    return chart


def _small(data: pd.DataFrame, measures: Measures, scale: str) -> alt.FacetChart:
    """A small chart of each company, the others grey behind its line: more lines than these cannot be told apart."""
    look = company_look(data["company"])
    axes = {"x": alt.X("date:T", **_time(measures)), "y": _up(measures, scale)}
    others = alt.Chart(data).mark_line(invalid=BROKEN, strokeWidth=1, stroke=theme.LIGHT["axis"], opacity=0.5)
    others = others.transform_filter("datum.name")  # without a step of their own they would be parted like the rest
    own = alt.Chart().encode(**axes)
    line = own.mark_line(invalid=BROKEN, strokeWidth=2.5).encode(stroke=look["stroke"])
    point = own.mark_point(size=20).encode(tooltip=tooltip(COMPANY_TOOLTIP), **look)
    point = point.encode(opacity=alt.when(ends.plain()).then(alt.value(0)).otherwise(alt.value(1)))
    order = list(dict.fromkeys(data["name"]))
    columns = min(SMALL, key=lambda columns: -len(order) % columns)  # with the fewest empty places
    layers = alt.layer(others.encode(detail=alt.Detail("name:N"), **axes), line, point).properties(
        width=SMALL[columns], height=120
    )
    charts = layers.facet(alt.Facet("name:N", sort=order, title=None), data=data, columns=columns)
    return ends.known(charts.resolve_axis(x="independent"), "name")


def _up(measures: Measures, scale: str) -> alt.Y:
    return alt.Y("value:Q", axis=axis("number" if scale == "index" else measures.unit), scale=LOOKS[scale])


def _part(look: dict) -> None:
    """No two companies of one chart share a colour."""
    scale = look["fill"]["scale"]  # the same as that of the stroke
    scale.range = theme.apart(scale.range)


def _alt(measures: Measures) -> str:
    table = measures.cells
    each = [_series(company, rows) for company, rows in table.groupby("company", sort=False)]
    first, last = table["period"].iloc[[0, -1]]
    return words.say("alt.line", first=first, last=last, series=words.clauses(each))


def _series(company: str, rows: pd.DataFrame) -> str:
    known, name = rows.dropna(subset="value"), parts.company_names()[company]
    if known.empty:
        return words.say("alt.line_none", name=name)
    values, unit = known["value"], known["unit"].iloc[0]
    ends = {"start": values.iloc[0], "end": values.iloc[-1], "low": values.min(), "high": values.max()}
    return words.say("alt.line_series", name=name, **{end: words.value(one, unit) for end, one in ends.items()})


def _by_period(table: pd.DataFrame) -> pd.DataFrame:
    """A row per period, the newest first, and a column per company; from the first with a figure to the last."""
    wide = table.pivot(index="period", columns="name", values="shown")
    periods = table["period"].drop_duplicates()
    known = periods.map(wide.ne(words.DASH).any(axis=1))
    within = known[::-1].cummax()[::-1] & known.cummax() if known.any() else ~known
    order = periods[within][::-1]
    columns = [name for name in table["name"].drop_duplicates() if name in wide]
    return wide.loc[order, columns].rename_axis(index=words.say("column.period"), columns=None).reset_index()


def _ends(sums: pd.DataFrame, unit: str) -> dict[str, str]:
    first, last = sums.iloc[0], sums.iloc[-1]
    start, end = (words.value(each["value"], unit) for each in (first, last))
    return {"first": first["period"], "last": last["period"], "start": start, "end": end}


def _partial(sums: pd.DataFrame, measures: Measures) -> list[str]:
    """A column of fewer companies looks like a fall, so such periods are pale, and said to be no totals."""
    known = measures.known
    partial = known.loc[~known["period"].isin(sums["period"]), "period"]
    partial = [period for period in measures.cells["period"].drop_duplicates() if period in set(partial)]
    return [words.say("note.partial_sum", periods=words.listing(partial))] if partial else []


def _stack(data: pd.DataFrame, measures: Measures, shown: pd.DataFrame) -> alt.Chart | alt.LayerChart:
    named, time = ends.stacks(data, "date", "name"), _time(measures)
    if named:
        time["scale"].range = ends.room(data["name"])
    look = company_look(data["company"], None if named else _legend(data["company"]), soft=theme.TINT)
    order = look.pop("shape")["scale"].domain
    _part(look)
    x = alt.X("date:T", timeUnit="utcyear" if measures.panel.span == "year" else "utcyearquarter", **time)
    y = alt.Y("value:Q", axis=axis(measures.unit), stack="zero", scale=events.headroom(shown))
    bar = (
        alt.Chart(data)
        .mark_bar(strokeWidth=1, width=alt.RelativeBandSize(COLUMN))
        .encode(
            x=x,
            y=y,
            order=alt.Order("place:Q"),
            opacity=alt.OpacityValue(**alt.when(alt.datum.whole).then(alt.value(1)).otherwise(alt.value(PALE))),
            tooltip=tooltip(COMPANY_TOOLTIP),
            **look,
        )
        .transform_calculate(place=f"indexof({order}, datum.name)")
    )
    if named:
        last = data.dropna(subset="value").sort_values("date")["period"].iloc[-1]
        bar = alt.layer(bar, ends.beside(bar, x, y, "name", f"datum.period == {json.dumps(last)}"), data=data)
    return events.marked(bar, shown, **time) if len(shown) else bar


def _legend(companies: pd.Series) -> alt.Legend | None:
    """The key to the companies' colours and shapes; one company alone needs none."""
    return alt.Legend(title=None) if companies.nunique() > 1 else None


def _time(measures: Measures) -> dict[str, alt.Scale | alt.Axis | None]:
    """The axis from the first period with a value to the last."""
    return time_axis(measures.known["ordinal"], measures.panel.steps_per_year)
