"""Simulated days on bad lines, and what of them reached a state that was not true."""

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
import sys

from scripts.soaking.report import Outcome, outcome, table
from scripts.soaking.scenario import Scenario, matrix
from scripts.soaking.soak import Soak
from simulator.tariff import CONTRACTS


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/soak", description=__doc__)
    plain = Scenario()
    parser.add_argument("--all", action="store_true", help="each mode, supply, noise and parity")
    parser.add_argument("--mode", choices=("standard", "historic"), default=plain.mode)
    parser.add_argument("--phases", type=int, choices=(1, 3), default=plain.phases)
    parser.add_argument("--contract", choices=tuple(CONTRACTS), default=plain.contract)
    parser.add_argument("--producer", action="store_true", help="the meter tells what it exports")
    parser.add_argument("--noise", type=float, default=plain.noise, help="false bits, 1e-3 to 0")
    parser.add_argument("--parity", choices=("even", "stripped"), default=plain.parity)
    parser.add_argument("--storm", type=float, default=plain.storm, help="troubles an hour")
    parser.add_argument("--only", default=plain.only, metavar="FAULT", help="Stranger, Noise...")
    parser.add_argument("--hours", type=float, default=plain.hours)
    parser.add_argument("--seed", type=int, default=plain.seed)
    parser.add_argument("--start", default=plain.start, metavar="ISO8601")
    return parser.parse_args(words)


def scenarios(options: argparse.Namespace) -> list[Scenario]:
    chosen = {name: value for name, value in vars(options).items() if name != "all"}
    scenario = replace(Scenario(), **chosen)
    return matrix(scenario) if options.all else [scenario]


def lived(scenario: Scenario) -> Outcome:
    soak = Soak(scenario)
    soak.run()
    return outcome(soak)


def main(words: Sequence[str] | None = None) -> int:
    outcomes = []
    # A process for each, so that its memory is its own.
    with ProcessPoolExecutor(2, max_tasks_per_child=1) as processes:
        for one in processes.map(lived, scenarios(arguments(words))):
            print(*one.lines, "", sep="\n", flush=True)
            outcomes.append(one)
    print(table(one.row for one in outcomes))
    return int(any(one.has_failed for one in outcomes))


if __name__ == "__main__":
    sys.exit(main())
