"""A table that a user keeps in a spreadsheet, as the text of a CSV file."""

import csv
import io
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from capcycle.errors import DataError

LARGEST = 200 * 2**20  # bytes of a workbook once unpacked


def text(path: Path) -> str:
    """The first sheet of a workbook as CSV: days as 2024-06-30, numbers in full; of a formula its last result.

    Errors: DataError for a file that is no workbook, and for one that unpacks to more than any table has.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            size = sum(each.file_size for each in packed.infolist())
        if size > LARGEST:
            raise DataError([f"{path}: unpacks to {size:,} bytes; that is no table"])
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    except FileNotFoundError as error:
        raise DataError([f"{path}: there is no such file"]) from error
    except (OSError, zipfile.BadZipFile, CalamineError) as error:
        raise DataError([f"{path}: not an .xlsx workbook: {error}"]) from error
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(map(_cell, row) for row in rows if any(each != "" for each in row))
    return lines.getvalue()


def _cell(value: Any) -> str:
    """
    >>> [_cell(each) for each in (True, 0.1, 6e11, datetime(2024, 6, 30), "NVDA", None)]
    ['yes', '0.1', '600000000000', '2024-06-30', 'NVDA', '']
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:.0f}" if value % 1 == 0 else format(Decimal(repr(value)), "f")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)
