"""What people call companies and quantities, in English and Chinese: `phrases.csv` and `aliases.csv`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from inspect import signature

import pandas as pd

from capcycle import facts, metrics
from capcycle.claims import load
from capcycle.claims.text.amounts import COUNT, FRACTION
from capcycle.facts import tables

MONEY = "currency"
RECORDS = {  # what the registers give, with its unit: register, column
    "contracts.contract_value": MONEY,
    "contracts.critical_it_mw": "MW",
    "contracts.gross_mw": "MW",
    "contracts.utility_mw": "MW",
    "contracts.mw_unstated": "MW",
    "contracts.term_years": "years",
    "capacity.mw": "MW",
    "capacity.gpus": COUNT,
    "customers.share": FRACTION,
    "commitments.amount": MONEY,
    "estimates.target_price": MONEY,
    "ai_revenue.value": MONEY,
    "market.close": MONEY,
    "market.market_cap": MONEY,
}
SHORTEST = 3  # letters of a ticker that is no word
LATIN = re.compile(r"[A-Za-z]")


@dataclass(frozen=True)
class Phrase:
    """Words for a quantity where they stand in a text."""

    measures: tuple[str, ...]
    units: frozenset[str]
    company: str
    start: int
    end: int


class Vocabulary:
    """What a text may call companies and quantities.

    >>> words = vocabulary()
    >>> [(phrase.measures, phrase.company) for phrase in words.phrases("AWS's operating margin and 净利润")]
    [(('cloud_operating_margin',), 'AMZN'), (('net_income',), '')]
    >>> words.names("微软 and Google")
    [(0, 2, ('MSFT',)), (7, 13, ('GOOGL',))]
    """

    def __init__(self, phrases: pd.DataFrame, companies: pd.DataFrame, aliases: pd.DataFrame):
        self.table = phrases
        self.families = phrases.drop_duplicates("measure").set_index("measure")["family"].to_dict()
        self._phrases = {}
        for phrase, rows in phrases.groupby(phrases["phrase"].str.lower(), sort=False):
            measures = tuple(rows["measure"])
            units = frozenset(map(unit_of, measures))
            self._phrases[phrase] = (measures, units, rows["company"].iloc[0])
        self._names = dict(_names(companies, aliases))
        words = {name.lower() for name in companies["name"]}
        self._tickers = {ticker.lower() for ticker in companies.index} - words  # in small letters a word of its own
        self._find_phrase, self._find_name = _finder(self._phrases), _finder(self._names)

    def phrases(self, text: str) -> list[Phrase]:
        """The quantities that a text names, in order; of several that begin at a place the longest."""
        return [Phrase(*self._phrases[found[0].lower().replace("'s ", " ")], *found.span())
                for found in self._find_phrase.finditer(text)]  # fmt: skip

    def names(self, text: str) -> list[tuple[int, int, tuple[str, ...]]]:
        """The companies, or groups of them, that a text names: start, end, tickers."""
        found = [
            each for each in self._find_name.finditer(text) if each[0].isupper() or each[0].lower() not in self._tickers
        ]
        return [(*each.span(), self._names[each[0].lower()]) for each in found]

    def measures(self, words: str) -> tuple[str, ...]:
        """What a cell of a table names: an id of a concept or a metric, or a phrase; empty for no such thing."""
        words = words.strip()
        if words in self.families or words in facts.dictionary().index or words.split(".")[0] in metrics.ALL:
            return (words,)
        return self._phrases.get(words.lower().replace("_", " "), ((),))[0]

    def owner(self, words: str) -> str:
        """The company whose quantity a phrase is: Amazon for AWS; empty for a phrase of any company."""
        return self._phrases.get(words.strip().lower().replace("_", " "), ((), (), ""))[2]

    def tickers(self, words: str) -> tuple[str, ...]:
        """The company, or the companies of a group, that a cell of a table names."""
        return self._names.get(words.strip().lower(), ())

    def relatives(self, measures: Iterable[str]) -> list[str]:
        """Other definitions of the same quantity."""
        wanted = {self.families.get(measure) for measure in measures} - {None}
        return [each for each, family in self.families.items() if family in wanted and each not in measures]


def vocabulary() -> Vocabulary:
    """The vocabulary of the data.

    Errors: DataError with every fault of the tables.
    """
    return _vocabulary(tuple(map(tables.stamp, ("phrases.csv", "aliases.csv", "companies.csv"))))


@cache
def unit_of(measure: str) -> str:
    """The unit of a quantity, `currency` for any amount of money.

    >>> unit_of("capex"), unit_of("eps_diluted"), unit_of("net_margin"), unit_of("contracts.gross_mw")
    ('currency', 'currency', 'fraction', 'MW')
    """
    if measure in RECORDS:
        return RECORDS[measure]
    if measure in facts.dictionary().index:
        return facts.dictionary().at[measure, "unit"].split(" ")[0]
    return metrics.ALL[measure].unit


@lru_cache(maxsize=1)
def _vocabulary(stamps: tuple[str, ...]) -> Vocabulary:
    return Vocabulary(load.phrases(), facts.companies(), load.aliases())


def numerator(measure: str) -> str:
    """The amount that a ratio is of: what a text means that goes on in dollars; empty for what is no ratio of amounts.

    >>> numerator("capex_to_revenue"), numerator("capex")
    ('capex', '')
    """
    if measure not in metrics.ALL or metrics.ALL[measure].unit == MONEY:
        return ""
    first = next(iter(signature(metrics.ALL[measure]).parameters))
    return first if first in facts.dictionary().index and unit_of(first) == MONEY else ""


def _names(companies: pd.DataFrame, aliases: pd.DataFrame) -> Iterable[tuple[str, tuple[str, ...]]]:
    for ticker, row in companies.iterrows():
        if len(ticker) >= SHORTEST:
            yield ticker.lower(), (ticker,)
        yield from ((name.lower(), (ticker,)) for name in (row["name"], row["name_zh"]) if name)
    held = aliases[aliases["ticker"].isin(companies.index)]
    for row in held[held["kind"].isin(["name", "misheard", "untranslated"])].itertuples():
        yield row.alias.lower(), (row.ticker,)
    groups = held[held["kind"] == "group"].groupby("alias")["ticker"]
    yield from ((name.lower(), tuple(tickers)) for name, tickers in groups)
    yield from ((name.lower(), tuple(rows.index)) for name, rows in companies.groupby("group", sort=False))


def _finder(words: Iterable[str]) -> re.Pattern:
    """A pattern of all words, the longest first; a word in Latin letters stands alone."""
    ordered = sorted(words, key=len, reverse=True)
    return re.compile("|".join(map(_bounded, ordered)), re.IGNORECASE)


def _bounded(word: str) -> str:
    inner = re.escape(word).replace(r"\ ", r"(?:'s)?\ ")
    before = r"(?<![A-Za-z])" if LATIN.match(word[0]) else ""
    after = r"(?![A-Za-z])" if LATIN.match(word[-1]) else ""
    return f"{before}{inner}{after}"
