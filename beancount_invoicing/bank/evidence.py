"""The evidence for and against a line of a statement paying documents: facts in sentences, in tiers instead of a score.

A: a structured reference with valid check digits, or the reference of a direct debit of our own. B: a document's number as a whole
word. C: the payer's account is known, and exactly one combination of open documents gives the amount. D: a name, an amount, a date.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple

from beancount_invoicing.bank.handed_in import Order, numbers_of_orders_of_old, order_of
from beancount_invoicing.bank.open_documents import Receivables, number_of_core
from beancount_invoicing.bank.payments import LateCharge, SettledDocument
from beancount_invoicing.bank.references import is_structured, structured_references
from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.bank.tokens import BOUNDARY, mentions
from beancount_invoicing.messages import _, joined
from beancount_invoicing.model import ZERO

Tier = Literal["A", "B", "C", "D", ""]
Action = Literal["book", "propose", "known", "not-ours", "return"]


class Proposal(NamedTuple):
    """The use of a line of a statement. `book` and `return` need nobody's consent; `propose` does."""

    line: StatementLine
    action: Action
    tier: Tier = ""
    settlements: tuple[SettledDocument, ...] = ()
    """In the order in which they are booked; money beyond them stays on the customer's account."""
    customer: str = ""
    """Main account of the customer whose money it is; "" if nobody is known."""
    evidence: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    unstated_fee: Decimal = ZERO
    """The amount that intermediary banks kept, beside the line's own fee, in the line's currency."""
    charges: tuple[LateCharge, ...] = ()
    """Late interest and indemnities that are paid beside `settlements`, without a claim in the ledger."""


class Naming(NamedTuple):
    """Documents that a line names in one place: this name fits all of `numbers`."""

    numbers: tuple[str, ...]
    tier: Literal["A", "B"]
    sentence: str
    weak: bool = False
    """Digits that could be anything: the amount must agree."""
    order: Order | None = None
    """The order handed to the bank that the line carries out, or returns."""


class Names(NamedTuple):
    """Everything that a line names."""

    namings: tuple[Naming, ...]
    against: tuple[str, ...]
    """Something that was meant to name a document, but does not."""


def names_in(line: StatementLine, known: Receivables) -> Names:
    """The documents that a line names, each once, by its strongest evidence."""
    namings: list[Naming] = []
    against: list[str] = []
    for reference in structured_references(line):
        numbers = number_of_core(known, reference.core)
        if not reference.valid:
            if reference.kind == "ISO 11649" or numbers:
                against.append(_("the check digits of the reference {written} are wrong", written=reference.written))
        elif numbers:
            sentence = _(
                "the {kind} reference {written} belongs to {numbers}",
                kind=reference.kind,
                written=reference.written,
                numbers=_or(numbers),
            )
            namings.append(Naming(numbers, "A", sentence, weak=len(numbers) > 1))
        elif reference.kind != "OCR":
            against.append(_("the reference {written} belongs to no document here", written=reference.written))
    namings += _of_orders(line, known)
    fields = [line.text, *(text for text in line.references if not is_structured(text))]
    if not any(naming.order for naming in namings):
        fields.append(line.end_to_end_id)
    named, unknown = mentions(BOUNDARY.join(fields), known.numbers)
    namings += [
        Naming(
            mention.numbers,
            "B",
            _("“{written}” names {numbers}", written=mention.written, numbers=_or(mention.numbers)),
            mention.weak,
        )
        for mention in named
    ]
    against += [
        _("“{written}” looks like one of your numbers, but no document has it", written=written) for written in unknown
    ]
    return Names(_once(namings), tuple(dict.fromkeys(against)))


def _of_orders(line: StatementLine, known: Receivables) -> list[Naming]:
    """The direct debit, or the payment out, of our own that a line carries out."""
    order = order_of(known.handed_in, line, line.amount + line.fee)
    if order is not None:
        values = {"end_to_end_id": order.end_to_end_id, "day": order.handed_in}
        sentence = (
            _("it is the payment out {end_to_end_id}, handed in on {day}", **values)
            if order.is_payment_out
            else _("it is the direct debit {end_to_end_id}, handed in on {day}", **values)
        )
        return [Naming((order.number,), "A", sentence, order=order)]
    numbers = numbers_of_orders_of_old(line, known.numbers.by_letters_and_digits)
    if not numbers:
        return []
    sentence = _(
        "it is the direct debit {end_to_end_id} under the mandate {mandate}",
        end_to_end_id=line.end_to_end_id,
        mandate=line.mandate,
    )
    return [Naming(numbers, "A", sentence)]


def _once(namings: list[Naming]) -> tuple[Naming, ...]:
    """Each document once: what is named by a reference need not be named again."""
    found: list[Naming] = []
    for naming in namings:
        if not any(set(other.numbers) & set(naming.numbers) for other in found):
            found.append(naming)
    return tuple(found)


def _or(numbers: tuple[str, ...]) -> str:
    return joined(_(" or "), numbers)
