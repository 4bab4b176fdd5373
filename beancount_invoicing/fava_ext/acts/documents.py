"""Acts about documents: a new one, what is due, drafts that are issued, credit notes."""

from __future__ import annotations

from pathlib import Path

from beancount_invoicing.actions.bill import bill
from beancount_invoicing.actions.credit import credit
from beancount_invoicing.actions.issue import issue
from beancount_invoicing.actions.new import InvoiceRequest, new_invoice
from beancount_invoicing.billing.credit_notes import CreditRequest
from beancount_invoicing.customer_search import short_names
from beancount_invoicing.fava_ext.acts.forms import (
    MEANT,
    Act,
    Field,
    Subject,
    Values,
    amount,
    day,
    lines,
    required_day,
    text,
    words,
)
from beancount_invoicing.ledger import Ledger
from beancount_invoicing.messages import _
from beancount_invoicing.writing.changes import Outcome, WriteOptions
from beancount_invoicing.writing.new_documents import DocumentDating, InvalidRequest


def _dating(values: Values, name: str) -> DocumentDating:
    return DocumentDating(required_day(values, name), text(values, "draft") == "true")


def _day_field(subject: Subject) -> Field:
    return Field("day", "document-day", "day", "--date", subject.day.isoformat(), required=True)


_DRAFT = Field("draft", "draft", "flag", "--draft")


def _sales_accounts(ledger: Ledger) -> list[str]:
    """The accounts on which items and past lines are booked."""
    book = ledger.book
    items = {item.account for dated in book.items.values() for _day, item in dated.versions}
    return sorted(items | {line.account for invoice in book.invoices for line in invoice.lines if line.account})


def _invoice_fields(ledger: Ledger, subject: Subject) -> tuple[Field, ...]:
    customers = tuple(short_names(ledger.book).values())
    name = short_names(ledger.book).get(subject.customer, "")
    return (
        Field("customer", "customer", "choice", value=name, choices=("", *sorted(customers)), required=True),
        Field("lines", "lines", "lines", required=True),
        _day_field(subject),
        Field(
            "account",
            "income-account",
            "choice",
            "--account",
            choices=("", *_sales_accounts(ledger)),
        ),
        Field("note", "printed-note", "text", "--note"),
        Field("purchase_order", "purchase-order", "text", "--purchase-order"),
        Field("due", "due", "day", "--due"),
        _DRAFT._replace(value="true"),
        MEANT,
    )


def _new(file: Path, values: Values, options: WriteOptions) -> Outcome:
    customer, wanted_lines = text(values, "customer"), lines(values, "lines")
    if not customer or not wanted_lines:
        raise InvalidRequest(_("give the customer and at least one line"))
    request = InvoiceRequest(
        customer,
        wanted_lines,
        account=text(values, "account"),
        note=text(values, "note"),
        purchase_order=text(values, "purchase_order"),
        due=day(values, "due"),
    )
    return new_invoice(file, request, _dating(values, "day"), options)


NEW = Act(("new",), _invoice_fields, _new)


def _billing_fields(ledger: Ledger, subject: Subject) -> tuple[Field, ...]:
    names = short_names(ledger.book)
    return (
        Field("until", "bill-until", "day", "--until", subject.day.isoformat(), required=True),
        Field(
            "customer",
            "only-customer",
            "choice",
            "--customer",
            names.get(subject.customer, ""),
            ("", *sorted(names.values())),
        ),
        _DRAFT._replace(value="true"),
        MEANT,
    )


def _bill(file: Path, values: Values, options: WriteOptions) -> Outcome:
    return bill(
        file, required_day(values, "until"), _dating(values, "until"), options, customer=text(values, "customer")
    )


BILL = Act(("bill",), _billing_fields, _bill)


def _issue_fields(_ledger: Ledger, subject: Subject) -> tuple[Field, ...]:
    return (
        Field("drafts", "drafts", "words", value=subject.number, required=True),
        Field("day", "issue-day", "day", "--date"),
        MEANT,
    )


def _issue(file: Path, values: Values, options: WriteOptions) -> Outcome:
    drafts = words(values, "drafts")
    if not drafts:
        raise InvalidRequest(_("name the drafts"))
    return issue(file, drafts, day(values, "day"), options)


ISSUE = Act(("issue",), _issue_fields, _issue)


def _credit_fields(_ledger: Ledger, subject: Subject) -> tuple[Field, ...]:
    return (
        Field("number", "document", value=subject.number, required=True),
        Field("reason", "credit-reason"),
        Field("amount", "credit-amount", "amount", "--amount"),
        _day_field(subject),
        Field("reopen", "reopen", "flag", "--reopen"),
        _DRAFT,
        MEANT,
    )


def _credit(file: Path, values: Values, options: WriteOptions) -> Outcome:
    if not text(values, "number"):
        raise InvalidRequest(_("name the document"))
    request = CreditRequest(
        text(values, "number"),
        note=text(values, "reason"),
        reopen=text(values, "reopen") == "true",
        amount=amount(values, "amount"),
    )
    return credit(file, request, _dating(values, "day"), options)


CREDIT = Act(("credit",), _credit_fields, _credit)
