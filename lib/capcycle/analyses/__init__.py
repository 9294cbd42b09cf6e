"""One room for each analysis: its models, its cases, its own exhibits, its words."""

import pkgutil
from collections.abc import Callable
from importlib import import_module

from capcycle import facts, reads
from capcycle.errors import ModelError, unknown
from capcycle.facts import Book
from capcycle.models.registry import ALL
from capcycle.study import Case, bound
from capcycle.study.start import STARTS


def models() -> dict[str, Callable]:
    """Every registered model by name, those of all rooms.

    >>> "useful_life" in models()
    True
    """
    reads.uses("analyses", "models")
    for room in pkgutil.iter_modules(__path__, f"{__name__}."):
        import_module(room.name)
    return ALL


def start(model: str, book: Book, company: str = "") -> Case:
    """A case of any model to begin with: its analysis' own, else what the assumptions and the company's figures give.

    An input that nothing gives is missing, and its reason says what would give it.

    model    the name of a model
    company  a ticker whose figures and assumptions are taken; empty for the general ones
    Errors:  ModelError for a name that is not known.

    >>> start("cost_of_ownership", facts.open()).lacking
    ''
    """
    if model not in (valid := models()):
        raise ModelError(unknown("model", [model], valid))
    if company and company not in book.names:
        raise ModelError(f"{unknown('company', [company], book.names)}; {facts.ADD}")
    own = STARTS[model](book, company) if model in STARTS else None
    # a company of which an analysis makes a case of another model has the general one of this
    return own if own and own.model is valid[model] else bound(valid[model], book, company)
