"""Which test reaches which line: marked as the tests run, see marks.py, and kept under build/.

What was kept is brought up to date instead of being measured anew: lines are found again where they moved to, and only tests
whose files changed are run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from hashlib import blake2b
from typing import NamedTuple

import pytest

from proofs.mutants import marks
from proofs.mutants.marks import FOLDER, LEFT_OUT, PACKAGE, ROOT

KEPT = ROOT / "build" / "mutants"


class Reach(NamedTuple):
    """What each test reached when it was last measured."""

    files: Mapping[str, str]
    """Digests of the tests' files, by their paths from the top of the project."""
    sources: Mapping[str, str]
    """The modules as they were, by their paths."""
    seconds: Mapping[str, float]
    """The processor time of each test, by its id."""
    lines: Mapping[str, Mapping[int, frozenset[str]]]
    """Module → line → the tests that reach it."""

    def tests(self, path: str, lines: Iterable[int]) -> frozenset[str]:
        """The tests that reach one of the lines of a module."""
        reached = self.lines.get(path, {})
        return frozenset(test for line in lines for test in reached.get(line, ()))


def up_to_date() -> Reach:
    """What tests reach now; measures what is not known, which takes minutes the first time.

    Of a test that fails it is known what it reached before. Raises SystemExit where
    the tests cannot be run.
    """
    kept, files = _kept(), _files()
    if kept.sources != _sources() or kept.files != files:
        marked = _read(marks.digest())
        if marked.seconds:  # by a whole run of the suite, see .ci/run
            result = marked._replace(files=files, sources=_sources())
            _keep(result)
            return result
    stale = sorted(path for path in files if kept.files.get(path) != files[path])
    shared = [path for path in stale if not path.rpartition("/")[2].startswith("test_")]
    if shared and kept.files:
        print(f"{', '.join(shared)} changed: delete {KEPT} to measure everything again", file=sys.stderr)
    asked = [path for path in stale if path.rpartition("/")[2].startswith("test_")]
    if not asked and kept.sources == _sources():
        return kept
    new = _measured(asked, anew=not kept.files) if asked else Reach({}, {}, {}, {})
    gone = set(asked) | (set(kept.files) - set(files))
    reach = _moved(kept, _sources())
    lines: dict[str, dict[int, frozenset[str]]] = defaultdict(dict)
    for path, reached in reach.lines.items():
        lines[path] = {
            line: frozenset(test for test in tests if test.partition("::")[0] not in gone)
            for line, tests in reached.items()
        }
    for path, reached in new.lines.items():
        for line, tests in reached.items():
            lines[path][line] = lines[path].get(line, frozenset()) | tests
    seconds = {test: taken for test, taken in kept.seconds.items() if test.partition("::")[0] not in gone}
    result = Reach(files, _sources(), {**seconds, **new.seconds}, lines)
    _keep(result)
    return result


def last() -> Reach:
    """What was measured last, its lines where they stand today."""
    return _moved(_kept(), _sources())


def _sources() -> dict[str, str]:
    return {str(file.relative_to(ROOT)): file.read_text("utf-8") for file in sorted((ROOT / PACKAGE).rglob("*.py"))}


def _files() -> dict[str, str]:
    return {
        str(file.relative_to(ROOT)): blake2b(file.read_bytes(), digest_size=8).hexdigest()
        for file in sorted((ROOT / "tests").rglob("*.py"))
        if not str(file.relative_to(ROOT)).startswith(LEFT_OUT)
    }


def _moved(kept: Reach, sources: Mapping[str, str]) -> Reach:
    """The same, with every line where it stands today; a new line is reached by what reaches the line before it."""
    lines: dict[str, Mapping[int, frozenset[str]]] = {}
    for path, source in sources.items():
        before, reached = kept.sources.get(path, ""), kept.lines.get(path, {})
        if before == source:
            lines[path] = reached
            continue
        now: dict[int, frozenset[str]] = {}
        old, new = before.splitlines(), source.splitlines()
        for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if what == "equal":
                now.update({c + step + 1: reached[a + step + 1] for step in range(b - a) if a + step + 1 in reached})
            elif what in {"replace", "insert"}:
                around = [reached[line] for line in range(a, b + 2) if line in reached]
                if around:
                    now.update(dict.fromkeys(range(c + 1, d + 1), frozenset[str]().union(*around)))
        lines[path] = now
    return kept._replace(lines=lines, sources=sources)


def _kept() -> Reach:
    try:
        said = json.loads((KEPT / "reach.json").read_text("utf-8"))
    except FileNotFoundError:
        return Reach({}, {}, {}, {})
    names = list(said["seconds"])

    def tests(digits: str) -> frozenset[str]:
        bits = int(digits, 16)
        return frozenset(name for place, name in enumerate(names) if bits >> place & 1)

    once: dict[str, frozenset[str]] = {}  # many lines are reached by the same tests
    lines = {
        path: {
            int(line): once.setdefault(bits, tests(bits)) if bits not in once else once[bits]
            for line, bits in reached.items()
        }
        for path, reached in said["lines"].items()
    }
    return Reach(said["files"], said["sources"], said["seconds"], lines)


def _keep(reach: Reach) -> None:
    place = {test: number for number, test in enumerate(reach.seconds)}
    bits: dict[frozenset[str], str] = {}
    for reached in reach.lines.values():
        for tests in reached.values():
            if tests not in bits:
                bits[tests] = f"{sum(1 << place[test] for test in tests if test in place):x}"
    said = {
        "files": reach.files,
        "sources": reach.sources,
        "seconds": reach.seconds,
        "lines": {
            path: {line: bits[tests] for line, tests in reached.items()} for path, reached in reach.lines.items()
        },
    }
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / "reach.json").write_text(json.dumps(said), encoding="utf-8")


def _measured(files: list[str], *, anew: bool) -> Reach:
    """What the tests of some files reach, or all tests; in processes of their own, for marks come with the first import."""
    those = "all of them, once" if anew else ", ".join(files)
    print(f"What the tests reach is measured: {those} …", file=sys.stderr, flush=True)
    beside = ["-n", "2"] if anew else []
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "proofs.mutants.marks", "-p", "no:cacheprovider", *beside, *files],
        cwd=ROOT,
        env={**os.environ, marks.ASKED: "1"},
        check=False,
        stdout=sys.stderr,
    )
    if result.returncode not in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}:
        raise SystemExit("The tests could not be run: what they reach is not known.")
    found = _read()
    for file in FOLDER.glob("*.json"):
        file.unlink()
    return found


def _read(true_of: str = "") -> Reach:
    """Module → line → tests, out of what the processes wrote, where it is true of the program with that digest."""
    seconds: dict[str, float] = {}
    found: defaultdict[str, defaultdict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for file in sorted(FOLDER.glob("*.json")):
        said = marks.Reached(**json.loads(file.read_text("utf-8")))
        if true_of not in {"", said.true_of}:
            return Reach({}, {}, {}, {})
        seconds |= said.seconds
        reached: defaultdict[int, set[str]] = defaultdict(set)
        for name, numbers in said.tests.items():
            tests = [name] if name in said.seconds else [test for test in said.seconds if test.startswith(name)]
            for number in numbers:
                reached[number].update(tests)
        for number, by in reached.items():
            path, first, end = said.marks[number]
            for line in range(first, end + 1):
                found[path][line] |= by
    lines = {path: {line: frozenset(by) for line, by in of.items()} for path, of in found.items()}
    return Reach({}, {}, seconds, lines)
