"""What there is: the runs and how they stand, the notebooks with their parameters."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from capcycle import ledger, parameters, run
from capcycle.keys import Inputs
from capcycle.ledger import digest
from capcycle.rows import Run
from capcycle.why import complete
from capcycle.words import say

STATES = 6  # letters of the longest word for how a run stands


def plain() -> Iterator[str]:
    """A line for each run, and for each notebook and parameter."""
    yield say("list.runs")
    for each in run.read_runs().values():
        given = ", ".join(f"{name}={value!r}" for name, value in each.parameters.items())
        yield f"  {each.name}: {each.title} ({each.notebook}{' ' if given else ''}{given})"
    yield say("list.notebooks")
    strays = run.passed_over()
    for name, path in parameters.notebooks().items():
        if name not in strays:
            yield f"  {name}"
            yield from (f"    {each.name}: {each.type} = {each.default!r}  # {each.help}"
                        for each in parameters.declared(path).values())  # fmt: skip
    yield from passed_over()


def passed_over() -> list[str]:
    """A line for each notebook that is none of capcycle's."""
    return [say("check.passed_over", why=why) for why in run.passed_over().values()]


def standing(runs: Sequence[Run], as_json: bool) -> list[str]:
    """A line for each run: how it stands, when it was last executed, what it took, what it says; or all in JSON."""
    found = list(status(runs))
    if as_json:
        return [json.dumps(found, indent=1, ensure_ascii=False)]
    width = max((len(each["run"]) for each in found), default=0)
    return [_line(each, width) for each in found]


def _line(row: dict[str, Any], width: int) -> str:
    names = {"run": row["run"].ljust(width), "status": say(f"list.{row['status']}").ljust(STATES)}
    says = row.get("says") or ""
    if row["status"] == "failed":
        says = row["error"].partition("\n")[0]
    took = {"seconds": f"{row.get('seconds', 0.0):6.1f}", "memory": f"{row.get('memory', 0.0):5.0f}"}
    took["when"] = row.get("when", "").ljust(len("2026-06-30T12:00:00Z"))
    return say("list.line", **names, **took, says=says).rstrip()


def status(runs: Sequence[Run]) -> Iterator[dict[str, Any]]:
    """The row of each run in the ledger, with its `status` by now: done, stale, failed or never.

    What changed since it last went well makes a run stale.
    """
    rows, inputs = ledger.read_rows(), Inputs.read(each.notebook for each in runs)
    for one in runs:
        about = {"run": one.name, "title": one.title, "page": f"{one.name}.html"}
        if not (row := rows.get(one.name)):
            yield about | {"status": "never"}
        elif row["status"] != "done":
            yield about | row | {"status": "failed"}
        else:
            same = row["output"] == digest(ledger.room(one.name) / ledger.NOTEBOOK)
            same = same and inputs.unchanged(one.name, one.notebook, complete(one), row)
            yield about | row | {"status": "done" if same else "stale"}
