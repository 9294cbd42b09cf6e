"""Every metric over 10,000 made companies × 40 quarters, beside 5 companies and beside a pivot per metric."""

import resource
import sys
from collections.abc import Iterator
from inspect import signature
from time import perf_counter, process_time

import numpy as np
import pandas as pd

from capcycle.facts import Book
from capcycle.measure import measure, needs
from capcycle.metrics import ALL
from capcycle.metrics.registry import EARLIER
from capcycle.panel import Panel

COMPANIES, FEW, QUARTERS, FIRST = 10_000, 5, 40, 2015 * 4
GIVEN = {"value": "capex", "part": "cloud_revenue", "total": "revenue", "years": 3, "tax_rate": 0.21}
SECONDS, GIB = 2.0, 2.0


def concepts(name: str) -> Iterator[str]:
    """The concepts that a metric comes down to."""
    if name in ALL:
        yield from (each for parameter in signature(ALL[name]).parameters for each in concepts(parameter))
    elif EARLIER.fullmatch(name):
        yield from concepts(EARLIER.fullmatch(name)[1])
    elif not isinstance(GIVEN.get(name), int | float):
        yield GIVEN.get(name, name)


def made(companies: int) -> pd.DataFrame:
    """A long table as `panel.select` leaves it, one figure in fifty missing."""
    every = pd.Index(sorted({concept for name in ALL for concept in concepts(name)}))
    company, concept, period = (axis.ravel() for axis in np.indices((companies, len(every), QUARTERS), dtype=np.int32))
    random = np.random.default_rng(7)
    value = random.lognormal(21, 1, company.size)
    known = random.random(company.size) > 0.02
    company, concept, period, value = company[known], concept[known], period[known], value[known]
    ends = pd.period_range("2015Q1", periods=QUARTERS, freq="Q").end_time.normalize().to_numpy()
    days = {"period_start": -90, "period_end": 0, "published": 30}
    return pd.DataFrame({
        "company": names(companies)[company],
        "concept": every.to_numpy()[concept],
        "value": value,
        "unit": "USD",
        "kind": np.array(["reported", "derived"], dtype=object)[(period % 4 == 3).astype(int)],
        "source": np.array([f"made-{quarter}" for quarter in range(QUARTERS)], dtype=object)[period],
        "locator": "made",
        "basis": 0,
        "last_basis": 0,
        "ordinal": FIRST + period.astype(int),
        **{column: ends[period] + np.timedelta64(shift, "D") for column, shift in days.items()},
    })  # fmt: skip


def names(companies: int) -> np.ndarray:
    return np.array([f"C{number:05}" for number in range(companies)], dtype=object)


def as_panel(rows: pd.DataFrame, span: str) -> Panel:
    """The same grid for every span: what a metric costs does not depend on what the periods are called."""
    companies = tuple(names(rows["company"].nunique()))
    return Panel(Book(companies), rows, tuple(range(FIRST, FIRST + QUARTERS)), FIRST, span, "calendar")


def ours(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """Every metric on a span that it allows; both panels are made anew, nothing is kept from before."""
    panels = {span: as_panel(rows, span) for span in ("quarter", "ttm")}
    return {
        name: measure(metric, panels[metric.spans[0]], **{need: GIVEN[need] for need in needs(name)}).values
        for name, metric in ALL.items()
    }


def naive(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """What an analyst writes: for each metric a pivot of its concepts and `groupby().shift()` for what is earlier."""
    return {name: _naive(metric, rows).to_numpy() for name, metric in ALL.items()}


def _naive(metric, rows: pd.DataFrame) -> pd.Series:
    wanted = sorted(set(concepts(metric.__name__)))
    wide = rows[rows["concept"].isin(wanted)].pivot(index=["company", "ordinal"], columns="concept", values="value")
    every = pd.MultiIndex.from_product([rows["company"].unique(), range(FIRST, FIRST + QUARTERS)])
    return pd.Series(_worked_out(metric, wide.reindex(every.set_names(wide.index.names))), index=every)


def _worked_out(metric, wide: pd.DataFrame) -> pd.Series:
    return metric(**{name: _quantity(name, wide) for name in signature(metric).parameters})


def _quantity(name: str, wide: pd.DataFrame) -> pd.Series | float:
    if name not in ALL and (earlier := EARLIER.fullmatch(name)):
        steps = {"quarter_ago": 1, "years_ago": 4 * GIVEN["years"]}.get(earlier[2], 4)
        return pd.Series(_quantity(earlier[1], wide), index=wide.index).groupby(level="company").shift(steps)
    given = GIVEN.get(name, name)
    if isinstance(given, str):
        return pd.Series(_worked_out(ALL[given], wide), index=wide.index) if given in ALL else wide[given]
    return given


def timed(work, *arguments) -> tuple[float, float, object]:
    """Seconds on the wall and of the processor, and the result."""
    wall, busy = perf_counter(), process_time()
    result = work(*arguments)
    return perf_counter() - wall, process_time() - busy, result


def peak_gib() -> float:
    """The most memory that this process has taken so far; macOS counts bytes, others kibibytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 2**30


def agree(left: dict[str, np.ndarray], right: dict[str, np.ndarray]) -> bool:
    return all(np.allclose(np.ravel(left[name]), np.ravel(right[name]), equal_nan=True) for name in left)


def test_metrics():
    main()


def main() -> None:
    """Print seconds, memory and ratios."""
    many, few = made(COMPANIES), made(FEW)
    before = peak_gib()
    few_seconds, _, _ = timed(ours, few)
    seconds, busy, values = timed(ours, many)
    peak = peak_gib()
    naive_seconds, _, naive_values = timed(naive, many)
    cells = COMPANIES * QUARTERS * len(ALL)
    of_target, of_memory, of_few, of_naive = (
        seconds / SECONDS,
        peak / GIB,
        seconds / few_seconds,
        seconds / naive_seconds,
    )
    print(f"{len(ALL)} metrics, {COMPANIES:,} companies × {QUARTERS} quarters, {len(many):,} figures")
    print(f"  every metric: {seconds:.2f} s, {busy:.2f} s of processor; {of_target:.2f} × target of {SECONDS:g} s")
    print(
        f"  peak memory: {peak:.2f} GiB, of which the made table {before:.2f}; {of_memory:.2f} × target of {GIB:g} GiB"
    )
    print(f"  5 companies: {few_seconds:.3f} s; {COMPANIES / FEW:,.0f} × the companies cost {of_few:.0f} × the time")
    print(f"  a pivot per metric: {naive_seconds:.2f} s; ours takes {of_naive:.3f} of it")
    print(f"  {cells / seconds / 1e6:.1f} million values a second; both ways agree: {agree(values, naive_values)}")


if __name__ == "__main__":
    main()
