"""The page of a set of runs: each with its headline figures, beside each other or over time."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from capcycle import words
from capcycle.exhibits import downloads
from capcycle.parameters import typed
from capcycle.publish import headlines
from capcycle.publish.data import DataVersion
from capcycle.publish.exhibits import NOTHING, Cell
from capcycle.publish.links import finished, names
from capcycle.rows import Run
from capcycle.words import say

TABLE = "headlines.csv"


def sets(pages: Iterable[dict]) -> dict[str, list[dict]]:
    """The pages of each set, by its name, in their order."""
    found: dict[str, list[dict]] = {}
    for page in pages:
        if of := page["outcome"].run.of:
            found.setdefault(of.name, []).append(page)
    return found


def table(pages: list[dict]) -> dict[str, Any]:
    """A row for each page of a set, with a link to it, and a column for each headline figure that one of them has."""
    labels = list(dict.fromkeys(key for page in pages for key in _keys(page)))
    parameters = [words.name(name) for name in pages[0]["outcome"].run.of.shown]
    rows = [[*_first(page), *(_cell(_keys(page).get(label)) for label in labels)] for page in pages]
    no = [False] * (len(parameters) + len(labels))
    columns = [*parameters, *map(_label, labels)]
    return {"columns": columns, "rows": rows, "numeric": no, "short": no, "long": no, "filters": []}


def _keys(page: dict) -> dict[tuple[str, str], headlines.Figure]:
    """The headline figures of a page by name and company; its own company goes without saying."""
    own = page["companies"]
    return {(each["name"], "" if own == [each["company"]] else each["company"]): each for each in page["figures"]}


def _label(key: tuple[str, str]) -> str:
    name, company = key
    return f"{name}, {names().get(company, company)}" if company else name


def _first(page: dict) -> list[Cell]:
    run = page["outcome"].run
    missing = say("index.failed") if page["failed"] else ""
    shown = [NOTHING | {"text": text, "href": f"{run.name}.html"} for text in run.of.shown.values()]
    return [shown[0] | {"under": missing}, *shown[1:]]


def _cell(figure: headlines.Figure | None) -> Cell:
    if not figure:
        return NOTHING | {"text": ""}
    return NOTHING | {"text": headlines.told(float(figure["value"]), figure["unit"]), "under": figure["period"]}


def write(file: Path, pages: list[dict]) -> None:
    """The headline figures of a set as a table to download: a row for each, with its page and what differs there."""
    rows = [{**_about(page["outcome"].run), **figure} for page in pages for figure in page["figures"] or [{}]]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(dict.fromkeys(key for row in rows for key in row)))
    writer.writeheader()
    writer.writerows(rows)
    downloads.write(file, text.getvalue())


def _about(run: Run) -> dict[str, str]:
    """The page of a run, and the parameters in which it differs as the command line takes them."""
    return {"page": run.name, **{name: typed(run.parameters[name]) for name in run.of.shown}}


def write_page(out: Path, name: str, pages: list[dict], template: Any, data: DataVersion) -> None:
    """The page of a set, and beside it its figures to download."""
    (out / name).mkdir()
    write(out / name / TABLE, pages)
    run = pages[0]["outcome"].run
    shown = {"set": run.of, "section": run.section, "table": table(pages), "count": len(pages), "file": TABLE}
    (out / f"{name}.html").write_text(finished(template.render(shown), name, data), "utf-8")
