"""What was written off, and the copies that tell the customer; the copy of what is paid in full."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner

from beancount_invoicing import rendering
from beancount_invoicing.actions import bad_debts, receipt
from beancount_invoicing.cli import main
from beancount_invoicing.ledger import open_ledger
from beancount_invoicing.model import ZERO
from tests.ledgers import PRELUDE

BOOKS = """
2026-01-01 open Expenses:Losses
2026-01-05 * "Acme SAS" "Travaux" ^F2026-0001
  invoice: "F2026-0001"
  Assets:Receivable:Acme  1200.00 EUR
  Income:Services  -1000.00 EUR
    text: "Travaux"
    tax: "FR20"
  Liabilities:VAT  -200.00 EUR
    tax: "FR20"
2026-01-06 * "Acme SAS" "Conseil" ^F2026-0002
  invoice: "F2026-0002"
  Assets:Receivable:Acme  240.00 EUR
  Income:Services  -200.00 EUR
    text: "Conseil"
    tax: "FR20"
  Liabilities:VAT  -40.00 EUR
    tax: "FR20"
2026-02-01 * "Acme" "Part" ^F2026-0001
  Assets:Bank  300.00 EUR
  Assets:Receivable:Acme  -300.00 EUR
2026-02-02 * "Acme" "All" ^F2026-0002
  Assets:Bank  240.00 EUR
  Assets:Receivable:Acme  -240.00 EUR
2026-06-01 * "Acme" "Liquidation" ^F2026-0001 #write-off
  Assets:Receivable:Acme  -900.00 EUR
  Expenses:Losses  750.00 EUR
  Liabilities:VAT  150.00 EUR
    tax: "FR20"
plugin "beancount_invoicing"
"""
SENTENCE = (
    "Facture demeurée impayée pour la somme de 750,00 € (prix net) et pour la somme de 150,00 € (TVA "
    "correspondante) qui ne peut"
    " faire l’objet d’une déduction (article 272 du CGI)."
)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    file = tmp_path / "main.beancount"
    file.write_text(PRELUDE + BOOKS, encoding="utf-8")
    return file


def run(ledger: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["-f", str(ledger), *arguments])
    assert result.exit_code == code, result.output
    return result.output


def text_of(file: Path) -> str:
    """The words of a file, with plain spaces."""
    return " ".join(file.read_text(encoding="utf-8").split())


def test_the_loss_has_its_share_of_the_tax(ledger: Path) -> None:
    (row,) = json.loads(run(ledger, "bad-debts", "--as-of", "2026-06-30", "--format", "json"))
    assert (row["number"], row["written_off"]) == ("F2026-0001", "2026-06-01")
    assert (row["net"], row["tax"], row["amount"]) == ("750.00", "150.00", "900.00")
    assert json.loads(run(ledger, "bad-debts", "--as-of", "2026-05-31", "--format", "json")) == []


def test_the_duplicate_and_the_list_say_what_cannot_be_deducted(ledger: Path) -> None:
    folder = ledger.parent / "out"
    run(ledger, "bad-debts", "F2026-0001", "--as-of", "2026-06-30", "-o", str(folder), "--to", "text")
    text = text_of(folder / "F2026-0001-unpaid.txt")
    assert SENTENCE in text
    assert "Duplicata – Facture F2026-0001" in text
    assert "1 200,00 €" in text
    run(ledger, "bad-debts", "Acme", "--list", "--as-of", "2026-06-30", "-o", str(folder), "--to", "html")
    text = text_of(folder / "2026-06-30-Acme-unpaid.html")
    assert SENTENCE in text
    assert "État récapitulatif des factures impayées" in text


OTHER = """
2026-02-09 * "Acme SAS" "Travaux" ^F2026-0003
  invoice: "F2026-0003"
  Assets:Receivable:Acme  240.00 EUR
  Income:Services  -218.18 EUR
    text: "Conseil"
    tax: "FR10"
  Liabilities:VAT  -21.82 EUR
    tax: "FR10"
2026-02-09 * "Acme" "All" ^F2026-0003
  Assets:Bank  240.00 EUR
  Assets:Receivable:Acme  -240.00 EUR
2026-02-10 * "Acme SAS" "Avoir" ^A2026-0001
  invoice: "A2026-0001"
  corrects: "F2026-0003"
  Assets:Receivable:Acme  -240.00 EUR
  Income:Services  218.18 EUR
    text: "Conseil"
    tax: "FR10"
  Liabilities:VAT  21.82 EUR
    tax: "FR10"
"""
OLD = """
2026-01-02 * "Reprise"
  kind: "opening"
  Assets:Receivable:Acme  120.00 EUR
    invoice: "F2025-0007"
    date: 2025-12-03
    due: 2026-01-31
  Equity:Opening
2026-06-02 * "Acme" ^F2025-0007 #write-off
  Assets:Receivable:Acme  -120.00 EUR
  Expenses:Losses  120.00 EUR
"""


def test_what_is_set_off_is_paid_and_takes_no_tax_from_the_loss(ledger: Path) -> None:
    text = ledger.read_text(encoding="utf-8").replace('plugin "', OTHER + 'plugin "')
    ledger.write_text(
        text.replace("-900.00", "-660.00")
        .replace("  750.00", "  550.00")
        .replace("150.00 EUR\n    tax", "110.00 EUR\n    tax")
    )
    run(ledger, "allocate", "F2026-0001", "--from", "A2026-0001", "--date", "2026-03-01", "--write")
    (row,) = json.loads(run(ledger, "bad-debts", "--as-of", "2026-06-30", "--format", "json"))
    assert (row["amount"], row["net"], row["tax"]) == ("660.00", "550.00", "110.00")


def test_what_was_taken_over_has_no_document_and_keeps_no_other_from_being_written(ledger: Path) -> None:
    folder = ledger.parent / "out"
    ledger.write_text(ledger.read_text(encoding="utf-8").replace('plugin "', OLD + 'plugin "'), encoding="utf-8")
    to = ("--as-of", "2026-06-30", "-o", str(folder), "--to", "text")
    assert "F2025-0007 is opening: there is no document to print" in run(ledger, "bad-debts", *to, code=1)
    assert (folder / "F2026-0001-unpaid.txt").exists()
    run(ledger, "bad-debts", "--list", *to)
    assert "F2025-0007" in text_of(next(folder.glob("*Acme-unpaid.txt")))


def test_what_is_not_lost_is_said(ledger: Path) -> None:
    assert "nothing of F2026-0002 is written off by 2026-06-30" in run(
        ledger, "bad-debts", "F2026-0002", "--as-of", "2026-06-30", code=1
    )


def test_sellers_elsewhere_have_no_such_words(ledger: Path) -> None:
    abroad = ledger.read_text(encoding="utf-8").replace('  country: "FR"\n  siren: "732829320"', '  country: "DE"', 1)
    ledger.write_text(abroad, encoding="utf-8")
    assert "no law is known under which a seller in DE" in run(
        ledger, "bad-debts", "F2026-0001", "--as-of", "2026-06-30", "--to", "text", "-o", str(ledger.parent), code=1
    )


def test_what_is_paid_has_an_acquitted_copy(ledger: Path) -> None:
    folder = ledger.parent / "out"
    run(ledger, "receipt", "F2026-0002", "--acquitted", "--as-of", "2026-06-30", "-o", str(folder), "--to", "text")
    text = text_of(folder / "F2026-0002-acquitted.txt")
    assert "Facture acquittée F2026-0002" in text
    assert "Acquittée le 2 février 2026" in text
    assert "Net à payer" not in text


def test_what_is_not_paid_has_none(ledger: Path) -> None:
    said = ("receipt", "F2026-0001", "--acquitted", "-o", str(ledger.parent), "--as-of")
    assert "F2026-0001 is not paid: 900.00 EUR is open on 2026-05-01" in run(ledger, *said, "2026-05-01", code=1)
    assert "900.00 EUR of it is written off" in run(ledger, *said, "2026-06-30", code=1)
    assert "--acquitted writes files" in run(ledger, "receipt", "F2026-0002", "--acquitted", code=2)


SENT = ("--as-of", "2026-06-30", "--send")


@pytest.fixture
def reachable(ledger: Path) -> Path:
    """The same, by e-mail."""
    text = ledger.read_text(encoding="utf-8")
    text = text.replace('customer: "Acme SAS"', 'customer: "Acme SAS"\n  email: "a@acme.fr"')
    text = text.replace('"Atelier Test"\n', '"Atelier Test"\n  email: "solene@atelier.fr"\n', 1)
    ledger.write_text(text, encoding="utf-8")
    return ledger


def prepared(ledger: Path) -> Iterator[EmailMessage]:
    for file in sorted((ledger.parent / "outbox").rglob("*.eml")):
        yield message_from_bytes(file.read_bytes(), policy=default)


def events(ledger: Path) -> list[tuple[str, str, frozenset[str]]]:
    return [(event.kind, event.sends_kind, frozenset(event.numbers)) for event in open_ledger(ledger).book.events]


def test_what_remained_unpaid_is_sent_and_the_ledger_proves_it(reachable: Path) -> None:
    """It lies in the outbox first; once confirmed, the PDF with its fingerprint is the proof."""
    run(reachable, "bad-debts", "F2026-0001", *SENT)
    assert not (reachable.parent / "outbox").exists(), "without --write it is only said"
    run(reachable, "bad-debts", "F2026-0001", *SENT, "--write")
    (mail,) = prepared(reachable)
    assert mail["Subject"] == "Duplicata – Facture F2026-0001 – Atelier Test"
    assert mail["To"] == "Acme SAS <a@acme.fr>"
    body = mail.get_body(("plain",))
    assert body is not None
    text = " ".join(body.get_content().split())
    assert "Vous trouverez ci-joint le duplicata de la facture F2026-0001, demeurée impayée." in text
    assert SENTENCE in text
    assert [attachment.get_filename() for attachment in mail.iter_attachments()] == ["2026-06-30-F2026-0001-unpaid.pdf"]
    assert events(reachable) == [("prepared", "unpaid", frozenset({"F2026-0001"}))]
    waits = run(reachable, "bad-debts", "F2026-0001", *SENT, "--write", code=1)
    assert "to make it again: bean-invoice bad-debts F2026-0001 --send --retry --write" in waits
    run(reachable, "send", "--confirm", "F2026-0001", "--what", "unpaid", "--date", "2026-07-01", "--write")
    opened = open_ledger(reachable)
    assert not opened.errors
    assert opened.book.events[-1].kind == "unpaid"
    path = reachable.parent / "documents" / "2026" / "2026-06-30-F2026-0001-unpaid.pdf"
    assert sha256(path.read_bytes()).hexdigest() in "".join(
        file.read_text(encoding="utf-8") for file in reachable.parent.glob("sent-*.beancount")
    )


def test_the_list_is_sent_once_for_all_its_documents(reachable: Path) -> None:
    with reachable.open("a", encoding="utf-8") as file:
        file.write(
            """
2026-06-02 * "Acme SAS" "More" ^F2026-0003
  invoice: "F2026-0003"
  Assets:Receivable:Acme  12.00 EUR
  Income:Services  -10.00 EUR
    text: "More"
    tax: "FR20"
  Liabilities:VAT  -2.00 EUR
    tax: "FR20"
2026-06-03 * "Acme" "Liquidation" ^F2026-0003 #write-off
  Assets:Receivable:Acme  -12.00 EUR
  Expenses:Losses  10.00 EUR
  Liabilities:VAT  2.00 EUR
    tax: "FR20"
"""
        )
    run(reachable, "bad-debts", "Acme", "--list", *SENT, "--write")
    (mail,) = prepared(reachable)
    assert mail["Subject"] == "État récapitulatif des factures impayées – Atelier Test"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "l’état récapitulatif de vos factures demeurées impayées" in body.get_content()
    assert events(reachable) == [("prepared", "unpaid", frozenset({"F2026-0001", "F2026-0003"}))]
    waits = run(reachable, "send")
    assert "bean-invoice bad-debts F2026-0001 F2026-0003 --list --send --retry --write" in waits


def test_what_is_paid_is_sent_as_acquitted_and_what_is_not_is_held(reachable: Path) -> None:
    run(reachable, "receipt", "F2026-0002", "--acquitted", *SENT, "--write")
    (mail,) = prepared(reachable)
    assert mail["Subject"] == "Facture acquittée F2026-0002 – Atelier Test"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "votre facture acquittée F2026-0002" in body.get_content() and "Acquittée le" in body.get_content()
    assert events(reachable) == [("prepared", "acquitted", frozenset({"F2026-0002"}))]
    assert "bean-invoice receipt F2026-0002 --acquitted --send --retry --write" in run(reachable, "send")
    held = run(reachable, "receipt", "F2026-0001", "--acquitted", *SENT, code=1)
    assert "F2026-0001, Acme SAS: is not paid" in held


def test_by_post_it_is_in_the_batch(ledger: Path) -> None:
    run(ledger, "bad-debts", "F2026-0001", *SENT, "--channel", "post", "--write")
    assert list((ledger.parent / "outbox").glob("post-*.pdf"))


def test_a_seller_whose_law_is_not_known_sends_none(ledger: Path) -> None:
    text = ledger.read_text(encoding="utf-8").replace('country: "FR"\n  siren: "732829320"', 'country: "BE"', 1)
    ledger.write_text(text, encoding="utf-8")
    said = run(ledger, "bad-debts", "F2026-0001", *SENT, code=1)
    assert "F2026-0001, Acme SAS: no law is known under which a seller in BE" in said


def test_what_says_nothing_without_send(ledger: Path) -> None:
    assert "meaning without --send" in run(ledger, "bad-debts", "--write", code=2)


@pytest.mark.parametrize("language", ["fr", "en", "de", "es", "it", "nl", "pt"])
def test_the_e_mail_says_it_in_the_customer_s_language(ledger: Path, language: str) -> None:
    """A duplicate, a list and a paid one have words of their own each; the number stands in those that have one."""
    text = ledger.read_text(encoding="utf-8").replace(
        'customer: "Acme SAS"', f'customer: "Acme SAS"\n  language: "{language}"'
    )
    ledger.write_text(text, encoding="utf-8")
    book, day = open_ledger(ledger).book, date(2026, 6, 30)
    where = rendering.folders(book)
    (gone,) = bad_debts.bad_debts(book, day, ["F2026-0001"]).found
    (paid,) = receipt.receipts_for(book, day, ["F2026-0002"]).found
    said = [
        rendering.mail_text(where, "copy", view, (), event=event).text.split("\n\n")
        for event, view in (
            ("unpaid", rendering.bad_debt_duplicate(book, gone, ZERO, where)),
            ("unpaid", rendering.unpaid_list_view(book, [gone], where)),
            ("acquitted", rendering.acquitted_copy(book, paid, where)),
        )
    ]
    assert len({part[0] for part in said}) == 1, "one greeting"
    assert len({part[1] for part in said}) == 3
    assert ["F2026-0001" in said[0][1], "F2026-0002" in said[2][1]] == [True, True]
    english = "Please find attached"
    assert all(part[1].startswith(english) == (language == "en") for part in said)
