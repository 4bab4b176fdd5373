"""Invoice → view: the content of an invoice, credit note or deposit invoice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount_invoicing import law
from beancount_invoicing.billing import contract_enclosures, enclosures_of
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO, Book, Customer, Instalment, Invoice, Line, Seller, Tax
from beancount_invoicing.receivables import is_for_late_interest, vat_in_tax_currency
from beancount_invoicing.receivables.direct_debit import debit_notice
from beancount_invoicing.rendering import parties
from beancount_invoicing.rendering.deposits_and_progress import deposit_sections, progress_sections
from beancount_invoicing.rendering.formats import Formats, colon
from beancount_invoicing.rendering.glyphs import printable_view
from beancount_invoicing.rendering.letterhead import letterhead
from beancount_invoicing.rendering.qr_bill import qr_bill
from beancount_invoicing.rendering.tax_labels import tax_label
from beancount_invoicing.rendering.view import Pair, Table, TableRow, View
from beancount_invoicing.rules import payment_terms, periods
from beancount_invoicing.rules.currencies import currency_decimals
from beancount_invoicing.rules.references import payment_reference
from beancount_invoicing.rules.supply import domestic_country


class NoDocument(ValueError):
    """There is nothing to print: a void number, a cancellation, or an opening item, whose document is in other books."""


def document_view(book: Book, invoice: Invoice, paid: Decimal, template_folders: tuple[Path, ...]) -> View:
    """The view of a document as of its own date; `paid`: what had been settled by the end of that day.

    `template_folders`: the folders of templates. Raises NoDocument.
    """
    if not invoice.has_page or invoice.customer is None:
        raise NoDocument(
            _("{number} is {reason}: there is no document to print", number=invoice.number, reason=invoice.why_no_page)
        )
    customer = invoice.customer
    head = letterhead(book, customer, invoice.date, template_folders)
    seller, table, formats = head.seller, head.words, head.formats
    labels, title = table["labels"], _title(invoice, table["titles"])
    amount_due = invoice.payable - paid
    number = "" if invoice.draft else invoice.number
    reference = payment_reference(book.option("payment-reference", invoice.date), number) or labels["draft"]
    asked = _due_first(invoice, paid)
    pay, qr = parties.payment_rows(seller, customer, reference, asked, invoice.currency, formats, table)
    payment_title = labels["payment"]
    if not invoice.draft:
        pay = (*pay, *parties.payment_link_rows(book, invoice.date, number, asked, invoice.currency, labels))
    if notice := debit_notice(book, invoice):  # who also paid by the code would pay twice
        payment_title, pay, qr = labels["direct-debit"], parties.debit_rows(notice, formats, labels), ""
    if amount_due <= 0:
        pay, qr = (), ""
    bill = None
    if pay and not invoice.draft and not notice and head.view.theme.paper == "a4":
        message = f"{title} {number}"
        bill = qr_bill(seller, customer, reference, message, asked, invoice.currency, formats.language)
    if invoice.draft or bill:  # nobody is to pay what has no number yet
        qr = ""
    return printable_view(
        replace(
            head.view,
            title=title,
            number=number,
            mark=labels["draft"] if invoice.draft else "",
            delivery=_delivery(customer, seller, formats.locale, labels),
            facts=_facts(book, invoice, customer, paid, formats, table),
            opening=(
                *_replaced(book, invoice, formats, labels),
                *(line for line in invoice.note.split("\n") if line.strip()),
            ),
            table=_lines(invoice, formats, table),
            totals=_totals(book, invoice, paid, amount_due, formats, labels),
            taxes=_taxes(invoice, formats, labels),
            instalments=_instalments(invoice, formats, labels),
            payment_title=payment_title if pay else "",
            payment=pay,
            qr=qr,
            qr_text=labels["qr" if asked == amount_due else "qr-first"].format(
                amount=formats.money(asked, invoice.currency)
            )
            if qr or bill
            else "",
            qr_bill=bill,
            mentions=_mentions(book, invoice, customer, seller, formats),
            sections=(
                *deposit_sections(book, invoice, formats, table),
                *progress_sections(book, invoice, formats, table),
            ),
        )
    )


def _title(invoice: Invoice, titles: Mapping[str, str]) -> str:
    """What it is; some places call it otherwise where it charges tax, such as "Tax invoice" in Australia."""
    with_tax = titles.get(f"{invoice.kind}-with-tax")
    return with_tax if with_tax and any(tax.amount for tax in invoice.taxes) else titles[invoice.kind]


def _delivery(customer: Customer, seller: Seller, language: str, labels: dict[str, str]) -> tuple[str, ...]:
    if customer.delivery is None or customer.delivery == customer.address:
        return ()
    return (labels["delivery"], *parties.address_lines(customer.delivery, seller.address.country, language))


def _facts(
    book: Book, invoice: Invoice, customer: Customer, paid: Decimal, formats: Formats, word_table: dict[str, Any]
) -> tuple[Pair, ...]:
    labels = word_table["labels"]
    facts = [Pair(labels["date"], formats.day(invoice.date))]
    # a deposit, a credit note and a claim supply nothing
    if (
        invoice.supplied_on
        and invoice.kind not in {"deposit", "credit-note"}
        and not is_for_late_interest(book, invoice)
    ):
        facts.append(Pair(labels["delivered"], formats.day(invoice.supplied_on)))
    days = [instalment.due_on_page(invoice.date) for instalment in invoice.instalments if instalment.amount > 0]
    if len(invoice.instalments) == 1 and days and days[0]:
        facts.append(Pair(labels["due"], formats.day(days[0]), strong=True))
    if invoice.corrects:
        facts += [Pair(labels["corrects"], _with_date(book, number, formats, labels)) for number in invoice.corrects]
    if invoice.payable > 0 and invoice.instalments and invoice.kind != "claim":
        try:
            if invoice.terms:
                facts.append(
                    Pair(
                        labels["terms"],
                        payment_terms.sentence(payment_terms.parse_terms(invoice.terms), formats.language),
                    )
                )
            then = payment_terms.discounted_rest(invoice, paid, currency_decimals(invoice.currency))
            if then:
                text = _cash_discount(invoice, then, customer.cash_discount, formats, labels)
                facts.append(Pair(labels["cash-discount"], text))
        except payment_terms.TermsError:
            facts.append(Pair(labels["terms"], invoice.terms))
    for label, value in (
        ("purchase-order", customer.purchase_order),
        ("service-code", customer.service_code),
        ("contract-reference", invoice.contract_reference),
        ("your-vat-id", parties.vat_id_on_page(customer.vat_id)),
        ("your-siren", customer.siren or customer.siret[:9]),
    ):
        if value:
            country = law.law_of(customer.address.country) if label == "your-vat-id" else ""
            facts.append(Pair(parties.number_label(country, formats.language, label, labels), value))
    own_numbers = parties.tax_number_rows(customer, formats.language, "your-tax-number", labels)
    facts += [Pair(label, value) for label, value in own_numbers]
    if enclosed := _enclosed(book, invoice, word_table):
        facts.append(Pair(labels["enclosed"], ", ".join(enclosed)))
    return tuple(facts)


def _enclosed(book: Book, invoice: Invoice, word_table: dict[str, Any]) -> list[str]:
    """What goes along with it because its contracts say so, by name."""
    wanted = contract_enclosures(book, invoice)
    names = []
    if "timesheet" in wanted and invoice.net > 0 and any(work.document == invoice.number for work in book.work):
        names.append(str(word_table["timesheet"]["title"]))
    receipts = enclosures_of(book, invoice, wanted & {"receipts"}).receipts if wanted else ()
    return names + [Path(receipt).name for receipt in receipts]


def _replaced(book: Book, invoice: Invoice, formats: Formats, labels: dict[str, str]) -> Iterator[str]:
    """The sentence that a corrective invoice cancels and replaces another one (CGI, art. 289, I, 5: named unambiguously), or an
    invoice is issued in place of one that is not owed.
    """
    for number in invoice.corrects if invoice.kind == "corrective" else ():
        if other := book.invoice(number):
            yield labels["replaces"].format(number=number, date=formats.day(other.date))
    if invoice.replaces and (other := book.invoice(invoice.replaces)):
        yield labels["in-place-of"].format(number=other.number, date=formats.day(other.date))


def _with_date(book: Book, number: str, formats: Formats, labels: dict[str, str]) -> str:
    other = book.invoice(number)
    return f"{number} {labels['of-date'].format(date=formats.day(other.date))}" if other else number


def _cash_discount(
    invoice: Invoice, then: payment_terms.DiscountedAmount, text: str, formats: Formats, labels: dict[str, str]
) -> str:
    """The discount, until when, and what is then to be paid."""
    discount = payment_terms.parse_cash_discount(text)
    return labels["cash-discount-until"].format(
        percent=formats.percent(discount.percent) + (f" {labels['of-net']}" if discount.on_net else ""),
        date=formats.day(then.date),
        amount=formats.money(then.amount, invoice.currency),
    )


def unit_words(unit: str, quantity: Decimal, formats: Formats, word_table: dict[str, Any]) -> str:
    """A unit in the document's language, singular or plural as the quantity requires; an unknown word stays as it is."""
    units = word_table["units"]
    known = units.get(unit) or next((forms for forms in units.values() if unit in forms), None)
    return str(known[0] if formats.is_singular(quantity) else known[1]) if known else unit


def _lines(invoice: Invoice, formats: Formats, word_table: dict[str, Any]) -> Table:
    """The lines; a column that none of them fills is left out, such as quantity and unit price on a claim."""
    labels = word_table["labels"]
    counted = any(line.quantity is not None for line in invoice.lines)  # a price without a quantity is that of one
    with_discount = any(line.discount for line in invoice.lines)
    with_tax = any(line.tax for line in invoice.lines) and not _untaxed(invoice)
    codes = invoice.tax_codes

    def tax_cell(code: str) -> str:
        if code not in codes:
            return ""
        return " + ".join(formats.percent(part.rate) for part in codes[code].parts or (codes[code],))

    rows = [
        TableRow(
            cells=_cells(
                line.text,
                _quantity(line, formats, word_table) if counted else None,
                _price(line, invoice.currency, formats, labels) if counted else None,
                (formats.percent(line.discount) if line.discount else "") if with_discount else None,
                tax_cell(line.tax) if with_tax else None,
                formats.amount(line.net, invoice.currency),
            ),
            details=_period(line, formats, labels),
        )
        for line in invoice.lines
    ]
    for adjustment in invoice.adjustments:
        name = labels["charge" if adjustment.charge else "allowance"]
        text = f"{name} – {adjustment.reason}" if adjustment.reason else name
        rows.append(
            TableRow(
                _cells(
                    text,
                    "" if counted else None,
                    "" if counted else None,
                    "" if with_discount else None,
                    tax_cell(adjustment.tax) if with_tax else None,
                    formats.amount(adjustment.net, invoice.currency),
                )
            )
        )
    without_tax = _before_tax(invoice) and all(line.price_with_tax is None for line in invoice.lines)
    columns = _cells(
        labels["description"],
        labels["quantity"] if counted else None,
        labels["unit-price-net" if without_tax else "unit-price"] if counted else None,
        labels["discount"] if with_discount else None,
        labels["tax-rate"] if with_tax else None,
        labels["net"] if _before_tax(invoice) else labels["amount"],
    )
    return Table(labels["description"], columns, (False, *[True] * (len(columns) - 1)), tuple(rows))


def _untaxed(invoice: Invoice) -> bool:
    """Whether no tax is charged under any of its codes: then no column, table or total speaks of one; a sentence says why."""
    return all(
        tax.tax.category in {"E", "AE", "K", "G", "O"} and not tax.amount
        for tax in invoice.taxes
        if not tax.tax.withholding
    )


def _before_tax(invoice: Invoice) -> bool:
    """Whether its amounts are without a tax: one that it charges, or that the buyer owes."""
    return any(tax.tax.category not in {"E", "O"} for tax in invoice.taxes if not tax.tax.withholding)


def _cells(*cells: str | None) -> tuple[str, ...]:
    return tuple(cell for cell in cells if cell is not None)


def _quantity(line: Line, formats: Formats, word_table: dict[str, Any]) -> str:
    if line.quantity is None:
        return ""
    return formats.quantity(line.quantity) + (
        f" {unit_words(line.unit, line.quantity, formats, word_table)}" if line.unit else ""
    )


def _price(line: Line, currency: str, formats: Formats, labels: dict[str, str]) -> str:
    if line.price is not None:
        return formats.price(line.price, currency)
    if line.price_with_tax is not None:
        return f"{formats.price(line.price_with_tax, currency)} {labels['with-tax']}"
    return ""


def _period(line: Line, formats: Formats, labels: dict[str, str]) -> tuple[str, ...]:
    parts = []
    if line.start and line.end:
        start, end = formats.short_day(line.start), formats.short_day(line.end)
        parts.append(
            labels["one-day"].format(date=start) if start == end else labels["period"].format(start=start, end=end)
        )
    if line.expense_date:
        parts.append(labels["of-date"].format(date=formats.short_day(line.expense_date)))
    if line.supplied_on and line.supplied_on != line.expense_date:
        parts.append(f"{labels['delivered']}{colon(formats.language)}{formats.short_day(line.supplied_on)}")
    return tuple(parts)


def _totals(
    book: Book, invoice: Invoice, paid: Decimal, amount_due: Decimal, formats: Formats, labels: dict[str, str]
) -> tuple[Pair, ...]:
    money = formats.money
    currency = invoice.currency
    totals = []
    taxes = [amount for amount in invoice.taxes if not amount.tax.withholding]
    before_tax = labels["total-net" if _before_tax(invoice) else "total-without-tax"]
    totals.append(Pair(before_tax, money(invoice.net, currency)))
    if not _untaxed(invoice):
        own = vat_in_tax_currency(book, invoice)
        elsewhere = {tax.tax.tax.code: tax.amount for tax in own.taxes or ()} if own else {}
        for amount in taxes:
            name = tax_label(amount.tax, taxes, formats, labels)
            if amount.amount or amount.tax.rate:
                totals.append(Pair(name, money(amount.amount, currency)))
            if own and elsewhere.get(amount.tax.code):
                label = labels["in-currency"].format(label=name, currency=own.currency)
                totals.append(Pair(label, money(elsewhere[amount.tax.code], own.currency)))
        totals.append(Pair(labels["total"], money(invoice.total, currency)))
    withheld = [amount for amount in invoice.taxes if amount.tax.withholding]
    totals += [Pair(amount.tax.label, money(amount.amount, currency)) for amount in withheld]
    deducted: dict[str, Decimal] = {}
    for deduction in invoice.deductions:
        deducted[deduction.number] = deducted.get(deduction.number, ZERO) + deduction.amount
    for number, less in deducted.items():
        deposit = book.invoice(number)
        day = formats.short_day(deposit.date) if deposit else ""
        totals.append(Pair(labels["deducted"].format(number=number, date=day), money(-less, currency)))
    if invoice.rounding:
        totals.append(Pair(labels["rounding"], money(invoice.rounding, currency)))
    if paid:
        label = labels[_settled_how(book, invoice, paid) if invoice.payable < 0 else "paid"]
        totals.append(Pair(label, money(-paid, currency)))
    if amount_due < 0:
        totals.append(Pair(labels["to-refund"], money(-amount_due, currency), strong=True))
    elif amount_due == 0:
        totals.append(Pair(labels["settled"], money(amount_due, currency), strong=True))
    else:
        totals.append(Pair(labels["amount-due"], money(amount_due, currency), strong=True))
        if back := _kept_back(invoice):
            totals.append(Pair(labels["retained"], money(back, currency)))
    return tuple(totals)


def _settled_how(book: Book, note: Invoice, paid: Decimal) -> str:
    """The label of what a credit note was settled by until its own date: money that was paid back, or the customer's invoices."""
    back = sum((payment.amount for payment in note.immediate_payments), ZERO) + sum(
        (
            -payment.amount
            for payment in book.payments
            if payment.date <= note.date and not payment.at_once and note.number in {*payment.settles, *payment.links}
        ),
        ZERO,
    )
    return "paid-back" if back == paid else "set-against-or-paid-back" if back else "set-against"


def _due_first(invoice: Invoice, paid: Decimal) -> Decimal:
    """What is to be paid first: what of the earliest instalments `paid` leaves; nothing of what hangs on an acceptance."""
    asked: dict[date, Decimal] = {}
    for instalment in invoice.instalments:
        if day := instalment.due_on_page(invoice.date):
            asked[day] = asked.get(day, ZERO) + instalment.amount
    left = paid - sum((payment.amount for payment in invoice.immediate_payments), ZERO)
    for _day, amount in sorted(asked.items()):
        if amount > left:
            return amount - max(left, ZERO)
        left -= amount
    return ZERO


def _kept_back(invoice: Invoice) -> Decimal:
    """What is not to be paid before the works are accepted."""
    return sum(
        (instalment.amount for instalment in invoice.instalments if instalment.due_on_page(invoice.date) is None), ZERO
    )


def _taxes(invoice: Invoice, formats: Formats, labels: dict[str, str]) -> Table | None:
    rate_said = any(line.tax for line in invoice.lines) and not any(tax.parts for tax in invoice.tax_codes.values())
    if not invoice.taxes or (len(invoice.taxes) == 1 and (rate_said or _untaxed(invoice))):
        return None  # one rate stands in the lines, and its base and tax in the totals
    rows = tuple(
        TableRow(
            (
                tax_label(amount.tax, (), formats, labels),
                formats.amount(amount.base, invoice.currency),
                formats.percent(amount.tax.rate),
                formats.amount(amount.amount, invoice.currency),
            )
        )
        for amount in invoice.taxes
    )
    columns = (labels["tax-code"], labels["base"], labels["rate"], labels["amount"])
    return Table(labels["tax-table"], columns, (False, True, True, True), rows)


def _instalments(invoice: Invoice, formats: Formats, labels: dict[str, str]) -> Table | None:
    days = [(instalment.due_on_page(invoice.date), instalment) for instalment in invoice.instalments]
    if len(days) < 2 and all(day for day, _each in days):
        return None

    def when(day: date | None, instalment: Instalment) -> str:
        if day:
            return formats.day(day)
        return labels["retention"].format(
            length=periods.length_in_words(instalment.retention_terms or "1 year", formats.language)
        )

    rows = tuple(
        TableRow((when(day, instalment), formats.money(instalment.amount, invoice.currency)))
        for day, instalment in sorted(days, key=lambda day: (day[0] or date.max, day[1].index))
    )
    return Table(labels["instalments"], (labels["due"], labels["amount"]), (False, True), rows)


def _mentions(book: Book, invoice: Invoice, customer: Customer, seller: Seller, formats: Formats) -> tuple[str, ...]:
    """The sentences under an invoice: why no tax is due, when tax is due, and what late payment costs."""
    sentences = law.mentions(seller.address.country, formats.language, invoice.date)
    result: list[str] = []
    if "claim" in sentences and is_for_late_interest(book, invoice):
        result.append(sentences["claim"])
    natures = {invoice.nature_of(line) for line in invoice.lines}
    if invoice.kind != "claim" and natures in ({"goods"}, {"services"}, {"goods", "services"}):
        category = "category-" + (natures.pop() if len(natures) == 1 else "both")
        result += [sentences[category]] if category in sentences else []
    for amount in invoice.taxes:
        home = domestic_country(seller.address.country, customer)
        result += _why_untaxed(amount.tax, formats.language, invoice.date, home)
    result += _retained(book, invoice, customer, sentences, formats)
    if "on-debits" in sentences and _services_on_debits(invoice):
        result.append(sentences["on-debits"])
    if (
        customer.buyer == "consumer"
        and invoice.payable > 0
        and invoice.kind != "claim"
        and "default-consumer" in sentences
    ):
        result.append(sentences["default-consumer"])
    for_business = customer.buyer != "consumer" and invoice.payable > 0 and invoice.kind not in {"claim"}
    if for_business and "late-interest" in sentences:
        option = book.late_interest(customer, invoice.date)
        try:
            rate = law.interest_option(option) if option else "FR"
        except ValueError:
            rate = "FR"
        if isinstance(rate, Decimal):
            result.append(sentences["late-interest-contract"].format(rate=formats.quantity(rate)))
        else:
            public = (
                customer.buyer in {"public", "hospital", "public-enterprise"} and "late-interest-public" in sentences
            )
            result.append(sentences["late-interest-public" if public else "late-interest"])
        if "indemnity" in sentences:
            result.append(sentences["indemnity"])
        if not customer.cash_discount and "no-cash-discount" in sentences:
            result.append(sentences["no-cash-discount"])
    return tuple(dict.fromkeys(result))


def _why_untaxed(tax: Tax, language: str, day: date, home: str) -> list[str]:
    """What has to be said of a tax code: why no tax is charged under it, and that the customer owes it (reverse charge).

    `home`: the country in which seller and customer both are.
    """
    text, _code = law.why_untaxed(tax.category, tax.reason, tax.label, language, day, home)
    if tax.category == "AE" and not law.is_vatex(tax.reason):
        text = f"{law.exemption('VATEX-EU-AE', language, day)}\n{text}"
    elif not text and not law.is_vatex(tax.reason):
        text = tax.reason
    lines = [line for line in text.split("\n") if line]
    national = tax.reason.startswith("VATEX-FR-") and any(map(_PROVISION.search, lines))  # as it reads on that day
    if law.is_vatex(tax.reason) and not national and _PROVISION.search(tax.label):
        lines.append(tax.label)  # the national provision, beside the words of the code
    return [line for line in lines if not any(_says_more(other, line) for other in lines)]


def _says_more(text: str, than: str) -> bool:
    """Whether a text has the words of another one, in capitals or not, and more."""
    longer, shorter = (words.replace("\xa0", " ").casefold() for words in (text, than))
    return shorter in longer and shorter != longer


_PROVISION = re.compile(r"\bart(?:\.|icle|ikel|ículo|icolo|igo)|§", re.IGNORECASE)
"""How a label cites a provision of law."""


def _retained(
    book: Book, invoice: Invoice, customer: Customer, sentences: Mapping[str, str], formats: Formats
) -> Iterator[str]:
    """What is kept back of works, and by which law."""
    if customer.buyer in {"public", "hospital", "public-enterprise"} or "retention" not in sentences:
        return
    for code in dict.fromkeys(
        instalment.retention_contract for instalment in invoice.instalments if instalment.retention_contract
    ):
        contract = book.contracts[code].at(invoice.date) if code in book.contracts else None
        if contract and contract.retention:
            yield sentences["retention"].format(percent=formats.percent(contract.retention))


def _services_on_debits(invoice: Invoice) -> bool:
    """Whether services are taxed when they are invoiced, where the law taxes them when they are paid."""
    taxes = {code: tax for code, tax in invoice.tax_codes.items() if tax.category == "S"}
    return any(
        line.tax in taxes and not taxes[line.tax].on_payment and invoice.nature_of(line) == "services"
        for line in invoice.lines
    )
