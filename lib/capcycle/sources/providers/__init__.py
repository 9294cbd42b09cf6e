"""Prices, statements and exchange rates that the SEC does not have: a provider is a module of this folder.

It has one function, `fetch(names, web)`: rows in the shape of `capcycle template` by table, which go through the same
door as a file of the user's own; a table `companies` has those that the rows are on. `web` asks servers.
"""

from collections.abc import Iterator, Sequence
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import pandas as pd

from capcycle.errors import CapcycleError, unknown
from capcycle.sources import own
from capcycle.sources.web import SourceError, Web


def names() -> list[str]:
    """The providers that there are.

    >>> names()
    ['ecb', 'h10', 'hongkong', 'yahoo']
    """
    return sorted(each.name for each in iter_modules(__path__))


def take(provider: str, of: Sequence[str], dry: bool = False, web: Web | None = None) -> Iterator[own.Taken]:
    """Take what a provider has into the own layer: see `own.take`.

    Errors: as for `fetch`; DataError with every fault of the rows.
    """
    found = fetch(provider, of, web)
    companies = found.pop("companies", None)
    for table, rows in found.items():
        rows = rows[[*own.TEMPLATES[table], *own.DOCUMENT]].astype(str)
        rows = rows.assign(file=provider, line=range(1, len(rows) + 1))
        yield own.take(table, rows, provider, dry, companies)


def fetch(provider: str, of: Sequence[str], web: Web | None = None) -> dict[str, pd.DataFrame]:
    """What a provider has of some companies, securities or currencies, by table.

    Errors: CapcycleError for an unknown provider; SourceError for a package that is not installed, and for what cannot
            be had or read.
    """
    if provider not in names():
        raise CapcycleError(unknown("provider", [provider], names()))
    return import_module(f"{__name__}.{provider}").fetch(of, web or Web())


def needed(package: str, extra: str) -> ModuleType:
    """A package that only a provider needs.

    Errors: SourceError where it is not installed.
    """
    try:
        return import_module(package)
    except ImportError as error:
        raise SourceError(
            f"{package} is not installed; it belongs to the extra `{extra}`: pip install -r requirements-extras.lock"
        ) from error
