"""Rules that compare what several claims say of the same thing: totals and parts, headline and body, group and all."""

from collections.abc import Iterator

import pandas as pd

from capcycle import words
from capcycle.claims.detect import Book, rule
from capcycle.claims.rules_time import both

HEADLINE = r"^(?:the )?headline|^lead paragraph"
GW_COST = 50e9  # USD to build a GW of AI data centre, the low end
SAME = 0.02


@rule("headline_body")
def headline_against_body(book: Book) -> Iterator[tuple]:
    """A headline's figure that the body gives otherwise, or that its own parts do not come to."""
    head = book.saying(HEADLINE)
    body = book.rows.drop(head.index)
    pairs = head.merge(body, on=["article", "entity", "metric", "period", "unit"], suffixes=("", "_body"))
    for row in pairs[_differ(pairs["value_low"], pairs["value_low_body"])].itertuples():
        yield (row.claim_id, row.claim_id_body), both(row.value_low, row.value_low_body, row.unit)
    each = body[body["metric"].str.endswith("_per_company")]
    each = each.assign(metric=each["metric"].str.removesuffix("_per_company"))
    pairs = head.merge(each, on=["article", "entity", "metric", "unit"], suffixes=("", "_each"))
    pairs = pairs.merge(book.of("company_count"), on=["article", "entity"], suffixes=("", "_count"))
    total = pairs["value_low_each"] * pairs["value_low_count"]
    for row in pairs.assign(total=total)[_differ(pairs["value_low"], total, 0.1)].itertuples():
        yield (row.claim_id, row.claim_id_each, row.claim_id_count), both(row.value_low, row.total, row.unit)


@rule("headline_body")
def headline_below_its_members(book: Book) -> Iterator[tuple]:
    """A headline for all that is below the yearly spending of the members named."""
    yield from _below_the_members(book, book.saying(HEADLINE))


@rule("denominator")
def sector_below_its_members(book: Book) -> Iterator[tuple]:
    """Spending of a whole sector over years, below one year of the companies named: it can only be a part."""
    yield from _below_the_members(book, book.of(".*capex_cumulative", ticker=""))


def _below_the_members(book: Book, totals: pd.DataFrame) -> Iterator[tuple]:
    totals = totals[totals["money"] & (totals["ticker"] == "") & totals["metric"].str.contains("capex|spending")]
    yearly = _yearly_capex(book)
    for row in totals.itertuples():
        members = yearly[(yearly["article"] == row.article) & (yearly["unit"] == row.unit)]
        if members["yearly"].sum() > 1.25 * row.value_high:
            yield (row.claim_id, *members["claim_id"]), both(row.value_high, members["yearly"].sum(), row.unit)


def _yearly_capex(book: Book) -> pd.DataFrame:
    """A year's capex of each company of an article, from the longest period that it gives."""
    rows = book.of("capex|capex_guidance")
    rows = rows[(rows["ticker"] != "") & rows["money"]]
    half = rows["period"].str.fullmatch(r"\d{4}H\d")
    times = rows["period_kind"].map({"fiscal_year": 1, "calendar_year": 1, "quarter": 4}).mask(half, 2)
    rows = rows.assign(times=times, yearly=rows["value_low"] * times).dropna(subset="times")
    return rows.sort_values(["times", "year"], ascending=[True, False]).drop_duplicates(["article", "entity"])


@rule("change_level")
def upside_told_as_a_rise(book: Book) -> Iterator[tuple]:
    """One figure given both as the rise of a target price and as its distance from the share price."""
    pairs = book.of(".*target_price_change").merge(
        book.of(".*target_price_upside"), on=["article", "entity", "value_low"], suffixes=("", "_upside")
    )
    for row in pairs[pairs["value_low"] > -100].itertuples():
        target = book.of("target_price", entity=row.entity, article=row.article)["value_low"].max()
        close = target / (1 + row.value_low / 100)
        yield (row.claim_id, row.claim_id_upside), {"percent": f"{row.value_low:g}", "close": f"{close:,.2f}"}


@rule("mixed_sample")
def totals_against_means(book: Book) -> Iterator[tuple]:
    """Contract totals whose price per MW and year is not the mean printed beside them."""
    rows = book.of("contract_value|contracted_power|contract_term_mean|price_per_mw_year")
    wide = rows.pivot_table(index=["article", "entity"], columns="metric", values="value_low", aggfunc="first")
    if wide.shape[1] < 4:
        return
    implied = wide["contract_value"] / wide["contracted_power"] / wide["contract_term_mean"]
    for key in wide.index[_differ(wide["price_per_mw_year"], implied, 0.05)]:
        ids = rows.loc[(rows["article"] == key[0]) & (rows["entity"] == key[1]), "claim_id"]
        yield tuple(ids), both(wide.at[key, "price_per_mw_year"], implied[key], "USD")


@rule("mixed_sample")
def sum_of_another(book: Book) -> Iterator[tuple]:
    """A figure of one company that is the sum of the figures listed for another."""
    keys = ["article", "metric", "period", "unit"]
    sums = (
        book.rows[book.rows["money"]]
        .groupby([*keys, "entity"], sort=False)
        .agg(total=("value_low", "sum"), count=("value_low", "size"), ids=("claim_id", tuple))
    )
    several = sums[sums["count"] > 1].reset_index()
    pairs = book.rows.merge(several, on=keys, suffixes=("", "_other"))
    wrong = (pairs["entity"] != pairs["entity_other"]) & ~_differ(pairs["value_low"], pairs["total"], 0.01)
    for row in pairs[wrong].itertuples():
        yield (row.claim_id, *row.ids), {"entity": row.entity, "other": row.entity_other,
                                         "value": words.value(row.value_low, row.unit)}  # fmt: skip


@rule("mixed_sample")
def parts_of_no_whole(book: Book) -> Iterator[tuple]:
    """Values per MW of all, of one and of another kind of power whose implied shares do not add up."""
    rows = book.of("ev_per_mw_.*")
    rows = rows.assign(whole=rows["metric"].str.contains("total"))
    for _, each in rows.groupby(["article", "entity"], sort=False):
        whole, parts = each[each["whole"]], each[~each["whole"]]
        share = sum(whole["value_low"].iloc[0] / parts["value_low"]) if len(whole) and len(parts) > 1 else 1
        if abs(share - 1) > 0.1:
            yield tuple(each["claim_id"]), {"share": f"{share:.0%}"}


@rule("overlap")
def growth_of_parts_above_the_whole(book: Book) -> Iterator[tuple]:
    """Segments whose shares and growth together bring more growth than there was."""
    key = ["article", "entity", "period"]
    growth = book.of(".*_growth", comparison="yoy")
    share = book.of(".*_share").assign(part=lambda rows: rows["metric"].str.removesuffix("_share"))
    parts = share.merge(growth.assign(part=growth["metric"].str.removesuffix("_growth")), on=[*key, "part"],
                        suffixes=("", "_growth"))  # fmt: skip
    whole = growth[growth["metric"] == "revenue_growth"]
    parts = parts.merge(whole[[*key, "claim_id", "value_low"]], on=key, suffixes=("", "_whole"))
    ratio = 1 - 1 / (1 + parts["value_low_growth"] / 100)
    parts = parts.assign(points=parts["value_low"] * ratio * (1 + parts["value_low_whole"] / 100))
    for _, each in parts.groupby(key, sort=False):
        if len(each) > 1 and each["points"].sum() > each["value_low_whole"].iloc[0]:
            ids = (*each["claim_id"], *each["claim_id_growth"], each["claim_id_whole"].iloc[0])
            yield ids, {"points": f"{each['points'].sum():.1f}", "growth": f"{each['value_low_whole'].iloc[0]:g}"}


@rule("overlap")
def shares_above_the_whole(book: Book) -> Iterator[tuple]:
    """Shares of one thing that add to more than all of it."""
    rows = book.of(".*(?:^|_)share(?:_.*)?", unit="pct")
    stem = rows["metric"].str.extract(r"^(survey_driver|.*?_?share|.*?)_")[0]
    rows = rows[~rows["metric"].str.endswith("_share") | rows["metric"].str.startswith("survey")].assign(stem=stem)
    for key, each in rows.groupby(["article", "entity", "period", "stem"], sort=False):
        total = each["value_low"].sum()
        if each["metric"].nunique() > 1 and total > 100.5:
            yield tuple(each["claim_id"]), {"entity": key[1], "total": f"{total:g}"}


@rule("gross_net")
def gross_far_above_operating(book: Book) -> Iterator[tuple]:
    """A gross margin so far above the operating one that depreciation must be missing from its costs."""
    gross = book.of("(?:.*_)?gross_margin")
    pairs = gross.merge(book.of(".*operating_margin"), on=["article", "period", "unit"], suffixes=("", "_operating"))
    wrong = pairs[pairs["value_low"] - pairs["value_low_operating"] > 40]
    for claim, each in wrong.groupby("claim_id", sort=False):
        gap = each["value_low"].iloc[0] - each["value_low_operating"].max()
        yield (claim, *each["claim_id_operating"]), {"gap": f"{gap:g}"}


@rule("gross_net")
def net_above_operating(book: Book) -> Iterator[tuple]:
    """A net margin assumed above the operating margin that the company earns."""
    keys = ["ticker", "period"]
    income = book.of("operating_income").merge(
        book.of("revenue"), on=[*keys, "unit", "article"], suffixes=("", "_revenue")
    )
    income = income[(income["ticker"] != "") & (income["value_low_revenue"] > 0)]
    income = income.assign(margin=100 * income["value_low"] / income["value_low_revenue"]).drop_duplicates(
        "claim_id", keep="last"
    )
    pairs = book.of("net_margin").merge(income, on="ticker", suffixes=("", "_operating"))
    for row in pairs[pairs["value_low"] > pairs["margin"]].itertuples():
        ids = (row.claim_id, row.claim_id_operating, row.claim_id_revenue)
        yield ids, {"net": f"{row.value_low:g}", "operating": f"{row.margin:.1f}"}


@rule("gross_net")
def one_off_in_the_operating_loss(book: Book) -> Iterator[tuple]:
    """A write-off that makes the operating loss, beside a net loss: added back whole it is not taxed."""
    keys = ["article", "entity", "period", "unit"]
    rows = book.of(".*impairment.*|.*write_?off.*").merge(
        book.of("operating_income"), on=keys, suffixes=("", "_operating")
    )
    rows = rows.merge(book.of("net_income"), on=keys, suffixes=("", "_net"))
    wrong = (rows["value_low_operating"] < 0) & (rows["value_low"] >= -0.9 * rows["value_low_operating"])
    for row in rows[wrong & (rows["value_low_net"] < 0)].itertuples():
        yield (row.claim_id_net, row.claim_id), {"sum": words.value(row.value_low + row.value_low_net, row.unit)}


@rule("gross_net")
def surprise_on_another_basis(book: Book) -> Iterator[tuple]:
    """An adjusted figure set against a consensus that may hold the one-off left out."""
    keys = ["article", "entity", "period"]
    rows = book.of(".*_surprise", comparison="vs_consensus")
    rows = rows.assign(base=rows["metric"].str.removesuffix("_surprise"))
    one_off = rows.merge(book.of("one_off_.*"), on=keys, suffixes=("", "_one_off"))
    base = book.rows[["claim_id", "metric", *keys]].rename(columns={"metric": "base"})
    for row in one_off.merge(base, on=[*keys, "base"], suffixes=("", "_base")).itertuples():
        yield (row.claim_id_base, row.claim_id, row.claim_id_one_off), {
            "amount": words.value(row.value_low_one_off, row.unit_one_off)}  # fmt: skip


@rule("bound")
def bound_broken_by_a_member(book: Book) -> Iterator[tuple]:
    """What is said of every member of a group, and does not hold for one that is listed."""
    bound = book.saying(r"\beach\b|\ball\b|\bevery\b|\babove\b|\bmore than\b|\bover\b")
    bound = bound.merge(book.members, left_on="entity", right_on="group")
    same = bound.merge(
        book.rows, left_on=["member", "metric", "unit"], right_on=["entity", "metric", "unit"], suffixes=("", "_member")
    )
    same = same[(same["value_high_member"] < same["value_low"])]
    each = bound[bound["metric"].str.endswith("_per_company")]
    whole = each.merge(
        book.of("capex|.*_spending"), left_on=["member", "unit"], right_on=["entity", "unit"], suffixes=("", "_member")
    )
    whole = whole[
        whole["period_kind_member"].isin(["fiscal_year", "calendar_year"])
        & (whole["value_high_member"] <= whole["value_low"])
    ]
    for claim, found in pd.concat([same, whole]).groupby("claim_id", sort=False):
        names = words.listing(list(dict.fromkeys(found["member"])))
        yield (claim, *found["claim_id_member"]), {"names": names, "bound": _shown(found.iloc[0])}


@rule("wording")
def two_figures_for_one(book: Book) -> Iterator[tuple]:
    """One quantity of one period told twice in an article, in words and in figures, and not alike."""
    keys = ["article", "entity", "metric", "period", "unit", "comparison"]
    loose = book.saying(r"\b(?:half|a third|two thirds|a quarter|three quarters)\b")
    pairs = loose[loose["unit"] == "pct"].merge(book.rows, on=keys, suffixes=("", "_other"))
    for row in pairs[(pairs["value_low"] - pairs["value_low_other"]).abs() > 1].itertuples():
        yield (row.claim_id, row.claim_id_other), {"one": f"{row.value_low:.3g}", "other": f"{row.value_low_other:.3g}"}


@rule("wording")
def rank_against_value(book: Book) -> Iterator[tuple]:
    """Ranks in an order that the values do not follow."""
    keys = ["article", "entity", "period"]
    pairs = book.of(".*_rank", unit="rank").merge(
        book.of(".*_value|.*_share|revenue|market_cap"), on=keys, suffixes=("", "_value")
    )
    pairs = pairs[pairs["metric"].str.removesuffix("_rank") == pairs["metric_value"].str.removesuffix("_value")]
    groups = ["article", "period", "metric", "metric_value", "unit_value"]
    ordered = pairs.sort_values("value_low")
    below = ordered.groupby(groups, sort=False)[["claim_id", "claim_id_value", "value_low_value", "entity"]].shift(-1)
    both = ordered.join(below.add_suffix("_next"))
    for row in both[both["value_low_value"] < both["value_low_value_next"]].itertuples():
        ids = (row.claim_id, row.claim_id_next, row.claim_id_value, row.claim_id_value_next)
        yield ids, {"first": row.entity, "second": row.entity_next}


@rule("wording")
def second_customer_too_large(book: Book) -> Iterator[tuple]:
    """A contract that alone is more than the share left for the second customer."""
    top, first = book.of("customer_concentration_top2"), book.of("customer_concentration_(?!top).*")
    rows = top.merge(first, on=["article", "entity", "period", "ticker"], suffixes=("", "_first"))
    rows = rows.sort_values("value_low_first").drop_duplicates("claim_id")
    rows = rows.merge(book.of("revenue"), on=["article", "ticker", "period"], suffixes=("", "_revenue"))
    rows = rows.drop_duplicates("claim_id", keep="last").merge(_yearly_contracts(book), on=["article", "ticker"])
    rows = rows[rows["started"] <= rows["year_revenue"]]
    share = 100 * rows["yearly"] / rows["value_low_revenue"]
    for row in rows.assign(share=share)[share > rows["value_low"] - rows["value_low_first"]].itertuples():
        ids = (row.claim_id, row.claim_id_first, row.claim_id_contract, row.claim_id_term, row.claim_id_revenue)
        yield ids, {"share": f"{row.share:.1f}", "left": f"{row.value_low - row.value_low_first:g}"}


def _yearly_contracts(book: Book) -> pd.DataFrame:
    rows = book.of("contract_value").merge(
        book.of("contract_term"), on=["article", "entity", "ticker"], suffixes=("", "_term")
    )
    rows = rows[rows["ticker"] != ""]
    return pd.DataFrame({
        "article": rows["article"], "ticker": rows["ticker"], "claim_id_contract": rows["claim_id"],
        "claim_id_term": rows["claim_id_term"], "yearly": rows["value_low"] / rows["value_low_term"],
        "started": rows["year"], "unit_contract": rows["unit"],
    })  # fmt: skip


@rule("nfold_interval")
def level_from_the_start(book: Book) -> Iterator[tuple]:
    """A contract spread evenly would give more in its first year than all revenue of that year."""
    revenue = book.of("revenue").rename(columns={"year": "started"})
    rows = _yearly_contracts(book).merge(revenue, on=["article", "ticker", "started"])
    for row in rows[rows["yearly"] > rows["value_high"]].itertuples():
        ids = (row.claim_id_contract, row.claim_id_term, row.claim_id)
        yield ids, both(row.yearly, row.value_high, row.unit)


@rule("wording")
def money_for_a_part(book: Book) -> Iterator[tuple]:
    """A sum committed with a power that costs several times the sum to build."""
    pairs = book.of("commitment_value", unit="USD").merge(
        book.of("contracted_power"), on=["article", "entity"], suffixes=("", "_mw")
    )
    per_gw = pairs["value_high"] / (pairs["value_low_mw"] / 1000)
    for row in pairs.assign(per_gw=per_gw)[per_gw < GW_COST / 2].itertuples():
        built = row.value_high / GW_COST
        yield (row.claim_id, row.claim_id_mw), {"per_gw": words.value(row.per_gw, "USD"), "built": f"{built:.1f}"}


@rule("wording")
def equal_sums_in_a_circle(book: Book) -> Iterator[tuple]:
    """Three or more commitments of exactly one sum."""
    rows = book.of("commitment_value")
    for (_, value, unit), each in rows.groupby(["article", "value_low", "unit"], sort=False):
        if each["entity"].nunique() > 2:
            yield tuple(each["claim_id"]), {"value": words.value(value, unit), "count": len(each)}


@rule("wording")
def days_in_a_row(book: Book) -> Iterator[tuple]:
    """A fall told as so many falling days in a row that chance would hardly give."""
    rows = book.of(".*day_count")
    for row in rows[
        (rows["value_low"] >= 10) & rows["text"].str.contains("consecutive|in a row|straight")
    ].itertuples():
        same = book.of(".*return.*", article=row.article, entity=row.entity, period=row.period)
        yield (row.claim_id, *same["claim_id"]), {"days": f"{row.value_low:g}"}


def _differ(one: pd.Series, other: pd.Series, tolerance: float = SAME) -> pd.Series:
    return (one / other - 1).abs() > tolerance


def _shown(row: pd.Series) -> str:
    return f"{row['value_low']:g}%" if row["unit"] == "pct" else words.value(row["value_low"], row["unit"])
