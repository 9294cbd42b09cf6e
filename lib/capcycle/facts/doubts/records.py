"""Doubts about the tables beside the facts: what a row says of itself, of its document and beside other rows."""

import re
from itertools import chain

import numpy as np
import pandas as pd

from capcycle.facts import currency, door, registers, tables
from capcycle.facts.doubts.telling import PLAUSIBLE, Doubts, expected, told

LONELY, ENOUGH = 1.0, 4  # decades from the nearest figure of the column; columns of fewer figures say nothing
GROUPS = ["unit", "measure", "currency", "stage", "figure"]  # columns that tell which figures are alike
WRITTEN_APART = ["market"]  # series, of which `prices` asks
PARTIES = ("lessor", "tenant", "giver", "taker", "borrower", "maker", "customer")
NAMED = {"company": "name", "subject": "name", **{party: f"{party}_name" for party in PARTIES}}
TERMS = ["term_years", "contract_value"]
MW = ["critical_it_mw", "gross_mw", "utility_mw", "mw_unstated"]
OWN_MONEY = ["lessor", "giver", "borrower", "company"]  # who usually deals in his own currency
ABROAD = ["market", "holdings", "offerings"]  # tables of securities, which trade where they are listed
CLAIM = re.compile(r"\bc\d+\b")
STATED = ["value", "low", "amount", "principal", "mw", "shares"]  # columns that hold what a cited claim says
WHOLE = 1.005  # times the company's revenue of the period, rounded
GROWN = 0.02  # growth as stated, of figures as rounded
FIGURE = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


def doubts() -> list[str]:
    """The doubts about registers, claims and documents."""
    known = door.reference()
    every = {name: registers.placed(name) for name in registers.names()}
    named = {name: table for name, table in every.items() if len(table)}  # of no row there is nothing to doubt
    codes, said, revenue = _codes(named), _sentences(), _revenue(known)
    lines = []
    for name, table in named.items():
        rules = chain(
            _ratios(table, name), _kept(table, name), _published(table, known), _names(table, codes),
            _currencies(table, name, known), _claimed(table, said), _of_revenue(table, revenue), _grown(table),
            _noted(table, name), _amended(table),
        )  # fmt: skip
        rules = chain(rules, _lonely(table)) if name not in WRITTEN_APART else rules
        lines += told(table, rules)
    return [*lines, *told(*_deals(every)), *told(*_lent(every)), *told(*_claims()), *told(*_uncited(known, every))]


def _ratios(table: pd.DataFrame, name: str) -> Doubts:
    in_dollars = _in_dollars(table)
    for formula, least, most, why, *where in PLAUSIBLE["ratios"].get(name, []):
        ratio = in_dollars.eval(formula)
        asked = in_dollars.eval(where[0]) if where else True
        sentence = f"{formula} is {{right:.3g}}, not {least:g} to {most:g}: {why}"
        yield sentence, ratio.notna() & ~ratio.between(least * (1 - 1e-9), most * (1 + 1e-9)) & asked, ratio


def _kept(table: pd.DataFrame, name: str) -> Doubts:
    """Two columns that go together from one period to the next in rows of one kind."""
    for formula, key, limit in PLAUSIBLE["kept"].get(name, []):
        ordered = table.sort_values([*key, "period_end"])
        size = np.log(ordered.eval(formula).where(lambda ratio: ratio > 0))
        right, _ = expected(size, [ordered[each] for each in key])
        sentence = f"{formula} is not about {{right:.4g}}, as in the rows of {' and '.join(key)} beside it"
        yield sentence, (size - right).abs() > np.log(limit), np.exp(right)


def _noted(table: pd.DataFrame, name: str) -> Doubts:
    """What a note tells stands in its columns too."""
    for pattern, stands, what in PLAUSIBLE["noted"].get(name, []):
        yield (
            f"the note tells {what}, and no column does",
            table["note"].str.contains(pattern) & ~table.eval(stands),
            "",
        )


def _amended(table: pd.DataFrame) -> Doubts:
    """What is amended has other terms than before, in its columns."""
    if set(TERMS) <= set(table):
        first = table.drop_duplicates("contract").set_index("contract")[TERMS]
        same = (table.set_index("contract")[TERMS] == first.reindex(table["contract"])).all(axis=1).to_numpy()
        yield "amended, and no term differs from those before", table["status"].eq("amended") & same, ""


def _claimed(table: pd.DataFrame, said: dict[str, str]) -> Doubts:
    """A row that is read in a published claim has the claim's figure."""
    if "locator" not in table:
        return
    cited = table["locator"].str.findall(CLAIM).map(lambda claims: " ".join(map(said.get, claims)))
    for column in (each for each in STATED if each in table):
        rows = table[column].where(cited != "").dropna()
        off = pd.Series([not _says(cited[row], f"{value:f}") for row, value in rows.items()], rows.index, bool)
        yield f"{column} {{{column}:.15g}} is in no form in what it cites: {{right}}", off, cited


def _of_revenue(table: pd.DataFrame, revenue: pd.Series) -> Doubts:
    """What a company takes in one thing is a part of its revenue."""
    if not {"company", "period_start", "period_end", "value", "currency"} <= set(table):
        return
    right = pd.Series(revenue.reindex(pd.MultiIndex.from_frame(table[revenue.index.names])).to_numpy(), table.index)
    yield "value {value:.15g} is above the revenue of its period, {right:.15g}", table["value"] > WHOLE * right, right


def _revenue(known: door.Reference) -> pd.Series:
    facts = door.read_facts(known.companies.index, known).query("concept == 'revenue'").sort_values("published")
    facts = facts.rename(columns={"unit": "currency"})
    return facts.groupby(["company", "period_start", "period_end", "currency"])["value"].last()


def _grown(table: pd.DataFrame) -> Doubts:
    """A figure over that of a year before is its growth."""
    if not {"growth", "value", "period_end"} <= set(table):
        return
    key = [each for each in ("company", "name", "measure", "whole", "part", "basis") if each in table]
    before = table.assign(period_end=table["period_end"] + pd.DateOffset(years=1))[[*key, "period_end", "value"]]
    year_ago = before.drop_duplicates([*key, "period_end"]).set_index([*key, "period_end"])["value"]
    year_ago = year_ago.reindex(pd.MultiIndex.from_frame(table[[*key, "period_end"]])).to_numpy()
    right = year_ago * (1 + table["growth"])
    off = (table["value"] / right - 1).abs() > GROWN
    yield "value {value:.15g} is not {growth:.0%} above that of the year before; {right:.6g} would be", off, right


def _in_dollars(table: pd.DataFrame) -> pd.DataFrame:
    """Amounts in US dollars at the newest rate, and the power that is known most narrowly."""
    rates = currency.rates().iloc[-1]
    per_dollar = table["currency"].map(rates / rates["USD"]) if "currency" in table else pd.Series(1.0, table.index)
    amounts = [each for each in ("contract_value", "revenue_per_year", "noi_per_year", "amount", "capex_per_mw_low")
               if each in table]  # fmt: skip
    power = table[[each for each in MW if each in table]].min(axis=1) if set(MW) & set(table) else np.nan
    return table.assign(power=power, **table[amounts].div(per_dollar.fillna(1), axis=0))


def _lonely(table: pd.DataFrame) -> Doubts:
    """A figure ten times away from every other of its column and kind."""
    alike = [table[each] for each in GROUPS if each in table] or [pd.Series("", table.index)]
    for column in table.select_dtypes("number").columns.drop("line"):
        size = np.log10(table[column].abs().where(table[column] != 0)).dropna().sort_values()
        groups = size.groupby([each.reindex(size.index) for each in alike])
        before, after = size - groups.shift(1), groups.shift(-1) - size
        off = pd.concat([before, after], axis=1).min(axis=1) > LONELY
        enough = groups.transform("size") >= ENOUGH
        yield f"{column} {{{column}:.6g}} is ten times away from every other figure of its kind", off & enough, np.nan


def _published(table: pd.DataFrame, known: door.Reference) -> Doubts:
    """A row becomes public with its newest document, of which some are known by a month only."""
    if "published" not in table:
        return
    cited = table[[each for each in registers.SOURCES if each in table]].agg(" ".join, axis=1)
    newest = cited.str.split().explode().map(door.dates(known.sources["published"])).groupby(level=0).max()
    late = table["published"] > newest + pd.offsets.MonthEnd(1)
    yield "public on {published:%Y-%m-%d}, and its newest document since {right:%Y-%m-%d}", late, newest
    own = cited.str.extractall(f"({door.ISO_DATE})")[0].groupby(level=0).max()
    early = table["published"] < door.dates(own.reindex(table.index))
    yield "public on {published:%Y-%m-%d}, before the day in the name of its document, {right}", early, own


def _codes(named: dict[str, pd.DataFrame]) -> pd.Series:
    """The company that each name mostly stands for."""
    pairs = [each[[code, name]].set_axis(["code", "name"], axis=1) for each in named.values()
             for code, name in NAMED.items() if code in each and name in each and "reason" not in each]  # fmt: skip
    times = pd.concat(pairs).value_counts().reset_index()
    return times.drop_duplicates("name").set_index("name")["code"]


def _names(table: pd.DataFrame, usual: pd.Series) -> Doubts:
    """One name stands for one company in all tables."""
    for code, name in NAMED.items():
        if code in table and name in table and "reason" not in table:
            right = table[name].map(usual)
            yield f"{{{name}}} is the company '{{{code}}}', elsewhere '{{right}}'", table[code].ne(right), right


def _currencies(table: pd.DataFrame, name: str, known: door.Reference) -> Doubts:
    if "currency" not in table or name in ABROAD:
        return
    for party in (each for each in OWN_MONEY if each in table):
        own = table[party].map(known.companies["currency"])
        foreign = own.notna() & table["currency"].ne("") & table["currency"].ne(own)
        yield f"{{currency}} is not the currency of {{{party}}}, {{right}}", foreign, own


def _deals(named: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, Doubts]:
    """A promise that is a contract has the contract's value."""
    table = named["commitments"]
    value = named["contracts"].drop_duplicates("contract", keep="last").set_index("contract")["contract_value"]
    right = table["contract"].map(value)
    off = right.notna() & table["form"].ne("guarantee") & ~(table["amount"] / right).between(0.9, 1.1)
    return table, [("amount {amount:.6g} is not the value of contract {contract}, {right:.6g}", off, right)]


def _lent(named: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, Doubts]:
    """Who rents what a loan is secured on is a tenant of the borrower's contracts."""
    table, let = named["debt"], named["contracts"].groupby("lessor")["tenant_name"].agg(" ".join)
    tenant, known = table["collateral"].str.extract(r"\bleases? to (.+)$")[0], table["borrower"].map(let).fillna("")
    off = [name == name and name not in each for name, each in zip(tenant, known, strict=True)]
    return table, [("no contract of {borrower} is with {right}", pd.Series(off, table.index), tenant)]


# ---- claims and documents


def _claims() -> tuple[pd.DataFrame, Doubts]:
    """A figure of two digits or more stands in the sentence that states it."""
    table = tables.read("claims.csv")
    rules = []
    for column in ("value_low", "value_high"):
        exact = table[column].str.strip("-0.").str.replace(".", "").str.len() > 1
        said = [_says(sentence, value) for sentence, value in zip(table["paraphrase"], table[column], strict=True)]
        sentence = f"{column} {{{column}}} is in no form in its own sentence: {{paraphrase}}"
        rules.append((sentence, exact & ~pd.Series(said, table.index), np.nan))
    return table, rules


def _sentences() -> dict[str, str]:
    """What each claim says, with its figures."""
    table = tables.read("claims.csv").set_index("claim_id")
    return table[["paraphrase", "value_low", "value_high"]].agg(" ".join, axis=1).to_dict()


def _says(sentence: str, value: str) -> bool:
    wanted = value.strip("-").replace(".", "").strip("0")
    return any(each.replace(",", "").replace(".", "").strip("0") == wanted for each in FIGURE.findall(sentence))


def _uncited(known: door.Reference, named: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, Doubts]:
    """A document that no row rests on has lost its rows."""
    cells = [door.read_facts(known.companies.index, known)["source"]]
    cells += [tables.read(name)["source"] for name in ("rejected.csv", "register_gaps.csv")]
    cells += [table[each] for table in named.values() for each in registers.SOURCES if each in table]
    cited = set(pd.concat(cells).str.split().explode()) | {currency.SOURCE, currency.DOLLAR_SOURCE}
    table = tables.read("sources.csv")
    return table, [("no row rests on this document: rows that were cut out?", ~table["source"].isin(cited), np.nan)]
