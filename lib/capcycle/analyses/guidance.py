"""How guidance for capex was revised, and what it leaves for the second half of a year."""

import pandas as pd

from capcycle import words
from capcycle.analyses import surprise
from capcycle.exhibits import Exhibit, marks
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, model
from capcycle.words import say


@model(verdict="second_half_pace", better="higher", second_half_low=Amount, second_half_high=Amount,
       second_half_pace=Fraction, guidance_revision=Fraction)  # fmt: skip
def second_half(first_half: Amount, guidance_low: Amount, guidance_high: Amount, guidance_before: Amount):
    """What guidance for a year leaves for its second half, and by how much the low end was revised.

    Formula: second_half = guidance - first_half; second_half_pace = second_half_low / first_half - 1;
             guidance_revision = guidance_low / guidance_before - 1
    Units:   amounts on one basis in one currency; fractions.
    Source:  Alphabet in 2024: more than 49bn for the year after 25bn; Meta raised its low end from 35bn to 37bn.

    >>> round(float(second_half(25e9, 49e9, 49e9, 49e9).second_half_low) / 1e9)
    24
    """
    low, high = guidance_low - first_half, guidance_high - first_half
    return low, high, per(low, first_half) - 1, per(guidance_low, guidance_before) - 1


def staircase(book: Book) -> Exhibit:
    """Guidance for capex step by step, with its range, and what the period came to."""
    table = book.versions("estimates")
    rows = table[(table["measure"] == "guidance") & (table["about"] == "capex") & table["subject"].isin(book.companies)]
    revised = [
        steps
        for _, own in rows.groupby(["subject", "period", "unit"], sort=False)
        for steps in [_steps(book, own)]
        if len(steps) > 1
    ]
    if not revised:
        return marks.nothing(marks.worded("guidance.staircase", title=say("guidance.unrevised")))
    ends = [(steps[0], next(step for step in reversed(steps) if not step["came"])) for steps in revised]
    first, last = max(ends, key=lambda pair: (pair[1]["period"], pair[1]["low"] / pair[0]["low"]))
    said = {end: words.value(step["low"], step["unit"]) for end, step in (("first", first), ("last", last))}
    frame = marks.worded("guidance.staircase", title=say("guidance.staircase.title", about=first["about"], **said))
    return marks.dots(pd.DataFrame([step for steps in revised for step in steps]), frame)


def _steps(book: Book, rows: pd.DataFrame) -> list[dict]:
    rows = rows.sort_values("published", kind="stable", na_position="first")
    first, last = rows.iloc[0], rows.iloc[-1]
    about = say("guidance.about", company=first["name"], period=first["period"])
    base = {
        "about": about,
        "period": first["period"],
        "unit": first["unit"],
        "kind": first["kind"],
        "source": first["source"],
        "note": "",
        "came": False,
    }
    levels = [("before", first["previous"], first["previous"], first)] if first["previous"] == first["previous"] else []
    levels += [("on", row["low"], row["high"], row) for _, row in rows.iterrows()]
    steps = [
        base
        | {
            "label": say(f"guidance.{key}", about=about, day=words.day(row["published"])),
            "low": low,
            "high": high,
            "value": (low + high) / 2,
            "source": row["source"],
            "note": row["note"],
        }
        for key, low, high, row in levels
    ]
    actual = surprise.against(book.of(last["subject"]).into(last["unit"]), last).inputs["actual"]
    came = base | {
        "label": say("guidance.came", about=about),
        "value": actual.value,
        "low": actual.value,
        "high": actual.value,
        "kind": actual.kind,
        "source": actual.source,
        "came": True,
    }
    return [*steps, came] if not actual.missing and len(steps) > 1 else steps
