"""The one door to `data/` and to the user's own layer: every file is opened here, and who asks learns which were."""

import csv
import hashlib
import io
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import pandas as pd

from capcycle import paths, reads
from capcycle.errors import DataError
from capcycle.facts import layers

UNCLEAN = {  # what a cell may not hold, and how a person would say so
    "has a space at its edge": re.compile(r"^\s|\s$"),
    "has a line break, a tab or another character that does not print": re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]"),
    "begins like a formula; a spreadsheet would run it": re.compile(r"^[=+@]"),
}
PLAIN = re.compile(r"[\x20-\x7e]*")  # needs no closer look
UNSEEN = {"Cf", "Cn", "Co", "Cs", "Zs"}  # categories of what leaves no mark: zero-width, right-to-left, no-break
STRANGE = "nobody sees it, or it looks like another; type the plain character"
ALIKE = set("АВЕЅІЈКМНОРСТХУаеіјорсухѕԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοѵıɡɑ")  # letters that a reader takes for ours
ANY_UNCLEAN = re.compile("|".join(pattern.pattern for pattern in UNCLEAN.values()))
STATED = tomllib.loads(Path(__file__).with_name("columns.toml").read_text("utf-8"))
CHAPTERS = ("facts", "registers", "claims")
OF_COMPANY = "facts/<TICKER>.csv"  # stands for the file of each company


def chapter(name: str) -> dict[str, tuple[str, dict[str, str]]]:
    """The tables of a chapter of the codebook by file: what each is, and its columns with what they hold.

    >>> chapter("claims")["speakers.csv"][0]
    'Who claims something, and what kind of source that is.'
    """
    return {file: (each["about"], _meanings(each["columns"])) for file, each in STATED[name].items()}


@cache
def columns(name: str) -> dict[str, str]:
    """The columns of a table of `data/` that has no schema there, in order, with what each holds.

    >>> list(columns("facts/MSFT.csv"))[:2], columns("fx_usd.csv")["date"]
    (['company', 'concept'], 'day of the fixing')
    """
    file = OF_COMPANY if name.startswith("facts/") else name
    return next(files[file][1] for files in map(chapter, CHAPTERS) if file in files)


def _meanings(columns: list[str] | dict[str, str]) -> dict[str, str]:
    return {each: STATED["shared"][each] for each in columns} if isinstance(columns, list) else columns


def read(name: str, wanted: Iterable[str] | None = None, key: Sequence[str] = ()) -> pd.DataFrame:
    """A table of `data/` as text, cell by cell, with the file and line of each row.

    wanted  its columns, where these are stated elsewhere than in `columns.toml`; `key`, those that say what a row is on

    Errors: DataError for a file that is missing, is not a UTF-8 CSV table of these columns, or has unclean cells.
    """
    reads.opened(name)
    wanted = list(columns(name) if wanted is None else wanted)
    own = layers.own(name, wanted)
    if len(own) and not (paths.DATA / name).is_file():
        return own
    with reads.door():
        reviewed = parsed(paths.DATA / name, f"data/{name}", wanted)
    return layers.below(reviewed, own, key) if len(own) else reviewed


def parsed(path: Path, file: str, wanted: list[str]) -> pd.DataFrame:
    """The table in a file as text, cell by cell, with the line of each row; messages call it `file`.

    Errors: as for `read`.
    """
    return parsed_text(text(path, file), file, wanted)


def parsed_text(text: str, file: str, wanted: list[str]) -> pd.DataFrame:
    """The table in a text, as `parsed` gives that of a file."""
    lines, records = _records(text, file)
    if not records or records[0] != wanted:
        header = ", ".join(records[0]) if records else "none"
        raise DataError([f"{file}:1: columns are {header}; wanted {', '.join(wanted)}"])
    if faults := list(_untidy(records, lines, file)):
        raise DataError(faults)
    return pd.DataFrame(records[1:], columns=wanted, dtype=str).assign(file=file, line=lines[1:])


def stamp(name: str) -> str:
    """What tells one content of a file of `data/` from another; empty for a file that cannot be read."""
    made = ""
    with reads.door(), suppress(OSError):
        path = reads.place(paths.DATA, name)
        made = f"{reads.of_file(path, _digest, path)} {layers.stamp(name)}".strip()
    reads.opened(name, made)
    return made


def _digest(path: Path) -> str:
    """The digest of a file, empty for one without content."""
    return hashlib.sha256(content).hexdigest() if (content := path.read_bytes()) else ""


def cells(name: str) -> list[list[str]]:
    """Every cell of a table of `data/`, row by row, the header first.

    Errors: DataError for a file that is no UTF-8 CSV table.
    """
    return _records(text(paths.DATA / name, f"data/{name}"), f"data/{name}")[1]


def key(name: str) -> list[str]:
    """The columns that tell one row from another; none for a register, whose schema says it.

    >>> key("facts/MSFT.csv")
    ['company', 'concept', 'period_start', 'period_end', 'source']
    """
    file = OF_COMPANY if name.startswith("facts/") else name
    return next((files[file]["key"] for files in map(STATED.get, CHAPTERS) if file in files), [])


def edition() -> tuple[tuple[str, int, int], ...]:
    """What tells one state of all files of `data/` and of the user's own layer from another, without reading them."""
    every = [*paths.DATA.rglob("*.csv"), *paths.STORE.glob(paths.STORE_FILE)]
    files = ((path, path.stat()) for path in sorted(every))
    return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in files)


def text(path: Path, file: str) -> str:
    """The text of a file; messages call it `file`.

    Errors: DataError for one that is missing, or that is not UTF-8.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise DataError([f"{file}: there is no such file"]) from error
    except OSError as error:
        raise DataError([f"{file}: cannot be read: {error.strerror}"]) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError([f"{file}:{line}: not UTF-8 text; save the table as UTF-8"]) from error


def _records(text: str, file: str) -> tuple[list[int], list[list[str]]]:
    """Every record, and the line on which each begins: a quoted cell may run over several."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines, records, first = [], [], 1
    try:
        for record in reader:
            lines.append(first)
            records.append(record)
            first = reader.line_num + 1
    except csv.Error as error:
        raise DataError([f"{file}:{first}: not a CSV table: {error}"]) from error
    return lines, records


def _untidy(records: list[list[str]], lines: list[int], file: str) -> Iterator[str]:
    header = records[0]
    for record, line in zip(records[1:], lines[1:], strict=True):
        if len(record) != len(header):
            yield f"{file}:{line}: {len(record)} cells; there are {len(header)} columns"
        elif any(map(ANY_UNCLEAN.search, record)) or not all(map(PLAIN.fullmatch, record)):
            for column, cell in zip(header, record, strict=True):
                yield from (f"{file}:{line}: {column} {why}" for why, bad in UNCLEAN.items() if bad.search(cell))
                yield from (f"{file}:{line}: {column} has {_name(each)}: {STRANGE}" for each in _strange(cell))


def _strange(cell: str) -> list[str]:
    """What a cell has that nobody sees, or takes for another letter: two keys that differ by it pass for one."""
    if PLAIN.fullmatch(cell):
        return []
    unseen = [each for each in cell if unicodedata.category(each) in UNSEEN and each != " "]
    forms = [each for each in cell if unicodedata.category(each)[0] in "LN" and _is_form(each)]
    alike = [each for word in re.findall(r"\w+", cell) for each in _alike(word)]
    marks = [each for each in cell if unicodedata.combining(each)] if unicodedata.normalize("NFC", cell) != cell else []
    return list(dict.fromkeys([*unseen, *forms, *alike, *marks]))


def _is_form(letter: str) -> bool:
    """Whether it is a wide, bold or other form of one plain letter or digit; a small raised 2 is not."""
    plain = unicodedata.normalize("NFKC", letter)
    return plain != letter and bool(PLAIN.fullmatch(plain)) and unicodedata.category(letter) != "No"


def _alike(word: str) -> list[str]:
    """Letters of another alphabet in a word that has some of ours, or that has none but such as look like ours."""
    other = [each for each in word if each in ALIKE]
    letters = [each for each in word if each.isalpha()]
    latin = any(PLAIN.fullmatch(each) for each in letters)
    return other if latin or len(other) == len(letters) else []


def _name(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, '').lower()}".strip()
