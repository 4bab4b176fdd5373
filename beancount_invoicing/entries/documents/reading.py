"""A transaction with `invoice` → its Invoice, and the payments inside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core.data import Transaction

from beancount_invoicing import law
from beancount_invoicing.entries import keys
from beancount_invoicing.entries.directives.parties import customer_with_overrides
from beancount_invoicing.entries.documents.amounts import (
    amount_of,
    amount_or_written,
    exchange_rate,
    price_of_currency,
    rounded_amount_of,
)
from beancount_invoicing.entries.documents.context import (
    DocumentHeader,
    ReadingContext,
    TransactionDocuments,
    corrected_numbers,
    tax_point_of_document,
)
from beancount_invoicing.entries.documents.instalments import Instalments, read_instalments, split_receivables
from beancount_invoicing.entries.documents.lines import (
    read_adjustment,
    read_deduction,
    read_line,
    with_nets_of_prices,
)
from beancount_invoicing.entries.documents.postings import (
    DocumentPosting,
    PostingRole,
    document_currency,
    document_postings,
)
from beancount_invoicing.entries.documents.tax_codes import taxed_at_rates
from beancount_invoicing.entries.documents.taxes import compound_taxes, read_taxes
from beancount_invoicing.entries.metadata import FindingCollector, read_metadata, source_of
from beancount_invoicing.messages import _
from beancount_invoicing.model import (
    ZERO,
    Adjustment,
    Customer,
    Deduction,
    DocumentKind,
    ImmediatePayment,
    Invoice,
    Line,
    NumberUse,
    Source,
    TaxAmount,
)
from beancount_invoicing.rules import currencies, payment_terms

_NOTHING = TransactionDocuments([], [], [], frozenset())


def read_document(
    entry: Transaction, position: int, context: ReadingContext, findings: FindingCollector
) -> TransactionDocuments:
    """The document of a transaction with `invoice`; `position`: of the transaction among all entries."""
    source = source_of(entry.meta)
    metadata = read_metadata(entry.meta, keys.DOCUMENT, source, findings)
    number = metadata.get("invoice")
    if not number:
        if metadata.get("invoice", 0) is None or number == "":
            findings.error("invoice-number", _('invoice has no number: write invoice: "F2026-0001"'), source)
        return _NOTHING
    draft = number.startswith("draft-")
    if draft and entry.flag != "!":
        findings.error(
            "draft",
            _(
                "{number} is a draft, but its flag is {flag}: write ! or give it its number",
                number=number,
                flag=entry.flag,
            ),
            source,
        )
    kind: DocumentKind = metadata.get("kind") or "invoice"
    if kind == "void":
        return _void(entry, number, metadata, context, findings)
    use = NumberUse(number, kind, entry.date, source, draft)
    known = _header(entry, position, use, metadata, context, findings)
    if known is None:
        return TransactionDocuments([], [], [use], frozenset())
    return _document(*known, use)


def _void(
    entry: Transaction, number: str, metadata: Mapping[str, Any], context: ReadingContext, findings: FindingCollector
) -> TransactionDocuments:
    """A number that was given and is not used."""
    source = source_of(entry.meta)
    for posting in entry.postings:
        if posting.units is not None and posting.units.number:
            findings.error(
                "void",
                _(
                    "{number} is void, but {units} is booked on {account}: a void number has no amounts",
                    number=number,
                    account=posting.account,
                    units=posting.units,
                ),
                source_of(posting.meta),
            )
    customer = _written_customer(metadata, context, source, findings)
    void = Invoice(
        number=number,
        kind="void",
        draft=False,
        date=entry.date,
        currency="",
        customer=context.customers[customer].at(entry.date) if customer else None,
        source=source,
        narration=entry.narration or "",
    )
    return TransactionDocuments([void], [], [NumberUse(number, "void", entry.date, source)], frozenset())


def _written_customer(
    metadata: Mapping[str, Any], context: ReadingContext, source: Source, findings: FindingCollector
) -> str | None:
    """The main account of the customer that `customer` names; None if it names none."""
    account = metadata.get("customer")
    if not account:
        return None
    main = context.owner(account)
    if main is None:
        findings.error(
            "no-customer",
            _('customer: {account} is not a customer\'s account: open it with customer: "Legal name"', account=account),
            source,
        )
    return main


def _header(
    entry: Transaction,
    position: int,
    use: NumberUse,
    metadata: Mapping[str, Any],
    context: ReadingContext,
    findings: FindingCollector,
) -> tuple[DocumentHeader, Sequence[DocumentPosting]] | None:
    """What is known of a document before its postings are read, and these; None if its customer is not known."""
    owners = [context.owner(posting.account) for posting in entry.postings]
    main = _only_customer({owner for owner in owners if owner}, use, metadata, context, findings)
    if main is None:
        return None
    customer_postings = frozenset(index for index, owner in enumerate(owners) if owner)
    currency = document_currency(entry, use.number, use.source, customer_postings, context.income, findings)
    postings = document_postings(entry, customer_postings, currency, context)
    direction = sum([posting.number for posting in postings if posting.role == "receivable"], ZERO)
    corrects = metadata.get("corrects") or ""
    documents_read = context.documents_read
    header = DocumentHeader(
        number=use.number,
        kind=use.kind,
        draft=use.draft,
        entry=entry,
        position=position,
        day=entry.date,
        source=use.source,
        metadata=metadata,
        main=main,
        customer=customer_with_overrides(context.customers[main].at(entry.date), dict(metadata)),
        customer_postings=customer_postings,
        currency=currency,
        decimals=currencies.currency_decimals(currency),
        tax_day=tax_point_of_document(corrects, entry.date, context.taxed_on),
        context=context,
        findings=findings,
        corrected=tuple(
            documents_read[number] for number in corrected_numbers(corrects, documents_read) if number in documents_read
        ),
        rate=exchange_rate(use.number, currency, postings, findings),
        direction=direction or Decimal(1),
    )
    return header, postings


def _only_customer(
    owners: set[str],
    use: NumberUse,
    metadata: Mapping[str, Any],
    context: ReadingContext,
    findings: FindingCollector,
) -> str | None:
    """The main account of the one customer on whose accounts a document is booked, or whom it names; else None."""
    mains = sorted(owners)
    written = _written_customer(metadata, context, use.source, findings)
    if written and written not in mains:
        mains.append(written)
    if not mains:
        if not metadata.get("customer"):
            findings.error(
                "no-customer",
                _(
                    '{number} has no customer: book it on an account opened with customer: "Legal name", or name '
                    "that account, customer: Assets:…",
                    number=use.number,
                ),
                use.source,
            )
        return None
    if len(mains) > 1:
        findings.error(
            "two-customers",
            _(
                "{number} is booked on two customers, {main} and {mains_main}: an invoice has only one customer",
                number=use.number,
                main=mains[0],
                mains_main=mains[1],
            ),
            use.source,
        )
        return None
    return mains[0]


class _Parts(NamedTuple):
    """The parts of a document from its postings, without its receivables."""

    lines: Sequence[Line]
    adjustments: Sequence[Adjustment]
    taxes: Sequence[TaxAmount]
    deductions: Sequence[Deduction]
    rounding: Decimal
    immediate_payments: Sequence[ImmediatePayment]

    def net(self) -> Decimal:
        """Lines, allowances and charges."""
        lines = sum([line.net for line in self.lines], ZERO)
        return lines + sum([adjustment.net for adjustment in self.adjustments], ZERO)

    def to_pay(self, net: Decimal) -> Decimal:
        """The total of the document of that `net`, with its taxes and rounding, less deposits."""
        taxes = sum([amount.amount for amount in self.taxes], ZERO)
        deducted = sum([deduction.amount for deduction in self.deductions], ZERO)
        return net + taxes - deducted + self.rounding


def _document(document: DocumentHeader, postings: Sequence[DocumentPosting], use: NumberUse) -> TransactionDocuments:
    """The document that follows from the postings, and the payments among them."""
    by_role: defaultdict[PostingRole, list[DocumentPosting]] = defaultdict(list)
    for posting in postings:
        by_role[posting.role].append(posting)
    lines = [read_line(document, posting) for posting in by_role["line"]]
    adjustments = [read_adjustment(document, posting, lines) for posting in by_role["adjustment"]]
    if document.context.codes_with_several_rates:
        lines, adjustments, taxes_by_name = taxed_at_rates(document, lines, adjustments)
        document = document._replace(taxes_by_name=taxes_by_name)
    parts = _parts(document, by_role, with_nets_of_prices(document, lines, by_role["line"]), adjustments)
    net = parts.net()
    to_pay = parts.to_pay(net)
    receivables, payments = split_receivables(document, by_role["receivable"], to_pay)
    if document.kind in {"invoice", "deposit", "claim"} and net < 0:
        document, use = document._replace(kind="credit-note"), use._replace(kind="credit-note")
    terms = document.customer.terms or document.context.option("terms", document.day) or law.default_terms("")
    document = document._replace(customer=_with_discount_of(document.customer, terms))
    instalments = read_instalments(document, receivables, terms, to_pay < 0 or document.kind == "credit-note")
    rounding_account = by_role["rounding"][0].posting.account if by_role["rounding"] else ""
    price_rate = price_of_currency(postings, document.currency)
    invoice = _invoice(document, parts, instalments, terms, rounding_account, price_rate)
    return TransactionDocuments([invoice], payments, [use], document.customer_postings)


def _with_discount_of(customer: Customer, terms: str) -> Customer:
    """The customer with the cash discount that the document's terms have, unless it has one by its own key."""
    if customer.cash_discount or ("%" not in terms and "/" not in terms):
        return customer
    with suppress(payment_terms.TermsError):  # said with the instalments
        if discount := payment_terms.parse_terms(terms).discount:
            return customer._replace(cash_discount=payment_terms.discount_in_words(discount, "en"))
    return customer


def _parts(
    document: DocumentHeader,
    by_role: Mapping[PostingRole, Sequence[DocumentPosting]],
    lines: Sequence[Line],
    adjustments: Sequence[Adjustment],
) -> _Parts:
    """Reads postings that are neither line, allowance, charge nor receivable."""
    taxes = read_taxes(document, by_role.get("tax", ()), lines, adjustments)
    deductions = [read_deduction(document, posting) for posting in by_role.get("deduction", ())]
    rounding = _rounding(document, by_role.get("rounding", ()))
    for posting in by_role.get("other", ()):
        read_metadata(posting.posting.meta, keys.OTHER_POSTING, posting.source, document.findings)
    immediate_payments = [_immediate_payment(document, posting) for posting in by_role.get("at-once", ())]
    return _Parts(lines, adjustments, taxes, deductions, rounding, immediate_payments)


def _invoice(
    document: DocumentHeader,
    parts: _Parts,
    instalments: Instalments,
    terms: str,
    rounding_account: str,
    price_rate: tuple[str, Decimal] | None,
) -> Invoice:
    """The parts of a document together with the data of its transaction."""
    metadata, entry = document.metadata, document.entry
    corrects = metadata.get("corrects") or ""
    supply_ends = [day for line in parts.lines if (day := line.supplied_on or line.end)]
    compound = compound_taxes(document, parts.lines, parts.adjustments) if document.context.combined else ()
    return Invoice(
        number=document.number,
        kind=document.kind,
        draft=document.draft,
        date=document.day,
        currency=document.currency,
        customer=document.customer,
        source=document.source,
        lines=tuple(parts.lines),
        adjustments=tuple(parts.adjustments),
        taxes=tuple(parts.taxes),
        combined=compound,
        deductions=tuple(parts.deductions),
        rounding=parts.rounding,
        rounding_account=rounding_account,
        immediate_payments=tuple(parts.immediate_payments),
        instalments=tuple(instalments.instalments),
        corrects=(corrects,) if corrects else (),
        replaces=metadata.get("replaces") or "",
        interest_on=metadata.get("claims") or "",
        supplied_on=metadata.get("delivered") or (max(supply_ends) if supply_ends else document.day),
        terms=terms if instalments.by_terms else "",
        narration=entry.narration or "",
        note=(metadata.get("note") or "").replace("\\n", "\n"),
        contract_reference=metadata.get("contract-reference") or "",
        links=frozenset(entry.links or ()),
        booking_rate=document.rate,
        price_rate=price_rate,
        to_send=bool(metadata.get("to-send")),
        direct_debit=metadata.get("direct-debit") is not False,
    )


def _rounding(document: DocumentHeader, postings: Sequence[DocumentPosting]) -> Decimal:
    """The document's rounding, in its currency."""
    rounding = ZERO
    for posting in postings:
        metadata = read_metadata(
            posting.posting.meta, keys.ROUNDING, posting.source, document.findings, document.currency
        )
        rounding += amount_or_written(document, metadata, rounded_amount_of(document, posting), posting)
    return rounding


def _immediate_payment(document: DocumentHeader, posting: DocumentPosting) -> ImmediatePayment:
    """What is paid in the document itself, without the customer's account."""
    metadata = read_metadata(posting.posting.meta, keys.AT_ONCE, posting.source, document.findings)
    settles = metadata.get("settles")
    if settles and settles != document.number:
        document.findings.error(
            "settles-in-invoice",
            _(
                "{number}: a posting of this invoice settles {settles}: it can only settle {number} itself; book the "
                "payment of {settles} separately",
                number=document.number,
                settles=settles,
            ),
            posting.source,
        )
    return ImmediatePayment(-amount_of(document, posting), posting.posting.account, posting.source)
