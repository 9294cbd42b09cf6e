"""Who has promised money to whom: loops in which a supplier's stake comes back as orders, and how much of it can."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.errors import NothingToShow
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.words import Sentence, say

GROUPS = {"purchase": "order", "lease": "order", "equity": "stake", "loan": "stake", "cash": "stake",
          "guarantee": "support", "warrant": "support"}  # who takes over another finances nobody  # fmt: skip
MONEY = ("order", "stake")  # a guarantee is paid in a failure only, and a warrant is paid in shares
DRAWN, ACROSS = 28, 6  # links in the picture, companies along each side of the matrix
NAMELESS = "undisclosed|several"
ENDED = ("terminated", "sold", "conditional")  # contracts whose lessor no longer has them, or not yet
BINDS = ("signed", "paid")  # of promises: what is announced is a plan, what is reported nobody confirms


def promises(book: Book) -> pd.DataFrame:
    """Every promise that stands, one row each, in the currency of the book: giver, taker, group, amount, firm.

    Rents of signed contracts are promises of the tenant. What another row counts already is left out, and so is what
    hangs together with the rest by no chain of companies.
    Errors: NothingToShow where none was public.

    >>> found = promises(facts.open(as_of="2025-06-30"))
    >>> found[["giver", "taker", "group"]].values.tolist()[0]
    ['Oracle', 'NVIDIA', 'order']
    """
    made = book.register("commitments")
    made = made[made["status"].ne("terminated") & ~made["counted_in"].isin(book.versions("commitments")["commitment"])]
    made = made.assign(firm=made["status"].isin(BINDS))
    every = pd.concat([made, _rents(book, made).assign(firm=True)], ignore_index=True)
    every = book.into(book.money).restated(every, ["amount"]).assign(group=every["form"].map(GROUPS))
    for side in ("giver", "taker"):
        every[side] = every[side].map(book.names.get).fillna(every[f"{side}_name"])
    every = every[every["giver"].ne(every["taker"]) & every["group"].notna()]
    if every.empty:
        raise NothingToShow(say("commitment_network.none"))
    return _joined(every.reset_index(drop=True))


def _rents(book: Book, made: pd.DataFrame) -> pd.DataFrame:
    """Signed contracts that no promise names, as orders of their tenants."""
    rows = book.register("contracts")
    nameless = rows["tenant_name"].str.contains(NAMELESS)  # whoever that is may stand in the network already
    rows = rows[~rows["status"].isin(ENDED) & rows["contract_value"].notna() & ~nameless
                & ~rows["contract"].isin(made["contract"])]  # fmt: skip
    sides = {"tenant": "giver", "tenant_name": "giver_name", "lessor": "taker", "lessor_name": "taker_name",
             "contract_value": "amount", "announced": "date"}  # fmt: skip
    kept = [*sides, "contract", "currency", "starts", "term_years", "kind", "source", "published", "note", "status"]
    return rows[kept].rename(columns=sides).assign(commitment=rows["contract"], form="purchase")


def _joined(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the largest group of companies that hang together."""
    from scipy.sparse import coo_array  # only a network needs it
    from scipy.sparse.csgraph import connected_components

    codes, names = pd.factorize(pd.concat([rows["giver"], rows["taker"]]))
    ends = codes[: len(rows)], codes[len(rows) :]
    _, part = connected_components(coo_array((np.ones(len(rows)), ends), shape=(len(names),) * 2), directed=False)
    return rows[part[ends[0]] == np.bincount(part).argmax()].reset_index(drop=True)


def links(promised: pd.DataFrame) -> pd.DataFrame:
    """Promises added up by giver, taker, group and whether they bind; `amount` is NaN where none of them has one."""
    keys = ["giver", "taker", "group", "firm", "currency"]
    added = {"amount": ("amount", lambda each: each.sum(min_count=1)), "kind": ("kind", facts.weakest),
             "source": ("source", facts.documents), "gw": ("gw", lambda each: each.sum(min_count=1))}  # fmt: skip
    return promised.assign(gw=promised.get("gw")).groupby(keys, as_index=False).agg(**added)


def sums(linked: pd.DataFrame, plans: bool = False) -> pd.DataFrame:
    """Firm orders and stakes that have an amount, one row for each giver, taker and group; with plans on demand."""
    rows = linked[linked["group"].isin(MONEY) & linked["amount"].gt(0) & (linked["firm"] | plans)]
    return rows.groupby(["giver", "taker", "group"], as_index=False)["amount"].sum()


def loops(linked: pd.DataFrame, plans: bool = False) -> pd.DataFrame:
    """Every way in which a stake leads by orders back to who gave it, with the smallest amount on it, largest first.

    >>> legs = [("NVIDIA", "OpenAI", "stake", 30.0), ("OpenAI", "Oracle", "order", 300.0),
    ...         ("Oracle", "NVIDIA", "order", 40.0)]
    >>> table = pd.DataFrame(legs, columns=["giver", "taker", "group", "amount"]).assign(firm=True)
    >>> loops(table)[["way", "least"]].values.tolist()
    [[('NVIDIA', 'OpenAI', 'Oracle', 'NVIDIA'), 30.0]]
    """
    rows = sums(linked, plans).set_index(["giver", "taker"])
    orders, stakes = (rows.loc[rows["group"].eq(group), "amount"].to_dict() for group in ("order", "stake"))
    found = [(way, [stakes[way[:2]], *(orders[leg] for leg in pairwise(way[1:]))])
             for stake in stakes for way in _ways([*stake], orders)]  # fmt: skip
    table = pd.DataFrame({"way": [way for way, _ in found], "legs": [legs for _, legs in found],
                          "least": [min(legs) for _, legs in found]}, columns=["way", "legs", "least"])  # fmt: skip
    return table.sort_values("least", ascending=False, kind="stable", ignore_index=True)


def _ways(way: list[str], orders: dict[tuple[str, str], float]) -> Iterator[tuple[str, ...]]:
    for giver, taker in orders:
        if giver == way[-1] and taker == way[0]:
            yield (*way, taker)
        elif giver == way[-1] and taker not in way:
            yield from _ways([*way, taker], orders)


def verdict(linked: pd.DataFrame) -> Sentence:
    """How many loops bind, which is the largest, and how much of all that is promised they are."""
    found, bound = loops(linked), sums(linked)
    total = words.value(bound["amount"].sum(), linked["currency"].iloc[0])
    promised = words.counted("commitment_network.total", bound["giver"].nunique(), total=total)
    come_back = words.counted("commitment_network.verdict", len(found), **_largest(found, linked)) if len(found) else ""
    return words.paragraph(promised, come_back or say("commitment_network.no_loop"))


def _largest(found: pd.DataFrame, linked: pd.DataFrame) -> dict[str, str]:
    if found.empty:
        return {}
    top = found.iloc[0]
    least = words.value(top["least"], linked["currency"].iloc[0])
    return {"way": say("commitment_network.then").join(top["way"]), "least": least}


def drawn(linked: pd.DataFrame) -> Exhibit:
    """The largest promises as a network: orders, stakes and guarantees, dashed where they do not bind."""
    some = linked.sort_values("amount", ascending=False, na_position="last").head(DRAWN)
    groups = [name for name in dict.fromkeys(GROUPS.values()) if name in set(some["group"])]
    some = some.sort_values("group", key=lambda each: each.map(groups.index), kind="stable", ignore_index=True)
    rows = some.assign(
        label=[say("commitment_network.pair", giver=row.giver, taker=row.taker) for row in some.itertuples()],
        group=[say(f"commitment_network.{each}") for each in some["group"]], firm=some["firm"],
        value=some["amount"], unit=some["currency"], note=some["gw"].map(_power),
    )  # fmt: skip
    found = loops(linked)
    title = words.counted("commitment_network.drawn.title", len(found), **_largest(found, linked))
    more = [words.counted("commitment_network.left_out", left)] if (left := len(linked) - len(some)) else []
    return marks.network(rows, marks.worded("commitment_network.drawn", *more, id="commitment-network", title=title))


def matrix(linked: pd.DataFrame) -> Exhibit:
    """Givers down, takers across, money only: the largest amount of each pair, named where it is no firm order."""
    money = linked[linked["group"].isin(MONEY)].fillna({"amount": 0.0})
    sizes = money.assign(bound=money["amount"].where(money["firm"], 0.0))  # what binds goes before what does not
    givers, takers = (sizes.groupby(side)[["bound", "amount"]].sum().nlargest(ACROSS, ["bound", "amount"]).index
                      for side in ("giver", "taker"))  # fmt: skip
    bound = sums(linked).groupby("giver")["amount"].sum()
    givers = sorted(givers, key=lambda giver: -bound.get(giver, 0.0))
    own = money.groupby("giver").agg(kind=("kind", facts.weakest), source=("source", facts.documents))
    rows = pd.DataFrame([
        {"label": giver, **{taker: _cell(money, giver, taker) for taker in takers}, "total": bound.get(giver, 0.0),
         "value": bound.get(giver, 0.0), "unit": linked["currency"].iloc[0], **own.loc[giver]}
        for giver in givers
    ])  # fmt: skip
    share = words.value(bound.max() / bound.sum() if len(bound) else np.nan, "fraction")
    title = "" if len(bound) else say("commitment_network.total_0")
    frame = marks.worded("commitment_network.matrix", id="commitment-matrix", title=title,
                         giver=str(bound.idxmax()) if len(bound) else "", share=share)  # fmt: skip
    columns = {"label": say("commitment_network.column.giver"), "total": say("commitment_network.column.total"),
               **{taker: taker for taker in takers}}  # fmt: skip
    return marks.table(rows, frame, columns)


def circles(linked: pd.DataFrame) -> Exhibit:
    """Every loop, firm or with plans: its way, what each leg has, and the most that can go round."""
    found, firm = loops(linked, plans=True), set(loops(linked)["way"])
    unit = linked["currency"].iloc[0]
    rows = pd.DataFrame([
        {"label": say("commitment_network.then").join(row.way), "value": row.least, "unit": unit,
         "legs": ", ".join(words.value(each, unit) for each in row.legs),
         "binds": say(f"marks.network.{'firm' if row.way in firm else 'plan'}"), **_evidence(linked, row.way)}
        for row in found.itertuples()
    ])  # fmt: skip
    title = words.counted("commitment_network.circles.title", len(firm), plans=len(found) - len(firm))
    frame = marks.worded("commitment_network.circles", id="commitment-loops", title=title)
    columns = {name: say(f"commitment_network.column.{name}") for name in ("label", "legs", "value", "binds")}
    return marks.table(rows, frame, columns) if len(rows) else marks.nothing(frame)


def _evidence(linked: pd.DataFrame, way: tuple[str, ...]) -> dict[str, str]:
    legs = pd.MultiIndex.from_frame(linked[["giver", "taker"]]).isin([*pairwise(way)])
    own = linked[legs & linked["group"].isin(MONEY)]
    return {"kind": facts.weakest(["derived", *own["kind"]]), "source": facts.documents(own["source"])}


def _power(gw: float) -> str:
    return words.value(gw, "GW") if gw == gw else ""


def _cell(money: pd.DataFrame, giver: str, taker: str) -> dict[str, str]:
    own = money[money["giver"].eq(giver) & money["taker"].eq(taker)].sort_values("amount", ascending=False)
    amounts = [words.value(row.amount, row.currency) if row.amount else _power(row.gw) for row in own.itertuples()]
    forms = [say(f"commitment_network.cell.{row.group}_{'yes' if row.firm else 'no'}") for row in own.itertuples()]
    if forms in ([], ["order"]):
        return {"text": "".join(amounts), "href": ""}
    rest = [f"{form} {amount}" for form, amount in zip(forms[1:], amounts[1:], strict=True)]
    return {"text": amounts[0], "href": "", "under": words.clauses([forms[0], *rest])}
