"""What is killed goes on where it was: nothing is executed twice, no process stays, and nothing is left behind."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from capcycle import ledger, paths, rooms

sys.path.insert(0, str(paths.ROOT / "tests" / "benchmarks"))
from bench_faults import command, half, project

LOG = "print('{name}', file=open('../executed', 'a'))"
HELD = "import os, signal\nif not os.path.exists('../again'):\n    signal.pause()\n"
MOMENTS = [  # of one command after the other; each goes on with what the one before it left
    ("capcycle.workers._start", "after"),  # the libraries are being imported
    ("capcycle.run._keep", "before"),  # one has come to its end, and two is being executed
    ("capcycle.ledger.keep", "after"),  # one has just been taken up
    ("capcycle.ledger.keep", "before"),  # two has come to its end
    ("capcycle.site._swap", "before"),
    ("capcycle.site._swap", "after"),
]


def processes(home):
    """Those of a command with this home, by number: it stands in the environment that they were started with."""
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and f"CAPCYCLE_HOME={home}\0".encode() in (entry / "environ").read_bytes():
                yield int(entry.name)
        except OSError:  # it has ended, or is another user's
            continue


@pytest.fixture
def home():
    """A project with two runs, in a folder whose path is short enough for a socket."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        project(home, one=LOG.format(name="one"), two=HELD + LOG.format(name="two"))
        alive = os.open(home / "alive", os.O_RDONLY | os.O_NONBLOCK)  # or the notebooks would wait for a reader
        yield home
        os.close(alive)


def wait_for_the_end(home):
    for number in processes(home):
        try:
            process = os.pidfd_open(number)
        except ProcessLookupError:
            continue
        assert select.select([process], [], [], 120)[0], f"{number} has outlived its command"
        os.close(process)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere /proc does not tell whose a process is")
def test_killed_at_one_moment_after_the_other_each_run_is_executed_once_and_nothing_is_left(home):
    for moment, when in MOMENTS:
        said, status = command(home, "site", "--jobs", "2", moment=moment, when=when, number=signal.SIGKILL)
        assert (said.count("Traceback"), status) == (0, -signal.SIGKILL), f"{moment}: {said}"
        wait_for_the_end(home)
        assert half(home / "site") == ""
        if moment.endswith("_keep"):
            assert (home / "executed").read_text() == "one\n" and not ledger_rows(home)
        if (moment, when) == ("capcycle.ledger.keep", "after"):
            assert ledger_rows(home) == ["one"]
            (home / "again").touch()
    assert command(home, "site")[1] == 0
    wait_for_the_end(home)
    assert (home / "executed").read_text() == "one\ntwo\n"
    assert half(home / "site") == "" and (home / "site/two.html").exists()
    assert [*(home / "tmp").iterdir(), *home.glob(".site*"), *home.glob(".capcycle/work*")] == []
    for notebook in home.glob(f".capcycle/runs/*/{ledger.NOTEBOOK}"):
        assert json.loads(notebook.read_text())["cells"][-1]["execution_count"]
    kept = {path.name for path in (home / ".capcycle/runs").rglob("*") if path.is_file()}
    assert kept == {ledger.NOTEBOOK, ledger.FILE, ledger.MET}


def ledger_rows(home):
    return [file.parent.name for file in home.glob(f".capcycle/runs/*/{ledger.FILE}")]


def test_a_room_is_cleared_once_its_maker_is_gone_and_not_before(tmp_path):
    code = f"from pathlib import Path; from capcycle import rooms; room = rooms.room(Path({str(tmp_path)!r}), 'a-')"
    died = subprocess.run([sys.executable, "-c", f"{code}; room.__enter__(); import os; os._exit(0)"], check=True)
    (tmp_path / "a-mine").mkdir()
    with rooms.room(tmp_path, "a-") as held:
        assert len(list(tmp_path.iterdir())) == 3
        script = (
            f"from pathlib import Path; from capcycle import rooms; print(*rooms.left(Path({str(tmp_path)!r}), 'a-'))"
        )
        found = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        ).stdout.split()
        assert len(found) == 1 and died.returncode == 0
        assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "a-mine", held])
    assert list(tmp_path.iterdir()) == [tmp_path / "a-mine"]


def test_a_file_that_was_being_written_is_cleared_once_its_writer_is_gone(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    names = [f".row.json.{gone.pid}", f".row.json.{os.getpid()}", ".mine.1234567890123456789012", "row.json", ".a.b"]
    for name in names:
        (tmp_path / name).touch()
    ledger.clear(tmp_path.iterdir())
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(names[1:])
