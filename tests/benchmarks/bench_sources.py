"""From the SEC's answers to facts: beside the decoding of the same JSON, and whole markets into one store.

python tests/benchmarks/bench_sources.py FOLDER [--read 5000] [--of 5000]

The folder has companyfacts answers, .json or .json.gz, named TICKER.…

The archive that is read is made of the folder's companies under new numbers; the store that is used has so many
companies in all, of which those beyond the archive are copies. edgartools is compared where it is installed.
"""

import argparse
import gzip
import importlib.util
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import orjson

from capcycle import facts, paths, screen, sources
from capcycle.errors import CapcycleError
from capcycle.facts import layers, store
from capcycle.sources import tags

RECORDED = Path(__file__).parents[1] / "data" / "sec"
FIRST = 5_000_000  # number of the first made company
METRIC = "capex_to_revenue"


def texts(folder: Path) -> dict[str, bytes]:
    """The answers of a folder by name."""
    found = [path for path in sorted(folder.glob("*.json*")) if path.stat().st_size]
    return {path.name.split(".json")[0]: _bytes(path) for path in found}


def _bytes(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def seconds(work, times: int = 1) -> float:
    """Seconds of the processor, which other work on the machine hardly changes; the best of some times."""

    def once() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    return min(once() for _ in range(times))


def mapping(answers: dict[str, bytes]) -> None:
    """The time from an answer to its figures, for that of decoding it with the fastest decoder; and of edgartools."""
    table = sources.read_tags()
    decoding = seconds(lambda: [orjson.loads(text) for text in answers.values()], 5)
    decoded = {name: orjson.loads(text) for name, text in answers.items()}
    reading = seconds(lambda: [_figures(each, table, name) for name, each in decoded.items()], 5)
    print(f"figures of a decoded answer, for its decoding: {reading / decoding:.2f}")
    if importlib.util.find_spec("edgar"):
        from edgar.entity.parser import EntityFactsParser

        theirs = seconds(lambda: [EntityFactsParser.parse_company_facts(each) for each in decoded.values()], 3)
        print(f"edgartools on the same: {theirs / decoding:.2f}")


def _figures(answer: dict, table, name: str) -> int:
    try:
        return len(tags.reading(answer, table, name).figures)
    except CapcycleError:  # an answer without a tag that is known, or without an annual report
        return 0


def made(answers: dict[str, bytes], count: int, folder: Path) -> Path:
    """An archive as the SEC makes it, of as many companies as asked for."""
    decoded, table = [orjson.loads(text) for text in answers.values()], {}
    with zipfile.ZipFile(folder / "companyfacts.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for place in range(count):
            answer = decoded[place % len(decoded)] | {"cik": FIRST + place, "entityName": f"Made {place}"}
            archive.writestr(f"CIK{FIRST + place:010}.json", orjson.dumps(answer))
            table[place] = {"cik_str": FIRST + place, "ticker": f"M{place}", "title": f"Made {place}"}
    (folder / "company_tickers.json").write_text(json.dumps(table))
    return folder / "companyfacts.zip"


def used() -> float:
    """Seconds of the processor of this process and those that it waited for."""
    return sum(each.ru_utime + each.ru_stime for each in map(resource.getrusage, (resource.RUSAGE_SELF, -1)))


def ingest(archive: Path) -> None:
    """All of it into an empty store, in two halves of the same run, and the twelve months for a screen."""
    opened = sources.Archive(archive)
    found = sources.members(opened, opened.beside())[0]
    half, cost = max(1, len(found) // 2), []
    for part in (found[:half], found[half:]):
        start = used()
        refused = [each for each in sources.ingest(archive, part) if each.refused]
        cost.append((used() - start) / max(1, len(part)))
        print(f"{len(part)} companies, {len(refused)} refused")
    print(f"a company of the second half for one of the first: {cost[1] / cost[0]:.2f}")
    start = used()
    screen.prepare()
    print(f"the twelve months of a company for its ingestion: {(used() - start) / len(found) / cost[1]:.2f}")
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"most memory: {most[1] / 1024:.0f} MiB, and {most[0] / 1024:.0f} MiB in each process that helps")


def grow(count: int) -> None:
    """Copy what the store has under new names until it has so many companies: quicker than to read them."""
    with sqlite3.connect(store.file()) as connection:
        names = [name for (name,) in connection.execute("SELECT company FROM companies WHERE \"group\" = 'market'")]
        for place in range(count - len(names)):
            old, new = names[place % len(names)], f"N{place}"
            for table in ("companies", "sources", "facts", "worked", "months"):
                columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
                shown = ", ".join("?" if column == "company" else f'"{column}"' for column in columns)
                where = "company = ?" + " AND as_of = ''" * ("as_of" in columns)
                connection.execute(f"INSERT INTO {table} SELECT {shown} FROM {table} WHERE {where}", [new, old])


def use(count: int) -> None:
    """A comparison of ten companies and a screen of all, beside what starting Python with pandas costs."""
    some = [f"M{place}" for place in range(10)]
    facts.companies(some)
    print(f"{count} companies in {store.file().stat().st_size / 2**20:.0f} MiB")
    print(f"ten companies from the store: {seconds(lambda: facts.open(some).facts):.2f} s of the processor")
    layers.CALLED.clear()
    print(f"a screen in a notebook: {seconds(lambda: screen.screen(METRIC, 50)):.2f} s of the processor")
    before = used()
    line = [sys.executable, "-m", "capcycle.cli", "screen", METRIC, "--top", "50"]
    environment = {"CAPCYCLE_STORE": str(paths.STORE), "PYTHONPATH": ":".join(sys.path), "PATH": ""}
    subprocess.run(line, check=True, env=environment, stdout=subprocess.DEVNULL)
    print(f"a screen from the command line: {used() - before:.2f} s of the processor")


def main(folder: Path, read: int, count: int) -> None:
    answers = texts(folder)
    mapping(answers)
    with tempfile.TemporaryDirectory() as place:
        paths.STORE = Path(place) / "store"
        ingest(made(answers, read, Path(place)))
        grow(count)
        use(count)


def test_recordings_are_ingested():
    main(RECORDED, 20, 40)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?", default=RECORDED)
    parser.add_argument("--read", type=int, default=1000, metavar="COUNT")
    parser.add_argument("--of", type=int, default=5000, metavar="COUNT")
    main(*vars(parser.parse_args()).values())
