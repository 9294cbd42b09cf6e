"""Links from page to page: names in tables lead to the page of that title, and each page says what to read next."""

import csv
import re
from html import escape, unescape

from capcycle import paths

HEADING = re.compile(r"(<th scope=[^>]*>)([^<]+)(</th>)")
BEHIND = re.compile(r'<a data-page="(\w+)" data-of="([^"]*)">(.*?)</a>')  # a figure and the page that it wants
NEXT = "<!--next-->"  # where a page wants what to read next; no text of a notebook can contain it, because < is escaped
MOST = 6
SAME_NOTEBOOK, SAME_SECTION = 0.1, 0.01  # as much as a tenth of the companies in common, and less than any


def linked(html: str, own: str, titles: dict[str, str]) -> str:
    """A page in which every heading of a row or a column that is the title of another page leads there.

    titles  the pages by their titles

    >>> linked('<th scope="row">Meta</th>', "hyperscalers", {"Meta": "meta"})
    '<th scope="row"><a href="meta.html">Meta</a></th>'
    """

    def link(cell: re.Match) -> str:
        name = titles.get(unescape(cell[2]), own)
        return cell[0] if name == own else f'{cell[1]}<a href="{escape(name)}.html">{cell[2]}</a>{cell[3]}'

    return HEADING.sub(link, html)


def behind(html: str, own: str, pages: list[dict]) -> str:
    """A page in which every figure leads to the page that shows how it comes about; plain where there is none.

    pages  those of the site, with `covers`: every company that a page shows
    """
    groups = _groups()
    found: dict[tuple[str, str], str] = {}

    def link(cell: re.Match) -> str:
        key = cell[1], unescape(cell[2])
        name = found.setdefault(key, _behind(*key, pages, groups))
        return cell[3] if name in ("", own) else f'<a href="{escape(name)}.html">{cell[3]}</a>'

    return BEHIND.sub(link, html)


def _behind(notebook: str, company: str, pages: list[dict], groups: dict[str, set[str]]) -> str:
    """The page of a notebook on a company: its own, else that with the fewest others, else the company's page."""
    for wanted in (notebook, "company"):
        near = []
        for place, page in enumerate(pages):
            covers = set().union(*(groups.get(name, {name}) for name in page["covers"]))
            if page["outcome"].run.notebook == wanted and company in covers and not page["failed"]:
                near.append((page["companies"] != [company], len(covers), place, page["outcome"].run.name))
        if near:
            return min(near)[-1]
    return ""


def related(page: dict, pages: list[dict]) -> list[dict]:
    """The pages to read after one: about the most of its companies first, then of its notebook, then of its section."""
    groups = _groups()
    near = {each["outcome"].run.name: _near(page, each, groups) for each in pages if each is not page}
    others = [each for each in pages if near.get(each["outcome"].run.name)]
    return sorted(others, key=lambda each: -near[each["outcome"].run.name])[:MOST]


def _near(page: dict, other: dict, groups: dict[str, set[str]]) -> float:
    """The companies of both pages as a part of those of either, and a little for the same notebook and section."""
    own, theirs = (_companies(each, groups) for each in (page, other))
    shared = len(own & theirs) / len(own | theirs) if own and theirs else 0.0
    one, two = page["outcome"].run, other["outcome"].run
    return shared + SAME_NOTEBOOK * (one.notebook == two.notebook) + SAME_SECTION * (one.section == two.section)


def _companies(page: dict, groups: dict[str, set[str]]) -> set[str]:
    return set().union(*(groups.get(name, {name}) for name in page["companies"]))


def _groups() -> dict[str, set[str]]:
    """The companies of each group that a run may name."""
    groups: dict[str, set[str]] = {}
    file = paths.DATA / "companies.csv"
    if file.exists():
        with file.open(encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                groups.setdefault(row["group"], set()).add(row["company"])
    return groups
