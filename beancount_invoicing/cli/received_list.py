"""`bean-invoice received list`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from beancount_invoicing.answers.amounts import amount_text
from beancount_invoicing.answers.received import received_json
from beancount_invoicing.cli.common import (
    Session,
    examples,
    print_json,
    print_notice,
    print_table,
    table_or_json_option,
)
from beancount_invoicing.messages import _
from beancount_invoicing.model import ReceivedRecord
from beancount_invoicing.platform.received import ANSWERS, ReceivedInvoice, received_invoices
from beancount_invoicing.words import word

COLUMNS = (
    (_("day"), False), (_("supplier"), False), (_("number"), False), (_("issued"), False), (_("due"), False), (_("amount"), True),
    (_("result"), False),
)  # fmt: skip
"""The columns of what came."""


def row_of(record: ReceivedRecord) -> list[str]:
    """An invoice's cells in these columns."""
    amount = amount_text(record.amount, record.currency)
    return [
        str(record.date),
        record.supplier or record.name,
        record.number,
        str(record.issued or ""),
        str(record.due or ""),
        f"{amount} {record.currency}" if amount else "",
        word(record.result) if record.result else "",
    ]


@click.command("list", epilog=examples("received list", "received list --open"))
@click.option("--open", "only_open", is_flag=True, help="Only those without an answer, or without an entry.")
@table_or_json_option
@click.pass_obj
def list_command(session: Session, only_open: bool, form: str) -> None:
    """The invoices of suppliers that came, and what became of each."""
    invoices = [invoice for invoice in received_invoices(session.open().book) if not only_open or _is_open(invoice)]
    if form == "json":
        print_json([received_json(invoice) for invoice in invoices])
    elif invoices:
        print_table(_("Invoices received"), [*COLUMNS, (_("answer"), False), (_("entry"), False)], _rows(invoices))
    else:
        print_notice(_("No invoices of suppliers: platform fetch brings them, received add takes a file."))


def _is_open(invoice: ReceivedInvoice) -> bool:
    return not invoice.same_as and invoice.answer != "210" and not (invoice.answers and invoice.booked)


def _rows(invoices: Sequence[ReceivedInvoice]) -> list[list[str]]:
    return [[*row_of(invoice.first), _answer(invoice), _entry(invoice)] for invoice in invoices]


def _answer(invoice: ReceivedInvoice) -> str:
    if invoice.doubt:
        return _("{status} in doubt", status=invoice.doubt.status)
    return _("{code} {meaning}", code=invoice.answer, meaning=ANSWERS.get(invoice.answer, "")) if invoice.answer else ""


def _entry(invoice: ReceivedInvoice) -> str:
    if invoice.same_as:
        return _("the same as {name}", name=invoice.same_as)
    return str(invoice.booked.date) if invoice.booked else ""
