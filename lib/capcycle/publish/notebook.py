"""What an executed notebook contains, by kind: headings, prose, sentences, exhibits, other text, an error."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from capcycle.errors import RunError
from capcycle.exhibits.exhibit import MIME, VEGA_LITE
from capcycle.exhibits.gate import worth_drawing
from capcycle.run import name_faults

SLUG = re.compile(r"[a-z0-9][a-z0-9_-]*")
HEADING = re.compile(r"(#{1,2}) +(.+)\n*")
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
RESERVED = ("main", "contents", "how", "datasets", "general-notes", "documents")  # ids that the page itself has
PARAMETER_TAGS = {"parameters", "injected-parameters"}


@dataclass(frozen=True)
class Part:
    """One thing to show: `kind` is title, question, prose, sentence, exhibit or text; `code` is what made it."""

    kind: str
    content: Any
    code: str = ""
    spec: dict | None = None


def read(path: Path) -> dict:
    """The notebook as JSON; read without nbformat's validation, which the run has just done."""
    return json.loads(path.read_text("utf-8"))


def parts(notebook: dict) -> Iterator[Part]:
    """Everything a page shows, in order; the code of a cell that shows nothing goes with the next exhibit."""
    pending: list[str] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            yield from _told_apart("".join(cell["source"]))
        if cell["cell_type"] != "code" or PARAMETER_TAGS & set(cell["metadata"].get("tags", [])):
            continue
        pending.append("".join(cell["source"]).strip())
        for part in filter(None, map(_part, cell["outputs"])):
            if part.kind == "exhibit":
                yield Part(part.kind, part.content, "\n\n".join(pending), part.spec)
                pending.clear()
            else:
                yield part


def _told_apart(markdown: str) -> Iterator[Part]:
    """The heading that a cell opens with, which is a title or a question, and what stands under it."""
    heading = HEADING.match(markdown)
    if heading:
        yield Part("title" if heading[1] == "#" else "question", heading[2])
    if under := markdown[heading.end() if heading else 0 :]:
        yield Part("prose", under)


def _part(output: dict) -> Part | None:
    data = output.get("data", {})
    if MIME in data:
        spec = data.get(VEGA_LITE, {})
        return Part("exhibit", data[MIME], spec=spec if worth_drawing(spec) else None)
    if "text/markdown" in data:
        return Part("sentence", "".join(data["text/markdown"]))
    text = data.get("text/plain") or (output.get("text") if output.get("name") == "stdout" else None)
    return Part("text", ANSI.sub("", "".join(text))) if text else None


def check_ids(name: str, exhibits: list[dict]) -> None:
    """Refuse exhibits whose ids cannot name files, or stand twice on the page, which has some of its own."""
    ids = [*RESERVED, *(exhibit["id"] for exhibit in exhibits)]
    if wrong := [i for i in ids if not SLUG.fullmatch(i)]:
        raise RunError(f"{name}: exhibit id {wrong[0]!r} is not a slug; use a-z, 0-9, - and _")
    if faults := [f"{name}: exhibit {i!r}: {fault}" for i in ids for fault in name_faults(i)]:
        raise RunError("\n".join(faults))
    if twice := sorted({i for i in ids if ids.count(i) > 1}):
        raise RunError(f"{name}: {', '.join(twice)} names more than one exhibit; give each an id of its own")


def failure(notebook: dict, error: str) -> dict[str, Any]:
    """Where a notebook stopped: its code cell, counted from one (0 when none says: then `error`), and what it said."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for number, cell in enumerate(code, start=1):
        for output in cell["outputs"]:
            if output["output_type"] == "error":
                said = ANSI.sub("", "\n".join(output["traceback"]))
                return {"cell": number, "cells": len(code), "code": "".join(cell["source"]), "traceback": said}
    return {"cell": 0, "cells": len(code), "code": "", "traceback": ANSI.sub("", error)}
