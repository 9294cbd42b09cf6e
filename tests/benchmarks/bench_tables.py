"""All tables loaded and checked, and cuts at many dates, beside plain `pandas.read_csv` of the same files."""

from collections.abc import Callable
from statistics import median
from time import process_time

import pandas as pd

from capcycle import claims, facts, paths
from capcycle.claims import check, expressions
from capcycle.facts import door, registers

CHECKED, CUT = 1.5, 0.1  # seconds: targets for all tables, and for a cut at a date
FEW = ["MSFT", "GOOGL", "AMZN", "META", "ORCL"]
DATES = [f"{day:%Y-%m-%d}" for day in pd.date_range("2019-01-31", "2026-06-30", freq="4ME")]
KEPT = (door._reference, door._table, registers._table, check._filed, expressions.parse)
DOORS = {"facts": facts.check, "registers": registers.check, "claims": claims.check_tables}


def fresh(work: Callable[[], object]) -> Callable[[], object]:
    """The same work with nothing kept from before, as in a new process."""

    def done() -> object:
        for kept in KEPT:
            kept.cache_clear()
        door.CHECKED.clear()
        return work()

    return done


def timed(work: Callable[[], object]) -> float:
    """Seconds of the processor, which other work on the machine hardly changes; the best of three."""
    seconds = []
    for _ in range(3):
        start = process_time()
        work()
        seconds.append(process_time() - start)
    return min(seconds)


def plain(pattern: str) -> list[pd.DataFrame]:
    """Tables by `read_csv`, nothing typed and nothing checked."""
    return [pd.read_csv(file, dtype=str) for file in sorted(paths.DATA.glob(pattern))]


def doors() -> None:
    """All tables, as `capcycle check` checks them."""
    for work in DOORS.values():
        work()


def cuts(companies: list[str] | None) -> list[float]:
    """The seconds of the processor for a cut at each date, the files read before."""
    facts.load(companies)
    return [timed(lambda day=day: facts.load(companies, day)) for day in DATES]


def test_tables() -> None:
    main()


def main() -> None:
    """Print seconds of the processor and ratios."""
    csv, whole = timed(lambda: plain("**/*.csv")), timed(lambda: pd.concat(plain("facts/*.csv")))
    seconds = timed(fresh(doors))
    print(f"all tables loaded and checked: {seconds:.2f} s; {seconds / CHECKED:.2f} × the target of {CHECKED:g} s")
    print(f"  read_csv of the same files, nothing checked: {csv:.3f} s; ours takes {seconds / csv:.1f} × that")
    for name, work in DOORS.items():
        print(f"  {name}: {timed(fresh(work)):.2f} s")
    for name, companies in ((f"{len(FEW)} companies", FEW), (f"{len(facts.companies())} companies", None)):
        first, each = timed(fresh(lambda companies=companies: facts.load(companies, DATES[-1]))), cuts(companies)
        print(f"{name}, a cut at each of {len(DATES)} dates: {median(each):.3f} s, the longest {max(each):.3f} s")
        print(f"  the longest is {max(each) / CUT:.2f} × the target of {CUT:g} s; the first, files read: {first:.3f} s")
        print(f"  read_csv of all facts: {whole:.3f} s; a cut takes {median(each) / whole:.2f} × that")


if __name__ == "__main__":
    main()
