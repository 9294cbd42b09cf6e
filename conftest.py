"""What the examples in docstrings take as imported, as those of numpy take `np`: the rooms that nearly all need."""

import os
from importlib import import_module

os.environ["CAPCYCLE_STORE"] = os.devnull  # what a user has added to the data on this machine is no part of a test

import pytest
from _pytest.doctest import DoctestItem

ROOMS = ["analyses", "claims", "facts", "measure", "metrics", "panel", "study"]


def pytest_xdist_auto_num_workers():
    """One more than there are cores: who waits for a browser, or for another process, leaves its core to others."""
    return len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)) + 1


def share(nodeid: str) -> str:
    """What one worker does as a whole: a file of tests, as it makes once what they share; the real site by itself.

    >>> share("tests/test_run.py::test_a[1]"), share("tests/test_pages.py::test_real_site")
    ('tests/test_run.py', 'real_site')
    """
    file, _, test = nodeid.partition("::")
    if "real_site" not in test:
        return file
    return test if "[" in test else "real_site"  # it is made once for all workers, and visited in parts


LONGEST = [
    "pictures", "as_of", "explore", "real_site", "any_company", "run", "widgets", "kills", "store", "exhibits", "pages",
    "claims", "watch", "workbook", "cluster", "cli", "doubts",
]  # fmt: skip


def pytest_collection_modifyitems(items):
    """What takes longest first: whoever began it last would finish alone. The site is visited once it is made."""
    places = {f"tests/test_{name}.py" if name != "real_site" else name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(share(item.nodeid), len(places)))


def pytest_xdist_make_scheduler(config, log):
    if config.getvalue("dist") == "loadfile":
        from xdist.scheduler import LoadFileScheduling

        class Shares(LoadFileScheduling):
            def _split_scope(self, nodeid):
                return share(nodeid)

        return Shares(config, log)
    return None


@pytest.fixture(autouse=True)
def rooms(request):
    """A name that the module of the example has itself keeps its own meaning."""
    if isinstance(request.node, DoctestItem):
        for name in set(ROOMS) - set(request.node.dtest.globs):
            request.node.dtest.globs[name] = import_module(f"capcycle.{name}")


@pytest.fixture(autouse=True)
def place(request, tmp_path_factory, monkeypatch):
    """An example that keeps what it works out does so in a store of its own."""
    if isinstance(request.node, DoctestItem):
        monkeypatch.setattr("capcycle.paths.STORE", tmp_path_factory.mktemp("store"))
