"""Rules about ratios: what is divided by what, and whether two of them divide by the same thing."""

from collections.abc import Iterator

from capcycle import words
from capcycle.claims.detect import Book, rule
from capcycle.claims.rules_time import both

KNOWN_RATIOS = r"(?:ps|pe|ev|relative_pe|forward_pe).*|.*(?:multiple|subscription|_to_|_per_|_vs_).*"


@rule("denominator")
def value_above_all_income(book: Book) -> Iterator[tuple]:
    """A value per MW above all the income that a MW's contract can bring: the divisor is too small."""
    price = book.of("price_per_mw_year").merge(
        book.of("contract_term_mean"), on=["article", "entity"], suffixes=("", "_term")
    )
    price = price.merge(book.of("noi_margin"), on=["article", "entity"], suffixes=("", "_margin"))
    income = price["value_high"] * price["value_high_term"] * price["value_high_margin"] / 100
    pairs = book.of("ev_per_mw_.*").merge(price.assign(income=income), on="article", suffixes=("", "_price"))
    for row in pairs[pairs["value_low"] > pairs["income"]].itertuples():
        ids = (row.claim_id, row.claim_id_price, row.claim_id_term, row.claim_id_margin)
        yield ids, both(row.value_low, row.income, "USD")


@rule("denominator")
def shares_of_different_wholes(book: Book) -> Iterator[tuple]:
    """Shares of one supplier that divide by different things."""
    rows = book.saying(r"\bnvidia\b|\bgpus?\b")
    rows = rows[
        rows["unit"].isin(["pct", "MW"])
        & rows["metric"].str.contains(r"share|nvidia")
        & ~rows["metric"].str.contains("price|ev_")
    ]
    of_whole = rows[rows["metric"].str.contains("compute|power")]
    for _, each in of_whole.groupby(of_whole["year"], sort=False):
        if each["entity"].nunique() > 2:
            yield tuple(each["claim_id"]), {"count": each["entity"].nunique()}


@rule("denominator")
def undefined_ratio(book: Book) -> Iterator[tuple]:
    """A multiple whose name does not say of what."""
    rows = book.rows[(book.rows["unit"] == "x") & book.rows["metric"].str.contains("efficiency|productivity|intensity")]
    for row in rows[~rows["metric"].str.fullmatch(KNOWN_RATIOS)].itertuples():
        yield (row.claim_id,), {"metric": row.metric.replace("_", " ")}


@rule("denominator")
def year_or_sum(book: Book) -> Iterator[tuple]:
    """An amount "by" a year, several times today's, that may be a yearly figure or a sum."""
    later = book.saying(r"\bby 20\d\d")
    later = later[later["money"] & ~later["text"].str.contains(r"a year|annual|cumulative|in all|total")]
    grown = set(book.of(".*cagr.*")["entity"])
    pairs = later.merge(book.rows, on=["entity", "metric", "unit"], suffixes=("", "_now"))
    wide = pairs[(pairs["year"] > pairs["year_now"]) & (pairs["value_low"] > 3 * pairs["value_high_now"])]
    for row in wide[~wide["entity"].isin(grown)].itertuples():
        average = words.value(row.value_low / (row.year - row.year_now), row.unit)
        yield (row.claim_id, row.claim_id_now), {"average": average, "low": words.value(row.value_low, row.unit)}


@rule("denominator")
def funding_below_debt(book: Book) -> Iterator[tuple]:
    """All money raised, less than the debt alone."""
    pairs = book.of("cumulative_funding").merge(
        book.of("total_debt"), on=["article", "entity", "unit"], suffixes=("", "_debt")
    )
    for row in pairs[pairs["value_high"] < pairs["value_low_debt"]].itertuples():
        yield (row.claim_id, row.claim_id_debt), both(row.value_high, row.value_low_debt, row.unit)


@rule("denominator")
def sales_multiple_without_debt(book: Book) -> Iterator[tuple]:
    """Price to sales of a company whose debt is a large part of its price."""
    rows = book.of("ps_ratio").merge(book.of("total_debt"), on=["article", "entity"], suffixes=("", "_debt"))
    rows = rows.merge(
        book.of("valuation|market_cap", basis="target"), on=["article", "entity"], suffixes=("", "_value")
    )
    rows = rows[rows["value_low_value"] > 0]
    for row in rows[rows["value_low_debt"] > 0.15 * rows["value_low_value"]].itertuples():
        with_debt = row.value_low * (1 + row.value_low_debt / row.value_low_value)
        yield (row.claim_id, row.claim_id_value, row.claim_id_debt), {
            "without": f"{row.value_low:g}", "with_debt": f"{with_debt:.1f}"}  # fmt: skip


@rule("denominator")
def earnings_that_end(book: Book) -> Iterator[tuple]:
    """A price to earnings above the years that the contract behind the earnings lasts."""
    pairs = book.of("pe_ratio.*").merge(book.of("contract_term", unit="years"), on="article", suffixes=("", "_term"))
    for row in pairs[pairs["value_high"] > pairs["value_high_term"]].drop_duplicates("claim_id").itertuples():
        yield (
            (row.claim_id, row.claim_id_term),
            {"multiple": f"{row.value_high:g}", "years": f"{row.value_high_term:g}"},
        )
