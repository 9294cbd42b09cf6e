"""What comes into the user's own layer, told as it comes."""

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from capcycle import facts, screen, sources
from capcycle.errors import CapcycleError, together
from capcycle.facts import door
from capcycle.words import say


def add(asked: Sequence[str], dry: bool = False) -> int:
    """Companies, managers and files of facts, each told as it is there; 1 if one was refused, else 0."""
    files = [Path(name) for name in asked if name.lower().endswith((".csv", ".xlsx"))]
    names = [name for name in asked if Path(name) not in files]
    status = max((status for _, status in _brought(names, sources.add, dry)), default=0)
    together(*(partial(_added, file, dry) for file in files))  # which may be about the companies that have just come
    return status


def _added(file: Path, dry: bool) -> None:
    _tell(sources.add_file(file, dry), file, dry)


def provided(provider: str, names: Sequence[str], dry: bool = False) -> int:
    """What somebody else than the regulator has of some companies, securities or currencies, told as it is there."""
    for taken in sources.take_from(provider, names, dry):
        _tell(taken, provider, dry)
    return 0


def _tell(taken: Any, file: Path | str, dry: bool) -> None:
    key = "add.file_would" if dry else "add.file"
    print(say(key, file=file, count=len(taken.rows), table=taken.table, names=", ".join(taken.names)))


def bulk(path: Path) -> int:
    """A whole market from an archive of the regulator; 1 if all of it was refused, else 0."""
    archive = sources.Archive(path)
    found, strangers = sources.members(archive, archive.beside())
    if strangers and not found:
        found, strangers = sources.members(archive, sources.Edgar().registrants())
    outcomes = list(tqdm(sources.ingest(path, found), total=len(found), disable=None, unit=say("add.unit")))
    print(*sources.told_of_many(outcomes, len(found), strangers), sep="\n")
    screen.prepare()
    return int(bool(found) and all(each.refused for each in outcomes) and bool(outcomes))


def refresh(names: Sequence[str], dry: bool = False) -> tuple[bool, bool]:
    """What was filed since, with the headlines that it moved; whether one was refused, and whether there was any."""
    from capcycle import exhibits  # with the drawing library

    names = names or [*sources.companies(), *sources.managers()]
    outcomes = list(_brought(names, sources.refresh, dry))
    changed = [addition for addition, _ in outcomes if addition and len(addition.new)]
    for each in changed if not dry else ():
        if isinstance(each, sources.Holder):
            continue
        now, last = facts.open([each.company["company"]]), each.old["published"].max()
        for line in exhibits.changes.headlines(now.on(last), now):
            print(f"  {now.companies[0]} {line}")
    return any(status for _, status in outcomes), bool(changed)


def _brought(names: Sequence[str], bring: Callable, dry: bool = False) -> Iterator[tuple[Any, int]]:
    """What each company or manager brings, written and told at once, with the status 0; one that is refused with 1."""
    if not names:
        return
    with sources.locked():
        edgar, tags, known = sources.Edgar(), sources.read_tags(), door.reference()
        for name in tqdm(names, disable=len(names) < 2 or None, unit=say("add.unit")):
            try:
                if sources.is_manager(name):
                    addition = sources.read_holder(int(name), edgar)
                else:
                    addition = bring(name, edgar, tags, known)
                if not dry and (len(addition.new) or addition.old.empty):
                    addition.save()
                    sources.revalue()
                tqdm.write("\n".join(sources.told(addition, dry)))
                yield addition, 0
            except CapcycleError as error:
                tqdm.write(f"capcycle: {error}", sys.stderr)
                if day := sources.newest(name):
                    tqdm.write(say("add.stays", company=name, day=day), sys.stderr)
                yield None, 1
