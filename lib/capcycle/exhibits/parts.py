"""What every exhibit has: data for its marks, a table, figures to download, notes and sources."""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping

import numpy as np
import pandas as pd

from capcycle import facts, words
from capcycle.exhibits.channels import day_of
from capcycle.exhibits.exhibit import CARD
from capcycle.measures import Measures
from capcycle.metrics import ALL
from capcycle.panel import Panel
from capcycle.periods import DAY
from capcycle.quantity import MARKS, marked

FIGURES = ["metric", "company", "period", "period_start", "period_end", "value", "unit", "kind", "published", "source",
           "reason"]  # fmt: skip
PERCENT = ("fraction", "rate")
RATIOS = (*PERCENT, "multiple")
FURTHEST_APART = 62  # days; quarters under one calendar label end at most a month either side of its end
FORMULA = re.compile(r"Formula:\s+(.*?)(?=\n\s*(?:[A-Z]\w+:\s|>>>)|\n\s*\n|\Z)", re.DOTALL)
WORD = re.compile(r"\b[a-z]\w*", re.ASCII)
EARLIER = ("year_ago", "quarter_ago", "years_ago", "opening")
NEXT = re.compile(r";?\s*\n\s*(?=\w+(?:\[\w+\])? = )")  # where a line of a formula defines another name


def company_names() -> Mapping[str, str]:
    """Company names by ticker.

    >>> company_names()["META"]
    'Meta'
    """
    return facts.Names()


def company_name(ticker: str) -> str:
    """The name of one company; what is no ticker stays as it is.

    >>> company_name("META"), company_name("Sum")
    ('Meta', 'Sum')
    """
    return company_names().get(ticker, ticker)


def slug(*parts: str) -> str:
    """An exhibit's id out of its parts.

    >>> slug("lines", "growth_year_on_year.capex")
    'lines-growth-year-on-year-capex'
    """
    return re.sub(r"[^a-z0-9]+", "-", "-".join(parts).lower()).strip("-")


def chart_rows(measures: Measures) -> pd.DataFrame:
    """The measures as a chart needs them: name, the day in the middle of the period, value, words for the tooltip.

    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> chart_rows(capex).iloc[-1][["name", "period", "shown"]].tolist()
    ['Microsoft', '2024', '$55.6bn']
    """
    table = measures.cells
    return table[["company", "period", "value", "kind"]].assign(
        name=table["company"].map(company_names().get),
        date=(table["ordinal"] + 0.5).map(lambda each: f"{day_of(each, measures.panel.steps_per_year):%F}"),
        shown=cells(table),
        source=newest_document(table),
    )


def cells(table: pd.DataFrame, suffix: str = "", of: str = "value") -> list[str]:
    """A column of values in words; the names of the columns end in a suffix where a table is of two.

    A result outside its plausible range is marked.

    >>> cells(pd.DataFrame({"value_up": [0.25], "unit_up": "fraction", "kind_up": "assumed"}), "_up")
    ['25.0% (a)']
    """
    columns = [f"{name}{suffix}" for name in (of, "unit", "kind")]
    shown = [cell_text(*row) for row in table[columns].itertuples(index=False)]
    doubtful = table.get(f"implausible{suffix}", pd.Series(np.nan, table.index))
    marked = [words.say("mark.implausible", value=words.value(value, unit))
              for value, unit in zip(doubtful, table[f"unit{suffix}"], strict=True)]  # fmt: skip
    return [mark if known else cell for cell, mark, known in zip(shown, marked, doubtful.notna(), strict=True)]


def cell_text(value: float, unit: str, kind: str) -> str:
    """A value in words, marked where it is somebody's judgement.

    >>> cell_text(5e9, "USD", "reported"), cell_text(0.25, "fraction", "assumed")
    ('$5.0bn', '25.0% (a)')
    """
    return marked(words.value(value, unit), kind)


def spoken(names: Iterable[str], values: Iterable[str], between: str = "") -> str:
    """Names with their values, for a reader who cannot see them.

    >>> spoken(["Meta", "Oracle"], ["$1.0bn", "$2.0bn"])
    'Meta $1.0bn; Oracle $2.0bn'
    """
    between = between or words.say("format.semicolon")
    return between.join(words.say("alt.bar", name=name, value=value) for name, value in zip(names, values, strict=True))


def upper(text: str) -> str:
    """A phrase at the head of a sentence.

    >>> upper("no capex")
    'No capex'
    """
    return text[:1].upper() + text[1:]


def restated(table: pd.DataFrame) -> tuple[str, ...]:
    """At what rates the records of a table were converted, where some were stated in another currency.

    table  as `Book.restated` gives it

    >>> deal = pd.DataFrame({"price": [2.0], "currency": "USD", "kind": "reported", "source": "s1"})
    >>> restated(facts.open(as_of="2024-06-30", currency="EUR").restated(deal, ["price"]))
    ('Amounts in USD are converted to EUR at 0.9341 for one USD, the rate of 28 Jun 2024.',)
    """
    rates = table.loc[table["own_currency"] != table["currency"], ["own_currency", "currency", "rate", "rate_day"]]
    return tuple(
        words.say("note.restated", own=own, currency=currency, rate=f"{rate:.4g}", day=words.day(day))
        for own, currency, rate, day in rates.drop_duplicates().itertuples(index=False)
    )


def unit(unit: str) -> str:
    """A unit in words: in English a currency stands for itself.

    >>> unit("fraction"), unit("multiple"), unit("USD")
    ('%', 'times', 'USD')
    """
    return words.say(f"unit.{unit}") if unit in RATIOS else words.unit(unit)


def subtitle(measures: Measures) -> str:
    """The measure and its unit.

    >>> subtitle(measure.measure("capex", panel.select(facts.open(["META"]), "year")))
    'Capex, USD (by year)'
    """
    sentence = measures.unit if measures.unit in RATIOS else "amount"
    span = words.say(f"subtitle.{measures.panel.span}")
    return words.say(f"subtitle.{sentence}", metric=words.name(measures.name), unit=unit(measures.unit), span=span)


def headed(**columns: Iterable) -> pd.DataFrame:
    """Cells under the headings of a reader.

    Errors: CapcycleError for a column that has no heading.

    >>> headed(company=["Meta"], value=["$37.3bn"]).columns.tolist()
    ['Company', 'Value']
    """
    return pd.DataFrame({words.say(f"column.{name}"): list(cells) for name, cells in columns.items()})


def figures(*tables: pd.DataFrame) -> pd.DataFrame:
    """The figures of an exhibit to download: unrounded, with kind, sources and the reason of what is missing.

    Errors: KeyError for a table that is not one of measures.

    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> figures(capex.table)["value"].iloc[-1]
    '55552000000.0'
    """
    table = pd.concat([table[[*FIGURES, "implausible"]] for table in tables], ignore_index=True)
    numbers = table["value"].fillna(table["implausible"])
    return table[FIGURES].assign(value=numbers.map(lambda number: "" if np.isnan(number) else repr(float(number))))


def documents(*tables: pd.DataFrame) -> tuple[dict[str, str], ...]:
    """What the page says of each document behind some figures, the newest first.

    Errors: KeyError for a document that is not in data/sources.csv.

    >>> [card["publisher"] for card in documents(pd.DataFrame({"source": ["ecb-eurofxref", ""]}))]
    ['European Central Bank']
    """
    ids = {one for table in tables for cell in table["source"] for one in cell.split()}
    cards = facts.cited(sorted(ids)).reset_index().rename(columns={"source": "id"})
    cards = cards.sort_values(["published", "id"], ascending=[False, True])
    return tuple(cards[CARD].to_dict("records"))


def notes(*measured: Measures, at: Iterable[pd.DataFrame] | None = None) -> tuple[str, ...]:
    """Definitions, calendar and what is missing: in any period, or `at` one in the rows of an exhibit of one.

    >>> notes(measure.measure("capex", panel.select(facts.open(["META"], "2025-02-01"), "year")))[-1]
    'Calendar quarters: every period shown ends with its quarter.'
    """
    kinds = {kind for measures in measured for kind in measures.cells["kind"]}
    at = None if at is None else [*at]
    return (
        *(definition(measures) for measures in measured),
        *_calendar(measured, at),
        *(words.say(f"note.{kind}") for kind in MARKS if kind in kinds),
        *(text for measures in measured for text in (_gaps(measures) if at is None else ())),
        *dict.fromkeys(text for rows in at or () for text in _lacking(rows)),
    )


def formula(function: Callable) -> str:
    """The formula of a metric or a model as its docstring gives it, on one line and in a reader's words.

    Errors: TypeError for a function whose docstring has no line that begins with "Formula:".

    >>> from capcycle.analyses.ai_roic.model import backlog_yield
    >>> formula(backlog_yield)[-45:]
    '; AI capex = annual capex × AI share of capex'
    """
    text = words.translated(" ".join(NEXT.sub("; ", FORMULA.search(function.__doc__)[1]).split()))
    own = inspect.signature(function).parameters
    text = WORD.sub(lambda word: _term(word[0]) if "_" in word[0] or word[0] in own else word[0], text)
    return text.replace(" * ", " × ").replace(" - ", " − ").replace(", else ", words.say("note.otherwise"))


def _term(name: str) -> str:
    """A term of a formula in words: what it is, and of which earlier period.

    >>> _term("capex_year_ago"), _term("ppe_net_opening"), _term("nopat")
    ('capex a year earlier', 'PP&E, net at the opening', 'net operating profit after tax')
    """
    for period in EARLIER:
        if name.endswith(f"_{period}"):
            return f"{_term(name.removesuffix(f'_{period}'))} {words.say(f'reason.{period}')}"
    return words.lower(words.name(name))


def definition(measures: Measures) -> str:
    """What a measure is and its formula.

    >>> definition(measure.measure("fcf", panel.select(facts.open(["META"]), "year")))
    'Definition: free cash flow = operating cash flow − capex'
    """
    metric, *_ = measures.name.split(".")
    if metric in ALL:
        given = "".join(
            words.say("note.given", name=words.lower(words.name(name)), number=f"{one:g}")
            for name, one in measures.given.items()
        )
        name = words.lower(words.name(measures.name))
        return words.say("note.definition", name=name, formula=formula(ALL[metric]) + given)
    return words.say(
        "note.concept", name=words.name(metric), definition=words.translated(facts.dictionary()["definition"][metric])
    )


def _calendar(measured: tuple[Measures, ...], at: list[pd.DataFrame] | None) -> list[str]:
    """How far the periods shown end from their quarters; an exhibit without rows of its own shows the newest."""
    panel = measured[0].panel
    if panel.calendar == "fiscal":
        return [words.say("note.fiscal"), *_changed_year_ends(panel)]
    tables = at or [measures.newest() if at == [] else measures.cells for measures in measured]
    table = pd.concat(tables, ignore_index=True).dropna(subset=["mismatch", "value"])
    if table.empty or not table["mismatch"].any():
        return [words.say("note.same_calendar")]
    worst = table.loc[table["mismatch"].abs().idxmax()]
    side = "note.after" if worst["mismatch"] > 0 else "note.before"
    days = words.say(side, days=abs(int(worst["mismatch"])))
    return [words.say("note.calendar", name=company_names()[worst["company"]], days=days)]


def said_period(rows: pd.DataFrame) -> str:
    """The period that companies are ranked at, in words, and how far their own lie apart where its name hides that.

    >>> said_period(pd.DataFrame({"period": "2024", "value": 1.0, "period_end": pd.to_datetime(["2024-12-31"])}))
    '2024'
    """
    period, ends = words.period(rows["period"].iloc[0]), rows.dropna(subset="value")["period_end"]
    apart = (ends.max() - ends.min()).days
    return words.say("finding.apart", period=period, days=apart) if apart > FURTHEST_APART else period


def _changed_year_ends(panel: Panel) -> list[str]:
    """Which companies changed their year end within the periods, and what lies between the old and the new."""
    shown = [company for company, new in panel.new_years if panel.first < new <= panel.ordinals[-1]]
    changes = [change for change in facts.year_ends.changes().itertuples() if change.company in shown]
    return [
        words.say("note.year_end", name=company_names()[change.company], was=words.day(change.last_year_end),
                  now=words.day(change.transition_end), first=words.day(change.last_year_end + DAY),
                  last=words.day(change.transition_end))
        for change in changes
    ]  # fmt: skip


def _gaps(measures: Measures) -> list[str]:
    """What is missing and why, a line per company and reason; the time before a series begins is not a gap."""
    table = measures.table
    began = table["company"].map(table.dropna(subset="value").groupby("company")["ordinal"].min())
    lacking = table[table["value"].isna() & ~(table["ordinal"] < began)]
    return [
        words.say("note.missing", name=company_names()[company], periods=_range(rows, table), reason=reason)
        for (company, reason), rows in lacking.groupby(["company", "reason"], sort=False)
    ]


def missing(rows: pd.DataFrame, metric: str) -> list[str]:
    """Who has no value of a measure at one period, and why, where an exhibit has several measures: once for a reason.

    metric  what a sentence calls it

    >>> missing(pd.DataFrame({"company": ["META"], "value": float("nan"), "reason": "not disclosed"}), "backlog")
    ["Meta's backlog cannot be shown: not disclosed."]
    """
    unknown = rows["value"].isna() & rows.get("implausible", rows["value"]).isna()
    lacking = rows.loc[unknown].groupby("reason", sort=False)["company"].agg(list)
    return [
        words.say(f"compare.missing{'_all' * (len(own) > 1)}", name=company_names()[own[0]], metric=metric,
                  names=words.listing([company_names()[each] for each in own]), reason=reason)
        for reason, own in lacking.items()
    ]  # fmt: skip


def doubtful(rows: pd.DataFrame) -> list[str]:
    """Whose result at one period is outside the plausible range, with what it comes from.

    >>> doubtful(pd.DataFrame({"company": ["META"], "period": "2024", "implausible": 9.0, "reason": "900%: a slip"}))
    ['Meta, 2024: 900%: a slip.']
    """
    return _lacking(rows[rows["implausible"].notna()].assign(value=np.nan))


def _lacking(now: pd.DataFrame) -> list[str]:
    """Who has no value at one period, and why."""
    missing = now.loc[now["value"].isna(), ["company", "period", "reason"]]
    return [
        words.say("note.missing", name=company_names()[company], periods=period, reason=reason)
        for company, period, reason in missing.itertuples(index=False)
    ]


def one_mark(texts: Iterable[str]) -> str:
    """The mark of somebody's judgement that all of some figures have; nothing where one has another or none.

    >>> one_mark(["$1 (a)", "$2 (a)", "–"]), one_mark(["$1 (a)", "$2"]), one_mark(["$1 (a)"])
    (' (a)', '', '')
    """
    known = [text for text in texts if text not in ("", words.DASH)]
    marks = (f" {words.say(f'mark.{kind}')}" for kind in MARKS)
    return next((mark for mark in marks if len(known) > 1 and all(text.endswith(mark) for text in known)), "")


def _range(rows: pd.DataFrame, table: pd.DataFrame) -> str:
    if len(rows) == table["period"].nunique():
        return words.say("note.all_periods")
    first, last = rows["period"].iloc[0], rows["period"].iloc[-1]
    if first == last:
        return first
    whole = rows["ordinal"].iloc[-1] - rows["ordinal"].iloc[0] + 1 == len(rows)
    return words.say("note.range" if whole else "note.within", first=first, last=last)


def newest_document(table: pd.DataFrame) -> list[str]:
    """The title of the newest document behind each value, and how many others there are.

    Errors: KeyError for a document that is not in data/sources.csv.

    >>> newest_document(pd.DataFrame({"source": ["ecb-eurofxref", ""]}))
    ['Euro foreign exchange reference rates, daily', '']
    """
    cards = facts.cited(one for cell in table["source"] for one in cell.split())
    title, published = cards["title"].to_dict(), cards["published"].to_dict()

    def newest(cell: str) -> str:
        if not cell:
            return ""
        *others, last = sorted(cell.split(), key=published.__getitem__)
        return words.say("note.more", title=title[last], count=len(others)) if others else title[last]

    return [newest(cell) for cell in table["source"]]
