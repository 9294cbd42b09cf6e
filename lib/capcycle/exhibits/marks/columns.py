"""Bars across, columns that stack, and a waterfall from one amount to another."""

import altair as alt
import pandas as pd

from capcycle import words
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import frame as around
from capcycle.exhibits.marks.frame import Frame

ROW = 34


def columns(rows: pd.DataFrame, frame: Frame) -> Exhibit:
    """A bar across for each row, in the order given, its value at its end.

    Errors: none.

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> frame = Frame("power", "Most of it is owned", "Power, MW")
    >>> columns(rows, frame).view.iloc[0].tolist()
    ['Own', '12 MW']
    """
    if rows.empty:
        return around.nothing(frame)
    data = around.drawn(rows)
    across = alt.X("value:Q", axis=around.axis(rows["unit"].iloc[0]), scale=around.room(rows))
    base = alt.Chart(data).encode(y=around.labels(rows), x=across)
    bar = base.mark_bar(size=18, strokeWidth=1.5).encode(tooltip=around.tooltips(data), **around.fill(rows))
    text = base.transform_calculate(end="max(datum.value, 0)").mark_text(align="left", dx=5)
    chart = alt.layer(bar, text.encode(text="shown:N", x="end:Q")).properties(height=alt.Step(ROW))
    return around.finished(rows, frame, chart, around.view(rows, _headings("label", "group", "value", "note")))


def stacked(rows: pd.DataFrame, frame: Frame) -> Exhibit:
    """A column for each `x`, its parts by `group` stacked; what is below zero hangs below it.

    Errors: none.

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> frame = Frame("power", "Most of it is owned", "Power, MW")
    >>> stacked(rows.assign(group=rows["label"], x="2026"), frame).view.iloc[0].tolist()
    ['2026', 'Own', '12 MW']
    """
    if rows.empty:
        return around.nothing(frame)
    data = around.drawn(rows)
    order = list(dict.fromkeys(rows["group"]))
    chart = (
        alt.Chart(data)
        .mark_bar(strokeWidth=1)
        .encode(
            x=alt.X("x:O", sort=None, title=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("value:Q", axis=around.axis(rows["unit"].iloc[0]), stack="zero"),
            order=alt.Order("layer:Q"),
            tooltip=around.tooltips(data),
            **around.fill(rows),
        )
        .transform_calculate(layer=f"indexof({order}, datum.group)")
    )
    return around.finished(rows, frame, chart, around.view(rows, _headings("x", "group", "value")))


def waterfall(rows: pd.DataFrame, frame: Frame) -> Exhibit:
    """From a first amount to a last over what is added and taken away: rows with `total` True are sums, not steps.

    rows  also `total`: True for an amount that stands on the axis, such as the first and the last

    Errors: none.

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> frame = Frame("power", "Most of it is owned", "Power, MW")
    >>> waterfall(rows.assign(total=[True, False]), frame).chart.data["end"].tolist()
    [12.0, 15.0]
    """
    if rows.empty:
        return around.nothing(frame)
    steps = rows["value"].where(~rows["total"], 0.0)
    starts = rows["value"].where(rows["total"]).ffill().fillna(0.0)
    level = steps.groupby(rows["total"].cumsum()).cumsum() + starts
    data = around.drawn(rows).assign(
        start=(level - rows["value"]).where(~rows["total"], 0.0),
        end=level,
        group=[_direction(*row) for row in rows[["total", "value"]].itertuples(index=False)],
    )
    base = alt.Chart(data).encode(y=around.labels(rows))
    colours = around.fill(data)
    across = alt.X("start:Q", axis=around.axis(rows["unit"].iloc[0]), scale=around.room(rows))
    bar = base.mark_bar(size=18, strokeWidth=1.5).encode(x=across, x2="end:Q", tooltip=around.tooltips(data), **colours)
    text = base.transform_calculate(right="max(datum.start, datum.end)").mark_text(align="left", dx=5)
    chart = alt.layer(bar, text.encode(x="right:Q", text="shown:N")).properties(height=alt.Step(ROW))
    return around.finished(rows, frame, chart, around.view(rows, _headings("label", "value", "note")))


def _direction(total: bool, value: float) -> str:
    return words.say("marks.total" if total else "marks.added" if value >= 0 else "marks.taken")


def _headings(*names: str) -> dict[str, str]:
    return {name: words.say(f"marks.column.{name}") for name in names}
