"""What a reader finds by its words: the pages of a site, its companies, questions, exhibits and terms."""

from collections.abc import Iterator
from typing import Any

from capcycle import metrics, words
from capcycle.publish import links, sets
from capcycle.publish.data import table

Entry = dict[str, Any]


def entries(pages: list[dict]) -> list[Entry]:
    """What a search goes through: its `kind`, `text`, what `more` is known by, the `page` and where on it.

    Of a question that several pages ask, the first; of a term, the first exhibit that names it.
    """
    made = [page for page in pages if not page["failed"]]
    exhibits = [entry for page in made for entry in _contents(page, "exhibit")]
    asked = {(page["outcome"].run.notebook, entry["text"]): entry
             for page in reversed(made) for entry in reversed(list(_contents(page, "question")))}  # fmt: skip
    found = [
        *map(_page, pages),
        *map(_set, sets.sets(pages).values()),
        *_companies(made),
        *_terms(exhibits),
        *reversed(asked.values()),
        *exhibits,
    ]
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
    groups = links.members()
    asked = dict.fromkeys(["company", *(page["outcome"].run.notebook for page in pages)])
    for row in table("companies.csv"):
        ways = (links.page_behind(notebook, row["company"], pages, groups) for notebook in asked)
        if page := next(filter(None, ways), ""):
            yield {"kind": "company", "text": row["name"], "more": f"{row['company']} {row['name_zh']}", "page": page}


def _terms(exhibits: list[Entry]) -> Iterator[Entry]:
    """Each metric and concept that an exhibit names, with its definition."""
    named = [(f"{entry['text']} {entry['more']}".lower(), entry) for entry in exhibits]
    for name, meaning in _meanings().items():
        where = next((entry for text, entry in named if name.lower() in text), None)
        if where:
            yield {"kind": "term", "text": name, "more": meaning, "page": where["page"], "anchor": where["anchor"]}


def _meanings() -> dict[str, str]:
    """What is meant by each concept of the data, and by each metric."""
    concepts = ((row["concept"], row["definition"]) for row in table("dictionary.csv"))
    measured = ((name, metric.__doc__.splitlines()[0]) for name, metric in metrics.ALL.items())
    return {words.name(thing): meaning for thing, meaning in [*concepts, *measured]}
