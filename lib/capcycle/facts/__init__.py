"""Facts: a row each, cited and dated. Loads them, checks them at the door, cuts them at a date."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache, partial
from typing import Any, NamedTuple

import pandas as pd

from capcycle import paths, reads, words
from capcycle.errors import CapcycleError, DataError, NothingToShow, unknown
from capcycle.facts import (
    ads,
    currency,
    door,
    inventory,
    layers,
    prices,
    registers,
    splits,
    store,
    tables,
    vintages,
    year_ends,
)
from capcycle.facts.book import Book
from capcycle.facts.book import opened as open
from capcycle.facts.currency import convert, currencies
from capcycle.facts.evidence import documents, weakest
from capcycle.facts.vintages import latest

ADD = "`capcycle add TICKER` brings in a company that files with the SEC"
OF_ALL = ("ads.csv", "registers.csv", *door.REFERENCE)  # what `load` reads beside the file of each company
KEPT = 1024  # of companies and days: several days of all that the tables hold


class Prepared(NamedTuple):
    """What `load` and `refused` give of a company, and its figures `placed` in their periods: see `capcycle.spans`."""

    known: pd.DataFrame
    refused: pd.DataFrame
    placed: dict[tuple[str, ...], pd.DataFrame]


PREPARED: dict[tuple[str, ...], Prepared] = {}  # by day and contents read for a company


def load(companies: Sequence[str] | None = None, as_of: str | date | None = None) -> pd.DataFrame:
    """What was known on `as_of` about the companies: one row per concept and period, the newest value of each.

    Columns: company, concept, period_start (NaT for a stock), period_end, value (full units of `unit`), unit,
             kind, source (ids of `sources`, space between), locator, published, note.
    Quarters that no filing gives are derived from year-to-date figures (`kind` is then `derived`).
    A period that several kinds of source give is taken from the best (filing, release, …, aggregator), whatever the
    dates. Figures whose day of publication is not known are there only when no `as_of` is given.
    Share counts and figures per share published before a split are on the shares of after it, once it is known.
    A figure per ADS is given as such, and per ordinary share too where nobody gives that: see `ads.per_share`.
    Errors:  DataError with every fault of every file read; CapcycleError for an unknown company or a bad date.

    >>> known = load(["MSFT"], as_of="2024-08-01")
    >>> quarter = known[(known.concept == "capex") & (known.period_start == "2024-04-01")]
    >>> quarter[["value", "kind"]].values.tolist()  # 44.477bn for the year less 30.604bn for nine months
    [[13873000000.0, 'derived']]
    """
    every = [each.known for each in prepared(tickers(companies), as_of)]
    return pd.concat([each for each in every if len(each)] or every, ignore_index=True)


def refused(companies: Sequence[str] | None = None, as_of: str | date | None = None) -> pd.DataFrame:
    """The quarters that a difference would give, and wrong: company, concept, period, fault: see `vintages.refused`.

    Adds the `reason` in words.

    >>> refused(["APLD"]).query("concept == 'revenue'")["fault"].tolist()  # a recast year less its first nine months
    ['negative']
    """
    every = [each.refused for each in prepared(tickers(companies), as_of)]
    found = pd.concat([each for each in every if len(each)] or every)
    return found.sort_values("company", kind="stable", ignore_index=True)


def prepare(as_of: str | date | None = None) -> None:
    """Work out `load` and `refused` for every company once; this process and its forks then pick from them."""
    prepared(wanted := tickers(), as_of)
    with reads.ahead():
        for company in wanted:
            layers.ask(_values, company, _text(as_of))


def ready(days: Sequence[str]) -> None:
    """Read what every page asks for, as it was known on some days, for this process and its forks."""
    with reads.ahead():
        companies(), list(Names()), dictionary(), gaps(), currencies()
        for book in (open(as_of=day) for day in days):
            book.examples(), book.prices()
            for name in registers.names():
                book.versions(name), book.register(name)


def prepared(wanted: Sequence[str], as_of: str | date | None = None) -> list[Prepared]:
    """What was worked out for each company; for those that it was not yet for, it is now.

    What a file holds by then is part of the key, so that a change of it is seen.
    """
    with reads.covered():
        keys = {company: contents(company, as_of) for company in wanted}
    if new := [company for company, key in keys.items() if key not in PREPARED]:
        known, none = _worked_out(new, as_of)
        own, lacking = (dict(iter(each.groupby("company"))) for each in (known, none))
        for each in new:
            PREPARED[keys[each]] = Prepared(own.get(each, known[:0]), lacking.get(each, none[:0]), {})
    ready = [PREPARED[key] for key in keys.values()]
    for key in list(PREPARED)[: -max(KEPT, len(wanted))]:
        del PREPARED[key]
    for company in wanted:  # what was worked out from these, a run depends on as if it had done so itself
        layers.ask(_values, company, _text(as_of))
    dictionary()
    ads.ratios(as_of)
    return ready


def _worked_out(wanted: Sequence[str], as_of: str | date | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    published = vintages.best_tier(history(wanted, as_of))
    flows = _flows(published)
    known = latest(vintages.best_tier(_with_quarters(published, flows)))
    none = vintages.refused(flows)
    reasons = [words.say(f"reason.{fault}") for fault in none["fault"]]
    return ads.complete(splits.rebase(known, published), as_of), none.assign(reason=pd.Series(reasons, none.index, str))


def contents(company: str, as_of: str | date | None = None) -> tuple[str, ...]:
    """What tells all that `load` reads of a company, as it was known on a day, from what it reads at another time.

    >>> contents("MSFT") == contents("MSFT") != contents("META")
    True
    """
    return _text(as_of), company, *(tables.stamp(name) for name in (f"facts/{company}.csv", *OF_ALL))


def history(companies: Sequence[str] | None = None, as_of: str | date | None = None) -> pd.DataFrame:
    """Every value published by `as_of`, earlier ones included: the columns of `load`, and file and line.

    >>> values = history(["META"])
    >>> values = values[(values.concept == "capex") & (values.period_start == "2023-01-01")].tail(2)
    >>> values[["value", "published"]].astype(str).values.tolist()
    [['27266000000.0', '2024-02-02'], ['27045000000.0', '2025-01-30']]
    """
    wanted = tickers(companies)
    with reads.covered(), suppress(DataError):  # those of all at once, as each asks for its own
        door.read_facts(wanted, door.open_reference())
    asked = (partial(layers.ask, _values, company, _text(as_of)) for company in wanted)
    found, faults = door.gather(asked)
    door.refuse(dict.fromkeys(faults))
    return pd.concat(found, ignore_index=True)


def _values(company: str, as_of: str) -> pd.DataFrame:
    """Every value of one company that was published by a day."""
    checked = door.read_facts([company], door.open_reference())
    return checked[checked["published"] <= door.day(as_of)].reset_index(drop=True) if as_of else checked


def _text(as_of: str | date | None) -> str:
    return str(as_of or "")


def half_year_before(known: pd.DataFrame) -> str:
    """The day half a year before the newest publication among `known`, as ISO text.

    Errors: NothingToShow where nothing is known.

    >>> half_year_before(load(["MSFT"], as_of="2024-08-01"))  # its newest filing then is of 2024-07-30
    '2024-01-30'
    """
    return f"{_newest(known) - pd.DateOffset(months=6):%Y-%m-%d}"


def quarter_end_before(known: pd.DataFrame) -> str:
    """The end of the calendar quarter before the newest publication among `known`, as ISO text.

    Errors: NothingToShow where nothing is known.

    >>> quarter_end_before(load(["MSFT"], as_of="2024-08-01"))  # its newest filing then is of 2024-07-30
    '2024-06-30'
    """
    return f"{_newest(known) - pd.offsets.QuarterEnd():%Y-%m-%d}"


def _newest(known: pd.DataFrame) -> pd.Timestamp:
    """The newest publication among `known`."""
    if known["published"].isna().all():
        raise NothingToShow("nothing is known by that day: choose a later date")
    return known["published"].max()


def companies(wanted: Sequence[str] = ()) -> pd.DataFrame:
    """The companies by ticker: names, CIK, currency, month of the present fiscal year end, group.

    wanted  of those that came into the store with a whole market the ones that are known from here on too

    >>> companies().loc["ORCL", "fiscal_year_end"].item()
    5
    """
    _call(wanted)
    return layers.ask(_companies)


def _companies() -> pd.DataFrame:
    return _in_our_language(door.reference().companies)


def _in_our_language(table: pd.DataFrame) -> pd.DataFrame:
    own = table.get(f"name_{paths.LANGUAGE}", table["name"])
    return table.assign(name=table["name"].where(own == "", own))


def company(ticker: str) -> dict[str, Any]:
    """What is known of a company, as `companies` has it; nothing for a ticker that it does not have.

    >>> company("ORCL")["fiscal_year_end"], company("ORACLE")
    (5, {})
    """
    return layers.ask(_company, ticker)


def _company(ticker: str) -> dict[str, Any]:
    return dict(_each_company(door.reference(), paths.LANGUAGE).get(ticker, {}))


@lru_cache(maxsize=2)
def _each_company(known: door.Reference, language: str) -> dict[str, dict[str, Any]]:
    """What is known of each company: a page asks for some of them a thousand times."""
    return _in_our_language(known.companies).drop(columns=["file", "line"]).to_dict("index")


class Names(Mapping):
    """The name of every company by its ticker: whoever looks one up depends on that one, and not on all."""

    def __init__(self):
        self._known: dict[str, str] = {}  # a table of a thousand rows asks for ten names

    def __getitem__(self, ticker: str) -> str:
        if ticker not in self._known:
            if not isinstance(ticker, str) or not (own := company(ticker)):
                raise KeyError(ticker)
            self._known[ticker] = own["name"]
        return self._known[ticker]

    def __iter__(self) -> Iterator[str]:
        self._known = layers.ask(_names)
        return iter(self._known)

    def __len__(self) -> int:
        return len(layers.ask(_names))


def _names() -> dict[str, str]:
    return {ticker: own["name"] for ticker, own in _each_company(door.reference(), paths.LANGUAGE).items()}


def tickers(names: Sequence[str] | None = None) -> list[str]:
    """Companies in the order asked for, groups opened up; all where none are named.

    Errors: CapcycleError for an unknown company or group, and for an empty list.

    >>> tickers(["MSFT", "chip makers"])
    ['MSFT', 'NVDA', 'AMD', 'AVGO', 'INTC']
    """
    _call(names)
    return layers.ask(_tickers, names if names is None or isinstance(names, str) else list(names))


def _tickers(names: list[str] | None) -> list[str]:
    return _wanted(names, door.reference().companies)


def dictionary() -> pd.DataFrame:
    """The concepts by name: nature (flow, stock or average), unit, sign and definition.

    >>> dictionary().loc["capex", "nature"]
    'flow'
    """
    return reads.ask(_dictionary)


def _dictionary() -> pd.DataFrame:
    return door.reference().concepts.copy(deep=False)


def sources() -> pd.DataFrame:
    """The documents by id: title, publisher, url, published, tier.

    >>> sources().loc["ecb-eurofxref", "publisher"]
    'European Central Bank'
    """
    return layers.ask(_sources)


def _sources() -> pd.DataFrame:
    return door.reference().sources.copy(deep=False)


def cited(ids: Iterable[str]) -> pd.DataFrame:
    """Some of the documents, each once, as `sources` has them.

    Errors: KeyError for an id that it does not have.

    >>> cited(["ecb-eurofxref"])["publisher"].tolist()
    ['European Central Bank']
    """
    wanted = list(dict.fromkeys(ids))
    found = layers.ask(_cited, sorted(wanted))
    return found.loc[wanted]


def _cited(ids: list[str]) -> pd.DataFrame:
    every = door.reference().sources
    return every.loc[every.index.intersection(ids)].drop(columns=["file", "line"])


def gaps() -> pd.DataFrame:
    """Figures known to be missing, each with the reason."""
    return layers.ask(_gaps)


def _gaps() -> pd.DataFrame:
    return door.read_gaps(door.reference(), tables.stamp("gaps.csv")).copy(deep=False)


def rejected() -> pd.DataFrame:
    """Figures that a filing gives and that are not used: the columns of the facts, as text, and the reason."""
    return layers.ask(_rejected)


def _rejected() -> pd.DataFrame:
    return door.read_rejected(door.reference())


def check() -> None:
    """Check every table of `data/`.

    Errors: DataError with all faults of all files, those that belong to no company included.
    """
    known = door.survey_reference()
    files = known.companies.index if len(known.companies) else [file.stem for file in door.files()]
    jobs = (
        partial(door.read_facts, files, known),
        partial(door.read_gaps, known, tables.stamp("gaps.csv")),
        partial(door.read_rejected, known),
        currency.rates,
        partial(currency.rates, currency.DOLLAR_FILE),
        prices.prices,
    )
    door.refuse(dict.fromkeys([*known.faults, *door.strangers(known), *door.gather(jobs)[1]]))


def _with_quarters(published: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    others = published.drop(index=flows.index).assign(**dict.fromkeys(vintages.BASES, 0))
    filed = pd.concat([flows, others]).sort_index()
    return pd.concat([vintages.quarters(flows), filed[vintages.COLUMNS]], ignore_index=True)


def _flows(published: pd.DataFrame) -> pd.DataFrame:
    additive = dictionary().query("nature == 'flow'").index
    return vintages.on_bases(published[published["concept"].isin(additive)])


def _call(names: Sequence[str] | None) -> None:
    if names and not isinstance(names, str):
        layers.call(names)


def _wanted(companies: Sequence[str] | None, known: pd.DataFrame) -> list[str]:
    """Tickers in the order asked for; the name of a group stands for its companies."""
    if isinstance(companies, str):
        raise CapcycleError(f"companies is the text '{companies}'; give a list such as ['{companies}']")
    chosen = known[known["group"] != store.MARKET]  # of a market there are those that somebody happened to name
    groups = chosen.groupby("group", sort=False).groups
    names = chosen.index if companies is None else companies
    if companies is None or layers.GROUP in names:
        tables.stamp(layers.GROUP)  # traced: whoever asks for all companies depends on which the user has added
    wanted = list(dict.fromkeys(company for name in names for company in groups.get(name, [name])))
    if wrong := set(wanted) - set(known.index):
        raise CapcycleError(f"{unknown('company or group', wrong, [*known.index, *groups])}; {ADD}")
    if not wanted:
        raise CapcycleError(f"no company given; there are: {', '.join(sorted(known.index))}")
    return wanted
