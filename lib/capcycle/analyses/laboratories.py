"""What private rounds ask for revenue, loss and commitments of AI laboratories, and what each round bought."""

from contextlib import suppress

import pandas as pd

from capcycle import study, words
from capcycle.analyses import rounds
from capcycle.analyses.commitment_network import promises
from capcycle.errors import NothingToShow
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Multiple, model
from capcycle.quantity import Quantity, missing, newest, total
from capcycle.study import Case
from capcycle.words import Sentence, say

NEAR = pd.Timedelta(days=183)  # between a round and sales: in half a year those of a laboratory may double
LOSSES = ("net_income", "cash_burn")  # of a year: a loss below zero, or cash spent
SHOWN = ("valuation", "annual_sales", "value_to_sales", "step_up", "sales_multiple", "loss_to_sales",
         "commitments_to_sales")  # fmt: skip


@model(verdict="value_to_sales", better="lower", value_to_sales=Multiple, step_up=Multiple, sales_multiple=Multiple,
       loss_to_sales=Multiple, commitments_to_sales=Multiple)  # fmt: skip
def laboratory(valuation: Amount, valuation_before: Amount, annual_sales: Amount, annual_sales_before: Amount,
               annual_loss: Amount, sales_of_that_year: Amount, committed_purchases: Amount):  # fmt: skip
    """A private value against a year's sales, how both grew, and what is lost and promised for each unit of sales.

    Formula: value_to_sales = valuation / annual_sales; step_up and sales_multiple are each figure over that before;
             loss_to_sales = annual_loss / sales_of_that_year; commitments_to_sales = committed_purchases / annual_sales
    Units:   one currency; sales are a month's or a quarter's made a year's. Value and sales are rarely of one day.
    Source:  Tencent Technology (2024) on OpenAI: 86bn after 29bn is 2.97 times; 3.5bn after 1.6bn 2.19 times; a loss
             of 4bn is 1.14 of 3.5bn, and 86bn on 3.5bn are 24.6 times sales.

    >>> [round(float(each), 2) for each in laboratory(86.0, 29.0, 3.5, 1.6, 4.0, 3.5, 0.0)]
    [24.57, 2.97, 2.19, 1.14, 0.0]
    """
    return (per(valuation, annual_sales), per(valuation, valuation_before),
                      per(annual_sales, annual_sales_before), per(annual_loss, sales_of_that_year),
                      per(committed_purchases, annual_sales))  # fmt: skip


def valued(book: Book, name: str) -> pd.DataFrame:
    """The rounds of a company that put a value on it, the oldest first, in the currency of the book.

    Errors: ModelError for one without a round, with those that have.
    """
    rounds.of(book, name)
    rows = book.register("rounds").query("name == @name and post_money == post_money").sort_values("date")
    return book.into(book.money).restated(rows, ["post_money", "amount", "amount_high"])


def sales(book: Book, name: str) -> pd.DataFrame:
    """A laboratory's sales at a year's pace, the oldest first, `value` the middle of what is reported."""
    rows = book.register("estimates").query("name == @name and measure == 'revenue_annualised'")
    own = rows.assign(date=pd.to_datetime(rows["period"]) + pd.offsets.MonthEnd(0), value=(rows.low + rows.high) / 2)
    return own.sort_values("date")


def case(book: Book, name: str) -> Case:
    """A laboratory's newest value, sales and loss, those before, and all that it has firmly signed to buy.

    Errors: ModelError for one without a round, with those that have.
    """
    worth, sold = valued(book, name), sales(book, name)
    own = book.register("estimates").query("name == @name").sort_values("period")
    lost = own[own["measure"].isin(LOSSES)].assign(value=lambda rows: rows["low"].abs())
    year = lost["period"].max()
    earned = own[own["measure"].eq("revenue") & own["period"].eq(year)].assign(value=lambda rows: rows["low"])
    given = {"valuation": _row(worth, "valuation", "post_money"),
             "valuation_before": _row(worth[:-1], "valuation_before", "post_money"),
             "annual_sales": _row(sold, "annual_sales"),
             "annual_sales_before": _row(sold[:-1], "annual_sales_before"),
             "annual_loss": _row(lost.assign(date=pd.to_datetime(lost["period"])), "annual_loss"),
             "sales_of_that_year": _row(earned.assign(date=pd.to_datetime(earned["period"])), "sales_of_that_year"),
             "committed_purchases": promised(book, name)}  # fmt: skip
    return study.case(laboratory, book, "", **given)


def promised(book: Book, name: str) -> Quantity:
    """What a laboratory has firmly signed to buy or to rent, all years together."""
    each = []
    with suppress(NothingToShow):  # nobody's promises were public
        rows = promises(book).query("giver == @name and group == 'order' and firm and amount > 0")
        each = [Quantity("committed_purchases", row["amount"], row["currency"], kind=row["kind"], source=row["source"])
                for row in rows.to_dict("records")]  # fmt: skip
    none = missing("committed_purchases", study.not_public("committed_purchases"))
    return total(each, "committed_purchases") if each else none


def _row(rows: pd.DataFrame, name: str, column: str = "value") -> Quantity:
    return newest(rows.assign(unit=rows["currency"] if "currency" in rows else rows["unit"]), name,
                  study.not_public(name), column)  # fmt: skip


def verdict(lab: Case, name: str) -> Sentence:
    """What the newest value is of the newest sales, and what is promised for each unit of them."""
    told = [study.tell(lab, f"laboratories.verdict_{key}", name=name) for key, needed in
            (("value", "value_to_sales"), ("promised", "commitments_to_sales"))
            if not lab.alone(needed).missing]  # fmt: skip
    return words.paragraph(*(told or [say("laboratories.verdict_none", name=name)]))


def by_date(book: Book, name: str) -> Exhibit:
    """Each value of a laboratory over its sales at the nearest date before and after, within half a year of it."""
    worth, sold = valued(book, name), sales(book, name)
    rows = pd.DataFrame([
        {"label": words.day(row.date), "group": say(f"laboratories.side.{side}"), "value": row.post_money / one.value,
         "unit": "multiple", "kind": "estimated", "source": f"{row.source} {one.source}",
         "note": say("laboratories.of_day", day=words.day(one.date))}
        for row in worth.itertuples() for side, near in (("before", sold[sold["date"] <= row.date].tail(1)),
                                                        ("after", sold[sold["date"] > row.date].head(1)))
        for one in near.itertuples() if abs(row.date - one.date) <= NEAR
    ], columns=["label", "group", "value", "unit", "kind", "source", "note"])  # fmt: skip
    key = "title" if len(rows) else "none"
    ends = {"least": words.value(rows["value"].min(), "multiple"), "most": words.value(rows["value"].max(), "multiple")}
    frame = marks.worded("laboratories.by_date", id=parts.slug("value-to-sales", name),
                         title=say(f"laboratories.by_date.{key}", name=name, **ends))  # fmt: skip
    return marks.dots(rows, frame)
