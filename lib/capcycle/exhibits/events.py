"""What happened to a company, as thin rules with a few words on an axis of time."""

from typing import Any

import altair as alt
import pandas as pd

from capcycle import theme
from capcycle.exhibits.channels import LETTER, tooltip
from capcycle.words import clauses, say

NONE = pd.DataFrame({"day": pd.to_datetime([]), "label": [], "source": []})
WIDE, NARROW = 600, 420  # pixels of an axis that labels are set for, and below which a chart has only the rules
LINE, GAP = 13, 8  # pixels of a line of labels, and between two beside each other
TURN = 0.55  # of the axis, from where on a label stands at the left of its rule


def within(events: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    """The events of an axis from its first day to its last, the earliest first, with where each label stands.

    >>> table = pd.DataFrame({"day": pd.to_datetime(["2025-01-15", "2025-03-01", "2027-01-01"]), "label": "A contract"})
    >>> within(table, "2024-01-01", "2026-01-01")[["side", "line"]].to_dict("list")
    {'side': ['left', 'right'], 'line': [0, 1]}
    """
    start, end = pd.Timestamp(first), pd.Timestamp(last)
    shown = events[events["day"].between(start, end)].sort_values("day", kind="stable")
    places, taken = [], []
    for day, label in shown[["day", "label"]].itertuples(index=False):
        at, wide = (day - start) / (end - start) * WIDE, len(label) * LETTER + GAP
        side = "right" if at > TURN * WIDE else "left"
        box = (at - wide, at) if side == "right" else (at, at + wide)
        line = next(
            line for line in range(len(taken) + 1)
            if all(box[1] < left or right < box[0] for number, left, right in taken if number == line)
        )  # fmt: skip
        taken.append((line, *box))
        places.append((side, line))
    sides, lines = zip(*places, strict=True) if places else ((), ())
    return shown.assign(side=sides, line=lines)


def headroom(shown: pd.DataFrame) -> alt.Scale:
    """A scale up that leaves room for the labels of the events that `within` has placed, where there are some.

    >>> headroom(NONE.assign(line=0)).range[1]
    0
    """
    lines = shown["line"].max() + 1 if len(shown) else 0
    top = alt.expr(f"width < {NARROW} ? 0 : {LINE * lines + GAP}") if lines else 0
    return alt.Scale(range=[alt.expr("height"), top])


def marked(chart: alt.Chart, shown: pd.DataFrame, **time: Any) -> alt.LayerChart:
    """A chart over time with the events that `within` has placed: rules behind its marks, labels before them.

    time  the axis and the scale of the chart

    >>> bars = alt.Chart(pd.DataFrame({"date": ["2025-06-30"]})).mark_bar().encode(x="date:T")
    >>> day = pd.DataFrame({"day": [pd.Timestamp("2025-03-28")], "label": ["IPO"]})
    >>> len(marked(bars, within(day, "2025-01-01", "2026-01-01")).layer)
    4
    """
    rows = shown.assign(date=shown["day"].dt.strftime("%F"), said=shown["day"].map(_month))
    base = alt.Chart(rows[["date", "label", "said", "side", "line"]]).encode(x=alt.X("date:T", **time))
    rule = base.mark_rule(strokeWidth=1, strokeDash=[2, 2], color=theme.LIGHT["muted"])
    text = base.encode(text=alt.when(f"width < {NARROW}").then(alt.value("")).otherwise("label:N"), y=alt.value(0))
    left = "datum.side == 'left'"
    look = {"align": alt.expr("datum.side"), "dx": alt.expr(f"{left} ? 4 : -4"), "fontSize": 11}
    halo = {"stroke": theme.LIGHT["page"], "strokeWidth": 4, "strokeJoin": "round"}
    labels = (text.mark_text(dy=alt.expr(f"{LINE} * datum.line + 8"), **look, **more) for more in (halo, {}))
    said = tooltip({"said": "event.day", "label": "event.event"})
    return alt.layer(rule.encode(tooltip=said), chart, *labels)


def _month(day: pd.Timestamp) -> str:
    return f"{day:%Y-%m}"  # the day itself is not always known


def note(shown: pd.DataFrame) -> tuple[str, ...]:
    """The events of a chart in words, for whoever does not see its rules or their labels.

    >>> note(pd.DataFrame({"day": [pd.Timestamp("2025-03-28")], "label": ["IPO at $40"]}))
    ('Marked: IPO at $40 (2025-03).',)
    """
    each = [
        say("event.each", label=label, day=_month(day))
        for day, label in shown[["day", "label"]].itertuples(index=False)
    ]
    return (say("event.marked", events=clauses(each)),) if each else ()
