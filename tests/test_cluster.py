"""Runs on a Dask cluster of two worker processes: what comes back, what a death costs, and who is refused."""

import fcntl
import json
import os
import subprocess
import sys
from multiprocessing import forkserver

import pytest
from distributed import LocalCluster
from nbformat.v4 import new_code_cell, new_notebook

from capcycle import cli, cluster, engine, ledger, paths, progress, run
from capcycle.errors import RunError

HELD = """import fcntl, signal
held = open(os.path.join(os.environ["CAPCYCLE_DATA"], "../held"), "w")
fcntl.flock(held, fcntl.LOCK_EX)
print(end="begun", file=open(os.path.join(os.environ["CAPCYCLE_DATA"], "../begun"), "w"))
signal.pause()"""
TOYS = {
    "reads": "print(open(os.environ['CAPCYCLE_DATA'] + '/a.csv').read(), word)",
    # the first time it ends the worker, which is what started the process that this one is a fork of
    "killer": """import fcntl, psutil, signal
alive = os.path.join(os.environ["CAPCYCLE_DATA"], "../alive")
if not os.path.exists(alive):
    held = open(alive, "w")
    fcntl.flock(held, fcntl.LOCK_EX)
    psutil.Process().parent().parent().kill()
    signal.pause()
print("went to another")""",
    "fails": "1 / 0",
    "held": HELD,
    "late": "import signal; signal.pause()",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A project of its own for this process and the workers that it starts."""
    home = tmp_path_factory.mktemp("home")
    forkserver._forkserver._stop()  # what other tests left has their settings, as these have their own
    patch = pytest.MonkeyPatch()
    patch.setenv("CAPCYCLE_HOME", str(home))
    patch.setenv("CAPCYCLE_DATA", str(home / "data"))
    for name, folder in {"DATA": "data", "NOTEBOOKS": "notebooks", "CACHE": ".capcycle", "SITE": "site"}.items():
        patch.setattr(paths, name, home / folder)
    patch.setattr(paths, "ROOT", home)
    (home / "data").mkdir()
    (home / "data/a.csv").write_text("a row")
    (home / "notebooks").mkdir()
    tagged = new_code_cell("word: str = 'x'", metadata={"tags": ["parameters"]})
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    for name, code in TOYS.items():
        book = new_notebook(cells=[tagged, new_code_cell(f"import os\n{code}")], metadata=metadata)
        engine.write(book, home / f"notebooks/{name}.ipynb")
    yield home
    forkserver._forkserver._stop()
    patch.undo()


@pytest.fixture(scope="module")
def address(home):
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as local:
        yield local.scheduler_address


class Kept(progress.Quiet):
    """The names of the runs as they begin."""

    def begun(self, name):
        BEGUN.append(name)


BEGUN = []


def rows(*names, **given):
    return [run.Run(name, name, given, name.title(), "Toys") for name in names]


@pytest.mark.slow
def test_runs_come_back_as_they_would_be_here_and_a_worker_that_dies_loses_none(home, address):
    BEGUN.clear()
    killer, fails, reads = run.execute_all(rows("killer", "fails", "reads"), progress=Kept, scheduler=address)
    assert [each.status for each in (killer, fails, reads)] == ["done", "failed", "done"]
    assert "went to another" in killer.notebook.read_text() and BEGUN.count("killer") == 2
    assert fails.error == "In [3]: ZeroDivisionError: division by zero"
    assert "ZeroDivisionError" in fails.notebook.read_text()
    with (home / "alive").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # which is to be had once the run has ended that the dead worker began
    there, row = reads.notebook.read_bytes(), ledger.read_rows()["reads"]
    [unchanged] = run.execute_all(rows("reads"), progress=None)
    [here] = run.execute_all(rows("reads"), progress=None, force=True)
    assert (unchanged.status, here.key, here.notebook.read_bytes()) == ("unchanged", reads.key, there)
    same = ("key", "opened", "met", "output", "parameters", "status")
    assert [ledger.read_rows()["reads"][each] for each in same] == [row[each] for each in same]
    assert list(row["opened"]) == ["a.csv"]


def test_a_run_on_a_worker_has_its_limits_and_what_comes_of_it_is_told(home, address, capsys):
    out = str(home / "late.ipynb")
    assert cli.main(["run", "late", "--scheduler", address, "--timeout", "0.01", "--json", "-o", out]) == 1
    *events, refused = map(json.loads, capsys.readouterr().out.splitlines())
    assert events == [{"event": "begun", "run": "late"}]
    assert "late: timed out after 0.01 s" in refused["error"]


def test_a_command_that_is_killed_leaves_no_run_on_a_worker(home, address):
    os.mkfifo(home / "begun")
    command = [sys.executable, "-m", "capcycle.cli", "run", "held", "--scheduler", address]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as killed:
        assert (home / "begun").read_text() == "begun"
        killed.kill()
    with (home / "held").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)


def test_a_worker_with_another_library_or_other_data_is_refused_with_both_named(home, address, monkeypatch):
    here = cluster.edition() | {"data": "0123456789ab", "pandas": "0.1"}
    monkeypatch.setattr(cluster, "edition", lambda: here)
    there = ledger.fingerprint(ledger.digests(paths.DATA))[:12]
    with pytest.raises(RunError, match="every worker needs the library and the data") as refused:
        run.execute_all(rows("late"), progress=None, scheduler=address)
    said = str(refused.value).splitlines()[1:]
    assert len(said) == 4 and sum(line.endswith(f": data {there} there, 0123456789ab here") for line in said) == 2
    assert sum(": pandas " in line and line.endswith(" there, 0.1 here") for line in said) == 2


def test_without_the_extra_it_is_said_how_to_install_it(home, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert cli.main(["run", "late", "--scheduler", "tcp://127.0.0.1:1"]) == 1
    assert "pip install 'capcycle[cluster]'" in capsys.readouterr().err


def test_a_scheduler_that_is_not_there_is_named(home, capsys, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 0.1)
    assert cli.main(["run", "late", "--scheduler", "tcp://127.0.0.1:1"]) == 1
    assert "no scheduler answers at tcp://127.0.0.1:1" in capsys.readouterr().err


def test_how_many_at_a_time_is_the_clusters_to_say(home, capsys):
    (home / "notebooks/runs.toml").write_text('[a]\nnotebook = "late"\ntitle = "A"\nsection = "S"\n')
    assert cli.main(["site", "--jobs", "2", "--scheduler", "tcp://127.0.0.1:1"]) == 1
    assert "--jobs is for this machine" in capsys.readouterr().err
