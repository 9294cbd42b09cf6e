"""Numbers as a reader meets them, and a catalogue without gaps, leftovers or sentences that stand twice."""

import ast
import json
import math
import re
import string
import tomllib
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import capcycle
from capcycle import analyses, facts, words
from capcycle.analyses import first_screen
from capcycle.errors import CapcycleError
from capcycle.metrics import ALL, FAMILIES
from capcycle.paths import ROOT
from capcycle.study.tell import FORMS
from capcycle.units import SCALES

LIB = Path(capcycle.__file__).parent
UNITS = ("USD", "CNY", "EUR", "SEK", "USD/share", "fraction", "multiple", "shares")
finite = st.floats(-1e300, 1e300)

# ---- numbers


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (13.873e9, "USD", "$13.9bn"),
        (-13.873e9, "USD", "−$13.9bn"),
        (136e9, "CNY", "CN¥136bn"),
        (999_499, "USD", "$999k"),
        (999_950, "USD", "$1.0m"),
        (960_000_000, "USD", "$960m"),
        (999_950_000, "USD", "$1.0bn"),
        (999_950_000_000, "USD", "$1.0tn"),
        (99_940_000_000, "USD", "$99.9bn"),
        (99_960_000_000, "USD", "$100bn"),
        (2.5e15, "USD", "$2,500tn"),
        (999.6, "USD", "$1.0k"),
        (0.4, "USD", "$0"),
        (-0.4, "USD", "$0"),
        (12e9, "SEK", "SEK 12.0bn"),
        (2.95, "USD/share", "$2.95"),
        (-0.07, "USD/share", "−$0.07"),
        (7_469_000_000, "shares", "7.5bn"),
        (0.3675, "fraction", "36.8%"),
        (-0.0004, "fraction", "0.0%"),
        (9.9996, "fraction", "1,000%"),
        (12.3456, "fraction", "1,235%"),
        (3.856, "multiple", "3.9×"),
        (0.274, "multiple", "0.27×"),
        (0.996, "multiple", "1.0×"),
        (float("nan"), "USD", "–"),
        (float("inf"), "multiple", "–"),
        (None, "fraction", "–"),
    ],
)
def test_a_value_reads(number, unit, text):
    assert words.value(number, unit) == text


@pytest.mark.parametrize(
    ("rate", "text"), [(0.55, "+55.0%"), (-0.017, "−1.7%"), (0.0, "0.0%"), (-0.0004, "0.0%"), (float("nan"), "–")]
)
def test_a_change_reads(rate, text):
    assert words.change(rate) == text


def test_points_carry_their_sign():
    assert [words.points(number) for number in (0.0312, -0.0211, 0.0001)] == [
        "+3.1 points",
        "−2.1 points",
        "0.0 points",
    ]


@given(finite, st.sampled_from(UNITS))
def test_any_number_has_digits_its_own_sign_and_no_exponent(number, unit):
    text = words.value(number, unit)
    assert re.fullmatch(r"−?(CN¥|SEK |[$€])?[\d,]+(\.\d+)?(k|m|bn|tn|%|×)?", text)
    assert text.startswith("−") == (number < 0 and re.search("[1-9]", text) is not None)


def read(text: str) -> tuple[float, float]:
    """The number that a text shows, and the size of its last digit."""
    digits, scale = re.fullmatch(r"−?\$([\d,.]+)(\w*)", text).groups()
    decimals = len(digits.partition(".")[2])
    return float(digits.replace(",", "")) * SCALES.get(scale, 1), SCALES.get(scale, 1) / 10**decimals


@given(st.floats(0, 1e18))
@example(999_950_000.0)
@example(999_499_999.0)
def test_an_amount_reads_back_to_within_half_of_its_last_digit(number):
    shown, digit = read(words.value(number, "USD"))
    assert math.isclose(shown, number, rel_tol=1e-9, abs_tol=digit * 0.5000001)


@given(st.floats(1e3, 1e14))
def test_an_amount_has_two_or_three_digits_before_its_scale(number):
    digits = re.sub(r"[^\d]", "", words.value(number, "USD").rstrip("tnbmk"))
    assert 2 <= len(digits) <= 3


@given(st.floats(0, 1e17), st.floats(0, 1e17))
def test_the_larger_amount_never_reads_smaller(one, other):
    small, large = sorted((one, other))
    assert read(words.value(small, "USD"))[0] <= read(words.value(large, "USD"))[0] * (1 + 1e-9)


def test_days_periods_and_listings_read():
    assert words.day(date(2024, 6, 3)) == "3 Jun 2024"
    assert words.period("TTM FY2024Q2") == "the year to FY2024Q2"
    assert words.listing(["Apple", "Meta"]) == "Apple and Meta"


# ---- the catalogue


@cache
def by_file() -> dict[str, dict[str, str]]:
    files = sorted([*(LIB / "words" / "en").glob("*.toml"), *(LIB / "analyses").rglob("*.en.toml")])
    return {str(file.relative_to(LIB)): dict(flat(tomllib.loads(file.read_text("utf-8")))) for file in files}


def flat(table: dict, prefix: str = ""):
    for key, value in table.items():
        yield from flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, value)]


SPEAKS = ("say", "said", "counted", "label", "tell", "verdict", "titled")
SHAPES = re.compile(r"(?:title|subtitle|note)(?:_\w+)?")  # what an exhibit says under its key


def spoken() -> set[str]:
    """Every key that the code names, as a pattern: what is computed can be any word."""
    found = set()
    for module in LIB.rglob("*.py"):
        calls = (node for node in ast.walk(ast.parse(module.read_text("utf-8"))) if isinstance(node, ast.Call))
        for call in calls:
            called = getattr(call.func, "attr", getattr(call.func, "id", ""))
            keys = call.args  # values that are texts do no harm: a page says a key only as such
            found |= {pattern for key in keys if called in SPEAKS for pattern in patterns(key) if "." in pattern}
    return found | templated()


def patterns(node: ast.AST):
    """`"a.b"`, f"a.{x}" and either side of a condition; a plain variable is followed no further."""
    if isinstance(node, ast.Constant):
        yield re.escape(node.value)
    elif isinstance(node, ast.JoinedStr):
        parts = (re.escape(part.value) if isinstance(part, ast.Constant) else r"[\w.]+" for part in node.values)
        yield "".join(parts)
    elif isinstance(node, ast.IfExp):
        yield from (*patterns(node.body), *patterns(node.orelse))


def templated() -> set[str]:
    calls = re.compile(r"""say\(\s*["']([\w.]+)["'](\s*~)?""")
    text = "".join(file.read_text("utf-8") for file in LIB.rglob("*.jinja"))
    return {re.escape(key) + (r"[\w.]+" if more else "") for key, more in calls.findall(text)}


@cache
def compiled(pattern: str) -> re.Pattern:
    return re.compile(f"{pattern}(_\\d+)?")


def matches(pattern: str, key: str) -> bool:
    return compiled(pattern).fullmatch(key) is not None  # `counted` looks for key_<number> first


def test_every_sentence_that_is_called_for_exists():
    lacking = [p for p in spoken() if not any(matches(p, key) for key in words.catalogue())]
    assert lacking == [], "\n".join(lacking)


OWN_WORDS = re.compile(r"finding\.(\w+)\.(many|one|one_only|level)")  # a metric's own, looked for before the general


@cache
def quoted() -> frozenset[str]:
    """Every text between double quotes in the code and the notebooks."""
    texts = [module.read_text("utf-8") for module in LIB.rglob("*.py")]
    texts += map(code, (ROOT / "notebooks").glob("*.ipynb"))
    return frozenset(found for text in texts for found in re.findall(r'"([^"\n]*)"', text))


def named_as_text(key: str) -> bool:
    """A key that stands in the code as a text by itself, to be said a line later."""
    return not quoted().isdisjoint({key, re.sub(r"_\d+$", "", key)})


@cache
def computed() -> frozenset[str]:
    """The patterns of texts with a gap that begin as a key does, wherever they stand in the code."""
    trees = (ast.parse(module.read_text("utf-8")) for module in LIB.rglob("*.py"))
    texts = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.JoinedStr))
    return frozenset(pattern for text in texts for pattern in patterns(text) if re.match(r"[a-z_]+\\\.", pattern))


def of_an_exhibit(key: str) -> bool:
    """A title, subtitle or note of an exhibit whose key stands in the code."""
    stem, _, part = key.rpartition(".")
    return bool(SHAPES.fullmatch(part)) and named_as_text(stem)


def put_together(key: str) -> bool:
    """A key whose two parts, at its last full stop or underscore, both stand in the code by themselves."""
    key = re.sub(r"_\d+$", "", key)
    return any(
        named_as_text(key[:at]) and named_as_text(key[at + 1 :]) for at in (key.rfind("."), key.rfind("_")) if at > 0
    )


def test_every_sentence_is_called_for():
    known = [pattern for pattern in spoken() | computed() if not pattern.startswith("[")]  # of all is a pattern of none
    unused = [key for key in words.catalogue() if not any(matches(pattern, key) for pattern in known)]
    unused = [key for key in unused if not (named_as_text(key) or of_an_exhibit(key) or put_together(key))]
    assert unused == [], "\n".join(unused)


def test_words_of_its_own_belong_to_a_metric_that_exists():
    found = {match[1] for key in words.catalogue() if (match := OWN_WORDS.fullmatch(key))}
    assert found - set(ALL) == set()


def published() -> set[str]:
    """What the notebooks and their runs name, and all that the models of their analyses take and give."""
    texts = [(ROOT / "notebooks" / "runs.toml").read_text("utf-8"), *map(code, (ROOT / "notebooks").glob("*.ipynb"))]
    named = {word for text in texts for word in re.findall(r"\w+", text)}
    models = [model for model in analyses.models().values() if model.__module__.split(".")[2] in named]
    definitions = [name for family in named & set(FAMILIES) for name in FAMILIES[family]]
    things = named.intersection([*facts.dictionary().index, *ALL]).union(definitions)
    return things.union(*((model.__name__, *model.parameters, *model.outputs) for model in models))


def code(notebook: Path) -> str:
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def test_what_a_page_shows_has_a_name_that_a_person_wrote():
    assert [thing for thing in sorted(published()) if f"name.{thing}" not in words.catalogue()] == []


def test_every_name_belongs_to_something():
    things = {*facts.dictionary().index, *ALL, "tax_rate", "years", *analyses.models()}
    things |= {thing for model in analyses.models().values() for thing in (*model.parameters, *model.outputs)}
    things |= set(facts.registers.read("assumptions")["name"])
    things |= {each.name for lines in first_screen.SHOWN.values() for each in lines}
    names = [key for key in words.catalogue() if key.startswith(("name.", "name_of."))]
    assert [key for key in names if key.partition(".")[2] not in things] == []


def test_every_kind_of_source_and_cause_and_mark_has_words():
    wanted = {f"tier.{tier}" for tier in facts.sources()["tier"]} | {"mark.estimated", "mark.assumed"}
    wanted |= {f"coverage.cause.{cause}" for cause in ("rounding", "split", "restatement")}
    assert wanted - set(words.catalogue()) == set()


def test_no_key_stands_in_two_files():
    keys = Counter(key for table in by_file().values() for key in table)
    assert [key for key, count in keys.items() if count > 1] == []


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def forms(text: str) -> set[str]:
    return {form for _, _, form, _ in string.Formatter().parse(text) if form and not form.startswith(".")}


def test_every_placeholder_is_named_and_filled():
    for key, text in words.catalogue().items():
        assert all(name.isidentifier() for name in fields(text)) and forms(text) <= set(FORMS), key
        filled = re.sub(r":[a-z]+}", "}", text).format(**dict.fromkeys(fields(text), 1.5))
        assert filled.strip() and "{" not in filled, key


# ---- plain English

UNSAID = ("nought", "of whom", "is told", "are told", "what is held", "that is held", "which the author", "none held",
          "tells of")  # fmt: skip


def unsaid(text: str) -> list[str]:
    """The phrases in a text that nobody would say aloud; words broken over two lines are still one phrase."""
    plain = " ".join(text.split()).lower()
    return [phrase for phrase in UNSAID if re.search(rf"\b{phrase}\b", plain)]


def prose() -> dict[str, str]:
    """What a reader reads: the sentences of the catalogue, the texts and parameters of the notebooks, the README."""
    texts = {**words.catalogue(), "README.md": (ROOT / "README.md").read_text("utf-8")}
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        for number, cell in enumerate(json.loads(notebook.read_text("utf-8"))["cells"], 1):
            if cell["cell_type"] == "markdown" or "parameters" in cell["metadata"].get("tags", ()):
                texts[f"{notebook.name}, cell {number}"] = "".join(cell["source"])
    return texts


def test_nothing_is_said_that_nobody_would_say_aloud():
    assert {place: found for place, text in prose().items() if (found := unsaid(text))} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The interval from -0.5 to 1 holds nought", ["nought"]),
        ("Three lenders, one of\nwhom is a bank", ["of whom"]),
        ("No price is told, as far as terms are told", ["is told", "are told"]),
        ("Everything that is held, and what is held here", ["what is held", "that is held"]),
        ("The margin which the author gives", ["which the author"]),
        ("None held tells of a life", ["none held", "tells of"]),
        ("Noughties: a share held to maturity tells little; a broker told clients, says the author", []),
    ],
)
def test_what_nobody_would_say_is_found_in_a_text(text, found):
    assert unsaid(text) == found


def test_all_that_a_reader_reads_is_looked_through():
    places = prose()
    assert {"README.md", "page.figures", "capex.ipynb, cell 1", "capex.ipynb, cell 2"} <= set(places)
    assert all(text.strip() for text in places.values())


PHRASE = 4  # shorter texts are labels, and two labels may well read alike
WANTED_TWICE = {"note.range": "coverage.range"}


def test_no_sentence_stands_twice():
    texts = {key: text for key, text in words.catalogue().items() if len(text.split()) >= PHRASE}
    by_text = {text: key for key, text in texts.items()}
    twice = {key: by_text[text] for key, text in texts.items() if by_text[text] != key}
    assert {pair for pair in twice.items() if pair not in WANTED_TWICE.items()} == set()


def test_a_sentence_that_does_not_exist_is_refused():
    with pytest.raises(CapcycleError, match=r"no sentence 'no\.such'"):
        words.say("no.such")


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        ("ppe_net", "PP&E, net"),
        ("growth_year_on_year.capex", "Year-on-year growth of capex"),
        ("backlog_cover", "Backlog cover"),
        ("growth_year_on_year.backlog_cover", "Year-on-year growth of backlog cover"),
        ("pace.net_income", "Pace of net income"),
        ("share.capex.total_assets", "Share of capex, total assets"),
    ],
)
def test_what_has_no_name_is_called_by_its_id(thing, text):
    assert words.name(thing) == text


def test_a_value_that_is_lacking_is_refused():
    with pytest.raises(CapcycleError, match=r"no value for 'first' of the sentence 'note\.range'"):
        words.say("note.range", last="2024Q2")


def test_a_sentence_is_prose_in_a_notebook_and_text_everywhere_else():
    said = words.paragraph("Oracle leads", "Amazon follows.")
    assert said._repr_markdown_() == json.loads(json.dumps(said)) == "Oracle leads. Amazon follows."
