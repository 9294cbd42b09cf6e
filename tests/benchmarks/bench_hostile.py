"""Everything that was tried to get a wrong answer in silence, in one go: slips in tables, parameters, notebooks, kills.

    python tests/benchmarks/bench_hostile.py           # a quarter of an hour
    python tests/benchmarks/bench_hostile.py --quick   # a sample of each

Tried, refused well, refused badly, harmless, doubted, silent: of each set what it says of itself.
"""

import argparse
import sys

import bench_corruptions
import bench_faults
import bench_parameters

QUICK = {"each": 1, "runs": "4", "kills": "3", "hostile": "3"}
WHOLE = {"each": bench_corruptions.EACH, "runs": str(bench_parameters.RUNS), "kills": "40", "hostile": "33"}


def main() -> None:
    """Print what each set comes to."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--quick", action="store_true")
    chosen = QUICK if asked.parse_args().quick else WHOLE
    print("Slips in the tables of data/")
    bench_corruptions.bench_corruptions(each=chosen["each"])
    print("Parameters of the notebooks")
    sys.argv[1:] = ["--runs", chosen["runs"]]
    bench_parameters.main()
    print("Kills and hostile notebooks")
    bench_faults.main(["--kills", chosen["kills"], "--hostile", chosen["hostile"]])


if __name__ == "__main__":
    main()
