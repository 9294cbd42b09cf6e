"""Whose chips they are: shares of makers by units, throughput, power and money, beside the shares that are printed."""

from collections.abc import Mapping
from typing import Annotated, Any

import pandas as pd

from capcycle import facts, study, words
from capcycle.analyses import gigawatt
from capcycle.errors import NothingToShow
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import MW, Amount, Fraction, Multiple, Number, model
from capcycle.quantity import Quantity
from capcycle.study import Case
from capcycle.words import Sentence, say

H100e = Annotated[Any, "H100e"]
BASES = {"units": "unit_share", "h100e": "compute_share", "mw": "power_share", "cost": "spend_share"}
UNITS = {"units": "number", "h100e": "H100e", "mw": "MW", "cost": "USD"}
QUARTERS, LEADER = 4, "NVIDIA"
OWNERS = ("GOOGL", "MSFT")  # of whom somebody prints a share


@model(verdict="spend_share", better="higher", unit_share=Fraction, compute_share=Fraction, power_share=Fraction,
       spend_share=Fraction, price_to_market=Multiple)  # fmt: skip
def vendor_share(vendor_units: Number, market_units: Number, vendor_h100e: H100e, market_h100e: H100e,
                 vendor_power: MW, market_power: MW, vendor_sales: Amount,
                 market_sales: Amount):  # fmt: skip
    """A maker's part of all chips by four measures, and what its throughput costs against that of all.

    Formula: each share = the maker's over all makers'; price_to_market = spend_share / compute_share
    Units:   chips, H100-equivalents, MW of the chips alone and one currency, all of the same quarters.
    Source:  the conference call of 7 November 2025: 3.5 of Microsoft's 5 GW are 70 %; hand arithmetic for the rest.

    >>> found = vendor_share(1.0, 4.0, 2.0, 4.0, 3.5e3, 5e3, 3.0, 4.0)
    >>> [float(each) for each in found]
    [0.25, 0.5, 0.7, 0.75, 1.5]
    """
    shares = (per(vendor_units, market_units), per(vendor_h100e, market_h100e), per(vendor_power, market_power),
              per(vendor_sales, market_sales))  # fmt: skip
    return (*shares, per(shares[3], shares[1]))


def sold(book: Book) -> pd.DataFrame:
    """What each maker sold in each quarter for which all have a figure: a row for each, columns as in `BASES`.

    Errors: NothingToShow where no count had been published.

    >>> sold(facts.open()).loc[("2025-12-31", "NVIDIA"), "units"].item()  # 23,385 H100, 417,621 B200, 743,725 B300
    1184731.0
    """
    table = book.register("chip_sales")
    each = table.groupby(["period_end", "maker_name"])[list(BASES)].sum()
    counts = each.groupby("period_end").size()
    full = each[each.index.get_level_values("period_end").isin(counts.index[counts == counts.max()])]
    if full.empty:
        raise NothingToShow("no count of the chips sold was public yet: choose a later date")
    return full


def year(book: Book) -> pd.DataFrame:
    """The newest four of these quarters together, by maker, the largest by money first."""
    quarters = sold(book)
    newest = quarters.index.get_level_values("period_end").unique()[-QUARTERS:]
    return quarters.loc[newest].groupby("maker_name").sum().sort_values("cost", ascending=False)


def cases(book: Book) -> dict[str, Case]:
    """Each maker's part of the newest four quarters, by its name."""
    table, source = year(book), facts.documents(book.register("chip_sales")["source"])
    last = sold(book).index.get_level_values("period_end").max()
    reason = say("vendor_mix.counted", day=words.day(last))
    names = [name for name in vendor_share.parameters if name.startswith("vendor")]

    def given(row: pd.Series, side: str) -> dict[str, Quantity]:
        return {
            name.replace("vendor", side): Quantity(
                name, float(row[column]), UNITS[column], kind="estimated", source=source, reason=reason, day=last
            )
            for name, column in zip(names, BASES, strict=True)
        }

    market = given(table.sum(), "market")
    return {maker: study.case(vendor_share, book, "", **given(row, "vendor"), **market)
            for maker, row in table.iterrows()}  # fmt: skip


def verdict(each: Mapping[str, Case]) -> Sentence:
    """What part of chips, power and money the leader has."""
    return study.verdict(
        each[LEADER],
        "vendor_mix.verdict",
        maker=LEADER,
        makers=words.listing(list(each)),
        day=each[LEADER].inputs["vendor_units"].days,
    )


def shares(each: Mapping[str, Case]) -> Exhibit:
    """Four columns, one for each measure, of the same chips by maker."""
    rows = pd.DataFrame([
        {"x": say(f"vendor_mix.basis.{column}"), "label": maker, "group": maker, "unit": "fraction",
         "value": float(own.quantity(output).value), "kind": own.kind, "source": own.source}
        for column, output in BASES.items() for maker, own in each.items()
    ])  # fmt: skip
    own = each[LEADER]
    day = own.inputs["vendor_units"].days
    title = study.tell(own, "vendor_mix.shares.title", maker=LEADER, count=str(len(each)))
    said = {"title": title, "day": day, "makers": words.listing(list(each))}
    return marks.stacked(rows, marks.worded("vendor_mix.shares", id="vendor-shares", **said))


def over_time(book: Book) -> Exhibit:
    """The leader's part in each quarter by each measure."""
    table = sold(book)
    parts = (table / table.groupby("period_end").transform("sum")).xs(LEADER, level="maker_name")
    parts.index = [f"{day.year}Q{day.quarter}" for day in parts.index]
    source = facts.documents(book.register("chip_sales")["source"])
    rows = pd.DataFrame([
        {"x": quarter, "label": quarter, "group": say(f"vendor_mix.basis.{basis}"), "value": value,
         "unit": "fraction", "kind": "estimated", "source": source}
        for basis in BASES for quarter, value in parts[basis].items()
    ])  # fmt: skip
    ends = {end: words.value(parts["cost"].iloc[at], "fraction") for end, at in {"first": 0, "last": -1}.items()}
    makers = words.listing(list(table.index.get_level_values("maker_name").unique()))
    return marks.paths(rows, marks.worded("vendor_mix.over_time", id="vendor-shares-by-quarter", maker=LEADER, **ends,
                                    makers=makers, begin=parts.index[0], end=parts.index[-1]))  # fmt: skip


def printed(book: Book, each: Mapping[str, Case]) -> Exhibit:
    """Shares of one maker that texts print, beside those counted by each measure of what they can mean."""
    market = {column: float(each[LEADER].quantity(output).value) for column, output in BASES.items()}
    day = each[LEADER].inputs["vendor_units"].days
    rows = [_beside(book, "", say("vendor_mix.market", day=day, makers=words.listing(list(each))), market)]
    owned = book.register("compute")
    end = gigawatt.chips_by_owner(book)["quarter"].max()
    for company in OWNERS:
        own = owned[owned["company"].eq(company) & owned["period_end"].eq(end)]
        mine = own[own["maker_name"].eq(LEADER)]
        counted = {column: mine[column].sum() / own[column].sum() for column in ("units", "h100e", "mw") if len(own)}
        rows.append(
            _beside(book, company, say("vendor_mix.owner", name=book.names[company], day=words.day(end)), counted)
        )
    columns = {name: say(f"vendor_mix.column.{name}") for name in ("label", "value", *BASES, "note")}
    title = say("vendor_mix.printed.title", maker=LEADER)
    return marks.table(
        pd.DataFrame(rows), marks.worded("vendor_mix.printed", id="printed-shares", title=title), columns
    )


def _beside(book: Book, company: str, label: str, counted: Mapping[str, float]) -> dict[str, Any]:
    said = study.assumption(book, "nvidia_share", company)
    source = facts.documents([said.source, *book.register("compute" if company else "chip_sales")["source"]])
    return {"label": label, "value": said.value, "unit": "fraction", "kind": "estimated", "source": source,
            "note": said.reason, **{column: counted.get(column, float("nan")) for column in BASES}}  # fmt: skip
