"""A chart's specification made small for a page: the theme and the data that charts share are taken out."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from capcycle import theme

NOT_SHOWN = ("title", "description", "usermeta", "$schema", "config", "datasets")
PACK_RATIO = 2
LEAST = 40  # letters of a piece of a chart that is worth taking out
SIGNS = [list(signs) for signs in (theme.SERIES, theme.SHAPES, theme.DASHES)]


class Datasets:
    """The data of all charts of a page, each once, column by column."""

    def __init__(self):
        self.rows: dict[str, list] = {}

    def slim(self, spec: dict) -> dict:
        """The specification for the page: what the page itself says or shares is left out."""
        own = {name: rows for name, rows in spec.get("datasets", {}).items() if not self._share(name, rows)}
        config = without(spec.get("config", {}), theme.config()["config"])
        kept = {key: value for key, value in spec.items() if key not in NOT_SHOWN}
        return (
            kept
            | ({"datasets": own} if own else {})
            | ({"config": config} if config else {})
            | ({"width": "container"} if "width" not in spec and {"mark", "layer"} & set(spec) else {})
        )

    def _share(self, name: str, rows: list) -> bool:
        return self.rows.setdefault(name, rows) == rows

    def packed(self) -> dict[str, Any]:
        return {name: pack(rows) for name, rows in self.rows.items()}


def one_look(specs: Iterable[dict]) -> None:
    """Gives each category the same colour, shape and dash in all charts of a page, unlike those it stands beside.

    What has a colour of its own, such as a company, keeps it; the others take the first one that is free.
    """
    scales = [scale for spec in specs for scale in _scales(spec)]
    own = [scale for scale in scales if scale["range"] in SIGNS]
    places = {name: SIGNS[0].index(colour)
              for scale in scales if scale not in own
              for name, colour in zip(scale["domain"], scale["range"], strict=False) if colour in SIGNS[0]}  # fmt: skip
    for name in dict.fromkeys(name for scale in own for name in scale["domain"]):
        beside = {places.get(other) for scale in own if name in scale["domain"] for other in scale["domain"]}
        places.setdefault(name, next((place for place in range(len(theme.SERIES)) if place not in beside), 0))
    for scale in own:
        scale["range"] = [scale["range"][places[name]] for name in scale["domain"]]


def _scales(node: Any) -> Iterator[dict]:
    """The scales of a chart that give a sign to each of some names."""
    if isinstance(node, dict) and all(isinstance(node.get(end), list) for end in ("domain", "range")):
        yield node
    for inner in _inside(node):
        yield from _scales(inner)


def pieces(specs: list[dict]) -> tuple[list[dict], list]:
    """The charts of a page with `{"$": place}` for what stands in them more than once, and a list of these pieces.

    >>> axis = {"field": "date", "type": "temporal", "title": None}
    >>> pieces([{"x": axis}, {"x": axis, "y": 1}])
    ([{'x': {'$': 0}}, {'x': {'$': 0}, 'y': 1}], [{'field': 'date', 'type': 'temporal', 'title': None}])
    """
    count, place, out = Counter(), {}, []

    def look(node: Any) -> None:
        count[text := json.dumps(node)] += 1
        if count[text] == 1:  # the inside of what comes again comes with it
            for inner in _inside(node):
                look(inner)

    def lean(node: Any) -> Any:
        text = json.dumps(node)
        if count[text] == 1 or len(text) < LEAST:
            return _each(node, lean)
        if text not in place:
            piece = _each(node, lean)
            place[text] = len(out)
            out.append(piece)
        return {"$": place[text]}

    look(specs)
    return [_each(spec, lean) for spec in specs], out


def _inside(node: Any) -> Iterable:
    return node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()


def _each(node: Any, make: Callable[[Any], Any]) -> Any:
    if isinstance(node, dict):
        return {key: make(value) for key, value in node.items()}
    return [make(value) for value in node] if isinstance(node, list) else node


def has_sliders(spec: dict) -> bool:
    """Whether a reader can move something beside the chart.

    >>> has_sliders({"params": [{"name": "life", "bind": {"input": "range"}}]}), has_sliders({})
    (True, False)
    """
    return any("input" in param.get("bind", ()) for param in spec.get("params", []))


def pack(rows: list[dict]) -> dict[str, Any]:
    """Rows as columns; a column that repeats itself as its distinct values and where each stands.

    >>> pack([{"c": "Microsoft"}, {"c": "Microsoft"}, {"c": "Meta"}, {"c": "Meta"}])
    {'size': 4, 'columns': {'c': {'of': ['Microsoft', 'Meta'], 'at': [0, 0, 1, 1]}}}
    """
    names = dict.fromkeys(name for row in rows for name in row)
    return {"size": len(rows), "columns": {name: _column([row.get(name) for row in rows]) for name in names}}


def _column(values: list) -> list | dict[str, list]:
    if not all(isinstance(value, str) for value in values):
        return values
    place = {value: number for number, value in enumerate(dict.fromkeys(values))}
    if len(place) * PACK_RATIO > len(values):
        return values
    return {"of": list(place), "at": [place[value] for value in values]}


def without(config: dict, known: dict) -> dict:
    """What `config` says beyond what is `known`.

    >>> without({"font": "serif", "axis": {"grid": False, "ticks": True}}, {"axis": {"grid": False}})
    {'font': 'serif', 'axis': {'ticks': True}}
    """
    left = {}
    for key, value in config.items():
        both = isinstance(value, dict) and isinstance(known.get(key), dict)
        rest = without(value, known[key]) if both else value
        if rest != known.get(key) and rest != {}:
            left[key] = rest
    return left
