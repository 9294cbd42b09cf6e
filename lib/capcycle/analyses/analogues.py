"""Earlier build-outs beside today's: who paid, what stood idle, how long until failures, and how much is alike."""

import numpy as np
import pandas as pd

from capcycle import words
from capcycle.errors import NothingToShow
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.words import Sentence, say

TRAITS = ("outside_money", "public_money", "idle_capacity", "builders_profitable")


def alike(one: pd.Series, other: pd.Series) -> tuple[int, int]:
    """How many traits two build-outs share, and of how many both are known: an empty cell is no likeness.

    >>> told = {"outside_money": "yes", "public_money": "no", "idle_capacity": "", "builders_profitable": "no"}
    >>> alike(pd.Series(told), pd.Series(told | {"public_money": "yes"}))
    (2, 3)
    """
    known = [name for name in TRAITS if one[name] and other[name]]
    return sum(one[name] == other[name] for name in known), len(known)


def analogues(book: Book) -> pd.DataFrame:
    """The earlier build-outs that were public on the day, each with what it shares with today's.

    Adds `years` from the peak to the first great failures, `same` of `known` traits, and `low` and `high`, the shares
    of GDP that authors give.
    Errors: NothingToShow where today's or every earlier one is missing.
    """
    table = book.register("analogues")
    now, past = table[table["current"] == "yes"], table[table["current"] == "no"]
    if now.empty or past.empty:
        raise NothingToShow(say("analogues.none"))
    given = book.register("episodes").assign(top=lambda rows: rows["share_high"].fillna(rows["share"]))
    ends = given.groupby("episode").agg(low=("share", "min"), high=("top", "max"))
    pairs = [alike(row, now.iloc[0]) for _, row in past.iterrows()]
    past = past.assign(years=past["failure_year"] - past["peak_year"], same=[each[0] for each in pairs],
                       known=[each[1] for each in pairs])  # fmt: skip
    return past.join(ends, on="episode").sort_values("peak_year", ignore_index=True)


def verdict(found: pd.DataFrame) -> Sentence:
    """How soon failures came after the peaks, and which build-out is the most like today's."""
    years = found["years"].dropna()
    parts = found["same"] / found["known"].where(found["known"] > 0)
    told = []
    if len(years):
        told.append(words.counted("analogues.verdict", len(years), least=f"{years.min():g}", most=f"{years.max():g}"))
    if parts.notna().any():
        top = found.loc[parts.idxmax()]
        told.append(
            say("analogues.verdict_alike", episode=words.lower(top["episode"]), same=top["same"], known=top["known"])
        )
    return words.paragraph(*told)


def table(found: pd.DataFrame) -> Exhibit:
    """Each earlier build-out: its share of GDP, who paid, what was in use, when it failed, what it shares with now."""
    rows = found.assign(
        label=found["episode"], share=[_shares(*ends) for ends in zip(found["low"], found["high"], strict=True)],
        time=[_time(row) for row in found.itertuples()], alike=[say("analogues.of", same=same, known=known)
        for same, known in zip(found["same"], found["known"], strict=True)],
        failures=found["failures"].replace("", words.DASH), value=found["utilisation"], unit="fraction",
    )  # fmt: skip
    names = ("label", "share", "funding", "value", "time", "failures", "alike")
    notes = [say("analogues.remark", episode=row.episode, note=row.note) for row in found.itertuples() if row.note]
    top = found.loc[found["years"].idxmax()]
    frame = marks.worded("analogues.table", *notes, id="analogues", episode=words.lower(top["episode"]),
                         years=words.value(float(top["years"]), "years"))  # fmt: skip
    return marks.table(rows, frame, {name: say(f"analogues.column.{name}") for name in names})


def traits(book: Book, found: pd.DataFrame) -> Exhibit:
    """Each trait of every build-out, today's first."""
    now = book.register("analogues").query("current == 'yes'")
    rows = pd.concat([now, found], ignore_index=True)
    cells = {name: [say(f"analogues.{each or 'unknown'}") for each in rows[name]] for name in TRAITS}
    rows = rows.assign(label=rows["episode"], value=np.nan, unit="fraction", **cells)
    frame = marks.worded("analogues.traits", count=len(TRAITS), now=now["episode"].iloc[0])
    columns = {"label": say("analogues.column.label")} | {name: say(f"analogues.{name}") for name in TRAITS}
    return marks.table(rows, frame, columns)


def _shares(low: float, high: float) -> str:
    return words.between(low, high, "fraction") if low == low else words.DASH


def _time(row: tuple) -> str:
    return say("analogues.time", peak=f"{row.peak_year:.0f}", failed=f"{row.failure_year:.0f}",
               years=words.value(float(row.years), "years"))  # fmt: skip
