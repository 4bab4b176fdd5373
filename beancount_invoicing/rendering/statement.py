"""Statement of account → view: each currency's movements, the open items and their ages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount_invoicing.dunning.banks import all_booked_until
from beancount_invoicing.model import ZERO, Book, Customer, Seller
from beancount_invoicing.receivables import Statement, StatementEntry, StatementInCurrency, StatementOpenItem
from beancount_invoicing.receivables.direct_debit import has_mandate
from beancount_invoicing.rendering import parties
from beancount_invoicing.rendering.formats import Formats, colon
from beancount_invoicing.rendering.glyphs import printable_view
from beancount_invoicing.rendering.letterhead import letterhead
from beancount_invoicing.rendering.output import fill, paragraphs
from beancount_invoicing.rendering.view import Pair, Section, Table, TableRow, View
from beancount_invoicing.rules import numbering
from beancount_invoicing.rules.references import is_qr_iban

_WORDS = {"debit": "debit-note"}
"""What a movement that is not a document is called in the table of words, where that is not its own name."""


def statement_view(book: Book, subject: Statement, template_folders: tuple[Path, ...]) -> View:
    """The view of a statement of account as the customer gets it, without movements between its own accounts. Raises
    TemplateError.
    """
    customer, day = subject.customer, subject.as_of
    head = letterhead(book, customer, day, template_folders)
    seller, table, formats = head.seller, head.words, head.formats
    labels = table["labels"]
    alone = head.view.alone
    body = fill(
        template_folders,
        f"letters/{formats.language}/statement.j2",
        fallback="letters/en/statement.j2",
        since=formats.day(subject.since) if subject.since else "",
        as_of=formats.day(day),
        paid_until=formats.day(until) if (until := all_booked_until(book, day)) else "",
        alone=alone,
        customer=customer,
        seller=seller,
    )
    pay, qr, asked = _how_to_pay(subject, seller, customer, formats, table)
    if has_mandate(customer, day):  # what will be debited is not asked for by a code as well
        qr = ""
    words = table["statement"]
    period = words["from-to" if subject.since else "until"].format(
        start=formats.day(subject.since) if subject.since else "", end=formats.day(day)
    )
    return printable_view(
        replace(
            head.view,
            title=table["titles"]["statement"],
            facts=(Pair(labels["date"], formats.day(day)), Pair(words["period"], period)),
            opening=paragraphs(body),
            payment_title=labels["payment"] if pay else "",
            payment=pay,
            qr=qr,
            qr_text=labels["qr"].format(amount=formats.money(asked, "EUR")) if qr else "",
            closing=(labels["regards-alone" if alone else "regards"], seller.name),
            sections=tuple(
                part for currency in subject.currencies for part in _sections(subject, currency, formats, table)
            ),
        )
    )


def _how_to_pay(
    subject: Statement, seller: Seller, customer: Customer, formats: Formats, table: dict[str, Any]
) -> tuple[tuple[Pair, ...], str, Decimal]:
    """The bank details, the QR code and the amount in EUR that is asked for; nothing where nothing is owed, or all is contested.

    What is in the customer's favour, allocated or not, is not asked for once more.
    """
    items = [item for currency in subject.currencies if currency.currency == "EUR" for item in currency.open]
    late = [item for item in items if item.days_late]
    credit = sum((item.open for item in items if item.open < 0), ZERO)
    asked = max(ZERO, sum((item.open - item.disputed for item in late if item.open > 0), ZERO) + credit)
    contested = bool(late) and not asked
    by_bill = is_qr_iban(customer.iban or seller.iban)  # each invoice has a reference of its own, which must be quoted
    if contested or by_bill or not any(currency.closing > 0 for currency in subject.currencies):
        return (), "", asked
    summed = (item.number for item in late if item.number and item.open > item.disputed)  # what the sum is made of
    reference = parties.remittance_reference(list(dict.fromkeys(summed)))
    owed = next(currency.currency for currency in subject.currencies if currency.closing > 0)
    pay, qr = parties.payment_rows(seller, customer, reference, asked, "EUR" if items else owed, formats, table)
    return pay, qr, asked


def _sections(
    subject: Statement, statement_in_currency: StatementInCurrency, formats: Formats, word_table: dict[str, Any]
) -> Iterator[Section]:
    yield _movements(subject, statement_in_currency, formats, word_table)
    if statement_in_currency.open:
        yield open_items_section(subject, statement_in_currency, formats, word_table)
        yield _ages(subject, statement_in_currency, formats, word_table)


def _movements(
    subject: Statement, statement_in_currency: StatementInCurrency, formats: Formats, word_table: dict[str, Any]
) -> Section:
    words = word_table["statement"]
    money = formats.money

    def amount(value: Decimal | None) -> str:
        return "" if value is None else formats.amount(value, statement_in_currency.currency)

    rows = []
    if subject.since:
        first = words["balance-before"].format(day=formats.short_day(subject.since))
        rows.append(TableRow(("", first, "", "", amount(statement_in_currency.opening))))
    moved = [entry for entry in statement_in_currency.entries if entry.kind != "transfer"]
    balance = statement_in_currency.opening
    for entry in moved:
        balance += entry.amount
        rows.append(
            TableRow(
                (
                    formats.short_day(entry.date),
                    _what(entry, word_table),
                    amount(entry.debit),
                    amount(entry.credit),
                    amount(balance),
                )
            )
        )
    if not moved:
        rows.append(TableRow(("", words["no-movement"], "", "", amount(balance))))
    title = words["in-currency"].format(currency=statement_in_currency.currency)
    columns = (word_table["labels"]["date"], words["movement"], words["debit"], words["credit"], words["balance"])
    totals = [
        Pair(
            words["balance-after"].format(day=formats.day(subject.as_of)),
            money(statement_in_currency.closing, statement_in_currency.currency),
            True,
        )
    ]
    if statement_in_currency.overdue:
        totals.append(Pair(words["overdue"], money(statement_in_currency.overdue, statement_in_currency.currency)))
    disputed = sum((item.disputed for item in statement_in_currency.open), ZERO)
    if disputed:
        totals.append(Pair(word_table["statuses"]["disputed"], money(disputed, statement_in_currency.currency)))
    favour = sum((item.open for item in statement_in_currency.open if item.open < 0), ZERO)
    if favour:
        totals.append(Pair(words["in-favour"], money(-favour, statement_in_currency.currency)))
    return Section(title, Table(title, columns, (False, False, True, True, True), tuple(rows), wide=1), tuple(totals))


def _what(entry: StatementEntry, word_table: dict[str, Any]) -> str:
    """A movement in words: the document's title and number, or what it is, with the documents that it names."""
    if entry.kind == "cancellation":
        return str(word_table["statement"]["cancelled"]).format(numbers=", ".join(entry.settles))
    if entry.other_customer:
        text = str(word_table["statement"][entry.kind]).format(customer=entry.other_customer)
    elif entry.number:
        text = f"{word_table['titles'].get(entry.kind, word_table['titles']['invoice'])} {entry.number}"
    else:
        text = str(word_table["statement"][_WORDS.get(entry.kind, entry.kind)])
    return (
        f"{text} {word_table['statement']['corrects'].format(numbers=', '.join(entry.settles))}"
        if entry.settles
        else text
    )


def open_items_section(
    subject: Statement, statement_in_currency: StatementInCurrency, formats: Formats, word_table: dict[str, Any]
) -> Section:
    """The open items of a currency, each with what is open of it and how late it is."""
    words, labels = word_table["statement"], word_table["labels"]
    units = word_table["units"]["days-late"]

    def row(item: StatementOpenItem) -> TableRow:
        name = item.number or words[_WORDS.get(item.kind, item.kind)]
        if item.kind == "cancellation":
            name = words["cancelled"].format(numbers=numbering.cancelled_number(item.number))
        if item.disputed:
            amount = formats.amount(item.disputed, statement_in_currency.currency)
            name += f" ({word_table['statuses']['disputed']}{colon(formats.language)}{amount})"
        late = f"{item.days_late} {units[item.days_late > 1]}" if item.days_late else ""
        return TableRow(
            (
                name,
                formats.short_day(item.date),
                formats.short_day(item.due) if item.due else "",
                formats.amount(item.amount, statement_in_currency.currency),
                formats.amount(item.open, statement_in_currency.currency),
                late,
            )
        )

    title = _titled(subject, statement_in_currency, words["open-on"], formats)
    columns = tuple(labels[key] for key in ("invoice", "date", "due", "amount", "open", "days-late"))
    return Section(title, Table(title, columns, (False, *[True] * 5), tuple(map(row, statement_in_currency.open))))


def _titled(subject: Statement, statement_in_currency: StatementInCurrency, words: str, formats: Formats) -> str:
    """A title with the last day, and where there are several, the currency."""
    title = words.format(day=formats.day(subject.as_of))
    return f"{title} – {statement_in_currency.currency}" if len(subject.currencies) > 1 else title


def _ages(
    subject: Statement, statement_in_currency: StatementInCurrency, formats: Formats, word_table: dict[str, Any]
) -> Section:
    words_of_ages = word_table["receivables"]
    starts = (1, *(bound + 1 for bound in subject.bounds))
    buckets = [
        words_of_ages["days"].format(**{"from": start, "to": end})
        for start, end in zip(starts, subject.bounds, strict=False)
    ]
    columns = [words_of_ages["not-due"], *buckets, words_of_ages["over"].format(to=subject.bounds[-1])]
    figures = [statement_in_currency.aging.not_due, *statement_in_currency.aging.buckets]
    if statement_in_currency.aging.unallocated:
        columns.append(words_of_ages["unallocated"])
        figures.append(statement_in_currency.aging.unallocated)
    columns.append(words_of_ages["total"])
    figures.append(statement_in_currency.aging.total)
    cells = tuple(formats.amount(figure, statement_in_currency.currency) if figure else "–" for figure in figures)
    title = _titled(subject, statement_in_currency, word_table["statement"]["ages-on"], formats)
    return Section(title, Table(title, tuple(columns), (True,) * len(columns), (TableRow(cells),)))
