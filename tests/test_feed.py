"""The feed: what became known of each company on a day, the newest first, out of the pages that show it."""

import xml.etree.ElementTree as ElementTree
from types import SimpleNamespace

import pytest

from capcycle.publish import feed, page
from capcycle.publish.data import DataVersion

ATOM = "{http://www.w3.org/2005/Atom}"
HEAD = "company,concept,period_end,before,value,unit,published\n"


def shown(name: str, notebook: str = "changes", failed: bool = False) -> dict:
    return {"outcome": SimpleNamespace(run=SimpleNamespace(name=name, notebook=notebook)), "failed": failed}


@pytest.fixture
def site(tmp_path):
    (tmp_path / "new").mkdir()
    moved = "META,capex,2023-12-31,27.3e9,27.0e9,USD,2025-01-30\nMETA,capex,2022-12-31,31.4e9,31.2e9,USD,2025-01-30\n"
    (tmp_path / "new/moved.csv").write_text(HEAD + moved, "utf-8-sig")
    new = "source,company,published,figures\na,META,2025-01-30,12\nb,AAPL,2025-01-31,1\n"
    (tmp_path / "new/new-documents.csv").write_text(new, "utf-8-sig")
    (tmp_path / "new/documents.csv").write_text("id,title\na,10-K & more\nb,10-Q\n", "utf-8-sig")
    return tmp_path


def test_each_company_has_an_entry_a_day_the_newest_first(site):
    found = feed.news([shown("new")], site)
    assert [(each.title, each.published, each.href) for each in found] == [
        ("Apple: new figures", "2025-01-31", "new.html#new-documents"),
        ("Meta: 2 figures of earlier periods moved", "2025-01-30", "new.html#moved"),
    ]
    assert found[1].lines == [
        "Capex to 2023-12-31: $27.0bn, was $27.3bn",
        "Capex to 2022-12-31: $31.2bn, was $31.4bn",
        "10-K & more: 12 figures",
    ]


def test_pages_of_other_notebooks_and_failed_ones_give_nothing(site):
    assert feed.news([shown("new", "capex"), shown("new", failed=True), shown("gone")], site) == []


@pytest.mark.parametrize("pages", [[shown("new")], []])
def test_the_feed_is_atom_with_what_each_entry_must_have(site, pages):
    news = feed.news(pages, site)
    text = (
        page.templates().get_template("feed.jinja").render(news=news, data=DataVersion("v", "2025-02-01"), address="")
    )
    root = ElementTree.fromstring(text.encode())
    entries = root.findall(f"{ATOM}entry")
    assert root.tag == f"{ATOM}feed" and len(entries) == len(news)
    for holder in (root, *entries):  # RFC 4287, 4.1.1 and 4.1.2
        assert all(holder.find(f"{ATOM}{tag}").text for tag in ("id", "title", "updated"))
    assert root.find(f"{ATOM}updated").text == ("2025-01-31T00:00:00Z" if news else "2025-02-01T00:00:00Z")
    assert len({entry.find(f"{ATOM}id").text for entry in entries}) == len(entries)
    assert not news or entries[1].find(f"{ATOM}content").text.endswith("10-K & more: 12 figures")
