"""The statements of the example business agree with its ledger, and with each other."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from functools import cache

import pytest
from beancount import loader
from beancount.core.data import Transaction
from stdnum import iban

from beancount_invoicing.bank.statement_checks import adds_up, check_statements
from beancount_invoicing.bank.statements import Statement
from beancount_invoicing.statement_files import read_statement_file
from tests.ledgers import EXAMPLE
from tests.statement_files import example_statements
from tests.statement_files.example_statements import NOT_BOOKED_YET, months, statement_files

FOLDER = EXAMPLE.parent / "statements"


@cache
def statement(name: str) -> Statement:
    (read,) = read_statement_file(FOLDER / name)
    return read


def test_the_files_are_what_the_script_writes(update: bool) -> None:
    if update:
        for name, text in statement_files().items():
            (FOLDER / name).write_bytes(text.encode("ascii"))
    assert {path.name: path.read_text(encoding="ascii") for path in FOLDER.iterdir()} == statement_files()


@pytest.mark.parametrize("suffix", ["xml", "txt", "ofx"])
def test_each_format_adds_up_and_goes_on(suffix: str) -> None:
    october, november = statement(f"2026-10.{suffix}"), statement(f"2026-11.{suffix}")
    assert check_statements([october, november]) == ()
    assert october.iban == november.iban == example_statements.IBAN
    assert (october.closing, november.until) == (Decimal("73929.71"), date(2026, 11, 30))
    assert adds_up(november) is (None if suffix == "ofx" else True)


@pytest.mark.parametrize("suffix", ["txt", "ofx"])
@pytest.mark.parametrize("month", months(), ids=lambda month: month.name)
def test_the_formats_say_the_same(month: example_statements.Month, suffix: str) -> None:
    camt, other = statement(f"{month.name}.xml"), statement(f"{month.name}.{suffix}")
    assert [(line.date, line.amount) for line in other.lines] == [(line.date, line.amount) for line in camt.lines]
    if suffix == "ofx":
        assert [line.bank_id for line in other.lines] == [line.bank_id for line in camt.lines]
    else:
        assert [line.payer for line in other.lines] == [line.payer for line in camt.lines]
        assert [(line.text, line.fee, line.ordered_amount, line.is_return, line.mandate) for line in other.lines] == [
            (line.text, line.fee, line.ordered_amount, line.is_return, line.mandate) for line in camt.lines
        ]


def test_the_ledger_has_all_but_what_is_not_booked_yet() -> None:
    entries, _errors, _options = loader.load_file(str(EXAMPLE))
    booked: Counter[tuple[date, Decimal]] = Counter()
    before = Decimal(0)
    for entry in entries:
        if isinstance(entry, Transaction):
            for posting in entry.postings:
                if (
                    posting.account == "Assets:Banque"
                    and posting.units is not None
                    and posting.units.number is not None
                ):
                    if entry.date >= date(2026, 10, 1):
                        booked[entry.date, posting.units.number] += 1
                    else:
                        before += posting.units.number
    lines = Counter(
        (line.date, line.amount) for name in ("2026-10.xml", "2026-11.xml") for line in statement(name).lines
    )
    assert statement("2026-10.xml").opening == before
    assert lines - booked == Counter((one.day, one.amount) for one in NOT_BOOKED_YET)
    assert not booked - lines


def test_a_returned_debit_a_fee_and_a_foreign_payment_are_there() -> None:
    november = statement("2026-11.xml")
    (returned,) = [line for line in november.lines if line.is_return]
    assert (returned.return_reason, returned.fee, returned.amount) == ("AM04", Decimal("12.50"), Decimal("-480.50"))
    assert [(line.payer, line.fee) for line in november.lines if line.fee and not line.is_return] == [
        ("STEINBACH ENERGIETECHNIK GMBH", Decimal("9.00"))
    ]
    assert [(line.ordered_amount, line.ordered_currency) for line in november.lines if line.ordered_currency] == [
        (Decimal("900.00"), "CHF")
    ]
    assert november.lines[-1].text == "COTISATION CONVENTION PRO"


def test_the_ibans_are_well_formed() -> None:
    ibans = {line.payer_iban for month in months() for line in statement(f"{month.name}.xml").lines if line.payer_iban}
    assert len(ibans) > 9
    assert [number for number in sorted(ibans) if not iban.is_valid(number)] == []
