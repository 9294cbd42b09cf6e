"""How many times revenue has become, and how fast that is a year: years between, not years named."""

from collections.abc import Mapping

from capcycle import exhibits, study
from capcycle.exhibits import Exhibit, parts
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.models.maths import per
from capcycle.models.registry import Amount, Fraction, Multiple, Years, model
from capcycle.panel import select
from capcycle.quantity import DERIVED, Quantity, missing
from capcycle.study import Case
from capcycle.words import say


@model(verdict="growth_a_year", better="higher", multiple=Multiple, growth=Fraction, growth_a_year=Fraction)
def growth_multiple(first_revenue: Amount, last_revenue: Amount, intervals: Years):
    """How many times a figure became, by how much it grew, and how fast a year.

    Formula: multiple = last_revenue / first_revenue; growth = multiple - 1;
             growth_a_year = multiple ** (1 / intervals) - 1
    Units:   amounts of one currency; intervals are the years between them: 2022 to 2024 are two, not three.
    Source:  CoreWeave: 15.83m in 2022, 1,915m in 2024, printed as 120-fold.

    >>> found = growth_multiple(15.83e6, 1915e6, 2.0)
    >>> round(float(found.multiple), 2), round(float(found.growth_a_year), 2)
    (120.97, 10.0)
    """
    times = per(last_revenue, first_revenue)
    return times, times - 1, times ** (1 / intervals) - 1


def cases(book: Book) -> dict[str, Case]:
    """Each company's revenue in the first and the last year that the book has of it, and the years between."""
    own = {company: book.own(company) for company in book.companies}
    return {
        company: study.case(growth_multiple, each, company, **_ends(each, company)) for company, each in own.items()
    }


def _ends(book: Book, company: str) -> dict[str, Quantity]:
    if book.facts.empty:
        return dict.fromkeys(growth_multiple.parameters, missing("revenue", study.not_public("revenue")))
    years = measure("revenue", select(book, "year", calendar="fiscal"))
    own = years.known_of(company)
    if len(own) < 2:
        return dict.fromkeys(growth_multiple.parameters, missing("revenue", say("growth_multiple.one_year")))
    first, last = own.iloc[0], own.iloc[-1]
    start, end = (study.figure(years, company, row["period"]) for row in (first, last))
    between = say("growth_multiple.between", first=first["period"], last=last["period"])
    count = Quantity("intervals", float(last["ordinal"] - first["ordinal"]), "years", kind=DERIVED, reason=between)
    return {"first_revenue": start, "last_revenue": end, "intervals": count}


def speeds(each: Mapping[str, Case]) -> Exhibit:
    """From the first to the last year: how many times, and how fast a year over how many years."""
    full = [case for case in each.values() if not case.lacking]
    fastest = max(full, key=lambda case: float(case.outputs.growth_a_year), default=None)
    title = study.tell(fastest, "growth_multiple.fastest") if fastest else say("growth_multiple.one_year")
    names = ["first_revenue", "last_revenue", "intervals", "multiple", "growth_a_year"]
    return exhibits.table(each, names, "growth_multiple.speeds", title=parts.upper(title))
