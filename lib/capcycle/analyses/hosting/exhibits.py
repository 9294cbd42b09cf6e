"""Hosting contracts: the ledger, prices, two books side by side, what is still to come, and yields against debt."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from capcycle import words
from capcycle.analyses.hosting import contracts
from capcycle.analyses.hosting.leases import per_kw_month
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.facts import documents, weakest
from capcycle.models.maths import per
from capcycle.study import Case, Input
from capcycle.words import Sentence, say

LADDER = ["hyperscaler", "backed", "unbacked"]
PRICE, AMOUNT, POWER = "currency/MW/year", "currency", "MW"  # of the table's own currency
LEDGER = ["lessor_name", "tenant_name", "mw", "price", "status", "status_date", "term_years", "value", "kw_month",
          "credit_said", "cover", "share", "margin", "rise", "remark"]  # fmt: skip
UNITS = {"mw": POWER, "term_years": "years", "value": AMOUNT, "price": PRICE, "kw_month": "currency/kW/month"}
UNITS |= dict.fromkeys(["share", "margin", "rise", "cover"], "fraction")
SIZE = {"contracts": "number", "mw": POWER, "mw_priced": POWER, "value": AMOUNT, "mean_mw": POWER, "mean_term": "years"}
MEANS = dict.fromkeys(["simple", "weighted", "pooled", "low", "high"], PRICE)


def verdict(case: Case, table: pd.DataFrame) -> Sentence:
    """The page's answer in one sentence: does a MW let at the book's price earn more than its lenders ask?"""
    found, gpus = case.outputs, table.loc[table["not_hosting"], "value_owned"].sum()
    unit = _in(case.currency)
    book = words.counted("hosting.verdict_book", len(table), whose=_whose(table),
                         value=words.value(table["value_owned"].sum(), unit(AMOUNT)),
                         mw=words.value(table["mw_owned"].sum(), POWER))  # fmt: skip
    apart = say("hosting.verdict_gpus", value=words.value(gpus, unit(AMOUNT))) if gpus else ""
    return words.paragraph(
        say(
            "hosting.verdict_pays" if found.net_lease_value > 0 else "hosting.verdict_loses",
            rent=words.value(case.inputs["hosting_rent"].central, unit(PRICE)),
            earned=words.value(found.yield_on_cost, "fraction"),
            rate=words.coupon(case.inputs["tenant_rate"].central),
            net=words.value(abs(found.net_lease_value), case.unit("net_lease_value")),
        ),
        book + apart,
    )  # fmt: skip


def _whose(table: pd.DataFrame) -> str:
    lessors = parts.names()[table["lessor"].unique()]
    return say("hosting.company", name=lessors.iloc[0]) if len(lessors) == 1 else say("hosting.companies")


def ledger(table: pd.DataFrame) -> Exhibit:
    """Every contract with its status and terms, and what keeps its price from being averaged with the others."""
    rows = table.assign(
        kw_month=per_kw_month(table["price"]),
        credit_said=[_credit(credit) for credit in table["credit"]],
        status=[say(f"hosting.status.{status}") for status in table["status"]],
        remark=[_remark(row) for row in table.to_dict("records")],
        label=[_label(row) for row in table.to_dict("records")],
        **{f"{name}_unit": _of(table)(unit) for name, unit in UNITS.items()},
    )
    frame = Frame(
        "contract-ledger",
        _ledger_title(len(table), int(table["status"].eq("delivering").sum())),
        say("hosting.ledger_subtitle"),
        (say("hosting.ledger_note"), say("hosting.share_note"), *parts.restated(table)),
    )
    return marks.table(rows.sort_values("signed"), frame, {name: say(f"hosting.column.{name}") for name in LEDGER})


def _ledger_title(count: int, delivering: int) -> str:
    if not count:
        return say("hosting.ledger_0")
    if delivering in (0, count):
        return words.counted("hosting.ledger_all" if delivering else "hosting.ledger_signed", count)
    return say("hosting.ledger_one" if delivering == 1 else "hosting.ledger", count=count, delivering=delivering)


def _remark(row: dict) -> str:
    said = [
        say("hosting.not_hosting") if row["not_hosting"] else "",
        say("hosting.triple_net") if row["triple_net"] else "",
        say("hosting.rise_implied") if row["rise_implied"] and row["rise"] == row["rise"] else "",
        say("hosting.no_value") if row["value"] != row["value"] else "",
    ]
    return "; ".join(filter(None, said)) or words.DASH


def bubbles(table: pd.DataFrame) -> Exhibit:
    """Price over size, coloured by the credit behind the rent; contracts that pay for GPUs too are named, not drawn."""
    apart = table[table["not_hosting"]]
    held = table[~table["not_hosting"] & table["price"].notna()].sort_values("credit", key=_ladder)
    notes = (
        *map(_apart, apart.to_dict("records")),
        *_lacking(table[table["price"].isna() & ~table["not_hosting"]], "hosting.no_price"),
    )
    if held.empty:
        return _none("price-by-size", say("hosting.bubbles_subtitle", currency=_of(table)(AMOUNT)), notes)
    price = _of(table)(PRICE)
    rows = _rows(held, held["price"], price).assign(x=held["mw"], size=held["value"])
    top, bottom = (rows.loc[rows["value"].agg(end)] for end in ("idxmax", "idxmin"))
    frame = Frame(
        "price-by-size",
        say("hosting.bubbles", top=top["label"], high=words.value(top["value"], price),
            bottom=bottom["label"], low=words.value(bottom["value"], price)),
        say("hosting.bubbles_subtitle", currency=_of(table)(AMOUNT)),
        notes,
    )  # fmt: skip
    return marks.bubble(rows, frame, say("hosting.column.mw"), say("hosting.column.price"), POWER)


def _apart(row: dict) -> str:
    if np.isnan(row["price"]):
        return say("hosting.apart_unpriced", label=_label(row))
    return say("hosting.apart", label=_label(row), price=words.value(row["price"], _in(row["currency"])(PRICE)))


def books(printed: pd.DataFrame, like: pd.DataFrame, term: float) -> Exhibit:
    """The printed book beside the like-for-like one, each with and without the contract that pays for GPUs."""
    cuts = {"printed": printed, "printed_hosting": _hosting(printed), "like": like, "like_hosting": _hosting(like)}
    found = pd.DataFrame({name: contracts.prices(book, term)._asdict() for name, book in cuts.items()})
    rows = found.loc[[*SIZE, *MEANS]].rename_axis("name").reset_index()
    unit, amount = rows["name"].map(SIZE | MEANS).map(_of(like)), _of(like)(AMOUNT)
    rows = rows.assign(
        label=[say(f"hosting.book.{name}", term=words.value(term, "years")) for name in rows["name"]],
        value=rows["like"], unit=unit, kind="derived", source=_sources(printed, like),
        **{f"{name}_unit": unit for name in cuts},
    )  # fmt: skip
    was, now = found["printed"], found["like"]
    frame = Frame(
        "two-books",
        say(_books_key(was, now), was=words.value(was["mw"], POWER), now=words.value(now["mw"], POWER),
            was_value=words.value(was["value"], amount), now_value=words.value(now["value"], amount)),
        say("hosting.books_subtitle"),
        (say("hosting.books_note"), *_unpriced(now["mw"] - now["mw_priced"]), say("hosting.share_note"),
         *parts.restated(like)),
    )  # fmt: skip
    headings = {"label": say("marks.column.label")} | {name: say(f"hosting.cut.{name}") for name in cuts}
    return marks.table(rows, frame, headings)


def _books_key(was: pd.Series, now: pd.Series) -> str:
    if not was["contracts"]:
        return "hosting.books_alone"
    return "hosting.books_same" if was[["mw", "value"]].equals(now[["mw", "value"]]) else "hosting.books"


def _unpriced(mw: float) -> Sequence[str]:
    return (say("hosting.books_missing", mw=words.value(mw, POWER)),) if mw else ()


def _hosting(book: pd.DataFrame) -> pd.DataFrame:
    return book[book["gpu_included"] == "no"]


def holdings(printed: pd.DataFrame, like: pd.DataFrame, by: str = "lessor") -> Exhibit:
    """Whose MW each book counts: a column per book, stacked by `lessor` or `tenant`."""
    if like.empty:
        return _none(parts.slug("book-by", by), say("hosting.holdings_subtitle"))
    rows = pd.concat([_held(printed, "printed", by), _held(like, "like", by)], ignore_index=True)
    now = rows[rows["label"] == say("hosting.cut.like")].set_index("group")["value"]
    frame = Frame(
        parts.slug("book-by", by),
        _holdings_title(now, printed, by),
        say("hosting.holdings_subtitle"),
    )
    return marks.stacked(rows, frame)


def _holdings_title(now: pd.Series, printed: pd.DataFrame, by: str) -> str:
    if len(now) == 1:
        return say("hosting.holdings_one", name=now.idxmax(), mw=words.value(now.sum(), POWER))
    share, was = (words.value(each, "fraction") for each in (now.max() / now.sum(), _share(printed, by, now.idxmax())))
    key = "same" if share == was else by if len(printed) else f"alone_{by}"
    return say(f"hosting.holdings_{key}", name=now.idxmax(), share=share, was=was)


def _share(book: pd.DataFrame, by: str, name: str) -> float:
    return float(per(book.loc[_who(book, by) == name, "mw"].sum(), book["mw"].sum()))


def _who(book: pd.DataFrame, by: str) -> pd.Series:
    """Lessors, a venture under the one who leads it, or tenants."""
    named = parts.names()
    said = [named[row["lessor"]] if by == "lessor" else _tenant(row) for row in book.to_dict("records")]
    return pd.Series(said, book.index, dtype=str)


def _held(book: pd.DataFrame, cut: str, by: str) -> pd.DataFrame:
    each = book.assign(group=_who(book, by)).groupby("group", sort=False)
    summed = each.agg(value=("mw", "sum"), source=("source", documents)).sort_values("value", ascending=False)
    said = say(f"hosting.cut.{cut}")
    return summed.reset_index().assign(x=said, label=said, unit=POWER, kind="derived")


def backlog(table: pd.DataFrame, day: pd.Timestamp, delivery_years: float, weight: Input) -> Exhibit:
    """What live contracts come to by where they stand: as signed, still to come, and with the signed ones weighted.

    weight  what a contract that is only signed counts for, at the low end of its range where it has one
    """
    low, amount = weight.low if weight.varied else weight.central, _of(table)(AMOUNT)
    found = contracts.backlog(table, day, delivery_years, low)
    subtitle = say("hosting.backlog_subtitle", currency=amount, weight=words.value(low, "fraction"))
    if found.empty:
        return _none("backlog", subtitle)
    total = found.drop(columns="source").sum().to_frame("total").T.assign(source=documents(found["source"]))
    rows = pd.concat([found, total] if len(found) > 1 else [found]).rename_axis("stands").reset_index()
    told = {"contracts": "number", "mw": POWER, "value": amount, "undated": amount}  # the rest hangs on assumed days
    texts = {name: [words.value(each, unit) for each in rows[name]] for name, unit in told.items()}
    labels = [say(f"hosting.stands.{each}") for each in rows["stands"]]
    rows = rows.assign(**texts, label=labels, unit=amount, kind="assumed")
    shown = ["label", "contracts", "mw", "value", "undated", "to_come", "weighted"]
    frame = Frame(
        "backlog",
        say("hosting.backlog", to_come=words.value(found["to_come"].sum(), amount), day=words.day(day),
            weighted=words.value(found["weighted"].sum(), amount), weight=words.value(low, "fraction")),
        subtitle, (say("hosting.backlog_note"),),
    )  # fmt: skip
    return marks.table(rows, frame, {name: say(f"hosting.backlog_column.{name}") for name in shown})


def run_off(table: pd.DataFrame, flows: pd.DataFrame, day: pd.Timestamp) -> Exhibit:
    """What is still to come of the lessors' part of live contracts, by calendar year and credit."""
    lacking = table[~table["contract"].isin(flows["contract"]) & table["status"].isin(contracts.LIVE)]
    notes = (say("hosting.run_off_note"), *_lacking(lacking, "hosting.no_term"))
    amount = _of(table)(AMOUNT)
    subtitle = say("hosting.run_off_subtitle", currency=amount)
    if flows.empty:
        return _none("backlog-run-off", subtitle, notes)
    each = flows.groupby(["year", "credit"])
    found = each.agg(value=("value", "sum"), kind=("kind", weakest), source=("source", documents))
    credits = sorted(set(flows["credit"]), key=LADDER.index)  # every one in the first year, so that all stack alike
    every = pd.MultiIndex.from_product([sorted(set(flows["year"])), credits], names=["year", "credit"])
    rows = found.reindex(every).fillna({"value": 0.0, "kind": weakest(flows["kind"]), "source": ""}).reset_index()
    rows = rows[(rows["value"] > 0) | (rows["year"] == rows["year"].min())]  # the first year tells the order
    rows = rows.assign(group=[_credit(one) for one in rows["credit"]], x=rows["year"], label=rows["year"].astype(str))
    years = flows.groupby("year")["value"].sum()
    frame = Frame(
        "backlog-run-off",
        say("hosting.run_off", total=words.value(years.sum(), amount), day=words.day(day),
            most=words.value(years.max(), amount)),
        subtitle,
        notes,
    )  # fmt: skip
    return marks.stacked(rows.assign(unit=amount), frame)


def worth(table: pd.DataFrame, rates: Mapping[str, Input], delivery_years: float) -> Exhibit:
    """What the promised rent of each contract is worth today at the rate of the credit behind it."""
    found = contracts.worth(table, {credit: rate.central for credit, rate in rates.items()}, delivery_years)
    held, amount = found.sort_values("present_value", ascending=False), _of(table)(AMOUNT)
    subtitle = say("hosting.worth_subtitle", currency=amount)
    if held.empty:
        return _none("present-value", subtitle)
    notes = [_rate(row) for row in held.to_dict("records")]
    rows = _rows(held, held["present_value"], amount).assign(kind="assumed", note=notes)
    total, now = held["value_owned"].sum(), held["present_value"].sum()
    frame = Frame(
        "present-value",
        say("hosting.worth", total=words.value(total, amount), now=words.value(now, amount),
            share=words.value(now / total, "fraction")),
        subtitle,
        (*(say("hosting.worth_gpus", label=_label(row)) for row in held.to_dict("records") if row["not_hosting"]),
         say("hosting.worth_note")),
    )  # fmt: skip
    return marks.columns(rows, frame)


def _rate(row: dict) -> str:
    nominal = words.value(row["value_owned"], row["currency"])
    return say("hosting.rate", tenant=_tenant(row), value=nominal, rate=words.coupon(row["rate"]))


def yields(table: pd.DataFrame, earned: pd.DataFrame, debt: pd.DataFrame) -> Exhibit:
    """Yield on cost of each contract with its range, beside the coupons of notes that such leases secure."""
    apart = table[~table["contract"].isin(earned["contract"]) & ~table["not_hosting"]]
    notes = (say("hosting.yields_note"), *_lacking(apart, "hosting.yields_apart"))
    if earned.empty:
        return _none("yield-against-debt", say("hosting.yields_subtitle"), notes)
    top = earned.sort_values("yield_on_cost", ascending=False)
    rows = _rows(top, top["yield_on_cost"], "fraction").assign(
        low=top["low"], high=top["high"], group=say("hosting.yield")
    )
    coupons = pd.DataFrame({
        "label": [_coupon(row) for row in debt.to_dict("records")], "value": debt["rate"], "unit": "rate",
        "kind": debt["kind"], "source": debt["source"], "low": np.nan, "high": np.nan, "group": say("hosting.coupon"),
        "note": debt["collateral"],
    }).sort_values("value", ascending=False)  # fmt: skip
    frame = Frame(
        "yield-against-debt",
        _yield_title(top, debt),
        say("hosting.yields_subtitle"),
        notes,
    )  # fmt: skip
    return marks.dots(pd.concat([rows, coupons], ignore_index=True), frame)


def _yield_title(earned: pd.DataFrame, debt: pd.DataFrame) -> str:
    ends = [words.value(earned["yield_on_cost"].agg(end), "fraction") for end in ("min", "max")]
    if debt.empty:
        return say("hosting.yields_alone", low=ends[0], high=ends[1])
    coupons = [words.coupon(debt["rate"].agg(end)) for end in ("min", "max")]
    over = int((earned["yield_on_cost"] > debt["rate"].max()).sum())
    least, most = coupons
    key = "hosting.yields" if least != most else "hosting.yields_one"
    return say(key, low=ends[0], high=ends[1], least=least, most=most, over=over, count=len(earned))


def _coupon(row: dict) -> str:
    return say("hosting.coupon_label", borrower=parts.names()[row["borrower"]], rate=words.coupon(row["rate"]),
               due=row["instrument"].split()[-1])  # fmt: skip


# ---- what several exhibits share


def _in(currency: str) -> Callable[[str], str]:
    """Names the currency in a unit."""
    return lambda unit: unit.replace(AMOUNT, currency)


def _of(table: pd.DataFrame) -> Callable[[str], str]:
    """Names the currency of a table of contracts in a unit."""
    return _in(table.attrs["currency"])


def _none(id: str, subtitle: str, notes: tuple[str, ...] = ()) -> Exhibit:
    """An exhibit of no contracts, which says so and why."""
    return marks.nothing(Frame(id, say("hosting.none"), subtitle, notes))


def _rows(held: pd.DataFrame, value: pd.Series, unit: str) -> pd.DataFrame:
    records = held.to_dict("records")
    return pd.DataFrame({
        "label": _labels(records), "value": value, "unit": unit, "kind": held["kind"],
        "source": held["source"], "group": [_credit(row["credit"]) for row in records],
        "note": [_terms(row) for row in records],
    })  # fmt: skip


def _labels(rows: Sequence[dict]) -> list[str]:
    """Each contract by its lessor and MW, and by its site too where two would be called the same."""
    labels = [_label(row) for row in rows]
    return [
        say("hosting.label_site", label=label, site=row["site"].partition(",")[0])
        if labels.count(label) > 1 and row["site"] else label
        for label, row in zip(labels, rows, strict=True)
    ]  # fmt: skip


def _label(row: dict) -> str:
    lessor = parts.names()[row["lessor"]]
    if np.isnan(row["mw"]):
        return say("hosting.label_tenant", lessor=lessor, tenant=_tenant(row))
    return say("hosting.label", lessor=lessor, mw=words.value(row["mw"], POWER))


def _tenant(row: dict) -> str:
    undisclosed = not row["tenant"] and row["credit"] == "hyperscaler"
    name = say("hosting.undisclosed") if undisclosed else row["tenant_name"].partition(" (")[0]
    return parts.names().get(row["tenant"], name)


def _terms(row: dict) -> str:
    return say("hosting.terms", tenant=_tenant(row), years=words.value(row["term_years"], "years"),
               value=words.value(row["value"], row["currency"]))  # fmt: skip


def _credit(credit: str) -> str:
    return say(f"hosting.credit.{credit}")


def _ladder(credits: pd.Series) -> pd.Series:
    """From the best credit to the weakest."""
    return credits.map(LADDER.index)


def _lacking(table: pd.DataFrame, key: str) -> Sequence[str]:
    return (say(key, labels=words.listing(_labels(table.to_dict("records")))),) if len(table) else ()


def _sources(*books: pd.DataFrame) -> str:
    return documents(pd.concat([book["source"] for book in books]))
