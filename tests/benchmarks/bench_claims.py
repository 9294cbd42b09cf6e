"""The rules over 10,000 claims against the 376 of the table; all 180 checks; the door of all tables of claims."""

from collections.abc import Callable
from time import perf_counter

import pandas as pd

from capcycle import claims
from capcycle.claims import detect, load

COPIES, SECONDS = 27, 2.0  # 27 × 376 claims; the time the rules may take


def made(copies: int) -> pd.DataFrame:
    """The claims over and over, each copy with articles and companies of its own; groups keep their names."""
    printed, groups = load.claims(), set(load.aliases()["alias"])
    return pd.concat([_copy(printed, groups, number) for number in range(copies)], ignore_index=True)


def _copy(printed: pd.DataFrame, groups: set[str], number: int) -> pd.DataFrame:
    renamed = {column: printed[column] + f" {number}" for column in ("article", "entity", "speaker")}
    renamed["entity"] = printed["entity"].where(printed["entity"].isin(groups), renamed["entity"])
    return printed.assign(claim_id=printed["claim_id"] + f"n{number}", **renamed)


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """The seconds that a piece of work takes, the best of three, and what it gives."""
    best, result = float("inf"), None
    for _ in range(3):
        start = perf_counter()
        result = work()
        best = min(best, perf_counter() - start)
    return best, result


def test_rules() -> None:
    main()


def main() -> None:
    """Print seconds and ratios."""
    printed, many = load.claims(), made(COPIES)
    few_seconds, few = timed(lambda: detect.detect(printed))
    seconds, findings = timed(lambda: detect.detect(many))
    check_seconds, results = timed(claims.recompute)
    door_seconds, _ = timed(claims.check_tables)
    ratio = len(many) / len(printed)
    print(f"{len(detect.RULES)} rules, {len(many):,} claims: {seconds:.2f} s, {len(findings):,} findings")
    print(f"  {seconds / SECONDS:.2f} × the target of {SECONDS:g} s")
    print(f"  {len(printed)} claims: {few_seconds:.2f} s, {len(few)} findings; {ratio:.0f} × the claims cost "
          f"{seconds / few_seconds:.1f} × the time")  # fmt: skip
    print(f"  {len(results)} checks: {check_seconds:.3f} s, {check_seconds / len(results) * 1e3:.2f} ms each")
    print(f"  the door of all tables of claims, checks included: {door_seconds:.2f} s")


if __name__ == "__main__":
    main()
