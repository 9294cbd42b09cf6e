"""What no rule forbids and a careful eye would look up; and a reviewed state that misses what is gone."""

import csv
import random
import shutil
from collections import Counter
from datetime import date
from functools import cache, partial

import pandas as pd
import pytest
from corrupt import DAMAGED, corrupted

from capcycle import facts, paths
from capcycle.errors import DataError
from capcycle.facts import currency, door, doubts, registers, reviewed, tables
from capcycle.facts.doubts import figures, prices, records

SHARE = 0.01  # of today's rows, which nobody refuses and few doubt


@cache
def known():
    """Today's doubts, and how many rows the tables have."""
    rows = sum(len(tables.cells(path.relative_to(paths.DATA).as_posix())) - 1 for path in paths.DATA.rglob("*.csv"))
    return frozenset(doubts.doubts()), rows


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the data, in which a test changes a file."""
    known()
    shutil.copytree(paths.DATA, tmp_path / "data")
    monkeypatch.setattr(paths, "DATA", tmp_path / "data")


def change(file, key, column, cell):
    """Put something into a column of the first row that begins like `key`."""
    path = paths.DATA / file
    rows = tables.cells(file)
    at = next(at for at, row in enumerate(rows) if ",".join(row).startswith(key))
    rows[at][rows[0].index(column)] = cell
    with path.open("w", encoding="utf-8", newline="") as there:
        csv.writer(there, lineterminator="\n").writerows(rows)
    return at + 1


def new(job):
    return [line for line in job() if line not in known()[0]]


def test_few_of_todays_rows_are_doubted():
    found, rows = known()
    lines = {doubt.split(": ")[0] for doubt in found}
    assert len(lines) < SHARE * rows


def test_each_doubt_says_what_to_do():
    assert all("look it up" in doubt and doubt.startswith("data/") for doubt in known()[0])


def test_a_confirmed_figure_is_doubted_no_more(copy):
    line = change("facts/AMZN.csv", "AMZN,capex,2019-01-01,2019-03-31", "value", "9000000000")
    place = f"data/facts/AMZN.csv:{line}: "
    assert any(doubt.startswith(place) for doubt in new(figures.doubts))
    change("facts/AMZN.csv", "AMZN,capex,2019-01-01,2019-03-31", "note", "confirmed: page 5 says so")
    assert not any(doubt.startswith(place) for doubt in new(figures.doubts))


FIGURES = [  # file, row, column, what is put there, what is said
    ("facts/NVDA.csv", "NVDA,revenue,2019-01-28,2019-04-28", "value", "2202000000", "does not add up"),  # 2,220m filed
    ("facts/AMZN.csv", "AMZN,cloud_revenue,2023-01-01,2023-12-31", "value", "900757000000", "of which it is a part"),
    ("facts/META.csv", "META,finance_lease_additions,2022-01-01", "value", "223000", "finer digits"),  # in thousands
    (
        "facts/MSFT.csv",
        "MSFT,revenue,2023-07-01,2024-06-30",
        "period_start",
        "2024-04-01",
        "as large as that of a year",
    ),
    ("facts/MSFT.csv", "MSFT,net_income,2023-07-01,2023-09-30", "locator", "us-gaap:Revenues", "not what its tag"),
    ("facts/BABA.csv", "BABA,cloud_revenue,2016-04-01,2016-06-30", "value", "1423000000", "its locator quotes"),
    ("facts/GOOGL.csv", "GOOGL,capex,2021-01-01,2021-09-30", "value", "11388000000", "less than 11438000000"),
]


def test_each_rule_of_figures(copy):
    places = [f"data/{file}:{change(file, *cell)}: " for file, *cell, _ in FIGURES]
    told = new(figures.doubts)
    for place, (*_, said) in zip(places, FIGURES, strict=True):
        assert any(doubt.startswith(place) and said in doubt for doubt in told), (place, said)


def test_a_company_in_thousands(copy):
    path = paths.DATA / "facts/AMZN.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    money = table["unit"] == "USD"
    table.loc[money, "value"] = (table.loc[money, "value"].astype(float) / 1000).map("{:.0f}".format)
    table.to_csv(path, index=False)
    assert any("a year's revenue of AMZN is 0.000" in doubt for doubt in new(figures.doubts))


RATES = [  # CNY and HKD of the newest day exchanged; two digits of a rate swapped
    ({"CNY": "8.7652", "HKD": "7.4326"}, "jumps from the day above"),
    ({"HKD": "8.7852"}, "outside of the peg"),
]


@pytest.mark.parametrize(("cells", "said"), RATES)
def test_a_rate_is_known_by_the_others_of_its_day(copy, cells, said):
    for column, cell in cells.items():
        change("fx.csv", "2026-10-30", column, cell)
    refused = door.gather([currency.rates])[1]
    assert any(said in line for line in refused or new(prices.doubts))


RECORDS = [
    ("contracts.csv", "corz-coreweave-200", "currency", "HKD", "HKD is not the currency of CORZ, USD"),
    ("contracts.csv", "corz-coreweave-200", "contract_value", "5300000000", "contract_value / (revenue_per_year"),
    ("contracts.csv", "corz-coreweave-200", "tenant", "NVDA", "CoreWeave is the company 'NVDA', elsewhere 'CRWV'"),
    ("contracts.csv", "wulf-anthropic-justified", "support", "", "the note tells of support, and no column does"),
    ("contracts.csv", "wulf-anthropic-justified", "ownership_low", "", "the note tells a share, and no column does"),
    ("contracts.csv", "hut-hyperscaler-beacon-point", "starts", "", "when it starts"),
    ("contracts.csv", "apld-coreweave-pf1-3", "contract_value", "", "the note tells a value"),
    ("contracts.csv", "cifr-aws-stingray", "escalator", "", "the note tells a yearly rise"),
    ("contracts.csv", "cifr-aws-stingray", "capex_per_mw_low", "", "the note tells what a MW costs"),
    ("contracts.csv", "iren-developers-2026-07", "term_years", "", "the note tells a term"),
    ("contracts.csv", "nbis-meta", "note", "Term left out: five years.", "terms, and says so itself"),
    ("debt.csv", "applied-notes-2031", "collateral", "Its lease to Meta", "no contract of APLD is with Meta"),
    ("assumptions.csv", "network_hash_rate", "day", "", "no day that its market price is of"),
    ("chip_sales.csv", "NVDA,NVIDIA,NVIDIA H100/H200,2024-01-01", "units", "525252", "h100e / units is not about 1"),
    ("multiples_history.csv", "Magnificent Seven,today,2025-10-08", "value", "72", "in no form in what it cites"),
    ("useful_lives.csv", "GOOGL,servers,2021-01-01,3,4,depreciation", "effect", "721000000", "means less depreciation"),
    ("ai_revenue.csv", "KC,Kingsoft Cloud,2025-07-01", "value", "2575000000", "above the revenue of its period"),
    ("operating.csv", "META,Meta,Daily people of the family of apps,2024-04-01", "value", "3720000000", "year before"),
]


PRICES = [
    ("consensus.csv", "2026-06-19,AAPL", "price", "925.95", "stands out from its neighbours"),
    ("holdings.csv", "Jinglin Asset Management,,BABA,BABA,Alibaba,held", "shares", "348400", "not the price of about"),
    ("gpu_prices.csv", "2022-10-17,NVIDIA A100 SXM4 40 GB,NVDA,NVIDIA,Amazon", "on_demand", "1.40", "stands out"),
]


@pytest.mark.parametrize(
    ("doubts", "cases"), [(records.doubts, RECORDS), (prices.doubts, PRICES)], ids=["records", "prices"]
)
def test_each_rule_of_registers(copy, doubts, cases):
    places = [f"data/{file}:{change(file, *cell)}: " for file, *cell, _ in cases]
    told = new(doubts)
    for place, (*_, said) in zip(places, cases, strict=True):
        assert any(doubt.startswith(place) and said in doubt for doubt in told), (place, said)


def test_amended_terms_stand_in_columns(copy):
    for column, old in (("term_years", "10"), ("contract_value", "3000000000")):
        place = change("contracts.csv", "cifr-fluidstack-barber-lake,2025-09-25,CIFR,Cipher Digital", column, old)
    assert any(f"contracts.csv:{place}: amended, and no term differs" in doubt for doubt in new(records.doubts))


def test_no_assumption_is_reported(copy):
    change("assumptions.csv", "server_life,", "name", "server_life")
    path = paths.DATA / "assumptions.csv"
    path.write_text(path.read_text("utf-8").replace(",assumed,", ",reported,"), "utf-8")
    with pytest.raises(DataError) as refused:
        registers.read("assumptions")
    assert len(refused.value.faults) > 200 and "kind 'reported' is not one of assumed" in refused.value.faults[0]


# ---- the door


@pytest.mark.parametrize("mark", ["\u200b", "\u202e", "\u00a0", "\u2060", "А", "Ａ", "e\u0301"])
def test_what_nobody_sees_is_refused_in_a_key(copy, mark):
    change("contracts.csv", "corz-coreweave-200", "contract", f"corz{mark}-coreweave-200")
    with pytest.raises(DataError) as refused:
        registers.read("contracts")
    assert f"contract has U+{ord(mark[-1]):04X} " in str(refused.value)


@pytest.mark.parametrize("cell", ["Яндекс", "中芯国际", "café", "½ of 3 m²", "“–”", "α"])
def test_words_of_another_alphabet_are_words(cell):
    assert tables._strange(cell) == []


def test_a_filing_of_another_company_is_refused(copy):
    line = change("facts/AMZN.csv", "AMZN,capex,2019-01-01,2019-03-31", "source", "0000950170-25-061046")
    faults = door.gather([facts.check])[1]
    assert f"data/facts/AMZN.csv:{line}: source 0000950170-25-061046 is a filing of another company than AMZN" in faults


def test_a_filing_appeared_on_the_day_in_its_title_and_in_the_year_of_its_number(copy):
    line = change("sources.csv", "0000950170-25-061046", "published", "2024-04-30")
    said = "\n".join(door.gather([facts.check])[1])
    assert f"sources.csv:{line}: published 2024-04-30 is not the day in its title" in said
    assert f"sources.csv:{line}: published 2024-04-30 is not of the year in its number" in said


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_file_that_cannot_be_read_is_one_fault_in_its_own_name(copy, damage):
    path = paths.DATA / "gaps.csv"
    data = DAMAGED[damage](path.read_bytes())
    path.unlink()
    path.mkdir() if data is None else path.write_bytes(data)
    assert [fault.split(":")[0] for fault in door.gather([partial(tables.read, "gaps.csv")])[1]] == ["data/gaps.csv"]


def test_a_reference_table_that_cannot_be_read_hides_no_fault_of_another(copy):
    (paths.DATA / "sources.csv").unlink()
    (paths.DATA / "sources.csv").mkdir()
    change("facts/KC.csv", "KC,", "value", "much")
    (paths.DATA / "contracts.csv").write_bytes(b"\xff")
    faults = door.gather([facts.check, registers.check])[1]
    files = Counter(fault.split(":")[0] for fault in dict.fromkeys(faults))
    assert set(files) == {"data/sources.csv", "data/facts/KC.csv", "data/contracts.csv"}


def test_a_table_without_rows_was_cut_short(copy):
    for file in ("companies.csv", "facts/KC.csv", "fx.csv"):
        path = paths.DATA / file
        path.write_text(path.read_text("utf-8").partition("\n")[0] + "\n", "utf-8")
    said = door.gather([facts.check])[1]
    assert sum("no row below the header" in each for each in said) == 3


# ---- the reviewed state


def test_a_row_that_is_gone_is_refused_until_it_is_accepted(copy):
    reviewed.accept()
    path = paths.DATA / "facts/AMZN.csv"
    whole = path.read_text("utf-8").splitlines()
    path.write_text("\n".join(whole[:-3]) + "\n", "utf-8")
    gone, changed = reviewed.differences()
    assert not changed and len(gone) == 1
    assert gone[0].startswith(f"data/facts/AMZN.csv:{len(whole) - 2}: 3 rows of {len(whole) - 1} that were reviewed")
    reviewed.accept()
    assert reviewed.differences() == ([], [])


def test_a_row_in_place_of_another_is_one_that_is_gone(copy):
    reviewed.accept()
    change("claims.csv", "c100,", "claim_id", "c900")
    gone, changed = reviewed.differences()
    assert "1 row of 376" in gone[0] and "data/claims.csv: 1 new since 20" in changed[0]


def test_a_file_that_is_gone(copy):
    reviewed.accept()
    (paths.DATA / "ads.csv").unlink()
    assert reviewed.differences()[0][0].startswith("data/ads.csv: was reviewed and is gone")


def accept_today():
    """Take all tables as reviewed today, those too that were reviewed before and have not changed since."""
    (paths.DATA / reviewed.NAME).unlink()
    reviewed.accept()


def test_another_value_is_told_and_not_refused_and_so_is_a_new_row(copy):
    accept_today()
    line = change("claims.csv", "c100,", "value_low", "51")
    path = paths.DATA / "fx.csv"
    path.write_text(path.read_text("utf-8") + "2026-11-02,1.1170,7.4300,8.7600\n", "utf-8")
    today = f"{date.today()}"
    told = f"data/claims.csv:{line}: value_low 51 was 50 when reviewed on {today}"
    assert reviewed.differences() == ([], [told, f"data/fx.csv: 1 new since {today}"])


SLIPS = [  # of a row's cells, each with what is told of it
    ({"value": "2220000000"}, []),
    ({"value": "2202000000"}, ["value 2202000000 was 2220000000 when reviewed"]),
    ({"value": "2220000"}, ["value 2220000 was 2220000000 when reviewed"]),
    ({"value": "-2220000000"}, ["value -2220000000 was 2220000000 when reviewed"]),
    ({"value": "9220000000"}, ["value 9220000000 was 2220000000 when reviewed"]),
    ({"unit": "reported", "kind": "USD"}, ["unit reported was USD and kind USD was reported when reviewed"]),
    ({"value": "9220000000", "unit": "CNY"}, ["not as reviewed"]),  # two slips at once: that, and no guess
]


@pytest.mark.parametrize(("cells", "told"), SLIPS)
def test_a_changed_row_is_told_with_what_was_reviewed(copy, cells, told):
    accept_today()
    for column, cell in cells.items():
        line = change("facts/NVDA.csv", "NVDA,revenue,2019-01-28,2019-04-28", column, cell)
    place = f"data/facts/NVDA.csv:{line}: "
    assert reviewed.differences()[1] == [f"{place}{each} on {date.today()}" for each in told]


def test_two_values_exchanged_are_both_told_and_of_many_the_first(copy):
    accept_today()
    change("market.csv", "2021-07-30,AAPL", "value", "166.38")  # 145.86 of Apple, 166.38 of Amazon further down
    change("market.csv", "2021-07-30,AMZN", "value", "145.86")
    on = f"when reviewed on {date.today()}"
    told = [f"data/market.csv:2: value 166.38 was 145.86 {on}", f"data/market.csv:396: value 145.86 was 166.38 {on}"]
    assert reviewed.differences()[1] == told
    path = paths.DATA / "market.csv"
    path.write_text(path.read_text("utf-8").replace(",USD,", ",CNY,", 9), "utf-8")
    *each, more = reviewed.differences()[1]
    assert len(each) == reviewed.SHOWN and more == f"data/market.csv: 5 more rows are not as reviewed on {date.today()}"


def test_rows_in_another_order_are_told(copy):
    accept_today()
    path = paths.DATA / "ads.csv"
    first, *rows = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([first, *rows[::-1]]), "utf-8")
    assert reviewed.differences()[1] == [f"data/ads.csv: its rows stand in another order than on {date.today()}"]


def test_two_branches_that_were_reviewed_apart_are_joined_by_their_lines(copy):
    """As git does with merge=union: both branches' lines of a row, one after the other."""
    change("claims.csv", "c100,", "value_low", "51")
    before = (paths.DATA / reviewed.NAME).read_text("utf-8")
    there = set(before.splitlines())
    reviewed.accept()
    mine = (paths.DATA / reviewed.NAME).read_text("utf-8").splitlines()
    new = [each for each in mine if each not in there]
    (paths.DATA / reviewed.NAME).write_text(before + "\n".join(["claims.csv 2026-01-01", *new[-1:], ""]), "utf-8")
    assert reviewed.differences() == ([], [])


def test_what_did_not_change_keeps_the_day_of_its_review(copy):
    state = paths.DATA / reviewed.NAME
    accept_today()
    state.write_text(state.read_text("utf-8").replace(f"{date.today()}", "2025-01-02"), "utf-8")
    change("claims.csv", "c100,", "value_low", "51")
    reviewed.accept()
    days = dict(line.split() for line in state.read_text("utf-8").splitlines() if " " in line)
    assert days["claims.csv"] == f"{date.today()}" and {*days.values()} == {days["claims.csv"], "2025-01-02"}


def test_a_state_that_nobody_can_read_is_a_fault(copy):
    (paths.DATA / reviewed.NAME).write_text("nonsense\n", "utf-8")
    assert reviewed.differences()[0][0].startswith("data/REVIEWED: cannot be read")


# ---- a sample of the seeded set, whose whole is a benchmark

SAMPLE = ["slip of a million", "slip in a short series", "a year as a quarter", "two digits swapped", "another concept"]
SEEN = 0.7  # by what is known of figures alone


def is_seen():
    try:
        return bool(new(figures.doubts))
    except DataError:
        return True


def test_most_slips_of_figures_are_seen(copy):
    files = [f"facts/{company}.csv" for company in ("APLD", "IREN", "MSFT", "CRWV")]
    tried = seen = 0
    for kind in SAMPLE:
        for name in files:
            data = (paths.DATA / name).read_bytes()
            damaged = corrupted(kind, name, data, random.Random(f"{kind} {name}"))
            if damaged is None:
                continue
            (paths.DATA / name).write_bytes(damaged)
            tried, seen = tried + 1, seen + is_seen()
            (paths.DATA / name).write_bytes(data)
    assert tried > 7 and seen / tried >= SEEN


@pytest.mark.parametrize("part", [0, 1])
def test_tables_without_rows_leave_no_traceback(part, monkeypatch):
    placed, without = registers.placed, set(list(registers.names())[part::2])
    monkeypatch.setattr(registers, "placed", lambda name: placed(name).iloc[: 0 if name in without else None])
    assert not [line for line in records.doubts() if line.startswith(tuple(f"data/{name}.csv" for name in without))]
