"""A finished chart or table, with everything that a page needs to show where it came from."""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from textwrap import wrap
from typing import Any

import altair as alt
import pandas as pd

from capcycle.words import counted, say

MIME = "application/vnd.capcycle.exhibit+json"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LIVE_TITLE = "live_title"  # the parameter of a chart with sliders that says what it now shows
VEGA_LITE = "application/vnd.vegalite.v5+json"  # nbformat refuses the v6 name; every renderer takes it
CARD = ["id", "title", "publisher", "url", "published", "tier"]  # what is said of a document
LINE = 100  # letters of a line under a title that is as wide as a chart
NAMED = 8  # publishers in the line under an exhibit


@dataclass(frozen=True)
class Exhibit:
    """One exhibit.

    id       slug, unique on its page; it names the files to download
    title    the finding, one sentence
    subtitle the measure and its unit
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

    def payload(self) -> dict[str, Any]:
        """All but the chart, as JSON: what the page template reads."""
        return {
            **{name: getattr(self, name) for name in ("id", "title", "subtitle", "alt")},
            "notes": list(self.notes),
            "sources": [dict(source) for source in self.sources],
            "columns": [str(column) for column in self.view.columns],
            "rows": self.view.to_numpy(dtype=object).tolist(),
            "csv": self.figures.to_csv(index=False, lineterminator="\r\n"),  # or a return in a cell would end its row
            **({"filters": list(self.filters)} if self.filters else {}),
            **({"workbook": b64encode(self.workbook).decode()} if self.workbook else {}),
        }

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict[str, Any]:
        shown = {VEGA_LITE: self.titled().to_dict()} if self.chart is not None else {"text/html": self._html()}
        return {**shown, MIME: self.payload(), "text/plain": f"{self.title}\n{self.alt or self.subtitle}"}

    def titled(self) -> alt.Chart | alt.LayerChart:
        """The chart with its title and sources inside, for JupyterLab; a page sets them in its own type."""
        under = [self.subtitle, *wrap(cited(self.sources), LINE)]
        known = [] if self.chart.params is alt.Undefined else [each.name for each in self.chart.params]
        text = alt.expr(LIVE_TITLE) if LIVE_TITLE in known else self.title
        return self.chart.properties(title=alt.Title(text, subtitle=under), description=self.alt)

    def _html(self) -> str:
        table = self.view.map(_cell).to_html(index=False, border=0, escape=False)
        heading = f"<h4>{escape(self.title)}</h4><p>{escape(self.subtitle)}</p>"
        body = f"{heading}{table}<p>{escape(cited(self.sources))}</p>{self._download()}"
        return f'<div class="mathjax_ignore">{body}</div>'  # or two dollar signs would make a formula

    def _download(self) -> str:
        if not self.workbook:
            return ""
        data = f"data:{SPREADSHEET};base64,{b64encode(self.workbook).decode()}"
        return f'<p><a download="{self.id}.xlsx" href="{data}">{escape(say("page.workbook"))}</a></p>'


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


def cited(sources: Iterable[Mapping[str, str]]) -> str:
    """The documents of an exhibit in one line: who published most of them, how many, from when to when.

    >>> cited([{"publisher": "Meta", "published": "2025-01-30"}, {"publisher": "Meta", "published": "2024-02-02"}])
    'Sources: Meta, 2 documents, 2024-02-02 to 2025-01-30'
    """
    sources = list(sources)
    if not sources:
        return ""
    dates = sorted(filter(None, (source["published"] for source in sources))) or [say("format.no_day")]
    key = "one" if len(sources) == 1 else "one_day" if dates[0] == dates[-1] else "many"
    published = Counter(sorted(source["publisher"] for source in sources))
    names = publishers([name for name, _ in published.most_common(NAMED)])
    if (more := len(published) - NAMED) > 0:  # the list of documents names them all
        names = counted("page.publishers_more", more, names=names)
    values = {"publishers": names, "count": len(sources), "first": dates[0], "last": dates[-1]}
    return say(f"page.documents_{key}", **values)


def publishers(names: list[str]) -> str:
    """Publishers joined, with what several share (such as where they file) said once.

    >>> publishers(["Meta, filed with the SEC", "NVIDIA, filed with the SEC", "ECB"])
    'Meta, NVIDIA, filed with the SEC; ECB'
    """
    shared: dict[str, list[str]] = {}
    for name in names:
        head, _, tail = name.partition(", ")
        shared.setdefault(tail, []).append(head)
    return "; ".join(", ".join([*heads, *filter(None, [tail])]) for tail, heads in shared.items())
