"""Results with and without what will not come again: charges, impairments and subsidies, after the tax they bear."""

from collections.abc import Mapping

import pandas as pd

from capcycle import exhibits, study, words
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, model
from capcycle.quantity import DERIVED, Quantity
from capcycle.study import Case
from capcycle.words import say

AFTER_TAX = "net_income"
PRINTED = ("reported", "charge", "gross_without", "without", "with_all", "margin_without", "margin_with")


@model(verdict="margin_without", better="higher", without=Amount, with_all=Amount, margin_without=Fraction,
       margin_with=Fraction, gross_without=Amount)  # fmt: skip
def one_off(reported: Amount, charge: Amount, included: Fraction, result_tax: Fraction, sales: Amount):
    """A result with and without an item that is not expected again, after the tax that the item bears.

    Formula: without = reported + included * charge * (1 - result_tax); with_all = without - charge * (1 - result_tax);
             gross_without leaves out the tax
    Units:   amounts; a charge is above zero, a gain below; included is 1 where the printed result has the item, else 0;
             result_tax is 0 for a result before tax.
    Source:  Kingsoft Cloud's third quarter of 2025: 652m without 170m of subsidies, on 2,478m.

    >>> found = one_off(652e6, -170e6, 0.0, 0.0, 2478e6)
    >>> float(found.with_all), round(float(found.margin_without), 3), round(float(found.margin_with), 3)
    (822000000.0, 0.263, 0.332)
    """
    net = charge * (1 - result_tax)
    without = reported + included * net
    margins = (per(each, sales) for each in (without, without - net))
    return (without, without - net, *margins, reported + included * charge)


@model(verdict="implied_revenue", better="higher", implied_revenue=Amount, implied_part=Amount)
def implied_revenue(adjusted_ebitda: Amount, ebitda_margin: Fraction, part_share: Fraction):
    """The revenue that a printed result and its margin imply, and the part of it that a share is of.

    Formula: implied_revenue = adjusted_ebitda / ebitda_margin; implied_part = implied_revenue * part_share
    Units:   amounts in one currency; fractions.
    Source:  Kingsoft Cloud's third quarter of 2025: 652m at 26.3 %, 32 % of it AI.

    >>> round(float(implied_revenue(652e6, 0.263, 0.32).implied_part) / 1e6)
    793
    """
    sales = per(adjusted_ebitda, ebitda_margin)
    return sales, sales * part_share


def cases(book: Book) -> dict[str, Case]:
    """Every item that a text names as not to come again, by words for the company, the result and the item."""
    table = book.register("one_offs")
    rows = table[table["company"].isin(book.companies)]
    return {_called(row): _printed(book.into(row["currency"]), row) for _, row in rows.iterrows()}


def _called(row: pd.Series) -> str:
    result = words.lower(words.name(row["result"]))
    return say("one_offs.item", company=row["name"], result=result, item=row["item"], day=words.day(row["period_end"]))


def _printed(book: Book, row: pd.Series) -> Case:
    columns = {"reported": "reported", "charge": "charge", "sales": "revenue"}
    given = {name: study.entry(row, column, row["currency"]) for name, column in columns.items()}
    given |= {name: each for name, concept in (("reported", row["result"]), ("sales", "revenue"))
              for each in _filed(book, row, concept)}  # fmt: skip
    taxed = row["result"] == AFTER_TAX
    tax = study.assumption(book, "tax_rate", row["company"]) if taxed else _known("result_tax", 0.0)
    included = _known("included", float(row["included"] == "yes"))
    return study.case(one_off, book, row["company"], **given, result_tax=tax, included=included)


def _filed(book: Book, row: pd.Series, concept: str) -> list[Quantity]:
    """The figure of a document of the company itself for the same period, which is more exact than one in a text."""
    own = book.own(row["company"]).facts
    same = own[own["concept"].eq(concept) & own["kind"].eq("reported") & own["period_end"].eq(row["period_end"])
               & own["period_start"].eq(row["period_start"])]  # fmt: skip
    return [study.entry(each, "value", row["currency"]) for _, each in same.tail(1).iterrows()]


def _known(name: str, value: float) -> Quantity:
    return Quantity(name, value, "fraction", kind=DERIVED, reason=say(f"one_offs.{name}"))


def stated(book: Book) -> str:
    """What companies themselves call their result without an item, beside the item added back without tax."""
    table = book.register("one_offs").dropna(subset="stated")
    return " ".join(
        say(
            "one_offs.stated",
            company=row["name"],
            stated=words.value(row["stated"], row["currency"]),
            gross=words.value(row["reported"] + row["charge"], row["currency"]),
        )
        for _, row in table[table["company"].isin(book.companies)].iterrows()
    )


def items(book: Book, each: Mapping[str, Case]) -> Exhibit:
    """Printed results with and without their one-off items, after tax."""
    if not each:
        return marks.nothing(marks.worded("one_offs.items", title=say("one_offs.no_items"), stated=""))
    turned = [case for case in each.values() if case.inputs["reported"].value < 0 < float(case.outputs.without)]
    key, first = "turned" if turned else "moved", (turned or list(each.values()))[0]
    name = next(name for name, case in each.items() if case is first)
    rows = book.register("one_offs")
    result = {_called(row): words.lower(words.name(row["result"])) for _, row in rows.iterrows()}[name]
    title = study.tell(first, f"one_offs.{key}", result_words=result)
    return exhibits.table(each, PRINTED, "one_offs.items", title=title, stated=stated(book))
