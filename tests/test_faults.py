"""What goes wrong between a source and the own layer: each ends in a message, or in the last good state."""

import json
import socket
import time

import edgar
import pytest

from capcycle import cli, facts, paths, sources
from capcycle.errors import CapcycleError
from capcycle.sources import store

TAGS = sources.read_tags()
SMCI = 1375365


def known():
    return facts.history(["SMCI"]).drop(columns=["file", "line"])


def test_a_server_that_does_not_answer_is_given_up(own):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        client = sources.Edgar(edgar.AGENT, address, address, wait=lambda _: None, timeout=0.05)
        with pytest.raises(CapcycleError, match="timed out"):
            client.companyfacts(SMCI)


def test_a_ticker_that_moved_is_refreshed_by_its_number(server, monkeypatch, capsys):
    cli.main(["add", "SMCI"])
    before = known()
    monkeypatch.setitem(edgar.NAMES, "SMCI", (1046179, "Another company"))  # the ticker is another's now
    assert cli.main(["refresh", "SMCI"]) == cli.NOTHING_NEW
    assert known().equals(before) and facts.companies().at["SMCI", "cik"] == "0001375365"


def test_a_ticker_that_is_gone_says_to_give_the_new_one(server, monkeypatch, capsys):
    monkeypatch.delitem(edgar.NAMES, "SMCI")
    assert cli.main(["add", "SMCI"]) == 1
    assert "knows no such ticker; if it moved, give the new one" in capsys.readouterr().err


@pytest.mark.parametrize("lacking", ["accessionNumber", "form", "filingDate", "primaryDocument", "isInlineXBRL"])
def test_a_list_of_filings_of_another_form_is_refused_and_what_was_there_stays(server, monkeypatch, capsys, lacking):
    cli.main(["add", "SMCI"])
    before, listed = known(), edgar.listed
    monkeypatch.setattr(edgar, "listed", lambda answer: {k: v for k, v in listed(answer).items() if k != lacking})
    assert cli.main(["refresh"]) == 1
    assert "the list of filings has another form than it had" in capsys.readouterr().err and known().equals(before)


def test_a_list_whose_columns_differ_in_length_is_refused(server, monkeypatch, capsys):
    listed = edgar.listed
    monkeypatch.setattr(edgar, "listed", lambda answer: listed(answer) | {"form": ["10-K"]})
    assert cli.main(["add", "SMCI"]) == 1
    assert "the list of filings has another form than it had" in capsys.readouterr().err


@pytest.mark.parametrize("answer", [{"0": {"ticker": "SMCI"}}, {"0": ["SMCI"]}, {"0": {"ticker": "A", "cik_str": "x"}}])
def test_a_list_of_tickers_of_another_form_is_refused(server, capsys, answer):
    server.faults = [(200, json.dumps(answer).encode())]
    assert cli.main(["add", "SMCI"]) == 1
    assert "company_tickers.json has another form than it had" in capsys.readouterr().err


def test_a_clock_that_is_put_back_makes_nobody_wait_longer_than_the_pace_asks_for(server):
    ticks, waited = iter([1e6, 1e6, 1e6 - 3600, 1e6 - 3600]), []
    client = server.client(clock=lambda: next(ticks))
    client.wait = waited.append
    client.companyfacts(SMCI)
    client.companyfacts(SMCI)
    assert max(waited) <= 0.1


@pytest.mark.parametrize("now", [0.0, 4e9])
def test_what_is_taken_does_not_depend_on_this_machines_clock(server, monkeypatch, now):
    right = sources.add("SMCI", server.client(), TAGS).new
    monkeypatch.setattr(time, "time", lambda: now)
    assert sources.add("SMCI", server.client(), TAGS).new.equals(right)


def test_a_filing_of_a_day_to_come_is_known_from_that_day_on(server):
    answer = server.answers[SMCI]
    newest = max(row["filed"] for row in edgar.rows(answer))
    for row in edgar.rows(answer):
        if row["filed"] == newest:
            row["filed"] = "2026-12-31"  # whose clock is wrong, nobody knows
    cli.main(["add", "SMCI"])
    assert facts.load(["SMCI"], "2026-12-30")["published"].max() < facts.load(["SMCI"])["published"].max()


def test_a_name_is_no_formula_and_no_markup(server, monkeypatch):
    monkeypatch.setitem(edgar.NAMES, "SMCI", (SMCI, '=HYPERLINK("x")<script>alert(1)</script>\n'))
    cli.main(["add", "SMCI"])
    assert facts.companies().at["SMCI", "name"] == 'HYPERLINK("x")scriptalert(1)/script'
    facts.check()


def test_who_asks_is_written_nowhere(server, capsys):
    server.faults = [None, (403, b"")]
    cli.main(["add", "SMCI"])
    cli.main(["add", "SMCI"])
    cli.main(["refresh"])
    said = capsys.readouterr()
    held = b"".join(path.read_bytes() for path in paths.STORE.rglob("*") if path.is_file())
    assert known().size and edgar.AGENT not in said.out + said.err and edgar.AGENT.encode() not in held
    tag, answer = store.kept(f"companyfacts-{SMCI:010}")
    assert answer and edgar.AGENT.encode() not in answer + tag.encode()
