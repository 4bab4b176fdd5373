"""Whether an entry that was typed by hand books another payment than a line of a statement: the line names another document, or
comes from the account of another customer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from beancount_invoicing.bank.known_lines import LedgerMovement
from beancount_invoicing.bank.open_documents import payer_ibans
from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.bank.tokens import NumberIndex, mentions, number_index
from beancount_invoicing.model import Book, Payment, Source


class OtherPayments:
    """What entries book for customers, and what lines say of whose money they are."""

    def __init__(self, book: Book) -> None:
        self._book = book

    @cached_property
    def _payments(self) -> Mapping[Source, list[Payment]]:
        """The payments of each transaction."""
        found: defaultdict[Source, list[Payment]] = defaultdict(list)
        for payment in self._book.payments:
            if payment.entry is not None:
                found[payment.entry].append(payment)
        return found

    @cached_property
    def _numbers(self) -> NumberIndex:
        return number_index(invoice.number for invoice in self._book.invoices if not invoice.draft)

    @cached_property
    def _payers(self) -> Mapping[str, tuple[str, ...]]:
        return payer_ibans(self._book, self._book.last_date)

    def is_another(self, line: StatementLine, movement: LedgerMovement) -> bool:
        """Whether the entry settles documents, and the line names others; or the entry is of customers, and the line comes from the
        account of another one. An entry that is not a customer's payment may be any line.
        """
        payments = self._payments.get(movement.source, [])
        if not payments:
            return False
        settled = {number for payment in payments for number in (payment.settles or payment.links)}
        found, _unknown = mentions(line.text, self._numbers)
        named = {number for mention in found if not mention.weak for number in mention.numbers}
        if settled and named:
            return settled.isdisjoint(named)
        payers = self._payers.get(line.payer_iban, ())
        return bool(payers) and not any(payment.customer in payers for payment in payments)
