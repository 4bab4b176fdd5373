"""The border with Beancount: the only room that knows its types and our metadata keys.

Light to import: the parts are loaded when they are asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from beancount_invoicing.entries.loader import Loading, load

if TYPE_CHECKING:
    from beancount_invoicing.entries.reader import read_book

__all__ = ["Loading", "load", "read_book"]


def __getattr__(name: str) -> Any:
    """`read_book`, whose modules take a while to import."""
    if name != "read_book":
        raise AttributeError(f"module {__name__} has no attribute {name}")
    from beancount_invoicing.entries.reader import read_book

    return read_book
