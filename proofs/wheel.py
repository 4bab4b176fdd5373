"""The wheel, installed on every Python that is here or can be had, with the exact, the lowest and the newest dependencies."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SUPPORTED = ("3.11", "3.12", "3.13", "3.14")


class Failed(Exception):
    """A command ended badly; the message has its output."""


class Environment(NamedTuple):
    """A Python and how its dependencies are chosen: the project's constraints, or uv's resolution of the wheel's bounds."""

    version: str
    python: str
    dependencies: str


def said(*command: str | Path, folder: Path = ROOT, fails: bool = True, seconds: int = 600) -> str | None:
    """What a command prints; None where it ends badly and need not succeed. Raises Failed where it must."""
    try:
        result = subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            env={**os.environ, "BEANCOUNT_FILE": "", "UV_PYTHON_INSTALL_DIR": str(ROOT / "build" / "pythons")},
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        if fails:
            raise Failed(f"{' '.join(map(str, command))}: {error}") from None
        return None
    if result.returncode and fails:
        raise Failed(f"{' '.join(map(str, command))} ended with {result.returncode}:\n{result.stdout}{result.stderr}")
    return None if result.returncode else result.stdout


def pythons() -> Iterator[tuple[str, str]]:
    """The supported Pythons: this one, those on the path, those that pyenv keeps, and what uv can bring of the others."""
    path = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    ask = "import sys; print('%d.%d' % sys.version_info[:2])"
    for version in SUPPORTED:
        names = [sys.executable, f"python{version}"]
        names += [str(folder / "bin" / "python") for folder in sorted(path.glob(f"{version}*"))]
        here = next((name for name in names if (said(name, "-c", ask, fails=False) or "").strip() == version), None)
        if here:
            yield version, here
        elif said(*UV, "python", "install", "--quiet", version, fails=False, seconds=120) is not None:
            found = said(*UV, "python", "find", "--managed-python", version)
            yield version, (found or "").strip()


UV = (sys.executable, "-m", "uv")


def environments() -> list[Environment]:
    """All Pythons with the exact dependencies; the oldest with the lowest, the newest with the newest ones that go."""
    found = list(pythons())
    return [
        *(Environment(version, python, "exact") for version, python in found),
        Environment(*found[0], "lowest"),
        Environment(*found[-1], "newest"),
    ]


def main() -> int:
    """Builds the wheel from the sdist and uses it in each environment, outside the checkout: a ledger is checked, an invoice is
    rendered, and the PDF is judged as an e-invoice."""
    block = re.search(r"```beancount\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    number = re.search(r'invoice: "([^"]+)"', block.group(1)) if block else None
    if not block or not number:
        raise Failed("the README has no ledger with an invoice")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        said(sys.executable, "-m", "build", "--outdir", folder / "dist", ROOT)
        (built,) = (folder / "dist").glob("*.whl")
        every = environments()
        for environment in every:
            _use(
                environment,
                folder / f"{environment.version}-{environment.dependencies}",
                built,
                block.group(1),
                number.group(1),
            )
        there = {one.version for one in every}
        missing = [version for version in SUPPORTED if version not in there]
        print(
            f"{built.name}, {built.stat().st_size // 1024} kB, rendered and judged {number.group(1)} on Python"
            f" {', '.join(f'{one.version} ({one.dependencies})' for one in every)}"
            + (f"; Python {', '.join(missing)} is not here and cannot be had" if missing else "")
        )
    return 0


def _use(environment: Environment, path: Path, built: Path, ledger: str, number: str) -> None:
    """Raises Failed where the wheel does not work in this environment."""
    said(*UV, "venv", "--quiet", "--python", environment.python, path / "venv")
    python = path / "venv" / "bin" / "python"
    how: dict[str, list[str | Path]] = {
        "exact": ["--constraints", ROOT / "constraints.txt"],
        "lowest": ["--resolution", "lowest-direct", "--only-binary", ":all:"],
        "newest": [],
    }
    wanted = f"beancount-invoicing[validate] @ {built.as_uri()}"
    said(*UV, "pip", "install", "--quiet", "--python", python, *how[environment.dependencies], wanted)
    books = path / "books"
    books.mkdir()
    (books / "main.beancount").write_text(ledger, encoding="utf-8")
    command = path / "venv" / "bin" / "bean-invoice"
    said(command, "check", "--strict", folder=books)
    said(command, "render", number, "--to", "pdf,html,text", folder=books)
    made = {file.suffix: file for file in books.glob(f"{number}.*")}
    if made.keys() != {".pdf", ".html", ".txt"} or not made[".pdf"].read_bytes().startswith(b"%PDF"):
        raise Failed(
            f"Python {environment.version} ({environment.dependencies}): wrote {sorted(made)}, not a PDF, a page and a text"
        )
    said(command, "validate", made[".pdf"], folder=books)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as error:
        sys.exit(str(error))
