"""What was sealed leaves as it was sealed, or not at all, by whatever road; and a seal that is gone is found by what names it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.test_sending import by_server as serve
from tests.cli.test_sending import events, record, run
from tests.delivery.servers import Handler, server

LEDGER = """
option "operating_currency" "EUR"
2026-01-01 custom "invoice-seller" "Menuiserie Brume"
  address: "8 quai du Bois"
  postcode: "56000"
  city: "Vannes"
  country: "FR"
  siren: "732829320"
  vat-id: "FR44732829320"
  endpoint: "0225:732829320"
  email: "bonjour@brume.example"
2026-01-01 custom "invoice-tax" "S20" "TVA 20 %" Liabilities:Tva
  rate: 20
  nature: "services"
2026-01-01 custom "invoice-option" "default-tax" "S20"
2026-01-01 open Assets:Banque
2026-01-01 open Income:Travaux
2026-01-01 open Liabilities:Tva
2026-01-01 open Assets:Clients:Ajonc
  customer: "Ajonc SARL"
  email: "compta@ajonc.example"
  address: "2 rue des Landes"
  postcode: "35000"
  city: "Rennes"
  country: "FR"
  siren: "552100554"
2026-01-10 * "Ajonc SARL" "Portes" ^B1
  invoice: "B1"
  Assets:Clients:Ajonc   1200.00 EUR
  Income:Travaux        -1000.00 EUR
    text: "Portes en chêne"
  Liabilities:Tva        -200.00 EUR
plugin "beancount_invoicing"
"""
DAY = ("--date", "2026-01-12", "--write")
LATE = ("--as-of", "2026-03-30")


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A joiner's books, with an invoice that was sealed, and has not left."""
    folder = tmp_path_factory.mktemp("sealed")
    (folder / "main.beancount").write_text(LEDGER, encoding="utf-8")
    (folder / "settings.beancount").write_text("", encoding="utf-8")
    with (folder / "main.beancount").open("a", encoding="utf-8") as stream:
        stream.write('include "settings.beancount"\n')
    run(folder / "main.beancount", "seal", "B1", *DAY)
    return folder


@pytest.fixture
def ledger(sealed: Path, tmp_path: Path) -> Path:
    """The same in a folder of its own."""
    shutil.copytree(sealed, tmp_path / "books")
    return tmp_path / "books" / "main.beancount"


def replaced(ledger: Path, *pairs: tuple[str, str]) -> None:
    text = ledger.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    ledger.write_text(text, encoding="utf-8")


def settings(ledger: Path, said: str) -> None:
    (ledger.parent / "settings.beancount").write_text(said, encoding="utf-8")


def dearer(ledger: Path) -> None:
    replaced(ledger, ("1200.00", "1320.00"), ("-1000.00", "-1100.00"), ("-200.00", "-220.00"))


def cheaper(ledger: Path) -> None:
    """As it was."""
    replaced(ledger, ("1320.00", "1200.00"), ("-1100.00", "-1000.00"), ("-220.00", "-200.00"))


def by_mail(ledger: Path, code: int) -> str:
    return run(ledger, "send", "B1", *DAY, code=code)


def by_server(ledger: Path, code: int) -> str:
    handler = Handler()
    with server(handler) as port:
        serve(ledger, port)
        text = run(ledger, "send", "B1", *DAY, code=code)
    assert bool(handler.taken) is not code
    return text


def by_post(ledger: Path, code: int) -> str:
    return run(ledger, "send", "B1", "--channel", "post", *DAY, code=code)


def by_platform(ledger: Path, code: int) -> str:
    return run(ledger, "send", "B1", "--channel", "e-invoice", *DAY, code=code)


def by_platform_as_xml(ledger: Path, code: int) -> str:
    settings(ledger, '2026-01-01 custom "invoice-option" "e-invoice-form" "ubl"\n')
    return by_platform(ledger, code)


def by_run(ledger: Path, code: int) -> str:
    settings(ledger, '2026-01-01 custom "invoice-option" "send-from" "2026-01-01"\n')
    return run(ledger, "run", "--only", "send", *DAY, code=code)


def with_a_letter(ledger: Path, code: int) -> str:
    return run(ledger, "remind", "--send", "--yes", *LATE, "--write", code=code)


def with_a_printed_letter(ledger: Path, code: int) -> str:
    return run(ledger, "remind", *LATE, "--attach", "-o", str(ledger.parent / "outbox"), code=code)


def exported(ledger: Path, code: int) -> str:
    return run(ledger, "einvoice", "B1", "--syntax", "cii", "-o", str(ledger.parent / "outbox"), code=code)


ROADS = [
    by_mail,
    by_server,
    by_post,
    by_platform,
    by_platform_as_xml,
    by_run,
    with_a_letter,
    with_a_printed_letter,
    exported,
]


@pytest.mark.parametrize("leaves", ROADS)
def test_what_was_sealed_leaves_on_no_road_once_the_ledger_says_something_else(
    ledger: Path, leaves: Callable[[Path, int], str]
) -> None:
    dearer(ledger)
    text = leaves(ledger, 1)
    assert "was sealed on 2026-01-12, but the ledger now differs: lines 1.net: sealed 1000.00, now 1100.00" in text
    assert "more: bean-invoice verify B1); undo the change" in text
    assert "bean-invoice credit B1" in text
    assert not list((ledger.parent / "outbox").glob("*"))
    assert events(ledger) == []
    cheaper(ledger)
    settings(ledger, "")
    leaves(ledger, 0)
    assert events(ledger) or any((ledger.parent / "outbox").iterdir())


def test_another_look_or_way_to_reach_somebody_keeps_nothing_back(ledger: Path) -> None:
    replaced(ledger, ("compta@ajonc.example", "factures@ajonc.example"))
    settings(ledger, '2026-01-01 custom "invoice-option" "accent" "#7a1f5c"\n')
    run(ledger, "send", "B1", *DAY)
    assert events(ledger) == ["prepared"]


@pytest.mark.parametrize("leaves", [by_mail, with_a_letter])
def test_nor_leaves_what_lies_in_its_place(ledger: Path, leaves: Callable[[Path, int], str]) -> None:
    (ledger.parent / "documents" / "2026" / "B1.pdf").write_bytes(b"another")
    text = leaves(ledger, 1)
    assert "changed since: bean-invoice verify B1; put it back as it was sealed, from git or from a backup" in text
    assert events(ledger) == []


# what waits ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(tmp_path: Path) -> Path:
    """The same invoice, not sealed, prepared to be sent by hand."""
    file = tmp_path / "main.beancount"
    file.write_text(LEDGER, encoding="utf-8")
    run(file, "send", "B1", *DAY)
    return file


def test_what_waits_is_not_what_the_ledger_says_by_now(waiting: Path) -> None:
    assert "to make it" in run(waiting, "send", "--date", "2026-01-13")
    dearer(waiting)
    text = run(waiting, "send", "--date", "2026-01-13")
    assert "it would not be sent like this today (the ledger no longer says what it said on 2026-01-12)" in text
    assert "make it again: bean-invoice send --retry B1 --write" in text
    assert "B1 to be sent" in run(waiting, "today", "--as-of", "2026-01-13")
    assert "B1 to be sent" in run(waiting, "run", "--date", "2026-01-13")
    assert "B1: warning: it would not be sent like this today" in run(
        waiting, "send", "--confirm", "B1", "--date", "2026-01-13"
    )
    run(waiting, "send", "--retry", "B1", "--date", "2026-01-13", "--write")
    assert "would not be sent like this" not in run(waiting, "send", "--date", "2026-01-13")


def test_what_waits_as_it_was_sealed_says_where_to_look(ledger: Path) -> None:
    run(ledger, "send", "B1", *DAY)
    dearer(ledger)
    text = run(ledger, "send", "--date", "2026-01-13")
    assert "it was sealed, but the ledger now says something else: bean-invoice verify B1" in text
    assert "--retry" not in text, "it would be refused"


# what is gone --------------------------------------------------------------------------------------------------------


def without_last_directive(ledger: Path) -> None:
    """The last directive of the record is deleted."""
    file = ledger.parent / "sent-2026.beancount"
    text = file.read_text(encoding="utf-8")
    file.write_text(text[: text.rindex("\n2026-")] + "\n", encoding="utf-8")


def test_the_last_seal_that_was_deleted_with_its_document_is_found_by_the_note_before_it(waiting: Path) -> None:
    run(waiting, "send", "--confirm", "B1", "--date", "2026-01-13", "--write")
    assert "B1: unchanged since 2026-01-13" in run(waiting, "verify")
    without_last_directive(waiting)
    for file in (waiting.parent / "documents" / "2026").glob("B1.*"):
        file.unlink()
    text = run(waiting, "verify", code=1)
    assert "sent-2026.beancount:" in text
    assert "B1: this note names a document with the fingerprint" in text
    assert "documents/2026/B1.pdf does not have" in text
    run(waiting, "verify", "B1", code=1)
    run(waiting, "send", "--discard", "B1", "--date", "2026-01-14", "--write")
    assert "No document is sealed" in run(waiting, "verify")


def test_the_seal_of_what_was_sent_afterwards_is_found_by_the_note_that_it_was_sent(ledger: Path) -> None:
    run(ledger, "send", "B1", *DAY)
    run(ledger, "send", "--confirm", "B1", *DAY)
    assert "missing in between: none" in run(ledger, "verify")
    text = ledger.read_text(encoding="utf-8")
    ledger.write_text(re.sub(r"\n2026-01-12 document [^\n]*\n(  [^\n]*\n)*", "\n", text), encoding="utf-8")
    assert "document" not in ledger.read_text(encoding="utf-8")
    (ledger.parent / "documents" / "2026" / "B1.pdf").unlink()
    said = run(ledger, "verify", code=1)
    assert "B1: this note names a document with the fingerprint" in said
    assert "take sha256 out of this note" in said
    record_file = ledger.parent / "sent-2026.beancount"
    record_file.write_text(re.sub(r'  sha256: "[^\n]*\n', "", record(ledger)), encoding="utf-8")
    run(ledger, "verify")


def test_what_is_in_doubt_is_said_by_verify(waiting: Path) -> None:
    text = record(waiting).replace('event: "prepared"', 'event: "sending"')
    (waiting.parent / "sent-2026.beancount").write_text(text, encoding="utf-8")
    said = run(waiting, "verify")
    assert "B1 has been in doubt since 2026-01-12: no directive says whether it left: bean-invoice send" in said


def test_facts_of_a_later_version_are_not_compared(sealed: Path, tmp_path: Path) -> None:
    """Neither unchanged nor another: it is said that it cannot be told."""
    shutil.copytree(sealed, tmp_path / "books")
    ledger = tmp_path / "books" / "main.beancount"
    for file in ledger.parent.glob("*.beancount"):
        file.write_text(file.read_text(encoding="utf-8").replace('facts: "1:', 'facts: "9:'), encoding="utf-8")
    assert "sealed by a later version of this program, which this version cannot compare" in run(ledger, "verify")


def test_a_platform_takes_no_letters(sealed: Path, tmp_path: Path) -> None:
    shutil.copytree(sealed, tmp_path / "books")
    ledger = tmp_path / "books" / "main.beancount"
    run(ledger, "send", "B1", "--channel", "post", *DAY)
    run(ledger, "send", "--confirm", "B1", *DAY)
    text = run(ledger, "remind", *LATE, "--send", "--channel", "e-invoice", "--yes", "--write", code=1)
    assert "platforms carry invoices only: send it with --channel email or post" in text
