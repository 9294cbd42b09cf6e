"""What an addition says to the person at the keyboard."""

from collections.abc import Iterator

import pandas as pd

from capcycle.sources.bulk import Outcome
from capcycle.sources.changes import Addition
from capcycle.sources.holdings import Holder
from capcycle.sources.instance import ITEMS
from capcycle.sources.tags import Doubt
from capcycle.words import say

LISTED = 12  # lines of one kind


def told(addition: Addition | Holder, dry: bool = False) -> Iterator[str]:
    """Lines: what was found by concept, which figures changed, what is missing, and what is not taken, with why."""
    yield from _of_manager(addition, dry) if isinstance(addition, Holder) else _of_company(addition, dry)


def _of_manager(holder: Holder, dry: bool) -> Iterator[str]:
    key = "add.holder_nothing" if holder.new.empty else "add.holder_would" if dry else "add.holder"
    days = ", ".join(sorted(set(holder.new["date"])))
    yield say(key, name=holder.name, cik=f"{holder.cik:010}", count=len(holder.new), days=days)
    yield from _some([say("add.holder_doubt", day=each.end, reason=each.reason) for each in holder.doubts])


def _of_company(addition: Addition, dry: bool) -> Iterator[str]:
    company, new = addition.company, addition.new
    key = "add.nothing" if new.empty else "add.would" if dry else "add.done"
    filings = addition.documents[addition.documents["source"].isin(new["source"])]
    yield say(key, **company, new=len(new), filings=len(filings))
    if addition.old.empty and len(new):
        yield from (f"  {line}" for line in addition.found().drop(columns="new").to_string().splitlines())
    elif len(new):
        yield from _some([f"  {title}" for title in filings["title"]])
        yield from _some([_changed(row) for row in new[new["before"].ne("")].to_dict("records")])
    if addition.missing and addition.old.empty:
        yield say("add.missing", concepts=", ".join(addition.missing))
    if addition.untagged:
        yield say("add.untagged", reports=", ".join(addition.untagged))
    if addition.segments:
        parts = [
            f"{name} {each.value:,.15g}" for each in addition.segments for axis, name in each.members if axis != ITEMS
        ]
        yield say("add.segments", end=addition.segments[0].end, segments=", ".join(parts))
    if len(addition.customers):
        yield say("add.customers", count=len(addition.customers))
    if addition.apart:
        yield say("add.apart", count=len(addition.apart))
        yield from _doubts(pd.DataFrame(addition.apart, columns=Doubt._fields))
    if addition.doubts:
        yield say("add.doubts", count=len(addition.doubts))
        yield from _doubts(pd.DataFrame(addition.doubts, columns=Doubt._fields))


def told_of_many(outcomes: list[Outcome], found: int, strangers: int) -> Iterator[str]:
    """Lines: how many companies of an archive were read, what they brought, and those that were refused."""
    refused = [each for each in outcomes if each.refused]
    new = [each for each in outcomes if each.new]
    yield say("add.bulk", found=found, read=len(outcomes), companies=len(new), figures=sum(each.new for each in new))
    if strangers:
        yield say("add.strangers", count=strangers)
    if refused:
        yield say("add.refused", count=len(refused))
        yield from _some([f"    {each.refused}" for each in refused])


def _changed(row: dict[str, str]) -> str:
    return say("add.restated", **row, period=_period(row["period_start"], row["period_end"]))


def _period(start: str, end: str) -> str:
    return f"{start}…{end}" if start else end


def _doubts(table: pd.DataFrame) -> Iterator[str]:
    """The newest doubt of each concept, and how many there are of it."""
    newest = table.sort_values(["end", "filed"]).groupby("concept")
    for (concept, rows), last in zip(newest, newest.tail(1).to_dict("records"), strict=False):
        period = _period(last["start"], last["end"])
        yield say("add.doubt", concept=concept, count=len(rows), period=period, reason=last["reason"])


def _some(lines: list[str]) -> Iterator[str]:
    yield from lines[:LISTED]
    if len(lines) > LISTED:
        yield say("add.more", count=len(lines) - LISTED)
