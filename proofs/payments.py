"""Lines of bank statements, matched: what is booked without asking is right, and most of what one could tell is (tests/bank).

`python -m proofs.payments --firms 1000 --seed 1` draws the firms of 1000 seeds from 1 on, and prints what is wrong, and of each
clue how much of what one could tell was booked without asking. It fails where a link is wrong, or less than LEAST of a clue is.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.bank.referee import added, verdict

LEAST = 0.9


def main() -> int:
    """Draws and judges the firms that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--firms", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1, help="of the first firm")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    start = time.monotonic()
    with ProcessPoolExecutor(asked.jobs) as pool:
        total = added(pool.map(verdict, range(asked.seed, asked.seed + asked.firms), chunksize=8))
    for text in total.wrong:
        print(text)
    booked = ", ".join(f"{count} by tier {tier}" for tier, count in sorted(total.booked.items()))
    print(
        f"{total.lines} lines of {asked.firms} firms: booked without asking {booked}; {len(total.wrong)} of them wrong"
    )
    missed = False
    for clue, count in sorted(total.could_be_told.items()):
        print(f"  told by {clue}: {total.told[clue]} of {count}, {100 * total.told[clue] / count:.1f} %")
        missed = missed or total.told[clue] < LEAST * count
    print(f"{time.monotonic() - start:.0f} s")
    return 1 if total.wrong or missed else 0


if __name__ == "__main__":
    sys.exit(main())
