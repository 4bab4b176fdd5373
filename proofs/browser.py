"""Opens pages in headless Chromium: the console stays empty, and nothing is wider than the window."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service


def driver(profile: str) -> webdriver.Chrome:
    """Debian's Chromium, without a window."""
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for flag in (
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
        "--disable-background-networking", "--disable-component-update", f"--user-data-dir={profile}",
    ):  # fmt: skip
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def main() -> int:
    """All pages below the folder that is named."""
    pages = sorted(Path(sys.argv[1]).resolve().rglob("*.html"))
    if not pages:
        print("no pages")
        return 1
    wrong = []
    with tempfile.TemporaryDirectory() as profile:
        chrome = driver(profile)
        try:
            for width in (1200, 390):
                chrome.set_window_size(max(width, 500), 900)
                chrome.execute_cdp_cmd(
                    "Emulation.setDeviceMetricsOverride",
                    {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
                )
                for page in pages:
                    chrome.get(page.as_uri())
                    wide = chrome.execute_script("return document.documentElement.scrollWidth")
                    if int(wide) > width:
                        wrong.append(f"{page.name}: {wide} wide in a window of {width}")
                    wrong += [f"{page.name}: {entry['message']}" for entry in chrome.get_log("browser")]
                    if not chrome.find_element("tag name", "h1").text.strip():
                        wrong.append(f"{page.name}: no heading")
        finally:
            chrome.quit()
    for line in wrong:
        print(line)
    print(f"{len(pages)} pages, wide and narrow, {len(wrong)} problems")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
