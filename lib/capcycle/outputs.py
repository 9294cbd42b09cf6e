"""Whose a place is that a command is to write to: what capcycle did not make there stays as it is."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from capcycle import paths
from capcycle.errors import RunError
from capcycle.words import languages

MANIFEST = "manifest.json"
OF = "report_of"  # in the manifest of a report: the reader's file that it is of
LAYOUT = '{"cells":[\n'  # how a notebook begins that capcycle wrote; an editor that saves it writes it anew


# ---- a notebook


def failed(out: Path) -> Path:
    """Where the notebook of a run is kept that fails instead of writing `out`."""
    return out.with_suffix(".failed.ipynb")


def free_for_notebook(out: Path) -> Path:
    """Where `out` is in full; RunError unless it is free for an executed notebook, or holds one that capcycle wrote."""
    advice = "name a file with -o"
    _refuse_file(out, advice)  # a stream such as /dev/stdout has no place of its own
    out = out.resolve()
    if out.suffix not in ("", ".ipynb"):
        raise RunError(f"{out}: an executed notebook is written; {advice} whose name ends in .ipynb")
    _refuse_place(out, advice)
    for file in (out, failed(out)):
        _refuse_file(file, advice)
        if site := next((each for each in file.parents if _names(each, file)), None):
            raise RunError(f"{file} is a part of what was published in {site}; {advice} elsewhere")
    return out


def _refuse_file(file: Path, advice: str) -> None:
    if file.is_dir():
        raise RunError(f"{file} is a folder; {advice}")
    if file.exists() and not is_executed(file):
        raise RunError(f"{file} is no notebook that capcycle wrote, or was changed since; {advice} that is free")


def is_executed(file: Path) -> bool:
    """Whether a file is an executed notebook that capcycle wrote and nobody changed since."""
    if not file.is_file():  # a device or a pipe
        return False
    try:
        text = file.read_text("utf-8")
        parameters = json.loads(text)["metadata"]["papermill"]
    except (ValueError, LookupError, TypeError):
        return False
    return text.startswith(LAYOUT) and isinstance(parameters, dict) and list(parameters) == ["parameters"]


def _names(folder: Path, file: Path) -> bool:
    return file.relative_to(folder).as_posix() in (written(folder) or ())


# ---- a folder


def refuse_folder(out: Path, report: bool = False) -> None:
    """RunError unless `out` is new, empty, or holds a site (or a report) that capcycle wrote there."""
    advice = "name an empty or new folder with --out"
    if out.exists() and not out.is_dir():
        raise RunError(f"{out} is a file; name a folder with --out")
    _refuse_place(out, advice)
    known = _manifest(out)
    if out.is_dir() and any(out.iterdir()) and (known is None or (OF in known) is not report):
        raise RunError(f"{out} holds something other than a {'report' if report else 'capcycle site'}; {advice}")
    if mounted := next((folder for folder, _, _ in os.walk(out) if os.path.ismount(folder)), None):
        raise RunError(f"{mounted} is a mount point, which cannot be replaced; {advice}")


def report_of(out: Path) -> str:
    """The file that the report in a folder is of; empty if there is none."""
    return (_manifest(out) or {}).get(OF, "")


def keep(old: Path, new: Path) -> None:
    """Put what a folder holds beside what capcycle wrote there into the folder that is to take its place.

    RunError, with nothing changed, where a file that is not capcycle's lies in the way of a new one.
    """
    ours = written(old) or {path.relative_to(new).as_posix() for path in new.rglob("*")}
    in_the_way = [name for name, path in _others(old, ours) if not linked(path, new / name)]
    if in_the_way:
        names = ", ".join(in_the_way)
        raise RunError(f"{old}: {names}: not of capcycle, and in the way of a new file; move it and build again")


def written(folder: Path) -> set[str]:
    """What capcycle wrote into a folder, by path there, as its manifest has it; empty if that does not say."""
    known = _manifest(folder) or {}
    try:
        files = [file["path"] for owner in (known, *known["pages"]) for file in owner["files"]]
    except (LookupError, TypeError):
        return set()
    editions = [each for each in languages() if (folder / each / MANIFEST).is_file()]
    return {MANIFEST, *files, *(f"{each}/{name}" for each in editions for name in written(folder / each))}


def _others(folder: Path, ours: set[str]) -> Iterator[tuple[str, Path]]:
    folders = {parent.as_posix() for name in ours for parent in Path(name).parents}
    for place, below, files in os.walk(folder, onerror=_raise):
        for path in (Path(place, name) for name in sorted(below + files)):
            name = path.relative_to(folder).as_posix()
            if name not in ours and name not in folders:
                yield name, path


def linked(path: Path, place: Path) -> bool:
    """Whether a file, with all that is its own, now stands at another place too, or a folder does."""
    try:
        if path.is_dir() and not path.is_symlink():
            place.mkdir(parents=True, exist_ok=True)
            shutil.copystat(path, place)
            return True
        place.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, place, follow_symlinks=False)
    except (FileExistsError, NotADirectoryError):
        return False
    except (OSError, NotImplementedError):  # no links in this file system, or not to a file of somebody else
        shutil.copy2(path, place, follow_symlinks=False)
    return True


def _raise(error: OSError) -> None:
    raise error


def _manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of what capcycle wrote into a folder; none where it wrote nothing."""
    try:
        known = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return known if isinstance(known, dict) and "capcycle" in known else None


# ---- any place


def _refuse_place(out: Path, advice: str) -> None:
    """RunError for a place among the sources, or one where nothing can be written."""
    out = out.resolve()
    there = [each for each in (out, *out.parents) if each.exists()]
    for source in (paths.NOTEBOOKS, paths.DATA, paths.CACHE, Path(__file__).parent):
        if source.exists() and any(each.samefile(source) for each in there):
            raise RunError(f"{out} lies in {source}, which is the project's own; {advice}")
    nearest = there[0] if there[0] != out else out.parent
    if not nearest.is_dir():
        raise RunError(f"{nearest} is a file, so nothing can be written below it; {advice}")
    if not os.access(nearest, os.W_OK):
        raise RunError(f"{nearest} cannot be written to; {advice}")
