"""What the charts share: the axes of a unit and of time, what a mark says of itself, the look of each company."""

import re
from collections.abc import Iterable, Mapping, Sequence

import altair as alt
import pandas as pd

from capcycle import facts, theme, words
from capcycle.facts import layers

DIGITS = ("MW", "GPUs")  # with all of them on an axis, as in the numbers beside the marks
FORMATS = {"fraction": theme.PERCENT, "rate": theme.PERCENT, "multiple": theme.AMOUNT}
EFFICIENCIES = ("kW/GPU", "kW/H100e", "GFLOPS/USD", "GFLOPS/W")
SMALL = (
    "number",
    "correlation",
    "years",
    "times",
    "share",
    "GPU-hour",
    "H100e-hour",
    "PFLOPS-hour",
    *EFFICIENCIES,
)  # need no scale
BOUNDARY = "utcmonth(datum.value) == 0 && utcdate(datum.value) == 1"  # where a year begins
PERIOD = re.compile(r"(\d+)(?:Q([1-4])|-(0[1-9]|1[0-2]))?")
LETTER, BESIDE = 6.6, 14  # pixels of a letter, and between a mark and the number beside it
COMPANY_TOOLTIP = ["name", "period", "shown", "kind", "source"]


def axis(unit: str, title: str | None = None) -> alt.Axis:
    """The axis of a unit: percent, times, plain numbers, or amounts of a currency in the scales of the language.

    >>> axis("fraction", "Share").format, axis("USD/share").format, axis("multiple").labelExpr
    (',~%', '$,.4~g', "datum.label + '×'")
    >>> axis("years", "Life of servers").title, axis("points", "Spread").title, axis("MW", "MW of critical IT").title
    ('Life of servers, years', 'Spread, points', 'MW of critical IT')
    """
    before, title = words.symbol(unit), _with_unit(title, unit)
    if unit == "points":
        return alt.Axis(labelExpr="format(datum.value * 100, ',~r')", title=title)
    if unit in DIGITS:
        return alt.Axis(format=",.4~r", title=title)
    if unit not in FORMATS and unit not in SMALL and unit.partition("/")[2] not in SMALL:
        return alt.Axis(labelExpr=words.ticks(before), title=title)
    times = {"labelExpr": "datum.label + '×'"} if unit == "multiple" else {}
    return alt.Axis(format="$" * (before == "$") + FORMATS.get(unit, theme.AMOUNT), title=title, **times)


def _with_unit(title: str | None, unit: str) -> str | None:
    """The title of an axis with its unit, where neither its ticks nor the title itself say it."""
    after = "" if unit in FORMATS or not title else re.sub(r"^[\d.,]+", "", words.value(2, unit)).strip()
    plain = after and after.isalpha() and after.lower() not in title.lower()
    return words.say("axis.title", title=title, unit=after) if plain else title


def day_of(ordinal: float, steps: int) -> pd.Timestamp:
    """The first day of a period that is counted from year zero in `steps` a year, or a day within it.

    >>> f"{day_of(2024 * 4 + 3, 4):%d %b %Y}", f"{day_of(2024.5, 1):%d %b %Y}"
    ('01 Oct 2024', '02 Jul 2024')
    """
    months = int(ordinal) * 12 // steps
    first = [pd.Timestamp(month // 12, month % 12 + 1, 1) for month in (months, months + 12 // steps)]
    return (first[0] + ordinal % 1 * (first[1] - first[0])).normalize()


def time_axis(ordinals: Sequence[int], steps: int) -> dict[str, alt.Scale | alt.Axis | None]:
    """A time axis that has room for every period from the first to the last, each year's number in the middle of it.

    ordinals  periods counted from year zero; `steps` of them are a year

    >>> time_axis([2024 * 4 + 3, 2025 * 4], 4)["scale"].domain
    ['2024-10-01', '2025-04-01']
    """
    ends = min(ordinals), max(ordinals) + 1
    years = [(max(ends[0], year * steps), min(ends[1], (year + 1) * steps))
             for year in range(ends[0] // steps, (ends[1] - 1) // steps + 1)]  # fmt: skip
    wide = [year for year in years if year[1] - year[0] > 1] or years  # no room for the number of a lone quarter
    named = wide if steps > 1 else years
    days = [*((first + last) / 2 for first, last in named), *(first for first, _ in years[1:])]
    axis = alt.Axis(
        values=[f"{day_of(each, steps):%F}" for each in days],
        labelExpr=f"{BOUNDARY} ? '' : utcFormat(datum.value, '%Y')",
        labelOverlap="greedy",
        tickWidth={"condition": {"test": BOUNDARY, "value": 1}, "value": 0},
    )
    scale = alt.Scale(type="utc", domain=[f"{day_of(each, steps):%F}" for each in ends], nice=False)
    return {"title": None, "scale": scale, "axis": axis}


def every(values: Iterable[int | str]) -> list[int | str]:
    """The places of an axis of years, quarters, months or names: every period from the first to the last, then names.

    >>> every([2024, 2027, 2026]), every(["2024", "2026", "unknown date"])
    ([2024, 2025, 2026, 2027], ['2024', '2025', '2026', 'unknown date'])
    >>> every(["2023Q3", "2024Q1"]), every(["2024-12", "2025-02"])
    (['2023Q3', '2023Q4', '2024Q1'], ['2024-12', '2025-01', '2025-02'])
    """
    values = list(dict.fromkeys(values))
    counted = {each: place for each in values if (place := _counted(each))}
    if len({steps for steps, _ in counted.values()}) != 1:
        return values
    steps, first = min(counted.values())
    between = range(first, max(counted.values())[1] + 1)
    number = isinstance(next(iter(counted)), int)
    return [
        *(each if number else _called(each, steps) for each in between),
        *(each for each in values if each not in counted),
    ]


def _counted(place: int | str) -> tuple[int, int] | None:
    """How many of a period make a year, and its number among them; none for what is no period."""
    found = PERIOD.fullmatch(str(place))
    if not found:
        return None
    year, quarter, month = (int(part or 0) for part in found.groups())
    return (4, year * 4 + quarter - 1) if quarter else (12, year * 12 + month - 1) if month else (1, year)


def _called(number: int, steps: int) -> str:
    year, part = divmod(number, steps)
    return {1: f"{year}", 4: f"{year}Q{part + 1}", 12: f"{year}-{part + 1:02}"}[steps]


def tooltip(fields: Iterable[str] | Mapping[str, str]) -> list[alt.Tooltip]:
    """What a mark says of itself.

    fields  by whose names their headings go, or with the key of each heading
    Errors: CapcycleError for a field that has no words.

    >>> [each.to_dict()["title"] for each in tooltip(["name", "kind"])]
    ['Company', 'Evidence']
    """
    keys = fields if isinstance(fields, Mapping) else {field: f"tooltip.{field}" for field in fields}
    return [alt.Tooltip(f"{field}:N", title=words.say(key)) for field, key in keys.items()]


def beside_end(base: alt.Chart, gap: int = 5, text: str = "shown") -> alt.Chart:
    """The number of each bar beside its end: to the right of it, and to the left of a bar below zero.

    >>> beside_end(alt.Chart(pd.DataFrame({"value": [-1.0]}))).to_dict()["mark"]["align"]
    {'expr': "datum.value < 0 ? 'right' : 'left'"}
    """
    left = "datum.value < 0"
    ended = base.transform_calculate(end="isValid(datum.value) ? datum.value : 0")  # what is missing has a dash
    look = {"align": alt.expr(f"{left} ? 'right' : 'left'"), "dx": alt.expr(f"{left} ? -{gap} : {gap}")}
    return ended.mark_text(**look).encode(text=alt.Text(f"{text}:N"))


def company_look(companies: pd.Series, legend: alt.Legend | None = None,
                 focus: str | None = None, soft: float = 0) -> dict[str, alt.Stroke | dict]:  # fmt: skip
    """Stroke, fill, opacity and shape of each company, the same on every page; what is somebody's judgement is hollow.

    focus  the company that a page is about: its peers are grey
    soft   how full a mark of somebody's judgement is, where it is not hollow

    >>> company_look(pd.Series(["ORCL", "META"]))["fill"]["scale"].domain  # in the order of the data
    ['Meta', 'Oracle']
    """
    named, colours, shapes = layers.ask(_signs, sorted(set(companies)), focus)
    colour, shape = alt.Scale(domain=named, range=colours), alt.Scale(domain=named, range=shapes)
    return {
        "stroke": alt.Stroke("name:N", scale=colour, legend=legend),
        "fill": alt.Fill("name:N", scale=colour, legend=legend),
        "fillOpacity": theme.evidence_opacity(soft=soft),
        "shape": alt.Shape("name:N", scale=shape, legend=legend),
    }


def _signs(companies: list[str], focus: str | None) -> tuple[list[str], list[str], list[str]]:
    """Names, colours and shapes of some companies, which hang on their places among all."""
    names = facts.companies()["name"]
    order = list(names.index)
    shown = [company for company in order if company in companies]
    colours, shapes = (theme.signs(each, shown, order) for each in (theme.SERIES, theme.SHAPES))
    if focus:
        colours = [
            colour if company == focus else theme.LIGHT["axis"] for company, colour in zip(shown, colours, strict=True)
        ]
    return list(names[shown]), colours, shapes


def group_scale(groups: Sequence[str], signs: Sequence) -> alt.Scale:
    """Colours, shapes or dashes of the groups of a chart in their order; those of companies are their own.

    >>> group_scale(["Amazon", "Microsoft"], theme.SERIES).range, group_scale(["Own", "Let"], theme.SERIES).range[:2]
    (['#ad5622', '#224bb2'], ['#224bb2', '#ad5622'])
    """
    return alt.Scale(domain=list(groups), range=layers.ask(_group_signs, list(groups), list(signs)))


def _group_signs(groups: list[str], signs: list) -> list:
    """Those of companies are their own, and of what stands beside them the first that none of them has."""
    names = list(facts.companies()["name"])
    own = {group: theme.signs(signs, [group], names)[0] for group in groups if group in names}
    if not own:
        return signs
    free = [sign for sign in signs if sign not in own.values()] or signs
    others = [group for group in groups if group not in own]
    return [own[group] if group in own else free[others.index(group) % len(free)] for group in groups]
