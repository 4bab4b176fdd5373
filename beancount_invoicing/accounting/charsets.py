"""Texts in the old character sets of accounting software."""

from __future__ import annotations

import unicodedata

_SIMILAR = str.maketrans(
    {"–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "ł": "l", "Ł": "L", "•": "-"}
)


def in_charset(text: str, encoding: str) -> str:
    """A text in the characters of a character set, as far as they are similar; others stay as they are."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        pass
    else:
        return text
    text = unicodedata.normalize("NFC", text)
    text = "".join(letter if letter.encode(encoding, "ignore") else letter.translate(_SIMILAR) for letter in text)
    return "".join(letter if letter.encode(encoding, "ignore") else _plain(letter) for letter in text)


def _plain(letter: str) -> str:
    """A letter without its accents; a kind of space or hyphen as the plain one."""
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
