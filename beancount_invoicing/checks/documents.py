"""Checks of each document by itself: sums, lines, taxes, dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from beancount_invoicing import law
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Book, Customer, Finding, Invoice, Line, Severity, Source, Tax, TaxAmount
from beancount_invoicing.receivables import bears_tax, credit_note_effect, nets_of, tax_of_part, vat_in_tax_currency
from beancount_invoicing.rules import currencies, numbering, steps, tax

FindingIterator = Iterator[Finding]


def severity(book: Book, day: date) -> Severity:
    """The severity of arithmetic and series findings on a day: before option `checked-from`, they are only warnings."""
    start = book.options.get("checked-from")
    since = start.latest if start else None
    return "warning" if isinstance(since, date) and day < since else "error"


def ledger_amount(amount: Decimal, currency: str) -> str:
    """An amount as the ledger writes it."""
    return f"{steps.round_to(amount, max(currencies.currency_decimals(currency), -int(amount.as_tuple().exponent)))} {currency}"


def _without_rate(invoice: Invoice) -> bool:
    """Whether lines are booked in another currency without a known rate (`exchange-rate`): nothing else can be checked then."""
    return invoice.booking_rate is None and any(
        line.booked and line.booked_currency != invoice.currency and not line.net for line in invoice.lines
    )


def check_sums(book: Book) -> FindingIterator:
    """Receivables + payments at once = lines + allowances/charges + taxes − withheld − deposits + rounding, to the cent."""
    for invoice in book.invoices:
        if invoice.kind in {"void", "opening"} or _without_rate(invoice):
            continue
        expected = invoice.total_after_withholding - invoice.prepaid + invoice.rounding
        if invoice.payable != expected:
            parts = [
                _("lines {amount}", amount=ledger_amount(invoice.net, invoice.currency)),
                _("taxes {amount}", amount=ledger_amount(invoice.tax, invoice.currency)),
            ]
            if invoice.withheld:
                parts.append(_("less withheld {amount}", amount=ledger_amount(invoice.withheld, invoice.currency)))
            if invoice.deductions:
                parts.append(_("less deposits {amount}", amount=ledger_amount(invoice.prepaid, invoice.currency)))
            if invoice.rounding:
                parts.append(_("rounding {amount}", amount=ledger_amount(invoice.rounding, invoice.currency)))
            where = _("what is booked on the customer's account, or the lines and taxes")
            yield Finding(
                severity(book, invoice.date),
                "sum",
                _(
                    "{number}: the amount payable is {amount}, but {parts} make {other_amount}: {amount_3} too much: "
                    "correct {where}",
                    number=invoice.number,
                    amount=ledger_amount(invoice.payable, invoice.currency),
                    parts=joined(", ", parts),
                    other_amount=ledger_amount(expected, invoice.currency),
                    amount_3=ledger_amount(invoice.payable - expected, invoice.currency),
                    where=where,
                )
                if invoice.payable > expected
                else _(
                    "{number}: the amount payable is {amount}, but {parts} make {other_amount}: {amount_3} missing: "
                    "correct {where}",
                    number=invoice.number,
                    amount=ledger_amount(invoice.payable, invoice.currency),
                    parts=joined(", ", parts),
                    other_amount=ledger_amount(expected, invoice.currency),
                    amount_3=ledger_amount(expected - invoice.payable, invoice.currency),
                    where=where,
                ),
                invoice.source,
            )


def check_lines(book: Book) -> FindingIterator:
    """Each line is quantity × price less discount, to the cent (EN 16931 BT-131)."""
    for invoice in book.invoices:
        for line in invoice.lines if not _without_rate(invoice) else ():
            result = line.computed
            if result is None:
                continue
            if line.price_with_tax is not None:
                yield from _gross_line(book, invoice, line, result)
            elif line.net != result:
                share = _share_of_line(book, invoice, line)
                if line.net == share:
                    continue
                hint = (
                    _(
                        "write {amount}, which is what is left of the line that it credits",
                        amount=ledger_amount(share, invoice.currency),
                    )
                    if share is not None and share != result
                    else _("correct the posting, the quantity or the price")
                    if line.booked_currency == invoice.currency
                    else _(
                        "{amount} is booked, at {booking_rate}",
                        amount=ledger_amount(line.booked, line.booked_currency),
                        booking_rate=invoice.booking_rate,
                    )
                )
                yield Finding(
                    severity(book, invoice.date),
                    "line-net",
                    _(
                        "{number}: the line “{line}” is {amount}, but {line_calculation} makes {other_amount}: {hint}",
                        number=invoice.number,
                        line=line.text,
                        amount=ledger_amount(line.net, invoice.currency),
                        line_calculation=line_calculation(line),
                        other_amount=ledger_amount(result, invoice.currency),
                        hint=hint,
                    ),
                    line.source,
                )


def _share_of_line(book: Book, note: Invoice, line: Line) -> Decimal | None:
    """The net that the units of a credit note's line should have, from what is left of the corrected line."""
    effect = credit_note_effect(book, note) if note.corrects else None
    return effect.shares.get(note.lines.index(line)) if effect else None


def _taxes_of_its_share(book: Book, note: Invoice, amount: TaxAmount) -> set[Decimal]:
    """The taxes that a credit note may have besides that of its lines: the share, or the rest, of what is left."""
    effect = credit_note_effect(book, note) if note.corrects else None
    if effect is None or amount.figure is None:
        return set()
    of, decimals = amount.tax, currencies.currency_decimals(note.currency)
    natural = amount.figure.value
    parts: list[tuple[Decimal, Decimal | None]] = [
        (adjustment.net, None) for adjustment in note.adjustments if adjustment.tax == of.code
    ]
    parts += [
        (line.net, line.computed if line.price_with_tax is not None else None)
        for line in note.lines
        if line.tax == of.code
    ]
    if parts and not of.withholding:  # the tax in prices that include it, beside the nets that are booked
        natural = tax.tax_of_booked(parts, of.rate, decimals, _by_line(book, note))
    net = sum((net for (code, _account), net in nets_of(note).items() if bears_tax(note, code, of)), ZERO)
    counts = [sum(bears_tax(left.invoice, line.tax, of) for line in left.invoice.lines) for left in effect.before]
    slack = (
        max(*counts, 1)
        if any(_by_line(book, invoice) for invoice in (note, *(left.invoice for left in effect.before)))
        else 1
    )
    return {natural, -tax_of_part(effect.before, of.code, -net, -natural, decimals, slack)}


def line_calculation(line: Line) -> str:
    """The line's calculation in figures: 6.5 × 98.00 less 10 %."""
    price = line.price if line.price is not None else line.price_with_tax
    text = f"{line.quantity} × {price}"
    return _("{text} less {discount} %", text=text, discount=line.discount) if line.discount else text


def _gross_line(book: Book, invoice: Invoice, line: Line, gross: Decimal) -> FindingIterator:
    rate = _rates(invoice).get(line.tax)
    if rate is None:
        return
    expected = tax.gross_split(gross, rate, currencies.currency_decimals(invoice.currency))[0].value
    cent = Decimal(1).scaleb(-currencies.currency_decimals(invoice.currency))
    if abs(line.net - expected) > cent and _share_of_line(book, invoice, line) != line.net:
        yield Finding(
            severity(book, invoice.date),
            "line-net",
            _(
                "{number}: the line “{line}” is {amount}, but {line_calculation} = {other_amount} including {rate} % "
                "is {amount_3} without tax: book that, or correct the quantity or the price",
                number=invoice.number,
                line=line.text,
                amount=ledger_amount(line.net, invoice.currency),
                line_calculation=line_calculation(line),
                other_amount=ledger_amount(gross, invoice.currency),
                rate=rate,
                amount_3=ledger_amount(expected, invoice.currency),
            ),
            line.source,
        )


def _rates(invoice: Invoice) -> dict[str, Decimal]:
    """The rates in percent of a document's tax codes: of a credit note, those of what it corrects."""
    return {code: tax.rate for code, tax in invoice.tax_codes.items()}


def _by_line(book: Book, invoice: Invoice) -> bool:
    return book.option("tax-rounding", invoice.date) == "line"


def check_gross_nets(book: Book) -> FindingIterator:
    """Prices including tax: per code (or line), the nets add up to round(gross / (1 + rate))."""
    for invoice in book.invoices:
        with_tax = [line for line in invoice.lines if line.price_with_tax is not None]
        if not with_tax:
            continue
        by_code: defaultdict[str, list[Line]] = defaultdict(list)
        rates = _rates(invoice)
        for line in with_tax:
            if line.tax in rates:
                by_code[line.tax].append(line)
        for code, lines in sorted(by_code.items()):
            parts = [line.computed for line in lines if line.computed is not None]
            gross = sum(parts, ZERO)
            rate = rates[code]
            decimals = currencies.currency_decimals(invoice.currency)
            expected = sum(tax.gross_nets(parts, rate, decimals, _by_line(book, invoice)), ZERO)
            net = sum((line.net for line in lines), ZERO)
            if net != expected and all(_share_of_line(book, invoice, line) != line.net for line in lines):
                yield Finding(
                    severity(book, invoice.date),
                    "line-net",
                    _(
                        "{number}: the lines under {code} add up to {amount}, but their {other_amount} including "
                        "{rate} % are {amount_3} without tax: book the difference on one of them",
                        number=invoice.number,
                        code=code,
                        amount=ledger_amount(net, invoice.currency),
                        other_amount=ledger_amount(gross, invoice.currency),
                        rate=rate,
                        amount_3=ledger_amount(expected, invoice.currency),
                    ),
                    lines[0].source,
                )


def check_taxes(book: Book) -> FindingIterator:
    """The tax of each code follows from its lines (EN 16931 BR-CO-17), and every code with tax has its posting."""
    for invoice in book.invoices:
        for amount in invoice.taxes:
            expected = amount.figure.value if amount.figure else ZERO
            if amount.amount == expected or amount.amount in _taxes_of_its_share(book, invoice, amount):
                continue
            code = amount.tax.code
            supplied = {line.tax_point for line in invoice.lines if line.tax == code and line.tax_point}
            of_then = _(", the rate on {supplied}, the day of supply", supplied=max(supplied)) if supplied else ""
            if not amount.sources:
                where: Source = invoice.source
                remedy = _('book it on {account}, with tax: "{code}"', account=amount.tax.account, code=code)
            else:
                where = amount.sources[0]
                remedy = _("correct the posting, or the lines that this tax is due on")
                if of_then or _at_another_rate(book, invoice, amount):
                    remedy = _("correct the posting, or write on the line the day of supply, delivered: …")
            yield Finding(
                severity(book, invoice.date),
                "tax",
                _(
                    "{number}: the tax {code} is {amount}, but {worked_out}{of_then}: {remedy}",
                    number=invoice.number,
                    code=code,
                    amount=ledger_amount(amount.amount, invoice.currency),
                    worked_out=_worked_out(amount, expected, invoice.currency),
                    of_then=of_then,
                    remedy=remedy,
                ),
                where,
            )


def _at_another_rate(book: Book, invoice: Invoice, amount: TaxAmount) -> bool:
    """Whether a tax is what another rate of its code makes of the lines."""
    dated = book.taxes.get(tax.code_of_name(amount.tax.code, book.taxes))
    rates = {version.rate for _day, version in dated.versions} - {amount.tax.rate} if dated else set()
    decimals = currencies.currency_decimals(invoice.currency)
    return any(tax.tax_on(amount.base, rate, decimals).value == amount.amount for rate in rates)


def _worked_out(amount: TaxAmount, expected: Decimal, currency: str) -> str:
    """The expected tax and its calculation: on the nets, line by line, or within prices that include it."""
    last = amount.steps[-1] if amount.steps else None
    if last and last.operation == "difference" and isinstance(last.inputs[0], Decimal):
        return _(
            "{rate} % within {amount} is {other_amount}",
            rate=amount.tax.rate,
            amount=ledger_amount(last.inputs[0], currency),
            other_amount=ledger_amount(expected, currency),
        )
    how = _(" ({because})", because=last.because) if last and last.operation == "sum" else ""
    return _(
        "{rate} % of {amount} is {other_amount}{how}",
        rate=amount.tax.rate,
        amount=ledger_amount(amount.base, currency),
        other_amount=ledger_amount(expected, currency),
        how=how,
    )


def check_reverse_charge(book: Book) -> FindingIterator:
    """Reverse charge and intra-EU supplies name the buyer's VAT number (BR-AE-02, BR-IC-02); for the latter, one of a member
    state other than the seller's (directive 2006/112/EC, art. 138 (1) (b)).
    """
    for invoice in book.invoices:
        if invoice.customer is None:
            continue
        for amount in invoice.taxes:
            if amount.tax.category == "K" and invoice.customer.vat_id:
                yield from _registered_elsewhere(book, invoice, invoice.customer, amount.tax)
            elif amount.tax.category in {"AE", "K"} and not invoice.customer.vat_id:
                yield Finding(
                    "error",
                    "reverse-charge",
                    _(
                        '{number}: {tax} (category {category}) needs the VAT number of {customer}: write vat-id: "…" '
                        "on {account}",
                        number=invoice.number,
                        tax=amount.tax.code,
                        category=amount.tax.category,
                        customer=invoice.customer.name,
                        account=invoice.customer.account,
                    ),
                    invoice.source,
                )


def _registered_elsewhere(book: Book, invoice: Invoice, customer: Customer, code: Tax) -> FindingIterator:
    """The buyer of a tax-free supply to another member state is registered in a state other than the seller's."""
    seller = book.seller.at(invoice.date) if book.seller else None
    if seller is None or invoice.date < law.distance_sales().since:
        return
    if (invoice.corrects and invoice.kind != "corrective") or book.replacement_of(invoice.number):
        return
    own = law.of_vat_id(seller.vat_id) or seller.address.country
    registered = law.of_vat_id(customer.vat_id)
    if own and registered and law.whereabouts(own, registered, "goods") != "union":
        yield Finding(
            "error",
            "reverse-charge",
            _(
                "{number}: {code} (category K) is for customers with a VAT number of a member state other than "
                "{own}, but {customer} has {vat_id}: write the number that it buys under, or another tax code on the "
                "lines (directive 2006/112/EC, art. 138)",
                number=invoice.number,
                code=code.code,
                own=own,
                customer=customer.name,
                vat_id=customer.vat_id,
            ),
            invoice.source,
        )


def check_due_dates(book: Book) -> FindingIterator:
    """Nothing is due before its invoice's date."""
    for invoice in book.invoices:
        for instalment in invoice.instalments:
            if instalment.due < invoice.date:
                yield Finding(
                    "warning",
                    "due-before-date",
                    _(
                        "{number} of {day} is due on {due}, before its date: correct one of the two",
                        number=invoice.number,
                        day=invoice.date,
                        due=instalment.due,
                    ),
                    instalment.source,
                )


def check_document_links(book: Book) -> FindingIterator:
    """A document has the link of its number, so that Fava and queries find what belongs together."""
    for invoice in book.invoices:
        link = numbering.link(invoice.number)
        if invoice.draft or invoice.kind in {"void", "opening"} or link in invoice.links:
            continue
        flag = " ".join(f"^{name}" for name in sorted({link, *invoice.links}))
        yield Finding(
            "warning",
            "missing-link",
            _(
                '{number} has no link: end its first line with … "{narration}" {flag}',
                number=invoice.number,
                narration=invoice.narration,
                flag=flag,
            ),
            invoice.source,
        )


def check_named_contracts(book: Book) -> FindingIterator:
    """The contracts and milestones that lines name exist."""
    for invoice in book.invoices:
        for line in invoice.lines:
            if line.contract and line.contract not in book.contracts:
                yield Finding(
                    "error",
                    "unknown-contract",
                    _(
                        '{number}: contract "{contract}" is not known: correct it, or add its invoice-contract',
                        number=invoice.number,
                        contract=line.contract,
                    ),
                    line.source,
                )
            elif line.milestone and line.milestone not in {
                milestone.name for milestone in book.milestones.get(line.contract, ())
            }:
                yield Finding(
                    "error",
                    "unknown-milestone",
                    _(
                        '{number}: contract {contract} has no milestone "{milestone}"',
                        number=invoice.number,
                        contract=line.contract or "(none)",
                        milestone=line.milestone,
                    ),
                    line.source,
                )
            if line.start and line.end and line.end < line.start:
                yield Finding(
                    "error",
                    "period",
                    _(
                        "{number}: the period ends ({end}) before it starts ({start})",
                        number=invoice.number,
                        end=line.end,
                        start=line.start,
                    ),
                    line.source,
                )


def check_tax_currency(book: Book) -> FindingIterator:
    """A document in another currency can state its VAT in that of the seller's state (directive 2006/112/EC, art. 230)."""
    for invoice in book.invoices:
        if invoice.currency == book.currency or invoice.kind in {"void", "opening", "claim"} or _without_rate(invoice):
            continue
        own = vat_in_tax_currency(book, invoice)
        if own and own.taxes is None:
            yield Finding(
                "warning",
                "tax-currency",
                _(
                    "{number} charges {amount} of tax, which is owed in {currency} and must be stated in it, but no "
                    "rate is known: write the price on the customer's posting, … {invoice_currency} @ … {currency}, "
                    "or {day} price {invoice_currency} … {currency}",
                    number=invoice.number,
                    amount=ledger_amount(invoice.tax, invoice.currency),
                    currency=own.currency,
                    invoice_currency=invoice.currency,
                    day=invoice.date,
                ),
                invoice.source,
            )


CHECKS = (
    check_sums,
    check_lines,
    check_gross_nets,
    check_taxes,
    check_reverse_charge,
    check_due_dates,
    check_document_links,
    check_named_contracts,
    check_tax_currency,
)
