"""`python -m proofs.mutants.branches`: how many ways out of the program's decisions the tests take, room by room.

Counted from the marks of the last `MUTANTS_MARKS=1 make test`, see marks.py: of each `if`, loop and `match` every way out, also
the one that nobody wrote. What tests do in processes of their own is not counted.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence

from proofs.mutants.changes import room_of
from proofs.mutants.marks import FOLDER, Reached

_Way = tuple[str, int, int]
"""Module, line of the decision's block, and which of the ways out of its decision it is."""


def main(arguments: Sequence[str]) -> int:
    """Prints the table, or what is not taken; 1 where a room is below `--least` percent, 2 where nothing was marked."""
    parser = argparse.ArgumentParser(prog="python -m proofs.mutants.branches", description=__doc__)
    parser.add_argument("--missing", metavar="ROOM", action="append", default=[], help="list what is not taken there")
    parser.add_argument("--least", type=float, default=0, help="fail below this percentage in any room (default: 0)")
    parser.add_argument(
        "--but",
        metavar="ROOM=PERCENT",
        action="append",
        default=[],
        help="the percentage for a room that is not there yet",
    )
    asked = parser.parse_args(arguments)
    least = {room: float(percent) for room, _equals, percent in (text.partition("=") for text in asked.but)}
    ways = taken()
    if not ways:
        print("nothing was marked: run MUTANTS_MARKS=1 make test", file=sys.stderr)
        return 2
    for (path, line, number), is_taken in sorted(ways.items()):
        if not is_taken and room_of(path) in asked.missing:
            print(f"{path}:{line} way {number + 1}")
    all_ways = Counter(room_of(path) for path, _line, _number in ways)
    all_taken = Counter(room_of(path) for (path, _line, _number), is_taken in ways.items() if is_taken)
    below = False
    for room, count in sorted(all_ways.items()):
        share = 100 * all_taken[room] / count
        below |= share < least.get(room, asked.least)
        print(f"{room:<12} {all_taken[room]:>6} of {count:>6} branches  {share:5.1f} %")
    print(f"{'all':<12} {all_taken.total():>6} of {all_ways.total():>6} branches")
    return int(below)


def taken() -> dict[_Way, bool]:
    """For each way out of each decision whether a test took it."""
    result: dict[_Way, bool] = {}
    for file in sorted(FOLDER.glob("*.json")):
        found = Reached(**json.loads(file.read_text("utf-8")))
        reached = {*found.beside, *(mark for marks in found.tests.values() for mark in marks)}
        for decision in found.decisions:
            for number, mark in enumerate(decision):
                path, line, _end = found.marks[mark]
                way = path, line, number
                result[way] = result.get(way, False) or mark in reached
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
