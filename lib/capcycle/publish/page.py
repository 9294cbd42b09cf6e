"""One run to one page: the executed notebook, rendered with its figures, pictures and sources to download."""

import hashlib
import json
import os
import re
import shlex
import shutil
from base64 import b64decode
from datetime import date
from functools import cache
from html import unescape
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from capcycle import editions, paths, words
from capcycle.exhibits import downloads
from capcycle.exhibits.exhibit import CARD, dated
from capcycle.ledger import digests
from capcycle.parameters import declared, typed
from capcycle.publish import exhibits, front, headlines, links, notebook, pictures
from capcycle.publish import lead as leads
from capcycle.publish.prose import Prose, coded, slug
from capcycle.publish.specs import Datasets, has_sliders, one_look, pieces
from capcycle.run import Outcome
from capcycle.words import say

HERE = Path(__file__).parent
MADE_FROM = ("publish", "words", "theme.py", "exhibits/exhibit.py", "parameters.py")
THUMBNAIL = "_small.svg"
META = "meta.json"
DATA = re.compile(r"(\bdata-[0-9a-f]{8})[0-9a-f]{24}\b")  # the name of a chart's data, longer than one page needs


@cache
def templates() -> jinja2.Environment:
    """The templates; everything set in them is escaped unless the code that made it says it is markup."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([HERE / "templates", HERE / "assets"]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # ASCII escapes leave no character in a script that could end it or break its line
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":")}
    environment.filters |= {
        "coded": coded,
        "slug": slug,
        "dated": dated,
        "first": front.first_sentence,
        "doors": front.doors,
        "foremost": front.foremost,
        "own": words.translated,
        "parted": exhibits.parted,
    }
    environment.globals.update(say=say, language=words.LANGUAGE, made_by=version("capcycle"))
    return environment


def render(outcome: Outcome) -> Path:
    """The folder with everything a run publishes, from the cache if nothing behind it changed.

    It holds `<run>.html`, the folder `<run>/` and `meta.json` for the index.
    """
    kept = paths.CACHE / "pages" / outcome.run.name / _key(outcome)
    if not _whole(kept):
        beside = kept.with_name(f"{kept.name}.{os.getpid()}")
        shutil.rmtree(kept.parent, ignore_errors=True)
        beside.mkdir(parents=True)
        _write(outcome, beside)
        beside.rename(kept)
    return kept


def _whole(folder: Path) -> bool:
    """Whether a folder of the cache is there, and as it was when it was made."""
    try:
        return json.loads((folder / META).read_text("utf-8"))["files"] == digests(folder, {META})
    except (OSError, ValueError, TypeError, KeyError):
        return False


def _key(outcome: Outcome) -> str:
    made = hashlib.sha256(_machinery().encode())
    names = links.chosen_from(outcome)  # all that a page takes from the data by itself
    state = outcome.run, outcome.status == "failed", outcome.error, outcome.stale, names, editions.own_address()
    made.update(repr(state).encode())
    made.update(outcome.notebook.read_bytes() if outcome.notebook.is_file() else b"")
    return made.hexdigest()[:24]


@cache
def _machinery() -> str:
    library = HERE.parent
    files = [file for part in MADE_FROM for file in sorted([library / part, *(library / part).rglob("*")])]
    made = hashlib.sha256(f"{version('capcycle')} {version('vl-convert-python')}".encode())
    for file in files:
        if file.is_file() and "__pycache__" not in file.parts:
            made.update(file.read_bytes())
    return made.hexdigest()


def _write(outcome: Outcome, folder: Path) -> None:
    name, failed = outcome.run.name, outcome.status == "failed"
    (folder / name).mkdir()
    if has_notebook := outcome.notebook.is_file():
        shutil.copyfile(outcome.notebook, folder / name / f"{name}.ipynb")
    document = notebook.read(outcome.notebook) if has_notebook else {"cells": []}
    context = _failed(outcome, document) if failed else _done(outcome, document, folder / name)
    context |= {"run": outcome.run, "has_notebook": has_notebook, "stale": outcome.stale}
    template = templates().get_template("failed.jinja" if failed else "page.jinja")
    (folder / f"{name}.html").write_text(DATA.sub(r"\1", template.render(context)), "utf-8")
    meta = {key: context[key] for key in ("headline_text", "picture", "failed", "question", "contents", "figures")}
    meta |= {"companies": links.about(outcome), "covers": links.covered(outcome), "files": digests(folder)}
    (folder / META).write_text(json.dumps(meta, ensure_ascii=False), "utf-8")


def _failed(outcome: Outcome, document: dict) -> dict[str, Any]:
    headline = say("page.failed.headline")
    failure = notebook.failure(document, outcome.error)
    said = {"headline": headline, "headline_text": headline, "question": outcome.run.title}
    return {"failed": True, "failure": failure, **said, "picture": "", "contents": [], "figures": []}


def _done(outcome: Outcome, document: dict, folder: Path) -> dict[str, Any]:
    name = outcome.run.name
    found = list(notebook.parts(document))
    shown = [part.content for part in found if part.kind == "exhibit"]
    notebook.check_ids(name, shown)
    documents, datasets = exhibits.documents(shown), Datasets()
    charts = [part.spec for part in found if part.spec]
    one_look(charts)
    prose = Prose({*notebook.RESERVED, *(exhibit["id"] for exhibit in shown)})
    title, headline = (next((part for part in found if part.kind == kind), None) for kind in ("title", "sentence"))
    top = leads.lead(found, outcome.run.notebook)
    under = [part for part in found if part is not title and part is not headline]
    blocks = [_block(part, prose, documents, datasets, folder) for part in under]
    lead = prose.line(top.text)
    heading = prose.line(title.content) if title else str(jinja2.filters.escape(outcome.run.title))
    _write_documents(folder / "documents.csv", documents)
    if speaks := bool(charts) and pictures.speaks(charts[0]):
        (folder / THUMBNAIL).write_text(pictures.thumbnail(charts[0]), "utf-8")
    numbered = [b for b in blocks if b["kind"] == "exhibit" and (b["spec"] or b["table"]["rows"])]
    for number, block in enumerate(numbered, start=1):
        block["number"] = number
    drawn = [block for block in numbered if block["spec"]]
    lean, shared = pieces([block["spec"] for block in drawn])
    for block, spec in zip(drawn, lean, strict=True):
        block["spec"] = spec
    if general := exhibits.general_notes([block for block in blocks if block["kind"] == "exhibit"]):
        blocks.append({"kind": "folded", "anchor": "general-notes", "heading": say("page.general_notes")})
        blocks.append({"kind": "notes", "notes": general})
    if documents:  # under a heading of their own
        blocks.append({"kind": "folded", "anchor": "documents", "heading": say("page.documents_heading")})
        blocks.append({"kind": "documents", "documents": list(documents.values())})
    return {
        "failed": False,
        "heading": heading,
        "headline": lead,
        "rest": prose.line(top.rest),
        "stakes": {"why": top.why, "otherwise": prose.line(top.otherwise), "anchor": slug(prose.line(top.limits))},
        "headline_text": _plain(lead),
        "picture": f"{name}/{THUMBNAIL}" if speaks else "",
        "card": _card(drawn[0]["title"], charts[0], folder) if drawn else "",
        "address": editions.own_address(),
        "question": _plain(heading),
        "figures": headlines.figures(shown, links.about(outcome)),
        "contents": [_entry(block) for block in blocks if block.get("number") or block["kind"] == "question"],
        "sections": _sections(blocks),
        "datasets": datasets.packed(),
        "pieces": shared,
        **_remade(outcome, document),
        "known": _known(outcome, document, shown),
        "when": exhibits.said_once([block for block in blocks if block["kind"] == "exhibit"]),
        "picked": links.chosen_from(outcome),
    }


def _card(title: str, chart: dict, folder: Path) -> str:
    """What a page that is sent to somebody shows of itself; others' sites ask for it by its whole address."""
    if address := editions.own_address():
        (folder / "card.png").write_bytes(pictures.card(chart, title))
        return f"{address}{folder.name}/card.png"
    return ""


def _plain(html: str) -> str:
    """What a reader sees of a line of HTML."""
    return unescape(str(jinja2.filters.do_striptags(html)))


def _entry(block: dict[str, Any]) -> dict[str, Any]:
    """What a search of the site has of a question or an exhibit."""
    if block["kind"] == "question":
        return {"kind": "question", "anchor": block["anchor"], "text": _plain(block["heading"])}
    return {"kind": "exhibit", "anchor": block["id"], "text": block["title"], "more": block["subtitle"],
            "number": block["number"]}  # fmt: skip


def _known(outcome: Outcome, document: dict, shown: list[dict]) -> str:
    """Of which day a page is: that it was given, else that of its newest document, or of its company's."""
    values = _values(outcome, document)
    if as_of := values.get("as_of"):
        return say("page.as_of", date=as_of)
    company = "" if values.get("companies") else values.get("company", "")  # beside others it is one example of them
    of_company = exhibits.newest(shown, company) if company else ""
    day = of_company or exhibits.newest(shown)
    if not day:
        return ""
    return say("page.newest_own" if of_company else "page.newest", date=words.day(date.fromisoformat(day)))


def _values(outcome: Outcome, document: dict) -> dict[str, Any]:
    """The parameters of a run: as given, else as the notebook has them."""
    given = document["metadata"].get("papermill", {}).get("parameters", {})
    return {name: given.get(name, parameter.default) for name, parameter in declared(outcome.notebook).items()}


def _sections(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each heading with the blocks under it, the first without one; questions after a second title are folded."""
    sections: list[dict[str, Any]] = [{"kind": "opening", "blocks": []}]
    in_depth = False
    for block in blocks:
        if "heading" not in block:
            sections[-1]["blocks"].append(block)
            continue
        in_depth = in_depth or block["kind"] == "title"
        folded = {"kind": "folded"} if in_depth and block["kind"] == "question" else {}
        sections.append({**block, **folded, "blocks": []})
    return sections


def _block(part: notebook.Part, prose: Prose, documents, datasets: Datasets, folder: Path) -> dict[str, Any]:
    if part.kind == "text":
        return {"kind": "text", "text": part.content}
    if part.kind in ("title", "question"):
        anchor, text = prose.heading(part.content)
        return {"kind": part.kind, "anchor": anchor, "heading": text}
    if part.kind != "exhibit":
        return {"kind": "prose", "html": prose.html(part.content)}
    exhibit = part.content
    downloads.write(folder / f"{exhibit['id']}.csv", exhibit["csv"])
    if "workbook" in exhibit:
        (folder / f"{exhibit['id']}.xlsx").write_bytes(b64decode(exhibit["workbook"]))
    if part.spec:
        (folder / f"{exhibit['id']}.svg").write_text(pictures.picture(part.spec), "utf-8")
    table = exhibits.table(exhibit)
    return {
        "kind": "exhibit",
        **{key: exhibit[key] for key in ("id", "title", "subtitle", "alt")},
        "notes": [*exhibit["notes"], *exhibits.lacking(table, exhibit["notes"])],
        "when": exhibit.get("when", ""),  # which pages of before do not have
        "workbook": "workbook" in exhibit,
        "code": part.code,
        "spec": datasets.slim(part.spec) if part.spec else None,
        "sliders": has_sliders(part.spec or {}),
        "table": table,
        **exhibits.cited(exhibit, documents),
    }


def _write_documents(file: Path, documents: dict[str, dict]) -> None:
    newest = sorted(sorted(documents.items()), key=lambda item: item[1]["published"], reverse=True)
    if newest:
        cards = pd.DataFrame([source for _, source in newest], columns=CARD)
        downloads.write(file, cards.to_csv(index=False, lineterminator="\r\n"))


def _remade(outcome: Outcome, document: dict) -> dict[str, Any]:
    """What the foot of a page says of how it was made, and the commands that make it again."""
    known, values = declared(outcome.notebook), _values(outcome, document)
    own = [name for name, value in values.items() if value != known[name].default]
    given = [word for name in own for word in ("-p", name, typed(values[name]))]
    return {
        "parameters": [(name, typed(value), words.translated(known[name].help)) for name, value in values.items()],
        "commands": [
            shlex.join(["capcycle", "site", outcome.run.name]),
            shlex.join(["capcycle", "run", outcome.run.notebook, *given]),
        ],
    }
