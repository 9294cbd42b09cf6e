"""Providers of rates, prices and statements: small answers in their documented shapes, made for these tests."""

import io
import sys
import zipfile
from types import SimpleNamespace

import pandas as pd
import pytest

from capcycle import cli, facts, sources
from capcycle.errors import CapcycleError
from capcycle.facts import currency, registers
from capcycle.sources.web import SourceError

ECB, FED = "/stats/eurofxref/eurofxref-hist.zip", "/graph/fredgraph.csv?id=DEXTAUS"
# of 8 December 2023, as published; the days around it are made up
EUROS = "Date,USD,JPY,CYP,\n2023-12-11,1.0757,157.3,N/A,\n2023-12-08,1.0777,155.53,N/A,\n2023-12-07,1.0778,156.0,N/A,\n"
DOLLARS = "observation_date,DEXTAUS\n2026-01-07,31.4\n2026-01-08,31.5\n2026-01-09,.\n2026-01-12,31.8\n"


def zipped(text, name="eurofxref-hist.csv"):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), text)
    return packed.getvalue()


@pytest.fixture
def banks(server, monkeypatch):
    """The server with the files of both banks."""
    server.documents |= {ECB: zipped(EUROS), FED: DOLLARS.encode()}
    monkeypatch.setenv("CAPCYCLE_ECB", server.address)
    monkeypatch.setenv("CAPCYCLE_FED", server.address)
    return server


def add(provider, *names):
    return cli.main(["add", "--from", provider, *names])


def on(own, day, into="USD"):
    return currency.newest_rate(own, into, pd.Timestamp(day))


# ---- exchange rates


def test_a_rate_is_the_one_that_was_known_on_the_day(banks):
    with pytest.raises(CapcycleError, match="unknown currency JPY"):
        on("USD", "2023-12-08", "JPY")
    assert add("ecb", "JPY") == 0
    rate = on("USD", "2023-12-10", "JPY")  # a Sunday: Friday's
    assert rate.value == pytest.approx(155.53 / 1.0777) and rate.day == pd.Timestamp("2023-12-08")
    dollar = currency.rates().loc["2023-12-07", "USD"]  # the reviewed one
    assert on("USD", "2023-12-07", "JPY").value == pytest.approx(156.0 / dollar)
    assert rate.source == "ecb-eurofxref"


def test_a_flow_takes_the_mean_of_its_days_and_a_balance_the_last(banks):
    add("ecb", "JPY")
    row = {
        "value": 100.0,
        "unit": "JPY",
        "period_end": pd.Timestamp("2023-12-11"),
        "kind": "reported",
        "source": "20-F",
    }
    table = pd.DataFrame([row | {"period_start": day} for day in (pd.Timestamp("2023-12-07"), pd.NaT)])
    flow, balance = currency.convert(table, "EUR")["value"]
    assert balance == pytest.approx(100 / 157.3)
    assert flow == pytest.approx(100 * (1 / 156.0 + 1 / 155.53 + 1 / 157.3) / 3)


def test_a_reviewed_rate_stands_over_the_same_day_of_the_own_layer(banks):
    banks.documents[ECB] = zipped(EUROS.replace("1.0777", "1.1777"))
    add("ecb", "JPY")
    assert on("EUR", "2023-12-08").value == currency.rates().loc["2023-12-08", "USD"] != 1.1777


def test_the_federal_reserve_gives_a_weeks_rates_on_the_monday_after(banks):
    assert on("USD", "2026-01-08", "TWD").day == pd.Timestamp("2024-11-29")  # the last reviewed one
    assert add("h10") == 1  # of the Sri Lankan rupee there is no file here
    assert add("h10", "TWD") == 0
    assert on("USD", "2026-01-08", "TWD").day == pd.Timestamp("2024-11-29")
    rate = on("USD", "2026-01-12", "TWD")
    assert (rate.value, rate.day) == (31.5, pd.Timestamp("2026-01-08"))
    assert rate.source.split() == ["fed-h10", "fed-h10-twd"]
    assert set(rate.source.split()) <= set(facts.sources().index)


def test_the_second_time_nothing_is_sent_and_nothing_changes(banks):
    add("ecb", "JPY")
    before = sources.beside.read("rates", "JPY", sources.own.RATES)
    add("ecb", "JPY")
    assert before.equals(sources.beside.read("rates", "JPY", sources.own.RATES)) and len(before) == 3


def test_a_dry_run_writes_no_rate(banks, capsys):
    cli.main(["add", "--from", "ecb", "JPY", "--dry-run"])
    assert "6 rows of rates on JPY, USD would be taken" in capsys.readouterr().out
    assert "JPY" not in currency.currencies()


@pytest.mark.parametrize(
    ("provider", "path", "answer", "names", "message"),
    [
        ("ecb", ECB, b"<html>log in</html>", [], "not the zip file of rates that it was"),
        ("ecb", ECB, zipped(EUROS)[:200], [], "not the zip file of rates that it was"),
        ("ecb", ECB, zipped("Day,USD\n2023-12-08,1.1\n"), [], "not the zip file of rates that it was"),
        ("ecb", ECB, zipped(EUROS), ["TWD"], "has no TWD; try the provider h10"),
        ("ecb", ECB, zipped(EUROS.replace("155.53", "15553")), ["JPY"], "jumps from the row above"),
        ("ecb", ECB, zipped(EUROS.replace("155.53", "-1")), ["JPY"], "is not a positive number"),
        ("h10", FED, b"<html>log in</html>", ["TWD"], "not the table of rates that it was"),
        ("h10", FED, b"", ["TWD"], "not the table of rates that it was"),
        ("h10", FED, DOLLARS.encode(), ["JPY"], "try the provider ecb"),
    ],
)
def test_what_is_no_table_of_rates_is_said_and_changes_nothing(banks, capsys, provider, path, answer, names, message):
    banks.documents[path] = answer
    assert add(provider, *names) == 1
    assert message in capsys.readouterr().err
    assert currency.currencies() == ["CNY", "EUR", "HKD", "TWD", "USD"]


def test_who_is_no_provider_is_said_with_those_that_are(own, capsys):
    assert add("bloomberg", "NVDA") == 1
    assert "ecb, h10, hongkong, yahoo" in capsys.readouterr().err


# ---- prices

DAYS = ["2024-05-30", "2024-06-07", "2024-06-10", "2024-06-27"]


class Security:
    """A security as yfinance has it: closes restated for the split of ten for one on 10 June."""

    def __init__(self, symbol):
        self.symbol = symbol

    def history(self, period, auto_adjust, actions):
        assert (auto_adjust, actions) == (False, True)
        if self.symbol == "GONE":
            return pd.DataFrame()
        days = pd.DatetimeIndex(DAYS, tz="America/New_York")
        return pd.DataFrame({"Close": [109.633, 120.888, 121.79, 123.54], "Stock Splits": [0.0, 0.0, 10.0, 0.0]}, days)

    def get_history_metadata(self):
        return {"currency": "USD"} if self.symbol != "ODD" else {}


@pytest.fixture
def yahoo(own, monkeypatch):
    monkeypatch.setitem(sys.modules, "yfinance", SimpleNamespace(Ticker=Security))


def test_a_price_is_that_of_its_day_and_estimated(yahoo):
    assert add("yahoo", "NVDA") == 0
    rows = registers.read("market").query("symbol == 'NVDA' and source == 'yahoo-nvda-2024-06-27'")
    prices = rows[rows["measure"] == "last_sale"].set_index("date")["value"]
    assert prices.round(2).to_dict() == {pd.Timestamp(DAYS[0]): 1096.33, pd.Timestamp(DAYS[3]): 123.54}
    assert set(rows["kind"]) == {"estimated"}
    assert facts.sources().loc["yahoo-nvda-2024-06-27", ["tier", "publisher"]].tolist() == [
        "aggregator",
        "Yahoo Finance",
    ]


def test_a_count_of_before_a_split_is_multiplied_beside_a_price_of_after_it(yahoo, tmp_path):
    # the cover of its 10-Q of 29 May 2024: 2.46bn shares on 24 May; the split was on 10 June
    counted = "NVDA,2024-05-24,2460000000,0001045810-24-000124,cover,2024-05-29,,NVIDIA 10-Q,NVIDIA,https://www.sec.gov/Archives/edgar/data/1045810/000104581024000124/,filing\n"
    (tmp_path / "shares.csv").write_text(sources.template("shares") + counted)
    sources.add_file(tmp_path / "shares.csv")
    add("yahoo", "NVDA")
    rows = registers.read("market").query("company == 'NVDA' and measure == 'market_value'").set_index("date")
    before, after = (rows.loc[pd.Timestamp(day)] for day in (DAYS[0], DAYS[3]))
    assert before["value"] == pytest.approx(1096.33 * 2.46e9)
    assert after["value"] == pytest.approx(123.54 * 24.6e9)
    assert "split of 2024-06-10" in after["locator"] and "split" not in before["locator"]


@pytest.mark.parametrize(("symbol", "message"), [("GONE", "no closes"), ("ODD", "another form than it did")])
def test_what_yahoo_does_not_give_is_said(yahoo, capsys, symbol, message):
    assert add("yahoo", symbol) == 1 and message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("provider", "package", "name", "extra"),
    [("yahoo", "yfinance", "NVDA", "live"), ("hongkong", "akshare", "9999.HK:CNY", "hongkong")],
)
def test_without_its_package_a_provider_says_how_to_install_it(own, monkeypatch, provider, package, name, extra):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SourceError, match=f"{package} is not installed; it belongs to the extra `{extra}`"):
        list(sources.take_from(provider, [name]))


# ---- Hong Kong and the mainland


def hong_kong(stock, symbol, indicator):
    """Rows of one item each, for two years."""
    assert (stock, indicator) == ("09999", "年度")
    items = {
        "利润表": {"营业额": 660e9, "其他": 1},
        "现金流量表": {"购建固定资产": -76e9},
        "资产负债表": {"总资产": 1780e9},
    }[symbol]
    return pd.DataFrame([
        {"SECURITY_NAME_ABBR": "网易", "REPORT_DATE": f"{year}-12-31 00:00:00", "STD_ITEM_NAME": item, "AMOUNT": each}
        for item, each in items.items() for year in (2024, 2023)
    ])  # fmt: skip


def sheet(**cells):
    """A sheet of the mainland: a column an item, a row a report, of the year to date."""

    def given(symbol):
        assert symbol == "SH688981"
        made = {
            "SECURITY_NAME_ABBR": "中芯国际",
            "REPORT_DATE": "2024-06-30 00:00:00",
            "NOTICE_DATE": "2024-08-30 00:00:00",
        }
        return pd.DataFrame([made | cells])

    return given


@pytest.fixture
def akshare(own, monkeypatch):
    made = SimpleNamespace(
        stock_financial_hk_report_em=hong_kong,
        stock_balance_sheet_by_report_em=sheet(TOTAL_ASSETS=340e9),
        stock_profit_sheet_by_report_em=sheet(TOTAL_OPERATE_INCOME=26.269e9, PARENT_NETPROFIT=None),
        stock_cash_flow_sheet_by_report_em=sheet(CONSTRUCT_LONG_ASSET=33.4e9),
    )
    monkeypatch.setitem(sys.modules, "akshare", made)
    return made


def test_statements_of_hong_kong_are_estimated_and_of_no_known_day(akshare):
    assert add("hongkong", "9999.HK:CNY") == 0
    known = facts.open(["9999.HK"]).facts
    known = known[known["period_end"] == "2024-12-31"].set_index("concept")
    assert known["value"].to_dict() == {"capex": 76e9, "revenue": 660e9, "total_assets": 1780e9}
    assert set(known["unit"]) == {"CNY"} and set(known["kind"]) == {"estimated"}
    assert known.loc["revenue", "period_start"] == pd.Timestamp("2024-01-01")
    assert facts.open(["9999.HK"], "2026-01-01").facts.empty
    assert facts.companies().loc["9999.HK", ["name", "fiscal_year_end"]].tolist() == ["网易", 12]


def test_statements_of_the_mainland_are_known_from_the_day_of_their_announcement(akshare):
    assert add("hongkong", "688981.SS:CNY") == 0
    known = facts.open(["688981.SS"], "2024-08-30").facts.set_index("concept")
    assert known["value"].to_dict() == {"capex": 33.4e9, "revenue": 26.269e9, "total_assets": 340e9}
    assert known.loc["capex", ["period_start", "published"]].tolist() == [
        pd.Timestamp("2024-01-01"),
        pd.Timestamp("2024-08-30"),
    ]
    assert facts.open(["688981.SS"], "2024-08-29").facts.empty


@pytest.mark.parametrize("name", ["9999.HK", "700:CNY", "688981.SH:CNY"])
def test_a_name_without_its_market_or_currency_is_refused(akshare, capsys, name):
    assert add("hongkong", name) == 1 and "is not of the form 0700.HK:CNY" in capsys.readouterr().err


def test_statements_of_another_form_are_refused_and_nothing_is_taken(akshare, capsys):
    akshare.stock_financial_hk_report_em = lambda **_: pd.DataFrame({"REPORT_DATE": ["2024-12-31"]})
    assert add("hongkong", "9999.HK:CNY") == 1 and "another form than it did" in capsys.readouterr().err
    assert "9999.HK" not in facts.companies().index
