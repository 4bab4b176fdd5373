"""CAMT.053 and CAMT.054: what an entry says, batches, returns, charges, and versions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from beancount_invoicing.bank.statement_checks import adds_up
from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.model import ZERO
from beancount_invoicing.statement_files import StatementFileError, read_statements
from tests.statement_files.camt_samples import IBAN, amount, balance, details, entry, message, statement

KERBRAT = "FR7630004000031234567890143"
PAID_BY_KERBRAT = (
    "<Refs><EndToEndId>KERB-2026-117</EndToEndId></Refs>"
    "<RltdPties><Dbtr><Pty><Nm>Menuiserie Kerbrat</Nm></Pty></Dbtr>"
    f"<DbtrAcct><Id><IBAN>{KERBRAT}</IBAN></Id></DbtrAcct>"
    "<UltmtDbtr><Pty><Nm>Kerbrat Participations</Nm></Pty></UltmtDbtr></RltdPties>"
    "<RmtInf><Ustrd>F2026-0062</Ustrd><Ustrd>merci</Ustrd></RmtInf>"
)


def lines(*entries: str, version: str = "08") -> tuple[StatementLine, ...]:
    (read,) = read_statements(message(statement(*entries), version=version), "bank.xml")
    return read.lines


def only(*entries: str, version: str = "08") -> StatementLine:
    (line,) = lines(*entries, version=version)
    return line


def test_a_transfer_that_came() -> None:
    data = message(
        statement(entry("186.00", "2026-10-29", details(PAID_BY_KERBRAT), reference="BQ1"), closing="1186.00")
    )
    (read,) = read_statements(data, "bank.xml")
    assert (read.iban, read.currency, read.opening, read.closing) == (
        IBAN,
        "EUR",
        Decimal("1000.00"),
        Decimal("1186.00"),
    )
    assert read.until == date(2026, 10, 31)
    assert adds_up(read)
    (line,) = read.lines
    assert (line.date, line.amount, line.payer, line.payer_iban) == (
        date(2026, 10, 29),
        Decimal("186.00"),
        "Menuiserie Kerbrat",
        KERBRAT,
    )
    assert line.ultimate_payer == "Kerbrat Participations"
    assert line.text == "F2026-0062 merci"
    assert line.end_to_end_id == "KERB-2026-117"
    assert line.bank_id.startswith("BQ1~")
    assert line.source.line == 4


@pytest.mark.parametrize("version", [f"{number:02}" for number in range(2, 14)])
def test_every_version_is_read(version: str) -> None:
    name = "<Nm>Menuiserie Kerbrat</Nm>" if int(version) < 7 else "<Pty><Nm>Menuiserie Kerbrat</Nm></Pty>"
    status = "<Sts>BOOK</Sts>" if int(version) < 7 else "<Sts><Cd>BOOK</Cd></Sts>"
    item = f"<RltdPties><Dbtr>{name}</Dbtr></RltdPties><RmtInf><Ustrd>F2026-0062</Ustrd></RmtInf>"
    line = only(entry("186.00", "2026-10-29", details(item), status=status), version=version)
    assert (line.amount, line.payer, line.text) == (Decimal("186.00"), "Menuiserie Kerbrat", "F2026-0062")


@pytest.mark.parametrize(("kind", "version"), [("053", "01"), ("053", "14"), ("052", "08"), ("060", "03")])
def test_other_versions_and_messages_are_named(kind: str, version: str) -> None:
    data = message(statement()).replace(b"camt.053.001.08", f"camt.{kind}.001.{version}".encode())
    with pytest.raises(StatementFileError, match=rf"bank\.xml:2: camt\.{kind}\.001\.{version} is not supported"):
        read_statements(data, "bank.xml")


def test_what_is_pending_is_passed_over() -> None:
    pending = entry("186.00", "2026-10-29", status="<Sts><Cd>PDNG</Cd></Sts>")
    assert lines(pending, entry("20.00", "2026-10-30"))[0].amount == Decimal("20.00")


def test_a_batch_is_one_line_for_each_item() -> None:
    first = f"<Refs><EndToEndId>A1</EndToEndId></Refs>{amount('100.00')}<CdtDbtInd>CRDT</CdtDbtInd>"
    second = f"<Refs><EndToEndId>A2</EndToEndId></Refs>{amount('86.00')}<CdtDbtInd>CRDT</CdtDbtInd>"
    batch = lines(entry("186.00", "2026-10-29", details(first, second), reference="BATCH7"))
    assert [(line.amount, line.end_to_end_id) for line in batch] == [
        (Decimal("100.00"), "A1"),
        (Decimal("86.00"), "A2"),
    ]
    assert len({line.bank_id for line in batch}) == 2


def test_items_that_do_not_make_the_entry_leave_it_whole() -> None:
    first = f"{amount('100.00')}<RmtInf><Ustrd>F2026-0060</Ustrd></RmtInf>"
    second = f"{amount('80.00')}<RmtInf><Ustrd>F2026-0061</Ustrd></RmtInf>"
    line = only(entry("186.00", "2026-10-29", details(first, second)))
    assert (line.amount, line.text, line.payer) == (Decimal("186.00"), "F2026-0060 F2026-0061", "")


def test_a_version_02_batch_has_its_amounts_in_the_details() -> None:
    items = [f"<AmtDtls><TxAmt>{amount(value)}</TxAmt></AmtDtls>" for value in ("100.00", "86.00")]
    batch = lines(entry("186.00", "2026-10-29", details(*items), status="<Sts>BOOK</Sts>"), version="02")
    assert [line.amount for line in batch] == [Decimal("100.00"), Decimal("86.00")]


def test_a_structured_reference() -> None:
    reference = "<RmtInf><Strd><CdtrRefInf><Ref>RF18 5390 0754 7034</Ref></CdtrRefInf></Strd></RmtInf>"
    assert only(entry("186.00", "2026-10-29", details(reference))).references == ("RF18539007547034",)


def test_a_document_that_the_payer_names_is_text() -> None:
    document = "<RmtInf><Strd><RfrdDocInf><Nb>F2026-0062</Nb></RfrdDocInf></Strd></RmtInf>"
    assert only(entry("186.00", "2026-10-29", details(document))).text == "F2026-0062"


def test_a_document_without_its_number_and_words_that_are_empty_are_passed_over() -> None:
    named = (
        "<RmtInf><Strd><RfrdDocInf><Nb/></RfrdDocInf><AddtlRmtInf/><AddtlRmtInf>for May</AddtlRmtInf></Strd></RmtInf>"
    )
    assert only(entry("186.00", "2026-10-29", details(named))).text == "for May"


def test_what_is_available_is_not_the_balance() -> None:
    """Banks add the available balances (CLAV, OPAV, FWAV) to those that are booked."""
    text = statement(entry("186.00", "2026-10-29"), closing="1186.00").replace(
        "<Bal><Tp><CdOrPrtry><Cd>OPBD", balance("OPAV", "900.00", "2026-09-30") + "<Bal><Tp><CdOrPrtry><Cd>OPBD"
    )
    text = text.replace("<Ntry>", balance("CLAV", "1086.00", "2026-10-31") + "<Ntry>", 1)
    (read,) = read_statements(message(text), "bank.xml")
    assert (read.opening, read.closing) == (Decimal("1000.00"), Decimal("1186.00"))


def test_a_direct_debit_that_comes_back() -> None:
    item = (
        "<Refs><EndToEndId>F2026-0036</EndToEndId><MndtId>MANDAT-4</MndtId></Refs>"
        f"<RltdPties><Dbtr><Nm>Clinique du Parc</Nm></Dbtr><DbtrAcct><Id><IBAN>{KERBRAT}</IBAN></Id></DbtrAcct>"
        f"<Cdtr><Nm>Atelier Solène</Nm></Cdtr><CdtrAcct><Id><IBAN>{IBAN}</IBAN></Id></CdtrAcct></RltdPties>"
        "<RtrInf><Rsn><Cd>AM04</Cd></Rsn><AddtlInf>provision insuffisante</AddtlInf></RtrInf>"
    )
    charges = f"<Chrgs><Rcrd>{amount('12.50')}<CdtDbtInd>DBIT</CdtDbtInd><ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs>"
    line = only(entry("-480.50", "2026-10-29", "<RvslInd>true</RvslInd>", charges, details(item)))
    assert (line.amount, line.fee, line.return_reason, line.is_return) == (
        Decimal("-480.50"),
        Decimal("12.50"),
        "AM04",
        True,
    )
    assert (line.payer, line.mandate, line.end_to_end_id) == ("Clinique du Parc", "MANDAT-4", "F2026-0036")
    assert line.text == "provision insuffisante"


def test_charges_that_are_a_line_of_their_own_are_no_fee() -> None:
    charges = f"<Chrgs><Rcrd>{amount('12.50')}<ChrgInclInd>false</ChrgInclInd></Rcrd></Chrgs>"
    assert only(entry("100.00", "2026-10-29", charges)).fee == 0


def test_charges_in_another_currency_are_not_counted() -> None:
    charges = f"<Chrgs><Rcrd>{amount('12.50', 'GBP')}</Rcrd><Rcrd>{amount('2.00')}</Rcrd></Chrgs>"
    assert only(entry("100.00", "2026-10-29", charges)).fee == Decimal("2.00")


def test_what_is_missing_from_the_amount_ordered_is_a_fee() -> None:
    ordered = f"<AmtDtls><InstdAmt>{amount('1288.00')}</InstdAmt></AmtDtls>"
    assert only(entry("1279.00", "2026-10-29", details(ordered))).fee == Decimal("9.00")


def test_an_amount_ordered_in_another_currency() -> None:
    ordered = f"<AmtDtls><InstdAmt>{amount('617.50', 'GBP')}</InstdAmt></AmtDtls>"
    line = only(entry("706.42", "2026-10-29", details(ordered)))
    assert (line.ordered_amount, line.ordered_currency, line.fee) == (Decimal("617.50"), "GBP", ZERO)


def test_what_the_bank_says_of_the_entry_stands_where_nobody_wrote_anything() -> None:
    line = only(entry("-4.20", "2026-10-29", "<AddtlNtryInf>COTISATION CARTE</AddtlNtryInf>"))
    assert (line.text, line.payer) == ("COTISATION CARTE", "")


def test_who_was_paid() -> None:
    item = (
        "<RltdPties><Dbtr><Nm>Atelier Solène</Nm></Dbtr><Cdtr><Nm>SCI du Mail</Nm></Cdtr>"
        "<CdtrAcct><Id><IBAN>FR7630004000031234567890143</IBAN></Id></CdtrAcct></RltdPties>"
        "<RmtInf><Ustrd>Loyer octobre</Ustrd></RmtInf>"
    )
    line = only(entry("-540.00", "2026-10-05", details(item)))
    assert (line.amount, line.payer, line.payer_iban) == (Decimal("-540.00"), "SCI du Mail", KERBRAT)


def test_several_statements_of_a_file_and_notices() -> None:
    data = message(
        statement(entry("20.00", "2026-10-01"), closing="1020.00", number="1"),
        statement(entry("-5.00", "2026-10-02"), opening="1020.00", closing="1015.00", number="2"),
    )
    first, second = read_statements(data, "bank.xml")
    assert (first.number, second.number, first.closing == second.opening) == ("1", "2", True)
    notice = f"<Ntfctn><Id>N1</Id><Acct><Id><IBAN>{IBAN}</IBAN></Id></Acct>{entry('20.00', '2026-10-01')}</Ntfctn>"
    (read,) = read_statements(message(notice, kind="054"), "bank.xml")
    assert (read.opening, read.closing, read.currency, read.lines[0].amount) == (None, None, "EUR", Decimal("20.00"))


@pytest.mark.parametrize(
    ("part", "instead", "told"),
    [
        ('<Amt Ccy="EUR">186.00</Amt>', '<Amt Ccy="EUR">186,00</Amt>', '"186,00" is not an amount'),
        ('<Amt Ccy="EUR">186.00</Amt>', '<Amt Ccy="EUR">1e999</Amt>', '"1e999" is not an amount'),
        (
            '<Amt Ccy="EUR">186.00</Amt>',
            '<Amt Ccy="GBP">186.00</Amt>',
            "the entry is in GBP, but the account is in EUR",
        ),
        ("<CdtDbtInd>CRDT</CdtDbtInd><Sts>", "<CdtDbtInd>Credit</CdtDbtInd><Sts>", 'CdtDbtInd is "Credit"'),
        ("2026-10-29", "29/10/2026", '"29/10/2026" is not a date'),
        ("<Ccy>EUR</Ccy>", "<Ccy>euro</Ccy>", '"euro" is not a currency'),
        ("Stmt>", "Rpt>", "the message has no Stmt"),
        ('<Amt Ccy="EUR">186.00</Amt>', "", "there is no Amt here"),
        (
            '<Amt Ccy="EUR">186.00</Amt>',
            '<Amt Ccy="EUR">-186.00</Amt>',
            "the amount is -186.00: expected an amount without a sign",
        ),
        (
            "<BookgDt><Dt>2026-10-29</Dt></BookgDt><ValDt><Dt>2026-10-29</Dt></ValDt>",
            "",
            "the entry has neither a booking date nor a value date",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(part: str, instead: str, told: str) -> None:
    text = message(statement(entry("186.00", "2026-10-29"), closing="1186.00")).decode()
    assert part in text
    with pytest.raises(StatementFileError) as error:
        read_statements(text.replace(part, instead).encode(), "bank.xml")
    assert told in str(error.value)
    assert error.value.source.file == "bank.xml"
    assert error.value.source.line > 0


def test_a_batch_without_items_says_which_orders_it_sums_up() -> None:
    sums = "<NtryDtls><Btch><MsgId>COL-1</MsgId><PmtInfId>COL-1-1</PmtInfId><NbOfTxs>3</NbOfTxs></Btch></NtryDtls>"
    assert only(entry("700.00", "2026-10-05", sums)).batch == "COL-1-1"
    assert only(entry("700.00", "2026-10-05", sums.replace("<PmtInfId>COL-1-1</PmtInfId>", ""))).batch == "COL-1"
    assert only(entry("700.00", "2026-10-05")).batch == ""
