"""What must always hold of taxes on payments, on generated ledgers."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.model import ZERO, Book
from beancount_invoicing.receivables import TaxShare, positions, tax_due
from beancount_invoicing.rules.steps import recompute
from tests.ledgers import book_of

START = date(2026, 1, 1)
AS_OF = (START + timedelta(days=30), START + timedelta(days=75), START + timedelta(days=300))
TAX = """
2025-01-01 custom "invoice-tax" "PAY" "TVA 20 %" Liabilities:VAT
  rate: 20
  due-on: "payment"
  pending: Liabilities:Pending
2025-01-01 open Liabilities:Pending
2025-01-01 open Expenses:Discounts
"""
Part = tuple[date, str]
cents = st.integers(min_value=1, max_value=40000).map(lambda number: Decimal(number) / 100)
early = st.integers(min_value=0, max_value=20).map(lambda day: START + timedelta(days=day))
later = st.integers(min_value=21, max_value=120).map(lambda day: START + timedelta(days=day))


@st.composite
def document(draw: st.DrawFn, number: str, note: bool = False) -> Part:
    """An invoice, whole on account or paid in part at once, or a credit note."""
    day, net = draw(later if note else early), draw(cents)
    tax = (net * 20 / 100).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
    sign = -1 if note else 1
    lines = [f'{day} * "Generated" ^{number}', f'  invoice: "{number}"']
    if note:
        lines.append(f'  corrects: "N{draw(st.integers(0, 2))}"')
    at_once = ZERO if note else min(draw(st.sampled_from((ZERO, ZERO, Decimal(1), Decimal(100)))), net)
    lines.append(f"  Assets:Receivable:Acme  {sign * (net + tax) - at_once} EUR")
    if at_once:
        lines += [f"  Assets:Bank  {at_once} EUR", f'    settles: "{number}"']
    lines += [f"  Income:Services  {-sign * net} EUR", '    text: "Work"', '    tax: "PAY"']
    owed = draw(st.sampled_from((ZERO, Decimal("0.10")))) if at_once and tax > Decimal("0.10") else ZERO
    lines += [f"  Liabilities:Pending  {-sign * tax + owed} EUR", '    tax: "PAY"']
    if owed:
        lines += [f"  Liabilities:VAT  {-owed} EUR", '    tax: "PAY"']
    return day, "\n".join(lines)


@st.composite
def settlement(draw: st.DrawFn) -> Part:
    """A payment, one less a discount with its tax, a write-off, or a debit that bounced."""
    day, amount, name = draw(later), draw(cents), f"N{draw(st.integers(0, 2))}"
    off = (amount * 2 / 100).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
    within = (off / 6).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
    match draw(st.integers(0, 4)):
        case 0:
            return (
                day,
                f'{day} * "Lost" ^{name} #write-off\n  Expenses:BadDebt\n  Assets:Receivable:Acme  {-amount} EUR',
            )
        case 1:
            return day, f'{day} * "Back" ^{name}\n  Assets:Bank\n  Assets:Receivable:Acme  {amount} EUR'
        case 2 if within:
            return day, (
                f'{day} * "Less" ^{name}\n  Assets:Bank  {amount - off} EUR\n  Expenses:Discounts  {off - within} EUR\n'
                f'  Liabilities:Pending  {within} EUR\n    tax: "PAY"\n  Assets:Receivable:Acme  {-amount} EUR'
            )
        case _:
            return day, f'{day} * "Paid" ^{name}\n  Assets:Bank\n  Assets:Receivable:Acme  {-amount} EUR'


@st.composite
def ledgers(draw: st.DrawFn, notes: bool = True) -> tuple[Part, ...]:
    documents = [draw(document(f"N{number}")) for number in range(3)]
    if notes:
        documents += [draw(document(f"C{number}", note=True)) for number in range(draw(st.integers(0, 2)))]
    return (*documents, *draw(st.lists(settlement(), max_size=8)))


def loaded(parts: tuple[Part, ...]) -> Book:
    return book_of(TAX + "\n\n".join(text for _day, text in parts) + "\n")


def plain(shares: tuple[TaxShare, ...]) -> list[tuple[date, str, Decimal, bool, bool]]:
    """Shares without their places in the file."""
    return sorted((share.date, share.number, share.amount, share.is_written_off, share.is_discount) for share in shares)


@given(ledgers())
def test_nothing_later_changes_what_became_due(parts: tuple[Part, ...]) -> None:
    whole = loaded(parts)
    for day in AS_OF:
        before = loaded(tuple(part for part in parts if part[0] <= day))
        assert plain(tax_due(whole, day).tax_shares) == plain(tax_due(before, day).tax_shares)
        assert tax_due(whole, day).totals == tax_due(before, day).totals


@given(ledgers(), st.randoms(use_true_random=False))
def test_the_order_of_the_file_changes_nothing(parts: tuple[Part, ...], chance: random.Random) -> None:
    shuffled = list(parts)
    chance.shuffle(shuffled)
    assert tax_due(loaded(parts), AS_OF[-1]).totals == tax_due(loaded(tuple(shuffled)), AS_OF[-1]).totals


@given(ledgers())
def test_each_share_is_recomputed_from_its_steps(parts: tuple[Part, ...]) -> None:
    for share in tax_due(loaded(parts), AS_OF[-1]).tax_shares:
        assert all(recompute(step) == step.result for step in share.steps)
        assert share.steps[-1].result == share.amount


@given(ledgers(notes=False))
def test_the_whole_tax_is_due_or_lost_once_the_claim_is_settled(parts: tuple[Part, ...]) -> None:
    """And of an open one never more than the whole; what the document books as owed at once counts."""
    book = loaded(parts)
    shares = tax_due(book, AS_OF[-1]).tax_shares
    for position in positions(book, AS_OF[-1]):
        invoice = position.invoice
        straight = -sum(
            (
                movement.amount
                for movement in book.tax_movements
                if movement.to_due_account and movement.number == invoice.number
            ),
            ZERO,
        )
        due = straight + sum((share.amount for share in shares if share.number == invoice.number), ZERO)
        if not position.open:
            assert due == invoice.tax
        elif straight == 0:
            assert 0 <= due <= invoice.tax
