"""Which data a page was made from: a fingerprint of all tables, and the date of the latest document."""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

from capcycle import paths


@dataclass(frozen=True)
class DataVersion:
    """`version` is the same exactly when every table is; `latest` is the newest `published` of a company's document."""

    version: str
    latest: str


def data_version(folder: Path | None = None) -> DataVersion:
    """The version of the tables under `folder` (the project's data)."""
    folder = folder or paths.DATA
    made = hashlib.sha256()
    for file in sorted(folder.rglob("*.csv")):
        content = file.read_bytes()
        name = file.relative_to(folder).as_posix().encode("utf-8", "surrogateescape")  # which may be no text
        made.update(name + f" {len(content)} ".encode() + content)
    sources = folder / "sources.csv"
    rows = csv.DictReader(sources.read_text("utf-8").splitlines() if sources.exists() else [])
    # statistics such as exchange rates are published every day and say nothing of how fresh a company is
    days = (row["published"] for row in rows if row["tier"] != "statistics")
    return DataVersion(made.hexdigest()[:12], max(days, default=""))


def table(name: str) -> list[dict[str, str]]:
    """The rows of a table of the data, none where there is no such file."""
    file = paths.DATA / name
    return list(csv.DictReader(file.read_text("utf-8").splitlines())) if file.exists() else []
