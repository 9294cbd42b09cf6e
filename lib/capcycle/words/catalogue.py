"""Every sentence that a reader sees, by language."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from capcycle.errors import CapcycleError
from capcycle.paths import LANGUAGE

UNIT = r"(?<=[\dkmn万亿元])(/[^\s,;:至，；：]+|(?: [A-Za-z][\w-]*){1,2})"  # behind a number, such as /GW and years
TWICE = re.compile(UNIT + r"( to |至)(\S*\d\S*?)\1(?![\w/])")
BETWEEN = "; "  # between several texts in one cell of a table
SHOWN = {"text", "before", "under", "trend", "details"}  # what a cell of a table shows of itself
TITLE, NUMBERS = 90, 3  # letters, and figures, that a reader takes in at a glance


class Catalogue(dict):
    """Sentences by key; `asked` has the keys that somebody looked for, whether found or not."""

    def __init__(self, sentences: Mapping[str, str]):
        super().__init__(sentences)
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> str:
        self.asked.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.asked.add(key)
        return super().__contains__(key)

    def get(self, key: str, default: str | None = None) -> str | None:
        """As of any mapping."""
        self.asked.add(key)
        return super().get(key, default)


@cache
def catalogue(language: str = LANGUAGE) -> Catalogue:
    """Every sentence of a language by its dotted key: the TOML files of its folder and those beside each analysis.

    A text that has no key, such as the prose of a notebook, is its own. What a language has no words for, such as the
    command line's, is said in English.
    """
    here = Path(__file__).parent
    files = sorted([*(here / language).rglob("*.toml"), *(here.parent / "analyses").rglob(f"*.{language}.toml")])
    own = {key: text for file in files for key, text in _flat(tomllib.loads(file.read_text("utf-8")))}
    return Catalogue(own if language == "en" else {**catalogue("en"), **own})


def translated(text: str, language: str = LANGUAGE) -> str:
    """A whole text that has no key in the reader's language, as it stands where there is no other for it.

    A heading is said as the text that it is with its first letter small.

    >>> translated("Chip makers", "zh"), translated("Chip makers", "en"), translated("Leaders of Japan", "zh")
    ('芯片厂商', 'Chip makers', '日本龙头')
    """
    known, bare = catalogue(language), text.strip()
    return (
        known.get(bare) or known.get(bare[:1].lower() + bare[1:], text) if language != "en" else known.get(bare, text)
    )


def translated_each(cell: Any) -> Any:
    """A cell of a table in the reader's language: a text, several with semicolons between, what a cell opens.

    >>> translated_each({"text": "Chip makers", "details": ["no price is known"]})
    {'text': 'Chip makers', 'details': ['no price is known']}
    """
    if isinstance(cell, str):
        return BETWEEN.join(map(translated, translated(cell).split(BETWEEN)))
    if isinstance(cell, Mapping):
        return {**cell, **{part: translated_each(cell[part]) for part in SHOWN & set(cell)}}
    return [*map(translated_each, cell)] if isinstance(cell, list | tuple) else cell


def languages() -> list[str]:
    """The languages that have sentences.

    >>> languages()
    ['en', 'zh']
    """
    return sorted(folder.name for folder in Path(__file__).parent.iterdir() if (folder / "format.toml").is_file())


def _flat(table: dict, prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        yield from _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]


def say(key: str, **values: object) -> str:
    """The sentence `key` in the reader's language with `values` set in, those too that a register has in English.

    A title that grows past `TITLE` letters gives way to the shorter one under `key_short`, where there is one.

    >>> say("page.figures")
    'Figures'
    """
    try:
        text = _once(sentence(key).format(**{name: _own(value) for name, value in values.items()}))
    except KeyError as error:
        raise CapcycleError(f"words/{LANGUAGE}: no value for {error} of the sentence '{key}'") from error
    short = shorter(key, text)
    return say(short, **values) if short else text


def _own(value: object) -> object:
    return translated(value) if isinstance(value, str) else value


def _once(text: str) -> str:
    """A sentence with the unit of a range at its end only.

    >>> _once("A site costs $15bn/GW to $80bn/GW (e)"), _once("It holds 3 GPUs to 7 GPUs"), _once("1 year to 2 years")
    ('A site costs $15bn to $80bn/GW (e)', 'It holds 3 to 7 GPUs', '1 year to 2 years')
    """
    return TWICE.sub(r"\2\3\1", text)


def shorter(key: str, text: str) -> str:
    """The key of the shorter form of a sentence that has grown too long for a title; empty where there is none.

    >>> shorter("study.tornado", "a" * 91), shorter("study.tornado", "a" * 90)
    ('study.tornado_short', '')
    """
    return f"{key}_short" if letters(text) > TITLE and f"{key}_short" in catalogue() else ""


def letters(text: str) -> int:
    """How long a title is in a page's file, where an ampersand is five letters.

    >>> letters("Return on PP&E"), letters("Microsoft's")
    (18, 11)
    """
    return len(escape(text, quote=False))


def sentence(key: str) -> str:
    """The sentence `key` with its places still open.

    >>> sentence("study.measured")
    '{name}, {period}.'
    """
    if key not in catalogue():
        raise CapcycleError(f"words/{LANGUAGE}: no sentence '{key}'")
    return catalogue()[key]


def said(*keys: str) -> str:
    """The first of `keys` that the language has a sentence for, the general one last.

    >>> said("finding.no_such_metric.many", "page.figures")
    'page.figures'
    """
    return next((key for key in keys if key in catalogue()), keys[-1])


def counted(key: str, count: int, **values: object) -> str:
    """The sentence `key` for so many; a number that needs words of its own has them under `key_<number>`.

    >>> counted("tier.filing", 1), counted("tier.filing", 12)
    ('1 filing', '12 filings')
    """
    return say(said(f"{key}_{count}", key), count=count, **values)


def label(key: str) -> str:
    """What stands under `key`; where nothing does, the end of the key made readable.

    >>> label("name.ppe_net"), label("name.backlog_cover")
    ('PP&E, net', 'Backlog cover')
    """
    plain = key.rpartition(".")[2].replace("_", " ")
    return catalogue().get(key) or translated(plain[:1].upper() + plain[1:])


def name(thing: str) -> str:
    """What a reader calls a concept, a metric, or what a model takes or gives; a missing name is its id made readable.

    A metric's id may end in the concepts it was measured on.

    >>> name("capex_to_revenue"), name("growth_year_on_year.capex"), name("backlog_cover")
    ('Capex to revenue', 'Year-on-year growth of capex', 'Backlog cover')
    """
    metric, *concepts = thing.split(".")
    if not concepts:
        return label(f"name.{metric}")
    of = [lower(label(f"name.{concept}")) for concept in concepts]
    places = {f"of{place}": concept for place, concept in enumerate(of)}
    return say(said(f"name_of.{metric}", "measure.of"), metric=name(metric), of=", ".join(of), **places)


def lower(text: str) -> str:
    """A phrase as it stands inside a sentence: abbreviations keep their capitals.

    >>> lower("Operating cash flow"), lower("PP&E, net")
    ('operating cash flow', 'PP&E, net')
    """
    text = translated(text)
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def merged(text: str) -> str:
    """A text in which several figures that are missing are listed after one "the data has no figure for".

    >>> merged("GDS: the data has no figure for cash; the data has no figure for total debt (2026Q1)")
    'GDS: the data has no figure for cash and total debt (2026Q1)'
    """
    before, after = _missing()
    one, stop = f"{re.escape(before)}[^;:；：]+?{re.escape(after)}", sentence("format.semicolon")

    def listed(found: re.Match) -> str:
        each = [part.removeprefix(before).removesuffix(after) for part in found[0].split(stop)]
        return before + say("format.listing", first=say("format.comma").join(each[:-1]), last=each[-1]) + after

    return re.sub(rf"{one}(?:{stop}{one})+(?![^\W\d_])", listed, text)


@cache
def _missing() -> tuple[str, str]:
    before, after = sentence("reason.missing").format(concept="|", earlier="").split("|")
    return before, after.rstrip()


def paragraph(*sentences: str) -> "Sentence":
    """Sentences as one paragraph.

    >>> paragraph("Oracle leads", "Amazon follows.")
    'Oracle leads. Amazon follows.'
    """
    stop = sentence("format.stop")  # with the space that follows it in some languages
    return Sentence(stop.join(each.rstrip(stop) for each in sentences) + stop.strip())


class Sentence(str):
    """A computed sentence: notebooks show it as prose, not as a quoted string."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return self.replace("$", r"\$")  # between two dollar signs JupyterLab sees a formula
