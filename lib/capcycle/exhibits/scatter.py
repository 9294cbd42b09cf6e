"""Two measures of each company at one period."""

import altair as alt
import pandas as pd

from capcycle import words
from capcycle.errors import NothingToShow
from capcycle.exhibits import parts
from capcycle.exhibits.channels import axis, company_look, tooltip
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks import places
from capcycle.facts.door import KINDS
from capcycle.measures import Measures, shared_period
from capcycle.words import Sentence

SIZE = 110  # square pixels of a point
LEVEL = 0.01  # of the highest: who comes so near to it is level with it, as no figure here is surer than that


def scatter(across: Measures, up: Measures) -> Exhibit:
    """One measure across, one up, a point per company, at the newest period of which the most companies have both.

    Errors: NothingToShow where no two companies have both measures at one period.

    >>> capex = measure.measure("capex", panel.select(facts.open(["META", "MSFT"], "2025-02-01"), "year", until=2024))
    >>> scatter(capex, measure.measure("revenue", capex.panel)).view.values.tolist()
    [['Meta', '$37.3bn', '$165bn'], ['Microsoft', '$55.6bn', '$262bn']]
    """
    both = across.table.merge(up.table, on=["company", "ordinal", "period"], suffixes=("", "_up"))
    label = _common_period(both.dropna(subset=["value", "value_up"]), across, up)
    every = _marks(both[both["period"] == label])
    now = [across.at(label), up.at(label)]
    data, period = every[every["both"]], parts.said_period(now[0])
    metrics = [words.name(across.name), words.name(up.name)]
    dots = (words.say("alt.dot", **row) for row in every[["name", "x", "y"]].to_dict("records"))
    return Exhibit(
        id=parts.slug("scatter", across.name, up.name),
        title=Sentence(_pair(data, across.name, up.name)),
        subtitle=_subtitle(across, up, period),
        alt=words.say("alt.scatter", period=period, series=words.clauses(dots)),
        view=every[["name", "x", "y"]].set_axis([words.say("column.company"), *metrics], axis=1),
        figures=parts.figures(*now),
        notes=parts.notes(across, up, at=now),
        sources=parts.documents(*now),
        chart=_chart(data.drop(columns="both"), across, up),
    )


def _pair(data: pd.DataFrame, across: str, up: str) -> str:
    """The company furthest along each of two measures, of those that have both; of two companies none leads.

    Where others come near to the furthest, all of them are named and none leads.

    data  has name, value, value_up, and both in words, x and y
    """
    right, top = data.loc[data["value"].idxmax()], data.loc[data["value_up"].idxmax()]
    level = [_level(data, column) for column in ("value", "value_up")]
    if len(data) == 2:  # of whom none leads
        top = data.drop(right.name).iloc[0]
    elif len(data) > 2 and any(len(names) > 1 for names in level):
        ends = {name: words.listing(names) for name, names in zip(("right", "top"), level, strict=True)}
        both = {"across": words.lower(words.name(across)), "up": words.lower(words.name(up))}
        return words.say("finding.pair_level", count=len(data), **both, **ends)
    few = {1: "pair_one", 2: "pair_two"}
    sentence = few.get(len(data), "pair_same" if right["name"] == top["name"] else "pair")
    names = {"across": words.lower(words.name(across)), "up": words.lower(words.name(up))}
    furthest = {"right": right["name"], "right_x": right["x"], "right_y": right["y"]}
    highest = {"top": top["name"], "top_x": top["x"], "top_y": top["y"]}
    return words.say(f"finding.{sentence}", count=len(data), **names, **furthest, **highest)


def _level(data: pd.DataFrame, column: str) -> list[str]:
    """Who is highest, and who comes so near to it that it leads nobody."""
    highest = data[column].max()
    return data.loc[data[column] >= highest - LEVEL * abs(highest), "name"].tolist()


def _subtitle(across: Measures, up: Measures, period: str) -> str:
    names = {"across": words.name(across.name), "up": words.lower(words.name(up.name))}
    units = {"across_unit": parts.unit(across.unit), "up_unit": parts.unit(up.unit)}
    return words.say("subtitle.scatter", period=period, **names, **units)


def _common_period(both: pd.DataFrame, across: Measures, up: Measures) -> str:
    counts = both.groupby("ordinal")["company"].nunique()
    if counts.empty or counts.max() < min(2, both["company"].nunique()):
        names = words.listing([words.lower(words.name(each.name)) for each in (across, up)])
        companies = across.panel.book.companies
        who = parts.company_names()[companies[0]] if len(companies) == 1 else "two companies"
        raise NothingToShow(f"no period has {names} of {who}; choose other companies, or other years")
    return shared_period(both, across.panel)


def _marks(data: pd.DataFrame) -> pd.DataFrame:
    weakest = [max(kinds, key=KINDS.index) for kinds in data[["kind", "kind_up"]].replace("", KINDS[0]).values]
    return data.assign(
        both=data["value"].notna() & data["value_up"].notna(),
        name=data["company"].map(parts.company_names().get),
        x=parts.cells(data),
        y=parts.cells(data, "_up"),
        kind=weakest,
    )[["company", "name", "period", "value", "value_up", "x", "y", "kind", "both"]]


def _chart(data: pd.DataFrame, across: Measures, up: Measures) -> alt.LayerChart:
    x, y = (axis(each.unit, words.name(each.name)) for each in (across, up))
    ends = [places.span(data[name], from_zero=bool(data[name].min() >= 0)) for name in ("value", "value_up")]
    spots = pd.DataFrame({"x": data["value"], "y": data["value_up"], "area": SIZE, "label": data["name"]})
    placed = data.assign(**places.free(spots, *ends))
    right, top = (alt.Scale(domain=list(each), nice=False) for each in ends)
    base = alt.Chart(placed).encode(x=alt.X("value:Q", axis=x, scale=right), y=alt.Y("value_up:Q", axis=y, scale=top))
    said = tooltip(["name", "period", "x", "y", "kind"])
    point = base.mark_point(size=SIZE, strokeWidth=2).encode(tooltip=said, **company_look(data["company"]))
    return alt.layer(point, *places.names(base, "name"))
