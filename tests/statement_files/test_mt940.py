"""MT940: movements, the forms of field 86, pages of a statement."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.bank.statement_checks import adds_up
from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.statement_files import StatementFileError, read_statements

SAMPLE = Path(__file__).parent / "samples" / "mt940.sta"
HEAD = ":20:STARTUMS\n:25:FR7630006000011234567890189\n:28C:10/1\n:60F:C260930EUR1000,00\n"
CLOSING = ":62F:C261031EUR{}\n-\n"


def only(movement: str, details: str = "", closing: str = "1186,00") -> StatementLine:
    text = f"{HEAD}:61:{movement}\n" + (f":86:{details}\n" if details else "") + CLOSING.format(closing)
    (read,) = read_statements(text.encode(), "bank.sta")
    assert adds_up(read)
    (line,) = read.lines
    return line


def test_a_statement() -> None:
    first, second = read_statements(SAMPLE.read_bytes(), "bank.sta")
    assert (first.iban, first.number, first.opening, first.closing, first.currency) == (
        "FR7630006000011234567890189",
        "10/1",
        Decimal("1000.00"),
        Decimal("1174.30"),
        "EUR",
    )
    assert (first.until, len(first.lines), adds_up(first)) == (date(2026, 10, 31), 3, True)
    assert (second.account_name, second.opening) == ("50880050/194774600", Decimal("-12.00"))


def test_the_german_form() -> None:
    line = only(
        "2610291029C186,00NTRFNONREF//BQ261029001",
        "166?00GUTSCHRIFT?20EREF+KERB-2026-117?21MREF+MANDAT-4?22SVWZ+F2026-0062 merci?30AGRIFRPP"
        "?31DE89370400440532013000?32Menuiserie Kerbrat SAS Vann?33es?23ABWA+Kerbrat Participations",
    )
    assert (line.payer, line.payer_iban) == ("Menuiserie Kerbrat SAS Vannes", "DE89370400440532013000")
    assert (line.end_to_end_id, line.mandate, line.bank_id.split("~")[0]) == (
        "KERB-2026-117",
        "MANDAT-4",
        "BQ261029001",
    )
    assert (line.text, line.ultimate_payer) == ("F2026-0062 merci", "Kerbrat Participations")


def test_the_headers_of_swift_between_messages_belong_to_no_field() -> None:
    """A header in braces, and the end of a message, after the details of the last movement."""
    movement = f"{HEAD}:61:2610291029C186,00NTRFNONREF\n:86:F2026-0062\n"
    text = movement + "-}{5:{CHK:3916C0A1B2C3}}\n{1:F01AGRIFRPPAXXX0000000000}\n" + CLOSING.format("1186,00")
    (read,) = read_statements(text.encode(), "bank.sta")
    assert [line.text for line in read.lines] == ["F2026-0062"]


def test_the_form_with_slashes() -> None:
    line = only(
        "261029C186,00NTRFEREF",
        "/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/Grachtenhuis BV/REMI/Factuur "
        "F2026-\n0062/EREF/GH-77",
    )
    assert (line.payer, line.payer_iban, line.end_to_end_id) == ("Grachtenhuis BV", "NL91ABNA0417164300", "GH-77")
    assert line.text == "Factuur F2026-0062"


def test_the_form_with_groups_and_a_structured_reference() -> None:
    line = only(
        "261029C186,00NTRFEREF",
        "/ORDP//NAME/Grachtenhuis BV/REMI/STRD/CUR/9300075473004/EREF/NOTPROVIDED/ULTD//NAME/Kade Holding",
    )
    assert (line.payer, line.references, line.ultimate_payer) == ("Grachtenhuis BV", ("9300075473004",), "Kade Holding")
    assert line.end_to_end_id == ""


def test_plain_text() -> None:
    line = only("2610291029C186,00NTRFNONREF", "VIREMENT DE KERBRAT\nF2026-0062")
    assert (line.text, line.payer) == ("VIREMENT DE KERBRAT F2026-0062", "")


def test_the_german_form_without_words_of_sepa() -> None:
    line = only("2610291029C186,00NTRFNONREF", "166?00GUTSCHRIFT?20Rechnung?21F2026-0062?32Kerbrat")
    assert (line.text, line.payer) == ("Rechnung F2026-0062", "Kerbrat")


def test_a_field_of_the_bank_s_own_stands_between_a_movement_and_its_details() -> None:
    text = f"{HEAD}:61:2610291029C186,00NTRFNONREF\n:NS:01Banque\n:86:F2026-0062\n{CLOSING.format('1186,00')}"
    (read,) = read_statements(text.encode(), "bank.sta")
    assert [line.text for line in read.lines] == ["F2026-0062"]


@pytest.mark.parametrize(("charges", "fee"), [("EUR9,00", "9.00"), ("GBP9,00", "0")])
def test_charges_are_a_fee_in_the_account_s_currency(charges: str, fee: str) -> None:
    line = only("2610291029C186,00NTRFNONREF", f"/CHGS/{charges}/REMI/F2026-0062")
    assert (line.fee, line.text) == (Decimal(fee), "F2026-0062")


@pytest.mark.parametrize(
    ("mark", "closing", "is_return"), [("RC", "814,00", True), ("RD", "1186,00", True), ("D", "814,00", False)]
)
def test_what_is_reversed_has_the_other_sign(mark: str, closing: str, is_return: bool) -> None:
    line = only(
        f"2610291029{mark}186,00NRTIF2026-0036//X1" if is_return else f"2610291029{mark}186,00NTRFNONREF",
        closing=closing,
    )
    assert line.is_return == is_return
    assert line.amount == (Decimal("186.00") if mark == "RD" else Decimal("-186.00"))


def test_a_returned_debit_with_its_reason() -> None:
    details = "109?00RETOURE?20EREF+F2026-0036?21SVWZ+AM04 Deckung fehlt?22COAM+12,50?32Clinique du Parc?34905"
    line = only("2610291029D480,50NRTINONREF", details, closing="519,50")
    assert (line.is_return, line.return_reason, line.payer) == (True, "AM04", "Clinique du Parc")


@pytest.mark.parametrize(
    ("value", "entry", "booked"),
    [("261231", "0102", date(2027, 1, 2)), ("270102", "1231", date(2026, 12, 31)), ("261029", "", date(2026, 10, 29))],
)
def test_the_day_of_booking_has_no_year(value: str, entry: str, booked: date) -> None:
    assert only(f"{value}{entry}C186,00NTRFNONREF").date == booked


def test_the_30_february_of_interest() -> None:
    assert only("2602300302C186,00NMSCNONREF").value_date == date(2026, 2, 28)


def test_pages_of_a_statement_are_one() -> None:
    pages = (
        HEAD + ":61:2610291029C100,00NTRFNONREF\n:86:un\n:62M:C261029EUR1100,00\n"
        ":20:STARTUMS\n:25:FR7630006000011234567890189\n:28C:10/2\n:60M:C261029EUR1100,00\n"
        ":61:2610301030C86,00NTRFNONREF\n:86:deux\n" + CLOSING.format("1186,00")
    )
    (read,) = read_statements(pages.encode(), "bank.sta")
    assert adds_up(read)
    assert [line.text for line in read.lines] == ["un", "deux"]
    with pytest.raises(
        StatementFileError, match=r"8: the page begins with 1100\.00 EUR, but the page before ends with 1101\.00"
    ):
        read_statements(pages.replace(":62M:C261029EUR1100", ":62M:C261029EUR1101").encode(), "bank.sta")


@pytest.mark.parametrize(
    ("part", "instead", "told"),
    [
        (":60F:C260930EUR1000,00", ":60X:", r"1: the statement has no opening balance"),
        (":62F:", ":64:", r"1: the statement has no closing balance"),
        (":60F:", ":60M:", "1: this page continues a statement"),
        (":62F:", ":62M:", r"7: the last page"),
        ("C260930EUR1000,00", "C260930EUR1.000,00", r'4: ":60F:C260930EUR1\.000,00" is not a balance'),
        ("2610291029C186,00", "29102026C186,00", r"5: "),
        ("C261031EUR", "C261031GBP", r"7: the closing balance is in GBP"),
        ("C261031EUR1186,00", "C261031EUR,,00", r'7: ",,00" is not an amount'),
        ("2610291029C", "2610291332C", r'5: "1332" is not a day: expected month and day'),
        (":62F:C261031EUR1186,00", f":62M:C261031EUR1186,00\n{HEAD}:62F:C261031EUR1186,00", r"8: a statement begins"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(part: str, instead: str, told: str) -> None:
    text = HEAD + ":61:2610291029C186,00NTRFNONREF\n:86:text\n" + CLOSING.format("1186,00")
    assert part in text
    with pytest.raises(StatementFileError, match=rf"^bank\.sta:{told}"):
        read_statements(text.replace(part, instead).encode(), "bank.sta", statement_format="mt940")
