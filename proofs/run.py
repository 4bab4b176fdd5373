"""`make proof`: what takes long, or needs more than Python. Ends with a line for each proof, and fails unless all held.

A proof that cannot run here (a program is missing) fails too, unless it stands in OPTIONAL. `make proof GENERATED=400` draws so
many documents for the proof `generated`, and has veraPDF and Mustang look at each of them, not at a few. `make proof FULL=1`
repeats more often what proves by repetition: the examples of properties, killed mail runs, spoilt ledgers.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, NamedTuple

from proofs.mutants import marks

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
DEMO = ROOT / "build" / "demo"
E_INVOICES = ROOT / "build" / "e-invoices"
GENERATED = ROOT / "build" / "generated"
VERAPDF = "org.verapdf.apps:greenfield-apps:1.28.2"
MUSTANG = "org.mustangproject:validator:2.22.0:jar:shaded"
FULL = bool(os.environ.get("FULL"))
OPTIONAL: frozenset[str] = frozenset({"audit", "branches"})
"""Names of proofs that may be left out where what they need is missing."""


class CouldNotRunError(Exception):
    """A program that a proof needs is not here."""


class FailedError(Exception):
    """A proof does not hold; the message says what."""


def run(*command: str | Path, folder: Path = ROOT, **variables: str) -> str:
    """Runs a program and returns what it prints. Raises FailedError with its output where it fails."""
    result = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise FailedError(
            f"{' '.join(map(str, command[:6]))} … ended with {result.returncode}:\n{result.stdout}{result.stderr}"
        )
    return result.stdout


def needed(*programs: str) -> None:
    """Raises CouldNotRunError where a program is missing."""
    for program in programs:
        if shutil.which(program) is None:
            raise CouldNotRunError(f"{program} is not installed")


def demo() -> str:
    """`make demo` works."""
    shutil.rmtree(DEMO, ignore_errors=True)
    run("make", "demo")
    files = [*DEMO.rglob("*.pdf"), *DEMO.rglob("*.html")]
    if len(files) < 40:
        raise FailedError(f"make demo wrote {len(files)} files only")
    return f"{len(files)} PDF and HTML files"


def spreadsheets() -> str:
    """LibreOffice reads the accountant's spreadsheets, and works out their totals as we do."""
    needed("soffice")
    return run(sys.executable, "-m", "proofs.spreadsheets").strip()


def wheel() -> str:
    """The wheel, made from the sdist, works in empty environments: every Python to be had, exact, lowest and newest packages."""
    return run(sys.executable, "-m", "proofs.wheel").strip()


def properties() -> str:
    """The properties hold on many more generated ledgers, and the slow tests pass."""
    profile, requests = ("proof", "50") if FULL else ("ci", "12")
    out = run(
        sys.executable, "-m", "pytest", "-q", "-n", "2", "-m", "slow or hypothesis",
        HYPOTHESIS_PROFILE=profile, FAVA_REQUESTS=requests,
    )  # fmt: skip
    return out.strip().splitlines()[-1]


def mailing() -> str:
    """Hundreds of e-mails, the sending killed at random points: none twice, none lost without being named in doubt."""
    return run(sys.executable, "-m", "proofs.mailing", "--count", "300" if FULL else "140").strip().splitlines()[-1]


def fuzz() -> str:
    """Broken copies of the example's books make no traceback."""
    return run(sys.executable, HERE / "fuzz.py", "--tries", "800" if FULL else "300").strip().splitlines()[-1]


def payments() -> str:
    """Payments of a thousand firms drawn by chance: what is booked without asking is right, and most that can be is booked."""
    out = run(sys.executable, "-m", "proofs.payments").strip().splitlines()
    return "; ".join(line.strip() for line in out[:-1])


def e_invoices() -> str:
    """Every document of the example and of the tests' ledger, in every syntax, keeps the official rules or says why not."""
    shutil.rmtree(E_INVOICES, ignore_errors=True)
    return run(sys.executable, "-m", "proofs.e_invoices", E_INVOICES).strip().splitlines()[-1]


def generated() -> str:
    """Documents of ten countries, drawn by chance, keep the official rules in every syntax and say the right figures."""
    shutil.rmtree(GENERATED, ignore_errors=True)
    count = os.environ.get("GENERATED") or "130"
    out = run(sys.executable, "-m", "proofs.generated", GENERATED, "--count", count, "--seed", "1")
    return out.strip().splitlines()[-1]


def broken_documents() -> str:
    """E-invoices broken in one place each are judged without an exception, and as the official rules judge them."""
    return (
        run(sys.executable, "-m", "proofs.broken_documents", "--mutants", "200", "--seed", "1").strip().splitlines()[-1]
    )


def branches() -> str:
    """In every room the tests take most ways out of each decision; known where `make test` ran with MUTANTS_MARKS=1."""
    if not list(marks.FOLDER.glob("*.json")):
        raise CouldNotRunError("nothing was marked: MUTANTS_MARKS=1 make test")
    # bank review is tried on a terminal too, in a process of its own: its ways are not marked
    options = ("--least", "95", "--but=cli=94")
    return run(sys.executable, "-m", "proofs.mutants.branches", *options).strip().splitlines()[-1]


def mutants() -> str:
    """Tests notice most of 60 small changes of the program, drawn by chance (`make mutants` says which they do not)."""
    # any change of the program draws others: the share of a sample of 60 has a standard error of six points
    out = run(sys.executable, "-m", "proofs.mutants", "--sample", "60", "--seed", "1", "--budget", "6", "--least", "60")
    return out.strip().splitlines()[-1]


def audit() -> str:
    """No version in constraints.txt has a known vulnerability, says pip-audit (pip install pip-audit; it asks PyPI)."""
    needed("pip-audit")
    result = subprocess.run(
        ["pip-audit", "-r", ROOT / "constraints.txt", "--no-deps", "--disable-pip", "--format", "json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        known = json.loads(result.stdout)["dependencies"]
    except (ValueError, LookupError):
        raise CouldNotRunError(f"pip-audit: {result.stderr.strip()[-300:]}") from None
    found = [
        f"{one['name']} {one['version']}: {each['id']}, mended in {', '.join(each['fix_versions']) or 'no version yet'}"
        for one in known
        for each in one.get("vulns", ())
    ]
    if found:
        raise FailedError(f"{len(found)} known vulnerabilities:\n" + "\n".join(found))
    if passed_over := [one for one in known if "skip_reason" in one]:
        raise CouldNotRunError(
            f"{len(passed_over)} of {len(known)} versions were not looked up: {passed_over[0]['skip_reason']}"
        )
    return f"{len(known)} versions, none with a known vulnerability"


def fetched(artifact: str, name: str) -> Path:
    """A program from the Maven repository."""
    folder = ROOT / "build" / name
    run(
        "mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={folder}",
        "-Dmdep.stripVersion=true", folder=HERE,
    )  # fmt: skip
    (jar,) = folder.glob("*.jar")
    return jar


def finished(*folders: Path) -> list[Path]:
    """The PDFs that earlier proofs left in these folders."""
    files = sorted(file for folder in folders for file in folder.rglob("*.pdf"))
    if not files:
        raise FailedError("there are no PDFs: run the proofs demo, e_invoices and generated first")
    return files


def drawn() -> list[Path]:
    """The generated PDFs that other programs look at: all where a number of them was asked for, else one in eight."""
    return finished(GENERATED)[:: 1 if os.environ.get("GENERATED") else 8]


def verapdf() -> str:
    """Every PDF of the demo and of the ledgers, and of generated ones, is PDF/A-3b and PDF/UA-1, says veraPDF."""
    needed("java", "mvn")
    jar = fetched(VERAPDF, "verapdf")
    files = [*finished(DEMO, E_INVOICES), *drawn()]
    for flavour in ("3b", "ua1"):
        out = run(
            "java", "-cp", jar, "org.verapdf.apps.GreenfieldCliWrapper", "--format", "text", "-f", flavour, *files,
        )  # fmt: skip
        passed = [line for line in out.splitlines() if line.startswith("PASS")]
        if len(passed) != len(files):
            raise FailedError(f"{flavour}: {len(files) - len(passed)} of {len(files)} do not conform:\n{out}")
    return f"{len(files)} PDFs, 3b and ua1"


def mustang() -> str:
    """Every Factur-X of the ledgers, and of generated ones, is valid, PDF and XML, says Mustang."""
    needed("java", "mvn")
    jar = fetched(MUSTANG, "mustang")
    files = [*finished(E_INVOICES), *drawn()]
    out = run(
        "java", "-cp", jar, "org.mozilla.javascript.tools.shell.Main", HERE / "mustang.js", *files,
    )  # fmt: skip
    valid = [line for line in out.splitlines() if line.startswith("VALID ")]
    if len(valid) != len(files):
        raise FailedError(f"{len(files) - len(valid)} of {len(files)} are not valid:\n{out}")
    return f"{len(files)} PDFs"


def browser() -> str:
    """The HTML pages of the demo open without a word on the console, and fit a telephone."""
    needed("chromium", "chromedriver")
    return run(sys.executable, "-m", "proofs.browser", DEMO).strip().splitlines()[-1]


def fava() -> str:
    """The page in Fava is filtered, sorted and clicked through in a browser, whose console stays empty."""
    needed("chromium", "chromedriver", "npm")
    pictures = ROOT / "build" / "pictures"
    return run(
        sys.executable, "-m", "pytest", "-q", "-m", "browser", "tests/fava_ext", FAVA_PICTURES=str(pictures)
    ).strip().splitlines()[-1]  # fmt: skip


def fava_versions() -> str:
    """The page works in the oldest and in the newest Fava that is allowed."""
    needed("chromium", "chromedriver")
    return run(sys.executable, "-m", "proofs.fava_versions").strip()


Proof = Callable[[], str]
LANES: tuple[tuple[Proof, ...], ...] = (
    (demo, e_invoices, generated, verapdf, mustang, browser, mutants),
    (wheel, payments, mailing, fuzz, broken_documents, fava, fava_versions, spreadsheets, audit),
)
"""Proofs that each keep about one processor busy: two lanes run beside each other, each in its order."""
ALONE: tuple[Proof, ...] = (branches, properties)
"""Proofs that are short or keep all processors busy, before them."""


class Result(NamedTuple):
    """How a proof ended, with the line that says so."""

    how: Literal["passed", "failed", "skipped"]
    line: str


def held(proof: Proof) -> Result:
    """Runs a proof; prints what it is, and, where it fails, its output."""
    print(f"-- {proof.__name__}: {proof.__doc__}", flush=True)
    start = time.monotonic()
    how: Literal["passed", "failed", "skipped"] = "failed"
    try:
        text = proof()
    except CouldNotRunError as error:
        optional = proof.__name__ in OPTIONAL
        how = "skipped" if optional else "failed"
        text = f"COULD NOT RUN{' (optional)' if optional else ''}: {error}"
    except FailedError as error:
        print(error, flush=True)
        text = "FAILED: " + str(error).splitlines()[0]
    except Exception as error:
        text = f"FAILED: {type(error).__name__}: {error}"
    else:
        how = "passed"
        text = f"ok: {text}"
    return Result(how, f"{proof.__name__:<13} {time.monotonic() - start:6.1f} s  {text}")


def main() -> int:
    """Runs the proofs named on the command line, or all."""
    wanted = sys.argv[1:]

    def asked(those: Sequence[Proof]) -> list[Proof]:
        return [one for one in those if not wanted or one.__name__ in wanted]

    results = [held(one) for one in asked(ALONE)]
    with ThreadPoolExecutor(len(LANES)) as pool:
        for lane in pool.map(lambda those: [held(one) for one in asked(those)], LANES):
            results += lane
    print("\n" + "\n".join(result.line for result in results))
    count = Counter(result.how for result in results)
    skipped = f", {count['skipped']} skipped" if count["skipped"] else ""
    print(f"{count['passed']} passed, {count['failed']} failed{skipped}")
    return 1 if count["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
