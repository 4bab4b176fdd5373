"""A statement whose lines do not make its closing balance, doubled references, and gaps between statements."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from beancount_invoicing.bank.statement_checks import adds_up, check_statements
from beancount_invoicing.bank.statements import Statement, StatementLine
from beancount_invoicing.model import Source


def line(amount: str, bank_id: str = "~1", currency: str = "EUR") -> StatementLine:
    return StatementLine(bank_id, date(2026, 10, 5), Decimal(amount), currency, Source("bank.xml", 7))


def statement(
    opening: str | None, closing: str | None, *lines: StatementLine, month: int = 10, iban: str = "FR76"
) -> Statement:
    return Statement(
        Source("bank.xml", 3), "EUR", lines, iban=iban, since=date(2026, month, 1), until=date(2026, month, 28),
        opening=None if opening is None else Decimal(opening), closing=None if closing is None else Decimal(closing),
    )  # fmt: skip


def found(*statements: Statement) -> list[tuple[str, str, int]]:
    return [(finding.severity, finding.rule, finding.source.line) for finding in check_statements(statements)]


def test_what_adds_up() -> None:
    sound = statement("100.00", "115.00", line("20.00", "A~1"), line("-5.00", "B~1"))
    assert found(sound) == []
    assert adds_up(sound) is True
    assert adds_up(statement(None, "115.00", line("20.00"))) is None
    assert found(statement(None, "115.00", line("20.00"))) == []


def test_what_does_not_add_up_is_said_with_both_figures() -> None:
    (finding,) = check_statements([statement("100.00", "116.00", line("20.00"), line("-5.00"))])
    assert (finding.severity, finding.rule, str(finding.source)) == ("error", "statement-sum", "bank.xml:3")
    assert finding.message.startswith(
        "100.00 and 2 lines of 15.00 make 115.00 EUR, but the closing balance is 116.00: 1.00 is missing"
    )


def test_a_line_in_another_currency() -> None:
    assert found(statement("0.00", "5.00", line("5.00", currency="GBP"))) == [("error", "statement-currency", 7)]


def test_a_reference_of_the_bank_that_is_there_twice() -> None:
    doubled = statement("0.00", "10.00", line("5.00", "REF~ab12cd"), line("5.00", "REF~ab12cd~2"))
    assert found(doubled) == [("warning", "statement-duplicate", 7)]
    equals_without_reference = statement("0.00", "10.00", line("5.00", "~ab12cd"), line("5.00", "~ab12cd~2"))
    assert found(equals_without_reference) == []


def test_a_statement_that_is_missing_between_two() -> None:
    october, december = statement("100.00", "110.00", line("10.00")), statement("90.00", "90.00", month=12)
    (finding,) = check_statements([december, october])
    assert (finding.severity, finding.rule) == ("warning", "statement-gap")
    assert "until 2026-10-28 ends with 110.00 EUR, but this one begins with 90.00" in finding.message
    assert "with -20.00 EUR in all" in finding.message
    november = statement("110.00", "90.00", line("-20.00"), month=11)
    assert found(december, november, october) == []
    assert found(october, statement("90.00", "90.00", month=12, iban="DE89")) == []


def test_periods_that_overlap_have_no_gap() -> None:
    assert found(statement("100.00", "110.00", line("10.00")), statement("100.00", "130.00", line("30.00"))) == []
