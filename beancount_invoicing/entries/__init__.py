"""The border with Beancount: the only room that knows its types and our metadata keys.

Light to import: the parts are loaded when they are asked for.
"""

from __future__ import annotations

from beancount_invoicing.entries.loader import Loading, load
from beancount_invoicing.entries.reader import read

__all__ = ["Loading", "load", "read"]
