"""Where the project lies on this machine."""

import os
from pathlib import Path

import platformdirs

ROOT = Path(os.environ.get("CAPCYCLE_HOME") or Path(__file__).parents[2]).resolve()
DATA = Path(os.environ.get("CAPCYCLE_DATA") or ROOT / "data").resolve()
NOTEBOOKS = ROOT / "notebooks"
LANGUAGE = os.environ.get("CAPCYCLE_LANGUAGE", "en")  # of all that is said and shown
CACHE = ROOT / ".capcycle" / ("" if LANGUAGE == "en" else LANGUAGE)
SITE = ROOT / "site"
STORE = Path(os.environ.get("CAPCYCLE_STORE") or platformdirs.user_data_path("capcycle")).resolve()  # the user's own
STORE_FILE = "store.sqlite"  # in that folder
SETTINGS = platformdirs.user_config_path("capcycle") / "settings.toml"
