"""What a reader finds by its words: the pages of a site, its companies, questions and exhibits; terms come beside."""

from collections.abc import Iterator
from typing import Any

from capcycle.publish import links, sets
from capcycle.publish.data import table

Entry = dict[str, Any]


def entries(pages: list[dict]) -> list[Entry]:
    """What a search goes through: its `kind`, `text`, what `more` is known by, the `page` and where on it.

    Of a question that several pages ask, the first.
    """
    made = [page for page in pages if not page["failed"]]
    exhibits = [entry for page in made for entry in _contents(page, "exhibit")]
    asked = {(page["outcome"].run.notebook, entry["text"]): entry
             for page in reversed(made) for entry in reversed(list(_contents(page, "question")))}  # fmt: skip
    made_of = sets.sets(pages).values()
    found = [*map(_page, pages), *map(_set, made_of), *_companies(made), *reversed(asked.values()), *exhibits]
    return [{key: value for key, value in entry.items() if value} for entry in found]


def _page(page: dict) -> Entry:
    run = page["outcome"].run
    more = f"{page['question']} {page['headline_text']}"
    return {"kind": "page", "text": run.title, "more": more, "page": run.name}


def _set(pages: list[dict]) -> Entry:
    of = pages[0]["outcome"].run.of
    return {
        "kind": "page",
        "text": of.title,
        "more": " ".join(" ".join(page["outcome"].run.of.shown.values()) for page in pages),
        "page": of.name,
    }


def _contents(page: dict, kind: str) -> Iterator[Entry]:
    for each in page["contents"]:
        if each["kind"] == kind:
            yield {**each, "page": page["outcome"].run.name}


def _companies(pages: list[dict]) -> Iterator[Entry]:
    """Each company by its name, its ticker and its Chinese name, with the page on it."""
    of = links.pages_of(pages)
    asked = dict.fromkeys(["company", *(page["outcome"].run.notebook for page in pages)])
    for row in table("companies.csv"):
        ways = (links.page_behind(notebook, row["company"], of) for notebook in asked)
        if page := next(filter(None, ways), ""):
            yield {"kind": "company", "text": row["name"], "more": f"{row['company']} {row['name_zh']}", "page": page}
