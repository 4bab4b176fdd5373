"""What a posting on a customer's account is outside invoices: a payment, a transfer, or nothing that can be."""

from __future__ import annotations

from decimal import Decimal

import pytest

from beancount_invoicing.receivables import allocate
from tests.documents import document
from tests.ledgers import sound_book

D = Decimal
INVOICES = document("N1", "100.00", day="2026-01-05") + document("N2", "50.00", day="2026-01-06")


def settled(text: str, invoices: str = INVOICES) -> dict[str, Decimal]:
    """What is open of each document in the end."""
    book = sound_book(invoices + text)
    result: dict[str, Decimal] = {}
    for claim in allocate(book, book.last_date).open_items:
        result[claim.invoice.number] = result.get(claim.invoice.number, D()) + claim.open
    return result


def test_one_payment_on_two_accounts_of_one_customer_is_a_payment() -> None:
    paid = """2026-02-01 * "Acme" "Paid" ^N1 ^N2
  Assets:Bank  180.00 EUR
  Assets:Receivable:Acme  -120.00 EUR
  Assets:Receivable:Acme:Doubtful  -60.00 EUR
"""
    book = sound_book(INVOICES + paid)
    assert [payment.amount for payment in book.payments] == [D("-120.00"), D("-60.00")]
    assert book.transfers == ()
    doubtful = INVOICES.replace("Acme  60.00", "Acme:Doubtful  60.00")
    assert settled(paid, doubtful) == {"N1": 0, "N2": 0}
    text = paid.replace(" ^N1 ^N2", "").replace("-120.00 EUR", '-120.00 EUR\n    settles: "N1"')
    assert settled(text.replace("-60.00 EUR", '-60.00 EUR\n    settles: "N2"'), doubtful) == {"N1": 0, "N2": 0}


def test_what_nets_to_nothing_between_two_accounts_is_a_transfer() -> None:
    moved = """2026-02-01 * "Doubtful" ^N1
  Assets:Receivable:Acme  -120.00 EUR
  Assets:Receivable:Acme:Doubtful  120.00 EUR
"""
    book = sound_book(INVOICES + moved)
    assert book.payments == ()
    assert [transfer.customer for transfer in book.transfers] == ["Assets:Receivable:Acme"]
    assert settled(moved) == {"N1": D("120.00"), "N2": D("60.00")}
    alone = moved.replace(":Doubtful", "")
    assert len(sound_book(INVOICES + alone).transfers) == 1
    with_money = alone + "  Assets:Bank  1.00 EUR\n  Assets:Cash  -1.00 EUR\n"
    book = sound_book(INVOICES + with_money)
    assert book.transfers == ()
    assert len(book.payments) == 2
    lost = moved.replace("^N1", "^N1 #write-off")
    assert sound_book(INVOICES + lost).transfers == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '2026-02-01 * "Paid"\n  Assets:Bank  120.00 EUR\n  Assets:Receivable:Acme  -120.00 EUR\n    settles: '
            '"N1"\n',
            "",
        ),
        (
            '2026-02-01 * "Paid"\n  Assets:Bank  120.00 EUR\n    settles: "N1"\n  Assets:Receivable:Acme  '
            "-120.00 EUR\n",
            'key-place: settles: "N1" is on Assets:Bank, where it settles nothing: write it below',
        ),
        (
            '2026-02-01 * "Paid" ^N1\n  Assets:Bank  120.00 EUR\n    settles: "N1"\n  Assets:Receivable:Acme  '
            "-120.00 EUR\n",
            "",
        ),
        (
            '2026-02-01 * "Paid"\n  Assets:Bank  120.00 EUR\n  Assets:Receivable:Kiefer  -120.00 EUR\n    '
            'settles: "N1"\n',
            "other-customer: settles: N1 is an invoice of Acme SAS, not of this account's customer",
        ),
        (
            '2026-02-01 * "Paid" ^N1\n  Assets:Bank  120.00 EUR\n  Assets:Receivable:Kiefer  -120.00 EUR\n',
            "other-customer: ^N1 links to N1, an invoice of Acme SAS, but this transaction does not touch that "
            "customer's account",
        ),
        (
            '2026-02-01 * "Paid" ^N1\n  Assets:Bank  120.00 EUR\n  Assets:Receivable:Kiefer  -60.00 EUR\n'
            "  Assets:Receivable:Acme  -60.00 EUR\n",
            "",
        ),
        (
            document("draft-1", "10.00").replace(" * ", " ! ", 1)
            + '2026-02-01 * "Paid"\n  Assets:Bank  12.00 EUR\n  Assets:Receivable:Acme  -12.00 EUR\n    settles: '
            '"draft-1"\n',
            "settles-nothing: settles: draft-1 is a draft: there is nothing to settle",
        ),
        (
            document("draft-1", "10.00").replace(" * ", " ! ", 1)
            + '2026-02-01 * "Paid" ^draft-1\n  Assets:Bank  12.00 EUR\n  Assets:Receivable:Acme  -12.00 EUR\n',
            "link-nothing: ^draft-1 names draft-1, a draft: it settles nothing before the draft is issued",
        ),
        (
            '2026-01-07 * "x"\n  invoice: "V1"\n  kind: "void"\n'
            '2026-02-01 * "Paid" ^V1\n  Assets:Bank  12.00 EUR\n  Assets:Receivable:Acme  -12.00 EUR\n',
            "link-nothing: ^V1 names V1, which is void: there is nothing to settle; name another",
        ),
        (
            '2026-01-07 * "x"\n  invoice: "V1"\n  kind: "void"\n'
            '2026-02-01 * "Paid"\n  Assets:Bank  12.00 EUR\n  Assets:Receivable:Acme  -12.00 EUR\n    settles: "V1"\n',
            "settles-nothing: settles: V1 is void: there is nothing to settle",
        ),
    ],
)
def test_what_a_payment_may_name(text: str, expected: str) -> None:
    found = [f"{finding.rule}: {finding.message}" for finding in sound_book(INVOICES + text).findings]
    assert len(found) == bool(expected), found
    assert "".join(found).startswith(expected)


def test_a_number_or_link_that_no_document_has_is_kept_with_what_it_stands_on() -> None:
    paid = (
        '2026-02-01 * "Paid" ^F9\n  Assets:Bank  12.00 EUR\n  Assets:Receivable:Acme  -12.00 EUR\n    settles: "F8"\n'
    )
    unmatched = sound_book(INVOICES + paid).unmatched
    assert sorted(
        (unknown.name, unknown.key, [payment.amount for payment in unknown.payments]) for unknown in unmatched
    ) == [
        ("F8", "settles", [D("-12.00")]),
        ("F9", "link", [D("-12.00")]),
    ]
    assert (
        sound_book(INVOICES + '2026-02-01 * "Coffee" ^F9\n  Assets:Bank  -1.00 EUR\n  Expenses:Office\n').unmatched
        == ()
    )


def test_the_instalment_and_the_words_of_a_payment() -> None:
    paid = (
        '2026-02-01 * "Acme" "First half" ^N1\n  Assets:Bank  60.00 EUR\n  Assets:Receivable:Acme  -60.00 EUR\n'
        "    instalment: 1\n  Assets:Receivable:Acme  0.00 EUR\n"
    )
    (payment,) = sound_book(INVOICES + paid).payments
    assert (payment.instalment, payment.narration, payment.links, payment.settles) == (1, "First half", ("N1",), ())
    own = paid.replace("    instalment: 1\n", '    settles: "N2"\n')
    (payment,) = sound_book(INVOICES + own).payments
    assert (payment.links, payment.settles) == ((), ("N2",))  # what the posting says wins
