"""Rules that look for the twenty classes of error in any file of claims: which fire, why, and what would be right."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module

import pandas as pd

from capcycle import facts, words
from capcycle.claims import load

VERDICT = {  # what a finding of a class makes of a claim; every other class makes it inconsistent
    "scale_slip": "mistranslated",
    "wrong_unit": "mistranslated",
    "ads_share": "mistranslated",
    "stray": "mistranslated",
    "spoken_name": "mistranslated",
    "superseded": "superseded",
    "denominator": "not checkable",
}
WORST = ["inconsistent", "mistranslated", "superseded", "not checkable", "consistent"]


@dataclass(frozen=True)
class Finding:
    """What a rule found: the class of error, the claims it concerns, why it fires and what would be right."""

    rule: str
    error_class: str
    claim_ids: tuple[str, ...]
    why: str
    right: str

    @property
    def verdict(self) -> str:
        return VERDICT.get(self.error_class, "inconsistent")


@dataclass(frozen=True)
class Book:
    """The claims that rules look at, with what several rules ask of them worked out once."""

    claims: pd.DataFrame
    as_of: str = ""

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The claims with the year of their period and whether they are amounts of money."""
        table = self.claims
        year = pd.to_numeric(table["period"].str.extract(r"((?:19|20)\d\d)")[0])
        text = table["paraphrase"].str.lower()
        return table.assign(
            year=year, money=table["unit"].str.fullmatch("[A-Z]{3}") & (table["unit"] != "GPU"), text=text
        )

    def of(self, pattern: str, **cells: str) -> pd.DataFrame:
        """The claims whose metric a pattern matches in full, and whose cells are the ones given."""
        found = [table for metric, table in self._by_metric.items() if re.fullmatch(pattern, metric)]
        rows = pd.concat(found).sort_index() if found else self.rows.iloc[:0]
        for column, cell in cells.items():
            rows = rows[rows[column] == cell]
        return rows

    @cached_property
    def _by_metric(self) -> dict[str, pd.DataFrame]:
        return dict(iter(self.rows.groupby("metric", sort=False)))

    def saying(self, pattern: str) -> pd.DataFrame:
        """The claims whose sentence a pattern is found in."""
        return self.rows[self.rows["text"].str.contains(pattern, regex=True)]

    @cached_property
    def aliases(self) -> pd.DataFrame:
        return load.aliases()

    @cached_property
    def members(self) -> pd.DataFrame:
        """Who belongs to a group: columns group and member."""
        table = self.aliases[self.aliases["kind"] == "group"]
        return table[["alias", "name"]].set_axis(["group", "member"], axis=1)

    @cached_property
    def fiscal_year_ends(self) -> dict[str, int]:
        """The month in which a company's fiscal year ends, by ticker."""
        return facts.companies()["fiscal_year_end"].to_dict()


Rule = Callable[[Book], Iterator[Finding]]
RULES: dict[str, Rule] = {}
MODULES = ["rules_rows", "rules_across", "rules_time", "rules_ratios"]


def rule(error_class: str) -> Callable[[Callable[[Book], Iterable[tuple]]], Rule]:
    """Make a rule of a function that yields claim ids and the values of its two sentences in `words`."""

    def made(find: Callable[[Book], Iterable[tuple]]) -> Rule:
        name = find.__name__

        def findings(book: Book) -> Iterator[Finding]:
            for claim_ids, said in find(book):
                sentences = (words.say(f"claims.rule.{name}.{part}", **said) for part in ("why", "right"))
                yield Finding(name, error_class, tuple(dict.fromkeys(claim_ids)), *sentences)

        RULES[name] = findings
        return findings

    return made


def detect(claims: pd.DataFrame, as_of: str = "", rules: Sequence[str] = ()) -> list[Finding]:
    """What the rules (all unless some are named) find in claims; with `as_of`, from facts and deals known by then.

    >>> slips = [f for f in detect(load.claims()) if f.rule == "watts_per_gpu"]
    >>> slips[0].claim_ids, slips[0].error_class
    (('c120', 'c122'), 'scale_slip')
    """
    for module in MODULES:
        import_module(f"capcycle.claims.{module}")  # each adds its rules to RULES

    said_once = claims.drop_duplicates([column for column in load.CLAIM if column != "claim_id"])
    book = Book(said_once.reset_index(drop=True), as_of)
    return [finding for name in rules or RULES for finding in RULES[name](book)]


def worst(verdicts: Iterable[str]) -> str:
    """The gravest of several verdicts.

    >>> worst(["not checkable", "inconsistent"])
    'inconsistent'
    """
    return min(verdicts, key=WORST.index)


def score(findings: Iterable[Finding], checks: pd.DataFrame) -> pd.DataFrame:
    """How the rules do against the checks: by class, checks to find, found, findings, and those that fit.

    A finding fits a check of the same class if the claims of one are among those of the other, or two are shared.
    """
    known = checks[checks["error_class"] != ""]
    truth = [(row.error_class, set(row.claim_ids.split())) for row in known.itertuples()]
    told = [(finding.error_class, set(finding.claim_ids)) for finding in findings]
    table = pd.DataFrame(index=pd.Index(load.CLASSES, name="error_class"))
    table["checks"] = [sum(kind == each for kind, _ in truth) for each in table.index]
    table["found"] = [_fitting(truth, told, each) for each in table.index]
    table["findings"] = [sum(kind == each for kind, _ in told) for each in table.index]
    table["fitting"] = [_fitting(told, truth, each) for each in table.index]
    return table


def _fitting(some: list[tuple[str, set]], others: list[tuple[str, set]], error_class: str) -> int:
    """How many of some of a class fit one of the others."""
    rest = [ids for kind, ids in others if kind == error_class]
    return sum(any(_fit(ids, each) for each in rest) for kind, ids in some if kind == error_class)


def _fit(one: set[str], other: set[str]) -> bool:
    return one <= other or other <= one or len(one & other) > 1
