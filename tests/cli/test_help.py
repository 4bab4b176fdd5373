"""Each page of help ends with examples, and each of them does what it says on the example business."""

from __future__ import annotations

import contextlib
import re
import shlex
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from beancount_invoicing.accounting.fec import fec_bytes, fec_rows
from beancount_invoicing.cli import common, main
from tests.accounting.books import entries_of, invoice
from tests.cli.test_words import COMMANDS, each_command
from tests.ledgers import EXAMPLE, TESTS, recent_example
from tests.platform.stand_in import StandIn, running
from tests.platform.suppliers import supplier_invoice, supplier_xml

SHEETS = TESTS / "timesheets"


def lines(command: click.Command) -> list[str]:
    """The examples of a command."""
    return re.findall(r"^  bean-invoice (.+)$", command.epilog or "", re.MULTILINE)


GROUPS = {"": main} | {
    name: one
    for name in main.list_commands(click.Context(main))
    if isinstance(one := main.get_command(click.Context(main), name), click.Group)
}
EXAMPLES = list(dict.fromkeys(line for command in (*GROUPS.values(), *COMMANDS.values()) for line in lines(command)))


@each_command
def test_each_page_has_an_example_of_its_command(name: str) -> None:
    those = lines(COMMANDS[name])
    assert those
    assert all(line.startswith(name) for line in those)
    shown = CliRunner().invoke(main, [*name.split(), "--help"]).output
    assert all(f"  bean-invoice {line}\n" in shown for line in those), "in one piece"


@pytest.mark.parametrize("name", GROUPS)
def test_the_page_of_commands_has_examples_and_a_whole_line_for_each(name: str) -> None:
    shown = CliRunner().invoke(main, [*name.split(), "--help"]).output
    assert all(f"  bean-invoice {line}\n" in shown for line in lines(GROUPS[name]))
    assert lines(GROUPS[name])
    listed = shown.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()
    assert [line.split()[0] for line in listed] == GROUPS[name].list_commands(click.Context(GROUPS[name]))
    assert not any(line.endswith("...") or len(line.split()) < 3 for line in listed)


@each_command
def test_help_speaks_in_sentences(name: str) -> None:
    command = COMMANDS[name]
    for one in command.params:
        if isinstance(one, click.Option):
            assert one.help, f"{one.opts} says what it is for"
            assert one.help[0].isupper(), one.help
            assert one.help.endswith("."), one.help
    assert (command.help or "").strip()


@pytest.fixture
def business(same_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the example business, a time sheet, an older ledger and an e-invoice, on the last day of November."""
    recent_example(same_folder / "ledger")
    with (same_folder / "ledger" / "main.beancount").open("a", encoding="utf-8") as file:
        file.write(
            '2026-11-26 * "Halles" "Relevé" #time\n  Assets:Temps:Halles  3 HOUR\n  Equity:Temps  -3 HOUR\n'
            '2026-11-27 * "Halles" "Plan" #time\n  Assets:Temps:Halles  1 HOUR\n    non-billable: TRUE\n  '
            "Equity:Temps  -1 HOUR\n"
            '2025-01-01 custom "invoice-option" "bank-days" 30\n2025-01-01 open Income:Interets\n'
            '2025-01-01 custom "invoice-option" "claim-account" Income:Interets\n'
            '2025-01-01 custom "invoice-option" "deposit-account" Liabilities:Acomptes:HabitatOuest\n'
            "2025-01-01 open Liabilities:TVA:ADecaisser\n"
            '2025-01-01 custom "invoice-option" "vat-payable-account" Liabilities:TVA:ADecaisser\n'
        )
    shutil.copy(SHEETS / "toggl.csv", same_folder)
    (same_folder / "older.beancount").write_text(
        "2025-01-01 open Assets:Clients:Acme EUR\n2025-01-01 open Income:Ventes EUR\n", encoding="utf-8"
    )
    monkeypatch.chdir(same_folder)
    monkeypatch.delenv("BEANCOUNT_FILE", raising=False)
    monkeypatch.setattr(common, "_calendar", lambda: date(2026, 11, 30))
    return same_folder


def with_supplier(business: Path) -> None:
    """Accounts for purchases, an invoice that came by e-mail, and another one beside the ledger."""
    with (business / "ledger" / "main.beancount").open("a", encoding="utf-8") as file:
        file.write(
            "2025-01-01 open Liabilities:Suppliers\n2025-01-01 open Expenses:Supplies\n"
            '2025-01-01 custom "invoice-option" "supplier-account" Liabilities:Suppliers\n'
            '2025-01-01 custom "invoice-option" "purchase-account" Expenses:Supplies\n'
        )
    for number in ("2026-118", "2026-119"):
        (business / "facture.pdf").write_bytes(supplier_xml(supplier_invoice(number)))
        if number == "2026-118":
            CliRunner().invoke(main, ["received", "add", "facture.pdf", "-w"])


@contextlib.contextmanager
def at_platform(business: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The business with a platform, where an invoice was refused."""
    with running(StandIn()) as platform, (business / "ledger" / "main.beancount").open("a", encoding="utf-8") as file:
        file.write(
            f'2026-09-01 custom "invoice-option" "platform" "{platform.address}/flow-service"\n'
            f'2026-09-01 custom "invoice-option" "platform-token" "{platform.address}/token"\n'
            f'2026-09-01 custom "invoice-option" "platform-client" "{platform.client}"\n'
            '2026-11-29 note Assets:Clients:SaintEvran "Refused" ^F2026-0076\n  event: "status"\n  status: "210"\n'
        )
        file.close()
        monkeypatch.setenv("BEAN_INVOICE_PLATFORM_SECRET", platform.secret)
        yield


@pytest.mark.parametrize("line", EXAMPLES)
def test_the_example_works(business: Path, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if "books/main" in line:
        (business / "ledger").rename(business / "books")
    if "--strict" in line:  # of numbers that were left out
        shutil.copytree(EXAMPLE.parent, business / "ledger", dirs_exist_ok=True)
    if line.startswith("validate"):
        CliRunner().invoke(main, ["einvoice", "F2026-0058", "-o", "."])
        (business / "F2026-0058.pdf").rename(business / "invoice.pdf")
    if line.startswith("accounting check-fec"):
        content = fec_bytes(fec_rows(entries_of(invoice("2026-02-01", "F1"))))
        (business / "123456782FEC20261231.txt").write_bytes(content)
    if line.startswith("accounting table"):
        (business / "comptable.toml").write_text('[columns]\nDate = "date"\n', encoding="utf-8")
    if line.startswith("accounting datev"):  # a firm in Germany
        page = (EXAMPLE.parent.parent / "docs" / "datev.md").read_text(encoding="utf-8")
        (business / "german.beancount").write_text(
            page.partition("```beancount\n")[2].partition("```")[0], encoding="utf-8"
        )
        line = f"-f german.beancount {line} -o ."
    if line.startswith("received"):
        with_supplier(business)
    with at_platform(business, monkeypatch) if line.startswith("platform") else contextlib.nullcontext():
        result = CliRunner().invoke(main, shlex.split(line))
    assert result.exception is None or isinstance(result.exception, SystemExit)
    if line.startswith("bank review"):  # tests/cli/test_asking.py has a terminal
        assert "needs a terminal" in result.output
        return
    assert result.exit_code == 0, result.output
    assert result.output
