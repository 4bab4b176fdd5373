"""The names of root accounts if options change them, file by file: Beancount reads each file by its own options alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from beancount_invoicing.messages import _, joined

_NAMES = {
    "name_assets": "Assets",
    "name_liabilities": "Liabilities",
    "name_equity": "Equity",
    "name_income": "Income",
    "name_expenses": "Expenses",
}
"""The options, with Beancount's defaults for files without them."""
_OPTION = re.compile(rb'(?m)^option\s+"name_')
_SAYS_HOW = re.compile(rb'option\s+"name_|(?:push|pop)(?:tag|meta)\s')


def root_option_lines(of_ledger: Mapping[str, Any]) -> str:
    """The option lines that a file of a ledger needs, so that it may use the ledger's accounts; "" if no root has another
    name. `of_ledger`: Beancount's options of the ledger's top file.
    """
    renamed = [name for name, usual in _NAMES.items() if of_ledger.get(name, usual) != usual]
    return joined("", (_('option "{name}" "{ledger}"\n', name=name, ledger=of_ledger[name]) for name in renamed))


def explain_missing_options(message: str, of_ledger: Mapping[str, Any]) -> str:
    """An error of Beancount's, with what to do if a file lacks the options of its ledger."""
    needed = root_option_lines(of_ledger)
    if not needed or not message.startswith("Invalid account name: "):
        return message
    text = ", ".join(needed.splitlines())
    return _(
        "{message}: Beancount reads each file with its own options; if they are missing in this file, put "
        "them at its head, one per line: {text}",
        message=message,
        text=text,
    )


def sets_root_options(content: bytes) -> bool:
    """Whether a file has such options itself."""
    return b'"name_' in content and bool(_OPTION.search(content))


def surrounding_options(content: bytes, first: int, last: int) -> tuple[list[str], list[str]]:
    """The lines of a file above its line `first` and below `last` that affect how the lines between are read: such options,
    and pushes and pops of tags and metadata.
    """
    if b'"name_' not in content and b"push" not in content:
        return [], []
    lines = content.split(b"\n")

    def affecting(some: Sequence[bytes]) -> list[str]:
        return [line.decode("utf-8", "replace").rstrip("\r") for line in some if _SAYS_HOW.match(line)]

    return affecting(lines[: first - 1]), affecting(lines[last:])
