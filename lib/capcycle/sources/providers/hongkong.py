"""Statements of companies listed in Hong Kong and on the mainland, as East Money gives them through akshare.

They are an aggregator's, so estimated. A mainland figure has the day of its announcement; of a Hong Kong one the day is
not given, so that it is shown only where no `as_of` is asked for.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from capcycle.sources import tags
from capcycle.sources.providers import needed
from capcycle.sources.web import SourceError, Web, clean

NAME = re.compile(r"([0-9]{4,5}\.HK|[0-9]{6}\.(?:SS|SZ)):([A-Z]{3})")
STATEMENTS = ("资产负债表", "利润表", "现金流量表")  # as akshare calls them for Hong Kong
YEARS = "年度"
SHEETS = ("balance_sheet", "profit_sheet", "cash_flow_sheet")  # and for the mainland
GROUP = "hong kong and mainland"
PAGE = "https://emweb.securities.eastmoney.com/"
COLUMNS = ["concept", "period_start", "period_end", "value", "locator", "published"]


def fetch(names: Sequence[str], web: Web) -> dict[str, pd.DataFrame]:
    """The statements of some companies, each given as 0700.HK:CNY or 688981.SS:CNY: what it reports in, nobody says.

    Errors: SourceError for another form of name, and for an answer of another form.
    """
    if wrong := [each for each in names if not NAME.fullmatch(each)]:
        raise SourceError(f"'{wrong[0]}' is not of the form 0700.HK:CNY or 688981.SS:CNY, with the reporting currency")
    akshare, table, facts, companies = needed("akshare", "hongkong"), tags.read(), [], []
    for each in names:
        ticker, currency = each.split(":")
        read = _hong_kong if ticker.endswith(".HK") else _mainland
        try:
            name, rows = read(akshare, ticker, table)
            figures = pd.DataFrame(rows, columns=COLUMNS, dtype=str)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise SourceError(f"{ticker}: akshare gives another form than it did: {error!r}") from error
        if figures.empty:
            raise SourceError(f"{ticker}: akshare has no figure under any tag of data/tags.csv")
        facts.append(_cited(figures, ticker, clean(name), currency))
        companies.append(_company(figures, ticker, clean(name), currency))
    return {"companies": pd.DataFrame(companies), "facts": pd.concat(facts, ignore_index=True)}


def _hong_kong(akshare: Any, ticker: str, table: pd.DataFrame) -> tuple[str, Iterator[tuple]]:
    """A company's name and the figures of its fiscal years, of one row each."""
    code = ticker.removesuffix(".HK").zfill(5)
    parts = [akshare.stock_financial_hk_report_em(stock=code, symbol=each, indicator=YEARS) for each in STATEMENTS]
    every = pd.concat(parts, ignore_index=True)
    rules = table[table["taxonomy"] == "eastmoney-hk"].set_index("tag")["concept"]
    found = every[every["STD_ITEM_NAME"].isin(rules.index)].dropna(subset=["AMOUNT"])
    days = pd.to_datetime(found["REPORT_DATE"])
    rows = zip(found["STD_ITEM_NAME"].map(rules), days, found["AMOUNT"], found["STD_ITEM_NAME"], strict=True)
    return str(every["SECURITY_NAME_ABBR"].iloc[0]), (
        _row(concept, day - pd.DateOffset(years=1) + pd.Timedelta(days=1), day, value, f"eastmoney-hk:{item}", "")
        for concept, day, value, item in rows
    )


def _mainland(akshare: Any, ticker: str, table: pd.DataFrame) -> tuple[str, Iterator[tuple]]:
    """A company's name and its figures, of one column each and of the year to date."""
    code, market = ticker.split(".")
    symbol = {"SS": "SH", "SZ": "SZ"}[market] + code
    parts = [getattr(akshare, f"stock_{each}_by_report_em")(symbol=symbol) for each in SHEETS]
    rules = table[table["taxonomy"] == "eastmoney-cn"].set_index("tag")["concept"]
    name = str(parts[0]["SECURITY_NAME_ABBR"].iloc[0])
    return name, (
        _row(
            concept,
            pd.Timestamp(f"{str(day)[:4]}-01-01"),
            pd.Timestamp(day),
            value,
            f"eastmoney-cn:{item}",
            str(noticed)[:10],
        )
        for part in parts
        for item, concept in rules.items()
        if item in part
        for day, value, noticed in zip(
            pd.to_datetime(part["REPORT_DATE"]), part[item], part["NOTICE_DATE"], strict=True
        )
        if pd.notna(value) and pd.notna(noticed)
    )


def _row(concept: str, start: pd.Timestamp, end: pd.Timestamp, value: Any, place: str, published: str) -> tuple:
    """A figure; what was spent is given as a negative amount in some statements, and here as a positive one."""
    amount = abs(float(value)) if concept == "capex" else float(value)
    return concept, f"{start:%Y-%m-%d}", f"{end:%Y-%m-%d}", f"{amount:.2f}", place, published


def _cited(figures: pd.DataFrame, ticker: str, name: str, currency: str) -> pd.DataFrame:
    """Figures as rows of `capcycle template facts`; a balance has no first day."""
    stocks = tags.stocks()
    start = figures["period_start"].mask(figures["concept"].isin(stocks), "")
    source = f"eastmoney-{ticker.lower()}" + ("-" + figures["published"]).where(figures["published"] != "", "")
    return figures.assign(
        company=ticker, period_start=start, unit=currency, kind="estimated", source=source, note="",
        title=f"East Money, statements of {name}" + (", announced " + figures["published"]).where(
            figures["published"] != "", ""
        ),
        publisher="East Money, through akshare", url=PAGE, tier="aggregator",
    )  # fmt: skip


def _company(figures: pd.DataFrame, ticker: str, name: str, currency: str) -> dict[str, str]:
    """Its row; the mainland's year ends in December, as the law has it, and so does the last one that is given here."""
    month = 12 if not ticker.endswith(".HK") else int(figures["period_end"].max()[5:7])
    return {
        "company": ticker, "name": name, "name_zh": name, "cik": "", "currency": currency,
        "fiscal_year_end": str(month), "group": GROUP,
    }  # fmt: skip
