"""Feeds mutated frames to one receiver, and says what came of it."""

import argparse
import sys
from time import perf_counter

from tests.tic.fuzz import endure

MOST_GROWN = 5_000  # blocks of memory; one for each frame would be a leak


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/fuzz", description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=1_000_000, help="frames to feed")
    parser.add_argument("--seed", type=int, default=1, help="of another series of damages")
    options = parser.parse_args()
    start = perf_counter()
    endured = endure(options.count, options.seed)
    print(
        f"{options.count} mutated frames in {perf_counter() - start:.0f} s: no exception, "
        f"{endured.frames} frames told, largest container {endured.largest}, "
        f"{endured.grown} blocks of memory gained"
    )
    return 0 if endured.grown < MOST_GROWN else 1


if __name__ == "__main__":
    sys.exit(main())
