"""Credit notes, entry by entry: of lines, units, days, prices, sums and time. Each stands under written/ as a user sees it.

`pytest --update tests/billing/test_credits.py` writes them anew, for a person to read in the diff. What is written is checked as
well: nothing may be wrong in a ledger that has it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from beancount_invoicing import billing
from beancount_invoicing.billing import CannotCompose
from beancount_invoicing.billing.credit_notes import CreditLine, CreditRequest, credit_note
from beancount_invoicing.checks import check
from beancount_invoicing.model import Book
from beancount_invoicing.receivables import allocate
from beancount_invoicing.writing import text
from tests.ledgers import sound_book

D = Decimal
WRITTEN = Path(__file__).parent / "written"
SOLD = """
2025-01-01 open Assets:Receivable:Acme:Retention
2026-01-02 * "Acme SAS" "Sold" ^S1
  invoice: "S1"
  purchase-order: "PO 7"
  Assets:Receivable:Acme  925.54 EUR
    due: 2026-02-01
  Assets:Receivable:Acme:Retention  48.71 EUR
    due: 2027-01-02
  Income:Services  -630.00 EUR
    text: "Advice"
    quantity: 7
    unit: "day"
    price: 100.00
    discount: 10
    tax: "FR20"
  Income:Services  -21.71 EUR
    text: "Pens"
    quantity: 12
    price-with-tax: 1.99
    tax: "FR10"
  Income:Services  -50.00 EUR
    text: "Set-up"
    tax: "FR20"
  Income:Services  -200.00 EUR
    text: "Advice"
    quantity: 2
    price: 100.00
    tax: "FR20"
  Income:Discounts  88.00 EUR
    allowance: "Loyal"
    tax: "FR20"
  Income:Discounts  0.03 EUR
    rounding: TRUE
  Liabilities:VAT  -158.40 EUR
    tax: "FR20"
  Liabilities:VAT  -2.17 EUR
    tax: "FR10"
"""
SOLD += "".join(
    f"""
{day} {flag} "Acme SAS" "Work" ^{number}
  invoice: "{number}"
{more}  Assets:Receivable:Acme  120.00 EUR
  {line}
"""
    for day, flag, number, more, line in (
        ("2026-02-02", "*", "S2", "", 'Income:Services  -120.00 EUR\n    text: "Work"\n    tax: "REVERSE"'),
        ("2026-02-03", "*", "S3", "", 'Income:Services  -120.00 EUR\n    text: "Work"\n    tax: "REVERSE"'),
        ("2026-01-03", "!", "draft-1", "", 'Income:Services  -120.00 EUR\n    text: "Work"\n    tax: "REVERSE"'),
        ("2026-01-01", "*", "O1", '  kind: "opening"\n', "Equity:Opening"),
    )
)
SOLD += """
2026-02-01 * "Acme SAS" "A stay" ^S4
  invoice: "S4"
  Assets:Receivable:Acme  600.00 EUR
  Income:Services  -80.00 EUR
    text: "Train"
    tax: "FR20"
    expense: 2026-01-05
    cost: 80.00
    from: 2026-01-05
    to: 2026-01-06
  Income:Services  -420.00 EUR
    text: "Stay"
    tax: "FR20"
    from: 2026-01-05
    to: 2026-01-08
  Liabilities:VAT  -100.00 EUR
    tax: "FR20"
"""
CONTRACTS = """
2025-01-01 commodity HOUR
2025-01-01 open Assets:Time HOUR
2025-01-01 open Equity:Time HOUR
2025-01-01 custom "invoice-option" "deposit-account" Liabilities:Deposits
2025-01-01 custom "invoice-option" "default-tax" "FR20"
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "RENT" "subscription"
  text: "Rent"
  account: Income:Services
  every: "month"
  price: 310.00
  prorate: TRUE
  group: "rent"
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "CARE" "subscription"
  text: "Care"
  account: Income:Services
  every: "month"
  price: 50.00
  group: "rent"
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "T" "time"
  item: "DEV"
  time: Assets:Time
  group: "time"
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "LUMP" "time"
  text: "Audit"
  item: "DEV"
  price: 1234.56
  time: Assets:Time:Lump
  cap: 1000.00
  group: "lump"
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "HOUSE" "fixed"
  text: "House"
  account: Income:Services
  price: 10000.00
  group: "house"
2026-01-02 custom "invoice-milestone" "HOUSE" "Deposit"
  percent: 20
  deposit: TRUE
2026-01-31 custom "invoice-milestone" "HOUSE" "Walls"
  percent: 60
2025-01-01 open Assets:Time:Lump HOUR
2026-01-10 * "Work"
  Assets:Time  5.5 HOUR
  Equity:Time
2026-01-12 * "Work"
  Assets:Time:Lump  6 HOUR
  Equity:Time
2026-01-15 * "Train"
  Expenses:Office  80.00 EUR
    billable: "T"
  Assets:Bank
"""


def book_of(ledger: str) -> Book:
    """A Book in which nothing is wrong."""
    found = sound_book(ledger)
    assert [str(finding) for finding in check(found) if finding.severity == "error"] == []
    return found


@cache
def ledger() -> str:
    """What was sold by hand, and what contracts billed: the house's deposit first, then all else."""
    result = CONTRACTS + SOLD
    for day in (date(2026, 1, 2), date(2026, 1, 31)):
        book = book_of(result)
        documents, _notices = billing.compose_drafts(
            book, billing.unbilled_lines(book, day)[0], day, billing.next_numbers(book)
        )
        result += "\n" + "\n".join(text.document_transaction(document) for document in documents)
    return result


@cache
def begin() -> Book:
    """The Book of it."""
    return book_of(ledger())


def number_of(contract: str) -> str:
    """The last document that bills a contract; what is no contract is a number."""
    return next(
        (
            invoice.number
            for invoice in reversed(begin().invoices)
            if any(line.contract == contract for line in invoice.lines)
        ),
        contract,
    )


def lines(*those: CreditLine, reopen: bool = False) -> CreditRequest:
    return CreditRequest("", those, reopen=reopen)


def days(start: int | None, end: int | None, reopen: bool = False, *those: CreditLine) -> CreditRequest:
    return CreditRequest(
        "", those, reopen=reopen, start=date(2026, 1, start) if start else None, end=date(2026, 1, end) if end else None
    )


def less(amount: str, tax: str = "", note: str = "Too late") -> CreditRequest:
    return CreditRequest("", note=note, amount=D(amount), tax=tax)


ALL = CreditRequest("", note="Cancelled")
CASES: dict[str, tuple[str, Sequence[CreditRequest]]] = {
    "all-of-it": ("S1", (ALL,)),
    "units": ("S1", (lines(CreditLine(1, D(2)), CreditLine(2, D(5))), lines(CreditLine(1), CreditLine(4)), ALL)),
    "pens-one-by-one": ("S1", (lines(CreditLine(2, D(1))), lines(CreditLine(2, D(1))), lines(CreditLine(2)))),
    "line-without-quantity": ("S1", (lines(CreditLine(3)), lines(CreditLine(3)))),
    "price-difference": (
        "S1",
        (lines(CreditLine(4, D(1), D(5))), lines(CreditLine(2, None, D("0.5"))), lines(CreditLine(4)), ALL),
    ),
    "on-its-own-day": ("S2", (ALL,)),
    "sum": ("S1", (less("100.00"), less("600.00", "FR20"), ALL)),
    "rent": ("RENT", (ALL,)),
    "rent-days": ("RENT", (days(10, 14, False, CreditLine(1)), days(12, 20, False, CreditLine(1)), days(None, None))),
    "rent-from": ("RENT", (days(22, None),)),
    "rent-to": ("RENT", (days(None, 3, False, CreditLine(2)),)),
    "stay-days": ("S4", (days(5, 5, False, CreditLine(1)), days(8, 9), days(5, 8))),
    "rent-days-again": ("RENT", (days(22, 31, True, CreditLine(1)),)),
    "rent-whole-again": ("RENT", (lines(CreditLine(1), CreditLine(2), reopen=True), lines(CreditLine(1), reopen=True))),
    "rent-all-days": ("RENT", (days(1, 31, True),)),
    "time": ("T", (lines(CreditLine(1, D(2)), reopen=True), lines(CreditLine(1), reopen=True))),
    "time-and-train": ("T", (ALL._replace(reopen=True),)),
    "lump": ("LUMP", (ALL._replace(reopen=True),)),
    "house": ("HOUSE", (lines(CreditLine(1, D("0.5"))), ALL)),
    "house-again": ("HOUSE", (lines(CreditLine(1), reopen=True),)),
    # refused
    "before-its-day": ("S3", (ALL, lines(CreditLine(1)))),
    "a-draft": ("draft-1", (ALL,)),
    "an-open-item": ("O1", (ALL,)),
    "twice": ("S1", (lines(CreditLine(1), CreditLine(1)),)),
    "no-such-line": ("S1", (lines(CreditLine(0)),)),
    "beyond-the-last": ("S1", (lines(CreditLine(5)),)),
    "too-many": ("S1", (lines(CreditLine(1, D("7.01"))), lines(CreditLine(1, D(3))), lines(CreditLine(1, D(5))))),
    "none": ("S1", (lines(CreditLine(1, D(0))),)),
    "no-quantity": ("S1", (lines(CreditLine(3, D(1))),)),
    "more-than-the-price": ("S1", (lines(CreditLine(4, None, D("100.01"))), lines(CreditLine(4, None, D(0))))),
    "sum-beyond": ("S1", (less("813.72"), less("0.00"), less("1.001"), less("21.72", "FR10"), less("5.00", "REVERSE"))),
    "sum-of-lines": (
        "S1",
        (less("1.00")._replace(lines=(CreditLine(1),)), less("1.00")._replace(reopen=True), less("1.00", note="")),
    ),
    "after-all": ("S1", (ALL, ALL, less("1.00"))),
    "part-again": ("RENT", (days(1, 3, True, CreditLine(2)), days(1, 3), ALL._replace(reopen=True))),
    "days-of-time": ("T", (days(1, 12, False, CreditLine(1)), days(1, 12))),
    "days-of-units": ("RENT", (days(1, 12, False, CreditLine(1, D(1))), days(12, 1), days(None, None, False))),
    "no-days": ("RENT", (ALL._replace(start=date(2026, 2, 1)),)),
    "no-period": ("S1", (days(1, 12, False, CreditLine(1)),)),
    "part-of-lump": ("LUMP", (lines(CreditLine(1, D("0.5")), reopen=True),)),
    "part-of-milestone": ("HOUSE", (lines(CreditLine(1, D("0.5")), reopen=True),)),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_written(name: str, update: bool) -> None:
    about, several = CASES[name]
    number, there, said, written = number_of(about), ledger(), "", 0
    for place, wanted in enumerate(several, 1):
        day = date(2026, 2, 1) + timedelta(days=place)
        found = book_of(there) if written else begin()
        invoice = found.invoice(number)
        assert invoice
        claims = [item for item in allocate(found, day).open_items if item.invoice is invoice]
        try:
            draft, notices = credit_note(found, invoice, claims, wanted._replace(number=number), day)
        except CannotCompose as error:
            said += f"; refused: {_anywhere(error)}\n"
            continue
        written += 1
        entry = text.document_transaction(draft._replace(number=f"A2026-{written:04}"))
        there += f"\n{entry}"
        said += "".join(f"; {_anywhere(notice)}\n" for notice in notices) + entry + "\n"
    if written:
        book_of(there)
    file = WRITTEN / f"{name}.txt"
    if update:
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")


def test_a_line_of_a_contract_that_is_gone_is_given_back_as_it_is() -> None:
    gone = sound_book(SOLD.replace('    text: "Set-up"', '    text: "Set-up"\n    contract: "GONE"'))
    invoice = gone.invoice("S1")
    assert invoice
    wanted = lines(CreditLine(3), reopen=True)._replace(number="S1")
    draft, _notices = credit_note(gone, invoice, (), wanted, date(2026, 2, 1))
    assert [(line.text, line.net, line.contract, line.time_releases) for line in draft.lines][:1] == [
        ("Set-up", D("-50.00"), "GONE", ())
    ]


def _anywhere(message: object) -> str:
    """A message without the lines of this file's ledger."""
    return re.sub(r"<string>:\d+", "ledger", str(message))


def test_nothing_that_is_written_is_left_over() -> None:
    assert {file.stem for file in WRITTEN.iterdir()} == {*CASES}


@pytest.mark.parametrize(
    ("paid", "credited"),
    [
        ("600.00", {"Acme": "-342.00", "Acme:Retention": "-18.00"}),
        ("912.00", {"Acme": "-342.00", "Acme:Retention": "-18.00"}),  # 228.00 are open beside the retention
        ("0.00", {"Acme": "-342.00", "Acme:Retention": "-18.00"}),
    ],
)
def test_a_retention_goes_down_by_its_own_percentage(paid: str, credited: dict[str, str]) -> None:
    """5 % of 1200.00 are kept back; 5 % of 840.00 stay kept back after a credit note of 360.00, whatever was paid by then."""
    payment = f"""
2026-01-20 * "Acme SAS" "Paid" ^K1
  Assets:Bank  {paid} EUR
  Assets:Receivable:Acme  -{paid} EUR
"""
    kept = sound_book(
        """
2025-01-01 open Assets:Receivable:Acme:Retention
2026-01-01 custom "invoice-contract" Assets:Receivable:Acme "ROOF" "fixed"
  text: "Roof"
  account: Income:Services
  price: 1000.00
  tax: "FR20"
  retention: 5
  retention-account: Assets:Receivable:Acme:Retention
2026-01-02 custom "invoice-milestone" "ROOF" "All"
  percent: 100
2026-01-02 * "Acme SAS" "Roof" ^K1
  invoice: "K1"
  Assets:Receivable:Acme  1140.00 EUR
  Assets:Receivable:Acme:Retention  60.00 EUR
    retained: "ROOF"
  Income:Services  -1000.00 EUR
    text: "Roof"
    contract: "ROOF"
    milestone: 2026-01-02
    quantity: 1
    price: 1000.00
    tax: "FR20"
  Liabilities:VAT  -200.00 EUR
    tax: "FR20"
"""
        + (payment if Decimal(paid) else "")
    )
    invoice, day = kept.invoice("K1"), date(2026, 2, 1)
    assert invoice
    claims = [item for item in allocate(kept, day).open_items if item.invoice is invoice]
    draft, _notices = credit_note(kept, invoice, claims, less("300.00")._replace(number="K1"), day)
    assert {item.account.removeprefix("Assets:Receivable:"): str(item.amount) for item in draft.receivables} == credited
