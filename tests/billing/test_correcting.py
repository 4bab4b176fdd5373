"""What cannot be replaced by a corrective invoice, and what it keeps of the one that it replaces."""

from __future__ import annotations

from datetime import date

import pytest

from beancount_invoicing.billing.correcting import CannotCorrect, Correction, _can_be_corrected, _own_order, _own_terms
from beancount_invoicing.model import Book
from tests.documents import document
from tests.ledgers import sound_book

ACME = "Assets:Receivable:Acme"
ACCOUNTS = "2025-01-01 open Expenses:Rounding\n"
WRONG_TEXT = Correction("Wrong text")


def refused(text: str, day: str = "2026-02-01") -> str:
    """Why the first document cannot be corrected on a day; "" if it can be."""
    book = sound_book(ACCOUNTS + text)
    try:
        _can_be_corrected(book, book.invoices[0], WRONG_TEXT, date.fromisoformat(day))
    except CannotCorrect as reason:
        return str(reason)
    return ""


ANEW = ": credit it, bean-invoice credit N1, and bill again, bean-invoice new"
PAID_AT_ONCE = '  Assets:Cash  20.00 EUR\n    settles: "N1"\n  Equity:Opening  -20.00 EUR'
ROUNDED = "  Expenses:Rounding  -0.02 EUR\n    rounding: TRUE\n  Equity:Opening  0.02 EUR"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (document("N1", "100.00"), ""),
        (document("N1", "100.00", more=PAID_AT_ONCE), "N1 was paid at once" + ANEW),
        (document("N1", "100.00", more=ROUNDED), "N1 is rounded" + ANEW),
        (document("N1", "100.00", more=PAID_AT_ONCE + "\n" + ROUNDED), "N1 was paid at once" + ANEW),
        (document("N1", "0.00"), "N1 asks for nothing" + ANEW),
        (
            document("N1", "-100.00"),
            "N1 is a credit note: take it back, bean-invoice credit N1, and credit again",
        ),
    ],
)
def test_what_is_credited_and_billed_again_instead(text: str, reason: str) -> None:
    assert refused(text) == reason


def test_it_is_not_dated_before_what_it_replaces() -> None:
    assert refused(document("N1", "100.00"), "2026-01-31") == ""
    assert "cannot be dated 2026-01-30" in refused(document("N1", "100.00"), "2026-01-30")


def test_a_draft_is_changed() -> None:
    draft = document("draft-1", "100.00").replace(" * ", " ! ")
    assert refused(draft) == "draft-1 is a draft: change it, bean-invoice draft edit draft-1"


# what it says itself ------------------------------------------------------------------------------------------------------


def own(keys: str) -> tuple[str, str, str]:
    """The terms and the order number of its own, and its terms if it had gone to another customer."""
    book: Book = sound_book(document("N1", "100.00", keys=keys))
    (invoice,) = book.invoices
    kiefer = "Assets:Receivable:Kiefer"
    return (
        _own_terms(book, invoice, ACME),
        _own_order(book, invoice, ACME, invoice.date),
        _own_terms(book, invoice, kiefer) + _own_order(book, invoice, kiefer, invoice.date),
    )


@pytest.mark.parametrize(
    ("keys", "terms", "order"),
    [
        ("", "", ""),
        ('terms: "30 days"', "", ""),  # those of the customer
        ('terms: "45 days"', "45 days", ""),
        ('purchase-order: "PO-7"', "", "PO-7"),
    ],
)
def test_what_differs_from_its_customer_s_is_its_own(keys: str, terms: str, order: str) -> None:
    assert own(keys) == (terms, order, "")
