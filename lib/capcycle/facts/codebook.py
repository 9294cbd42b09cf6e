"""The codebook of `data/`, written from the tables themselves: `python -m capcycle.facts.codebook` rewrites it."""

from collections.abc import Iterable

import pandas as pd

from capcycle import facts, paths
from capcycle.facts import door

COLUMNS = {
    "company": "ticker, as in `companies.csv`",
    "name": "name in English",
    "name_zh": "name in Chinese, where there is one",
    "cik": "the registrant's number at the SEC, ten digits",
    "currency": "currency in which it reports",
    "fiscal_year_end": "month in which its fiscal year ends, 1 to 12; a 52/53-week year may end a week off",
    "group": "group that it is shown in",
    "concept": "name of the quantity, as in `dictionary.csv`",
    "nature": "`flow` (over a period), `stock` (on a day) or `average` (over a period, never added up)",
    "unit": "in `dictionary.csv` currency, currency per share or shares; in the facts the unit itself, such as USD",
    "sign": "`positive` where a negative figure would be an error, else `any`",
    "definition": "what it is, in a sentence",
    "source": "id of a document, as in `sources.csv`; a filing's is its accession number",
    "title": "what the document is called",
    "publisher": "who published it",
    "url": "where it stands",
    "published": "day on which the figure, or the document, became public",
    "tier": "how near the document is to the fact; see below",
    "period_start": "first day of the period; empty for a stock",
    "period_end": "last day of the period, or the day of a stock",
    "value": "the figure, in full units: no thousands, no millions",
    "kind": "how good the figure is; see below",
    "locator": "where in the document the figure stands: the tag of a filing, or its line",
    "note": f"what a reader should know; begins with `{door.CONFIRMED}` where an odd-looking figure was looked up",
    "reason": "why it is missing, or left out",
    "date": "day of the fixing",
    "USD": "US dollars for one euro",
    "CNY": "yuan for one euro",
    "HKD": "Hong Kong dollars for one euro",
}
FILES = {
    "companies.csv": ("One row per company.", door.COMPANY),
    "dictionary.csv": ("One row per concept.", door.CONCEPT),
    "sources.csv": ("One row per document.", door.SOURCE),
    "facts/<TICKER>.csv": ("One row per company, concept, period and day of publication.", door.FACT),
    "gaps.csv": ("Figures known to be missing.", door.GAP),
    "rejected.csv": ("Figures that a filing gives and that are not used.", door.REJECTED),
    "fx.csv": ("Reference rates of the European Central Bank: units of each currency for one euro.", door.RATES),
}
TIERS = {
    "filing": "filed with a regulator: 10-K, 10-Q, 8-K and their XBRL",
    "statistics": "published by a central bank or a statistical office",
}
KINDS = {
    "reported": "a document says so",
    "derived": "arithmetic on reported figures only",
    "estimated": "somebody's judgement",
    "assumed": "a what-if",
}
TEXT = """# Codebook

Written by `python -m capcycle.facts.codebook` from the tables of this folder; do not edit by hand.

Every figure is a row with the document that gives it and the day on which it became public. Tables are UTF-8 text
with commas; nothing is interpolated, and what is missing stays missing. `capcycle check` reads every row and reports
all faults with file and line.

## Files

{files}

## Concepts

{concepts}

## Kinds

Best first. A result is as weak as its weakest input, and a computed one is at best `derived`.

{kinds}

## Tiers of source

Best first.

{tiers}

## Quarters

Cash-flow statements are filed year to date. A quarter that no filing gives is the difference of two that do (the year
less nine months, the half year less the first quarter); it is computed on loading, is `derived`, names both documents,
and is never stored here. Averages such as earnings per share are never subtracted or added.

## Vintages

The same period can be published twice; both rows stay. A later value is one of three things: `rounding` (the same
figure in fewer digits: the earlier one stands), `split` (the same shares counted anew) or `restatement` (the later one
stands). Two periods are subtracted only when they are of one vintage: a restated nine months waits until the year is
restated too, or is repeated unchanged beside the next year's.

`facts.load(as_of="2024-08-01")` gives what was public on that day and nothing published later.

## Left out

{rejected}

## Known gaps

{gaps}

## Rights

Figures are facts, taken from public filings; each row names its own. Exchange rates are the euro foreign exchange
reference rates, source: European Central Bank, free to use with that attribution. What is original in this compilation
is under the licence of the project.
"""


def render() -> str:
    """The codebook as Markdown.

    Errors: DataError where a table is broken.
    """
    return TEXT.format(
        files="\n\n".join(_file(*each) for each in FILES.items()),
        concepts=_table(facts.dictionary().reset_index()),
        kinds=_list(KINDS, door.KINDS),
        tiers=_list(TIERS, door.TIERS),
        rejected=_table(facts.rejected()[["company", "concept", "period_start", "period_end", "value", "reason"]]),
        gaps=_table(facts.gaps()[door.GAP]),
    )


def _file(name: str, about: tuple[str, list[str]]) -> str:
    sentence, columns = about
    return f"### `{name}`\n\n{sentence}\n\n{_list(COLUMNS, columns)}"


def _list(meanings: dict[str, str], names: Iterable[str]) -> str:
    return "\n".join(f"- `{name}`: {meanings[name]}" for name in names)


def _table(table: pd.DataFrame) -> str:
    """A Markdown table without the columns that say where a row stands."""
    shown = table.drop(columns=["file", "line"], errors="ignore").astype(str)
    lines = [list(shown.columns), ["---"] * shown.shape[1], *shown.to_numpy().tolist()]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


if __name__ == "__main__":
    (paths.DATA / "README.md").write_text(render(), "utf-8")
