"""Lives beside disclosed effects, all depreciation, contracts, loans, prices and a published claim."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from capcycle import study, words
from capcycle.analyses.useful_life.accounts import calibrated
from capcycle.analyses.useful_life.cases import all_depreciation
from capcycle.analyses.useful_life.exhibits import headings, spread
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import Frame
from capcycle.facts import Book
from capcycle.panel import select
from capcycle.quantity import Quantity, newest, together, total, unlike
from capcycle.study import Case
from capcycle.words import say

YEAR = pd.Timedelta(days=365.25)
CLAIMED_YEARS = 3  # 2026 to 2028
LOANS = ("facility", "loan", "vendor loan")


def changes(book: Book) -> Exhibit:
    """The disclosed changes of life with their effect, beside what the model gives for the same change."""
    table = calibrated(book)
    if table.empty:
        none = say("useful_life.changes.title_0")
        return marks.nothing(marks.worded("useful_life.changes", id="changes-of-life", title=none, count=0, of=0))
    per_share = table["figure"].eq("eps")
    rows = table.assign(
        label=table["company"].map(book.names.get),
        change=[_change(each) for each in table.to_dict("records")],
        line=[words.name("eps_diluted" if figure == "eps" else figure) for figure in table["figure"]],
        unit=table["currency"],
        effect_unit=table["currency"].mask(per_share, table["currency"] + "/share"),
        implied_share_unit="fraction",
        reason=table["reason"].replace("", words.DASH),
    )
    whole = rows["implied_share"].mask(rows["part"])
    title = spread("useful_life.changes.title", whole, "fraction")
    some = {"count": int(whole.notna().sum()), "of": len(rows)}
    columns = headings("label", "change", "line", "effect", "modelled", "implied_share", "reason")
    frame = marks.worded("useful_life.changes", id="changes-of-life", title=title, **some)
    return marks.table(rows, frame, columns)


def _change(row: dict[str, Any]) -> str:
    """A change of life in words."""
    if np.isnan(row["to_years"]):
        return parts.upper(words.translated(row["asset"]))
    ends = {"before": f"{row['from_years']:g}", "after": words.value(row["to_years"], "years")}
    return say("useful_life.changes.changed", day=words.day(row["effective"]), **ends)


def fit(cases: Mapping[str, Case]) -> Exhibit:
    """What the model charges for servers beside all depreciation in the accounts, which it must not exceed."""
    whole = all_depreciation(select(_book(cases), "year", "fiscal"))
    rows = pd.DataFrame([_fit_row(case, whole[company]) for company, case in cases.items()])
    title = spread("useful_life.fit.title", rows["ratio"], "fraction")
    columns = headings("label", "value", "whole", "ratio", "why")
    return marks.table(rows, marks.worded("useful_life.fit", title=title), columns)


def _fit_row(case: Case, whole: Quantity) -> dict[str, Any]:
    charged = case.quantity("depreciation_in_accounts")
    ratio = charged / whole
    return {"label": case.name, "value": charged.value, "unit": case.currency, "kind": case.kind,
            "whole": whole.value, "whole_kind": whole.kind, "ratio": ratio.value, "ratio_unit": "fraction",
            "source": ratio.source, "why": ratio.reason or case.inputs["server_share"].reason}  # fmt: skip


def overstatement(cases: Mapping[str, Case]) -> Exhibit:
    """The depreciation that longer lives leave out over three years, in all companies, beside a published claim.

    cases  of `life_change`
    """
    book, full = _book(cases), [case for case in cases.values() if not case.quantity("effect_by_year").missing]
    claims = book.register("estimates").query("measure == 'understated_depreciation'")
    life = study.assumption(book, "server_life_burry")
    if life.hindsight or claims.empty or not full:
        why = say("useful_life.overstatement.none", day=words.day(book.day)) if full else say("useful_life.none")
        return marks.nothing(Frame("overstatement", why, ""))
    claim = study.converted(newest(claims, "claim", "", "low", "published"), book)
    left_out = {each: total(_left_out(case, each) for case in full) for each in (life.low, life.value, life.high)}
    labels = [say("useful_life.overstatement.if", life=words.value(each, "years")) for each in left_out]
    rows = marks.rows([(say("useful_life.overstatement.claim", **claims.iloc[-1]), claim),
                       *zip(labels, left_out.values(), strict=True)])  # fmt: skip
    title = study.tell(full[0], "useful_life.overstatement.title", life=life, least=left_out[life.high],
                       most=left_out[life.low])  # fmt: skip
    apart = unlike({case.name: case.inputs["capex"] for case in full})
    frame = marks.worded(
        "useful_life.overstatement", full[0].inputs["capex_next"].reason, *apart, title=title, currency=book.money,
        names=words.listing([case.name for case in full]), claim=claim.shown,
        whose=words.lower(claims["name"].iloc[-1]),
    )  # fmt: skip
    return marks.columns(rows, frame)


def _left_out(case: Case, life: float) -> Quantity:
    effects = case.with_inputs(server_life=life).quantity("effect_by_year")
    return together(lambda by_year: np.sum(by_year[:CLAIMED_YEARS]), effects, name="left_out", unit=case.currency)


def terms(cases: Mapping[str, Case]) -> Exhibit:
    """Years beside each other: the life in the accounts, the customer's contract, the loan, the fall of prices."""
    book = _book(cases)
    lives = marks.rows((case.name, case.inputs["life_in_accounts"]) for case in cases.values())
    groups = {"life": lives.dropna(subset="value"), "contract": _contracts(book), "loan": _loans(book)}
    groups["price"] = marks.rows([(say("useful_life.terms.halving"), _halving(book))])
    rows = pd.concat(groups, names=["term"]).reset_index("term").assign(unit="years")
    rows = rows.assign(group=[say(f"useful_life.terms.group.{term}") for term in rows["term"]])
    each_term = rows.groupby("term", sort=False)["value"].agg(["median", "size"])
    said = [words.counted(f"useful_life.terms.median.{term}", int(size), years=words.value(middle, "years"))
            for term, middle, size in each_term.itertuples()]  # fmt: skip
    empty = [words.lower(say(f"useful_life.terms.group.{term}")) for term, each in groups.items() if each.empty]
    notes = [say("useful_life.terms.empty", groups=words.listing(empty))] if empty else []
    title = parts.upper(words.listing(said[: words.NUMBERS]))
    return marks.dots(rows.drop(columns=["term", "day"]), marks.worded("useful_life.terms", *notes, title=title))


def _contracts(book: Book) -> pd.DataFrame:
    table = book.register("contracts").query("gpu_included == 'yes' and status != 'terminated'")
    table = table[table["lessor"].isin(book.companies) & table["term_years"].notna()]
    names = table["lessor_name"] + " – " + table["tenant_name"]
    return table[["kind", "source"]].assign(label=names, value=table["term_years"], note="")


def _loans(book: Book) -> pd.DataFrame:
    """Years from each borrower's newest list of loans to their ends; a loan no longer in that list is repaid."""
    table = book.register("debt")
    table = table[table["type"].isin(LOANS) & (table["stage"] == "outstanding") & table["due_to"].notna()]
    table = table[table["borrower"].isin(book.companies) & (table["due_to"] > table["as_at"])]
    table = table[table["as_at"] == table.groupby("borrower")["as_at"].transform("max")]
    names, left = table["borrower_name"] + ", " + table["instrument"], (table["due_to"] - table["as_at"]) / YEAR
    return table[["kind", "source"]].assign(label=names, value=left, note="")


def _halving(book: Book) -> Quantity:
    """Years in which the price of an hour halves: log 0.5 / log of next year's price over this one's.

    Without a range: a price that stands still, which is one end, never halves.
    """
    ratio = replace(study.assumption(book, "gpu_rent_ratio_per_year"), low=np.nan, high=np.nan)
    return together(lambda each: np.log(0.5) / np.log(each), ratio, unit="years", reason=ratio.reason)


def _book(cases: Mapping[str, Case]) -> Book:
    return next(iter(cases.values())).book
