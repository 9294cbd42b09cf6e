"""Quantities beside each other: each with its day, its kind, a small picture of its years, and the page behind it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.exhibits import marks, parts
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks.frame import Frame
from capcycle.quantity import DERIVED, Quantity
from capcycle.words import say

LEAST, MOVED = 7, 3  # steps by which a usual one is known; figures that are shown to have moved
FIRM = ("reported", DERIVED)
OLD = pd.Timedelta(days=190)  # beside the newest of its line: more than half a year and a late month
YEAR_OLD = pd.Timedelta(days=380)  # beside the newest of all lines: more than a year and a late quarter's end
WIDE, HIGH = 60.0, 14.0  # of a small picture, in the units of its view box


@dataclass(frozen=True)
class Card:
    """One figure of a company.

    quantity  the figure with its evidence
    company   whose it is
    page      the notebook that shows how it comes about; a site links to the page on the company that it has of it
    trend     its values over five years, the oldest first, with gaps as NaN; empty where it has no past
    form      how its value is written, where that is not by its unit: a difference in points
    origin    the case, the measures or the single figure that it comes from, for a spreadsheet
    headline  whether the first page of a site shows it of every company
    """

    quantity: Quantity
    company: str
    page: str = ""
    trend: Sequence[float] = field(default_factory=tuple)
    form: Callable[[float], str] | None = None
    origin: Any = None
    headline: bool = False

    @property
    def shown(self) -> str:
        """Its value in words."""
        return self.form(self.quantity.value) if self.form else self.quantity.shown


Groups = Mapping[str, Mapping[str, Sequence[Card]]]


def table(groups: Groups, frame: Frame, columns: Sequence[str]) -> Exhibit:
    """Figures down, under the heading of their group, and companies across; what is missing opens its reason.

    groups   by heading and by label a card for each column
    columns  the heading of the first column, and of each company

    >>> card = Card(Quantity("capex", 60e9, "USD", kind="reported"), "META", "capex", (20e9, 30e9, 60e9))
    >>> shown = table({"Spent": {"Capex": [card]}}, Frame("cards", "Meta spends", "USD"), ["Figure", "Meta"])
    >>> shown.view.iloc[1, 1]["text"], shown.view.iloc[1, 1]["spark"]
    ('$60.0bn', '0,14 30,10.5 60,0')
    """
    rows, last = [], _newest(card for lines in groups.values() for own in lines.values() for card in own)
    known, lacking = _parted(groups, lambda own: own)
    for heading, lines in known.items():
        rows.append([{"text": heading, "group": True}, *[""] * (len(columns) - 1)])
        for label, cards in lines.items():
            named = {"text": label, "headline": True} if any(card.headline for card in cards) else label
            rows.append([named, *(_cell(card, _newest(cards), last) for card in cards)])
    if lacking:
        each = list(zip(*lacking.values(), strict=True))
        rows.append([say("cards.nobody"), *(_folded(dict(zip(lacking, own, strict=True))) for own in each)])
    return _exhibit(frame, pd.DataFrame(rows, columns=list(columns)), _figures(groups))


def screen(groups: Groups, frame: Frame, columns: Sequence[str], names: Mapping[str, str]) -> Exhibit:
    """The first company's figures down, each beside the middle of the others that have it; what it lacks in one line.

    names   of companies by ticker: where one peer alone has a figure it stands with that peer's name and day

    >>> own, other = (Card(Quantity("capex", value, "USD", kind="reported"), "", "") for value in (60e9, 80e9))
    >>> frame, columns = Frame("s", "It spends", "USD"), ["Figure", "Meta", "Peers"]
    >>> shown = screen({"Spent": {"Capex": [own, other]}}, frame, columns, {"": "Oracle"})
    >>> shown.view.iloc[1, 2]["text"], shown.view.iloc[1, 2]["under"]
    ('$80.0bn', 'Oracle alone')
    """
    rows, last = [], _newest(card for lines in groups.values() for own in lines.values() for card in own)
    known, lacking = _parted(groups, lambda own: own[:1])
    for heading, lines in known.items():
        rows.append([{"text": heading, "group": True}, "", ""])
        for label, (own, *others) in lines.items():
            rows.append([label, _cell(own, _newest([own, *others]), last), _middle(own, others, names)])
    if lacking:
        rows.append([say("cards.unheld"), _folded({label: cards[0] for label, cards in lacking.items()}), ""])
    return _exhibit(frame, pd.DataFrame(rows, columns=list(columns)), _figures(groups))


def told(lines: Mapping[str, Card], frame: Frame, columns: Sequence[str]) -> Exhibit:
    """A sentence for each label, with its day and its kind; at the end one line opens what cannot be said, and why.

    >>> own = Card(Quantity("capex", 60e9, "USD", kind="reported"), "META", form=lambda _: "Meta spends much")
    >>> shown = told({"Capex": own}, Frame("t", "Told", ""), ["Asked", "Said"])
    >>> shown.view.iloc[0, 1]["text"], shown.view.iloc[0, 1]["under"]
    ('Meta spends much.', 'reported')
    """
    known = {label: card for label, card in lines.items() if not card.quantity.missing}
    lacking = {label: card for label, card in lines.items() if label not in known}
    rows: list[list] = [[label, _cell(card, card.quantity.day)] for label, card in known.items()]
    for row in rows:
        row[1] |= {"text": words.paragraph(row[1]["text"])}
    if lacking:
        why = [say("cards.unsaid_why", figure=label, reason=words.paragraph(parts.upper(card.quantity.reason)))
               for label, card in lacking.items()]  # fmt: skip
        rows.append([say("cards.unsaid"), {"text": words.counted("cards.unsaid_count", len(why)), "details": why}])
    figures = [_figure(label, card) for label, card in (known | lacking).items()]
    return _exhibit(frame, pd.DataFrame(rows, columns=list(columns)), pd.DataFrame(figures))


def graded(lines: Groups, companies: Sequence[str]) -> dict[str, list[Card]]:
    """How much of what is shown of each company is filed or computed from filings, and how many figures it lacks.

    >>> own = Card(Quantity("capex", 60e9, "USD", kind="reported"), "META")
    >>> graded({"spent": {"capex": [own]}}, ["META"])["evidence_firm"][0].quantity.value
    1.0
    """
    every = {company: [card.quantity for own in lines.values() for each in own.values() for card in each
                       if card.company == company] for company in companies}  # fmt: skip
    known = {company: [each for each in all_ if not each.missing] for company, all_ in every.items()}
    firm = {company: sum(each.kind in FIRM for each in own) / max(len(own), 1) for company, own in known.items()}
    lack = {company: float(len(every[company]) - len(known[company])) for company in companies}
    return {
        name: [Card(Quantity(name, value, unit, kind=DERIVED), company, "coverage") for company, value in own.items()]
        for name, unit, own in (("evidence_firm", "fraction", firm), ("evidence_missing", "number", lack))
    }


def moved(groups: Groups, names: Mapping[str, str], key: str) -> Exhibit:
    """The figures that moved most in the last quarter, beside how far each usually moves: its median step before.

    >>> spent = Quantity("capex", 30.0, "USD", kind="reported", day=pd.Timestamp("2026-06-30"))
    >>> card = Card(spent, "META", trend=[*range(10, 20), 30])
    >>> moved({"Spent": {"Capex": [card]}}, {"META": "Meta"}, "comparison.moved").view.iloc[0].tolist()
    ['Meta, capex', '$19', '$30', '30 Jun 2026', '11.0×']
    """
    each = [_move(label, card, names) for lines in groups.values() for label, own in lines.items() for card in own]
    rows = pd.DataFrame([one for one in each if one])
    if rows.empty:
        return marks.nothing(marks.worded(key, title=say(f"{key}.title_0")))
    rows = rows.sort_values("times", ascending=False, ignore_index=True).head(MOVED)
    first = rows.iloc[0]
    ends = {name: words.value(first[name], first["unit"]) for name in ("before", "value")}
    frame = marks.worded(key, title=say(f"{key}.title", label=first["label"], day=first["on"], **ends))
    columns = ("label", "before", "value", "on", "times")
    return marks.table(rows, frame, {name: say(f"cards.{name}") for name in columns})


def _move(label: str, card: Card, names: Mapping[str, str]) -> dict[str, Any] | None:
    """The last step of a figure that has one and whose usual one is known."""
    past, each = np.asarray(card.trend, float), card.quantity
    steps = np.abs(np.diff(past))
    if np.isfinite(steps[:-1]).sum() < LEAST or not np.isfinite(past[-1]) or past[-1] != each.value:
        return None
    usual = np.nanmedian(steps[:-1])
    if not (usual > 0 and np.isfinite(steps[-1])):
        return None
    what = say("cards.whose", company=names[card.company], name=words.lower(label))
    return {"label": what, "before": past[-2], "value": past[-1], "times": steps[-1] / usual, "times_unit": "multiple",
            "on": each.days, "unit": each.unit, "kind": each.kind, "times_kind": DERIVED,
            "source": each.source}  # fmt: skip


def _exhibit(frame: Frame, view: pd.DataFrame, figures: pd.DataFrame) -> Exhibit:
    behind = figures.assign(source=figures["source"].fillna(""))
    return Exhibit(frame.id, frame.title, frame.subtitle, "", view, figures, frame.notes, parts.documents(behind))


def _figures(groups: Groups) -> pd.DataFrame:
    return pd.DataFrame([_figure(label, card) for lines in groups.values() for label, own in lines.items()
                         for card in own])  # fmt: skip


def _newest(cards: Iterable[Card]) -> pd.Timestamp:
    """The newest day of what is known."""
    days = (card.quantity.day for card in cards if not card.quantity.missing)
    return max((day for day in days if day == day), default=pd.NaT)


def _parted(groups: Groups, of: Callable[[Sequence[Card]], Sequence[Card]]) -> tuple[dict, dict[str, Sequence[Card]]]:
    """The lines of which a card that counts has a figure, by heading, and all others by label."""
    lacking = {label: own for lines in groups.values() for label, own in lines.items()
               if all(card.quantity.missing for card in of(own))}  # fmt: skip
    known = {heading: {label: own for label, own in lines.items() if label not in lacking}
             for heading, lines in groups.items()}  # fmt: skip
    return {heading: lines for heading, lines in known.items() if lines}, lacking


def _folded(lacking: Mapping[str, Card]) -> dict[str, Any]:
    """One cell for all the figures that a company lacks: it opens the reason of each."""
    first = next(iter(lacking.values()))
    why = [say("cards.why", figure=label, reason=card.quantity.reason) for label, card in lacking.items()]
    return {
        "text": words.counted("cards.lacking", len(why)),
        "details": why,
        "page": first.page,
        "company": first.company,
    }


def _middle(own: Card, cards: Sequence[Card], names: Mapping[str, str]) -> str | dict[str, Any]:
    """The median of those that have the figure, but for what is old beside the newest; blank where nobody is asked.

    Of one that alone has it, its figure with its name and day.
    """
    if not cards:
        return ""
    newest = _newest([own, *cards])
    known = [each for each in cards if not each.quantity.missing and not newest - each.quantity.day > OLD]
    if not known:
        return say("cards.no_peer")
    if len(known) == 1:
        (one,) = known
        key = "cards.one_peer" if one.quantity.days else "cards.one_peer_undated"
        return {"text": one.shown, "under": say(key, name=names[one.company], day=one.quantity.days)}
    kind = facts.weakest([DERIVED, *(each.quantity.kind for each in known)])
    middle = float(np.median([each.quantity.value for each in known]))
    shown = replace(known[0], quantity=replace(known[0].quantity, value=middle)).shown
    return {"text": shown, "under": say("cards.middle", kind=say(f"cards.{kind}"), count=len(known))}


def _cell(card: Card, newest: pd.Timestamp, last: pd.Timestamp = pd.NaT) -> dict[str, Any]:
    """A figure with its day and kind; grey where it is old beside the newest of its line, or the last day of all."""
    each = card.quantity
    link = {"page": card.page, "company": card.company}
    if each.missing:
        return {"text": say("cards.missing"), "details": [parts.upper(each.reason)], **link}
    day = {"day": each.days} if each.days else {}
    under = say("cards.of_day" if day else "cards.of_none", kind=say(f"cards.{each.kind}"), **day)
    old = bool(newest - each.day > OLD or last - each.day > YEAR_OLD)
    return {"text": card.shown, "under": under, "old": old, "spark": spark(card.trend), "trend": _spoken(card), **link}


def spark(values: Sequence[float]) -> str:
    """Points of a line through some values, as a picture takes them; none for fewer than three.

    >>> spark([1.0, float("nan"), 2.0, 3.0])
    '0,14 40,7 60,0'
    """
    numbers = np.asarray(values, float)
    known = np.flatnonzero(np.isfinite(numbers))
    if len(known) < 3:
        return ""
    low, high = numbers[known].min(), numbers[known].max()
    across = known / max(len(numbers) - 1, 1) * WIDE
    up = HIGH - (numbers[known] - low) / ((high - low) or 1.0) * HIGH
    return " ".join(f"{round(x, 1):g},{round(y, 1):g}" for x, y in zip(across, up, strict=True))


def _spoken(card: Card) -> str:
    past = np.asarray(card.trend, float)
    known = np.flatnonzero(np.isfinite(past))
    if len(known) < 3:
        return ""
    first, last = (words.value(past[each], card.quantity.unit) for each in (known[0], known[-1]))
    return say("cards.trend", quarters=known[-1] - known[0], first=first, last=last)


def _figure(label: str, card: Card) -> dict[str, Any]:
    each = card.quantity
    return {"figure": label, "company": card.company, "value": "" if each.missing else repr(float(each.value)),
            "unit": each.unit, "kind": "" if each.missing else each.kind, "from": _iso(each.since),
            "day": _iso(each.day), "reason": each.reason if each.missing else "", "page": card.page,
            "source": each.source}  # fmt: skip


def _iso(day: Any) -> str:
    return f"{day:%Y-%m-%d}" if day == day else ""
