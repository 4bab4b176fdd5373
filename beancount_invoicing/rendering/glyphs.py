"""Characters that can be printed: control characters are removed, and characters in no bundled font become a visible
mark.
"""

from __future__ import annotations

import unicodedata
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar

from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES
from beancount_invoicing.rendering.typography import bound
from beancount_invoicing.rendering.view import View

T = TypeVar("T")
MISSING_GLYPH = "□"
_KEPT = {"\n"}


@cache
def _known() -> frozenset[int]:
    """The characters that the bundled fonts have."""
    from fontTools.ttLib import TTFont

    known: set[int] = set()
    for file in sorted((BUILT_IN_TEMPLATES / "fonts").glob("*.ttf")):
        with TTFont(file, lazy=True) as font:
            known |= (font.getBestCmap() or {}).keys()
    return frozenset(known)


def _printable(character: str) -> str:
    code = ord(character)
    if character in _KEPT or 0x20 <= code < 0x7F or (0xA0 <= code < 0x180 and code != 0xAD):
        return character
    category = unicodedata.category(character)
    if category in {"Cc", "Cf", "Cs", "Co", "Cn"}:
        return " " if character in "\t\r\x0b\x0c" else ""
    if category in {"Zl", "Zp"}:
        return " "
    if category == "Zs" or code in _known():
        return character if code in _known() else " "
    return MISSING_GLYPH


def printable_text(text: str) -> str:
    """The text in printable form: composed (NFC), without control characters, with unknown characters marked."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_printable, unicodedata.normalize("NFC", text)))


def _cleaned(value: Any, language: str) -> Any:
    if isinstance(value, str):
        return bound(printable_text(value), language)
    if isinstance(value, tuple):
        return tuple(_cleaned(part, language) for part in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _cleaned(getattr(value, field.name), language) for field in fields(value)})
    return value


def printable_view(view: View) -> View:
    """The view with every text in printable form and with line breaks allowed, and a notice if a character had to be
    replaced.
    """
    result: View = replace(_cleaned(view, view.language), qr=view.qr, logo=view.logo)
    if view.qr_bill and result.qr_bill:  # a code says what its text says, to the byte
        result = replace(result, qr_bill=replace(result.qr_bill, code=view.qr_bill.code))
    if MISSING_GLYPH in repr(result) and MISSING_GLYPH not in repr(view):
        notice = f"{view.number}: characters that no font of ours has are printed as {MISSING_GLYPH}"
        return replace(result, notices=(*view.notices, notice))
    return result
