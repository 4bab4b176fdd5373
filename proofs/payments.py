"""Lines of bank statements, matched: what is booked without asking is right, and most of what one could tell is (tests/bank).

`python -m proofs.payments --firms 1000 --files 200 --seed 1` draws the firms of 1000 seeds from 1 on, and prints what is wrong, and
of each clue how much of what one could tell was booked without asking. It fails where a link is wrong, or less than LEAST of a clue
is. The statements of the first 200 are written as files, in all formats in turn, and imported: once and again, in another format,
and in two files that overlap; it fails where a ledger has an error then, its balances differ, or a line is lost or doubled.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.bank import imported_firms
from tests.bank.referee import added, verdict

LEAST = 0.9


def main() -> int:
    """Draws and judges the firms that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--firms", type=int, default=1000)
    parser.add_argument("--files", type=int, default=200, help="so many of them are imported from files")
    parser.add_argument("--seed", type=int, default=1, help="of the first firm")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    start = time.monotonic()
    with ProcessPoolExecutor(asked.jobs) as pool:
        total = added(pool.map(verdict, range(asked.seed, asked.seed + asked.firms), chunksize=8))
        imported = imported_firms.added(pool.map(_imported, range(asked.seed, asked.seed + asked.files), chunksize=4))
    for text in (*total.wrong, *imported.wrong):
        print(text)
    booked = ", ".join(f"{count} by tier {tier}" for tier, count in sorted(total.booked.items()))
    print(
        f"{total.lines} lines of {asked.firms} firms: booked without asking {booked}; {len(total.wrong)} of them wrong"
    )
    missed = False
    for clue, count in sorted(total.could_be_told.items()):
        print(f"  told by {clue}: {total.told[clue]} of {count}, {100 * total.told[clue] / count:.1f} %")
        missed = missed or total.told[clue] < LEAST * count
    for name, count in sorted(imported.lines.items()):
        print(f"  {name}: {count} lines imported, {imported.booked[name]} booked without asking")
    print(f"{asked.files} firms imported from files: {len(imported.wrong)} things wrong")
    print(f"{time.monotonic() - start:.0f} s")
    return 1 if total.wrong or imported.wrong or missed else 0


def _imported(seed: int) -> imported_firms.ImportVerdict:
    with tempfile.TemporaryDirectory() as folder:
        return imported_firms.imported_firm(seed, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
