"""Shares of makers and the cost of chips in use: printed figures, hand arithmetic, bounds, early days."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capcycle import exhibits, facts
from capcycle.analyses import chips, vendor_mix
from capcycle.errors import ModelError, NothingToShow

PLAIN = (5.0, 0.0, 20.0, 1e-9, 0.0)  # five years, no building, no rate worth the name, no upkeep
share, price, years = st.floats(0.05, 1), st.floats(1e3, 1e5), st.floats(1, 10)


@cache
def book():
    return facts.open()


# ---- what a chip costs


def test_a_chip_hour_by_hand():
    """40,000 for a chip and its cluster over five years without interest: 8,000 a year, 0.9132 an hour.

    5 PFLOPS of which 0.4 are reached: 0.4566 for one of them. Nothing is left to pay once it is paid for.
    """
    found = chips.chip_cost(30e3, 10e3, 2.0, 5.0, 0.4, 1.0, *PLAIN)
    assert found.cost_per_chip_hour == pytest.approx(8000 / 8760, rel=1e-6)
    assert found.cost_per_pflops_hour == pytest.approx(8000 / 8760 / 2, rel=1e-6)
    assert found.cost_when_paid == pytest.approx(0) and found.it_cost_share == pytest.approx(1)


def test_epochs_gigawatt_at_three_lives():
    """Epoch (14 May 2026): 38bn and 0.9bn a year cost 8.5bn, 12bn at three years and 7bn at seven; at 7%.

    A chip of 25,500 with its cluster and 1 kW is 25.5bn a GW, so a year of a chip is a millionth of that.
    """
    for life, printed in ((3, 12.0e3), (5, 8.5e3), (7, 7.0e3)):
        year = chips.chip_cost(25.5e3, 0.0, 1.0, 1.0, 1.0, 1.0, life, 12.5e9, 14, 0.07, 0.9e9).cost_per_chip_hour * 8760
        assert year == pytest.approx(printed, rel=0.012)


def test_a_tpu_costs_its_owner_44_per_cent_less_than_a_gb200():
    """SemiAnalysis, November 2025. Epoch's prices and the central assumptions give the same within a point."""
    tpu, gb200 = (chips.case(book(), chip=chip).outputs for chip in ("Google TPU v7 Ironwood", "NVIDIA B200"))
    assert 1 - tpu.cost_per_chip_hour / gb200.cost_per_chip_hour == pytest.approx(0.44, abs=0.01)


def test_prices_and_peaks_are_those_of_epochs_export_and_of_data_sheets():
    """43,000 USD, 14.5 kW for eight and 5 PFLOPS for a B300 (2.5 in 16-bit by NVIDIA); 4.614 for a TPU v7 (Google)."""
    b300 = chips.sheet(book(), "NVIDIA B300")
    assert b300["chip_price"].value == pytest.approx(43_000, rel=1e-5)
    assert b300["chip_power"].value == 14.5 / 8  # kW of a server of eight, as on the page of a cluster
    assert b300["chip_peak"].value == pytest.approx(5, rel=1e-3)
    assert chips.sheet(book(), "Google TPU v7 Ironwood")["chip_peak"].value == pytest.approx(4.614, rel=1e-3)


def test_a_huawei_chip_is_at_the_price_and_power_of_its_rack():
    own = chips.sheet(book(), "Huawei Ascend 910C")  # 8.2m USD and 559 kW for 384; 752 TFLOPS in 16-bit each
    assert [own[name].value for name in chips.GIVEN] == pytest.approx([8.2e6 / 384, 0, 559 / 384, 1.504], rel=1e-5)


def test_what_no_source_states_stays_missing():
    each = chips.cases(book(), ["NVIDIA B300", "AMD MI450", "Amazon Trainium3"])
    assert "IT power" in each["AMD MI450"].lacking and "price" in each["Amazon Trainium3"].lacking
    table = exhibits.table(each, ["chip_price", "cost_per_pflops_hour"], "chips.table")
    assert table.view.iloc[2].tolist()[1:3] == ["–", "–"]
    with pytest.raises(NothingToShow, match="choose another chip"):
        chips.parity(each, "AMD MI450")


def test_at_the_price_of_parity_a_chip_costs_what_the_other_does():
    each = chips.cases(book(), ["NVIDIA B300", "Google TPU v7 Ironwood"])
    row = chips.parity(each, "NVIDIA B300").figures.iloc[0]
    for name, value in (("chip_price", row["value"]), ("flop_utilisation", row["part"])):
        found = each["Google TPU v7 Ironwood"].with_inputs(**{name: float(value)}).outputs.cost_per_pflops_hour
        assert found == pytest.approx(each["NVIDIA B300"].outputs.cost_per_pflops_hour)


@given(price=price, other=price, power=st.floats(0.1, 3), peak=st.floats(0.1, 20), part=share, life=years)
def test_throughput_gets_cheaper_with_life_and_with_the_part_that_is_reached(price, other, power, peak, part, life):
    def cost(life, part):
        return chips.chip_cost(price, other, power, peak, part, 0.7, life, 12.5e9, 20.0, 0.085, 0.9e9)

    now = cost(life, part)
    assert cost(life + 1, part).cost_per_pflops_hour < now.cost_per_pflops_hour
    assert cost(life, part / 2).cost_per_pflops_hour == pytest.approx(2 * now.cost_per_pflops_hour)
    assert 0 < now.cost_when_paid < now.cost_per_pflops_hour


def test_a_chip_that_is_not_there_and_a_part_above_one_are_refused():
    with pytest.raises(ModelError, match="unknown chip NVIDIA B3000; there are: "):
        chips.case(book(), chip="NVIDIA B3000")
    with pytest.raises(ModelError, match=r"write 0\.4 for 40 %"):
        chips.case(book()).chosen(flop_utilisation=40.0)


# ---- whose chips they are


def test_nvidias_shares_by_four_measures():
    """Units of 2025 by hand from the rows of the export; by money it has more than 80% (c103), as printed."""
    own = vendor_mix.cases(book())["NVIDIA"]
    hopper, h20 = 329_019 + 228_708 + 127_307 + 23_385, 361_677 + 152_693 + 17_118
    blackwell = 519_632 + 434_483 + 346_089 + 417_621 + 215_192 + 541_775 + 743_725
    assert own.inputs["vendor_units"].value == hopper + h20 + blackwell
    assert own.outputs.spend_share > 0.8 > own.outputs.power_share > 0.6 > own.outputs.unit_share


def test_shares_of_all_makers_add_up_to_one():
    each = vendor_mix.cases(book()).values()
    for output in vendor_mix.BASES.values():
        assert sum(float(own.quantity(output).value) for own in each) == pytest.approx(1)


def test_printed_shares_stand_beside_what_they_can_mean():
    """Half of Google's computing is printed (c099, c100); Epoch counts a quarter by throughput, an eighth by chips."""
    table = vendor_mix.printed(book(), vendor_mix.cases(book())).figures.set_index("label")
    google, microsoft = table.loc["Alphabet, owned on 31 Dec 2025"], table.loc["Microsoft, owned on 31 Dec 2025"]
    assert google["value"] == 0.5 and google["h100e"] == pytest.approx(0.245, abs=0.001)
    assert google["units"] == pytest.approx(0.118, abs=0.001)
    assert microsoft["value"] == pytest.approx(3.5 / 5) and microsoft["mw"] > 0.9


def test_over_time_has_only_quarters_that_all_makers_have():
    quarters = vendor_mix.over_time(book()).figures["label"].unique()
    assert list(quarters) == [f"{year}Q{quarter}" for year in (2024, 2025) for quarter in range(1, 5)]


@pytest.mark.parametrize("day", ["2024-06-30", "2025-12-31"])
def test_before_the_count_was_published_there_is_nothing_to_show(day):
    with pytest.raises(NothingToShow, match="choose a later date"):
        vendor_mix.cases(facts.open(as_of=day))
    with pytest.raises(NothingToShow, match="choose a later date"):
        chips.cases(facts.open(as_of=day), ["NVIDIA B300", "Google TPU v7 Ironwood"])


def test_a_chip_draws_as_much_here_as_in_a_cluster_of_its_own():
    """10.2 and 6.2 kW for eight H100 by two authors, their middle; 14.3 kW a DGX B200 at most, by NVIDIA."""
    power = {chip: chips.sheet(book(), chip)["chip_power"].value for chip in ("NVIDIA H100/H200", "NVIDIA B200")}
    assert power == pytest.approx({"NVIDIA H100/H200": (10.2 + 6.2) / 2 / 8, "NVIDIA B200": 14.3 / 8})
