"""A network: who gives to whom, its busiest members in the middle, arrows as wide as amounts, dashed where not firm."""

import textwrap
from itertools import permutations

import altair as alt
import numpy as np
import pandas as pd

from capcycle import theme, words
from capcycle.exhibits.channels import group_scale
from capcycle.exhibits.exhibit import Exhibit
from capcycle.exhibits.marks.frame import BREAK, Drawing, Frame, nothing

HUBS = 4  # members in the middle
ACROSS, UP = 2.0, 1.08  # ends of the axes; members stand at -1, 0 and 1 across, and up to 1 up and down
STEPS = np.linspace(0.0, 1.0, 12)  # points along an arrow
SHORT, WIDE, HIGH = 13.0, 170.0, 230.0  # pixels: an arrow ends before its member; of a unit across and up on a page
ZIGZAG = 0.16  # across: members in the middle do not stand in each other's way
BOW = 0.13  # of its length; to the left of its way, so that arrows there and back lie apart
WIDEST, THINNEST = 7.0, 1.2  # pixels
MEMBER, LETTERS = 34, 15  # pixels of height for a member of a side, letters of a line of its name


def network(rows: pd.DataFrame, frame: Frame) -> Exhibit:
    """An arrow for each row from `giver` to `taker`, coloured by `group`, dashed where `firm` is False.

    rows  also `label`, which names both ends in the table; a value that is missing has a thin arrow

    >>> rows = pd.DataFrame({"giver": ["A", "B"], "taker": ["B", "C"], "label": ["A to B", "B to C"], "group": "Stake",
    ...                      "firm": [True, False], "value": [5e9, np.nan], "unit": "USD", "kind": "reported",
    ...                      "source": ""})
    >>> network(rows, Frame("ring", "A pays B", "USD")).view.iloc[0].tolist()
    ['A to B', 'Stake', '$5.0bn', 'binding']
    """
    if rows.empty:
        return nothing(frame)
    drawing = Drawing(rows, frame)
    binding = [words.say(f"marks.network.{'firm' if firm else 'plan'}") for firm in rows["firm"]]
    places = _places(rows)
    lines = _lines(drawing.data.assign(binding=binding), places)
    height = MEMBER * max((places["side"] == side).sum() for side in (-1, 0, 1)) + MEMBER
    chart = alt.layer(*_arrows(lines, drawing), *_members(places)).properties(height=max(height, theme.HEIGHT))
    view = drawing.view("label", "group", "value", "note")
    view.insert(min(3, view.shape[1]), words.say("marks.network.binding"), binding)
    return drawing.exhibit(chart, view)


def _places(rows: pd.DataFrame) -> pd.DataFrame:
    """Where each member stands: the busiest in the middle, who gives more at the left, who receives more at the right.

    A side is ordered by the members in the middle that each has to do with.
    """
    pairs = pd.concat([rows[["giver", "taker"]], rows[["taker", "giver"]].set_axis(["giver", "taker"], axis=1)])
    partners = pairs.drop_duplicates().groupby("giver")["taker"].agg(set)
    busy = partners.map(len).sort_values(ascending=False, kind="stable").index[:HUBS]
    ups = dict(zip(_in_order(busy, partners), _spread(len(busy), 0.72), strict=True))
    given, taken = (rows.groupby(side)["value"].sum() for side in ("giver", "taker"))
    net = taken.reindex(partners.index, fill_value=0) - given.reindex(partners.index, fill_value=0)
    near = {name: np.mean([ups.get(each, 0.0) for each in sorted(own)]) for name, own in partners.items()}
    sides = [
        (-1 if net[name] < 0 else 1, name) for name in sorted(sorted(set(partners.index) - set(busy)), key=near.get)
    ]
    placed = [(name, 0, ZIGZAG * (-1) ** row, up) for row, (name, up) in enumerate(ups.items())]
    for side in (-1, 1):
        own = [name for where, name in sides if where == side]
        placed += [(name, side, side, up) for name, up in zip(own, _spread(len(own), 1.0), strict=True)]
    return pd.DataFrame(placed, columns=["name", "side", "x", "y"])


def _in_order(busy: pd.Index, partners: pd.Series) -> tuple[str, ...]:
    """The members of the middle in the order in which those that have to do with each other stand nearest."""

    def apart(order: tuple[str, ...]) -> int:
        return sum(abs(order.index(one) - order.index(other)) for one in order for other in partners[one] & {*order})

    return min(permutations(busy), key=apart)


def _spread(count: int, end: float) -> np.ndarray:
    return np.linspace(-end, end, count) if count > 1 else np.zeros(count)


def _lines(data: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """The points of each arrow, along a bow from its giver to its taker."""
    at = places.set_index("name")[["x", "y"]].astype(float)
    start, end = (at.loc[data[side]].to_numpy()[:, None] for side in ("giver", "taker"))
    way = end - start
    bend = (start + end) / 2 + BOW * 2 * way[..., ::-1] * [-1, 1]
    short = SHORT / np.hypot(way[..., :1] * WIDE, way[..., 1:] * HIGH)
    t = short + STEPS[None, :, None] * (1 - 2 * short)
    points = (1 - t) ** 2 * start + 2 * t * (1 - t) * bend + t**2 * end
    widths = np.sqrt(data["value"] / data["value"].max()).fillna(0.0) * (WIDEST - THINNEST) + THINNEST
    told = data[["label", "group", "shown", "binding"]].assign(link=range(len(data)), width=widths.round(2))
    lines = told.loc[told.index.repeat(len(STEPS))].reset_index(drop=True)
    steps = np.diff(points, axis=1, append=np.nan)
    steps[:, -1] = steps[:, -2]
    ends = np.concatenate([points, steps], axis=2).reshape(-1, 4).round(4)
    return lines.assign(
        step=np.tile(range(len(STEPS)), len(data)), **dict(zip(["x", "y", "dx", "dy"], ends.T, strict=True))
    )


def _arrows(lines: pd.DataFrame, drawing: Drawing) -> list[alt.Chart]:
    colour = alt.Color(
        "group:N", scale=group_scale(drawing.groups(), theme.SERIES), legend=drawing.key(symbolType="stroke")
    )
    firm, plan = (words.say(f"marks.network.{each}") for each in ("firm", "plan"))
    both = lines["binding"].nunique() > 1
    dashes = alt.StrokeDash("binding:N", scale=alt.Scale(domain=[firm, plan], range=[[1, 0], [5, 4]]),
                            legend=alt.Legend(title=None, symbolType="stroke") if both else None)  # fmt: skip
    keys = {"label": "marks.column.label", "group": "tooltip.group", "shown": "tooltip.shown",
            "binding": "marks.network.binding"}  # fmt: skip
    tooltip = [alt.Tooltip(f"{name}:N", title=words.say(key)) for name, key in keys.items()]
    base = alt.Chart(lines).encode(x=_axis("x", ACROSS), y=_axis("y", UP), color=colour, tooltip=tooltip)
    line = base.mark_line(opacity=0.75, strokeCap="butt", interpolate="monotone").encode(
        detail=alt.Detail("link:N"),
        order=alt.Order("step:Q"),
        size=alt.Size("width:Q", scale=None),
        strokeDash=dashes,
    )
    turn = f"atan2(-datum.dy * height / {2 * UP}, datum.dx * width / {2 * ACROSS}) * 180 / PI"
    head = base.transform_filter(alt.datum.step == len(STEPS) - 1).mark_point(
        shape="triangle-right", filled=True, opacity=1, angle=alt.expr(turn)
    )
    return [line, head.encode(size=alt.Size("head:Q", scale=None)).transform_calculate(head="60 + 14 * datum.width")]


def _members(places: pd.DataFrame) -> list[alt.Chart]:
    """A dot for each member, and its name: outside at the sides, over it in the middle."""
    lines = [textwrap.wrap(name, LETTERS, break_long_words=False) for name in places["name"]]
    table = places.assign(place=[BREAK.join(each) for each in lines], up=[(len(each) - 1) * 6.5 for each in lines])
    base = alt.Chart(table).encode(x=_axis("x", ACROSS), y=_axis("y", UP))
    dots = base.mark_circle(size=110, color=theme.LIGHT["text"], opacity=1)
    looks = {-1: {"align": "right", "dx": -10}, 0: {"align": "center", "dx": 0}, 1: {"align": "left", "dx": 10}}
    names = []
    for side, look in looks.items():
        own = base.transform_filter(alt.datum.side == side).encode(text=alt.Text("place:N"))
        dy = alt.expr("-datum.up - 15" if side == 0 else "-datum.up")
        style = {**look, "dy": dy, "lineBreak": BREAK, "baseline": "middle", "fontSize": 11.5}
        names += [own.mark_text(**style, stroke=theme.LIGHT["page"], strokeWidth=4, strokeJoin="round"),
                  own.mark_text(**style, fontWeight="bold" if side == 0 else "normal")]  # fmt: skip
    return [dots, *names]


def _axis(name: str, end: float) -> alt.X | alt.Y:
    channel = alt.X if name == "x" else alt.Y
    return channel(f"{name}:Q", axis=None, scale=alt.Scale(domain=[-end, end], nice=False))
