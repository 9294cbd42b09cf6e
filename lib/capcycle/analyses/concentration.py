"""How concentrated market value is: the share of the largest, the Herfindahl index, and their own history."""

from typing import NamedTuple

import pandas as pd

from capcycle import facts, study, words
from capcycle.errors import NothingToShow
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.models.bounds import within
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, model
from capcycle.quantity import Quantity, newest
from capcycle.study import Case
from capcycle.words import Sentence, say

NEAR = pd.Timedelta(days=92)  # between two values of which one is a share of the other
LEAST, MONTHS = 2, 12  # companies that a share is of; months of history that a percentile needs


@model(verdict="world_share", better="lower", world_share=Fraction, implied_world_value=Amount)
def world_concentration(top_value: Amount, world_equity_value: Amount, printed_share: Fraction):
    """What the largest companies are of the world's listed equity, and the world value that a printed share implies.

    Formula: world_share = top_value / world_equity_value; implied_world_value = top_value / printed_share
    Units:   amounts of one currency and day, a fraction.
    Source:  the five largest in October 2025: about 20.5tn and 16 % imply 128.1tn.

    >>> round(float(world_concentration(20.5e12, 128.1e12, 0.16).implied_world_value) / 1e12, 1)
    128.1
    """
    return per(top_value, world_equity_value), per(top_value, printed_share)


def shares(values: pd.DataFrame) -> pd.DataFrame:
    """Each company's part of the sum of a day; what is missing has none.

    >>> shares(pd.DataFrame({"A": [3.0], "B": [1.0]})).to_numpy().tolist()
    [[0.75, 0.25]]
    """
    return values.div(values.sum(axis=1), axis=0)


def herfindahl(parts: pd.DataFrame) -> pd.Series:
    """The sum of squared shares: 1 for one company alone, one over their number where all are equal.

    Source:  U.S. Department of Justice, Merger Guidelines (2023), section 2.1, as fractions.

    >>> herfindahl(pd.DataFrame({"A": [0.75, 0.5], "B": [0.25, 0.5]})).tolist()
    [0.625, 0.5]
    """
    return (parts**2).sum(axis=1)


class Market(NamedTuple):
    """Market values by month end and company, what the largest are of their sum, and the evidence."""

    book: Book
    values: pd.DataFrame
    top: int
    source: str
    asked: int

    @property
    def share(self) -> pd.Series:
        """The share of the largest, by day."""
        return shares(self.values).apply(lambda day: day.nlargest(self.top).sum(), axis=1)

    @property
    def largest(self) -> list[str]:
        """The largest of the newest day."""
        return list(self.values.iloc[-1].nlargest(self.top).index)

    @property
    def names(self) -> list[str]:
        return [self.book.names[each] for each in self.largest]


def market(book: Book, top: int = 5) -> Market:
    """The month ends of a book's companies on which at least one more than `top` of them had a market value.

    Where there is none, the largest alone counts, on the days with two companies or more: the share of five of five
    says nothing. A company with two listed classes counts once, by that under whose name it goes.
    Errors: ModelError for a number that cannot be; NothingToShow where no day has two companies.
    """
    within("top", top, 1, len(facts.companies()), advice="it is a number of companies")
    table = book.register("market").query("measure == 'market_value' and company in @book.companies")
    one = table[table["symbol"] == table["company"]]
    one = book.restated(one, ["value"])
    values = one.pivot(index="date", columns="company", values="value")
    known = values.notna().sum(axis=1)
    if not known.ge(LEAST).any():
        raise NothingToShow(say("concentration.nobody", count=LEAST))
    counts = top if known.gt(top).any() else 1
    return Market(book, values[known > counts], counts, facts.documents(one["source"]), top)


@study.starts(world_concentration)
def _start(book: Book, company: str) -> Case:
    return study.bound(world_concentration, book, company) if company else world(market(book))


def world(found: Market) -> Case:
    """The largest companies against the world's listed equity, at the one value of it that is known."""
    largest = found.values.iloc[-1][found.largest]
    day = found.values.index[-1]
    top = Quantity("top_value", float(largest.sum()), found.book.money, kind="estimated", source=found.source,
                   reason=words.listing(found.names), since=day, day=day)  # fmt: skip
    rows = found.book.register("multiples_history").query("measure == 'share_of_world_equity'")
    printed = newest(rows.assign(unit="fraction"), "printed_share", study.not_public("printed_share"))
    return study.case(world_concentration, found.book, top_value=top, printed_share=printed)


def verdict(found: Market) -> Sentence:
    """What the largest are of the companies here, where that stands in its history, and what they are of the world."""
    share, case = found.share, world(found)
    said = {"names": words.listing(found.names), "share": words.value(share.iloc[-1], "fraction"),
            "all": int(found.values.iloc[-1].notna().sum()), "day": words.day(share.index[-1])}  # fmt: skip
    few = [say("concentration.few", count=found.asked)] if found.asked > found.top else []
    told = [*few, words.counted("concentration.verdict", found.top, **said)]
    if len(share) > MONTHS:
        below = float((share.iloc[:-1] < share.iloc[-1]).mean())
        told.append(say("concentration.percentile", below=words.value(below, "fraction"), count=len(share) - 1))
    known = case.inputs["world_equity_value"].published
    if known != known:  # a figure of a later day is no base on a page of an earlier one
        return words.paragraph(*told, study.tell(case, "concentration.world_none"))
    key = "world_old" if abs(share.index[-1] - known) > NEAR else "world" if found.top > 1 else "world_1"
    return words.paragraph(*told, study.tell(case, f"concentration.{key}", known=words.day(known)))


def over_time(found: Market) -> Exhibit:
    """The share of the largest and the Herfindahl index, by month end."""
    lines = {words.counted("concentration.largest", found.top): found.share,
             say("concentration.herfindahl"): herfindahl(shares(found.values))}  # fmt: skip
    rows = pd.DataFrame([
        {"x": f"{day:%Y-%m}", "label": f"{day:%Y-%m}", "group": name, "value": float(value)}
        for name, line in lines.items() for day, value in line.items()
    ]).assign(unit="fraction", kind="estimated", source=found.source)  # fmt: skip
    share = found.share
    ends = {"first": words.value(share.iloc[0], "fraction"), "last": words.value(share.iloc[-1], "fraction")}
    frame = marks.worded("concentration.over_time", *_without(found), id="concentration",
                         since=words.day(share.index[0]), day=words.day(share.index[-1]), **ends)  # fmt: skip
    return marks.paths(rows, frame)


def _without(found: Market) -> list[str]:
    """Of which of the companies asked for there is no market value on the newest day."""
    lacking = [name for company, name in found.book.names.items()
               if company in found.book.companies and company not in found.values.iloc[-1].dropna().index]  # fmt: skip
    return [say("concentration.without", names=words.listing(lacking))] if lacking else []


def parts(found: Market) -> Exhibit:
    """Each company's market value as a part of the sum of those here, on the newest day."""
    own = shares(found.values).iloc[-1].dropna().sort_values(ascending=False)
    rows = pd.DataFrame({"label": [found.book.names[each] for each in own.index], "value": own.to_numpy()})
    rows = rows.assign(unit="fraction", kind="estimated", source=found.source, note="")
    frame = marks.worded("concentration.parts", *_without(found), id="parts-of-market-value", top=rows["label"].iloc[0],
                         share=words.value(own.iloc[0], "fraction"), count=len(own), day=words.day(own.name),
                         equal=words.value(1 / float((own**2).sum()), "number"))  # fmt: skip
    return marks.columns(rows, frame)
