"""What the tables besides the facts contain and lack, counted again by other means."""

import csv
import io
import json
from functools import cache

import pandas as pd
import pytest
from test_registers import deals, toy  # noqa: F401

from capcycle import codebook, facts, paths, words
from capcycle.errors import CapcycleError
from capcycle.exhibits import registers
from capcycle.facts import inventory

DAYS = "2025-06-30", "2025-12-31"
CARDS = {
    "tables": lambda: registers.tables(facts.open()),
    "lacking": lambda: registers.lacking(facts.open()),
    "empty": lambda: registers.empty(facts.open()),
    "became_known": lambda: registers.became_known(*days()),
    "changed": lambda: registers.changed(*days()),
    "files": lambda: registers.files(codebook.columns()),
}


@cache
def counts():
    return inventory.counts(facts.open())


@cache
def columns():
    return inventory.columns(facts.open())


def empty():
    return columns()[columns()["empty"] > 0]


def days():
    return [facts.open(as_of=day) for day in DAYS]


@cache
def known():
    return inventory.became_known(*days())


@cache
def card(name):
    return CARDS[name]()


def rows_of(name):
    """A table as a plain reader of CSV sees it."""
    with (paths.DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def newest(rows, key, day):
    """The last row of each key: the files hold the versions of a row in the order of their days."""
    return list({row[key]: row for row in sorted(rows, key=lambda row: row[day])}.values())


# ---- the counts


@pytest.mark.parametrize("name", ["market", "chips", "gpu_prices", "compute"])
def test_rows_and_kinds_of_tables_whose_rows_never_change(name):
    rows, counted = rows_of(name), counts().set_index("table").loc[name]
    assert counted["rows"] == len(rows)
    for kind in ("reported", "derived", "estimated", "assumed"):
        assert counted[kind] == sum(row["kind"] == kind for row in rows)


def test_of_a_contract_that_changed_the_newest_version_counts():
    rows = newest(rows_of("contracts"), "contract", "published")
    counted = counts().set_index("table").loc["contracts"]
    assert counted["rows"] == len(rows) < len(rows_of("contracts"))
    assert counted["undated"] == sum(row["published"] == "" for row in rows)
    assert f"{counted['published']:%Y-%m-%d}" == max(row["published"] for row in rows)  # a day, no month, is the newest


@pytest.mark.parametrize(("name", "key"), [("contracts", "contract"), ("commitments", "commitment")])
def test_empty_cells_are_counted_but_for_notes(name, key):
    rows, found = newest(rows_of(name), key, "published"), empty().query("table == @name")
    by_hand = {column: sum(row[column] == "" for row in rows) for column in rows[0] if column != "note"}
    assert dict(zip(found["column"], found["empty"], strict=True)) == {name: n for name, n in by_hand.items() if n}
    assert set(found["rows"]) == {len(rows)}


def test_what_was_not_public_is_not_counted():
    early = facts.open(as_of="2021-12-31")
    contracts = inventory.counts(early).set_index("table").loc["contracts"]
    assert contracts["rows"] == 0 and pd.isna(contracts["published"])
    assert registers.tables(early).view.query("Table == 'Contracts'")["Newest"].item() == words.DASH


def test_what_was_looked_for_later_is_not_on_an_earlier_page():
    lacking = registers.lacking(facts.open(as_of="2025-10-05"))  # the day before AMD's warrant for OpenAI
    assert not lacking.view["What is missing"].str.contains("AMD|Golden Sun").any()
    assert max(card["published"] for card in lacking.sources) <= "2025-10-05"


def test_a_table_without_a_column_for_notes_is_counted_and_shown(toy):  # noqa: F811
    deals({"page": ""}, {"deal": "two", "page": "", "buyer": ""})
    book = facts.open()
    empty = registers.empty(book).figures.drop(columns="meaning")
    assert empty.to_numpy().tolist() == [["deals", "buyer", 1, 2], ["deals", "page", 2, 2]]
    assert registers.tables(book).view["Table"].tolist() == ["Deals"]  # no words of its own
    assert registers.empty(book).view["Column"].tolist() == ["`buyer`", "`page`"]


# ---- between two dates


def between(before, after):
    return inventory.became_known(facts.open(as_of=before), facts.open(as_of=after))


def test_a_row_is_new_or_changed_or_of_no_day(toy):  # noqa: F811
    later = {"published": "2024-05-10", "value": "5500", "source": "s2"}
    deals(
        {"published": "2024-03-05"}, later, {"deal": "two", "published": "2024-05-11"}, {"deal": "x", "published": ""}
    )
    found = between("2024-03-05", "2024-06-01")
    assert found[["row", "cause", "what", "source"]].to_numpy().tolist() == [
        ["one", "changed", "value: 5,000 → 5,500", "s2"],
        ["two", "new", "", "s1 s2"],
    ]


def test_the_first_day_is_left_out_and_the_last_is_in(toy):  # noqa: F811
    deals({"published": "2024-03-05"})
    assert between("2024-03-04", "2024-03-05")["row"].tolist() == ["one"]
    assert between("2024-03-05", "2024-03-06").empty


@pytest.mark.parametrize(("before", "after"), [("2025-01-01", "2024-01-01"), ("", ""), ("2025-01-01", "2025-01-01")])
def test_dates_the_wrong_way_round_are_refused(before, after):
    with pytest.raises(CapcycleError, match="give two dates, the earlier one first"):
        between(before, after)


def test_huatie_and_core42_in_the_second_half_of_2025():
    # terminated on 2025-09-30 (Jiemian, October 2025); Core42's power delivered, stated with TeraWulf's third quarter
    what = known().set_index("row")["what"]
    assert what["huatie-hangzhou"] == "status: signed → terminated; status date: 2025-03-31 → 2025-09-30"
    assert "contract value: 1,030,000,000 → 1,100,000,000; status: signed → delivering" in what["wulf-core42"]


# ---- the exhibits


@pytest.mark.parametrize("name", CARDS)
def test_every_cell_is_text_and_every_document_is_held(name):
    exhibit = card(name)
    payload = json.loads(json.dumps(exhibit.payload(), allow_nan=False))
    cells = [cell["text"] if isinstance(cell, dict) else cell for row in payload["rows"] for cell in row]
    assert exhibit.title and exhibit.subtitle and cells and all(isinstance(cell, str) and cell for cell in cells)
    table = pd.read_csv(io.StringIO(payload["csv"]), dtype=str, keep_default_na=False)
    assert {one for cell in table.get("source", []) for one in cell.split()} <= set(facts.sources().index)


def test_the_titles_add_up():
    rows = counts()["rows"].sum()
    assert card("tables").title == f"Besides the facts, {len(counts())} tables contain {rows:,} rows"
    assert counts()[["reported", "derived", "estimated", "assumed"]].sum().sum() == rows
    assert card("empty").title.startswith(f"{len(empty())} of {len(columns())} columns are empty in some rows")
    causes = known()["cause"].value_counts()
    assert f"{causes['new']:,} new, {causes['changed']:,} changed" in card("became_known").title
    assert len(card("changed").view) == causes["changed"]


def test_what_is_known_to_be_lacking_is_said():
    lacking = " ".join(card("lacking").view["What is missing"])
    for lack in (
        "AMD's warrant",
        "paybacks",
        "Burry's",
        "Exponential View",
        "Goldman's",
        "server price",
        "finance rate",
    ):
        assert lack in lacking


def test_where_nothing_became_known_it_is_said():
    days = [facts.open(as_of=day) for day in ("2010-01-01", "2010-01-02")]
    assert registers.became_known(*days).title == ("Between 1 Jan 2010 and 2 Jan 2010 no row became known")
    assert registers.changed(*days).view.empty
