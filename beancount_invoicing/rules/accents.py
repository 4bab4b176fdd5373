"""Letters as people type them without accents."""

from __future__ import annotations

import unicodedata

__all__ = ["without_accents"]


def without_accents(text: str) -> str:
    """`text` with each letter in its plain form: é becomes e, ½ becomes 1⁄2 (Unicode's NFKD, without combining marks)."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
