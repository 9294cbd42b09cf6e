"""The site while it is worked on: built again at every change of what it is made from, and reloaded in the browser."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from capcycle import outputs, paths, rows
from capcycle.errors import RunError

HOST = "127.0.0.1"  # nobody else in the network sees an unfinished page
EVENTS = "/capcycle-events"
RELOAD = '<script>new EventSource("{events}?{build}").onmessage = () => location.reload()</script>'
LOOK, BEAT = 0.5, 15.0  # seconds between two looks at the files; and until a browser that has gone is noticed
PASSED_OVER = {"__pycache__", ".ipynb_checkpoints"}
State = dict[str, tuple[int, int]]


def inputs() -> State:
    """Time and size of each file that a page may be made from: notebooks, data, library and the user's store."""
    found: State = {}
    for place in (paths.NOTEBOOKS, paths.DATA, Path(__file__).parent):
        for folder, below, names in os.walk(place):
            below[:] = [name for name in below if name not in PASSED_OVER]
            found |= _states(Path(folder, name) for name in names)
    return found | _states(paths.STORE.glob(f"{paths.STORE_FILE}*"))  # with what SQLite has not yet put in place


def _states(files: Iterable[Path]) -> State:
    found: State = {}
    for file in files:
        with suppress(OSError):  # gone since it was seen
            stat = file.stat()
            found[str(file)] = stat.st_mtime_ns, stat.st_size
    return found


def changes(before: State, look: Callable[[], State], stopped: threading.Event) -> Iterator[list[str]]:
    """The files that changed, each time that some did; what changes while they are dealt with comes next."""
    while not stopped.wait(LOOK):
        now = look()
        if differ := sorted({file for file, _ in now.items() ^ before.items()}):
            before = now
            yield differ


def build(names: Sequence[str], out: Path) -> bool:
    """Build in a process of its own, so that what changed in the library counts too; whether the site is another."""
    before = _states([out / outputs.MANIFEST])
    command = [sys.executable, "-m", "capcycle.cli", "site", *names, "--out", str(out), "--keep-going"]
    subprocess.run(command, check=False)  # what it says is for the reader
    return _states([out / outputs.MANIFEST]) != before


class Site(ThreadingHTTPServer):
    """Serves the folder of a site to this machine alone, each page with a line that reloads it after a build."""

    daemon_threads = True

    def __init__(self, out: Path, port: int):
        self.built, self.count = threading.Condition(), 0
        super().__init__((HOST, port), partial(Page, directory=str(out)))

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://{HOST}:{self.server_address[1]}/"

    def later(self, build: str, seconds: float) -> bool:
        """Whether there is another build than this one, as soon as there is, or after some seconds."""
        with self.built:
            return self.built.wait_for(lambda: str(self.count) != build, seconds)

    def reload(self) -> None:
        """Have every page that is open loaded again."""
        with self.built:
            self.count += 1
            self.built.notify_all()


class Page(SimpleHTTPRequestHandler):
    """One request."""

    server: Site

    def do_GET(self) -> None:
        """A file of the site as it is now, or the stream of events that a page waits for."""
        if self.headers.get("Host", "").rpartition(":")[0] not in (HOST, "localhost"):
            self.send_error(403)  # a page of elsewhere whose name leads here
        elif self.path.startswith(EVENTS):
            self._events(self.path.partition("?")[2])
        elif self._page().suffix == ".html" and self._page().is_file():
            script = RELOAD.format(events=EVENTS, build=self.server.count)
            self._send(self._page().read_bytes() + script.encode(), "text/html; charset=utf-8")
        else:
            super().do_GET()

    def _page(self) -> Path:
        file = Path(self.translate_path(self.path))
        return file / "index.html" if file.is_dir() else file

    def _send(self, content: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _events(self, build: str) -> None:
        """Tell a page that came with one build as soon as there is another."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        with suppress(OSError):  # the browser has gone
            while not self.server.later(build, BEAT):
                self.wfile.write(b": still here\n\n")
            self.wfile.write(b"data: built\n\n")

    def end_headers(self) -> None:
        """Nothing is kept by the browser: the next build has other files under the same names."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing of requests."""


@contextmanager
def serving(out: Path, port: int = 0) -> Iterator[Site]:
    """The site in `out`, served at `port` (0: any that is free) until the end of the block."""
    try:
        site = Site(out, port)
    except (OSError, OverflowError) as error:
        raise RunError(f"port {port}: {error}; name another with --port, or 0 for any that is free") from error
    with site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        try:
            yield site
        finally:
            site.shutdown()


def watch(names: Sequence[str], out: Path, port: int, stopped: threading.Event) -> Iterator[tuple[str, list[str]]]:
    """Build the site and serve it, and build it again at every change until `stopped` is set.

    The address comes, with the files that changed: none at first.
    RunError for a run that there is not, a folder that holds something else, and a port that cannot be had.
    """
    rows.select(rows.read_runs(), names)
    outputs.refuse_folder(out)
    before = inputs()
    with serving(out, port) as site:
        build(names, out)
        yield site.address, []
        for changed in changes(before, inputs, stopped):
            yield site.address, changed
            if build(names, out):
                site.reload()
