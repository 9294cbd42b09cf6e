"""What the library says when it refuses: what, where, and what to do."""

from collections.abc import Callable, Iterable
from typing import Any


class CapcycleError(Exception):
    """Anything that capcycle refuses, with a message meant for the person at the keyboard."""


class DataError(CapcycleError):
    """Faults in the tables under `data/`: all of them at once, each with its file and line."""

    def __init__(self, faults: Iterable[str]):
        self.faults = list(faults)
        count = f"{len(self.faults)} fault{'s' if len(self.faults) != 1 else ''} in the data"
        super().__init__("\n".join([count, *self.faults]))


class MetricError(CapcycleError):
    """A metric that cannot be measured on what it was given."""


class ModelError(CapcycleError):
    """A model or a study that cannot be worked out on what it was given."""


class NothingToShow(MetricError, ModelError):
    """An exhibit for which there are no figures: the page says so in its place, and goes on."""


class RunError(CapcycleError):
    """A run that is refused before it starts, or that failed while running."""


def together(*steps: Callable[[], Any]) -> list[Any]:
    """What each step gives; where some refuse, what all of these say at once.

    >>> together(lambda: 1, lambda: 2)
    [1, 2]
    """
    given, refused = [], []
    for step in steps:
        try:
            given.append(step())
        except CapcycleError as error:
            refused.append(error)
    if len(refused) == 1:
        raise refused[0]
    if refused and all(isinstance(each, DataError) for each in refused):
        raise DataError(dict.fromkeys(fault for each in refused for fault in each.faults))
    if refused:
        raise RunError("\n".join(dict.fromkeys(map(str, refused))))
    return given


def unknown(what: str, wrong: Iterable[str], valid: Iterable[str]) -> str:
    """Name what is not known, and what is.

    >>> unknown("company", ["NVDAA"], ["NVDA", "AMD"])
    'unknown company NVDAA; there are: AMD, NVDA'
    """
    return f"unknown {what} {', '.join(sorted(wrong))}; there are: {', '.join(sorted(valid)) or 'none'}"
