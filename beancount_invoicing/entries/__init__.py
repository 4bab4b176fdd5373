"""The border with Beancount: the only package that knows its types and our metadata keys. It only reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from beancount_invoicing.messages import _

if TYPE_CHECKING:
    from beancount_invoicing.entries.reader import read_book

__all__ = ["read_book"]


def __getattr__(name: str) -> Any:
    """`read_book`, whose modules take a while to import: whoever needs only a table of keys does not wait for them."""
    if name != "read_book":
        raise AttributeError(_("module {name} has no attribute {other_name}", name=__name__, other_name=name))
    from beancount_invoicing.entries.reader import read_book

    return read_book
