"""Money, percent, dates and sentences as a reader meets them; every sentence stands in `words/<language>/`."""

import os
import tomllib
from functools import cache
from pathlib import Path

from capcycle.errors import CapcycleError

LANGUAGE = os.environ.get("CAPCYCLE_LANGUAGE", "en")


@cache
def catalogue(language: str = LANGUAGE) -> dict[str, str]:
    """Every sentence of a language by its dotted key, from the TOML files of its folder."""
    files = sorted((Path(__file__).parent / language).glob("*.toml"))
    return {key: text for file in files for key, text in _flat(tomllib.loads(file.read_text("utf-8")))}


def _flat(table: dict, prefix: str = ""):
    for key, value in table.items():
        yield from _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]


def say(key: str, **values: object) -> str:
    """The sentence `key` in the reader's language with `values` set in.

    >>> say("page.sources")
    'Sources'
    """
    try:
        return catalogue()[key].format(**values)
    except KeyError as error:
        raise CapcycleError(f"words/{LANGUAGE}: no sentence '{key}', or no value for {error}") from error


def name(thing: str) -> str:
    """What a reader calls a concept or a metric; a metric's id may end in the concept it was measured on.

    >>> name("capex_to_revenue"), name("growth_year_on_year.capex")
    ('Capex to revenue', 'Growth on a year earlier: capex')
    """
    metric, *concepts = thing.split(".")
    if not concepts:
        return say(f"name.{metric}")
    return say("name.of", metric=say(f"name.{metric}"), concepts=", ".join(lower(say(f"name.{c}")) for c in concepts))


def lower(text: str) -> str:
    """A phrase as it stands inside a sentence: abbreviations keep their capitals.

    >>> lower("Operating cash flow"), lower("PP&E, net")
    ('operating cash flow', 'PP&E, net')
    """
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


class Sentence(str):
    """A computed sentence: notebooks show it as prose, not as a quoted string."""

    def _repr_markdown_(self) -> str:
        return str(self)
