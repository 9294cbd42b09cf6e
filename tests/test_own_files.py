"""Files of the user's own: tables of figures from a CSV file or a workbook, checked at the door of the data."""

import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from capcycle import cli, facts, sources
from capcycle.analyses import forward_multiples, multiples
from capcycle.errors import DataError
from capcycle.facts import store
from capcycle.measure import measure
from capcycle.panel import select

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


# ---- prices, share counts and estimates


TABLES = {
    "prices": "2026-06-30,SMCI,SMCI,40,USD,my-prices,row 1,,My prices,A Reader,,",
    "shares": "SMCI,2026-04-30,600000000,my-counts,row 1,2026-05-11,,Cover of the 10-Q,SMCI,https://example.org/q,filing",
    "estimates": "2026-06-30,SMCI,SMCI,40,2.00,0.60,2.50,50,USD,my-estimates,row 1,,My estimates,A Reader,,",
}


def typed(folder, table, *rows):
    file = folder / f"{table}.csv"
    file.write_text("".join([sources.template(table), *(f"{row}\n" for row in rows or [TABLES[table]])]), "utf-8")
    return str(file)


@pytest.fixture
def added(server, tmp_path):
    assert cli.main(["add", "SMCI", *(typed(tmp_path, table) for table in TABLES)]) == 0


def market(measure, as_of=None):
    rows = facts.open(as_of=as_of).register("market")
    return rows[rows["symbol"].eq("SMCI") & rows["measure"].eq(measure) & rows["date"].eq("2026-06-30")]


def test_prices_and_counts_of_the_users_own_make_a_market_value(added):
    value = market("market_value").iloc[0]
    assert [value["value"], value["kind"], value["source"]] == [24e9, "estimated", "my-prices my-counts"]  # 40 x 600m
    assert value["locator"] == "price x shares outstanding of 2026-04-30"
    assert facts.sources().at["my-prices", "tier"] == "own"
    facts.check()
    facts.registers.check()


def test_the_analyses_of_multiples_use_them(added):
    book = facts.open(["SMCI"], "2026-08-31")
    case = multiples.cases(book)["SMCI"]
    # 24bn on twelve months' sales of the filings to March 2026
    sales = measure("revenue", select(book, "ttm")).newest()["value"].iloc[0]
    assert case.outputs.price_to_sales == pytest.approx(24e9 / sales)
    ahead = forward_multiples.cases(book)["SMCI"].outputs
    assert [float(ahead.trailing_pe), float(ahead.forward_pe), float(ahead.upside)] == [20.0, 16.0, 0.25]


def test_nothing_of_the_users_own_is_known_before_its_day(added):
    assert market("market_value", "2026-06-29").empty and len(market("market_value", "2026-06-30")) == 1


@pytest.mark.parametrize(
    ("day", "published"), [("2025-09-30", "2025-10-30"), ("2026-04-30", "2026-07-15"), ("2026-07-31", "2026-07-31")]
)
def test_a_share_count_that_is_old_or_was_not_public_yet_is_not_taken(server, tmp_path, day, published):
    row = TABLES["shares"].replace("2026-04-30", day).replace("2026-05-11", published)
    cli.main(["add", "SMCI", typed(tmp_path, "prices"), typed(tmp_path, "shares", row)])
    assert market("market_value").empty and len(market("last_sale")) == 1


def test_a_reviewed_price_is_shown_over_the_users_own(own, tmp_path):
    before = facts.open().register("market").query("symbol == 'NVDA' and measure == 'last_sale'")
    last = before.iloc[-1]
    row = f"{last['date']:%Y-%m-%d},NVDA,NVDA,1,USD,my-prices,row 1,,My prices,A Reader,,"
    assert cli.main(["add", typed(tmp_path, "prices", row)]) == 0
    after = facts.open().register("market").query("symbol == 'NVDA' and measure == 'last_sale'")
    assert after["value"].tolist() == before["value"].tolist()


@pytest.mark.parametrize(
    ("table", "cell", "wrong", "message"),
    [
        ("prices", ",40,", ",forty,", "value 'forty' is not a plain number"),
        ("prices", "SMCI,SMCI", "SMCI,SMIC", "company 'SMIC' is unknown"),
        ("prices", "2026-06-30", "30.6.2026", "date '30.6.2026' is not a date"),
        ("shares", "600000000", "-600000000", "is written as a positive number"),
        ("shares", "2026-04-30", "2026-06-30", "published before the period ends"),
        ("estimates", "USD", "XYZ", "currency 'XYZ' is not one of"),
        ("estimates", "My estimates,A Reader", "My estimates,", "needs an id without spaces, a title and a publisher"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_told_with_its_line_and_nothing_is_taken(server, tmp_path, table, cell, wrong, message):
    cli.main(["add", "SMCI"])
    before = own_files()
    file = typed(tmp_path, table, TABLES[table].replace(cell, wrong))
    with pytest.raises(DataError) as refused:
        sources.add_file(Path(file))
    assert any(message in fault and fault.startswith(f"{file}:2: ") for fault in refused.value.faults)
    assert own_files() == before


def own_files():
    return [row for table in store.COLUMNS for row in store.rows(table, "true")]


def test_a_dry_run_of_a_file_checks_it_and_writes_nothing(own, tmp_path, capsys):
    file = typed(tmp_path, "prices", TABLES["prices"].replace("SMCI", "NVDA"))
    assert cli.main(["add", file, "--dry-run"]) == 0 and not own_files()
    assert "would be taken; nothing was written" in capsys.readouterr().out


def test_a_company_of_a_file_alone_is_not_refreshed_and_one_that_files_elsewhere_says_so(server, tmp_path, capsys):
    row = "0700.HK,capex,2025-01-01,2025-03-31,27476000000,CNY,reported,0700-1,page 3,2025-05-14,,Results,Tencent"
    file = tmp_path / "mine.csv"
    file.write_text(f"{sources.template()}{row},https://example.org/results,release\n", "utf-8")
    assert cli.main(["add", str(file)]) == 0
    assert cli.main(["refresh"]) == cli.NOTHING_NEW and not server.asked
    assert cli.main(["refresh", "0700.HK"]) == 1
    assert "0700.HK does not file with the SEC" in capsys.readouterr().err


def test_a_header_of_no_template_names_them(own, tmp_path):
    (tmp_path / "mine.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"see capcycle template facts\|prices\|shares\|estimates"):
        sources.add_file(tmp_path / "mine.csv")


@pytest.mark.parametrize("table", ["prices", "shares"])
def test_rows_on_a_company_that_nobody_has_added_say_how_to_add_it(own, tmp_path, table):
    with pytest.raises(DataError, match="`capcycle add TICKER` brings one in"):
        sources.add_file(Path(typed(tmp_path, table, TABLES[table].replace("SMCI", "NOBODY"))))


def test_rows_from_before_a_register_had_a_column_have_an_empty_one(own, tmp_path):
    sources.add_file(Path(typed(tmp_path, "estimates", TABLES["estimates"].replace("SMCI", "MSFT"))))
    with store.opened(writes=True) as connection:
        connection.execute("UPDATE registers SET stamp = 'old', cells = json_remove(cells, '$.note') WHERE line > 0")
    row = facts.registers.read("consensus").query("source == 'my-estimates'").iloc[0]
    assert [row["symbol"], row["price"], row["note"]] == ["MSFT", 40, ""]
    assert sources.beside.read("consensus", "MSFT")["note"].tolist() == [""]
    facts.registers.check()


@pytest.mark.parametrize("table", ["facts", "prices", "shares", "estimates"])
def test_a_template_is_a_header(table, capsys):
    assert cli.main(["template", table]) == 0
    assert capsys.readouterr().out.endswith(",title,publisher,url,tier\n")


def test_a_document_of_two_companies_is_one(own, tmp_path):
    rows = [TABLES["prices"].replace("SMCI", name) for name in ("NVDA", "ORCL")]
    assert cli.main(["add", typed(tmp_path, "prices", *rows)]) == 0
    assert facts.sources().index.tolist().count("my-prices") == 1
