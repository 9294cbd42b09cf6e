"""Gigawatts by owner: printed plans, capex for each added gigawatt by hand, bases apart, early days."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import facts
from capcycle.analyses import capacity, gigawatt
from capcycle.exhibits import table

CLOUDS = ["hyperscalers", "China clouds", "neoclouds"]


def test_microsofts_plan_as_printed():
    """5 GW to 10 GW within two years is twice; 5 GW of fiscal 2024 to 20 GW of fiscal 2028 four times."""
    found = capacity.growth(facts.open(["MSFT"]))
    multiples = {label.split(",")[0]: float(each.outputs.power_multiple) for label, each in found.items()}
    assert multiples == {"Microsoft: plan for 2027-11": 2.0, "Microsoft: plan for 2028-06": 4.0}


def test_alphabets_average_draw_by_hand():
    """30.8 and 14.4 million MWh over 8,784 hours of two leap years; 2.139 times in four years is 20.9 % a year."""
    (case,) = capacity.growth(facts.open(["GOOGL"])).values()
    assert case.inputs["power_after"].value == pytest.approx(30.8e6 / 8784, abs=1)
    assert case.inputs["power_before"].value == pytest.approx(14.4e6 / 8784, abs=1)
    assert case.outputs.power_growth == pytest.approx(0.209, abs=0.001)


@pytest.mark.parametrize(("label", "capex", "gigawatts"), [
    ("Amazon, year to 31 Dec 2025", 131.819e9, 3.9),  # the 10-K's purchases of property and equipment
    ("Microsoft, year to 30 Jun 2025", 64.551e9, 2.0),
])  # fmt: skip
def test_amazons_gigawatt_by_hand(label, capex, gigawatts):
    case = capacity.spent(facts.open(["AMZN", "MSFT"]))[label]
    assert case.outputs.capex_per_added_gw == pytest.approx(capex / gigawatts)


def test_a_quarter_of_oracle_is_the_one_that_ends_with_it():
    """12.033bn of purchases from September to November 2025 on 400 MW."""
    (case,) = capacity.spent(facts.open(["ORCL"])).values()
    assert case.inputs["capex_of_period"].value == pytest.approx(12.033e9, rel=1e-3)


def test_bases_are_never_mixed():
    rows = capacity.owners(facts.open(["HUT", "CIFR"], currency="USD")).set_index("label")
    assert rows.loc["Hut 8, critical IT power", "contracted"] == 245 + 2 * 352  # River Bend and Beacon Point
    assert rows.loc["Hut 8, power of the grid connection", "contracted"] == 330
    assert rows.loc["Cipher, gross power", "contracted"] == 600  # 300 at Barber Lake, 300 for Amazon


def test_a_building_and_its_chips_are_no_growth(monkeypatch):
    """50 MW of IT in 2025 and 100 MW gross in 2026 are two things; 80 MW of IT are 1.6 times the 50."""
    book = facts.open(["CIFR"])
    rows = book.register("capacity").query("company == 'CIFR'").head(3).assign(
        site="Barber Lake", stage="operating", kind="reported", mw=[50.0, 100.0, 80.0],
        basis=["critical", "gross", "critical"], date=pd.to_datetime(["2025-01-31", "2026-01-31", "2025-06-30"]),
    )  # fmt: skip
    monkeypatch.setattr(type(book), "register", lambda self, name: rows)
    found = capacity.growth(book)
    assert {label: float(case.outputs.power_multiple) for label, case in found.items()} == {
        f"{rows['name'].iloc[0]}, Barber Lake: running in 2025-06, critical IT power": 1.6
    }


def test_a_plan_stands_on_the_basis_of_what_runs():
    labels = list(capacity.growth(facts.open(["miners"], currency="USD")))
    assert not any("plan for" in label and "critical" in label for label in labels)  # none runs at those buildings yet


@given(before=st.floats(1, 1e4), times=st.floats(1, 50), years=st.floats(1, 20))
def test_growth_a_year_leads_back_to_the_multiple(before, times, years):
    found = capacity.power_growth(before, min(before * times, 1e6), years)
    assert (1 + found.power_growth) ** years == pytest.approx(found.power_multiple, rel=1e-6)


def test_months_are_not_made_a_year():
    found = capacity.power_growth(50.0, 175.0, 0.7)
    assert found.power_multiple == 3.5 and found.power_growth != found.power_growth


def test_of_an_early_day_only_what_was_public_is_there():
    early = facts.open(CLOUDS, "2024-12-31", "USD")
    assert not capacity.spent(early) and capacity.table(early).view.empty
    assert "No source says" in capacity.verdict(early)
    later = facts.open(CLOUDS, "2025-11-01", "USD")
    assert list(capacity.spent(later)) == ["Amazon, year to 30 Sep 2025"]


def test_the_chips_counted_end_with_the_last_whole_quarter():
    shown = gigawatt.chip_power(facts.open(CLOUDS, currency="USD"))
    assert shown.title == "Alphabet's AI chips draw the most, 2,953 MW in 2025Q4"


def test_who_says_nothing_is_named():
    notes = capacity.table(facts.open(["MSFT", "AMZN", "ORCL"])).notes
    assert any(note == "On record without any level of power: Amazon and Oracle." for note in notes)


def test_the_table_of_growth_shows_both_figures():
    shown = table(capacity.growth(facts.open(["CRWV"])), capacity.SHOWN, "capacity.growth")
    assert "470 MW" in shown.view.to_string() and "850 MW" in shown.view.to_string()


def test_a_plan_for_a_day_that_is_over_is_none():
    """Nebius planned 220 MW for December 2025: in November 2025 that lay ahead, in 2026 it came true or did not."""
    ahead, over = (capacity.growth(facts.open(["NBIS"], day, "USD")) for day in ("2025-11-30", "2026-08-31"))
    assert any("plan for 2025-12" in label for label in ahead)
    assert not any("plan for 2025-12" in label for label in over) and any("plan for 2026-12" in label for label in over)
