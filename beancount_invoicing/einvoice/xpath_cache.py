"""XML elements that share their compiled paths, because factur-x evaluates some hundred paths on each document."""

from __future__ import annotations

from functools import cache
from typing import Any

from lxml import etree


class _Element(etree.ElementBase):  # type: ignore[misc] # lxml says no types
    """An element, for lxml to make."""

    def xpath(self, path: str, namespaces: dict[str, str]) -> Any:
        """What the path leads to from here."""
        return _compiled(path, tuple(namespaces.items()))(self)


@cache
def _compiled(path: str, namespaces: tuple[tuple[str, str], ...]) -> Any:
    return etree.XPath(path, namespaces=dict(namespaces))


XPATH_ELEMENT_LOOKUP = etree.ElementDefaultClassLookup(element=_Element)
"""For a parser, `set_element_class_lookup`."""
