"""A screen of all companies shows what the pages show, of the day it is asked for, and works nothing out twice."""

import edgar
import pandas as pd
import pytest
from test_store import clones, packed, take

from capcycle import cli, facts, paths, pool, screen
from capcycle.errors import CapcycleError, NothingToShow
from capcycle.facts import layers, store
from capcycle.measure import measure_named
from capcycle.panel import select


@pytest.fixture(scope="module")
def made(tmp_path_factory, without_supermicro):
    """A store with two companies of a market, one in dollars and one in Taiwan dollars; each day is worked out once."""
    folder = tmp_path_factory.mktemp("market")
    recorded = {edgar.NAMES[ticker][0]: edgar.recording(ticker) for ticker in ("SMCI", "TSM")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "DATA", without_supermicro)
        patch.setattr(paths, "STORE", folder / "store")
        take(packed(folder / "companyfacts.zip", recorded))
    return folder / "store"


@pytest.fixture
def market(made, monkeypatch, without_supermicro):
    monkeypatch.setattr(paths, "DATA", without_supermicro)
    monkeypatch.setattr(paths, "STORE", made)
    monkeypatch.setattr(layers, "CALLED", set())


def test_a_value_is_that_of_the_filing(market):
    shown = screen.screen("net_margin", groups=["market"], as_of="2025-09-30").set_index("company")
    # fiscal 2025 of its 10-K of 28 August 2025: net income of 1,048.854m on net sales of 21,972.042m
    assert shown.at["SMCI", "value"] == pytest.approx(1048854 / 21972042)
    assert shown.loc["SMCI", ["period", "kind", "source"]].tolist() == ["TTM 2025Q2", "derived", "0001375365-25-000027"]
    assert facts.sources().at["0001375365-25-000027", "published"] == "2025-08-28"
    assert shown.at["SMCI", "published"] == pd.Timestamp("2025-08-28")


@pytest.mark.parametrize("metric", ["capex_to_revenue", "growth_year_on_year.revenue", "net_margin", "revenue"])
@pytest.mark.parametrize("as_of", ["", "2025-02-10"])
def test_a_screen_shows_what_the_panel_of_every_page_shows(market, metric, as_of):
    groups = ["hyperscalers", "market"]
    shown = screen.screen(metric, 5, groups, as_of)
    companies = shown["company"].tolist()
    wanted = measure_named(metric, select(facts.open(companies, as_of), "ttm")).at(shown["period"].iloc[0])
    columns = ["company", "period", "period_end", "value", "unit", "kind", "published", "source"]
    pd.testing.assert_frame_equal(shown[columns], wanted[columns], check_dtype=False)


def test_only_the_named_groups_are_ranked_and_the_others_counted(market):
    everyone, (some, *numbers) = screen.screen("net_margin"), screen.screened("net_margin", groups=["market"])
    assert set(some["company"]) <= {"SMCI", "TSM"} and len(everyone) > len(some)
    assert sum(numbers) == 2
    assert len(screen.screen("net_margin", 1)) == 1
    assert everyone["value"].is_monotonic_decreasing


def test_amounts_stand_beside_each_other_in_dollars_alone(market):
    found = screen.screened("revenue", groups=["market"], as_of="2025-05-15")
    assert found.rows["company"].tolist() == ["SMCI"] and found[1:] == (1, 0, 1)


def test_nothing_later_than_the_day_is_shown_and_later_filings_change_nothing(own, tmp_path):
    whole = edgar.recording("SMCI")
    place = tmp_path / "companyfacts.zip"
    take(packed(place, {edgar.NAMES["SMCI"][0]: edgar.until(whole, "2025-12-31")}))
    then = screen.screen("net_margin", groups=["market"], as_of="2025-12-31")
    assert (then["published"] <= "2025-12-31").all()
    take(packed(place, {edgar.NAMES["SMCI"][0]: whole}))
    pd.testing.assert_frame_equal(screen.screen("net_margin", groups=["market"], as_of="2025-12-31"), then)
    assert screen.screen("net_margin", groups=["market"])["period"].item() != then["period"].item()


def test_what_is_worked_out_is_worked_out_again_only_where_figures_changed(market, monkeypatch):
    screen.prepare()
    asked = []
    monkeypatch.setattr(pool, "each", lambda work, items: asked.extend(items) or [])
    screen.prepare()
    assert asked == []
    with store.opened(writes=True) as connection:
        connection.execute("UPDATE companies SET stamp = 'other' WHERE company = 'TSM'")
    screen.prepare()
    assert asked == ["TSM"]


def test_a_market_is_worked_out_when_it_comes_and_no_screen_of_it_does_so_again(own, tmp_path, monkeypatch):
    assert cli.main(["add", "--bulk", str(packed(tmp_path / "companyfacts.zip", *clones(2)))]) == 0
    monkeypatch.setattr(pool, "each", lambda work, items: pytest.fail(f"{items} again"))
    first, again = (screen.screen("net_margin", groups=["market"]) for _ in range(2))  # the first calls what it shows
    assert first["company"].tolist() == ["M1", "M2"] and first.equals(again)


def test_a_report_of_a_parent_and_its_subsidiary_stands_under_both(own, tmp_path):
    answers, tickers = clones(2)  # of the same accession numbers
    take(packed(tmp_path / "companyfacts.zip", answers, tickers))
    book = facts.open(["M1", "M2"])
    assert book.facts.groupby("company").size().nunique() == 1 and facts.sources().index.is_unique


def test_a_screen_leaves_the_market_uncalled_but_for_what_it_shows(market):
    screen.screen("net_margin", 1, ["market"])
    assert len(layers.CALLED) == 1


def test_what_cannot_be_screened_is_said(market):
    with pytest.raises(CapcycleError, match="unknown group nobody"):
        screen.screen("net_margin", groups=["nobody"])
    with pytest.raises(CapcycleError, match="unknown metric"):
        screen.screen("margin_of_nothing")
    with pytest.raises(NothingToShow):
        screen.screen("net_margin", as_of="1999-01-01")
    with store.locked(), pytest.raises(CapcycleError, match="another capcycle writes"):
        screen.screen("net_margin", as_of="2024-01-02")


def test_the_command_line_shows_the_same_with_its_evidence(market, capsys):
    assert cli.main(["screen", "net_margin", "--top", "3", "--group", "market", "--as-of", "2025-09-30"]) == 0
    said = capsys.readouterr().out
    assert "0001375365-25-000027" in said and "derived" in said and "2025-08-28" in said and "4.8%" in said
    assert "net_margin, TTM 2025Q2: " in said and "companies have it" in said


def test_all_faults_of_a_screen_are_said_at_once():
    with pytest.raises(CapcycleError, match=r"as_of '2025-13-01'(?s:.)*unknown group x;(?s:.)*unknown metric nope;"):
        screen.screen("growth_year_on_year.nope", groups=["x"], as_of="2025-13-01")
