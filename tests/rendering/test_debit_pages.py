"""What an invoice that is collected says: when, from which account, under which mandate; and that nobody is to pay it."""

from __future__ import annotations

import pytest

from beancount_invoicing import rendering
from beancount_invoicing.einvoice import mapping
from beancount_invoicing.model import Book
from beancount_invoicing.rendering import View
from beancount_invoicing.rendering.folders import BUILT_IN_TEMPLATES
from beancount_invoicing.rules.digests import content_digest
from tests.documents import document
from tests.ledgers import sound_book

SELLER = """
2025-01-02 custom "invoice-seller" "Atelier Test"
  iban: "FR7630006000011234567890189"
  creditor-id: "FR46ZZZ005002"
"""
MANDATE = """
2026-01-05 custom "invoice-customer" Assets:Receivable:Acme
  mandate: "M-0007"
  mandate-date: 2026-01-05
  debtor-iban: "FR1420041010050500013M02606"
"""


def view(book: Book) -> View:
    (invoice,) = book.invoices
    return rendering.document_view(book, invoice, invoice.payable - invoice.payable, (BUILT_IN_TEMPLATES,))


def test_it_says_when_and_under_which_mandate_it_is_debited() -> None:
    page = view(sound_book(SELLER + MANDATE + document("F2026-0001", "100.00", keys="due: 2026-04-03")))
    assert page.payment_title == "Prélèvement SEPA"
    assert [(pair.label, pair.value.replace("\xa0", " ")) for pair in page.payment] == [
        ("Prélevé le", "7 avril 2026"),
        ("Votre compte", "FR14 … 2606"),
        ("Référence unique du mandat (RUM)", "M-0007"),
        ("Identifiant créancier SEPA (ICS)", "FR46ZZZ005002"),
    ], "Good Friday to Easter Monday are no days of TARGET"
    assert page.qr == ""


@pytest.mark.parametrize(
    ("more", "keys", "why"),
    [
        ("", "", "no mandate"),
        (MANDATE, "direct-debit: FALSE", "the invoice says that it is not"),
        (MANDATE.replace("mandate-date: 2026-01-05", "mandate-date: 2026-02-05"), "", "signed later"),
        (MANDATE + MANDATE.split("\n  ")[0].replace("01-05", "01-20") + '\n  mandate: ""\n', "", "revoked"),
    ],
)
def test_it_asks_to_pay_where_it_is_not_collected(more: str, keys: str, why: str) -> None:
    page = view(sound_book(SELLER + more + document("F2026-0001", "100.00", keys=keys)))
    assert page.payment_title == "Paiement", why
    assert page.qr.startswith("BCD"), why


def test_a_mandate_is_told_to_platforms() -> None:
    buyer = MANDATE.replace("mandate:", 'endpoint: "0225:123456782"\n  mandate:')
    seller = SELLER + '  endpoint: "0225:732829320"\n'
    book = sound_book(seller + buyer + document("F2026-0001", '100.00 | nature: "services"'))
    (invoice,) = book.invoices
    payment = mapping.e_invoice(book, invoice, invoice.payable - invoice.payable, "fr").payment
    assert payment is not None
    assert payment.means == "59"
    assert (payment.mandate, payment.creditor_id, payment.debited_account, payment.account) == (
        "M-0007",
        "FR46ZZZ005002",
        "FR1420041010050500013M02606",
        "",
    )


def test_what_was_sealed_before_is_the_same_invoice_under_a_mandate() -> None:
    text = document("F2026-0001", "100.00")
    plain, debited = sound_book(SELLER + text), sound_book(SELLER + MANDATE + text)
    assert content_digest(plain, plain.invoices[0]) == content_digest(debited, debited.invoices[0])
