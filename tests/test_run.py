"""The runner: what it refuses, executes, leaves alone; and that an engine without a kernel is as good as one with."""

import ast
import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import nbformat
import papermill
import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from papermill.translators import translate_parameters

from capcycle import keys, ledger, paths, progress, run, workers
from capcycle.errors import RunError
from capcycle.ledger import write
from capcycle.parameters import cells, check_parameters, declared, parse_parameters

DECLARED = """companies: list[str] = ["MSFT"]  # whom to compare
years: int = 5  # how many
rate: float = 0.1
log: bool = False
name: str = "x\""""
READ = """import os
def read(name):
    with open(os.environ["CAPCYCLE_TRACE"], "a") as trace:
        trace.write(name + "\\n")
    return open("../data/" + name).read()"""
PYTHON3 = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}


@pytest.fixture
def house(tmp_path, monkeypatch):
    """An empty project of its own, in a folder whose name papermill would take for a template."""
    tmp_path = tmp_path / "{x}"
    tmp_path.mkdir()
    for name in ("DATA", "NOTEBOOKS"):
        monkeypatch.setattr(paths, name, tmp_path / name.lower())
        (tmp_path / name.lower()).mkdir()
    monkeypatch.setattr(paths, "CACHE", tmp_path / ".capcycle")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    return tmp_path


def notebook(house: Path, name: str, *cells: str, declares: str = DECLARED) -> Path:
    tagged = new_code_cell(declares, metadata={"tags": ["parameters"]})
    book = new_notebook(cells=[tagged, *map(new_code_cell, cells)], metadata=PYTHON3)
    path = house / "notebooks" / f"{name}.ipynb"
    nbformat.write(book, path)
    return path


def row(name: str, book: str, **parameters) -> run.Run:
    return run.Run(name, book, parameters, name.title(), "Toys")


def statuses(*runs: run.Run, **options) -> list[str]:
    return [outcome.status for outcome in run.execute_all(runs, progress=False, **options)]


def outputs(path: Path) -> list[str]:
    texts = [o for cell in nbformat.read(path, 4).cells for o in cell.get("outputs", [])]
    return [o.get("text") or o.get("data", {}).get("text/plain") for o in texts]


# what is refused before anything starts


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"compnies": ["MSFT"]},
            "unknown parameter compnies; there are: companies, log, name, rate, years; did you mean",
        ),
        ({"x\nimport os": 1}, r"unknown parameter 'x\\nimport os'"),
        ({"companies": "MSFT"}, "parameter companies must be a list[str], not 'MSFT'"),
        ({"companies": [1]}, "parameter companies must be a list[str], not [1]"),
        ({"years": True}, "parameter years must be an int, not True"),
        ({"years": 1.0}, "parameter years must be an int, not 1.0"),
        ({"rate": float("nan")}, "parameter rate must be a float, not nan"),
        ({"log": 1}, "parameter log must be a bool (true or false), not 1"),
        ({"name": None}, "parameter name must be a str, not None"),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused(house, given, message):
    with pytest.raises(RunError, match=re.escape(message).replace(r"\\\\n", r"\\n")):
        check_parameters(notebook(house, "toy"), given)


@pytest.mark.parametrize("wrong", [{"since": "abc"}, {"nope": 1}])
def test_a_wrong_type_or_name_hides_no_other_fault(wrong):
    with pytest.raises(RunError) as refused:
        check_parameters(paths.NOTEBOOKS / "capex.ipynb", {"companies": ["MSFTT"], "as_of": "2025-13-01", **wrong})
    said = str(refused.value).splitlines()
    assert len(said) == 3 and all(line.startswith("capex.ipynb: ") for line in said)
    assert next(iter(wrong)) in said[0] and "as_of is '2025-13-01'" in said[1] and "did you mean MSFT?" in said[2]


def test_what_is_given_twice_hides_no_other_fault():
    pairs = [("since", "2020"), ("since", "2021"), ("companies", "MSFTT")]
    with pytest.raises(RunError, match=r"(?s)since is given twice\n.*did you mean MSFT"):
        parse_parameters(paths.NOTEBOOKS / "capex.ipynb", pairs)


def test_the_complete_parameters_come_back(house):
    complete = check_parameters(notebook(house, "toy"), {"rate": 1})
    assert complete == {"companies": ["MSFT"], "years": 5, "rate": 1.0, "log": False, "name": "x"}
    assert type(complete["rate"]) is float


def test_help_is_the_comment_behind_the_parameter(house):
    assert declared(notebook(house, "toy"))["companies"].help == "whom to compare"


@given(name=st.text().filter(lambda name: name not in ("companies", "years", "rate", "log", "name")))
def test_no_other_name_gets_through(tmp_path_factory, name):
    path = tmp_path_factory.getbasetemp() / "names.ipynb"
    path.exists() or nbformat.write(new_notebook(cells=[tagged(DECLARED)]), path)
    with pytest.raises(RunError, match="unknown parameter"):
        check_parameters(path, {name: 1})


def tagged(source: str):
    return new_code_cell(source, metadata={"tags": ["parameters"]})


VALUES = st.fixed_dictionaries(
    {
        "companies": st.lists(st.text()),
        "years": st.integers(),
        "rate": st.floats(allow_nan=False, allow_infinity=False),
        "log": st.booleans(),
        "name": st.text(),
    }
)


@given(values=VALUES)
def test_every_value_of_the_right_type_reaches_the_notebook_as_it_was(tmp_path_factory, values):
    path = tmp_path_factory.getbasetemp() / "values.ipynb"
    path.exists() or nbformat.write(new_notebook(cells=[tagged(DECLARED)]), path)
    reached = {}
    exec(translate_parameters("python3", "python", check_parameters(path, values), ""), reached)
    assert {name: reached[name] for name in values} == values


@given(value=st.one_of(st.none(), st.dates(), st.binary(), st.dictionaries(st.text(), st.text()), st.tuples(st.text())))
def test_a_value_of_any_other_type_is_refused(tmp_path_factory, value):
    path = tmp_path_factory.getbasetemp() / "types.ipynb"
    path.exists() or nbformat.write(new_notebook(cells=[tagged(DECLARED)]), path)
    with pytest.raises(RunError, match=r"(?s)companies must.*years must.*rate must.*log must.*name must"):
        check_parameters(path, dict.fromkeys(["companies", "years", "rate", "log", "name"], value))


@given(words=st.lists(st.from_regex(r"[A-Z0-9][A-Z0-9.]{0,6}", fullmatch=True), min_size=1))
def test_every_ticker_typed_stays_a_string(tmp_path_factory, words):
    path = tmp_path_factory.getbasetemp() / "tickers.ipynb"
    path.exists() or nbformat.write(new_notebook(cells=[tagged(DECLARED)]), path)
    typed = parse_parameters(path, [("companies", ",".join(words)), ("name", words[0])])
    assert check_parameters(path, typed)["companies"] == words
    assert typed["name"] == words[0]


@pytest.mark.parametrize(
    ("pairs", "values"),
    [
        ([("companies", "NAN,0700.HK"), ("companies", "ON")], {"companies": ["NAN", "0700.HK", "ON"]}),
        ([("name", "1E5"), ("years", "-3"), ("rate", "1E5")], {"name": "1E5", "years": -3, "rate": 100000.0}),
        ([("log", "true"), ("companies", "")], {"log": True, "companies": []}),
        ([("years", "five")], {"years": "five"}),
    ],
)
def test_words_are_read_by_the_declared_type(house, pairs, values):
    assert parse_parameters(notebook(house, "toy"), pairs) == values


def test_one_value_given_twice_is_refused(house):
    with pytest.raises(RunError, match="parameter years is given twice"):
        parse_parameters(notebook(house, "toy"), [("years", "1"), ("years", "2")])


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("companies = ['MSFT']", "line 1: companies = ['MSFT']: write it as `name: type = default  # help`"),
        ("since: date = 1", "line 1: since: date = 1: the type must be one of str, int, float, bool, list[str]"),
        ("years: int = 2 * 3", "line 1: years: int = 2 * 3: the default must be a literal"),
        ("years: int = 'six'", "line 1: years: int = 'six': the default is not an int"),
        ("years: int = (", "the parameters cell is not Python"),
    ],
)
def test_a_parameters_cell_that_is_no_contract_is_refused(house, cell, message):
    with pytest.raises(RunError, match=re.escape(message)):
        declared(notebook(house, "toy", declares=cell))


@pytest.mark.parametrize("count", [0, 2])
def test_there_is_exactly_one_parameters_cell(house, count):
    nbformat.write(new_notebook(cells=[tagged(DECLARED) for _ in range(count)]), house / "notebooks/toy.ipynb")
    with pytest.raises(RunError, match=f"toy.ipynb: {count} cells are tagged 'parameters'; there must be exactly one"):
        declared(house / "notebooks/toy.ipynb")


def test_all_faulty_runs_are_named_and_none_is_started(house):
    notebook(house, "toy", "print(1)")
    with pytest.raises(RunError, match=r"(?s)\[a\]: toy.ipynb: unknown parameter.*\[b\]: toy.ipynb: parameter years"):
        run.execute_all([row("good", "toy"), row("a", "toy", compnies=[]), row("b", "toy", years="5")])
    assert not paths.CACHE.exists()


def test_an_unknown_notebook_or_run_names_the_known(house):
    notebook(house, "capex")
    with pytest.raises(RunError, match=r"unknown notebook capx; there are: capex; did you mean capex\?"):
        run.execute_all([row("a", "capx")])
    with pytest.raises(RunError, match="unknown run seven; there are: giants, hyperscalers"):
        run.select({"giants": row("giants", "capex"), "hyperscalers": row("hyperscalers", "capex")}, ["seven"])


def test_jobs_below_one_are_refused(house):
    with pytest.raises(RunError, match="jobs must be 1 or more, not 0"):
        run.execute_all([], jobs=0)


def test_every_malformed_row_is_named_at_once(house):
    notebook(house, "toy")
    (house / "notebooks/runs.toml").write_text('[Index]\nnotebook = "toi"\ntitel = "x"\ntitle = 3\n[index]\n')
    with pytest.raises(RunError) as refused:
        run.read_runs()
    names = "a run's name is a page's: small letters, digits, hyphens, not assets, feed, glossary, index, manifest"
    assert str(refused.value).splitlines() == [
        f"runs.toml [Index]: {names}",
        "runs.toml [Index]: unknown field titel; there are: for_each, notebook, parameters, section, title; did you "
        "mean title?",
        "runs.toml [Index]: title is not a string",
        "runs.toml [Index]: section is missing",
        "runs.toml [Index]: unknown notebook toi; there are: toy; did you mean toy?",
        f"runs.toml [index]: {names}",
        "runs.toml [index]: notebook is missing",
        "runs.toml [index]: title is missing",
        "runs.toml [index]: section is missing",
    ]


BAD_ROWS = {
    "con": ("title", "A", "the name con is that of a device on Windows, where no file can have it; choose another"),
    "lpt1": ("title", "B", "the name lpt1 is that of a device on Windows, where no file can have it; choose another"),
    "x" * 101: ("title", "C", "the name has 101 characters; give it at most 100"),
    "empty": ("title", " ", "title is empty"),
    "unprinted": ("section", "a\\u0000", "section has a character that does not print"),
    "nul": ("title", "D", "the name nul is that of a device on Windows, where no file can have it; choose another"),
    "twice": ("title", "one title", "title 'one title' is that of [first]; give each page one of its own"),
    "nothing": ("name", "\\u0000", "parameter name has a NUL in it"),
    "stranger": ("companies", ["MSTF"], "unknown company or group MSTF; there are: "),
    "undated": ("as_of", "31/12/2024", "as_of '31/12/2024' is not a date such as 2024-06-30"),
    "money": ("currency", "EURO", "unknown currency EURO"),
    "unkernelled": ("notebook", "bare", "bare.ipynb: names no Python kernel; open it in JupyterLab"),
}


def test_check_finds_all_that_a_run_would_stumble_over_at_once(house, monkeypatch):
    monkeypatch.setattr(paths, "DATA", Path(__file__).parents[1] / "data")
    declares = DECLARED + '\nas_of: str = ""\ncurrency: str = ""'
    notebook(house, "toy", declares=declares)
    nbformat.write(new_notebook(cells=[tagged(declares)]), house / "notebooks/bare.ipynb")
    rows = {"first": {"notebook": "toy", "title": "One title", "section": "S"}}
    for name, (field, value, _) in BAD_ROWS.items():
        given = {"parameters": {field: value}} if field not in run.FIELDS else {field: value}
        rows[name] = rows["first"] | {"title": name} | given
    text = tomli_w.dumps(rows).replace("\\\\u0000", "\\u0000")
    (house / "notebooks/runs.toml").write_text(text)
    found = run.check()
    lines = [f"runs.toml [{name}]: {said}" for name, (_, _, said) in BAD_ROWS.items()]
    missed = [line for line in lines if not any(fault.startswith(line) for fault in found)]
    assert not missed, found
    assert not [fault for fault in found if "[first]:" in fault]


def test_a_notebook_that_is_none_of_capcycles_is_named_and_stops_nothing(house):
    notebook(house, "toy")
    (house / "notebooks/runs.toml").write_text('[a]\nnotebook = "toy"\ntitle = "T"\nsection = "S"\n')
    nbformat.write(new_notebook(cells=[new_code_cell("1")]), house / "notebooks/Untitled.ipynb")
    (house / "notebooks/half.ipynb").write_text('{"cells": [')
    (house / "notebooks/folder.ipynb").mkdir()
    assert run.passed_over().keys() == {"Untitled", "half", "folder"}
    assert run.check() == []
    (house / "notebooks/runs.toml").write_text('[a]\nnotebook = "Untitled"\ntitle = "T"\nsection = "S"\n')
    assert "Untitled.ipynb: 0 cells are tagged 'parameters'" in "\n".join(run.check())


def test_names_that_are_one_file_on_another_system_are_found(house):
    (house / "notebooks/runs.toml").write_text("")
    for name in ("Toy", "toy", "aux"):
        notebook(house, name)
    differing, device = sorted(run.check(), key=len)
    assert "capitals only" in differing + device and "aux" in differing + device


def test_rows_come_in_file_order(house):
    notebook(house, "toy")
    fields = 'notebook = "toy"\ntitle = "T"\nsection = "S"\n'
    (house / "notebooks/runs.toml").write_text(f"[zebra]\n{fields}[ant]\n{fields}parameters = {{ years = 1 }}\n")
    assert list(run.read_runs()) == ["zebra", "ant"]
    assert run.read_runs()["ant"] == run.Run("ant", "toy", {"years": 1}, "T", "S")


@pytest.mark.parametrize("text", [None, "[broken"])
def test_no_or_broken_runs_toml_is_said(house, text):
    if text:
        (house / "notebooks/runs.toml").write_text(text)
    with pytest.raises(RunError, match=r"runs\.toml"):
        run.read_runs()


def test_check_wants_notebooks_without_outputs(house):
    (house / "notebooks/runs.toml").write_text("")
    notebook(house, "toy", "1")
    run.execute(row("toy", "toy"), house / "executed.ipynb")
    (house / "executed.ipynb").replace(house / "notebooks/toy.ipynb")
    assert run.check() == ["toy.ipynb: outputs or execution counts left in cells 1, 2, 3; clear them"]


# what is executed


def test_parameters_and_working_folder_reach_the_notebook(house):
    notebook(house, "toy", "import os; print(companies, years, os.getcwd())")
    out = run.execute(row("a", "toy", companies=["NAN"]), house / "out.ipynb")
    assert outputs(out) == [f"['NAN'] 5 {house / 'notebooks'}\n"]


def test_nothing_of_one_run_is_seen_by_the_next(house):
    notebook(house, "toy", "import json, random; print(hasattr(json, 'mark')); json.mark = 1")
    for outcome in run.execute_all([row("a", "toy"), row("b", "toy")], jobs=1, progress=False):
        assert outputs(outcome.notebook) == ["False\n"]


SHARED = """from capcycle import facts, theme, words
import altair, os, pandas
def shared():
    shown = [float(facts.history(["MSFT"])["value"].sum()), words.say("page.skip"), theme.FONT, altair.theme.active]
    return [*shown, pandas.get_option("display.precision"), os.environ.get("SPOILT"), os.getcwd()]
shared()"""
SPOIL = """amounts = facts.history(["MSFT"])["value"].to_numpy()
amounts.flags.writeable = True
amounts[:] = 0  # in the table that was read before the runs began
words.catalogue()["page.skip"] = theme.FONT = os.environ["SPOILT"] = "spoilt"
altair.theme.enable("dark")
pandas.set_option("display.precision", 1)
os.chdir("/")
shared()"""


def test_what_a_run_spoils_of_all_that_runs_share_is_whole_in_the_next(house):
    notebook(house, "toy", SHARED, SPOIL)
    first, second = run.execute_all([row("a", "toy"), row("b", "toy")], jobs=1, progress=False)
    whole, spoilt = map(ast.literal_eval, outputs(first.notebook)[-2:])
    assert not set(map(str, whole)) & set(map(str, spoilt))
    assert outputs(second.notebook) == outputs(first.notebook)


def test_random_numbers_are_not_those_of_another_run(house):
    notebook(house, "toy", "import numpy; print(numpy.random.rand())")
    made = [outputs(o.notebook) for o in run.execute_all([row("a", "toy"), row("b", "toy")], progress=False)]
    assert made[0] != made[1]


def test_two_executions_give_the_same_bytes(house):
    notebook(house, "toy", "import warnings; warnings.warn('w')", "print({'a', 'b', 'c', 'd'}); 1", "display(2)")
    [first] = [o.notebook.read_bytes() for o in run.execute_all([row("a", "toy")], progress=False)]
    [again] = [o.notebook.read_bytes() for o in run.execute_all([row("a", "toy")], force=True, progress=False)]
    assert first == again
    assert json.loads(first)["metadata"]["papermill"] == {
        "parameters": check_parameters(paths.NOTEBOOKS / "toy.ipynb", {})
    }


def test_a_failed_run_keeps_its_traceback_and_its_last_good_notebook(house):
    notebook(house, "toy", "years = 1 / years")
    run.execute_all([row("a", "toy")], progress=False)
    good = (paths.CACHE / "runs/a/notebook.ipynb").read_bytes()
    failed, other = run.execute_all([row("a", "toy", years=0), row("b", "toy")], progress=False)
    assert (failed.status, failed.error, other.status) == (
        "failed",
        "In [3]: ZeroDivisionError: division by zero",
        "done",
    )
    assert "ZeroDivisionError" in failed.notebook.read_text()
    assert failed.notebook == paths.CACHE / "runs/a/failed.ipynb"
    assert (paths.CACHE / "runs/a/notebook.ipynb").read_bytes() == good


@pytest.mark.parametrize(
    ("death", "said"), [("os._exit(7)", "exit code 7"), ("os.kill(os.getpid(), 9)", "signal SIGKILL")]
)
def test_a_process_that_dies_fails_only_its_own_run(house, death, said):
    notebook(house, "dies", f"import os; {death}")
    notebook(house, "toy")
    dead, other = run.execute_all([row("dead", "dies"), row("other", "toy")], progress=False)
    assert (dead.status, dead.error) == ("failed", f"its process ended with {said} before the notebook did")
    assert said in dead.notebook.read_text()
    assert other.status == "done"


def test_a_thread_left_behind_holds_nothing_up(house):
    notebook(house, "toy", "import threading; threading.Thread(target=threading.Event().wait).start()")
    assert statuses(row("a", "toy")) == ["done"]


def test_where_the_process_dies_that_all_come_from_the_runs_that_are_left_fail(house):
    notebook(house, "toy", "import os; os.kill(os.getppid(), 9)")
    for outcome in run.execute_all([row("a", "toy"), row("b", "toy")], jobs=1, progress=False):
        assert outcome.error == "its process ended with signal SIGKILL before the notebook did"
        assert outcome.error in outcome.notebook.read_text()


@pytest.fixture
def ctrl_c():
    """Ctrl-C heard, which a test started in the background is deaf to."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


SLOW = """import signal
alive = open("../alive", "w")
print("started", file=alive, flush=True)
signal.pause()
print("never stopped", file=alive, flush=True)"""


def test_ctrl_c_ends_the_processes_and_leaves_nothing(house, monkeypatch):
    os.mkfifo(house / "alive")
    notebook(house, "slow", SLOW)
    notebook(house, "quick")
    alive = []

    def interrupted(*_):
        alive.append((house / "alive").open())
        assert alive[0].readline() == "started\n"
        raise KeyboardInterrupt

    monkeypatch.setattr("capcycle.workers._received", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run.execute_all([row("slow", "slow"), row("quick", "quick")], jobs=2, progress=False)
    left = {each.name for each in paths.CACHE.iterdir()}
    assert left <= {"runs"}  # where the quick one is kept, if it had come to its end
    with alive[0] as pipe:
        assert pipe.read() == ""  # its end comes when the process has ended


HELD = """import os, signal, subprocess, sys
alive = os.open("../alive", os.O_WRONLY)
wait = [sys.executable, "-c", "import signal; signal.signal(15, signal.SIG_IGN); signal.pause()"]
subprocess.Popen(wait, pass_fds=[alive])
subprocess.Popen(wait, pass_fds=[alive], start_new_session=True)
again = f"import subprocess; subprocess.Popen({wait}, pass_fds=[{alive}], start_new_session=True)"
subprocess.run([sys.executable, "-c", again], pass_fds=[alive])
if os.fork() == 0:
    signal.pause()"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process that leaves its group is not found")
def test_all_that_a_notebook_starts_ends_with_it(house):
    os.mkfifo(house / "alive")
    held = os.open(house / "alive", os.O_RDONLY | os.O_NONBLOCK)
    notebook(house, "toy", *HELD.split("\n", 1))
    assert statuses(row("a", "toy")) == ["done"]
    os.set_blocking(held, True)
    assert os.read(held, 1) == b""  # its end comes when nobody has the other end any more
    os.close(held)


def test_a_fork_that_goes_on_with_the_notebook_has_no_say(house):
    notebook(house, "toy", "import os; child = os.fork()", "print('child' if child == 0 else 'parent')")
    (outcome,) = run.execute_all([row("a", "toy")], progress=False)
    assert outputs(outcome.notebook) == ["parent\n"]


TAKES = {
    "output": ("print('x' * 30_000_000)", "In [3]: more than 20 MB of output, which no page can show; print less"),
    "loop": (
        "while True:\n    try: print('x' * 10**6)\n    except Exception: pass",
        "In [3]: more than 20 MB of output, which no page can show; print less",
    ),
    "result": ("'x' * 30_000_000", "In [3]: more than 20 MB of output, which no page can show; print less"),
    "words": ("raise ValueError('x\\udcff' * 10**6)", "In [3]: ValueError: x?x?"),
    "memory": (
        "x = bytes(2 << 30)",
        "In [3]: needed more than the 1 GB that a run may have; allow more with --memory, or load less",
    ),
}


def test_a_run_that_takes_too_much_fails_alone_and_in_words(house):
    if sys.platform != "linux":
        TAKES.pop("memory")
    for name, (code, _) in TAKES.items():
        notebook(house, name, code)
    notebook(house, "good", "print(1)")
    runs = [row(name, name) for name in (*TAKES, "good")]
    *failed, good = run.execute_all(runs, progress=False, limits=run.Limits(memory=1))
    assert good.status == "done"
    for outcome, (_, said) in zip(failed, TAKES.values(), strict=True):
        assert outcome.status == "failed" and outcome.error.startswith(said) and len(outcome.error) < 2_100
        assert outcome.notebook.stat().st_size < 25_000_000
        nbformat.validate(nbformat.read(outcome.notebook, 4))


def test_a_run_that_takes_too_long_is_stopped_and_says_so(house):
    notebook(
        house, "slow", "import signal; [signal.signal(each, signal.SIG_IGN) for each in (1, 2, 15)]; signal.pause()"
    )
    (late,) = run.execute_all([row("slow", "slow")], progress=False, limits=run.Limits(seconds=0.01))
    assert (late.status, late.error) == ("failed", "timed out after 0.01 s; allow more with --timeout")
    assert "--timeout" in late.notebook.read_text()


def test_ctrl_c_while_a_process_starts_ends_that_process_too(house, monkeypatch, ctrl_c):
    notebook(house, "slow", "import signal; signal.pause()")
    begin, begun = workers._start, []

    def interrupted(*given):
        pipe, process = begin(*given)
        begun.append(process)
        os.kill(os.getpid(), signal.SIGINT)
        return pipe, process

    monkeypatch.setattr("capcycle.workers._start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run.execute_all([row("slow", "slow")], progress=False)
    begun[0].join()
    assert begun[0].exitcode == 0


def test_a_refused_execution_says_where_the_failed_notebook_is(house):
    notebook(house, "toy", "nonsense")
    with pytest.raises(RunError, match=r"NameError: name 'nonsense' is not defined\n.*out.failed.ipynb"):
        run.execute(row("toy", "toy"), house / "out.ipynb")
    assert "NameError" in (house / "out.failed.ipynb").read_text()
    assert not (house / "out.ipynb").exists()


# what is left alone


def test_an_unchanged_run_is_not_executed_again(house):
    notebook(house, "toy", "import time; print(time.time())")
    [first] = run.execute_all([row("a", "toy")], progress=False)
    [again] = run.execute_all([row("a", "toy")], progress=False)
    assert (first.status, again.status) == ("done", "unchanged")
    assert first.key == again.key
    assert statuses(row("a", "toy"), force=True) == ["done"]


def test_only_runs_that_read_a_changed_file_are_executed(house):
    for ticker in ("MSFT", "AMZN"):
        (house / f"data/{ticker}.csv").write_text("1")
    notebook(house, "toy", READ, "[read(f'{company}.csv') for company in companies]")
    runs = [row("msft", "toy"), row("amzn", "toy", companies=["AMZN"]), row("both", "toy", companies=["MSFT", "AMZN"])]
    assert statuses(*runs) == ["done", "done", "done"]
    (house / "data/AMZN.csv").write_text("2")
    (house / "data/new.csv").write_text("2")
    assert statuses(*runs) == ["unchanged", "done", "done"]
    assert statuses(*runs) == ["unchanged", "unchanged", "unchanged"]


WAYS = {
    "relative": "open('../../outside/own.csv').read()",
    "link": "open('../link/own.csv').read()",
    "descriptor": "import os; os.read(os.open('../../outside/own.csv', os.O_RDONLY), 9)",
    "listed": "import os; os.listdir('../../outside')",
    "later": "import contextlib\nwith contextlib.suppress(FileNotFoundError):\n    open('../../outside/late.csv')",
    "module": "import sys; sys.path.insert(0, '.'); import helper",
    "program": "import subprocess; subprocess.run(['cat', name], check=True)",
    "data": "open('../data/own.csv').read()",
    "other": "open('../../outside/other.csv').read()",
    "scratch": "open('../scratch', 'w').write('1'); open('../scratch').read(); import os; os.remove('../scratch')",
}


def test_what_a_run_opens_is_part_of_its_key_wherever_it_lies(house):
    outside = house.parent / "outside"
    outside.mkdir()
    (house / "link").symlink_to(outside)
    files = [outside / "own.csv", house / "notebooks/helper.py", house / "data/own.csv"]
    for file in [*files, outside / "other.csv"]:
        file.write_text("1")
    for name, code in WAYS.items():
        notebook(house, name, code)
    given = {"program": {"name": str(outside / "own.csv")}}
    runs = [run.Run(name, name, given.get(name, {}), name, "Toys") for name in WAYS]
    assert statuses(*runs) == ["done"] * len(WAYS)
    assert statuses(*runs) == ["unchanged"] * len(WAYS)
    for file in [*files, outside / "late.csv"]:
        file.write_text("22")
    assert statuses(*runs) == ["unchanged" if name in ("other", "scratch") else "done" for name in WAYS]


def test_a_link_that_points_elsewhere_is_a_change(house):
    for name in ("one", "two"):
        (house / name).mkdir()
        (house / name / "own.csv").write_text(name)
    (house / "link").symlink_to(house / "one")
    notebook(house, "toy", "open('../link/own.csv').read()")
    statuses(row("a", "toy"))
    (house / "link").unlink()
    (house / "link").symlink_to(house / "two")
    assert statuses(row("a", "toy")) == ["done"]


@pytest.mark.parametrize("setting", ["TZ"])
def test_a_setting_that_output_depends_on_is_a_change(house, monkeypatch, setting):
    inputs = keys.Inputs.read([])
    monkeypatch.setenv(setting, "Asia/Shanghai")
    assert keys.Inputs.read([]).shared != inputs.shared


READING = """from capcycle import facts
from capcycle.facts import registers
read_before = registers._table.cache_info().misses
known, let = facts.load(["MSFT", "BABA"]), registers.read("contracts")
facts.convert(known, "CNY")
registers._table.cache_info().misses - read_before"""


def test_a_run_is_known_to_depend_on_data_that_was_read_before_it_began(house):
    notebook(house, "toy", READING)
    (alone,) = run.execute_all([row("alone", "toy")], progress=False)
    many = [row(name, "toy") for name in "abcd"]  # few read what they need themselves
    among = run.execute_all(many, jobs=1, progress=False)
    assert len(many) > workers.FEW
    read, *read_before = [int(outputs(each.notebook)[-1]) for each in (alone, *among)]
    assert read > 0 and read_before == [0] * len(many)
    kept = [ledger.met(name, row["key"]) for name, row in ledger.read_rows().items()]
    assert all(each["questions"] == kept[0]["questions"] for each in kept)
    assert {"facts/MSFT.csv", "facts/BABA.csv", "sources.csv", "contracts.csv", "fx.csv"} <= kept[0]["files"].keys()


def test_no_import_opens_data_of_which_a_run_would_not_be_known_to_depend_on(tmp_path):
    code = "\n".join(cell["source"] for path in paths.NOTEBOOKS.glob("*.ipynb") for cell in cells(path))
    imports = workers.OUR_IMPORT.findall(code)
    assert "from capcycle.widgets import Explorer" in imports
    environment = {**os.environ, "CAPCYCLE_TRACE": str(tmp_path / "trace")}
    subprocess.run([sys.executable, "-c", "\n".join(imports)], env=environment, check=True)
    assert not (tmp_path / "trace").exists()


def test_data_that_changes_while_it_is_read_counts_as_changed(house):
    (house / "data/a.csv").write_text("1")
    notebook(house, "toy", READ, "read('a.csv'); open('../data/a.csv', 'w').write('2')")
    assert statuses(row("a", "toy")) == ["done"]
    assert statuses(row("a", "toy")) == ["done"]


@pytest.mark.parametrize("change", ["code", "prose", "parameters", "lock", "result"])
def test_a_change_of_anything_it_depends_on_executes_a_run(house, change):
    path = notebook(house, "toy", "1")
    statuses(row("a", "toy"))
    book = nbformat.read(path, 4)
    changes = {
        "code": lambda: book.cells.append(new_code_cell("2")),
        "prose": lambda: book.cells.append(new_markdown_cell("2")),
        "parameters": lambda: None,
        "lock": lambda: (house / "requirements.lock").write_text("pandas==9"),
        "result": lambda: (paths.CACHE / "runs/a/notebook.ipynb").write_text("cut of"),
    }
    changes[change]()
    nbformat.write(book, path)
    assert statuses(row("a", "toy", years=9 if change == "parameters" else 5)) == ["done"]


def test_outputs_and_metadata_of_the_source_do_not_matter(house):
    path = notebook(house, "toy", "1")
    statuses(row("a", "toy"))
    book = nbformat.read(path, 4)
    book.metadata["edited"] = book.cells[0].metadata["scrolled"] = True
    nbformat.write(book, path)
    assert statuses(row("a", "toy")) == ["unchanged"]


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"status": "done"}', "\udcff"])
def test_a_broken_ledger_executes_everything_again(house, text):
    notebook(house, "toy")
    statuses(row("a", "toy"))
    (paths.CACHE / "runs/a/row.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert statuses(row("a", "toy")) == ["done"]


def test_the_ledger_has_a_row_for_each_run(house):
    (house / "data/a.csv").write_text("1")
    notebook(house, "toy", READ, "read('a.csv')")
    [outcome] = run.execute_all([row("a", "toy", years=3)], progress=False)
    kept = ledger.read_rows()["a"]
    assert (kept["key"], kept["status"], kept["parameters"]["years"]) == (outcome.key, "done", 3)
    assert list(kept["opened"]) == ["a.csv"]


def test_a_failed_run_is_tried_again(house):
    notebook(house, "toy", "import pathlib; assert pathlib.Path('../mended').exists()")
    assert statuses(row("a", "toy")) == ["failed"]
    (house / "mended").touch()
    assert statuses(row("a", "toy")) == ["done"]
    assert not (paths.CACHE / "runs/a/failed.ipynb").exists()


def test_a_line_for_each_run_where_there_is_no_terminal(house, capsys):
    notebook(house, "toy", "years = 1 / years")
    run.execute_all([row("a", "toy"), row("b", "toy", years=0)], jobs=1)
    done, failed = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"a: done in \d+\.\d s", done)
    assert failed == "b: failed. In [3]: ZeroDivisionError: division by zero"


def test_a_bar_of_runs_done_running_and_left_on_a_terminal(house, capsys, monkeypatch):
    notebook(house, "toy")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    run.execute_all([row("a", "toy"), row("b", "toy"), row("c", "toy")], jobs=1)
    shown = capsys.readouterr().err
    assert "0/3" in shown
    assert "1 running, 2 left: a 0 s" in shown
    assert re.search(r"1/3 .* 1 running, 1 left, about \d+ s to go: b", shown)
    assert "3/3" in shown
    run.execute_all([row("a", "toy", years=1), row("new", "toy")], jobs=1)
    assert re.search(r"0/2 .* left, about \d+ s to go", capsys.readouterr().err), "the ledger knows one of them"


def test_what_runs_is_shown_with_the_time_since_it_began(capsys, monkeypatch):
    monkeypatch.setattr(progress, "TICK", 0.001)
    clock, drawn = iter(range(0, 10**9, 61)), threading.Event()
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with progress.Live({"a": 3600.0, "b": None}) as display:
        draw = display.bar.set_description_str
        monkeypatch.setattr(display.bar, "set_description_str", lambda said: (draw(said), drawn.set()))
        display.begun("a")
        drawn.clear()
        assert drawn.wait(60)  # a tick has drawn it anew, with nothing else going on
    assert re.search(r"1 running, 1 left, about 1 h \d+ min to go: a [2-9]\d* min", capsys.readouterr().err)


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    write(tmp_path / "a", "old")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path / "a", "new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "old")]


# the engine against papermill's own


CELLS = [
    "years",
    "import sys\nprint('out'); print('err', file=sys.stderr); print('more')",
    "print('before'); display({'a': (1, 2)}); print('after'); 5",
    "import pandas as pd\npd.DataFrame({'a': [1.5, None]})",
    "import altair as alt\nclass Chart:\n    def _repr_mimebundle_(self, include=None, exclude=None):\n"
    "        spec = alt.Chart(pd.DataFrame({'a': [1, 2]})).mark_bar().encode(x='a:Q').to_dict()\n"
    "        return {'application/vnd.vegalite.v5+json': spec, 'text/plain': 'bars'}\nChart()",
    "class Bundle:\n    __repr__ = lambda self: 'bundle'\n"
    "    def _repr_mimebundle_(self, include=None, exclude=None):\n"
    "        return {'application/vnd.x+json': {'t': (1, None), 2: 'two'}}, {'text/plain': {'k': 1}}\nBundle()",
    "class Sentence(str):\n    def _repr_markdown_(self):\n        return str(self)\nSentence('It **pays**.')",
    "Sentence('unseen');",
    "shown = display('first', display_id='d')",
    "shown.update('second')",
    "from IPython.display import clear_output\nprint('gone'); clear_output(); print('also gone')\n"
    "clear_output(wait=True); display('kept')",
    "print('stays'); clear_output(wait=True)",
    "print('one', flush=True); print('two', flush=True)",
    "!echo shell",
    "import asyncio\nawait asyncio.sleep(0)\n_",
    "",
    "__name__, float('nan')",
]
ENDS = {
    "exception": "def f():\n    raise ValueError('two\\nlines')\nprint('before'); f()",
    "representation": (
        "class Broken:\n    __repr__ = lambda self: 'broken'\n"
        "    def _repr_html_(self):\n        raise TypeError('no')\nBroken()"
    ),
}


@pytest.fixture(scope="module", params=ENDS)
def both(request, tmp_path_factory):
    """The same notebook executed by papermill's ordinary kernel and by this engine."""
    folder = tmp_path_factory.mktemp("engines")
    cells = [tagged("years: int = 5"), *map(new_code_cell, [*CELLS, ENDS[request.param], "'never reached'"])]
    nbformat.write(new_notebook(cells=cells, metadata=PYTHON3), folder / "in.ipynb")
    for each in ("nbclient", "capcycle"):
        command = ["papermill", "in.ipynb", f"{each}.ipynb", "-p", "years", "7", "--engine", each]
        subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, check=False)
    return [nbformat.read(folder / f"{engine}.ipynb", 4) for engine in ("nbclient", "capcycle")]


def joined(cell):
    """The outputs of a cell, what is printed in one piece: a busy kernel sends a line in two."""
    outputs = []
    for output in cell.get("outputs", []):
        if outputs and output["output_type"] == "stream" and outputs[-1].get("name") == output["name"]:
            outputs[-1] |= {"text": outputs[-1]["text"] + output["text"]}
        else:
            outputs.append(dict(output))
    return outputs


def test_the_engine_gives_what_the_ordinary_kernel_gives(both):
    kernel, ours = [[(c.source, joined(c), c.get("execution_count")) for c in book.cells] for book in both]
    assert len(ours) == len(CELLS) + 6  # the parameters twice, the two last, two marks of papermill's at the error
    assert ours == kernel
    assert both[0].metadata.language_info == both[1].metadata.language_info


EARLY = "2024-09-30"
WIDGETS = ["explore", "explore_models", "explore_text"]  # which speak to their kernel


@pytest.mark.slow
@pytest.mark.parametrize("name", WIDGETS)
def test_plain_papermill_executes_a_notebook(name, tmp_path):
    plain_papermill(paths.NOTEBOOKS / f"{name}.ipynb", tmp_path, "-p", "as_of", EARLY)


@pytest.mark.slow
def test_plain_papermill_takes_a_file_of_parameters(tmp_path):
    (tmp_path / "parameters.yaml").write_text(f"as_of: '{EARLY}'\n")
    plain_papermill(paths.NOTEBOOKS / "measure.ipynb", tmp_path, "-f", str(tmp_path / "parameters.yaml"))


def plain_papermill(path, folder, *given):
    command = [sys.executable, "-m", "papermill", str(path), str(folder / "out.ipynb"), *given]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Passed unknown parameter" not in done.stderr


def test_papermill_finds_the_engine_by_its_entry_point():
    assert papermill.engines.papermill_engines.get_engine("capcycle").__name__ == "InlineEngine"


@pytest.mark.parametrize("first", ["capcycle.engine", "papermill"])
def test_the_engine_can_be_imported_before_and_after_papermill(first):
    code = f"import {first}; import capcycle.engine, papermill.engines as e; e.papermill_engines.get_engine('capcycle')"
    subprocess.run([sys.executable, "-c", code], check=True)
