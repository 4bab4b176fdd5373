"""Documents line by line, in a table: what `bill` would write, and the content of drafts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from beancount_invoicing.answers import amounts
from beancount_invoicing.cli.common import print_table, spaced
from beancount_invoicing.messages import _, _p
from beancount_invoicing.model import ZERO, Invoice

_Row = list[str | None]


def print_documents(title: str, invoices: Sequence[Invoice], named: bool = False) -> None:
    """Prints each document's lines, then its taxes, its deductions and the amount to pay. `named`: with its name, and
    its line numbers, from 1.
    """
    rows: list[_Row] = []
    for place, invoice in enumerate(invoices):
        if place:
            rows.append([""] * (10 if named else 9))
        for index, row in enumerate(_rows(invoice, named)):
            name = invoice.customer.name if invoice.customer else ""
            first = invoice.number if named else name
            rows.append([first if index == 0 else "", *row])
    print_table(
        title,
        [
            (_("draft") if named else _("customer"), False),
            *([(_("line"), True)] if named else []),
            (_("contract"), False),
            (_p("line of a document", "what"), False),
            (_("from"), False),
            (_("to"), False),
            (_("quantity"), True),
            (_("price"), True),
            (_("net"), True),
            ("", False),
        ],
        rows,
    )


def _rows(invoice: Invoice, named: bool) -> Iterator[_Row]:
    """The rows of one document, without its first column."""
    currency = invoice.currency

    def row(label: str, amount: Decimal, unit: str = "") -> _Row:
        return [
            *([""] if named else []),
            "",
            label,
            "",
            "",
            "",
            "",
            spaced(amounts.amount_text(amount, currency)),
            unit,
        ]

    order = invoice.customer.purchase_order if invoice.customer else ""
    if order:
        yield [*([""] if named else []), "", _("Order {order}", order=order), "", "", "", "", "", ""]
    for place, line in enumerate(invoice.lines, 1):
        price = line.price if line.price is not None else line.price_with_tax
        less = f" − {line.discount:f} %" if line.discount else ""
        yield [
            *([str(place)] if named else []),
            line.contract,
            line.text.split("\n")[0] + less,
            str(line.start or line.expense_date or ""),
            str(line.end or ""),
            "" if line.quantity is None else format(line.quantity, "f"),
            "" if price is None else spaced(amounts.amount_text(price, currency)),
            spaced(amounts.amount_text(line.net, currency)) or "",
            currency,
        ]
    for adjustment in invoice.adjustments:
        yield row(adjustment.reason, adjustment.net, currency)
    for amount in invoice.taxes:
        if amount.amount:
            yield row(f"{amount.tax.label or amount.tax.code}", amount.amount, currency)
    deducted: dict[str, Decimal] = {}
    for deduction in invoice.deductions:
        deducted[deduction.number] = deducted.get(deduction.number, ZERO) + deduction.amount
    for number, taken in deducted.items():
        yield row(_("{number} deducted", number=number), -taken, currency)
    if invoice.rounding:
        yield row(_("rounding"), invoice.rounding, currency)
    label = {"deposit": _("Deposit"), "credit-note": _("Credit note")}.get(invoice.kind, _("Total"))
    yield row(label, invoice.payable, currency)
    for code in dict.fromkeys(
        instalment.retention_contract for instalment in invoice.instalments if instalment.retention_contract
    ):
        withheld = sum(
            (instalment.amount for instalment in invoice.instalments if instalment.retention_contract == code), ZERO
        )
        yield row(_("of this, retained ({code})", code=code), withheld, currency)
