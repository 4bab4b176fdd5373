"""Each golden ledger says, on the line where it is wrong, what must be found: `; error RULE: a part of the message`."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path

import pytest
from beancount import loader

import beancount_invoicing
from beancount_invoicing import InvoicingError
from beancount_invoicing.checks import check
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import Book

GOLDEN = Path(__file__).parent.parent / "golden"
LEDGERS = sorted(file.stem for file in GOLDEN.glob("*.beancount") if file.stem != "prelude")
EXPECTED = re.compile(r"; (error|warning) ([a-z-]+): ?([^;]*)")


def expected(file: Path) -> list[tuple[int, str, str, str]]:
    """What the ledger itself says must be found: (line, severity, rule, a part of the message)."""
    return sorted(
        (number, severity, rule, text.strip())
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        for severity, rule, text in EXPECTED.findall(line)
    )


@pytest.mark.parametrize("name", LEDGERS)
def test_findings(name: str) -> None:
    file = GOLDEN / f"{name}.beancount"
    ledger = open_ledger(file)
    findings = ledger.findings
    assert all(Path(finding.source.file).is_file() and finding.source.line > 0 for finding in findings), (
        "each says where it is"
    )
    found = [(finding.source.line, finding.severity, finding.rule, finding.message) for finding in findings]
    wanted = expected(file)
    assert sorted(one[:3] for one in found) == [one[:3] for one in wanted], "\n".join(map(str, sorted(found)))
    for line, severity, rule, text in wanted:
        messages = [one[3] for one in found if one[:3] == (line, severity, rule)]
        assert any(text in message for message in messages), f"line {line}: {text!r} is not in {messages}"

    turned = _turned(ledger.book, {"invoices"} if name in IN_TURN else set())
    assert sorted(map(str, check(turned))) == sorted(map(str, check(ledger.book))), (
        "nothing hides what stands behind it"
    )


IN_TURN = {"billed-twice", "corrective", "credit-in-parts", "credit-on-replaced", "deposit", "issued-anew"}
"""Ledgers of which findings say what came first, and what was left then."""


def _turned(book: Book, kept: set[str]) -> Book:
    """A Book that has everything in the opposite order, but for what is told by its turn."""
    kept = kept | {"acceptances", "work", "number_uses"}
    turned: dict[str, object] = {}
    for field in fields(book):
        value = getattr(book, field.name)
        if isinstance(value, Mapping):
            turned[field.name] = dict(reversed(tuple(value.items())))
        elif isinstance(value, tuple) and not hasattr(value, "_fields") and field.name not in kept:
            turned[field.name] = value[::-1]
    return replace(book, **turned)  # type: ignore[arg-type] # fields by their names


@pytest.mark.parametrize("name", LEDGERS)
def test_the_plugin_gives_the_errors_and_only_these(name: str) -> None:
    file = GOLDEN / f"{name}.beancount"
    _entries, errors, _options = loader.load_file(str(file))
    given = sorted((error.source["lineno"], error.rule) for error in errors if isinstance(error, InvoicingError))
    assert len(given) == len(errors), errors
    assert given == sorted((line, rule) for line, severity, rule, _text in expected(file) if severity == "error")


def rules_in_the_code() -> set[str]:
    """The rules that the code names where it makes a finding."""
    found = set()
    for room in ("entries", "checks", "receivables"):
        for file in (Path(beancount_invoicing.__file__).parent / room).rglob("*.py"):
            for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(call, ast.Call):
                    name = ast.unparse(call.func).rpartition(".")[2]
                    place = {"error": 0, "warning": 0, "Finding": 1}.get(name)
                    if place is None or len(call.args) <= place:
                        continue
                    rule = call.args[place]
                    said = (rule.body, rule.orelse) if isinstance(rule, ast.IfExp) else (rule,)
                    found |= {str(one.value) for one in said if isinstance(one, ast.Constant)}
    return found


def test_each_rule_has_a_golden_ledger() -> None:
    shown = {rule for name in LEDGERS for _line, _severity, rule, _text in expected(GOLDEN / f"{name}.beancount")}
    rules = rules_in_the_code()
    assert "series-gap" in rules
    assert rules - shown == set()
