"""Invoice of the Book → business terms of EN 16931, or why it is no e-invoice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing import law
from beancount_invoicing.einvoice import amounts, france, terms
from beancount_invoicing.einvoice.texts import plain, said, written
from beancount_invoicing.model import Address, Adjustment, Book, Customer, Invoice, Line, Seller, Source, Tax
from beancount_invoicing.receivables import InOwnCurrency, for_late_payment, in_own_currency
from beancount_invoicing.rules import periods
from beancount_invoicing.rules import terms as payment_terms
from beancount_invoicing.rules.references import payment_reference
from beancount_invoicing.rules.supply import home_of

_TYPES = {"invoice": "380", "credit-note": "381", "corrective": "384", "deposit": "386"}
_REGISTERED = re.compile(r"(?:(\d{4}):)?(\S.*)\Z")
"""A `register-id`: a scheme of ISO 6523, and the number."""


class Reason(NamedTuple):
    """Why a document is no lawful e-invoice: the term or rule, what is wrong and what to write, and where."""

    term: str
    message: str
    source: Source


class NoEInvoice(Exception):
    """A document is no e-invoice, for these reasons."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__("; ".join(reason.message for reason in reasons))
        self.reasons = reasons


def e_invoice(book: Book, invoice: Invoice, paid: Decimal, language: str) -> terms.EInvoice:
    """A document in business terms, as it stood on its own date; `paid`: what had been settled by the end of that day.

    Sentences are in `language` ("fr", else English). Raises NoEInvoice with everything that is missing.
    """
    seller = book.seller.at(invoice.date) if book.seller else None
    _refuse(_no_invoice(book, invoice, seller))
    assert seller is not None
    assert invoice.customer is not None
    customer = invoice.customer
    rules = law.e_invoice_rules(seller.address.country, invoice.date)
    taxes = invoice.codes
    _refuse(_of_parts(invoice))
    own = in_own_currency(book, invoice)
    _refuse(
        (
            *_no_rate(invoice, own),
            *_without_tax(invoice, taxes),
            *_seller_lacks(seller, rules, frozenset(tax.category for tax in taxes.values() if not tax.withholding)),
            *_buyer_lacks(invoice, customer, rules),
            *(_nature_lacks(invoice) if rules else ()),
            *_preceding_lacks(book, invoice, rules),
        )
    )
    sign = -1 if invoice.kind == "credit-note" else 1
    adjustments = tuple(amounts.adjustment(one, sign, taxes[one.tax], language) for one in invoice.adjustments)
    in_tax_currency = own.total if own else None
    total = amounts.totals(
        invoice, sign, paid, adjustments, None if in_tax_currency is None else in_tax_currency * sign
    )
    is_french = law.law_of(seller.address.country) == "FR"
    process = france.process(invoice, total) if is_french and not france.without_nature(invoice) else ""
    home = home_of(seller.address.country, customer)
    reasons = {code: _reason(tax, language, invoice.date, home) for code, tax in taxes.items()}
    outside = any(tax.category == "O" for tax in taxes.values())
    return terms.EInvoice(
        number=invoice.number,
        issued=invoice.date,
        type_code=_TYPES[invoice.kind],
        currency=invoice.currency,
        seller=_seller(seller, outside),
        buyer=_buyer(customer, outside),
        lines=tuple(
            amounts.line(one, number, sign, taxes[one.tax], invoice.currency, language)
            for number, one in enumerate(invoice.lines, 1)
        ),
        breakdown=amounts.breakdown(invoice, sign, reasons),
        totals=total,
        tax_currency=own.currency if own else "",
        vat_point=_vat_point(invoice),
        due=_due(invoice, process),
        buyer_reference=plain(customer.service_code),
        contract=plain(invoice.contract_reference),
        purchase_order=plain(customer.purchase_order),
        payment_terms=_terms(invoice, customer, total, language),
        process=process,
        notes=_notes(book, invoice, customer, is_french, language),
        preceding=_preceding(book, invoice),
        delivery=_delivery(invoice, customer, taxes),
        payment=_payment(book, invoice, seller, customer, total, process),
        adjustments=adjustments,
    )


def _refuse(reasons: tuple[Reason, ...]) -> None:
    if reasons:
        raise NoEInvoice(reasons)


# what makes it none -----------------------------------------------------------------------------------------------------


def _no_invoice(book: Book, invoice: Invoice, seller: Seller | None) -> tuple[Reason, ...]:
    """What is no invoice at all, before anything else is asked."""
    if not invoice.has_page or invoice.customer is None:
        return (Reason("BT-3", f"{invoice.number} is {invoice.pageless}: there is no document", invoice.source),)
    if invoice.draft:
        return (Reason("BT-1", f"{invoice.number} is a draft: it has no number yet", invoice.source),)
    if for_late_payment(book, invoice):
        what = "a claim" if invoice.kind == "claim" else "the credit note on a claim"
        return (Reason("BT-3", f"{invoice.number} is {what}, outside VAT: it is no invoice", invoice.source),)
    if not invoice.lines:
        return (Reason("BG-25", f"{invoice.number} has no lines", invoice.source),)
    if seller is None:
        return (Reason("BG-4", 'nobody sells: write custom "invoice-seller"', invoice.source),)
    return ()


def _without_tax(invoice: Invoice, taxes: Mapping[str, Tax]) -> tuple[Reason, ...]:
    parts: tuple[Line | Adjustment, ...] = (*invoice.lines, *invoice.adjustments)
    lacking = [
        Reason("BT-151", f"{invoice.number}: this has no tax code that is known: write tax: …", part.source)
        for part in parts
        if part.tax not in taxes or taxes[part.tax].withholding
    ]
    return tuple(lacking)


def _of_parts(invoice: Invoice) -> tuple[Reason, ...]:
    """A line of EN 16931 has one VAT category and rate (BG-30, BT-151, BT-152): it cannot say two taxes."""
    return tuple(
        Reason(
            "BT-151",
            f"{invoice.number}: {tax.code} is {' and '.join(one.code for one in tax.parts)} on one line, and a line of EN 16931"
            " has one VAT rate: its PDF is the invoice",
            invoice.source,
        )
        for tax in invoice.combined
    )


def _seller_lacks(seller: Seller, rules: law.EInvoiceRules | None, categories: frozenset[str]) -> tuple[Reason, ...]:
    lacking = []
    if not seller.address.country:
        lacking.append(Reason("BT-40", 'the seller has no country: write country: "FR" or such', seller.source))
    if rules:
        if not (seller.siren or seller.siret):
            lacking.append(Reason("BT-30", "the seller has no SIREN: write siren: …", seller.source))
        if not seller.endpoint:
            lacking.append(
                Reason(
                    "BT-34",
                    "the seller has no electronic address: write"
                    f' endpoint: "0225:{_siren(seller) or "…"}" (the one registered in the directory)',
                    seller.source,
                )
            )
    abroad = categories & {"K", "G"}
    if abroad and not seller.vat_id:
        message = f"the seller has no VAT id, and tax category {min(abroad)} needs it: write vat-id: …"
        lacking.append(Reason("BT-31", message, seller.source))
    elif categories & {"S", "Z", "E", "AE"} and not (seller.vat_id or _tax_registration(seller)):
        message = "the seller has neither a VAT id nor a tax number: write vat-id: … or tax-number: …"
        lacking.append(Reason("BT-31", message, seller.source))
    party = _seller(seller, "O" in categories)
    if not (rules or lacking or party.identifiers or party.legal_registration or party.vat_identifier):
        why = "its VAT id is left out where no VAT applies (category O), and " if seller.vat_id else ""
        message = (
            f"nothing says which seller it is: {why}it has no number of a register: write register-id: …, such as"
            ' "0208:0403019261" or "HRB 12345", or tax-number: …'
        )
        lacking.append(Reason("BT-30", message, seller.source))
    return tuple(lacking)


def _buyer_lacks(invoice: Invoice, customer: Customer, rules: law.EInvoiceRules | None) -> tuple[Reason, ...]:
    lacking = []
    if not customer.address.country:
        lacking.append(Reason("BT-55", f'{customer.name} has no country: write country: "FR" or such', customer.source))
    crossing = {each.tax.category for each in invoice.taxes} & {"AE", "K"}
    if crossing and not customer.vat_id:
        lacking.append(
            Reason(
                "BT-48",
                f"{customer.name} has no VAT id, and tax category {min(crossing)} needs it: write vat-id: …",
                customer.source,
            )
        )
    if rules:
        domestic = france.scope(customer) == "B2B"
        if domestic and not (customer.siren or customer.siret):
            lacking.append(Reason("BT-47", f"{customer.name} has no SIREN: write siren: …", customer.source))
        if not endpoint_of(customer):
            siren = _siren(customer)
            example = (
                f"0225:{siren or '…'}" if domestic or siren else f"EM:{customer.email.split(',')[0].strip() or '…'}"
            )
            lacking.append(
                Reason(
                    "BT-49",
                    f'{customer.name} has no electronic address: write endpoint: "{example}"',
                    customer.source,
                )
            )
    return tuple(lacking)


def _nature_lacks(invoice: Invoice) -> tuple[Reason, ...]:
    return tuple(
        Reason("BT-23", f'{invoice.number}: goods or services? Write nature: "goods" or "services"', line.source)
        for line in france.without_nature(invoice)
    )


def _preceding_lacks(book: Book, invoice: Invoice, rules: law.EInvoiceRules | None) -> tuple[Reason, ...]:
    if not rules:
        return ()
    if invoice.kind == "credit-note" and not invoice.corrects:
        message = f'{invoice.number} does not say which invoice it takes back: write corrects: "…"'
        return (Reason("BT-25", message, invoice.source),)
    if invoice.kind == "corrective" and len(invoice.corrects) != 1:
        message = f'{invoice.number} replaces exactly one invoice: write corrects: "…" with its number'
        return (Reason("BT-25", message, invoice.source),)
    return tuple(
        Reason("BT-26", f"{invoice.number}: {number} is not in this ledger, so its date is not known", invoice.source)
        for number in _preceding_numbers(invoice)
        if book.invoice(number) is None
    )


def _no_rate(invoice: Invoice, own: InOwnCurrency | None) -> tuple[Reason, ...]:
    """VAT owed in another currency than the document's (BT-6) is said in it (BT-111)."""
    if own is None or own.taxes is not None:
        return ()
    message = (
        f"{invoice.number}: its VAT is owed in {own.currency}, but the ledger knows no rate: write a price on the customer's"
        f" posting, … {invoice.currency} @ … {own.currency}, or {invoice.date} price {invoice.currency} … {own.currency}"
    )
    return (Reason("BT-111", message, invoice.source),)


# who --------------------------------------------------------------------------------------------------------------------


def _siren(party: Seller | Customer) -> str:
    return "".join((party.siren or party.siret[:9]).split())


def _identifiers(party: Seller | Customer) -> tuple[terms.Identifier, ...]:
    siret = "".join(party.siret.split())
    return (terms.Identifier(siret, "0009"),) if siret else ()


def _legal_registration(party: Seller | Customer) -> terms.Identifier | None:
    siren = _siren(party)
    if siren:
        return terms.Identifier(siren, "0002")
    said = _REGISTERED.match(plain(party.register_id))
    return terms.Identifier(said[2], said[1] or "") if said else None


def _tax_registration(seller: Seller) -> str:
    """BT-32: the number of the tax office; in France the SIREN of who has no VAT id."""
    if seller.tax_number:
        return plain(seller.tax_number)
    return _siren(seller) if law.law_of(seller.address.country) == "FR" and not seller.vat_id else ""


def endpoint_of(customer: Customer) -> str:
    """The electronic address of a customer (BT-49): a French business that names none is reached by its SIREN, as the directory of
    platforms lists each (XP Z12-012, scheme 0225)."""
    if customer.endpoint or law.law_of(customer.address.country) != "FR" or customer.buyer != "business":
        return customer.endpoint
    siren = _siren(customer)
    return f"0225:{siren}" if siren else ""


def _endpoint(text: str) -> terms.Identifier | None:
    scheme, colon, value = text.strip().partition(":")
    return terms.Identifier(value.strip(), scheme) if colon and value.strip() else None


def _address(address: Address) -> terms.PostalAddress:
    lines = tuple(plain(line) for line in address.street if plain(line))
    if len(lines) > 3:
        lines = (*lines[:2], ", ".join(lines[2:]))
    return terms.PostalAddress(lines, plain(address.city), plain(address.postcode), address.country)


def _vat_id(text: str) -> str:
    return "".join(text.split()).upper()


def _seller(seller: Seller, outside: bool) -> terms.Party:
    """BG-4. Under category O (`outside`) no VAT id may be given; whom nothing else identifies (BR-CO-26) its tax number does."""
    vat_id = "" if outside else _vat_id(seller.vat_id)
    identifiers, registration = _identifiers(seller), _legal_registration(seller)
    if not (identifiers or registration or vat_id) and seller.tax_number:
        identifiers = (terms.Identifier(plain(seller.tax_number)),)
    phone, email = plain(seller.phone), plain(seller.email)
    return terms.Party(
        name=plain(seller.name),
        address=_address(seller.address),
        identifiers=identifiers,
        legal_registration=registration,
        vat_identifier=vat_id,
        tax_registration=_tax_registration(seller),
        legal_information=plain(", ".join(part for part in (seller.legal_form, seller.register) if part)),
        electronic_address=_endpoint(seller.endpoint),
        contact=terms.Contact(plain(seller.name), phone, email) if phone or email else None,
    )


def _buyer(customer: Customer, outside: bool) -> terms.Party:
    contact = plain(customer.contact)
    return terms.Party(
        name=plain(customer.name),
        address=_address(customer.address),
        identifiers=_identifiers(customer),
        legal_registration=_legal_registration(customer),
        vat_identifier="" if outside else _vat_id(customer.vat_id),
        electronic_address=_endpoint(endpoint_of(customer)),
        contact=terms.Contact(contact, plain(customer.phone)) if contact else None,
    )


def _delivery(invoice: Invoice, customer: Customer, taxes: Mapping[str, Tax]) -> terms.Delivery:
    """BT-72 and BG-13. What a deposit is asked for, or a credit note takes back, is not delivered then: it says no day, unless it
    goes to another member state (BR-IC-11), but where to, as CII has no delivery that says nothing (PEPPOL-EN16931-R008)."""
    to_member_state = any(tax.category == "K" for tax in taxes.values())
    day = invoice.delivered if to_member_state or invoice.kind not in {"deposit", "credit-note"} else None
    place = customer.delivery
    if place is None and (to_member_state or day is None):
        place = customer.address
    if place is None or not (place.country or customer.address.country):
        return terms.Delivery(day)
    address = _address(place)
    if not address.country:
        address = terms.PostalAddress(address.lines, address.city, address.postcode, customer.address.country)
    return terms.Delivery(day, plain(customer.name), address)


# what and how -----------------------------------------------------------------------------------------------------------


def _reason(tax: Tax, language: str, day: date, home: str) -> tuple[str, str]:
    """Why no tax is due (BT-120), and its code (BT-121); nothing where tax is due."""
    text, code = law.why_untaxed(tax.category, plain(tax.reason), plain(tax.label), language, day, home)
    return text or (said("exempt", language) if tax.category == "E" else ""), code


def _vat_point(invoice: Invoice) -> str:
    """BT-8: said where all of the VAT is owed only once paid."""
    due = [each.tax for each in invoice.taxes if each.tax.category == "S" and not each.tax.withholding]
    return "payment" if due and all(tax.on_payment for tax in due) else ""


def _due(invoice: Invoice, process: str) -> date | None:
    """BT-9; none where there are several, which the terms tell. What was paid already was due on its date."""
    if process.endswith("2"):
        return invoice.date
    if invoice.kind == "credit-note":
        return None
    days = {each.due_on_page(invoice.date) for each in invoice.instalments if each.amount > 0} - {None}
    return next(iter(days)) if len(days) == 1 else None


def _terms(invoice: Invoice, customer: Customer, total: terms.Totals, language: str) -> str:
    """BT-20: the agreed terms, the cash discount, each instalment."""
    if total.due <= 0 or invoice.kind == "credit-note":
        return ""
    result = []
    try:
        if invoice.terms:
            result.append(payment_terms.words(payment_terms.parse(invoice.terms), language))
        if customer.cash_discount:
            discount = payment_terms.parse_cash_discount(customer.cash_discount)
            result.append(payment_terms.discount_words(discount, language))
    except payment_terms.TermsError:
        result.append(plain(invoice.terms))
    days = [(each, each.due_on_page(invoice.date)) for each in invoice.instalments]
    if len({day for _each, day in days}) > 1 or any(day is None for _each, day in days):
        for each, day in days:
            form = said("instalment" if day else "retention", language)
            when = written(day, language) if day else ""
            after = periods.words(each.after or "1 year", language)
            result.append(form.format(amount=each.amount, currency=invoice.currency, date=when, length=after))
    return "\n".join(line for line in result if line)


def _notes(book: Book, invoice: Invoice, customer: Customer, is_french: bool, language: str) -> tuple[terms.Note, ...]:
    result = [terms.Note(line) for line in (*_replaced(book, invoice, language), plain(invoice.note)) if line]
    for each in invoice.taxes:
        if each.tax.withholding:
            text = said("withheld", language).format(
                label=plain(each.tax.label), amount=abs(each.amount), currency=invoice.currency
            )
            result.append(terms.Note(text))
    if is_french:
        result += france.notes(book, invoice, customer, language)
    return tuple(result)


def _replaced(book: Book, invoice: Invoice, language: str) -> Iterator[str]:
    """That a corrective invoice (BT-3: 384) cancels and replaces another one."""
    for number in invoice.corrects if invoice.kind == "corrective" else ():
        if other := book.invoice(number):
            yield said("replaces", language).format(number=number, date=written(other.date, language))


def _preceding_numbers(invoice: Invoice) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*invoice.corrects, *(each.number for each in invoice.deductions))))


def _preceding(book: Book, invoice: Invoice) -> tuple[terms.PrecedingInvoice, ...]:
    """BG-3: what it corrects, and the deposits that it deducts."""
    known = ((number, book.invoice(number)) for number in _preceding_numbers(invoice))
    return tuple(terms.PrecedingInvoice(number, other.date if other else None) for number, other in known)


def _payment(
    book: Book, invoice: Invoice, seller: Seller, customer: Customer, total: terms.Totals, process: str
) -> terms.PaymentInstructions | None:
    """BG-16: a transfer to the seller's account, where something is left to pay; clearing, where a credit note was set off.

    UBL has a place for a credit note's BT-9 only in here.
    """
    if invoice.kind == "credit-note" and process.endswith("2"):
        return terms.PaymentInstructions("97", _reference(book, invoice))
    iban, bic = (customer.iban, customer.bic) if customer.iban else (seller.iban, seller.bic)
    if not iban or total.due <= 0 or invoice.kind == "credit-note":
        return None
    return terms.PaymentInstructions(
        means="58" if invoice.currency == "EUR" else "30",
        remittance=_reference(book, invoice),
        account="".join(iban.split()).upper(),
        account_name=plain(seller.name),
        service_provider="".join(bic.split()).upper(),
    )


def _reference(book: Book, invoice: Invoice) -> str:
    """BT-83."""
    return payment_reference(book.option("payment-reference", invoice.date), invoice.number)
