"""Targets and estimates as they move: change of a target and upside kept apart, and its record."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from capcycle import study, words
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Fraction, PerShare, model
from capcycle.quantity import Quantity, missing, newest
from capcycle.study import Case
from capcycle.words import Sentence, say

TARGETS = ("upside", "target_change", "share_price", "target_before", "target_price")
MOVED = ("eps_revision", "eps_before", "eps_next_year", "target_change", "target_before", "target_price", "upside")
RECORD = ("part_of_target", "upside", "return_since", "share_price", "target_price", "price_since")
PRINTED = ("name", "author", "about", "period", "shown", "before", "change", "day")


@model(verdict="upside", better="higher", target_change=Fraction, upside=Fraction, eps_revision=Fraction)
def revision(share_price: PerShare, target_price: PerShare, target_before: PerShare, eps_next_year: PerShare,
             eps_before: PerShare):  # fmt: skip
    """How far a target was moved, which is not how far it lies above the price, and how far the estimate was moved.

    Formula: target_change = target_price / target_before - 1; upside = target_price / share_price - 1
             eps_revision = eps_next_year / eps_before - 1, missing where the earlier estimate is a loss
    Units:   a currency per share, or per ADS.
    Source:  Bernstein on IREN, 25 September 2025: from 20 to 75 is +275 %, at a close of 41.67 +80 %.

    >>> [round(float(each), 3) for each in revision(41.67, 75.0, 20.0, 1.1, 1.0)]
    [2.75, 0.8, 0.1]
    """
    return (per(target_price, target_before) - 1, per(target_price, share_price) - 1,
                    per(eps_next_year, eps_before) - 1)  # fmt: skip


@model(verdict="part_of_target", better="higher", upside=Fraction, return_since=Fraction, part_of_target=Fraction)
def track_record(share_price: PerShare, target_price: PerShare, price_since: PerShare):
    """What became of a target: what the share has done since, and which part of the way it has gone.

    Formula: return_since = price_since / share_price - 1; part_of_target = return_since / upside, for an upside
    Units:   a currency per share, on one share count: a split in between must be taken out.
    Source:  hand arithmetic: from 40 to a target of 80 is +100 %; at 60 half of the way is gone.

    >>> [float(each) for each in track_record(40.0, 80.0, 60.0)]
    [1.0, 0.5, 0.5]
    """
    upside, since = per(target_price, share_price) - 1, per(price_since, share_price) - 1
    return upside, since, per(since, upside)


def targets(book: Book) -> dict[str, Case]:
    """Each target price that an author has set on a company of the book, with the one before it, the newest first."""
    table = book.register("estimates").query("measure == 'target_price'").sort_values("published", ascending=False)
    rows = table[table["subject"].isin(book.companies)]
    return {
        say("revisions.whose", company=row["name"], author=row["author"]): study.case(
            revision, book, row["subject"], eps_next_year=_none("eps_next_year"), eps_before=_none("eps_before"),
            target_price=_of(row, "low", "target_price"), target_before=_of(row, "previous", "target_before"),
            share_price=_of(row, "price", "share_price"),
        ) for _, row in rows.iterrows()
    }  # fmt: skip


@study.starts_by_company(revision)
def consensus(book: Book) -> dict[str, Case]:
    """Each company's mean target and estimate for the next year in the newest snapshot, and in its first."""
    table = book.register("consensus").query("symbol == company").sort_values("date")
    table = table.assign(unit=table["currency"] + "/share")
    return study.Cases({company: study.case(revision, book, company, **_moved(table[table["company"] == company]))
                        for company in book.companies})  # fmt: skip


def _moved(rows: pd.DataFrame) -> dict[str, Quantity]:
    """The last and the first figures of a company; an estimate once only is no revision."""
    found = {"share_price": newest(rows, "share_price", study.not_public("share_price"), "price")}
    for now, before in (("target_price", "target_before"), ("eps_next_year", "eps_before")):
        known = rows.dropna(subset=now)
        found[now] = newest(known, now, study.not_public(now), now)
        found[before] = newest(known.iloc[: int(len(known) > 1)], before, study.not_public(before), now)
    return found


def records(book: Book) -> dict[str, Case]:
    """Each target with a price of its day, and the newest price of the share."""
    sales = book.register("market").query("measure == 'last_sale'")
    sales = sales.assign(unit=sales["currency"] + "/share")
    return {label: study.case(track_record, book, case.company, target_price=case.inputs["target_price"],
                              share_price=case.inputs["share_price"],
                              price_since=_later(sales[sales["symbol"] == case.company], case.inputs["target_price"]))
            for label, case in targets(book).items()}  # fmt: skip


def _later(rows: pd.DataFrame, target: Quantity) -> Quantity:
    return newest(rows[rows["date"] > target.day], "price_since", study.not_public("price_since"))


@study.starts(track_record)
def _start(book: Book, company: str) -> Case:
    own = list(records(book.of(company)).values()) if company else []
    return own[0] if own else study.bound(track_record, book, company)


def _of(row: pd.Series, column: str, name: str) -> Quantity:
    """A figure of an estimate, of the day on which it was published."""
    if pd.isna(row[column]):
        return missing(name, study.not_public(name), row["unit"], kind=row["kind"])
    return Quantity(name, float(row[column]), row["unit"], kind=row["kind"], source=row["source"],
                    published=row["published"], since=row["published"], day=row["published"])  # fmt: skip


def _none(name: str) -> Quantity:
    return missing(name, study.not_public(name), kind="estimated")


def verdict(set_: Mapping[str, Case], moved: Mapping[str, Case]) -> Sentence:
    """The largest move of a target and its upside, and who is revised up and down."""
    known = {label: case for label, case in set_.items() if not case.quantity("target_change").missing}
    told = []
    if known:
        label, most = max(known.items(), key=lambda one: abs(float(one[1].outputs.target_change)))
        key = "revisions.verdict" if not most.quantity("upside").missing else "revisions.verdict_no_price"
        told.append(study.tell(most, key, who=label))
    both = [case for case in moved.values() if not case.quantity("eps_revision").missing]
    up, down = (sum(sign * float(case.outputs.eps_revision) > 0 for case in both) for sign in (1, -1))
    if both:
        told.append(say("revisions.verdict_moved", up=up, down=down, count=len(both)))
    return words.paragraph(*(told or [say("revisions.none")]))


def printed(book: Book) -> Exhibit:
    """Revisions as printed, by line and year: from what, to what, and the change."""
    table = book.register("estimates")
    table = table[(table["measure"].eq("revision") | table["previous"].notna()) & table["subject"].isin(book.companies)]
    rows = pd.DataFrame([_printed(row) for _, row in table.iterrows()])
    title = words.counted("revisions.printed.title", len(rows))
    frame = marks.worded("revisions.printed", title=title)
    columns = {name: say(f"revisions.column.{name}") for name in PRINTED}
    return marks.table(rows, frame, columns) if len(rows) else marks.nothing(frame)


def _printed(row: pd.Series) -> dict[str, Any]:
    """A revision in words; the change is that of the lower end where two ends are given."""
    change = row["low"] / row["previous"] - 1 if row["previous"] > 0 else float("nan")
    ends = words.value(row["low"], row["unit"])
    if row["high"] > row["low"]:
        ends = words.between(row["low"], row["high"], row["unit"])
    line = row["about"] or row["measure"]
    about = words.said(f"revisions.line.{line}", "")
    about = words.lower(say(about) if about else words.name(line))
    given = row["measure"] == "revision"
    return {"name": row["name"], "author": row["author"], "about": about, "period": row["period"] or words.DASH,
            "shown": words.DASH if given else ends, "before": words.value(row["previous"], row["unit"]),
            "change": ends if given else words.change(change), "day": words.day(row["published"]), "label": row["name"],
            "value": change, "unit": "fraction", "kind": row["kind"], "source": row["source"]}  # fmt: skip
