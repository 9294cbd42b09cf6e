"""Thousands of parameter values through the one reader, and whole notebooks, for a sample, in this process.

Every value comes with what a careful reader would make of it: the value as it is meant, or a refusal. Printed are how
many were tried, refused well (by name), refused badly (a raw error, or no name), harmless (read as meant), and silent
(read otherwise, or taken where it should be refused).
"""

import argparse
import math
import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from capcycle import engine, errors, parameters, paths
from capcycle.models.bounds import CHOSEN, NEEDED
from capcycle.parameters import BANDS, DATES, FILLED, Parameter, declared, notebooks

SEED, ROUNDS, RUNS = 7, 12, 40
REFUSED = object()
NAMED = {"companies", "peers", "company", "tenant", "lessor", "metric", "span", "calendar", "currency"}
NO_DATES = ["15/11/2025", "15.11.2025", "2025/11/15", "Nov 15, 2025", "2025-11-31", "2025-13-01", "2025", "25-11-15",
            "1066-10-14", "yesterday", 2025, 2025.5, True, 20251131, ["2025-11-15"]]  # fmt: skip
NO_NUMBERS = ["0.21", "21 %", "", None, True, math.nan, math.inf, -math.inf, [0.2], 1e30, -1e30]
NO_TICKERS = ["msft", " MSFT", "MSFT ", "Microsoft", "ＭＳＦＴ", "MSFT\u200b", "XYZ", "../x", "None"]
NO_LISTS = [None, True, 1357, 0.5, {"MSFT": 1}, [True, False], [1357, 2230], [None], [["MSFT"]]]
Case = tuple[Any, Any]  # what is given, and what it means


def cases(one: Parameter, draw: random.Random) -> Iterator[Case]:
    """Values of a parameter, each with what it means."""
    if one.name in DATES:
        yield from _dates(one, draw)
    elif one.type in ("int", "float"):
        yield from _numbers(one, draw)
    elif one.type in ("list[int]", "list[float]"):
        yield from _number_lists(one, draw)
    else:
        yield from _texts(one, draw)


def _dates(one: Parameter, draw: random.Random) -> Iterator[Case]:
    day = date(draw.randint(2020, 2026), draw.randint(1, 6), draw.randint(1, 28))
    iso = day.isoformat()
    yield from ((form, iso) for form in (iso, f"{day:%Y%m%d}", int(f"{day:%Y%m%d}"), day))
    yield from ((empty, REFUSED if one.name in FILLED else "") for empty in ("", None))
    yield from ((wrong, REFUSED) for wrong in NO_DATES)


def _numbers(one: Parameter, draw: random.Random) -> Iterator[Case]:
    low, high = max(CHOSEN[one.name].low, -1.0), min(CHOSEN[one.name].high, 1e13)
    inside = draw.uniform(low, high)
    if one.type == "int":
        yield 0.5, REFUSED
        inside = draw.randint(math.ceil(low), math.floor(high))
    yield inside, inside
    yield (0, REFUSED if one.name in NEEDED else 0)
    if low >= 0:
        yield -1 if one.type == "int" else -inside - 0.01, REFUSED
    if high <= 1:
        yield from ((percent, REFUSED) for percent in (21, 8.5, draw.randint(2, 100), -21))
    yield from ((wrong, REFUSED) for wrong in NO_NUMBERS)


def _number_lists(one: Parameter, draw: random.Random) -> Iterator[Case]:
    low, high, _ = CHOSEN[one.name]
    inside = sorted(draw.uniform(low, min(high, 1e7)) for _ in range(3))
    yield inside, inside
    yield ",".join(map(repr, inside)), inside
    yield from ((wrong, REFUSED) for wrong in ([], [-1.0, 0.1, 0.2], [1e30] * 3, ["a"], 0.1, None, "", "a,b"))
    yield [*inside, inside[0]], REFUSED
    if high <= 1:
        yield [3, 4.5, 8], REFUSED
    if one.name in BANDS:
        yield from ((inside[::-1], REFUSED), (inside[:2], REFUSED))


def _texts(one: Parameter, draw: random.Random) -> Iterator[Case]:
    plural = one.type == "list[str]"
    yield one.default, one.default
    yield from ((wrong, REFUSED) for wrong in (NO_LISTS if plural else [None, True, 1357, 0.5, ["MSFT"]]))
    if one.name in NAMED and (one.default or not plural):  # of claims, companies are as they name them
        yield from (([wrong] if plural else wrong, REFUSED) for wrong in NO_TICKERS)
    if plural and one.default:
        yield ",".join(one.default), one.default
        yield [one.default[0], one.default[0]], REFUSED
        yield draw.sample(one.default, 1) * 2, REFUSED


def judged(one: Parameter, value: Any, meant: Any, outcome: Any) -> str:
    """How the answer to a value is: a refusal is a text, all else is what was made of it."""
    if isinstance(outcome, Exception):
        return "refused badly"
    if isinstance(outcome, str) and outcome.startswith("parameter "):
        return "refused well" if meant is REFUSED and one.name in outcome else "refused badly"
    return "harmless" if meant is not REFUSED and outcome == meant else "silent"


def answer(known: dict[str, Parameter], name: str, value: Any) -> Any:
    """What the reader makes of a value beside the defaults: its refusal, or the value."""
    values = {each.name: each.default for each in known.values()} | {name: value}
    try:
        settled, faults = parameters.read({each.name: each.type for each in known.values()}, values, {name})
    except Exception as error:
        return error
    return "\n".join(faults) if faults else settled[name]


def executed(name: str, values: dict[str, Any]) -> tuple[str, Any]:
    """How a notebook ended with some parameters, empty where all went well, and the notebook."""
    source = load_notebook_node(str(notebooks()[name]))
    manager = SimpleNamespace(nb=parameterize_notebook(source, values))
    manager.cell_start = manager.cell_exception = manager.cell_complete = lambda *_, **__: None
    engine.execute_cells(manager)
    outputs = [output for cell in manager.nb.cells for output in cell.get("outputs", [])]
    raised = [f"{each.ename}: {each.evalue}" for each in outputs if each.output_type == "error"]
    return "".join(raised), manager.nb


def judged_run(meant: Any, error: str) -> str:
    """How a whole run ended: well refused by a sentence, badly by a raw error, silent where it should be refused."""
    if not error:
        return "silent" if meant is REFUSED else "harmless"
    kind = getattr(errors, error.partition(":")[0], None)
    return "refused well" if kind and issubclass(kind, errors.CapcycleError) else "refused badly"


def through_the_reader(rounds: int) -> tuple[Counter, list[str]]:
    """The counts of all values over all notebooks, and the lines of those that went wrong."""
    draw, counts, wrong = random.Random(SEED), Counter(), []
    for notebook, path in notebooks().items():
        known = declared(path)
        tried = [(one, *case) for one in known.values() for _ in range(rounds) for case in cases(one, draw)]
        for one, value, meant in tried:
            outcome = answer(known, one.name, value)
            verdict = judged(one, value, meant, outcome)
            counts[verdict] += 1
            if verdict in ("silent", "refused badly"):
                wrong.append(f"{notebook} {one.name}={value!r}: {outcome!r}"[:200])
    return counts, wrong


def whole(runs: int) -> tuple[Counter, list[str]]:
    """The same for a sample of whole runs, with values that papermill can write into a notebook."""
    draw, counts, wrong = random.Random(SEED), Counter(), []
    os.chdir(paths.NOTEBOOKS)
    for _ in range(runs):
        notebook = draw.choice(list(notebooks()))
        one = draw.choice(list(declared(notebooks()[notebook]).values()))
        value, meant = draw.choice([case for case in cases(one, draw) if not isinstance(case[0], date)])
        error, _ = executed(notebook, {one.name: value})
        counts[verdict := judged_run(meant, error)] += 1
        if verdict in ("silent", "refused badly"):
            wrong.append(f"{notebook} {one.name}={value!r}: {error}"[:200])
    return counts, wrong


def test_no_value_is_taken_in_silence() -> None:
    counts, wrong = through_the_reader(1)
    assert not wrong, "\n".join(wrong)
    assert counts["refused well"] > 1000


def main() -> None:
    """Print the counts and every value that went wrong."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--runs", type=int, default=RUNS, help="whole runs; each takes seconds")
    for title, (counts, wrong) in (("values", through_the_reader(ROUNDS)), ("runs", whole(asked.parse_args().runs))):
        told = ", ".join(f"{counts[verdict]:,} {verdict}" for verdict in
                         ("refused well", "refused badly", "harmless", "silent"))  # fmt: skip
        print(f"{counts.total():,} {title} tried: {told}", *sorted(set(wrong)), sep="\n  ")


if __name__ == "__main__":
    main()
