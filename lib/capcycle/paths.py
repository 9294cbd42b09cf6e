"""Where the project lies on this machine."""

import os
from pathlib import Path

ROOT = Path(os.environ.get("CAPCYCLE_HOME") or Path(__file__).parents[2]).resolve()
DATA = ROOT / "data"
NOTEBOOKS = ROOT / "notebooks"
CACHE = ROOT / ".capcycle"
SITE = ROOT / "site"
