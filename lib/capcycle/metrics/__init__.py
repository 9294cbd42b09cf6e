"""Metrics: pure functions of named quantities. A parameter is named for the concept or metric it takes.

Each metric of any module here is an attribute of this package, `metrics.fcf`: a new one needs no line elsewhere.
"""

import pkgutil
from collections.abc import Callable
from importlib import import_module

from capcycle.errors import unknown
from capcycle.metrics.families import FAMILIES
from capcycle.metrics.registry import ALL, Quantity

for module in pkgutil.iter_modules(__path__, f"{__name__}."):
    import_module(module.name)


def __getattr__(name: str) -> Callable[..., Quantity]:
    if name not in ALL:
        raise AttributeError(unknown("metric", [name], ALL))
    return ALL[name]


def __dir__() -> list[str]:
    return [*globals(), *ALL]
