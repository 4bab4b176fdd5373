"""`make mutants`: draws mutants by room and says which of them no test notices."""

from __future__ import annotations

import argparse
import ast
import os
import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from proofs.mutants.changes import Mutant, mutants, room_of
from proofs.mutants.marks import PACKAGE, ROOT
from proofs.mutants.reach import Reach, last, up_to_date
from proofs.mutants.trying import Trial, Tried

EQUIVALENT = Path(__file__).with_name("equivalent.toml")
"""Mutants that change nothing, each with the reason."""
LEAST = {"actions": 90, "cli": 90, "delivery": 90, "fava_ext": 90, "rendering": 90, "top": 90}
"""Percent of a room's mutants that tests have to notice; 95 in every other room."""


def main(arguments: Sequence[str]) -> int:
    """Tries a sample of mutants; 1 where less than `--least` percent of them are noticed."""
    parser = argparse.ArgumentParser(prog="make mutants MUTANTS=…", description=__doc__)
    parser.add_argument("--room", action="append", default=[], help="only this folder of the package (repeatable)")
    parser.add_argument("--file", action="append", default=[], help="only modules whose path ends so (repeatable)")
    parser.add_argument("--sample", type=int, default=60, help="how many; 0 for all (default: 60)")
    parser.add_argument("--seed", default="1", help="another draw (default: 1)")
    parser.add_argument("--budget", type=float, default=30, help="seconds of tests for a mutant (default: 30)")
    parser.add_argument("--least", type=float, default=0, help="fail below this percentage (default: 0)")
    parser.add_argument("--kept", action="store_true", help="with what was measured last, though files changed since")
    parser.add_argument("--each-room", action="store_true", help="as many mutants of every room")
    asked = parser.parse_args(arguments)
    os.environ["HYPOTHESIS_PROFILE"] = "mutants"
    os.environ["BEANCOUNT_DISABLE_LOAD_CACHE"] = "1"  # what a mutant makes of a ledger is not kept beside it
    reach = last() if asked.kept else up_to_date()
    drawn, idle = draw(asked.room, asked.file, asked.sample, asked.seed, each=asked.each_room)
    out = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    tried: list[Tried] = []

    def tell(one: Tried) -> None:
        tried.append(one)
        if one.how == "killed":
            word = f"{one.by}"
        else:
            word = "no test reaches it" if one.how == "unreached" else f"{one.tests} tests reach it, none notices"
        where = f"{one.mutant.path.removeprefix(PACKAGE + '/')}:{one.mutant.line}"
        print(f"{one.how:<9} {one.seconds:5.1f} s  {where} {one.mutant.key.partition(' ')[2]}\n{'':19}{word}", file=out)
        out.flush()

    using = _uses(reach) if any(mutant.constants for mutant in drawn) else {}

    def reaching(mutant: Mutant) -> frozenset[str]:
        return _tests(mutant, reach, using)

    files = sorted({test.partition("::")[0] for mutant in drawn for test in reaching(mutant)})
    trial = Trial(drawn, reaching, lambda test: reach.seconds.get(test, 1.0), tell, asked.budget)
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-o", "tmp_path_retention_policy=none"]
    code = pytest.main([*options, *files], plugins=[trial])
    if len(tried) < len(drawn):
        print(f"the tests could not be run: {code!r}", file=sys.stderr)
        return 2
    return report(tried, idle, asked.least)


def draw(
    rooms: Sequence[str], files: Sequence[str], sample: int, seed: str, *, each: bool = False
) -> tuple[list[Mutant], int]:
    """The mutants to try, and how many that change nothing would have been among them."""
    idle = equivalents()
    found = [
        mutant
        for file in sorted((ROOT / PACKAGE).rglob("*.py"))
        if (not files or str(file).endswith(tuple(files)))
        and (not rooms or room_of(str(file.relative_to(ROOT))) in rooms)
        for mutant in mutants(str(file.relative_to(ROOT)), file.read_text("utf-8"))
    ]
    if not rooms and not files:
        for key in sorted(idle.keys() - {mutant.key for mutant in found}):
            print(f"{EQUIVALENT.name} names what is no longer there: {key}", file=sys.stderr)
    found.sort(key=lambda mutant: mutant.rank(seed))
    counted: Counter[str] = Counter()
    drawn: list[Mutant] = []
    left_out = 0
    for mutant in found:
        group = mutant.room if each else ""
        if sample and counted[group] >= sample:
            continue
        if mutant.key in idle:
            left_out += 1
            continue
        counted[group] += 1
        drawn.append(mutant)
    return sorted(drawn, key=lambda mutant: (mutant.path, mutant.line)), left_out


def equivalents() -> dict[str, str]:
    """The mutants that change nothing, with the reason."""
    said = tomllib.loads(EQUIVALENT.read_text("utf-8"))
    return {key: one["why"] for one in said["equivalent"] for key in one["mutants"]}


def report(tried: Sequence[Tried], idle: int, least: float) -> int:
    """Prints the figures, room by room."""
    rooms = sorted({result.mutant.room for result in tried})
    print(f"\n{'':<12} mutants  killed  survived  unreached")
    for room in [*rooms, ""]:
        count: Counter[str] = Counter(result.how for result in tried if not room or result.mutant.room == room)
        share = _share(count)
        low = "  below" if room and share < LEAST.get(room, 95) else ""
        print(
            f"{room or 'all':<12} {count.total():>7} {count['killed']:>7} {count['survived']:>9}"
            f" {count['unreached']:>10}  {share:5.1f} %{low}"
        )
    seconds = sum(result.seconds for result in tried)
    print(f"{idle} that change nothing left out; {seconds:.0f} s")
    count = Counter(result.how for result in tried)
    share = _share(count)
    print(f"{count['killed']} of {count.total()} mutants noticed: {share:.1f} %")
    return 1 if share < least else 0


def _share(count: Counter[str]) -> float:
    """Percent of the mutants that tests notice."""
    return 100 * count["killed"] / max(count.total(), 1)


def _uses(reach: Reach) -> dict[str, list[tuple[str, int]]]:
    """Name → the modules and lines that read it."""
    result: dict[str, list[tuple[str, int]]] = {}
    for path, source in reach.sources.items():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                result.setdefault(node.id, []).append((path, node.lineno))
            elif isinstance(node, ast.Attribute):
                result.setdefault(node.attr, []).append((path, node.lineno))
    return result


def _tests(mutant: Mutant, reach: Reach, using: dict[str, list[tuple[str, int]]]) -> frozenset[str]:
    """The tests that reach what is changed, or that reach a line that reads the constant."""
    if mutant.function:
        return reach.tests(mutant.path, range(mutant.line, mutant.end + 1))
    return frozenset(
        test
        for name in mutant.constants
        for path, line in using.get(name, ())
        if path == mutant.path or not name.startswith("_")
        for test in reach.tests(path, (line,))
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
