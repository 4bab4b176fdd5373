"""References that payers quote: whether the bank takes them with the account, and whether they can be worked out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Finding, Source
from beancount_invoicing.rules.references import is_qr_iban, payment_reference


class _Account(NamedTuple):
    """An account that payers are asked to pay to, and the option `payment-reference` meanwhile."""

    iban: str
    option: str
    source: Source


def check_qr_ibans(book: Book) -> Iterator[Finding]:
    """A QR-IBAN is paid with a QR reference, and no other account is (SIX, Swiss Implementation Guidelines QR-bill 2.3, 4.2.2)."""
    for account in sorted(set(_accounts(book))):
        if is_qr_iban(account.iban) and account.option != "qrr":
            yield Finding(
                "error",
                "qr-iban",
                _(
                    "{iban} is a QR-IBAN, which can only be paid with a QR reference, but the option payment-reference is "
                    '"{option}": write custom "invoice-option" "payment-reference" "qrr", or give your ordinary IBAN',
                    iban=account.iban,
                    option=account.option or "number",
                ),
                account.source,
            )
        if account.option == "qrr" and not is_qr_iban(account.iban):
            yield Finding(
                "error",
                "qr-iban",
                _(
                    '{iban} is no QR-IBAN, so it cannot be paid with a QR reference (option payment-reference "qrr"): give the '
                    'QR-IBAN that your bank has for you, or write custom "invoice-option" "payment-reference" "iso11649"',
                    iban=account.iban,
                ),
                account.source,
            )


def check_lengths(book: Book) -> Iterator[Finding]:
    """A document's number is short enough for the reference that is asked for."""
    for invoice in book.invoices:
        option = book.option("payment-reference", invoice.date)
        if option not in {"qrr", "ogm"} or invoice.draft or not invoice.has_page or invoice.payable <= 0:
            continue
        if payment_reference(option, invoice.number) == invoice.number:
            yield Finding(
                "warning",
                "payment-reference",
                _(
                    '{number} has too many digits, or none, for a reference of the kind "{option}", so payers are asked to quote '
                    "the number itself: use a shorter series",
                    number=invoice.number,
                    option=option,
                ),
                invoice.source,
            )


def _accounts(book: Book) -> Iterator[_Account]:
    """The accounts in documents to be paid, and those that the next document would show."""
    for invoice in book.invoices:
        if invoice.has_page and invoice.payable > 0 and invoice.customer and book.seller:
            party = invoice.customer if invoice.customer.iban else book.seller.at(invoice.date)
            if party.iban:
                yield _Account(party.iban, book.option("payment-reference", invoice.date), party.source)
    day = book.last_date
    for party in (
        *((book.seller.at(day),) if book.seller else ()),
        *(dated.at(day) for dated in book.customers.values()),
    ):
        if party.iban:
            yield _Account(party.iban, book.option("payment-reference", day), party.source)


CHECKS = (check_qr_ibans, check_lengths)
