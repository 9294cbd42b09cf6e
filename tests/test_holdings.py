"""Managers' 13F filings into the register of holdings: units, amendments, options, and what a broken one gets."""

import re

import edgar
import pytest

from capcycle import cli, facts
from capcycle.errors import CapcycleError
from capcycle.facts import door
from capcycle.sources import beside, holdings

WHO = f"{edgar.MANAGER:010}"
NAME = "Bull Street Advisors, LLC"
COVER = """<XML><edgarSubmission><formData><coverPage><reportCalendarOrQuarter>{day}</reportCalendarOrQuarter>
<filingManager><name>{name}</name></filingManager>{amendment}</coverPage><summaryPage>
<tableEntryTotal>{entries}</tableEntryTotal><tableValueTotal>{total}</tableValueTotal></summaryPage></formData>
<headerData><periodOfReport>{day}</periodOfReport></headerData></edgarSubmission></XML>"""
ROW = """<infoTable><nameOfIssuer>{0}</nameOfIssuer><titleOfClass>COM</titleOfClass><cusip>{1}</cusip><value>{2}</value>
<shrsOrPrnAmt><sshPrnamt>{3}</sshPrnamt><sshPrnamtType>{kind}</sshPrnamtType></shrsOrPrnAmt>{option}</infoTable>"""
APPLE, MICROSOFT = ("APPLE INC", "037833100"), ("MICROSOFT CORP", "594918104")


def row(security, value, shares, option="", kind="SH"):
    return ROW.format(*security, value, shares, kind=kind, option=f"<putCall>{option}</putCall>" if option else "")


def submission(*rows, amendment="", day="03-31-2025", total=None):
    said = f"<isAmendment>true</isAmendment><amendmentInfo><amendmentType>{amendment}</amendmentType></amendmentInfo>"
    total = sum(int(re.search("<value>(.*?)</value>", each)[1]) for each in rows) if total is None else total
    cover = COVER.format(name=NAME, day=day, entries=len(rows), total=total, amendment=said if amendment else "")
    return f"{cover}\n<XML><informationTable>{''.join(rows)}</informationTable></XML>".encode()


def filed(server, number, form, day, text):
    server.managers[edgar.MANAGER].insert(0, (number, form, day, "primary_doc.xml", 0))
    server.documents[f"/Archives/edgar/data/{edgar.MANAGER}/{number}.txt"] = text


def shown(day="2025-03-31", as_of=None):
    table = facts.open(as_of=as_of).register("holdings")
    table = table[(table["holder"] == NAME) & (table["date"] == day)]
    return {each.symbol or each.name: (each.value, each.shares) for each in table.itertuples(index=False)}


def test_a_table_is_in_the_register_in_dollars(server, capsys):
    assert cli.main(["add", WHO]) == 0
    table = shown("2022-12-31")
    # the 13F: Apple 5,333 thousand, 41,045 shares; 90 positions of 192,767 thousand
    assert table["AAPL"] == (5333000, 41045) and table["GOOGL"] == (1323000, 15000) and table["GOOG"][1] == 11283
    rows = facts.open().register("holdings").query("holder == @NAME")
    whole = rows[rows["symbol"] == ""].iloc[0]
    assert whole["value"] == 192767000 and whole["positions"] == 90 and len(rows) == 91
    assert rows.set_index("symbol").at["AAPL", "company"] == "AAPL"
    assert "values are in thousands of dollars" in capsys.readouterr().out
    facts.check()


def test_a_security_of_an_issuer_that_has_several_keeps_its_number_and_the_candidates_are_named(server, capsys):
    filed(server, "0001790837-25-000001", "13F-HR", "2025-05-01",
          submission(row(("BERKSHIRE HATHAWAY INC DEL", "084670702"), 532580000, 1000000)))  # fmt: skip
    cli.main(["add", WHO])
    assert "084670702" in shown() and "084670702 is one of BRK-A, BRK-B; see data/cusips.csv" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("day", "value", "dollars"),
    [("2021-11-12", 8239330, 8239330), ("2021-11-12", 8239, 8239000), ("2025-05-01", 8239330, 8239330),
     ("2025-05-01", 8239, 8239000)],
)  # fmt: skip
def test_the_price_decides_between_dollars_and_thousands_whatever_the_day(day, value, dollars):
    # 58,228 shares of Apple at 141.50 on 30 September 2021
    found = holdings.table(submission(row(APPLE, value, 58228)), "made", day)
    assert found.positions["037833100", ""].value == dollars
    assert bool(found.remarks) == ((value > 10**6) != (day > "2023"))


def test_a_table_that_could_be_either_is_refused():
    with pytest.raises(CapcycleError, match=r"the median share costs 1\.00: dollars or thousands"):
        holdings.table(submission(row(APPLE, 1000, 1000)), "made", "2025-05-01")


def test_rows_of_several_managers_are_one_position_and_an_option_is_none_in_the_share(server):
    text = submission(
        row(APPLE, 20000000, 100000), row(APPLE, 2000000, 10000), row(APPLE, 8000000, 40000, "Put"),
        row(MICROSOFT, 500000, 500000, kind="PRN"),
    )  # fmt: skip
    filed(server, "0001790837-25-000001", "13F-HR", "2025-05-01", text)
    cli.main(["add", WHO])
    table = shown()
    assert table["AAPL"] == (22000000, 110000) and table["AAPL put"] == (8000000, 40000)
    assert table["MSFT"][0] == 500000 and table["MSFT"][1] != table["MSFT"][1]  # a bond has no number of shares
    rows = facts.open().register("holdings").query("holder == @NAME and symbol == 'AAPL put'")
    assert rows["company"].tolist() == [""]


REPORT = submission(row(APPLE, 20000000, 100000), row(MICROSOFT, 40000000, 100000))


def amended(server, kind, *rows):
    filed(server, "0001790837-25-000001", "13F-HR", "2025-05-01", REPORT)
    filed(server, "0001790837-25-000002", "13F-HR/A", "2025-06-02", submission(*rows, amendment=kind))
    assert cli.main(["add", WHO]) == 0


def test_a_restatement_stands_in_place_of_the_report_from_its_day_on(server):
    amended(server, "RESTATEMENT", row(APPLE, 30000000, 150000))
    then = {name: value for name, (value, _) in shown(as_of="2025-06-01").items()}
    assert then == {"AAPL": 20000000, "MSFT": 40000000, "whole portfolio": 60000000}
    now = {name: value for name, (value, _) in shown().items() if value == value}
    assert now == {"AAPL": 30000000, "whole portfolio": 30000000}  # Microsoft's row says that it is gone
    rows = facts.open().register("holdings")
    gone = rows[rows["holder"].eq(NAME) & rows["date"].eq("2025-03-31") & rows["symbol"].eq("MSFT")]
    assert gone["change"].tolist() == [-1] and gone["shares"].isna().all()


def test_new_holdings_are_added_to_the_report(server):
    amended(server, "NEW HOLDINGS", row(APPLE, 10000000, 50000))
    assert shown()["AAPL"] == (30000000, 150000) and shown()["MSFT"] == (40000000, 100000)
    assert shown()["whole portfolio"][0] == 70000000 and shown(as_of="2025-06-01")["whole portfolio"][0] == 60000000


def test_a_refresh_brings_the_next_quarter_and_the_second_nothing(server, capsys):
    cli.main(["add", WHO])
    filed(server, "0001790837-25-000001", "13F-HR", "2025-05-01", REPORT)
    assert cli.main(["refresh", "--dry-run"]) == 0 and not shown()
    assert cli.main(["refresh"]) == 0 and shown()["AAPL"] == (20000000, 100000)
    before = beside.read("holdings", WHO).to_csv()
    assert cli.main(["refresh"]) == cli.NOTHING_NEW and beside.read("holdings", WHO).to_csv() == before


def test_a_cover_that_says_another_sum_is_told():
    rows = row(APPLE, 20000000, 100000), row(MICROSOFT, 40000000, 100000)
    found = holdings.table(submission(*rows, total=61000000), "made", "2025-05-01")
    assert found.remarks == ["the table sums to 60,000,000, its cover says 61,000,000"]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((404, b""), "there is nothing here"),
        ((200, b"<!DOCTYPE html><html>Sign in</html>"), "a web page in place of a submission"),
        ((200, REPORT[:300]), "no cover and table of a 13F"),
        ((200, REPORT.replace(b"<edgarS", b"<!DOCTYPE x [<!ENTITY a 'b'>]><edgarS", 1)), "document type"),
        ((200, REPORT.replace(b"037833100", b"037833101")), "037833101 is no CUSIP"),
        ((200, REPORT.replace(b"100000<", b"many<")), "not a 13F as it should be"),
        ((200, REPORT.replace(b"03-31-2025", b"2025")), "not a 13F as it should be"),
    ],
)  # fmt: skip
def test_a_broken_filing_is_told_and_what_was_there_stays(server, capsys, answer, message):
    cli.main(["add", WHO])
    before = beside.read("holdings", WHO).to_csv()
    filed(server, "0001790837-25-000001", "13F-HR", "2025-05-01", REPORT)
    server.faults = [None, answer]  # the list of filings comes first
    assert cli.main(["refresh"]) == 1 and message in capsys.readouterr().err
    assert beside.read("holdings", WHO).to_csv() == before


def test_who_files_no_13f_is_told(server, capsys):
    server.managers[edgar.MANAGER] = [("0001790837-25-000001", "SC 13G", "2025-05-01", "x.htm", 0)]
    assert cli.main(["add", WHO]) == 1 and "files no 13F with a table" in capsys.readouterr().err


def test_a_wrong_number_among_the_securities_is_refused():
    wrong = holdings.read_cusips().head(1).assign(cusip="02079K306")
    assert "cusip '02079K306' is none" in door.faults(wrong, holdings._rules(wrong))[0]
