"""Options that say nothing, or contradict each other, are refused before anything is read or written, and the message says so."""

from __future__ import annotations

import pytest

from tests.cli.test_commands import call

MISUSED = {
    "credit F2026-0055 --lines x": "x is not a line: write 1,3 or, for a part of a line, 3x2.5",
    "credit F2026-0055 --amount NaN": "NaN is not an amount: write 50.00, for example",
    "credit F2026-0055 --tax FR20": "--tax has no meaning without --amount",
    "draft edit DRAFT --line 1 --into other.beancount": "leave --into out",
    "draft drop DRAFT --into other.beancount": "leave --into out",
    "issue DRAFT --into other.beancount": "leave --into out",
    "undo --into other.beancount": "leave --into out",
    "pay F2026-0055 --into Assets:Banque": "--into is the file to write to; Assets:Banque is an account: write "
    "--account Assets:",
    "bank import /dev/null --into Actif:Société-Générale": "Actif:Société-Générale is an account: write --account "
    "Actif:",
    "interest": "name the documents: NUMBER…, or CUSTOMER",
    "receipt": "name the documents: NUMBER…, or CUSTOMER",
    "item add PAGE Page --price 5 --price-with-tax 6": "without or with tax, not both",
    "item add PAGE Page --price Infinity": "Infinity is not a number: write 98.00, for example",
    "item add PAGE Page --price abc": "abc is not a number: write 98.00, for example",
    "customer add Arc --channel pigeon": "pigeon is not one of",
    "contract add Kerbrat SITE time --until 2026-13-01": "2026-13-01",
    "statement Kerbrat --send --again --retry": "--again and --retry exclude each other",
    "tax-due Kerbrat --write": "the entries are those of all customers: give --write without naming one",
    "time import /dev/null --map SITE": '--map SITE: write it "PROJECT=CODE"',
    "bill --write --dry-run": "--write and --dry-run exclude each other",
}


@pytest.mark.parametrize("said", MISUSED)
def test_it_is_said_what_an_option_cannot(said: str, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(str(tmp_path))
    result = call(*said.split(), code=2)
    assert MISUSED[said] in " ".join(result.stderr.replace("│", " ").split())
    assert not result.stdout
