"""Corruptions of every table of `data/`, one at a time: refused, doubted, harmless or silent.

Each is checked as `capcycle check` does, in one process: what did not change is not read again. The first share is by
what the rules know of figures alone, the second with the rows that were reviewed and are gone, the third with those
that are not as they were reviewed.
"""

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from corrupt import DAMAGED, KINDS, corrupted

from capcycle import claims, facts, paths, sources
from capcycle.errors import CapcycleError
from capcycle.facts import doubts, registers, reviewed, tables
from capcycle.facts.doubts import figures, prices, records

SEED, EACH = 20261129, 12
OUTCOMES = ("tried", "refused well", "refused badly", "harmless", "doubted", "gone", "changed", "silent")
READ = {  # by each rule for doubts that does not read every table
    figures.doubts: ("facts/", "companies", "dictionary", "sources", "market", "registers."),
    prices.doubts: ("market", "fx", "registers."),
    records.doubts: "",
}
CLAIMS = ("claims", "check", "alias", "speaker", "examples")


class World:
    """A copy of the data in which one file at a time is damaged."""

    def __init__(self, folder):
        read = (path for path in paths.DATA.rglob("*.csv") if path.name != "systems.csv")  # which no page reads
        self.files = {path.relative_to(paths.DATA).as_posix(): path.read_bytes() for path in read}
        shutil.copytree(paths.DATA, folder, dirs_exist_ok=True)
        paths.DATA = Path(folder)
        self.cells = {name: tables.cells(name) for name in self.files}
        self.known = set(doubts.doubts())
        reviewed.accept()

    def tried(self, name, data):
        """What happens to a file with other bytes; with None it is a folder."""
        path = paths.DATA / name
        path.unlink()
        path.mkdir() if data is None else path.write_bytes(data)
        try:
            return self.outcome(name)
        except Exception as error:  # whatever is no refusal is what is looked for
            return "refused badly", repr(error)[:200]
        finally:
            path.rmdir() if data is None else path.unlink()
            path.write_bytes(self.files[name])

    def outcome(self, name):
        own = claims.check_tables if name.startswith(CLAIMS) else facts.check if "fact" in name else registers.check
        gone, changed = reviewed.differences()
        for job in dict.fromkeys((own, facts.check, registers.check, claims.check_tables, sources.check_tables)):
            try:
                job()
            except CapcycleError as error:
                told = "\n".join([str(error), *gone, *changed])
                return ("refused well" if f"data/{name}" in told else "refused badly"), str(error).split("\n", 2)[1]
        found = [line for job, files in READ.items() if name.startswith(files) for line in job()]
        if found := [line for line in found if line not in self.known]:
            return "doubted", found[0]
        if gone:
            return "gone", gone[0]
        if changed:
            return "changed", changed[0]
        return ("harmless" if tables.cells(name) == self.cells[name] else "silent"), ""


def seeded(files, each, seed, kinds=None):
    """Corruptions of each kind over the tables that can have it: kind, file and bytes."""
    for kind in kinds or [*KINDS, *DAMAGED]:
        rng = random.Random(f"{seed} {kind}")
        names = rng.sample(sorted(files), len(files))
        made = []
        for name in names * 3:
            data = DAMAGED[kind](files[name]) if kind in DAMAGED else corrupted(kind, name, files[name], rng)
            if data is not None or kind == "a folder":
                made.append((kind, name, data))
            if len(made) == each:
                break
        yield from made


def counted(world, each=EACH, seed=SEED, kinds=None, told=print):
    """How many corruptions of each kind end how."""
    counts = {}
    for kind, name, data in seeded(world.files, each, seed, kinds):
        outcome, why = world.tried(name, data)
        counts.setdefault(kind, Counter()).update(["tried", outcome])
        if outcome in ("changed", "silent", "refused badly"):
            told(f"  {outcome}: {kind}, {name} {why}")
    return counts


def shares(total):
    """The share of corruptions that is refused or doubted, by figures alone and with the rows of the reviewed state."""
    real = total["tried"] - total["harmless"]
    alone = total["refused well"] + total["doubted"]
    return alone / real, (alone + total["gone"]) / real, (alone + total["gone"] + total["changed"]) / real


def bench_corruptions(each=EACH, seed=SEED, kinds=None):
    data = paths.DATA
    with tempfile.TemporaryDirectory() as folder:
        try:
            counts = counted(World(folder), each, seed, kinds)
        finally:
            paths.DATA = data  # of whatever is measured after it
    total = sum(counts.values(), Counter())
    print(f"{'':32}" + "".join(f"{each:>15}" for each in OUTCOMES))
    for kind, count in [*counts.items(), ("all", total)]:
        print(f"{kind:32}" + "".join(f"{count[each]:15}" for each in OUTCOMES))
    alone, gone, changed = shares(total)
    print(f"refused or doubted by what is known of figures: {alone:.1%}; with reviewed rows that are gone: {gone:.1%}; "
          f"with reviewed rows that changed: {changed:.1%}")  # fmt: skip
    return total


def test_corruptions():
    bench_corruptions(each=1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=EACH)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--kind", action="append")
    chosen = parser.parse_args()
    bench_corruptions(chosen.each, chosen.seed, chosen.kind)
