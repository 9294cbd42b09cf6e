"""A changed year end: Hut 8 moved from June to December, with six months in between, by its own figures."""

from dataclasses import replace
from functools import cache

import pytest

from capcycle import exhibits, facts, metrics, paths
from capcycle.errors import DataError
from capcycle.measure import measure
from capcycle.panel import select

M = 1e6


@cache
def hut(span="quarter", calendar="fiscal", **more):
    return select(facts.open(["HUT"]), span, calendar, **more)


def revenue(span, calendar):
    """Millions by the label of the period."""
    rows = measure("revenue", hut(span, calendar)).table.dropna(subset="value")
    return dict(zip(rows["period"], (rows["value"] / M).round(3), strict=True))


def test_labels_before_and_after_follow_the_year_end_of_their_time():
    ends = hut().rows.query("concept == 'revenue'").set_index("period_end")["ordinal"]
    assert ends["2023-06-30"] == 2023 * 4 + 3  # the fourth quarter of the last year that ended in June
    assert ends["2024-03-31"] == 2024 * 4  # the first of the year that ends in December


def test_the_months_between_belong_to_no_fiscal_year():
    # The 10-Q calls September 2023 the first quarter of fiscal 2024, and so would its 10-Q the March of 2024
    ends = set(hut().rows["period_end"].dt.strftime("%Y-%m-%d"))
    assert not {"2023-09-30", "2023-12-31"} & ends
    cash = hut().rows.query("concept == 'cash'").set_index("period_end")["value"]
    assert cash["2023-06-30"] == 10.379 * M and "2023-09-30" not in cash.index


def test_by_calendar_quarters_they_are_all_there():
    # 60.6m in the six months to December 2023 less 21.7m in the quarter to September
    quarters = revenue("quarter", "calendar")
    named = {label: quarters[label] for label in ("2023Q2", "2023Q3", "2023Q4", "2024Q1", "2024Q2", "2024Q3")}
    assert list(named.values()) == [20.5, 21.7, 38.9, 51.7, 35.2, 43.735]


def test_six_months_are_never_a_year():
    assert "FY2023" not in revenue("year", "fiscal") and 60.6 not in revenue("ttm", "calendar").values()
    years = hut("year", "calendar").rows.query("concept == 'net_income'")
    assert 6.2 * M not in set(years["value"])


def test_quarters_on_both_sides_are_not_twelve_months():
    # FY2023Q4 to FY2024Q3 are consecutive names: 20.5 + 51.7 + 35.2 + 43.735, over eighteen months less six
    labels = {"FY2023Q4", "FY2024Q1", "FY2024Q2", "FY2024Q3"}
    assert labels <= set(revenue("quarter", "fiscal"))
    assert "TTM FY2024Q3" not in revenue("ttm", "fiscal")


@pytest.mark.parametrize(
    ("quarter", "twelve_months"),
    [
        ("2024Q1", 132.8),  # 20.5 + 21.7 + 38.9 + 51.7
        ("2024Q2", 147.5),  # 21.7 + 38.9 + 51.7 + 35.2
        ("2024Q3", 169.535),  # 38.9 + 51.7 + 35.2 + 43.735
    ],
)
def test_calendar_twelve_months_run_through_the_change(quarter, twelve_months):
    assert revenue("ttm", "calendar")[f"TTM {quarter}"] == twelve_months


def test_growth_in_a_year_as_the_company_gives_it():
    # Release of August 2024: 35.2m after 20.5m, "an increase of 72%"
    growth = measure(metrics.growth_year_on_year, hut(calendar="calendar"), value="revenue").at("2024Q2")
    assert round(growth["value"].item(), 2) == 0.72


def test_growth_across_the_change_is_missing_and_says_why():
    # 51.7m in the first quarter of 2024 follows 20.5m three quarters before, under the neighbouring name
    growth = measure(metrics.growth_quarter_on_quarter, hut(), value="revenue").table.set_index("period")
    assert growth.loc["FY2024Q1", ["kind", "reason"]].tolist() == [
        "",
        "the data has no figure for revenue in the previous quarter on the same fiscal year: "
        "the company changed its year end in between",
    ]
    assert growth.loc["FY2024Q2", "value"] == pytest.approx(35.2 / 51.7 - 1)


def test_no_sentence_compares_across_the_change():
    third, fourth = 2024 * 4 + 2, 2024 * 4 + 3  # what the third quarter gives, put where the fourth would stand
    rows = hut().rows.query("concept == 'revenue' and ordinal <= @third")
    grid = replace(hut(), rows=rows.assign(ordinal=rows["ordinal"].replace(third, fourth)).reset_index(drop=True))
    assert exhibits.finding(measure("revenue", grid)) == "Hut 8's revenue was $43.7m in FY2024Q4"
    assert exhibits.total(measure("revenue", grid)) == "Hut 8's revenue was $43.7m in FY2024Q4"


def test_the_exhibit_says_what_is_left_out_and_only_by_fiscal_periods():
    note = (
        "Hut 8 changed its year end from 30 Jun 2023 to 31 Dec 2023: the months from 1 Jul 2023 to 31 Dec 2023 belong "
        "to no fiscal year and are left out; calendar quarters show them."
    )
    assert note in exhibits.lines(measure("revenue", hut())).notes
    assert note not in exhibits.lines(measure("revenue", hut(calendar="calendar"))).notes
    assert note not in exhibits.lines(measure("revenue", hut(since=2025))).notes


def test_a_year_end_needs_a_document(monkeypatch, tmp_path):
    for file in paths.DATA.glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    table = (tmp_path / "year_ends.csv").read_text("utf-8").replace("hut8-10kt-2024-03-28", "nowhere")
    (tmp_path / "year_ends.csv").write_text(table.replace("2023-12-31", "2023-05-31"), "utf-8")
    monkeypatch.setattr(paths, "DATA", tmp_path)
    with pytest.raises(DataError) as refused:
        facts.year_ends.changes()
    assert [fault.split(": ", 1)[1][:28] for fault in refused.value.faults] == [
        "source '0001104659-23-127101",
        "transition_end 2023-05-31 is",
    ]
