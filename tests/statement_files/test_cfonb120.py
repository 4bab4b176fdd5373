"""CFONB 120: amounts with their sign in the last digit, details by qualifier, and a round trip."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beancount_invoicing.bank.statement_checks import adds_up
from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.statement_files import StatementFileError, read_statements
from beancount_invoicing.statement_files.cfonb120 import french_iban
from tests.statement_files.cfonb_writer import balance, cfonb120, movement, overpunched, record

BEFORE, DAY, AFTER = date(2026, 9, 30), date(2026, 10, 5), date(2026, 10, 31)


def only(amount: str, label: str, *details: tuple[str, str], operation: str = "05", reject: str = "") -> StatementLine:
    data = cfonb120(
        balance("01", BEFORE, Decimal("0.00")),
        movement(DAY, Decimal(amount), label, *details, operation=operation, reject=reject),
        balance("07", AFTER, Decimal(amount)),
    )
    (read,) = read_statements(data, "bank.txt")
    assert adds_up(read)
    (line,) = read.lines
    return line


def test_a_transfer_that_came() -> None:
    line = only(
        "1900.80",
        "VIR SEPA RECU",
        ("NPY", "HALLES DE VILAINE"),
        ("CPY", "FR7630004000031234567890143"),
        ("LCC", "F2026-0047 ETUDES SEPTEMBRE"),
        ("RCN", "HV-2026-0911                       SUPP"),
        ("REF", "PMT-88"),
    )
    assert (line.date, line.value_date, line.amount, line.currency) == (DAY, DAY, Decimal("1900.80"), "EUR")
    assert (line.payer, line.payer_iban) == ("HALLES DE VILAINE", "FR7630004000031234567890143")
    assert (line.text, line.end_to_end_id) == ("F2026-0047 ETUDES SEPTEMBRE", "HV-2026-0911")
    assert not line.is_return


def test_the_account_is_its_iban() -> None:
    data = cfonb120(balance("01", BEFORE, Decimal("10.00")), balance("07", AFTER, Decimal("10.00")))
    (read,) = read_statements(data, "bank.txt")
    assert (read.iban, read.until, read.lines) == ("FR7630006000011234567890189", AFTER, ())
    assert french_iban("30004", "00003", "12345678901") == "FR7630004000031234567890143"
    assert french_iban("20041", "01005", "0500013M026") == "FR1420041010050500013M02606"
    assert french_iban("30004", "", "12345678901") == ""


def test_a_closing_balance_without_its_day_is_of_the_last_movement() -> None:
    opening, closing = balance("01", BEFORE, Decimal("0.00")), balance("07", AFTER, Decimal("5.00"))
    data = cfonb120(opening, movement(DAY, Decimal("5.00"), "VIR"), closing)
    (read,) = read_statements(data.replace(b"311026", b"      "), "bank.txt")
    assert (read.until, read.closing) == (DAY, Decimal("5.00"))


def test_a_label_in_parts_without_remittance_text() -> None:
    line = only(
        "-46.68", "PRLV SEPA OPERATEUR ARMOR", ("LIB", "FACTURE 10-2026"), ("NBE", "OPERATEUR ARMOR"), operation="08"
    )
    assert (line.payer, line.text) == ("OPERATEUR ARMOR", "PRLV SEPA OPERATEUR ARMOR FACTURE 10-2026")


def test_a_direct_debit_that_comes_back() -> None:
    line = only(
        "-480.50",
        "REJET PRLV",
        ("NPY", "CLINIQUE DU PARC"),
        ("RUM", "MANDAT-4"),
        ("FEE", "EUR200000000001250"),
        operation="27",
    )
    assert (line.is_return, line.payer, line.mandate, line.fee) == (
        True,
        "CLINIQUE DU PARC",
        "MANDAT-4",
        Decimal("12.50"),
    )


def test_an_amount_ordered_in_another_currency() -> None:
    line = only("706.42", "VIR INTERNATIONAL", ("MMO", "GBP200000000061750"), ("LCS", "RF18 5390 0754 7034"))
    assert (line.ordered_amount, line.ordered_currency) == (Decimal("617.50"), "GBP")
    assert line.references == ("RF18539007547034",)


def test_a_fee_without_digits_is_none() -> None:
    assert only("706.42", "VIR INTERNATIONAL", ("FEE", "EUR2")).fee == 0


@pytest.mark.parametrize(
    ("signs", "value"),
    [
        ("0000000000190D", "19.04"),
        ("0000000000190}", "-19.00"),
        ("0000000000190R", "-19.09"),
        ("0000000000000{", "0.00"),
    ],
)
def test_the_sign_is_in_the_last_digit(signs: str, value: str) -> None:
    data = cfonb120(
        record("01", BEFORE, (91, signs)),
        record("07", AFTER, (91, signs)),
    )
    (read,) = read_statements(data, "bank.txt")
    assert read.opening == Decimal(value)
    assert overpunched(Decimal(value)) == signs


DETAILS = (
    st.text(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/. "), min_size=1, max_size=60)
    .map(str.strip)
    .filter(bool)
)
AMOUNTS = st.integers(-(10**11), 10**11).filter(bool)


@given(
    decimals=st.sampled_from([0, 2, 3]),
    movements=st.lists(
        st.tuples(st.dates(date(1980, 1, 1), date(2079, 12, 31)), AMOUNTS, DETAILS, DETAILS), max_size=5
    ),
    opening=AMOUNTS,
    one_block=st.booleans(),
)
def test_what_is_written_is_read(
    decimals: int, movements: list[tuple[date, int, str, str]], opening: int, one_block: bool
) -> None:
    def money(units: int) -> Decimal:
        return Decimal(units).scaleb(-decimals)

    written = sorted(movements)
    data = cfonb120(
        balance("01", BEFORE, money(opening), decimals),
        *(movement(day, money(units), "VIR", ("NPY", name), ("NBE", name), ("LCC", text), decimals=decimals)
          for day, units, name, text in written),
        balance("07", AFTER, money(opening + sum(units for _day, units, _name, _text in written)), decimals),
    )  # fmt: skip
    if one_block:
        data = data.replace(b"\r\n", b"")
    (read,) = read_statements(data, "bank.txt")
    assert adds_up(read)
    assert [(line.date, line.amount, line.payer, line.text) for line in read.lines] == [
        (day, money(units), " ".join(name.split()), " ".join(text.split())) for day, units, name, text in written
    ]
    assert len({line.bank_id for line in read.lines}) == len(written)


@pytest.mark.parametrize(
    ("records", "told"),
    [
        ((balance("07", AFTER, Decimal(0)),), "1: record 07 belongs to no statement"),
        ((balance("01", BEFORE, Decimal(0)),), r"1: this statement has no new balance \(07\)"),
        (
            (balance("01", BEFORE, Decimal(0)), balance("01", BEFORE, Decimal(0))),
            "2: a statement begins, but that of line 1",
        ),
        ((balance("01", BEFORE, Decimal(0)), record("05", DAY, (46, "LIBx"))), "2: record 05 belongs to no movement"),
        ((balance("01", BEFORE, Decimal(0))[:100],), "1: the record has only"),
        (
            (balance("01", BEFORE, Decimal(0)) + "x", balance("07", AFTER, Decimal(0))),
            "1: the record has 121 characters",
        ),
        ((record("01", BEFORE, (91, "00000000001900")),), '1: "00000000001900" is not an amount'),
        ((record("01", BEFORE, (35, "321326"), (91, "0000000000000{")),), '1: "321326" is not a date'),
        ((record("01", BEFORE, (35, "05 026"), (91, "0000000000000{")),), '1: "05 026" is not a date'),
        (
            (balance("01", BEFORE, Decimal(0)), record("09", DAY, (91, "0000000000000{"))),
            '2: "09" is not a CFONB 120 record',
        ),
        (
            (balance("01", BEFORE, Decimal(0)), record("07", AFTER, (22, "99999999999"), (91, "0000000000000{"))),
            "2: the new balance is of account 99999999999",
        ),
        (
            (
                balance("01", BEFORE, Decimal(0)),
                record("04", DAY, (22, "99999999999"), (91, "0000000000000{")),
                balance("07", AFTER, Decimal(0)),
            ),
            "2: the movement is of account 99999999999 in EUR, but its statement is of 12345678901",
        ),
        (
            (
                balance("01", BEFORE, Decimal(0)),
                *movement(DAY, Decimal(0), "VIR", ("MMO", "GBPx0000")),
                balance("07", AFTER, Decimal(0)),
            ),
            '2: "GBPx0000" is not an amount of MMO',
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_record(records: tuple[str, ...], told: str) -> None:
    with pytest.raises(StatementFileError, match=rf"^bank\.txt:{told}"):
        read_statements(cfonb120(*records), "bank.txt", statement_format="cfonb120")
