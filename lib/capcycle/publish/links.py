"""Links from page to page: names and figures in tables lead to what is behind them, and each foot says where to go."""

import re
from collections.abc import Iterable
from html import escape, unescape
from typing import Any

from capcycle.editions import addresses
from capcycle.parameters import declared
from capcycle.publish import front
from capcycle.publish.data import DataVersion, table
from capcycle.run import Outcome
from capcycle.words import LANGUAGE, catalogue, say

HEADING = re.compile(r"(<th scope=[^>]*>)([^<]+)(</th>)")
BEHIND = re.compile(r'<a data-page="(\w+)" data-of="([^"]*)">(.*?)</a>')  # a figure and the page that it wants
NEXT = (
    "<!--next-->"  # where a page wants its links to others; no text of a notebook can contain it, because < is escaped
)
LANGUAGES = "<!-- languages -->"  # likewise, where it wants those to itself in the other languages
DATA = "<!-- data -->"  # and what is said of the version of all data, which changes when a page does not
EDITIONS = "<!-- editions -->"  # and those to itself as known on other days
MOST, OF_COMPANY = 6, 12
Found = dict[tuple[str, str], str]  # the page of a notebook on a company
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


def behind(html: str, own: str, of: Found) -> str:
    """A page in which every figure leads to the page that shows how it comes about; plain where there is none.

    of  the pages of the site: see `pages_of`
    """

    def link(cell: re.Match) -> str:
        name = page_behind(cell[1], unescape(cell[2]), of)
        return cell[3] if name in ("", own) else f'<a href="{escape(name)}.html">{cell[3]}</a>'

    return BEHIND.sub(link, html)


def finished(html: str, name: str, data: DataVersion) -> str:
    """A page that leads to itself in the other languages of the site, and says which data the site was made from."""
    return dated(spoken(html, name), data)


def spoken(html: str, name: str) -> str:
    """A page that leads to itself in the other languages of the site.

    An apostrophe stands as itself: no attribute of a page begins with one.
    """
    switch = "".join(
        f'<a class="language" rel="alternate" hreflang="{each}" lang="{each}" href="{where}{name}.html">'
        f"{escape(catalogue(each)['format.language'])}</a>"
        for each, where in addresses().items()
    )
    return html.replace("&#39;", "'").replace(LANGUAGES, switch)


def dated(html: str, data: DataVersion) -> str:
    """A page that says which data the site was made from."""
    version = say("page.data_version", version=data.version, latest=data.latest) if data.latest else ""
    return html.replace(DATA, version and f" · {say('page.data')}{say('format.colon')}{escape(version)}")


def pages_of(pages: list[dict]) -> Found:
    """By notebook and company the page that shows it: the company's own, else that with the fewest others.

    pages  those of a site, with `covers`: every company that a page shows
    """
    near: dict[tuple[str, str], list[tuple]] = {}
    groups = members()
    for place, page in enumerate(each for each in pages if not each["failed"]):
        run, covers = page["outcome"].run, wide(page["covers"], groups)
        for company in covers:
            rank = page["companies"] != [company], len(covers), place, run.name
            near.setdefault((run.notebook, company), []).append(rank)
    return {key: min(ranks)[-1] for key, ranks in near.items()}


def page_behind(notebook: str, company: str, of: Found) -> str:
    """The page of a notebook on a company, else the company's page; empty where there is neither."""
    return of.get((notebook, company)) or of.get(("company", company), "")


def turns(page: dict, pages: list[dict]) -> dict[str, dict]:
    """The page before one and the page after it, in the order of the first page."""
    order = front.ordered(pages)
    place = next(number for number, each in enumerate(order) if each is page)
    beside = {"previous": order[place - 1] if place else None, "following": (order[place + 1 :] or [None])[0]}
    return {way: each for way, each in beside.items() if each}


def onward(page: dict, pages: list[dict], of: Found) -> list[tuple[str, list[dict]]]:
    """Pages to go on with, by heading: the same question of others, and the same companies in other ones."""
    own, groups = page["outcome"].run.notebook, members()
    same = [each for each in pages if each["outcome"].run.notebook == own and each is not page]
    others = [each for each in pages if each["outcome"].run.notebook != own]
    about = wide(page["covers"], groups)
    if len(about) == 1:
        [company] = about
        heading = say("page.same_company", company=names().get(company, company))
        found = (heading, _elsewhere(company, others, groups, of))
    else:
        found = (say("page.same_companies" if about else "page.next"), related(page, [page, *others]))
    return [each for each in ((say("page.same_question"), same), found) if each[1]]


def _elsewhere(company: str, pages: list[dict], groups: dict[str, set[str]], of: Found) -> list[dict]:
    """The page of each notebook on a company, those on it alone first."""
    asked = dict.fromkeys(each["outcome"].run.notebook for each in pages)
    found = {page_behind(notebook, company, of) for notebook in asked}
    mine = [each for each in pages if each["outcome"].run.name in found]
    return sorted(mine, key=lambda each: wide(each["covers"], groups) != {company})[:OF_COMPANY]


def related(page: dict, pages: list[dict]) -> list[dict]:
    """The pages to read after one: about the most of its companies first, then of its notebook, then of its section."""
    groups = members()
    near = {each["outcome"].run.name: _near(page, each, groups) for each in pages if each is not page}
    others = [each for each in pages if near.get(each["outcome"].run.name)]
    return sorted(others, key=lambda each: -near[each["outcome"].run.name])[:MOST]


def _near(page: dict, other: dict, groups: dict[str, set[str]]) -> float:
    """The companies of both pages as a part of those of either, and a little for the same notebook and section."""
    own, theirs = (wide(each["companies"], groups) for each in (page, other))
    shared = len(own & theirs) / len(own | theirs) if own and theirs else 0.0
    one, two = page["outcome"].run, other["outcome"].run
    return shared + SAME_NOTEBOOK * (one.notebook == two.notebook) + SAME_SECTION * (one.section == two.section)


def wide(named: Iterable[str], groups: dict[str, set[str]]) -> set[str]:
    """Companies and those of the groups that are named."""
    return set().union(*(groups.get(name, {name}) for name in named))


def members() -> dict[str, set[str]]:
    """The companies of each group that a run may name."""
    groups: dict[str, set[str]] = {}
    for row in table("companies.csv"):
        groups.setdefault(row["group"], set()).add(row["company"])
    return groups


def names() -> dict[str, str]:
    """What a reader calls each company."""
    return {row["company"]: row.get(f"name_{LANGUAGE}") or row["name"] for row in table("companies.csv")}


def editions(page: dict, pages: list[dict]) -> list[dict]:
    """The page as known on each day that the site has it of, the earliest first; none where it has only one."""
    same = [each for each in pages if _but_day(each) == _but_day(page)]
    return sorted(same, key=lambda each: day_of(each) or "today") if len(same) > 1 else []


def day_of(page: dict) -> str:
    """The day that a page was asked for; empty for today."""
    return page["outcome"].run.parameters.get("as_of", "")


def _but_day(page: dict) -> tuple[str, dict[str, Any]]:
    run = page["outcome"].run
    return run.notebook, {name: value for name, value in run.parameters.items() if name != "as_of"}


def about(outcome: Outcome) -> list[str]:
    """The company that a page is about, or else those that it compares, as its parameters name them."""
    values = _given(outcome)
    return [values["company"]] if values.get("company") else values.get("companies", [])


def covered(outcome: Outcome) -> list[str]:
    """Every company or group that a page shows figures of: of peers it has too few to be the page behind one."""
    values = _given(outcome)
    return [*filter(None, [values.get("company")]), *values.get("companies", [])]


def chosen_from(outcome: Outcome) -> list[str]:
    """The names of the companies that a page is about, for a reader to choose some of them."""
    own = wide(about(outcome), members())
    return [name for ticker, name in names().items() if ticker in own]


def _given(outcome: Outcome) -> dict[str, Any]:
    if outcome.given:
        return {**outcome.given}
    known = declared(outcome.notebook) if outcome.notebook.is_file() else {}
    return {name: parameter.default for name, parameter in known.items()} | outcome.run.parameters
