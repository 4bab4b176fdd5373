"""What credit notes give back of the documents that they correct, and which claims for late interest are given back whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount_invoicing.model import ZERO, Book, Invoice


class Credited(NamedTuple):
    """A credit note, what was left to credit of the documents that it corrects, and what then is left of each, by number."""

    note: Invoice
    available: Decimal
    left: Mapping[str, Decimal]


def credited(invoices: Iterable[Invoice], known: Mapping[str, Invoice]) -> Iterator[Credited]:
    """The credit notes that correct something, in the order of `invoices`; drafts give nothing back.

    `known`: each document that is corrected, by number. A credit note of several takes them in the order in which it names them.
    """
    left: dict[str, Decimal] = {}
    for note in invoices:
        if note.kind != "credit-note" or not note.corrects or note.draft:
            continue
        for number in note.corrects:
            other = known[number]
            left.setdefault(number, other.payable if other.kind == "opening" else other.asked)
        available = sum((left[number] for number in note.corrects), ZERO)
        rest = -note.asked
        for number in note.corrects:
            used = min(rest, max(left[number], ZERO))
            left[number] -= used
            rest -= used
        yield Credited(note, available, {number: left[number] for number in note.corrects})


def given_back(invoices: Iterable[Invoice], known: Mapping[str, Invoice]) -> dict[str, date]:
    """The claims for late interest that credit notes give back whole, by number: from which day on (inclusive).

    A part that is given back does not say which days it is for: such a claim is not here.
    """
    result: dict[str, date] = {}
    for one in credited(invoices, known):
        for number, left in one.left.items():
            if known[number].kind == "claim" and left <= 0:
                result.setdefault(number, one.note.since)
    return result


def for_late_payment(book: Book, invoice: Invoice) -> bool:
    """Whether a document is a claim for late interest, or gives back nothing but claims: no supply stands behind it, and no tax."""
    if invoice.kind == "claim" or invoice.taxes or not invoice.corrects:
        return invoice.kind == "claim"
    corrected = [book.invoice(number) for number in invoice.corrects]
    return all(one is not None and one.kind == "claim" for one in corrected)
