"""How far analysts are apart: the lowest, middle, mean and highest target on a day, and the price of that day."""

from capcycle import study
from capcycle.facts import Book
from capcycle.models.maths import per
from capcycle.models.registry import Fraction, PerShare, model
from capcycle.quantity import newest

SHOWN = ("dispersion", "share_price", "target_low", "target_median", "target_price", "target_high", "upside_low",
         "upside_median", "upside_high")  # fmt: skip
COLUMNS = {"share_price": "price", "target_low": "low", "target_median": "median", "target_price": "mean",
           "target_high": "high"}  # fmt: skip


@model(verdict="dispersion", better="lower", dispersion=Fraction, upside_low=Fraction, upside_median=Fraction,
       upside_high=Fraction)  # fmt: skip
def target_range(share_price: PerShare, target_low: PerShare, target_median: PerShare, target_price: PerShare,
                 target_high: PerShare):  # fmt: skip
    """How far the targets of a day lie apart, and how far each end and the middle lie from the price.

    Formula: dispersion = (target_high - target_low) / target_price, the mean; upside_low = target_low / share_price - 1
    Units:   a currency per share on one day.
    Source:  hand arithmetic: targets of 80 to 160 around a mean of 120 are two thirds of it apart; on a price of 100
             they are -20 % to +60 %.

    >>> [round(float(each), 3) for each in target_range(100.0, 80.0, 125.0, 120.0, 160.0)]
    [0.667, -0.2, 0.25, 0.6]
    """
    ends = (per(each, share_price) - 1 for each in (target_low, target_median, target_high))
    return (per(target_high - target_low, target_price), *ends)


@study.starts_by_company(target_range)
def cases(book: Book) -> study.Cases:
    """Each company's newest range of targets, with the close of its day."""
    table = book.register("target_ranges")
    table = table.assign(unit=table["currency"] + "/share")
    return study.Cases({company: study.case(target_range, book, company, **{
        name: newest(table[table["company"] == company], name, study.not_public(name), column)
        for name, column in COLUMNS.items()
    }) for company in book.companies})  # fmt: skip
