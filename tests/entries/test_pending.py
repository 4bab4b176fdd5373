"""Taxes that wait until they are paid: what an entry adds to them, moves, loses, or takes over."""

from __future__ import annotations

import pytest

from tests.ledgers import sound_book

TAXES = """
2025-01-01 open Liabilities:Pending20
2025-01-01 open Liabilities:Pending10
2025-01-01 open Income:Exchange
2025-01-01 custom "invoice-tax" "ENC20" "TVA 20 %" Liabilities:VAT
  rate: 20
  due-on: "payment"
  pending: Liabilities:Pending20
2025-01-01 custom "invoice-tax" "ENC10" "TVA 10 %" Liabilities:VAT
  rate: 10
  due-on: "payment"
  pending: Liabilities:Pending10
"""


def moved(*postings: str, tag: str = "") -> list[tuple[str, str, str]]:
    """What an entry moves: code, what leaves the pending account, what reaches the other."""
    text = f'2026-02-28 * "VAT"{tag}\n' + "".join(
        f"  {posting.replace('|', chr(10) + '    ')}\n" for posting in postings
    )
    return sorted(
        (move.code, str(move.amount) + (" lost" if move.write_off else ""), str(move.reached_due_account))
        for move in sound_book(TAXES + text).tax_movements
    )


P20, P10, VAT, ACME = "Liabilities:Pending20", "Liabilities:Pending10", "Liabilities:VAT", "Assets:Receivable:Acme"


@pytest.mark.parametrize(
    ("postings", "wanted"),
    [
        pytest.param([f"{P20} 20.00 EUR", f"{VAT} -20.00 EUR"], [("ENC20", "20.00", "20.00")], id="as much"),
        pytest.param([f"{P20} -20.00 EUR", f"{VAT} 20.00 EUR"], [("ENC20", "-20.00", "-20.00")], id="taken back"),
        pytest.param(
            [f"{P20} 20.00 EUR", f"{P10} 10.00 EUR", f"{VAT} -30.00 EUR"],
            [("ENC20", "20.00", "20.00"), ("ENC10", "10.00", "10.00")],
            id="both in one posting",
        ),
        pytest.param(
            [f"{P20} -20.00 EUR", f"{P10} -10.00 EUR", f"{VAT} 30.00 EUR"],
            [("ENC20", "-20.00", "-20.00"), ("ENC10", "-10.00", "-10.00")],
            id="both taken back",
        ),
        pytest.param(
            [f"{P20} 20.00 EUR", f"{P10} 10.00 EUR", f"{VAT} -28.00 EUR", "Income:Exchange -2.00 EUR"],
            [("ENC20", "20.00", "18.00"), ("ENC10", "10.00", "10.00")],
            id="the last one has what is missing",
        ),
        pytest.param(
            [f"{P20} 20.00 EUR", f"{P10} 10.00 EUR", f"{VAT} -33.00 EUR", "Income:Exchange 3.00 EUR"],
            [("ENC20", "20.00", "23.00"), ("ENC10", "10.00", "10.00")],
            id="and what is too much",
        ),
        pytest.param(
            [
                f"{P20} 20.00 EUR",
                f"{P10} 10.00 EUR",
                f'{VAT} -12.00 EUR|tax: "ENC10"',
                f'{VAT} -18.00 EUR|tax: "ENC20"',
            ],
            [("ENC20", "20.00", "18.00"), ("ENC10", "10.00", "12.00")],
            id="each by its code",
        ),
        pytest.param(
            [f"{P20} 20.00 EUR", f"{VAT} -21.00 EUR", "Income:Exchange 1.00 EUR"],
            [("ENC20", "20.00", "21.00")],
            id="a loss on the exchange",
        ),
        pytest.param(
            [f"{P20} 20.00 EUR", "Assets:Bank -20.00 EUR"],
            [("ENC20", "20.00", "20.00")],
            id="paid to the state at once",
        ),
        pytest.param(
            [f'{VAT} 1.00 EUR|tax: "ENC20"', "Income:Exchange -1.00 EUR"],
            [("ENC20", "0", "-1.00")],
            id="a difference that never waited",
        ),
        pytest.param([f'{VAT} 1.00 EUR|tax: "ENC20"', "Assets:Bank -1.00 EUR"], [], id="the tax paid to the state"),
        pytest.param([f"{VAT} 1.00 EUR", "Income:Exchange -1.00 EUR"], [], id="a posting of no code"),
        pytest.param([f"{P20} 0.00 EUR", "Income:Exchange 0.00 EUR"], [], id="nothing"),
    ],
)
def test_what_moves(postings: list[str], wanted: list[tuple[str, str, str]]) -> None:
    assert moved(*postings) == sorted(wanted)


@pytest.mark.parametrize(
    ("postings", "wanted"),
    [
        ([f"{ACME} -120.00 EUR", "Expenses:BadDebt 100.00 EUR", f"{P20} 20.00 EUR"], [("ENC20", "20.00 lost", "0")]),
        (  # a quarter was paid: its tax is due, the rest is lost
            [
                f"{ACME} -120.00 EUR",
                "Assets:Bank 30.00 EUR",
                "Expenses:BadDebt 75.00 EUR",
                f"{P20} 20.00 EUR",
                f"{VAT} -5.00 EUR",
            ],
            [("ENC20", "5.00", "5.00"), ("ENC20", "15.00 lost", "0")],
        ),
        (  # a loss that is taken back and paid at once
            [
                f"{ACME} 120.00 EUR",
                f"{ACME} -120.00 EUR",
                "Assets:Bank 120.00 EUR",
                "Expenses:BadDebt -100.00 EUR",
                f'{VAT} -20.00 EUR|tax: "ENC20"',
            ],
            [("ENC20", "20.00", "20.00"), ("ENC20", "-20.00 lost", "0")],
        ),
    ],
)
def test_what_is_lost(postings: list[str], wanted: list[tuple[str, str, str]]) -> None:
    assert moved(*postings, tag=" #write-off") == sorted(wanted)


def test_what_stands_against_equity_comes_from_older_books() -> None:
    text = f'2026-01-01 * "Opening"\n  {P20}  -20.00 EUR\n  Equity:Opening  20.00 EUR\n'
    (move,) = sound_book(TAXES + text).tax_movements
    assert (str(move.amount), move.taken_over) == ("-20.00", True)
    text = f'2026-01-01 * "Moved"\n  {P20}  20.00 EUR\n  {VAT}  -20.00 EUR\n  Equity:Opening  0.00 EUR\n'
    (move,) = sound_book(TAXES + text).tax_movements
    assert (str(move.amount), move.taken_over) == ("20.00", False)


def test_what_a_payment_in_another_currency_makes_due_is_worth_what_reached_the_account() -> None:
    text = f"""2026-02-28 * "Acme" "Paid"
  {ACME}  -120.00 USD @ 0.90 EUR
  Assets:Bank  105.60 EUR
  Income:Exchange  2.00 EUR
  {P20}  18.00 EUR
  {VAT}  -17.60 EUR
"""
    (move,) = sound_book(TAXES + text).tax_movements
    assert (str(move.amount), str(move.reached_due_account), len(move.customer_postings)) == ("18.00", "17.60", 1)


def test_a_pad_moves_nothing() -> None:
    text = f"2026-01-01 pad {P20} Equity:Opening\n2026-01-02 balance {P20}  -20.00 EUR\n"
    assert sound_book(TAXES + text).tax_movements == ()
