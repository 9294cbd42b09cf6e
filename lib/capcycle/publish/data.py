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
        made.update(f"{file.relative_to(folder).as_posix()} {len(content)} ".encode() + content)
    return DataVersion(made.hexdigest()[:12], _latest(folder / "sources.csv"))


def _latest(sources: Path) -> str:
    if not sources.exists():
        return ""
    # statistics such as exchange rates are published every day and say nothing of how fresh a company is
    with sources.open(encoding="utf-8", newline="") as rows:
        return max((row["published"] for row in csv.DictReader(rows) if row["tier"] != "statistics"), default="")
