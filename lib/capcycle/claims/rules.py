"""Rules that read units, scales, dates, sums, spans and definitions in any file of claims."""

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.claims import load
from capcycle.claims.detect import rule

WATTS = (700, 4000)  # what a GPU draws with its server, network and cooling
FACTORS = (1e-4, 1e-2, 1e-1, 10, 100, 1e4)  # slips between 万, 亿, million and billion
SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9, "tn": 1e12, "trillion": 1e12,
          "gw": 1e3}  # fmt: skip
DIGITS = r"\d+(?:,\d{{3}})*(?:\.\d+)?(?!\d)"
NUMERAL = rf"(?P<first>{DIGITS})(?:\s*(?:-|–|to|至)\s*(?P<last>{DIGITS}))?\s*(?:(?P<scale>{{scales}})(?![a-z]))?"
NUMBER_WORDS = "one two three four five six seven eight nine ten eleven twelve"
COUNTED = {name: number for number, name in enumerate(NUMBER_WORDS.split(" "), start=1)}
MULTIPLES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
YEARS = rf"\b(?:in|over)(?: the past)? ({'|'.join(COUNTED)}|\d+) years"
PAST = r"\b(?:began|was|were|started|rose|fell|passed|set|founded|returned|changed|grew|sold|raised)\b"
SLIPS = (1e3, 1e4, 1e6, 1e8, 1e9)  # thousand, 万, million, 亿, billion
NEAR, ALIKE, SERIES = 2.5, 10, 4  # times off a slip; times between figures of one series; how many make one
HUNDREDTH = (1 / 300, 1 / 30)  # of other percentages: what a fraction looks like among them
REPORTING = 45  # days after a quarter's end by which its figures are out
LATER = 0.05  # by how much a later figure must differ to overtake an earlier one
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
RATIOS = r"(?:ps|pe|ev|relative_pe|forward_pe).*|.*(?:multiple|subscription|_to_|_per_|_vs_).*"

Found = Iterator[tuple[tuple[str, ...], dict[str, str]]]


# ---- units and scales


@rule("wrong_unit")
def unit_of_the_quantity(claims: pd.DataFrame) -> Found:
    """A quantity given in a unit that it cannot have."""
    for metric, unit in UNIT_OF.items():
        rows = _of(claims, metric)
        for row in rows[~rows["unit"].str.fullmatch(unit)].itertuples():
            right = unit.replace("[A-Z]{3}", words.say("claims.currency")).replace("|", ", ")
            yield (row.claim_id,), {"metric": row.metric.replace("_", " "), "unit": row.unit, "right": right}


@rule("scale_slip")
def watts_per_gpu(claims: pd.DataFrame) -> Found:
    """A site's power and its number of GPUs that give each GPU more or less than it can draw."""
    sites = claims.query("unit == 'GPU'").merge(
        claims.query("unit == 'MW'"), on=["article", "entity", "period"], suffixes=("", "_mw")
    )
    for row in sites[(sites["value_low"] > 0) & (sites["value_low_mw"] > 0)].itertuples():
        low, high = row.value_low_mw * 1e6 / row.value_high, row.value_high_mw * 1e6 / row.value_low
        if not _can_be_drawn(low, high):
            draw = _span(f"{low:,.3g}", f"{high:,.3g}")
            right = _likely_count(low, high, row.value_low, row.value_high)
            yield (row.claim_id, row.claim_id_mw), {"draw": draw, "right": right}


def _can_be_drawn(low: float, high: float) -> bool:
    return WATTS[0] <= low and high <= WATTS[1]


def _likely_count(low: float, high: float, fewest: float, most: float) -> str:
    """The GPUs that a slip between number words would make right, or what a GPU can draw."""
    factor = next((each for each in FACTORS if _can_be_drawn(low / each, high / each)), None)
    if factor is None:
        return words.say("claims.range", low=f"{WATTS[0]:,}", high=f"{WATTS[1]:,}")
    return words.say(
        "claims.times", factor=_digits(factor), range=_span(_digits(fewest * factor), _digits(most * factor))
    )


@rule("scale_slip")
def sentence_against_value(claims: pd.DataFrame) -> Found:
    """A sentence whose numeral is the value moved by some places: a number word was read as another."""
    numerals = _numerals(claims).join(claims[["claim_id", "unit", "value_low", "value_high"]])
    ratios = [numerals[column].abs() / numerals["numeral"] for column in ("value_low", "value_high")]
    percent = numerals["unit"].isin(["pct", "pp"]).map({True: 1.0, False: 0.01})  # 21% is 0.21x, and never 0.21 percent
    agree = pd.concat([(ratio / size - 1).abs() < 0.01 for ratio in ratios for size in (1.0, percent)], axis=1)
    agree = agree.any(axis=1)
    slipped = pd.concat([_is_slip(ratio) for ratio in ratios], axis=1).any(axis=1)
    wrong = numerals[slipped & ~agree.groupby(level=0).transform("any")]
    for row in wrong.groupby(level=0).first().itertuples():
        yield (row.claim_id,), {"numeral": _digits(row.numeral), "value": _digits(row.value_low)}


@rule("scale_doubt")
def one_of_a_series(claims: pd.DataFrame) -> Found:
    """A figure some thousand times as large or as small as all others of its quantity, which are alike."""
    for _, series in claims[claims["value_low"] != 0].groupby(["entity", "metric", "unit"], sort=False):
        for row in series.itertuples() if len(series) >= SERIES else ():
            others = series["value_low"].drop(row.Index).abs()
            times = abs(row.value_low) / others.median()
            slip = next((each for each in SLIPS if 1 / NEAR < max(times, 1 / times) / each < NEAR), None)
            if slip and others.max() <= ALIKE * others.min():
                right = row.value_low * (slip if times < 1 else 1 / slip)
                yield (row.claim_id,), _beside(row, others, right)


@rule("scale_doubt")
def fraction_among_percentages(claims: pd.DataFrame) -> Found:
    """A percentage below one where all others of its quantity are some hundred times as large."""
    for _, series in claims[(claims["unit"] == "pct") & (claims["value_low"] != 0)].groupby("metric", sort=False):
        for row in series[series["value_low"].abs() < 1].itertuples():
            others = series["value_low"].drop(row.Index).abs()
            if (
                others.gt(1).any()
                and others.min() > 1
                and HUNDREDTH[0] < abs(row.value_low) / others.median() < HUNDREDTH[1]
            ):
                yield (row.claim_id,), _beside(row, others, 100 * row.value_low)


def _beside(row, others: pd.Series, right: float) -> dict[str, str]:
    span = _span(*(_digits(end) for end in (others.min(), others.max())))
    metric = row.metric.replace("_", " ")
    return {
        "value": _digits(row.value_low),
        "others": span,
        "metric": metric,
        "unit": row.unit,
        "right": _digits(right),
    }


def _numerals(claims: pd.DataFrame) -> pd.DataFrame:
    """Every numeral of every sentence with its scale, by the place of the claim."""
    numbers = load.aliases().query("kind == 'number'")
    scales = SCALES | dict(zip(numbers["alias"], numbers["name"].astype(float), strict=True))
    pattern = NUMERAL.format(scales="|".join(sorted(scales, key=len, reverse=True)))
    matches = claims["text"].str.extractall(pattern)
    scale = matches["scale"].map(scales).fillna(1.0).astype(float)
    sides = [pd.to_numeric(matches[side].str.replace(",", "")) * scale for side in ("first", "last")]
    spelt = claims["text"].str.extractall(rf"\b({'|'.join(COUNTED)})\b(?:[ -]({'|'.join(MULTIPLES)})\b)?")
    spelt = spelt[0].map(COUNTED) * spelt[1].map(MULTIPLES).fillna(1.0).astype(float)
    every = pd.concat([*sides, spelt]).astype(float).dropna().rename("numeral").droplevel("match")
    return every[every > 0].to_frame()


def _is_slip(ratio: pd.Series) -> pd.Series:
    """Whether a ratio is a power of ten, up to nine places either way."""
    places = np.log10(ratio.where(ratio > 0))
    whole = places.round()
    return ((places - whole).abs() < 0.003) & whole.abs().between(1, 9)


# ---- dates


@rule("stale_period")
def dated_before_publication(claims: pd.DataFrame) -> Found:
    """A turning point foreseen for a time that was already past when the text appeared."""
    rows = claims[(claims["unit"] == "year") & claims["basis"].isin(["estimate", "forecast", "target"])]
    past = _last_day(rows["period"], rows["value_high"]) < _day(rows["published"])
    for row in rows[past & ~rows["text"].str.contains(PAST)].itertuples():
        yield (row.claim_id,), {"period": row.period, "published": row.published}


@rule("stale_period")
def older_quarter_than_known(claims: pd.DataFrame) -> Found:
    """A quarter's figure quoted when the next quarter's was out, and not beside a newer one."""
    rows = claims[(claims["period_kind"] == "quarter") & (claims["basis"] == "reported")]
    ended = _last_day(rows["period"], rows["year"])
    next_is_out = ended + pd.DateOffset(months=3) + pd.Timedelta(days=REPORTING)
    newest = ended.groupby([rows["article"], rows["entity"], rows["metric"]]).transform("max")
    for row in rows[(_day(rows["published"]) > next_is_out) & (ended == newest)].itertuples():
        yield (row.claim_id,), {"period": row.period, "published": row.published}


@rule("superseded")
def overtaken_by_a_later_text(claims: pd.DataFrame) -> Found:
    """The same quantity and period in a later article, with another value."""
    keys = ["entity", "metric", "unit", "period"]
    rows = claims[(claims["published"] != "") & claims["basis"].isin(["reported", "target", "forecast"])]
    rows = rows.assign(day=_day(rows["published"])).sort_values("day", kind="stable")
    pairs = rows.merge(rows.drop_duplicates(keys, keep="last"), on=keys, suffixes=("", "_later"))
    later = pairs[(pairs["day"] < pairs["day_later"]) & (pairs["article"] != pairs["article_later"])]
    for row in later[(later["value_low"] / later["value_low_later"] - 1).abs() > LATER].itertuples():
        amounts = {"earlier": words.value(row.value_low, row.unit), "later": words.value(row.value_low_later, row.unit)}
        yield (row.claim_id, row.claim_id_later), amounts


def _day(text: pd.Series) -> pd.Series:
    return pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")


def _last_day(period: pd.Series, year: pd.Series) -> pd.Series:
    """The last day of a period such as 2023Q3, 2024-06 or 2024; of the year beside it where the label says nothing."""
    quarter = pd.to_numeric(period.str.extract(r"^\d{4}Q(\d)$")[0]) * 3
    month = pd.to_numeric(period.str.extract(r"^\d{4}-(\d\d)")[0])
    named = pd.to_numeric(period.str.extract(r"^(\d{4})")[0]).fillna(year)
    months = quarter.fillna(month).fillna(12)
    first = pd.to_datetime({"year": named.fillna(2200), "month": months, "day": 1}, errors="coerce")
    return first + pd.offsets.MonthEnd(0)


# ---- sums


@rule("overlap")
def shares_above_the_whole(claims: pd.DataFrame) -> Found:
    """Shares of one thing that add to more than all of it."""
    rows = _of(claims[claims["unit"] == "pct"], ".*share.*")
    stems = rows["metric"].str.extract(r"^(.+_share)_.+$|^(.+_.+)_[a-z0-9]+_share$")  # share_of_x_y, or x_y_share
    rows = rows.assign(whole=stems[0].fillna(stems[1]))
    for key, each in rows.groupby(["article", "entity", "period", "whole"], sort=False):
        total = each["value_low"].sum()
        if each["metric"].nunique() > 1 and total > 100.5:
            yield tuple(each["claim_id"]), {"entity": key[1], "total": f"{total:g}"}


# ---- spans


@rule("nfold_interval")
def years_miscounted(claims: pd.DataFrame) -> Found:
    """Growth "in three years" between two years that lie two apart."""
    spoken = claims["text"].str.extract(YEARS)[0].dropna()
    rows = claims.loc[spoken.index]
    spoken = spoken.map(COUNTED).fillna(pd.to_numeric(spoken, errors="coerce"))
    span = rows["period"].str.extract(r"^FY(\d{4})\D+FY(\d{4})").astype(float)
    rows = rows.assign(spoken=spoken, steps=span[1] - span[0]).dropna(subset="steps")
    for _, each in rows[rows["steps"] != rows["spoken"]].groupby(["article", "entity"], sort=False):
        row = each.iloc[0]
        counts = {"spoken": f"{row['spoken']:g}", "steps": f"{row['steps']:g}", "period": row["period"]}
        yield tuple(each["claim_id"]), counts


# ---- definitions and names


@rule("quarter_label")
def fiscal_or_calendar(claims: pd.DataFrame) -> Found:
    """Quarters of a company with another fiscal year, labelled like those of the others in the article."""
    rows = claims[(claims["period_kind"] == "quarter") & (claims["basis"] == "reported")]
    rows = _of(rows[rows["period"].str.fullmatch(r"\d{4}Q\d")], "(?!holding|position).*")
    month = rows["ticker"].str.split("/").str[0].map(facts.companies()["fiscal_year_end"])
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


@rule("denominator")
def undefined_ratio(claims: pd.DataFrame) -> Found:
    """A multiple whose name does not say of what."""
    rows = claims[claims["unit"] == "x"]
    for row in rows[~rows["metric"].str.fullmatch(RATIOS)].itertuples():
        yield (row.claim_id,), {"metric": row.metric.replace("_", " ")}


@rule("spoken_name")
def misheard_name(claims: pd.DataFrame) -> Found:
    """A name that speech recognition or a translator wrote down by its sound."""
    for alias in load.aliases().query("kind in ['misheard', 'untranslated']").itertuples():
        pattern = rf"(?i)\b{re.escape(alias.alias)}\b"
        named = claims["paraphrase"].str.contains(pattern) | claims["entity"].str.contains(pattern)
        for claim in claims.loc[named, "claim_id"]:
            yield (claim,), {"alias": alias.alias, "name": alias.name}


def _of(claims: pd.DataFrame, pattern: str) -> pd.DataFrame:
    """The claims whose metric a pattern matches in full."""
    return claims[claims["metric"].str.fullmatch(pattern)]


def _span(low: str, high: str) -> str:
    return low if low == high else words.say("claims.to", low=low, high=high)


def _digits(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1 else f"{number:g}"
