"""What a day did to one security: the market's part of its move, what is beyond it, and what that is in money."""

from dataclasses import replace

from capcycle import study
from capcycle.analyses.prices import ESTIMATED, Event
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Number, model
from capcycle.quantity import Quantity, missing
from capcycle.study import Case
from capcycle.words import say

DOLLAR = "USD"
UNITS = {"move": "fraction", "market_move": "fraction", "alpha": "fraction", "market_beta": "number",
         "standard_error": "fraction", "market_value_before": DOLLAR}  # fmt: skip


@model(verdict="abnormal_return", better="higher", expected_return=Fraction, abnormal_return=Fraction,
       in_errors=Number, value_won=Amount)  # fmt: skip
def event_return(move: Fraction, market_move: Fraction, alpha: Fraction, market_beta: Number,
                 standard_error: Fraction, market_value_before: Amount):  # fmt: skip
    """What of a security's move the market explains, what is left in points and in standard errors, and the money.

    Formula: expected_return = alpha + market_beta * market_move; abnormal_return = move - expected_return;
             in_errors = abnormal_return / standard_error; value_won = market_value_before * move
    Units:   fractions of the close before; of several days the returns are added up.
    Source:  MacKinlay (1997) for the market model. NVIDIA on 27 January 2025: from 142.62 to 118.42 is -16.97 %, of
             3.493tn 593bn.

    >>> found = event_return(-0.1697, -0.0141, 0.0, 2.66, 0.023, 3.493e12)
    >>> round(float(found.abnormal_return), 3), round(float(found.value_won) / 1e9)
    (-0.132, -593)
    """
    expected = alpha + market_beta * market_move
    beyond = move - expected
    return expected, beyond, per(beyond, standard_error), market_value_before * move


def case(found: Event) -> Case:
    """The first security of an event, with what the market model took for it."""
    row = found.rows.iloc[0]
    given = {name: Quantity(name, float(row[name]), unit, since=found.day, day=found.day, **ESTIMATED)
             for name, unit in UNITS.items()}  # fmt: skip
    given["market_value_before"] = replace(given["market_value_before"], source=row["worth_source"])
    if given["market_value_before"].missing:
        given["market_value_before"] = missing(
            "market_value_before", say("prices.no_value", names=row["label"]).rstrip("."), DOLLAR
        )
    return study.case(event_return, found.book, row["symbol"], **given)


@study.starts(event_return)
def _start(book: Book, company: str) -> Case:
    return study.bound(event_return, book, company)
