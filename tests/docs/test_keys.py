"""docs/keys.md is made from the table of keys: `pytest --update tests/docs/test_keys.py` writes it."""

from __future__ import annotations

from beancount_invoicing.entries import keys
from tests.ledgers import EXAMPLE

PAGE = EXAMPLE.parent.parent / "docs" / "keys.md"
TYPES = {
    "text": "text",
    "number": "number",
    "percent": "percent, such as `20`",
    "count": "whole number",
    "whole": "whole number, or 0",
    "days": "whole number of days",
    "date": "date",
    "flag": "`TRUE`",
    "account": "account",
    "price": "number, or amount in the document's currency",
    "terms": "text, or a number",
    "country": "two-letter code",
    "language": "two-letter code",
}


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def reference() -> str:
    """The page, from the table."""
    lines = [
        "# Every key",
        "",
        "This page lists all metadata keys, directives and options. [The ledger format](ledger-format.md)",
        "explains how to use them together.",
        "",
        "## Metadata",
        "",
        "| key | value | used on | meaning |",
        "|---|---|---|---|",
    ]
    for key in sorted(keys.KEYS.values(), key=lambda key: key.name):
        holds = " ".join(f'`"{choice}"`' for choice in key.choices) or TYPES[key.type]
        places = ", ".join(sorted(key.places))
        lines.append(f"| `{key.name}` | {_cell(holds)} | {places} | {_cell(key.meaning)} |")
    lines += ["", "## Directives", "", "| directive | keys |", "|---|---|"]
    for name, place in keys.DIRECTIVES.items():
        those = " ".join(f"`{key}`" for key in sorted(keys.BY_PLACE.get(place, ())))
        lines.append(f'| `custom "{name}"` | {those or "– (a name and a value)"} |')
        if place == keys.POLICY:
            those = " ".join(f"`{key}`" for key in sorted(keys.BY_PLACE[keys.LEVEL]))
            lines.append(f'| `custom "{name}"`, with a level | {those} |')
    lines += [
        "",
        '## Options: `custom "invoice-option" "NAME" VALUE`',
        "",
        "| name | value | meaning |",
        "|---|---|---|",
    ]
    for name, (type_, meaning) in sorted(keys.OPTIONS.items()):
        lines.append(f"| `{name}` | {TYPES[type_]} | {_cell(meaning)} |")
    lines += [
        "",
        "## Written by the plugin",
        "",
        "These names are reserved. Writing them in a ledger is an error:",
        ", ".join(f"`{name}`" for name in keys.QUERY_KEYS) + ".",
    ]
    return "\n".join(lines) + "\n"


def test_the_page_is_the_table(update: bool) -> None:
    if update:
        PAGE.write_text(reference(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == reference()
