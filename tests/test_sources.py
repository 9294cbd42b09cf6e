"""Companies from the SEC into the user's own layer: what is taken, what is refused, and that nothing old changes."""

import gzip
import json
import os
import subprocess
import sys
from datetime import date, timedelta

import edgar
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capcycle import analyses, cli, facts, keys, paths, sources
from capcycle.errors import CapcycleError, DataError
from capcycle.facts import door, layers, slips, tables
from capcycle.facts import store as shelf
from capcycle.sources import store, tags

TAGS = sources.read_tags()
EXTRACTS = paths.ROOT.parent / "shared" / "data" / "sec" / "extracts"  # skipped elsewhere


def held():
    """Everything in the store, by table."""
    return {table: shelf.rows(table, "true") for table in shelf.COLUMNS}


NOTHING = {table: [] for table in shelf.COLUMNS}


def value(concept, start, end, ticker="SMCI", as_of=None):
    known = facts.load([ticker], as_of)
    rows = known[known["concept"].eq(concept) & known["period_start"].eq(start) & known["period_end"].eq(end)]
    return rows["value"].tolist()


# ---- from a ticker to a page


def test_a_company_is_added_with_the_figures_of_its_filings(server, capsys):
    assert cli.main(["add", "SMCI"]) == 0
    # net sales and capex of fiscal 2025 in its 10-K of 28 August 2025, and a quarter of the 10-Q of 11 May 2026
    assert value("revenue", "2024-07-01", "2025-06-30") == [21972042000]
    assert value("capex", "2024-07-01", "2025-06-30") == [127214000]
    assert value("net_income", "2026-01-01", "2026-03-31") == [483387000]
    assert facts.companies().loc["SMCI", ["name", "fiscal_year_end", "currency"]].tolist() == [
        "Super Micro Computer, Inc.", 6, "USD"]  # fmt: skip
    shown = capsys.readouterr().out
    assert "SMCI Super Micro Computer, Inc. (CIK 0001375365" in shown and "missing" in shown


def test_each_figure_names_its_filing_and_tag(server):
    cli.main(["add", "SMCI"])
    rows = facts.history(["SMCI"])
    row = rows[rows["concept"].eq("capex") & rows["period_end"].eq("2024-06-30")].iloc[0]
    assert [row["source"], row["locator"]] == [
        "0001375365-25-000004", "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment"]  # fmt: skip
    document = facts.sources().loc[row["source"]]
    assert document["url"] == "https://www.sec.gov/Archives/edgar/data/1375365/000137536525000004/"
    assert document[["published", "tier"]].tolist() == ["2025-02-25", "filing"]


def test_a_company_under_ifrs_is_in_its_own_currency_not_in_its_translation(server):
    cli.main(["add", "TSM"])
    assert value("revenue", "2024-01-01", "2024-12-31", "TSM") == [2894307700000]
    assert facts.companies().at["TSM", "currency"] == "TWD"


def test_the_server_is_told_who_asks(server):
    cli.main(["add", "SMCI"])
    assert {agent for _, agent in server.asked} == {edgar.AGENT}


def test_without_an_agent_nobody_is_asked(server, monkeypatch, capsys):
    monkeypatch.delenv("CAPCYCLE_SEC_AGENT")
    monkeypatch.setattr(paths, "SETTINGS", paths.STORE / "settings.toml")
    assert cli.main(["add", "SMCI"]) == 1
    assert "set CAPCYCLE_SEC_AGENT" in capsys.readouterr().err and not server.asked


def test_the_agent_may_be_in_a_file_of_the_user(own, monkeypatch):
    own.mkdir()
    monkeypatch.delenv("CAPCYCLE_SEC_AGENT", raising=False)
    monkeypatch.setattr(paths, "SETTINGS", own / "settings.toml")
    paths.SETTINGS.write_text('sec_agent = "A Reader"')
    assert sources.Edgar().agent == "A Reader"


def test_a_dry_run_writes_nothing(server, capsys):
    assert cli.main(["add", "SMCI", "--dry-run"]) == 0
    assert held() == NOTHING and "nothing was written" in capsys.readouterr().out
    assert "SMCI" not in facts.companies().index


def test_one_unknown_ticker_does_not_keep_the_others_out(server, capsys):
    assert cli.main(["add", "NOPE", "SMCI"]) == 1
    assert "NOPE: the SEC knows no such ticker" in capsys.readouterr().err
    assert "SMCI" in facts.companies().index


def test_an_unknown_company_says_how_to_add_it(tmp_path, capsys):
    for open_it in (lambda: facts.open(["NOBODY"]), lambda: analyses.start("gpu_hour", facts.open(), "NOBODY")):
        with pytest.raises(CapcycleError, match="`capcycle add TICKER`"):
            open_it()
    for notebook, name in (("capex", "companies"), ("company", "company")):
        assert cli.main(["run", notebook, "-p", name, "NOBODY", "-o", str(tmp_path / "out.ipynb")]) == 1
        assert "`capcycle add TICKER`" in capsys.readouterr().err


# ---- what is filed later changes nothing that was known before


def test_a_refresh_brings_the_new_filing_and_the_second_changes_nothing(server, capsys):
    whole = server.answers[1375365]
    server.answers[1375365] = edgar.until(whole, "2025-12-31")
    cli.main(["add", "SMCI"])
    before, server.answers[1375365] = held(), whole
    assert cli.main(["refresh"]) == 0
    shown = capsys.readouterr().out
    assert "10-Q filed 2026-05-11" in shown and "SMCI Capex to revenue: " in shown and "TTM FY2026Q3 now" in shown
    assert value("net_income", "2026-01-01", "2026-03-31") == [483387000]
    after = held()
    assert after["facts"][: len(before["facts"])] == before["facts"]
    assert cli.main(["refresh"]) == cli.NOTHING_NEW
    assert held() == after


def test_what_a_day_shows_is_what_was_shown_on_that_day(server):
    whole, shown = server.answers[1375365], {}
    for day in ("2024-12-31", "2025-03-01", "2025-12-31", "2026-06-30"):
        server.answers[1375365] = edgar.until(whole, day)
        (sources.refresh if shown else sources.add)("SMCI", server.client(), TAGS).save()
        shown[day] = facts.load(["SMCI"])
    for day, then in shown.items():
        pd.testing.assert_frame_equal(facts.load(["SMCI"], as_of=day), then)
    assert len({len(each) for each in shown.values()}) == 4


def test_a_refresh_takes_nothing_of_an_earlier_day_that_an_add_takes(server):
    whole = server.answers[1375365]
    without = {tag: each for tag, each in whole["facts"]["us-gaap"].items() if tag != "NetIncomeLoss"}
    server.answers[1375365] = whole | {"facts": {"us-gaap": without}}
    sources.add("SMCI", server.client(), TAGS).save()
    before, server.answers[1375365] = facts.load(["SMCI"], "2026-01-01"), whole
    sources.refresh("SMCI", server.client(), TAGS).save()
    pd.testing.assert_frame_equal(facts.load(["SMCI"], "2026-01-01"), before)
    sources.add("SMCI", server.client(), TAGS).save()
    assert value("net_income", "2024-07-01", "2025-06-30", as_of="2026-01-01") == [1048854000]  # its 10-K of 2025


def test_a_restated_figure_is_told_beside_the_former(server, capsys):
    whole = server.answers[1375365]
    server.answers[1375365] = edgar.until(whole, "2025-12-31")
    cli.main(["add", "SMCI"])
    tag = json.loads(json.dumps(whole))["facts"]["us-gaap"]["NetIncomeLoss"]["units"]["USD"]
    again = next(row for row in tag if row["end"] == "2025-06-30" and row["form"] == "10-K") | {
        "val": 1000000000, "accn": "0001375365-26-000014", "filed": "2026-05-11", "form": "10-Q"}  # fmt: skip
    again["start"] = "2025-04-01"
    first = again | {"val": 195152000, "accn": "0001375365-25-000027", "filed": "2025-08-28", "form": "10-K"}
    assert first["val"] != again["val"]
    server.answers[1375365]["facts"]["us-gaap"]["NetIncomeLoss"]["units"]["USD"] += [first]
    cli.main(["add", "SMCI"])
    server.answers[1375365]["facts"]["us-gaap"]["NetIncomeLoss"]["units"]["USD"] += [again]
    cli.main(["refresh", "SMCI"])
    assert "net_income 2025-04-01…2025-06-30: 1000000000, formerly 195152000 USD" in capsys.readouterr().out
    assert value("net_income", "2025-04-01", "2025-06-30", as_of="2026-05-10") == [195152000]


def test_a_filing_that_the_sec_withdraws_stays_and_is_told(server, capsys):
    cli.main(["add", "SMCI"])
    server.answers[1375365] = edgar.until(server.answers[1375365], "2025-12-31")
    assert cli.main(["refresh"]) == cli.NOTHING_NEW
    assert "0001375365-26-000014 is no longer among the SEC's figures" in capsys.readouterr().out
    assert value("net_income", "2026-01-01", "2026-03-31") == [483387000]


def figure(tag, end, val, filed, days=90, **other):
    start = (date.fromisoformat(end) - timedelta(days=days)).isoformat()
    number = f"0000000001-{filed[2:4]}-{filed[5:7]}{filed[8:]}00"
    return tag, {"start": start, "end": end, "val": val, "accn": number, "form": "10-Q", "filed": filed} | other


def answered(*rows):
    """A companyfacts answer of rows (tag, figure); a tag may name taxonomy and unit too."""
    facts_ = {}
    for tag, row in rows:
        taxonomy, _, tag = tag.rpartition(":")
        tag, _, unit = tag.partition("@")
        units = facts_.setdefault(taxonomy or "us-gaap", {}).setdefault(tag, {"units": {}})["units"]
        units.setdefault(unit or "USD", []).append(row)
    return {"cik": 1, "facts": facts_}


def read(*rows):
    return tags.reading(answered(*rows), TAGS, "X", "USD", 12)


TOTAL, PART = "Revenues", "RevenueFromContractWithCustomerExcludingAssessedTax"
DAYS = [f"2024-{month:02}-15" for month in range(5, 13)]
ENDS = ["2023-12-31", "2024-03-31"]
made = st.builds(
    figure, st.sampled_from([TOTAL, PART, "NetIncomeLoss", "ProfitLoss"]), st.sampled_from(ENDS),
    st.sampled_from([100, 101, 1000, 5000]), st.sampled_from(DAYS), st.sampled_from([90, 365]),
    form=st.sampled_from(["10-Q", "10-K", "8-K"]),
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(made, max_size=12), st.sampled_from(DAYS))
def test_what_was_known_on_a_day_does_not_depend_on_what_is_filed_later(filed, day):
    then = [each for each in filed if each[1]["filed"] <= day]
    assert read(*then).figures == [each for each in read(*filed).figures if each.filed <= day]


# ---- what a tag says, and what nobody can decide


def taken(*rows):
    return [(each.concept, each.end, each.value) for each in read(*rows).figures]


def test_the_labels_of_the_filing_are_not_read():
    plain = figure(TOTAL, "2024-03-31", 100, "2024-05-15")
    labelled = figure(TOTAL, "2024-03-31", 100, "2024-05-15", fy=2031, fp="FY", frame="CY1999Q1")
    assert read(plain) == read(labelled)


def test_periods_are_told_by_their_length():
    lengths = [figure(TOTAL, "2024-09-30", n, "2024-11-15", days) for n, days in ((1, 91), (2, 273), (3, 365), (4, 30))]
    assert taken(*lengths) == [("revenue", "2024-09-30", 2), ("revenue", "2024-09-30", 1)]  # no year in a 10-Q


def test_a_tag_that_changes_is_one_series():
    old = figure("PaymentsToAcquirePropertyPlantAndEquipment", "2017-03-31", 10, "2017-05-01")
    new = figure("PaymentsToAcquireProductiveAssets", "2017-06-30", 12, "2017-08-01")
    assert taken(old, new) == [("capex", "2017-03-31", 10), ("capex", "2017-06-30", 12)]


def test_a_tag_that_contradicted_the_better_one_does_not_stand_in_for_it():
    both = figure(TOTAL, "2024-03-31", 120, "2024-05-15"), figure(PART, "2024-03-31", 100, "2024-05-15")
    alone = figure(PART, "2024-06-30", 110, "2024-08-15")
    assert taken(*both, alone) == [("revenue", "2024-03-31", 120)]
    assert "which differed from us-gaap:Revenues before" in read(*both, alone).doubts[0].reason


def test_a_total_below_its_part_is_refused_with_both():
    both = figure(TOTAL, "2024-03-31", 20, "2024-05-15"), figure(PART, "2024-03-31", 100, "2024-05-15")
    assert taken(*both) == []
    assert read(*both).doubts[0].reason == f"us-gaap:{TOTAL} says 20 and us-gaap:{PART} 100"


def test_a_quarter_that_equals_its_year_is_refused():
    year = figure(TOTAL, "2024-05-31", 400, "2024-06-20", 365, form="10-K")
    quarter = figure(TOTAL, "2024-05-31", 400, "2024-06-20", 91, form="10-K")
    assert [each.form for each in read(year, quarter).figures] == ["10-K"]
    assert "whole year's figure" in read(year, quarter).doubts[0].reason


def test_two_figures_under_one_tag_of_one_filing_are_refused_but_for_a_rounded_one():
    exact, rounded, other = (figure(TOTAL, "2024-03-31", n, "2024-05-15") for n in (24924000, 24900000, 31000000))
    assert taken(exact, rounded) == [("revenue", "2024-03-31", 24924000)]
    assert taken(exact, other) == [] and "24,924,000 and 31,000,000" in read(exact, other).doubts[0].reason


def test_the_same_figure_again_is_no_news_and_another_is():
    filed = [figure(TOTAL, "2024-03-31", n, day) for n, day in ((5, DAYS[0]), (5, DAYS[1]), (6, DAYS[2]), (5, DAYS[3]))]
    assert [each.value for each in read(*filed).figures] == [5, 6, 5]


def test_the_same_figure_under_another_standard_is_a_row_of_its_own():
    ifrs = figure("ifrs-full:Revenue", "2024-09-30", 7, "2024-11-15", form="6-K")
    gaap = figure(TOTAL, "2024-09-30", 7, "2025-08-28", form="10-K")
    assert [each.tag for each in read(ifrs, gaap).figures] == ["ifrs-full:Revenue", "us-gaap:Revenues"]


@pytest.mark.parametrize("other", [{"form": "DEF 14A"}, {"val": None}])
def test_what_is_no_report_and_what_is_no_figure_is_left_alone(other):
    tag, row = figure("NetIncomeLoss", "2024-03-31", 7, "2024-05-15")
    assert taken((tag, row | other)) == []


def test_another_currency_than_its_own_is_not_taken_and_told():
    rouble = figure(f"{TOTAL}@RUB", "2024-03-31", 7, "2024-05-15")
    assert taken(rouble) == [] and read(rouble).doubts[0].reason == "given in RUB, not in USD"


def test_a_row_for_one_company_stands_in_place_of_the_general_ones():
    own = TAGS[TAGS["tag"] == PART].assign(company="X")
    answer = answered(*(figure(tag, "2024-03-31", n, "2024-05-15") for tag, n in ((TOTAL, 20), (PART, 100))))
    found = tags.reading(answer, pd.concat([TAGS, own]), "X", "USD", 12).figures
    assert [each.value for each in found] == [100]


def test_thousands_in_place_of_millions_are_refused_at_the_door(server, capsys):
    revenue = server.answers[1375365]["facts"]["us-gaap"]["NetIncomeLoss"]["units"]["USD"]
    next(row for row in revenue if row["end"] == "2026-03-31" and row["start"] == "2026-01-01")["val"] = 483387
    cli.main(["add", "SMCI"])
    assert "slip of scale" in capsys.readouterr().out
    assert value("net_income", "2026-01-01", "2026-03-31") == [483387000]  # nine months less the half year


# ---- faults: a message, and what was there stays


PAGE = b"<!DOCTYPE html><title>Sign in</title>"
TORN = gzip.compress(b"0" * 1000)[:-9]
BOMB = gzip.compress(b"0" * 10**6)


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        ([(429, b"")] * 4, "status 429: try again later"),
        ([(503, b"")] * 4, "status 503: try again later"),
        ([(403, PAGE)], "status 403: it refuses the user agent"),
        ([(404, b"")], "status 404: there is nothing here"),
        ([(200, PAGE)], "a web page in place of JSON"),
        ([(200, b"")], "empty"),
        ([(200, b"{}")], "no JSON object, or an empty one"),
        ([(200, b"[1]")], "no JSON object, or an empty one"),
        ([(200, b'{"cik": 1375365, "facts": {"us')], "not JSON, or cut short"),
        ([(200, b'{"cik": 1375365, "facts": NaN}')], "not JSON, or cut short"),
        ([(200, b'{"cik": 1375365}')], "the answer has no facts; has its form changed?"),
        ([(200, b'{"cik": 1, "facts": {}}')], "the answer is about company 1"),
        ([(200, b'{"cik": 1375365, "facts": {"us-gaap": {"Assets": {"units": {"USD": [{}]}}}}}')], "another form"),
        ([(200, b"abc", {"Content-Length": "9"})] * 4, "EOFError: the answer ends after 3 of 9 bytes"),
        ([(200, TORN, {"Content-Encoding": "gzip"})] * 4, "EOFError"),
        ([(200, BOMB, {"Content-Encoding": "gzip"})], "more than 500,000 bytes"),
    ],
)
def test_a_fault_ends_in_a_message_and_changes_nothing(server, faults, message):
    sources.add("SMCI", server.client(), TAGS).save()
    before, server.faults = held(), list(faults)
    with pytest.raises(CapcycleError, match=r"SMCI|http") as refused:
        sources.refresh("SMCI", server.client(largest=500_000), TAGS)
    assert message in str(refused.value)
    assert held() == before and not server.faults
    assert sources.refresh("SMCI", server.client(), TAGS).new.empty


def test_what_stays_after_a_fault_is_told_with_its_day(server, capsys):
    cli.main(["add", "SMCI"])
    server.faults = [(200, PAGE)]
    assert cli.main(["refresh"]) == 1
    assert "what was brought in of SMCI stays as it is, to 2026-05-11" in capsys.readouterr().err


def test_a_server_that_is_busy_once_is_asked_again_after_the_time_it_names(server):
    server.faults, waited = [(429, b"", {"Retry-After": "7"}), (500, b"")], []
    client = server.client()
    client.wait = waited.append
    client.companyfacts(1375365)
    assert [each for each in waited if each >= 1] == [7, 2]


def test_no_network_is_said(own):
    with edgar.playing() as server:
        client = server.client()
    with pytest.raises(CapcycleError, match="refused"):
        client.companyfacts(1375365)


def test_requests_keep_the_pace(server):
    waited, client = [], server.client(clock=lambda: 5.0)
    client.wait = waited.append
    for _ in range(3):
        client.companyfacts(1375365)
    assert waited == [0, pytest.approx(0.1), pytest.approx(0.1)]  # seconds: ten requests in one


def test_what_did_not_change_is_not_sent_again(server):
    client = server.client()
    assert client.companyfacts(1375365) == client.companyfacts(1375365)
    tag, kept = store.kept("companyfacts-0001375365")
    assert tag.startswith('"') and json.loads(kept) == server.answers[1375365]


def test_a_second_process_is_refused_while_the_first_writes(server, capsys):
    with shelf.locked():
        assert cli.main(["add", "SMCI"]) == 1
    assert "another capcycle writes into it" in capsys.readouterr().err
    assert cli.main(["add", "SMCI"]) == 0


@pytest.mark.parametrize("pages", [0, 1])
def test_a_disk_that_fills_up_leaves_the_last_state(server, monkeypatch, pages):
    whole = server.answers[1375365]
    server.answers[1375365] = edgar.until(whole, "2023-12-31")
    sources.add("SMCI", server.client(), TAGS).save()
    before, server.answers[1375365] = held(), whole
    addition, put = sources.refresh("SMCI", server.client(), TAGS), store.put

    def full(connection, *given):
        there = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {there + pages}")
        put(connection, *given)

    monkeypatch.setattr(store, "put", full)
    with pytest.raises(CapcycleError, match="disk is full; what was there before is there still"):
        addition.save()
    assert held() == before


WRITER = """
import os, sys
from capcycle import sources
from capcycle.facts import store
from capcycle.sources import store as writer
tables = {table: writer.read(table, "SMCI") for table in ("companies", "sources", "facts")}
with store.opened(writes=True) as connection:
    connection.execute("PRAGMA cache_size = 5")  # so that half of it is in the file already
    tables["facts"] = tables["facts"].assign(value="1")
    for name in ("SMCI", *(f"X{number}" for number in range(20))):
        own = {each: rows.assign(company=name) for each, rows in tables.items()}
        writer.put(connection, name, own)
    os.kill(os.getpid(), 9)
"""


def test_a_writer_that_is_killed_leaves_the_last_state(server):
    cli.main(["add", "SMCI"])
    before = held()
    size = shelf.file().stat().st_size
    environment = os.environ | {"CAPCYCLE_STORE": str(paths.STORE), "PYTHONPATH": os.pathsep.join(sys.path)}
    killed = subprocess.run([sys.executable, "-c", WRITER], env=environment, check=False)
    assert killed.returncode == -9 and shelf.file().stat().st_size > size
    assert held() == before
    assert cli.main(["add", "SMCI"]) == 0


def test_who_reads_while_another_writes_sees_the_last_state(server):
    cli.main(["add", "SMCI"])
    before = held()
    with shelf.opened(writes=True) as connection:
        connection.execute("DELETE FROM facts")
        assert held() == before


def test_a_damaged_store_is_said_with_the_remedy(server, capsys):
    cli.main(["add", "SMCI"])
    shelf.file().write_bytes(b"no database at all" * 1000)
    assert cli.main(["refresh"]) == 1
    said = capsys.readouterr().err
    assert "store.sqlite: damaged" in said and "answers` then reads what was downloaded again" in said


# ---- two layers


def test_what_the_reviewed_data_says_wins_and_a_conflict_is_told(own):
    before = facts.history(["MSFT"])
    row = before.query("concept == 'capex'").iloc[[0]][list(tables.columns("facts/MSFT.csv"))].assign(value="1")
    days = ["period_start", "period_end", "published"]
    row[days] = row[days].apply(lambda column: column.dt.strftime("%Y-%m-%d"))
    own.mkdir()
    others = {"sources": facts.sources().reset_index().head(0), "companies": facts.companies().reset_index().head(1)}
    store.write("MSFT", {"facts": row.astype(str), **{name: table.astype(str) for name, table in others.items()}})
    pd.testing.assert_frame_equal(facts.history(["MSFT"]), before)
    said = layers.doubts()
    period = "…".join(row[days[:2]].iloc[0])
    assert len(said) == 1 and said[0].startswith(f"Conflict: MSFT capex {period} is 1 USD")


def test_a_company_that_is_added_is_no_input_of_pages_on_others(server):
    before = keys.Inputs.read([])
    cli.main(["add", "SMCI"])
    after = keys.Inputs.read([])
    assert {name for name in after.data if after.data[name] != before.data.get(name)} == {"facts/SMCI.csv", "added"}


# ---- rows of the user's own


def typed(path, *rows):
    path.write_text("".join([sources.template(), *(f"{row}\n" for row in rows)]), "utf-8")
    return path


SAID = "reported,ir-2026,page 3,2026-07-30,,Investor day,ORCL,https://example.org/day,release"


def test_rows_of_a_file_are_facts_with_their_document(own, tmp_path, capsys):
    file = typed(tmp_path / "mine.csv", f"ORCL,rpo,,2026-06-30,600000000000,USD,{SAID}")
    assert cli.main(["add", str(file)]) == 0 and "1 rows of facts on ORCL" in capsys.readouterr().out
    row = facts.history(["ORCL"]).query("source == 'ir-2026'")
    assert row["value"].tolist() == [600000000000] and facts.sources().at["ir-2026", "title"] == "Investor day"
    facts.check()


def test_every_fault_of_a_file_is_told_with_its_line_and_nothing_is_taken(own, tmp_path):
    good = f"ORCL,rpo,,2026-06-30,600000000000,USD,{SAID}"
    file = typed(tmp_path / "mine.csv", good, good.replace("rpo", "rop"), good.replace("600000000000,USD", "600bn,EUR"))
    with pytest.raises(DataError) as refused:
        sources.add_file(file)
    assert [fault.split(": ")[0] for fault in refused.value.faults] == [f"{file}:3", *[f"{file}:4"] * 2]
    assert held() == NOTHING


def test_a_figure_that_differs_from_what_its_document_gave_before_is_refused_and_a_correction_is_not(own, tmp_path):
    row = f"ORCL,rpo,,2026-06-30,600000000000,USD,{SAID}"
    sources.add_file(typed(tmp_path / "mine.csv", row))
    before = held()
    with pytest.raises(DataError, match="ir-2026 gave 600000000000 in place of 610000000000 before, and that stays"):
        sources.add_file(typed(tmp_path / "mine.csv", row.replace("600000000000", "610000000000")))
    assert held() == before
    corrected = row.replace("600000000000", "610000000000").replace("2026-07-30", "2026-08-05")
    sources.add_file(typed(tmp_path / "mine.csv", row, corrected.replace("ir-2026", "ir-2026-corrected")))
    of = "concept == 'rpo' and source.str.startswith('ir-2026')"
    shown = [facts.load(["ORCL"], day).query(of) for day in ("2026-07-31", "")]
    assert [each["value"].tolist() for each in shown] == [[600000000000], [610000000000]]


# ---- the table of tags


@pytest.mark.parametrize(
    ("column", "cell", "message"),
    [("concept", "capexx", "unknown concept 'capexx'"), ("priority", "first", "priority 'first'"),
     ("to", "2018", "to '2018'"), ("taxonomy", "gaap", "taxonomy 'gaap' is not one of"), ("tag", "", "tag is empty")],
)  # fmt: skip
def test_a_wrong_cell_of_the_tags_is_refused(column, cell, message):
    wrong = TAGS.head(1).assign(**{column: cell})
    assert any(message in fault for fault in door.faults(wrong, tags._rules(wrong)))


# ---- all the companies of an archive, where it is at hand


@pytest.mark.skipif(not EXTRACTS.is_dir(), reason="no folder of 205 companies' extracts on this machine")
@pytest.mark.parametrize("ticker", ["ORCL", "AMZN", "IREN", "DE"])
def test_companies_of_an_archive_give_series_without_a_quarter_as_year(ticker):
    if not (file := EXTRACTS / f"{ticker}.json.gz").is_file():
        pytest.skip(f"the archive has no {ticker}")
    found = tags.reading(json.loads(gzip.decompress(file.read_bytes())), TAGS, ticker)
    table = tags.rows(found.figures, ticker)
    table = table.assign(
        value=table["value"].astype(float), **{c: door.dates(table[c]) for c in ("period_start", "period_end")}
    )
    assert not slips.quarter_as_year(table).any() and len(table) > 50
