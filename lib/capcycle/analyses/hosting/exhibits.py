"""Hosting contracts: the ledger, prices, two books side by side, what is still to come, and yields against debt."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from capcycle import exhibits, study, words
from capcycle.analyses.hosting import contracts
from capcycle.analyses.hosting.cases import businesses
from capcycle.analyses.hosting.credit import CREDITS, credit_rates
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.exhibits.studies.shapes import ranked_title
from capcycle.facts import Book, documents, weakest
from capcycle.models.maths import per
from capcycle.quantity import DERIVED, Quantity
from capcycle.study import Case
from capcycle.words import say

LEDGER = ["contract_label", "mw", "price", "status", "status_date", "term_years", "value", "group"]
TERMS = ["contract_label", "starts", "runs", "owned", "cover", "margin", "rise", "remark"]
REMARKS = ("not_hosting", "triple_net", "rise_implied", "no_value", "supported_by")
COUNTS = {"contracts": "number", "mw": "MW", "mw_priced": "MW", "mean_mw": "MW", "mean_term": "years",
          "term_by_mw": "years"}  # fmt: skip
HOLDINGS = {"lessor": "hosting.book-by-lessor", "tenant": "hosting.book-by-tenant"}
BACKLOG = ["label", "contracts", "mw", "value", "undated", "to_come", "weighted"]


def ledger(book: Book) -> Exhibit:
    """Every contract with its status, price and credit."""
    table, money = _contracts(book).sort_values("signed"), book.money
    units = {"mw": "MW", "term_years": "years", "value": money, "price": f"{money}/MW/year"}
    rows = _cells(table, units).assign(status=[say(f"hosting.status.{status}") for status in table["status"]])
    draw = partial(marks.table, columns={name: say(f"hosting.column.{name}") for name in LEDGER})
    notes = (say("hosting.share"), *parts.restated(table))
    stands = table[table["status"].isin(contracts.LIVE)]
    untold = stands["running"].isna()  # it delivers, and none says how much
    known, all_ = (stands["mw"] * stands["running"]).sum(), words.value(stands["mw"].sum(), "MW")
    runs = words.value(known or stands.loc[untold, "mw"].sum(), "MW")
    key = "hosting.delivering" if known or not untold.any() else "hosting.delivers"
    title = words.counted(key, len(stands), runs=runs, all=all_)
    if len(table) == 1:
        title = say("hosting.only_contract", status=rows["status"].iloc[0])
    return _shown(draw, book, "hosting.contract-ledger", rows, title, *notes)


def terms(book: Book) -> Exhibit:
    """Of each contract when it starts, how much of it runs and is the lessor's, and what keeps its price apart."""
    table = _contracts(book).sort_values("signed")
    units = {"runs": "MW"} | dict.fromkeys(["margin", "rise", "cover"], "fraction")
    known = table["running"].where(table["running"] > 0)  # what no document tells is not told as none
    rows = _cells(table.assign(runs=table["mw"] * known), units).assign(
        owned=[words.between(row.share_low, row.share, "fraction") for row in table.itertuples()],
        remark=[words.clauses(say(f"hosting.remark.{name}", by=row["support"]) for name in REMARKS if row[name])
                or words.DASH
                for row in table.assign(no_value=table["value"].isna(), supported_by=table["support"] != "")
                .to_dict("records")],
    )  # fmt: skip
    draw = partial(marks.table, columns={name: say(f"hosting.column.{name}") for name in TERMS})
    mw = words.value(table.loc[table["running"].isna(), "mw"].sum(), "MW")
    untold = (say("hosting.untold", mw=mw),) if table["running"].isna().any() else ()
    named = int(table["starts"].notna().sum())
    title = words.counted("hosting.named", named, total=len(table))
    if named == len(table) > 1:
        title = say("hosting.named_all", total=named)
    return _shown(draw, book, "hosting.contract-terms", rows, title, *untold, *parts.restated(table))


def _cells(table: pd.DataFrame, units: dict[str, str]) -> pd.DataFrame:
    """Contracts as rows of a table, by lessor and tenant, and by site, MW and day as far as that would name two."""
    labels = [say("hosting.pair", lessor=row.lessor_short, tenant=row.tenant_short) for row in table.itertuples()]
    sites, sizes = table["site"].str.split(",").str[0], [words.value(mw, "MW") for mw in table["mw"]]
    for more in (sites, sizes, [words.day(day) for day in table["signed"]]):
        labels = [say("hosting.label_site", label=label, site=one) if one and labels.count(label) > 1 else label
                  for label, one in zip(labels, more, strict=True)]  # fmt: skip
    return table.assign(contract_label=labels, **{f"{name}_unit": unit for name, unit in units.items()})


def bubbles(book: Book) -> Exhibit:
    """Price over size, coloured by the credit behind the rent; contracts that pay for GPUs too are named, not drawn."""
    table = _standing(book)
    gpus, priced = table["not_hosting"], table["price"].notna()
    drawn = table[~gpus & priced].sort_values("credit", key=_ladder)
    rows = _rows(drawn, drawn["price"], f"{book.money}/MW/year").assign(x=drawn["mw"], size=drawn["value"])
    axes = {"x_title": say("hosting.column.mw"), "y_title": say("hosting.column.price"), "x_unit": "MW"}
    ranked = rows.drop(columns="group").sort_values("value", ascending=False)
    title = ranked_title(ranked, "hosting_rent", "hosting.price-by-size", {})
    notes = (*_of("hosting.apart", table[gpus]), *_of("hosting.no_price", table[~gpus & ~priced]))
    return _shown(partial(marks.bubble, **axes), book, "hosting.price-by-size", rows, title, *notes)


def books(book: Book, cut_off: str) -> Exhibit:
    """The printed book beside the like-for-like one, each with and without contracts that pay for GPUs."""
    both = _two_books(book, cut_off)
    cuts = {f"{name}{cut}": one for name, whole in both.items()
            for cut, one in (("", whole), ("_hosting", whole[whole["gpu_included"] == "no"]))
            if not cut or len(one) < len(whole)}  # fmt: skip
    headings = {"label": say("marks.column.label")} | {name: say(f"hosting.cut.{name}") for name in cuts}
    sums = pd.DataFrame({name: contracts.prices(table) for name, table in cuts.items()}).dropna(how="all")
    units = [book.money if name == "value" else COUNTS.get(name, f"{book.money}/MW/year") for name in sums.index]
    every = pd.concat(both.values())
    rows = sums.rename_axis("name").reset_index().assign(
        label=[say(f"hosting.book.{name}") for name in sums.index], value=sums["like"].to_numpy(), unit=units,
        kind=weakest([DERIVED, *every["kind"]]), source=documents(every["source"]),
    )  # fmt: skip
    sizes = {name: {"mw": words.value(each["mw"], "MW"), "value": words.value(each["value"], book.money)}
             for name, each in sums.items()}  # fmt: skip
    title, notes = (
        say("hosting.like", **sizes["like"], day=words.day(min(pd.Timestamp(cut_off), book.day))),
        [say("hosting.share"), *parts.restated(both["like"])],
    )
    if "printed" in both:
        notes.append(say("hosting.rebuilt"))
        title += say("hosting.as_printed", **sizes["printed"]) if sizes["printed"] != sizes["like"] else ""
    if len(cuts) > len(both):
        notes.append(say("hosting.without_gpus"))
    if unpriced := sums.at["mw", "like"] - sums.at["mw_priced", "like"]:
        notes.append(say("hosting.unpriced", mw=words.value(unpriced, "MW")))
    notes += _of("hosting.no_critical", both["like"][both["like"]["mw"].isna()])
    draw = partial(marks.table, columns=headings)
    return _shown(draw, book, "hosting.two-books", rows if len(both["like"]) else rows[:0], title, *notes)


def _two_books(book: Book, cut_off: str) -> dict[str, pd.DataFrame]:
    """The printed book where it was public, and the like-for-like one."""
    printed, like = contracts.printed_book(book), contracts.like_for_like(book, cut_off)
    return ({"printed": _worded(printed, book)} if len(printed) else {}) | {"like": _worded(like, book)}


def holdings(book: Book, cut_off: str, by: str = "lessor") -> Exhibit:
    """Whose MW each book counts: a column per book, stacked by `lessor` or `tenant`; ventures under who leads them."""
    key = HOLDINGS[by]
    rows = pd.concat([
        table.dropna(subset="mw").groupby(f"{by}_short", sort=False)
        .agg(value=("mw", "sum"), source=("source", documents), kind=("kind", _derived))
        .sort_values("value", ascending=False).rename_axis("group").reset_index().assign(x=say(f"hosting.cut.{name}"))
        for name, table in _two_books(book, cut_off).items()
    ], ignore_index=True)  # fmt: skip
    like = rows[rows["x"] == say("hosting.cut.like")].set_index("group")["value"]
    most = {"name": next(iter(like.index), ""), "share": words.value(per(like.max(), like.sum()), "fraction"),
            "mw": words.value(like.sum(), "MW")}  # fmt: skip
    rows = rows.assign(label=rows["x"], unit="MW")
    title = words.counted(f"{key}.title", len(like), **most, day=words.day(min(pd.Timestamp(cut_off), book.day)))
    return _shown(marks.stacked, book, key, rows if len(like) else rows[:0], title)


def backlog(let: Case, weight: Quantity, from_day: str = "") -> Exhibit:
    """What live contracts come to by where they stand: as signed, still to come, and weighted by what runs.

    weight  what counts for what does not run yet, here at the low end of its range where it has one
    """
    book, delivery, day = let.book, let.inputs["delivery_years"], contracts.known_on(let.book, from_day)
    low = weight.low if weight.varied else weight.value
    sums = contracts.backlog(contracts.read(book), day, delivery.value, low)
    total = sums.drop(columns="source").sum().to_frame("total").T.assign(source=documents(sums["source"]))
    total["contracts"] = contracts.read(book)["status"].isin(contracts.LIVE).sum()  # one may stand in two rows
    rows = pd.concat([sums, total]) if len(sums) > 1 else sums[sums["value"] > 0]
    stated = {"contracts": "number", "mw": "MW", "value": book.money, "undated": book.money}  # the rest is assumed
    texts = {name: [words.value(each, unit) for each in rows[name]] for name, unit in stated.items()}
    labels = [say(f"hosting.stands.{each}") for each in rows.index]
    rows = rows.rename_axis("stands").reset_index().assign(**texts, label=labels, unit=book.money, kind="assumed")
    sizes = {name: words.value(sums[name].sum(), book.money) for name in ("to_come", "weighted")}
    at = {"day": words.day(day), "weight": words.value(low, "fraction"),
          "central": words.value(weight.value, "fraction")}  # fmt: skip
    draw = partial(marks.table, columns={name: say(f"hosting.column.{name}") for name in BACKLOG})
    ends = [say("hosting.low_weight", **at)] if weight.varied else []
    notes = list(study.judged_later(book, weight, delivery)) or [*ends, weight.reason]
    return _shown(draw, book, "hosting.backlog", rows, say("hosting.to_come", **sizes, **at), *notes, **at)


def run_off(let: Case, weight: Quantity, from_day: str = "") -> Exhibit:
    """What is still to come of the lessors' part of live contracts, by calendar year and credit."""
    book, delivery, day = let.book, let.inputs["delivery_years"], contracts.known_on(let.book, from_day)
    table = _standing(book)
    flows = contracts.run_off(table, day, delivery.value, weight.value)
    ordered = flows.sort_values("credit", key=_ladder, kind="stable").sort_values("year", kind="stable")
    each = ordered.groupby(["year", "credit"], sort=False)
    rows = each.agg(value=("value", "sum"), kind=("kind", weakest), source=("source", documents)).reset_index()
    rows = rows.assign(group=rows["credit"].map(_credit), x=rows["year"], label=rows["year"].astype(str))
    years = flows.groupby("year")["value"].sum()
    sums = {"total": words.value(years.sum(), book.money), "most": words.value(years.max(), book.money)}
    undated = table[~table["contract"].isin(flows["contract"])]
    title = say("hosting.by_year", day=words.day(day), **sums)
    notes = (*_of("hosting.undated", undated), *study.judged_later(book, weight, delivery))
    counted = words.value(weight.value, "fraction")
    rows = rows.assign(unit=book.money)
    return _shown(marks.stacked, book, "hosting.backlog-run-off", rows, title, *notes, weight=counted)


def worth(let: Case, from_day: str = "") -> Exhibit:
    """What each contract still pays after a day is worth on it, at the rate of the credit behind its rent."""
    book, rates, delivery = let.book, credit_rates(let.book), let.inputs["delivery_years"]
    day, standing = contracts.known_on(book, from_day), _standing(book)
    table = contracts.worth(standing, rates, day, delivery.value).sort_values("present_value", ascending=False)
    terms = [say("hosting.rate", tenant=row.tenant_short, value=words.value(row.to_come, book.money),
                 rate=words.coupon(row.rate), first=f"{max(row.start, day):%Y}", last=f"{row.end:%Y}")
             for row in table.itertuples()]  # fmt: skip
    rows = _rows(table, table["present_value"], book.money).assign(kind="assumed", note=terms)
    left, now = table["to_come"].sum(), table["present_value"].sum()
    sums = {"total": words.value(left, book.money), "now": words.value(now, book.money)}
    title = say("hosting.left", share=words.value(float(per(now, left)), "fraction"), day=words.day(day), **sums)
    behind = [rate for credit, rate in rates.items() if table["credit"].isin([credit, "backed", "supported"]).any()]
    judged = study.judged_later(book, delivery, *behind)
    undated = standing[~standing["contract"].isin(table["contract"])]
    notes = (*_of("hosting.with_gpus", table[table["not_hosting"]]), *_of("hosting.undated", undated), *judged)
    return _shown(marks.columns, book, "hosting.present-value", rows, title, *notes)


def yields(let: Case) -> Exhibit:
    """Yield on cost of each contract with its range, beside the coupons of notes that such leases secure."""
    book, table, debt = let.book, _standing(let.book), contracts.debt_costs(let.book)
    built, assumed = contracts.built(table), [let.inputs["hosting_noi_margin"], let.inputs["hosting_capex"]]
    each = [contracts.yield_on_cost(row, *assumed) for row in built.to_dict("records")]
    evidence = {name: [getattr(one, name) for one in each] for name in ("value", "low", "high", "kind", "source")}
    rows = _rows(built, built["price"], "fraction").assign(**evidence).sort_values("value", ascending=False)
    coupons = pd.DataFrame({
        "label": [say("hosting.coupon_label", borrower=book.names[row.borrower], rate=words.coupon(row.rate),
                      due=row.instrument.split()[-1]) for row in debt.itertuples()],
        "value": debt["rate"], "unit": "rate",
        "kind": debt["kind"], "source": debt["source"], "note": debt["collateral"], "group": say("hosting.coupon"),
    }).sort_values("value", ascending=False)  # fmt: skip
    dearest, key = (
        coupons["value"].max(),
        "hosting.yield-against-debt" if len(debt) > 1 else "hosting.yield-against-note",
    )
    key = key if len(debt) else "study.ranking"  # of one note none is the dearest
    over = words.counted("hosting.over", int((rows["value"] > dearest).sum()))
    beside = {"over": over, "coupon": words.coupon(dearest)}
    title = ranked_title(rows.drop(columns="group"), "yield_on_cost", key, beside)
    rows = pd.concat([rows.assign(group=say("hosting.earned")), coupons], ignore_index=True)
    apart = table[~table["contract"].isin(built["contract"]) & ~table["not_hosting"]]
    notes = (*_of("hosting.unbuilt", apart), *study.judged_later(book, *assumed))
    return _shown(marks.dots, book, "hosting.yield-against-debt", rows if each else rows[:0], title, *notes)


def business_models(book: Book) -> Exhibit:
    """Revenue of one MW in each use, and what is left of it, as they were printed."""
    cases, key = businesses(book), "hosting.business-models"
    if not cases:
        return marks.nothing(marks.Frame("business-models", say("hosting.none"), say(f"{key}.subtitle")))
    return exhibits.table(cases, ["revenue_per_mw", "gross_margin", "cost", "gross_profit"], key)


# ---- what several exhibits share


def _contracts(book: Book) -> pd.DataFrame:
    return _worded(contracts.read(book), book)


def _standing(book: Book) -> pd.DataFrame:
    """The contracts that stand and of which the lessor keeps its part."""
    table = _contracts(book)
    return table[table["status"].isin(contracts.LIVE)]


def _derived(kinds: pd.Series) -> str:
    """The kind of a sum of figures: at best derived."""
    return weakest([DERIVED, *kinds])


def _worded(table: pd.DataFrame, book: Book) -> pd.DataFrame:
    """Contracts as a reader meets them: by lessor and MW, and by site where two would be called the same."""
    rows = table.to_dict("records")
    tenants = [_tenant(row, book) for row in rows]
    labels = [
        say("hosting.label_tenant" if np.isnan(row["mw"]) else "hosting.label", tenant=tenant,
            lessor=book.names[row["lessor"]], mw=words.value(row["mw"], "MW"))
        for row, tenant in zip(rows, tenants, strict=True)
    ]  # fmt: skip
    sites = [row["site"].partition(",")[0] for row in rows]
    return table.assign(
        lessor_short=table["lessor"].map(book.names.get),
        tenant_short=tenants,
        group=table["credit"].map(_credit),
        label=[say("hosting.label_site", label=label, site=site) if site and labels.count(label) > 1 else label
               for label, site in zip(labels, sites, strict=True)],
    )  # fmt: skip


def _tenant(row: dict, book: Book) -> str:
    undisclosed = not row["tenant"] and row["credit"] == "hyperscaler"
    name = say("hosting.undisclosed") if undisclosed else row["tenant_name"].partition(" (")[0]
    return book.names.get(row["tenant"], name)


def _credit(credit: str) -> str:
    return say(f"hosting.credit.{credit}")


def _ladder(credits: pd.Series) -> pd.Series:
    return credits.map(CREDITS.index)


def _rows(table: pd.DataFrame, value: pd.Series, unit: str) -> pd.DataFrame:
    terms = [say("hosting.terms", tenant=row.tenant_short, years=words.value(row.term_years, "years"),
                 value=words.value(row.value, row.currency)) for row in table.itertuples()]  # fmt: skip
    return table[["label", "group", "kind", "source"]].assign(value=value, unit=unit, note=terms)


def _of(key: str, table: pd.DataFrame) -> Sequence[str]:
    """A note on some contracts, where there are any."""
    return (say(key, labels=words.listing(table["label"].tolist())),) if len(table) else ()


def _shown(draw: Callable, book: Book, key: str, rows: pd.DataFrame, title: str, *notes: str, **more: str) -> Exhibit:
    """Rows as a chart or a table, its words under a key; without any row a sentence that nothing is public."""
    title = title if len(rows) else say("hosting.none")
    frame = marks.worded(key, *notes, title=title, currency=book.money, **more)
    return draw(rows, frame) if len(rows) else marks.nothing(frame)
