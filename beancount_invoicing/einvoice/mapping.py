"""Invoice of the Book → business terms of EN 16931, or why it cannot be an e-invoice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing import law
from beancount_invoicing.einvoice import business_terms, france, lines_and_totals
from beancount_invoicing.einvoice.texts import numeric_date, phrase, without_control_characters
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import Address, Adjustment, Book, Customer, Invoice, Line, Seller, Source, Tax
from beancount_invoicing.receivables import VatInTaxCurrency, is_for_late_interest, vat_in_tax_currency
from beancount_invoicing.receivables.direct_debit import debit_notice
from beancount_invoicing.rules import payment_terms, periods
from beancount_invoicing.rules.duties import peppol_endpoint
from beancount_invoicing.rules.references import payment_reference
from beancount_invoicing.rules.supply import domestic_country

_TYPES = {"invoice": "380", "credit-note": "381", "corrective": "384", "deposit": "386"}
_REGISTERED = re.compile(r"(?:(\d{4}):)?(\S.*)\Z")
"""A `register-id`: a scheme of ISO 6523, and the number."""


class Rejection(NamedTuple):
    """Why a document is not a lawful e-invoice: the term or rule, what is wrong, what to write and where."""

    term: str
    message: str
    source: Source


class NoEInvoice(Exception):
    """A document cannot be an e-invoice, for these reasons."""

    def __init__(self, reasons: tuple[Rejection, ...]) -> None:
        super().__init__(joined("; ", (reason.message for reason in reasons)))
        self.reasons = reasons


_ADDRESSES = {"BT-34", "BT-49"}


def e_invoice(
    book: Book, invoice: Invoice, paid: Decimal, language: str, *, addressed: bool = True
) -> business_terms.EInvoice:
    """A document in business terms, as of its own date; `paid`: the amount that had been settled by the end of that
    day.

    Sentences are in `language` ("fr", else English). `addressed`: False if it goes to nobody, but is reported, so that it needs no
    electronic addresses. Raises NoEInvoice with everything that is missing.
    """
    seller = book.seller.at(invoice.date) if book.seller else None
    _refuse(_no_invoice(book, invoice, seller))
    assert seller is not None
    assert invoice.customer is not None
    customer = invoice.customer
    taxes = invoice.tax_codes
    _refuse(_of_parts(invoice))
    own = vat_in_tax_currency(book, invoice)
    _refuse(_all_lacks(book, invoice, seller, customer, own, addressed))
    sign = -1 if invoice.kind == "credit-note" else 1
    adjustments = tuple(
        lines_and_totals.allowance_or_charge(adjustment, sign, taxes[adjustment.tax], language)
        for adjustment in invoice.adjustments
    )
    in_tax_currency = own.total if own else None
    total = lines_and_totals.document_totals(
        invoice, sign, paid, adjustments, None if in_tax_currency is None else in_tax_currency * sign
    )
    is_french = law.law_of(seller.address.country) == "FR"
    process = france.business_process(invoice, total) if is_french and not france.without_nature(invoice) else ""
    home = domestic_country(seller.address.country, customer)
    reasons = {code: _reason(tax, language, invoice.date, home) for code, tax in taxes.items()}
    outside = any(tax.category == "O" for tax in taxes.values())
    return business_terms.EInvoice(
        number=invoice.number,
        issued=invoice.date,
        type_code=_TYPES[invoice.kind],
        currency=invoice.currency,
        seller=_seller(seller, outside),
        buyer=_buyer(customer, outside),
        lines=tuple(
            lines_and_totals.invoice_line(line, number, sign, taxes[line.tax], invoice.currency, language)
            for number, line in enumerate(invoice.lines, 1)
        ),
        breakdown=lines_and_totals.vat_breakdown(invoice, sign, reasons),
        totals=total,
        tax_currency=own.currency if own else "",
        vat_point=_vat_point(invoice),
        due=_due(invoice, process),
        buyer_reference=without_control_characters(customer.service_code),
        contract=without_control_characters(invoice.contract_reference),
        purchase_order=without_control_characters(customer.purchase_order),
        payment_terms=_terms(invoice, customer, total, language),
        process=process,
        notes=_notes(book, invoice, customer, is_french, language),
        preceding=_preceding(book, invoice),
        delivery=_delivery(invoice, customer, taxes),
        payment=_payment(book, invoice, seller, customer, total, process),
        adjustments=adjustments,
    )


def _all_lacks(
    book: Book, invoice: Invoice, seller: Seller, customer: Customer, own: VatInTaxCurrency | None, addressed: bool
) -> tuple[Rejection, ...]:
    """Everything that keeps a document from being an e-invoice; `own`: its VAT in the currency of the seller's country."""
    rules = law.e_invoice_rules(seller.address.country, invoice.date)
    taxes = invoice.tax_codes
    lacks = (
        *_no_rate(invoice, own),
        *_without_tax(invoice, taxes),
        *_seller_lacks(seller, rules, frozenset(tax.category for tax in taxes.values() if not tax.withholding)),
        *_buyer_lacks(invoice, customer, rules),
        *(_nature_lacks(invoice) if rules else ()),
        *_preceding_lacks(book, invoice, rules),
    )
    return lacks if addressed else tuple(lack for lack in lacks if lack.term not in _ADDRESSES)


def _refuse(reasons: tuple[Rejection, ...]) -> None:
    if reasons:
        raise NoEInvoice(reasons)


# what makes it none -----------------------------------------------------------------------------------------------------


def _no_invoice(book: Book, invoice: Invoice, seller: Seller | None) -> tuple[Rejection, ...]:
    """What is no invoice at all, before anything else is asked."""
    if not invoice.has_page or invoice.customer is None:
        return (
            Rejection(
                "BT-3",
                _("{number} is {reason}: there is no document", number=invoice.number, reason=invoice.why_no_page),
                invoice.source,
            ),
        )
    if invoice.draft:
        return (
            Rejection("BT-1", _("{number} is a draft: it has no number yet", number=invoice.number), invoice.source),
        )
    if is_for_late_interest(book, invoice):
        kind = "a claim" if invoice.kind == "claim" else _("a credit note on a claim")
        return (
            Rejection(
                "BT-3",
                _("{number} is {subject}, outside VAT: it is not an invoice", number=invoice.number, subject=kind),
                invoice.source,
            ),
        )
    if not invoice.lines:
        return (Rejection("BG-25", _("{number} has no lines", number=invoice.number), invoice.source),)
    if seller is None:
        return (Rejection("BG-4", _('there is no seller: write custom "invoice-seller"'), invoice.source),)
    return ()


def _without_tax(invoice: Invoice, taxes: Mapping[str, Tax]) -> tuple[Rejection, ...]:
    parts: tuple[Line | Adjustment, ...] = (*invoice.lines, *invoice.adjustments)
    lacking = [
        Rejection(
            "BT-151",
            _("{number}: there is no known tax code here: write tax: …", number=invoice.number),
            part.source,
        )
        for part in parts
        if part.tax not in taxes or taxes[part.tax].withholding
    ]
    return tuple(lacking)


def _of_parts(invoice: Invoice) -> tuple[Rejection, ...]:
    """A line of EN 16931 has one VAT category and rate (BG-30, BT-151, BT-152): it cannot say two taxes."""
    return tuple(
        Rejection(
            "BT-151",
            _(
                "{number}: {tax} puts {parts} on one line, but a line of EN 16931 has only one VAT rate: its PDF is "
                "the invoice",
                number=invoice.number,
                tax=tax.code,
                parts=joined(_(" and "), (part.code for part in tax.parts)),
            ),
            invoice.source,
        )
        for tax in invoice.combined
    )


def _seller_lacks(seller: Seller, rules: law.EInvoiceRules | None, categories: frozenset[str]) -> tuple[Rejection, ...]:
    lacking = []
    if not seller.address.country:
        lacking.append(
            Rejection("BT-40", _('the seller has no country: write country: "FR", for example'), seller.source)
        )
    if rules:
        if not (seller.siren or seller.siret):
            lacking.append(Rejection("BT-30", _("the seller has no SIREN: write siren: …"), seller.source))
        if not seller.endpoint:
            lacking.append(
                Rejection(
                    "BT-34",
                    _(
                        'the seller has no electronic address: write endpoint: "0225:{siren}" (the one registered in '
                        "the directory)",
                        siren=_siren(seller) or "…",
                    ),
                    seller.source,
                )
            )
    abroad = categories & {"K", "G"}
    if abroad and not seller.vat_id:
        message = _("the seller has no VAT id, and tax category {abroad} needs it: write vat-id: …", abroad=min(abroad))
        lacking.append(Rejection("BT-31", message, seller.source))
    elif categories & {"S", "Z", "E", "AE"} and not (seller.vat_id or _tax_registration(seller)):
        message = _("the seller has neither a VAT id nor a tax number: write vat-id: … or tax-number: …")
        lacking.append(Rejection("BT-31", message, seller.source))
    party = _seller(seller, "O" in categories)
    if not (rules or lacking or party.identifiers or party.legal_registration or party.vat_identifier):
        why = _("its VAT id is left out where no VAT applies (category O), and ") if seller.vat_id else ""
        message = _(
            "nothing identifies the seller: {reason}it has no register number: write register-id: …, such as "
            '"0208:0403019261" or "HRB 12345", or tax-number: …',
            reason=why,
        )
        lacking.append(Rejection("BT-30", message, seller.source))
    return tuple(lacking)


def _buyer_lacks(invoice: Invoice, customer: Customer, rules: law.EInvoiceRules | None) -> tuple[Rejection, ...]:
    lacking = []
    if not customer.address.country:
        lacking.append(
            Rejection(
                "BT-55",
                _('{customer} has no country: write country: "FR", for example', customer=customer.name),
                customer.source,
            )
        )
    crossing = {tax.tax.category for tax in invoice.taxes} & {"AE", "K"}
    if crossing and not customer.vat_id:
        lacking.append(
            Rejection(
                "BT-48",
                _(
                    "{customer} has no VAT id, and tax category {crossing} needs it: write vat-id: …",
                    customer=customer.name,
                    crossing=min(crossing),
                ),
                customer.source,
            )
        )
    if rules:
        domestic = france.scope(customer) == "B2B"
        if domestic and not (customer.siren or customer.siret):
            lacking.append(
                Rejection(
                    "BT-47", _("{customer} has no SIREN: write siren: …", customer=customer.name), customer.source
                )
            )
        if not endpoint_of(customer):
            siren = _siren(customer)
            example = (
                f"0225:{siren or '…'}" if domestic or siren else f"EM:{customer.email.split(',')[0].strip() or '…'}"
            )
            lacking.append(
                Rejection(
                    "BT-49",
                    _(
                        '{customer} has no electronic address: write endpoint: "{example}"',
                        customer=customer.name,
                        example=example,
                    ),
                    customer.source,
                )
            )
    return tuple(lacking)


def _nature_lacks(invoice: Invoice) -> tuple[Rejection, ...]:
    return tuple(
        Rejection(
            "BT-23",
            _('{number}: goods or services? Write nature: "goods" or "services"', number=invoice.number),
            line.source,
        )
        for line in france.without_nature(invoice)
    )


def _preceding_lacks(book: Book, invoice: Invoice, rules: law.EInvoiceRules | None) -> tuple[Rejection, ...]:
    if not rules:
        return ()
    if invoice.kind == "credit-note" and not invoice.corrects:
        message = _('{number} does not name the invoice it takes back: write corrects: "…"', number=invoice.number)
        return (Rejection("BT-25", message, invoice.source),)
    if invoice.kind == "corrective" and len(invoice.corrects) != 1:
        message = _(
            '{number} must replace exactly one invoice: write corrects: "…" with its number', number=invoice.number
        )
        return (Rejection("BT-25", message, invoice.source),)
    return tuple(
        Rejection(
            "BT-26",
            _(
                "{number}: {other_number} is not in this ledger, so its date is not known",
                number=invoice.number,
                other_number=number,
            ),
            invoice.source,
        )
        for number in _preceding_numbers(invoice)
        if book.invoice(number) is None
    )


def _no_rate(invoice: Invoice, own: VatInTaxCurrency | None) -> tuple[Rejection, ...]:
    """VAT owed in another currency than the document's (BT-6) is said in it (BT-111)."""
    if own is None or own.taxes is not None:
        return ()
    message = _(
        "{number}: its VAT is owed in {currency}, but the ledger has no rate: write a price on the "
        "customer's posting, … {invoice_currency} @ … {currency}, or {day} price {invoice_currency} … {currency}",
        number=invoice.number,
        currency=own.currency,
        invoice_currency=invoice.currency,
        day=invoice.date,
    )
    return (Rejection("BT-111", message, invoice.source),)


# who --------------------------------------------------------------------------------------------------------------------


def _siren(party: Seller | Customer) -> str:
    return "".join((party.siren or party.siret[:9]).split())


def _identifiers(party: Seller | Customer) -> tuple[business_terms.Identifier, ...]:
    siret = "".join(party.siret.split())
    return (business_terms.Identifier(siret, "0009"),) if siret else ()


def _legal_registration(party: Seller | Customer) -> business_terms.Identifier | None:
    siren = _siren(party)
    if siren:
        return business_terms.Identifier(siren, "0002")
    match = _REGISTERED.match(without_control_characters(party.register_id))
    return business_terms.Identifier(match[2], match[1] or "") if match else None


def _tax_registration(seller: Seller) -> str:
    """BT-32: the number of the tax office; in France the SIREN of a seller without a VAT id."""
    if seller.tax_number:
        return without_control_characters(seller.tax_number)
    return _siren(seller) if law.law_of(seller.address.country) == "FR" and not seller.vat_id else ""


def endpoint_of(customer: Customer) -> str:
    """The electronic address of a customer (BT-49). A French business without one is addressed by its SIREN, as in the
    directory of platforms (XP Z12-012, scheme 0225), a Belgian one by its enterprise number (0208).
    """
    if not customer.endpoint and customer.buyer != "consumer":
        known = peppol_endpoint(customer.address.country, customer.vat_id, customer.register_id)
        if known:
            return known
    if customer.endpoint or law.law_of(customer.address.country) != "FR" or customer.buyer != "business":
        return customer.endpoint
    siren = _siren(customer)
    return f"0225:{siren}" if siren else ""


def _endpoint(text: str) -> business_terms.Identifier | None:
    scheme, colon, value = text.strip().partition(":")
    return business_terms.Identifier(value.strip(), scheme) if colon and value.strip() else None


def _address(address: Address) -> business_terms.PostalAddress:
    lines = tuple(without_control_characters(line) for line in address.street if without_control_characters(line))
    if len(lines) > 3:
        lines = (*lines[:2], ", ".join(lines[2:]))
    return business_terms.PostalAddress(
        lines, without_control_characters(address.city), without_control_characters(address.postcode), address.country
    )


def _vat_id(text: str) -> str:
    return "".join(text.split()).upper()


def _seller(seller: Seller, outside: bool) -> business_terms.Party:
    """BG-4. Under category O (`outside`) no VAT id may be given; whom nothing else identifies (BR-CO-26) its tax number does."""
    vat_id = "" if outside else _vat_id(seller.vat_id)
    identifiers, registration = _identifiers(seller), _legal_registration(seller)
    if not (identifiers or registration or vat_id) and seller.tax_number:
        identifiers = (business_terms.Identifier(without_control_characters(seller.tax_number)),)
    phone, email = without_control_characters(seller.phone), without_control_characters(seller.email)
    return business_terms.Party(
        name=without_control_characters(seller.name),
        address=_address(seller.address),
        identifiers=identifiers,
        legal_registration=registration,
        vat_identifier=vat_id,
        tax_registration=_tax_registration(seller),
        legal_information=without_control_characters(
            ", ".join(part for part in (seller.legal_form, seller.register) if part)
        ),
        electronic_address=_endpoint(
            seller.endpoint or peppol_endpoint(seller.address.country, seller.vat_id, seller.register_id)
        ),
        contact=business_terms.Contact(without_control_characters(seller.name), phone, email)
        if phone or email
        else None,
    )


def _buyer(customer: Customer, outside: bool) -> business_terms.Party:
    contact = without_control_characters(customer.contact)
    return business_terms.Party(
        name=without_control_characters(customer.name),
        address=_address(customer.address),
        identifiers=_identifiers(customer),
        legal_registration=_legal_registration(customer),
        vat_identifier="" if outside else _vat_id(customer.vat_id),
        electronic_address=_endpoint(endpoint_of(customer)),
        contact=business_terms.Contact(contact, without_control_characters(customer.phone)) if contact else None,
    )


def _delivery(invoice: Invoice, customer: Customer, taxes: Mapping[str, Tax]) -> business_terms.Delivery:
    """BT-72 and BG-13. Deposits and credit notes have no day of supply, unless it is to another member state (BR-IC-11). They name
    the place, because CII does not allow an empty delivery (PEPPOL-EN16931-R008)."""
    to_member_state = any(tax.category == "K" for tax in taxes.values())
    day = invoice.supplied_on if to_member_state or invoice.kind not in {"deposit", "credit-note"} else None
    place = customer.delivery
    if place is None and (to_member_state or day is None):
        place = customer.address
    if place is None or not (place.country or customer.address.country):
        return business_terms.Delivery(day)
    address = _address(place)
    if not address.country:
        address = business_terms.PostalAddress(address.lines, address.city, address.postcode, customer.address.country)
    return business_terms.Delivery(day, without_control_characters(customer.name), address)


# what and how -----------------------------------------------------------------------------------------------------------


def _reason(tax: Tax, language: str, day: date, home: str) -> tuple[str, str]:
    """Why no tax is due (BT-120), and its code (BT-121); nothing where tax is due."""
    text, code = law.why_untaxed(
        tax.category, without_control_characters(tax.reason), without_control_characters(tax.label), language, day, home
    )
    return text or (phrase("exempt", language) if tax.category == "E" else ""), code


def _vat_point(invoice: Invoice) -> str:
    """BT-8: said where all of the VAT is owed only once paid."""
    due = [tax.tax for tax in invoice.taxes if tax.tax.category == "S" and not tax.tax.withholding]
    return "payment" if due and all(tax.on_payment for tax in due) else ""


def _due(invoice: Invoice, process: str) -> date | None:
    """BT-9; none where there are several, which the terms tell. What was paid already was due on its date."""
    if process.endswith("2"):
        return invoice.date
    if invoice.kind == "credit-note":
        return None
    days = {instalment.due_on_page(invoice.date) for instalment in invoice.instalments if instalment.amount > 0} - {
        None
    }
    return next(iter(days)) if len(days) == 1 else None


def _terms(invoice: Invoice, customer: Customer, total: business_terms.Totals, language: str) -> str:
    """BT-20: the agreed terms, the cash discount, each instalment."""
    if total.due <= 0 or invoice.kind == "credit-note":
        return ""
    result = []
    try:
        if invoice.terms:
            result.append(payment_terms.terms_in_words(payment_terms.parse_terms(invoice.terms), language))
        if customer.cash_discount:
            discount = payment_terms.parse_cash_discount(customer.cash_discount)
            result.append(payment_terms.discount_in_words(discount, language))
    except payment_terms.TermsError:
        result.append(without_control_characters(invoice.terms))
    days = [(instalment, instalment.due_on_page(invoice.date)) for instalment in invoice.instalments]
    if len({day for _each, day in days}) > 1 or any(day is None for _each, day in days):
        for code, day in days:
            form = phrase("instalment" if day else "retention", language)
            when = numeric_date(day, language) if day else ""
            after = periods.length_in_words(code.retention_terms or "1 year", language)
            result.append(form.format(amount=code.amount, currency=invoice.currency, date=when, length=after))
    return joined("\n", (line for line in result if line))


def _notes(
    book: Book, invoice: Invoice, customer: Customer, is_french: bool, language: str
) -> tuple[business_terms.Note, ...]:
    result = [
        business_terms.Note(line)
        for line in (*_replaced(book, invoice, language), without_control_characters(invoice.note))
        if line
    ]
    for tax in invoice.taxes:
        if tax.tax.withholding:
            text = phrase("withheld", language).format(
                label=without_control_characters(tax.tax.label), amount=abs(tax.amount), currency=invoice.currency
            )
            result.append(business_terms.Note(text))
    if is_french:
        result += france.notes(book, invoice, customer, language)
    return tuple(result)


def _replaced(book: Book, invoice: Invoice, language: str) -> Iterator[str]:
    """The note that a corrective invoice (BT-3: 384) cancels and replaces another one, or an invoice is issued in place of one."""
    for number in invoice.corrects if invoice.kind == "corrective" else ():
        if other := book.invoice(number):
            yield phrase("replaces", language).format(number=number, date=numeric_date(other.date, language))
    if invoice.replaces and (other := book.invoice(invoice.replaces)):
        yield phrase("in-place-of", language).format(number=other.number, date=numeric_date(other.date, language))


def _preceding_numbers(invoice: Invoice) -> tuple[str, ...]:
    numbers = (*invoice.corrects, invoice.replaces, *(deduction.number for deduction in invoice.deductions))
    return tuple(dict.fromkeys(filter(None, numbers)))


def _preceding(book: Book, invoice: Invoice) -> tuple[business_terms.PrecedingInvoice, ...]:
    """BG-3: what it corrects, or was issued in place of, and the deposits that it deducts."""
    known = ((number, book.invoice(number)) for number in _preceding_numbers(invoice))
    return tuple(business_terms.PrecedingInvoice(number, other.date if other else None) for number, other in known)


def _payment(
    book: Book, invoice: Invoice, seller: Seller, customer: Customer, total: business_terms.Totals, process: str
) -> business_terms.PaymentInstructions | None:
    """BG-16: a transfer to the seller's account, or a direct debit, where something is left to pay; clearing, where a credit note
    was set off.

    UBL has a place for a credit note's BT-9 only in here.
    """
    if invoice.kind == "credit-note" and process.endswith("2"):
        return business_terms.PaymentInstructions("97", _reference(book, invoice))
    if total.due > 0 and (notice := debit_notice(book, invoice)):
        return business_terms.PaymentInstructions(
            means="59",
            remittance=_reference(book, invoice),
            mandate=notice.mandate,
            creditor_id=notice.creditor_id,
            debited_account=notice.iban.upper(),
        )
    iban, bic = (customer.iban, customer.bic) if customer.iban else (seller.iban, seller.bic)
    if not (iban or seller.account_number) or total.due <= 0 or invoice.kind == "credit-note":
        return None
    return business_terms.PaymentInstructions(
        means="58" if invoice.currency == "EUR" else "30",
        remittance=_reference(book, invoice),
        account="".join((iban or seller.account_number).split()).upper(),
        account_name=without_control_characters(seller.name),
        service_provider="".join(bic.split()).upper(),
    )


def _reference(book: Book, invoice: Invoice) -> str:
    """BT-83."""
    return payment_reference(book.option("payment-reference", invoice.date), invoice.number)
