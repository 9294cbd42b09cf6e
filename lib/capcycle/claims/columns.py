"""The tables of published claims and worked examples: what each is of, and what each of its columns holds."""

from capcycle.facts.examples import COLUMNS as EXAMPLE

CLAIM = {
    "claim_id": "id of the claim; as a name in a rule its lower value, with `h` behind it its upper one",
    "article": "title of the article that prints it",
    "publisher": "who published the article",
    "published": "day on which the article appeared; empty where it bears none",
    "entity": "whom or what the claim is about",
    "ticker": "its ticker, where it is one company",
    "metric": "what is claimed, in small letters joined by `_`",
    "value_low": "the figure as printed, wrong ones too, or the lower end; percent and points stand as numbers here",
    "value_high": "upper end; the same as the lower where one figure is printed",
    "unit": "unit of both: `pct`, `pp`, `x`, `count`, `MW`, a currency, a currency per share and others",
    "period": "what period or day it is for",
    "period_kind": "what kind of period that is",
    "basis": "how the figure came about: `reported`, `estimate`, `forecast`, `target`, `market` or `opinion`",
    "comparison": "what a change is measured against, such as `yoy`; empty where the figure is no change",
    "speaker": "who claims it, as in `speakers.csv`",
    "paraphrase": "the claim in a sentence",
}
CHECK = {
    "check_id": "id of the check",
    "claim_ids": "the claims that it uses, space between",
    "subject": "those among them that it passes judgement on",
    "topic": "what it is about, one word",
    "scope": "`S`: decided by what the articles print; `X`: by a document from elsewhere; `S/X`: by both",
    "rule": "what must hold, over the claims' ids and the functions of the library; empty where a person judged",
    "fix": "a unit or scale put right that would make the rule hold: then the claim is mistranslated",
    "holds": "verdict where the rule holds",
    "fails": "verdict where it does not",
    "decided_by": "`arithmetic`, `source` (a document from elsewhere) or `judgement`",
    "verdict": "the verdict, which the rule must be able to give",
    "error_class": "kind of error, where there is one",
    "likely": "what was probably meant",
    "note": "the reason, in a sentence",
    "sources": "ids in `check_sources.csv`, space between",
}
STEP = {
    "check_id": "check that it belongs to, as in `checks.csv`",
    "step": "its place among the steps of the check",
    "expression": "the recomputation, over the claims' ids",
    "printed": "the figure that it is compared with, in words",
    "value": "that figure as a number",
    "tolerance": "how far off still agrees, in the unit of the figure",
    "sources": "ids in `check_sources.csv`, space between",
}
SOURCE = {
    "source": "id of a document or a site that decides a check",
    "publisher": "who published it",
    "address": "where it stands; several with a semicolon between, empty where none is known",
    "published": "day on which it appeared; empty where none is known",
    "about": "what it says",
}
ALIAS = {
    "alias": "name as an article or a transcript gives it",
    "name": "what is meant; of a number word, the number",
    "ticker": "its ticker, where it has one",
    "kind": "`name`, `misheard`, `untranslated`, `group` (one row per member) or `number`",
    "note": "what a reader should know",
}
SPEAKER = {
    "speaker": "who claims something, as in `claims.csv`",
    "kind": "what kind of source that is: broker, company, press and so on",
}
FILES = {
    "claims.csv": ("Published claims as printed, one row each.", CLAIM),
    "checks.csv": ("What each claim is checked by, and the verdict; one row per check.", CHECK),
    "check_steps.csv": ("The recomputations of the checks, one row each.", STEP),
    "check_sources.csv": ("Documents from elsewhere that decide checks.", SOURCE),
    "aliases.csv": ("Names under which the same thing appears, number words among them.", ALIAS),
    "examples.csv": ("Published worked examples, each by the model that works it out; one row each.", EXAMPLE),
    "speakers.csv": ("Who claims something, and what kind of source that is.", SPEAKER),
}
