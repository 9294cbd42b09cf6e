"""Every language says all that English says, in its own numbers and dates; each page leads to itself in the others."""

import json
import os
import re
import string
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from capcycle import analyses, editions, facts, metrics, paths, words
from capcycle.claims import worked
from capcycle.engine import LINE
from capcycle.errors import RunError
from capcycle.exhibits import parts
from capcycle.facts import tables
from capcycle.paths import ROOT

OTHERS = [each for each in words.languages() if each != "en"]
COMMAND_LINE = (
    *("run", "check", "list", "why", "site", "cli", "add", "refresh", "screen", "template", "store", "sources", "lab"),
    *("cluster", "places", "diff", "watch"),
)


WORD = re.compile(r"(?<![\w.'-])[a-z]{3,}(?![\w-]*[._]\w)")  # no part of a name, of a code or of an address
JOINS = re.compile(r"\b(?:of|the|each|where|which|less|and|over|per|an?)\b")  # words that make a sentence of a formula


@cache
def own(language: str) -> dict[str, str]:
    """What a language itself says, without what English lends."""
    files = (Path(words.__file__).parent / language).rglob("*.toml")
    return {key: text for file in files for key, text in flat(tomllib.loads(file.read_text("utf-8")))}


def flat(table: dict, prefix: str = ""):
    for key, value in table.items():
        yield from flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_lacks_its_pair(language):
    shown = {key for key in words.catalogue("en") if key.split(".")[0] not in COMMAND_LINE}
    shown |= {f"register.{name}" for name in facts.registers.names()}  # English makes the id of some readable
    assert sorted(shown - set(own(language))) == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_names_nothing_that_the_english_one_is_not_given(language):
    english = words.catalogue("en")
    found = {key: places(text) - places(english[key]) for key, text in own(language).items() if key in english}
    assert {key: names for key, names in found.items() if names} == {}


def prose() -> set[str]:
    """What stands in notebooks and their runs: lines of text, what parameters are for, titles, sections."""
    runs = tomllib.loads((ROOT / "notebooks/runs.toml").read_text("utf-8")).values()
    texts = {run[field] for run in runs for field in ("title", "section")}
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                texts |= {line[2].strip() for line in LINE.finditer(source)}
            elif "parameters" in cell["metadata"].get("tags", []):
                texts |= set(re.findall(r"  # (.+)", source))
    return texts


def meanings() -> set[str]:
    """What the glossary says of each metric, model and figure, and what groups of companies are called."""
    functions = [*metrics.ALL.values(), *analyses.models().values()]
    about = {each.__doc__.splitlines()[0] for each in functions} | set(facts.dictionary()["definition"])
    return about | set(facts.companies()["group"])


@pytest.mark.parametrize("language", OTHERS)
def test_no_meaning_in_the_glossary_lacks_its_pair(language):
    assert sorted(meanings() - set(own(language))) == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_line_of_a_notebook_lacks_its_pair(language):
    assert sorted(text for text in prose() if text not in own(language)) == []


CELLS = {"episodes": ("episode", "year", "numerator", "assets", "note"), "multiples_history": ("group",),
         "analogues": ("episode", "funding", "failures", "note"), "ai_revenue": ("scope", "note"),
         "debt": ("instrument", "type", "collateral"), "contracts": ("tenant_name",), "assumptions": ("reason",),
         "estimates": ("note",), "operating": ("measure", "definition", "note"), "customers": ("customer_name", "note"),
         "holdings": ("note",), "rounds": ("lead", "note"), "one_offs": ("item",), "capacity": ("site", "note"),
         "calls": ("said",), "monetisation": ("scope", "way"), "segments": ("part", "note"), "commitments": ("note",),
         "offerings": ("note",), "breaks": ("reason",), "useful_lives": ("asset",)}  # fmt: skip
OTHER_CELLS = {"rejected": ("reason",), "register_gaps": ("missing", "reason"), "gaps": ("reason",),
               "examples": ("about",), "registers": ("meaning",), "claims": ("paraphrase", "entity", "speaker"),
               "checks": ("likely", "note"), "check_sources": ("about",),
               "speakers": ("kind",), "check_steps": ("printed",)}  # fmt: skip


NAMES = {"Microsoft", "Alphabet", "Alibaba", "Baidu", "Meta", "Tesla", "Amazon", "Apple", "Core42 (G42)", "Fluidstack",
         "Amazon Web Services", "OpenAI", "Amazon Data Services", "Anthropic"}  # fmt: skip


def cells() -> set[str]:
    """What registers say to a reader in words; a name alone, such as a company's, is the same in all languages."""
    tables = [(facts.registers.read(name), columns) for name, columns in CELLS.items()]
    tables += [(read(name), columns) for name, columns in OTHER_CELLS.items()]
    texts = {cell for table, columns in tables for column in columns for cell in table[column]}
    return {each.strip() for each in texts if WORD.search(each)} - set(facts.companies()["name"]) - NAMES


@cache
def read(name: str) -> pd.DataFrame:
    return pd.read_csv(paths.DATA / f"{name}.csv", dtype=str, keep_default_na=False)


def computed() -> set[str]:
    """What code says in English that is no sentence of the catalogue: formulas, what example figures are called, the
    columns of the codebook, and who published a document.
    """
    models = [*metrics.ALL.values(), *analyses.models().values()]
    formulas = {" ".join(parts.NEXT.sub("; ", found[1]).split()) for each in models
                if (found := parts.FORMULA.search(each.__doc__))}  # fmt: skip
    meanings = {text for name in tables.CHAPTERS for about, columns in tables.chapter(name).values()
                for text in (about, *columns.values())}  # fmt: skip
    return formulas | labels() | meanings | set(read("sources")["publisher"])


def labels() -> set[str]:
    """The figures of worked examples that have no name of their own, as their ids read."""
    rows = read("examples")
    names = {name for cell in [*rows["inputs"], *rows["outputs"]] for name in json.loads(cell or "{}")}
    names |= {found[1] for cell in rows["steps"] for part in cell.split(";") if (found := worked.STEP.fullmatch(part))}
    return {words.label(f"name.{name}") for name in names if f"name.{name}" not in words.catalogue("en")}


@pytest.mark.parametrize("language", OTHERS)
def test_no_words_of_a_register_lack_their_pair(language):
    assert sorted(cells() - set(own(language))) == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_formula_label_or_column_lacks_its_pair(language):
    """A formula is read as it stands where it has names and signs alone; who published is a name, but for a filing."""
    said = {each for each in computed() if WORD.search(re.sub(r"`[^`]*`|\w*_\w+", "", each))}
    formal = {each for each in said if re.search(" [=/*+-] |, else ", each) and not JOINS.search(each)}
    named = {each for each in read("sources")["publisher"] if "filed with" not in each}
    assert sorted(said - formal - named - set(own(language))) == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_pair_is_of_a_sentence_or_line_that_is_gone(language):
    held = {cell for name in facts.registers.names() for cell in read(name).to_numpy().ravel()}
    held |= {cell for columns in OTHER_CELLS for cell in read(columns).to_numpy().ravel()} | computed() | noted()
    assert sorted(set(own(language)) - set(words.catalogue("en")) - prose() - meanings() - held) == []


def noted() -> set[str]:
    """The notes on figures in the facts."""
    files = sorted((paths.DATA / "facts").glob("*.csv"))
    return {note for file in files for note in pd.read_csv(file, dtype=str, keep_default_na=False)["note"]}


# ---- numbers and dates of another language, by hand

SAID = """
from datetime import date
from capcycle import words
for number, unit in [(13.873e9, "USD"), (-1.5e12, "CNY"), (9_999, "USD"), (12_345, "USD"), (2.95, "USD/share"),
                     (1.73e6, "USD/MW/year"), (0.3675, "fraction"), (3.856, "multiple"), (7.469e9, "shares"),
                     (8.517, "years"), (999_950_000_000, "HKD"), (12e9, "SEK")]:
    print(words.value(number, unit))
print(words.day(date(2024, 6, 30)), words.listing(["甲", "乙", "丙"]), words.paragraph("甲。", "乙"))
print(words.period("TTM 2024Q2"))
"""


@cache
def spoken(language: str, code: str) -> list[str]:
    told = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"CAPCYCLE_LANGUAGE": language}, capture_output=True, check=True
    )
    return told.stdout.decode().split("\n")


def test_chinese_numbers_count_by_ten_thousands_and_dates_begin_with_the_year():
    assert spoken("zh", SAID)[:-1] == [
        "139亿美元", "−1.5万亿元", "9,999美元", "1.2万美元", "2.95美元", "173万美元/兆瓦/年", "36.8%", "3.9倍",
        "74.7亿", "8.5年", "1.0万亿港元", "120亿 SEK",
        "2024年6月30日 甲、乙和丙 甲。乙。", "截至2024Q2的十二个月",
    ]  # fmt: skip


NAMED = """
from capcycle.exhibits import marks
print(marks.worded("hosting.backlog", title="A", currency="USD", weight="50%").subtitle)
print(marks.worded("required_revenue.hole", title="A", unit="CNY").subtitle)
"""


def test_a_currency_has_its_name_under_a_chinese_title():
    hosted, needed, _ = spoken("zh", NAMED)
    assert "美元" in hosted and "USD" not in hosted and "元" in needed and "CNY" not in needed


TYPED = """
from capcycle.quantity import Quantity
from capcycle.widgets import inputs
print(inputs.text(Quantity("it_capex", 5.8e9, "USD")), inputs.text(Quantity("it_capex", 1.2e12, "USD")))
for typed in ("58亿", "3500万", "1.2万亿", "3.5bn"):
    print(inputs.value(Quantity("it_capex", float("nan"), "USD"), typed))
print(inputs.value(Quantity("capex", [1.0], "USD"), "2亿，3亿"))
"""


def test_what_a_chinese_reader_types_into_a_box_counts_by_ten_thousands_too():
    assert spoken("zh", TYPED)[:-1] == [
        "58亿 1.2万亿", "5800000000.0", "35000000.0", "1200000000000.0", "3500000000.0", "[200000000.0, 300000000.0]",
    ]  # fmt: skip


UNITS = """
from capcycle import words
from capcycle.claims import worked
from capcycle.exhibits import parts
print(parts.unit("USD"), parts.unit("CNY"), parts.unit("USD/MW/year"), parts.unit("years"), parts.unit("fraction"))
print(words.clauses(["没有股价", "没有债务"]), words.parted("没有股价；没有债务"), words.paragraph("按现价为3倍"))
print(worked.plain(128.1e12), worked.in_words(43e9, "currency"), worked.in_words(2.5, "multiple"))
"""


def test_units_stops_and_clauses_are_those_of_the_language():
    assert spoken("zh", UNITS)[:-1] == [
        "美元 人民币元 美元/兆瓦/年 年 %", "没有股价；没有债务 ['没有股价', '没有债务'] 按现价为3倍。",
        "128.1万亿 430亿美元 2.5倍",
    ]  # fmt: skip


def test_an_axis_counts_as_the_language_does():
    assert "万亿" in spoken("zh", "from capcycle import words; print(words.ticks())")[0]
    assert "万亿" not in words.ticks()


# ---- editions


def test_a_language_without_sentences_is_refused_with_those_that_have_them(monkeypatch):
    monkeypatch.setenv(editions.VARIABLE, "en,fr")
    with pytest.raises(RunError, match=r"unknown language fr.*en, zh"):
        editions.chosen()


def test_the_first_language_is_the_one_that_is_spoken(monkeypatch):
    monkeypatch.setenv(editions.VARIABLE, "en")
    with pytest.raises(RunError, match="this command speaks 'en'"):
        editions.choose("zh,en")


def test_addresses_lead_from_the_top_into_folders_and_back(monkeypatch):
    monkeypatch.setenv(editions.VARIABLE, "en,zh")
    assert editions.addresses() == {"zh": "zh/"}
    monkeypatch.setattr(editions, "LANGUAGE", "zh")
    assert editions.addresses() == {"en": "../"}


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> Path:
    """A site of one real page in two languages, built by the command in a home of its own."""
    home = tmp_path_factory.mktemp("home")
    for name in ("data", "notebooks", "requirements.lock"):
        (home / name).symlink_to(ROOT / name)
    given = os.environ | {"CAPCYCLE_HOME": str(home), "CAPCYCLE_STORE": str(home / "store")}
    command = [
        sys.executable,
        "-m",
        "capcycle.cli",
        "site",
        "warrants",
        "--languages",
        "en,zh",
        "--out",
        str(home / "site"),
    ]
    subprocess.run(command, env=given, check=True, capture_output=True)
    return home / "site"


def test_a_page_leads_to_itself_in_the_other_language_and_back(both):
    for name in ("index", "warrants"):
        english, chinese = (both / f"{name}.html").read_text(), (both / f"zh/{name}.html").read_text()
        assert f'hreflang="zh" lang="zh" href="zh/{name}.html">中文</a>' in english and '<html lang="en">' in english
        assert f'hreflang="en" lang="en" href="../{name}.html">English</a>' in chinese and '<html lang="zh">' in chinese


def test_what_a_page_says_itself_is_in_its_language(both):
    """Titles, headings and subtitles: five words of English in a row would be a sentence that was left behind."""
    page = re.sub(
        r"<(script|style|pre|code|details)\b.*?</\1>", "", (both / "zh/warrants.html").read_text(), flags=re.S
    )
    said = re.findall(r"<(?:h1|h2|h3|figcaption|summary|th)\b[^>]*>(.*?)</", page, flags=re.S)
    plain = [re.sub(r"<[^>]+>", " ", text) for text in said]
    assert len(plain) > 20 and [text for text in plain if re.search(r"([A-Za-z]{2,} ){4}[A-Za-z]", text)] == []


def test_no_mark_of_english_stands_between_chinese_words(both):
    """What follows a Chinese letter is a Chinese comma, semicolon, colon or stop."""
    page = re.sub(r"<(script|style|pre|code)\b.*?</\1>", "", (both / "zh/warrants.html").read_text(), flags=re.S)
    said = re.sub(r"<[^>]+>", "", page)
    assert re.findall(r".{0,20}[\u4e00-\u9fff][,;:.](?:\s|[\u4e00-\u9fff]).{0,20}", said) == []


def test_a_site_in_one_language_replaces_one_in_two(both):
    home = both.parent
    given = os.environ | {"CAPCYCLE_HOME": str(home), "CAPCYCLE_STORE": str(home / "store")}
    built = [sys.executable, "-m", "capcycle.cli", "site", "warrants", "--out", str(both)]
    subprocess.run(built, env=given, check=True, capture_output=True)
    assert not (both / "zh").exists() and "hreflang" not in (both / "warrants.html").read_text()
