"""From a ticker that the reviewed data lacks to its published pages, in a copy of the project that has nothing else."""

import os
import re
import subprocess
import sys

import edgar
import pytest
from test_sources import SAID, typed

from capcycle import cli, paths

SMCI = edgar.NAMES["SMCI"][0]
RUNS = """
[company-smci]
notebook = "company"
title = "Super Micro"
section = "Who spends, and who pays?"
parameters = { company = "SMCI" }

[capex-smci]
notebook = "capex"
title = "Capex of Super Micro"
section = "Who spends, and who pays?"
parameters = { companies = ["SMCI", "MSFT"] }

[coverage]
notebook = "coverage"
title = "What is known"
section = "What is known, and who is right?"
parameters = { companies = ["SMCI", "MSFT"] }
"""


@pytest.fixture
def home(server, tmp_path):
    """A copy of the project whose reviewed data lacks Super Micro, with three pages to publish and an empty store."""
    home = tmp_path / "home"
    (home / "notebooks").mkdir(parents=True)
    (home / "data").symlink_to(paths.DATA)
    (home / "requirements.lock").symlink_to(paths.ROOT / "requirements.lock")
    for path in paths.NOTEBOOKS.glob("*.ipynb"):
        (home / "notebooks" / path.name).symlink_to(path)
    (home / "notebooks" / "runs.toml").write_text(RUNS, "utf-8")
    return home


def capcycle(home, *arguments):
    """The status of a capcycle of its own, and what it says."""
    given = {"CAPCYCLE_HOME": str(home), "CAPCYCLE_STORE": str(paths.STORE), "PYTHONPATH": os.pathsep.join(sys.path)}
    line = [sys.executable, "-m", "capcycle.cli", *map(str, arguments)]
    done = subprocess.run(line, env=os.environ | given, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def page(home, name):
    return re.sub(r"<[^>]+>", "", (home / "site" / f"{name}.html").read_text("utf-8"))


@pytest.mark.slow
def test_a_company_that_the_data_lacks_comes_with_its_pages_and_the_second_refresh_changes_nothing(
    server, home, tmp_path
):
    whole = server.answers[SMCI]
    server.answers[SMCI] = edgar.until(whole, "2025-12-31")
    unknown = capcycle(home, "run", "company", "-p", "company", "SMCI", "-o", tmp_path / "none.ipynb")
    assert unknown[0] == 1 and "`capcycle add TICKER`" in unknown[1]
    status, said = capcycle(home, "add", "SMCI")
    assert status == 0 and "SMCI Super Micro Computer, Inc." in said
    capex = "MSFT,capex,2023-07-01,2024-03-31,31604000000,USD"  # 30.604bn in its filings
    file = typed(tmp_path / "mine.csv", f"{capex},{SAID.replace('2026-07-30', '2024-08-15')}")
    status, said = capcycle(home, "add", file)
    assert status == 0, said
    status, said = capcycle(home, "site")
    assert status == 0, said
    # net sales and capex of fiscal 2025, its 10-K of 28 August 2025: 21,972.042m and 127.214m
    assert "Super Micro Computer, Inc." in page(home, "company-smci") and "0.6%" in page(home, "company-smci")
    assert "Super Micro Computer, Inc. 10-K filed 2025-08-28" in page(home, "capex-smci")
    coverage = page(home, "coverage")
    assert "Conflict: MSFT capex 2023-07-01…2024-03-31 is 31604000000 USD in ir-2026" in coverage
    assert "were brought in below the reviewed tables, which contradict 1 of them" in coverage
    assert "newest document" in coverage.lower()
    server.answers[SMCI] = whole
    status, said = capcycle(home, "refresh")
    assert status == 0 and "10-Q filed 2026-05-11" in said
    before = (paths.STORE / paths.STORE_FILE).read_bytes()
    assert capcycle(home, "refresh")[0] == cli.NOTHING_NEW
    assert (paths.STORE / paths.STORE_FILE).read_bytes() == before
