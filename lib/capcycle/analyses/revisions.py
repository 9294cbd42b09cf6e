"""Targets and estimates as they move: change of a target and upside kept apart, what it implies, and its record."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from capcycle import study, words
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Fraction, Multiple, PerShare, model
from capcycle.quantity import Quantity, missing, newest
from capcycle.study import Case
from capcycle.words import Sentence, say

TARGETS = ("upside", "target_change", "share_price", "target_before", "target_price")
MOVED = ("eps_revision", "eps_before", "eps_next_year", "target_change", "target_before", "target_price", "upside")
STATED = ("upside", "share_price", "price_to_earnings", "eps_implied", "pe_at_target", "return_to_date",
          "stated_return", "price_of_return")  # fmt: skip
RECORD = ("part_of_target", "upside", "return_since", "share_price", "target_price", "price_since")
PRINTED = ("name", "author", "about", "period", "shown", "before", "change", "day")


class Revision(NamedTuple):
    target_change: Fraction
    upside: Fraction
    eps_revision: Fraction


class StatedMultiple(NamedTuple):
    eps_implied: PerShare
    pe_at_target: Multiple
    upside: Fraction
    return_to_date: Fraction
    price_of_return: PerShare


class TrackRecord(NamedTuple):
    upside: Fraction
    return_since: Fraction
    part_of_target: Fraction


@model(verdict="upside", better="higher")
def revision(share_price: PerShare, target_price: PerShare, target_before: PerShare, eps_next_year: PerShare,
             eps_before: PerShare) -> Revision:  # fmt: skip
    """How far a target was moved, which is not how far it lies above the price, and how far the estimate was moved.

    Formula: target_change = target_price / target_before - 1; upside = target_price / share_price - 1
             eps_revision = eps_next_year / eps_before - 1, missing where the earlier estimate is a loss
    Units:   a currency per share, or per ADS.
    Source:  Bernstein on IREN, 25 September 2025: from 20 to 75 is +275 %, at a close of 41.67 +80 %.

    >>> [round(float(each), 3) for each in revision(41.67, 75.0, 20.0, 1.1, 1.0)]
    [2.75, 0.8, 0.1]
    """
    return Revision(per(target_price, target_before) - 1, per(target_price, share_price) - 1,
                    per(eps_next_year, eps_before) - 1)  # fmt: skip


@model(verdict="upside", better="higher")
def stated_multiple(share_price: PerShare, price_to_earnings: Multiple, target_price: PerShare,
                    year_end_price: PerShare, stated_return: Fraction) -> StatedMultiple:  # fmt: skip
    """What a printed price to earnings implies, and whether the printed return of the year is of the same day.

    Formula: eps_implied = share_price / price_to_earnings; pe_at_target = target_price / eps_implied
             return_to_date = share_price / year_end_price - 1; price_of_return = year_end_price * (1 + stated_return)
    Units:   a currency per ADS; the return since the end of the year before.
    Source:  Alibaba at what ARK paid, October 2025: 189.58 at 21 times is 9.03; 230 is +21.3 %, 245 +29.2 %.

    >>> found = stated_multiple(189.58, 21.0, 230.0, 84.79, 1.12)
    >>> round(float(found.eps_implied), 2), round(float(found.upside), 3), round(float(found.return_to_date), 2)
    (9.03, 0.213, 1.24)
    """
    earned = per(share_price, price_to_earnings)
    return StatedMultiple(earned, per(target_price, earned), per(target_price, share_price) - 1,
                          per(share_price, year_end_price) - 1, year_end_price * (1 + stated_return))  # fmt: skip


@model(verdict="part_of_target", better="higher")
def track_record(share_price: PerShare, target_price: PerShare, price_since: PerShare) -> TrackRecord:
    """What became of a target: what the share has done since, and which part of the way it has gone.

    Formula: return_since = price_since / share_price - 1; part_of_target = return_since / upside, for an upside
    Units:   a currency per share, on one share count: a split in between must be taken out.
    Source:  hand arithmetic: from 40 to a target of 80 is +100 %; at 60 half of the way is gone.

    >>> [float(each) for each in track_record(40.0, 80.0, 60.0)]
    [1.0, 0.5, 0.5]
    """
    upside, since = per(target_price, share_price) - 1, per(price_since, share_price) - 1
    return TrackRecord(upside, since, per(since, upside))


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
    found = {"share_price": newest(rows, "share_price", _lacking("share_price"), "price")}
    for now, before in (("target_price", "target_before"), ("eps_next_year", "eps_before")):
        known = rows.dropna(subset=now)
        found[now] = newest(known, now, _lacking(now), now)
        found[before] = newest(known.iloc[: int(len(known) > 1)], before, _lacking(before), now)
    return found


def stated(book: Book) -> dict[str, Case]:
    """Each printed price to earnings at the price of a trade in the same text, with the last target of that day."""
    history, estimates = book.register("multiples_history"), book.register("estimates")
    sales, bought = book.register("market").query("measure == 'last_sale'"), book.register("holdings")
    found = {}
    for company in book.companies:
        own = history[history["group"].eq(book.names[company])]
        pe = newest(own[own["measure"] == "pe"], "price_to_earnings", _lacking("price_to_earnings"))
        if pe.missing:
            continue
        printed = own[own["measure"].eq("share_price_return") & own["date"].eq(pe.day)]
        goals = estimates[estimates["subject"].eq(company) & estimates["measure"].eq("target_price")]
        goals = goals[goals["published"].eq(pe.day)]
        trades = bought[bought["symbol"].eq(company) & bought["date"].eq(pe.day)].dropna(subset=["value", "shares"])
        trades = trades.assign(price=trades["value"] / trades["shares"], unit=trades["currency"] + "/share")
        past = (
            sales[sales["symbol"].eq(company) & (sales["date"] < f"{pe.day.year}")] if pe.day == pe.day else sales[:0]
        )
        past = past.assign(unit=past["currency"] + "/share")
        found[company] = study.case(
            stated_multiple, book, company, price_to_earnings=pe.called("price_to_earnings", "multiple"),
            share_price=newest(trades.drop_duplicates("price"), "share_price", _lacking("share_price"), "price"),
            target_price=newest(goals, "target_price", _lacking("target_price"), "low", "published"),
            year_end_price=newest(past, "year_end_price", _lacking("year_end_price")),
            stated_return=newest(printed.assign(unit="fraction"), "stated_return", _lacking("stated_return")),
        )  # fmt: skip
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
    return newest(rows[rows["date"] > target.day], "price_since", _lacking("price_since"))


def _starts(which: Callable, found: Callable[[Book], Mapping[str, Case]]) -> None:
    @study.starts(which)
    def start(book: Book, company: str) -> Case:
        own = list(found(book.of(company)).values()) if company else []
        return own[0] if own else study.bound(which, book, company)


_starts(stated_multiple, stated)
_starts(track_record, records)


def _of(row: pd.Series, column: str, name: str) -> Quantity:
    """A figure of an estimate, of the day on which it was published."""
    if pd.isna(row[column]):
        return missing(name, _lacking(name), row["unit"], kind=row["kind"])
    return Quantity(name, float(row[column]), row["unit"], kind=row["kind"], source=row["source"],
                    published=row["published"], since=row["published"], day=row["published"])  # fmt: skip


def _none(name: str) -> Quantity:
    return missing(name, _lacking(name), kind="estimated")


def _lacking(name: str) -> str:
    return say("revisions.lacking", name=words.lower(words.name(name)))


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
    about = words.lower(words.name(row["about"] or row["measure"]))
    given = row["measure"] == "revision"
    return {"name": row["name"], "author": row["author"], "about": about, "period": row["period"] or words.DASH,
            "shown": words.DASH if given else ends, "before": words.value(row["previous"], row["unit"]),
            "change": ends if given else words.change(change), "day": words.day(row["published"]), "label": row["name"],
            "value": change, "unit": "fraction", "kind": row["kind"], "source": row["source"]}  # fmt: skip
