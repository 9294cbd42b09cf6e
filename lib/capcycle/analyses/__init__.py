"""One room for each analysis: its models, its cases, its own exhibits, its words."""

import pkgutil
from collections.abc import Callable
from importlib import import_module

from capcycle.models.registry import ALL


def models() -> dict[str, Callable]:
    """Every registered model by name, those of all rooms.

    >>> "useful_life" in models()
    True
    """
    for room in pkgutil.iter_modules(__path__, f"{__name__}."):
        import_module(room.name)
    return ALL
