"""What an executed notebook says first: its leading sentence and its headline figures, each with its evidence."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

MIME = "application/vnd.capcycle.exhibit+json"
EVIDENCE = ("figure", "concept", "value", "unit", "kind", "period", "day", "source")  # columns of an exhibit's figures


def read(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """The sentence, and the figures: those that exhibits call headlines, else each company's last in the first exhibit.

    A figure that is a headline has the `cell` that a page shows too, its `label`, and the `name` of its company.
    """
    shown = [output.get("data", {}) for cell in notebook["cells"] for output in cell.get("outputs", [])]
    exhibits = [data[MIME] for data in shown if MIME in data]
    figures = [figure for exhibit in exhibits for figure in _marked(exhibit)]
    told = (data["text/markdown"] for data in shown if "text/markdown" in data and MIME not in data)
    says = "".join(next(told, "")).replace("\\$", "$")  # which a notebook escapes
    return {"says": says, "headlines": figures or next(filter(None, map(_last, exhibits)), [])}


def _marked(exhibit: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    rows = [row for row in exhibit.get("rows", ()) if isinstance(row[0], dict) and row[0].get("headline")]
    behind = {(each.get("figure"), each.get("company")): each for each in _figures(exhibit)} if rows else {}
    for label, *cells in rows:
        for name, cell in zip(exhibit["columns"][1:], cells, strict=True):
            company = cell.get("company", "") if isinstance(cell, dict) else ""
            shown = {"label": label["text"], "company": company, "name": name, "cell": cell}
            yield shown | _evidence(behind.get((label["text"], company), {}))


def _last(exhibit: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The last figure of each company, in the order of the exhibit."""
    last = {each["company"]: each for each in _figures(exhibit) if each.get("company") and each.get("value")}
    return [{"company": company, **_evidence(each)} for company, each in last.items()]


def _figures(exhibit: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    return csv.DictReader(io.StringIO(exhibit["csv"]))


def _evidence(figure: Mapping[str, str]) -> dict[str, str]:
    return {column: figure[column] for column in EVIDENCE if figure.get(column)}
