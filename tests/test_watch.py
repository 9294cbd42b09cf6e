"""The site while it is worked on: what is noticed, what is served to whom, and that an open page is loaded again."""

import http.client
import os
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from capcycle import cli, paths, watch
from capcycle.errors import RunError

PAGE = "<html><body><h1>{}</h1></body></html>"


class Looks:
    """Stands in for time: as many looks as there are states, then the end."""

    def __init__(self, *states):
        self.states = list(states)

    def wait(self, _):
        return not self.states

    def look(self):
        return self.states.pop(0)


@pytest.fixture
def site(tmp_path):
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(PAGE.format("one"))
    (tmp_path / "assets/page.css").write_text("h1 {}")
    with watch.serving(tmp_path) as served:
        yield served


def get(site, path, host=""):
    connection = http.client.HTTPConnection(*site.server_address)
    connection.request("GET", path, headers={"Host": host or "localhost:1"})
    return connection.getresponse()


def folder(site) -> Path:
    return Path(site.RequestHandlerClass.keywords["directory"])


def test_each_change_comes_once_with_its_files():
    looks = Looks({"a": 1}, {"a": 2, "b": 1}, {"a": 2, "b": 1}, {"b": 1})
    assert list(watch.changes({"a": 1}, looks.look, looks)) == [["a", "b"], ["a"]]


def test_notebooks_data_library_and_store_are_looked_at(tmp_path, monkeypatch):
    for name in ("NOTEBOOKS", "DATA", "STORE"):
        (tmp_path / name).mkdir()
        monkeypatch.setattr(paths, name, tmp_path / name)
    made = [tmp_path / "NOTEBOOKS/a.ipynb", tmp_path / "DATA/rows.csv", tmp_path / "STORE/store.sqlite-wal"]
    (tmp_path / "NOTEBOOKS/.ipynb_checkpoints").mkdir()
    before = set(watch.inputs())
    for file in [*made, tmp_path / "NOTEBOOKS/.ipynb_checkpoints/a.ipynb", tmp_path / "STORE/answers.gz"]:
        file.touch()
    assert set(watch.inputs()) - before == set(map(str, made)) and watch.__file__ in before


def test_a_page_has_a_line_that_reloads_it_only_as_it_is_served(site):
    served = get(site, "/").read().decode()
    assert served.startswith(PAGE.format("one")) and 'new EventSource("/capcycle-events?0")' in served
    assert (folder(site) / "index.html").read_text() == PAGE.format("one")
    css = get(site, "/assets/page.css")
    assert css.read() == b"h1 {}" and css.headers["Cache-Control"] == "no-cache"


def test_nobody_else_is_served(site):
    assert site.server_address[0] == "127.0.0.1"
    assert get(site, "/", "evil.example:80").status == 403
    assert get(site, "/../watch.py").status == 404


def test_an_open_page_hears_of_the_next_build(site):
    heard = get(site, "/capcycle-events?0")
    site.reload()
    assert heard.readline() == b"data: built\n"


def test_a_page_that_came_with_an_earlier_build_hears_of_it_at_once(site):
    site.reload()
    assert get(site, "/capcycle-events?0").readline() == b"data: built\n"


def test_a_port_that_cannot_be_had_is_named(site):
    for port in (site.server_address[1], 99_999):
        with pytest.raises(RunError, match=rf"port {port}: .*--port"), watch.serving(folder(site), port):
            pass


def test_what_cannot_be_served_is_refused_before_anything_is_built(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(watch, "build", lambda *_: pytest.fail("built"))
    (tmp_path / "mine.txt").touch()
    assert cli.main(["watch", "hyperscalers", "--out", str(tmp_path)]) == 1
    assert "holds something other than a capcycle site" in capsys.readouterr().err
    assert cli.main(["watch", "hyperscaler"]) == 1
    assert "did you mean hyperscalers?" in capsys.readouterr().err


@pytest.mark.browser
def test_the_browser_shows_the_new_page_by_itself(site, browser):
    page = browser.new_page()
    page.goto(site.address)
    (folder(site) / "index.html").write_text(PAGE.format("two"))
    site.reload()
    page.wait_for_selector("h1:text('two')", timeout=0)
    page.close()


@pytest.mark.slow
def test_a_changed_notebook_is_run_and_its_page_loaded_again(tmp_path):
    house(tmp_path, "print('first')")
    command = [sys.executable, "-m", "capcycle.cli", "watch", "--port", "0"]
    given = {**os.environ, "CAPCYCLE_HOME": str(tmp_path), "CAPCYCLE_STORE": str(tmp_path / "store")}
    with subprocess.Popen(command, env=given, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as running:
        try:
            address = next(line for line in running.stdout if "http://" in line).split()[1]
            heard = http.client.HTTPConnection(address.split("/")[2])
            heard.request("GET", "/capcycle-events?0")
            house(tmp_path, "print('second')")
            assert "data: built\n" in map(bytes.decode, heard.getresponse())
            assert "second" in (tmp_path / "site/one.html").read_text()
        finally:
            running.send_signal(signal.SIGINT)
    assert running.returncode == 128 + signal.SIGINT


def house(folder: Path, code: str) -> None:
    """A project with one notebook and one run."""
    for name in ("data", "notebooks"):
        (folder / name).mkdir(exist_ok=True)
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [new_code_cell('word: str = "x"', metadata={"tags": ["parameters"]}), new_code_cell(code)]
    nbformat.write(new_notebook(cells=cells, metadata=metadata), folder / "notebooks/toy.ipynb")
    (folder / "notebooks/runs.toml").write_text('[one]\nnotebook = "toy"\ntitle = "One"\nsection = "S"\n')
