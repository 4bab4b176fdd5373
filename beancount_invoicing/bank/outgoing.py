"""Outgoing money: a payment that came back to its payer, a refund, or nothing of ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from beancount_invoicing.bank.evidence import Names, Proposal, Tier
from beancount_invoicing.bank.names import customers_named
from beancount_invoicing.bank.open_documents import OpenDocument, Receivables, ReceivedPayment
from beancount_invoicing.bank.payments import SettledDocument
from beancount_invoicing.bank.received_money import ReceivedMoney
from beancount_invoicing.bank.return_reasons import RETURN_REASONS
from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.messages import _

MOST_RETURN_FEE = Decimal(30)
"""More than banks take for a debit that came back, in the currency of the account."""


RETURN_DAYS = 396
"""A direct debit may be returned for thirteen months (directive (EU) 2015/2366, art. 71 (1))."""
_MOST_NAMED = 3
"""So many payments are named for a return: a longer list does not help."""


def outgoing(
    known: Receivables,
    received: ReceivedMoney,
    open_of: Callable[[str], Decimal],
    line: StatementLine,
    names: Names,
) -> Proposal:
    """The use of a line that takes money away, or that reverses an earlier line; `received`: the money that documents
    have received so far.
    """
    if line.amount > 0:
        return Proposal(
            line,
            "propose",
            against=(_("a payment of yours came back: give the invoice or account it goes to instead"),),
        )
    if line.amount == 0:
        return Proposal(line, "not-ours", against=(_("it moves no money"),))
    if not line.is_return and (refund := _refund(known, open_of, line, names)):
        return refund
    return _return(known, received, line, names)


def _refund(
    known: Receivables, open_of: Callable[[str], Decimal], line: StatementLine, names: Names
) -> Proposal | None:
    """For a credit note that the line names, or the only one of its amount that the account's owner has."""
    for naming in names.namings:
        for number in naming.numbers:
            open_ = open_of(number)
            document = known.documents.get(number)
            if document and open_ < 0 and open_ <= _moved(line) and document.currency == line.currency:
                against = (*names.against, *_later(document, line))
                reason = _credit_share(-_moved(line), -open_, line.currency)
                return Proposal(
                    line,
                    "propose" if against or naming.weak else "book",
                    naming.tier,
                    (SettledDocument(number, _moved(line)),),
                    document.customer,
                    (naming.sentence, reason),
                    against,
                )
    return None if names.namings else _refund_by_iban(known, open_of, line, names)


def _credit_share(amount: Decimal, credit: Decimal, currency: str) -> str:
    if amount == credit:
        return _("{amount} {currency} is all of its credit", amount=amount, currency=currency)
    return _("{amount} {currency} is a part of its credit of {credit}", amount=amount, currency=currency, credit=credit)


def _refund_by_iban(
    known: Receivables, open_of: Callable[[str], Decimal], line: StatementLine, names: Names
) -> Proposal | None:
    """Of the only credit note of its amount that the owner of the account has, where the line names none."""
    payers = known.payer_ibans.get(line.payer_iban, ())
    if len(payers) != 1:
        return None
    fits = [
        number
        for number in known.by_customer.get(payers[0], ())
        if open_of(number) == _moved(line) and known.documents[number].currency == line.currency
    ]
    if not fits:
        return None
    evidence = (
        _(
            "{payer_iban} is known as the account of {customer}",
            payer_iban=line.payer_iban,
            customer=known.customer_names[payers[0]],
        ),
        _("{amount} {currency} is the credit of {fit}", amount=-_moved(line), currency=line.currency, fit=fits[0]),
    )
    against = (
        *names.against,
        *_later(known.documents[fits[0]], line),
        *(_("so is {number}", number=number) for number in fits[1:]),
    )
    return Proposal(
        line,
        "propose" if against else "book",
        "C",
        (SettledDocument(fits[0], _moved(line)),),
        payers[0],
        evidence,
        against,
    )


def _return(known: Receivables, received: ReceivedMoney, line: StatementLine, names: Names) -> Proposal:
    """A reversed payment: of a document that the line names and that received exactly that amount."""
    reason = _reason(line)
    against = list(names.against)
    for naming in names.namings:
        for number in naming.numbers:
            payment = _last_of(received.of(number), line)
            if payment is None:
                against.append(
                    _(
                        "{number} received no payment of {amount} {currency} that is still there",
                        number=number,
                        amount=-_moved(line),
                        currency=line.currency,
                    )
                )
                continue
            evidence = (
                naming.sentence,
                _("{number} received {amount} on {day}", number=number, amount=payment.amount, day=payment.date),
                *reason,
            )
            if not line.is_return:
                against.append(_("the bank does not mark it as a return"))
            tier: Tier = naming.tier
            sure = line.is_return and not against and len(naming.numbers) == 1
            return Proposal(
                line,
                "return" if sure else "propose",
                tier,
                (SettledDocument(number, _moved(line), instalment=naming.order.instalment if naming.order else None),),
                _customer_of(known, number),
                evidence,
                tuple(against),
            )
    if (with_fee := _return_with_fee(known, received, line, names, against)) is not None:
        return with_fee
    if line.is_return:
        if not names.namings and (nameless := _nameless_return_with_fee(known, received, line, against)) is not None:
            return nameless
        return _return_without_name(known, received, line, against)
    if names.namings:
        return Proposal(line, "propose", "", (), "", tuple(naming.sentence for naming in names.namings), tuple(against))
    return Proposal(line, "not-ours", against=(*against, _("money goes out without naming a document")))


def _return_with_fee(
    known: Receivables, received: ReceivedMoney, line: StatementLine, names: Names, against: Sequence[str]
) -> Proposal | None:
    """A payment that a line names and gives back with the bank's fee in one amount: always a proposal, as no statement states the
    fee. None if no payment is smaller by at most MOST_RETURN_FEE (or the option `unstated-fee`, if that is more).
    """
    if line.fee:
        return None
    most = max(MOST_RETURN_FEE, known.unstated_fee)
    for naming in names.namings:
        for number in naming.numbers:
            for payment in reversed(received.of(number)):
                fee = -line.amount - payment.amount
                if payment.currency != line.currency or payment.date > line.date or not 0 < fee <= most:
                    continue
                doubts = [
                    *against,
                    _("no statement states this fee of {fee} {currency}", fee=fee, currency=line.currency),
                ]
                if not line.is_return:
                    doubts.append(_("the bank does not mark it as a return"))
                evidence = (
                    naming.sentence,
                    _("{number} received {amount} on {day}", number=number, amount=payment.amount, day=payment.date),
                    _(
                        "{money} {currency} for that payment, and {fee} as the fee of the bank for the return",
                        money=-line.amount,
                        currency=line.currency,
                        fee=fee,
                    ),
                    *_reason(line),
                )
                instalment = naming.order.instalment if naming.order else None
                settled = (SettledDocument(number, -payment.amount, instalment=instalment),)
                customer = _customer_of(known, number)
                return Proposal(line, "propose", naming.tier, settled, customer, evidence, tuple(doubts), fee)
    return None


def _return_without_name(
    known: Receivables, received: ReceivedMoney, line: StatementLine, against: Sequence[str]
) -> Proposal:
    """A payment given back that the line does not name: the only one of its amount. `against`: what speaks against it already."""
    reason = _reason(line)
    numbers = received.numbers_with(-_moved(line), line.currency)
    found = [payment for number in numbers if (payment := _last_of(received.of(number), line)) is not None]
    if len(found) == 1:
        number = found[0].number
        evidence = (
            _(
                "only {number} received {amount} {currency}, on {day}",
                number=number,
                amount=-_moved(line),
                currency=line.currency,
                day=found[0].date,
            ),
            *reason,
        )
        settled = (SettledDocument(number, _moved(line)),)
        return Proposal(
            line, "propose", "D", settled, _customer_of(known, number), evidence, (*against, _("nothing names it"))
        )
    problem = _(
        "no payment of {amount} {currency}, or more than one, can be given back",
        amount=-_moved(line),
        currency=line.currency,
    )
    return Proposal(line, "propose", "", (), "", reason, (*against, problem))


def _nameless_return_with_fee(
    known: Receivables, received: ReceivedMoney, line: StatementLine, against: Sequence[str]
) -> Proposal | None:
    """A payment given back, with the bank's fee in one amount, that the line does not name: of the customer with the payer's name
    or account, if there is one, else of anybody.

    None if a payment is exactly of the amount, or none is smaller by at most MOST_RETURN_FEE (or the option `unstated-fee`, if that
    is more) and not older than RETURN_DAYS. If there are several, they are named, and none is chosen.
    """
    if line.fee or any(
        _last_of(received.of(number), line) for number in received.numbers_with(-_moved(line), line.currency)
    ):
        return None
    most = max(MOST_RETURN_FEE, known.unstated_fee)
    customers = known.payer_ibans.get(line.payer_iban, ()) or (
        customers_named(line.payer, known.names) if line.payer else ()
    )
    found = [
        payment
        for amount in received.amounts_between(-line.amount - most, -line.amount, line.currency)
        for number in received.numbers_with(amount, line.currency)
        if not customers or _customer_of(known, number) in customers
        for payment in received.of(number)[-1:]
        if payment.amount == amount and 0 <= (line.date - payment.date).days <= RETURN_DAYS
    ]
    sentences = tuple(
        _(
            "{number} received {amount} on {day}; the other {fee} may be the fee of the bank for the return",
            number=payment.number,
            amount=payment.amount,
            day=payment.date,
            fee=-line.amount - payment.amount,
        )
        for payment in found[:_MOST_NAMED]
    )
    if not found:
        return None
    if len(found) > 1:
        doubt = _("several payments may be the one that came back: choose it")
        return Proposal(line, "propose", "", (), "", (*sentences, *_reason(line)), (*against, doubt))
    (payment,) = found
    fee = -line.amount - payment.amount
    doubts = (
        *against,
        _("no statement states this fee of {fee} {currency}", fee=fee, currency=line.currency),
        _("nothing names it"),
    )
    settled = (SettledDocument(payment.number, -payment.amount),)
    customer = _customer_of(known, payment.number)
    return Proposal(line, "propose", "D", settled, customer, (*sentences, *_reason(line)), doubts, fee)


def _later(document: OpenDocument, line: StatementLine) -> tuple[str, ...]:
    """The reason that money did not leave for a credit note that did not exist yet."""
    return () if document.date <= line.date else (_("{number} is of {day}", number=document.number, day=document.date),)


def _moved(line: StatementLine) -> Decimal:
    """What the other side received, or what is reversed of its payment: without the bank's fee."""
    return line.amount + line.fee


def _last_of(payments: Sequence[ReceivedPayment], line: StatementLine) -> ReceivedPayment | None:
    """The last payment of that amount that came before it."""
    return next(
        (
            paid
            for paid in reversed(payments)
            if (paid.amount, paid.currency) == (-_moved(line), line.currency) and paid.date <= line.date
        ),
        None,
    )


def _reason(line: StatementLine) -> tuple[str, ...]:
    if not line.return_reason:
        return ()
    words = RETURN_REASONS.get(line.return_reason)
    return (
        (
            _("returned: {return_reason}, {words}", return_reason=line.return_reason, words=words)
            if words
            else _("returned: {return_reason}", return_reason=line.return_reason)
        ),
    )


def _customer_of(known: Receivables, number: str) -> str:
    document = known.documents.get(number)
    return document.customer if document else known.customers_of.get(number, "")
