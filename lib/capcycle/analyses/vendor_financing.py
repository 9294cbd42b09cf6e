"""How much of a supplier's sales it finances itself: suppliers of 2000 beside today's, and stakes that come back."""

from dataclasses import replace

import numpy as np
import pandas as pd

from capcycle import facts, study, words
from capcycle.analyses import commitment_network
from capcycle.errors import NothingToShow
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.maths import per
from capcycle.models.registry import GW, Amount, Fraction, PerGW, model
from capcycle.panel import select
from capcycle.quantity import Quantity, newest
from capcycle.study import Case, Cases
from capcycle.words import Sentence, say

UNIT = 1e6  # the solver of flows counts in whole numbers
SHOWN = ("stake", "order", "back", "share", "of")


@model(verdict="financing_to_revenue", better="lower", financing_to_revenue=Fraction, not_collected=Amount,
       not_collected_to_revenue=Fraction)  # fmt: skip
def vendor_financing_ratio(vendor_financing: Amount, annual_revenue: Amount,
                           uncollected_share: Fraction):  # fmt: skip
    """What a supplier has lent or paid to customers for each unit of a year's sales, and what a failure would cost.

    Formula: financing_to_revenue = vendor_financing / annual_revenue
             not_collected = vendor_financing * uncollected_share, and over annual_revenue
    Units:   one currency; financing of several years may stand beside sales of one.
    Source:  Tunguz (2025): Lucent's 8.1bn on 37.92bn is 21.4%, though the text says 20%.

    >>> lucent = vendor_financing_ratio(8.1e9, 37.92e9, 0.8)
    >>> round(float(lucent.financing_to_revenue), 3), round(lucent.not_collected / 1e9, 2)
    (0.214, 6.48)
    """
    lost = vendor_financing * uncollected_share
    return per(vendor_financing, annual_revenue), lost, per(lost, annual_revenue)


@model(verdict="recycling_ratio", better="lower", hardware=Amount, invested_per_gw=PerGW, recycling_ratio=Fraction,
       gigawatts_paid=GW)  # fmt: skip
def investment_recycling(supplier_investment: Amount, gigawatts: GW, capex_per_gw: PerGW):
    """A supplier's investment in a customer against what the customer's gigawatts cost.

    Formula: hardware = gigawatts * capex_per_gw; invested_per_gw = supplier_investment / gigawatts
             recycling_ratio = supplier_investment / hardware; gigawatts_paid = supplier_investment / capex_per_gw
    Units:   one currency, GW.
    Source:  Sinisterra (2025): 100bn for 10 GW is 10bn a GW, a fifth of 50bn of hardware, and pays for 2 GW.

    >>> found = investment_recycling(100e9, 10.0, 50e9)
    >>> found.hardware / 1e9, float(found.recycling_ratio), float(found.gigawatts_paid)
    (500.0, 0.2, 2.0)
    """
    hardware = gigawatts * capex_per_gw
    return (hardware, per(supplier_investment, gigawatts), per(supplier_investment, hardware),
                               per(supplier_investment, capex_per_gw))  # fmt: skip


def comes_back(linked: pd.DataFrame, supplier: str) -> float:
    """The most of a supplier's stakes that can reach it again as orders: the largest flow through the orders.

    >>> legs = [("A", "B", "stake", 50.0), ("A", "C", "stake", 5.0), ("B", "A", "order", 40.0),
    ...         ("C", "A", "order", 9.0)]
    >>> table = pd.DataFrame(legs, columns=["giver", "taker", "group", "amount"]).assign(firm=True)
    >>> comes_back(table.assign(amount=table["amount"] * 1e9), "A") / 1e9  # 40 of 50, and all of 5
    45.0
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import maximum_flow

    rows = commitment_network.sums(linked)
    rows = rows[rows["group"].eq("order") & rows["giver"].ne(supplier)
                | rows["group"].eq("stake") & rows["giver"].eq(supplier)]  # fmt: skip
    names = {name: place for place, name in enumerate({*rows["giver"], *rows["taker"], supplier}, start=1)}
    starts = [0 if giver == supplier else names[giver] for giver in rows["giver"]]
    ends, flows = rows["taker"].map(names), (rows["amount"] / UNIT).round().astype(np.int32)
    pipes = coo_array((flows, (starts, ends)), shape=(len(names) + 1,) * 2).tocsr().astype(np.int32)
    return float(maximum_flow(pipes, 0, names[supplier]).flow_value * UNIT)


def suppliers(book: Book) -> pd.DataFrame:
    """Who holds firm stakes in others, and is promised orders or said to be: `stake`, firm `order`, what comes `back`
    and its share of those orders; NaN where none of them is firm.

    >>> suppliers(facts.open(as_of="2026-03-31", currency="USD"))["stake"].idxmax()
    'NVIDIA'
    """
    promised = commitment_network.promises(book)
    linked = commitment_network.links(promised[promised["form"].ne("cash")])  # that is a customer's, paid ahead
    rows, every = commitment_network.sums(linked), commitment_network.sums(linked, plans=True)
    sums = {"stake": rows[rows["group"].eq("stake")].groupby("giver")["amount"].sum(),
            "order": rows[rows["group"].eq("order")].groupby("taker")["amount"].sum()}  # fmt: skip
    own = linked.groupby("giver").agg(kind=("kind", facts.weakest), source=("source", facts.documents))
    table = pd.DataFrame(sums).dropna(subset="stake").join(own)
    table = table[table.index.isin(every.loc[every["group"].eq("order"), "taker"])]
    table["back"] = [comes_back(linked, name) or np.nan for name in table.index]
    return table.assign(share=table["back"] / table["order"]).sort_values("back", ascending=False)


def plan(book: Book) -> Case:
    """NVIDIA's letter of intent with OpenAI against what its gigawatts cost, whatever became of it."""
    rows = book.versions("commitments").query("commitment == 'nvidia-openai' and gw == gw")
    given = {"supplier_investment": ("amount", "currency"), "gigawatts": ("gw", "GW")}
    inputs = {name: newest(rows.assign(unit=rows["currency"] if unit == "currency" else unit, date=rows["published"]),
                           name, study.not_public(name), column) for name, (column, unit) in given.items()}  # fmt: skip
    return study.case(investment_recycling, book, **inputs)


def then(book: Book) -> Cases:
    """The suppliers of telecom carriers around 2000 that lent to them, with the loans that a later text adds up."""
    rows = book.register("commitments").query("form == 'loan' and taker_name == 'telecom carriers'")
    sales = book.register("estimates").query("measure == 'revenue'")
    return Cases({
        row["giver_name"]: study.case(
            vendor_financing_ratio, book, vendor_financing=_amount(row),
            annual_revenue=replace(newest(own.assign(value=own["low"], date=own["published"]), "annual_revenue", say(
                "vendor_financing.no_sales", name=row["giver_name"])), since=pd.NaT, day=pd.NaT))  # not of that day
        for row in rows.to_dict("records") for own in [sales[sales["name"].eq(row["giver_name"])]]
    })  # fmt: skip


def _amount(row: dict) -> Quantity:
    return Quantity("vendor_financing", row["amount"], row["currency"], kind=row["kind"], source=row["source"])


def now(book: Book) -> Cases:
    """Today's suppliers that hold firm stakes in their customers, largest first, with the last twelve months' sales."""
    table = suppliers(book).assign(amount=lambda rows: rows["stake"], currency=book.money).sort_values("stake")[::-1]
    tickers = {name: ticker for ticker, name in book.names.items() if name in table.index}
    sales = measure("revenue", select(book.of(*tickers.values()), "ttm")) if tickers else None
    return Cases({
        row["name"]: study.case(vendor_financing_ratio, book, tickers[row["name"]], vendor_financing=_amount(row),
                                annual_revenue=study.newest(sales, tickers[row["name"]]))
        for row in table.rename_axis("name").reset_index().to_dict("records") if row["name"] in tickers
    })  # fmt: skip


def added_up(book: Book) -> Cases:
    """NVIDIA's promises of 2025 as Tunguz adds them up, plans included, on the sales that were known that day."""
    rows = book.register("commitments").query("commitment == 'nvidia-ecosystem'")
    return Cases({
        say("vendor_financing.added_up", author="Tunguz", day=words.day(row["published"])): study.case(
            vendor_financing_ratio, book, "NVDA", vendor_financing=_amount(row),
            annual_revenue=study.newest(measure("revenue", select(known.of("NVDA"), "ttm")), "NVDA"))
        for row in rows.to_dict("records") for known in [book.on(f"{row['published']:%F}")]
    })  # fmt: skip


def verdict(book: Book) -> Sentence:
    """Today's largest supplier of money beside Lucent."""
    told = [study.tell(case, "vendor_financing.today") for case in [*now(book).values()][:1]]
    told += [study.tell(case, "vendor_financing.past", name=name) for name, case in [*then(book).items()][:1]]
    return words.paragraph(*(told or [say("vendor_financing.none")]))


def beside(book: Book) -> Exhibit:
    """What suppliers have lent or paid to customers over a year's sales: around 2000, as added up, and today."""
    groups = {"then": then(book), "added": added_up(book), "now": now(book)}
    rows = marks.rows([(name, case.alone("financing_to_revenue")) for cases in groups.values() for name, case
                       in cases.items()])  # fmt: skip
    if rows.empty:
        raise NothingToShow(say("vendor_financing.none"))
    sides = [say(f"vendor_financing.{side}") for side, cases in groups.items() for _ in cases]
    rows = rows.assign(group=sides, kind=rows["kind"].where(rows["value"].notna(), "")).sort_values(
        "value", ascending=False, kind="stable", ignore_index=True
    )
    key = "title" if groups["now"] and groups["then"] else "title_0"
    title = say(f"vendor_financing.beside.{key}", **{side: _first(cases) for side, cases in groups.items()})
    return marks.columns(rows, marks.worded("vendor_financing.beside", id="vendor-financing", title=title))


def _first(cases: Cases) -> str:
    return next((say("vendor_financing.of", name=name, share=case.quantity("financing_to_revenue").shown)
                 for name, case in cases.items()), "")  # fmt: skip


def returns(book: Book) -> Exhibit:
    """Stakes that each supplier holds, orders it is promised, and the most that can come back from one as the other."""
    table, sales = suppliers(book), {name: case.inputs["annual_revenue"].value for name, case in now(book).items()}
    rows = table.rename_axis("label").reset_index().assign(unit=book.money, share_unit="fraction", of_unit="fraction")
    rows["of"] = rows["back"] / rows["label"].map(sales)
    top = {"name": "".join(rows["label"].head(1)), "back": words.value(rows["back"].max(), book.money),
           "of": words.value(rows["of"].head(1).max(), "fraction")}  # fmt: skip
    title = words.counted("vendor_financing.returns.title", int(rows["back"].gt(0).sum()), **top)
    columns = {name: say(f"vendor_financing.column.{name}") for name in ("label", *SHOWN)}
    frame = marks.worded("vendor_financing.returns", id="stakes-that-return", title=title)
    return marks.table(rows.assign(value=rows["back"]), frame, columns) if len(rows) else marks.nothing(frame)
