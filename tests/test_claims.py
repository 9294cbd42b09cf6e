"""Claims and checks: every recomputation and verdict, what a changed figure does, the door, and a reader's own file."""

import csv
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capcycle import claims, cli, paths
from capcycle.claims import check, expressions, load
from capcycle.errors import CapcycleError, DataError

DATA = Path(__file__).parent / "data"
TABLES = ["claims", "checks", "check_steps", "check_sources", "aliases", "speakers", "examples"]


def rows(name):
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def results():
    return {result.check_id: result for result in claims.recompute()}


# ---- what the printed figures give


def test_all_claims_are_there():  # a fact of the register
    assert len(load.claims()) == 376


@pytest.mark.parametrize("row", rows("claims_verdicts.csv"), ids=lambda row: row["check_id"])
def test_verdict(row, results):
    assert results[row["check_id"]].verdict == row["verdict"]


def test_verdicts_in_number(results):
    counts = [sum(result.verdict == verdict for result in results.values()) for verdict in claims.VERDICTS]
    assert counts == [98, 49, 15, 5, 13]


@pytest.mark.parametrize("row", rows("claims_printed.csv"), ids=lambda row: f"{row['check_id']}-{row['step']}")
def test_recomputation(row, results):
    step = results[row["check_id"]].steps[int(row["step"]) - 1]
    assert (step.expression, step.printed) == (row["expression"], row["printed"])
    assert step.value == pytest.approx(float(row["value"]), abs=float(row["tolerance"]) * (1 + 1e-6), rel=0)


def test_a_scale_put_right_is_what_makes_a_statement_mistranslated(results):
    repaired = [name for name, result in results.items() if result.repaired]
    assert repaired == ["K001", "K009", "K010", "K011"]


FACTORS = [sign * 1000 ** (step / 150) for step in range(-150, 151) for sign in (1, -1)]
FACTORS += [0.93, 1.25, 2019 / 2018]  # for the three rules that ask for a figure and nothing near it
UNITS_AND_DAYS = {"K003", "K145", "K180"}
TWO_FIGURES = {"K098", "K099", "K115", "K165"}  # no single other figure makes these hold


def test_one_other_figure_turns_the_outcome_of_every_rule(results):
    """A rule that no figure can change would be a verdict in disguise."""
    names, functions, known = check.values(load.claims()), check.functions_of(load.claims()), load.checks()
    ruled = [result for result in results.values() if result.holds is not None]
    stiff = {r.check_id for r in ruled if not turns(r, known.at[r.check_id, "rule"], names, functions)}
    assert stiff == UNITS_AND_DAYS | TWO_FIGURES


def turns(result, rule, names, functions):
    groups = [(name, f"{name}h") for name in result.claim_ids]
    return any(
        outcome(rule, names | {name: names[name] * factor for name in ends}, functions) is (not result.holds)
        for group in groups
        for ends in (group, group[:1], group[1:])
        for factor in FACTORS
    )


def outcome(rule, names, functions):
    try:
        return expressions.evaluate(rule, names, functions)
    except CapcycleError:
        return None


def verdict_with(check_id, **figures):
    table = load.claims()
    for name, value in figures.items():
        column = "value_high" if name.endswith("h") else "value_low"
        table.loc[table["claim_id"] == name.removesuffix("h"), column] = value
    return next(result.verdict for result in claims.recompute(table) if result.check_id == check_id)


@pytest.mark.parametrize(
    "check_id, right",
    [
        ("K001", {"c120": 0.5e6, "c120h": 0.7e6}),
        ("K021", {"c158": 275}),
        ("K119", {"c293h": 533.3e9}),
        ("K139", {"c309": 18.94e9}),
        ("K164", {"c147": 20e6}),
    ],
)
def test_the_likely_right_figure_makes_it_consistent(check_id, right):
    assert verdict_with(check_id, **right) == "consistent"


@pytest.mark.parametrize("check_id, wrong", [("K022", {"c036": 15}), ("K113", {"c280": 16e6}), ("K142", {"c338": 30})])
def test_a_wrong_figure_makes_it_inconsistent(check_id, wrong):
    assert verdict_with(check_id, **wrong) == "inconsistent"


def test_only_what_had_been_published_is_checked():
    published = {name for names in claims.examine(as_of="2025-07-31").claims["published"] for name in [names]}
    assert published == {"2025-07-01"}


def test_facts_are_those_of_the_day():
    with pytest.raises(CapcycleError, match="there is no capex of MSFT from 2024-04-01 to 2024-06-30"):
        check.fact("MSFT", "capex", "2024-04-01", "2024-06-30", as_of="2024-06-30")


def test_prices_are_those_of_a_trading_day_known_by_then():
    assert check.price("BIDU", "2024-12-31") == 84.31  # Baidu's close in New York on the last day of 2024
    for asked in ({"day": "2024-12-25"}, {"day": "2024-12-31", "as_of": "2024-12-30"}):
        with pytest.raises(CapcycleError, match="there is no closing price of BIDU on 2024-12-"):
            check.price("BIDU", **asked)


# ---- the door


@pytest.fixture
def data(tmp_path, monkeypatch):
    """The tables of claims in a folder of their own, to be broken."""
    for name in [*TABLES, "companies", "dictionary", "sources", "registers", "market", "ads", "phrases"]:
        shutil.copy(paths.DATA / f"{name}.csv", tmp_path)
    shutil.copytree(paths.DATA / "facts", tmp_path / "facts")
    monkeypatch.setattr(paths, "DATA", tmp_path)
    check._filed.cache_clear()
    yield tmp_path
    check._filed.cache_clear()


def replace(file, old, new):
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    "table, old, new, fault",
    [
        ("claims", "c002,", "c001,", "3: claim c001 stands twice"),
        ("claims", "1959,1959,MW", "1959,195,MW", "3: value_high 195 is below value_low 1959"),
        ("claims", "1959,1959,MW", "1e3,1e3,MW", "3: value_low '1e3' is not a plain number"),
        ("claims", "1959,1959,MW", "1959,1959,megawatt", "3: unit 'megawatt' is not"),
        ("claims", "2025-12-12", "12.12.2025", "2: published '12.12.2025' is not a date such as 2024-06-30"),
        ("claims", "Baidu 3Q25 earnings call notes", "=cmd|calc", "39: article begins like a formula"),
        ("checks", "K002,", "K001,", "3: check K001 stands twice"),
        ("checks", "c120 c122,c120,", "c120 c999,c120,", "2: no claim c999 in data/claims.csv"),
        ("checks", "scale_slip", "scale", "2: error_class 'scale' is not one of scale_slip,"),
        ("checks", "700 <= ", "__import__('os') <= ", "data/checks.csv: 700"),
        ("check_steps", "c122*1e6/c120,", "c122*1e6/c120/,", "2: expression: cannot be read: invalid syntax"),
        ("check_steps", ",20 W,20,0.5,", ",20 W,21,0.5,", "data/checks.csv:2: c122*1e6/c120 gives 20, not 20 W"),
        ("check_sources", "x2,", "x1,", "3: source x1 stands twice"),
        ("aliases", "misheard", "wrong", "2: kind 'wrong' is not one of name, misheard,"),
        ("speakers", "Elon Musk", "Elon", "no speaker Elon Musk in data/speakers.csv"),
        ("examples", "build_plan", "build_pln", "11: there is no model, metric or function build_pln"),
        (
            "examples",
            '""capex_per_gw"": 80e9, ""capex""',
            '""per_gw"": 80e9, ""capex""',
            "11: it needs capex_per_gw; unknown input per_gw; there are: added_power,",
        ),
        ("examples", '""plan_cost""', '""cost""', "11: unknown output cost; there are: plan_cost,"),
        ("examples", ",exact,", ",close,", "2: tolerance 'close' is not exact, n/a,"),
    ],
)
def test_the_door_names_file_and_line(table, old, new, fault, data):
    replace(data / f"{table}.csv", old, new)
    with pytest.raises(DataError) as refused:
        claims.check_tables()
    place = f"data/{table}.csv:" if fault[0].isdigit() else ""
    assert place + fault.replace("data/checks.csv: 700", "data/checks.csv") in str(refused.value)


def test_a_fault_of_a_table_that_the_checks_ask_is_named_once_at_its_own_place(data):
    replace(data / "sources.csv", ",tracker\n", ",trackr\n")
    with pytest.raises(DataError) as refused:
        claims.check_tables()
    assert [fault.split(":")[0] for fault in dict.fromkeys(refused.value.faults)] == ["data/sources.csv"]


def test_a_slip_of_scale_in_a_checked_claim_is_refused(data):
    replace(data / "claims.csv", "1915000000,1915000000", "1915,1915")
    with pytest.raises(DataError, match="K126 is marked consistent and comes out inconsistent"):
        claims.check_tables()


def test_a_slip_of_scale_in_an_unchecked_claim_is_refused_where_its_sentence_says_otherwise(data):
    replace(data / "claims.csv", "22,22,count,2025Q3", "22000000,22000000,count,2025Q3")  # c054: 22 cities
    with pytest.raises(DataError, match=r"claims.csv:55: the sentence says 22 and the value is 22,000,000"):
        claims.check_tables()


CORRUPT = [" x", "=cmd|calc", "x\ty", "NaN \u0000", "@1"]


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(table=st.sampled_from(TABLES), where=st.data())
def test_an_unclean_cell_is_refused_wherever_it_stands(table, where, data):
    """Formulas, edges and signs that do not print are kept out of every cell, free text included."""
    file = paths.DATA / f"{table}.csv"
    whole = file.read_text("utf-8")
    with file.open(encoding="utf-8", newline="") as opened:
        cells = list(csv.reader(opened))
    row = where.draw(st.integers(1, len(cells) - 1))
    column = where.draw(st.integers(0, len(cells[0]) - 1))
    wrong = where.draw(st.sampled_from(CORRUPT))
    kept, cells[row][column] = cells[row][column], wrong
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened, lineterminator="\n").writerows(cells)
    try:
        refused = refuses()
    finally:
        file.write_text(whole, "utf-8")
    assert refused or kept == wrong


def refuses():
    try:
        claims.check_tables()
    except DataError as error:
        return all(fault.startswith("data/") for fault in error.faults)
    return False


@pytest.mark.parametrize("spoil", ["BOM", "CRLF"])
def test_what_a_spreadsheet_adds_to_a_file_is_harmless(spoil, data):
    file = data / "claims.csv"
    text = file.read_bytes()
    file.write_bytes(b"\xef\xbb\xbf" + text if spoil == "BOM" else text.replace(b"\n", b"\r\n"))
    claims.check_tables()


def test_another_encoding_is_refused_with_its_line(data):
    file = data / "aliases.csv"
    file.write_bytes(file.read_text("utf-8").encode("gb18030"))
    with pytest.raises(DataError, match=r"data/aliases.csv:3: not UTF-8 text"):
        claims.check_tables()


def test_faults_of_several_tables_are_reported_at_once(data):
    replace(data / "claims.csv", "c002,", "c001,")
    replace(data / "aliases.csv", "misheard", "wrong")
    with pytest.raises(DataError) as refused:
        claims.check_tables()
    assert [fault.split(":")[0] for fault in refused.value.faults] == ["data/claims.csv", "data/aliases.csv"]


# ---- a reader's own file


def test_each_line_of_a_readers_file_gets_a_verdict():
    verdicts = [line.verdict for line in claims.check_file(DATA / "claims_own.csv")]
    known = "consistent"
    assert verdicts == ["not checkable", "not checkable", known, "inconsistent", known, "inconsistent"]


def test_malformed_lines_are_reported_together(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text("claim_id,entity,metric,value_low,unit,check\nr1,Acme,capex,much,USD,\nr2,Acme,capex,1,USD,r9*2\n")
    with pytest.raises(DataError) as refused:
        claims.check_file(file)
    faults = [f"{file}:2: value_low 'much' is not a plain number", f"{file}:3: check: there is no r9"]
    assert refused.value.faults == faults


def test_a_missing_column_is_named(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text("claim_id,entity,metric,value\n")
    with pytest.raises(DataError) as refused:
        claims.check_file(file)
    assert refused.value.faults[0] == f"{file}:1: column value_low is missing"


def test_a_figure_that_is_lacking_is_named(tmp_path):
    (tmp_path / "mine.csv").write_text("claim_id,entity,metric,value_low,unit\nr1,Acme,capex,,USD\n")
    with pytest.raises(DataError, match=r"mine\.csv:2: value_low '' is not a plain number"):
        claims.check_file(tmp_path / "mine.csv")


@pytest.mark.slow
def test_the_command_prints_writes_a_report_and_exits_with_1(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["claims", str(DATA / "claims_own.csv")]) == 1
    assert (
        f"{DATA}/claims_own.csv:5: r4 inconsistent: 100*r1/r2 gives 50, and the claim is 60" in capsys.readouterr().out
    )
    assert "Three fifths go into capex." in (tmp_path / "claims_own-claims/claims.html").read_text("utf-8")


@pytest.mark.slow
def test_the_command_exits_with_0_where_nothing_is_wrong(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (DATA / "claims_own.csv").read_text("utf-8").splitlines()
    Path("fine.csv").write_text("\n".join(text[:4]))
    assert cli.main(["claims", "fine.csv", "--out", "report"]) == 0


def test_the_report_does_not_overwrite_what_is_not_one(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    assert cli.main(["claims", str(DATA / "claims_own.csv"), "--out", str(tmp_path)]) == 1
    assert "holds something other than a report" in capsys.readouterr().err
