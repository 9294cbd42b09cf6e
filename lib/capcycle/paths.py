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
STORE_FILE = "store.sqlite"  # in the folder of the user's own


def store() -> tuple[Path, str]:
    """The folder of the user's own layer, and why it cannot be used; empty where it can.

    It is what CAPCYCLE_STORE says, else `store` in the user's settings, else the user's data folder.
    """
    usual = platformdirs.user_data_path("capcycle").resolve()
    try:
        settings = tomllib.loads(SETTINGS.read_text("utf-8")) if SETTINGS.is_file() else {}
    except ValueError as error:
        return usual, f"{SETTINGS}: not a TOML file: {error}"
    given = os.environ.get("CAPCYCLE_STORE") or str(settings.get("store") or usual)
    if "://" in given.removeprefix("file://"):
        return usual, (
            f"the store cannot be at {given}: SQLite locks a file and writes into the middle of it, which no "
            "such address offers; give a folder of this machine, or one that is mounted"
        )
    return Path(given.removeprefix("file://")).expanduser().resolve(), ""


STORE, UNUSABLE = store()
