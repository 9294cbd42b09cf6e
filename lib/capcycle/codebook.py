"""The codebook of `data/`, joined from what each room says of its tables: `python -m capcycle.codebook` rewrites it."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from capcycle import facts, paths
from capcycle.claims import columns as claims
from capcycle.facts import door, registers, splits, vintages

COLUMNS = {
    "company": "ticker, as in `companies.csv`",
    "name": "name in English",
    "name_zh": "name in Chinese, where there is one",
    "cik": "the registrant's number at the SEC, ten digits",
    "currency": "currency in which it reports",
    "fiscal_year_end": "month in which its fiscal year ends, 1 to 12; a 52/53-week year may end a week off",
    "group": "group that it is shown in; its name stands for its companies wherever companies are asked for",
    "concept": "name of the quantity, as in `dictionary.csv`",
    "nature": "`flow` (over a period), `stock` (on a day) or `average` (over a period, never added up)",
    "unit": "in `dictionary.csv` currency, that per share or per ADS, shares or fraction; in the facts USD and so on",
    "sign": "`positive` where a negative figure would be an error, else `any`",
    "definition": "what it is, in a sentence",
    "source": "id of a document, as in `sources.csv`; a filing's is its accession number",
    "title": "what the document is called",
    "publisher": "who published it",
    "url": "where it stands; empty where the text was seen without an address, which no fact rests on",
    "published": "day on which the figure, or the document, became public; empty where nobody knows it",
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
    "TWD": "Taiwan dollars for one US dollar, at noon in New York",
}
FACTS = {
    "companies.csv": ("One row per company.", door.COMPANY),
    "dictionary.csv": ("One row per concept.", door.CONCEPT),
    "sources.csv": ("One row per document.", door.SOURCE),
    "facts/<TICKER>.csv": ("One row per company, concept, period and day of publication.", door.FACT),
    "gaps.csv": ("Figures known to be missing.", door.GAP),
    "rejected.csv": ("Figures that a document gives and that are not used.", door.REJECTED),
    "fx.csv": ("Reference rates of the European Central Bank: units of each currency for one euro.", door.RATES),
    "fx_usd.csv": ("Noon buying rates of the Federal Reserve, for what the former lacks.", door.DOLLAR_RATES),
}
REGISTERS = {
    "registers.csv": ("The schema of the tables beside the facts, a row per column.", registers.SCHEMA),
    "register_gaps.csv": ("What was looked for and is in none of these tables.", registers.GAP),
}
TIERS = {
    "filing": "filed with a regulator: 10-K, 10-Q, 8-K and their XBRL",
    "release": "said by the company: a press release, a presentation, a call",
    "tracker": "a filing as read by a public tracker (of the facts, KKKKKKAI/neocloud-capex-tracker), not checked here",
    "summary": "a filing, a release or a report summed up by somebody else",
    "research": "what a broker, a fund or an author works out: a report, a note, a post",
    "news": "a news article",
    "dataset": "a table compiled by a research institute, with its method",
    "aggregator": "a table of figures without their documents: a fact that only it gives is `estimated`",
    "statistics": "published by a central bank or a statistical office; exchange rates only",
}
KINDS = {
    "reported": "a document says so",
    "derived": "arithmetic on reported figures only",
    "estimated": "somebody's judgement",
    "assumed": "a what-if",
}
TEMPLATE = Path(__file__).with_name("codebook.template.md")


def render() -> str:
    """The codebook as Markdown.

    Errors: DataError where a table is broken.
    """
    return TEMPLATE.read_text("utf-8").format(
        facts=_files(set(FACTS)),
        concepts=_table(facts.dictionary().reset_index()),
        kinds=_list(KINDS, door.KINDS),
        groups=_groups(),
        registers=_files({*REGISTERS, *(f"{name}.csv" for name in registers.names())}),
        lacking=_table(registers.gaps()[["table", "missing", "reason"]]),
        claims=_files(set(claims.FILES)),
        splits=_splits(),
        tiers=_list(TIERS, door.TIERS),
        rejected=_table(facts.rejected()[["company", "concept", "period_start", "period_end", "value", "reason"]]),
        gaps=_table(facts.gaps()[door.GAP]),
    )


def columns() -> pd.DataFrame:
    """Every column of every file of `data/`: file, what the file is, column, its type and bounds, its meaning.

    The files of the facts and of the claims have no types here; each room checks its own.

    >>> columns().query("file == 'gaps.csv'")["column"].tolist()
    ['company', 'concept', 'period_start', 'period_end', 'reason']
    """
    plain = {name: (about, {one: COLUMNS[one] for one in names}) for name, (about, names) in FACTS.items()}
    tables = registers.columns().assign(file=lambda rows: rows["table"] + ".csv").drop(columns="table")
    return pd.concat([_frame(plain | REGISTERS), tables, _frame(claims.FILES)], ignore_index=True)


def _frame(files: Mapping[str, tuple[str, Mapping[str, str]]]) -> pd.DataFrame:
    rows = [
        (name, about, column, "", meaning)
        for name, (about, meanings) in files.items()
        for column, meaning in meanings.items()
    ]
    return pd.DataFrame(rows, columns=["file", "about", "column", "properties", "meaning"])


def _files(names: set[str]) -> str:
    """A chapter for each of some files: what it is, and its columns."""
    chosen = columns().query("file in @names").groupby(["file", "about"], sort=False)
    return "\n\n".join(f"### `{name}`\n\n{about}\n\n{_lines(rows)}" for (name, about), rows in chosen)


def _lines(rows: pd.DataFrame) -> str:
    marks = [f" ({properties})" if properties else "" for properties in rows["properties"]]
    each = zip(rows["column"], marks, rows["meaning"], strict=True)
    return "\n".join(f"- `{column}`{properties}: {meaning}" for column, properties, meaning in each)


def _groups() -> str:
    by_group = facts.companies().groupby("group", sort=False)
    return "\n".join(f"- {group}: {', '.join(rows.index)}" for group, rows in by_group)


def _splits() -> str:
    table = splits.splits(vintages.best_tier(facts.history()))
    table = table.assign(ratio=table["ratio"].map("{:g}".format), day=table["day"].dt.strftime("%Y-%m-%d"))
    return _table(table[["company", "ratio", "day", "source"]])


def _list(meanings: dict[str, str], names: Iterable[str]) -> str:
    return "\n".join(f"- `{name}`: {meanings[name]}" for name in names)


def _table(table: pd.DataFrame) -> str:
    """A Markdown table without the columns that say where a row stands."""
    shown = table.drop(columns=["file", "line"], errors="ignore").astype(str)
    lines = [list(shown.columns), ["---"] * shown.shape[1], *shown.to_numpy().tolist()]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


if __name__ == "__main__":
    (paths.DATA / "README.md").write_text(render(), "utf-8")
