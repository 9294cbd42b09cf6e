"""Per ordinary share and per ADS: where both are published they agree by the ratio, and they are never mixed."""

import pandas as pd
import pytest

from capcycle import exhibits, facts
from capcycle.errors import CapcycleError, DataError, MetricError
from capcycle.facts import ads, door
from capcycle.measure import measure
from capcycle.panel import select

CENT = 0.005  # both are rounded to a cent, so the product is off by half a cent for each share


def earnings(company, as_of=""):
    rows = facts.load([company], as_of)
    rows = rows.assign(day=rows["period_end"].dt.strftime("%Y-%m-%d"))
    return rows[rows["concept"].str.startswith("eps_diluted")].set_index(["concept", "day"])


@pytest.mark.parametrize(
    ("company", "year_end", "per_share", "per_ads"),
    [  # as the income statement or the note on earnings per share prints both, yuan
        ("BABA", "2017-03-31", 2.12, 16.97),
        ("BABA", "2018-03-31", 3.06, 24.51),
        ("BABA", "2019-03-31", 4.17, 33.38),
        ("BIDU", "2022-12-31", 2.48, 19.85),
        ("BIDU", "2023-12-31", 6.89, 55.08),
        ("BIDU", "2024-12-31", 8.24, 65.91),
    ],
)
def test_what_is_printed_per_ads_is_what_is_printed_per_share_times_the_ratio(company, year_end, per_share, per_ads):
    held, ratio = earnings(company)["value"], ads.ratios()["ordinary_shares"][company]
    assert held["eps_diluted", year_end] == per_share and held["eps_diluted_per_ads", year_end] == per_ads
    assert per_share * ratio == pytest.approx(per_ads, abs=ratio * CENT + CENT)


def test_a_price_per_ads_and_per_share():
    # GDS, prospectus of October 2020: US$81.94 per ADS "or HK$79.38 per Class A ordinary share", at HK$7.7500
    assert round(81.94 * 7.75 / ads.ratios()["ordinary_shares"]["GDS"], 2) == 79.38


def test_a_price_per_ads_in_dollars_and_per_share_in_hong_kong():
    # Kingsoft Cloud, offering of April 2025: US$11.27 per ADS, HK$5.83 per ordinary share
    price = {"company": "KC", "concept": "price", "value": 11.27, "unit": "USD/ADS", "kind": "reported"}
    day = {"period_start": pd.NaT, "period_end": pd.Timestamp("2025-04-16"), "source": "424B5", "locator": "first page"}
    row = facts.convert(ads.per_share(pd.DataFrame([{**price, **day}])), "HKD").iloc[0]
    assert (round(row["value"], 2), row["unit"]) == (5.83, "HKD/share")


def test_what_is_only_given_per_ads_is_shown_per_share_as_derived():
    # Baidu, third quarter of 2025: RMB 33.88 lost per ADS; 33.88 / 8 = 4.235
    row = earnings("BIDU", "2025-11-18").loc[("eps_diluted", "2025-09-30")]
    assert (row["value"], row["unit"], row["kind"]) == (-4.235, "CNY/share", "derived")
    assert row["locator"].endswith(" ÷ 8")
    assert row["source"].split() == ["baidu-release-2025-11-18", "0001193125-25-066199"]


def test_what_is_given_per_share_stands_as_given():
    row = earnings("BIDU").loc[("eps_diluted", "2024-12-31")]
    assert (row["value"], row["kind"]) == (8.24, "reported")  # not 65.91 / 8 = 8.239


def test_a_panel_holds_one_kind_under_each_name():
    rows = select(facts.open(["BABA", "BIDU", "601127.SS"]), "year", "fiscal").rows
    units = rows[rows["concept"].str.startswith("eps")].groupby("concept")["unit"].unique().map(list)
    assert units.to_dict() == {"eps_diluted": ["CNY/share"], "eps_diluted_per_ads": ["CNY/ADS"]}


def test_earnings_per_ads_are_not_added_up():
    per_ads = measure("eps_diluted_per_ads", select(facts.open(["BIDU"]), "year"))
    with pytest.raises(MetricError, match="cannot be added up"):
        exhibits.total(per_ads)


@pytest.mark.parametrize("unit", ["CNY/ADS", "CNY"])
def test_the_door_refuses_one_under_the_name_of_the_other(monkeypatch, unit):
    read = door.tables.read
    wrong = {"unit": {"CNY/share": unit}}
    monkeypatch.setattr(door.tables, "read", lambda name, *columns: read(name, *columns).replace(wrong))
    monkeypatch.setattr(door.tables, "stamp", lambda name: f"{unit} {name}")  # what was checked before is not asked
    with pytest.raises(DataError) as refused:
        facts.load(["BABA"])
    assert len(refused.value.faults) == 3
    assert all(f"unit '{unit}' is not what eps_diluted is measured in" in fault for fault in refused.value.faults)


def test_without_a_ratio_there_is_no_figure_per_share():
    row = {"company": "NBIS", "concept": "eps_diluted_per_ads", "value": 1.0, "unit": "USD/ADS", "kind": "reported"}
    with pytest.raises(CapcycleError) as refused:
        ads.per_share(pd.DataFrame([{**row, "source": "s", "locator": "l"}]))
    assert str(refused.value) == "data/ads.csv: unknown company NBIS; there are: BABA, BIDU, GDS, KC"
