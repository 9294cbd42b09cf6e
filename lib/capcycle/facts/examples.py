"""Published worked examples: a method, what went in, what came out, and who printed it."""

import json

import pandas as pd

from capcycle.facts import tables

COLUMNS = {
    "method": "the method, by the name that it is registered under",
    "inputs": "what it takes, as a JSON object",
    "expected": "what was published, or derived from what was, as a JSON object",
    "tolerance": "`exact`, `abs=` or `rel=` with how far off still agrees; `n/a` where it is known not to reproduce",
    "source_title": "the document that prints it",
    "source_url": "where it stands",
    "reproduced": "`yes`, `partly` or `no`, as found when it was taken in",
    "basis": "`published`, `derived` from published figures, or `mixed`",
    "note": "what a reader should know",
}


def examples(as_of: str = "") -> pd.DataFrame:
    """Every worked example, `inputs` and `expected` as mappings by name.

    >>> sorted(examples()["method"])[0]
    'asic_substitution'
    """
    table = tables.read("examples.csv", COLUMNS)
    return table.assign(inputs=table["inputs"].map(json.loads), expected=table["expected"].map(json.loads))
