"""A figure that knows its evidence: its value and range, its unit, how good it is, its documents, and its day."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.lib.mixins import NDArrayOperatorsMixin

from capcycle import words
from capcycle.errors import ModelError, NothingToShow
from capcycle.facts.evidence import documents, weakest

ASSUMED, DERIVED = "assumed", "derived"
MARKS = ("estimated", ASSUMED)  # kinds that a table marks
PLAIN = (
    "",
    "fraction",
    "rate",
    "points",
    "multiple",
    "number",
    "times",
)  # units that another is multiplied or divided by
APART = pd.Timedelta(days=62)  # quarters under one calendar label end at most a month either side of its end
MORE = (": ", " (", "：", "（")  # what a reason that says more than another goes on with


@dataclass(frozen=True)
class Quantity(NDArrayOperatorsMixin):
    """One figure with its evidence.

    value      a number, or a list with one number for each year; NaN where it is missing
    low, high  the ends of its range; NaN where it is not varied
    kind       reported, derived, estimated or assumed
    source     ids of documents, space between
    reason     why this value and range; why it is missing, where it is
    whose      who has the assumption that this company lacks
    published  the day from which it is known to have been public; NaT where none is known
    since, day the first and the last day that the figures in it are of; NaT where it is of none
    hindsight  whether it is today's judgement on a page of an earlier day

    Quantities are added, subtracted, multiplied and divided with each other and with numbers. The result has the
    weakest kind, all documents, the whole span of days, and a range where a part has one; it is missing where a part
    is, for the reasons of its parts. Amounts of two units are not added.

    >>> capex = Quantity("capex", 60.0, "USD", kind="reported", source="10-K")
    >>> share = Quantity("ai_share_of_capex", 0.5, "fraction", 0.4, 0.75, source="survey")
    >>> spent = capex * share
    >>> spent.value, spent.low, spent.high, spent.unit, spent.kind, spent.source
    (30.0, 24.0, 45.0, 'USD', 'assumed', '10-K survey')
    """

    name: str
    value: Any
    unit: str = ""
    low: float = np.nan
    high: float = np.nan
    kind: str = ASSUMED
    source: str = ""
    reason: str = ""
    whose: str = ""
    published: Any = pd.NaT
    since: Any = pd.NaT
    day: Any = pd.NaT
    hindsight: bool = False

    @property
    def varied(self) -> bool:
        """Whether it has a range of some width."""
        return bool(self.low < self.high)

    @property
    def missing(self) -> bool:
        """Whether there is no number."""
        return bool(np.isnan(np.asarray(self.value, float)).any())

    @property
    def unlike(self) -> bool:
        """Whether it is made of figures of days that lie too far apart to be of one period."""
        return bool(self.day - self.since > APART)

    @property
    def days(self) -> str:
        """The day that it is of in words; both ends where it is made of figures of unlike days; empty where of none.

        >>> old, new = (Quantity("debt", 1.0, "USD", day=pd.Timestamp(day)) for day in ("2025-12-31", "2026-06-30"))
        >>> new.days, (old + new).days
        ('30 Jun 2026', '31 Dec 2025 to 30 Jun 2026')
        """
        if self.day != self.day:
            return ""
        last = words.day(self.day)
        return words.say("quantity.days", first=words.day(self.since), last=last) if self.unlike else last

    @property
    def iso(self) -> str:
        """The last day of it as a download has it; empty where it is of none."""
        return f"{self.day:%Y-%m-%d}" if self.day == self.day else ""

    @property
    def until(self) -> str:
        """Up to which day its period goes, inside a sentence: "to 30 Jun 2026", or between which days its parts end."""
        ends = {"first": words.day(self.since), "last": words.day(self.day)}
        return words.say("quantity.between" if self.unlike else "quantity.until", **ends)

    @property
    def shown(self) -> str:
        """Its value in words."""
        return words.value(self.value, self.unit)

    @property
    def marked(self) -> str:
        """Its value in words, marked where it is somebody's judgement, as a cell of a table has it.

        >>> judged, filed = (Quantity("beta", 1.5, "number", kind=kind) for kind in ("estimated", "reported"))
        >>> judged.marked, filed.marked
        ('1.5 (e)', '1.5')
        """
        return marked(self.shown, self.kind)

    @property
    def ranged(self) -> str:
        """Both ends of its range in words where it has one, else its value; marked where it is somebody's judgement."""
        return marked(words.between(self.low, self.high, self.unit) if self.varied else self.shown, self.kind)

    def called(self, name: str, unit: str | None = None, reason: str | None = None) -> "Quantity":
        """The same under another name, in a unit that is said, or for another reason; a missing one keeps its own."""
        kept = self.reason if reason is None or self.missing else reason
        return replace(self, name=name, unit=self.unit if unit is None else unit, reason=kept)

    def chosen(self, value: float) -> "Quantity":
        """A reader's own number in its place, within its range or widening it."""
        ends = {"low": min(self.low, value), "high": max(self.high, value)} if self.varied else {}
        evidence = {"reason": words.say("study.given"), "since": pd.NaT, "day": pd.NaT, "hindsight": False}
        return replace(self, value=value, kind=ASSUMED, **evidence, **ends)

    def __array_ufunc__(self, formula: np.ufunc, method: str, *parts: Any, **_: Any) -> "Quantity":
        """What an operator makes of it: a figure in the unit that follows."""
        if formula not in UNITS:
            raise ModelError(f"{formula.__name__} of a quantity has no meaning: add, subtract, multiply or divide")
        return together(formula, *parts, unit=UNITS[formula](*parts))


def marked(text: str, kind: str) -> str:
    """What is said of a figure, marked where it is somebody's judgement.

    >>> marked("+2.6 points", "assumed"), marked("–", "assumed")
    ('+2.6 points (a)', '–')
    """
    return f"{text} {words.say(f'mark.{kind}')}" if kind in MARKS and text != words.DASH else text


def missing(name: str, reason: str, unit: str = "", **evidence: Any) -> Quantity:
    """A quantity that nobody gives, and why.

    >>> missing("ai_revenue", "The company discloses no amount.").missing
    True
    """
    return Quantity(name, np.nan, unit, reason=reason, **evidence)


def together(formula: Callable, *parts: Any, name: str = "", unit: str = "", reason: str = "") -> Quantity:
    """What a formula makes of several quantities and numbers, with the evidence of all of them.

    Its range is that of the formula over all ends of the parts, which is right where it rises or falls in each.

    >>> debt = Quantity("debt", 40.0, "USD", kind="reported", source="10-Q", day=pd.Timestamp("2026-06-30"))
    >>> cash = Quantity("cash", 15.0, "USD", kind="estimated", source="news", day=pd.Timestamp("2026-06-30"))
    >>> net = together(lambda debt, cash: debt - cash, debt, cash, name="net_debt", unit="USD")
    >>> net.value, net.kind, net.source, net.days
    (25.0, 'estimated', '10-Q news', '30 Jun 2026')
    """
    known = [each for each in parts if isinstance(each, Quantity)]
    if lacking := [each for each in known if each.missing]:
        why = listed(each.reason for each in lacking)
        return Quantity(name, np.nan, unit, source=documents(each.source for each in known), reason=why)
    low, high = _range(formula, parts)
    days = [each for each in known if each.day == each.day]
    return Quantity(
        name, _applied(formula, [_value(each) for each in parts]), unit, low, high,
        kind=weakest([DERIVED, *(each.kind for each in known)]),
        source=documents(each.source for each in known), reason=reason,
        published=max((each.published for each in known if each.published == each.published), default=pd.NaT),
        since=min((each.since if each.since == each.since else each.day for each in days), default=pd.NaT),
        day=max((each.day for each in days), default=pd.NaT),
        hindsight=any(each.hindsight for each in known),
    )  # fmt: skip


def listed(reasons: Iterable[str]) -> str:
    """Several reasons why something is missing as one, each once though a figure may have it from two of its parts.

    >>> listed(["no price is known.", "no debt is known; no price is known", ""])
    'no price is known; no debt is known'
    >>> listed(["no debt is known", "no debt is known: the note was not found", "no debt is known at the opening"])
    'no debt is known: the note was not found; no debt is known at the opening'
    """
    every = list(dict.fromkeys(words.parted(words.clauses(reason.rstrip(".。") for reason in reasons if reason))))
    return words.clauses(each for each in every if not any(_says_more(other, each) for other in every))


def _says_more(other: str, each: str) -> bool:
    """Whether a reason is another one with its period or its cause."""
    return other.startswith(tuple(each + end for end in MORE))


def total(parts: Iterable[Quantity], name: str = "", reason: str = "") -> Quantity:
    """The sum of some quantities of one unit; missing where one of them is.

    Errors: NothingToShow for none, ModelError for amounts of unlike units.

    >>> total([Quantity("capex", 1.0, "USD"), Quantity("capex", 2.5, "USD")], "capex").value
    3.5
    """
    known = list(parts)
    if not known:
        raise NothingToShow(
            f"nothing to add up for {name or 'a total'}: choose companies that have it, or a later date"
        )
    return sum(known[1:], known[0]).called(name or known[0].name, reason=reason)


def spanned(parts: Iterable[Quantity]) -> str:
    """The day that some figures are of in words, or the first and the last; empty where none has a day.

    >>> price, sales = (Quantity("", 1.0, day=pd.Timestamp(day)) for day in ("2026-08-22", "2026-06-30"))
    >>> spanned([price, sales]), spanned([price])
    ('30 Jun 2026 to 22 Aug 2026', '22 Aug 2026')
    """
    days = [one for each in parts if not each.missing for one in (each.since, each.day) if one == one]
    if not days:
        return ""
    first, last = words.day(min(days)), words.day(max(days))
    return last if first == last else words.say("quantity.days", first=first, last=last)


def unlike(named: Mapping[str, Quantity]) -> list[str]:
    """A sentence that says of which day each figure is, where some end too far apart to be of one period; else none.

    >>> old, new = (Quantity("capex", 1.0, "USD", day=pd.Timestamp(day)) for day in ("2025-12-31", "2026-06-30"))
    >>> unlike({"Nebius": old, "CoreWeave": new, "Oracle": new})
    ['Not all end on one day. 31 Dec 2025: Nebius; 30 Jun 2026: CoreWeave and Oracle.']
    >>> unlike({"CoreWeave": new, "Oracle": new})
    []
    """
    undated = {name: each.day for name, each in named.items() if not each.missing and words.day(each.day) not in name}
    days = pd.Series(undated, dtype="datetime64[ns]")  # a name that has its day needs none beside it
    if not days.max() - days.min() > APART:
        return []
    each = [f"{words.day(day)}: {words.listing(list(own.index))}" for day, own in days.groupby(days)]
    return [words.say("quantity.unlike", each=words.clauses(each))]


def newest(rows: pd.DataFrame, name: str, lacking: str, value: str = "value", day: str = "date") -> Quantity:
    """The newest row of a table of figures; missing, with the reason `lacking`, where there is none.

    rows   with `kind`, `source`, columns of the value and of its day, and `unit` or `currency`, `low`, `high`, `note`
           where it has them

    >>> table = pd.DataFrame({"mw": [200.0, 207.0], "date": pd.to_datetime(["2025-12-31", "2026-06-30"]),
    ...                       "kind": "reported", "source": ["a", "b"], "unit": "MW", "note": ""})
    >>> power = newest(table, "operating_mw", "no power in use is known", "mw")
    >>> power.value, power.days, power.source
    (207.0, '30 Jun 2026', 'b')
    """
    rows = rows[rows[value].notna()]
    if rows.empty:
        return missing(name, lacking)
    row = rows.sort_values(day, kind="stable", na_position="first").iloc[-1]
    ends = {end: float(row[end]) for end in ("low", "high") if end in row.index}
    return Quantity(
        name, float(row[value]), row.get("unit", row.get("currency", "")), kind=row["kind"], source=row["source"],
        reason=row.get("note", ""), published=row.get("published", pd.NaT), since=row[day], day=row[day], **ends,
    )  # fmt: skip


def _of_one_unit(left: Any, right: Any) -> str:
    units = {_unit(each) for each in (left, right)} - {""}
    if len(units) > 1:
        names = " and ".join(f"{each.name or 'a figure'} in {each.unit}" for each in (left, right))
        raise ModelError(f"{names} cannot be added or subtracted: convert one to the unit of the other")
    return next(iter(units), "")


def _unit(each: Any) -> str:
    return each.unit if isinstance(each, Quantity) else ""


def _value(each: Any) -> Any:
    return each.value if isinstance(each, Quantity) else each


def _applied(formula: Callable, values: Sequence[Any]) -> Any:
    if any(isinstance(each, list) for each in values):  # by year
        return np.asarray(formula(*(np.asarray(each, float) for each in values)), float).tolist()
    return float(formula(*values))


def _range(formula: Callable, parts: Sequence[Any]) -> tuple[float, float]:
    if not any(isinstance(each, Quantity) and each.varied for each in parts):
        return np.nan, np.nan
    ends = [(each.low, each.high) if isinstance(each, Quantity) and each.varied else (_value(each),) for each in parts]
    reached = [_applied(formula, corner) for corner in product(*ends)]
    return min(reached), max(reached)


def _product(*both: Any) -> str:
    left, right = map(_unit, both)
    if left in PLAIN or right in PLAIN:
        return right if left in PLAIN else left
    over, under = zip(*(_parts(unit) for unit in (left, right)), strict=True)
    return _written([*over[0], *over[1]], [*under[0], *under[1]])


def _quotient(*both: Any) -> str:
    left, right = map(_unit, both)
    if right in PLAIN:
        return left
    over, under = _parts(right)
    own_over, own_under = _parts("" if left in PLAIN else left)
    return _written([*own_over, *under], [*own_under, *over])


def _parts(unit: str) -> tuple[list[str], list[str]]:
    over, *under = unit.split("/")
    return [over] * bool(over), under


def _written(over: list[str], under: list[str]) -> str:
    """A unit out of what stands above and below its stroke, what stands in both left out."""
    for each in list(over):
        if same := next((one for one in under if one.rstrip("s") == each.rstrip("s")), None):  # a price a share, shares
            over.remove(each)
            under.remove(same)
    return "/".join([" ".join(over) or "", *under]) if over or under else "fraction"


UNITS = {np.add: _of_one_unit, np.subtract: _of_one_unit, np.multiply: _product, np.divide: _quotient}  # of results
