"""The headline figures of a page: the newest value of each figure that its tables have of its own companies."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from capcycle import words
from capcycle.errors import CapcycleError
from capcycle.publish import links, notebook
from capcycle.publish.downloads import NUMBER
from capcycle.run import Outcome

MOST = 8  # figures of a page; more are no headlines
NAMES = ("metric", "figure")  # the column that names a figure
CASES = "scenarios-"  # how the id of a table of scenarios begins: of these the central one is read
Figure = dict[str, str]


def figures(exhibits: Iterable[dict[str, Any]], own: Iterable[str] = ()) -> list[Figure]:
    """The first of these: `name`, `company`, `period`, `value`, `unit`, `kind`, `source` of each, as they stand there.

    exhibits  what a page shows, in its order
    own       the companies that it is about; figures of others are left out

    >>> table = "metric,company,period,period_end,value,unit\\ncapex,META,2025Q1,2025-03-31,12,USD\\n"
    >>> later = "capex,META,2025Q2,2025-06-30,16,USD\\ncapex,MSFT,2025Q2,2025-06-30,17,USD\\n"
    >>> [each["value"] for each in figures([{"id": "lines", "csv": table + later}], ["META"])]
    ['16']
    """
    own, found = links.wide(own, links.members()), {}
    for row in _rows(exhibits):
        key = row["name"], row["company"]
        known = key in found
        if (own and row["company"] and row["company"] not in own) or not NUMBER.fullmatch(row["value"]):
            continue
        if not known or found[key]["day"] < row["day"]:
            found[key] = row
    return [{name: cell for name, cell in row.items() if name != "day"} for row in [*found.values()][:MOST]]


def _rows(exhibits: Iterable[dict[str, Any]]) -> Iterator[Figure]:
    for exhibit in exhibits:
        cases = exhibit["id"].startswith(CASES)
        for row in csv.DictReader(io.StringIO(exhibit["csv"])):
            name = row.get("label") if cases else next(filter(None, (row.get(each) for each in NAMES)), None)
            if not name:
                break  # the table is of something else
            value = row.get("base" if cases else "value") or ""
            about = {part: row.get(part) or "" for part in ("company", "period", "unit", "kind", "source")}
            yield {"name": words.name(name) if "metric" in row else name, "value": value, **about,
                   "day": row.get("period_end") or ""}  # fmt: skip


def read(outcome: Outcome) -> dict[str, Any]:
    """A run with the headline figures of its executed notebook."""
    shown = [part.content for part in notebook.parts(notebook.read(outcome.notebook)) if part.kind == "exhibit"]
    return {"outcome": outcome, "figures": figures(shown, links.about(outcome))}


def told(number: float | None, unit: str) -> str:
    """A figure as a reader sees it; in a unit that has no words, such as that of a count, the number with it.

    >>> told(0.349, "fraction"), told(729, ""), told(2.5, "sites")
    ('34.9%', '729', '2.5 sites')
    """
    try:
        return words.value(number, unit)
    except CapcycleError:
        return f"{number:,.6g} {unit}".strip()
