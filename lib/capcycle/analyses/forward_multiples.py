"""Price to the earnings that analysts expect, and to their growth: price and estimate of one day."""

from capcycle import study
from capcycle.facts import Book, prices
from capcycle.models.maths import per, positive
from capcycle.models.registry import Fraction, Multiple, PerShare, model
from capcycle.quantity import Quantity, newest
from capcycle.study import Case

SHOWN = ("forward_pe", "trailing_pe", "peg", "upside", "return_to_date", "share_price", "eps_trailing",
         "eps_next_year")  # fmt: skip
AHEAD = {"price": "share_price", "eps_trailing": "eps_trailing", "eps_next_year": "eps_next_year",
         "target_price": "target_price"}  # fmt: skip
LAST = 25  # of December: no close of a year before is its last
POINTS = 100  # of a percentage, in which growth divides a multiple


@model(verdict="forward_pe", better="lower", trailing_pe=Multiple, forward_pe=Multiple, eps_growth=Fraction,
       peg=Multiple, upside=Fraction, return_to_date=Fraction)  # fmt: skip
def forward_multiples(share_price: PerShare, eps_trailing: PerShare, eps_next_year: PerShare,
                      target_price: PerShare, year_end_price: PerShare):  # fmt: skip
    """Price to earnings of the last twelve months and of the year that analysts look to, and to growth between them.

    Formula: peg = forward_pe / (100 * eps_growth), where eps_growth = eps_next_year / eps_trailing - 1
             upside = target_price / share_price - 1; return_to_date = share_price / year_end_price - 1
    Units:   a currency per share, or per ADS; missing for losses, and without growth.
    Source:  hand arithmetic: 100 on 4 and 5 is 25 and 20 times; growth of 25 % makes 20 / 25 = 0.8.

    >>> [round(float(each), 2) for each in forward_multiples(100.0, 4.0, 5.0, 120.0, 80.0)]
    [25.0, 20.0, 0.25, 0.8, 0.2, 0.25]
    """
    growth, forward = per(eps_next_year, eps_trailing) - 1, per(share_price, eps_next_year)
    return (per(share_price, eps_trailing), forward, growth, per(positive(forward), POINTS * growth),
            per(target_price, share_price) - 1, per(share_price, year_end_price) - 1)  # fmt: skip


@model(verdict="pe_to_past", better="lower", pe_to_past=Multiple)
def pe_against_past(forward_pe: Multiple, forward_pe_of_past: Multiple):
    """A multiple of expected earnings over that of a past peak.

    Formula: forward_pe / forward_pe_of_past
    Units:   times, both on earnings as far ahead and by the same statistic, or it compares unlikes.
    Source:  Goldman's 27 times for the seven giants against 52 for the seven largest of 2000: about half.

    >>> round(float(pe_against_past(27.0, 52.0).pe_to_past), 2)
    0.52
    """
    return per(forward_pe, forward_pe_of_past)


@study.starts_by_company(forward_multiples)
def cases(book: Book) -> dict[str, Case]:
    """Each company's price to the earnings of the newest snapshot that has those of the next year; all of one day.

    The return of the year counts from the last close of the year before that day, or a screener's last price of it
    where no close is known: what a screener shows on a day is often the close of the day before.
    """
    table = book.register("consensus").query("symbol == company").sort_values("date")
    table = table.assign(unit=table["currency"] + "/share", whole=table["eps_next_year"].notna())
    last = table.sort_values("whole", kind="stable").groupby("company").tail(1)
    found = {}
    for company in book.companies:
        own = last[last["company"] == company]
        found[company] = study.case(
            forward_multiples, book, company, year_end_price=year_end(book, company, own["date"].max().year),
            **{name: newest(own, name, study.not_public(name), column) for column, name in AHEAD.items()},
        )  # fmt: skip
    return study.Cases(found)


def year_end(book: Book, company: str, year: float) -> Quantity:
    """The last close of a company's share before a year, or a screener's last price where no close is known.

    >>> from capcycle import facts
    >>> year_end(facts.open(), "BABA", 2025).value  # the close of 31 December 2024; the screener still had the 30th's
    84.79
    """
    sold = book.register("market").query("measure == 'last_sale' and symbol == @company")
    sold = sold[sold["date"].dt.year < year].assign(unit=sold["currency"] + "/share")
    return _closed(book, company, year) or newest(sold, "year_end_price", study.not_public("year_end_price"))


def _closed(book: Book, company: str, year: int) -> Quantity | None:
    """The last close before a year; none where none is known of the week before it."""
    closes = book.prices()
    own = closes[company].dropna() if company in closes else closes.iloc[:0, 0]
    own = own[own.index.year < year].tail(1)
    if own.empty or own.index[0].day < LAST or own.index[0].year != year - 1:
        return None
    return Quantity("year_end_price", float(own.iloc[0]), "USD/share", kind="estimated", source=prices.SOURCE,
                    since=own.index[0], day=own.index[0])  # fmt: skip
