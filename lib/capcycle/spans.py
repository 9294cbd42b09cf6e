"""Figures in the periods that they belong to: quarters, trailing twelve months, years, by either calendar."""

from itertools import product

import numpy as np
import pandas as pd

from capcycle import facts, periods, reads
from capcycle.facts import Book, tables
from capcycle.facts.door import KINDS
from capcycle.facts.vintages import BASES, is_ifrs

SPANS = ("quarter", "ttm", "year")
CALENDARS = ("calendar", "fiscal")


def prepare(day: str = "") -> None:
    """Put what is known of every company on a day in its periods, for this process and its forks."""
    book = facts.open(as_of=day)
    for span, calendar in product(SPANS, CALENDARS):
        remembered(book, span, calendar)


def remembered(book: Book, span: str, calendar: str) -> pd.DataFrame:
    """The figures of a book in their periods, those of each company as they were worked out for any other book."""
    facts.dictionary(), facts.year_ends.changes()  # asked each time: what is remembered hangs on them too
    for company in book.companies:
        facts.company(company)
    with reads.covered():
        state = tables.stamp("year_ends.csv"), span, calendar
    every = dict(zip(book.companies, book.prepared, strict=True))
    if new := {company: own for company, own in every.items() if state not in own.placed}:
        rows = placed(book.facts[book.facts["company"].isin(new)], span, calendar)
        for company, own in new.items():
            own.placed[state] = rows[rows["company"] == company]
    found = [own.placed[state] for own in every.values()]
    return pd.concat([own for own in found if len(own)] or found, ignore_index=True)


def placed(rows: pd.DataFrame, span: str, calendar: str) -> pd.DataFrame:
    """Each figure with the `ordinal` of its quarter or year, one of each company, concept and period."""
    known = {column: rows["concept"].map(facts.dictionary()[column]) for column in ("nature", "sign")}
    rows = rows.assign(ordinal=ordinals(rows, calendar), **known).dropna(subset="ordinal")
    rows = rows.astype({"ordinal": int})
    rows = _twelve_months(rows) if span != "quarter" else _one_each(rows[_filed(rows, periods.QUARTER)])
    if span == "year":
        rows = rows[rows["ordinal"] % 4 == 3].assign(ordinal=lambda table: table["ordinal"] // 4)
    return rows.drop(columns=["nature", "sign"])


def ordinals(rows: pd.DataFrame, calendar: str) -> pd.Series:
    """The quarter that each figure's last day belongs to, a whole number; NaN for a transition period's, if fiscal.

    By the calendar a fiscal quarter goes where its last month does: of quarters of 12 and 16 weeks, none meets another.
    """
    ends, months = rows["period_end"], facts.year_ends.months(rows["company"], rows["period_end"])
    number = periods.fiscal_quarter(ends, months)
    if calendar == "fiscal":
        return number
    return periods.calendar_quarter(periods.quarter_end(number, months).fillna(ends))


def _filed(rows: pd.DataFrame, length: tuple[int, int]) -> pd.Series:
    return rows["nature"].eq("stock") | periods.is_length(rows["period_start"], rows["period_end"], length)


def _twelve_months(rows: pd.DataFrame) -> pd.DataFrame:
    """Filed years before sums of filed quarters, and both before what only a third party gives as a year."""
    filed = rows[_filed(rows, periods.YEAR)]
    flows = rows[rows["nature"].eq("flow") & _filed(rows, periods.QUARTER)]
    rolled = _rolled(rows[rows["nature"].eq("flow")])
    every = pd.concat([rolled, _sums_of_four(_one_each(flows)), filed], ignore_index=True)
    every = every.astype(rows.dtypes)  # a part without rows has lost those of its columns
    own = ~every["kind"].isin(KINDS[KINDS.index("estimated") :])
    return _one_each(pd.concat([every[~own], every[own]], ignore_index=True))


def _one_each(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per company, concept and period: the last, which is the filed one or ends later."""
    return rows.drop_duplicates(["company", "concept", "ordinal"], keep="last")


def _rolled(flows: pd.DataFrame) -> pd.DataFrame:
    """Twelve months as a filed year, less its first months, plus the same months of the next: who files no quarters.

    There is none where IFRS meets US GAAP, or one definition another.
    """
    keys = ["company", "concept", "unit"]
    whole = _filed(flows, periods.YEAR)
    years, parts = flows[whole], flows[~whole]
    after = years.assign(next=years["period_end"] + periods.DAY).merge(
        parts, left_on=[*keys, "next"], right_on=[*keys, "period_start"], suffixes=("_year", "")
    )
    three = after.merge(
        parts, left_on=[*keys, "period_start_year"], right_on=[*keys, "period_start"], suffixes=("", "_less")
    )
    three["period_start"] = three["period_end_less"] + periods.DAY
    gaap = sum(is_ifrs(three[f"locator{each}"]).astype(int) for each in ("", "_year", "_less"))
    of = {column: three[[f"{column}{each}" for each in ("", "_year", "_less")]].to_numpy()
          for column in ("kind", "source", "published", *BASES)}  # fmt: skip
    possible = three["sign"].ne("positive") | (three["value_year"] >= three["value_less"])
    one_basis = of["basis"].max(axis=1) <= of["last_basis"].min(axis=1)
    sound = _filed(three, periods.YEAR) & gaap.isin([0, 3]) & possible & one_basis
    three, of = three[sound], {column: cells[sound] for column, cells in of.items()}
    return three.assign(
        value=three["value_year"] + three["value"] - three["value_less"],
        kind=[facts.weakest(["derived", *each]) for each in of["kind"]],
        source=[facts.documents(each) for each in of["source"]],
        published=of["published"].max(axis=1) if len(three) else three["published"],
        locator="a year, less its first months, plus those of the next",
        basis=of["basis"].max(axis=1),
        last_basis=of["last_basis"].min(axis=1),
    )[flows.columns]


def fours(quarters: pd.DataFrame) -> pd.DataFrame:
    """Quarters in order: whether each is the last of a `full` four that are twelve months, and all on `one_basis`.

    Quarters on both sides of a changed year end have consecutive names and are not twelve months.
    """
    rows = quarters.sort_values(["company", "concept", "ordinal"]).reset_index(drop=True)
    full = rows["ordinal"].diff(3).eq(3) & rows["company"].eq(rows["company"].shift(3))
    full &= periods.is_length(rows["period_start"].shift(3), rows["period_end"], periods.YEAR)
    full &= rows["concept"].eq(rows["concept"].shift(3))
    one_basis = rows["basis"].rolling(4).max() <= rows["last_basis"].rolling(4).min()
    return rows.assign(full=full, one_basis=one_basis)


def _sums_of_four(quarters: pd.DataFrame) -> pd.DataFrame:
    """Twelve months as four consecutive quarters; where one is missing, or IFRS or a definition meets another, none."""
    rows = fours(quarters)
    one_gaap = is_ifrs(rows["locator"]).astype(int).rolling(4).sum().isin([0, 4])
    last = rows.index[rows["full"] & one_gaap & rows["one_basis"]]
    four = np.add.outer(last.to_numpy(), np.arange(-3, 1))
    of = {column: rows[column].to_numpy()[four] for column in ("value", "source", "published", *BASES)}
    kinds = pd.Index(KINDS).get_indexer(rows["kind"])[four].max(axis=1)
    return rows.loc[last, quarters.columns].assign(
        period_start=rows["period_start"].to_numpy()[four[:, 0]],
        value=of["value"].sum(axis=1),
        kind=np.array(KINDS)[np.maximum(kinds, KINDS.index("derived"))],
        source=[facts.documents(each) for each in of["source"]],
        locator="sum of four quarters",
        published=of["published"].max(axis=1),
        basis=of["basis"].max(axis=1),
        last_basis=of["last_basis"].min(axis=1),
    )
