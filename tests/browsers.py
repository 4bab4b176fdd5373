"""Debian's Chromium, without a window, for what only a browser can tell."""

from __future__ import annotations

from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service


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
