"""The languages of a site: one edition in its folder, each other in a folder of its name within."""

import os
import subprocess
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from capcycle import paths
from capcycle.errors import RunError
from capcycle.parameters import raise_all, unknown
from capcycle.words import LANGUAGE, languages, say

VARIABLE = "CAPCYCLE_LANGUAGES"


def chosen() -> tuple[str, ...]:
    """The languages that the site is published in, the one of its first page first.

    Errors: RunError for a language that has no sentences, with those that have.
    """
    names = tuple(os.environ.get(VARIABLE, LANGUAGE).replace(",", " ").split())
    raise_all(unknown("language", name, languages()) for name in names if name not in languages())
    return names


def choose(names: str) -> None:
    """Let the site be in these languages, the first of them the one that this process speaks.

    Errors: RunError for a language that has no sentences, and for a first one that is another.
    """
    os.environ[VARIABLE] = names
    if chosen()[:1] != (LANGUAGE,):
        raise RunError(say("site.first_language", language=LANGUAGE, names=names))


def own_address() -> str:
    """Where readers find this edition, with a slash at its end; empty where the address of the site is not set."""
    return f"{paths.ADDRESS}/{'' if chosen()[:1] == (LANGUAGE,) else f'{LANGUAGE}/'}" if paths.ADDRESS else ""


def addresses() -> dict[str, str]:
    """Where the other editions' pages lie, as seen from a page of this one, by language."""
    up = "" if chosen()[:1] == (LANGUAGE,) else "../"
    return {each: up if place == 0 else f"{up}{each}/" for place, each in enumerate(chosen()) if each != LANGUAGE}


def _ends_with_us() -> dict:
    """What has a child end when this process does, however it goes, where the system can do that."""
    from capcycle import workers

    return {"preexec_fn": partial(workers.end_with, os.getpid())} if sys.platform == "linux" else {}


def build(out: Path, options: Iterable[str]) -> None:
    """Build every other edition into its folder within `out`, each by a process that speaks its language.

    Errors: RunError for an edition that fails; what failed in it has been said by then.
    """
    first, *others = chosen()
    for language in others if first == LANGUAGE else ():
        command = [sys.executable, "-m", "capcycle.cli", "site", *options, "--out", str(out / language)]
        spoken = os.environ | {"CAPCYCLE_LANGUAGE": language, VARIABLE: ",".join(chosen())}
        ended = subprocess.run(command, env=spoken, stdout=subprocess.DEVNULL, **_ends_with_us())
        if ended.returncode:
            raise RunError(say("site.edition", language=language))
