"""Checks of what was written off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from beancount_invoicing.checks.documents import ledger_amount
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Book, Finding
from beancount_invoicing.receivables import Allocated, BadDebtRecovery
from beancount_invoicing.rules import currencies, numbering
from beancount_invoicing.rules.steps import round_to


def check_bad_debt_recoveries(book: Book, allocated: Allocated) -> Iterator[Finding]:
    """An amount written off but paid after all is no longer a loss: an entry must take that part of the loss back, and
    its tax is due again. France: the recovered tax is due again on what is then paid (BOI-TVA-DED-40-10-20).
    """
    for recovery in allocated.recoveries:
        payment = recovery.payment
        numbers = ", ".join(payment.settles or payment.links)
        yield Finding(
            "warning",
            "write-off-revived",
            _(
                "{amount} of {numbers} is written off here, but {recovery_amount} of it was paid after all by {day}: "
                "take that much of the loss back:\n{taken_back}",
                amount=ledger_amount(-payment.amount, payment.currency),
                numbers=numbers,
                recovery_amount=ledger_amount(recovery.amount, payment.currency),
                day=recovery.date,
                taken_back=_taken_back(book, recovery),
            ),
            payment.source,
        )


def _taken_back(book: Book, bad_debt_recovery: BadDebtRecovery) -> str:
    """The entry that takes a part of a loss back: the postings of the loss, in proportion, with the opposite sign."""
    payment = bad_debt_recovery.payment
    name = book.customers[payment.customer].at(bad_debt_recovery.date).name
    counters: defaultdict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
    for posting in payment.counter_postings:
        amount = posting.amount * bad_debt_recovery.amount / payment.amount
        counters[posting.account, posting.currency, posting.tax] += amount
    # the rounding difference goes to the largest
    abroad = {currency for _account, currency, _tax in counters} != {payment.currency}
    amounts = {key: round_to(amount, currencies.currency_decimals(key[1])) for key, amount in counters.items()}
    total = (
        round_to(sum(counters.values(), ZERO), currencies.currency_decimals(next(iter(counters))[1]))
        if counters
        else ZERO
    )
    if counters:
        total = total if abroad else -bad_debt_recovery.amount
        largest = max(amounts, key=lambda key: (abs(amounts[key]), key))
        amounts[largest] += total - sum(amounts.values(), ZERO)
    text = (
        _("{link}: loss taken back", link=numbering.link((payment.settles or payment.links)[0]))
        .replace("\\", "\\\\")
        .replace('"', '\\"')
    )
    links = "".join(f" ^{numbering.link(number)}" for number in payment.settles or payment.links)
    worth = f" @@ {-total:f} {next(iter(counters))[1]}" if counters and abroad else ""
    payee = name.replace("\\", "\\\\").replace('"', '\\"')
    lines = [
        _(
            '{day} * "{payee}" "{text}"{links} #write-off',
            day=bad_debt_recovery.date,
            payee=payee,
            text=text,
            links=links,
        ),
        f"  {payment.account}  {bad_debt_recovery.amount:f} {payment.currency}{worth}",
    ]
    for (account, currency, tax), amount in sorted(amounts.items(), key=lambda item: (item[1], item[0])):
        if amount:
            lines.append(f"  {account}  {amount:f} {currency}")
            if tax:
                lines.append(_('    tax: "{tax}"', tax=tax))
    return joined("\n", lines)
