"""Businesses live: random acts on a ledger, at every date held against a second model (tests/properties/lives).

`python -m proofs.lives --lives 5000 --seed 1` plays the lives of 5000 seeds from 1 on, and prints of each that fails the
shortest ledger found, what is wrong with it, and its seed. It fails where one does.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

from tests.properties.lives.verdict import failure


def main(failure: Callable[[int], str], description: str | None) -> int:
    """Plays the lives that the command line asks for; `failure` says what is wrong with the life of a seed."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lives", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1, help="of the first life")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--failures", type=int, default=0, help="end after so many (0: never)")
    asked = parser.parse_args()
    start, failed = time.monotonic(), 0
    seeds = range(asked.seed, asked.seed + asked.lives)
    with ProcessPoolExecutor(asked.jobs) as pool:
        for text in pool.map(failure, seeds, chunksize=4):
            if text:
                failed += 1
                print(f"\n{'=' * 100}\n{text}", flush=True)
                if failed == asked.failures:
                    pool.shutdown(wait=False, cancel_futures=True)
                    break
    print(f"{asked.lives} lives from seed {asked.seed}: {failed} failed, {time.monotonic() - start:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(failure, __doc__))
