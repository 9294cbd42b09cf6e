"""Work on many companies in a few processes, which end with the one that started them, however that went."""

import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from capcycle import paths

BATCH = 25  # companies that are read, and then written, at once: what a kill can cost
LOOK = 1.0  # seconds


def each(work: Callable[[list], Any], items: Sequence) -> Iterator[Any]:
    """What the work makes of each batch of the items, in order; a single batch needs no other process.

    >>> list(each(len, range(30)))
    [25, 5]
    """
    batches = [list(items[first : first + BATCH]) for first in range(0, len(items), BATCH)]
    if len(batches) < 2:
        yield from map(work, batches)
        return
    fresh = multiprocessing.get_context("spawn")  # a fork of a process with threads, as a notebook's is, may hang
    given = (os.getpid(), paths.STORE, paths.DATA)
    with ProcessPoolExecutor(min(os.cpu_count() or 1, len(batches)), fresh, _begin, given) as processes:
        with _nothing_run_again():
            results = processes.map(work, batches)
        yield from results


@contextmanager
def _nothing_run_again() -> Iterator[None]:
    """Start processes without the script of this one: they need none of it, and it may begin with this very call."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _begin(parent: int, store: Path, data: Path) -> None:
    paths.STORE, paths.DATA = store, data
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK)
    os._exit(1)
