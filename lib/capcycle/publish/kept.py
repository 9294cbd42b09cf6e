"""What is worked out once for all builds of a site, and kept in the cache by what it was made from."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from threading import get_ident

from capcycle import paths


def kept(name: str, make: Callable[[], str], made_from: str = "") -> str:
    """What `make` gives, made once and kept in a file of the cache; what a power cut spoils is made again.

    made_from  what it hangs on, where the name of the file does not say that
    """
    file: Path = paths.CACHE / name
    seal = lambda content: hashlib.sha256(made_from.encode() + content).hexdigest()  # noqa: E731
    digest, _, content = (file.read_bytes() if file.exists() else b"").partition(b"\n")
    if digest.decode("latin-1") != seal(content):
        content = make().encode()
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(f".{file.name}.{get_ident()}.{os.getpid()}")  # cleared after a kill, by its number
        beside.write_bytes(seal(content).encode() + b"\n" + content)
        beside.replace(file)
    return content.decode()
