"""A chart's specification made small for a page: the theme and the data that charts share are taken out."""

from typing import Any

from capcycle import theme

NOT_SHOWN = ("title", "usermeta", "$schema", "config", "datasets")
PACK_RATIO = 2


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
