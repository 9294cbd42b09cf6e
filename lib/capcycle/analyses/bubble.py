"""Whether prices rose with earnings or beyond them: the parts of the return."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from capcycle import exhibits, study, words
from capcycle.errors import NothingToShow
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book, door, prices
from capcycle.measure import measure
from capcycle.measures import Measures
from capcycle.models.maths import logarithm, per
from capcycle.models.registry import Fraction, model
from capcycle.panel import select
from capcycle.quantity import Quantity, missing
from capcycle.study import Case, Cases
from capcycle.words import Sentence, say

PARTS = ("from_earnings", "from_valuation", "from_dividends")
YEAR = 252  # trading days in a year
STALE = pd.Timedelta(days=100)  # a quarter, after which a count of shares is that of another


@model(verdict="valuation_share", better="lower", total_return=Fraction, from_earnings=Fraction,
       from_valuation=Fraction, from_dividends=Fraction, log_return=Fraction, added_return=Fraction,
       valuation_share=Fraction)  # fmt: skip
def return_decomposition(eps_growth: Fraction, multiple_change: Fraction,
                         dividend_return: Fraction):  # fmt: skip
    """What part of a return earnings, the multiple and dividends brought: in logarithms, whose parts add up.

    Formula: total_return = (1 + eps_growth) * (1 + multiple_change) * (1 + dividend_return) - 1; each part is the
             logarithm of its factor; added_return is the plain sum of the three, as brokers print it
    Units:   fractions; logarithms are those of one plus a fraction. Missing where a factor is not positive.
    Source:  S&P 500 from 2014 to 2024 as printed: 127 + 52 points of price and 54 of dividends make 233 %; compounded,
             earnings and the multiple alone would be 2.27 * 1.52 - 1 = 245 %.

    >>> found = return_decomposition(1.27, 0.52, 0.54)
    >>> round(float(found.added_return), 2), round(float(return_decomposition(1.27, 0.52, 0.0).total_return), 2)
    (2.33, 2.45)
    """
    factors = [1 + each for each in (eps_growth, multiple_change, dividend_return)]
    earnings, valuation, dividends = map(logarithm, factors)
    whole = earnings + valuation + dividends
    return (factors[0] * factors[1] * factors[2] - 1, earnings, valuation, dividends, whole,
                         eps_growth + multiple_change + dividend_return, per(valuation, whole))  # fmt: skip


@study.starts_by_company(return_decomposition)
def decompositions(book: Book, start: str = "", end: str = "") -> Cases:
    """Each company's change of price between two closes, by the earnings per share that were public on either day.

    start  the day from which it counts; empty for two years before the end, or the first close
    end    empty for the newest close
    Errors: NothingToShow for days without closes, and for such as do not rise.
    """
    closes = book.prices().loc[: door.day(end)]
    last = closes.tail(1)
    first = (closes.loc[: door.day(start)] if start else closes.tail(2 * YEAR + 1).head(1)).tail(1)
    if first.empty or not first.index[0] < last.index[0]:
        raise NothingToShow(say("bubble.no_span", start=start or words.DASH, end=end or words.DASH))
    now, before = (book.on(f"{row.index[0]:%Y-%m-%d}") for row in (last, first))
    newest, found = _filed(now), {}
    then = _filed(before)[0] if len(before.facts) else None
    for company in book.companies:
        price = _close(last, company) / _close(first, company)
        earned = _per_share(*(study.newest(each, company) for each in newest))
        known = study.newest(then, company).day if then else pd.NaT  # end of the newest year public on the first day
        earned_before = _per_share(*(_at(each, company, known) for each in newest))
        grown = earned / earned_before
        none = Quantity("dividend_return", 0.0, "fraction", reason=say("bubble.no_dividends"), kind="derived",
                        since=first.index[0], day=last.index[0])  # fmt: skip
        found[company] = study.case(
            return_decomposition, book, company, eps_growth=(grown - 1).called("eps_growth", "fraction"),
            multiple_change=(price / grown - 1).called("multiple_change", "fraction"), dividend_return=none,
        )  # fmt: skip
    return Cases(found)


def _filed(book: Book) -> tuple[Measures, Measures]:
    """Income of twelve months and shares of a quarter, in dollars as closes are."""
    book = book.into("USD")
    return measure("net_income", select(book, "ttm")), measure("shares_diluted", select(book, "quarter"))


def _at(measures: Measures, company: str, day: pd.Timestamp) -> Quantity:
    """The newest figure of a day, as it is known later: on the shares after any split."""
    own = measures.known_of(company)
    rows = own[own["period_end"].between(day - STALE, day)]
    if rows.empty:
        said = {"name": words.lower(words.name(measures.name)), "day": words.day(day)} if day == day else {}
        why = say("bubble.none_then", **said) if said else study.not_public(measures.name)
        return missing(measures.name, why, measures.unit)
    return study.figure(measures, company, rows["period"].iloc[-1])


def _per_share(income: Quantity, shares: Quantity) -> Quantity:
    """Earnings per share; missing for a loss, of which no price is a multiple."""
    if not income.missing and income.value <= 0:
        return missing("eps_trailing", say("bubble.loss", until=income.until))
    return income / shares


def _close(row: pd.DataFrame, company: str) -> Quantity:
    if company not in row or np.isnan(row[company].iloc[0]):
        return missing("share_price", say("bubble.no_close", day=words.day(row.index[0])))
    return Quantity("share_price", float(row[company].iloc[0]), "USD/share", kind="estimated", source=prices.SOURCE,
                    since=row.index[0], day=row.index[0])  # fmt: skip


def verdict(each: Mapping[str, Case]) -> Sentence:
    """How much of the companies' return came from dearer shares, and whose most."""
    known = {name: case for name, case in each.items() if not case.lacking}
    middle = exhibits.median(known, "valuation_share")
    dearer = sum(float(case.outputs.from_valuation) > 0 for case in known.values())
    told = [
        words.counted("bubble.verdict", len(known), dearer=words.counted("bubble.dearer", dearer), day=_first(each))
    ]
    if not middle.missing:
        told.append(say("bubble.verdict_share" if middle.value > 0 else "bubble.verdict_fell", share=middle.shown))
    return words.paragraph(*told)


def _first(each: Mapping[str, Case]) -> str:
    """The day of the first close, in words."""
    return next((words.day(case.inputs["dividend_return"].since) for case in each.values()), words.DASH)


def parts_of_return(each: Mapping[str, Case]) -> Exhibit:
    """What earnings and the multiple brought each company, a column that adds up to the logarithm of its return."""
    known = {case.name: case for case in each.values() if not case.lacking}
    rows = pd.DataFrame([
        {"x": name, "label": words.name(part), "group": words.name(part), "value": float(getattr(case.outputs, part)),
         "unit": "fraction", "kind": case.kind, "source": case.source, "note": ""}
        for name, case in known.items() for part in PARTS if getattr(case.outputs, part)
    ])  # fmt: skip
    lacking = [say("bubble.lacking", company=case.name, reason=case.lacking) for case in each.values() if case.lacking]
    cheaper = [name for name, case in known.items() if float(case.outputs.from_valuation) < 0]
    title = (
        words.counted("bubble.parts.title", len(cheaper), count_all=len(known), day=_first(each))
        if known
        else say("bubble.none")
    )
    frame = marks.worded("bubble.parts", *lacking, id="parts-of-return", title=title)
    return marks.stacked(rows, frame) if len(rows) else marks.nothing(frame)
