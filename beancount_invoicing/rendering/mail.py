"""The text of an e-mail: a template in the customer's language, as plain text and as HTML."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from beancount_invoicing.dunning import Proposal, StateOnSending
from beancount_invoicing.messages import _
from beancount_invoicing.model import Book, Invoice
from beancount_invoicing.rendering.folders import TemplateError, find_template, word_table
from beancount_invoicing.rendering.formats import Formats, colon
from beancount_invoicing.rendering.output import fill
from beancount_invoicing.rendering.parties import payment_link_rows
from beancount_invoicing.rendering.view import Pair, View

_FACTS = "\x00facts\x00"


class MailText(NamedTuple):
    """The subject and text of an e-mail."""

    subject: str
    text: str
    html: str


def mail_text(
    template_folders: tuple[Path, ...], kind: str, view: View, facts: tuple[Pair, ...] = (), **values: Any
) -> MailText:
    """The text of an e-mail with the document of `view`, from `mails/LANGUAGE/KIND.j2`, in English if there is no such
    template.

    The template's first line is `Subject: …`, and {{ facts }} marks the place of the `facts`. It gets `view`, `facts`
    and `values`. Raises TemplateError.
    """
    name = f"mails/{view.language}/{kind}.j2"
    fallback = f"mails/en/{kind}.j2"
    filled = fill(template_folders, name, fallback, facts=_FACTS, view=view, **values)
    head, _line, body = filled.partition("\n")
    if not head.startswith("Subject:") or not head.removeprefix("Subject:").strip():
        file = find_template(
            template_folders, name if any((folder / name).is_file() for folder in template_folders) else fallback
        )
        raise TemplateError(_('{file}:1: the first line must be "Subject: …"', file=file))
    paragraphs = [part.strip("\n") for part in body.split("\n\n") if part.strip()]
    lines = "\n".join(f"{fact.label}{colon(view.language)}{fact.value}" for fact in facts)
    filled_parts = [part.replace(_FACTS, lines) for part in paragraphs]
    text = "\n\n".join(part for part in filled_parts if part.strip())
    html = fill(
        template_folders,
        "mail.html.j2",
        escape=True,
        view=view,
        subject=head.removeprefix("Subject:").strip(),
        paragraphs=[None if part.strip() == _FACTS else part.replace(_FACTS, lines).split("\n") for part in paragraphs],
        facts=facts,
    )
    return MailText(head.removeprefix("Subject:").strip(), text + "\n", html)


def letter_facts(proposal: Proposal, view: View, template_folders: tuple[Path, ...]) -> tuple[Pair, ...]:
    """The facts in the e-mail with a reminder: what is open on each document and since when, the totals, how to pay."""
    formats, due = Formats(view.locale), word_table(template_folders, view.locale)["labels"]["due"]
    rows = [
        Pair(
            f"{late.position.invoice.number} – {due} {formats.short_day(late.due)}",
            formats.money(late.open, proposal.currency),
        )
        for late in proposal.invoices
    ]
    return (*rows, *view.totals, *view.payment)


def statement_facts(view: View) -> tuple[Pair, ...]:
    """The facts in the e-mail with a statement: the balance of each account, how to pay."""
    return (*(pair for part in view.sections for pair in part.totals), *view.payment)


def document_facts(view: View) -> tuple[Pair, ...]:
    """The facts in the e-mail with an invoice: its number, what to pay, by when and how."""
    due = [pair for pair in view.facts if pair.strong]
    schedule = (
        [Pair(" ".join(row.cells[:1]), row.cells[1]) for row in view.instalments.rows] if view.instalments else []
    )
    return (Pair(view.title, view.number, strong=True), *view.totals[-1:], *due, *schedule, *view.payment)


def outstanding_facts(
    book: Book, invoice: Invoice, position: StateOnSending, view: View, template_folders: tuple[Path, ...]
) -> tuple[Pair, ...]:
    """The facts in the e-mail with an invoice whose state has changed since its date: its number and total, what is
    settled and still open, how much of that is asked for, what is due later, and how to pay, if anything is asked for.
    """
    formats, table = Formats(view.locale), word_table(template_folders, view.locale)
    labels = table["labels"]

    def money(amount: Decimal) -> str:
        return formats.money(amount, invoice.currency)

    facts = [Pair(view.title, view.number, strong=True), Pair(labels["amount"], money(invoice.payable))]
    if position.payment_state == "open":
        return tuple(facts)
    if position.open != invoice.payable:
        facts.append(Pair(labels["settled-since"], money(invoice.payable - position.open)))
    facts.append(Pair(labels["open"], money(position.open), strong=position.asked_amount == position.open))
    if position.due is None:
        return tuple(facts)
    if position.contested:
        facts.append(Pair(table["receivables"]["disputed"], money(position.contested)))
    if position.asked_amount != position.open:
        facts.append(Pair(labels["asked"], money(position.asked_amount), strong=True))
    facts.append(Pair(labels["due"], formats.day(position.due), strong=True))
    facts += [Pair(f"{labels['due']} {formats.day(day)}", money(amount)) for day, amount in position.later_instalments]
    pay = [pair for pair in view.payment if not pair.link]
    if len(pay) < len(view.payment):  # the page's link asks for what the page does
        pay += payment_link_rows(book, invoice.date, invoice.number, position.asked_amount, invoice.currency, labels)
    return (*facts, *pay)
