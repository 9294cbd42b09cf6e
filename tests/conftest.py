"""What every test shares."""

import edgar
import pytest
from browser import CHROMIUM_FLAGS, chromium
from hypothesis import settings

from capcycle import facts, paths
from capcycle.facts import layers

settings.register_profile("house", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("house")


@pytest.fixture(scope="session", autouse=True)
def prepared():
    """What is known by now is worked out once; test_facts shows that it is what every test would work out anew."""
    facts.prepare()


@pytest.fixture(scope="module")
def browser():
    if not (executable := chromium()):
        pytest.skip("no Chromium: install Debian's chromium, or set CHROMIUM to where it is")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def without_supermicro(tmp_path_factory):
    """The reviewed tables as they would be without the company that tests bring in."""
    folder = tmp_path_factory.mktemp("data")
    for path in paths.DATA.rglob("*"):
        copy = folder / path.relative_to(paths.DATA)
        if path.is_dir():
            copy.mkdir()
        elif path.name in ("companies.csv", "sources.csv"):
            lines = path.read_text("utf-8").splitlines(keepends=True)
            kept = (line for line in lines if not line.startswith("SMCI,") and "/data/1375365/" not in line)
            copy.write_text("".join(kept), "utf-8")
        elif path.name != "SMCI.csv":
            copy.symlink_to(path)
    return folder


@pytest.fixture
def own(tmp_path, monkeypatch, without_supermicro):
    """An own layer with nothing in it."""
    monkeypatch.setattr(paths, "DATA", without_supermicro)
    monkeypatch.setattr(paths, "STORE", tmp_path / "store")
    monkeypatch.setattr(layers, "CALLED", set())
    return tmp_path / "store"


@pytest.fixture
def server(own, monkeypatch):
    with edgar.playing() as server:
        for name, value in {"AGENT": edgar.AGENT, "DATA": server.address, "WEB": server.address}.items():
            monkeypatch.setenv(f"CAPCYCLE_SEC_{name}", value)
        yield server
