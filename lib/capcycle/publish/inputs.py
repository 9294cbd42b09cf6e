"""What the figures of an edition rest on besides documents and parameters: a later one says of it what changed."""

from pathlib import Path

from capcycle import paths
from capcycle.ledger import digest, digests
from capcycle.parameters import notebooks

COMPUTING = ("analyses", "claims", "facts", "measure.py", "measures.py", "metrics", "models", "panel.py", "periods.py",
             "quantity.py", "study", "units.py")  # fmt: skip  # of the library
SHORT = 12  # letters of a digest


def inputs() -> dict[str, dict[str, str]]:
    """By kind the digest of each table of the data, each notebook, and each module that computes a figure."""
    library = digests(Path(__file__).parents[1])
    code = {name: made for name, made in library.items() if name.endswith(".py") and name.startswith(COMPUTING)}
    code["requirements.lock"] = digest(paths.ROOT / "requirements.lock")
    data = {name: made for name, made in digests(paths.DATA).items() if name.endswith(".csv")}
    found = {"data": data, "library": code, "notebooks": {name: digest(path) for name, path in notebooks().items()}}
    return {kind: {name: made[:SHORT] for name, made in each.items()} for kind, each in found.items()}
