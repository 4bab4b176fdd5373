"""Unallocated money on a customer's account: how much, and for which invoices it is most likely."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from operator import itemgetter
from os.path import relpath
from pathlib import Path
from typing import NamedTuple

from beancount_invoicing.dunning.pauses import late_amount
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO, Day, Invoice, Payment, Source
from beancount_invoicing.receivables import Allocated, Position

_NOT_WRITTEN = re.compile(r"[\W_]+")
_SQUEEZED = 6
"""From this many letters and digits on, a number is recognised without its punctuation: "F2026-0001" in "VIR F20260001"."""
_COUNT = 4
"""A number of fewer digits, and nothing else, is not recognised: it could be anything."""
_YEAR = re.compile(r"(?:19|20)\d\d\Z")
"""Nor is one that any text with a year contains."""


class UnallocatedCredit(NamedTuple):
    """Money, or what is left of a credit note, that settles nothing (`amount` above 0)."""

    date: Day
    amount: Decimal
    currency: str
    source: Source
    text: str
    """The text from the bank, or from the credit note."""
    number: str = ""
    """The number of the credit note, or of the overpaid invoice; "" for money that names nothing."""
    is_credit: bool = False
    """Whether it is the rest of a credit note, so that nobody has paid it."""


def unallocated_credits(
    allocated: Allocated, credit_notes: Iterable[Position]
) -> Mapping[tuple[str, str], Sequence[UnallocatedCredit]]:
    """The unallocated money of each customer (main account) and currency, by day, and `credit_notes` that are not used up.

    Money that went back, and names nothing either, is deducted from the latest money. A loss is not money.
    """
    found: defaultdict[tuple[str, str], list[UnallocatedCredit]] = defaultdict(list)
    came: dict[Source, list[tuple[Payment, Decimal]]] = {}
    for left in allocated.unallocated:  # a discount beside money is a part of the same posting
        if left.payment.means != "write-off":
            came.setdefault(left.payment.source, []).append((left.payment, left.amount))
    for open_credits in came.values():
        payment, amount = open_credits[0][0], -sum((paid for _payment, paid in open_credits), ZERO)
        named = payment.settles or payment.links
        words = f"{payment.payee} {payment.narration}".strip()
        found[payment.customer, payment.currency].append(
            UnallocatedCredit(payment.date, amount, payment.currency, payment.source, words, named[0] if named else "")
        )
    for note in credit_notes:
        invoice = note.invoice
        if note.open < 0 and note.debtor:
            found[note.debtor.account, invoice.currency].append(
                UnallocatedCredit(
                    invoice.date,
                    -note.open,
                    invoice.currency,
                    invoice.source,
                    invoice.narration,
                    invoice.number,
                    is_credit=invoice.kind != "cancellation",  # that is money: more than what replaces it asks for
                )
            )
    return {key: still for key, open_credits in found.items() if (still := _still_there(open_credits))}


def _still_there(open_credits: Iterable[UnallocatedCredit]) -> tuple[UnallocatedCredit, ...]:
    left: list[UnallocatedCredit] = []
    for credit in sorted(open_credits, key=lambda credit: (credit.date, -credit.amount, credit.source)):
        if credit.amount > 0:
            left.append(credit)
            continue
        back = -credit.amount
        while back > 0 and left:
            last = left.pop()
            if last.amount > back:
                left.append(last._replace(amount=last.amount - back))
            back -= last.amount
    return tuple(left)


class LikelyMatch(NamedTuple):
    """Money on the account that is most likely for an invoice, and the evidence."""

    credit: UnallocatedCredit
    reason: str
    sure: bool = True
    """Whether no other document is left that the same amount could be for."""

    def advice(self, number: str, ledger: str) -> str:
        """What to know about it for the invoice of that number, and the line that settles it; `ledger`: the path of its file."""
        credit = self.credit
        place = f"{relpath(credit.source.file, Path(ledger).parent)}:{credit.source.line}"
        match = _(
            "{amount} {currency} of {day} ({place})",
            amount=credit.amount,
            currency=credit.currency,
            day=credit.date,
            place=place,
        )
        if credit.number:
            settle = f"bean-invoice allocate {number} --from {credit.number} --write"
            return _(
                "{subject} is left of {number} and {reason}: if it is for {other_number}: {settle}; if not, write "
                "what it settles, or pay it back",
                subject=match,
                number=credit.number,
                reason=self.reason,
                other_number=number,
                settle=settle,
            )
        return _(
            "{subject} is on the account, settles nothing and {reason}: if it is for {number}, write settles: "
            '"{number}" below that line; if not, write there what it settles, or pay it back',
            subject=match,
            reason=self.reason,
            number=number,
        )


def advice(matches: Iterable[LikelyMatch], number: str, ledger: str) -> str:
    """What to know about everything that is most likely for the invoice of that number, and the lines that settle it; "" for
    nothing.
    """
    return joined("; ", (match.advice(number, ledger) for match in matches))


def likely_matches(
    candidates: Sequence[UnallocatedCredit], positions: Iterable[Position], as_of: date
) -> dict[str, tuple[LikelyMatch, ...]]:
    """Which of `candidates` are most likely for which of `positions` (the open invoices of the same customer and
    currency), by number.

    Money that names invoices is for these invoices. Money that names none is for one invoice whose open amount, late
    amount or an instalment equals it exactly. If several qualify, it is the one due first among those dated by the day
    of the money (if there are any), without those for which there is other money.
    """
    oldest = sorted(
        positions, key=lambda position: (position.due or date.max, position.invoice.date, position.invoice.number)
    )
    named = _named(candidates, oldest)
    found: defaultdict[str, list[LikelyMatch]] = defaultdict(list)
    for credit in candidates:
        for position in named.get(credit, ()):
            number = position.invoice.number
            text = next(number for number in _numbers(position.invoice) if mentions_number(credit.text, number))
            found[number].append(
                LikelyMatch(
                    credit,
                    (
                        _("names {text}, which {number} replaces", text=text, number=number)
                        if text != number
                        else _("names {text}", text=text)
                    ),
                )
            )
    by_sum: defaultdict[Decimal, list[Position]] = defaultdict(list)
    for position in oldest:
        for amount in _sums(position, as_of):
            by_sum[amount].append(position)
    for credit in candidates:
        if credit in named:
            continue
        free = [position for position in by_sum[credit.amount] if position.invoice.number not in found]
        by_sum[credit.amount] = free
        known = (position for position in free if position.invoice.date <= credit.date)
        if first := next(known, None) or next(iter(free), None):
            number = first.invoice.number
            found[number].append(LikelyMatch(credit, _("is exactly what is open of {number}", number=number)))
    unclear = {
        amount
        for amount, positions in by_sum.items()
        if any(position.invoice.number not in found for position in positions)
    }
    return {
        number: tuple(
            match._replace(sure=match.credit in named or match.credit.amount not in unclear) for match in those_found
        )
        for number, those_found in found.items()
    }


def _named(
    open_credits: Iterable[UnallocatedCredit], positions: Iterable[Position]
) -> dict[UnallocatedCredit, list[Position]]:
    """The documents that the words of each name, in their order; for those that name any."""
    by_number: defaultdict[str, list[tuple[int, Position]]] = defaultdict(list)
    for place, position in enumerate(positions):
        for number in _numbers(position.invoice):
            by_number[_bare(number)].append((place, position))
    lengths = sorted({len(bare) for bare in by_number})
    found: dict[UnallocatedCredit, list[Position]] = {}
    for credit in open_credits:
        words = _bare(credit.text)
        parts = {words[at : at + length] for length in lengths for at in range(len(words) - length + 1)}
        near = sorted((found for part in parts if part in by_number for found in by_number[part]), key=itemgetter(0))
        named = [
            position
            for _place, position in near
            if any(mentions_number(credit.text, number) for number in _numbers(position.invoice))
        ]
        if named:
            found[credit] = list({id(position): position for position in named}.values())
    return found


def _numbers(invoice: Invoice) -> tuple[str, ...]:
    """What a payer may call it by: also the number of the invoice that it replaces."""
    return (invoice.number, *(invoice.corrects if invoice.kind == "corrective" else ()))


def _bare(words: str) -> str:
    return _NOT_WRITTEN.sub("", words).casefold()


def _sums(position: Position, as_of: date) -> set[Decimal]:
    """The amounts that somebody may pay for an invoice: the open amount, the late part of it, each without contested amounts,
    or an instalment.
    """
    whole = (position.open, late_amount(position, as_of))
    uncontested = (amount - position.disputed for amount in whole)
    return {
        amount
        for amount in (*whole, *uncontested, *(instalment.open for instalment in position.instalments))
        if amount > 0
    }


def mentions_number(text: str, number: str) -> bool:
    """Whether a bank's text names an invoice: by its number, in any case, or, if it is long enough, without its punctuation
    and with other characters between. Part of a longer number, or of a date, does not count.
    """
    if number.isdigit() and (len(number) < _COUNT or _YEAR.match(number)):
        return False
    if re.search(rf"(?<!\w)(?<!\w[-/.]){re.escape(number)}(?!\w|[-/.]\d)", text, re.IGNORECASE):
        return True
    bare = _NOT_WRITTEN.sub("", number)
    if len(bare) < _SQUEEZED:
        return False
    before = r"(?<!\w)(?<!\w[-/.])" if bare[0].isdigit() else r"(?<!\d)"
    spread = r"[\W_]*".join(map(re.escape, bare))
    return re.search(rf"{before}{spread}(?!\d|[-/.]\d)", text, re.IGNORECASE) is not None
