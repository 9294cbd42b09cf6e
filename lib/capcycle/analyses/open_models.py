"""Can a model keep its price? What tokens of one quality cost, how fast that falls, what a closed model may add."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from capcycle import facts, study, words
from capcycle.errors import ModelError, NothingToShow, unknown
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.models.maths import logarithm, per
from capcycle.models.registry import Fraction, Multiple, Number, Years, model
from capcycle.study import Case
from capcycle.words import Sentence, say

SCORES = ("gpqa", "mmlu")
YEAR = pd.Timedelta(days=365)  # as Epoch counts
LEAST = 4  # prices that a rate is fitted to
PER_TOKEN = "USD/million-tokens"


@model(verdict="fall_per_year", better="lower", price_fall=Multiple, fall_per_year=Multiple, years_to_halve=Years)
def price_fall(first_token_price: Number, last_token_price: Number, years_between: Years):
    """How many times cheaper tokens of one quality became, in all and by year; volume must grow as much as that.

    Formula: price_fall = first_token_price / last_token_price; fall_per_year = price_fall ** (1 / years_between)
             years_to_halve = log 2 / log fall_per_year
    Units:   USD per million tokens; years; times.
    Source:  a16z (November 2024): from 60 to 0.06 in three years is a thousand times, ten times a year. Stanford's AI
             Index 2025: from 20 in November 2022 to 0.07 in October 2024 is 280 times.

    >>> found = price_fall(60.0, 0.06, 3.0)
    >>> round(float(found.price_fall)), round(float(found.fall_per_year), 2), round(float(found.years_to_halve), 2)
    (1000, 10.0, 0.3)
    """
    fall = per(first_token_price, last_token_price)
    yearly = fall ** (1 / years_between)
    return fall, yearly, per(np.log(2.0), logarithm(yearly))


@model(verdict="closed_premium", better="higher", closed_premium=Multiple, open_saving=Fraction,
       closed_revenue_share=Fraction)  # fmt: skip
def open_or_closed(closed_token_price: Number, open_token_price: Number, closed_token_share: Fraction):
    """What a closed model's tokens cost against an open one's, and what part of the revenue that leaves to closed ones.

    Formula: closed_premium = closed_token_price / open_token_price; open_saving = 1 - 1 / closed_premium
             closed_revenue_share: closed_token_share of the tokens at the one price, the rest at the other
    Units:   USD per million tokens; the share of all tokens that closed models answer.
    Source:  Nagle and Yue (November 2025): 1.86 against 0.23 saves 87 %; 80 % of tokens are 96 % of revenue.

    >>> [round(float(each), 2) for each in open_or_closed(1.86, 0.23, 0.8)]
    [8.09, 0.88, 0.97]
    """
    closed, other = closed_token_share * closed_token_price, (1 - closed_token_share) * open_token_price
    return (per(closed_token_price, open_token_price), 1 - per(open_token_price, closed_token_price),
                   per(closed, closed + other))  # fmt: skip


@study.starts(open_or_closed)
def market(book: Book, company: str = "") -> Case:
    """All tokens of one market place: mean prices of closed and of open models, and the closed ones' part."""
    return study.case(open_or_closed, book, company)


def prices(book: Book, score: str = "gpqa") -> pd.DataFrame:
    """Every dated price of a model that has a score, the oldest first, with the score as `level`.

    Errors: ModelError for a score that is not recorded; NothingToShow where no price was public yet.

    >>> first = prices(facts.open(), "mmlu").iloc[0]
    >>> first["model"], float(first["price"]), float(first["level"])
    ('GPT-3 (davinci)', 60.0, 0.439)
    """
    if score not in SCORES:
        raise ModelError(unknown("score", [score], SCORES))
    table = book.register("token_prices").dropna(subset=score)
    if table.empty:
        raise NothingToShow("no price of tokens was public yet: choose a later date")
    return table.assign(level=table[score]).sort_values(["date", "price"], ignore_index=True)


def cheapest(book: Book, score: str, level: float) -> pd.DataFrame:
    """Whenever tokens of at least this level became cheaper than ever before: the model and its price.

    Models that think before they answer are left out, as their tokens are not worth as much.

    >>> cheapest(facts.open(), "mmlu", 0.86)["price"].tolist()
    [37.5, 15.0, 7.5, 2.19, 0.175]
    """
    able = prices(book, score).query("level >= @level and reasoning == 'no'")
    return able[able["price"] < able["price"].cummin().shift(fill_value=np.inf)]


def fall_per_year(steps: pd.DataFrame) -> float:
    """How many times cheaper a year, by a line through the logarithms of some prices; NaN of fewer than four.

    Source:  Epoch AI (12 March 2025), whose fit this is: 42.0 for GPQA Diamond from GPT-4's 33 %.

    >>> round(fall_per_year(cheapest(facts.open(), "gpqa", 0.33)), 1)
    42.0
    """
    if len(steps) < LEAST:
        return float("nan")
    years = (steps["date"] - steps["date"].iloc[0]) / YEAR
    return float(np.exp(-np.polyfit(years, np.log(steps["price"]), 1)[0]))


def lasting(steps: pd.DataFrame) -> float:
    """The same where the prices lie a year or more apart: what fell for seven months has no yearly rate.

    >>> lasting(cheapest(facts.open(), "gpqa", 0.56))  # June 2024 to February 2025
    nan
    """
    long = len(steps) > 0 and steps["date"].iloc[-1] - steps["date"].iloc[0] >= YEAR
    return fall_per_year(steps) if long else float("nan")


def falls(book: Book, levels: Sequence[float], score: str) -> Exhibit:
    """A bar for each level of a score: how many times cheaper a year its tokens became."""
    rows = pd.DataFrame([_fall(book, score, level) for level in levels])
    known = rows.dropna(subset="value").sort_values("value")
    ends = {end: words.value(known["value"].iloc[at], "multiple") if len(known) else ""
            for end, at in {"low": 0, "high": -1}.items()}  # fmt: skip
    years = {end: f"{known[end].agg(way):%Y}" if len(known) else "" for end, way in (("since", "min"), ("to", "max"))}
    title = words.counted("open_models.falls.title", min(len(known), 2), **ends, **years)
    return marks.columns(rows, marks.worded("open_models.falls", id="token-price-falls", title=title,
                                            score=say(f"open_models.score.{score}")))  # fmt: skip


def _fall(book: Book, score: str, level: float) -> dict[str, object]:
    steps = cheapest(book, score, level)
    ends = [steps.iloc[0], steps.iloc[-1]] if len(steps) else []
    note = say("open_models.steps", first=_of(ends[0]), last=_of(ends[1]), count=len(steps)) if ends else ""
    if (rate := lasting(steps)) != rate and fall_per_year(steps) > 0:
        note = say("open_models.short", steps=note)
    since, to = (end["date"] for end in ends) if ends else (pd.NaT, pd.NaT)
    return {"label": say("open_models.level", level=words.value(level, "fraction")), "value": rate, "since": since,
            "to": to, "unit": "multiple", "kind": "estimated", "source": facts.documents(steps["source"]),
            "note": note or say("open_models.no_steps")}  # fmt: skip


def _of(row: pd.Series) -> str:
    price = words.value(row["price"], PER_TOKEN)
    return say("open_models.step", model=row["model"], price=price, day=words.day(row["date"]))


def premiums(book: Book, score: str) -> pd.DataFrame:
    """For each open model the cheapest closed one that was at least as good on the day of its price, if there was one.

    Columns of `prices`, and `closed`, `closed_price`, `premium`, `documents`.
    """
    table = prices(book, score)
    rows = []
    for own in table[table["open"].eq("yes")].itertuples():
        able = table[table["open"].eq("no") & table["date"].le(own.date) & table["level"].ge(own.level)]
        now = able.drop_duplicates("model", keep="last")
        if len(now):
            best = now.loc[now["price"].idxmin()]
            rows.append(own._asdict() | {"closed": best["model"], "closed_price": best["price"],
                                         "premium": best["price"] / own.price,
                                         "documents": f"{own.source} {best['source']}"})  # fmt: skip
    return pd.DataFrame(rows, columns=[*table.columns, "closed", "closed_price", "premium", "documents"])


def beside(book: Book, score: str) -> Exhibit:
    """What the cheapest closed model of at least the quality of each open one cost on its first day, against it."""
    found = premiums(book, score)
    rows = pd.DataFrame({
        "label": [say("open_models.of_day", model=row.model, day=words.day(row.date)) for row in found.itertuples()],
        "value": found["premium"], "unit": "multiple", "kind": "estimated", "source": found["documents"],
        "note": [say("open_models.against", closed=row.closed, price=words.value(row.closed_price, PER_TOKEN),
                     own=words.value(row.price, PER_TOKEN)) for row in found.itertuples()],
    })  # fmt: skip
    middle = words.value(found["premium"].median(), "multiple")
    title = words.counted("open_models.beside.title", min(len(found), 1), middle=middle)
    score = say(f"open_models.score.{score}")
    return marks.columns(rows, marks.worded("open_models.beside", id="closed-premiums", title=title, score=score))


def verdict(book: Book, score: str, level: float) -> Sentence:
    """What tokens of a level cost first and last, how fast they fell, and the newest premium of a closed model."""
    steps, found = cheapest(book, score, level), premiums(book, score)
    given = {"score": say(f"open_models.score.{score}"), "level": words.value(level, "fraction")}
    rate = lasting(steps)
    told = [say("open_models.too_few", **given)]
    if rate == rate:
        ends = {"first": _of(steps.iloc[0]), "last": _of(steps.iloc[-1])}
        told = [say("open_models.fell", rate=words.value(rate, "multiple"), count=len(steps), **ends, **given)]
    if len(found):
        last = found.iloc[-1]
        told.append(say("open_models.newest", model=last["model"], closed=last["closed"],
                        premium=words.value(last["premium"], "multiple"), day=words.day(last["date"])))  # fmt: skip
    return words.paragraph(*told)
