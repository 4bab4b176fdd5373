"""OFX 1 in SGML, OFX 2 in XML, cards."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from beancount_invoicing.statement_files import StatementFileError, read_statements

SAMPLE = (Path(__file__).parent / "samples" / "ofx.ofx").read_text(encoding="utf-8")
VERSION_2 = """<?xml version="1.0" encoding="UTF-8"?>
<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>
<OFX><CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS><CURDEF>EUR</CURDEF>
<CCACCTFROM><ACCTID>5137-0000</ACCTID></CCACCTFROM>
<BANKTRANLIST><DTSTART>20261001</DTSTART><DTEND>20261031</DTEND>
<STMTTRN><TRNTYPE>DEBIT</TRNTYPE><DTPOSTED>20261003</DTPOSTED><TRNAMT>-24.00</TRNAMT><FITID>C1</FITID>
<PAYEE><NAME>Sondes &amp; Mesures</NAME></PAYEE><MEMO><![CDATA[capteurs <lot 2>]]></MEMO>
<ORIGCURRENCY><CURRATE>1.2</CURRATE><CURSYM>GBP</CURSYM></ORIGCURRENCY></STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>-24.00</BALAMT><DTASOF>20261031</DTASOF></LEDGERBAL>
</CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>
"""


def test_version_1() -> None:
    (read,) = read_statements(SAMPLE.encode("cp1252"), "bank.ofx")
    assert (read.iban, read.currency, read.opening, read.closing) == (
        "FR7630006000011234567890189",
        "EUR",
        None,
        Decimal("1139.32"),
    )
    assert (read.since, read.until) == (date(2026, 10, 1), date(2026, 10, 31))
    came, left = read.lines
    assert (came.date, came.amount, came.payer, came.text) == (
        date(2026, 10, 5),
        Decimal("186.00"),
        "VIR MENUISERIE KERBRAT",
        "F2026-0062 & merci",
    )
    assert came.bank_id.startswith("BQ261005001~")
    assert (came.source.line, left.source.line) == (19, 27)
    assert (left.amount, left.text) == (Decimal("-46.68"), "PRLV OPERATEUR ARMOR")


def test_version_2_of_a_card() -> None:
    (read,) = read_statements(VERSION_2.encode(), "card.qfx")
    (line,) = read.lines
    assert (read.account_name, line.payer, line.text) == ("5137-0000", "Sondes & Mesures", "capteurs <lot 2>")
    assert (line.ordered_amount, line.ordered_currency) == (Decimal("-20.00"), "GBP")


def test_a_rate_of_0_says_nothing_of_what_was_ordered() -> None:
    (read,) = read_statements(VERSION_2.replace("<CURRATE>1.2<", "<CURRATE>0<").encode(), "card.qfx")
    assert (read.lines[0].ordered_amount, read.lines[0].ordered_currency) == (None, "")


def test_a_statement_without_balance_goes_until_the_end_of_its_list() -> None:
    text = VERSION_2.replace("<LEDGERBAL><BALAMT>-24.00</BALAMT><DTASOF>20261031</DTASOF></LEDGERBAL>", "")
    (read,) = read_statements(text.replace("20261031", "20261030").encode(), "card.qfx")
    assert (read.closing, read.until) == (None, date(2026, 10, 30))


def test_a_balance_without_its_day_is_that_of_the_end_of_the_list() -> None:
    (read,) = read_statements(VERSION_2.replace("<DTASOF>20261031</DTASOF>", "").encode(), "card.qfx")
    assert (read.closing, read.until) == (Decimal("-24.00"), date(2026, 10, 31))
    undated = VERSION_2.replace("<DTASOF>20261031</DTASOF>", "").replace("<DTEND>20261031</DTEND>", "")
    (read,) = read_statements(undated.encode(), "card.qfx")
    assert read.until == date(2026, 10, 3), "the day of its last movement"


def test_an_empty_element_without_an_end_ends_with_its_movement() -> None:
    second = "<STMTTRN><DTPOSTED>20261004</DTPOSTED><TRNAMT>-3.00</TRNAMT><MEMO></STMTTRN>"
    text = VERSION_2.replace("<STMTTRN>", f"{second}<STMTTRN>")
    (read,) = read_statements(text.encode(), "card.qfx")
    assert [(line.amount, line.text) for line in read.lines] == [
        (Decimal("-24.00"), "capteurs <lot 2>"),
        (Decimal("-3.00"), ""),
    ]


@pytest.mark.parametrize(
    ("part", "instead", "told"),
    [
        ("</OFX>", "", r"\d+: the file ends without </OFX>"),
        ("+186.00", "one hundred", '19: "one hundred" is not an amount'),
        ("<DTPOSTED>20261012", "<DTPOSTED>12/10/2026", '27: "12/10/2026" is not a date'),
        ("STMTRS>", "STMT>", r"1: the file has no statement of an account"),
        ("<CURDEF>EUR", "<CURDEF>", r'14: "" is not a currency'),
        ("</STMTTRN>\n<STMTTRN>", "\n<STMTTRN>", r"27: a movement begins before that of line 19 has ended"),
        ("BANKACCTFROM>", "BANKACCT>", r"14: the statement names no account \(BANKACCTFROM\)"),
        ("</OFX>", f"{'<A>' * 50}{'</A>' * 50}</OFX>", r"\d+: elements are nested more than 40 deep"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(part: str, instead: str, told: str) -> None:
    assert part in SAMPLE
    with pytest.raises(StatementFileError, match=rf"^bank\.ofx:{told}"):
        read_statements(SAMPLE.replace(part, instead).encode(), "bank.ofx")
