"""Proposal → view: the reminder letter, with the text of the template for its tone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount_invoicing.dunning import Late, Proposal, SeparatelyReminded
from beancount_invoicing.dunning.banks import all_booked_until
from beancount_invoicing.law.citations import formal_demand, late_payment
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book
from beancount_invoicing.rendering import parties
from beancount_invoicing.rendering.formats import Formats
from beancount_invoicing.rendering.glyphs import printable_view
from beancount_invoicing.rendering.letterhead import letterhead
from beancount_invoicing.rendering.output import fill, paragraphs
from beancount_invoicing.rendering.qr_bill import qr_bill
from beancount_invoicing.rendering.view import Pair, Table, TableRow, View
from beancount_invoicing.rules.references import is_qr_iban, payment_reference


def letter_view(book: Book, proposal: Proposal, template_folders: tuple[Path, ...]) -> View:
    """The view of a reminder letter as of its proposal's day. Raises TemplateError, and ValueError if nothing is sent."""
    if proposal.level is None:
        raise ValueError(_("{customer}: nothing is sent", customer=proposal.customer.name))
    customer, currency, day = proposal.customer, proposal.currency, proposal.as_of
    head = letterhead(book, customer, day, template_folders)
    seller, table, formats = head.seller, head.words, head.formats
    labels = table["labels"]
    alone = head.view.alone
    body = fill(
        template_folders,
        f"letters/{formats.language}/{proposal.tone}.j2",
        fallback=f"letters/en/{proposal.tone}.j2",
        **_values(book, proposal, formats, table),
        customer=customer,
        seller=seller,
        level=proposal.level,
        alone=alone,
    )
    numbers = [late.position.invoice.number for late in proposal.invoices]
    reference = parties.remittance_reference(numbers)
    message = f"{table['titles'][proposal.tone]} {reference}"
    if len(numbers) == 1 or is_qr_iban(customer.iban or seller.iban):
        reference = payment_reference(
            book.option("payment-reference", proposal.invoices[0].position.invoice.date), numbers[0]
        )
    pay, qr = parties.payment_rows(seller, customer, reference, proposal.amount_asked, currency, formats, table)
    if len(numbers) == 1:  # a link is for one document
        pay = (*pay, *parties.payment_link_rows(book, day, numbers[0], proposal.amount_asked, currency, labels))
    bill = None
    if pay and head.view.theme.paper == "a4":
        bill = qr_bill(seller, customer, reference, message, proposal.amount_asked, currency, formats.language)
    title = table["titles"][proposal.tone]
    return printable_view(
        replace(
            head.view,
            title=title,
            facts=_facts(proposal, formats, labels),
            opening=paragraphs(body),
            table=_invoices(proposal, formats, table),
            totals=_totals(proposal, formats, labels),
            payment_title=labels["payment"] if pay else "",
            payment=pay,
            qr="" if bill else qr,
            qr_text=labels["qr"].format(amount=formats.money(proposal.amount_asked, currency)) if qr or bill else "",
            qr_bill=bill,
            closing=tuple(
                line
                for line in (labels["regards-alone" if alone else "regards"], proposal.signed_by, seller.name)
                if line
            ),
            notices=(*head.view.notices, *proposal.notices),
        )
    )


def _values(book: Book, proposal: Proposal, formats: Formats, word_table: dict[str, Any]) -> dict[str, Any]:
    """What the template of the letter's words gets, but for the nouns."""

    def money(amount: Decimal) -> str:
        return formats.money(amount, proposal.currency) if amount else ""

    country = book.seller.at(proposal.as_of).address.country if book.seller else ""
    dates = {late.due for late in proposal.invoices}
    letters = {late.earlier_letters for late in proposal.invoices}
    only = next(iter(letters)) if len(letters) == 1 else ()
    until = all_booked_until(book, proposal.as_of)
    return {
        "count": len(proposal.invoices),
        "due": formats.day(min(dates)) if len(dates) == 1 else "",
        "total": money(proposal.total),
        "claimed": money(proposal.amount_asked),
        "claims": bool(proposal.interest or proposal.indemnity),
        "interest": money(proposal.interest),
        "indemnity": money(proposal.indemnity),
        "fee": money(proposal.fee),
        "deadline": formats.day(proposal.deadline) if proposal.deadline else "",
        "as_of": formats.day(proposal.as_of),
        "paid_until": formats.day(until) if until and not proposal.unallocated else "",
        "unknown": money(proposal.unexplained_payments),
        "credits": [f"{number} ({money(amount)})" for number, amount in proposal.credits],
        "partly": any(late.position.settled for late in proposal.invoices),
        "reminders": min((len(before) for before in letters), default=0),
        "reminded_on": formats.day(only[0].date) if len(only) == 1 else "",
        "apart": [_apart(reminded, proposal, formats, word_table) for reminded in proposal.separately_reminded],
        "demand_law": formal_demand(country),
        "late_law": late_payment(country, proposal.customer.buyer),
    }


def _apart(
    separately_reminded: SeparatelyReminded, proposal: Proposal, formats: Formats, word_table: dict[str, Any]
) -> str:
    """What is listed apart, and the last letter about it."""
    title = word_table["titles"][separately_reminded.last_letter.tone or "friendly"]
    if formats.language != "de":  # whose nouns are written so within a sentence too
        title = title[:1].lower() + title[1:]
    letter = f"{title} {word_table['labels']['of-date'].format(date=formats.day(separately_reminded.last_letter.date))}"
    return f"{separately_reminded.number}, {formats.money(separately_reminded.open, proposal.currency)} ({letter})"


def _facts(proposal: Proposal, formats: Formats, labels: dict[str, str]) -> tuple[Pair, ...]:
    facts = [Pair(labels["date"], formats.day(proposal.as_of))]
    if proposal.registered:
        facts.insert(0, Pair(labels["dispatch"], labels["registered"], strong=True))
    if proposal.deadline:
        facts.append(Pair(labels["pay-by"], formats.day(proposal.deadline), strong=True))
    if proposal.signed_by:
        facts.append(Pair(labels["your-contact"], proposal.signed_by))
    if proposal.escalation:
        facts.append(Pair(labels["copy-to"], proposal.escalation))
    return tuple(facts)


def _invoices(proposal: Proposal, formats: Formats, word_table: dict[str, Any]) -> Table:
    labels, units = word_table["labels"], word_table["units"]["days-late"]
    late_at_all = any(late.days_overdue for late in proposal.invoices)

    def row(late: Late) -> TableRow:
        position = late.position
        cells = [
            position.invoice.number,
            formats.short_day(position.invoice.date),
            formats.short_day(late.due),
            formats.amount(position.payable, proposal.currency),
            formats.amount(position.settled, proposal.currency) if position.settled else "",
            formats.amount(late.open, proposal.currency),
        ]
        if late_at_all:
            cells.append(f"{late.days_overdue} {units[late.days_overdue > 1]}")
        return TableRow(tuple(cells), _left_out(late, proposal, formats, labels))

    keys = ("invoice", "date", "due", "amount", "received", "asked", *(("days-late",) if late_at_all else ()))
    columns = tuple(labels[key] for key in keys)
    title = word_table["titles"][proposal.tone]
    return Table(title, columns, (False, *[True] * (len(columns) - 1)), tuple(map(row, proposal.invoices)))


def _left_out(late: Late, proposal: Proposal, formats: Formats, labels: dict[str, str]) -> tuple[str, ...]:
    """What is open of an invoice and the letter does not ask for: what is contested, what has a letter of its own, what is late and
    has none, what is not due yet."""
    asked_or_not = late.open + late.contested + late.in_other_letter + late.not_asked
    left_out = {
        "contested": late.contested,
        "separate": late.in_other_letter,
        "not-asked": late.not_asked,
        "not-due-yet": late.position.open - asked_or_not,
    }
    return tuple(
        labels[key].format(amount=formats.money(part, proposal.currency)) for key, part in left_out.items() if part > 0
    )


def _totals(proposal: Proposal, formats: Formats, labels: dict[str, str]) -> tuple[Pair, ...]:
    currency = proposal.currency
    more = [
        Pair(labels[key], formats.money(amount, currency))
        for key, amount in (
            ("interest", proposal.interest),
            ("indemnity", proposal.indemnity),
            ("fee", proposal.fee),
        )
        if amount
    ]
    first = labels["soon-total" if proposal.level == 0 else "late-total"]
    totals = [Pair(first, formats.money(proposal.total, currency), strong=not more), *more]
    if more:
        totals.append(Pair(labels["claimed-total"], formats.money(proposal.amount_asked, currency), strong=True))
    return tuple(totals)
