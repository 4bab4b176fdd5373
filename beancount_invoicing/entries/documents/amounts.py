"""The amount of a posting in the document's currency, whether it is booked in that one or in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from beancount_invoicing.entries.documents.context import DocumentHeader
from beancount_invoicing.entries.documents.postings import IN_SUM, DocumentPosting
from beancount_invoicing.entries.metadata import FindingCollector
from beancount_invoicing.messages import _
from beancount_invoicing.model import ZERO
from beancount_invoicing.rules import currencies, steps


def amount_of(document: DocumentHeader, posting: DocumentPosting) -> Decimal:
    """What a posting adds to the document, in its currency, not rounded: with the sign reversed, as the customer sees it."""
    if posting.currency == document.currency:
        return -posting.number
    price = posting.posting.price
    if price is not None and price.currency == document.currency and price.number is not None:
        return -posting.number * price.number
    if document.rate:
        return -posting.number / document.rate
    return ZERO


def rounded_amount_of(document: DocumentHeader, posting: DocumentPosting) -> Decimal:
    """The same amount, rounded to the decimals of the document's currency."""
    return steps.round_to(amount_of(document, posting), document.decimals)


def signed(document: DocumentHeader, amount: Decimal, posting: DocumentPosting) -> Decimal:
    """An amount with the sign of what is booked; if that is too small to be booked, with the document's sign."""
    return abs(amount).copy_sign(-posting.number or document.direction) if amount else ZERO


def amount_or_written(
    document: DocumentHeader, metadata: Mapping[str, Any], amount: Decimal, posting: DocumentPosting
) -> Decimal:
    """The amount in the document's currency on a posting in another one; `amount` if it gives none."""
    written = metadata.get("amount")
    if written is None or posting.currency == document.currency:
        return amount
    written = signed(document, written, posting)
    check_conversion(document, posting.posting.account, written, posting)
    return written


def exchange_rate(
    number: str, currency: str, postings: Sequence[DocumentPosting], findings: FindingCollector
) -> Decimal | None:
    """The rate in the receivable's `@` price, if lines of the document `number`, which is in `currency`, are booked in
    another currency; None if they are not, or if no rate is found.
    """
    foreign = next((posting for posting in postings if posting.role in IN_SUM and _is_foreign(currency, posting)), None)
    if foreign is None:
        return None
    for posting in postings:
        price = posting.posting.price
        if (
            posting.role in {"receivable", "at-once"}
            and price is not None
            and price.currency == foreign.currency
            and price.number
        ):
            rate: Decimal = price.number
            return rate
    at_cost = next(
        (posting for posting in postings if posting.role == "receivable" and posting.posting.cost is not None), None
    )
    hint = (
        _("give the receivable a price")
        if at_cost is None
        else _("the receivable ({place}) is held at a cost: give it a price instead", place=at_cost.source)
    )
    findings.error(
        "exchange-rate",
        _(
            "{number} is in {currency}, but {account} is booked in {foreign_currency}: {hint}, … {currency} @ … "
            "{foreign_currency}",
            number=number,
            currency=currency,
            account=foreign.posting.account,
            foreign_currency=foreign.currency,
            hint=hint,
        ),
        foreign.source,
    )
    return None


def _is_foreign(currency: str, posting: DocumentPosting) -> bool:
    """Whether a posting is in another currency than the document's, without a price in that one."""
    if posting.currency == currency:
        return False
    price = posting.posting.price
    return price is None or price.currency != currency


def is_booked_at_rate(document: DocumentHeader, net: Decimal, posting: DocumentPosting) -> bool:
    """Whether a net in the document's currency equals, at the rate, what is booked in the other, within a cent."""
    booked = -posting.number
    decimals = currencies.currency_decimals(posting.currency)
    rate = document.rate
    price = posting.posting.price
    if price is not None and price.currency == document.currency and price.number:
        rate = 1 / price.number
    return rate is not None and abs(net * rate - booked) < Decimal(3).scaleb(-decimals) / 2


def check_conversion(document: DocumentHeader, subject: str, amount: Decimal, posting: DocumentPosting) -> None:
    """Warns if what is booked in another currency is not `amount` at the document's rate, within a cent."""
    decimals = currencies.currency_decimals(posting.currency)
    if document.rate is None:
        return
    expected = steps.round_to(amount * document.rate, decimals)
    if abs(expected + posting.number) > Decimal(1).scaleb(-decimals):
        document.findings.warning(
            "tax-amount",
            _(
                "{number}: {subject} of {amount} {currency} is {expected} {posting_currency} at {rate}, but "
                "{other_number} {posting_currency} is booked: correct the posting, or the receivable's price",
                number=document.number,
                subject=subject,
                amount=amount,
                currency=document.currency,
                expected=expected,
                posting_currency=posting.currency,
                rate=document.rate,
                other_number=-posting.number,
            ),
            posting.source,
        )


def price_of_currency(postings: Sequence[DocumentPosting], currency: str) -> tuple[str, Decimal] | None:
    """The price of the document's currency in its entry: the receivable's, else that of the first posting that has one."""
    priced = [
        (posting.role != "receivable", price.currency, price.number)
        for posting in postings
        if (price := posting.posting.price) is not None and price.number and posting.currency == currency
    ]
    return min(priced, key=lambda price: price[0])[1:] if priced else None
