"""The spreadsheet of a case: an independent program computes its formulas and finds the library's numbers."""

import csv
import re
import shutil
import subprocess
import zipfile
from functools import cache

import numpy as np
import pytest
from browser import PARAMETERS, code, outcome, show

from capcycle import analyses, exhibits, facts, publish, study
from capcycle.analyses.leasing.model import lease_payback
from capcycle.exhibits.studies.workbook import workbook
from capcycle.models import finance
from capcycle.models.cells import Cell, Workings
from capcycle.study import SCENARIOS
from capcycle.words import name, say

OFFICE = shutil.which("soffice")
SHEET = "xl/worksheets/sheet1.xml"
BOOK = facts.open()
COLUMNS = dict(zip(SCENARIOS, "CDE", strict=True))  # whose headings are the names of the scenarios


@cache
def cases():
    """A case of each model, of a company where it needs one; the rest are shown by what they lack."""
    return {model: case for model in analyses.models() if (case := started(model))}


def started(model):
    return next((case for company in ("", "MSFT", "IREN", "META", "GOOGL", "CIFR", "TSLA")
                 if not (case := analyses.start(model, BOOK, company)).lacking), None)  # fmt: skip


def scenario_of(path, made, scenario):
    """The workbook with that scenario chosen and without a single value that the library computed beforehand."""
    path.write_bytes(made)
    with zipfile.ZipFile(path) as book:
        parts = {part: book.read(part) for part in book.namelist()}
    sheet = re.sub(r"(</f>)<v>[^<]*</v>", r"\1", parts[SHEET].decode())
    chosen = re.search(rf'<c r="{COLUMNS[scenario]}6"[^>]*><v>(\d+)</v>', sheet)[1]
    parts[SHEET] = re.sub(r'(<c r="B4"[^>]*><v>)\d+', rf"\g<1>{chosen}", sheet).encode()
    with zipfile.ZipFile(path, "w") as book:
        for part, content in parts.items():
            book.writestr(part, content)


@pytest.fixture(scope="module")
def computed(tmp_path_factory):
    """The rows that the program computes, by model and scenario."""
    if not OFFICE:
        pytest.skip("needs LibreOffice Calc to compute the formulas: soffice is not installed")
    folder = tmp_path_factory.mktemp("books")
    for model, case in cases().items():
        made = workbook([case])
        for scenario in SCENARIOS:
            scenario_of(folder / f"{model}-{scenario}.xlsx", made, scenario)
    as_text = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,1"
    command = [OFFICE, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", as_text]
    subprocess.run([*command, "--outdir", folder, *folder.glob("*.xlsx")], check=True, capture_output=True)
    return {"".join(file.stem.split("-")[:2]): rows(file) for file in folder.glob("*.csv")}


def rows(file):
    return list(csv.reader(file.read_text("utf-8").splitlines()))


def number(text):
    written = re.fullmatch(r"(-?[\d.]+(?:E[-+]\d+)?)(%?)", text)
    return float(written[1]) / (100 if written[2] else 1) if written else np.nan


def test_most_models_have_a_case_to_write():
    assert len(cases()) >= 25, sorted(set(analyses.models()) - set(cases()))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_spreadsheet_computes_what_the_library_computes(scenario, computed):
    others = {model: found for model, case in cases().items()
              if (found := differing(computed[model + scenario], study.scenarios(case).results[scenario]))}  # fmt: skip
    assert others == {}


def differing(sheet, outputs):
    """The outputs of a case that a spreadsheet shows otherwise, with both values."""
    start = next(place for place, row in enumerate(sheet) if row[0] == say("workbook.output"))
    values = {row[0]: [number(text) for text in row[1:]] for row in sheet[start:]}
    result = {each: np.atleast_1d(np.array(value, float)) for each, value in outputs._asdict().items()}
    size = max(np.nanmax(np.abs(value), initial=0.0) for value in result.values())
    shown = {each: np.array(values[name(each)][: len(wanted)]) for each, wanted in result.items()}
    return {each: (shown[each], wanted) for each, wanted in result.items()
            if not np.allclose(shown[each], wanted, rtol=1e-7, atol=1e-15 * size, equal_nan=True)}  # fmt: skip


def test_what_is_missing_is_no_number_there():
    lacking = study.bound(lease_payback, BOOK)
    assert lacking.lacking and workbook([lacking])[:2] == b"PK"


def test_the_same_cases_give_the_same_bytes():
    assert workbook([cases()["required_revenue"]]) == workbook([cases()["required_revenue"]])


def test_a_page_offers_the_spreadsheet_of_its_assumptions(tmp_path):
    case, folder = cases()["required_revenue"], tmp_path / "site"
    folder.mkdir()
    cells = [code(PARAMETERS, tags=["parameters"]), code("1", show(exhibits.assumptions(case)))]
    publish.build([outcome(tmp_path / "runs", "one", cells)], folder)
    html = (folder / "one.html").read_text("utf-8")
    link = re.search(r'<a href="(one/[\w-]+\.xlsx)" download', html)[1]
    assert (folder / link).read_bytes() == workbook([case])
    assert re.search(r'sold from the first day\.<br>(<span class="n">\d+</span>)?<a href="https://', html)


def test_what_a_spreadsheet_has_no_sign_for_is_refused():
    with pytest.raises(TypeError, match=r"unknown function of cells logaddexp; there are: add"):
        np.logaddexp(Cell("A1", 1.0, Workings()), 1)


def test_a_cell_is_never_taken_for_true():
    with pytest.raises(TypeError, match="neither true nor false: use where"):
        bool(Cell("A1", 1.0, Workings()) > 0)


def test_a_rate_of_return_and_a_payback_are_worked_out_from_rows():
    sheet = Workings()
    flows = [Cell(f"A{row}", amount, sheet) for row, amount in enumerate([-100.0, 40.0, 40.0, 40.0], 1)]
    rate, years = finance.irr(flows), finance.payback(flows)
    assert rate.text.startswith("IFERROR(IRR($B$1:$E$1,") and rate.value == finance.irr([-100, 40, 40, 40])
    assert years.value == 2.5  # two years leave 20, half of the third


def test_text_in_a_workbook_is_never_a_formula(tmp_path, monkeypatch):
    case, evil = next(iter(cases().values())), "=1+cmd|' /C calc'!A0"
    monkeypatch.setattr("capcycle.exhibits.studies.workbook.words.name", lambda _: evil)
    (tmp_path / "a.xlsx").write_bytes(workbook([case]))
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        assert "cmd|" not in book.read(SHEET).decode() and "cmd|" in book.read("xl/sharedStrings.xml").decode()
