"""Debian's Chromium, without a window, for what only a browser can tell."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait
from werkzeug.serving import make_server

PICTURES = os.environ.get("FAVA_PICTURES")
"""The folder where pictures are kept to look at; none are taken without it."""
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""axe-core's rules: WCAG 2.2 AA, and what is good practice beside it."""


def chromium(folder: Path, language: str = "en") -> webdriver.Chrome:
    """A browser with a profile of its own in `folder`, where its downloads go too."""
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for flag in (
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
        f"--user-data-dir={folder / 'profile'}", f"--accept-lang={language}",
    ):  # fmt: skip
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"download.default_directory": str(folder)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def resize(browser: webdriver.Chrome, width: int, height: int = 900) -> None:
    """Makes the page `width` pixels wide; a telephone's below 500."""
    browser.set_window_size(max(width, 500), height)
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500},
    )


def complaints(browser: webdriver.Chrome) -> list[str]:
    """What the console says since it was last asked."""
    return [str(entry["message"]) for entry in browser.get_log("browser")]


@contextmanager
def served(application: Any) -> Iterator[str]:
    """Serves a WSGI application on a free port, a thread for each request; gives its address, with a slash at the end."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def until(browser: webdriver.Chrome, holds: Callable[[], object]) -> None:
    """Waits until something holds; an element that Fava replaces meanwhile is looked for again."""
    passing = [NoSuchElementException, StaleElementReferenceException]
    WebDriverWait(browser, 60, ignored_exceptions=passing).until(lambda _browser: holds())


def picture(browser: webdriver.Chrome, name: str) -> None:
    """Keeps a picture of the window, if FAVA_PICTURES names a folder."""
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        browser.save_screenshot(str(Path(PICTURES) / f"{name}.png"))


def axe_core(folder: Path) -> str:
    """axe-core as a script, fetched by npm into `folder`; "" without npm."""
    npm = shutil.which("npm")
    if npm is None:
        return ""
    subprocess.run([npm, "pack", "--silent", "axe-core@4"], cwd=folder, check=True, capture_output=True)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as files:
        script = files.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode()


def barriers(browser: webdriver.Chrome, axe: str, part: str) -> list[str]:
    """What axe-core finds in a part of the page (a CSS selector) that keeps people out: the rule, and the first elements."""
    if not browser.execute_script("return Boolean(window.axe)"):
        browser.execute_script(axe)
    run = """axe.run(arguments[0], {runOnly: arguments[1]}).then(found => arguments[2](found.violations.map(
        broken => `${broken.id}: ${broken.nodes.slice(0, 3).map(node => node.html).join(" ")}`)))"""
    found: list[str] = browser.execute_async_script(run, part, list(RULES))
    return found


def colours(browser: webdriver.Chrome, scheme: str) -> None:
    """Makes the browser prefer light or dark pages; "" for neither."""
    features = [{"name": "prefers-color-scheme", "value": scheme}] if scheme else []
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
