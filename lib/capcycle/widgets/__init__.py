"""Controls that call the same exhibits as a published page, for exploring only; nothing is computed here."""

from importlib import import_module

ROOMS = {"Explorer": "measures", "ModelExplorer": "models", "Workbench": "models", "TextExplorer": "texts"}


def __getattr__(name: str) -> type:
    """An explorer, loaded when it is asked for: the first chart of one does not wait for the others."""
    if name not in ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{ROOMS[name]}"), name)
