"""The page with the oldest and the newest Fava that pyproject.toml allows: the server's tests, and a round in a browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BROWSER = "test_today or test_sort or test_search or test_statement or test_previews or written_and_the_page or walk"
"""The tests in a browser that are tried with each version: what Fava loads in place, dialogs, focus, an act."""


class Failed(Exception):
    """A command ended badly; the message has its output."""


def bounds() -> tuple[str, str]:
    """The oldest version, and the range of which the newest is taken."""
    found = re.search(r'^fava = \["(fava>=([\d.]+),<[\d.]+)"\]', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    if not found:
        raise Failed("pyproject.toml says nothing about Fava that is understood here")
    return f"fava=={found[2]}", found[1]


def said(*command: str | Path, **variables: str) -> str:
    """What a command prints. Raises Failed where it ends badly."""
    result = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, check=False, timeout=1800,
    )  # fmt: skip
    if result.returncode:
        raise Failed(f"{' '.join(map(str, command))} ended with {result.returncode}:\n{result.stdout}{result.stderr}")
    return result.stdout


def tried(folder: Path) -> str:
    """Runs the tests with the Fava in a folder, which stands before the one that is installed; the last lines of what they say."""
    first = {"PYTHONPATH": str(folder)}
    server = said(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/fava_ext", **first)
    browser = said(
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        "browser",
        "-k",
        BROWSER,
        "tests/fava_ext",
        **first,
    )
    return " and ".join(out.strip().splitlines()[-1].split(" in ")[0].split(",")[0] for out in (server, browser))


def main() -> int:
    """Installs each of the two beside the environment, and tries the page with it."""
    here = version("fava")
    lines = []
    with tempfile.TemporaryDirectory() as name:
        for number, wanted in enumerate(bounds()):
            folder = Path(name) / str(number)
            said(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--target", folder, wanted)
            (installed,) = folder.glob("fava-*.dist-info")
            found = installed.name.removeprefix("fava-").removesuffix(".dist-info")
            shown = said(
                sys.executable,
                "-c",
                "from importlib.metadata import version; print(version('fava'))",
                PYTHONPATH=str(folder),
            )
            if shown.strip() != found:
                raise Failed(f"Fava {found} was to be tried, but Python finds {shown.strip()}")
            lines.append(f"{found}: as in the tests" if found == here else f"{found}: {tried(folder)}")
    print("Fava " + "; ".join(lines))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as error:
        sys.exit(str(error))
