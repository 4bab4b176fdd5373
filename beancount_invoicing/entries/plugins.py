"""Other plugins of a ledger.

We read the entries as they are at our plugin's position: what plugins above it make of them is part of the ledger, and what plugins
below it change is for other reports. Of Beancount's own plugins, and Fava's, only currency_accounts changes transactions; any
others may.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from beancount.core.data import Transaction, entry_sortkey

from beancount_invoicing.messages import _, _n
from beancount_invoicing.model import Finding, Source

OURS = "beancount_invoicing"
ORDER_RULE = "plugin-order"
"""The rule that a plugin which changes documents must be below ours."""


def changes_transactions(name: str) -> bool:
    """Whether a plugin may change transactions."""
    return name == "beancount.plugins.currency_accounts" or not name.startswith(("beancount.plugins.", "fava.plugins."))


def _names(options: Mapping[str, Any]) -> list[str]:
    return [name for name, _config in options.get("plugin", ())]


def any_plugin_after(options: Mapping[str, Any]) -> bool:
    """Whether a plugin that may change transactions comes after ours."""
    names = _names(options)
    return OURS in names and any(map(changes_transactions, names[names.index(OURS) + 1 :]))


def any_plugin_before(options: Mapping[str, Any]) -> bool:
    """Whether a plugin that may change transactions comes before ours."""
    names = _names(options)
    return OURS in names and any(map(changes_transactions, names[: names.index(OURS)]))


def with_copied_postings(entries: Sequence[Any]) -> list[Any]:
    """The entries, with lists of postings of their own: some plugins change these in place."""
    return [
        entry._replace(postings=list(entry.postings)) if entry.__class__ is Transaction else entry for entry in entries
    ]


def blame_plugins(
    errors: Sequence[Finding], options: Mapping[str, Any], checked: Callable[[Sequence[Any]], Sequence[Finding]]
) -> tuple[list[Finding], list[Finding]]:
    """The errors caused only by what plugins above ours make of the entries, and one error for each of these plugins.

    The files are read again, and the plugins run one after the other. `checked`: entries → errors.
    """
    from beancount import loader
    from beancount.parser import booking

    name = str(options.get("filename", ""))
    if not Path(name).is_file():  # of a text that is loaded nothing can be read again
        return [], []
    entries, _errors, fresh = loader._parse_recursive([(name, True)], None, None)
    entries.sort(key=entry_sortkey)
    entries, _more = booking.book(entries, fresh)
    before = set(checked(entries))
    own = before & set(errors)
    doubtful = [error for error in errors if error not in own]
    false: list[Finding] = []
    culprits = []
    for plugin, config in _above(options) if doubtful else ():
        alone = {**fresh, "plugin": [(plugin, config)], "plugin_processing_mode": "raw"}
        entries, _more = loader.run_transformations(entries, [], alone, None)
        after = set(checked(entries))
        findings = [
            finding for finding in doubtful if finding in after and finding not in before and finding not in false
        ]
        if findings:
            culprits.append(_misplaced(plugin, findings, name))
            false += findings
        before = after
    return false, culprits


def _above(options: Mapping[str, Any]) -> Sequence[tuple[str, str | None]]:
    return options["plugin"][: _names(options).index(OURS)]  # type: ignore[no-any-return] # options say no types


def _misplaced(plugin: str, findings: Sequence[Finding], file: str) -> Finding:
    first = min(finding.source for finding in findings)
    count = _n(len(findings), "an error comes", "{count} errors come", count=len(findings))
    return Finding(
        "error",
        ORDER_RULE,
        _(
            '"{plugin}" changes transactions before {ours} reads them, and {count} from that alone '
            '({path}:{line}): move this line below plugin "{ours}"',
            plugin=plugin,
            ours=OURS,
            count=count,
            path=Path(first.file).name,
            line=first.line,
        ),
        Source(file, plugin_line(plugin, file)),
    )


def plugin_line(plugin: str, file: str) -> int:
    """The line of a file that names a plugin; 0 if none does."""
    pattern = re.compile(rf'plugin\s+"{re.escape(plugin)}"')
    with suppress(OSError):
        for number, line in enumerate(Path(file).read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if pattern.match(line):
                return number
    return 0
