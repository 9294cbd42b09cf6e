"""The codebook: every file of `data/` is in it, with the meaning of every column, and nothing that is not there."""

import pytest

from capcycle import codebook, facts, paths
from capcycle.facts import door

COLUMNS = codebook.columns()
FACTS = "facts/<TICKER>.csv"
FILES = {path.relative_to(paths.DATA).as_posix(): path for path in sorted(paths.DATA.rglob("*.csv"))}


def entry(name):
    return FACTS if name.startswith("facts/") else name


def test_the_codebook_is_in_step_with_the_tables():
    written = (paths.DATA / "README.md").read_text("utf-8")
    assert written == codebook.render(), "data/README.md is out of step: python -m capcycle.codebook rewrites it"


def test_every_file_of_the_data_has_its_entry_and_every_entry_its_file():
    assert {entry(name) for name in FILES} == set(COLUMNS["file"])
    assert {path.suffix for path in paths.DATA.rglob("*") if path.is_file()} == {".csv", ".md", ""}  # REVIEWED


@pytest.mark.parametrize("name", FILES)
def test_every_column_of_a_file_has_its_entry(name):
    header = FILES[name].read_text("utf-8-sig").partition("\n")[0].strip().split(",")
    assert COLUMNS.query("file == @entry(@name)")["column"].tolist() == header


def test_every_entry_says_what_it_is():
    assert COLUMNS[["about", "meaning"]].apply(lambda said: said.str.len().gt(3)).all(axis=None)


def test_every_entry_stands_in_the_text():
    text = codebook.render()
    chapters = {part.partition("`")[0]: part for part in text.split("### `")[1:]}
    rows = COLUMNS[["file", "column", "meaning"]].itertuples(index=False)
    lacking = [(file, column) for file, column, meaning in rows if f"{meaning}\n" not in chapters[file] + "\n"]
    assert lacking == []


def test_the_codebook_explains_every_concept_and_kind_and_tier():
    text = codebook.render()
    assert [name for name in [*door.KINDS, *door.TIERS] if f"- `{name}`: " not in text] == []
    assert [name for name in facts.dictionary().index if f"| {name} |" not in text] == []
