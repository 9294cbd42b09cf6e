"""Rules that a claim can break by itself, or together with the figures of the same thing in the same article."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from capcycle import words
from capcycle.claims.detect import Book, rule

WATTS = (700, 4000)  # what a GPU draws with its server, network and cooling
FACTORS = (1e-4, 1e-2, 1e-1, 10, 100, 1e4)  # slips between 万, 亿, million and billion
HOSTING = 3e6  # USD per MW and year: above it the price holds more than a building with power
SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9, "tn": 1e12, "trillion": 1e12,
          "gw": 1e3}  # fmt: skip
DIGITS = r"\d+(?:,\d{{3}})*(?:\.\d+)?(?!\d)"
NUMERAL = rf"(?P<first>{DIGITS})(?:\s*(?:-|–|to|至)\s*(?P<last>{DIGITS}))?\s*(?:(?P<scale>{{scales}})(?![a-z]))?"
NUMBER_WORDS = "one two three four five six seven eight nine ten eleven twelve"
MULTIPLES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
COUNTED = {name: n for n, name in enumerate(NUMBER_WORDS.split(" "), start=1)}
FAMILIES = {"power": r"\b[kmg]?w\b|watt", "compute": "flops", "money": r"\busd\b|\brmb\b|\bhkd\b|dollar|yuan|\$"}
UNIT_OF = {  # what a quantity can be measured in, by the end of its name
    r".*(margin|concentration|roic).*_change": "pp",
    r".*(?<!estimate)_(growth|margin|share)": "pct|pp",
    r".*(throughput|flops).*": "FLOPS",
    r".*power_capacity|contracted_power": "MW",
    r"gpu_count.*": "GPU",
    r".*_rank": "rank",
    r"(ps|pe|p/e)_ratio.*|.*_multiple": "x",
    r"revenue|net_income|operating_income|capex|free_cash_flow|market_cap": "[A-Z]{3}",
}


@rule("scale_slip")
def watts_per_gpu(book: Book) -> Iterator[tuple]:
    """A site's power and its number of GPUs, or a stated draw, outside what a GPU can use."""
    sites = book.rows.query("unit == 'GPU'").merge(
        book.rows.query("unit == 'MW'"), on=["article", "entity", "period"], suffixes=("", "_mw")
    )
    for row in sites[(sites["value_low"] > 0) & (sites["value_low_mw"] > 0)].itertuples():
        low, high = row.value_low_mw * 1e6 / row.value_high, row.value_high_mw * 1e6 / row.value_low
        if not _within(low, high):
            yield (row.claim_id, row.claim_id_mw), _watts(low, high, row.value_low, row.value_high)
    for row in book.rows[book.rows["unit"].isin(["W/GPU", "kW/GPU"])].itertuples():
        size = 1e3 if row.unit == "kW/GPU" else 1
        if not _within(row.value_low * size, row.value_high * size):
            yield (row.claim_id,), _watts(row.value_low * size, row.value_high * size, row.value_low, row.value_high)


def _within(low: float, high: float) -> bool:
    return WATTS[0] <= low and high <= WATTS[1]


def _watts(low: float, high: float, first: float, last: float) -> dict[str, str]:
    factor = next((each for each in FACTORS if _within(low / each, high / each)), None)
    draw = _span(f"{low:,.3g}", f"{high:,.3g}")
    if factor is None:
        return {"draw": draw, "right": words.say("claims.range", low=f"{WATTS[0]:,}", high=f"{WATTS[1]:,}")}
    span = _span(_plain(first * factor), _plain(last * factor))
    return {"draw": draw, "right": words.say("claims.times", factor=_plain(factor), range=span)}


def _span(low: str, high: str) -> str:
    return low if low == high else words.say("claims.to", low=low, high=high)


@rule("scale_slip")
def sentence_against_value(book: Book) -> Iterator[tuple]:
    """A sentence whose numeral is the value moved by some places: a number word was read as another."""
    said = _numerals(book).join(book.rows[["claim_id", "value_low", "value_high"]])
    ratios = [said[column].abs() / said["said"] for column in ("value_low", "value_high")]
    agree = pd.concat([(ratio / size - 1).abs() < 0.01 for ratio in ratios for size in (1.0, 0.01)], axis=1).any(axis=1)
    slipped = pd.concat([_is_slip(ratio) for ratio in ratios], axis=1).any(axis=1)
    wrong = said[slipped & ~agree.groupby(level=0).transform("any")]
    for row in wrong.groupby(level=0).first().itertuples():
        yield (row.claim_id,), {"said": _plain(row.said), "value": _plain(row.value_low)}


def _numerals(book: Book) -> pd.DataFrame:
    """Every numeral of every sentence with its scale, by the place of the claim."""
    numbers = book.aliases[book.aliases["kind"] == "number"]
    scales = SCALES | dict(zip(numbers["alias"], numbers["name"].astype(float), strict=True))
    pattern = NUMERAL.format(scales="|".join(sorted(scales, key=len, reverse=True)))
    found = book.rows["text"].str.extractall(pattern)
    scale = found["scale"].map(scales).fillna(1.0).astype(float)
    sides = [pd.to_numeric(found[side].str.replace(",", "")) * scale for side in ("first", "last")]
    spelt = book.rows["text"].str.extractall(rf"\b({'|'.join(COUNTED)})\b(?:[ -]({'|'.join(MULTIPLES)})\b)?")
    spelt = spelt[0].map(COUNTED) * spelt[1].map(MULTIPLES).fillna(1.0).astype(float)
    every = pd.concat([*sides, spelt]).astype(float).dropna().rename("said").droplevel("match")
    return every[every > 0].to_frame()


def _is_slip(ratio: pd.Series) -> pd.Series:
    """Whether a ratio is a power of ten, up to nine places either way."""
    places = np.log10(ratio.where(ratio > 0))
    whole = places.round()
    return ((places - whole).abs() < 0.003) & whole.abs().between(1, 9)


@rule("scale_slip")
def hundredth_of_a_million(book: Book) -> Iterator[tuple]:
    """A count written as a small part of a million: 万 put into another language word for word."""
    for row in book.saying(r"\b0\.0\d+ (?:million|billion)").itertuples():
        yield (row.claim_id,), {"value": _plain(row.value_low)}


@rule("scale_slip")
def total_below_a_part(book: Book) -> Iterator[tuple]:
    """All that was spent so far, smaller than one quarter's spending or write-off."""
    rows = book.rows[book.rows["money"]]
    total = rows[rows["period"].eq("cumulative") | rows["metric"].str.contains("cumulative")]
    part = rows[rows["period_kind"].eq("quarter") & rows["metric"].str.contains("impairment|capex|investment")]
    pairs = total.merge(part, on=["entity", "unit"], suffixes=("", "_part"))
    for row in pairs[pairs["value_high"] < pairs["value_low_part"]].itertuples():
        factor = next(each for each in (10, 100, 1e4, 1e6) if row.value_high * each > row.value_low_part)
        yield (row.claim_id, row.claim_id_part), {
            "total": words.value(row.value_high, row.unit), "part": words.value(row.value_low_part, row.unit),
            "right": words.value(row.value_high * factor, row.unit),
        }  # fmt: skip


@rule("scale_slip")
def year_above_the_plan(book: Book) -> Iterator[tuple]:
    """A year's spending well above the yearly average of the plan it belongs to."""
    plan = book.of("planned_.*investment.*")
    plan = plan.assign(years=pd.to_numeric(plan["period"].str.extract(r"^(\d+) years")[0])).dropna(subset="years")
    pairs = book.of("annual_.*investment.*").merge(plan, on=["entity", "unit"], suffixes=("", "_plan"))
    pairs = pairs.assign(average=pairs["value_high_plan"] / pairs["years"])
    wrong = pairs[pairs["value_low"] > 1.1 * pairs["average"]]
    for claim, rows in wrong.groupby("claim_id"):
        row = rows.iloc[0]
        yield (claim, *rows["claim_id_plan"]), {
            "low": words.value(row["value_low"], row["unit"]), "average": words.value(row["average"], row["unit"]),
        }  # fmt: skip


@rule("wrong_unit")
def unit_of_the_quantity(book: Book) -> Iterator[tuple]:
    """A quantity given in a unit that it cannot have."""
    for metric, unit in UNIT_OF.items():
        rows = book.of(metric)
        for row in rows[~rows["unit"].str.fullmatch(unit)].itertuples():
            right = unit.replace("[A-Z]{3}", words.say("claims.currency")).replace("|", ", ")
            yield (row.claim_id,), {"metric": row.metric.replace("_", " "), "unit": row.unit, "right": right}


@rule("wrong_unit")
def two_quantities_equated(book: Book) -> Iterator[tuple]:
    """A sentence that sets equal what is measured in units of two kinds."""
    equal = book.saying(r"\bequals?\b")
    kinds = pd.DataFrame({name: equal["text"].str.contains(pattern) for name, pattern in FAMILIES.items()}, equal.index)
    for index, row in equal[kinds.sum(axis=1) > 1].iterrows():
        named = [name for name in FAMILIES if kinds.at[index, name]]
        sites = _same_place(book, row, "MW")
        yield (row["claim_id"], *sites), {"one": named[0], "other": named[1]}


def _same_place(book: Book, row: pd.Series, unit: str) -> list[str]:
    """The claims of a unit on the same thing and period."""
    rows = book.rows
    same = (rows["unit"] == unit) & (rows["entity"] == row["entity"]) & (rows["period"] == row["period"])
    return list(rows.loc[same & (rows["article"] == row["article"]), "claim_id"])


@rule("wrong_unit")
def amount_told_as_a_count(book: Book) -> Iterator[tuple]:
    """An amount of money told as a number of things: the currency was lost."""
    sizes, things = r"\b(?:millions?|billions?|trillions?|m|bn|tn)\b", "(?:ai )?(?:data cent|gpu|chip|plant|site)"
    things = rf"{sizes}(?: more| additional| new)? {things}"
    rows = book.saying(things)
    for row in rows[rows["money"] & ~rows["text"].str.contains(FAMILIES["money"])].itertuples():
        yield (row.claim_id,), {"unit": row.unit}


@rule("ads_share")
def per_share_of_a_dual_listing(book: Book) -> Iterator[tuple]:
    """Earnings per share of a company that trades as shares and as ADSs, without saying which."""
    rows = book.of(".*(?:eps|earnings_per_share).*")
    dual = rows["ticker"].str.contains("/") & ~rows["text"].str.contains(
        r"per ads|\bads (?:loss|earnings)|per ordinary"
    )
    mute = rows["text"].str.contains("does not say per ads")
    income = book.of("net_income").drop_duplicates(["entity", "period"]).set_index(["entity", "period"])
    unclear = rows["unit"].str.endswith("/share") & (rows["value_low"] != 0) & (dual | mute)
    for row in rows[unclear].itertuples():
        key = (row.entity, row.period)
        held = key in income.index
        count = income.at[key, "value_low"] / row.value_low if held else float("nan")
        ids = (income.at[key, "claim_id"], row.claim_id) if held else (row.claim_id,)
        yield ids, {"count": words.value(count, "shares"), "unit": row.unit.split("/")[0]}


@rule("stray")
def nobody_in_particular(book: Book) -> Iterator[tuple]:
    """Claims about nobody, by nobody, or of no time, in an article on something else."""
    rows = book.rows
    nobody = rows["entity"].str.contains(r"(?i)^(?:unattributed|unknown)") | rows["speaker"].str.fullmatch(
        "(?i)unknown"
    )
    found = rows[nobody | rows["period"].str.fullmatch("(?i)unknown")]
    for article, each in found.groupby("article", sort=False):
        yield tuple(each["claim_id"]), {"article": article, "units": words.listing(sorted(set(each["unit"])))}


@rule("spoken_name")
def misheard_name(book: Book) -> Iterator[tuple]:
    """A name that speech recognition or a translator wrote down by its sound."""
    for alias in book.aliases[book.aliases["kind"].isin(["misheard", "untranslated"])].itertuples():
        pattern = rf"(?i)\b{re.escape(alias.alias)}\b"
        rows = book.rows
        said = rows["paraphrase"].str.contains(pattern) | rows["entity"].str.contains(pattern)
        for claim in rows.loc[said, "claim_id"]:
            yield (claim,), {"alias": alias.alias, "name": alias.name}


@rule("spoken_name")
def unnamed_but_known(book: Book) -> Iterator[tuple]:
    """Somebody unnamed whose figure is that of somebody named, for the same metric and period."""
    rows = book.rows[book.rows["money"]]
    unnamed = rows["entity"].str.contains(r"(?i)\bunnamed\b")
    pairs = rows[unnamed].merge(rows[~unnamed], on=["metric", "unit", "period"], suffixes=("", "_named"))
    near = (pairs["value_low"] / pairs["value_low_named"] - 1).abs() < 0.01
    for claim, found in pairs[near].groupby("claim_id", sort=False):
        yield (claim, *found["claim_id_named"]), {"name": words.listing(sorted(set(found["entity_named"])))}


@rule("mixed_sample")
def dearer_than_a_building(book: Book) -> Iterator[tuple]:
    """A price per MW and year that can only hold machines besides the building."""
    rows = book.rows[book.rows["unit"] == "USD/MW/yr"]
    for row in rows[rows["value_high"] > HOSTING].itertuples():
        yield (row.claim_id,), {"price": words.value(row.value_high, "USD")}


def _plain(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1 else f"{number:g}"
