"""The questions of `bean-invoice correct` on a terminal: what went wrong, and what is right instead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import click

from beancount_invoicing.actions.correct import CorrectionRequest
from beancount_invoicing.billing.correction_causes import CAUSE_WORDS, CAUSES, Cause
from beancount_invoicing.billing.redrafting import LineEdit
from beancount_invoicing.cli.asking import ask
from beancount_invoicing.cli.common import Number, spaced
from beancount_invoicing.cli.echo import echo, prompt
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Invoice
from beancount_invoicing.platform.life_cycle import document_state, flow_states, refusal_of
from beancount_invoicing.platform.statuses import status_in_words
from beancount_invoicing.receivables import Position


def asked(book: Book, position: Position, request: CorrectionRequest, day: date) -> CorrectionRequest:
    """The request with what was missing in it: the cause, what is right instead, and the reason for the customer."""
    invoice = position.invoice
    _show(book, position, day)
    cause = request.because or _cause(CAUSES)
    wrong = cause
    if cause == "refused" and refusal_of(book, invoice.number, day):
        echo(_("What was wrong with it?"), err=True)
        wrong = _cause(CAUSES[1:])
    request = request._replace(because=wrong)
    if not _is_given(request, wrong):
        request = _with_answer(book, invoice, request, wrong)
    if request.correction.reason.strip():
        return request
    reason = ask(_("The reason, as the customer is to read it"), ())
    return request._replace(correction=request.correction._replace(reason=reason))


def _show(book: Book, position: Position, day: date) -> None:
    """The invoice in a few lines, and what its platform says of it."""
    invoice = position.invoice
    name = invoice.customer.name if invoice.customer else ""
    echo(
        _(
            "{number} of {day}, {customer}: {amount} {currency}, of which {paid} is paid",
            number=invoice.number,
            day=invoice.date,
            customer=name,
            amount=spaced(str(invoice.payable)),
            currency=invoice.currency,
            paid=spaced(str(position.settled)),
        ),
        err=True,
    )
    for place, line in enumerate(invoice.lines, 1):
        echo(
            _("  {place}. {text}: {net}", place=place, text=line.text.partition("\n")[0], net=spaced(str(line.net))),
            err=True,
        )
    events = (event for event in book.events if event.date <= day)
    state = document_state(flow_states(events, invoice.number))
    if state and state.decisive:
        echo(_("  at the platform: {status}", status=status_in_words(state.decisive)), err=True)


def _cause(causes: Sequence[Cause]) -> Cause:
    """What happened, by its place in a list."""
    for place, cause in enumerate(causes, 1):
        echo(_("  {place}  {cause}", place=place, cause=CAUSE_WORDS[cause]), err=True)
    place = prompt(_("What happened? Its number"), type=click.IntRange(1, len(causes)), err=True)
    return causes[int(place) - 1]


def _is_given(request: CorrectionRequest, cause: Cause) -> bool:
    """Whether options said already what is right."""
    if cause == "wrong-customer":
        return bool(request.correction.customer)
    if cause == "forgotten-line":
        return bool(request.new_lines)
    if cause == "doubled":
        return bool(request.duplicate_of)
    return bool(request.correction.lines or request.correction.tax)


def _with_answer(book: Book, invoice: Invoice, request: CorrectionRequest, cause: Cause) -> CorrectionRequest:
    """The request with what is right instead, as somebody types it."""
    correction = request.correction
    match cause:
        case "wrong-customer":
            customer = ask(_("The customer who should have got it"), (name.split(":")[-1] for name in book.customers))
            return request._replace(correction=correction._replace(customer=customer))
        case "forgotten-line":
            line = ask(_('The line that is missing, such as "1 Audit @ 450"'), book.items)
            return request._replace(new_lines=(line,))
        case "doubled":
            numbers = (
                other.number
                for other in book.invoices
                if other.customer and invoice.customer and other.customer.account == invoice.customer.account
            )
            return request._replace(duplicate_of=ask(_("The invoice that is right"), numbers))
        case "wrong-price":
            edit = LineEdit(_line(invoice), price=prompt(_("The right price of a unit"), type=Number(), err=True))
        case "wrong-quantity":
            edit = LineEdit(_line(invoice), quantity=prompt(_("The right quantity"), type=Number(), err=True))
        case "wrong-tax":
            place = _line(invoice, all_lines=True)
            code = ask(_("The right tax code"), book.taxes)
            if not place:
                return request._replace(correction=correction._replace(tax=code))
            edit = LineEdit(place, tax=code)
        case _:
            return request
    return request._replace(correction=correction._replace(lines=(edit,)))


def _line(invoice: Invoice, *, all_lines: bool = False) -> int:
    """The place of a line, from 1; 0 for all of them, if that may be."""
    if len(invoice.lines) == 1:
        return 1
    question = _("Which line? 0 for all of them") if all_lines else _("Which line?")
    return int(prompt(question, type=click.IntRange(0 if all_lines else 1, len(invoice.lines)), err=True))
