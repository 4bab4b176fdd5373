"""Opens pages in headless Chromium: the console stays empty, and nothing is wider than the window."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.browsers import chromium, complaints, resize


def main() -> int:
    """All pages below the folder that is named."""
    pages = sorted(Path(sys.argv[1]).resolve().rglob("*.html"))
    if not pages:
        print("no pages")
        return 1
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        chrome = chromium(Path(folder))
        try:
            for width in (1200, 390):
                resize(chrome, width)
                for page in pages:
                    chrome.get(page.as_uri())
                    wide = chrome.execute_script("return document.documentElement.scrollWidth")
                    if int(wide) > width:
                        wrong.append(f"{page.name}: {wide} wide in a window of {width}")
                    wrong += [f"{page.name}: {message}" for message in complaints(chrome)]
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
