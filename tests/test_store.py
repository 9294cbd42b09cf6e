"""The store of a whole market: taken in at once, broken off and taken up again, and never showing what came later."""

import gzip
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import edgar
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from capcycle import cli, facts, paths, reads, screen, sources
from capcycle.errors import CapcycleError
from capcycle.facts import layers, store, tables
from capcycle.sources import bulk

EXTRACTS = paths.ROOT.parent / "shared" / "data" / "sec" / "extracts"  # skipped elsewhere
SMCI, TSM = (edgar.recording(ticker) for ticker in ("SMCI", "TSM"))


def packed(path, answers, tickers=edgar.NAMES):
    """A zip file as the SEC makes it, by number, and its table of tickers beside it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, answer in answers.items():
            text = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            archive.writestr(zipfile.ZipInfo(f"CIK{number:010}.json"), text)
    table = [{"cik_str": number, "ticker": ticker, "title": name} for ticker, (number, name) in tickers.items()]
    (path.parent / "company_tickers.json").write_text(json.dumps(dict(enumerate(table))))
    return path


def clones(count):
    """Answers of as many companies as asked for, and their tickers."""
    answers = {number: SMCI | {"cik": number, "entityName": f"Made {number}"} for number in range(1, count + 1)}
    return answers, {f"M{number}": (number, f"Made {number}") for number in answers}


def take(path):
    archive = sources.Archive(path)
    return list(sources.ingest(path, sources.members(archive, archive.beside())[0]))


KILLED = (  # a capcycle that dies once its first batch is written, before it has told anything of it
    "import os, signal, sys\n"
    "from capcycle import cli\n"
    "from capcycle.sources import bulk\n"
    "bulk._told = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
    "cli.main(sys.argv[1:])"
)


def started(own, *arguments, code=("-m", "capcycle.cli")):
    """A capcycle of its own, whose store is `own`."""
    environment = os.environ | {"CAPCYCLE_STORE": str(own), "PYTHONPATH": os.pathsep.join(sys.path)}
    line = [sys.executable, *code, *map(str, arguments)]
    return subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, text=True)


def command(own, *arguments):
    """What a capcycle of its own says."""
    with started(own, *arguments) as process:
        said = process.communicate()[0]
    assert process.returncode == 0
    return said


def bring(path):
    """What the command says of an archive, without the twelve months that it then works out for a screen."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(screen, "prepare", list)
        return cli.main(["add", "--bulk", str(path)])


# ---- a whole market


def test_every_company_of_an_archive_is_there_for_who_names_it(own, tmp_path, capsys):
    answers = {edgar.NAMES["SMCI"][0]: SMCI, edgar.NAMES["TSM"][0]: TSM, 99: SMCI | {"cik": 99}}
    assert bring(packed(tmp_path / "companyfacts.zip", answers)) == 0
    shown = capsys.readouterr().out
    assert "2 companies in the archive, 2 of them not read before" in shown
    assert "1 answers belong to no ticker" in shown
    assert "SMCI" not in facts.companies().index and "SMCI" not in facts.tickers()  # all is not the market
    known = facts.load(["SMCI"])
    year = known[known["concept"].eq("revenue") & known["period_start"].eq("2024-07-01")]
    assert 21972042000 in year["value"].tolist()  # net sales of fiscal 2025, its 10-K of 28 August 2025
    assert facts.sources().loc[year["source"].iloc[0].split()[0], "tier"] == "filing"
    assert facts.companies().loc["SMCI", ["group", "cik"]].tolist() == ["market", "0001375365"]


def test_a_company_of_the_market_runs_in_a_notebook(own, tmp_path):
    take(packed(tmp_path / "companyfacts.zip", *clones(1)))
    command(own, "run", "capex", "-p", "companies", "M1,MSFT", "-o", str(tmp_path / "two.ipynb"))
    assert "Made 1" in (tmp_path / "two.ipynb").read_text("utf-8")


def test_a_market_is_the_same_as_its_companies_one_by_one(own, tmp_path, monkeypatch):
    take(packed(tmp_path / "companyfacts.zip", {edgar.NAMES["SMCI"][0]: SMCI}))
    of_archive = store.rows("facts", "true")
    monkeypatch.setattr(paths, "STORE", tmp_path / "other")
    with edgar.playing() as server:
        sources.add("SMCI", server.client(), sources.read_tags()).save()
    assert store.rows("facts", "true") == of_archive


def test_the_second_time_only_what_changed_is_read(own, tmp_path, monkeypatch, capsys):
    answers, tickers = clones(2)
    answers[1] = edgar.until(SMCI | {"cik": 1}, "2025-12-31")
    path = packed(tmp_path / "companyfacts.zip", answers, tickers)
    take(path)
    first = store.rows("facts", "company = 'M1'")
    monkeypatch.setattr(bulk, "_read", lambda *_: pytest.fail("read again"))
    assert take(path) == []
    monkeypatch.undo()
    monkeypatch.setattr(paths, "STORE", own)
    path = packed(tmp_path / "companyfacts.zip", answers | {1: SMCI | {"cik": 1}}, tickers)
    assert [(each.ticker, each.new > 0) for each in take(path)] == [("M1", True)]
    assert store.rows("facts", "company = 'M1'")[: len(first)] == first


def test_a_company_that_was_added_stays_so_and_is_refreshed(own, tmp_path):
    with edgar.playing() as server:
        sources.add("SMCI", server.client(), sources.read_tags()).save()
        take(packed(tmp_path / "companyfacts.zip", {edgar.NAMES["SMCI"][0]: SMCI, edgar.NAMES["TSM"][0]: TSM}))
        assert sources.companies() == ["SMCI"] and "SMCI" in facts.tickers()
        assert sources.refresh("SMCI", server.client(), sources.read_tags()).new.empty


def test_a_store_that_is_lost_is_made_again_from_what_was_downloaded(own):
    with edgar.playing() as server:
        sources.add("SMCI", server.client(), sources.read_tags()).save()
    before = store.rows("facts", "true")
    store.file().unlink()
    assert bring(own / "answers") == 0
    assert store.rows("facts", "true") == before and "SMCI" in facts.tickers()


FAULTS = {
    "cut short": (json.dumps(SMCI).encode()[:-9], "not JSON, or cut short"),
    "a page": (b"<!DOCTYPE html>", "a web page in place of JSON"),
    "empty": (b"", "empty"),
    "another form": (b'{"cik": 2, "facts": {"us-gaap": {"Assets": {"units": {"USD": [{}]}}}}}', "another form"),
    "no facts": (b'{"cik": 2}', "the answer has no facts"),
    "another company's": (json.dumps(SMCI | {"cik": 7}).encode(), "the answer is about company 7"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_answer_is_refused_and_the_others_are_taken(own, tmp_path, capsys, fault):
    answers, tickers = clones(3)
    content, message = FAULTS[fault]
    assert bring(packed(tmp_path / "companyfacts.zip", answers | {2: content}, tickers)) == 0
    said = capsys.readouterr().out
    assert "1 companies were refused" in said and message in said
    assert sorted(store.stamps()) == ["M1", "M3"]


def test_a_bomb_is_refused(own, tmp_path, monkeypatch):
    monkeypatch.setattr(sources.web, "LARGEST", 10**6)
    (tmp_path / "X.json.gz").write_bytes(gzip.compress(b"{" + b" " * 10**7))
    path = packed(tmp_path / "companyfacts.zip", {1: b"{" + b" " * 10**7}, {"M1": (1, "Made 1")})
    for place in (tmp_path, path):
        refused = [each.refused for each in take(place)]
        assert len(refused) == 1 and "more than 1,000,000 bytes" in refused[0]


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 half"])
def test_what_is_no_archive_is_said(own, tmp_path, capsys, content):
    path = tmp_path / "companyfacts.zip"
    if content is not None:
        path.write_bytes(content)
    assert bring(path) == 1
    assert "no folder and no zip archive, or one that is cut short" in capsys.readouterr().err


def test_names_and_an_archive_are_not_given_together(own, capsys):
    for names in ([], ["SMCI", "--bulk", "x.zip"], ["--bulk", "x.zip", "--dry-run"]):
        assert cli.main(["add", *names]) == 1
        assert "name tickers or files, or one archive with --bulk" in capsys.readouterr().err


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_where_it_was(own, tmp_path):
    path = packed(tmp_path / "companyfacts.zip", *clones(30))
    with started(own, "add", "--bulk", path, code=("-c", KILLED)) as first:
        assert first.wait() == -signal.SIGKILL
    there = len(store.stamps())
    assert there == 25  # a batch
    said = command(own, "add", "--bulk", path)
    assert f"30 companies in the archive, {30 - there} of them not read before" in said
    rows = pd.DataFrame(store.rows("facts", "true"), columns=store.COLUMNS["facts"])
    assert rows.groupby("company").size().nunique() == 1 and rows["company"].nunique() == 30


def test_the_tables_of_the_store_are_those_of_the_data(own):
    names = {"companies": "companies.csv", "sources": "sources.csv", "facts": "facts/X.csv"}
    assert {each: list(tables.columns(name)) for each, name in names.items()} == {
        table: store.COLUMNS[table] for table in names
    }


def test_a_store_that_lies_as_it_lay_is_not_asked_again_and_a_changed_one_is(own, tmp_path, monkeypatch):
    monkeypatch.setattr(reads, "STEP", -(10**18))  # as if it had lain there for long
    answers, tickers = clones(2)
    take(packed(tmp_path / "companyfacts.zip", {1: answers[1]}, tickers))
    with monkeypatch.context() as patch:
        assert tables.stamp("facts/M2.csv") == "" != tables.stamp("facts/M1.csv")
        patch.setattr(store, "select", lambda *_: pytest.fail("asked again"))
        assert tables.stamp("facts/M2.csv") == ""
    take(packed(tmp_path / "companyfacts.zip", answers, tickers))
    assert tables.stamp("facts/M2.csv") != ""


def test_another_version_of_the_store_is_refused(own, tmp_path):
    take(packed(tmp_path / "companyfacts.zip", *clones(1)))
    with sqlite3.connect(store.file()) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(CapcycleError, match="another version of capcycle"):
        facts.companies()


# ---- as of a day


def filing(tag, value, day, end, days, form):
    start = (pd.Timestamp(end) - pd.Timedelta(days=days)).strftime("%Y-%m-%d")
    number = f"0000000001-{day[2:4]}-{day[5:7]}{day[8:]}00"
    return tag, {"start": start, "end": end, "val": value, "accn": number, "form": form, "filed": day}


ENDS = {"2023-03-31": 90, "2023-06-30": 181, "2023-09-30": 273, "2023-12-31": 365}
DAYS = ["2024-03-31", "2024-05-02", "2024-06-30", "2024-08-01", "2024-09-30", "2024-11-01"]  # few, so that many meet
CUTS = ["2024-03-31", "2024-06-30", "2024-09-30"]
rows = st.builds(
    lambda tag, value, day, end, form: filing(tag, value, day, end, ENDS[end] - 1, form),
    st.sampled_from(["Revenues", "RevenueFromContractWithCustomerExcludingAssessedTax", "NetIncomeLoss"]),
    st.sampled_from([100, 101, 150, 200, 1000]), st.sampled_from(DAYS),
    st.sampled_from(sorted(ENDS)), st.sampled_from(["10-Q", "10-K", "8-K"]),
)  # fmt: skip
FIRST = [filing(tag, 400, "2024-02-15", "2023-12-31", 364, "10-K") for tag in ("Revenues", "NetIncomeLoss")]


def archived(folder, filed):
    """A folder with an answer of some figures for each of a few companies, by ticker."""
    folder.mkdir(exist_ok=True)
    for number, (ticker, each) in enumerate(filed.items(), 1):
        taken = {}
        for tag, row in each:
            row = row | {"accn": f"{number:010}{row['accn'][10:]}"}  # each files its own
            taken.setdefault(tag, {"units": {"USD": []}})["units"]["USD"].append(row)
        path = folder / f"{ticker}.json"
        path.write_text(json.dumps({"cik": number, "entityName": ticker, "facts": {"us-gaap": taken}}))
        os.utime(path, ns=(len(each), len(each)))
    return folder


@settings(max_examples=3, deadline=None, phases=[Phase.reuse, Phase.generate])  # to make one smaller takes minutes
@given(st.lists(st.lists(rows, min_size=5, max_size=15), min_size=6, max_size=6))
def test_the_store_shows_of_a_day_what_it_showed_on_that_day_and_nothing_later(histories):
    """Six companies an example: to open one costs as much as to open six."""
    filed = {f"MADE{number}": [*FIRST, *each] for number, each in enumerate(histories)}
    with tempfile.TemporaryDirectory() as room, pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "STORE", Path(room) / "store")
        patch.setattr(layers, "CALLED", set())
        shown = {}
        for day in [*CUTS, "2025-01-01"]:
            until = {name: [row for row in each if row[1]["filed"] <= day] for name, each in filed.items()}
            take(archived(Path(room) / "archive", until))
            shown[day] = facts.open(list(filed)).facts
        for day, then in shown.items():
            now = facts.open(list(filed), day)
            pd.testing.assert_frame_equal(now.facts, then)
            assert (now.history["published"] <= day).all() and (now.facts["published"] <= day).all()


# ---- the place of the store


@pytest.mark.parametrize(
    ("variable", "written", "place"),
    [
        ("", "", "usual"),
        ("", 'store = "{0}/mine"', "{0}/mine"),
        ("{0}/other", 'store = "{0}/mine"', "{0}/other"),
    ],
)
def test_the_place_is_that_of_the_environment_or_of_the_settings(tmp_path, monkeypatch, variable, written, place):
    (tmp_path / "settings.toml").write_text(written.format(tmp_path))
    monkeypatch.setattr(paths, "SETTINGS", tmp_path / "settings.toml")
    monkeypatch.setenv("CAPCYCLE_STORE", variable.format(tmp_path))
    usual = paths.platformdirs.user_data_path("capcycle").resolve()
    assert paths.store() == (usual if place == "usual" else Path(place.format(tmp_path)), "")


@pytest.mark.parametrize(
    ("variable", "written", "message"),
    [("", 'store = "s3://bucket/store"', "store is s3://bucket/store"), ("", "store = ", "not a TOML file")],
)
def test_what_is_no_place_is_said_and_nothing_is_written(
    own, tmp_path, monkeypatch, capsys, variable, written, message
):
    (tmp_path / "settings.toml").write_text(written)
    monkeypatch.setattr(paths, "SETTINGS", tmp_path / "settings.toml")
    monkeypatch.setenv("CAPCYCLE_STORE", variable)
    monkeypatch.setattr(paths, "UNUSABLE", paths.store()[1])
    assert cli.main(["add", "--bulk", str(packed(tmp_path / "companyfacts.zip", *clones(1)))]) == 1
    assert message in capsys.readouterr().err and not own.exists()


# ---- all the companies of an archive, where it is at hand


@pytest.mark.slow
@pytest.mark.skipif(not EXTRACTS.is_dir(), reason="no folder of 205 companies' extracts on this machine")
def test_the_extracts_are_taken_but_for_those_without_a_tag(own):
    outcomes = take(EXTRACTS)
    assert len(outcomes) == 205
    assert [each.ticker for each in outcomes if each.refused] == ["PS"]
    assert facts.open(["ORCL", "DE"]).facts["concept"].nunique() > 8
