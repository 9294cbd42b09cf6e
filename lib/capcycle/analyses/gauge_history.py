"""Where each gauge of a bubble stands in its own history, and what the same thresholds say of past episodes."""

from typing import Any

import numpy as np
import pandas as pd

from capcycle import exhibits, facts, words
from capcycle.analyses import forward_multiples, gauges, past_multiples
from capcycle.analyses.gauges import AMBER, GREEN, RED, TODAY, Gauge
from capcycle.exhibits import Exhibit, marks, parts
from capcycle.facts import Book
from capcycle.measure import measure
from capcycle.measures import Measures
from capcycle.models.maths import per
from capcycle.models.registry import Fraction, Number, model
from capcycle.panel import select
from capcycle.quantity import Quantity, newest
from capcycle.words import say

LEAST, MANY = 8, 3  # quarters or years of which a rank says something; companies of which a median does
TIMES = ("forward_pe_24m", "peg")
PEAK, GIANTS = "dot-com 2000", "Magnificent Seven"
HIGH, WEEK = 0.9, pd.Timedelta(days=7)  # the highest tenth; from the last close to the end of its quarter
PAST = {"forward_pe_24m": "forward_pe", "investment_to_gdp": "investment_to_gdp",
        "first_day_return": "first_day_return"}  # fmt: skip
SHOWN = ("label", "value", "low", "middle", "high", "rank", "since")


@model(verdict="percentile", better="lower", percentile=Fraction)
def rank(at_or_below: Number, periods: Number):
    """The share of a gauge's own periods in which it stood as high as now or lower.

    Formula: at_or_below / periods, the newest among them
    Units:   counts of quarters or years.
    Source:  hand arithmetic: the third highest of 20 quarters is as high as 18 of them: 90 %.

    >>> float(rank(18.0, 20.0).percentile)
    0.9
    """
    return per(at_or_below, periods)


def histories(book: Book) -> dict[str, pd.DataFrame]:
    """Each gauge by period, oldest first: of the companies that have its newest figure, the periods in which all do.

    Shares of the market by year come from the register; a price is that of the last close of a quarter, on twelve
    months that had been filed by then.

    >>> known = histories(facts.open(["MSFT", "AMZN"], "2026-06-30"))["capex_to_operating_cash_flow"]
    >>> bool(known["value"].between(0, 2).all()), known["period"].is_monotonic_increasing
    (True, True)
    """
    years, quarters = (select(book.into("USD"), span) for span in ("ttm", "quarter"))
    of = {name: measure(name, years) for name in ("capex", "operating_cash_flow", "revenue", "net_income")}
    growth = measure("growth_year_on_year", quarters, value="cloud_revenue")
    return {
        "capex_to_operating_cash_flow": _ratio(of["capex"], of["operating_cash_flow"]),
        "capex_to_sales": _ratio(of["capex"], of["revenue"]),
        "doubling_years": _doubling(growth),
        "trailing_pe": _trailing(book, of["net_income"], measure("shares_diluted", quarters)),
        "first_day_return": _of_market(book),
    }


def _wide(each: Measures) -> pd.DataFrame:
    """Companies beside each other by quarter, twelve months under the quarter that they end with."""
    known = each.known
    quarter = known["period"].str[-len("2026Q2") :]
    return known.assign(quarter=quarter).pivot_table(index="quarter", columns="company", values="value")


def _ratio(over: Measures, under: Measures) -> pd.DataFrame:
    top, base = _wide(over), _wide(under)
    both = top.where(base.notna()) if len(top) else top
    whole = both.reindex(columns=both.columns[both.iloc[-LEAST:].notna().any()] if len(both) else []).dropna()
    values = whole.sum(axis=1) / base.reindex(index=whole.index, columns=whole.columns).sum(axis=1)
    return _rows(values, over, under)


def _doubling(growth: Measures) -> pd.DataFrame:
    middle = _wide(growth).median(axis=1)
    return _rows(np.log(2) / np.log1p(middle[middle > 0]), growth)


def _trailing(book: Book, income: Measures, shares: Measures) -> pd.DataFrame:
    """The median price to earnings of twelve months, at the last close of the quarter after them."""
    count = _wide(shares).ffill(limit=1)  # an average of a year's last quarter is not filed: that of the one before
    a_share = (_wide(income) / count).where(lambda each: each > 0)
    a_share.index = pd.PeriodIndex(a_share.index, freq="Q") + 1
    closes = book.prices()
    last = closes.groupby(closes.index.to_period("Q")).last()
    if len(last) and closes.index[-1] + WEEK < last.index[-1].end_time:  # of a quarter that has not ended
        last = last[:-1]
    paid = (last / a_share).dropna(how="all", axis=1)
    middle = paid[paid.notna().sum(axis=1) >= MANY].median(axis=1)
    return _rows(middle.set_axis(middle.index.astype(str)), income, shares)


def _of_market(book: Book) -> pd.DataFrame:
    table = book.register("multiples_history").query("measure == 'first_day_return' and episode == 'today'")
    table = table.sort_values("date")
    return pd.DataFrame({"period": table["date"].dt.strftime("%Y"), "value": table["value"], "kind": table["kind"],
                         "source": table["source"]})  # fmt: skip


def _rows(values: pd.Series, *behind: Measures) -> pd.DataFrame:
    tables = [each.known for each in behind]
    known = [each[each["period"] == each["period"].iloc[-1]] for each in tables if len(values)]
    source = facts.documents(source for each in known for source in each["source"])
    kind = facts.weakest(kind for each in known for kind in each["kind"]) if known else "derived"
    return pd.DataFrame({"period": values.index, "value": values.to_numpy(), "kind": kind, "source": source})


def own_history(book: Book) -> Exhibit:
    """Each gauge's newest figure, its lowest, middle and highest, and how often it was not higher."""
    known = {name: each for name, each in histories(book).items() if len(each) >= LEAST}
    rows = pd.DataFrame([_standing(name, each) for name, each in known.items()])
    lacking = [say("gauge_history.short", name=_label("forward_pe"))]
    if not len(rows):
        return marks.nothing(marks.worded("gauge_history.own", *lacking, title=say("gauge_history.none")))
    top = rows.loc[rows["rank"].idxmax()]
    high = int((rows["rank"] >= HIGH).sum())
    title = words.counted("gauge_history.own.title", high, total=len(rows), label=top["label"],
                          rank=words.value(top["rank"], "fraction"))  # fmt: skip
    frame = marks.worded("gauge_history.own", *lacking, title=title)
    return marks.table(rows, frame, {each: say(f"gauge_history.column.{each}") for each in SHOWN})


def _standing(name: str, each: pd.DataFrame) -> dict:
    values, now = each["value"], each["value"].iloc[-1]
    unit = {"doubling_years": "years", "trailing_pe": "multiple"}.get(name, "fraction")
    return {"label": _label(name), "value": now, "low": values.min(), "middle": values.median(), "high": values.max(),
            "rank": rank(float((values <= now).sum()), float(len(values))).percentile, "rank_unit": "fraction",
            "since": say("gauge_history.periods", first=each["period"].iloc[0], last=each["period"].iloc[-1],
                         count=str(len(values))), "unit": unit,
            "kind": each["kind"].iloc[-1], "source": each["source"].iloc[-1]}  # fmt: skip


def _label(name: str) -> str:
    return say(words.said(f"gauge_history.gauge.{name}", f"name.gauge_{name}"))


def past_episodes(book: Book, found: dict[str, Gauge]) -> Exhibit:
    """What the thresholds of today's gauges say of past episodes, where a source prints the same figure of one."""
    table = book.register("multiples_history").query("measure in @PAST and episode != 'today'")
    rows = pd.DataFrame([_past(row, found[PAST[row.measure]]) for row in table.itertuples()])
    if not len(rows):
        return marks.nothing(marks.worded("gauge_history.episodes", title=say("gauge_history.episodes.none")))
    rows = rows.sort_values(["gauge", "value"], ascending=[True, False], ignore_index=True)
    reds = int((rows["state"] == say(f"gauges.{RED}")).sum())
    title = words.counted("gauge_history.episodes.title", reds, total=len(rows))
    frame = marks.worded("gauge_history.episodes", title=title)
    return marks.table(
        rows, frame, {each: say(f"gauge_history.column.{each}") for each in ("episode", "gauge", "printed", "state")}
    )


def _past(row: Any, gauge: Gauge) -> dict:
    limits = gauge.limits
    state = RED if row.value >= limits.high else AMBER if row.value >= limits.low else GREEN
    episode = parts.upper(row.group)
    return {"label": episode, "episode": episode, "gauge": _label(gauge.value.name), "value": row.value,
            "printed": row.value,
            "unit": "multiple" if row.measure == "forward_pe_24m" else "fraction", "state": say(f"gauges.{state}"),
            "kind": row.kind, "source": row.source}  # fmt: skip


def then_and_now(book: Book) -> Exhibit:
    """The leaders of 2000 and the seven giants as printed, and the same of the companies here."""
    ahead = forward_multiples.cases(book)
    own = {"forward_pe_24m": past_multiples.median_ahead(past_multiples.ahead(book)),
           "peg": exhibits.median(ahead, "peg"),
           "net_margin": gauges.ratio(book, "net_income", "revenue").called("net_margin"),
           "capex_to_sales": gauges.ratio(book, "capex", "revenue").called("capex_to_revenue")}  # fmt: skip
    rows = pd.DataFrame([_compared(book, *each) for each in own.items()])
    below, known = int((rows["now"] < rows["then"]).sum()), int((rows["now"] + rows["then"]).notna().sum())
    frame = marks.worded("gauge_history.then", title=words.counted("gauge_history.then.title", below, total=known))
    return marks.table(
        rows, frame, {each: say(f"gauge_history.then_column.{each}") for each in ("label", "then", "printed", "now")}
    )


def _compared(book: Book, printed: str, own: Quantity) -> dict:
    table = book.register("multiples_history").query("measure == @printed")
    told = table[(table["episode"] == TODAY) & (table["group"] == GIANTS) & (table["statistic"] != "mean")]
    cells = {"then": newest(table[table["episode"] == PEAK], printed, ""), "printed": newest(told, printed, ""),
             "now": own}  # fmt: skip
    return {"label": words.name(own.name), "unit": "multiple" if printed in TIMES else "fraction", "kind": "derived",
            "source": facts.documents(each.source for each in cells.values()),
            **{key: each.value for key, each in cells.items()},
            **{f"{key}_kind": each.kind for key, each in cells.items()}}  # fmt: skip
