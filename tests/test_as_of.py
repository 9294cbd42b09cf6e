"""Every page of an earlier day shows what was public then: no document, no rate, no date of a later day."""

import json
import re
from datetime import datetime

import nbformat
import pytest

from capcycle import paths, run
from capcycle.exhibits.exhibit import MIME
from capcycle.parameters import notebooks

DAYS = ("2023-12-31", "2024-12-31", "2025-06-30")
REFUSED = {  # pages whose subject was not there yet: what they say instead
    **dict.fromkeys(
        [("china_leasing", day) for day in DAYS], "largest spenders spend is not public"
    ),  # before Nov 2025
    **dict.fromkeys([("offerings", day) for day in DAYS[:2]], "the data has no offering of CRWV"),  # in March 2025
    ("laboratories", DAYS[0]): "OpenAI has no private round that is public",  # as the table has it
    **dict.fromkeys(
        [("warrants", day) for day in DAYS], "AMD has given no warrant for purchases that is public"
    ),  # first in 2025
}
DATE = re.compile(r"\b(\d{4}-\d{2}-\d{2}|\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4})\b")
MONTH = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{4}\b"
)
AHEAD = re.compile(r"\b(?:from|until|ends?|ending|due|expires|starts?|begins?|planned for) (?:on )?$")


def dates(text):
    """(ISO date, the words around it) of each date or month in a text, but for those that it says lie ahead."""
    for found in (*DATE.finditer(text), *MONTH.finditer(text)):
        if not AHEAD.search(text[: found.start()].lower()):
            form = "%Y-%m-%d" if "-" in found[0] else "%d %b %Y" if found[0][0].isdigit() else "%B %Y"
            around = text[max(0, found.start() - 50) : found.end() + 20]
            yield datetime.strptime(found[0], form).date().isoformat(), around


def texts(payload):
    """(where, text) of all that a reader sees of an exhibit, but for the titles of documents."""
    yield from ((part, payload[part]) for part in ("title", "subtitle", "alt"))
    yield from (("note", note) for note in payload["notes"])
    for cell in (cell for row in payload["rows"] for cell in row):
        linked = isinstance(cell, dict) and cell.get("href") is not None
        yield "cell", cell.get("before", "") if linked else cell["text"] if isinstance(cell, dict) else cell


def later(payload, day):
    """What an exhibit shows that is of a later day than its page."""
    for card in payload["sources"]:
        if card["published"] > day:
            yield f"document {card['id']} of {card['published']}"
    for where, text in texts(payload):
        yield from (f"{where}: {around}" for date, around in dates(text) if date > day)


def outputs(notebook):
    cells = nbformat.read(notebook, 4).cells
    return [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]


def faults(notebook, day):
    """Every fault of an executed notebook: the exhibit, and what is later than the day."""
    for data in outputs(notebook):
        if payload := data.get(MIME):
            yield from (f"{payload['id']}: {fault}" for fault in later(payload, day))
        said = "".join(data.get("text/markdown", ""))
        yield from (f"said: {around}" for date, around in dates(said) if date > day)


# ---- every page


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """The outcome of every notebook on each day, by both."""
    runs = [run.Run(f"{name}-{day}".replace("_", "-"), name, {"as_of": day}, name, "As of")
            for name in notebooks() for day in DAYS]  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "CACHE", tmp_path_factory.mktemp("as-of"))
        done = run.execute_all(runs, force=True, progress=False)
    return {(each.run.notebook, each.run.parameters["as_of"]): each for each in done}


@pytest.mark.slow
@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("name", notebooks())
def test_a_page_of_an_earlier_day_shows_nothing_later(outcomes, name, day):
    outcome = outcomes[name, day]
    if outcome.error:
        assert REFUSED.get((name, day), "this page should be there") in outcome.error
    else:
        assert not list(faults(outcome.notebook, day))


# ---- what the comparison notices

PAYLOAD = {"id": "x", "title": "Capex", "subtitle": "USD", "alt": "", "notes": [], "rows": [], "sources": []}


@pytest.mark.parametrize(
    "shown",
    [
        {"sources": [{"id": "10-K", "published": "2025-07-30"}]},
        {"notes": ["Amounts in USD are shown in EUR at 0.9341 for one USD, the rate of 28 Jul 2025."]},
        {"title": "Meta is the freshest, published 1 Jul 2025"},
        {"notes": ["There are estimates of July 2025 only."]},
        {"rows": [["Meta", "2025-07-30"]]},
        {"rows": [[{"text": "10-Q", "href": "", "before": "Debt of 30 Sep 2025."}]]},
        {"rows": [[{"text": "signed 2025-09-30", "details": []}]]},
    ],
)
def test_what_is_later_than_the_page_is_noticed(shown):
    assert list(later(PAYLOAD | shown, "2025-06-30"))


@pytest.mark.parametrize(
    "shown",
    [
        {"sources": [{"id": "10-K", "published": "2025-06-30"}, {"id": "ecb-eurofxref", "published": ""}]},
        {"notes": ["Rent is paid from 1 Jan 2027 until 31 Dec 2041.", "The rate of 30 Jun 2025."]},
        {"rows": [[{"text": "Price list of 1 Jul 2025", "href": "https://example.org"}]]},
    ],
)
def test_what_lies_ahead_by_its_own_words_is_not(shown):
    assert not list(later(PAYLOAD | shown, "2025-06-30"))


def test_an_executed_notebook_is_searched_whole(tmp_path):
    said = nbformat.v4.new_output("display_data", {"text/markdown": "Debt of 30 Sep 2025 is the newest."})
    shown = nbformat.v4.new_output("display_data", {MIME: PAYLOAD | {"notes": ["Prices of 2025-07-01."]}})
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=[said, shown])])
    (tmp_path / "x.ipynb").write_text(json.dumps(book), "utf-8")
    assert [fault.split(":")[0] for fault in faults(tmp_path / "x.ipynb", "2025-06-30")] == ["said", "x"]
