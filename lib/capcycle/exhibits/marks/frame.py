"""What stands around a chart of rows: title, table, figures to download, notes, documents."""

import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from capcycle import theme, words
from capcycle.exhibits import channels, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.quantity import Quantity

KEPT = ["label", "group", "x", "low", "value", "high", "size", "unit", "kind", "day", "note", "source"]
SAID = ["label", "group", "shown", "kind", "note"]  # by a mark of itself
BREAK, LINE = "|", 24
WIDE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")  # Chinese letters and signs
PIECE = re.compile(r"[\u3000-\u9fff\uff00-\uffef][，。：；、）]*|[^\u3000-\u9fff\uff00-\uffef\s]+\s*")
NARROWEST = 100  # pixels of an axis across on a telephone, beside the names and the numbers
LABEL_LINE = 13  # pixels of a line of an axis label
ROW = 34  # pixels of a row of one or two lines


@dataclass(frozen=True)
class Frame:
    """The words around a chart or a table."""

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
    for name in {"currency", "unit"} & set(values):
        values[name] = words.unit(values[name])  # in another language the name of a currency, no code
    texts = {part: words.said(f"{key}.{part}", "") for part in ("subtitle", "note")}
    subtitle, note = (words.say(text, **values) if text else "" for text in texts.values())
    title = title or words.say(f"{key}.title", **values)
    return Frame(id or key.rpartition(".")[2], title, subtitle, (*filter(None, [note]), *notes))


class Drawing:
    """Rows and the words around them, and what the marks of a chart take from them: axes, colours, key, table.

    `data` are the rows as the chart has them: the value in words, columns that only it needs, no documents.

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> drawing = Drawing(rows, Frame("power", "Most of it is owned", "Power, MW"))
    >>> drawing.data["shown"].tolist(), drawing.exhibit(None, drawing.view("label", "value")).alt
    (['12 MW', '3 MW'], 'Own 12 MW; Let 3 MW.')
    """

    def __init__(self, rows: pd.DataFrame, frame: Frame, whole: bool = True, **more: pd.Series | list):
        """Of rows without a value, which a note names, there is nothing to draw unless `whole`."""
        rows = rows.assign(**{name: rows[name].map(_own) for name in ("label", "group", "note") if name in rows})
        self.rows, self.frame = rows, frame
        data = rows.assign(shown=_shown(rows), place=rows["label"].map(_broken), **more)
        if not whole:
            data = data[data[[name for name in ("value", "low") if name in data]].notna().any(axis=1)]
        self.data = data.drop(columns=["source", "unit", "day"], errors="ignore")
        _, bar, per = words.value(1.0, rows["unit"].iloc[0]).partition("/")
        self.per = bar + per
        said = parts.one_mark(data["shown"])  # what all of them have, a note says
        brief = f"replace(datum.shown, regexp('{self.per}', 'g'), '')" if self.per else "datum.shown"
        brief = f"replace({brief}, '{said}', '')" if said else brief
        self.chart = alt.Chart(self.data).transform_calculate(brief=brief)  # the axis has no unit behind its bar either
        self.tooltip = channels.tooltip(name for name in SAID if name in self.data)

    def axis(self, title: str | None = None) -> alt.Axis:
        """The axis of the rows' unit."""
        return channels.axis(self.rows["unit"].iloc[0], title)

    def room(self, over: pd.Series | None = None, before: pd.Series | None = None) -> alt.Scale:
        """A scale from zero with room at the right for the longest number beside a mark, or half of one over a mark.

        over    whose number is written over its mark
        before  whose number is written at the left of its mark, which needs room there
        """
        letters, value = self.data["shown"].map(lambda shown: len(shown.replace(self.per, ""))), self.data["value"]
        over, before = (mask if mask is None else mask.reindex(value.index) for mask in (over, before))
        right = (letters if over is None else letters.where(~over, letters / 2)).max() * channels.LETTER
        low, high = min(value.min(), 0), max(value.max(), 0)
        share = (value - low) / ((high - low) or 1.0)
        needs = letters * channels.LETTER + channels.BESIDE - share * NARROWEST
        left = max(needs[before].max(), 0) if before is not None and before.any() else 0
        end = f"max(width - {right + channels.BESIDE:.0f}, {left + 40:.0f})"
        return alt.Scale(zero=True, range=[round(left), alt.expr(end)])

    @property
    def row(self) -> alt.Step:
        """How high a row is: as the longest label of all needs, or names of three lines would stand in each other."""
        lines = max(self.data["place"].str.count(f"[{BREAK}]"), default=0) + 1  # of a chart without rows too
        return alt.Step(max(ROW, int(LABEL_LINE * (lines + 0.5))))

    def labels(self) -> alt.Y:
        """The axis of a row for each label, in the order of the rows; a long label stands on several lines."""
        order = list(dict.fromkeys(self.data["place"]))
        lines = f"split(datum.value, '{BREAK}')"
        axis = alt.Axis(
            labelLimit=170,
            labelOverlap=False,
            labelExpr=f"split(datum.label, '{BREAK}')",
            labelOffset=alt.expr(f"-{LABEL_LINE / 2} * (length({lines}) - 1)"),  # the middle of several lines
        )
        return alt.Y("place:N", sort=order, title=None, axis=axis)

    def groups(self) -> list[str]:
        """The groups in the order of the rows."""
        return list(dict.fromkeys(self.data.get("group", ())))

    def key(self, beside: bool = True, **look) -> alt.Legend | None:
        """The key of the groups, in as many columns as the longest leaves room for.

        One alone needs none, nor do those that stand in the labels of their rows where these are written beside them.
        """
        if len(self.groups()) < 2 or (beside and _said_beside(self.data)):
            return None
        columns = alt.expr(theme.legend_columns(self.groups()))
        return alt.Legend(title=None, symbolOpacity=1, columns=columns, **look)

    def fill(self, soft: float = 0, key: alt.Legend | bool | None = True) -> dict[str, alt.Fill | alt.Stroke | dict]:
        """Colour by group, full for reported and derived rows; the rest have an outline, and are hollow or `soft`.

        key  another than that of groups whose rows have their labels; None for no key
        """
        if not self.groups():
            colour = alt.value(theme.LIGHT["series-0"])
            return {"fill": colour, "stroke": colour, "fillOpacity": theme.evidence_opacity(soft=soft)}
        look = {
            "scale": channels.group_scale(self.groups(), theme.SERIES),
            "legend": self.key() if key is True else key,
        }
        return {
            "fill": alt.Fill("group:N", **look),
            "stroke": alt.Stroke("group:N", **look),
            "fillOpacity": theme.evidence_opacity(soft=soft),
        }

    def view(self, *columns: str, **headings: str) -> pd.DataFrame:
        """The table behind a chart: those of some columns that the rows have, under their usual or other headings."""
        some = (name for name in columns if name in self.rows)
        return pd.DataFrame(
            {headings.get(name) or words.say(f"marks.column.{name}"): _column(self.rows, name) for name in some}
        )

    def exhibit(self, chart: alt.Chart | alt.LayerChart | None, view: pd.DataFrame, alt: str | None = None) -> Exhibit:
        """All as one exhibit; no chart where no row has a value.

        alt  for a reader who cannot see the chart; its rows, where nothing else is said
        """
        rows, some = self.rows, self.rows["value"].notna().any()
        series = words.clauses(map(_spoken, rows.to_dict("records"))) if some and alt is None else ""
        return _framed(
            self.frame,
            view,
            _figures(rows),
            rows,
            alt=alt or (words.say("marks.alt", series=series) if series else ""),
            notes=noted(rows),
            chart=chart if some else None,
        )


def table(rows: pd.DataFrame, frame: Frame, columns: dict[str, str]) -> Exhibit:
    """Rows as a table: `columns` gives for each column of the rows its heading.

    A number is shown in the row's unit, or in that of a column `<column>_unit`, and marked as a judgement by the row's
    kind, or by a column `<column>_kind`; a link or text is shown as it is.

    >>> rows = pd.DataFrame({"label": ["Own", "Let"], "value": [12, 3], "unit": "MW", "kind": "reported", "source": ""})
    >>> table(rows, Frame("power", "Most is owned", "MW"), {"label": "Power", "value": "Size"}).view.values.tolist()
    [['Own', '12 MW'], ['Let', '3 MW']]
    """
    each = rows.to_dict("records")
    shown = {heading: [_cell(row, name) for row in each] for name, heading in columns.items()}
    return _framed(frame, pd.DataFrame(shown), rows, rows)


def _framed(frame: Frame, view: pd.DataFrame, figures: pd.DataFrame, rows: pd.DataFrame, alt: str = "",
            notes: Iterable[str] = (), chart: alt.Chart | alt.LayerChart | None = None) -> Exhibit:  # fmt: skip
    view = view.loc[:, [any(cell != "" for cell in cells) for _, cells in view.items()]]  # a remark on nothing
    kinds = (words.say(f"note.{kind}") for kind in parts.MARKS if kind in set(rows["kind"]))
    return Exhibit(
        id=frame.id,
        title=frame.title,
        subtitle=frame.subtitle,
        alt=alt,
        view=view,
        figures=figures,
        notes=(*frame.notes, *kinds, *notes),
        sources=parts.documents(rows.assign(source=rows["source"].fillna(""))),
        chart=chart,
    )


def rows(named: Iterable[tuple[str, Quantity]]) -> pd.DataFrame:
    """Rows out of some quantities and the label of each.

    >>> rows([("Capex", Quantity("capex", 60.0, "USD", kind="reported"))])[["label", "value", "kind"]].values.tolist()
    [['Capex', 60.0, 'reported']]
    """
    columns = ["value", "low", "high", "unit", "kind", "source"]
    return pd.DataFrame(
        [{"label": label, **{name: getattr(each, name) for name in columns}, "day": each.iso, "note": each.reason}
         for label, each in named], columns=["label", *columns, "day", "note"],
    )  # fmt: skip


def nothing(frame: Frame) -> Exhibit:
    """An exhibit without a row, whose title says so.

    >>> nothing(Frame("power", "No power is known", "MW")).view.empty
    True
    """
    rows = pd.DataFrame(columns=["label", "value", "unit", "kind", "source"])
    return table(rows, frame, {"label": words.say("marks.column.label")})


def noted(rows: pd.DataFrame) -> list[str]:
    """Which rows have no value and why, those of one reason together.

    >>> rows = pd.DataFrame({"label": ["Rent", "Power"], "value": float("nan"), "note": "nobody discloses it"})
    >>> noted(rows)
    ['Rent and Power: nobody discloses it']
    """
    lacking = rows[rows["value"].isna() & (rows["note"] != "")] if "note" in rows else rows[:0].assign(note="")
    return [words.say("marks.missing", label=words.listing(list(dict.fromkeys(labels))), reason=reason)
            for reason, labels in lacking.groupby("note", sort=False)["label"]]  # fmt: skip


def _shown(rows: pd.DataFrame, column: str = "value") -> list[str]:
    """A column of values in words, each marked where it is somebody's judgement; a range where only that is known.

    >>> rows = pd.DataFrame({"low": [1.0], "value": float("nan"), "high": 2.0, "unit": "USD", "kind": "reported"})
    >>> _shown(rows), _shown(rows, "high")
    (['$1 to $2'], ['$2'])
    """
    texts = parts.cells(rows, of=column)
    if column != "value" or not {"low", "high"} <= set(rows):
        return texts
    only = rows["value"].isna() & rows["low"].notna() & rows["high"].notna()
    firsts = (words.value(low, unit) for low, unit in zip(rows["low"], rows["unit"], strict=True))
    ends = zip(firsts, _shown(rows, "high"), strict=True)
    spans = [words.say("marks.span", low=low, high=high) for low, high in ends]
    return [span if bare else text for text, span, bare in zip(texts, spans, only, strict=True)]


def _figures(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows to download, unrounded.

    >>> _figures(pd.DataFrame({"label": ["Own"], "value": [0.1 + 0.2], "drawn": True})).iloc[0].tolist()
    ['Own', '0.30000000000000004']
    """
    kept = rows[[name for name in KEPT if name in rows]]
    numbers = kept.select_dtypes("number").columns
    return kept.assign(
        **{name: kept[name].map(lambda one: "" if np.isnan(one) else repr(float(one))) for name in numbers}
    )


def _broken(label: str) -> str:
    """A label on as many lines as it needs; a Chinese letter is as wide as two others, and a line may end behind it.

    >>> _broken("Building, power and cooling of a site"), _broken("谷歌母公司Alphabet：订阅、平台与设备")
    ('Building, power and|cooling of a site', '谷歌母公司Alphabet：订|阅、平台与设备')
    """
    if not WIDE.search(label):
        return BREAK.join(textwrap.wrap(label, LINE, break_long_words=False)) or label
    lines, room = [""], LINE
    for piece in PIECE.findall(label):
        wide = len(WIDE.findall(piece))
        if len(piece.rstrip()) + wide > room and lines[-1]:
            lines.append("")
            room = LINE
        lines[-1] += piece
        room -= len(piece) + wide
    return BREAK.join(map(str.strip, lines))


def _spoken(row: dict) -> str:
    group = words.say("marks.of_group", group=row["group"]) if row.get("group") else ""
    value = parts.cell_text(row["value"], row["unit"], row["kind"])
    low, high = (row.get(end) for end in ("low", "high"))
    if low is None or low != low or high != high or low == high:
        return words.say("marks.each", label=row["label"], group=group, value=value)
    span = words.between(low, high, row["unit"])
    key = "marks.each_span" if row["value"] == row["value"] else "marks.each"
    return words.say(key, label=row["label"], group=group, value=value if key == "marks.each_span" else span, span=span)


def _said_beside(rows: pd.DataFrame) -> bool:
    """Whether each label begins with its group, such as "Meta: Reality Labs"."""
    pairs = zip(rows["label"], rows["group"], strict=True)
    return all(str(label).startswith(group) for label, group in pairs)


def _own(cell: Any) -> Any:
    """What a register has in English, in the reader's language."""
    return words.translated(cell) if isinstance(cell, str) else cell


def _column(rows: pd.DataFrame, name: str) -> list:
    if name in ("value", "low", "high"):
        return _shown(rows, name)
    return [
        words.DASH if one != one else _own(one) if isinstance(one, str | dict) else f"{one:g}" for one in rows[name]
    ]


def _cell(row: dict, name: str):
    cell = row[name]
    if isinstance(cell, str | dict):
        return _own(cell)
    if isinstance(cell, pd.Timestamp):
        return words.day(cell)
    if cell is None or cell != cell:
        return words.DASH
    own = {each: row.get(f"{name}_{each}", row.get(each)) for each in ("unit", "kind")}
    return parts.cell_text(cell, own["unit"] or "number", own["kind"])
