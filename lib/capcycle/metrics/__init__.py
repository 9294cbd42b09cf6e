"""Metrics: pure functions of named quantities. A parameter is named for the concept or metric it takes.

Each metric of any module here is an attribute of this package, `metrics.fcf`: a new one needs no line elsewhere.
One that is another on other quantities is a row of variants.csv.
"""

import pkgutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from capcycle.errors import unknown
from capcycle.metrics.families import FAMILIES
from capcycle.metrics.registry import ALL, Quantity, read_variants

for module in pkgutil.iter_modules(__path__, f"{__name__}."):
    import_module(module.name)
read_variants(Path(__file__).with_name("variants.csv").read_text("utf-8").splitlines())


def __getattr__(name: str) -> Callable[..., Quantity]:
    if name not in ALL:
        raise AttributeError(unknown("metric", [name], ALL))
    return ALL[name]


def __dir__() -> list[str]:
    return [*globals(), *ALL]
