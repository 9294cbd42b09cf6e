"""Files of the user's own: tables of figures from a CSV file or a workbook, checked at the door of the data."""

import zipfile
from datetime import date

import pytest
import xlsxwriter

from capcycle import cli, facts, sources
from capcycle.errors import DataError

HEADER = sources.template().strip().split(",")
ROW = ["ORCL", "rpo", "", date(2026, 6, 30), 600000000000, "USD", "reported", "ir-2026", "page 3", date(2026, 7, 30)]
ROW += ["", "Investor day", "ORCL", "https://example.org/day", "release"]


def workbook(path, *rows):
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    return path


def test_a_workbook_is_read_as_the_same_table_in_csv(own, tmp_path):
    file = workbook(tmp_path / "mine.xlsx", HEADER, ROW, [])
    assert cli.main(["add", str(file)]) == 0
    row = facts.history(["ORCL"]).query("source == 'ir-2026'").iloc[0]
    assert [row["value"], f"{row['period_end']:%Y-%m-%d}", f"{row['published']:%Y-%m-%d}"] == [
        600000000000, "2026-06-30", "2026-07-30"]  # fmt: skip


def test_the_faults_of_a_workbook_have_their_lines(own, tmp_path):
    file = workbook(tmp_path / "mine.xlsx", HEADER, ROW, [*ROW[:4], "600bn", *ROW[5:]])
    with pytest.raises(DataError, match="value '600bn' is not a plain number") as refused:
        sources.add_file(file)
    assert refused.value.faults[0].startswith(f"{file}:3: ")


def test_what_is_no_workbook_is_refused(own, tmp_path):
    (tmp_path / "mine.xlsx").write_text("company,concept")
    with pytest.raises(DataError, match=r"not an \.xlsx workbook"):
        sources.add_file(tmp_path / "mine.xlsx")


def test_a_workbook_that_unpacks_without_end_is_refused_before_it_is_read(own, tmp_path):
    with zipfile.ZipFile(tmp_path / "mine.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (sources.sheets.LARGEST + 1))
    with pytest.raises(DataError, match="that is no table"):
        sources.add_file(tmp_path / "mine.xlsx")
