"""Payments on an account above those of customers: they belong to nobody, and settle nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from beancount_invoicing.checks.documents import ledger_amount
from beancount_invoicing.checks.links import before_documents
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Finding, Invoice, ParentAccountPosting
from beancount_invoicing.rules import numbering


def check_parent_accounts(book: Book) -> Iterator[Finding]:
    """An amount booked above customers' accounts that names a document, by link or in words, or a customer, belongs on that
    customer's account. One that names nobody (receivables of other kinds) is ignored, and so are entries from before the
    customer's open items were taken over from older books.
    """
    if not book.parent_account_postings:
        return
    by_number = {
        name: invoice
        for invoice in book.invoices
        if invoice.customer and not invoice.draft and invoice.kind != "void"
        for name in (invoice.number.casefold(), numbering.link(invoice.number).casefold())
    }
    names = {
        customer.name.casefold(): account
        for account, dated in book.customers.items()
        for _day, customer in dated.versions
    }
    before = before_documents(book)
    for posting in book.parent_account_postings:
        account, why = _owed_on(posting, by_number, names)
        if account and not before(account, posting.date):
            yield Finding(
                "warning",
                "upper-account",
                _(
                    "{amount} on {account}, an account above the customers' own, settles nothing: book it on "
                    "{other_account}, {reason}",
                    amount=ledger_amount(abs(posting.amount), posting.currency),
                    account=posting.account,
                    other_account=account,
                    reason=why,
                ),
                posting.source,
            )


def _owed_on(
    parent_account_posting: ParentAccountPosting, by_number: Mapping[str, Invoice], names: Mapping[str, str]
) -> tuple[str, str]:
    """The customer's account that is meant, and why; "" if nothing tells."""
    words = parent_account_posting.payee_and_narration.casefold()
    called = [link.casefold() for link in sorted(parent_account_posting.links)] + re.findall(r"[\w/.-]*\w", words)
    for invoice in (by_number[name] for name in called if name in by_number):
        if invoice.customer and invoice.customer.account.startswith(f"{parent_account_posting.account}:"):
            return invoice.customer.account, _("where {number} is owed", number=invoice.number)
    for name, account in sorted(names.items(), key=lambda item: (-len(item[0]), item)):  # "Acme North" before "Acme"
        if (
            account.startswith(f"{parent_account_posting.account}:")
            and words.startswith(name)
            and parent_account_posting.amount < 0
        ):
            return account, _("which belongs to that customer")
    return "", ""


CHECKS = (check_parent_accounts,)
