"""What private money buys: the step in value and the part sold of each round, and the venture money of a quarter."""

import pandas as pd

from capcycle import study, words
from capcycle.errors import ModelError
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Multiple, Number, model
from capcycle.quantity import newest
from capcycle.study import Case
from capcycle.words import say


@model(verdict="dilution_of_round", better="lower", step_up_of_round=Multiple, dilution_of_round=Fraction)
def funding_round(money_raised: Amount, post_money_value: Amount, value_of_round_before: Amount):
    """What part of a company new money bought, and the step from the value of the round before.

    Formula: step_up_of_round = post_money_value / value_of_round_before
             dilution_of_round = money_raised / post_money_value
    Units:   one currency; a value after the new money. A sale of old shares dilutes nobody.
    Source:  StockWe on CoreWeave: 23bn after 2bn is 11.5 times, 35bn after 23bn 1.52; 3bn on 35bn is 8.6 %.

    >>> found = funding_round(3.0, 35.0, 23.0)
    >>> round(float(found.step_up_of_round), 2), round(float(found.dilution_of_round), 3)
    (1.52, 0.086)
    """
    return per(post_money_value, value_of_round_before), per(money_raised, post_money_value)


@model(verdict="mean_round", better="higher", mean_round=Amount)
def venture(venture_money: Amount, venture_companies: Number):
    """What a company that venture money went to was given on average.

    Formula: mean_round = venture_money / venture_companies
    Units:   one currency, one quarter. A mean says little where a few rounds take most of the money.
    Source:  The Information on generative AI in the second quarter of 2024: 12.2bn to 55 companies is 222m each.

    >>> round(float(venture(12.2e9, 55).mean_round) / 1e6)
    222
    """
    return per(venture_money, venture_companies)


def names(book: Book) -> list[str]:
    """Who raised money privately, by the day, the newest round first."""
    table = book.register("rounds").sort_values("date", ascending=False, na_position="last")
    return list(dict.fromkeys(table["name"]))


def of(book: Book, name: str) -> pd.DataFrame:
    """The rounds of a company, the oldest first, those without a date before all, in the currency of the book.

    Errors: ModelError for one without a round, with those that have.
    """
    if name not in (known := names(book)):
        by = book.as_of and f" by {book.as_of}"
        raise ModelError(f"{name or 'a company without a name'} has no private round that is public{by}; "
                         f"those that have: {', '.join(known) or 'none'}")  # fmt: skip
    rows = book.register("rounds").query("name == @name").sort_values("date", na_position="first")
    return book.into(book.money).restated(rows, ["post_money", "amount", "amount_high"])


@study.starts(venture)
def quarter(book: Book, company: str = "") -> Case:
    """The venture money that went to young companies of generative AI in the newest quarter that somebody counts."""
    table = book.register("estimates").assign(date=lambda rows: rows["published"])
    given = {
        name: newest(table[table["measure"].eq(measure)], name, study.not_public(name), "low")
        for name, measure in (("venture_money", "venture_funding"), ("venture_companies", "venture_companies"))
    }
    return study.case(venture, book, "", **given)


def quarters(book: Book) -> dict[str, Case]:
    """The same under the quarter that was counted, for a table."""
    table = book.register("estimates").query("measure == 'venture_funding'").sort_values("period")
    return {words.period(table["period"].iloc[-1]) if len(table) else words.DASH: quarter(book)}


def table(book: Book, name: str) -> Exhibit:
    """Each round of a company: what was raised, the value, the step from that before, and the part it bought."""
    rows = of(book, name) if name in names(book) else book.register("rounds")[:0]
    before = rows["post_money"].ffill().shift()
    found = funding_round(rows["amount"].where(rows["type"].isin(["equity", "planned"])), rows["post_money"], before)
    shown = rows.assign(label=rows["date"].map(words.day), value=rows["post_money"], unit=rows["currency"],
                        step=found.step_up_of_round, step_unit="multiple", part=found.dilution_of_round,
                        part_unit="fraction")  # fmt: skip
    columns = ["label", "type", "amount", "lead", "value", "step", "part"]
    columns += ["collateral"] if rows["collateral"].ne("").any() else []
    headings = {one: say(f"rounds.column.{one}") for one in columns}
    remarks = [say("marks.missing", label=row.label, reason=row.note) for row in shown.itertuples() if row.note]
    new = shown[shown["type"].eq("equity")]
    counted = words.counted("rounds.table.title", len(new), name=name, most=_most(new))
    frame = marks.worded("rounds.table", *remarks, id=parts.slug("rounds", name), title=counted)
    return marks.table(shown, frame, headings) if len(rows) else marks.nothing(frame)


def _most(rows: pd.DataFrame) -> str:
    return words.value(rows["step"].max(), "multiple") if rows["step"].notna().any() else words.DASH
