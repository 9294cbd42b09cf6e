"""The documents of each point of a chart, which a click lists: every one that its figure rests on."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from capcycle.exhibits import Exhibit
from capcycle.exhibits.exhibit import dated

KEY = ["company", "period"]  # by which a mark of a chart is found among the figures of its exhibit
LOOK = """<style>.capcycle-explorer .mark-symbol.role-mark path, .capcycle-explorer .mark-rect.role-mark path
{ cursor: pointer }
.capcycle-documents { max-width: min(560px, 90vw); max-height: 70vh; padding: 14px 18px; border-radius: 4px;
border: 1px solid var(--jp-border-color1, #bbb); font: 13px/1.5 var(--jp-ui-font-family, sans-serif);
background: var(--jp-layout-color1, #fff); color: var(--jp-ui-font-color1, #111) }
.capcycle-documents ol { margin: 8px 0 0; padding-left: 2em }
.capcycle-documents form { float: right; margin-left: 1em }
.capcycle-documents a { color: var(--jp-content-link-color, #0b57a4) }</style>"""


def link(spec: Mapping[str, Any], exhibit: Exhibit) -> None:
    """Give each mark of a chart the documents of its figure, the newest first; where none fits, that of its tooltip."""
    known = {card["id"]: card for card in exhibit.sources}
    ids = _of(exhibit.figures)
    for row in (row for rows in spec.get("datasets", {}).values() for row in rows):
        named = [known[id] for id in ids.get(tuple(map(row.get, KEY)), ()) if id in known]
        if cards := named or _told(str(row.get("source") or ""), known.values()):
            newest = sorted(cards, key=lambda card: card["published"], reverse=True)
            row["documents"] = [{"title": dated(card), "url": card["url"]} for card in newest]


def _of(figures: pd.DataFrame) -> dict[tuple[str, str], list[str]]:
    """The ids of the documents behind each figure."""
    if not {*KEY, "source"} <= set(figures):
        return {}
    rows = figures[[*KEY, "source"]].fillna("").itertuples(index=False)
    return {(company, period): list(dict.fromkeys(source.split())) for company, period, source in rows}


def _told(source: str, cards: Iterable[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """The document that a tooltip begins with, if it is one of these."""
    told = [card for card in cards if source.startswith(card["title"])]
    return [max(told, key=lambda card: len(card["title"]))] if told else []
