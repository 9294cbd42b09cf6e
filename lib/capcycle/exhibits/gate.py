"""The editor's gate: what no exhibit may be when it is published."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from capcycle.words import NUMBERS, TITLE, say

FEWEST = 3  # marks of a chart: two figures are a sentence
UNCOUNTED = {"rule", "text"}  # marks that say something of others
DAYS = re.compile(r"\b(?:\d{1,2} [A-Z][a-z]{2} |FY|H[12] |Q[1-4] )?(?:19|20)\d\d(?:Q\d|H\d|-\d\d){0,2}\b")
NUMBER = re.compile(r"(?<![\w.,])[−+$€¥]*\d[\d,]*(?:\.\d+)?(?=[×%a-z]*(?:\W|$))")
WORDED = {
    "dash": r"(?<!\S)\(?–(?!\S*\w)",
    "one_end": r"(?<!\S)(\S*\d\S*(?: \w+)?) (?:to|and) \1(?![\w.,])",
    "rank": r"\b(?:1 of 1|(?:highest|lowest) of 2)\b|\b[Oo]f 1 compared\b",
    "code": r"\b[a-z]+_[a-z]",
}


def faults(title: str) -> list[str]:
    """Why an exhibit of this title is not fit to be published, each reason in words.

    >>> faults("Capex ran from 5% to 5%")
    ['both ends of a range are one number']
    """
    found = [say("gate.long", letters=len(title), most=TITLE)] if len(title) > TITLE else []
    if (count := numbers(title)) > NUMBERS:
        found.append(say("gate.numbers", count=count, most=NUMBERS))
    return found + [say(f"gate.{fault}") for fault, pattern in WORDED.items() if re.search(pattern, title)]


def numbers(title: str) -> int:
    """How many numbers a title has; days, quarters and years are none of them.

    >>> numbers("Meta spent $14bn, 32% of revenue, in 2026Q2, on 1 GW of NVIDIA GB300")
    3
    """
    return len(NUMBER.findall(DAYS.sub("", title)))


def worth_drawing(spec: Mapping[str, Any]) -> bool:
    """Whether a chart in Vega-Lite has so many marks that it shows more than a sentence would.

    >>> worth_drawing({"mark": "bar", "data": {"values": [{"value": 1}, {"value": 2}]}})
    False
    """
    rows = [_rows(each, spec.get("datasets", {})) for each in _layers(spec, spec.get("data", {}))]
    return max(rows, default=FEWEST if spec else 0) >= FEWEST  # one without a mark is for the drawing to refuse


def _layers(view: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The data of each layer whose marks count."""
    data = view.get("data") or data
    inner = next((view[name] for name in ("layer", "hconcat", "vconcat", "concat") if name in view), None)
    inner = inner or ([view["spec"]] if "spec" in view else [])
    for each in inner:
        yield from _layers(each, data)
    mark = view.get("mark")
    if (mark if isinstance(mark, str) else (mark or {}).get("type")) not in UNCOUNTED | {None}:
        yield data


def _rows(data: Mapping[str, Any], named: Mapping[str, Any]) -> int:
    """How many rows a layer draws; as many as there need be where they are generated in the page."""
    values = data.get("values", named.get(data.get("name")))
    if values is None:
        return FEWEST
    return sum(not isinstance(row, Mapping) or row.get("value", 0) is not None for row in values)
