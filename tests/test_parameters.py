"""The one reader of parameters, in every notebook's own first step; and exhibits that have nothing to show."""

import ast
from datetime import date, datetime

import pytest

from capcycle import engine, paths, study
from capcycle.errors import ModelError, RunError
from capcycle.models.bounds import CHOSEN, NEEDED
from capcycle.parameters import BANDS, DATES, FILLED, cells, declared, notebooks, read, settle

NOTEBOOKS = {name: declared(path) for name, path in notebooks().items()}
EVERY = [(name, each) for name, known in NOTEBOOKS.items() for each in known.values()]
every = pytest.mark.parametrize("name", NOTEBOOKS)


def of(notebook, given=None, **values):
    """What the reader makes of a notebook's defaults with some values in their place, and what it says."""
    known = NOTEBOOKS[notebook]
    kinds = {each.name: each.type for each in known.values()}
    return read(kinds, {each.name: each.default for each in known.values()} | values, given)


def refusal(notebook, **values):
    """The one sentence that refuses a value."""
    [fault] = of(notebook, **values)[1]
    return fault


def parameters(*types):
    return [(name, each.name) for name, each in EVERY if each.type in types]


# ---- every notebook


@every
def test_the_first_step_of_every_notebook_reads_its_parameters(name):
    code = [cell["source"] for cell in cells(notebooks()[name]) if cell["type"] == "code"]
    steps = [ast.unparse(line) for line in ast.parse(code[1]).body if not isinstance(line, ast.Import | ast.ImportFrom)]
    assert steps[0] == "parameters.settle(globals())"


@every
def test_the_defaults_of_every_notebook_are_read_as_they_stand(name):
    assert of(name) == ({each.name: each.default for each in NOTEBOOKS[name].values()}, [])


@every
def test_no_default_excludes_another_choice(name):
    known = NOTEBOOKS[name]
    assert "companies" not in known or "company" not in known or known["company"].default == ""


# ---- dates

DATED = [(name, each.name) for name, each in EVERY if each.name in DATES]


def test_every_parameter_that_is_a_day_is_read_as_one():
    assert {each.name for _, each in EVERY if "ISO date" in each.help} | {"cut_off"} == DATES


@pytest.mark.parametrize(("notebook", "name"), DATED)
def test_a_day_is_read_alike_in_every_form_that_has_one_meaning(notebook, name):
    forms = ["2025-11-15", "20251115", 20251115, date(2025, 11, 15), datetime(2025, 11, 15, 9, 30)]
    assert {of(notebook, **{name: form})[0][name] for form in forms} == {"2025-11-15"}


@pytest.mark.parametrize(
    "wrong", ["15/11/2025", "11/15/2025", "2025-11-31", "2025", 2025, True, 2025.5, ["2025-11-15"]]
)
@pytest.mark.parametrize(("notebook", "name"), DATED)
def test_what_is_no_day_is_refused_with_how_to_write_one(notebook, name, wrong):
    said = f"parameter {name} is {wrong!r}: write the day as year-month-day, such as 2025-11-15"
    assert refusal(notebook, **{name: wrong}) == said


def test_a_day_out_of_all_time_is_refused():
    assert refusal("claims", as_of=10661014) == "parameter as_of is 10661014: give a day from 1990-01-01 to 2100-12-31"


def test_nothing_compares_days_as_text():
    """No comparison of order in the library has a text on one side: an f-string, or what `isoformat` gives."""
    wrong = []
    for path in sorted((paths.ROOT / "lib").rglob("*.py")):
        orders = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
        for each in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(each, ast.Compare) and isinstance(each.ops[0], orders):
                sides = [each.left, *each.comparators]
                texts = [side for side in sides if isinstance(side, ast.JoinedStr) or "isoformat" in ast.unparse(side)]
                named = [side for side in sides if ast.unparse(side) in ("as_of", "self.as_of", "book.as_of")]
                wrong += [f"{path.name}:{each.lineno}" for _ in texts + named]
    assert not wrong


# ---- numbers

NUMBERS = parameters("int", "float", "list[int]", "list[float]")
SHARES = [(notebook, name) for notebook, name in NUMBERS if CHOSEN[name].high <= 1 and name != "past_share"]


def shaped(notebook, name, number):
    """A number as the parameter takes it: alone, as a list, or as a low, a central and a high figure."""
    if not NOTEBOOKS[notebook][name].type.startswith("list["):
        return number
    return [number] * 3 if name in BANDS else [number]


@pytest.mark.parametrize(("notebook", "name"), NUMBERS)
def test_every_number_of_every_notebook_has_bounds(notebook, name):
    low, high, _ = CHOSEN[name]
    for outside in (min(low - 1, -1), high + max(1, high / 100)):
        number = int(outside) if NOTEBOOKS[notebook][name].type == "int" else float(outside)
        assert refusal(notebook, **{name: shaped(notebook, name, number)}).startswith(f"parameter {name} is ")


@pytest.mark.parametrize(("notebook", "name"), SHARES)
def test_a_percentage_for_a_fraction_is_refused_with_the_fraction(notebook, name):
    said = refusal(notebook, **{name: shaped(notebook, name, 21.0)})
    assert said.startswith(f"parameter {name} is 21: give a number from ") and said.endswith("; write 0.21 for 21 %")


def test_zero_is_refused_where_it_stands_for_nothing():
    assert {name for _, name in NUMBERS} == set(CHOSEN) >= NEEDED  # and no bound is of a parameter that is gone
    assert {each.name for _, each in EVERY} >= FILLED | BANDS
    for notebook, name in NUMBERS:
        if name in NEEDED:
            assert refusal(notebook, **{name: 0}).startswith(f"parameter {name} is 0: give a number from ")


@pytest.mark.parametrize("wrong", ["0.21", True, None, float("nan"), float("inf"), [0.21]])
def test_what_is_no_number_is_refused(wrong):
    assert refusal("company", tax_rate=wrong) == f"parameter tax_rate is {wrong!r}: give a float"


def test_three_figures_come_in_their_order():
    said = "give three numbers, the low one, the central and the high"
    assert said in refusal("leasing", finance_rate=[0.08, 0.045, 0.03])
    assert said in refusal("leasing", finance_rate=[0.03, 0.08])


# ---- lists and names


@pytest.mark.parametrize(("notebook", "name"), parameters("list[str]"))
def test_a_text_of_several_is_read_as_a_list(notebook, name):
    default = NOTEBOOKS[notebook][name].default
    assert of(notebook, **{name: ", ".join(default)})[0][name] == default


@pytest.mark.parametrize("yaml", [[True, False], [1357], [2230, "MSFT"], [None]])
def test_what_yaml_makes_of_tickers_is_refused_with_how_to_write_them(yaml):
    said = f"parameter companies is {yaml!r}: give a list[str]; put a text in quotes"  # ON, NO, 1357, 002230
    assert refusal("capex", companies=yaml) == said


@pytest.mark.parametrize(("notebook", "name"), parameters("list[str]", "list[int]", "list[float]"))
def test_an_empty_list_is_refused_where_one_value_is_needed(notebook, name):
    optional = notebook == "claims" or name in ("peers", "beside")
    assert bool(of(notebook, **{name: []})[1]) is not optional


@pytest.mark.parametrize(("notebook", "name"), parameters("list[str]"))
def test_a_value_that_is_given_twice_is_refused(notebook, name):
    assert refusal(notebook, **{name: ["MSFT", "MSFT"]}) == f"parameter {name} has MSFT twice: give each once"


@pytest.mark.parametrize(
    ("notebook", "given", "said"),
    [
        ("leasing", {"tenant": "googl"}, "parameter tenant: unknown company googl; there are: "),
        ("company", {"company": "0700"}, "parameter company: unknown company 0700; there are: "),
        ("capex", {"companies": ["MSFT", "Amzn"]}, "parameter companies: unknown company or group Amzn; there are: "),
        ("measure", {"metric": "Capex"}, "parameter metric: unknown metric Capex; there are: "),
        ("measure", {"span": "month"}, "parameter span: unknown span month; there are: "),
        ("cycle", {"currency": "usd"}, "parameter currency: unknown currency usd; there are: "),
    ],
)
def test_a_name_that_is_not_known_is_refused_with_those_that_are(notebook, given, said):
    assert refusal(notebook, **given).startswith(said)


def test_a_name_in_another_case_is_recognised():
    assert "; did you mean GOOGL?; " in refusal("leasing", tenant="googl")


@pytest.mark.parametrize("ticker", ["0700.HK", "002230.SZ"])
def test_a_ticker_may_have_a_point(ticker):
    assert of("company", company=ticker) == (of("company")[0] | {"company": ticker}, [])


# ---- together


def test_what_must_differ_is_refused_where_it_is_the_same():
    said = "parameter up is 'gpu_rent', which across is too: give another"
    assert refusal("gpu_cloud", across="gpu_rent", up="gpu_rent") == said


def test_a_first_year_that_nobody_chose_makes_way_for_an_early_day():
    assert of("capex", {"as_of"}, as_of="2019-06-30")[0]["since"] == 2016  # three years before, not 2020
    assert refusal("capex", given={"as_of", "since"}, as_of="2019-06-30") == (
        "parameter since is 2020: give at most 2019, the last year shown"
    )


def test_a_day_before_comes_before():
    said = "parameter before is 2025-06-30: give a day before as_of, 2024-12-31"
    assert refusal("tables", before="2025-06-30", as_of="2024-12-31") == said


def test_all_faults_come_at_once():
    assert len(of("company", company="msft", tax_rate=21, as_of="15/11/2025", since=20)[1]) == 4


def test_the_company_of_one_is_the_first_that_has_all_where_none_is_chosen():
    assert study.one_of({"AAPL": study.Case.__new__(study.Case)}, "AAPL") == "AAPL"
    with pytest.raises(ModelError, match="unknown company MSFT; there are: AAPL"):
        study.one_of({"AAPL": None}, "MSFT")


# ---- in a notebook

FIRST = """from capcycle import errors, parameters
parameters.settle(globals())"""
EMPTY = """raise_it = [][:]
figures = max(raise_it) if raise_it else (_ for _ in ()).throw(errors.NothingToShow("no company has two years"))
"""


def play(*sources):
    """What the cells of a notebook show or raise, as the engine executes them."""
    tape = engine.Tape()
    with engine.shell(tape) as python:
        shown = [engine.nbformat.v4.new_code_cell(source) for source in sources]
        for cell in shown:
            if not engine._execute(cell, python, tape):
                break
    return [[output.get("evalue") or output["data"].get("text/markdown") or output["data"]["text/plain"]
             for output in cell.outputs] for cell in shown]  # fmt: skip


def test_an_exhibit_with_nothing_to_show_says_why_and_the_page_goes_on():
    shown = play("as_of: str = ''", FIRST, "'verdict'", EMPTY + "figures", "'next'")
    assert shown[2:] == [["'verdict'"], ["Nothing can be shown here: no company has two years."], ["'next'"]]


def test_what_needs_an_absent_exhibit_is_absent_for_the_same_reason_until_it_is_there():
    shown = play("as_of: str = ''", FIRST, "'verdict'", EMPTY, "figures + 1", "figures = 2", "figures")
    absent = ["Nothing can be shown here: no company has two years."]
    assert shown[4:] == [absent, [], ["2"]]


@pytest.mark.parametrize("wrong", ["1 / 0", "unheard_of", "raise errors.MetricError('no such metric')\n0"])
def test_an_error_in_code_still_ends_the_page(wrong):
    shown = play("as_of: str = ''", FIRST, "'verdict'", wrong, "'never'")
    assert shown[3] and "Nothing" not in shown[3][0] and shown[4] == []


def test_a_page_without_a_ground_is_refused():
    assert play("as_of: str = ''", FIRST, EMPTY, "'never'")[2:] == [["no company has two years"], []]


def test_what_papermill_alone_gives_is_read_too():
    given = "# Parameters\nas_of = 20260315\ncompanies = 'MSFT,AMZN'\n"
    declares = "as_of: str = ''\ncompanies: list[str] = ['META']"
    assert play(declares, given, FIRST, "as_of, companies")[3] == ["('2026-03-15', ['MSFT', 'AMZN'])"]


def test_a_parameter_that_papermill_only_warns_of_is_refused():
    said = play("as_of: str = ''", "# Parameters\nas_off = '2025-01-01'\n", "%pwd", FIRST)[3]
    assert said == ["unknown parameter as_off; there are: as_of; did you mean as_of?"]


@pytest.mark.parametrize(("company", "faults"), [("TSLA", 1), ("META", 0), ("", 0)])
def test_a_company_is_one_of_those_compared(company, faults):
    kinds = {"companies": "list[str]", "company": "str"}
    said = read(kinds, {"companies": ["MSFT", "hyperscalers"], "company": company})[1]
    assert len(said) == faults and all("TSLA is not among companies: give one of MSFT, AMZN" in each for each in said)


def test_a_reader_of_a_hand_in_jupyterlab_is_the_same():
    names = {"__annotations__": {"tax_rate": float}, "tax_rate": 21}
    with pytest.raises(RunError, match=r"^parameter tax_rate is 21: .*; write 0\.21 for 21 %$"):
        settle(names)
