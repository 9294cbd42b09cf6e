"""Doubts about the figures of the companies."""

import re
from itertools import chain, product
from operator import mul

import numpy as np
import pandas as pd

from capcycle import periods
from capcycle.facts import door, registers, slips, vintages
from capcycle.facts.doubts.telling import PLAUSIBLE, Doubts, expected, told

OFF, SWINGING, UNUSUAL = 2.0, 3.0, 6  # times what the neighbours give, of a steady flow and of what may swing; and
# times as far as is usual in the series
SHORT, FAR = 4, 20.0  # series of fewer figures: times the nearest one
ROUNDING = 0.002  # of a sum, beside half a unit of the last digit of each part
FINER = 100  # times; a figure in thousands among figures in millions may end in a zero
MOST, UNITS = 5, (1, 1e3, 1e6, 1e9)  # numbers of a locator that are looked at, and what they may be given in
QUOTED = 5e-4  # of a figure; a source may have rounded what it quotes
COMPANION = 3  # figures of a document that show in what it is printed
ABOUT = pd.Timedelta(days=400)  # a figure's size is compared with the revenue of about its time
WORTH = (0.01, 10)  # a year's revenue over the market value; in units of thousands it falls outside
NEAR = {"on": "period_end", "by": "company", "direction": "nearest"}
PLACE = re.compile(  # what a locator says of a document, not of a figure
    r"\d{10}-\d\d-\d{6}|(?:19|20)\d\d-\d\d-\d\d|Q[1-4]|[HF]Y?\d+|(?:rounded to|tracker row|document|Page) [\d.]+"
)
NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\d.,])\d+(?:\.\d+)?")
FLOW = ["company", "concept", "period_start", "period_end"]


def doubts() -> list[str]:
    """The doubts about the facts."""
    known = door.reference()
    table = _prepared(door.read_facts(known.companies.index, known), known)
    rules = (_sums, _longer, _parts, _wholes, _per_share, _neighbours, _lonely, _repeated, _grain, _tags, _lengths,
             _printed, _revised, _sizes, _worth)  # fmt: skip
    return told(table, chain.from_iterable(rule(table) for rule in rules))


def _prepared(facts: pd.DataFrame, known: door.Reference) -> pd.DataFrame:
    days = periods.days(facts["period_start"], facts["period_end"])
    flow = facts["concept"].map(known.concepts["nature"]).eq("flow")
    return facts.assign(
        steady=flow & facts["concept"].map(known.concepts["sign"]).eq("positive"),
        days=days, flow=flow, length=days.fillna(0) // 60,
        rate=facts["value"].where(~flow, facts["value"] * 365 / days.where(days > 0)),
        money=facts["unit"].str.fullmatch("[A-Z]{3}"), title=facts["source"].map(known.sources["title"]),
        digit=vintages.last_digit(facts["value"].to_numpy()),
    )  # fmt: skip


# ---- sums and parts


def _sums(table: pd.DataFrame) -> Doubts:
    """A period and two that make it up, in the vintages in which they agree best."""
    flows = table[table["flow"]].assign(row=lambda each: each.index, ifrs=vintages.is_ifrs(table["locator"]))
    flows = flows[["company", "concept", "ifrs", "period_start", "period_end", "value", "digit", "row"]]
    key = ["company", "concept", "ifrs"]
    both = flows.merge(flows, on=[*key, "period_start"], suffixes=("", "_whole"))
    both = both[both["period_end"] < both["period_end_whole"]]
    both = both.assign(next=both["period_end"] + pd.Timedelta(days=1))
    rest = flows.add_suffix("_rest")
    all_three = both.merge(
        rest, left_on=[*key, "next", "period_end_whole"],
        right_on=[*(f"{each}_rest" for each in key), "period_start_rest", "period_end_rest"],
    )  # fmt: skip
    off = all_three["value"] + all_three["value_rest"] - all_three["value_whole"]
    coarse = all_three[["digit", "digit_rest", "digit_whole"]].max(axis=1).where(lambda size: size < 1e9, 0)
    near = off.abs() <= np.maximum(ROUNDING * all_three["value_whole"].abs(), 1.5 * coarse)
    roles = {"row": off, "row_rest": off, "row_whole": -off}
    parts = [pd.DataFrame({"row": all_three[role], "near": near, "off": each}) for role, each in roles.items()]
    rows = pd.concat(parts).sort_values("off", key=abs).groupby("row").agg(near=("near", "any"), off=("off", "first"))
    near = pd.Series(table.index.isin(rows.index[rows["near"]]), table.index)
    fits = near.groupby([table[each] for each in FLOW], dropna=False).transform("any")
    off = rows["off"].reindex(table.index)
    wrong = off[off.notna() & ~fits]  # of a period given twice one version may be of another definition
    yield (
        "{concept} {value:.6g} does not add up with the periods that it makes up a year with; {right:.6g} would",
        pd.Series(table.index.isin(wrong.index), table.index),
        table["value"] - wrong.reindex(table.index),
    )


def _longer(table: pd.DataFrame) -> Doubts:
    """Of what has no sign nine months have no less than their first six."""
    newest = table[table["steady"]].sort_values([*FLOW, "published"]).groupby(FLOW)["value"].last()
    sides = [newest.groupby(FLOW[:3]).shift(step).reindex(pd.MultiIndex.from_frame(table[FLOW])) for step in (1, -1)]
    part, whole = (pd.Series(side.to_numpy(), table.index) for side in sides)
    yield "{concept} {value:.15g} is less than {right:.15g}, of a part of its days", table["value"] < part, part
    yield "{concept} {value:.15g} is more than {right:.15g}, of more days", table["value"] > whole, whole


def _parts(table: pd.DataFrame) -> Doubts:
    wide = _wide(table)
    for part, wholes in PLAUSIBLE["parts"].items():
        for whole in wholes:
            limit = _at(table, wide, whole)
            above = table["concept"].eq(part) & (table["value"] > 1.005 * limit.abs())
            yield f"{{concept}} {{value:.6g}} is above {whole}, {{right:.6g}}, of which it is a part", above, limit


def _wholes(table: pd.DataFrame) -> Doubts:
    wide = _wide(table)
    for whole, parts in PLAUSIBLE["wholes"].items():
        total = sum(_at(table, wide, part) for part in parts)
        off = table["concept"].eq(whole) & ((table["value"] - total).abs() > 0.01 * total)
        yield f"{{concept}} {{value:.6g}} is not {' and '.join(parts)}, {{right:.6g}}", off, total


def _per_share(table: pd.DataFrame) -> Doubts:
    """Earnings over shares of one document are its earnings per share."""
    same = ["company", "period_start", "period_end", "source"]
    wide = table.pivot_table(index=same, columns="concept", values="value", aggfunc="last")
    if not {"net_income", "shares_diluted", "eps_diluted"} <= set(wide):
        return
    right = wide["net_income"] / wide["shares_diluted"]
    right = pd.Series(right.reindex(pd.MultiIndex.from_frame(table[same])).to_numpy(), table.index)
    off = table["concept"].eq("eps_diluted") & ((table["value"] - right).abs() > 0.02 + 0.06 * right.abs())
    yield "{concept} {value:g} is not net income over diluted shares of that document, {right:.3g}", off, right


def _wide(table: pd.DataFrame) -> pd.DataFrame:
    """The figures of each company, day and length by concept, the newest of each."""
    newest = table.sort_values(["tier", "published"], ascending=[False, True], na_position="first")
    key = ["company", "period_end", "length"]
    return newest.drop_duplicates([*key, "concept"], keep="last").pivot(index=key, columns="concept", values="value")


def _at(table: pd.DataFrame, wide: pd.DataFrame, concept: str) -> pd.Series:
    if concept not in wide:
        return pd.Series(np.nan, table.index)
    key = pd.MultiIndex.from_frame(table[["company", "period_end", "length"]])
    return pd.Series(wide[concept].reindex(key).to_numpy(), table.index)


# ---- neighbours


def _neighbours(table: pd.DataFrame) -> Doubts:
    ordered = table[table["rate"].ne(0) & table["rate"].notna()]
    ordered = ordered.sort_values([*FLOW[:2], "length", "period_end", "published"])
    size, series = np.log(ordered["rate"].abs()), [ordered[key] for key in ("company", "concept", "length")]
    right, usual = expected(size, series, (1, 2, 4))
    off = (size - right).abs()
    beside = pd.concat([size.groupby(series).shift(step) for step in (*range(-4, 0), *range(1, 5))], axis=1)
    whole = (np.exp(off) / np.exp(off).round() - 1).abs() < vintages.SPLIT_TOLERANCE
    split = ~ordered["money"] & (whole | (beside.sub(size, axis=0).abs().min(axis=1) < np.log(OFF)))
    limit = np.log(np.where(ordered["steady"], OFF, SWINGING))
    odd = (off > limit) & (off > UNUSUAL * usual) & (off.groupby(series).transform("count") >= SHORT) & ~split
    scale = (ordered["value"] / ordered["rate"]).abs()
    yield "{concept} {value:.6g} stands out from its neighbours, which give {right:.3g}", odd, np.exp(right) * scale


def _lonely(table: pd.DataFrame) -> Doubts:
    """Series too short for neighbours of one length: the nearest figure of any length, a day's worth of each."""
    ordered = table[(table["rate"] != 0) & table["rate"].notna()].sort_values([*FLOW[:2], "period_end", "published"])
    size, series = np.log(ordered["rate"].abs()), [ordered[key] for key in FLOW[:2]]
    few = ordered.groupby([*FLOW[:2], "length"])["value"].transform("size") < slips.SMALL
    beside = pd.concat([size.groupby(series).shift(step) for step in (1, -1)], axis=1)
    off = beside.sub(size, axis=0).abs().min(axis=1)
    right = np.exp(beside.mean(axis=1)) * (ordered["value"] / ordered["rate"]).abs()
    yield (
        "{concept} {value:.6g} is far from the nearest figure of it, as of {right:.3g}",
        few & (off > np.log(FAR)),
        right,
    )


def _repeated(table: pd.DataFrame) -> Doubts:
    """A figure of four digits that comes twice has been copied from its neighbour."""
    exact = table["money"] & (table["value"].abs() >= 1000 * table["digit"])
    exact &= ~table["concept"].str.contains("debt|paper")  # a note stays what it is for years
    first = table[exact].sort_values("period_end", kind="stable")
    again = first.duplicated(["company", "concept", "value"]) & ~first.duplicated([*FLOW, "value"], keep=False)
    yield "{concept} {value:.10g} is to the last digit that of another period of it", again, np.nan
    elsewhere = first.duplicated(["company", "value", "source"], keep=False)
    elsewhere &= first[elsewhere].groupby(["company", "concept"])["value"].transform("size").lt(COMPANION - 1)
    yield "{concept} {value:.10g} is to the last digit another figure of its document", elsewhere, np.nan


# ---- the document


def _grain(table: pd.DataFrame) -> Doubts:
    """A document prints in thousands or in millions, not one figure in another unit than all others."""
    money = table[table["money"] & (table["value"] != 0)]
    key = [money["company"], money["source"]]
    ordered = money.sort_values("digit")
    second = ordered[ordered.groupby(["company", "source"]).cumcount() == 1].set_index(["company", "source"])["digit"]
    others = pd.Series(second.reindex(pd.MultiIndex.from_arrays(key)).to_numpy(), money.index)
    alone = (money["digit"] * FINER <= others) & (
        money.groupby(["company", "source"])["digit"].transform("size") > COMPANION
    )
    yield (
        "{concept} {value:.10g} has finer digits than all other figures of its document: a slip of scale?",
        alone,
        np.nan,
    )


def _tags(table: pd.DataFrame) -> Doubts:
    tag = table["locator"].str.extract(r"((?:us-gaap|ifrs-full):\w+)")[0]
    shared = table["concept"].groupby(tag).transform(lambda names: names.mode().iat[0])
    share = table["concept"].eq(shared).groupby(tag).transform("mean")
    own = table.groupby([tag.rename("tag"), "concept"])["value"].transform("size")
    odd = tag.notna() & table["concept"].ne(shared) & (own < COMPANION - 1) & (share > 0.5)
    yield "{concept} is not what its tag stands for elsewhere: {right}", odd, shared


def _lengths(table: pd.DataFrame) -> Doubts:
    """An annual report gives years; a quarter in it that is as large as the years are is one of them."""
    annual = table["flow"] & table["title"].str.contains(r"\b(?:10-K|20-F)\b")
    year = table["length"].eq(365 // 60)
    typical = table["value"].abs().where(year).groupby([table["company"], table["concept"]]).transform("median")
    large = annual & ~year & (table["value"].abs() > typical / 1.5)
    yield "{concept} of {days:.0f} days in an annual report is as large as that of a year", large, np.nan


def _printed(table: pd.DataFrame) -> Doubts:
    """What the locator quotes is the figure, or what it is the sum or the difference of."""
    quoted = table["locator"].str.contains(r"value \d|\d,\d{3}|\d million|=\d") & table["money"]
    rows = table[quoted]
    numbers = rows["locator"].str.replace(PLACE, "", regex=True).str.findall(NUMBER)
    agree = [_says(value, cells) for value, cells in zip(rows["value"], numbers, strict=True)]
    yield "{concept} {value:.10g} is not the figure that its locator quotes", ~pd.Series(agree, rows.index), np.nan


def _says(value: float, cells: list[str]) -> bool:
    """Whether a figure is one of some numbers, or what they make added and subtracted, in any unit."""
    found = [float(cell.replace(",", "")) for cell in cells[:MOST]]
    made = [sum(map(mul, signs, found)) for signs in product((0, 1, -1), repeat=len(found))]
    off = np.abs(np.outer(made, UNITS) - value)
    return not found or bool((off <= QUOTED * abs(value)).any())


def _revised(table: pd.DataFrame) -> Doubts:
    """One figure in two documents, with the same digits in another order."""
    ordered = table.sort_values([*FLOW, "published"])
    before = ordered.groupby(FLOW, dropna=False)["value"].shift()
    other = before.notna() & ordered["value"].ne(before) & table["money"]
    digits = ordered["value"].abs().map("{:.0f}".format).map(sorted).map("".join)
    same = other & digits.eq(before.abs().map("{:.0f}".format).map(sorted).map("".join))
    yield "{concept} {value:.10g} has the digits of an earlier document's {right:.10g} in another order", same, before


# ---- sizes


def _sizes(table: pd.DataFrame) -> Doubts:
    bounds = pd.DataFrame(PLAUSIBLE["of_revenue"], index=["least", "most"]).T
    rows = table[table["money"] & table["rate"].notna()].rename_axis("row").reset_index().sort_values("period_end")
    rows = pd.merge_asof(rows, _revenue(table).rename(columns={"rate": "base"}), tolerance=ABOUT, **NEAR).set_index(
        "row"
    )
    ratio = (rows["rate"].abs() / rows["base"]).where(rows["rate"] != 0)
    least, most = (rows["concept"].map(bounds[end]) for end in ("least", "most"))
    yield (
        "{concept} {value:.6g} is {right:.2g} times a year's revenue of about its time",
        (ratio < least) | (ratio > most),
        ratio,
    )


def _worth(table: pd.DataFrame) -> Doubts:
    """A company all of whose figures are in another unit still has its market value."""
    market = registers.read("market").query("measure == 'market_value'")
    worth = market.groupby(["company", "date"], as_index=False)["value"].max().rename(columns={"date": "period_end"})
    both = pd.merge_asof(_revenue(table), worth.sort_values("period_end"), **NEAR)
    typical = (both["rate"] / both["value"]).groupby(both["company"]).median()
    right = table["company"].map(typical[~typical.between(*WORTH)])
    rows = table["concept"].eq("revenue") & ~table.duplicated(["company", "concept"]) & right.notna()
    yield "a year's revenue of {company} is {right:.2g} times its market value: all in another unit?", rows, right


def _revenue(table: pd.DataFrame) -> pd.DataFrame:
    """Each company's revenue of a year by the day on which the period ended, the newest of each."""
    revenue = table[table["concept"].eq("revenue") & table["rate"].gt(0)].sort_values(["period_end", "published"])
    return revenue.drop_duplicates(["company", "period_end"], keep="last")[["company", "period_end", "rate"]]
