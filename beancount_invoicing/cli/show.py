"""`bean-invoice show`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import click

from beancount_invoicing.answers import amounts
from beancount_invoicing.answers.documents import cash_discount_texts, document_json, explanation_steps
from beancount_invoicing.cli.colours import BY_STATUS, painted
from beancount_invoicing.cli.common import (
    Session,
    as_of_option,
    examples,
    explain_option,
    format_option,
    print_assumed_notice,
    print_csv,
    print_json,
    print_table,
    relative,
    say,
    spaced,
)
from beancount_invoicing.cli.completion import complete_numbers
from beancount_invoicing.cli.echo import echo, label_width
from beancount_invoicing.cli.list import COLUMNS
from beancount_invoicing.documents import search
from beancount_invoicing.documents.search import UnknownNumber
from beancount_invoicing.languages import translated
from beancount_invoicing.messages import _, _n, _p, joined
from beancount_invoicing.model import TaxAmount
from beancount_invoicing.receivables import Position
from beancount_invoicing.rules.steps import describe_step
from beancount_invoicing.words import figure, word


@click.command(epilog=examples("show F2026-0067", "show F2026-0064 --explain"))
@click.argument("number", shell_complete=complete_numbers)
@as_of_option
@format_option
@explain_option
@click.pass_obj
def show_command(session: Session, number: str, as_of: date, form: str, explain: bool) -> None:
    """Show one document: lines, taxes, due dates, what settled it, what happened."""
    ledger = session.open()
    print_assumed_notice(ledger.book, as_of)
    try:
        (position,) = search.find_documents(ledger.book, as_of, [number])
    except UnknownNumber as error:
        session.error(str(error))
        return
    answer = document_json(position, explain)
    if form == "json":
        print_json(answer)
        return
    if form == "csv":
        print_csv(COLUMNS, [[" ".join(answer[c]) if c == "accounts" else answer[c] for c in COLUMNS]])
        return
    _print_document(position, answer)
    if explain:
        section(_("How the figures came about"), map(describe_step, explanation_steps(position)))


def _print_document(position: Position, answer: amounts.Answer) -> None:
    """A document for eyes: what it is, its lines, its amounts, then what happened to it."""
    currency = answer["currency"] or ""
    now = (
        ""
        if answer["owed_by"] in ([], [answer["customer"]])
        else _("; owed by {owed_by}", owed_by=joined(_(" and "), answer["owed_by"]))
    )
    echo(
        _(
            "{number}  {kind} of {day}, {customer}{now}",
            number=answer["number"],
            kind=word(answer["kind"]),
            day=answer["date"],
            customer=answer["customer"] or _("no customer"),
            now=now,
        )
    )
    echo(_("{file}:{line}", file=relative(position.invoice.source.file), line=position.invoice.source.line))
    if answer["lines"]:
        _print_lines(answer)
    names = ["net", "tax", "total", "withheld", "prepaid", "payable", "settled", "open"]
    width = label_width(names)
    for name in names:
        if answer[name] is not None and (name not in {"withheld", "prepaid"} or Decimal(answer[name])):
            say(f"  {translated(figure(name)):<{width}} {spaced(answer[name]):>14} {currency}")
    days = answer["days_overdue"]
    late = _n(days, ", {days} day late", ", {days} days late", days=days) if days else ""
    style = BY_STATUS[answer["status"]]
    status = translated(word(answer["status"]))
    say(f"  {painted(status + translated(late), style) if style else status}")
    section(_("Tax"), (tax_line(amount, currency) for amount in position.invoice.taxes))
    _print_dues_and_settlements(position, answer, currency)


def _print_lines(answer: amounts.Answer) -> None:
    print_table(
        "",
        [
            (_p("line of a document", "text"), False),
            (_("quantity"), True),
            (_("unit"), False),
            (_("price"), True),
            (_("less %"), True),
            (_("tax"), False),
            (_("net"), True),
        ],
        [
            [
                line["text"],
                line["quantity"],
                word(line["unit"]),
                spaced(line["price"]),
                line["discount"],
                line["tax"],
                spaced(line["net"]),
            ]
            for line in answer["lines"]
        ],
    )


def _print_dues_and_settlements(position: Position, answer: amounts.Answer, currency: str) -> None:
    """What is due when, and what has happened since."""
    section(
        _("Due"),
        (
            _(
                "{when}: {amount} {currency}, open {entry_amount}",
                when=_when(row),
                amount=amount_in_sentence(row["amount"]),
                currency=currency,
                entry_amount=amount_in_sentence(row["open"]),
            )
            for row in answer["instalments"]
        ),
    )
    section(
        _("With cash discount"),
        (f"{day}: {amount_in_sentence(amount)} {currency}" for day, amount in cash_discount_texts(position.invoice)),
    )
    section(
        _("Settled by"),
        (
            _(
                "{day}: {amount} {currency}, {how}, {place}",
                day=row["date"],
                amount=amount_in_sentence(row["amount"]),
                currency=currency,
                how=word(row["how"]),
                place=relative(row["source"]),
            )
            for row in answer["allocations"]
        ),
    )
    section(
        _("Taken over"),
        (
            _(
                "{day}: {amount} {currency} by {by} from {origin}, {place}",
                day=row["date"],
                amount=amount_in_sentence(row["amount"]),
                currency=currency,
                by=row["by"],
                origin=row["from"],
                place=relative(row["source"]),
            )
            for row in answer["taken_over"]
        ),
    )
    section(
        _("What happened"),
        (
            _(
                "{day}: {event}{level}, {note}",
                day=row["date"],
                event=word(row["event"]),
                level=(_(" {level}", level=str(row["level"])) if row["level"] else ""),
                note=row["note"],
            )
            for row in answer["events"]
        ),
    )


def tax_line(amount: TaxAmount, currency: str) -> str:
    """One tax in a line: its rate, its base, its amount, and the amount booked in another currency."""
    rate = format(-amount.tax.rate if amount.tax.withholding else amount.tax.rate, "f")
    base, tax = (
        amount_in_sentence(amounts.amount_text(figure, currency) or "") for figure in (amount.base, amount.amount)
    )
    line = _(
        "{tax}: {rate} % of {base} = {other_tax} {currency}",
        tax=amount.tax.code,
        rate=rate,
        base=base,
        other_tax=tax,
        currency=currency,
    )
    if amount.booked_currency:
        booked = amount_in_sentence(amounts.amount_text(amount.booked, amount.booked_currency) or "")
        line += _(", booked as {booked} {booked_currency}", booked=booked, booked_currency=amount.booked_currency)
    return line


def section(title: str, lines: Iterable[str]) -> None:
    """Prints lines under a title; nothing if there are none."""
    for number, line in enumerate(lines):
        if not number:
            echo(_("\n{title}", title=title))
        say(f"  {translated(line)}")


def amount_in_sentence(amount: str) -> str:
    """An amount for a sentence: thousands separated, 0.00 for none."""
    return spaced(amount) if Decimal(amount) else amount


def _when(instalment: Mapping[str, Any]) -> str:
    return str(instalment["due"] or _("after acceptance of the works of {retained}", retained=instalment["retained"]))
