"""Doubts about prices, market values and exchange rates, which other series of the same days know too."""

from itertools import chain

import numpy as np
import pandas as pd

from capcycle.facts import currency, registers
from capcycle.facts.doubts.telling import Doubts, expected, told

PEG = (7.745, 7.855)  # Hong Kong dollars for one US dollar: the band of the Monetary Authority since 2005, and rounding
CROSS = {"USD": 0.025, "CNY": 0.014, "HKD": 0.009, "TWD": 0.014}  # how far a rate was ever from the days beside it:
# logarithm, the dollar's against the euro and the others' against the dollar
HOLE = {"fx.csv": 6, "fx_usd.csv": 6}  # days between two rows, holidays included
SHARES, ADJUSTED = 0.08, 0.24  # a month's change of a ratio that only shares issued, or splits, move: logarithm
LEAP = {"value": 0.45, "price": 0.25, "on_demand": 0.4}  # a price beside its neighbours: logarithm
WILD, FEW = 5, 8  # times what is usual, which fewer prices do not tell
HELD = 0.1  # what is held, a share, beside that price: logarithm
MONTH = pd.Timedelta(days=4)


def doubts() -> list[str]:
    """The doubts about rates and prices."""
    market = registers.placed("market")
    adjusted = market[market["measure"].eq("close_split_adjusted")]
    holdings, consensus, gpus = map(registers.placed, ("holdings", "consensus", "gpu_prices"))
    rates = [_rates(file) for file in (currency.EURO_FILE, currency.DOLLAR_FILE)]
    return [
        *told(market, chain(_ratios(market), _leaps(adjusted, "value", ["symbol"]), _currencies(market))),
        *chain.from_iterable(told(table, chain(_pegged(table), _crossed(table), _holes(table))) for table in rates),
        *told(market, _ended(market)),
        *told(consensus, _leaps(consensus, "price", ["symbol"])),
        *told(gpus, _leaps(gpus, "on_demand", ["vendor", "chip", "offer"])),
        *told(holdings, _held(holdings, adjusted)),
    ]


def _rates(file: str) -> pd.DataFrame:
    raw = currency.table(file)
    return raw.assign(date=pd.to_datetime(raw["date"]), **raw[raw.columns.drop(["date", "file", "line"])].astype(float))


def _pegged(rates: pd.DataFrame) -> Doubts:
    if "HKD" in rates:
        peg = rates["HKD"] / rates["USD"]
        yield "HKD {HKD} for USD {USD} are {right:.4f} to the dollar, outside of the peg", ~peg.between(*PEG), peg


def _crossed(rates: pd.DataFrame) -> Doubts:
    for name in rates.columns.drop(["date", "file", "line"]):
        other = rates["USD"] if "USD" in rates and name != "USD" else 1.0
        size = np.log(rates[name] / other)
        right, _ = expected(size, [pd.Series(0, rates.index)])
        off = (size - right).abs() > CROSS.get(name, CROSS["USD"])
        yield (
            f"{name} {{{name}}} stands out from the days beside it, which give {{right:.4f}}",
            off,
            np.exp(right) * other,
        )


def _holes(rates: pd.DataFrame) -> Doubts:
    days = rates["date"].diff().dt.days
    yield "no rate of the {right:.0f} days before {date:%Y-%m-%d}: rows that were cut out?", days > HOLE["fx.csv"], days


def _ratios(market: pd.DataFrame) -> Doubts:
    """Market value over price is a number of shares; one price over another moves at a split only."""
    wide = market.pivot_table(index=["symbol", "date"], columns="measure", values="value").sort_index()
    pairs = {("market_value", "last_sale"): SHARES, ("close_split_adjusted", "last_sale"): ADJUSTED}
    for (measure, other), limit in pairs.items():
        if not {measure, other} <= set(wide):
            continue
        size = np.log(wide[measure] / wide[other]).dropna()
        groups = size.groupby("symbol")
        beside = pd.concat([groups.shift(step) for step in (1, -1)], axis=1)
        off = beside.sub(size, axis=0).abs().min(axis=1) > limit  # a split moves it from one side only
        right = np.exp(beside.mean(axis=1)) * wide[other]
        place = pd.MultiIndex.from_frame(market[["symbol", "date"]])
        rows = pd.Series(off.reindex(place).fillna(False).to_numpy(bool), market.index) & market["measure"].eq(measure)
        sentence = f"{{value:.10g}} and its {other} do not move together; {{right:.6g}} would"
        yield f"{measure} {sentence}", rows, pd.Series(right.reindex(place).to_numpy(), market.index)


def _leaps(table: pd.DataFrame, column: str, key: list[str]) -> Doubts:
    ordered = table[table[column] > 0].sort_values([*key, "date"])
    size, series = np.log(ordered[column]), [ordered[each] for each in key]
    right, usual = expected(size, series)
    few = size.groupby(series).transform("size") < FEW
    odd = ((size - right).abs() > LEAP[column]) & (few | ((size - right).abs() > WILD * usual))
    yield f"{column} {{{column}:.10g}} stands out from its neighbours, which give {{right:.6g}}", odd, np.exp(right)


def _currencies(table: pd.DataFrame) -> Doubts:
    usual = table["currency"].groupby(table["symbol"]).transform(lambda cells: cells.mode().iat[0])
    yield "{currency} is not the currency of other rows of {symbol}, {right}", table["currency"].ne(usual), usual


def _held(holdings: pd.DataFrame, ends: pd.DataFrame) -> Doubts:
    """What is held is worth its shares at the price of the day."""
    both = _beside(holdings[holdings["date"].notna()], ends)
    price = both["value"] / both["shares"]
    off = np.log(price / both["end"]).abs() > HELD
    yield "value {value:.15g} over shares {shares:.15g} is not the price of about that day, {right:g}", off, both["end"]


def _beside(table: pd.DataFrame, ends: pd.DataFrame) -> pd.DataFrame:
    """Rows with the month's end, its day and its price, that is near to them."""
    ends = ends.sort_values("date")
    ends = ends[["symbol", "date"]].assign(day=ends["date"], end=ends["value"])
    ordered = table.rename_axis("row").reset_index().sort_values("date")
    both = pd.merge_asof(ordered, ends, on="date", by="symbol", direction="nearest", tolerance=MONTH)
    return both.set_index("row")


def _ended(table: pd.DataFrame) -> Doubts:
    """A series that stops, or has a hole, while most others of its table go on."""
    key = [each for each in ("symbol", "measure") if each in table]
    days = pd.Index(sorted(table["date"].unique()))
    place = pd.Series(days.get_indexer(table["date"]), table.index)
    ordered = table.assign(place=place).sort_values([*key, "date"])
    gap = ordered.groupby(key)["place"].diff()
    usual = gap.groupby([ordered[each] for each in key]).transform("median")
    yield (
        "{symbol} has no row on {right:.0f} dates before {date:%Y-%m-%d}: rows that were cut out?",
        gap > usual + 2,
        gap - 1,
    )
