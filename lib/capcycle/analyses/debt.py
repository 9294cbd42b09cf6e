"""What a company owes, at which rate, due when, and what its signed leases add to it."""

import pandas as pd

from capcycle import facts, study, words
from capcycle.analyses import lease_overhang, multiples
from capcycle.analyses.power_value.figures import figures
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.facts import Book
from capcycle.models.maths import per, positive
from capcycle.models.registry import Amount, Fraction, Multiple, Rate, Years, model
from capcycle.quantity import APART, Quantity, missing
from capcycle.study import Case
from capcycle.words import Sentence, say

SUMS = ("total", "maturities", "lease not commenced")  # rows that are no borrowing of their own
PART = "tranche"  # of another line, whose rate or day is known of it alone
SOON = 18  # months: what the page of a lender calls near
RATIOS = ("net_debt_to_ebitda", "net_debt_with_leases_to_ebitda", "obligations_to_ebitda", "interest_cover", "runway")


@model(verdict="due_soon_share", better="lower", weighted_rate=Rate, due_soon_share=Fraction, cash_to_due=Multiple)
def maturity_wall(rated_principal: Amount, debt_interest: Amount, dated_principal: Amount, debt_due_soon: Amount,
                  cash: Amount):  # fmt: skip
    """The rate of a stack of debt, and how much of it falls due within eighteen months.

    Formula: weighted_rate = debt_interest / rated_principal, where debt_interest is a year's at the rate of each line
             due_soon_share = debt_due_soon / dated_principal; cash_to_due = cash / debt_due_soon
    Units:   one currency, principal and not the amount in the accounts.
    Source:  CoreWeave 10-Q of June 2025, note on debt: 986.052m and 4218.457m of 11171.485m fall due by end-2026.

    >>> found = maturity_wall(11171.485, 1238.804, 11171.485, 986.052 + 4218.457, 1152.0)
    >>> round(float(found.weighted_rate), 3), round(float(found.due_soon_share), 3)
    (0.111, 0.466)
    """
    return (per(debt_interest, rated_principal), per(debt_due_soon, dated_principal),
                        per(cash, debt_due_soon))  # fmt: skip


@model(verdict="net_debt_to_ebitda", better="lower", net_debt_to_ebitda=Multiple,
       net_debt_with_leases_to_ebitda=Multiple, obligations_to_ebitda=Multiple, interest_cover=Multiple,
       runway=Years)  # fmt: skip
def leverage(debt: Amount, lease_liability: Amount, leases_not_commenced: Amount, cash: Amount,
             operating_income: Amount, depreciation_amortization: Amount, debt_rate: Rate,
             operating_cash_flow: Amount, annual_capex: Amount):  # fmt: skip
    """Debt against a year's profit before depreciation, without leases, with them, and with those still to begin.

    Formula: net_debt_to_ebitda = (debt - cash) / ebitda, where ebitda = operating_income + depreciation_amortization
             with leases lease_liability is added, as obligations also leases_not_commenced, which are undiscounted
             interest_cover = ebitda / (debt * debt_rate); runway = cash / (annual_capex - operating_cash_flow)
    Units:   one currency, flows of twelve months; missing where ebitda, or the cash that is burnt, is not above zero.
    Source:  CoreWeave 2024 as StockWe has it: debt of 8bn on EBITDA of 1.2bn is 6.67 times (cash ignored).

    >>> found = leverage(8000.0, 0.0, 0.0, 0.0, 324.0, 876.0, 0.1, 2800.0, 8700.0)
    >>> round(float(found.net_debt_to_ebitda), 2), float(found.interest_cover), float(found.runway)
    (6.67, 1.5, 0.0)
    """
    ebitda, net = operating_income + depreciation_amortization, debt - cash
    with_leases = net + lease_liability
    return (per(net, ebitda), per(with_leases, ebitda), per(with_leases + leases_not_commenced, ebitda),
                    per(positive(ebitda), debt * debt_rate), per(cash, annual_capex - operating_cash_flow))  # fmt: skip


def stack(book: Book, company: str) -> pd.DataFrame:
    """The lines of a company's debt on the last day for which all maturities are known; else every line known."""
    rows = lease_overhang.rows(book, company)
    days = rows.loc[rows["type"].eq("maturities"), "as_at"]
    lines = rows[~rows["type"].isin(SUMS) & rows["stage"].eq("outstanding")]
    of_day = lines[lines["as_at"].eq(days.max())]
    return of_day if len(of_day) else lines


def stated(book: Book, company: str) -> pd.DataFrame:
    """What of all its debt falls due in which period, as a company states it of the newest day."""
    rows = lease_overhang.rows(book, company).query("type == 'maturities'")
    return rows[rows["as_at"].eq(rows["as_at"].max())]


def due(book: Book, company: str) -> pd.DataFrame:
    """What falls due in which period: as the company states it, else each line at its last day."""
    own, lines = stated(book, company), stack(book, company)
    table = own if len(own) else lines[lines["due_to"].notna()].assign(due_from=lambda known: known["due_to"])
    rows = table.sort_values("due_from")
    return rows.assign(label=list(map(_period, rows["due_from"], rows["due_to"])))


def _period(first: pd.Timestamp, last: pd.Timestamp) -> str:
    year = str(first.year)
    if last != last:
        return say("debt.later", year=year)
    return year if first == last or first.day_of_year == 1 else say("debt.rest", year=year)


def wall(book: Book, company: str) -> Case:
    """The stack of a company's debt, what falls due within eighteen months of its day, and the cash of that day."""
    rows, periods = stack(book, company), due(book, company)
    near = periods["as_at"].max() + pd.DateOffset(months=SOON) + pd.offsets.MonthEnd(0)
    rated, soon = rows[rows["rate"].notna()], periods["principal"].where(periods["due_to"] <= near, 0.0)
    middle = rated[["rate", "rate_high"]].mean(axis=1)  # of a range
    return study.bound(maturity_wall, book, company, rated_principal=lease_overhang.added(rated, "rated_principal"),
                       debt_interest=lease_overhang.added(rated, "debt_interest", rated["principal"] * middle),
                       dated_principal=lease_overhang.added(periods, "dated_principal"),
                       debt_due_soon=lease_overhang.added(periods, "debt_due_soon", soon))  # fmt: skip


def owed(book: Book, company: str) -> Case:
    """A company's newest debt, leases and profits, at the rate of the lines whose rate is known."""
    stacked, profits, filed = (
        wall(book, company),
        multiples.cases(book)[company].of("ev_to_ebitda").inputs,
        figures(book)[company],
    )
    cash = stacked.inputs["cash"] if filed["debt"].missing else filed["cash"]  # of the day of the debt
    debt = _stated(book, company, cash) if filed["debt"].missing else filed["debt"]
    return study.bound(leverage, book, company, debt=debt, cash=cash, debt_rate=_rate(stacked, debt),
                       leases_not_commenced=lease_overhang.signed(book, company)[0],
                       operating_income=profits["operating_income"],
                       depreciation_amortization=profits["depreciation_amortization"])  # fmt: skip


def _rate(stacked: Case, debt: Quantity) -> Quantity:
    """The rate of the lines whose rate is known; missing where they are less than half of what is owed."""
    rate, rated = stacked.alone("weighted_rate"), stacked.inputs["rated_principal"]
    if rate.missing or debt.missing or rated.value >= debt.value / 2:
        return rate
    return missing("debt_rate", say("debt.rate_of_part", rated=rated.shown, day=rated.days, debt=debt.shown))


def _stated(book: Book, company: str, cash: Quantity) -> Quantity:
    """All debt as a document states it, of about the day of the cash: an older sum is no debt of today."""
    rows = lease_overhang.rows(book, company)
    totals = rows[rows["type"].eq("total") & rows["stage"].eq("outstanding")].tail(1)
    known = max((lease_overhang.added(one, "debt") for one in (totals, stack(book, company)) if len(one)),
                key=lambda each: each.day, default=missing("debt", study.not_public("debt")))  # fmt: skip
    if known.missing or cash.missing or abs(known.day - cash.day) <= APART:
        return known
    return missing("debt", say("debt.old", day=known.days), kind=known.kind, source=known.source)


study.starts(maturity_wall)(lambda book, company: wall(book, company) if company else study.bound(maturity_wall, book))
study.starts(leverage)(lambda book, of: owed(book.of(of), of) if of else study.bound(leverage, book))


def verdict(each: Case, against: Case, leases: Case) -> Sentence:
    """The wall, the leverage and the leases to come of a company: what is known of the three."""
    wall = "wall" if len(stated(each.book, each.company)) else "some"  # a few dated lines say nothing of the rest
    told = [study.tell(case, f"debt.verdict_{key}") for case, key, needed in
            ((each, wall, "due_soon_share"), (against, "leverage", "net_debt_to_ebitda"),
             (leases, "leases", "leases_not_commenced")) if not case.alone(needed).missing]  # fmt: skip
    return words.paragraph(*(told or [say("debt.verdict_none", company=each.name)]))


def lines(book: Book, company: str) -> Exhibit:
    """Each line of a company's debt with its rate, its maturity and what secures it."""
    rows = stack(book, company).sort_values("principal", ascending=False)
    owed = lease_overhang.added(rows[rows["type"].ne(PART)], "debt")
    key = "debt.lines.title" if len(rows) else "debt.verdict_none"
    day = words.day(rows["as_at"].max())  # of the newest line: some lines have none
    title = say(key, company=book.names[company], owed=owed.shown, day=day)
    frame = marks.worded("debt.lines", id=parts.slug("debt", company), title=title)
    shown = rows.assign(label=rows["instrument"], value=rows["principal"], unit=rows["currency"], rate_unit="rate",
                        rate=rows[["rate", "rate_high"]].mean(axis=1))  # fmt: skip
    columns = ("label", "type", "value", "rate", "due_to", "collateral", "rating")
    headings = {name: say(f"debt.column.{name}") for name in columns if shown[name].replace("", None).notna().any()}
    return marks.table(shown, frame, headings) if len(rows) else marks.nothing(frame)


def maturities(book: Book, company: str) -> Exhibit:
    """A bar for each period in which debt of a company falls due."""
    rows, case = due(book, company), wall(book, company)
    key = "debt.maturities.title" if len(stated(book, company)) else "debt.verdict_some"
    title = study.tell(case, key if len(rows) else "debt.verdict_none")
    frame = marks.worded("debt.maturities", id=parts.slug("maturities", company), title=title)
    bars = rows.groupby("label", sort=False, as_index=False).agg(
        {"principal": "sum", "currency": "first", "kind": facts.weakest, "source": facts.documents})  # fmt: skip
    return _drawn(bars.rename(columns={"principal": "value", "currency": "unit"}), frame)


def obligations(against: Case) -> Exhibit:
    """What a company owes, its leases in the accounts, and those that are signed and have not begun."""
    rows = marks.rows((words.name(name), against.inputs[name]) for name in
                      ("debt", "lease_liability", "leases_not_commenced"))  # fmt: skip
    known = rows.dropna(subset="value")
    some = "_".join(name for name in ("debt", "leases_not_commenced") if not against.inputs[name].missing)
    title = study.tell(against, f"debt.obligations.{some}" if some else "debt.verdict_none")
    frame = marks.worded("debt.obligations", *marks.noted(rows), id=parts.slug("obligations", against.company),
                         title=title)  # fmt: skip
    return _drawn(known.drop(columns=["low", "high", "note"]), frame)


def _drawn(rows: pd.DataFrame, frame: marks.Frame) -> Exhibit:
    """Bars, or a table where there would be one or two."""
    headings = {name: say(f"marks.column.{name}") for name in ("label", "value")}
    return marks.columns(rows, frame) if len(rows) > 2 else marks.table(rows, frame, headings)
