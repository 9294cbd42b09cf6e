"""Every table that a reader downloads: one writer, so that a spreadsheet opens each as it stands and runs nothing."""

import csv
import io
import re
from pathlib import Path

NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")  # how a cell begins that a spreadsheet may take for a formula


def write(file: Path, text: str) -> None:
    """Write a table of comma-separated values as a spreadsheet reads it.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write(Path(folder) / "a.csv", "who\\r\\nMeta\\r\\n")
    ...     (Path(folder) / "a.csv").read_text("utf-8-sig").split()
    ['who', 'Meta']
    """
    file.write_bytes(packed(text))


def packed(text: str) -> bytes:
    """A table of comma-separated values as a spreadsheet reads it: UTF-8 with its mark, no cell a formula.

    A text that begins like a formula gets an apostrophe before it; figures stay as they are.

    >>> packed("who\\r\\n=1+1\\r\\n").decode("utf-8-sig").splitlines()
    ['who', "'=1+1"]
    """
    out = io.StringIO(newline="")
    table = csv.reader(io.StringIO(text, newline=""))
    csv.writer(out).writerows([harmless(cell) for cell in row] for row in table)
    return out.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs.

    >>> harmless("=1+1"), harmless("-2+3"), harmless("-2.5"), harmless("a = b")
    ("'=1+1", "'-2+3", '-2.5', 'a = b')
    """
    return f"'{cell}" if FORMULA.match(cell) and not NUMBER.fullmatch(cell) else cell
