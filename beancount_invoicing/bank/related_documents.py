"""Which documents of a customer settle, correct or deduct each other, or are named by one payment: what happens to the others
changes nothing for them.
"""

from __future__ import annotations

from collections.abc import Iterable

from beancount_invoicing.model import Invoice, Payment
from beancount_invoicing.rules.numbering import link


class RelatedDocuments:
    """Sets of documents by one number among them; documents and payments may come, and join sets."""

    def __init__(self, invoices: Iterable[Invoice], payments: Iterable[Payment]) -> None:
        self._above: dict[str, str] = {}
        for invoice in invoices:
            deducted = (deduction.number for deduction in invoice.deductions)
            links = (f"^{name}" for name in (link(invoice.number), *invoice.links))
            self._join(invoice.number, *invoice.corrects, *deducted, *links)
        for payment in payments:
            self.add_payment(payment)

    def add_payment(self, payment: Payment) -> None:
        """One more payment: what it names belongs together."""
        self._join(*named_numbers(payment))

    def set_of(self, number: str) -> str:
        """A number, or link, that stands for the set of a document."""
        while (above := self._above.get(number, number)) != number:
            number = above
        return number

    def sets_of(self, numbers: Iterable[str]) -> frozenset[str]:
        """Those of several documents."""
        return frozenset(self.set_of(number) for number in numbers)

    def _join(self, *numbers: str) -> None:
        if len(numbers) < 2:
            return
        first, *others = sorted(self.sets_of(numbers))
        for other in others:
            self._above[other] = first


def named_numbers(payment: Payment) -> tuple[str, ...]:
    """The numbers of the documents that a payment names."""
    return payment.settles or payment.links
