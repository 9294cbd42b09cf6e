"""What stands around a chart of rows: title, table, figures to download, notes, documents."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from capcycle import theme, words
from capcycle.exhibits import parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.lines import SCALED, value_axis
from capcycle.quantity import Quantity

KEPT = ["label", "group", "x", "low", "value", "high", "size", "unit", "kind", "note", "source"]
BREAK, LINE = "|", 24
LABEL_LINE = 13  # pixels of a line of an axis label
LETTER, BESIDE = 6.6, 14  # pixels of a letter, and between a mark and the number beside it
# units whose values need no scale
SMALL = (
    "number",
    "correlation",
    "years",
    "times",
    "share",
    "GPU-hour",
    "H100e-hour",
    "kW/GPU",
    "kW/H100e",
    "GFLOPS/USD",
    "GFLOPS/W",
)


@dataclass(frozen=True)
class Frame:
    """The words around a chart. `alt` is said for a reader who cannot see it; the chart's rows are added to it."""

    id: str
    title: str
    subtitle: str
    notes: tuple[str, ...] = ()


def worded(key: str, *notes: str, id: str = "", title: str = "", **values: Any) -> Frame:
    """The words under a key: its title, where none is given, its subtitle and note where it has them, then more notes.

    id  where it is another than the end of the key

    Errors: CapcycleError for a key without a title, where none is given.

    >>> worded("hosting.backlog", title="Little is still to come", currency="USD", weight="50%").id
    'backlog'
    """
    texts = {part: words.said(f"{key}.{part}", "") for part in ("subtitle", "note")}
    subtitle, note = (words.say(text, **values) if text else "" for text in texts.values())
    title = title or words.say(f"{key}.title", **values)
    return Frame(id or key.rpartition(".")[2], title, subtitle, (*filter(None, [note]), *notes))


def finished(rows: pd.DataFrame, frame: Frame, chart: alt.Chart | alt.LayerChart | None, view: pd.DataFrame) -> Exhibit:
    """Rows, what was drawn of them and the words around it as one exhibit; no chart where no row has a value.

    Errors: none.

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> frame = Frame("power", "Most of it is owned", "Power, MW")
    >>> finished(rows, frame, None, view(rows, {"label": "Power"})).alt
    'Own 12 MW; Let 3 MW.'
    """
    some = rows["value"].notna().any()
    return Exhibit(
        id=frame.id,
        title=frame.title,
        subtitle=frame.subtitle,
        alt=words.say("marks.alt", series="; ".join(_spoken(row) for row in rows.to_dict("records"))) if some else "",
        view=view,
        figures=figures(rows),
        notes=(*frame.notes, *kinds_noted(rows["kind"]), *noted(rows)),
        sources=documents(rows),
        chart=chart if some else None,
    )


def table(rows: pd.DataFrame, frame: Frame, columns: dict[str, str]) -> Exhibit:
    """Rows as a table: `columns` gives for each column of the rows its heading.

    A number is shown in the row's unit, or in that of a column `<column>_unit`, and marked as a judgement by the row's
    kind, or by a column `<column>_kind`; a link or text is shown as it is.

    Errors: none.

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> frame = Frame("power", "Most of it is owned", "Power, MW")
    >>> table(rows, frame, {"label": "Power", "value": "Size"}).view.values.tolist()
    [['Own', '12 MW'], ['Let', '3 MW']]
    """
    shown = {heading: [_cell(row, name) for row in rows.to_dict("records")] for name, heading in columns.items()}
    return Exhibit(
        id=frame.id,
        title=frame.title,
        subtitle=frame.subtitle,
        alt="",
        view=pd.DataFrame(shown),
        figures=rows,
        notes=(*frame.notes, *kinds_noted(rows["kind"])),
        sources=documents(rows),
    )


def rows(named: Iterable[tuple[str, Quantity]]) -> pd.DataFrame:
    """Rows out of some quantities and the label of each.

    Errors: none.

    >>> rows([("Capex", Quantity("capex", 60.0, "USD", kind="reported"))])[["label", "value", "kind"]].values.tolist()
    [['Capex', 60.0, 'reported']]
    """
    columns = ["value", "low", "high", "unit", "kind", "source"]
    return pd.DataFrame(
        [{"label": label, **{name: getattr(each, name) for name in columns}, "note": each.reason}
         for label, each in named], columns=["label", *columns, "note"],
    )  # fmt: skip


def nothing(frame: Frame) -> Exhibit:
    """An exhibit without a row, whose title says so.

    Errors: none.

    >>> nothing(Frame("power", "No power is known", "MW")).view.empty
    True
    """
    rows = pd.DataFrame(columns=["label", "value", "unit", "kind", "source"])
    return table(rows, frame, {"label": words.say("marks.column.label")})


def shown(rows: pd.DataFrame, column: str = "value") -> list[str]:
    """A column of values in words, each marked where it is somebody's judgement; a range where only that is known.

    Errors: none.

    >>> rows = pd.DataFrame({"low": [1.0], "value": float("nan"), "high": 2.0, "unit": "USD", "kind": "reported"})
    >>> shown(rows), shown(rows, "high")
    (['$1 to $2'], ['$2'])
    """
    texts = [parts.cell_text(*row) for row in rows[[column, "unit", "kind"]].itertuples(index=False)]
    if column != "value" or not {"low", "high"} <= set(rows):
        return texts
    only = rows["value"].isna() & rows["low"].notna() & rows["high"].notna()
    firsts = (words.value(low, unit) for low, unit in zip(rows["low"], rows["unit"], strict=True))
    spans = [words.say("marks.span", low=low, high=high) for low, high in zip(firsts, shown(rows, "high"), strict=True)]
    return [span if bare else text for text, span, bare in zip(texts, spans, only, strict=True)]


def documents(rows: pd.DataFrame) -> tuple[dict[str, str], ...]:
    """The documents behind the rows.

    Errors: KeyError for a document that is not in data/sources.csv.

    >>> documents(pd.DataFrame({"source": [None, ""]}))
    ()
    """
    return parts.documents(rows.assign(source=rows["source"].fillna("")))


def figures(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows to download, unrounded.

    Errors: none.

    >>> figures(pd.DataFrame({"label": ["Own"], "value": [0.1 + 0.2], "drawn": True})).iloc[0].tolist()
    ['Own', '0.30000000000000004']
    """
    kept = rows[[name for name in KEPT if name in rows]]
    numbers = kept.select_dtypes("number").columns
    return kept.assign(
        **{name: kept[name].map(lambda one: "" if np.isnan(one) else repr(float(one))) for name in numbers}
    )


def axis(unit: str, title: str | None = None) -> alt.Axis:
    """The axis of a unit: percent, times, plain numbers, or amounts in k, m, bn and tn.

    Errors: none.

    >>> axis("fraction", "Share").format, axis("kW/GPU").format, axis("USD").labelExpr == SCALED
    ('.0%', ',.4~g', True)
    """
    base = unit.partition("/")[2]
    if unit in parts.RATIOS or unit in SMALL or base in SMALL:
        made = value_axis(unit if unit in parts.RATIOS else "x/share")
    else:
        made = alt.Axis(labelExpr=SCALED)
    made.title = title
    return made


def room(rows: pd.DataFrame) -> alt.Scale:
    """A scale from zero that leaves room for the longest number, written beside a mark that ends at the right.

    Errors: none.

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> room(rows).zero
    True
    """
    longest = max(map(len, shown(rows)), default=0)
    return alt.Scale(zero=True, range=[0, alt.expr(f"max(width - {longest * LETTER + BESIDE:.0f}, 40)")])


def view(rows: pd.DataFrame, headings: dict[str, str]) -> pd.DataFrame:
    """The table behind a chart: label, value, and the columns that the chart draws besides.

    Errors: none.

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> view(rows, {"label": "Power", "value": "Size"}).values.tolist()
    [['Own', '12 MW'], ['Let', '3 MW']]
    """
    return pd.DataFrame({heading: _column(rows, name) for name, heading in headings.items() if name in rows})


def tooltips(rows: pd.DataFrame) -> list[alt.Tooltip]:
    """What a mark says of itself: whatever of this its row has.

    Errors: none.

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> [each.to_dict()["title"] for each in tooltips(drawn(rows))]
    ['Name', 'Value', 'Evidence']
    """
    said = {"label": "label", "group": "group", "shown": "shown", "kind": "kind", "note": "note"}
    return [alt.Tooltip(f"{name}:N", title=words.say(f"tooltip.{key}")) for name, key in said.items() if name in rows]


def drawn(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as a chart needs them: with their value in words, without their documents.

    Errors: none.

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> drawn(rows)["shown"].tolist()
    ['12 MW', '3 MW']
    """
    return rows.assign(shown=shown(rows), place=rows["label"].map(_broken)).drop(columns=["source", "unit"])


def labels(rows: pd.DataFrame) -> alt.Y:
    """The axis of a row for each label, in the order of the rows; a long label stands on several lines.

    Errors: none.

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> labels(rows).to_dict()["sort"]
    ['Own', 'Let']
    """
    order = list(dict.fromkeys(map(_broken, rows["label"])))
    middle = alt.expr(f"-{LABEL_LINE / 2} * (length(split(datum.value, '{BREAK}')) - 1)")  # of several lines
    axis = alt.Axis(labelLimit=170, labelOverlap=False, labelExpr=f"split(datum.label, '{BREAK}')", labelOffset=middle)
    return alt.Y("place:N", sort=order, title=None, axis=axis)


def _broken(label: str) -> str:
    return BREAK.join(textwrap.wrap(label, LINE, break_long_words=False)) or label


def fill(rows: pd.DataFrame, legend: alt.Legend | None = None) -> dict[str, alt.Fill | alt.Stroke | dict]:
    """Colour by group, full for reported and derived rows, hollow with an outline for the rest.

    legend  the key of another layer that this one shares

    Errors: none.

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> fill(rows.assign(group=["A", "B"]))["fill"].to_dict()["scale"]["domain"]
    ['A', 'B']
    """
    if "group" not in rows:
        colour = alt.value(theme.LIGHT["series-0"])
        return {"fill": colour, "stroke": colour, "fillOpacity": theme.evidence_opacity()}
    scale = alt.Scale(domain=list(dict.fromkeys(rows["group"])), range=list(theme.SERIES))
    key = (legend or key_of(rows["group"])) if rows["group"].nunique() > 1 else None
    return {
        "fill": alt.Fill("group:N", scale=scale, legend=key),
        "stroke": alt.Stroke("group:N", scale=scale, legend=key),
        "fillOpacity": theme.evidence_opacity(),
    }


def key_of(groups: pd.Series, **given) -> alt.Legend:
    """The key of some groups, in as many columns as the words of the longest leave room for.

    Errors: none.

    >>> key_of(pd.Series(["Own", "Let"]), symbolType="stroke").symbolType
    'stroke'
    """
    return alt.Legend(
        title=None, symbolOpacity=1, columns=alt.expr(theme.legend_columns(list(dict.fromkeys(groups)))), **given
    )


def kinds_noted(kinds: pd.Series) -> list[str]:
    """What the marks of estimated and assumed figures mean, where there are any.

    Errors: none.

    >>> len(kinds_noted(pd.Series(["reported", "estimated", "assumed"])))
    2
    """
    return [words.say(f"note.{kind}") for kind in parts.MARKS if kind in set(kinds)]


def noted(rows: pd.DataFrame) -> list[str]:
    """Which rows have no value and why, those of one reason together.

    Errors: none.

    >>> rows = pd.DataFrame({"label": ["Rent", "Power"], "value": float("nan"), "note": "nobody discloses it"})
    >>> noted(rows)
    ['Rent and Power: nobody discloses it']
    """
    lacking = rows[rows["value"].isna() & (rows["note"] != "")] if "note" in rows else rows[:0].assign(note="")
    return [words.say("marks.missing", label=words.listing(list(dict.fromkeys(labels))), reason=reason)
            for reason, labels in lacking.groupby("note", sort=False)["label"]]  # fmt: skip


def _spoken(row: dict) -> str:
    group = words.say("marks.of_group", group=row["group"]) if row.get("group") else ""
    return words.say(
        "marks.each", label=row["label"], group=group, value=parts.cell_text(row["value"], row["unit"], row["kind"])
    )


def _column(rows: pd.DataFrame, name: str) -> list:
    if name in ("value", "low", "high"):
        return shown(rows, name)
    return [words.DASH if one != one else one if isinstance(one, str | dict) else f"{one:g}" for one in rows[name]]


def _cell(row: dict, name: str):
    cell = row[name]
    if isinstance(cell, str | dict):
        return cell
    if isinstance(cell, pd.Timestamp):
        return words.day(cell)
    if cell is None or cell != cell:
        return words.DASH
    own = {each: row.get(f"{name}_{each}", row.get(each)) for each in ("unit", "kind")}
    return parts.cell_text(cell, own["unit"] or "number", own["kind"])
