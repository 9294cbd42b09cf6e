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
