"""Where the project lies on this machine."""

import os
import tomllib
from pathlib import Path

import platformdirs

ROOT = Path(os.environ.get("CAPCYCLE_HOME") or Path(__file__).parents[2]).resolve()
DATA = Path(os.environ.get("CAPCYCLE_DATA") or ROOT / "data").resolve()
NOTEBOOKS = ROOT / "notebooks"
LANGUAGE = os.environ.get("CAPCYCLE_LANGUAGE", "en")  # of all that is said and shown
CACHE = ROOT / ".capcycle" / ("" if LANGUAGE == "en" else LANGUAGE)
SITE = ROOT / "site"
SETTINGS = platformdirs.user_config_path("capcycle") / "settings.toml"
ADDRESS = os.environ.get("CAPCYCLE_SITE", "").rstrip("/")  # where readers find the site, once it is published
STORE_FILE = "store.sqlite"  # in the folder of the user's own


def store() -> tuple[Path, str]:
    """The folder of the user's own layer, and why it cannot be used; empty where it can.

    It is what CAPCYCLE_STORE says, else `store` in the user's settings, else the user's data folder.
    """
    usual = platformdirs.user_data_path("capcycle").resolve()
    if given := os.environ.get("CAPCYCLE_STORE"):  # an address is settled by the room `places`
        return (usual if "://" in given else Path(given).resolve()), ""
    try:
        settings = tomllib.loads(SETTINGS.read_text("utf-8")) if SETTINGS.is_file() else {}
    except ValueError as error:
        return usual, f"{SETTINGS}: not a TOML file: {error}"
    given = str(settings.get("store") or usual)
    if "://" in given:
        return usual, (
            f"{SETTINGS}: store is {given}; SQLite writes into the middle of a file, which no such address offers: "
            "give a folder, or the address in CAPCYCLE_STORE to work on a copy of what lies there"
        )
    return Path(given).expanduser().resolve(), ""


STORE, UNUSABLE = store()
