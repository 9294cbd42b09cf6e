"""Rooms for work under way: folders that go with whoever made them, or are cleared by the next command after a kill."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from glob import escape
from pathlib import Path

MARK = "capcycle"  # in each room: a file that its maker holds locked
PREFIX = "capcycle-"  # of rooms among the system's temporary files


def locked(file: Path) -> sqlite3.Connection:
    """Lock a file until the connection is closed: on every system the lock is taken back when its holder dies.

    Errors: sqlite3.DatabaseError for a file that another holds, or that cannot be written.
    """
    try:
        lock = sqlite3.connect(file, timeout=0, isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "") in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
            file.unlink()  # what a power cut left; nobody holds that
            return locked(file)
        raise
    return lock


@contextmanager
def room(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder, which is deleted in the end."""
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    try:
        with closing(locked(folder / MARK)):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def left(parent: Path, prefix: str) -> Iterator[Path]:
    """Each room whose maker died before it could delete it; that is done when the next one is asked for."""
    for folder in parent.glob(f"{escape(prefix)}*"):
        try:
            if not (folder / MARK).is_file():  # somebody else's
                continue
            with closing(locked(folder / MARK)):
                yield folder
        except (OSError, sqlite3.DatabaseError):  # of another user, or in use
            continue
        shutil.rmtree(folder, ignore_errors=True)


def clear() -> None:
    """Delete what killed commands left among the system's temporary files."""
    for _ in left(Path(tempfile.gettempdir()), PREFIX):
        pass


@cache
def mine() -> Path:
    """The room of this process among the system's temporary files, there until it ends."""
    from multiprocessing.util import Finalize

    clear()
    kept = ExitStack()
    Finalize(None, kept.close, exitpriority=0)
    return kept.enter_context(room(Path(tempfile.gettempdir()), PREFIX))
