"""Statement of account → view: each currency's movements, what is open, and how old it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables import Entry, InCurrency, OpenItem, Statement
from beancount_invoicing.rendering import parties
from beancount_invoicing.rendering.formats import Formats, colon
from beancount_invoicing.rendering.glyphs import printable
from beancount_invoicing.rendering.letter import paid_until
from beancount_invoicing.rendering.letterhead import letterhead
from beancount_invoicing.rendering.output import fill, paragraphs
from beancount_invoicing.rendering.view import Pair, Row, Section, Table, View
from beancount_invoicing.rules import numbering

_WORDS = {"debit": "debit-note"}
"""What a movement that is no document is called in the table of words, where that is not its own name."""


def statement(book: Book, told: Statement, where: tuple[Path, ...]) -> View:
    """The view of a statement of account as its customer gets it: between its own accounts nothing moves. Raises TemplateError."""
    customer, day = told.customer, told.as_of
    head = letterhead(book, customer, day, where)
    seller, table, formats = head.seller, head.words, head.formats
    labels = table["labels"]
    alone = head.view.alone
    body = fill(
        where,
        f"letters/{formats.language}/statement.j2",
        fallback="letters/en/statement.j2",
        since=formats.day(told.since) if told.since else "",
        as_of=formats.day(day),
        paid_until=formats.day(until) if (until := paid_until(book, day)) else "",
        alone=alone,
        customer=customer,
        seller=seller,
    )
    late = [item for one in told.currencies if one.currency == "EUR" for item in one.open if item.days_late]
    # what stands in the customer's favour, allocated or not, is not asked for once more
    credit = sum(
        (item.open for one in told.currencies if one.currency == "EUR" for item in one.open if item.open < 0), ZERO
    )
    asked = max(ZERO, sum((item.open - item.disputed for item in late if item.open > 0), ZERO) + credit)
    summed = (item.number for item in late if item.number and item.open > item.disputed)  # what the sum is made of
    reference = parties.reference_to(list(dict.fromkeys(summed)))
    pay, qr = parties.payment(seller, customer, reference, asked, "EUR", formats, table)
    contested = bool(late) and not asked
    if contested or not any(one.closing > 0 for one in told.currencies):
        pay, qr = (), ""
    said = table["statement"]
    period = said["from-to" if told.since else "until"].format(
        start=formats.day(told.since) if told.since else "", end=formats.day(day)
    )
    return printable(
        replace(
            head.view,
            title=table["titles"]["statement"],
            facts=(Pair(labels["date"], formats.day(day)), Pair(said["period"], period)),
            opening=paragraphs(body),
            payment_title=labels["payment"] if pay else "",
            payment=pay,
            qr=qr,
            qr_text=labels["qr"].format(amount=formats.money(asked, "EUR")) if qr else "",
            closing=(labels["regards-alone" if alone else "regards"], seller.name),
            sections=tuple(part for one in told.currencies for part in _sections(told, one, formats, table)),
        )
    )


def _sections(told: Statement, one: InCurrency, formats: Formats, table: dict[str, Any]) -> Iterator[Section]:
    yield _movements(told, one, formats, table)
    if one.open:
        yield _open(told, one, formats, table)
        yield _ages(told, one, formats, table)


def _movements(told: Statement, one: InCurrency, formats: Formats, table: dict[str, Any]) -> Section:
    said = table["statement"]
    money = formats.money

    def amount(value: Decimal | None) -> str:
        return "" if value is None else formats.amount(value, one.currency)

    rows = []
    if told.since:
        first = said["balance-before"].format(day=formats.short_day(told.since))
        rows.append(Row(("", first, "", "", amount(one.opening))))
    moved = [entry for entry in one.entries if entry.what != "transfer"]
    balance = one.opening
    for entry in moved:
        balance += entry.amount
        rows.append(
            Row(
                (
                    formats.short_day(entry.date),
                    _what(entry, table),
                    amount(entry.debit),
                    amount(entry.credit),
                    amount(balance),
                )
            )
        )
    if not moved:
        rows.append(Row(("", said["no-movement"], "", "", amount(balance))))
    title = said["in-currency"].format(currency=one.currency)
    columns = (table["labels"]["date"], said["movement"], said["debit"], said["credit"], said["balance"])
    totals = [Pair(said["balance-after"].format(day=formats.day(told.as_of)), money(one.closing, one.currency), True)]
    if one.overdue:
        totals.append(Pair(said["overdue"], money(one.overdue, one.currency)))
    disputed = sum((item.disputed for item in one.open), ZERO)
    if disputed:
        totals.append(Pair(table["statuses"]["disputed"], money(disputed, one.currency)))
    favour = sum((item.open for item in one.open if item.open < 0), ZERO)
    if favour:
        totals.append(Pair(said["in-favour"], money(-favour, one.currency)))
    return Section(title, Table(title, columns, (False, False, True, True, True), tuple(rows), wide=1), tuple(totals))


def _what(entry: Entry, table: dict[str, Any]) -> str:
    """A movement in words: the document's title and number, or what it is, with the documents that it names."""
    if entry.what == "cancellation":
        return str(table["statement"]["cancelled"]).format(numbers=", ".join(entry.settles))
    if entry.other:
        text = str(table["statement"][entry.what]).format(customer=entry.other)
    elif entry.number:
        text = f"{table['titles'].get(entry.what, table['titles']['invoice'])} {entry.number}"
    else:
        text = str(table["statement"][_WORDS.get(entry.what, entry.what)])
    return (
        f"{text} {table['statement']['corrects'].format(numbers=', '.join(entry.settles))}" if entry.settles else text
    )


def _open(told: Statement, one: InCurrency, formats: Formats, table: dict[str, Any]) -> Section:
    said, labels = table["statement"], table["labels"]
    units = table["units"]["days-late"]

    def row(item: OpenItem) -> Row:
        name = item.number or said[_WORDS.get(item.what, item.what)]
        if item.what == "cancellation":
            name = said["cancelled"].format(numbers=numbering.replaced(item.number))
        if item.disputed:
            name += f" ({table['statuses']['disputed']}{colon(formats.language)}{formats.amount(item.disputed, one.currency)})"
        late = f"{item.days_late} {units[item.days_late > 1]}" if item.days_late else ""
        return Row(
            (
                name,
                formats.short_day(item.date),
                formats.short_day(item.due) if item.due else "",
                formats.amount(item.amount, one.currency),
                formats.amount(item.open, one.currency),
                late,
            )
        )

    title = _titled(told, one, said["open-on"], formats)
    columns = tuple(labels[key] for key in ("invoice", "date", "due", "amount", "open", "days-late"))
    return Section(title, Table(title, columns, (False, *[True] * 5), tuple(map(row, one.open))))


def _titled(told: Statement, one: InCurrency, said: str, formats: Formats) -> str:
    """A title with the last day, and where there are several, the currency."""
    title = said.format(day=formats.day(told.as_of))
    return f"{title} – {one.currency}" if len(told.currencies) > 1 else title


def _ages(told: Statement, one: InCurrency, formats: Formats, table: dict[str, Any]) -> Section:
    words_of_ages = table["receivables"]
    starts = (1, *(bound + 1 for bound in told.bounds))
    buckets = [
        words_of_ages["days"].format(**{"from": start, "to": end})
        for start, end in zip(starts, told.bounds, strict=False)
    ]
    columns = [words_of_ages["not-due"], *buckets, words_of_ages["over"].format(to=told.bounds[-1])]
    figures = [one.ages.not_due, *one.ages.buckets]
    if one.ages.unallocated:
        columns.append(words_of_ages["unallocated"])
        figures.append(one.ages.unallocated)
    columns.append(words_of_ages["total"])
    figures.append(one.ages.total)
    cells = tuple(formats.amount(figure, one.currency) if figure else "–" for figure in figures)
    title = _titled(told, one, table["statement"]["ages-on"], formats)
    return Section(title, Table(title, tuple(columns), (True,) * len(columns), (Row(cells),)))
