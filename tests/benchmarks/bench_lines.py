"""Statements with known answers: how many true ones pass and wrong ones are explained; 10,000 lines; a cold start.

The lines are `tests/data/lines.csv`; `made_lines.py` says how they were made.
"""

import csv
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import perf_counter

from capcycle import facts
from capcycle.claims.text import Cells, judge_all, published, statements

ROOT = Path(__file__).parents[2]
LINES = ROOT / "tests" / "data" / "lines.csv"
MANY, SECONDS, COLD = 10_000, 5.0, 3.0
AIMS = {"pass": 0.95, "caught": 0.9, "first": 0.8}


def read() -> list[dict[str, str]]:
    """The lines with the class of each in `truth`."""
    return list(csv.DictReader(LINES.open(encoding="utf-8")))


def cells(row: dict[str, str]) -> Cells:
    """A line as the reader takes it."""
    return Cells(**{name: text for name, text in row.items() if name != "truth"})


def shares(rows: list[dict[str, str]]) -> dict[str, float]:
    """Of the true lines those that pass; of the wrong ones those caught, and those whose class is the first slip."""
    counts = Counter()
    for row, judgement in zip(rows, judge_all(statements(map(cells, rows))), strict=True):
        kind = "true" if row["truth"] == "true" else "wrong"
        counts[kind] += 1
        counts["pass"] += kind == "true" and judgement.verdict == "consistent"
        counts["caught"] += kind == "wrong" and judgement.verdict in ("inconsistent", "superseded")
        counts["first"] += bool(judgement.slips) and judgement.slips[0].kind == row["truth"]
    wrong = counts["wrong"]
    return {
        "pass": counts["pass"] / counts["true"],
        "caught": counts["caught"] / wrong,
        "first": counts["first"] / wrong,
    }


def test_lines() -> None:
    main()


def main() -> None:
    """Print shares, seconds and ratios."""
    rows = read()
    for name, share in shares(rows).items():
        print(f"{name}: {share:.3f}, {share / AIMS[name]:.2f} × the aim of {AIMS[name]}")
    verdicts = Counter(judgement.verdict for judgement in published(facts.open()))
    print("published claims:", ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common()))
    many = [rows[place % len(rows)] for place in range(MANY)]
    start = perf_counter()
    judge_all(statements(map(cells, many)))
    seconds = perf_counter() - start
    print(f"{MANY:,} lines: {seconds:.2f} s, {seconds / SECONDS:.2f} × the target of {SECONDS:g} s")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ten.csv"
        file.write_text(
            "".join(LINES.read_text("utf-8").splitlines(keepends=True)[:11]).replace(",truth", ",text"), "utf-8"
        )
        command = [sys.executable, "-m", "capcycle.cli", "claims", file, "--out", Path(folder) / "report"]
        start = perf_counter()
        subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False)
        seconds = perf_counter() - start
    print(
        f"ten lines and their page from a cold start: {seconds:.2f} s, {seconds / COLD:.2f} × the target of {COLD:g} s"
    )


if __name__ == "__main__":
    main()
