"""The registers: every rule of the schema broken once, corruptions of every table, and figures known from elsewhere."""

import csv
import io
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from corrupt import VALUES
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from capcycle import facts, paths
from capcycle.errors import CapcycleError, DataError
from capcycle.facts import door, registers
from capcycle.facts.tables import columns

HERE = paths.DATA
EXTRA = Path(__file__).parent / "data" / "registers_companies.csv"
BOOK = ["companies.csv", "dictionary.csv", "sources.csv"]
TABLES = registers.names()
SHOWN = 12  # rows of each table in the small copy; enough for every kind of cell


# ---- an invented register with a column of every type

DEALS = [  # column, type, required, key, least, most, unit
    ["deal", "text", "yes", "yes", "", "", ""],
    ["buyer", "company", "no", "no", "", "", ""],
    ["day", "date", "no", "no", "2020-01-01", "2030-12-31", ""],
    ["known", "month", "no", "no", "", "", ""],
    ["value", "number", "any", "no", "1000", "1000000", "currency"],
    ["value_high", "number", "no", "no", "value", "", "currency"],
    ["currency", "choice:USD|CNY", "no", "no", "", "", ""],
    ["share", "fraction", "any", "no", "", "", ""],
    ["kind", "kind", "yes", "no", "", "", ""],
    ["source", "source", "yes", "no", "", "", ""],
    ["page", "url", "no", "no", "", "", ""],
    ["published", "month", "no", "no", "day", "", ""],
]
NAMES = [row[0] for row in DEALS]
ROW = {
    "deal": "one",
    "buyer": "ACME",
    "day": "2024-02-01",
    "known": "2024-02",
    "value": "5000",
    "value_high": "6000",
    "currency": "USD",
    "share": "0.25",
    "kind": "reported",
    "source": "s1 s2",
    "page": "https://example.org/a",
    "published": "2024-03",
}


def text(rows):
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    return lines.getvalue()


def write(name, rows):
    (paths.DATA / name).write_text(text(rows), "utf-8")


def deals(*rows):
    write("deals.csv", [NAMES, *([{**ROW, **row}[name] for name in NAMES] for row in rows)])


def schema(**changes):
    """The schema of the invented register, with cells of its `deal` row changed."""
    about = ["deals", "", "table", "no", "no", "", "", "", "Deals."]
    rows = [["deals", *row, f"the {row[0]}"] for row in DEALS]
    rows[0] = [changes.get(column, cell) for column, cell in zip(columns("registers.csv"), rows[0], strict=True)]
    write("registers.csv", [columns("registers.csv"), about, *rows])


@pytest.fixture
def toy(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "DATA", tmp_path)
    write("companies.csv", [columns("companies.csv"), ["ACME", "Acme", "", "0000000001", "USD", "12", "toys"]])
    write("dictionary.csv", [columns("dictionary.csv"), ["capex", "flow", "currency", "positive", "Cash paid."]])
    document = ["Report", "Acme", "https://example.org/r", "2024-03-01", "filing"]
    write("sources.csv", [columns("sources.csv"), ["s1", *document], ["s2", *document]])
    schema()
    deals({})
    lacks()


def lacks(**cells):
    row = {"table": "deals", "missing": "its price", "reason": "Never told.", "source": "s1"}
    write("register_gaps.csv", [columns("register_gaps.csv"), list({**row, **cells}.values())])


def faults(job=registers.check):
    with pytest.raises(DataError) as refused:
        job()
    return refused.value.faults


def test_the_invented_register_is_typed(toy):
    row = registers.read("deals").iloc[0]
    assert row["day"] == pd.Timestamp("2024-02-01")
    assert row["known"] == pd.Timestamp("2024-02-29"), "a month counts from its last day"
    assert row["value"] == 5000.0 and row["share"] == 0.25 and row["currency"] == "USD"
    assert list(registers.read("deals").columns) == NAMES


BROKEN = [  # the cell, and what is said of it
    ({"deal": ""}, "deal is empty; wanted: the deal"),
    ({"buyer": "ACNE"}, "buyer 'ACNE' is unknown; see data/companies.csv, or leave it empty and give the name only"),
    ({"day": "2024-02-30"}, "day '2024-02-30' is not a date such as 2024-06-30"),
    ({"day": "1924-02-01"}, "day 1924-02-01 is below 2020-01-01: a slip of scale or unit?"),
    ({"known": "2024-2"}, "known '2024-2' is not a day or a month such as 2024-06-30 or 2024-06"),
    ({"known": "2024-13"}, "known '2024-13' is not a day or a month such as 2024-06-30 or 2024-06"),
    ({"value": "5,000", "value_high": ""}, "value '5,000' is not a plain number"),
    ({"value": "5", "value_high": ""}, "value 5 is below 1000: a slip of scale or unit?"),
    ({"value": "5000000", "value_high": ""}, "value 5000000 is above 1000000: a slip of scale or unit?"),
    ({"value_high": "4000"}, "value_high 4000 is below value 5000"),
    ({"currency": "US$"}, "currency 'US$' is not one of USD, CNY"),
    ({"currency": "", "value_high": ""}, "value has no currency"),
    ({"share": "25"}, "share '25' is not a fraction between 0 and 1; write 0.25 for 25%"),
    ({"kind": "rumoured"}, "kind 'rumoured' is not one of reported, derived, estimated, assumed"),
    ({"source": "s1 s9"}, "source 's1 s9' names a document that data/sources.csv lacks; add it there"),
    ({"source": ""}, "source is empty; wanted: the source"),
    ({"page": "example.org"}, "page 'example.org' is not a web address"),
    ({"published": "2024-03-15", "day": "2024-04-01"}, "published 2024-03-15 is below day 2024-04-01"),
    ({"published": "2024-02-29"}, "published 2024-02-29 is before the day of one of its documents: s1 s2"),
    ({"published": "2024-02"}, "published 2024-02 is before the day of one of its documents: s1 s2"),
    ({"value": "", "value_high": "", "share": ""}, "row holds nothing: one of value, share is wanted"),
]


@pytest.mark.parametrize(("cells", "sentence"), BROKEN, ids=lambda value: str(value)[:40])
def test_each_rule_is_told_alone(toy, cells, sentence):
    deals({}, {"deal": "two", **cells})
    assert faults() == [f"data/deals.csv:3: {sentence}"]
    assert faults(lambda: registers.read("deals")) == [f"data/deals.csv:3: {sentence}"]


def test_a_file_changed_between_two_reads_is_read_and_checked_again(toy):
    registers.read("deals")
    deals({"value": "5500"})
    assert registers.read("deals")["value"].item() == 5500.0
    schema(type="kind")
    assert faults(lambda: registers.read("deals"))[0].startswith("data/deals.csv:2: deal 'one' is not one of reported")


def test_a_row_twice(toy):
    deals({}, {"page": ""})
    assert faults() == ["data/deals.csv:3: same deal, published as a row above"]


BROKEN_GAPS = [
    ({"table": "meals"}, "table 'meals' is not one of deals"),
    ({"missing": ""}, "missing is empty: say what was looked for"),
    ({"reason": ""}, "reason is empty: say why it is not there"),
    ({"source": "s1 s9"}, "source 's1 s9' names a document that data/sources.csv lacks; add it there"),
]


@pytest.mark.parametrize(("cells", "sentence"), BROKEN_GAPS, ids=lambda value: str(value)[:40])
def test_each_rule_of_what_is_lacking(toy, cells, sentence):
    lacks(**cells)
    assert faults() == faults(registers.gaps) == [f"data/register_gaps.csv:2: {sentence}"]


def test_what_is_lacking_may_be_in_no_document(toy):
    lacks(source="")
    assert registers.gaps()["missing"].tolist() == ["its price"]


BROKEN_SCHEMA = [
    ({"table": "De als"}, "table 'De als' is not a plain name: small letters and underscores"),
    ({"column": "buyer"}, "column buyer of deals stands twice"),
    ({"column": "line"}, "column line is a name that the library uses itself"),
    ({"required": "maybe"}, "required 'maybe' is not one of yes, no, any"),
    ({"key": "no!"}, "key 'no!' is not one of yes, no"),
    ({"meaning": ""}, "deals deal has no meaning"),
    ({"least": "5"}, "least '5' is no value of type text, nor a column of deals that is"),
    ({"type": "number", "most": "day"}, "most 'day' is no value of type number, nor a column of deals that is"),
    (
        {"type": "river"},
        "type 'river' is not one of table, choice, text, date, month, number, fraction, url, company, source, kind",
    ),
]


@pytest.mark.parametrize(("cells", "sentence"), BROKEN_SCHEMA, ids=lambda value: str(value)[:40])
def test_each_rule_of_the_schema(toy, cells, sentence):
    schema(**cells)
    line = 4 if cells.get("column") == "buyer" else 3
    assert faults() == [f"data/registers.csv:{line}: {sentence}"]


def test_versions_of_a_row(toy):
    undated = {"deal": "two", "published": "", "share": "0.1"}
    deals(undated, {"published": "2024-05-10", "share": "0.3"}, {"published": "2024-03", "share": "0.2"})
    for day, shares in {None: [0.1, 0.3], "2024-05-10": [0.3], "2024-05-09": [0.2], "2024-03-30": []}.items():
        assert registers.read("deals", day)["share"].tolist() == shares, day
    assert registers.history("deals")["share"].tolist() == [0.1, 0.3, 0.2]
    assert registers.history("deals", "2024-04-01")["share"].tolist() == [0.2]


def test_a_version_without_a_day_is_refused_beside_one_that_has_a_day(toy):
    deals({"published": ""}, {"deal": "two"}, {"published": "2024-05-10"})
    said = "no day of publication beside a version that has one: which is the newer, nobody can say"
    assert faults() == faults(lambda: registers.read("deals")) == [f"data/deals.csv:2: {said}"]


def test_a_row_whose_documents_have_no_day_may_have_its_own(toy):
    header, *documents = [line.split(",") for line in (paths.DATA / "sources.csv").read_text().splitlines()]
    write("sources.csv", [header, *([cell if cell != "2024-03-01" else "" for cell in one] for one in documents)])
    deals({"published": "2024-02-10"})
    registers.check()


def test_an_unknown_register_and_a_bad_date(toy):
    with pytest.raises(CapcycleError, match=r"^unknown register deal; there are: deals$"):
        registers.read("deal")
    with pytest.raises(CapcycleError, match=r"^as_of 'May' is not a date such as 2024-06-30$"):
        registers.read("deals", "May")


def test_all_faults_of_all_files_at_once(project):
    for name in ("contracts", "compute"):
        rows = lines_of(name)
        rows[1][0] = "=1+1"
        write(f"{name}.csv", rows)
    (paths.DATA / "debt.csv").write_bytes(b"\xff")
    unclean = "begins like a formula; a spreadsheet would run it"
    assert sorted(faults()) == [
        f"data/compute.csv:2: company {unclean}",
        f"data/contracts.csv:2: contract {unclean}",
        "data/debt.csv:1: not UTF-8 text; save the table as UTF-8",
    ]


def test_every_column_is_told_with_its_type_and_bounds(project):
    told = registers.columns().set_index(["table", "column"])
    assert told.loc[("contracts", "contract"), ["properties", "meaning"]].tolist() == [
        "text, key, required",
        "id of the contract",
    ]
    assert told.loc[("contracts", "critical_it_mw"), "properties"] == "number, MW, at least 0.5, at most 20000"
    assert told.loc[("contracts", "status"), "properties"] == (
        "one of conditional, signed, amended, delivering, sold, terminated, required"
    )
    assert told.loc["offerings", "about"].str.startswith("Terms and first day of share offerings").all()


# ---- the tables of the project


def lay_out(folder, rows=None):
    """A copy of the registers and of what they refer to; companies that the project does not hold yet are added."""
    for name in [*BOOK, "registers.csv", "register_gaps.csv"]:
        shutil.copy(HERE / name, folder)
    for name in TABLES:
        (folder / f"{name}.csv").write_text(text(list(csv.reader(read_file(name)))[:rows]), "utf-8")
    held = set(pd.read_csv(HERE / "companies.csv", dtype=str)["company"])
    more = [row for row in csv.reader(EXTRA.open(encoding="utf-8")) if row[0] not in held | {"company"}]
    with (folder / "companies.csv").open("a", encoding="utf-8") as file:
        file.write(text(more))


def read_file(name):
    return (HERE / f"{name}.csv").open(encoding="utf-8", newline="")


def lines_of(name):
    with (paths.DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture
def project(tmp_path, monkeypatch):
    lay_out(tmp_path)
    monkeypatch.setattr(paths, "DATA", tmp_path)


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """Every register as a reader gets it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "DATA", tmp_path_factory.mktemp("held"))
        lay_out(paths.DATA)
        registers.check()
        return {name: registers.read(name) for name in TABLES}


def test_every_register_loads(held):
    assert all(len(table) for table in held.values())
    assert set(held) >= {
        *("market", "contracts", "capacity", "commitments", "useful_lives", "chips", "gpu_prices", "compute", "debt"),
        *("customers", "offerings", "holdings", "estimates", "multiples_history", "assumptions"),
    }


def test_every_row_has_a_source_and_a_kind(held):
    for name in TABLES:
        assert held[name]["source"].ne("").all() and held[name]["kind"].isin(door.KINDS).all(), name
    assert held["assumptions"]["kind"].eq("assumed").all(), "nowhere else may anything be assumed"
    assert not any(held[name]["kind"].eq("assumed").any() for name in set(TABLES) - {"assumptions"})
    assert held["compute"]["kind"].eq("estimated").all()


def test_no_document_is_held_for_nothing():
    tables = [facts.history(), facts.rejected(), registers.gaps(), *(registers.history(name) for name in TABLES)]
    cited = pd.concat(
        [table[column] for table in tables for column in ("source", "status_source", "life_source") if column in table]
    )
    assert set(facts.sources().index) - set(cited.str.split(" ").explode()) == {
        "ecb-eurofxref",
        "fed-h10",
    }  # exchange rates


@pytest.mark.parametrize(
    ("table", "pick", "change", "said"),
    [
        ("contracts", "critical_it_mw", {"mw_unstated": "100"}, "mw_unstated 100 beside power of a stated basis"),
        ("contracts", "status_source", {"announced": "2023-01-05", "status": "signed", "status_date": "2023-01-05"},
         "still 'signed' more than two years after"),
        ("contracts", "published", {"published": ""}, "published is empty"),
        ("useful_lives", "published", {"published": ""}, "published is empty"),
    ],
)  # fmt: skip
def test_power_of_two_bases_old_signatures_and_missing_days_are_refused(project, table, pick, change, said):
    rows = lines_of(table)
    row = next(row for row in reversed(rows[1:]) if row[rows[0].index(pick)])  # the newest version of its contract
    for column, cell in change.items():
        row[rows[0].index(column)] = cell
    write(f"{table}.csv", rows)
    assert any(said in fault for fault in faults())


@pytest.mark.parametrize(("centre", "refused"), [("3", True), ("5", False), ("6", True)])
def test_a_centre_at_an_end_of_its_range_is_refused_unless_it_says_why(project, centre, refused):
    rows = lines_of("assumptions")
    name, low, central, high = (rows[0].index(column) for column in ("name", "low", "central", "high"))
    row = next(row for row in rows if row[name] == "server_life" and not row[1])
    assert (row[low], row[high]) == ("3", "6")
    row[central] = centre
    write("assumptions.csv", rows)
    said = f"central {centre} of server_life is an end of its range 3 to 6"
    assert any(said in fault for fault in (faults() if refused else [])) == refused
    if refused:
        row[rows[0].index("note")] = "Not the middle: an account of its own."
        write("assumptions.csv", rows)
    registers.check()


@pytest.mark.parametrize(
    ("day", "status"),
    [("2025-03-30", []), ("2025-10-01", ["signed"]), ("2025-10-02", ["terminated"]), (None, ["terminated"])],
)
def test_the_huatie_contract_as_of(project, day, status):
    deals = registers.read("contracts", day)
    row = deals[deals["contract"] == "huatie-hangzhou"]
    assert row["status"].tolist() == status
    assert row["contract_value"].tolist() == [3.69e9] * len(status) and set(row["currency"]) <= {"CNY"}


def test_prices_as_of(project):
    known = registers.read("market", "2025-03-31")
    assert known["date"].max() == pd.Timestamp("2025-03-31")
    assert "CRWV" in set(known["symbol"]) and "CRWV" not in set(registers.read("market", "2025-03-27")["symbol"])
    prices = registers.read("gpu_prices")
    assert prices["date"].isna().any(), "an undated price is held"
    assert registers.read("gpu_prices", "2026-01-01")["date"].notna().all(), "and not shown as of any day"


def test_estimates_as_of(project):
    def need(day):
        known = registers.read("estimates", day)
        mine = known[(known["measure"] == "break_even_revenue") & (known["period"] == "2025")]
        return mine[["low", "high"]].to_numpy().tolist()

    assert need("2025-08-30") == []
    assert need("2025-10-04") == [[160e9, 160e9]]
    assert need("2025-10-05") == need(None) == [[320e9, 480e9]]


def test_a_deal_that_was_called_off(project):
    def status(day):
        known = registers.read("commitments", day).set_index("commitment")["status"]
        return known.get("coreweave-core-scientific")

    days = ["2025-07-06", "2025-07-07", "2025-10-30", "2025-10-31", None]
    assert [status(day) for day in days] == [None, "signed", "signed", "terminated", "terminated"]


# ---- figures known from elsewhere


@pytest.fixture(scope="module")
def book(held):
    """The eleven contracts behind Golden Sun's totals, as they were on the day that it printed them."""
    return registers.read("contracts", "2025-12-12").dropna(subset="book_mw").set_index("contract")


def test_the_eleven_contracts_reproduce_the_book(book):
    assert len(book) == 11
    assert book["book_mw"].sum() == 1959
    assert book["book_value"].sum() == pytest.approx(53.6e9, rel=1e-3)
    hosting = book[book["gpu_included"] == "no"]
    price = hosting["book_value"] / hosting["book_mw"] / hosting["term_years"]
    assert len(hosting) == 10
    assert round(hosting["book_mw"].mean()) == 176
    assert round(hosting["term_years"].mean()) == 14
    assert [round(each / 1e6, 2) for each in (price.mean(), price.min(), price.max())] == [1.73, 1.22, 2.26]
    assert (book["term_years"].min(), book["term_years"].max()) == (5, 25)


def test_the_shares_of_the_book(book):
    tenant = book["tenant_name"].str.extract(r"(CoreWeave|Fluidstack|Amazon|Microsoft|Core42)")[0]
    assert book["book_mw"].groupby(tenant).sum().to_dict() == {
        "CoreWeave": 653,
        "Fluidstack": 536,
        "Amazon": 300,
        "Microsoft": 200,
        "Core42": 70,
    }
    lessors = book.groupby("lessor")["book_mw"].sum()
    assert lessors[["WULF", "CIFR", "APLD"]].tolist() == [438, 468, 450] and len(lessors) == 6


def test_what_the_book_leaves_out_was_signed_before_its_cut_off(project):
    known = registers.read("contracts", "2025-11-03")
    out = known[known["book_mw"].isna() & known["critical_it_mw"].notna()]
    assert out.groupby("lessor")["critical_it_mw"].sum().to_dict() == {
        "APLD": 150,
        "CORZ": 302,
        "GLXY": 393,
        "WULF": 160,
    }
    joint = known.set_index("contract").loc["wulf-fluidstack-abernathy"]
    assert joint["ownership"] * joint["critical_it_mw"] == pytest.approx(85.7, abs=0.05)


def test_register_deals(held):
    deals = held["contracts"].set_index("contract")
    openai = deals.loc[["crwv-openai-1", "crwv-openai-2", "crwv-openai-3"], "contract_value"]
    assert openai.sum() == 22.4e9
    assert deals.loc["crwv-openai-1", "contract_value"] / deals.loc["crwv-openai-1", "term_years"] == 2.38e9
    assert deals.loc["crwv-nvidia-osprey", "contract_value"] / deals.loc["crwv-nvidia-osprey", "term_years"] == 325e6
    iren = deals.loc["iren-microsoft"]
    assert iren["contract_value"] / iren["critical_it_mw"] / iren["term_years"] == 9.7e6
    named = held["commitments"].query("contract != ''").set_index("contract")["amount"]
    values = named.index.map(deals["contract_value"])
    purchases = held["commitments"].query("contract != ''")["form"].eq("purchase").to_numpy()
    assert (named.to_numpy() == values)[purchases].all(), "a promise and its contract say the same"


def test_coreweave_debt(held):
    debt = held["debt"].query("borrower == 'CRWV'")
    walls = debt[debt["type"] == "maturities"]
    lines = debt[(debt["as_at"] == "2025-06-30") & (debt["type"] != "maturities") & debt["rate"].notna()]
    assert len(lines) == 6
    assert lines["principal"].sum() == walls["principal"].sum() == 11_171_485_000
    rate = lines[["rate", "rate_high"]].mean(axis=1)
    assert (rate * lines["principal"]).sum() / lines["principal"].sum() == pytest.approx(0.111, abs=5e-4)
    soon = walls[walls["due_to"] <= "2026-12-31"]["principal"].sum() / walls["principal"].sum()
    assert soon == pytest.approx(0.466, abs=5e-4)
    before = debt[(debt["as_at"] == "2024-12-31") & debt["rate"].notna()]
    total = debt[(debt["as_at"] == "2024-12-31") & (debt["type"] == "total")]
    assert before["principal"].sum() == total["principal"].sum() == 8_033_477_000


def test_leases_that_have_not_commenced(held):
    leases = held["debt"].query("type == 'lease not commenced'").set_index("debt")["principal"]
    assert leases["coreweave-leases-2025-09"] / leases["coreweave-leases-2025-03"] - 1 == pytest.approx(0.965, abs=1e-3)
    assert leases["alphabet-leases-1"] + leases["alphabet-leases-2"] == 58.5e9
    assert leases["five-hyperscalers-leases"] / 969e9 == pytest.approx(0.683, abs=5e-4)


def test_useful_lives(held):
    lives = held["useful_lives"]
    google = lives[(lives["company"] == "GOOGL") & (lives["effective"] == "2021-01-01")].set_index("figure")["effect"]
    assert 1 + google["net_income"] / google["depreciation"] == pytest.approx(0.222, abs=1e-3)
    assert google["net_income"] / google["eps"] == pytest.approx(668e6, rel=1e-3)


def test_offerings(held):
    seres = held["offerings"].set_index("offering").loc["seres-ipo"]
    assert seres["price"] * seres["shares_offered"] == seres["proceeds_gross"]
    assert seres["first_low"] / seres["price"] - 1 == pytest.approx(-0.1027, abs=1e-4)
    assert seres["pe_at_price"] / seres["peer_pe"] - 1 == pytest.approx(0.949, abs=1e-3)
    coreweave = held["offerings"].set_index("offering").loc["coreweave-ipo"]
    assert coreweave["price"] / coreweave["range_low"] - 1 == pytest.approx(-0.149, abs=1e-3)
    assert coreweave["price"] * coreweave["shares_after"] == 18.94e9


def test_chips_and_compute(held):
    chips = held["chips"].set_index(["chip", "author"])
    h100 = chips.loc[("NVIDIA H100", "Guosen call")]
    assert [round(1e6 / h100[f"kw_all_in_{end}"], -3) for end in ("low", "high")] == [700000, 500000]
    cost = chips["capex_per_gw"].xs("Morgan Stanley", level="author")
    assert round(cost["NVIDIA Vera Rubin"] / cost["Amazon Trainium3"], 2) == 2.73
    assert cost["NVIDIA GB300"] / cost["Amazon Trainium3"] == 2.2
    compute = held["compute"]
    compute = compute[compute["period_end"] == "2025-12-31"]
    assert compute.groupby("name")["h100e"].sum().idxmax() == "Google"


def test_the_forward_curve_of_h100_rents(held):
    pair = held["gpu_prices"].query("offer == 'reservation'").iloc[0]
    r = 0.7247
    assert pair["one_year"] * (1 + r + r * r) == pytest.approx(3 * pair["three_years"], rel=1e-3)


def test_trades_and_targets(held):
    ark = held["holdings"].query("holder == 'ARK Invest'").set_index("locator")
    assert ark.loc["c145 c146", "value"] / ark.loc["c145 c146", "shares"] == pytest.approx(189.58, abs=0.01)
    targets = held["estimates"].query("measure == 'target_price'").set_index("name")
    assert targets.loc["IREN", "low"] / targets.loc["IREN", "price"] - 1 == pytest.approx(0.8, abs=1e-3)
    assert targets.loc["IREN", "low"] / targets.loc["IREN", "previous"] - 1 == 2.75
    baba = targets.loc["Alibaba"]
    assert (baba["low"] / baba["price"] - 1).round(3).tolist() == [0.213, 0.292]


def test_one_multiple_of_history(held):
    pe = held["multiples_history"].query("measure == 'forward_pe_24m'").set_index(["group", "statistic"])["value"]
    assert pe["seven largest of 2000", "single"] / pe["Magnificent Seven without Tesla", "median"] == 2
    assert pe["Magnificent Seven", "median"] == 27 and pe["Magnificent Seven", "mean"] == 23


# ---- guards


@pytest.mark.parametrize(
    ("name", "row", "column", "cell", "sentence"),
    [
        (
            "chips",
            {"author": "IREN"},
            "kw_all_in_low",
            "0.02",
            "kw_all_in_low 0.02 is below 0.7: a slip of scale or unit?",
        ),
        (
            "contracts",
            {"contract": "iren-microsoft"},
            "gpu_included",
            "no",
            "price is above 3000000 USD per MW and year: not hosting unless GPUs are included",
        ),
        (
            "contracts",
            {"contract": "cifr-fluidstack-barber-lake"},
            "gross_mw",
            "150",
            "gross_mw 150 is below critical_it_mw 168",
        ),
        (
            "contracts",
            {"contract": "hut-fluidstack-river-bend"},
            "gross_mw",
            "331",
            "utility_mw 330 is below gross_mw 331",
        ),
        (
            "customers",
            {"customer": "MSFT"},
            "share",
            "62",
            "share '62' is not a fraction between 0 and 1; write 0.25 for 25%",
        ),
        ("assumptions", {"name": "ramp"}, "central", "2.5", "central 2.5 is not a fraction; write 0.25 for 25%"),
        ("assumptions", {"name": "target_roic_kupperman"}, "high", "0.1", "high 0.1 is below central 0.2"),
        ("estimates", {"locator": "c164"}, "high", "87", "high 87 is not a fraction; write 0.25 for 25%"),
        ("compute", {"name": "Oracle"}, "h100e_p5", "99999999", "h100e_p5 99999999 is above h100e {h100e}"),
    ],
)
def test_guards(project, name, row, column, cell, sentence):
    header, *rows = lines_of(name)
    (where, value), place = next(iter(row.items())), header.index(column)
    at = next(i for i, cells in enumerate(rows) if cells[header.index(where)] == value)
    rows[at][place] = cell
    write(f"{name}.csv", [header, *rows])
    wanted = sentence.format(**dict(zip(header, rows[at], strict=True)))
    assert faults(lambda: registers.read(name)) == [f"data/{name}.csv:{at + 2}: {wanted}"]


@pytest.mark.parametrize("slip", [1e6, 1e-6])
def test_a_slip_of_scale_in_the_market_is_seen(project, slip):
    header, *rows = lines_of("market")
    place = header.index("value")
    for at in range(0, len(rows), 401):
        damaged = [list(row) for row in rows]
        damaged[at][place] = np.format_float_positional(float(rows[at][place]) * slip, trim="-")
        write("market.csv", [header, *damaged])
        assert any(
            fault.startswith(f"data/market.csv:{at + 2}: value ") for fault in faults(lambda: registers.read("market"))
        )


# ---- corruptions of any cell and any file

STRUCTURE = ["\t", "a\nb", " x", "x ", "=cmd|' /C calc'!A0", "@SUM(A1)", "+1", "\u00a0x", "x\u2028y", "\x00"]
SCHEMA = pd.read_csv(HERE / "registers.csv", dtype=str, keep_default_na=False).set_index(["table", "column"])


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A copy with the first rows of each table: where it lies, its files, and what a reader gets of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "DATA", tmp_path_factory.mktemp("small"))
        lay_out(paths.DATA, SHOWN + 1)
        files = {name: (paths.DATA / f"{name}.csv").read_bytes() for name in TABLES}
        return paths.DATA, files, {name: registers.read(name) for name in TABLES}


@pytest.fixture
def small(sound, monkeypatch):
    folder, *rest = sound
    monkeypatch.setattr(paths, "DATA", folder)
    return rest


def cells():
    """A filled cell of some table: table, line, column."""
    found = []
    for name in TABLES:
        with read_file(name) as file:
            header, *rows = list(csv.reader(file))[: SHOWN + 1]
        found += [(name, i + 2, c) for i, row in enumerate(rows) for c, cell in zip(header, row, strict=True) if cell]
    return found


def refused_or_harmless(small, name, line=""):
    """Refused at the place, or the same as before to the last cell; then the file is mended."""
    try:
        after = registers.read(name)
    except DataError as error:
        assert any(fault.startswith(f"data/{name}.csv:{line}") for fault in error.faults), error
    else:
        pd.testing.assert_frame_equal(small[1][name], after)
    finally:
        (paths.DATA / f"{name}.csv").write_bytes(small[0][name])


corrupt = settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])


@corrupt
@given(st.sampled_from(cells()), st.sampled_from(STRUCTURE + VALUES))
def test_no_cell_is_corrupted_silently(small, cell, poison):
    name, line, column = cell
    rule = SCHEMA.loc[name, column]
    words = rule["type"] == "text" and (poison or rule["required"] != "yes")
    assume(poison in STRUCTURE or not words)  # any words are as good as any others
    assume(poison or rule["required"] == "yes")  # an empty cell says that nothing is known
    rows = lines_of(name)
    rows[line - 1][rows[0].index(column)] = poison
    write(f"{name}.csv", rows)
    refused_or_harmless(small, name, line)


@corrupt
@given(st.sampled_from([each for each in cells() if SCHEMA.loc[each[0], each[2]]["type"] == "number"]), st.booleans())
def test_no_slip_of_a_million_passes_where_the_schema_gives_a_range(small, cell, up):
    name, line, column = cell
    rule = SCHEMA.loc[name, column]
    rows = lines_of(name)
    place = rows[0].index(column)
    value = float(rows[line - 1][place])
    assume(value and rule["least"] and rule["most"] and name != "market")
    bounds = [
        float(rule[end]) if rule[end].lstrip("-").replace(".", "").isdigit() else value for end in ("least", "most")
    ]
    assume(bounds[0] > 0 and bounds[1] / bounds[0] <= 1e6)
    ends = [rule[end] for end in ("least", "most") if rule[end] in rows[0]]  # empty, it bounds nothing
    assume(all(rows[line - 1][rows[0].index(end)] for end in ends))
    rows[line - 1][place] = np.format_float_positional(value * (1e6 if up else 1e-6), trim="-")
    write(f"{name}.csv", rows)
    with pytest.raises(DataError):
        registers.read(name)
    refused_or_harmless(small, name, line)


def text_quoted(plain):
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(csv.reader(io.StringIO(plain)))
    return lines.getvalue()


DAMAGE = {
    "byte order mark": lambda plain: "\ufeff" + plain,
    "Windows line ends": lambda plain: plain.replace("\n", "\r\n"),
    "old Macintosh line ends": lambda plain: plain.replace("\n", "\r"),
    "no end of the last line": lambda plain: plain.rstrip("\n"),
    "semicolons": lambda plain: plain.replace(",", ";"),
    "every cell quoted": text_quoted,
    "a column less": lambda plain: text([row[:-1] for row in csv.reader(io.StringIO(plain))]),
    "a column more": lambda plain: text([[*row, "x"] for row in csv.reader(io.StringIO(plain))]),
    "columns the other way round": lambda plain: text([row[::-1] for row in csv.reader(io.StringIO(plain))]),
    "header twice": lambda plain: plain.partition("\n")[0] + "\n" + plain,
    "no header": lambda plain: plain.partition("\n")[2],
    "a blank line": lambda plain: plain.replace("\n", "\n\n", 1),
    "a row twice": lambda plain: plain + plain.splitlines()[-1] + "\n",
}
HARMLESS = {
    "byte order mark",
    "Windows line ends",
    "old Macintosh line ends",
    "no end of the last line",
    "every cell quoted",
}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", TABLES)
def test_no_file_is_damaged_silently(small, name, damage):
    (paths.DATA / f"{name}.csv").write_bytes(DAMAGE[damage](small[0][name].decode()).encode())
    if damage not in HARMLESS:
        assert faults(lambda: registers.read(name))
    refused_or_harmless(small, name)


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
@pytest.mark.parametrize("name", TABLES)
def test_another_encoding(small, name, encoding):
    plain = small[0][name].decode() + "é\n"
    (paths.DATA / f"{name}.csv").write_bytes(plain.encode(encoding))
    assert all("not UTF-8 text; save the table as UTF-8" in fault for fault in faults(lambda: registers.read(name)))
    refused_or_harmless(small, name)


REVERSED = [
    ("contracts", "published", "2014-01-01"),
    ("compute", "period_end", "2014-12-31"),
    ("debt", "due_to", "2009-01-01"),
]


@pytest.mark.parametrize(("name", "column", "day"), REVERSED)
def test_reversed_dates(small, name, column, day):
    rows = lines_of(name)
    rows[1][rows[0].index(column)] = day
    write(f"{name}.csv", rows)
    assert any(f"{column} {day} is below" in fault for fault in faults(lambda: registers.read(name)))
    refused_or_harmless(small, name)


def test_a_table_is_checked_once_however_many_there_are():
    names = registers.names()
    for name in names:
        registers.placed(name)
    before = registers._checked.cache_info().misses
    for name in names:
        registers.placed(name)
    assert registers._checked.cache_info().misses == before
