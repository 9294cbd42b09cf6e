"""A finished chart or table, with everything that a page needs to show where it came from."""

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import Any

import altair as alt
import pandas as pd

from capcycle.headlines import MIME as MIME
from capcycle.words import DASH, LANGUAGE, clauses, day, merged, say, translated, translated_each

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LIVE_TITLE = "live_title"  # the parameter of a chart with sliders that says what it now shows
VEGA_LITE = "application/vnd.vegalite.v5+json"  # nbformat refuses the v6 name; every renderer takes it
CARD = ["id", "title", "publisher", "url", "published", "tier"]  # what is said of a document
LINE = 100  # letters of a line under a title that is as wide as a chart
NAMED = 3  # documents in the line under an exhibit
OF = ("day", "period_end", "date")  # columns with the day that a figure is of
WORDED = ("label", "group", "x", "period", *OF[::2])  # where a mark or a row says in words of when it is
ISO = r"\d{4}-\d\d-\d\d"
DAYS = re.compile(
    r"\d{4}年(?:\d+月)?(?:\d+日)?|\d+月\d+日"
    r"|\b(?:\d{1,2} [A-Z][a-z]{2} |FY|H[12] |Q[1-4] )?(?:19|20)\d\d(?:Q\d|H\d|-\d\d){0,2}s?\b"
)
VALUE = re.compile(
    r"\d(?:%|×|(?:bn|tn|[mk]|GW|MW|GPUs|H100e)\b| (?:basis )?points|[万亿倍元美兆吉]|个?(?:百分点|基点))|[$€¥]\d"
)


@dataclass(frozen=True)
class Exhibit:
    """One exhibit.

    id       slug, unique on its page; it names the files to download
    title    the finding, one sentence
    subtitle the measure and its unit, and up to which day, where the title has a value and neither says of when
    alt      what the chart shows, for a reader who cannot see it
    view     the table as a reader sees it: every cell is text, a link as `text` and `href` (empty for a document
             without an address), `text` that opens the lines of `details`, or that has a line `under` it, `old` in
             grey, or the `page` (a notebook) on a `company` that a site links to, and points of a `spark` of its years
    figures  the same figures unrounded, one row each, with kind and sources
    notes    what the reader must know: definitions, marks, what is missing and why
    sources  the documents behind the figures: id, title, publisher, url, published, tier
    chart    the Altair chart; None for a table
    workbook the models behind it as a spreadsheet, for download
    filters  columns of the view by whose cells a page lets its reader narrow the rows; "; " parts several values
    """

    id: str
    title: str
    subtitle: str
    alt: str
    view: pd.DataFrame
    figures: pd.DataFrame
    notes: tuple[str, ...] = ()
    sources: tuple[Mapping[str, str], ...] = ()
    chart: alt.Chart | alt.LayerChart | None = None
    filters: tuple[str, ...] = ()
    workbook: bytes = b""

    def __post_init__(self):
        """What a register has in English is shown in the reader's language."""
        if LANGUAGE != "en":
            object.__setattr__(self, "view", self.view.map(translated_each).rename(columns=translated))
            object.__setattr__(self, "notes", tuple(map(translated, self.notes)))

    def payload(self) -> dict[str, Any]:
        """All but the chart, as JSON: what the page template reads."""
        return {
            **{name: getattr(self, name) for name in ("id", "title", "alt")},
            "subtitle": self.measured(),
            "when": self.when(),
            "notes": list(map(merged, self.notes)),
            "sources": [dict(source) for source in self._foremost()],
            "columns": [_capital(str(column)) for column in self.view.columns],
            "rows": [[_capital(row[0]), *row[1:]] for row in self.view.to_numpy(dtype=object).tolist()],
            "csv": self.figures.to_csv(index=False, lineterminator="\r\n"),  # or a return in a cell would end its row
            **({"filters": list(map(_capital, self.filters))} if self.filters else {}),
            **({"workbook": b64encode(self.workbook).decode()} if self.workbook else {}),
        }

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, Any]:
        shown = {"text/html": self._html()} if self.chart is None else {VEGA_LITE: self.titled()}
        return {**shown, MIME: self.payload(), "text/plain": f"{self.title}\n{self.alt or self.measured()}"}

    def when(self) -> str:
        """Up to which day the figures go, where a title has a value and neither it nor the subtitle says of when it is.

        Without one it is that of the documents; what is of a day after all of them is a plan, and of no day.
        """
        if not undated(self.title, self.subtitle, self.figures):
            return ""
        published = [source["published"] for source in self.sources if source["tier"] != "statistics"]
        newest, all_dated = max(published, default=""), all(published)  # one without a day may be newer than the others
        days = [str(one)[:10] for name in OF if name in self.figures for one in self.figures[name]]
        known = [one for one in days if re.fullmatch(ISO, one) and one <= (newest if newest and all_dated else one)]
        last = max(known, default=newest)
        what = "figures" if known else "documents" if all_dated else "dated"
        return say(f"page.{what}_to", day=day(pd.Timestamp(last))) if last else ""

    def measured(self) -> str:
        """The subtitle, and behind it of when the figures are where nothing else says so."""
        return say("page.of_when", of=self.subtitle, when=when) if (when := self.when()) else self.subtitle

    def _foremost(self) -> list[Mapping[str, str]]:
        """The documents by how many of the newest figures rest on each, statistics such as exchange rates last.

        A filing that is held twice, its data and its text, is named once before the others.
        """
        rows = self.figures.groupby("company", dropna=False).tail(1) if "company" in self.figures else self.figures
        cells = rows["source"].fillna("") if "source" in rows else ()
        weight = Counter(id for cell in cells for id in cell.split())
        newest = sorted(self.sources, key=lambda source: source["published"], reverse=True)
        newest.sort(key=lambda source: (source["tier"] == "statistics", -weight[source["id"]]))
        first = {source["title"]: source["id"] for source in reversed(newest)}
        return sorted(newest, key=lambda source: first[source["title"]] != source["id"])

    def titled(self) -> dict[str, Any]:
        """The chart in Vega-Lite, its title and sources inside, for JupyterLab; a page sets them in its own type."""
        under = [self.measured(), *wrap(cited(self._foremost()), LINE)]
        known = [] if self.chart.params is alt.Undefined else [each.name for each in self.chart.params]
        text = alt.expr(LIVE_TITLE) if LIVE_TITLE in known else self.title
        # against the schema of Vega-Lite, which takes as long as all the rest, tests hold it
        spec = self.chart.to_dict(validate=False)
        return spec | {"title": alt.Title(text, subtitle=under).to_dict(), "description": self.alt}

    def _html(self) -> str:
        table = self.view.map(_cell).to_html(index=False, border=0, escape=False)
        heading = f"<h4>{escape(self.title)}</h4><p>{escape(self.measured())}</p>"
        body = f"{heading}{table}<p>{escape(cited(self._foremost()))}</p>{self._download()}"
        return f'<div class="mathjax_ignore">{body}</div>'  # or two dollar signs would make a formula

    def _download(self) -> str:
        if not self.workbook:
            return ""
        data = f"data:{SPREADSHEET};base64,{b64encode(self.workbook).decode()}"
        return f'<p><a download="{self.id}.xlsx" href="{data}">{escape(say("page.workbook"))}</a></p>'


def undated(title: str, subtitle: str, figures: pd.DataFrame) -> bool:
    """Whether a title has a value, and neither it nor what stands under it nor each mark itself says of when it is.

    figures  as an exhibit gives them to download; there a day is `2026-06-30`, and stands in no words

    >>> undated("Rents fall by 28.5%", "USD", pd.DataFrame({"label": ["Azure, 2 Mar 2025"], "day": ["2025-03-02"]}))
    False
    >>> undated("Rents fall by 28.5%", "USD", pd.DataFrame({"label": ["Azure"], "day": ["2025-03-02"]}))
    True
    """
    if not VALUE.search(title) or DAYS.search(f"{title} {subtitle}"):
        return False
    said = figures[[name for name in WORDED if name in figures]]
    each = said.map(lambda cell: bool(DAYS.search(str(cell))) and not re.match(ISO, str(cell))).any(axis=1)
    middle = figures["day"].eq(DASH) if "day" in figures else False  # a row of the others', which have their days
    return figures.empty or not (each | middle).all() or not each.any()


def _capital(cell: Any) -> Any:
    """A heading as a newspaper sets it; a name such as xAI, or an id such as c001, as it is.

    >>> _capital("running"), _capital("leaders of Japan"), _capital("xAI"), _capital("c001")
    ('Running', 'Leaders of Japan', 'xAI', 'c001')
    """
    if isinstance(cell, Mapping) and "text" in cell:
        return {**cell, "text": _capital(cell["text"])}
    return cell[0].upper() + cell[1:] if isinstance(cell, str) and re.match("[a-z]+(?![A-Za-z0-9_])", cell) else cell


def _cell(cell: str | Mapping[str, Any]) -> str:
    if isinstance(cell, str):
        return escape(cell)
    if "details" in cell:
        lines = "<br>".join(map(escape, cell["details"]))
        return f"<details><summary>{escape(cell['text'])}</summary>{lines}</details>"
    before = f"{escape(cell['before'])}<br>" if cell.get("before") else ""
    under = f"<br><small>{escape(cell['under'])}</small>" if cell.get("under") else ""
    text = f"{before}{_linked(escape(cell['text']), cell.get('href', ''))}{_spark(cell)}{under}"
    if cell.get("group"):
        return f"<b>{text}</b>"
    return f'<span style="opacity: 0.6">{text}</span>' if cell.get("old") else text


def _spark(cell: Mapping[str, Any]) -> str:
    """A small picture of a cell's years, drawn without a script."""
    if not cell.get("spark"):
        return ""
    line = f'<polyline points="{cell["spark"]}" fill="none" stroke="currentColor"/>'
    return f'<br><svg width="60" height="16" viewBox="-1 -1 62 16"><title>{escape(cell["trend"])}</title>{line}</svg>'


def _linked(text: str, href: str) -> str:
    return f'<a href="{escape(href)}">{text}</a>' if href else text


def cited(sources: Sequence[Mapping[str, str]]) -> str:
    """The first documents of an exhibit in one line, each with its day, and how many more there are.

    >>> cited([{"title": "Meta 10-K filed 2026-01-29", "published": "2026-01-29"}])
    'Sources: Meta 10-K filed 2026-01-29'
    """
    if not sources:
        return ""
    more = len(sources) - NAMED
    named = clauses(dated(source) for source in sources[:NAMED])
    return say("page.cited_more" if more > 0 else "page.cited", named=named, count=more)


def dated(source: Mapping[str, str]) -> str:
    """A document with its day, unless its title has it.

    >>> dated({"title": "Chips for lease", "published": "2025-05-02"})
    'Chips for lease, 2025-05-02'
    """
    day = source["published"] or say("format.no_day")
    return source["title"] if day in source["title"] else f"{source['title']}, {day}"
