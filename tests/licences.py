"""The licences of all that the locks name. `python tests/licences.py` writes them into LICENSES.md."""

import re
from importlib import metadata
from pathlib import Path

from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "LICENSES.md"
LOCKS = {"requirements.lock": "site", "requirements-test.lock": "tests", "requirements-extras.lock": "extras"}
PIN = re.compile(r"^([\w.-]+)==", re.M)
ROW = re.compile(r"^\| ([\w.-]+) \| (.+?) \| (site|tests|extras) \|$", re.M)
LONG = 60  # characters; where the field has more it has the text of the licence
VAGUE = {"", "UNKNOWN", "BSD"}
HEAD = """# Licences of what capcycle is installed with

capcycle itself is under the MIT licence, in [LICENSE](LICENSE). Each package of the three locks, with the licence that
its own metadata state; `site` is installed for the notebooks and the site, `tests` only for the tests, `extras` only by
who asks for it. Written by `python tests/licences.py`, which keeps the row of a package that is not installed on this
system.

| package | licence | for |
|---|---|---|
"""


def locked() -> dict[str, str]:
    """What each locked package is for; what a site needs the tests need too."""
    pins = {use: PIN.findall((ROOT / lock).read_text("utf-8")) for lock, use in LOCKS.items()}
    return dict(sorted({name: use for use in reversed(pins) for name in pins[use]}.items()))


def listed() -> dict[str, tuple[str, str]]:
    """The rows of the table: licence and use by package."""
    text = TABLE.read_text("utf-8") if TABLE.exists() else ""
    return {name: (licence, use) for name, licence, use in ROW.findall(text)}


def installed() -> dict[str, str]:
    """The licence that the metadata of each installed package state."""
    said = {canonicalize_name(each.metadata["Name"]): stated(each.metadata) for each in metadata.distributions()}
    return {name: licence for name, licence in said.items() if licence}  # of the others somebody wrote the row by hand


def stated(fields) -> str:
    """The licence in the newest of the three ways in which a package's metadata may state it; empty where none does."""
    classified = [each.split(" :: ")[-1] for each in fields.get_all("Classifier", []) if each.startswith("License ::")]
    free = (fields.get("License") or "").strip()
    plain = free if free not in VAGUE and len(free) <= LONG and "\n" not in free else ""
    return fields.get("License-Expression") or plain or ", ".join(classified) or "".join(free.splitlines()[:1])


def main() -> None:
    known, now = listed(), installed()
    rows = [(name, now.get(name) or known.get(name, ("?", ""))[0], use) for name, use in locked().items()]
    TABLE.write_text(HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows), "utf-8")


if __name__ == "__main__":
    main()
