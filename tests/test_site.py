"""The site: built whole or not at all, and nobody's files are lost, whatever goes wrong and whenever."""

import errno
import json
import os
import shutil
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from browser import toy_outcomes
from nbformat.v4 import new_code_cell, new_notebook

import capcycle.publish
from capcycle import outputs, paths, run, workers
from capcycle import site as whole
from capcycle.errors import RunError
from capcycle.publish.kept import kept

NAMES = ["ant", "bee"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one notebook and two runs, and a stand-in for the pages."""
    for name in ("DATA", "NOTEBOOKS"):
        monkeypatch.setattr(paths, name, tmp_path / name.lower())
        (tmp_path / name.lower()).mkdir()
    for name, path in {"CACHE": ".capcycle", "SITE": "site", "ROOT": "."}.items():
        monkeypatch.setattr(paths, name, tmp_path / path)
    monkeypatch.setattr(capcycle.publish, "build", pages)
    monkeypatch.setattr(capcycle.publish, "draw", lambda _: None)
    monkeypatch.setattr(capcycle.publish, "bundle", lambda: None)
    tagged = new_code_cell("word: str = 'x'", metadata={"tags": ["parameters"]})
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(
        new_notebook(cells=[tagged, new_code_cell("assert word != 'bad'")], metadata=metadata), book(tmp_path)
    )
    runs(tmp_path)
    return tmp_path


@pytest.fixture
def house(project, monkeypatch):
    """The same, with a stand-in for the processes that execute: it is the site that is looked at here."""
    monkeypatch.setattr(workers, "execute_each", executed)
    return project


def executed(jobs, width):
    for job in jobs:
        job.out.write_bytes(job.source.read_bytes())
        yield workers.Finished(job, "bad" * (job.parameters["word"] == "bad"), 0.0)


def book(house: Path) -> Path:
    return house / "notebooks/toy.ipynb"


def runs(house: Path, **words: str) -> None:
    row = '[{0}]\nnotebook = "toy"\ntitle = "T"\nsection = "S"\nparameters = {{ word = "{1}" }}\n'
    text = "".join(row.format(name, words.get(name, "x")) for name in NAMES)
    (house / "notebooks/runs.toml").write_text(text)


def pages(outcomes, out: Path, report_of: str = "") -> list:
    for outcome in outcomes:
        (out / f"{outcome.run.name}.html").write_text(f"{outcome.status} {outcome.run.parameters.get('word')}")
    files = [{"path": path.name} for path in out.iterdir()]
    of = {"report_of": report_of} if report_of else {}
    (out / "manifest.json").write_text(json.dumps({"capcycle": "1", "pages": [], "files": files, **of}))
    return []


def build(*names: str, **options) -> whole.Built:
    return whole.site(names, progress=False, **options)


def found(house: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted((house / "site").glob("*.html"))}


def debris(house: Path) -> list[str]:
    known = {"data", "notebooks", ".capcycle", "site"}
    mine = {"runs", "site.json", "lock"}
    return [p.name for p in house.iterdir() if p.name not in known] + [
        p.name for p in paths.CACHE.iterdir() if p.name not in mine
    ]


def test_a_site_has_a_page_for_each_run(project):
    built = build()
    assert found(project) == {"ant.html": "done x", "bee.html": "done x"}
    assert (built.changed, [o.status for o in built.outcomes], debris(project)) == (True, ["done", "done"], [])


def test_a_new_site_can_be_read_by_all_whom_the_user_lets(house):
    build()
    assert (house / "site").stat().st_mode == (house / "data").stat().st_mode


def test_with_nothing_to_do_the_site_is_left_alone(house):
    build()
    before = [(p, p.stat().st_ino, p.stat().st_mtime_ns) for p in [house / "site", *(house / "site").iterdir()]]
    assert not build().changed
    assert [(p, p.stat().st_ino, p.stat().st_mtime_ns) for p in [house / "site", *(house / "site").iterdir()]] == before


@pytest.mark.parametrize("damage", ["ant.html", "manifest.json"])
def test_a_damaged_site_is_built_again_without_executing(house, damage):
    build()
    (house / "site" / damage).write_text('{"capcycle": "damaged"}')
    built = build()
    assert (built.changed, [o.status for o in built.outcomes]) == (True, ["unchanged", "unchanged"])


def test_force_executes_and_builds_again(house):
    build()
    built = build(force=True)
    assert (built.changed, [o.status for o in built.outcomes]) == (True, ["done", "done"])


@pytest.mark.parametrize("change", ["title", "data"])
def test_what_only_pages_show_builds_without_executing(house, change):
    build()
    (house / "data/a.csv").write_text("1") if change == "data" else None
    file = house / "notebooks/runs.toml"
    file.write_text(file.read_text().replace('"T"', '"New"')) if change == "title" else None
    built = build()
    assert (built.changed, [o.status for o in built.outcomes]) == (True, ["unchanged", "unchanged"])


def test_only_named_runs_are_executed_and_the_other_pages_kept(house):
    build()
    runs(house, ant="new", bee="new")
    assert [o.status for o in build("bee").outcomes] == ["unchanged", "done"]
    assert found(house) == {"ant.html": "unchanged x", "bee.html": "done new"}


def test_runs_that_were_never_executed_are_left_out(house):
    build("bee")
    assert found(house) == {"bee.html": "done x"}


def test_a_run_that_never_went_well_has_no_page_to_keep(house):
    runs(house, ant="bad")
    with pytest.raises(RunError):
        build("ant")
    build("bee")
    assert found(house) == {"bee.html": "done x"}


def test_a_failed_run_leaves_the_site_and_says_where_the_notebook_is(project):
    build()
    runs(project, ant="bad", bee="new")
    with pytest.raises(RunError) as failed:
        build()
    first, run, kept = str(failed.value).splitlines()
    assert first == "1 run failed; the site is as it was"
    assert run == "ant: In [3]: AssertionError: "
    assert kept == f"  the notebook with its traceback: {paths.CACHE / 'runs/ant/failed.ipynb'}"
    assert found(project) == {"ant.html": "done x", "bee.html": "done x"}


def test_the_others_are_executed_all_the_same(house):
    runs(house, ant="bad")
    with pytest.raises(RunError):
        build()
    runs(house)
    assert [o.status for o in build().outcomes] == ["done", "unchanged"]


def test_keep_going_publishes_and_still_fails(house):
    runs(house, ant="bad")
    with pytest.raises(RunError, match=r"1 run failed; .*site says so on the page"):
        build(keep_going=True)
    assert found(house) == {"ant.html": "failed bad", "bee.html": "done x"}


def test_after_a_failure_pages_not_named_show_their_last_good_notebook(house):
    build()
    runs(house, ant="bad")
    with pytest.raises(RunError):
        build()
    runs(house, ant="bad", bee="new")
    build("bee")
    assert found(house) == {"ant.html": "unchanged x", "bee.html": "done new"}


# pages are drawn while other runs are executed


def test_only_what_is_executed_is_drawn_ahead_and_a_page_that_cannot_be_is_left_to_the_build(house, monkeypatch):
    drawn = []
    monkeypatch.setattr(capcycle.publish, "draw", lambda outcome: drawn.append(outcome.run.name) or 1 / 0)
    build("ant")
    build()
    assert drawn == ["ant", "bee"]
    assert found(house) == {"ant.html": "unchanged x", "bee.html": "done x"}


def test_a_page_drawn_ahead_is_not_drawn_again(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(capcycle.publish.pictures, "bundle", lambda: "")
    [outcome, *_] = toy_outcomes(tmp_path / "runs")
    capcycle.publish.draw(outcome)
    monkeypatch.setattr(capcycle.publish.page, "_write", lambda *_: fail(AssertionError("drawn again")))
    (tmp_path / "site").mkdir()
    capcycle.publish.build([outcome], tmp_path / "site")
    assert (tmp_path / "site/hyperscalers.html").is_file()


def _other_words(outcomes, site):
    text = outcomes[0].notebook.read_text("utf-8")
    assert "spending" in text
    outcomes[0].notebook.write_text(text.replace("spending", "outlay"), "utf-8")
    return outcomes, 1


def _another_title(outcomes, site):
    return [*outcomes[:2], replace(outcomes[2], run=replace(outcomes[2].run, title="Makers of chips"))], 3


def _one_less(outcomes, site):
    return outcomes[:2], 2


def _written_into_the_site(outcomes, site):
    (site / "hyperscalers/documents.csv").write_text("somebody's notes", "utf-8")
    return outcomes, 0  # its files may be one with those of the cache, which is noticed


@pytest.mark.parametrize("change", [_other_words, _another_title, _one_less, _written_into_the_site])
def test_after_a_change_the_site_is_that_of_a_build_from_nothing(tmp_path, monkeypatch, change):
    monkeypatch.setattr(capcycle.publish.pictures, "bundle", lambda: "")
    outcomes, linked = toy_outcomes(tmp_path / "runs"), []

    def build(place, cache):
        monkeypatch.setattr(paths, "CACHE", tmp_path / cache)
        (tmp_path / place).mkdir()
        capcycle.publish.build(outcomes, tmp_path / place)
        return {file.relative_to(tmp_path / place): file.read_bytes() for file in (tmp_path / place).rglob("*.*")}

    build("before", "cache")
    outcomes, count = change(outcomes, tmp_path / "before")
    behind = capcycle.publish.links.behind
    monkeypatch.setattr(
        capcycle.publish.links, "behind", lambda html, own, of: linked.append(own) or behind(html, own, of)
    )
    after = build("after", "cache")
    assert len(linked) == count + 1, "the first page is always linked, of the others those to which something changed"
    assert after == build("anew", "empty")


@pytest.mark.parametrize("spoilt", ["hyperscalers.html", "meta.json", "hyperscalers/documents.csv"])
def test_a_page_in_the_cache_that_is_cut_off_is_made_again(tmp_path, monkeypatch, spoilt):
    monkeypatch.setattr(paths, "CACHE", tmp_path / "cache")
    [outcome, *_] = toy_outcomes(tmp_path / "runs")
    made = capcycle.publish.page.render(outcome)
    whole_file = (made / spoilt).read_bytes()
    (made / spoilt).write_bytes(b"")
    capcycle.publish.draw(outcome)
    assert (made / spoilt).read_bytes() == whole_file


@pytest.mark.parametrize("left", [b"", b"cut", None], ids=["empty", "cut", "half"])
def test_a_picture_in_the_cache_that_is_cut_off_is_made_again(tmp_path, monkeypatch, left):
    monkeypatch.setattr(paths, "CACHE", tmp_path)
    assert kept("a.svg", lambda: "<svg/>") == "<svg/>"
    file = tmp_path / "a.svg"
    file.write_bytes(file.read_bytes()[:-2] if left is None else left)
    assert kept("a.svg", lambda: "<svg/>") == "<svg/>"
    assert kept("a.svg", lambda: fail(AssertionError("drawn again"))) == "<svg/>"
    assert kept("a.svg", lambda: "<svg></svg>", "another chart") == "<svg></svg>"


def test_an_exhibit_that_cannot_be_drawn_fails_its_own_page_and_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(capcycle.publish, "bundle", lambda: "")
    done = [outcome for outcome in toy_outcomes(tmp_path / "runs") if outcome.status != "failed"][:2]
    bad, good = done
    text = bad.notebook.read_text("utf-8")
    bad.notebook.write_text(text.replace('"mark"', '"mrak"'), "utf-8")
    (tmp_path / "site").mkdir()
    [failed] = capcycle.publish.build([bad, good], tmp_path / "site")
    assert (failed.run.name, failed.status) == (bad.run.name, "failed")
    assert failed.error.startswith("its page cannot be made of what it shows: ")
    assert failed.error.splitlines()[0][:60] in (tmp_path / f"site/{bad.run.name}.html").read_text("utf-8")
    assert "cannot be made" not in (tmp_path / f"site/{good.run.name}.html").read_text("utf-8")


def test_a_page_that_cannot_be_made_is_a_failed_run_until_it_can(house, monkeypatch):
    build()
    runs(house, ant="new", bee="new")
    monkeypatch.setattr(
        capcycle.publish, "build", lambda outcomes, out: pages(outcomes, out) or [replace(outcomes[0], error="bad")]
    )
    with pytest.raises(RunError, match="1 run failed; the site is as it was\nant: bad"):
        build()
    assert found(house)["bee.html"] == "done x"
    for _ in range(2):  # nor is there ever nothing to do
        with pytest.raises(RunError, match=r"1 run failed; .*site says so on the page"):
            build(keep_going=True)
    assert found(house)["bee.html"] == "unchanged new"


# whatever goes wrong

FULL = OSError(errno.ENOSPC, "No space left on device")
MOMENTS = {
    "build": (capcycle.publish, "build"),
    "mkdir": (Path, "mkdir"),
    "rename": (Path, "rename"),
    "swap": (whole, "_swap"),
    "record": (whole.ledger, "write"),
    "execute": (whole.run, "execute_all"),
}


@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt()], ids=["full", "ctrl-c"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("exchange", [True, False], ids=["exchange", "renames"])
def test_at_any_moment_a_whole_site_stands(house, monkeypatch, moment, after, error, exchange):
    build()
    runs(house, ant="new", bee="new")
    if not exchange:
        monkeypatch.setattr(whole, "_exchange", lambda *_: False)
    breaks(monkeypatch, *MOMENTS[moment], error, after)
    try:
        build()
    except (OSError, KeyboardInterrupt) as raised:
        assert raised is error
    assert found(house) in (
        {"ant.html": "done x", "bee.html": "done x"},
        {"ant.html": "done new", "bee.html": "done new"},
    )
    monkeypatch.undo()
    monkeypatch.setattr(paths, "CACHE", house / ".capcycle")
    whole._recover(house / "site")
    assert debris(house) == []


def breaks(monkeypatch, owner, name, error, after):
    real = getattr(owner, name)

    def broken(*arguments, **options):
        result = real(*arguments, **options) if after else None
        if after and owner is Path and "site" not in str(arguments[0]):
            return result
        raise error

    monkeypatch.setattr(owner, name, broken)


def test_half_written_pages_are_cleared_away(house, monkeypatch):
    def half(_, out):
        (out / "ant.html").write_text("ha")
        raise FULL

    monkeypatch.setattr(capcycle.publish, "build", half)
    with pytest.raises(OSError, match="No space left"):
        build()
    assert debris(house) == []
    assert not (house / "site").exists()


@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt()], ids=["full", "ctrl-c"])
def test_between_the_two_renames_the_old_site_comes_back(house, monkeypatch, error):
    build()
    runs(house, ant="new", bee="new")
    real = Path.rename
    monkeypatch.setattr(whole, "_exchange", lambda *_: False)
    monkeypatch.setattr(Path, "rename", lambda a, b: fail(error) if a.name == "new" else real(a, b))
    with pytest.raises(type(error)):
        build()
    assert found(house) == {"ant.html": "done x", "bee.html": "done x"}
    assert debris(house) == []


def fail(error):
    raise error


def test_killed_between_the_two_renames_the_next_start_brings_the_old_site_back(house):
    build()
    (house / ".site-building-0").mkdir()
    (house / ".site-building-0/capcycle").touch()
    (house / "site").rename(house / ".site-building-0/previous")
    (paths.CACHE / "work-0").mkdir()
    (paths.CACHE / "work-0/capcycle").touch()
    assert not build().changed
    assert found(house) == {"ant.html": "done x", "bee.html": "done x"}
    assert debris(house) == []


def test_a_build_takes_nothing_from_a_run_that_is_under_way(house, monkeypatch):
    def while_another_builds(jobs, width):
        monkeypatch.setattr(workers, "execute_each", executed)
        build()
        return executed(jobs, width)

    monkeypatch.setattr(workers, "execute_each", while_another_builds)
    assert run.execute(run.select(run.read_runs(), ["ant"])[0], house / "out.ipynb").exists()


def test_both_ways_of_swapping_put_the_new_in_place_of_the_old(tmp_path):
    for way in (whole._rename_twice, whole._exchange):
        for name in ("old", "new"):
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / "page").write_text(name)
        way(tmp_path / "new", tmp_path / "old")
        assert (tmp_path / "old/page").read_text() == "new" or sys.platform != "linux"


# whose files


@pytest.mark.parametrize("manifest", [None, "{}", '{"name": "somebody\'s app"}', "[", "[]"])
def test_a_folder_that_is_no_site_of_ours_is_refused(house, manifest):
    (house / "site").mkdir()
    (house / "site/precious.txt").write_text("mine")
    if manifest:
        (house / "site/manifest.json").write_text(manifest)
    with pytest.raises(RunError, match="holds something other than a capcycle site"):
        build()
    assert (house / "site/precious.txt").read_text() == "mine"
    assert not (paths.CACHE / "runs").exists()


def test_a_file_is_refused(house):
    (house / "site").write_text("mine")
    with pytest.raises(RunError, match="is a file; name a folder"):
        build()


def test_an_empty_or_new_folder_will_do(house):
    (house / "empty").mkdir()
    assert build(out=house / "empty").out == house / "empty"
    assert build(out=house / "new/deep").changed


def test_a_link_to_the_site_stays_a_link(house):
    (house / "elsewhere").mkdir()
    (house / "site").symlink_to(house / "elsewhere")
    build()
    build(force=True)
    assert (house / "site").is_symlink()
    assert found(house) == {"ant.html": "done x", "bee.html": "done x"}


def test_one_build_at_a_time(house):
    paths.CACHE.mkdir()
    other = sqlite3.connect(paths.CACHE / "lock", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(RunError, match="another build is running"):
        build()
    other.close()
    assert build().changed


@pytest.mark.parametrize("left", [b"", b"no database", b"SQLite format 3\0" + b"x" * 99])
def test_a_lock_that_a_power_cut_spoilt_holds_nobody_up(house, left):
    paths.CACHE.mkdir()
    (paths.CACHE / "lock").write_bytes(left)
    assert build().changed


@pytest.mark.parametrize("left", [b"", b"{", b"[" * 100_000, b"\xff"])
def test_a_record_that_a_power_cut_spoilt_builds_again(house, left):
    build()
    (paths.CACHE / "site.json").write_bytes(left)
    assert build().changed


def test_a_folder_that_cannot_be_swapped_is_refused_before_anything_is_executed(house, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(Path, "is_mount", lambda _: True)
        with pytest.raises(OSError, match="busy"):
            build()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(RunError, match="cannot be written"):
        build()
    assert not (paths.CACHE / "runs").exists()


def test_a_build_leaves_the_working_folder_and_the_environment_of_the_caller(house, monkeypatch):
    before = Path.cwd()
    build()
    assert Path.cwd() == before
    assert "CAPCYCLE_TRACE" not in os.environ


@pytest.mark.parametrize("exchange", [True, False], ids=["exchange", "renames"])
def test_what_a_user_puts_into_the_site_stays_there(house, monkeypatch, exchange):
    if not exchange:
        monkeypatch.setattr(whole, "_exchange", lambda *_: False)
    build()
    site = house / "site"
    (site / "CNAME").write_text("ai.example.org")
    (site / ".git/hooks").mkdir(parents=True)
    (site / ".git/HEAD").write_text("ref: refs/heads/main")
    (site / "latest").symlink_to("ant.html")
    runs(house, ant="new")
    build()
    assert (site / "CNAME").read_text() == "ai.example.org" and (site / ".git/HEAD").read_text().endswith("main")
    assert (site / ".git/hooks").is_dir() and (site / "latest").is_symlink()
    assert (site / "latest").read_text() == "done new"
    assert not build().changed and debris(house) == []


def test_a_page_whose_run_is_gone_is_capcycles_and_goes(house, monkeypatch):
    build()
    (house / "site/mine.html").write_text("mine")
    monkeypatch.setattr(f"{__name__}.NAMES", ["ant"])
    runs(house)
    build()
    assert found(house) == {"ant.html": "unchanged x", "mine.html": "mine"}


def test_a_users_file_in_the_way_of_a_new_page_stays_and_is_named(house, monkeypatch):
    build()
    (house / "site/cat.html").write_text("mine")
    monkeypatch.setattr(f"{__name__}.NAMES", ["ant", "bee", "cat"])
    runs(house)
    with pytest.raises(RunError, match=r"site: cat\.html: not of capcycle, and in the way of a new file; move it"):
        build()
    assert found(house) == {"ant.html": "done x", "bee.html": "done x", "cat.html": "mine"}
    assert debris(house) == []


@pytest.mark.parametrize("there", [True, False], ids=["site", "no-site"])
@pytest.mark.parametrize("name", [".site-previous", ".site-building-mine"])
def test_a_folder_of_the_users_that_is_called_like_one_of_ours_is_left_alone(house, name, there):
    build()
    shutil.copytree(house / "site", house / name)
    (house / name / "precious.txt").write_text("mine")
    if not there:
        shutil.rmtree(house / "site")
    build(force=True)
    assert (house / name / "precious.txt").read_text() == "mine" and (house / name / "ant.html").exists()


@pytest.mark.parametrize("place", ["data/site", "notebooks/site", ".capcycle/site", "data"])
def test_no_site_is_built_among_the_sources(house, place):
    paths.CACHE.mkdir()
    with pytest.raises(RunError, match="is the project's own; name an empty or new folder with --out"):
        build(out=house / place)
    assert not (paths.CACHE / "runs").exists()


def test_a_place_where_nothing_can_be_made_is_refused_before_anything_is_executed(house):
    (house / "file").write_text("mine")
    with pytest.raises(RunError, match="file is a file, so nothing can be written below it"):
        build(out=house / "file/site")
    assert not (paths.CACHE / "runs").exists()


def test_a_mount_point_is_refused_wherever_in_the_site_it_lies(house, monkeypatch):
    build()
    (house / "site/disk").mkdir()
    monkeypatch.setattr(outputs.os.path, "ismount", lambda folder: str(folder).endswith("disk"))
    with pytest.raises(RunError, match="site/disk is a mount point, which cannot be replaced"):
        build()


# reports


@pytest.fixture
def reports(house, monkeypatch):
    """A house in whose folder reports are made, with two files of one name."""
    monkeypatch.setattr(run, "execute", lambda job, out: out)
    monkeypatch.chdir(house)
    for name in ("a", "b"):
        (house / name).mkdir()
        (house / name / "mine.csv").touch()
    return house


def test_files_of_one_name_have_a_report_each_and_the_same_file_keeps_its_own(reports):
    made = [whole.claims_report(Path(name, "mine.csv")) for name in ("a", "b", "a", "b")]
    assert [str(page.parent) for page in made] == ["mine-claims", "mine-claims-2"] * 2
    manifests = [json.loads((page.parent / "manifest.json").read_text()) for page in made[:2]]
    assert [each["report_of"] for each in manifests] == [str(reports / name / "mine.csv") for name in ("a", "b")]


def test_neither_a_site_nor_a_report_takes_the_place_of_the_other(reports):
    build()
    before = found(reports)
    with pytest.raises(RunError, match="site holds something other than a report"):
        whole.claims_report(Path("a/mine.csv"), reports / "site")
    whole.claims_report(Path("a/mine.csv"), reports / "report")
    with pytest.raises(RunError, match="report holds something other than a capcycle site"):
        build(out=reports / "report")
    assert found(reports) == before


def test_what_a_user_puts_into_a_report_stays_there(reports):
    whole.claims_report(Path("a/mine.csv"), Path("report"))
    Path("report/notes.txt").write_text("mine")
    whole.claims_report(Path("a/mine.csv"), Path("report"))
    assert Path("report/notes.txt").read_text() == "mine"
