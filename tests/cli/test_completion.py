"""What the shell completes, with the ledger of the example business."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from beancount_invoicing import ledger as opening
from beancount_invoicing.cli import main
from tests.cli.test_words import COMMANDS, each_command
from tests.ledgers import recent_example

NOTHING_KNOWN = {
    "--reply-to",
    "--address", "--postcode", "--city", "--country", "--siren", "--siret", "--vat-id", "--email", "--contact", "--phone",
    "--purchase-order", "--service-code", "--endpoint", "--language", "--terms", "--legal-form", "--register", "--iban",
    "--bic", "--name", "--note", "--narration", "--text", "--reason", "--lines", "--bounds", "--number", "--map", "--amount",
    "--delivery-address", "--delivery-postcode", "--delivery-city", "--delivery-country", "--escalation", "--group", "--index",
    "--tiers", "--add", "--register-id", "--tax-number", "--mark",
    "--payer-iban", "--payer", "--debtor-number", "--mandate", "--discard", "--debtor-iban", "--debtor-bic",
    "--reopen", "--part",
}  # fmt: skip
"""Options whose values nothing knows beforehand."""


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example business, where the time says who worked and what on."""
    ledger = recent_example(tmp_path_factory.mktemp("business") / "ledger")
    time = ledger.parent / "2026" / "time.beancount"
    text = time.read_text(encoding="utf-8")
    time.write_text(
        text.replace('item: "ETU"', 'item: "ETU"\n    person: "Anne"\n    task: "Relevés"', 1), encoding="utf-8"
    )
    return ledger


@pytest.fixture(scope="module", autouse=True)
def read_once() -> Iterator[None]:
    """The ledger, which nothing here changes, is read once for all words."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "open_ledger", cache(opening.open_ledger))
        yield


def completed(ledger: Path, line: str) -> list[str]:
    """What is offered for the last word of a line, which may be empty."""
    *words, last = line.split(" ")
    shell = ShellComplete(main, {}, "bean-invoice", "_BEAN_INVOICE_COMPLETE")
    return [one.value for one in shell.get_completions(["-f", str(ledger), *words], last)]


@each_command
def test_every_value_is_completed(business: Path, name: str) -> None:
    """Dates, choices, files, and all words that a ledger knows."""
    for one in COMMANDS[name].params:
        if not isinstance(one, click.Option) or one.is_flag or NOTHING_KNOWN & {*one.opts} or name == "init":
            continue
        if one.type.name in {"number", "integer", "integer range", "file", "directory", "path"}:
            continue
        option = max(one.opts, key=len)
        assert completed(business, f"{name} {option} "), f"{name} {option}"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("new kerb", ["Kerbrat"]),
        ("statement V", ["Vandamme"]),
        ("new Kerbrat 1 --account Income:E", ["Income:Etudes"]),
        ("new Kerbrat 1 --deduct ", ["F2025-0021"]),
        ("deposit T", ["TILLEULS", "TroisChenes"]),
        ("credit F2026-0064 --tax FR1", ["FR10E"]),
        ("issue d", ["draft-kerbrat-2026-11"]),
        ("render F2026-0001 --to pdf,", ["pdf,html", "pdf,text"]),
        ("list --status over", ["overdue"]),
        ("list --as-of y", ["yesterday"]),
        ("list --since last", ["last-month", "last-quarter", "last-year"]),
        ("send --channel e", ["email", "e-invoice"]),
        ("run --only b", ["bill"]),
        ("time add ", ["HALLES-ETU"]),
        ("time add HALLES-ETU 1 --person ", ["Anne"]),
        ("time import x.csv --timezone europe/par", ["Europe/Paris"]),
        ("item add X Y --unit h", ["hour"]),
    ],
)
def test_what_is_completed(business: Path, line: str, said: list[str]) -> None:
    assert sorted(completed(business, line)) == sorted(said)


def test_a_ledger_that_is_not_there_completes_nothing() -> None:
    shell = ShellComplete(main, {}, "bean-invoice", "_BEAN_INVOICE_COMPLETE")
    assert shell.get_completions(["-f", "nowhere.beancount", "new"], "") == []
