"""From the SEC's answers to facts: beside the decoding of the same JSON, and many companies into one store.

python tests/benchmarks/bench_sources.py FOLDER   # of companyfacts answers, .json or .json.gz, named TICKER.…
"""

import gzip
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from capcycle import facts, paths, sources
from capcycle.errors import CapcycleError
from capcycle.facts import door
from capcycle.sources import tags

EMPTY = {"filings": {"recent": {"accessionNumber": [], "form": [], "filingDate": []}}}
RECORDED = Path(__file__).parents[1] / "data" / "sec"


class Archive:
    """Answers of a folder in place of EDGAR."""

    def __init__(self, folder: Path):
        found = [path for path in sorted(folder.glob("*.json*")) if path.stat().st_size]
        self.texts = {path.name.split(".json")[0].split("_")[0]: _bytes(path) for path in found}
        self.numbers = {ticker: int(json.loads(text)["cik"]) for ticker, text in self.texts.items()}
        self.tickers = {number: ticker for ticker, number in self.numbers.items()}

    def registrant(self, ticker: str) -> tuple[int, str]:
        return self.numbers[ticker], ticker

    def companyfacts(self, cik: int) -> dict:
        return json.loads(self.texts[self.tickers[cik]])

    def submissions(self, _: int) -> dict:
        return EMPTY


def _bytes(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def mapping(archive: Archive) -> float:
    """Seconds of reading all answers into figures for one second of decoding them."""
    table = sources.read_tags()
    answers = {ticker: json.loads(text) for ticker, text in archive.texts.items()}
    decoding = min(seconds(lambda: [json.loads(text) for text in archive.texts.values()]) for _ in range(3))
    reading = min(seconds(lambda: [_read(each, table, ticker) for ticker, each in answers.items()]) for _ in range(3))
    return reading / decoding


def _read(answer: dict, table, ticker: str) -> int:
    try:
        return len(tags.reading(answer, table, ticker).figures)
    except CapcycleError as error:
        print(f"  {error}")
        return 0


def ingest(archive: Archive) -> None:
    """Every company into an empty store, the cost of the first and the last tenth, and a comparison of ten of them."""
    table, known, took, refused = sources.read_tags(), door.reference(), [], 0
    for ticker in archive.numbers:
        start = time.perf_counter()
        try:
            sources.add(ticker, archive, table, known).save()
        except CapcycleError as error:
            refused += 1
            print(f"  refused {ticker}: {error}")
        took.append(time.perf_counter() - start)
    tenth = max(1, len(took) // 10)
    print(f"{len(took)} companies, {refused} refused, {sum(took):.1f} s")
    print(f"a company at the end for one at the start: {sum(took[-tenth:]) / sum(took[:tenth]):.2f}")
    some = sources.companies()[:10]
    facts.companies()
    print(f"ten companies from the store: {seconds(lambda: facts.load(some)):.2f} s")


def main(folder: Path) -> None:
    archive = Archive(folder)
    print(f"figures for the decoding of the same JSON: {mapping(archive):.2f}")
    with tempfile.TemporaryDirectory() as store:
        paths.STORE = Path(store)
        ingest(archive)
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def test_recordings_are_ingested():
    main(RECORDED)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else RECORDED)
