"""The first page of a site: the companies beside each other, then its pages by the question that they answer."""

import re
from collections.abc import Iterable
from typing import Any

from capcycle.publish.exhibits import NOTHING, Cell, cell
from capcycle.words import say, translated

SENTENCE = re.compile(r".+?(?:[.!?](?=\s+[^a-z]|\s*$)|[。！？])", re.S)


def compared(headlines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each company with those headline figures of a run, as the ledger has them, that are compared with others'.

    >>> one, = compared([{"label": "Capex", "company": "META", "name": "Meta", "cell": "$9bn"}])
    >>> one["company"], one["name"], one["cells"]["Capex"]["text"]
    ('META', 'Meta', '$9bn')
    """
    companies: dict[str, dict[str, Any]] = {}
    for each in headlines:
        if "label" in each:
            own = companies.setdefault(each["company"], {"company": each["company"], "name": each["name"], "cells": {}})
            own["cells"][each["label"]] = cell(each["cell"])
    return list(companies.values())


def table(pages: list[dict], groups: dict[str, str]) -> dict[str, Any]:
    """Every company that a page compares, once, with its headlines as columns; no rows where no page compares any.

    groups  what a company belongs to, by its ticker
    """
    companies: dict[str, dict[str, Any]] = {}
    for page in pages:
        for each in page["compared"]:
            companies.setdefault(each["company"], each)
    labels = list(dict.fromkeys(label for each in companies.values() for label in each["cells"]))
    none = NOTHING | {"text": say("cards.missing"), "details": (say("index.nobody"),)}
    rows = [[_name(each, groups), *(each["cells"].get(label, none) for label in labels)]
            for each in companies.values()]  # fmt: skip
    columns = [say("index.company"), *labels]
    no = [False] * len(columns)
    return {"columns": columns, "rows": rows, "numeric": no, "short": no, "long": no, "filters": []}


def _name(company: dict[str, Any], groups: dict[str, str]) -> Cell:
    ticker = company["company"]
    return NOTHING | {
        "text": company["name"],
        "page": "company",
        "company": ticker,
        "under": translated(groups.get(ticker, "")),
    }


def sections(pages: list[dict]) -> dict[str, list[list[dict]]]:
    """The pages by section and, in it, by question: those of one notebook answer the same one of others."""
    found: dict[str, dict[str, list[dict]]] = {}
    for page in pages:
        run = page["outcome"].run
        found.setdefault(run.section, {}).setdefault(run.notebook, []).append(page)
    return {section: list(each.values()) for section, each in found.items()}


def doors(pages: list[dict]) -> list[tuple[str, str, bool]]:
    """What leads to pages: name, title and whether one failed, for each page, and once for all those of a set."""
    found: dict[str, tuple[str, str, bool]] = {}
    for page in pages:
        door = page["outcome"].run.of or page["outcome"].run
        failed = page["failed"] or (door.name in found and found[door.name][2])
        found[door.name] = door.name, door.title, failed
    return list(found.values())


def foremost(pages: list[dict]) -> dict:
    """The page that speaks for those of one question: the first, or of a set as known on each day the newest."""
    whole = pages[0]["outcome"].run.of
    return [page for page in pages if page["outcome"].run.of == whole][-1] if whole else pages[0]


def ordered(pages: list[dict]) -> list[dict]:
    """The pages in the order in which the first page has them."""
    return [page for each in sections(pages).values() for question in each for page in question]


def first_sentence(text: str) -> str:
    """The first sentence of a paragraph.

    >>> first_sentence("Capex is 1.2 times cash flow. It was 0.4 times.")
    'Capex is 1.2 times cash flow.'
    """
    found = SENTENCE.match(text)
    return found[0] if found else text
