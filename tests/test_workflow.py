"""The workflow that publishes: each of its commands exists, and takes the arguments that are given."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from test_differences import CAPEX, changed, edition

from capcycle import cli, paths

FILE = paths.ROOT / ".github/workflows/publish.yml"
COMMAND = re.compile(r"\bcapcycle (\w[^;|&>\n]*)")
STEPS = yaml.safe_load(FILE.read_text("utf-8"))["jobs"]["publish"]["steps"]
RUNS = {step["name"]: step["run"] for step in STEPS if "run" in step}


def commands(script: str) -> list[list[str]]:
    """The arguments of each capcycle command of a script."""
    return [shlex.split(each) for each in COMMAND.findall(script)]


def accepted(arguments: list[str]) -> bool:
    try:
        return bool(cli._parser().parse_args(arguments))
    except SystemExit:
        return False


def test_every_command_is_one_and_takes_its_arguments():
    given = [each for script in RUNS.values() for each in commands(script)]
    assert [each[0] for each in given] == ["refresh", "add", "check", "site", "diff"]
    assert [each for each in given if not accepted(each)] == []


@pytest.mark.parametrize("script", ["capcycle sites", "x=1; capcycle site --nope | head", "capcycle diff previous > a"])
def test_a_command_that_there_is_not_is_noticed(script):
    assert [accepted(each) for each in commands(script)] == [False]


def test_every_target_of_make_is_one():
    targets = [target for script in RUNS.values() for target in re.findall(r"\bmake (\S+)", script)]
    made = (paths.ROOT / "Makefile").read_text("utf-8")
    assert targets and [target for target in targets if not re.search(rf"^{re.escape(target)}:", made, re.M)] == []


def test_every_script_is_one_and_every_action_has_a_version():
    for script in RUNS.values():
        subprocess.run(["bash", "-n", "-c", script], check=True)
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"]) for step in STEPS if "uses" in step)


def what_moved(folder: Path) -> tuple[int, str]:
    """The step with the differences, as the forge runs it; its exit status, and the summary."""
    summary = folder / "summary.md"
    given = {**os.environ, "GITHUB_STEP_SUMMARY": str(summary)}
    given["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{given['PATH']}"
    done = subprocess.run(["bash", "-e", "-c", RUNS["What moved"]], cwd=folder, env=given, check=False)
    return done.returncode, summary.read_text("utf-8") if summary.exists() else ""


def test_what_moved_stands_in_the_summary(tmp_path):
    edition(tmp_path / "site", [changed(CAPEX, value="17")], given={"since": 2020})
    assert what_moved(tmp_path) == (0, "## What moved\n- The first edition.\n")
    (tmp_path / "summary.md").unlink()
    edition(tmp_path / "previous")
    said = "- Capex, Meta, 2025Q2: $17, was $16: other parameters: since (meta)"
    assert what_moved(tmp_path)[1].splitlines()[1:] == [said]


def test_an_edition_that_cannot_be_read_fails_the_step(tmp_path):
    (tmp_path / "previous").mkdir()
    assert what_moved(tmp_path)[0] != 0
