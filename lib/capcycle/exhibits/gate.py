"""The editor's gate: what no exhibit may be when it is published."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from inspect import signature
from typing import Any

import pandas as pd

from capcycle import facts, theme, words
from capcycle.exhibits import parts
from capcycle.exhibits.channels import every
from capcycle.exhibits.exhibit import DAYS, undated
from capcycle.metrics import ALL as METRICS
from capcycle.metrics.registry import ANY_VALUE, without_lag
from capcycle.quantity import APART
from capcycle.words import NUMBERS, TITLE, listing, say

FEWEST = 3  # marks of a chart: two figures are a sentence
OLD = pd.Timedelta(days=366 + 31)  # four quarters; those under one label end at most a month apart
MEASURED = ("metric", "company", "period_end", "value")  # columns of the figures of a measure
NAMED = 3  # periods that a fault names
YEAR = re.compile(r"(?:19|20)\d\d")
COLOURS = ("color", "fill", "stroke")
CUT = 40  # letters of a name that a key shows whole
LETTERS = re.compile(r"\w+")
UNCOUNTED = {"rule", "text"}  # marks that say something of others
WIDE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")  # letters that leave no space between them and a number
NUMBER = re.compile(r"(?<![\w.,])[−+$€¥]*\d[\d,]*(?:\.\d+)?(?=[×%a-z]*(?:\W|$))")
ALONE = re.compile(r"\b1 of 1\b")
COMPARES = re.compile(r"\b(?:ranks?|leads?|(?:high|low|larg|small|fast|slow|few)est|most|least|(?:run|ran)s? from)\b")
BEST = re.compile(r"\b(?:dear|cheap|high|low|larg|small|great|bigg|long|short)est\b")
NEAR, SCALES = 0.006, (1.0, 0.01, 1e3, 1e6, 1e9, 1e12)  # by which and in which a figure that is shown is rounded
PROFIT, GAINS = "net_income", "gain"  # what may have gains on investments in it, and the word that says so
NO = re.compile(r"\bno ([a-z][\w& ,-]*)")
PUBLIC = re.compile(r"\bno (?:figure|value|amount|price|number)\b[^.;:]* (?:is|are) public\b")
WORDED = {
    "dash": r"(?<!\S)\(?–(?!\S*\w)",
    "one_end": r"(?<!\S)(\S*\d\S*(?: \w+)?) (?:to|and) \1(?![\w.,])",
    "rank": r"\b(?:1 of 1|(?:highest|lowest|number [12]) of 2)\b|\b[Oo]f 1 compared\b",
    "points": r"(?:[Ss]pread|less (?:the |its )?cost)\b[^;]*\d%",
    "code": r"\b[a-z]+_[a-z]",
}


def faults(title: str, subtitle: str = "") -> list[str]:
    """Why an exhibit of these words is not fit to be published, each reason in words.

    >>> faults("Capex ran from 5% to 5%")
    ['both ends of a range are one number']
    """
    long = words.letters(title)
    found = [say("gate.long", letters=long, most=TITLE)] if long > TITLE else []
    if (count := numbers(title)) > NUMBERS:
        found.append(say("gate.numbers", count=count, most=NUMBERS))
    texts = {"rank": f"{title}; {subtitle}"}
    return found + [
        say(f"gate.{fault}") for fault, pattern in WORDED.items() if re.search(pattern, texts.get(fault, title))
    ]


def of_question(title: str, question: str) -> Iterator[str]:
    """A question under the title of a page says more than the title: it neither begins with it nor lies in it.

    >>> list(of_question("What if the largest customer leaves", "What if the largest customer leaves?"))
    ['the question under its title says again what the title says']
    >>> list(of_question("AMD's warrant for OpenAI", "What is a customer's warrant worth, and who pays for it?"))
    []
    """
    own, asked = (LETTERS.findall(text.lower()) for text in (title, question))
    if asked and (asked[: len(own)] == own or set(asked) <= set(own)):
        yield say("gate.question")


def numbers(title: str, names: Iterable[str] | None = None) -> int:
    """How many numbers a title has; days, quarters, years and those in a company's name are none of them.

    names  of companies; by default of all that the data has

    >>> numbers("Meta spent $14bn, 32% of revenue, in 2026Q2, on 1 GW of NVIDIA GB300")
    3
    """
    for name in parts.company_names().values() if names is None else names:
        title = title.replace(name, "")
    return len(NUMBER.findall(WIDE.sub(" ", DAYS.sub("", title.replace("\\$", "$")))))


def about(title: str, own: Iterable[str]) -> list[str]:
    """Why a title does not fit a page about some companies: it names others and none of them.

    Who has its part in what the companies do, such as MW that are let to Microsoft, is not whom the title is about.

    own  tickers; none for a page that is about no company

    >>> about("IREN ranks highest on 2 of 3 measures", ["APLD"])
    ['the title is about IREN, which is not what the page is about']
    """
    names = parts.company_names()
    named = {ticker: name for ticker, name in names.items() if _names(title, name)}
    if not (own := set(own)) or not named or own & set(named):
        return []
    return [say("gate.stranger", names=listing(list(named.values())))]


def of_figures(title: str, figures: pd.DataFrame, newest: pd.Timestamp) -> list[str]:
    """Why a title does not fit the figures of measures under it: some are old, and it has no date.

    A comparison is as old as its oldest figure, a series as its newest.

    figures  as an exhibit gives them to download; of others than measures nothing is said
    newest   the end of the newest period on the page

    >>> old = {"metric": "capex", "company": ["META", "MSFT"], "period_end": ["2024-06-30", "2026-06-30"], "value": 1.0}
    >>> of_figures("Meta ranks highest", pd.DataFrame(old), pd.Timestamp("2026-06-30"))
    ['a figure of 30 Jun 2024 stands beside others of 30 Jun 2026, and the title has no date']
    """
    ends = ends_of(figures)
    if ends.empty or DAYS.search(title):
        return []
    day = ends.groupby(level=[0, 1]).max().min() if ends.index.is_unique else ends.max()
    return [say("gate.old", old=words.day(day), newest=words.day(newest))] if newest - day > OLD else []


def of_dated(title: str, subtitle: str, figures: pd.DataFrame) -> list[str]:
    """Why a title with a value does not do: neither it nor what stands under it nor each mark says of when it is.

    >>> of_dated("Amazon adds 4.8%", "% of revenue", pd.DataFrame({"day": ["2026-06-30"]}))
    ['its title has a value, and nothing says of when it is']
    >>> line = {"figure": ["Do leases pay?"], "value": ["0.147"], "day": [""], "page": ["hosting"]}
    >>> of_dated("Of 23 models, 4 say something", "", pd.DataFrame(line))
    ["'Do leases pay?' does not say of when it is"]
    """
    found = [say("gate.undated")] * undated(title, subtitle, figures)
    if {"figure", "day", "page"} <= set(figures):  # what is counted over the table itself has the page of what is known
        value, day = (figures[name].fillna("") for name in ("value", "day"))
        dayless = value.ne("") & day.eq("") & figures["page"].ne("coverage")
        found += [say("gate.undated_line", name=name) for name in figures.loc[dayless, "figure"].unique()]
    return found


def of_rank(cells: Iterable[str]) -> list[str]:
    """Where a table gives a place among one company.

    >>> of_rank(["Oracle (1 of 1)"])
    ['a cell has a rank among one company alone: Oracle (1 of 1)']
    """
    return [say("gate.rank_cell", cell=cell) for cell in cells if ALONE.search(cell)]


def of_comparison(title: str, figures: pd.DataFrame) -> list[str]:
    """Why a title that compares companies does not fit the figures under it: they are of unlike days, and it has none.

    figures  as an exhibit gives them to download

    >>> of_comparison("Meta ranks highest", pd.DataFrame({"label": list("ab"), "day": ["2025-12-31", "2026-06-30"]}))
    ['it compares figures of 31 Dec 2025 with those of 30 Jun 2026, and has no date']
    """
    if (ends := ends_of(figures)).empty:
        return []
    newest = ends.groupby(level=[0, 1]).max()
    for _, ends in newest.groupby(level=0):
        if COMPARES.search(title) and not DAYS.search(title) and ends.max() - ends.min() > APART:
            return [say("gate.unlike", old=words.day(ends.min()), newest=words.day(ends.max()))]
    return []


def of_one(title: str, figures: pd.DataFrame) -> list[str]:
    """Why a superlative of a title says nothing: it is of the only figure of its kind.

    >>> of_one("Leases earn 16% to 18%; the dearest note pays 7.75%",
    ...        pd.DataFrame({"value": [0.16, 0.18, 0.0775], "unit": ["fraction", "fraction", "rate"]}))
    ['a superlative is of the only figure of its kind']
    """
    if not BEST.search(title) or not {"value", "unit"} <= set(figures):
        return []
    known = figures.assign(value=pd.to_numeric(figures["value"], errors="coerce")).dropna(subset=["value"])
    alone = known.loc[known.groupby("unit")["value"].transform("size") == 1, "value"]
    told = [abs(float(number.lstrip("−+$€¥").replace(",", ""))) for clause in re.split("[;:]", title)
            if BEST.search(clause) for number in NUMBER.findall(clause)]  # fmt: skip
    shown = any(abs(abs(value) / (number * scale) - 1) < NEAR for value in alone for number in told if number
                for scale in SCALES)  # fmt: skip
    return [say("gate.one")] if shown else []


def of_profit(said: str, figures: pd.DataFrame) -> list[str]:
    """Why the words of an exhibit of net income do not do: they do not say whether gains on investments are in it.

    said  title, subtitle and notes

    >>> of_profit("Alphabet's net margin was 54.8%", pd.DataFrame({"metric": ["net_margin"]}))
    ['its net income is with gains on investments or without them, and nothing says which']
    """
    if "paraphrase" in figures:  # what others claim stands in their words
        return []
    measured = {str(metric).partition(".")[0] for metric in figures.get("metric", ())}
    return [say("gate.profit")] if GAINS not in said and any(map(_of_profit, measured)) else []


def of_absence(texts: Iterable[str]) -> list[str]:
    """Where texts say that there is none, or none published, of what the data only has no figure for.

    >>> of_absence(["Amazon, TTM 2026Q1: no depreciation", "the data has no figure for capex"])
    ["'no depreciation' says that there is none, not that none is held"]
    >>> of_absence(["no figure for the highest target is public"])
    ["'no figure for the highest target is public' says more than that the data has none"]
    """
    texts = list(texts)
    public = [
        say("gate.public", text=hit) for hit in dict.fromkeys(hit for text in texts for hit in PUBLIC.findall(text))
    ]
    found = dict.fromkeys(hit for text in texts for hit in NO.findall(text))
    named = (next((name for name in _measures() if hit == name or hit.startswith((f"{name} ", f"{name},"))), "")
             for hit in found)  # fmt: skip
    return [*(say("gate.absent", name=name) for name in dict.fromkeys(named) if name), *public]


def of_titles(titles: Iterable[str]) -> list[str]:
    """Which title stands above more than one exhibit of a page, so that a reader cannot tell them apart.

    >>> of_titles(["Oracle leads", "Meta leads", "Oracle leads"])
    ['the title stands above more than one exhibit']
    """
    return [say("gate.twice") for count in Counter(titles).values() if count > 1]


def of_looks(charts: Iterable[Mapping[str, Any]]) -> list[str]:
    """Why the charts of a page mislead together: two names of a chart that look alike, or one name that looks unlike.

    charts  in Vega-Lite, as the page draws them

    >>> def of(*colours): return {"fill": {"scale": {"domain": ["Grid", "Own"], "range": list(colours)}}}
    >>> of_looks([of("red", "red")]), of_looks([of("red", "blue"), of("blue", "red")])[0]
    (['Grid and Own look alike in one chart'], 'Grid has more than one look on the page')
    >>> names = [f"Return on the lessor's own money in the base case, {end}" for end in ("with tokens", "without")]
    >>> of_looks([{"fill": {"scale": {"domain": names, "range": ["red", "blue"]}}}])
    ["two names of a key are cut to 'Return on the lessor's own money in the '"]
    """
    looks: dict[str, set[tuple]] = {}
    found = []
    for chart in charts:
        own: dict[str, dict[str, str]] = {}
        for channel, scale in _signs(chart):
            for name, sign in zip(scale["domain"], scale["range"], strict=False):
                own.setdefault(str(name), {})[channel] = str(sign)
        lone = {name: each for name, each in own.items() if theme.LIGHT["axis"] not in each.values()}  # not the context
        signs = {name: tuple(sorted(each.items())) for name, each in lone.items()}
        alike = [[name for name, other in signs.items() if other == each] for each in dict.fromkeys(signs.values())]
        found += [say("gate.alike", names=listing(names)) for names in alike if len(names) > 1]
        heads = [name[:CUT] for name in own if len(name) > CUT]
        found += [say("gate.cut", head=head) for head in dict.fromkeys(heads) if heads.count(head) > 1]
        for name, each in own.items():
            looks.setdefault(name, set()).update({("colour", each[one]) for one in COLOURS if one in each})
    return [*dict.fromkeys(found), *(say("gate.looks", name=name) for name, each in looks.items() if len(each) > 1)]


def ends_of(figures: pd.DataFrame) -> pd.Series:
    """The ends of the periods of figures by metric and company, the days of others by unit and label; empty for others.

    >>> ends_of(pd.DataFrame({"label": ["Own"], "value": [1.0]})).empty
    True
    """
    if {"label", "day"} <= set(figures):
        dated = figures["label"].astype(str).str.contains(DAYS)  # whose own words say of when it is
        figures = figures[~dated & (figures["value"].notna() if "value" in figures else True)]
        days = pd.to_datetime(figures["day"], errors="coerce", format="%Y-%m-%d")
        units = figures["unit"] if "unit" in figures else [""] * len(figures)
        return days.set_axis(pd.MultiIndex.from_arrays([units, figures["label"]])).dropna()
    if not set(MEASURED) <= set(figures):
        return pd.Series(dtype="datetime64[ns]")
    known = figures[pd.to_numeric(figures["value"], errors="coerce").notna()]
    return pd.to_datetime(known.set_index(["metric", "company"])["period_end"])


def of_chart(spec: Mapping[str, Any], figures: pd.DataFrame) -> list[str]:
    """Why a chart in Vega-Lite is not fit to be published: what its axis of time leaves out, what it draws at a wrong
    place, and what it draws although no company's result lies there.

    figures  as an exhibit gives them to download

    >>> x = {"field": "x", "type": "ordinal"}
    >>> line = {"mark": "line", "encoding": {"x": x}, "data": {"values": [{"x": "2023Q3"}, {"x": "2024Q1"}]}}
    >>> of_chart(line, pd.DataFrame())
    ['its axis leaves out 2023Q4']
    """
    marks = [(encoding.get("x", {}), _values(data, spec.get("datasets", {})) or [])
             for _, encoding, data in _layers(spec, spec.get("data", {}))]  # fmt: skip
    found = [say("gate.axis", periods=listing(out[:NAMED])) for x, rows in marks if (out := _left_out(x, rows))]
    found += [say("gate.tick", period=row["period"], day=row[x["field"]]) for x, rows in marks for row in rows
              if x.get("type") == "temporal" and _elsewhere(row, row.get(x["field"], ""))]  # fmt: skip
    drawn = {
        (row.get("company"), row.get("period")) for _, rows in marks for row in rows if row.get("value") is not None
    }
    found += [say("gate.outlier", company=company, period=period) for company, period in _outside(figures)
              if (company, period) in drawn]  # fmt: skip
    ups = [encoding.get("y", {}) for _, encoding, _ in _layers(spec, {})] if _slides(spec) else []
    held = {each["field"] for each in ups if "field" in each and (each.get("scale") or {}).get("domain")}
    found += [say("gate.slides", axis=each["field"]) for each in ups if each.get("field", "") not in {"", *held}]
    return list(dict.fromkeys(found))


def _slides(spec: Mapping[str, Any]) -> bool:
    """Whether a reader moves sliders of a chart."""
    binds = [each.get("bind") for each in spec.get("params", [])]
    return any(isinstance(each, Mapping) and each.get("input") == "range" for each in binds)


@cache
def _of_profit(metric: str) -> bool:
    """Whether a measure is or takes net income with whatever gains are in it."""
    if metric == PROFIT:
        return True
    taken = (without_lag(name) for name in signature(METRICS[metric]).parameters) if metric in METRICS else ()
    return any(_of_profit(name) for name in taken)


@cache
def _measures() -> tuple[str, ...]:
    """What the data has figures of, as it reads inside a sentence, the longest first."""
    every = [*facts.dictionary().index, *METRICS]
    return tuple(sorted({words.lower(words.name(name)) for name in every}, key=len, reverse=True))


def _signs(node: Any, channel: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The scales of a chart that give a sign to each of some names, with their channel."""
    if isinstance(node, Mapping):
        if "scale" in node and isinstance(node["scale"], Mapping) and all(
            isinstance(node["scale"].get(end), list) for end in ("domain", "range")
        ):  # fmt: skip
            yield channel, node["scale"]
        for name, inner in node.items():
            yield from _signs(inner, name)
    elif isinstance(node, list):
        for inner in node:
            yield from _signs(inner, channel)


def _names(title: str, name: str) -> bool:
    """Whether a title is about a company; with another name behind it is a product, such as NVIDIA Blackwell."""
    return bool(re.search(rf"(?<!\w)(?<!\bto )(?<!\bfrom )(?<!\bby ){re.escape(name)}(?!\w)(?! [A-Z])", title))


def _left_out(x: Mapping[str, Any], rows: list[Mapping[str, Any]]) -> list[str]:
    """The periods between the first and the last of an axis of places that it has no place for."""
    if x.get("type") not in ("ordinal", "nominal"):
        return []
    places = (x.get("scale") or {}).get("domain") or list(dict.fromkeys(row.get(x["field"]) for row in rows))
    return [str(each) for each in every(places) if each not in places]


def _elsewhere(row: Mapping[str, Any], day: Any) -> bool:
    """Whether a period stands under another year than its own."""
    year = YEAR.search(str(row.get("period", "")))
    return bool(year) and year[0] != str(day)[:4]


def _outside(figures: pd.DataFrame) -> list[tuple[str, str]]:
    """Of which company and period a figure lies outside of the plausible range of its measure."""
    if not {*MEASURED, "period"} <= set(figures):
        return []
    ends = [getattr(METRICS.get(str(metric).partition(".")[0]), "plausible", ANY_VALUE) for metric in figures["metric"]]
    low, high = (pd.Series([end[place] for end in ends], figures.index) for place in (0, 1))
    values = pd.to_numeric(figures["value"], errors="coerce")
    return list(figures.loc[(values < low) | (values > high), ["company", "period"]].itertuples(index=False, name=None))


def worth_drawing(spec: Mapping[str, Any]) -> bool:
    """Whether a chart in Vega-Lite has so many marks that it shows more than a sentence would.

    >>> worth_drawing({"mark": "bar", "data": {"values": [{"value": 1}, {"value": 2}]}})
    False
    """
    named = spec.get("datasets", {})
    rows = [_rows(data, named) for mark, _, data in _layers(spec, spec.get("data", {})) if mark not in UNCOUNTED]
    return max(rows, default=FEWEST if spec else 0) >= FEWEST  # one without a mark is for the drawing to refuse


def _layers(
    view: Mapping[str, Any], data: Mapping[str, Any], encoding: Mapping[str, Any] | None = None
) -> Iterator[tuple]:
    """Each mark of a chart: what it is, its encoding and its data, with those of the views around it."""
    data, encoding = view.get("data") or data, {**(encoding or {}), **view.get("encoding", {})}
    inner = next((view[name] for name in ("layer", "hconcat", "vconcat", "concat") if name in view), None)
    for each in inner or ([view["spec"]] if "spec" in view else []):
        yield from _layers(each, data, encoding)
    if mark := view.get("mark"):
        yield mark if isinstance(mark, str) else mark.get("type"), encoding, data


def _values(data: Mapping[str, Any], named: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """The rows of a layer's data; none where they are generated in the page."""
    return data.get("values", named.get(data.get("name")))


def _rows(data: Mapping[str, Any], named: Mapping[str, Any]) -> int:
    """How many rows a layer draws; as many as there need be where they are generated in the page."""
    if (values := _values(data, named)) is None:
        return FEWEST
    return sum(not isinstance(row, Mapping) or row.get("value", 0) is not None for row in values)
