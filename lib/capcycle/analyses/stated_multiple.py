"""What a printed multiple implies: earnings at the price of a trade, targets, and the day of a printed return."""

from capcycle import study
from capcycle.analyses.forward_multiples import year_end
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Fraction, Multiple, PerShare, model
from capcycle.quantity import newest
from capcycle.study import Case

SHOWN = ("upside", "share_price", "pe_printed", "eps_implied", "pe_at_target", "return_to_date",
         "stated_return", "price_of_return")  # fmt: skip


@model(verdict="upside", better="higher", eps_implied=PerShare, pe_at_target=Multiple, upside=Fraction,
       return_to_date=Fraction, price_of_return=PerShare)  # fmt: skip
def stated_multiple(share_price: PerShare, pe_printed: Multiple, target_price: PerShare,
                    year_end_price: PerShare, stated_return: Fraction):  # fmt: skip
    """What a printed price to earnings implies, and whether the printed return of the year is of the same day.

    Formula: eps_implied = share_price / pe_printed; pe_at_target = target_price / eps_implied
             return_to_date = share_price / year_end_price - 1; price_of_return = year_end_price * (1 + stated_return)
    Units:   a currency per ADS; the return since the end of the year before.
    Source:  Alibaba at what ARK paid, October 2025: 189.58 at 21 times is 9.03; 230 is +21.3 %, 245 +29.2 %.

    >>> found = stated_multiple(189.58, 21.0, 230.0, 84.79, 1.12)
    >>> round(float(found.eps_implied), 2), round(float(found.upside), 3), round(float(found.return_to_date), 2)
    (9.03, 0.213, 1.24)
    """
    earned = per(share_price, pe_printed)
    return (earned, per(target_price, earned), per(target_price, share_price) - 1,
                          per(share_price, year_end_price) - 1, year_end_price * (1 + stated_return))  # fmt: skip


def cases(book: Book) -> dict[str, Case]:
    """Each printed price to earnings at the price of a trade in the same text, with the last target of that day."""
    history, estimates = book.register("multiples_history"), book.register("estimates")
    bought = book.register("holdings")
    found = {}
    for company in book.companies:
        own = history[history["group"].eq(book.names[company])]
        pe = newest(own[own["measure"] == "pe"], "pe_printed", study.not_public("pe_printed"))
        if pe.missing:
            continue
        printed = own[own["measure"].eq("share_price_return") & own["date"].eq(pe.day)]
        goals = estimates[estimates["subject"].eq(company) & estimates["measure"].eq("target_price")]
        goals = goals[goals["published"].eq(pe.day)]
        trades = bought[bought["symbol"].eq(company) & bought["date"].eq(pe.day)].dropna(subset=["value", "shares"])
        trades = trades.assign(price=trades["value"] / trades["shares"], unit=trades["currency"] + "/share")
        found[company] = study.case(
            stated_multiple, book, company, pe_printed=pe.called("pe_printed", "multiple"),
            share_price=newest(trades, "share_price", study.not_public("share_price"), "price"),
            target_price=newest(goals, "target_price", study.not_public("target_price"), "low", "published"),
            year_end_price=year_end(book, company, pe.day.year),
            stated_return=newest(printed.assign(unit="fraction"), "stated_return", study.not_public("stated_return")),
        )  # fmt: skip
    return found


@study.starts(stated_multiple)
def _start(book: Book, company: str) -> Case:
    found = cases(book.of(company)) if company else {}
    return found.get(company) or study.bound(stated_multiple, book, company)
