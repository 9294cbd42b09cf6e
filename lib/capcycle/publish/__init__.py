"""Executed notebooks to a static site that works from a folder, with no server and no network."""

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

from capcycle import editions, outputs, theme
from capcycle.exhibits.exhibit import LIVE_TITLE
from capcycle.ledger import digest, fingerprint
from capcycle.publish import feed, finder, front, glossary, headlines, links, page, pictures, sets
from capcycle.publish.data import DataVersion, data_version, table
from capcycle.publish.inputs import inputs
from capcycle.publish.kept import kept
from capcycle.publish.pictures import bundle
from capcycle.publish.review import faults
from capcycle.run import Outcome
from capcycle.words import say

ASSETS = ("page.css", "page.js", "find.js", "terms.js")
OWN = ("index.html", "glossary.html", "feed.xml")  # the site's own, beside a page for each run
LONGEST = 2_000  # characters of what is said of an error


def build(outcomes: list[Outcome], out: Path, report_of: str = "") -> list[Outcome]:
    """Write the site of `outcomes` into the empty folder `out`: the same bytes for the same inputs.

    A page for each run (an honest error page for a failed one), the index, `assets/` and `manifest.json`, which
    tells what is capcycle's in the folder, and of a report the reader's file that it is of. Those runs come back that
    went well, but of which no page can be made: theirs is an error page too.
    """
    data = data_version()
    pages = []
    with ThreadPoolExecutor() as pool:  # the pictures, which take most of the time, are drawn outside of Python
        rendered = list(pool.map(_rendered, outcomes))
    for outcome, made in rendered:
        compared = front.compared(outcome.headlines) if outcome.status != "failed" else []
        meta = json.loads((made / page.META).read_text("utf-8"))
        pages.append({"outcome": outcome, "compared": compared, "made": made, **meta})
    entries, terms = finder.entries(pages), glossary.terms()
    linker = glossary.Linker(terms)
    _link(out, pages, linker, data)
    _write_assets(out / "assets", entries, terms)
    _write_index(out, pages, data, linker)
    for name, members in sets.sets(pages).items():
        sets.write_page(out, name, members, page.templates().get_template("set.jinja"), data)
    _write_glossary(out, entries, terms, data)
    _write_feed(out, pages, data)
    _write_manifest(out, pages, data, report_of)
    return [shown for (shown, _), outcome in zip(rendered, outcomes, strict=True) if shown is not outcome]


def _rendered(outcome: Outcome) -> tuple[Outcome, Path]:
    """A run with its page; where none can be made of what it shows, as a failed one with a page that says so."""
    try:
        return outcome, page.render(outcome)
    except OSError:
        raise  # the disk's fault, and that of every page
    except Exception as error:
        said = say("run.no_page", error=f"{type(error).__name__}: {error}"[:LONGEST])
        failed = replace(outcome, status="failed", error=said)
        return failed, page.render(failed)


def draw(outcome: Outcome) -> None:
    """Keep in the cache what `build` will ask for of one run."""
    page.render(outcome)


def _link(out: Path, pages: list[dict], linker: glossary.Linker, data: DataVersion) -> None:
    """Only now is it known which pages there are to link to; a page in the cache has no links to others.

    One that has been linked to the same pages before is not linked again. Its other files are those in the cache.
    """
    titles = {made["outcome"].run.title: made["outcome"].run.name for made in reversed(pages)}
    of = links.pages_of(pages)
    template, days_of = map(page.templates().get_template, ("next.jinja", "editions.jinja"))
    known = [[asdict(made["outcome"].run), made["companies"], made["covers"], made["failed"]] for made in pages]
    groups = {group: sorted(own) for group, own in links.members().items()}
    terms = linker.anchors, linker.told and linker.told.pattern
    linked_to = fingerprint(known, terms, groups, links.names(), editions.addresses())

    def linked(made: dict, own: str) -> str:
        html = links.behind((made["made"] / f"{own}.html").read_text("utf-8"), own, of)
        html = linker.linked(links.linked(html, own, titles))
        then = template.render(onward=links.onward(made, pages, of), turns=links.turns(made, pages))
        days = [(links.day_of(each), each["outcome"].run.name) for each in links.editions(made, pages)]
        html = html.replace(links.EDITIONS, days_of.render(days=days, own=own) if days else "")
        return links.spoken(html.replace(links.NEXT, then), own)

    for made in pages:
        own = made["outcome"].run.name
        html = kept(f"linked/{own}.html", partial(linked, made, own), f"{made['made'].name} {linked_to}")
        (out / f"{own}.html").write_text(links.dated(html, data), "utf-8")
        (out / own).mkdir()
        for file in (made["made"] / own).iterdir():
            outputs.linked(file, out / own / file.name)


def _write_assets(folder: Path, entries: list[finder.Entry], terms: dict[str, glossary.Term]) -> None:
    folder.mkdir()
    (folder / "vega.js").write_text(bundle(), "utf-8")
    variables = {role: f"var(--{role})" for role in theme.LIGHT}  # so that a page restyles what is already drawn
    given = {
        "light": theme.LIGHT,
        "dark": theme.DARK,
        "config": theme.config(variables)["config"] | {"background": None},
        "variables": {colour: variables[role] for role, colour in theme.LIGHT.items()},
        "font": theme.FONT,
        "live_title": LIVE_TITLE,
        "entries": entries,
        "terms": {anchor: [term.name, term.card] for anchor, term in terms.items()},
        "titles": {entry["page"]: entry["text"] for entry in entries if entry["kind"] == "page"},
    }
    for name in ASSETS:
        text = page.templates().get_template(f"{name}.jinja").render(given)
        (folder / name).write_text(text, "utf-8")


def _write_index(out: Path, pages: list[dict], data: DataVersion, linker: glossary.Linker) -> None:
    groups = {row["company"]: row["group"] for row in table("companies.csv")}
    compared = [made for made in pages if made["compared"]]
    shown = {"sections": front.sections(pages), "table": front.table(pages, groups), "compared": compared}
    text = page.templates().get_template("index.jinja").render(data=data, **shown)
    text = links.finished(linker.linked(links.behind(text, "index", links.pages_of(pages))), "index", data)
    (out / "index.html").write_text(text, "utf-8")


def _write_glossary(out: Path, entries: list[finder.Entry], terms: dict[str, glossary.Term], data: DataVersion) -> None:
    sections = glossary.sections(terms, [entry for entry in entries if entry["kind"] == "exhibit"])
    text = page.templates().get_template("glossary.jinja").render(sections=sections, terms=terms)
    (out / "glossary.html").write_text(links.finished(text, "glossary", data), "utf-8")


def _write_feed(out: Path, pages: list[dict], data: DataVersion) -> None:
    text = (
        page.templates()
        .get_template("feed.jinja")
        .render(data=data, news=feed.news(pages, out), address=editions.own_address())
    )
    (out / "feed.xml").write_text(text, "utf-8")


def _write_manifest(out: Path, pages: list[dict], data, report_of: str) -> None:
    manifest = {
        "capcycle": version("capcycle"),
        **({outputs.OF: report_of} if report_of else {}),
        "data": asdict(data),
        "inputs": inputs(),
        "pages": [_entry(out, **made) for made in pages],
        "files": [_file(out, path) for path in _shared(out, pages)],
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (out / outputs.MANIFEST).write_text(text + "\n", "utf-8")


def _shared(out: Path, pages: list[dict]) -> Iterator[Path]:
    """The files that are of no one run."""
    yield from (out / name for name in [*OWN, *(f"{name}.html" for name in sets.sets(pages))])
    for folder in ("assets", *sets.sets(pages)):
        yield from sorted((out / folder).iterdir())


def _entry(out: Path, outcome: Outcome, headline_text: str, failed: bool, files: dict[str, str], **_) -> dict:
    """A page in the manifest; `files` has the digests of what came with it from the cache, and is the same here."""
    name = outcome.run.name
    known = {path: made for path, made in files.items() if path != f"{name}.html"}  # which has its links by now
    return {
        **asdict(outcome.run),
        "key": outcome.key,
        "headline": headline_text,
        "failed": failed,
        **({"stale": outcome.stale} if outcome.stale else {}),
        "files": [_file(out, path, known) for path in [out / f"{name}.html", *sorted((out / name).iterdir())]],
    }


def _file(out: Path, path: Path, known: Mapping[str, str] = MappingProxyType({})) -> dict:
    name = path.relative_to(out).as_posix()
    return {"path": name, "sha256": known.get(name) or digest(path), "bytes": path.stat().st_size}
