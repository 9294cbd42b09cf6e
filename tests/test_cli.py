"""The command line as its user meets it: what it prints, and its exit status."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from multiprocessing import forkserver
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from capcycle import cli, engine, paths
from capcycle.errors import DataError

COMMAND = [sys.executable, "-m", "capcycle.cli"]
DECLARED = 'companies: list[str] = ["MSFT"]  # whom to compare\nas_of: str = ""  # ISO date'
RUNS = '[pair]\nnotebook = "toy"\ntitle = "A pair"\nsection = "S"\nparameters = { companies = ["NAN", "ON"] }\n'


@pytest.fixture(scope="module", autouse=True)
def own_server():
    """The process that runs are forked from has the folder of these tests: the next file of tests starts its own."""
    yield
    forkserver._forkserver._stop()


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A project with one notebook and one run, for this process and those it starts."""
    for name, folder in {"DATA": "data", "NOTEBOOKS": "notebooks", "CACHE": ".capcycle", "SITE": "site"}.items():
        monkeypatch.setattr(paths, name, tmp_path / folder)
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setenv("CAPCYCLE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for folder in ("data", "notebooks"):
        (tmp_path / folder).mkdir()
    write_toy(tmp_path, "print(companies, as_of)")
    (tmp_path / "notebooks/runs.toml").write_text(RUNS)
    return tmp_path


def write_toy(house: Path, code: str) -> None:
    tagged = new_code_cell(DECLARED, metadata={"tags": ["parameters"]})
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=[tagged, new_code_cell(code)], metadata=metadata), house / "notebooks/toy.ipynb")


def printed(path: Path) -> str:
    return nbformat.read(path, 4).cells[-1].outputs[0].text


@pytest.mark.parametrize("command", [[], ["check"], ["list"], ["run"], ["site"], ["lab"]])
def test_help_of_each_command_shows_an_example(command, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([*command, "--help"])
    assert ended.value.code == 0
    assert re.search(rf"capcycle {command[0] if command else 'COMMAND'}", capsys.readouterr().out.split("\n\n", 1)[1])


@pytest.mark.parametrize("arguments", [[], ["sitr"], ["run"], ["site", "--jobs", "two"], ["run", "toy", "-p", "x"]])
def test_wrong_usage_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert "usage: capcycle" in capsys.readouterr().err


def test_help_lists_every_exit_status(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    listed = re.findall(r"^ +(\d+)  ", capsys.readouterr().out, re.M)
    assert listed == ["0", "1", "2", str(cli.NOTHING_NEW), str(128 + signal.SIGINT)]
    readme = (Path(cli.__file__).parents[2] / "README.md").read_text("utf-8")
    assert [status for status in listed if f"| {status} |" not in readme] == []


def told_as_json(capsys, *arguments):
    """The exit status of a command and its events, each without what differs from time to time."""
    status, said = cli.main([*arguments, "--json"]), capsys.readouterr()
    volatile = ("seconds", "key", "notebook", "site")
    events = [json.loads(line) for line in said.out.splitlines()]
    return status, [{name: value for name, value in each.items() if name not in volatile} for each in events]


def test_a_site_tells_another_program_each_event(house, capsys, monkeypatch):
    monkeypatch.setattr("capcycle.publish.build", one_page)
    monkeypatch.setattr("capcycle.publish.draw", lambda _: None)
    ended = {"event": "built", "changed": True, "pages": 1, "executed": 1, "unchanged": 0}
    begun, done = {"event": "begun", "run": "pair"}, {"event": "done", "run": "pair"}
    assert told_as_json(capsys, "site") == (0, [begun, done, ended])
    ended = ended | {"changed": False, "executed": 0, "unchanged": 1}
    assert told_as_json(capsys, "site") == (0, [{"event": "unchanged", "run": "pair"}, ended])
    write_toy(house, "1 / 0")
    status, (*events, refused) = told_as_json(capsys, "site")
    error = "In [3]: ZeroDivisionError: division by zero"
    assert (status, events) == (1, [begun, {"event": "failed", "run": "pair", "error": error}])
    assert refused["event"] == "refused" and error in refused["error"]


def test_quiet_is_quiet_until_something_fails(house, capsys):
    assert cli.main(["run", "toy", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
    assert cli.main(["run", "toy", "--quiet", "-p", "as_of", "x" * 99, "-o", "data/x.ipynb"]) == 1
    assert capsys.readouterr().err.startswith("capcycle: ")


def test_list_shows_runs_and_parameters_with_their_help(house, capsys):
    assert cli.main(["list"]) == 0
    shown = capsys.readouterr().out
    assert "  pair: A pair (toy companies=['NAN', 'ON'])\n" in shown
    assert "    companies: list[str] = ['MSFT']  # whom to compare\n" in shown


def test_run_takes_tickers_as_typed(house, capsys):
    assert (
        cli.main(["run", "toy", "-p", "companies", "NAN,0700.HK", "-p", "companies", "1E5", "-p", "as_of", "2024"]) == 0
    )
    assert capsys.readouterr().out == f"{house / 'toy.executed.ipynb'}\n"
    assert printed(house / "toy.executed.ipynb") == "['NAN', '0700.HK', '1E5'] 2024\n"


def test_run_takes_the_path_of_a_notebook_and_a_file_to_write(house):
    assert cli.main(["run", "notebooks/toy.ipynb", "-o", "deep/out.ipynb"]) == 0
    assert printed(house / "deep/out.ipynb") == "['MSFT'] \n"


@pytest.mark.parametrize("out", ["notebooks/toy.ipynb", "notebooks/other.ipynb", "data"])
def test_run_never_writes_among_the_sources(house, capsys, out):
    before = (house / "notebooks/toy.ipynb").read_bytes()
    assert cli.main(["run", "toy", "-o", out]) == 1
    assert "name a file with -o" in capsys.readouterr().err
    assert (house / "notebooks/toy.ipynb").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "toi"], "capcycle: unknown notebook toi; there are: toy; did you mean toy?\n"),
        (["run", "toy", "-p", "compnies", "X"], "did you mean companies?"),
        (["site", "pear"], "capcycle: unknown run pear; there are: pair; did you mean pair?\n"),
        (["site", "--jobs", "0"], "capcycle: jobs must be 1 or more, not 0\n"),
    ],
)
def test_what_is_refused_is_said_with_the_valid_names(house, capsys, arguments, said):
    assert cli.main(arguments) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "faults"),
    [
        (["run", "toy", "-o", "data", "-p", "compnies", "X"], ["did you mean companies?", "name a file with -o"]),
        (["diff", "a", "b"], ["a holds no site", "b holds no site"]),
        (["add", "no.csv", "no.xlsx"], ["no.csv: there is no such file", "no.xlsx: there is no such file"]),
        (["claims", "no.md", "--day", "2025-13-01"], ["no.md: cannot be read", "--day is '2025-13-01'"]),
    ],
)
def test_all_faults_of_a_command_are_said_at_once(house, capsys, arguments, faults):
    assert cli.main(arguments) in (1, 2)
    said = capsys.readouterr().err
    assert all(re.search(fault, said) for fault in faults), said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "toy", "--timeout", "abc"], "'abc' is no amount: give a number above 0, such as 600"),
        (["site", "--jobs", "x"], "'x' is no count: give a whole number, 0 or more"),
        (["screen", "capex", "--top", "-3"], "'-3' is no count"),
    ],
)
def test_a_number_that_is_none_is_refused_in_words(capsys, arguments, said):
    with pytest.raises(SystemExit):
        cli.main(arguments)
    assert said in capsys.readouterr().err


def test_an_empty_text_is_refused(house, capsys):
    (house / "note.md").write_text(" \n")
    assert cli.main(["claims", "note.md"]) == 1
    assert "note.md:1: the file is empty; write at least one sentence" in capsys.readouterr().err


def test_a_failing_notebook_is_kept_and_named(house, capsys):
    write_toy(house, "nonsense")
    assert cli.main(["run", "toy"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("capcycle: toy: In [3]: NameError: name 'nonsense' is not defined\n")
    assert str(house / "toy.executed.failed.ipynb") in said


def test_a_refusal_in_a_notebook_is_said_in_its_own_words(house, capsys):
    write_toy(house, "from capcycle.errors import ModelError\nraise ModelError('no warrant of TSLA is public')")
    assert cli.main(["run", "toy"]) == 1
    assert capsys.readouterr().err.startswith("capcycle: toy: no warrant of TSLA is public\n")


def test_check_finds_notebooks_with_outputs(house, capsys):
    assert cli.main(["run", "toy", "-o", "out.ipynb"]) == 0
    (house / "out.ipynb").replace(house / "notebooks/toy.ipynb")
    assert cli.main(["check"]) == 1
    assert "toy.ipynb: outputs or execution counts left in cells" in capsys.readouterr().err


def test_check_finds_faults_of_the_data(house, capsys, monkeypatch):
    monkeypatch.setattr("capcycle.facts.check", lambda: fail(DataError(["facts/MSFT.csv:7: bad date"])))
    for tables in ("capcycle.facts.registers.check", "capcycle.claims.check_tables", "capcycle.sources.check_tables"):
        monkeypatch.setattr(tables, lambda: fail(DataError(["claims.csv:3: bad unit"])))
    unreviewed(monkeypatch)
    assert cli.main(["check"]) == 1
    assert capsys.readouterr().err == (
        "capcycle: 2 faults in the data\nfacts/MSFT.csv:7: bad date\nclaims.csv:3: bad unit\n"  # each once
    )


def test_check_says_when_all_is_well(house, capsys, monkeypatch):
    checks = ("facts.check", "facts.registers.check", "claims.check_tables", "sources.check_tables")
    for tables in (f"capcycle.{name}" for name in checks):
        monkeypatch.setattr(tables, lambda: None)
    monkeypatch.setattr("capcycle.facts.sums.doubts", lambda: ["Doubt: a year is not its quarters."])
    unreviewed(monkeypatch, ["data/fx.csv:2: USD 1 was 2"], ["data/fx.csv:2: odd"])
    assert cli.main(["check", "--doubts"]) == 0
    assert capsys.readouterr().out == (
        "Not as last reviewed; look each up and mend it, or `capcycle check --accept` takes the present state as "
        "reviewed:\n"
        "data/fx.csv:2: USD 1 was 2\n"
        "data/fx.csv:2: odd\n"
        "Data and notebooks follow the rules: 1 notebooks, 1 runs.\n"
        "Doubt: a year is not its quarters.\n"
        "Doubts to look up: 1. `capcycle check --doubts` lists them.\n"
    )


def unreviewed(monkeypatch, changed=(), doubts=()):
    """Nothing is gone since the last review; some files are changed, and some figures doubted."""
    monkeypatch.setattr("capcycle.facts.reviewed.differences", lambda: ([], list(changed)))
    monkeypatch.setattr("capcycle.facts.doubts.doubts", lambda: list(doubts))


def fail(error):
    raise error


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (OSError(28, "No space left on device"), 1, "capcycle: [Errno 28] No space left on device\n"),
        (
            OSError(28, "No space", "a"),
            1,
            "capcycle: a: the disk is full, or your share of it; make room and",
        ),
        (
            OSError(30, "Read-only", "a"),
            1,
            "capcycle: a: this place is read-only; name another folder with --out",
        ),
        (
            OSError(16, "Busy", "a"),
            1,
            "capcycle: a: something else has hold of it, such as a mount; name a",
        ),
        (KeyboardInterrupt(), 130, "Stopped.\n"),
    ],
)
def test_expected_trouble_is_a_message_and_no_traceback(house, capsys, monkeypatch, error, status, said):
    monkeypatch.setattr("capcycle.site.site", lambda *_: fail(error))
    assert cli.main(["site"]) == status
    assert capsys.readouterr().err.startswith(said)


def test_site_says_what_it_did_and_when_there_is_nothing_to_do(house, capsys, monkeypatch):
    monkeypatch.setattr("capcycle.publish.build", one_page)
    monkeypatch.setattr("capcycle.publish.draw", lambda _: None)
    assert cli.main(["site", "--jobs", "1"]) == 0
    assert cli.main(["site"]) == 0
    built, nothing = capsys.readouterr().out.splitlines()
    assert built == f"{house / 'site/index.html'}: 1 pages, 1 executed, 0 unchanged."
    assert nothing == f"Nothing to do: {house / 'site/index.html'} has all 1 pages."


def one_page(outcomes, out):
    (out / "manifest.json").write_text(json.dumps({"capcycle": "1"}))
    return []


def test_lab_opens_the_notebooks_with_this_python(house, monkeypatch):
    started = []
    monkeypatch.setattr(cli.subprocess, "run", lambda *_, **_2: subprocess.CompletedProcess([], 3))
    monkeypatch.setattr(cli.os, "execv", lambda _, command: started.append(command))
    monkeypatch.setattr(cli.os, "geteuid", lambda: 1000, raising=False)
    cli.main(["lab"])
    cli.main(["lab", "--allow-root"])
    assert started == [
        [sys.executable, "-m", "jupyterlab", *root, str(house / "notebooks")] for root in ([], ["--allow-root"])
    ]


def test_lab_starts_as_root_only_when_asked_and_says_how(house, capsys, monkeypatch):
    monkeypatch.setattr(cli.os, "execv", lambda *_: fail(AssertionError("started")))
    monkeypatch.setattr(cli.os, "geteuid", lambda: 0, raising=False)
    assert cli.main(["lab"]) == 1
    assert "capcycle lab --allow-root" in capsys.readouterr().err


# in a process of its own


HEAVY = {"papermill", "pandas", "numpy", "altair", "nbconvert", "nbformat", "jupyter_client", "tqdm"}


def said_and_loaded(*arguments):
    """What a command prints, and which of the libraries that take long to load it loads."""
    code = (
        "import atexit, sys; from capcycle import cli; "
        f"atexit.register(lambda: print(sorted({HEAVY} & set(sys.modules)))); cli.main({list(arguments)})"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "gbk"])
@pytest.mark.parametrize("command", ["list", "run nothing", "--help", "claims"])
def test_a_stream_that_is_not_utf_8_gets_all_that_it_can_show(house, monkeypatch, encoding, command):
    (house / "notebooks/runs.toml").write_text(RUNS.replace("A pair", "Zürich – 资本支出 ≥ ₹"), "utf-8")
    (house / "价值.csv").write_text("claim_id,entity,metric,value_low,unit\nr1,英伟达,capex,much,₹\n", "utf-8")
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding) for _ in range(2))
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    with suppress(SystemExit):
        assert cli.main([*command.split(), *(["价值.csv"] if command == "claims" else [])]) == (command != "list")
    for stream in (out, err):
        stream.flush()
    shown = out.buffer.getvalue() + err.buffer.getvalue()
    assert shown and (command != "list" or b"(toy companies=" in shown)


def test_a_command_without_streams_does_its_work(house, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)  # as a program without a window has it
    monkeypatch.setattr(sys, "stderr", None)
    assert cli.main(["list"]) == 0 and cli.main(["run", "nothing"]) == 1


def test_the_report_of_claims_is_written_before_anything_is_printed(house, monkeypatch, capsys):
    def report(*_):
        assert not capsys.readouterr().out
        return Path("report/claims.html")

    monkeypatch.setattr("capcycle.site.claims_report", report)
    monkeypatch.setattr("capcycle.claims.check_file", lambda _: [])
    (house / "mine.csv").write_text("metric\n")
    assert cli.main(["claims", "mine.csv"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Report: report/claims.html"


def test_help_loads_nothing_heavy():
    *said, loaded = said_and_loaded("--help")
    assert said[0].startswith("usage: capcycle") and loaded == "[]"


def test_a_build_with_nothing_to_do_loads_nothing_heavy(house, monkeypatch):
    monkeypatch.setattr("capcycle.publish.build", one_page)
    monkeypatch.setattr("capcycle.publish.draw", lambda _: None)
    assert cli.main(["site"]) == 0
    said, loaded = said_and_loaded("site")
    assert said.startswith("Nothing to do") and loaded == "[]"


def test_two_commands_give_the_same_bytes(house):
    write_toy(house, "print({'a', 'b', 'c', 'd', 'e'})")
    for name in ("one", "two"):
        subprocess.run([*COMMAND, "run", "toy", "-o", name], stdout=subprocess.DEVNULL, check=True)
    assert (house / "one").read_bytes() == (house / "two").read_bytes()


def test_a_reader_who_leaves_early_is_no_trouble(house):
    pipe = subprocess.Popen([*COMMAND, "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    pipe.stdout.close()
    assert pipe.wait() == 1
    assert pipe.stderr.read() == b""


SLOW = """import os, signal
for deaf in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(deaf, signal.SIG_IGN)
alive = open("../alive", "w")
print(os.getpid(), file=alive, flush=True)
signal.pause()
print("never stopped", file=alive, flush=True)"""


@pytest.fixture
def building(house):
    """A build that has begun to execute, started deaf to Ctrl-C as by a script, and its end of a pipe."""
    write_toy(house, SLOW)
    os.mkfifo(house / "alive")
    wanted = {signal.SIGINT: signal.SIG_IGN, signal.SIGTERM: signal.SIG_DFL, signal.SIGHUP: signal.SIG_DFL}
    before = {number: signal.signal(number, action) for number, action in wanted.items()}  # whatever started the tests
    command = subprocess.Popen([*COMMAND, "site"], stderr=subprocess.PIPE, start_new_session=True)
    for number, action in before.items():
        signal.signal(number, action)
    with (house / "alive").open() as alive, command:
        assert int(alive.readline()) > 0
        yield command, alive


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_stops_a_command_stops_everything_and_says_so(house, building, number):
    command, alive = building
    os.killpg(command.pid, number)  # as a terminal does: to the whole group
    assert command.wait() == 128 + number
    assert command.stderr.read() == b"Stopped.\n"
    kept = {path.name for path in (house / ".capcycle").rglob("*") if path.is_file()}
    assert {name for name in kept if not re.fullmatch(r"vega-[\d.]+-[\d.]+\.js", name)} == {"lock"}
    assert alive.read() == ""  # its end comes when the process of the run has ended


def test_a_command_that_is_killed_leaves_no_run_behind(house, building):
    command, alive = building
    os.killpg(command.pid, signal.SIGKILL)
    assert alive.read() == ""


def test_list_names_what_it_passes_over(house, capsys):
    nbformat.write(new_notebook(cells=[new_code_cell("1")]), house / "notebooks/Untitled.ipynb")
    assert cli.main(["list"]) == 0
    assert "Passed over, as no run names it: Untitled.ipynb has no cell tagged 'parameters'." in capsys.readouterr().out


@pytest.mark.parametrize("amount", ["0", "-1", "nan", "much"])
def test_a_limit_that_is_none_is_wrong_usage(amount):
    with pytest.raises(SystemExit) as ended:
        cli.main(["run", "toy", "--timeout", amount])
    assert ended.value.code == 2


# what the command did not make stays as it is


@pytest.fixture
def idle(house, monkeypatch):
    """A house where a notebook that is executed is a failed test."""
    monkeypatch.setattr("capcycle.workers.execute_each", lambda *_: fail(AssertionError("executed")))
    return house


def executed_like(house, **changed):
    """A notebook as the command writes it, and what an editor makes of it when it saves it."""
    cells = [new_code_cell("1", id="cell-0")]
    notebook = new_notebook(cells=cells, metadata={"papermill": {"parameters": {}} | changed})
    engine.write(notebook, house / "there.ipynb")
    return notebook


@pytest.mark.parametrize(
    "there, content",
    [
        *[("notes.txt", "mine"), ("notes", "mine"), ("mine.csv", "a,b\n"), ("module.py", "import os\n")],
        *[("mine.ipynb", "not even JSON"), ("mine.ipynb", "[]"), ("mine.ipynb", ""), ("mine.ipynb", '{"cells": []}')],
        *[("out.failed.ipynb", "mine"), ("mine.ipynb", '{"cells":[\n{}]}')],
    ],
)
def test_run_replaces_nothing_that_it_did_not_write(idle, capsys, there, content):
    (idle / there).write_text(content)
    asked = "out.ipynb" if "failed" in there else there
    assert cli.main(["run", "toy", "-o", asked]) == 1
    assert re.search(rf"{there}.*; name a file with -o", capsys.readouterr().err)
    assert (idle / there).read_text() == content


@pytest.mark.parametrize("name", ["out.txt", "out.html", "out.csv"])
def test_run_gives_a_notebook_the_name_of_one(idle, capsys, name):
    assert cli.main(["run", "toy", "-o", name]) == 1
    assert "whose name ends in .ipynb" in capsys.readouterr().err and not (idle / name).exists()


def test_run_replaces_what_it_wrote_and_not_what_others_saved(house, capsys):
    assert cli.main(["run", "toy", "-o", "out.ipynb"]) == 0
    assert cli.main(["run", "toy", "-o", "out.ipynb", "-p", "as_of", "2024-01-31"]) == 0
    assert printed(house / "out.ipynb") == "['MSFT'] 2024-01-31\n"
    nbformat.write(nbformat.read(house / "out.ipynb", 4), house / "out.ipynb")  # as JupyterLab does
    assert cli.main(["run", "toy", "-o", "out.ipynb"]) == 1
    assert "was changed since" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["pipe", "/dev/null", "/dev/stdout"])
def test_run_replaces_no_device_and_no_pipe(idle, name):
    os.mkfifo(idle / "pipe")
    before = (idle / name).stat().st_mode
    assert cli.main(["run", "toy", "-o", name]) == 1
    assert (idle / name).stat().st_mode == before


@pytest.mark.parametrize("place", ["data/out.ipynb", ".capcycle/out.ipynb", "link.ipynb", "site/ant/ant.ipynb"])
def test_run_writes_neither_among_the_sources_nor_over_what_is_published(idle, place):
    (idle / ".capcycle").mkdir()
    (idle / "link.ipynb").symlink_to(idle / "notebooks/toy.ipynb")
    (idle / "site/ant").mkdir(parents=True)
    files = [{"path": "ant/ant.ipynb"}]
    (idle / "site/manifest.json").write_text(json.dumps({"capcycle": "1", "pages": [{"files": files}], "files": []}))
    engine.write(executed_like(idle), idle / "site/ant/ant.ipynb")
    before = {path: path.read_bytes() for path in idle.rglob("*") if path.is_file()}
    assert cli.main(["run", "toy", "-o", place]) == 1
    assert {path: path.read_bytes() for path in idle.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("out", ["notes.txt/out.ipynb", "data"])
def test_run_says_where_it_cannot_write_before_it_executes(idle, capsys, out):
    (idle / "notes.txt").write_text("mine")
    assert cli.main(["run", "toy", "-o", out]) == 1
    assert "name a file with -o" in capsys.readouterr().err
