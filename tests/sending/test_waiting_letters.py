"""Which letter that waits is the one that is proposed again."""

from __future__ import annotations

from datetime import date

import pytest

from beancount_invoicing.dunning import propose
from beancount_invoicing.sending.waiting_letters import covers_proposal, letters_waiting
from tests.documents import document
from tests.ledgers import sound_book

WAITING = (
    '2026-03-01 note Assets:Receivable:Acme "By e-mail" ^N1\n  event: "prepared"\n  sends: "reminder"\n  level: 1\n'
    '  message-id: "<1@atelier.example>"\n'
)
TAKEN_OVER = (
    '2026-03-10 * "Taken over" ^N1\n  Assets:Receivable:Acme  -120.00 EUR\n  Assets:Receivable:Kiefer  120.00 EUR\n'
)


@pytest.mark.parametrize(("more", "customer", "covered"), [("", "Acme SAS", True), (TAKEN_OVER, "Kiefer GmbH", False)])
def test_a_letter_that_waits_is_none_to_who_took_the_invoice_over(more: str, customer: str, covered: bool) -> None:
    day = date(2026, 3, 20)
    book = sound_book(document("N1", "100.00", day="2026-01-05") + WAITING + more)
    (waiting,) = letters_waiting(book, day)
    (proposal,) = propose(book, day)
    assert proposal.customer.name == customer
    assert covers_proposal(waiting, proposal) == covered
