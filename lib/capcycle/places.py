"""Places elsewhere, such as s3:// and gs://, by whatever fsspec opens: copied here before work, and filled after it."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import platformdirs

from capcycle import outputs, paths
from capcycle.errors import CapcycleError, RunError
from capcycle.ledger import fingerprint
from capcycle.words import say

COPIES = platformdirs.user_cache_path("capcycle") / "places"
FILES = ("file:", "local:")  # where, other than in a bucket, a folder is to be made first
STATES = 3  # of one place that are kept: another command may still read the last
SETTLED = {"CAPCYCLE_DATA": ("DATA", ""), "CAPCYCLE_STORE": ("STORE", paths.STORE_FILE)}
addresses: dict[str, str] = {}  # of the settings that were settled


def is_address(place: Any) -> bool:
    """Whether a place is elsewhere.

    >>> is_address("s3://bucket/site"), is_address("site")
    (True, False)
    """
    return isinstance(place, str) and "://" in place


def settle() -> None:
    """Let each setting that is an address mean a copy of what lies there, for this process and those that it starts."""
    for name, (place, only) in SETTLED.items():
        if is_address(address := os.environ.get(name, "")):
            addresses[name] = address
            setattr(paths, place, fetched(address, only))
            os.environ[name] = str(getattr(paths, place))


def fetched(address: str, only: str = "") -> Path:
    """A folder here with what lies at an address, or `only` one file of it; fetched again only if something changed."""
    with _opened(address) as (there, root):
        there.invalidate_cache()
        files = {name[len(root) :].lstrip("/"): about for name, about in there.find(root, detail=True).items()}
        files = {name: about for name, about in files.items() if not only or name == only}
        if not files:
            raise RunError(say("places.nothing", address=address))
        states = COPIES / fingerprint(address)[:16]
        copy = states / fingerprint({name: str(about) for name, about in sorted(files.items())})[:16]
        if not copy.exists():
            states.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=states, prefix=".") as room:
                whole = Path(room) / "whole"
                there.get([about["name"] for about in files.values()], [str(whole / name) for name in files])
                _take(whole, copy)
    for old in sorted(states.glob("[!.]*"), key=lambda state: state.stat().st_mtime)[:-STATES]:
        shutil.rmtree(old, ignore_errors=True)
    return copy


def _take(whole: Path, copy: Path) -> None:
    try:
        whole.rename(copy)
    except OSError:
        if not copy.exists():  # else another process was first
            raise


def refuse_site(address: str) -> None:
    """RunError unless nothing lies at an address, or a site that capcycle brought there."""
    with _opened(address) as (there, root):
        _delivered(there, root, address)


def deliver(site: Path, address: str) -> int:
    """Bring a site to an address: what is new or other there, with the index last; then what is gone goes. How many.

    A site that was broken off there is known to be: the next time brings the rest.
    """
    with _opened(address) as (there, root):
        known, lying = _delivered(there, root, address)
        wanted = _digests(json.loads((site / outputs.MANIFEST).read_text("utf-8")))
        new = [name for name, digest in wanted.items() if known.get(name) != digest or name not in lying]
        gone = [name for name in known if name not in wanted and name in lying]
        if new or gone:
            underway = [
                {"path": name, "sha256": known.get(name, "") * (name not in new)} for name in {**known, **wanted}
            ]
            told = json.dumps({"capcycle": "", "pages": [], "files": underway})
            there.pipe_file(f"{root}/{outputs.MANIFEST}", told.encode())
            new.sort(key=lambda name: (name.endswith(".html"), name == "index.html"))
            for name in [*new, outputs.MANIFEST]:
                there.put_file(str(site / name), f"{root}/{name}")
            there.rm([f"{root}/{name}" for name in gone]) if gone else None
    return len(new) + len(gone)


def refuse_notebook(address: str) -> None:
    """RunError unless nothing lies at an address, or a notebook that capcycle executed."""
    with _opened(address) as (there, path), tempfile.TemporaryDirectory() as room:
        if there.exists(path):
            there.get_file(path, str(Path(room) / "out.ipynb"))
            if not outputs.is_executed(Path(room) / "out.ipynb"):
                raise RunError(say("places.other_notebook", address=address))


def deliver_notebook(notebook: Path, address: str) -> None:
    """Bring an executed notebook to an address."""
    with _opened(address) as (there, path):
        there.put_file(str(notebook), path)


@contextmanager
def _opened(address: str) -> Iterator[tuple[Any, str]]:
    """The file system of an address, and the path there; whatever it cannot do is said with the address."""
    try:
        from fsspec.core import url_to_fs

        yield url_to_fs(address, **({"auto_mkdir": True} if address.startswith(FILES) else {}))
    except CapcycleError:
        raise
    except ImportError as error:
        key = "cluster.extra" if (error.name or "").startswith("fsspec") else "places.refused"
        raise RunError(say(key, option=address, lacking=error.name, address=address, error=error)) from error
    except Exception as error:
        raise RunError(say("places.refused", address=address, error=error or type(error).__name__)) from error


def _delivered(there: Any, root: str, address: str) -> tuple[dict[str, str], set[str]]:
    """The digests of what capcycle brought to an address, and the names of all that lies there."""
    there.invalidate_cache()
    lying = {name[len(root) :].lstrip("/") for name in there.find(root)}
    if not lying:
        return {}, lying
    try:
        manifest = json.loads(there.cat_file(f"{root}/{outputs.MANIFEST}"))
        if outputs.OF in manifest or "capcycle" not in manifest:
            raise ValueError
        return _digests(manifest), lying
    except (FileNotFoundError, ValueError, LookupError, TypeError) as error:
        raise RunError(say("places.other_site", address=address)) from error


def _digests(manifest: dict[str, Any]) -> dict[str, str]:
    return {file["path"]: file["sha256"] for owner in (manifest, *manifest["pages"]) for file in owner["files"]}
