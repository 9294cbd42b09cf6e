"""Rules about time and laws: stale periods, labels, deals that ended, intervals, ranges that break a law."""

from collections.abc import Iterator

import pandas as pd

from capcycle import words
from capcycle.claims import check
from capcycle.claims.detect import Book, rule
from capcycle.claims.expressions import ExpressionError
from capcycle.claims.rules_rows import COUNTED
from capcycle.facts import registers

YEARS = rf"\b(?:in|over)(?: the past)? ({'|'.join(COUNTED)}|\d+) years"
PAST = r"\b(?:began|was|were|started|rose|fell|passed|set|founded|returned|changed|grew|sold|raised)\b"
REPORTING = 45  # days after a quarter's end by which its figures are out


@rule("stale_period")
def dated_before_publication(book: Book) -> Iterator[tuple]:
    """A turning point foreseen for a time that was already past when the text appeared."""
    rows = book.rows[(book.rows["unit"] == "year") & book.rows["basis"].isin(["estimate", "forecast", "target"])]
    ended = _ended(rows["period"], rows["value_high"])
    past = ended < pd.to_datetime(rows["published"], format="%Y-%m-%d", errors="coerce")
    for row in rows[past & ~rows["text"].str.contains(PAST)].itertuples():
        yield (row.claim_id,), {"period": row.period, "published": row.published}


@rule("stale_period")
def older_quarter_than_known(book: Book) -> Iterator[tuple]:
    """A quarter's figure told when the next quarter's was out, and not beside a newer one."""
    rows = book.rows[(book.rows["period_kind"] == "quarter") & (book.rows["basis"] == "reported")]
    ended = _ended(rows["period"], rows["year"])
    known = ended + pd.DateOffset(months=3) + pd.Timedelta(days=REPORTING)
    newest = ended.groupby([rows["article"], rows["entity"], rows["metric"]]).transform("max")
    late = pd.to_datetime(rows["published"], format="%Y-%m-%d", errors="coerce") > known
    for row in rows[late & (ended == newest)].itertuples():
        yield (row.claim_id,), {"period": row.period, "published": row.published}


@rule("stale_period")
def plan_above_the_offer(book: Book) -> Iterator[tuple]:
    """A sum still planned, above the most that the offer can bring."""
    most = book.rows[book.rows["metric"].str.endswith("_max") & book.rows["money"]]
    pairs = book.of("planned_.*").merge(most, on=["article", "entity", "unit"], suffixes=("", "_max"))
    for row in pairs[pairs["value_low"] > pairs["value_high_max"]].itertuples():
        yield (row.claim_id, row.claim_id_max), both(row.value_low, row.value_high_max, row.unit)


@rule("stale_period")
def multiple_before_a_loss(book: Book) -> Iterator[tuple]:
    """A price to earnings published before a loss of the same company."""
    loss = book.of("net_income|.*eps.*")
    loss = loss[(loss["value_high"] < 0) & (loss["published"] != "")]
    pairs = book.of("pe_ratio.*").merge(loss, on="entity", suffixes=("", "_loss"))
    later = pairs[(pairs["published"] != "") & (pairs["published_loss"] > pairs["published"])]
    for claim, each in later.groupby("claim_id", sort=False):
        row = each.iloc[0]
        yield (claim, *each["claim_id_loss"]), {"multiple": f"{row['value_low']:g}", "period": row["period_loss"]}


@rule("stale_period")
def forecast_overtaken(book: Book) -> Iterator[tuple]:
    """A forecast for several years, less than what is given for one of them."""
    sector = book.rows[book.rows["money"] & (book.rows["ticker"] == "")]
    several = sector[sector["metric"].str.contains("cumulative")]
    span = several["period"].str.extract(r"(\d{4})\D+(\d{4})").astype(float)
    several = several.assign(since=span[0], until=span[1])
    one = sector[sector["period_kind"].eq("calendar_year") & sector["metric"].str.contains("capex|_investment")]
    pairs = several.merge(one, on="unit", suffixes=("", "_one"))
    inside = pairs["year_one"].between(pairs["since"], pairs["until"]) & (pairs["value_low_one"] > pairs["value_high"])
    for claim, each in pairs[inside].groupby("claim_id", sort=False):
        row = each.iloc[0]
        yield (claim, *each["claim_id_one"]), both(row["value_high"], row["value_low_one"], row["unit"])


@rule("stale_period")
def outside_its_bracket(book: Book) -> Iterator[tuple]:
    """A multiple outside the bracket that another text of another time gives the same company."""
    bracket = book.of(".*_bucket")
    bracket = bracket.assign(metric=bracket["metric"].str.removesuffix("_bucket"))
    pairs = book.rows.merge(bracket, on=["entity", "metric", "unit"], suffixes=("", "_bracket"))
    wrong = (pairs["value_low"] > 1.05 * pairs["value_high_bracket"]) | (
        pairs["value_high"] < 0.95 * pairs["value_low_bracket"]
    )
    for row in pairs[wrong].itertuples():
        low, high = f"{row.value_low_bracket:g}", f"{row.value_high_bracket:g}"
        said = {"multiple": f"{row.value_low:g}", "low": low, "high": high, "period": row.period_bracket}
        yield (row.claim_id, row.claim_id_bracket), said


@rule("superseded")
def overtaken_by_a_later_text(book: Book) -> Iterator[tuple]:
    """The same quantity and period in a later article, with another value."""
    keys = ["entity", "metric", "unit", "period"]
    rows = book.rows[(book.rows["published"] != "") & book.rows["basis"].isin(["reported", "target", "forecast"])]
    rows = rows.sort_values("published", kind="stable")
    last = rows.drop_duplicates(keys, keep="last")
    pairs = rows.merge(last, on=keys, suffixes=("", "_later"))
    later = pairs[(pairs["published"] < pairs["published_later"]) & (pairs["article"] != pairs["article_later"])]
    for row in later[(later["value_low"] / later["value_low_later"] - 1).abs() > 0.05].itertuples():
        yield (row.claim_id, row.claim_id_later), both(row.value_low, row.value_low_later, row.unit)


@rule("superseded")
def ended_deal(book: Book) -> Iterator[tuple]:
    """A contract that the register of contracts knows to have been terminated."""
    rows = book.of("contract_value|commitment_value")
    rows = rows[rows["ticker"] != ""]
    if rows.empty:
        return
    deals = registers.read("contracts", book.as_of).query("status == 'terminated'")
    for row in rows.itertuples():
        own = deals[deals["lessor"].isin(row.ticker.split("/")) & (deals["currency"] == row.unit)]
        same = (own["contract_value"] / row.value_low - 1).abs() < 0.05
        for ended in own.loc[same, "status_date"]:
            yield (row.claim_id,), {"date": f"{ended:%Y-%m-%d}"}


@rule("quarter_label")
def fiscal_or_calendar(book: Book) -> Iterator[tuple]:
    """Quarters of a company with another fiscal year, labelled like those of the others in the article."""
    rows = book.of("(?!holding|position).*", period_kind="quarter", basis="reported")
    rows = rows[rows["period"].str.fullmatch(r"\d{4}Q\d")]
    month = rows["ticker"].str.split("/").str[0].map(book.fiscal_year_ends)
    other, plain = rows[month.notna() & (month != 12)], rows[month == 12]
    mixed = other[other["article"].isin(plain["article"])].assign(month=month)
    for (_, entity), each in mixed.groupby(["article", "entity"], sort=False):
        period, ends = each["period"].iloc[0], int(each["month"].iloc[0])
        yield tuple(each["claim_id"]), {"entity": entity, "period": period, "label": _fiscal(period, ends)}


def _fiscal(period: str, ends: int) -> str:
    """The fiscal quarter that a calendar quarter is, for a year that ends in a month.

    >>> _fiscal("2024Q2", 6)
    'FY2024Q4'
    """
    months = int(period[:4]) * 12 + 3 * int(period[5]) + (12 - ends) - 1
    return f"FY{months // 12}Q{months % 12 // 3 + 1}"


@rule("lease_capex")
def cash_beside_leases(book: Book) -> Iterator[tuple]:
    """Two capex figures of a company, one as filed in cash and one that holds something more."""
    rows = book.of("capex", basis="reported", period_kind="quarter")
    rows = rows[rows["period"].str.fullmatch(r"\d{4}Q\d") & rows["ticker"].isin(book.fiscal_year_ends)]
    ratio = pd.Series(
        [_to_cash(row.ticker, row.period, row.value_low, book.as_of) for row in rows.itertuples()],
        rows.index,
        dtype=float,
    )
    for _, each in rows.assign(ratio=ratio).groupby(["article", "entity"], sort=False):
        cash, more = each[(each["ratio"] - 1).abs() < 0.01], each[each["ratio"].between(1.05, 2)]
        if len(cash) and len(more):
            filed = more["value_low"].iloc[0] / more["ratio"].iloc[0]
            yield (*cash["claim_id"], *more["claim_id"]), {
                "period": more["period"].iloc[0], "filed": words.value(filed, more["unit"].iloc[0])}  # fmt: skip


def _to_cash(ticker: str, period: str, value: float, as_of: str) -> float:
    """A figure over the capex filed for a calendar quarter; missing where none is held."""
    quarter = pd.Period(period, freq="Q")
    days = (f"{day:%Y-%m-%d}" for day in (quarter.start_time, quarter.end_time))
    try:
        return value / check.fact(ticker, "capex", *days, as_of=as_of)
    except ExpressionError:
        return float("nan")


@rule("nfold_interval")
def years_miscounted(book: Book) -> Iterator[tuple]:
    """Growth "in three years" between two years that lie two apart."""
    said = book.rows["text"].str.extract(YEARS)[0].dropna()
    rows = book.rows.loc[said.index]
    said = said.map(COUNTED).fillna(pd.to_numeric(said, errors="coerce"))
    span = rows["period"].str.extract(r"^FY(\d{4})\D+FY(\d{4})").astype(float)
    steps = span[1] - span[0]
    for _, each in rows.assign(said=said, steps=steps)[steps.notna() & (steps != said)].groupby(
        ["article", "entity"], sort=False
    ):
        row = each.iloc[0]
        yield (
            tuple(each["claim_id"]),
            {"said": f"{row['said']:g}", "steps": f"{row['steps']:g}", "period": row["period"]},
        )


@rule("nfold_interval")
def multiple_against_values(book: Book) -> Iterator[tuple]:
    """An n-fold that the figures of the two dates do not give."""
    for row in _multiples(book).itertuples():
        low, high = row.value_low_last / row.value_high_first, row.value_high_last / row.value_low_first
        if not 0.97 * low <= row.value_low <= 1.03 * high:
            said = {"said": f"{row.value_low:g}", "low": f"{low:.2f}", "high": f"{high:.2f}"}
            yield (row.claim_id, row.claim_id_first, row.claim_id_last), said


@rule("nfold_interval")
def to_or_by(book: Book) -> Iterator[tuple]:
    """An n-fold change of something whose two values are not given: to n times, or by n times."""
    known = _multiples(book)["claim_id"]
    rows = book.of(".*(?:change|growth)_multiple", unit="x")
    rows = rows[rows["text"].str.contains(r"fold\b") & ~rows["claim_id"].isin(known)]
    for row in rows.itertuples():
        yield (row.claim_id,), {"to": f"{row.value_low:g}", "by": f"{row.value_low + 1:g}"}


def _multiples(book: Book) -> pd.DataFrame:
    """Each multiple whose metric has a value at the first and at the last date of its period, with both."""
    rows = book.of(".*_multiple", unit="x")
    ends = rows["period"].str.extract(r"^(.+?)(?: to |-(?=FY|\d{4}))(.+)$")
    base = rows["metric"].str.removesuffix("_multiple").str.removesuffix("_growth")
    rows = rows.assign(base=base, first=ends[0], last=ends[1]).dropna(subset="first")
    for end in ("first", "last"):
        rows = _with_value(book, rows, end)
    return rows


def _with_value(book: Book, rows: pd.DataFrame, end: str) -> pd.DataFrame:
    columns = ["article", "entity", "period", "metric", "claim_id", "value_low", "value_high"]
    money = book.rows.loc[book.rows["money"] & (book.rows["value_low"] > 0), columns]
    pairs = rows.merge(money, left_on=["article", "entity", end], right_on=["article", "entity", "period"],
                       suffixes=("", f"_{end}"))  # fmt: skip
    own = [metric.startswith(base) for metric, base in zip(pairs[f"metric_{end}"], pairs["base"], strict=True)]
    return pairs[pd.Series(own, pairs.index, dtype=bool)].drop_duplicates("claim_id", keep="last")


@rule("scaling_law")
def revenue_against_life(book: Book) -> Iterator[tuple]:
    """Required revenue goes as one over the life: the ends of the two ranges must lie equally far apart."""
    pairs = book.of("break_even_revenue|required_revenue").merge(
        book.of("depreciation_life", unit="years"), on=["article", "speaker"], suffixes=("", "_life")
    )
    pairs = pairs[(pairs["value_low"] > 0) & (pairs["value_low_life"] > 0)]
    ranges = pairs[(pairs["value_high"] > pairs["value_low"]) & (pairs["value_high_life"] > pairs["value_low_life"])]
    for row in ranges.itertuples():
        printed, law = row.value_high / row.value_low, row.value_high_life / row.value_low_life
        if abs(printed / law - 1) > 0.05:
            high = words.value(row.value_low * law, row.unit)
            yield (row.claim_id, row.claim_id_life), {"printed": f"{printed:.3g}", "law": f"{law:.3g}", "high": high}


@rule("scaling_law")
def share_of_a_whole(book: Book) -> Iterator[tuple]:
    """A range whose one end is a share of a whole given, and whose other end is not."""
    share = book.of("share_of_.*")
    share = share.assign(whole=share["metric"].str.removeprefix("share_of_"))
    whole = book.rows.rename(columns={"metric": "whole"})
    pairs = share.merge(whole, on=["article", "period", "whole"], suffixes=("", "_whole"))
    pairs = pairs.merge(book.of("market_size"), on=["article", "entity", "period"], suffixes=("", "_size"))
    product = pairs["value_low_whole"] * pairs["value_low"] / 100
    near = ((pairs[["value_low_size", "value_high_size"]].div(product, axis=0) - 1).abs() < 0.05).sum(axis=1)
    for row in pairs.assign(product=product)[near == 1].itertuples():
        yield (
            (row.claim_id_whole, row.claim_id, row.claim_id_size),
            {"product": words.value(row.product, row.unit_size)},
        )


@rule("scaling_law")
def one_figure_for_two_sizes(book: Book) -> Iterator[tuple]:
    """What goes with cost, given once for two variants whose income differs by a third or more."""
    rows = book.rows[book.rows["money"]]
    stem = rows["entity"].str.extract(r"^(.*) \(.*\)$")[0]
    variants = (
        rows.assign(stem=stem)
        .dropna(subset="stem")
        .groupby(["article", "stem", "metric", "period"], sort=False)["value_low"]
    )
    spread = variants.agg(["min", "max", "size"]).query("size > 1 and min > 0 and max > 1.3 * min").reset_index()
    spread = spread.drop_duplicates(["article", "stem"])
    shared = book.of(".*(?:refund|residual|subsidy).*").assign(stem=lambda rows: rows["entity"])
    shared = shared.merge(spread, on=["article", "stem"])
    for _, each in shared.groupby(["article", "entity"], sort=False):
        yield tuple(each["claim_id"]), {"ratio": f"{each['max'].iloc[0] / each['min'].iloc[0]:.1f}"}


@rule("price_day")
def trade_beside_return(book: Book) -> Iterator[tuple]:
    """A price paid within a stretch of days, beside a return to another day."""
    keys = ["article", "entity", "period"]
    trades = book.of("shares_purchased").merge(book.of("purchase_value"), on=keys, suffixes=("", "_value"))
    trades = trades[trades["value_low"] > 0].drop_duplicates("claim_id")
    pairs = trades.merge(book.of("share_price_return_ytd"), on=["article", "entity"], suffixes=("", "_return"))
    pairs = pairs[pairs["value_low_return"] > -100]
    for _, each in pairs.groupby("article", sort=False):
        ids = each[["claim_id_return", "claim_id_value", "claim_id"]].to_numpy().ravel()
        row = each.iloc[0]
        start = row["value_low_value"] / row["value_low"] / (1 + row["value_low_return"] / 100)
        yield tuple(ids), {"period": row["period"], "entity": row["entity"], "start": f"{start:,.2f}"}


def _ended(period: pd.Series, year: pd.Series) -> pd.Series:
    """The last day of a period such as 2023Q3, 2024-06 or 2024; of the year given where the label says nothing."""
    quarter = pd.to_numeric(period.str.extract(r"^\d{4}Q(\d)$")[0]) * 3
    month = pd.to_numeric(period.str.extract(r"^\d{4}-(\d\d)")[0])
    named = pd.to_numeric(period.str.extract(r"^(\d{4})")[0]).fillna(year)
    months = quarter.fillna(month).fillna(12)
    first = pd.to_datetime({"year": named.fillna(2200), "month": months, "day": 1}, errors="coerce")
    return first + pd.offsets.MonthEnd(0)


def both(one: float, other: float, unit: str) -> dict[str, str]:
    """Two amounts for a sentence that names both."""
    return {"one": words.value(one, unit), "other": words.value(other, unit)}
