"""Which documents nothing says of that they were sent."""

from __future__ import annotations

from datetime import date

import pytest

from beancount_invoicing.sending.invoice_dispatches import unsent_numbers
from tests.documents import document
from tests.ledgers import sound_book

BOOKS = (
    document("N1", "100.00", day="2026-01-10", keys="to-send: TRUE")
    + document("N2", "100.00", day="2026-01-20")
    + document("N3", "100.00", day="2026-01-25")
    + document("N4", "100.00", day="2026-01-31")
    + document("draft-1", "100.00", day="2026-01-31").replace(" * ", " ! ")
    + '2026-01-26 note Assets:Receivable:Acme "By e-mail" ^N3\n  event: "sent"\n'
)


@pytest.mark.parametrize(
    ("since", "until", "with_marked", "numbers"),
    [
        ("2026-01-01", "2026-01-31", False, ["N1", "N2", "N4"]),
        ("2026-01-20", "2026-01-31", False, ["N2", "N4"]),  # both days inclusive
        ("2026-01-21", "2026-01-30", False, []),
        ("2026-01-20", "2026-01-31", True, ["N1", "N2", "N4"]),  # an earlier one that is marked too
        (None, "2026-01-31", False, []),
        (None, "2026-01-31", True, ["N1"]),
        (None, "2026-01-10", True, ["N1"]),
        (None, "2026-01-09", True, []),
    ],
)
def test_the_documents_of_these_days_and_the_marked_that_were_not_sent(
    since: str | None, until: str, with_marked: bool, numbers: list[str]
) -> None:
    first = date.fromisoformat(since) if since else None
    assert list(unsent_numbers(sound_book(BOOKS), first, date.fromisoformat(until), with_marked=with_marked)) == numbers
