"""The rules that look for errors in any file of claims: which fire, why, and what would be right."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module

import pandas as pd

from capcycle import words
from capcycle.claims import load

VERDICT = {  # what a finding of a class makes of a claim; every other class makes it inconsistent
    "scale_slip": "mistranslated",
    "wrong_unit": "mistranslated",
    "spoken_name": "mistranslated",
    "superseded": "superseded",
    "denominator": "not checkable",
    "scale_doubt": "not checkable",
}
WORST = ["inconsistent", "mistranslated", "superseded", "not checkable", "consistent"]


@dataclass(frozen=True)
class Finding:
    """One firing of a rule: the class of error, the claims it concerns, why it fires and what would be right."""

    rule: str
    error_class: str
    claim_ids: tuple[str, ...]
    why: str
    right: str

    @property
    def verdict(self) -> str:
        return VERDICT.get(self.error_class, "inconsistent")


Rule = Callable[[pd.DataFrame], Iterator[Finding]]
RULES: dict[str, Rule] = {}


def rule(error_class: str) -> Callable[[Callable[[pd.DataFrame], Iterable[tuple]]], Rule]:
    """Make a rule of a function that yields claim ids and the values of its two sentences in `words`.

    It gets the claims with two columns more: `year` of the period, and `text`, the sentence in small letters.
    """

    def registered(find: Callable[[pd.DataFrame], Iterable[tuple]]) -> Rule:
        name = find.__name__

        def findings(claims: pd.DataFrame) -> Iterator[Finding]:
            for claim_ids, values in find(claims):
                sentences = (words.say(f"claims.rule.{name}.{part}", **values) for part in ("why", "right"))
                yield Finding(name, error_class, tuple(dict.fromkeys(claim_ids)), *sentences)

        RULES[name] = findings
        return findings

    return registered


def detect(claims: pd.DataFrame, rules: Sequence[str] = ()) -> list[Finding]:
    """What the rules, all unless some are named, find in claims.

    >>> slips = [finding for finding in detect(load.claims()) if finding.rule == "watts_per_gpu"]
    >>> slips[0].claim_ids, slips[0].error_class
    (('c120', 'c122'), 'scale_slip')
    """
    import_module("capcycle.claims.rules")  # it adds its rules to RULES
    once = claims.drop_duplicates([column for column in load.CLAIM if column != "claim_id"]).reset_index(drop=True)
    year = pd.to_numeric(once["period"].str.extract(r"((?:19|20)\d\d)")[0])
    once = once.assign(year=year, text=once["paraphrase"].str.lower())
    return [finding for name in rules or RULES for finding in RULES[name](once)]


def worst(verdicts: Iterable[str]) -> str:
    """The gravest of several verdicts.

    >>> worst(["not checkable", "inconsistent"])
    'inconsistent'
    """
    return min(verdicts, key=WORST.index)


def score(findings: Iterable[Finding], checks: pd.DataFrame) -> pd.DataFrame:
    """How the rules do against the checks, by class of error.

    errors    checks with an error of the class
    detected  those of them that a finding of the class fits
    fired     findings of the class
    hits      those of them that fit such a check

    A finding fits a check if the claims of one are among those of the other, or two are shared.
    """
    known = checks[checks["error_class"] != ""]
    errors = [(row.error_class, set(row.claim_ids.split())) for row in known.itertuples()]
    fired = [(finding.error_class, set(finding.claim_ids)) for finding in findings]
    table = pd.DataFrame(index=pd.Index(load.CLASSES, name="error_class"))
    table["errors"] = [sum(kind == each for kind, _ in errors) for each in table.index]
    table["detected"] = [_fitting(errors, fired, each) for each in table.index]
    table["fired"] = [sum(kind == each for kind, _ in fired) for each in table.index]
    table["hits"] = [_fitting(fired, errors, each) for each in table.index]
    return table


def _fitting(some: list[tuple[str, set]], others: list[tuple[str, set]], error_class: str) -> int:
    """How many of some of a class fit one of the others."""
    rest = [ids for kind, ids in others if kind == error_class]
    return sum(any(_fit(ids, each) for each in rest) for kind, ids in some if kind == error_class)


def _fit(one: set[str], other: set[str]) -> bool:
    return one <= other or other <= one or len(one & other) > 1
