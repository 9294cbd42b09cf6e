"""What contracts cover: a year of each over its lessor's revenue, their status, and their sum beside the backlog."""

import re

import pandas as pd

from capcycle import exhibits, facts, study, words
from capcycle.analyses.hosting import contracts
from capcycle.errors import NothingToShow
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.measures import Measures
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Multiple, Years, model
from capcycle.panel import select
from capcycle.quantity import DERIVED, Quantity, missing, total
from capcycle.study import Case
from capcycle.words import Sentence, say

ENDED, RECONCILED, DAYS = "terminated", "contract_cover.reconciled", {"amended": "status_date"}  # of its terms
STANDS = ("delivering", "untold", "signed", "conditional", "sold", ENDED)  # of a contract's value, from the surest on
YEAR = pd.DateOffset(years=1)
BEHIND = re.compile(r" ?[(（]|[,，]")  # what stands behind the name of a tenant
COVER = ("contract_value", "contract_term", "value_per_year", "cover_when_signed", "cover_now")


@model(verdict="cover_now", better="higher", value_per_year=Amount, cover_when_signed=Multiple, cover_now=Multiple,
       value_to_revenue=Multiple)  # fmt: skip
def contract_cover(contract_value: Amount, contract_term: Years, revenue_when_signed: Amount,
                   revenue_now: Amount):  # fmt: skip
    """A year of a contract against its lessor's revenue, of the year before it was signed and of the newest.

    Formula: value_per_year = contract_value / contract_term; each cover = value_per_year / revenue
             value_to_revenue = contract_value / revenue_when_signed
    Units:   one currency, years. Spread evenly, which no contract is that starts small.
    Source:  CoreWeave for OpenAI (StockWe, 2025): 11.9bn over 5 years is 2.38bn a year, 1.24 times 1.915bn of revenue.

    >>> found = contract_cover(11.9e9, 5.0, 1.915e9, 5.131e9)
    >>> float(found.value_per_year), round(float(found.cover_when_signed), 2), round(float(found.cover_now), 2)
    (2380000000.0, 1.24, 0.46)
    """
    year = per(contract_value, contract_term)
    return (year, per(year, revenue_when_signed), per(year, revenue_now),
                         per(contract_value, revenue_when_signed))  # fmt: skip


@model(verdict="named_share", better="higher", named_share=Multiple, unnamed_backlog=Amount)
def backlog_named(contracts_signed: Amount, backlog: Amount):
    """How much of a company's backlog the contracts whose value is public explain.

    Formula: named_share = contracts_signed / backlog; unnamed_backlog = backlog - contracts_signed
    Units:   one currency. Above one, and the rest below zero, contracts hold what a backlog leaves out: options, what
             may be cancelled, what has been delivered already.
    Source:  hand arithmetic: 300bn of Oracle's 638bn is 47 %.

    >>> round(float(backlog_named(300e9, 638e9).named_share), 2)
    0.47
    """
    return per(contracts_signed, backlog), backlog - contracts_signed


@study.starts_by_company(backlog_named)
def backlogs(book: Book) -> dict[str, Case]:
    """Of each company with contracts those signed by the day of its newest backlog, beside it."""
    rpo, table = measure("rpo", select(book, "quarter")), _standing(contracts.read(book))
    found = {}
    for company in book.companies:
        backlog = study.newest(rpo, company)
        own = table[table["lessor"].eq(company) & table["value"].notna()]
        by_then = own[own["signed"] <= backlog.day] if not backlog.missing else own
        found[company] = study.case(backlog_named, book, company, backlog=backlog, contracts_signed=_sum(by_then))
    return found


def reconciliation(book: Book) -> Exhibit:
    """The same of those who state a backlog, side by side."""
    found = {company: case for company, case in backlogs(book).items() if not case.inputs["backlog"].missing}
    if found:
        return exhibits.table(found, ["backlog", "contracts_signed", "unnamed_backlog", "named_share"], RECONCILED)
    return marks.nothing(marks.worded(RECONCILED, title=say("contract_cover.no_backlog")))


def cases(book: Book) -> dict[str, Case]:
    """A case for the lessor's part of each contract whose value and term are public, the newest first; none sold."""
    table = contracts.read(book).query("status != 'sold'").sort_values("signed", ascending=False)
    years, twelve_months = (measure("revenue", select(book, span)) for span in ("year", "ttm"))
    return {
        _label(row, book): study.case(
            contract_cover, book, row["lessor"], revenue_now=_now(twelve_months, row["lessor"]),
            revenue_when_signed=_before(years, row["lessor"], row[DAYS.get(row["status"], "signed")]),
            contract_value=_stated(row, "contract_value", row["value_owned"], row["currency"]),
            contract_term=_stated(row, "contract_term", row["term_years"], "years"))
        for row in table[table["value"].notna() & table["term_years"].notna()].to_dict("records")
    }  # fmt: skip


def _label(row: dict, book: Book) -> str:
    named = BEHIND.split(words.translated(row["tenant_name"]))[0].removeprefix("A ")
    tenant = book.names.get(row["tenant"], named)
    key = "contract_cover.ended" if row["status"] == ENDED else "contract_cover.label"
    return say(key, lessor=book.names[row["lessor"]], tenant=tenant, day=words.day(row["signed"]))


def _stated(row: dict, name: str, value: float, unit: str) -> Quantity:
    return Quantity(name, float(value), unit, kind=row["kind"], source=row["source"], published=row["published"])


def _before(revenue: Measures, company: str, day: pd.Timestamp) -> Quantity:
    """Revenue of the last year that had ended by a day, and not a year before it."""
    table = revenue.table.dropna(subset="value")
    own = table[table["company"].eq(company) & (table["period_end"] <= day)]
    if own.empty:
        return missing("revenue_when_signed", study.not_public("revenue_when_signed"))
    return _recent(study.figure(revenue, company, own["period"].iloc[-1]), day)


def _now(revenue: Measures, company: str) -> Quantity:
    """Revenue of the newest twelve months, unless others' are a year newer."""
    return _recent(study.newest(revenue, company), revenue.table.dropna(subset="value")["period_end"].max())


def _recent(figure: Quantity, day: pd.Timestamp) -> Quantity:
    if figure.missing or figure.day >= day - YEAR:
        return figure
    return missing(figure.name, say("contract_cover.old", until=words.day(figure.day), day=words.day(day)))


def _standing(table: pd.DataFrame) -> pd.DataFrame:
    """The contracts that stand, of each the lessor's own part."""
    return table[table["status"].isin(contracts.LIVE)].assign(value=table["value_owned"])


def _sum(table: pd.DataFrame) -> Quantity:
    each = [_stated(row, "contracts_signed", row["value"], row["currency"]) for row in table.to_dict("records")]
    return total(each, "contracts_signed") if each else missing("contracts_signed",
                                                                study.not_public("contracts_signed"))  # fmt: skip


def verdict(each: dict[str, Case]) -> Sentence:
    """The contract whose year was most of its lessor's revenue when it was signed, and what it is of it now."""
    full = {label: case for label, case in each.items() if not case.lacking}
    if not full:
        return words.paragraph(say("contract_cover.none"))
    top = max(full, key=lambda label: float(full[label].outputs.cover_when_signed))
    return words.paragraph(study.tell(full[top], "contract_cover.verdict", contract=top))


def register(book: Book, each: dict[str, Case]) -> Exhibit:
    """Every contract with value and term: a year of it, and what that is of its lessor's revenue then and now."""
    above = sum(float(case.outputs.cover_when_signed) > 1 for case in each.values())
    table = contracts.read(book).to_dict("records")
    status = {_label(row, book): say(f"hosting.status.{row['status']}") for row in table}
    frame = marks.worded("contract_cover.register", title=words.counted("contract_cover.register.title", above))
    rows = pd.DataFrame([
        {"label": label, "status": status[label], **{name: case.alone(name).marked for name in COVER},
         "value": float(case.outputs.cover_now), "unit": "multiple", "kind": case.kind, "source": case.source}
        for label, case in each.items()
    ])  # fmt: skip
    columns = {"label": say("contract_cover.contract"), "status": say("hosting.column.status")}
    columns |= {name: words.name(name) for name in COVER}
    return marks.table(rows, frame, columns) if len(rows) else marks.nothing(frame)


def known(each: dict[str, Case], of: str = "cover_now") -> dict[str, Case]:
    """The contracts of which an output is known.

    Errors: NothingToShow where there is none.
    """
    found = {label: case for label, case in each.items() if not case.alone(of).missing}
    if not found:
        raise NothingToShow(say("contract_cover.none"))
    return found


def statuses(book: Book) -> Exhibit:
    """The value of all contracts by what runs, what is signed and what is sold or ended."""
    table = contracts.read(book).dropna(subset="value")
    rows = _stands(table)
    ended = [_label(row, book) for row in table[table["status"].eq(ENDED)].to_dict("records")]
    notes = [say("contract_cover.were_ended", contracts=words.listing(ended))] if ended else []
    shown = {name: words.value(float(value), book.money) for name, value in rows["value"].items()}
    whole = words.value(float(rows["value"].sum()), book.money)
    frame = marks.worded("contract_cover.statuses", *notes, all=whole, **shown)
    labels = [
        parts.upper(say(f"hosting.{'stands' if each in contracts.STANDS else 'status'}.{each}")) for each in rows.index
    ]
    rows = rows.assign(label=labels, unit=book.money, note="").reset_index(drop=True)
    return marks.columns(rows[rows["value"] > 0], frame) if len(table) else marks.nothing(frame)


def _stands(table: pd.DataFrame) -> pd.DataFrame:
    """The value of contracts by where they stand: of those that deliver the part that runs, as far as it is told."""
    live = table["status"].isin(contracts.LIVE)
    runs, told = table["running"].fillna(0.0), table["running"].notna()
    stands = table["status"].where(~live, "signed").where(told, "untold")
    pieces = pd.concat([table.assign(stands="delivering", value=table["value"] * runs),
                       table.assign(stands=stands, value=table["value"] * (1 - runs))])  # fmt: skip
    found = pieces[pieces["value"] > 0].groupby("stands").agg(
        value=("value", "sum"), source=("source", facts.documents),
        kind=("kind", lambda kinds: facts.weakest([DERIVED, *kinds])),
    ).reindex(STANDS)  # fmt: skip
    return found.fillna({"value": 0.0, "source": "", "kind": DERIVED})
