"""A single invoice, from the lines that the user gives."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing import billing, law
from beancount_invoicing.billing import Draft, DraftLine, DraftRequest, NextNumber
from beancount_invoicing.customer_search import find_customer as customer_named
from beancount_invoicing.customer_search import near_name_hint
from beancount_invoicing.ledger import LedgerLoader
from beancount_invoicing.loading.loader import Loading
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Invoice
from beancount_invoicing.rules import currencies, tax
from beancount_invoicing.rules.steps import round_to
from beancount_invoicing.writing.changes import Changes, Outcome, WriteOptions, change
from beancount_invoicing.writing.new_documents import DocumentDating, InvalidRequest, document_changes, next_number_for

_LINE = re.compile(
    r"\s*(?:(?P<quantity>-?\d+(?:[.,]\d+)?)\s*(?:[x×*]\s*)?(?=\D))?\s*(?P<what>[^@\[\]]+?)\s*"
    r"(?:@\s*(?P<price>-?\d+(?:[.,]\d+)?)\s*)?(?:-\s*(?P<discount>\d+(?:[.,]\d+)?)\s*%\s*)?"
    r"(?:\[(?P<tax>[^\]]+)\]\s*)?\Z"
)


def number_from(text: str | None) -> Decimal | None:
    """The number of digits that a pattern let through."""
    return None if text is None else Decimal(text.replace(",", "."))


def parse_line(book: Book, text: str, day: date, decimals: int, account: str = "") -> DraftLine:
    """The line in a text: `6.5 DEV`, `2 CAPTEUR @ 120.00 -10%`, `1 On-site audit @ 450 [FR20]`.

    A quantity (default 1), an item's code, optionally followed by a text of your own, or plain words; `@` and a price (default: the
    item's), a discount, a tax code. Plain words need a price, and `account`. Raises InvalidRequest.
    """
    match = _LINE.match(text)
    if not match:
        raise InvalidRequest(
            _(
                '"{text}" is not a line: write "6.5 DEV", "2 CAPTEUR @ 120.00 -10%" or "1 On-site audit @ 450 '
                '[FR20]", for example',
                text=text,
            )
        )
    quantity, code, words = _item_and_words(book, match, text)
    price, discount, with_tax = number_from(match["price"]), number_from(match["discount"]), None
    item = book.items[code].at(day) if code in book.items else None
    if item and price is None:
        price, with_tax = item.price, item.price_with_tax
    if price is None and with_tax is None:
        if item:
            raise InvalidRequest(
                _("{subject} has no price: give one, {quantity} {subject} @ 100.00", subject=code, quantity=quantity)
            )
        hint = near_name_hint(code, book.items)
        raise InvalidRequest(
            _(
                '"{subject}" is not an item{hint}',
                subject=code,
                hint=hint or _(": give a price to what is not an item, 1 {subject} @ 100.00", subject=code),
            )
        )
    account = (item.account if item else "") or account
    if not account:
        raise InvalidRequest(
            _('"{subject}": give the income account it is booked on, --account Income:…', subject=code)
        )
    if price is not None and -int(price.as_tuple().exponent) < decimals:
        price = round_to(price, decimals)
    if price is not None and price < 0:
        raise InvalidRequest(
            _('"{text}": a price cannot be negative; to give something back, write a quantity below 0', text=text)
        )
    unit_price = price if price is not None else with_tax
    assert unit_price is not None
    figure = tax.line_net(quantity, unit_price, discount, decimals)
    return DraftLine(
        net=figure.value,
        account=account,
        tax=match["tax"] or "",
        billable_from=day,
        item=code if item else "",
        text=words if item else code,
        quantity=quantity,
        price=price,
        price_with_tax=with_tax,
        discount=discount,
        steps=figure.steps,
    )


def _item_and_words(book: Book, match: re.Match[str], text: str) -> tuple[Decimal, str, str]:
    """Quantity (1 if not said), an item's code, or free words, and what a line says beside the code."""
    quantity = number_from(match["quantity"])
    subject = match["what"]
    if match["quantity"] and (code := text.strip().split()[0]) in book.items and code != match["quantity"]:
        quantity, subject = Decimal(1), f"{code}{subject[len(code) - len(match['quantity']) :]}"  # a code such as 3D
    quantity = Decimal(1) if quantity is None else quantity
    code, _space, words = subject.partition(" ")
    if subject not in book.items and code in book.items:
        return quantity, code, words.strip()
    return quantity, subject, ""


class InvoiceRequest(NamedTuple):
    """One document as requested on the command line."""

    customer: str
    lines: tuple[str, ...]
    account: str = ""
    """Income account of lines without an item."""
    currency: str = ""
    narration: str = ""
    note: str = ""
    purchase_order: str = ""
    terms: str = ""
    due: date | None = None
    deduct: tuple[str, ...] = ()
    """Numbers of deposits to deduct."""
    delivered: date | None = None
    """The day of supply, if it is not the document's."""
    start: date | None = None
    """First day of the period that each line bills, inclusive; needs `end`."""
    end: date | None = None
    """Last day of that period, inclusive."""
    corrects: tuple[str, ...] = ()
    """For a credit note: numbers of the invoices that it corrects."""


def sales_accounts(book: Book, root: str) -> list[str]:
    """The open accounts below `root` (Income), sorted; not those of claims for late interest."""
    claims = book.options.get("claim-account")
    not_sales = {str(value) for _day, value in claims.versions} if claims else set()
    return sorted(
        account for account in book.opened_accounts if account.startswith(f"{root}:") and account not in not_sales
    )


def new_invoice(
    file: str | Path,
    invoice_request: InvoiceRequest,
    dating: DocumentDating,
    write_options: WriteOptions,
    loader: LedgerLoader | None = None,
) -> Outcome:
    """One invoice with the given lines. Raises what `change` raises, InvalidRequest, billing.CannotNumber, CannotCompose."""

    def make(loading: Loading) -> Changes:
        book = loading.book
        main = customer_named(book, invoice_request.customer)
        currency = currency_or_default(book, main, invoice_request.currency)
        _must_be_a_period(invoice_request)
        sales = sales_accounts(book, str(loading.options["name_income"]))
        account = invoice_request.account or (sales[0] if len(sales) == 1 else "")  # new books have one
        lines = [
            parse_line(book, text, dating.day, currencies.currency_decimals(currency), account)._replace(
                start=invoice_request.start,
                end=invoice_request.end,
            )
            for text in invoice_request.lines
        ]
        if not lines:
            raise InvalidRequest(_('an invoice needs lines: give them, such as "6.5 DEV"'))
        corrected = _corrected(book, main, currency, invoice_request.corrects)
        deposits = _deposits_to_deduct(book, invoice_request.deduct, currency)
        request = DraftRequest(
            kind="invoice",
            customer=main,
            account=main,
            currency=currency,
            date=dating.day,
            lines=tuple(lines),
            purchase_order=invoice_request.purchase_order,
            terms=invoice_request.terms,
            due=invoice_request.due,
            delivered=invoice_request.delivered,
            corrects=" ".join(invoice_request.corrects),
            taxes=tuple({code: tax for invoice in corrected for code, tax in invoice.tax_codes.items()}.values()),
            narration=invoice_request.narration,
            note=invoice_request.note,
        )
        draft = billing.compose_draft(book, request, deposits=deposits)
        _must_name(book, draft)
        notices = unbilled_time_notices(book, main, dating.day)
        return document_changes(
            book, [with_next_number(book, draft, next_number_for(book, dating, write_options))], notices
        )

    return change(file, make, write_options, loader)


def _deposits_to_deduct(book: Book, numbers: Sequence[str], currency: str) -> list[billing.DepositLeft]:
    """What is left of deposits, by their numbers, as an invoice of no contract deducts it. Raises InvalidRequest."""
    if not numbers:
        return []
    left = {
        deposit_left.number: deposit_left
        for deposits_left in billing.deposits_left(book.invoices).values()
        for deposit_left in deposits_left
    }
    deposits = []
    for number in numbers:
        if number not in left:
            raise InvalidRequest(
                _(
                    "nothing of {number} is left to deduct{hint}",
                    number=number,
                    hint=near_name_hint(number, left),
                )
            )
        other = book.invoice(number)
        if other and other.currency != currency:
            raise InvalidRequest(
                _(
                    "{number} is a deposit in {currency}: it cannot be deducted in {other_currency}",
                    number=number,
                    currency=other.currency,
                    other_currency=currency,
                )
            )
        deposits.append(left[number]._replace(contract=""))  # its lines name no contract
    return deposits


def _must_be_a_period(wanted: InvoiceRequest) -> None:
    if (wanted.start is None) != (wanted.end is None):
        raise InvalidRequest(_("a period has a first and a last day: give --from and --to"))
    if wanted.start and wanted.end and wanted.end < wanted.start:
        raise InvalidRequest(_("--to {end} is before --from {start}", end=wanted.end, start=wanted.start))


def _corrected(book: Book, main: str, currency: str, numbers: Sequence[str]) -> list[Invoice]:
    """The invoices that a credit note of a customer (main account) names. Raises InvalidRequest."""
    result = []
    for number in numbers:
        other = book.invoice(number)
        if other is None:
            raise InvalidRequest(
                _(
                    '--corrects: there is no invoice "{number}"{hint}',
                    number=number,
                    hint=near_name_hint(number, [invoice.number for invoice in book.invoices]),
                )
            )
        if other.currency != currency:
            raise InvalidRequest(
                _(
                    "--corrects: {number} is in {currency}: what corrects it must be too",
                    number=number,
                    currency=other.currency,
                )
            )
        if not book.is_owed_by(other, main, date.max):
            name = other.customer.name if other.customer else "nobody"
            raise InvalidRequest(_("--corrects: {number} is an invoice of {name}", number=number, name=name))
        result.append(other)
    return result


def _must_name(book: Book, draft: Draft) -> None:
    """Makes sure that a credit note says which invoice it corrects. Raises InvalidRequest."""
    if draft.net >= 0 and draft.corrects:
        raise InvalidRequest(
            _(
                "--corrects is for what gives something back, but these lines come to {net} {currency}: leave it out",
                net=draft.net,
                currency=draft.currency,
            )
        )
    country = book.seller.at(draft.date).address.country if book.seller else ""
    naming = law.credit_note_naming(country)
    if draft.net < 0 and not draft.corrects and naming and naming.mandatory:
        raise InvalidRequest(
            _(
                "these lines come to {net} {currency}: this is a credit note, which names the invoice that it "
                "corrects: give --corrects NUMBER; or let bean-invoice credit NUMBER work it out, with --lines 1@-5 "
                'for a price lower by 5, --amount 50 "Goodwill" for a sum',
                net=draft.net,
                currency=draft.currency,
            )
        )


def unbilled_time_notices(book: Book, customer: str, day: date) -> list[str]:
    """A notice if a customer (main account) has unbilled time up to `day` that this invoice does not bill."""
    waiting, _notices = billing.unbilled_lines(book, day, billing.ContractFilter((customer,)))
    by_contract: defaultdict[str, list[billing.UnbilledLine]] = defaultdict(list)
    for line in waiting:
        if line.kind == "time":
            by_contract[line.contract.code].append(line)
    result = []
    for code, lines in by_contract.items():
        outs = [out for unbilled in lines for out in unbilled.line.time_releases if out.billable]
        times = {out.commodity: ZERO for out in outs}
        for out in outs:
            times[out.commodity] += out.quantity
        time = ", ".join(f"{quantity} {commodity}" for commodity, quantity in times.items())
        net = sum((unbilled.line.net for unbilled in lines), ZERO)
        result.append(
            _(
                "{time} of contract {code} ({net} {currency} without tax) is waiting to be billed, and still will be "
                "after this invoice, which names no contract: bean-invoice bill --contract {code} --until {day} "
                "bills it",
                time=time,
                code=code,
                net=net,
                currency=lines[0].currency,
                day=day,
            )
        )
    return result


def with_next_number(book: Book, draft: Draft, naming: NextNumber) -> Draft:
    """A draft with its number, as `naming` gives it. Raises CannotNumber."""
    return billing.with_number_and_due_dates(book, draft, naming(draft.numbered_kind, draft.date))


def currency_or_default(book: Book, account: str, given_currency: str) -> str:
    """The requested currency, else the only one of an account, else the ledger's. Raises InvalidRequest if there is none."""
    known = book.currencies.get(account, ())
    currency = given_currency or (known[0] if len(known) == 1 else book.currency)
    if not currency:
        raise InvalidRequest(_("{account} can hold several currencies: give --currency", account=account))
    return currency
