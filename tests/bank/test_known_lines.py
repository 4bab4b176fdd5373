"""Lines that the ledger has already are recognised, never doubled."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from beancount_invoicing.bank.known_lines import KnownLines, LedgerMovement, known_lines
from beancount_invoicing.bank.statements import StatementLine
from beancount_invoicing.model import Source


def line(bank_id: str, day: int, amount: str = "100.00") -> StatementLine:
    return StatementLine(
        bank_id, date(2026, 2, day), Decimal(amount), "EUR", Source("statement.xml", 1), payer="Acme SAS"
    )


def entry(line_: int, day: int, amount: str = "100.00", bank_id: str = "") -> LedgerMovement:
    return LedgerMovement(
        date(2026, 2, day), Decimal(amount), "EUR", Source("main.beancount", line_), bank_id, "Acme SAS F2026-0001"
    )


def places(known: KnownLines) -> tuple[dict[int, int], dict[int, int], dict[int, list[int]]]:
    return (
        {at: movement.source.line for at, movement in known.known.items()},
        {at: movement.source.line for at, movement in known.tied.items()},
        {at: [movement.source.line for movement in those] for at, those in known.doubtful.items()},
    )


def test_an_id_says_so_whatever_the_day() -> None:
    assert places(known_lines([line("a", 1)], [entry(10, 20, bank_id="a")])) == ({0: 10}, {}, {})


def test_another_format_of_the_same_day_is_the_same_line() -> None:
    there = [entry(10, 1, bank_id="camt-1~abcdef"), entry(20, 1, bank_id="camt-2~abcdef")]
    assert places(known_lines([line("~0123", 1), line("~4567", 1)], there)) == ({0: 10, 1: 20}, {}, {})


def test_another_format_that_says_something_else_is_doubtful() -> None:
    there = [entry(10, 1, bank_id="camt-1~abcdef")._replace(words="Kiefer GmbH F2026-0003")]
    assert places(known_lines([line("~0123", 1)], there)) == ({}, {}, {0: [10]})


def test_another_format_within_days_is_doubtful() -> None:
    there = [entry(10, 1, bank_id="camt-1~abcdef")]
    assert places(known_lines([line("~0123", 6)], there)) == ({}, {}, {0: [10]})
    assert places(known_lines([line("~0123", 7)], there)) == ({}, {}, {})


def test_another_line_of_the_same_amount_is_new() -> None:
    assert places(known_lines([line("b", 2)], [entry(10, 1, bank_id="a")])) == ({}, {}, {})
    assert places(known_lines([line("a", 1), line("b", 1)], [entry(10, 1, bank_id="a")])) == ({0: 10}, {}, {})


def test_an_entry_that_was_typed_is_tied_within_days() -> None:
    assert places(known_lines([line("a", 3)], [entry(10, 1)])) == ({0: 10}, {0: 10}, {})
    assert places(known_lines([line("a", 6)], [entry(10, 1)])) == ({0: 10}, {0: 10}, {})
    assert places(known_lines([line("a", 7)], [entry(10, 1)])) == ({}, {}, {})
    assert places(known_lines([line("a", 3, "100.01")], [entry(10, 3)])) == ({}, {}, {})


def test_the_nearest_is_tied_and_of_two_as_near_none() -> None:
    assert places(known_lines([line("a", 3)], [entry(10, 3), entry(20, 5)]))[1] == {0: 10}
    assert places(known_lines([line("a", 3)], [entry(10, 2), entry(20, 4)])) == ({}, {}, {0: [10, 20]})
    assert places(known_lines([line("a", 3), line("b", 3)], [entry(10, 3)])) == ({}, {}, {0: [10], 1: [10]})


def test_as_many_of_a_day_as_there_are_entries_are_tied() -> None:
    assert places(known_lines([line("a", 3), line("b", 3)], [entry(10, 3), entry(20, 3)]))[1] == {0: 10, 1: 20}
