"""What one failure to pay takes: the orders that are lost at once, and those that whoever is hit cuts in turn."""

import numpy as np
import pandas as pd

from capcycle import facts, study, words
from capcycle.analyses.commitment_capacity import SHOWN, orders, sales
from capcycle.errors import ModelError, unknown
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.facts import Book
from capcycle.models.maths import maximum, minimum, per
from capcycle.models.registry import Amount, Fraction, Years, model
from capcycle.quantity import ASSUMED, Quantity
from capcycle.study import Case, Cases
from capcycle.words import say

ROUNDS = 60  # in which a failure is passed on
PASSED = (0.0, 0.5, 1.0)  # part of a loss by which whoever is hit cuts his own orders: the reader's to choose


@model(verdict="lost_with_cut", better="lower", yearly_loss=Amount, loss_to_turnover=Fraction, orders_cut=Amount,
       lost_with_cut=Amount)  # fmt: skip
def order_failure(order_lost: Amount, order_years: Years, supplier_sales: Amount, orders_held_a_year: Amount,
                  orders_given: Amount, passed_on: Fraction):  # fmt: skip
    """What a supplier loses if a customer pays nothing, and what it cuts of its own orders then.

    Formula: yearly_loss = order_lost / order_years; loss_to_turnover = yearly_loss / the larger of supplier_sales and
             orders_held_a_year, as orders may be to come; orders_cut = orders_given * the smaller of 1 and
             passed_on * loss_to_turnover; lost_with_cut = order_lost + orders_cut
    Units:   one currency; orders are whole contracts, spread evenly over their years. Nothing is recovered, and
             capacity finds no other tenant: an upper bound.
    Source:  hand arithmetic: 100 over five years are 20 of 80 a year; half of that quarter is cut from 40: 5.

    >>> found = order_failure(100.0, 5.0, 80.0, 20.0, 40.0, 0.5)
    >>> float(found.loss_to_turnover), float(found.orders_cut), float(found.lost_with_cut)
    (0.25, 5.0, 105.0)
    """
    yearly = per(order_lost, order_years)
    share = per(yearly, maximum(supplier_sales, orders_held_a_year))
    cut = orders_given * minimum(passed_on * share, 1.0)
    return yearly, share, cut, order_lost + cut


def cases(book: Book, payer: str, passed_on: float | tuple[float, ...] = PASSED) -> Cases:
    """What each supplier of a payer loses at once and cuts in turn, by its name, the hardest hit first.

    >>> found = cases(facts.open(currency="USD"), "OpenAI", 0.5)["Oracle"]
    >>> round(float(found.outputs.yearly_loss) / 1e9)  # 300bn over five years
    60
    """
    owed = orders(book)
    owed = owed.assign(a_year=owed["amount"] / owed["term"])
    if payer not in set(owed["giver"]):
        raise ModelError(unknown("company", [payer], sorted(set(owed["giver"]))))
    lost = owed[owed["giver"] == payer]
    names = lost.groupby("taker")["amount"].sum().sort_values(ascending=False).index
    sold = sales(book, names)
    return Cases({name: _case(book, owed, lost[lost["taker"] == name], name, sold, passed_on) for name in names})


def _case(book: Book, owed: pd.DataFrame, lost: pd.DataFrame, name: str, sold: pd.DataFrame,
          passed_on: float | tuple[float, ...]) -> Case:  # fmt: skip
    held, given = owed[owed["taker"] == name], owed[owed["giver"] == name]
    years = Quantity("order_years", float(lost["amount"].sum() / lost["a_year"].sum()), "years",
                     kind=facts.weakest(lost["kind"]) if lost["told"].all() else ASSUMED,
                     source=facts.documents(lost["source"]))  # fmt: skip
    none = {"value": 0.0, "kind": ASSUMED, "source": "", "reason": say("order_failure.no_sales")}
    own = sold.loc[name].to_dict() | {"reason": ""} if name in sold.index else none
    return study.case(
        order_failure, book, "", order_lost=_sum(lost, "order_lost", "amount", book), order_years=years,
        supplier_sales=Quantity("supplier_sales", unit=book.money, **own | {"value": float(own["value"])}),
        orders_held_a_year=_sum(held, "orders_held_a_year", "a_year", book),
        orders_given=_sum(given, "orders_given", "amount", book),
        passed_on=study.declared("passed_on", passed_on, "fraction", say("order_failure.chosen")),
    )  # fmt: skip


def _sum(rows: pd.DataFrame, name: str, column: str, book: Book) -> Quantity:
    kind = facts.weakest(rows["kind"]) if len(rows) else "derived"  # no order on record: nothing to cut
    return Quantity(name, float(rows[column].sum()), book.money, kind=kind, source=facts.documents(rows["source"]))


@study.starts(order_failure)
def _start(book: Book, company: str) -> Case:
    """The supplier asked for, else the hardest hit, if whoever has promised most pays nothing.

    Added up in dollars, so that it is one case in every currency of a page.
    """
    dollars = book.into("USD")
    found = cases(dollars, orders(dollars).groupby("giver")["amount"].sum().idxmax())
    name = book.names[company] if company else ""
    case = found[name] if name in found else next(iter(found.values()))  # who supplies the payer nothing has no own
    return study.case(
        order_failure, book, "", **{name: study.converted(one, book) for name, one in case.inputs.items()}
    )


def stress(owed: pd.DataFrame, fails: str, passed_on: float, sold: pd.Series) -> pd.DataFrame:
    """What each loses of orders if one pays nothing: `first` by its own, `all` once those hit cut theirs in turn.

    The same as `order_failure` of each company, gone on with until nobody cuts more.

    Formula: cut = passed_on * lost in a year / the larger of sales and orders of a year
             lost = sum over payers of their cut * what they promise
    Units:   amounts of whole contracts; sales of a year.
    Errors:  ModelError for a company that has promised nothing.

    >>> owed = pd.DataFrame({"giver": ["A", "B"], "taker": ["B", "C"], "amount": [100.0, 40.0], "term": 5.0})
    >>> stress(owed, "A", 0.5, pd.Series({"B": 80.0}))["all"].to_dict()  # 20 of 80 a year are lost: an eighth is cut
    {'B': 100.0, 'C': 5.0}
    """
    if fails not in set(owed["giver"]):
        raise ModelError(unknown("company", [fails], sorted(set(owed["giver"]))))
    names = pd.Index(sorted({*owed["giver"], *owed["taker"]}))
    whole, yearly = (
        _square(owed.assign(amount=each), names) for each in (owed["amount"], owed["amount"] / owed["term"])
    )
    base = np.maximum(sold.reindex(names).fillna(0.0).to_numpy(float), yearly.sum(0))
    fallen = (names == fails).astype(float)
    cut = fallen
    for _ in range(ROUNDS):
        hit = np.divide(cut @ yearly, base, out=np.zeros(len(names)), where=base > 0)
        cut = np.maximum(passed_on * hit, fallen)
    found = pd.DataFrame({"first": fallen @ whole, "all": cut @ whole, "promised": whole.sum(0),
                          "yearly": cut @ yearly, "base": base}, index=names)  # fmt: skip
    return found[found["all"].gt(0) & (found.index != fails)]


def _square(owed: pd.DataFrame, names: pd.Index) -> np.ndarray:
    table = owed.pivot_table(index="giver", columns="taker", values="amount", aggfunc="sum", fill_value=0.0)
    return table.reindex(index=names, columns=names, fill_value=0.0).to_numpy()


def failure(book: Book, payer: str, passed_on: float) -> Exhibit:
    """On whom each depends, and what it loses if one pays nothing and those hit cut their own orders in part."""
    owed = orders(book)
    sold = sales(book, pd.Index(sorted({*owed["giver"], *owed["taker"]})))["value"].astype(float)
    every = stress(owed, payer, passed_on, sold)
    hit = every.nlargest(SHOWN, "all")
    by_payer = owed.groupby(["taker", "giver"])["amount"].sum()
    evidence = owed.groupby("taker").agg(kind=("kind", facts.weakest), source=("source", facts.documents))
    rows = hit.join(evidence).rename_axis("label").reset_index().assign(unit=book.money, value=hit["all"].to_numpy())
    rows["part"], rows["of_sales"] = rows["all"] / rows["promised"], rows["yearly"] / rows["base"]
    rows["first"] = rows["first"].replace(0.0, np.nan)  # no order of its own on record
    rows["largest"] = [_largest(by_payer[name]) for name in rows["label"]]
    rows["herfindahl"] = [float((by_payer[name] / by_payer[name].sum()).pow(2).sum()) for name in rows["label"]]
    rows = rows.assign(part_unit="fraction", of_sales_unit="fraction", herfindahl_unit="number",
                       **dict.fromkeys(("all_kind", "part_kind", "of_sales_kind"), ASSUMED))  # fmt: skip
    told = {name: words.value(every[name].sum(), book.money) for name in ("first", "all")}
    columns = {name: say(f"order_failure.column.{name}") for name in
               ("label", "first", "all", "part", "of_sales", "largest", "herfindahl")}  # fmt: skip
    key = "title" if told["first"] != told["all"] else "title_alike"
    title = say(f"order_failure.failure.{key}", name=payer, **told)
    frame = marks.worded("order_failure.failure", id=parts.slug("failure", payer), title=title,
                         passed_on=words.value(passed_on, "fraction"))  # fmt: skip
    return marks.table(rows, frame, columns)


def _largest(by_payer: pd.Series) -> str:
    share = words.value(by_payer.max() / by_payer.sum(), "fraction")
    return say("order_failure.of", name=by_payer.idxmax(), share=share)
