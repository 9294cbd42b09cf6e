"""One measure by each of its definitions: the value, the rank, and which companies change places."""

import textwrap
from dataclasses import dataclass

import altair as alt
import numpy as np
import pandas as pd

from capcycle import words
from capcycle.errors import MetricError, unknown
from capcycle.exhibits import parts
from capcycle.exhibits.channels import COMPANY_TOOLTIP, axis, company_look, tooltip
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.findings import FEWEST
from capcycle.measure import measure, needs
from capcycle.measures import Measures, shared_period
from capcycle.metrics import FAMILIES
from capcycle.panel import Panel
from capcycle.words import Sentence

ROW_HEIGHT, KEY_HEIGHT, KEY_COLUMNS = 44, 80, 2
BREAK, LINE = "|", 24  # a long name stands on several lines beside its row


@dataclass(frozen=True)
class _Variant:
    """A measure by one definition, at the period that all are compared at."""

    name: str
    measures: Measures
    rows: pd.DataFrame

    @property
    def values(self) -> pd.Series:
        """What is known, by company."""
        return self.rows.dropna(subset="value").set_index("company")["value"]


def definitions(panel: Panel, family: str, other: Panel | None = None, **numbers: float) -> Exhibit:
    """Companies down, definitions across: each value and its rank, at the period with the most figures.

    `other` is the same companies by the other calendar: the usual definition is then shown by it too.
    `numbers` go to the definitions that take them (`tax_rate`).
    Errors:  MetricError for an unknown family, and for a number that is lacking or that no definition takes.

    >>> years = panel.select(facts.open(["AAPL"]), "year", "fiscal", 2022, 2022)
    >>> definitions(years, "roic", tax_rate=0.162).title
    "Apple's return on invested capital: 50.1% to 89.0% by definition, FY2022"
    """
    variants = _variants(panel, family, numbers)
    period = parts.said_period(variants[0].rows)
    if other:
        variants.append(_on(other, variants[0]))
    named = [each for each in variants if len(each.values)]  # a definition that nobody has is in the notes alone
    shown = named or variants[:1]
    series, unit = words.clauses(map(_row, shown)), parts.unit(variants[0].measures.unit)
    some, defined = bool(named), len({each.measures.name for each in shown})
    rows = [each.rows for each in variants]
    return Exhibit(
        id=parts.slug("definitions", family),
        title=_title(variants, family, period),
        subtitle=words.counted("definitions.subtitle", defined, period=period, unit=unit),
        alt=words.say("definitions.alt", period=period, series=series) if some else "",
        view=_view(shown),
        figures=parts.figures(*rows).assign(rank=[rank for each in variants for rank in _ranks(each)]),
        notes=(*_notes(variants), *_moves(variants), *_lacking(variants)),
        sources=parts.documents(*rows),
        chart=_chart(shown) if some else None,
    )  # fmt: skip


def moved(usual: pd.Series, other: pd.Series) -> list[str]:
    """The fewest companies without which both rank the rest alike; only who has both values counts.

    >>> moved(pd.Series({"A": 3, "B": 2, "C": 1}), pd.Series({"B": 9, "C": 8, "A": 1}))
    ['A']
    """
    both = [company for company in usual.sort_values(ascending=False, kind="stable").index if company in other.index]
    best: list[list[str]] = []
    for place, company in enumerate(both):
        before = [chain for chain in best[:place] if other[chain[-1]] >= other[company]]
        best.append([*max(before, key=len, default=[]), company])
    keep = max(best, key=len, default=[])
    return [company for company in both if company not in keep]


def _variants(panel: Panel, family: str, numbers: dict[str, float]) -> list[_Variant]:
    if family not in FAMILIES:
        raise MetricError(unknown("family of definitions", [family], FAMILIES))
    takes = {name: needs(name) for name in FAMILIES[family]}
    if wrong := set(numbers) - {number for each in takes.values() for number in each}:
        raise MetricError(f"{family}: {unknown('number', wrong, sorted(set().union(*takes.values())))}")
    measured = [
        measure(name, panel, **{number: value for number, value in numbers.items() if number in takes[name]})
        for name in takes
    ]
    period = _fullest(measured)
    return [_Variant(words.name(each.name), each, each.at(period)) for each in measured]


def _fullest(measured: list[Measures]) -> str:
    """The newest of the recent periods with the most values by all definitions together."""
    known = pd.concat([each.known for each in measured])
    if known.empty:
        return measured[0].common_period()
    return shared_period(known.assign(company=known["company"] + known["metric"]), measured[0].panel)


def _on(other: Panel, usual: _Variant) -> _Variant:
    """The usual definition by the other calendar, at the period of the same name, which covers other months.

    Where nobody has a value then, at the newest period that the most companies have.
    """
    measures = measure(usual.measures.name, other)
    same = measures.cells[measures.cells["ordinal"] == usual.rows["ordinal"].iloc[0]]
    rows = measures.at(same["period"].iloc[0] if same["value"].notna().any() else None)
    name = words.say(f"definitions.{other.calendar}", metric=usual.name, period=rows["period"].iloc[0])
    return _Variant(name, measures, rows)


def _ranks(variant: _Variant) -> list[str]:
    ranks = variant.rows["value"].rank(ascending=False, method="min")
    ranks = ranks if len(variant.values) >= FEWEST else ranks * np.nan  # of one or two companies none is ranked
    return [str(int(rank)) if rank == rank else "" for rank in ranks]


def _view(variants: list[_Variant]) -> pd.DataFrame:
    view = pd.DataFrame({each.name: _column(each) for each in variants}).reindex(variants[0].measures.panel.companies)
    view = view.rename(index=parts.company_name).fillna(words.DASH)
    return view.rename_axis(words.say("column.company")).reset_index()


def _column(variant: _Variant) -> pd.Series:
    cells = [
        words.say("definitions.cell", value=value, rank=rank, count=len(variant.values)) if rank else value
        for value, rank in zip(parts.cells(variant.rows), _ranks(variant), strict=True)
    ]
    return pd.Series(cells, index=variant.rows["company"])


def _title(variants: list[_Variant], family: str, period: str) -> Sentence:
    what = words.label(words.said(f"family.{family}", f"name.{family}"))
    usual = variants[0]
    others = [
        each for each in variants[1:] if each.measures.name != usual.measures.name
    ]  # other months are no definition
    shared = {each.name: len(usual.values.index.intersection(each.values.index)) for each in others}
    if max(shared.values(), default=0) < FEWEST:
        return Sentence(_of_one(variants, what, period))
    most = max(others, key=lambda each: len(moved(usual.values, each.values)))
    if movers := moved(usual.values, most.values):
        return Sentence(_moves_of(usual, most, movers, period))
    compared = sum(count >= FEWEST for count in shared.values()) + 1
    return Sentence(words.say("definitions.same", what=words.lower(what), count=compared, period=period))


def _of_one(variants: list[_Variant], what: str, period: str) -> str:
    """No three companies can be ranked twice: how far apart the definitions put the one that has the most of them."""
    known = pd.concat([each.rows for each in variants if each.measures.panel is variants[0].measures.panel])
    known = known.dropna(subset="value")
    if known.empty:
        return words.say("finding.none", metric=what)
    if known["metric"].nunique() == 1:
        only = words.lower(words.name(known["metric"].iloc[0]))
        return words.say("definitions.alone", only=only, period=period)
    values = known[known["company"] == known["company"].mode()[0]]
    low, high = (words.value(end, values["unit"].iloc[0]) for end in (values["value"].min(), values["value"].max()))
    name = parts.company_names()[values["company"].iloc[0]]
    key = "definitions.one_alike" if low == high else "definitions.one"
    return words.say(key, name=name, what=words.lower(what), low=low, high=high, period=period)


def _places(usual: _Variant, other: _Variant) -> pd.DataFrame:
    """The rank of each company by two definitions, among those that have a value by both."""
    both = pd.DataFrame({"usual": usual.values, "other": other.values}).dropna()
    return both.rank(ascending=False, method="min").astype(int)


def _moves_of(usual: _Variant, other: _Variant, movers: list[str], period: str) -> str:
    places = _places(usual, other)
    by = {"usual": words.lower(usual.name), "other": words.lower(other.name), "count": len(places), "period": period}
    if len(movers) > 1:
        return words.say("definitions.movers", moved=len(movers), **by)
    first, second = places.loc[movers[0]]
    return words.say("definitions.mover", name=parts.company_names()[movers[0]], first=first, second=second, **by)


def _moves(variants: list[_Variant]) -> list[str]:
    """By each definition who stands elsewhere than by the usual one."""
    usual, *others = variants
    both = [(each, _places(usual, each)) for each in others]
    return [_move(each, places) for each, places in both if len(places) >= FEWEST]


def _move(variant: _Variant, places: pd.DataFrame) -> str:
    changes = [
        words.say("definitions.change", name=parts.company_names()[company], first=first, second=second)
        for company, first, second in places.sort_values("usual").itertuples()
        if first != second
    ]
    key = "definitions.changes" if changes else "definitions.unchanged"
    return words.say(key, variant=variant.name, changes=words.listing(changes) if changes else "", count=len(places))


def _notes(variants: list[_Variant]) -> list[str]:
    """The definitions; a second calendar adds what it says of itself."""
    panels = {id(each.measures.panel): [] for each in variants}
    for each in variants:
        panels[id(each.measures.panel)].append(each.measures)
    return list(dict.fromkeys(note for measured in panels.values() for note in parts.notes(*measured, at=())))


def _lacking(variants: list[_Variant]) -> list[str]:
    """Who lacks a value and why; a definition that nobody has, and a company that has none, is said once."""
    empty = [each for each in variants if each.values.empty]
    some = [each for each in variants if not each.values.empty]
    without = set(variants[0].rows["company"]).difference(*(each.values.index for each in some))
    nobody = [words.say("finding.none", metric=each.name) + "." for each in (empty if some else variants[:1])]
    usual, others = variants[0].rows, [each.rows[~each.rows["company"].isin(without)] for each in some]
    return [
        *nobody,
        *parts.missing(usual[usual["company"].isin(without)], words.say("definitions.any")),
        *(
            text
            for each, rows in zip(some, others, strict=True)
            for text in parts.missing(rows, words.lower(each.name))
        ),
    ]


def _row(variant: _Variant) -> str:
    rows = variant.rows.dropna(subset="value")
    values = parts.spoken(rows["company"].map(parts.company_names().get), parts.cells(rows), words.say("format.comma"))
    return words.say("definitions.row", variant=variant.name, values=values or words.DASH)


def _chart(variants: list[_Variant]) -> alt.Chart:
    marks = [
        parts.chart_rows(each.measures).merge(each.rows[["company", "period"]]).assign(definition=each.name)
        for each in variants
    ]
    data = pd.concat(marks, ignore_index=True).dropna(subset="value")
    legend = alt.Legend(title=None, columns=KEY_COLUMNS)  # as many on a narrow page, or its second row is cut off
    data = data.assign(label=data["definition"].map(_lines))
    order = [_lines(each.name) for each in variants if len(each.values)]
    names = alt.Axis(labelExpr=f"split(datum.label, '{BREAK}')", labelLimit=330, labelOverlap=False)
    return (
        alt.Chart(data)
        .mark_point(size=90, strokeWidth=1.5)
        .encode(
            x=alt.X("value:Q", axis=axis(variants[0].measures.unit)),
            y=alt.Y("label:N", sort=order, title=None, axis=names),
            tooltip=tooltip(["definition", *COMPANY_TOOLTIP]),
            **company_look(data["company"], legend),
        )
        .properties(height=KEY_HEIGHT + ROW_HEIGHT * len(order))
    )


def _lines(name: str) -> str:
    return BREAK.join(textwrap.wrap(name, LINE))
