"""Postings on customers' accounts outside invoices: payments, reversals, and claims that move between accounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core.data import Posting, Transaction

from beancount_invoicing.entries import keys
from beancount_invoicing.entries.metadata import FindingCollector, at_key, read_metadata, says, source_of
from beancount_invoicing.entries.settlement_means import WRITE_OFF_TAG, AccountKinds, CustomerLeg, by_means
from beancount_invoicing.entries.takeovers import DebtorsByDocument, named_by
from beancount_invoicing.messages import _
from beancount_invoicing.model import (
    ZERO,
    Invoice,
    Payment,
    PaymentExchangeRate,
    ReceivedCharge,
    Source,
    Transfer,
    Unmatched,
)


class _Legs(NamedTuple):
    """The postings of a transaction on customers' accounts, and what `settles` names beside them."""

    legs: list[CustomerLeg]
    unknown_numbers: list[tuple[str, int]]
    """What `settles` names and no document has, with the place of its leg."""
    misplaced: list[tuple[str, str, Source]]
    """The number, account and place of each `settles` on another account."""
    charges: list[ReceivedCharge]
    """What other postings book as interest and indemnity."""


class PaymentsRead(NamedTuple):
    """What a transaction pays, moves, and names that no document has; and the interest and indemnities that it books."""

    payments: list[Payment]
    transfers: list[Transfer]
    unmatched: list[Unmatched]
    charges: list[ReceivedCharge]


def read_payments(
    entry: Transaction,
    handled: Collection[int],
    accounts: AccountKinds,
    debtors: DebtorsByDocument,
    by_link: Mapping[str, tuple[Invoice, ...]],
    findings: FindingCollector,
    exchange_rate_of: Callable[[Transaction, Posting], PaymentExchangeRate | None],
) -> PaymentsRead:
    """The payments and transfers of a transaction, the names in it that no document has, and the interest that it books.

    `handled` postings already belong to an invoice (or an opening). `exchange_rate_of` gives the worth of a posting's currency.
    """
    source = source_of(entry.meta)
    # a document that cannot be read was reported already: its keys are not a payment's
    of_keys = FindingCollector() if "invoice" in entry.meta or says(entry.meta, "kind", "opening") else findings
    if not handled:
        read_metadata(entry.meta, keys.PAYMENT_TRANSACTION, source, of_keys)
    owner = accounts.owner
    touched = {main for posting in entry.postings if (main := owner(posting.account))}
    links = _links(entry, touched, by_link, debtors, source, findings)
    legs, unknown_numbers, misplaced, charges = _legs(
        entry, handled, owner, debtors, links, findings, of_keys, exchange_rate_of
    )
    if not any(leg.settles or leg.links for leg, _posting in legs):
        for number, account, place in misplaced:
            of_keys.error(
                "key-place",
                _(
                    'settles: "{number}" is on {account}, where it settles nothing: write it below the posting on '
                    "the customer's account",
                    number=number,
                    account=account,
                ),
                at_key(place, "settles"),
            )
    payments = [payment for payment, _posting in legs]
    unmatched = [
        Unmatched(number, "settles", entry.date, (payments[place],), payments[place].source)
        for number, place in unknown_numbers
    ]
    if legs and not handled and entry.links and "invoice" not in entry.meta:
        unmatched += _unmatched_links(entry, tuple(payments), by_link, source, findings)
    written_off, legs_only = WRITE_OFF_TAG in (entry.tags or ()), len(legs) == len(entry.postings)
    transfers, paying = _apart(legs, written_off, legs_only, id(entry) in debtors.between, source)
    paid = _worth_of_money(by_means(entry, paying, accounts, debtors.by_number))
    return PaymentsRead(paid, transfers, unmatched, charges if legs else [])


def _legs(
    entry: Transaction,
    handled: Collection[int],
    owner: Callable[[str], str | None],
    debtors: DebtorsByDocument,
    links: Collection[str],
    findings: FindingCollector,
    of_keys: FindingCollector,
    exchange_rate_of: Callable[[Transaction, Posting], PaymentExchangeRate | None],
) -> _Legs:
    """The postings on customers' accounts that are not `handled`; `links`: the numbers that the transaction's links name."""
    result = _Legs([], [], [], [])
    for index, posting in enumerate(entry.postings):
        main = owner(posting.account)
        if index in handled:
            continue
        source = source_of(posting.meta)
        if main is None:
            if posting.meta:
                own = read_metadata(posting.meta, keys.COUNTER, source, of_keys)
                if number := own.get("settles"):
                    result.misplaced.append((number, posting.account, source))
                if charge := _charge(entry, posting, own, debtors, of_keys):
                    result.charges.append(charge)
            continue
        if posting.units is None or not isinstance(posting.units.number, Decimal) or not posting.units.number:
            continue
        metadata = read_metadata(posting.meta, keys.PAYMENT_POSTING, source, of_keys)
        number = metadata.get("settles")
        if number and number not in debtors.by_number:
            result.unknown_numbers.append((number, len(result.legs)))
            number = None
        elif number and not _good(number, main, entry, debtors, source, findings):
            number = None
        own_links = [link for link in links if debtors.may_pay(debtors.by_number[link], main, entry.date)]
        payment = Payment(
            date=entry.date,
            account=posting.account,
            customer=main,
            currency=posting.units.currency,
            amount=posting.units.number,
            source=source,
            settles=(number,) if number else (),
            instalment=metadata.get("instalment"),
            links=() if number else tuple(sorted(own_links)),
            narration=entry.narration or "",
            payee=entry.payee or "",
            exchange_rate=exchange_rate_of(entry, posting),
            entry=source_of(entry.meta),
        )
        result.legs.append((payment, posting))
    return result


def _charge(
    entry: Transaction,
    posting: Posting,
    metadata: Mapping[str, Any],
    debtors: DebtorsByDocument,
    findings: FindingCollector,
) -> ReceivedCharge | None:
    """The interest, or the indemnity, that a posting on another account books by `claims`."""
    number = metadata.get("claims")
    if not number or posting.units is None or not isinstance(posting.units.number, Decimal):
        return None
    source = source_of(posting.meta)
    if number not in debtors.by_number:
        findings.error("claims", _('claims "{number}": there is no such invoice', number=number), source)
        return None
    currency = posting.units.currency
    start, end = metadata.get("from"), metadata.get("to")
    return ReceivedCharge(entry.date, number, -posting.units.number, currency, source, start, end)


def _worth_of_money(payments: list[Payment]) -> list[Payment]:
    """The payments; if a part of them is not money, the money for the rest is worth more per unit."""
    money = sum((payment.amount for payment in payments if payment.means == "money"), ZERO)
    whole = sum((payment.amount for payment in payments), ZERO)
    if money in {ZERO, whole}:
        return payments
    return [
        payment._replace(
            exchange_rate=payment.exchange_rate._replace(by_money=payment.exchange_rate.by_money * whole / money)
        )
        if payment.exchange_rate and payment.exchange_rate.by_money
        else payment
        for payment in payments
    ]


def _unmatched_links(
    entry: Transaction,
    legs: tuple[Payment, ...],
    by_link: Mapping[str, tuple[Invoice, ...]],
    source: Source,
    findings: FindingCollector,
) -> list[Unmatched]:
    """The links of payments that no document has; those of drafts and void numbers settle nothing, which is reported."""
    unmatched = []
    for link in sorted(entry.links):
        invoices = by_link.get(link, ())
        if not invoices:
            unmatched.append(Unmatched(link, "link", entry.date, legs, source))
        elif all(invoice.draft or invoice.kind == "void" for invoice in invoices):
            number = invoices[0].number
            findings.warning(
                "link-nothing",
                _(
                    "^{link} names {number}, a draft: it settles nothing before the draft is issued (bean-invoice "
                    "issue {number}, which also writes the number here)",
                    link=link,
                    number=number,
                )
                if invoices[0].draft
                else _(
                    "^{link} names {number}, which is void: there is nothing to settle; name another number, or take "
                    "the link out",
                    link=link,
                    number=number,
                ),
                source,
            )
    return unmatched


def _links(
    entry: Transaction,
    touched: set[str],
    by_link: Mapping[str, tuple[Invoice, ...]],
    debtors: DebtorsByDocument,
    source: Source,
    findings: FindingCollector,
) -> list[str]:
    """The numbers that the transaction's links stand for, of customers that it touches."""
    numbers = []
    for link in sorted(entry.links or ()):
        invoices = named_by(link, entry.date, by_link)
        ours = [invoice for invoice in invoices if any(debtors.may_pay(invoice, main, entry.date) for main in touched)]
        if invoices and not ours:
            findings.error(
                "other-customer",
                _(
                    "^{link} links to {number}, an invoice of {name}, but this transaction does not touch that "
                    "customer's account{later}{count}",
                    link=link,
                    number=invoices[0].number,
                    name=_name(invoices[0]),
                    later=_later(debtors, invoices[0].number, touched),
                    count=(_(": a claim is taken over from a customer who owes it") if len(touched) > 1 else ""),
                ),
                source,
            )
        numbers += [invoice.number for invoice in ours]
    return numbers


def _name(invoice: Invoice) -> str:
    return invoice.customer.name if invoice.customer else "nobody"


def _later(debtors: DebtorsByDocument, number: str, customers: Collection[str]) -> str:
    """The message that a customer takes the document over later; "" if it does not."""
    days = [over.date for over in debtors.taken.get(number, ()) if over.customer in customers]
    return _(" before it is taken over on {days}: correct one of the dates", days=min(days)) if days else ""


def _good(
    number: str, main: str, entry: Transaction, debtors: DebtorsByDocument, where: Source, findings: FindingCollector
) -> bool:
    """Whether a payment may settle that number; reports why not."""
    invoice = debtors.by_number[number]
    if invoice.draft or invoice.kind == "void":
        state = "a draft" if invoice.draft else "void"
        findings.error(
            "settles-nothing",
            _("settles: {number} is {subject}: there is nothing to settle", number=number, subject=state),
            where,
        )
        return False
    if not debtors.may_pay(invoice, main, entry.date):
        findings.error(
            "other-customer",
            _(
                "settles: {number} is an invoice of {name}, not of this account's customer{later}",
                number=number,
                name=_name(invoice),
                later=_later(debtors, number, {main}),
            ),
            where,
        )
        return False
    return True


def _apart(
    legs: list[CustomerLeg], lost: bool, alone: bool, between: bool, source: Source
) -> tuple[list[Transfer], list[CustomerLeg]]:
    """Separates transfers from payments: what nets to zero for one customer and currency, over several accounts or `alone` on one;
    and, `between` several customers, the rest of each currency.

    In a transaction of a loss, a loss taken back and its payment may net to zero as well: that is not a transfer.
    """
    if len(legs) < 2:
        return [], legs
    groups: defaultdict[tuple[str, str], list[CustomerLeg]] = defaultdict(list)
    for leg in legs:
        groups[leg[0].customer, leg[0].currency].append(leg)
    transfers: list[Transfer] = []
    rest: list[CustomerLeg] = []
    across: defaultdict[str, list[Payment]] = defaultdict(list)
    for (customer, currency), of_customer in sorted(groups.items(), key=lambda group: group[0]):
        moved = tuple(payment for payment, _posting in of_customer)
        zero = sum((leg.amount for leg in moved), ZERO) == 0
        if zero and not lost and (alone or len({leg.account for leg in moved}) > 1):
            transfers.append(Transfer(moved[0].date, customer, currency, moved, source))
        elif between:
            across[currency] += moved
        else:
            rest += of_customer
    for currency, legs_of in across.items():
        transfers.append(Transfer(legs_of[0].date, "", currency, tuple(legs_of), source))
    return transfers, rest
