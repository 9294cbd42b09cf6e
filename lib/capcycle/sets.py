"""A set of runs as one command: each executed into a file of its own, with a table of their headline figures."""

from pathlib import Path
from typing import Any

from capcycle import matrix, run
from capcycle.errors import RunError, together
from capcycle.ledger import Limits
from capcycle.matrix import PLACE, Member
from capcycle.parameters import check_parameters, find_notebook
from capcycle.rows import Run
from capcycle.run import Outcome

TABLE = "headlines.csv"
WRITTEN = "page,"  # how such a table begins, after the mark of UTF-8


def execute(
    notebook: str,
    given: dict[str, Any],
    for_each: dict[str, Any],
    out: Path | None,
    limits: Limits,
    progress: run.Shown,
    scheduler: str = "",
) -> list[Path]:
    """Execute a notebook for each combination of the values in `for_each`; the notebooks come back, and their table.

    out   a folder (NOTEBOOK.executed by default), or a file's name with a place such as {as_of} for each parameter
    RunError names every fault before anything starts, or every run that failed.
    """
    out, members = out or Path(f"{notebook}.executed"), _members(notebook, given, for_each)
    files = [_file(out, notebook, each) for each in members]
    if len(set(files)) < len(files):
        places = " and ".join(f"{{{name}}}" for name in for_each)
        raise RunError(
            f"{out} is one file for {len(files)} notebooks; name a folder with -o, or put {places} in the name"
        )
    table = _free(files[0].parent / TABLE)
    runs = {file: Run(file.stem, notebook, given | each.values, "", "", matrix.of(notebook, "", each))
            for file, each in zip(files, members, strict=True)}  # fmt: skip
    made = run.execute_each(runs, limits=limits, progress=progress, scheduler=scheduler)
    from capcycle import publish  # with the drawing library, and only for what went well

    publish.sets.write(table, [publish.headlines.read(Outcome(each, "", "done", file, 0.0))
                               for each, file in zip(runs.values(), made, strict=True)])  # fmt: skip
    return [*made, table]


def _members(notebook: str, given: dict[str, Any], for_each: dict[str, Any]) -> list[Member]:
    """The members of a set; RunError names what is wrong with the parameters that they share too."""
    path = find_notebook(notebook)
    return together(lambda: matrix.members(for_each, notebook), lambda: check_parameters(path, given))[0]


def _file(out: Path, notebook: str, member: Member) -> Path:
    if not PLACE.search(out.name):
        return out / f"{notebook}-{member.ending}.ipynb" if out.suffix != ".ipynb" else out
    return out.with_name(matrix.titled(out.name, member.slugs))


def _free(table: Path) -> Path:
    """The place of a table of headline figures; RunError where something else stands there."""
    if table.exists() and not (table.is_file() and table.read_text("utf-8-sig", "replace").startswith(WRITTEN)):
        raise RunError(f"{table} is no table of headline figures that capcycle wrote; name another folder with -o")
    return table
