"""The codebook of `data/`, joined from what each room says of its tables: `python -m capcycle.codebook` rewrites it."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from capcycle import facts, paths
from capcycle.facts import registers, splits, tables, vintages

TEMPLATE = Path(__file__).with_name("codebook.template.md")


def render() -> str:
    """The codebook as Markdown.

    Errors: DataError where a table is broken.
    """
    groups = facts.companies().groupby("group", sort=False)
    return TEMPLATE.read_text("utf-8").format(
        facts=_files(set(tables.chapter("facts"))),
        concepts=_table(facts.dictionary().reset_index()),
        groups="\n".join(f"- {group}: {', '.join(rows.index)}" for group, rows in groups),
        registers=_files({*tables.chapter("registers"), *(f"{name}.csv" for name in registers.names())}),
        lacking=_table(registers.gaps()[["table", "missing", "reason"]]),
        claims=_files(set(tables.chapter("claims"))),
        splits=_splits(),
        rejected=_table(facts.rejected()[["company", "concept", "period_start", "period_end", "value", "reason"]]),
        gaps=_table(facts.gaps()[list(tables.columns("gaps.csv"))]),
    )


def columns() -> pd.DataFrame:
    """Every column of every file of `data/`: file, what the file is, column, its type and bounds, its meaning.

    The files of the facts and of the claims have no types here; each room checks its own.

    >>> columns().query("file == 'gaps.csv'")["column"].tolist()
    ['company', 'concept', 'period_start', 'period_end', 'reason']
    """
    plain, claims = tables.chapter("facts") | tables.chapter("registers"), tables.chapter("claims")
    others = registers.columns().assign(file=lambda rows: rows["table"] + ".csv").drop(columns="table")
    return pd.concat([_frame(plain), others, _frame(claims)], ignore_index=True)


def _frame(files: Mapping[str, tuple[str, Mapping[str, str]]]) -> pd.DataFrame:
    rows = [
        (name, about, column, "", meaning)
        for name, (about, meanings) in files.items()
        for column, meaning in meanings.items()
    ]
    return pd.DataFrame(rows, columns=["file", "about", "column", "properties", "meaning"])


def _files(names: set[str]) -> str:
    """A chapter for each of some files: what it is, and its columns."""
    chosen = columns().query("file in @names").groupby(["file", "about"], sort=False)
    return "\n\n".join(f"### `{name}`\n\n{about}\n\n{_lines(rows)}" for (name, about), rows in chosen)


def _lines(rows: pd.DataFrame) -> str:
    marks = [f" ({properties})" if properties else "" for properties in rows["properties"]]
    each = zip(rows["column"], marks, rows["meaning"], strict=True)
    return "\n".join(f"- `{column}`{properties}: {meaning}" for column, properties, meaning in each)


def _splits() -> str:
    table = splits.splits(vintages.best_tier(facts.history()))
    table = table.assign(ratio=table["ratio"].map("{:g}".format), day=table["day"].dt.strftime("%Y-%m-%d"))
    return _table(table[["company", "ratio", "day", "source"]])


def _table(table: pd.DataFrame) -> str:
    """A Markdown table without the columns that say where a row stands."""
    shown = table.drop(columns=["file", "line"], errors="ignore").astype(str)
    lines = [list(shown.columns), ["---"] * shown.shape[1], *shown.to_numpy().tolist()]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


if __name__ == "__main__":
    paths.STORE = paths.DATA / "nothing"  # the user's own layer is no part of the project
    (paths.DATA / "README.md").write_text(render(), "utf-8")
