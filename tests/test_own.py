"""A reader's own file as spreadsheets and people write it: read as it is meant, or refused with every fault at once."""

import pytest

from capcycle import claims
from capcycle.claims import load
from capcycle.errors import DataError

HEADER = "claim_id,entity,metric,value_low,unit,paraphrase"
LINE = "r1,Acme,capex,5,USD,Acme spends 5."
TABLE = f"{HEADER}\n{LINE}\n"
EXAMPLES = 'model,inputs,outputs\ngross_margin,"{""gross_profit"": 1}","{""gross_margin"": 1}"\n'


def by(delimiter: str, text: str = TABLE) -> str:
    return text.replace(",", delimiter)


READ = {  # the same table, and the line on which its claim then stands
    "semicolons": (by(";"), 2),
    "tabs": (by("\t"), 2),
    "bars": (by("|"), 2),
    "quoted": ("\n".join('"' + line.replace(",", '","') + '"' for line in TABLE.splitlines()), 2),
    "spaces": (TABLE.replace(",", ", ").replace("Acme spends 5.", '"Acme spends 5."'), 2),
    "no-break spaces": (TABLE.replace(",", ",\xa0"), 2),
    "capitals": (HEADER.upper().replace("_", " ") + f"\n{LINE}\n", 2),
    "blank lines": (f"\n{HEADER}\n\n{LINE}\n\n,,,,,\n", 4),
    "titles": (f'Claims of 2025, by us\n"As of June"\n\n{TABLE}', 5),
    "title in a spreadsheet": (f"Claims;;;;;\n;;;;;\n{by(';')}", 4),
    "empty columns": ("\n".join(f"{line},,," for line in TABLE.splitlines()), 2),
    "carriage returns": (TABLE.replace("\n", "\r"), 2),
    "line ends of Windows": (TABLE.replace("\n", "\r\n"), 2),
    "no last line end": (TABLE.strip(), 2),
    "Excel's separator": (f"sep=;\n{by(';')}", 3),
    "Excel's separator, a tab": (f"sep=\t\r\n{by(chr(9))}", 3),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("written", READ)
def test_a_table_is_read_however_it_was_written(tmp_path, written, encoding):
    text, line = READ[written]
    if encoding == "utf-16-be":
        text = "\ufeff" + text
    file = tmp_path / "mine.csv"
    if encoding.endswith("le") and text.startswith("\n"):
        return  # without a mark nobody can know
    file.write_bytes(text.encode(encoding))
    table = load.read_file(file)
    assert load.header_of(file) == HEADER.split(",")
    found = table[[*HEADER.split(","), "value_high", "speaker", "line"]].iloc[0].tolist()
    assert len(table) == 1
    assert found == ["r1", "Acme", "capex", 5.0, "USD", "Acme spends 5.", 5.0, "", line]


def faults(tmp_path, content: str | bytes) -> list[str]:
    file = tmp_path / "mine.csv"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(DataError) as refused:
        claims.check_file(file)
    return [fault.removeprefix(f"{file}:") for fault in refused.value.faults]


REFUSED = {
    "empty": ("", "1: the file is empty; a header is needed with claim_id, entity, metric, value_low, unit"),
    "blank": ("\n\n", "1: the file is empty; a header is needed with claim_id, entity, metric, value_low, unit"),
    "no header": (LINE, "1: no line names the columns; a header is needed with claim_id"),
    "only a header": (HEADER, "1: there is no line below the header"),
    "a workbook": (b"PK\x03\x04rest", " a workbook, not a CSV table; save its sheet as CSV UTF-8"),
    "another encoding": (TABLE.replace("spends", "支出").encode("gb18030"), "2: not UTF-8 text; save the table as CSV"),
    "an open quote": (TABLE + 'r2,"Acme\n', "3: not a CSV table from here on"),
    "half a UTF-16 file": (TABLE.encode("utf-16")[:-1], "2: not UTF-8 text; save the table as CSV UTF-8"),
    "a decimal comma": (by(";").replace("5;USD", "5,5;USD"), "2: value_low '5,5' is not a plain number such as 1234.5"),
    "a sign of percent": (
        TABLE.replace("5,USD", "21 %,pct"),
        "2: value_low '21 %' is not a plain number such as 1234.5",
    ),
    "a column without a name": (TABLE.replace("metric", ""), "1: column metric is missing"),
}


@pytest.mark.parametrize("written", REFUSED)
def test_what_cannot_be_read_is_said_with_its_line(tmp_path, written):
    content, fault = REFUSED[written]
    assert faults(tmp_path, content)[0].startswith(fault)


def test_all_faults_of_header_lines_and_cells_come_at_once_in_the_order_of_the_file(tmp_path):
    text = f"claim_id,entity,metric,value_low,unit,remark,check\n{LINE},\nr2,A,capex,,USD,,r1*2\nr3,A,capex,1\n"
    text += 'r4,A,capex,1,tons,,r9\nr4,A,"ca\npex",1,USD,,r3\nr5,A,capex,,pct,,\nr6,A,capex,1,USD,"x'
    found = faults(tmp_path, text)
    starts = [
        "1: unknown column remark",
        "3: value_low '' is not a plain number",
        "4: 4 cells; there are 7 columns",
        "5: check: there is no r9",
        "5: unit 'tons' is not pct, pp, x",
        "6: metric has a line break",
        "6: claim r4 stands twice",
        "6: metric 'ca\npex' is not words of small letters",
        "8: value_low '' is not a plain number",
        "9: not a CSV table from here on",
    ]
    assert len(found) == len(starts) and all(map(str.startswith, found, starts)), found


def test_a_column_that_is_missing_is_named_once_and_the_others_are_still_checked(tmp_path):
    text = "claim_id,entity,metric,value_low,check\nr1,Acme,capex,much,r2\nr2,,capex,5,\n"
    assert faults(tmp_path, text) == [
        "1: column unit is missing",
        "2: value_low 'much' is not a plain number",
        "3: entity is empty: say whom the claim is about",
    ]
    assert faults(tmp_path, text.replace("claim_id", "name").replace("much", "1"))[:3] == [
        "1: column claim_id is missing", "1: column unit is missing", "1: unknown column name"
    ]  # fmt: skip


def test_examples_are_read_in_the_same_way_and_their_faults_come_at_once_too(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text("Examples;;\n" + by(";", EXAMPLES).replace("inputs", "Inputs"))
    assert [line.line for line in claims.check_file(file)] == [3]
    found = faults(tmp_path, f"{EXAMPLES.replace('outputs', 'outputs,tolerance')[:-1]},5%\nx,{{}},{{}},exact,1\n")
    assert [fault.split(" ")[0] + fault.split(" ")[1] for fault in found] == ["2:tolerance", "3:5"]


@pytest.mark.parametrize("value_high", ["", "5"])
@pytest.mark.parametrize("unit", ["pct", "USD", "x", "rank"])
def test_an_empty_figure_is_one_fault_and_no_slip_of_scale(tmp_path, unit, value_high):
    text = f"claim_id,entity,metric,value_low,value_high,unit\nr1,Acme,capex,,{value_high},{unit}\n"
    assert faults(tmp_path, text) == ["2: value_low '' is not a plain number"]


def test_a_folder_and_a_file_that_is_not_there_are_named(tmp_path):
    for place, why in ((tmp_path, "Is a directory"), (tmp_path / "gone.csv", "No such file or directory")):
        with pytest.raises(DataError, match=f"{place}: cannot be read: {why}"):
            claims.check_file(place)


def test_a_file_whose_name_no_page_can_show_is_refused(tmp_path):
    file = tmp_path / "\udcff.csv"  # a byte that is no UTF-8, as Python hands it on
    file.write_text(TABLE)
    with pytest.raises(DataError, match=r"its name is not UTF-8; rename it"):
        claims.check_file(file)
