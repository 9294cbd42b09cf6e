"""Places elsewhere, on a file system in memory and on one of files: copied here, filled from here, and refused."""

import errno
import json
import os
import sys
from multiprocessing import forkserver

import fsspec
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from capcycle import cli, engine, paths, places
from capcycle.errors import RunError


@pytest.fixture
def memory():
    """The file system in memory, with nothing in it."""
    there = fsspec.filesystem("memory")
    there.store.clear()
    yield there
    there.store.clear()


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.setattr(places, "COPIES", tmp_path / "copies")
    monkeypatch.setattr(places, "addresses", {})
    monkeypatch.chdir(tmp_path)
    for name in ("DATA", "STORE", "CACHE", "NOTEBOOKS", "SITE"):
        monkeypatch.setattr(paths, name, tmp_path / name.lower())
    return tmp_path


def site(folder, **pages):
    """A site of these pages by name, each with its text."""
    files = []
    for name, text in pages.items():
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.html").write_text(text)
        files.append({"path": f"{name}.html", "sha256": text})  # as good as a digest
    manifest = {"capcycle": "1", "files": files[:1], "pages": [{"files": files[1:]}]}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


# what is read from elsewhere


def test_data_and_store_of_an_address_are_copied_and_that_is_what_all_that_follows_meets(memory, monkeypatch):
    memory.pipe({"/d/facts/A.csv": b"a", "/d/b.csv": b"b", "/s/store.sqlite": b"s", "/s/answers/big.json": b"{}"})
    monkeypatch.setenv("CAPCYCLE_DATA", "memory://d")
    monkeypatch.setenv("CAPCYCLE_STORE", "memory://s")
    places.settle()
    assert [(paths.DATA / name).read_text() for name in ("facts/A.csv", "b.csv")] == ["a", "b"]
    assert [path.name for path in paths.STORE.iterdir()] == ["store.sqlite"], "what it was read from stays there"
    assert os.environ["CAPCYCLE_DATA"] == str(paths.DATA) and places.addresses["CAPCYCLE_DATA"] == "memory://d"


def test_a_copy_is_made_again_only_when_something_changed_and_few_are_kept(memory, monkeypatch):
    memory.pipe("/d/a.csv", b"0")
    first = places.fetched("memory://d")
    get = memory.get
    monkeypatch.setattr(type(memory), "get", lambda *_: pytest.fail("fetched again"))
    assert places.fetched("memory://d") == first
    monkeypatch.setattr(type(memory), "get", lambda _, *given: get(*given))
    for state in "12345":
        memory.pipe("/d/a.csv", state.encode())
        last = places.fetched("memory://d")
        assert (last / "a.csv").read_text() == state
    assert len(list(last.parent.iterdir())) == places.STATES and not first.exists()


@pytest.mark.parametrize("command", [["add", "SNOW"], ["refresh"], ["check", "--accept"]])
def test_what_would_be_written_into_a_copy_is_refused(memory, monkeypatch, capsys, command):
    memory.pipe({"/d/a.csv": b"a", "/s/store.sqlite": b"s"})
    monkeypatch.setenv("CAPCYCLE_DATA", "memory://d")
    monkeypatch.setenv("CAPCYCLE_STORE", "memory://s")
    assert cli.main(command) == 1
    assert "is only copied here; name a folder with CAPCYCLE_" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["memory://nothing", "nowhere://x", "s3://bucket/data"])
def test_a_place_that_cannot_be_read_is_named_with_the_reason(memory, address):
    with pytest.raises(RunError, match=rf"{address}.*(name a place|not known|[Ii]nstall)"):
        places.fetched(address)


def test_without_the_extra_it_is_said_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(RunError, match=r"s3://x needs what is not .* pip install 'capcycle\[cluster\]'"):
        places.fetched("s3://x")


# what is brought there


@pytest.fixture(params=["memory", "file"])
def address(request, here, memory):
    return "memory://site" if request.param == "memory" else f"file://{here}/there/site"


def lying(address):
    there, root = fsspec.core.url_to_fs(address)
    texts = {name[len(root) + 1 :]: there.cat_file(name).decode() for name in there.find(root)}
    texts.pop("manifest.json")
    return texts


def test_a_site_is_delivered_by_what_changed_and_what_is_not_capcycles_stays(here, address):
    assert places.deliver(site(here / "one", index="i", a="1", b="2"), address) == 3
    there, root = fsspec.core.url_to_fs(address)
    there.pipe_file(f"{root}/mine.txt", b"mine")
    assert places.deliver(here / "one", address) == 0
    assert places.deliver(site(here / "two", index="i", a="1+", c="3"), address) == 3
    assert lying(address) == {"index.html": "i", "a.html": "1+", "c.html": "3", "mine.txt": "mine"}


def test_a_delivery_that_is_broken_off_is_made_up_for(here, address, monkeypatch):
    old, new = site(here / "one", index="i", a="1", b="2"), site(here / "two", index="j", a="1+", b="2")
    places.deliver(old, address)
    there, _ = fsspec.core.url_to_fs(address)
    put = type(there).put_file

    def full(self, local, remote, **_):
        put(self, local, remote)
        raise OSError(errno.ENOSPC, "No space left")

    with monkeypatch.context() as broken:
        broken.setattr(type(there), "put_file", full)
        with pytest.raises(RunError, match="No space left"):
            places.deliver(new, address)
    assert lying(address) == {"index.html": "i", "a.html": "1+", "b.html": "2"}, "the index comes last"
    places.deliver(old, address)
    assert lying(address) == {"index.html": "i", "a.html": "1", "b.html": "2"}


@pytest.mark.parametrize("manifest", [None, "[", "{}", '{"capcycle": "1", "report_of": "x", "files": [], "pages": []}'])
def test_a_place_with_something_else_is_refused_and_left_alone(here, address, manifest):
    there, root = fsspec.core.url_to_fs(address)
    there.makedirs(root, exist_ok=True)
    there.pipe_file(f"{root}/mine.html", b"mine")
    if manifest:
        there.pipe_file(f"{root}/manifest.json", manifest.encode())
    for refused in (places.refuse_site, lambda address: places.deliver(site(here / "one", mine="x"), address)):
        with pytest.raises(RunError, match="holds something other than a capcycle site"):
            refused(address)
    assert there.cat_file(f"{root}/mine.html") == b"mine"


# by the commands


@pytest.fixture(scope="module")
def own_server():
    """The process that runs are forked from has the folder of these tests: the next file of tests starts its own."""
    yield
    forkserver._forkserver._stop()


@pytest.fixture
def project(here, monkeypatch, own_server):
    """A project with one notebook and one run, and a stand-in for the pages."""
    monkeypatch.setattr("capcycle.publish.build", lambda outcomes, out: site(out, index="pages") and [])
    monkeypatch.setattr("capcycle.publish.draw", lambda _: None)
    tagged = new_code_cell("word: str = 'x'", metadata={"tags": ["parameters"]})
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    (here / "notebooks").mkdir()
    engine.write(
        new_notebook(cells=[tagged, new_code_cell("print(word)")], metadata=metadata), here / "notebooks/t.ipynb"
    )
    (here / "notebooks/runs.toml").write_text('[a]\nnotebook = "t"\ntitle = "A"\nsection = "S"\n')
    return here


def test_a_site_is_built_here_and_taken_to_an_address(project, memory, capsys):
    assert cli.main(["site", "--out", "memory://site"]) == 0
    assert "memory://site: 1 files new, changed or gone.\n" in capsys.readouterr().out
    assert lying("memory://site") == {"index.html": "pages"} and (paths.SITE / "index.html").exists()


def test_a_notebook_is_taken_to_an_address_and_replaces_only_one_like_it(project, memory, capsys):
    for word in ("one", "two"):
        assert cli.main(["run", "t", "-p", "word", word, "-o", "memory://out/t.ipynb"]) == 0
        assert f'"text":"{word}\\n"' in memory.cat_file("/out/t.ipynb").decode().replace('["', '"').replace('"]', '"')
    memory.pipe("/out/t.ipynb", b"mine")
    assert cli.main(["run", "t", "-o", "memory://out/t.ipynb"]) == 1
    assert "memory://out/t.ipynb is no notebook that capcycle wrote" in capsys.readouterr().err
