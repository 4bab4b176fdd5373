"""The look of documents, by option: colour, font, paper, and the place of the address for a window envelope."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from beancount_invoicing.model import Book

COLOUR_PATTERN = re.compile(r"#[0-9a-fA-F]{6}\Z")
PAPERS = {"a4": "a4", "letter": "us-letter"}
"""Paper sizes: the value of the option, and Typst's name."""
WINDOW_SIDES = ("right", "left", "none")


@dataclass(frozen=True, slots=True)
class AddressWindow:
    """The place of the recipient's address, in millimetres from the sheet's left and upper edges, and its size.

    `right`, as usual in France: a frame of 85 × 33 mm, 110 mm from the left and 55 mm from the upper edge
    (https://edics.fr/rediger-vos-adresses-les-bonnes-pratiques/). `left`, DIN 5008 form B: a field of 85 × 45 mm, 20 mm from the
    left and 45 mm from the upper edge, whose upper 17.7 mm are for the sender and postal remarks; text begins at 25 mm
    (https://expressantworten.com/?p=687).
    """

    x: float
    y: float
    width: float
    bottom: float
    """Nothing but the address is above this line."""


_WINDOWS = {
    "right": AddressWindow(110, 55, 80, 92),
    "left": AddressWindow(25, 62.7, 75, 98),
    "none": AddressWindow(105, 42, 85, 0),
}


@dataclass(frozen=True, slots=True)
class Theme:
    """The look of a document."""

    accent: str = "#1f4e5f"
    font: str = "Inter"
    paper: str = "a4"
    """Typst's name of the paper."""
    side: str = "right"
    """Side of the address: right or left."""
    window: AddressWindow = _WINDOWS["right"]


DEFAULT_THEME = Theme()


def theme(book: Book, day: date, template_folders: tuple[Path, ...]) -> tuple[Theme, tuple[str, ...]]:
    """The look of a document of `day`, and a notice if an option names a font that no template folder has."""
    accent = book.option("accent", day)
    paper = book.option("paper", day).lower()
    side = book.option("address-window", day)
    font = book.option("font", day)
    notices: tuple[str, ...] = ()
    if font and font not in fonts(template_folders):
        known = ", ".join(fonts(template_folders))
        notices = (f'{book.option_source("font")}: font: "{font}" is not in templates/fonts; known are {known}',)
        font = ""
    window = side if side in WINDOW_SIDES else "right"
    return (
        Theme(
            accent=accent if COLOUR_PATTERN.match(accent) else DEFAULT_THEME.accent,
            font=font or DEFAULT_THEME.font,
            paper=PAPERS.get(paper, DEFAULT_THEME.paper),
            side="left" if window == "left" else "right",
            window=_WINDOWS[window],
        ),
        notices,
    )


def fonts(template_folders: tuple[Path, ...]) -> tuple[str, ...]:
    """The available font families, with those of the ledger's own templates/fonts; sorted."""
    return tuple(sorted({family for folder in template_folders for family in _families(folder / "fonts")}))


@lru_cache(maxsize=8)
def _families(folder: Path) -> tuple[str, ...]:
    from fontTools.ttLib import TTFont, TTLibError

    found = set()
    for file in sorted(folder.glob("*.[ot]tf")):
        try:
            with TTFont(file, lazy=True) as font:
                found.add(str(font["name"].getBestFamilyName()))  # type: ignore[no-untyped-call] # fontTools has no types here
        except (TTLibError, OSError, KeyError):
            continue  # no font: Typst passes it over too
    return tuple(sorted(found))
