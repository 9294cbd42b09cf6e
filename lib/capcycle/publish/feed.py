"""What is new and what moved, as a feed that a reader's own program follows: out of the pages that show it."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from capcycle import words
from capcycle.publish import links
from capcycle.words import say

NOTEBOOK, MOVED, NEW = "changes", "moved", "new-documents"  # where it is shown, and its two exhibits
MOST = 60  # entries


@dataclass
class News:
    """What became known of a company on a day, and the exhibit that shows it."""

    published: str
    company: str
    page: str
    lines: list[str] = field(default_factory=list)
    moved: int = 0

    @property
    def id(self) -> str:
        return f"urn:capcycle:{self.company}:{self.published}"

    @property
    def title(self) -> str:
        name = links.names().get(self.company, self.company)
        return words.counted("feed.moved", self.moved, name=name) if self.moved else say("feed.new", name=name)

    @property
    def href(self) -> str:
        return f"{self.page}.html#{MOVED if self.moved else NEW}"


def news(pages: list[dict], out: Path) -> list[News]:
    """The newest first; the pages' tables lie in the site's folder `out`."""
    each = [one for page in pages for one in _of_page(page, out)]
    day = attrgetter("published", "company")
    joined = [_joined(list(same)) for _, same in groupby(sorted(each, key=day, reverse=True), key=day)]
    return joined[:MOST]


def _of_page(page: dict, out: Path) -> Iterator[News]:
    run = page["outcome"].run
    if run.notebook != NOTEBOOK or page["failed"]:
        return
    titles = {row["id"]: row["title"] for row in _rows(out / run.name / "documents.csv")}
    for row in _rows(out / run.name / f"{MOVED}.csv"):
        ends = {key: words.value(float(row[key]), row["unit"]) for key in ("before", "value")}
        line = say("feed.line", name=words.name(row["concept"]), end=row["period_end"], **ends)
        yield News(row["published"], row["company"], run.name, [line], 1)
    for row in _rows(out / run.name / f"{NEW}.csv"):
        line = words.counted("feed.document", int(row["figures"]), title=titles.get(row["source"], row["source"]))
        yield News(row["published"], row["company"], run.name, [line])


def _joined(same: list[News]) -> News:
    first = same[0]
    lines = [line for each in same for line in each.lines]
    return News(first.published, first.company, first.page, lines, sum(each.moved for each in same))


def _rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text("utf-8-sig").splitlines())) if file.exists() else []
