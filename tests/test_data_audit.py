"""Figures that an aggregator or a later filing had wrong or late, each with the filing that decides it."""

import csv
import json
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from capcycle import facts, paths
from capcycle.facts import registers

with (Path(__file__).parent / "data" / "audited.csv").open(encoding="utf-8") as table:
    AUDITED = list(csv.DictReader(table))
REPLACED = [  # what an aggregator or a digest said, and is shown nowhere
    ("CIFR", "capex", "2025-07-01", "2025-09-30", 43_790_000),
    ("CIFR", "net_income", "2025-01-01", "2025-12-31", -843_066_000),
    ("APLD", "net_income", "2024-12-01", "2025-02-28", -36_100_000),  # the loss to common holders
    ("APLD", "net_income", "2025-09-01", "2025-11-30", -31_200_000),
    ("NBIS", "total_debt", "", "2025-09-30", 5_291_400_000),  # total liabilities
    ("NBIS", "operating_cash_flow", "2023-01-01", "2023-12-31", 829_800_000),  # of the group with its Russian part
    ("INTC", "revenue", "2021-12-26", "2022-07-02", 24_664_000_000),  # the first half of 2023: 11.715 and 12.949bn
]


@cache
def known(company, as_of=""):
    return facts.load([company], as_of or None)


def period(rows, concept, start, end):
    begins = rows["period_start"].eq(start) if start else rows["period_start"].isna()
    return rows[rows["concept"].eq(concept) & begins & rows["period_end"].eq(end)]


@pytest.mark.parametrize("row", AUDITED, ids=lambda row: f"{row['company']}-{row['concept']}-{row['period_end']}")
def test_a_filing_decides(row):
    key = row["concept"], row["period_start"], row["period_end"]
    shown = period(known(row["company"]), *key).iloc[0]
    assert (shown["value"], shown["source"]) == (float(row["value"]), row["document"]), row["place"]


@pytest.mark.parametrize("row", AUDITED, ids=lambda row: f"{row['company']}-{row['concept']}-{row['period_end']}")
def test_it_is_known_since_its_first_publication_and_no_day_before(row):
    key = row["concept"], row["period_start"], row["period_end"]
    before = f"{pd.Timestamp(row['first_public']) - pd.Timedelta(days=1):%Y-%m-%d}"
    then = period(known(row["company"], row["first_public"]), *key)["value"]
    if " " not in row["document"]:  # a quarter derived later may have been given differently before
        assert period(known(row["company"], before), *key)["value"].ne(float(row["value"])).all()
    assert then.eq(float(row["value"])).all() and len(then) == 1


@pytest.mark.parametrize(("company", "concept", "start", "end", "value"), REPLACED)
def test_what_was_wrong_is_rejected_with_the_reason(company, concept, start, end, value):
    out = facts.rejected().query("company == @company and concept == @concept and period_end == @end")
    out = out[out["period_start"].eq(start) & out["value"].astype(float).eq(value)]
    assert len(out) == 1 and out["reason"].str.len().min() > 20
    assert period(facts.history([company]), concept, start, end)["value"].ne(value).all()


def test_twelve_months_of_iren_are_of_one_standard():
    # 10-K to June 2025 less nine months to March 2025, and nine months to March 2026, all under US GAAP
    quarters = known("IREN").query("period_end >= '2025-06-01' and period_end <= '2026-03-31'")
    length = (quarters["period_end"] - quarters["period_start"]).dt.days
    year = quarters[length.between(80, 100)].groupby("concept")["value"].sum()
    assert year["capex"] == 573_456_000 - 389_342_000 + 1_669_157_000
    assert year["revenue"] == 501_023_000 - 313_731_000 + 569_782_000
    assert year["capex"] / year["revenue"] == pytest.approx(2.448, abs=5e-4)


@pytest.mark.parametrize(("company", "concept"), [("0700.HK", "revenue"), ("RIOT", "operating_cash_flow")])
def test_a_quarter_that_a_digest_helps_to_derive_is_no_better_than_the_digest(company, concept):
    quarter = period(known(company), concept, "2025-10-01", "2025-12-31").iloc[0]
    assert " less " in quarter["locator"] and quarter["kind"] == "estimated"


APART = [  # two definitions or two vintages, both kept
    ("GDS", "revenue", "2023-12-31"),  # with DayOne in the 20-F of 2024, without it in that of 2025
    ("META", "capex", "2022-03-31"),  # net of proceeds from sales in the presentation, gross in the 10-Q
    ("NBIS", "net_income", "2025-12-31"),  # 101.7m in the 6-K of February 2026, 82.5m in the 20-F of April
]


def test_nothing_weaker_contradicts_a_filing():
    rows = pd.concat([facts.history([company]) for company in facts.companies().index])
    key = ["company", "concept", "period_start", "period_end"]
    filed = rows[rows["tier"] == 0].groupby(key, dropna=False)["value"].agg(list).rename("filed")
    weaker = rows[rows["tier"] > 0].merge(filed.reset_index(), on=key)
    assert len(weaker) > 35
    off = [min(abs(value - one) for one in said) / abs(value) for value, said in weaker[["value", "filed"]].to_numpy()]
    apart = weaker[pd.Series(off, weaker.index) > 0.015]  # rounding to the million of a quarter of 19m is off by 1%
    found = {(row.company, row.concept, f"{row.period_end:%Y-%m-%d}") for row in apart.itertuples()}
    assert found == set(APART)


def first_hand(cells):
    tiers = facts.sources()["tier"]
    return cells.str.split().map(lambda each: {tiers[one] for one in each} <= {"filing", "release", "tracker"})


def test_what_is_called_reported_stands_in_a_filing_or_a_release():
    rows = facts.load()
    firm = rows[rows["kind"].isin(["reported", "derived"])]
    assert len(firm) > 5000 and first_hand(firm["source"]).all()


def test_no_register_calls_news_or_a_digest_reported():
    tiers = facts.sources()["tier"]
    for name in registers.names():
        rows = registers.history(name)
        if {"kind", "source"} <= set(rows):
            firm = rows.loc[rows["kind"].isin(["reported", "derived"]), "source"].str.split()
            best = firm.map(lambda cited: {tiers[one] for one in cited} & {"filing", "release", "tracker"})
            assert best.astype(bool).all(), name


@pytest.mark.parametrize(
    ("company", "concept", "end", "day"),
    [  # what feeds of statements have from a filing is known since its day
        ("WULF", "net_income", "2025-09-30", "2025-11-10"),
        ("WULF", "capex", "2025-12-31", "2026-02-27"),
        ("WULF", "total_assets", "2026-06-30", "2026-08-05"),
        ("APLD", "cash", "2026-02-28", "2026-04-08"),
        ("CORZ", "debt_current", "2026-03-31", "2026-05-06"),
        ("HUT", "equity", "2025-12-31", "2026-02-25"),
        ("HUT", "debt_current", "2026-03-31", "2026-05-06"),
        ("KC", "revenue", "2025-12-31", "2026-03-25"),
    ],
)
def test_a_figure_is_known_since_the_filing_that_it_comes_from(company, concept, end, day):
    rows = known(company).query("concept == @concept")
    assert f"{rows[rows['period_end'].eq(end)]['published'].min():%Y-%m-%d}" == day


def test_periods_without_a_day_become_fewer():
    rows = pd.concat([facts.history([company]) for company in facts.companies().index])
    days = rows.groupby(["company", "concept", "period_start", "period_end"], dropna=False)["published"].count()
    assert days.eq(0).sum() <= 40  # 289 at first


ANSWERS = paths.ROOT.parent / "shared" / "data" / "sec"  # the SEC's answers of four companies; skipped elsewhere
FILES = {"NVDA": "NVDA_CIK0001045810.json", "GOOGL": "GOOGL_CIK0001652044.json",
         "META": "meta_companyfacts_trimmed.json", "MSFT": "msft_companyfacts_trimmed.json"}  # fmt: skip


@pytest.mark.skipif(not ANSWERS.is_dir(), reason="needs the SEC's answers")
@pytest.mark.parametrize("company", FILES)
def test_every_value_that_a_balance_had_is_held_with_the_day_of_its_first_filing(company):
    said = json.loads((ANSWERS / FILES[company]).read_text("utf-8"))["facts"]["us-gaap"]
    kept = facts.history([company]).groupby(["concept", "period_end", "value"])["published"].min()
    stocks = set(facts.dictionary().query("nature == 'stock'").index) & set(kept.index.unique("concept"))
    tags = pd.read_csv(paths.DATA / "tags.csv").query("taxonomy == 'us-gaap'")
    tags = tags[tags["concept"].isin(stocks)]
    lacking = [
        (row.tag, each["end"], each["val"], each["filed"])
        for row in tags.itertuples()
        for each in said.get(row.tag, {}).get("units", {}).get("USD", [])
        if each["end"] >= "2019" and "start" not in each
        and not kept.get((row.concept, pd.Timestamp(each["end"]), float(each["val"])), pd.Timestamp.max)
        <= pd.Timestamp(each["filed"])
    ]  # fmt: skip
    assert not lacking


# ---- megawatts


def contract(name, as_of=None):
    return registers.read("contracts", as_of).set_index("contract").loc[name]


def test_ciphers_lease_to_amazon_is_300_mw_gross_and_216_critical():
    first, filed, now = (contract("cifr-aws", day) for day in ("2025-12-31", "2026-02-24", "2026-08-04"))
    assert pd.isna(first["critical_it_mw"]) and pd.isna(first["gross_mw"]) and first["mw_unstated"] == 300
    assert pd.isna(filed["critical_it_mw"]) and filed["gross_mw"] == 300  # 10-K 0001819989-26-000009
    assert (now["critical_it_mw"], now["gross_mw"], now["status"]) == (216, 300, "delivering")
    assert now["contract_value"] / now["critical_it_mw"] / now["term_years"] == pytest.approx(1.70e6, rel=0.002)


def test_power_of_an_unstated_basis_stands_alone():
    deals = registers.read("contracts")
    unstated = deals[deals["mw_unstated"].notna()]
    assert unstated[["critical_it_mw", "gross_mw", "utility_mw"]].isna().all(axis=None)
    assert {"orcl-openai", "btdr-undisclosed-tydal", "iren-nvidia"} <= set(unstated["contract"])


def test_ciphers_power_in_use_and_in_the_pipeline_are_the_10_ks():
    power = registers.read("capacity").query("company == 'CIFR'").set_index(["site", "stage"])["mw"]
    assert power["all power in use", "operating"] == 207 and power["development pipeline", "pipeline"] == 3400


def test_the_registers_gpus_stand_on_critical_it():
    chip = registers.read("chips").query("author == 'The Register'").iloc[0]
    assert chip["power_basis"] == "IT"
    assert chip["kw_all_in_high"] == pytest.approx(100_000 / 48_000, abs=0.005)  # 48,000 GPUs on 100 MW at Ellendale


# ---- days


def changes_of_life(company, effective):
    lives = registers.read("useful_lives")
    return lives[lives["company"].eq(company) & lives["effective"].eq(pd.Timestamp(effective))]


def test_terawulfs_part_of_abernathy_is_sold_since_july_2026():
    before, after = contract("wulf-fluidstack-abernathy", "2026-07-05"), contract("wulf-fluidstack-abernathy")
    assert (before["ownership"], after["ownership"]) == (0.51, 0)
    assert f"{after['status_date']:%Y-%m-%d}" == "2026-07-06"


def test_no_lease_of_2024_is_only_signed():
    old = registers.read("contracts").query("announced < '2025-01-01'")
    assert set(old["status"]) == {"delivering"}


@pytest.mark.parametrize(
    ("company", "effective", "day"),
    [
        ("GOOGL", "2023-01-01", "2023-02-03"),  # 10-K for 2022, decided in January 2023
        ("MSFT", "2022-07-01", "2022-07-28"),  # 10-K for fiscal 2022
        ("AMZN", "2024-01-01", "2024-02-02"),  # 10-K for 2023, told in advance
        ("AMZN", "2025-01-01", "2025-02-07"),  # 10-K for 2024, five years for a subset
        ("META", "2025-01-01", "2025-01-30"),  # 10-K for 2024, told in advance
        ("ORCL", "2024-06-01", "2025-06-18"),  # 10-K for fiscal 2025
    ],
)
def test_a_change_of_life_is_known_since_the_filing_that_tells_it(company, effective, day):
    lives = changes_of_life(company, effective)
    assert f"{lives['published'].min():%Y-%m-%d}" == day


def test_amazons_shorter_lives_cost_twice_what_was_told_in_advance():
    lives = changes_of_life("AMZN", "2025-01-01")
    assert lives.set_index("basis")["effect"].to_dict() == {"guided": -700e6, "actual": 1.4e9}


def test_ratios_of_ads_have_the_day_of_their_filing():
    days = facts.ads.ratios()["published"].dt.strftime("%Y-%m-%d")
    assert days[["BABA", "BIDU"]].tolist() == ["2024-02-23", "2025-03-28"]


def test_accession_numbers_of_one_filer_agent_run_with_the_days():
    known = pd.read_csv(paths.DATA / "sources.csv", keep_default_na=False)
    number = (
        known["source"].str.extract(r"^(?P<agent>\d{10}-\d\d)-(?P<number>\d{6})(-t)?$").assign(day=known["published"])
    )
    filed = number[number["day"].ne("") & number["agent"].notna()].sort_values(["agent", "number"])
    before = filed.groupby("agent")["day"].shift()
    slipped = filed[before.notna() & (filed["day"] < before)]
    assert slipped.empty, known.loc[slipped.index, ["source", "published"]].to_string()


@pytest.mark.parametrize(
    ("company", "concept", "start", "end", "by"),
    [
        # 0001193125-16-566317 stands between -561707 of 28 April and -567595 of 29 April 2016
        ("BIDU", "revenue", "2016-01-01", "2016-03-31", "2016-04-29"),
        # 0001193125-21-317741 stands between -317037 of 2 November and -320119 of 4 November 2021
        ("BIDU", "cloud_revenue_proxy", "2021-07-01", "2021-09-30", "2021-11-04"),
        # 0001104659-21-139681 stands between -134956 of 5 November and -141204 of 18 November 2021
        ("GDS", "revenue", "2021-07-01", "2021-09-30", "2021-11-18"),
    ],
)
def test_a_filing_without_a_day_is_known_once_a_later_number_is_filed(company, concept, start, end, by):
    before = f"{pd.Timestamp(by) - pd.Timedelta(days=1):%Y-%m-%d}"
    assert len(period(known(company, by), concept, start, end)) == 1
    assert period(known(company, before), concept, start, end).empty


def test_what_its_own_row_calls_a_proxy_is_no_figure_of_a_cloud():
    """Tencent's payments, all of GDS's data centres and Hut 8's mining stood as cloud revenue."""
    rows = pd.concat(
        [pd.read_csv(file, dtype=str, keep_default_na=False) for file in (paths.DATA / "facts").glob("*.csv")]
    )
    said = (rows["locator"] + " " + rows["note"]).str.lower()
    wrong = rows["concept"].eq("cloud_revenue") & said.str.contains(
        "as proxy|proxy:|not cloud computing|cloud is not reported alone|mostly bitcoin"
    )
    assert rows.loc[wrong, ["company", "period_end"]].to_numpy().tolist() == []


def test_leases_that_were_added_make_the_balance_of_the_year():
    """10-K 2026 of Oracle: 2,957m at the opening and 4,946m added, less 452m paid, with interest at about 5.5 %."""
    rows = pd.read_csv(paths.DATA / "facts" / "ORCL.csv").query("period_end == '2026-05-31'").set_index("concept")
    made = rows.at["finance_lease_additions", "value"] / 1e6 + 2_957 - 452
    interest = rows.at["finance_lease_liability", "value"] / 1e6 - made
    assert 0.04 < interest / ((2_957 + 7_701) / 2) < 0.065
